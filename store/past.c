/* Records as they were: as of a day (by what was said by then) and as recorded (by what this ledger
 * held then, definitions too). */
#include "store/asking.h"

#include <stdlib.h>

#define EVENTS_BETWEEN_COMPACTIONS 64

struct seqs {
    uint64_t *items; /* malloc */
    size_t count, capacity;
};

static int add_seq(struct seqs *seqs, uint64_t seq)
{
    if (seqs->count == seqs->capacity) {
        size_t capacity = seqs->capacity == 0 ? 64 : seqs->capacity * 2;
        void *larger = reallocarray(seqs->items, capacity, sizeof(*seqs->items));

        if (larger == NULL)
            return MP_ENOMEM;
        seqs->items = larger;
        seqs->capacity = capacity;
    }
    seqs->items[seqs->count++] = seq;
    return 0;
}

static int compare_seqs(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return a < b ? -1 : a > b;
}

static int add_if_then(struct mp_store_asking *asking, uint64_t seq, struct seqs *seqs)
{
    asking->scanned++;
    return seq <= asking->seq_most ? add_seq(seqs, seq) : 0;
}

/* Those that came out of order, within the range of keys. */
static int collect_beside(struct mp_store_asking *asking, const struct mp_store_key *start,
                          struct seqs *seqs)
{
    struct mp_store_look look;
    int error = mp_store_asking_look(asking, &look);

    if (error < 0)
        return error;
    for (bool found = mp_kv_seek(look.by_subject, mp_store_key_span(start));
         found && mp_span_starts_with(mp_kv_key(look.by_subject), mp_store_key_span(start));
         found = mp_kv_next(look.by_subject)) {
        struct mp_span subject_key;
        struct mp_entry entry;

        error = mp_store_key_to_entry(mp_kv_key(look.by_subject), &entry, &subject_key);
        if (error == 0)
            error = add_if_then(asking, entry.seq, seqs);
        if (error < 0)
            return error;
    }
    return mp_kv_error(asking->txn);
}

static int collect_run(struct mp_store_asking *asking, const struct mp_subject *subject,
                       const struct mp_store_run *run, struct seqs *seqs)
{
    struct mp_store_item first = {.day = INT32_MIN};
    struct mp_store_walk walk = {
        .txn = asking->txn, .cursor = asking->runs, .kind = run->kind, .open = run};
    int found;

    mp_store_key_statements(&walk.prefix, subject, run->kind);
    for (found = mp_store_walk_from(&walk, first); found > 0; found = mp_store_walk_next(&walk)) {
        int error = add_if_then(asking, mp_store_walk_item(&walk).seq, seqs);

        if (error < 0)
            return error;
    }
    return found;
}

static int collect_runs(struct mp_store_asking *asking, const struct mp_subject *subject,
                        struct seqs *seqs)
{
    struct mp_store_look look;
    struct mp_reader reader;
    struct mp_span runs;
    int error = mp_store_runs_get(asking->txn, asking->tables, subject, &runs);

    if (error == 0)
        error = mp_store_asking_look(asking, &look);
    if (error < 0)
        return error;
    reader = mp_reader_make(runs);
    while (error == 0 && mp_reader_left(&reader) > 0) {
        struct mp_store_run run;

        error = mp_store_run_read(&reader, &run);
        if (error == 0)
            error = collect_run(asking, subject, &run, seqs);
    }
    return error;
}

/* The events that made the record. The index files all observations of an indicator together: the
 * observation's own event is named by its id, the rest are withdrawals. */
static int collect(struct mp_store_asking *asking, const struct mp_record *current,
                   struct seqs *seqs)
{
    const char *at = strchr(current->subject.slug, '@');
    struct mp_subject index_subject = mp_store_index_subject(asking->arena, &current->subject);
    struct mp_store_key start;
    int error = 0;

    if (index_subject.topic == NULL)
        return MP_ENOMEM;
    mp_store_key_subject(&start, &index_subject);
    if (current->subject.kind == MP_KIND_OBSERVATION && at != NULL) {
        uint64_t own = strtoull(at + 1, NULL, 10);

        error = own <= asking->seq_most ? add_seq(seqs, own) : 0;
        mp_store_key_statements(&start, &index_subject, MP_CHANGE_WITHDRAWAL);
    } else {
        error = collect_runs(asking, &current->subject, seqs);
    }
    if (error == 0)
        error = collect_beside(asking, &start, seqs);
    if (error == 0 && seqs->count > 1)
        qsort(seqs->items, seqs->count, sizeof(*seqs->items), compare_seqs);
    return error;
}

/* Frees what earlier events took: only the record is carried on. */
static int compact(struct mp_store_asking *asking, struct mp_arena_mark mark,
                   struct mp_record *record)
{
    int error;

    mp_buffer_clear(&asking->record);
    error = mp_record_encode(record, asking->arena, &asking->record);
    mp_arena_release(asking->arena, mark);
    if (error == 0)
        error = asking->record.error;
    if (error == 0)
        error = mp_record_decode(mp_buffer_span(&asking->record), asking->arena, record);
    return error == MP_EMALFORMED ? MP_ECORRUPT : error;
}

static int fold_one(struct mp_store_asking *asking, const struct mp_subject *subject, uint64_t seq,
                    struct mp_store_sight *sight)
{
    struct mp_store_look look;
    struct mp_entries entries;
    struct mp_subject changed;
    struct mp_event event;
    struct mp_record after;
    int error = mp_store_asking_look(asking, &look);

