/* list: the records of a kind under a prefix that pass the filters. Milestones, links and
 * observations are found by what their project is, so each is read with it. */
#include "store/asking.h"

/* The project of the topic that was read last; neighbours in the table share it. */
struct joined {
    struct mp_arena_mark mark; /* before it */
    const char *topic;         /* NULL: none yet */
    struct mp_store_sight sight;
};

static bool has_project_filter(const struct mp_ask *ask)
{
    return ask->programme[0] != '\0' || ask->corridor[0] != '\0' || ask->region[0] != '\0' ||
           (ask->agency[0] != '\0' && ask->record_kind != MP_KIND_AGENCY);
}

static bool is_of_project(enum mp_kind kind)
{
    return kind == MP_KIND_PROJECT || kind == MP_KIND_MILESTONE || kind == MP_KIND_LINK ||
           kind == MP_KIND_OBSERVATION;
}

/* Filters that the kind has no answer to are said, not ignored. */
static int check_filters(struct mp_store_asking *asking, int *ret_status)
{
    const struct mp_ask *ask = asking->ask;
    const char *kind = mp_code_name(MP_FAMILY_KIND, (int)ask->record_kind);
    enum mp_code_family family =
        ask->record_kind == MP_KIND_PROJECT ? MP_FAMILY_PROJECT_STATUS : MP_FAMILY_MILESTONE_STATUS;

    if (kind == NULL || ask->record_kind == MP_KIND_NONE)
        return mp_store_asking_refuse(asking, MP_ASK_MALFORMED, "no such kind of record; kinds: %s",
                                      mp_code_names(MP_FAMILY_KIND));
    if (has_project_filter(ask) && !is_of_project(ask->record_kind))
        return mp_store_asking_refuse(asking, MP_ASK_MALFORMED,
                                      "programme, corridor, region and agency are of projects: a "
                                      "%s has none to filter by",
                                      kind);
    if (ask->late && ask->record_kind != MP_KIND_MILESTONE)
        return mp_store_asking_refuse(asking, MP_ASK_MALFORMED,
                                      "only milestones are late: list them, or leave the filter "
                                      "out");
    if (ask->indicator[0] != '\0' && ask->record_kind != MP_KIND_OBSERVATION)
        return mp_store_asking_refuse(asking, MP_ASK_MALFORMED,
                                      "only observations have an indicator to filter by");
    if (ask->status[0] == '\0')
        return 0;
    if (ask->record_kind != MP_KIND_PROJECT && ask->record_kind != MP_KIND_MILESTONE)
        return mp_store_asking_refuse(asking, MP_ASK_MALFORMED,
                                      "only projects and milestones have a status to filter by");
    *ret_status = mp_code_parse(family, ask->status);
    if (*ret_status == 0)
        return mp_store_asking_refuse(asking, MP_ASK_MALFORMED,
                                      "a %s has no status \"%s\"; one of "
                                      "%s",
                                      kind, ask->status, mp_code_names(family));
    return 0;
}

/* The civil day that stands for today in the answer. */
static int32_t day_of(const struct mp_store_asking *asking)
{
    const struct mp_as_of *as_of = &asking->ask->as_of;

    if (as_of->mode == MP_AS_OF_DAY)
        return as_of->day;
    if (as_of->mode == MP_AS_RECORDED)
        return mp_store_asking_civil_day(asking, as_of->recorded_us);
    return asking->today;
}

static bool list_has(const struct mp_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], text) == 0)
            return true;
    }
    return false;
}

static bool project_passes(const struct mp_ask *ask, const struct mp_project *project)
{
    if (ask->programme[0] != '\0' && strcmp(ask->programme, project->programme) != 0)
        return false;
    if (ask->corridor[0] != '\0' && strcmp(ask->corridor, project->corridor) != 0)
        return false;
    if (ask->region[0] != '\0' && !list_has(&project->regions, ask->region))
        return false;
    return ask->agency[0] == '\0' || strcmp(ask->agency, project->lead_agency) == 0 ||
           list_has(&project->partners, ask->agency);
}

/* A key of state is kind, topic, NUL, slug. */
static bool is_same_topic(const struct joined *joined, struct mp_span key)
{
    return joined->topic != NULL && key.size > 0 &&
           mp_span_starts_with(mp_span_make(key.data + 1, key.size - 1),
                               mp_span_make(joined->topic, strlen(joined->topic) + 1));
}

