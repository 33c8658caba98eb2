/* The picture from the pages of ASK. */
#include "clients/lib/picture_private.h"

#include "clients/lib/client_private.h"
#include "proto/codec.h"

#include <stdlib.h>
#include <string.h>

#define SCRATCH_BYTES ((size_t)16 << 20)

struct loading {
    struct mp_client *client;
    struct mp_picture *picture;
    struct mp_arena *scratch; /* of one record */
    size_t project_capacity, milestone_capacity, agency_capacity, term_capacity, policy_capacity;
    struct mp_calendar_version *versions;
    size_t version_count, version_capacity;
    struct mp_schedule_link *links;
    size_t link_count, link_capacity;
    bool has_calendars; /* those of the snapshot come again */
};

#define GROW(array, count, capacity, ret_at)                                                       \
    mp_picture_grow((void **)&(array), &(count), &(capacity), sizeof(*(array)), (void **)(ret_at))

static const char *keep(struct mp_arena *arena, const char *text, bool *is_short)
{
    const char *kept = text[0] == '\0' ? "" : mp_arena_strdup(arena, text);

    *is_short |= kept == NULL;
    return kept;
}

static int take_milestone(struct loading *loading, const struct mp_record *record, bool later)
{
    struct mp_picture *picture = loading->picture;
    struct mp_picture_milestone *milestone;
    struct mp_milestone *definition;
    const char *id = mp_subject_id(loading->scratch, &record->subject);
    bool is_short = id == NULL;

    if (is_short || GROW(picture->milestones, picture->milestone_count, loading->milestone_capacity,
                         &milestone) != 0)
        return MP_ENOMEM;
    milestone->record = record->milestone;
    milestone->is_recorded_later = later;
    milestone->id = keep(picture->arena, id, &is_short);
    definition = &milestone->record.definition;
    definition->id = milestone->id;
    definition->title.en = keep(picture->arena, definition->title.en, &is_short);
    definition->title.ur = keep(picture->arena, definition->title.ur, &is_short);
    definition->title.zh = keep(picture->arena, definition->title.zh, &is_short);
    definition->code = keep(picture->arena, definition->code, &is_short);
    definition->start = keep(picture->arena, definition->start, &is_short);
    definition->calendar = keep(picture->arena, definition->calendar, &is_short);
    return is_short ? MP_ENOMEM : 0;
}

static int take_link(struct loading *loading, const struct mp_record *record)
{
    struct mp_picture *picture = loading->picture;
    struct mp_schedule_link link, *place;
    int result = mp_schedule_link_of(&record->link, picture->names, picture->calendars, &link);

    if (result == MP_ENOTFOUND) {
        picture->dangling_link_count++;
        return 0;
    }
    if (result == MP_EINVAL)
        picture->unknown_calendar_count++;
    if (GROW(loading->links, loading->link_count, loading->link_capacity, &place) != 0)
        return MP_ENOMEM;
    *place = link;
    return 0;
}

static int take_project(struct loading *loading, const struct mp_record *record)
{
    struct mp_picture *picture = loading->picture;
    struct mp_picture_project *project;

    if (GROW(picture->projects, picture->project_count, loading->project_capacity, &project) != 0)
        return MP_ENOMEM;
    project->id = mp_subject_id(picture->arena, &record->subject);
    project->topic = record->subject.topic;
    project->record = record->project;
    return project->id == NULL ? MP_ENOMEM : 0;
}

static int take_agency(struct loading *loading, const struct mp_record *record)
{
    struct mp_picture *picture = loading->picture;
    struct mp_picture_agency *agency;

    if (GROW(picture->agencies, picture->agency_count, loading->agency_capacity, &agency) != 0)
        return MP_ENOMEM;
    agency->id = record->subject.slug;
    agency->definition = record->agency.definition;
    return 0;
}