    if (error == 0)
        error = mp_store_event_decode_at(asking->txn, asking->tables, seq, asking->arena, &event);
    if (error == 0)
        error = mp_event_subject(&event, asking->arena, &changed);
    if (error < 0)
        return error == MP_EMALFORMED ? MP_ECORRUPT : error;
    if (!mp_subject_equal(&changed, subject))
        return 0;
    look.seq_most = seq; /* statements as they stood right after this event */
    entries = mp_store_look_entries(&look);
    error = mp_fold(sight->exists ? &sight->record : NULL, &event, &entries, asking->arena, &after);
    if (error < 0)
        return error;
    sight->exists = true;
    sight->record = after;
    return 0;
}

static int fold_all(struct mp_store_asking *asking, const struct mp_record *current,
                    const struct seqs *seqs, struct mp_store_sight *ret_sight)
{
    struct mp_store_sight sight = {.exists = false};
    struct mp_arena_mark mark = mp_arena_mark(asking->arena);
    int error = 0;

    for (size_t i = 0; i < seqs->count && error == 0; i++) {
        error = fold_one(asking, &current->subject, seqs->items[i], &sight);
        if (error == 0 && sight.exists && (i + 1) % EVENTS_BETWEEN_COMPACTIONS == 0)
            error = compact(asking, mark, &sight.record);
    }
    if (error == 0)
        *ret_sight = sight;
    return error;
}

int mp_store_fold_past(struct mp_store_asking *asking, const struct mp_record *current,
                       struct mp_store_sight *ret_sight)
{
    struct seqs seqs = {.count = 0};
    int error;

    if (current->revision.seq <= asking->seq_most) {
        *ret_sight = (struct mp_store_sight){.exists = true, .record = *current};
        return 0;
    }
    error = collect(asking, current, &seqs);
    if (error == 0)
        error = fold_all(asking, current, &seqs, ret_sight);
    free(seqs.items);
    return error;
}

/* Whether the statement was recorded on a later day than the one asked for: 1, 0 or an error. */
static int is_recorded_later(struct mp_store_asking *asking, uint64_t seq)
{
    struct mp_store_look look;
    struct mp_entry entry = {.seq = 0};
    int found;

    if (seq == 0)
        return 0;
    found = mp_store_asking_look(asking, &look);
    if (found == 0)
        found = mp_store_look_entry(&look, seq, &entry);
    if (found <= 0)
        return found < 0 ? found : MP_ECORRUPT;
    return mp_store_asking_civil_day(asking, entry.recorded_at_us) > asking->ask->as_of.day;
}

/* Any figure of the milestone. */
static int milestone_is_later(struct mp_store_asking *asking, const struct mp_record *record)
{
    const struct mp_milestone_record *milestone = &record->milestone;
    const uint64_t figures[] = {
        milestone->first.seq,      milestone->approved.seq,   milestone->rebaseline.seq,
        milestone->forecast.seq,   milestone->met.seq,        milestone->confirmed.seq,
        milestone->suspension.seq, milestone->resumption.seq, milestone->progress.seq,
        milestone->stated.seq,
    };

    for (size_t i = 0; i < MP_LENGTH(figures); i++) {
        int later = is_recorded_later(asking, figures[i]);

        if (later != 0)
            return later;
    }
    return 0;
}

static int figures_are_later(struct mp_store_asking *asking, const struct mp_record *record)
{
    const char *at;

    switch (record->subject.kind) {
    case MP_KIND_MILESTONE:
        return milestone_is_later(asking, record);
    case MP_KIND_PROJECT:
        return is_recorded_later(asking, record->project.stated.seq);
    case MP_KIND_OBSERVATION:
        at = strchr(record->subject.slug, '@');
        return at == NULL ? 0 : is_recorded_later(asking, strtoull(at + 1, NULL, 10));
    default:
        return 0;
    }
}

/* Observations are statements: one that was made later was not there. The rest are definitions. */
static int see_day(struct mp_store_asking *asking, const struct mp_record *current,
                   struct mp_store_sight *ret_sight)
{
    int32_t day = asking->ask->as_of.day;
    struct mp_store_sight sight = {.exists = true};
    struct mp_store_look look;
    struct mp_entries entries;
    int result = mp_store_asking_look(asking, &look);

    if (result < 0)
        return result;
    entries = mp_store_look_entries(&look);
    result = mp_record_as_of(current, day, &entries, &sight.record);
    if (result == 0)
        result = figures_are_later(asking, &sight.record);
    if (result < 0)
        return result;
    sight.recorded_later = result > 0;
    if (current->subject.kind == MP_KIND_OBSERVATION && current->observation.stated_on > day)
        sight.exists = false;
    *ret_sight = sight;
    return 0;
}

int mp_store_see(struct mp_store_asking *asking, const struct mp_record *current,
                 struct mp_store_sight *ret_sight)
{
    switch (asking->ask->as_of.mode) {
    case MP_AS_OF_DAY:
        return see_day(asking, current, ret_sight);
    case MP_AS_RECORDED:
        return mp_store_fold_past(asking, current, ret_sight);
    default:
        *ret_sight = (struct mp_store_sight){.exists = true, .record = *current};
        return 0;
    }
}