/* 1, 0 or an error: whether the record's project passes. */
static int join(struct mp_store_asking *asking, const struct mp_span key, struct joined *joined)
{
    struct mp_subject subject;
    struct mp_record project;
    int result;

    if (!has_project_filter(asking->ask) || asking->ask->record_kind == MP_KIND_PROJECT)
        return 1;
    if (!is_same_topic(joined, key)) {
        mp_arena_release(asking->arena, joined->mark);
        joined->topic = NULL;
        joined->sight.exists = false;
        result = mp_store_key_to_subject(key, asking->arena, &subject);
        if (result < 0)
            return result;
        subject.kind = MP_KIND_PROJECT;
        subject.slug = "";
        result = mp_store_state_get(asking->txn, asking->tables, &subject, asking->arena, &project);
        if (result > 0)
            result = mp_store_see(asking, &project, &joined->sight);
        if (result < 0)
            return result;
        joined->topic = subject.topic;
    }
    return joined->sight.exists &&
           project_passes(asking->ask, &joined->sight.record.project.definition);
}

static bool is_gone(const struct mp_record *record)
{
    return record->removed ||
           (record->subject.kind == MP_KIND_OBSERVATION && record->observation.withdrawn_by != 0);
}

static bool passes(const struct mp_store_asking *asking, const struct mp_record *record, int status)
{
    const struct mp_ask *ask = asking->ask;

    if (is_gone(record) && !ask->removed_too)
        return false;
    switch (record->subject.kind) {
    case MP_KIND_AGENCY:
        return ask->agency[0] == '\0' || strcmp(ask->agency, record->subject.slug) == 0;
    case MP_KIND_PROJECT:
        return project_passes(ask, &record->project.definition) &&
               (status == 0 || (int)mp_project_status_now(&record->project) == status);
    case MP_KIND_MILESTONE:
        return (status == 0 || (int)mp_milestone_status_now(&record->milestone) == status) &&
               (!ask->late || mp_milestone_is_late(&record->milestone, day_of(asking)));
    case MP_KIND_OBSERVATION:
        return ask->indicator[0] == '\0' ||
               strcmp(ask->indicator, record->observation.observation.indicator) == 0;
    default:
        return true;
    }
}

static int add_row(struct mp_store_asking *asking, struct mp_span bytes,
                   const struct mp_store_sight *sight)
{
    struct mp_record_row row = {.record = bytes, .recorded_later = sight->recorded_later};
    int error = 0;

    if (asking->ask->as_of.mode != MP_NOW) {
        mp_buffer_clear(&asking->record);
        error = mp_record_encode(&sight->record, asking->arena, &asking->record);
        if (error == 0)
            error = asking->record.error;
        row.record = mp_buffer_span(&asking->record);
    }
    if (error < 0)
        return error;
    asking->rows++;
    return mp_page_add_row(asking->page, &row);
}

static int consider(struct mp_store_asking *asking, struct mp_span value, int status)
{
    struct mp_store_sight sight = {.exists = false};
    struct mp_record current;
    struct mp_span bytes;
    int error = mp_store_record_open(value, &bytes);

    if (error == 0)
        error = mp_record_decode(bytes, asking->arena, &current);
    if (error == 0)
        error = mp_store_see(asking, &current, &sight);
    if (error < 0)
        return error == MP_EMALFORMED ? MP_ECORRUPT : error;
    if (!sight.exists || !passes(asking, &sight.record, status))
        return 0;
    return add_row(asking, bytes, &sight);
}

static int scan(struct mp_store_asking *asking, int status)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(asking->txn, asking->tables->state);
    struct joined joined = {.mark = mp_arena_mark(asking->arena)};
    struct mp_span from = asking->ask->cursor;
    struct mp_store_key start;

    mp_store_key_state_prefix(&start, asking->ask->record_kind, asking->ask->prefix);
    for (bool found = mp_kv_seek(cursor, from.size > 0 ? from : mp_store_key_span(&start));
         found && mp_span_starts_with(mp_kv_key(cursor), mp_store_key_span(&start));
         found = mp_kv_next(cursor)) {
        struct mp_arena_mark mark;
        int result;

        if (mp_store_asking_is_full(asking))
            return mp_page_set_cursor(asking->page, mp_kv_key(cursor));
        asking->scanned++;
        result = join(asking, mp_kv_key(cursor), &joined);
        mark = mp_arena_mark(asking->arena);
        if (result > 0)
            result = consider(asking, mp_kv_value(cursor), status);
        if (result < 0)
            return result;
        mp_arena_release(asking->arena, mark);
    }
    return mp_kv_error(asking->txn);
}

int mp_store_ask_list(struct mp_store_asking *asking)
{
    int status = 0;
    int error = check_filters(asking, &status);

    if (error == 0 && !asking->is_refused)
        error = mp_store_asking_set_time(asking);
    if (error < 0 || asking->is_refused)
        return error;
    return scan(asking, status);
}