static int compare_ids(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int compare_versions(const void *left, const void *right)
{
    const struct mp_calendar_version *a = left, *b = right;

    return strcmp(a->name, b->name) ?: (a->valid_from < b->valid_from ? -1 : 1);
}

/* Versions that begin after the status date are known then too when they were announced before:
 * holidays of next year are no surprise. */
static int make_calendars(struct loading *loading)
{
    size_t i = 0;

    if (loading->version_count == 0)
        return 0;
    qsort(loading->versions, loading->version_count, sizeof(*loading->versions), compare_versions);
    while (i < loading->version_count) {
        size_t first = i;
        uint8_t number;
        int result;

        while (i < loading->version_count &&
               strcmp(loading->versions[i].name, loading->versions[first].name) == 0)
            i++;
        result = mp_calendars_set(loading->picture->calendars, &loading->versions[first], i - first,
                                  MP_DAY_NONE, &number);
        if (result != 0)
            return result;
    }
    return 0;
}

/* Names give the numbers; the milestones are put in their order. */
static int number_milestones(struct mp_picture *picture)
{
    const char **ids = calloc(picture->milestone_count + 1, sizeof(*ids));
    int result = ids == NULL ? MP_ENOMEM : 0;

    if (result == 0 && picture->milestone_count > 0)
        qsort(picture->milestones, picture->milestone_count, sizeof(*picture->milestones),
              compare_ids);
    for (size_t i = 0; result == 0 && i < picture->milestone_count; i++)
        ids[i] = picture->milestones[i].id;
    if (result == 0)
        result = mp_schedule_names_new(ids, picture->milestone_count, &picture->names);
    free((void *)ids);
    return result;
}

/* Once all milestones and calendars are there, before the first link. */
static int settle(struct loading *loading)
{
    if (loading->picture->names != NULL)
        return 0;
    return make_calendars(loading) ?: number_milestones(loading->picture);
}

static int take(struct loading *loading, const struct mp_record *record, bool later)
{
    struct mp_picture *picture = loading->picture;
    struct mp_term *term;
    struct mp_policy *policy;
    struct mp_calendar_version *version;

    switch (record->subject.kind) {
    case MP_KIND_MILESTONE:
        return take_milestone(loading, record, later);
    case MP_KIND_LINK:
        return settle(loading) ?: take_link(loading, record);
    case MP_KIND_PROJECT:
        return take_project(loading, record);
    case MP_KIND_AGENCY:
        return take_agency(loading, record);
    case MP_KIND_TERM:
        if (GROW(picture->terms, picture->term_count, loading->term_capacity, &term) != 0)
            return MP_ENOMEM;
        *term = record->term;
        return 0;
    case MP_KIND_POLICY:
        if (GROW(picture->policies, picture->policy_count, loading->policy_capacity, &policy) != 0)
            return MP_ENOMEM;
        *policy = record->policy;
        return 0;
    case MP_KIND_CALENDAR:
        if (loading->has_calendars)
            return 0;
        if (GROW(loading->versions, loading->version_count, loading->version_capacity, &version) !=
            0)
            return MP_ENOMEM;
        *version = record->calendar;
        return 0;
    default: /* of a snapshot: indicators, observations, epochs */
        return 0;
    }
}

static int take_row(struct loading *loading, struct mp_span bytes, bool later)
{
    struct mp_record record;
    int error;

    mp_arena_reset(loading->scratch);
    error = mp_record_decode(bytes, loading->scratch, &record);
    /* A cancelled milestone is counted as such; other things that are removed are gone. */
    if (error != 0 || (record.removed && record.subject.kind != MP_KIND_MILESTONE))
        return error;
    /* Few of the other kinds: they are kept whole. */
    if (record.subject.kind != MP_KIND_MILESTONE && record.subject.kind != MP_KIND_LINK &&
        record.subject.kind != MP_KIND_OBSERVATION)
        error = mp_record_decode(bytes, loading->picture->arena, &record);
    return error != 0 ? error : take(loading, &record, later);
}

int mp_picture_outdated(struct mp_client *client)
{
    return mp_client_fail(client, MP_EEPOCH, "the record was restored meanwhile: ask again");
}

static int on_page(void *context, const struct mp_page *page)
{
    struct loading *loading = context;
    struct mp_picture *picture = loading->picture;

    if (picture->head == 0) {
        picture->epoch = page->epoch;
        picture->head = page->head;
    }
    if (page->epoch != picture->epoch)
        return mp_picture_outdated(loading->client);
    for (size_t i = 0; i < page->row_count; i++) {
        int error = take_row(loading, page->rows[i].record, page->rows[i].recorded_later);

        if (error != 0)
            return error;
    }
    for (size_t i = 0; i < page->record_count; i++) {
        int error = take_row(loading, page->records[i], false);

        if (error != 0)
            return error;
    }
    return 0;
}

static int load_kind(struct loading *loading, enum mp_kind kind)
{
    struct mp_ask ask;

    mp_ask_init(&ask, MP_ASK_LIST);
    ask.record_kind = kind;
    ask.as_of = loading->picture->options.as_of;
    ask.removed_too = kind == MP_KIND_MILESTONE; /* cancelled ones are counted */
    ask.limit = MP_PAGE_ROWS_MOST;
    return mp_client_ask(loading->client, &ask, loading->picture->options.timeout_ms, on_page,
                         loading);
}

static void join_projects(struct mp_picture *picture)
{
    char path[MP_PATH_MOST + 1];

    for (size_t i = 0; i < picture->project_count; i++)
        picture->projects[i].policy = mp_policy_in_force(
            picture->policies, picture->policy_count,
            picture->projects[i].record.definition.programme, picture->options.today);
    for (size_t i = 0; i < picture->milestone_count; i++) {
        struct mp_picture_milestone *milestone = &picture->milestones[i];
        size_t size = strcspn(milestone->id, ":");

        milestone->project = MP_PICTURE_NONE;
        if (size < sizeof(path)) {
            memcpy(path, milestone->id, size);
            path[size] = '\0';
            milestone->project = mp_picture_find_project(picture, path);
        }
    }
}

static int make_schedule(struct loading *loading)
{
    struct mp_picture *picture = loading->picture;
    struct mp_schedule_node *nodes = calloc(picture->milestone_count + 1, sizeof(*nodes));
    struct mp_schedule_cycle cycle = {.count = 0};
    int result = nodes == NULL ? MP_ENOMEM : 0;

    picture->links = loading->links;
    picture->link_count = loading->link_count;
    loading->links = NULL;
    for (size_t i = 0; result == 0 && i < picture->milestone_count; i++)
        picture->unknown_calendar_count +=
            mp_schedule_node_of(&picture->milestones[i].record, picture->names, picture->calendars,
                                &nodes[i]) != 0;
    if (result == 0)
        result = mp_schedule_new(&(struct mp_schedule_plan){.nodes = nodes,
                                                            .node_count = picture->milestone_count,
                                                            .links = picture->links,
                                                            .link_count = picture->link_count,
                                                            .calendars = picture->calendars,
                                                            .gaps = picture->options.gaps,
                                                            .today = picture->options.today},
                                 &cycle, &picture->schedule);
    if (result == MP_EEXIST)
        result = mp_client_fail(loading->client, MP_EEXIST,
                                mp_schedule_cycle_text(&cycle, picture->names, picture->arena));
    free(nodes);
    return result;
}

/* As it stands: one question, whose kinds come in the order of their numbers, so that milestones
 * come before links; calendars, which come last there, are asked for before. */
static int load_now(struct loading *loading)
{
    struct mp_ask ask;
    int result = load_kind(loading, MP_KIND_CALENDAR);

    if (result != 0)
        return result;
    loading->has_calendars = true;
    mp_ask_init(&ask, MP_ASK_SNAPSHOT);
    return mp_client_ask(loading->client, &ask, loading->picture->options.timeout_ms, on_page,
                         loading);
}

static int load_then(struct loading *loading)
{
    static const enum mp_kind kinds[] = {MP_KIND_TERM,   MP_KIND_AGENCY,  MP_KIND_CALENDAR,
                                         MP_KIND_POLICY, MP_KIND_PROJECT, MP_KIND_MILESTONE,
                                         MP_KIND_LINK};
    int result = 0;

    for (size_t i = 0; result == 0 && i < MP_LENGTH(kinds); i++)
        result = load_kind(loading, kinds[i]);
    return result;
}

int mp_picture_gather(struct mp_client *client, struct mp_picture *picture)
{
    struct loading loading = {
        .client = client, .picture = picture, .scratch = mp_arena_new(SCRATCH_BYTES)};
    int result = loading.scratch == NULL ? MP_ENOMEM : 0;

    if (result == 0)
        result = picture->options.as_of.mode == MP_NOW ? load_now(&loading) : load_then(&loading);
    if (result == 0)
        result = settle(&loading);
    if (result == 0) {
        if (picture->project_count > 0)
            qsort(picture->projects, picture->project_count, sizeof(*picture->projects),
                  compare_ids);
        if (picture->agency_count > 0)
            qsort(picture->agencies, picture->agency_count, sizeof(*picture->agencies),
                  compare_ids);
        join_projects(picture);
        result = make_schedule(&loading);
    }
    free(loading.links);
    free(loading.versions);
    mp_arena_free(loading.scratch);
    return result;
}
