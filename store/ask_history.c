/* history: every event about one record, by (stated_on, seq), with what was said of it since. The
 * index keeps each kind of change in that order; here they are merged. A cursor is the day and
 * sequence of the last row. */
#include "store/asking.h"

#include <stdlib.h>

#define CURSOR_BYTES 12

/* Statements of one kind: those that came in order, or those that did not. */
struct lane {
    struct mp_store_walk *walk;  /* or */
    struct mp_kv_cursor *cursor; /* on by_subject */
    struct mp_store_key start;
    enum mp_change_kind kind;
    struct mp_store_item item;
    bool has_item;
};

struct merge {
    struct lane lanes[2 * (MP_CHANGE_LAST + 1)];
    size_t lane_count;
    struct mp_store_look look;
    struct mp_subject subject; /* the record; of an observation only its own events count */
    bool is_observation;
    uint64_t observation_seq;
};

static int read_beside(struct lane *lane, bool found)
{
    struct mp_span subject_key;
    struct mp_entry entry;

    lane->has_item = false;
    if (!found || !mp_span_starts_with(mp_kv_key(lane->cursor), mp_store_key_span(&lane->start)))
        return 0;
    if (mp_store_key_to_entry(mp_kv_key(lane->cursor), &entry, &subject_key) < 0)
        return MP_ECORRUPT;
    lane->item = (struct mp_store_item){.day = entry.stated_on, .seq = entry.seq};
    lane->has_item = true;
    return 0;
}

static int read_run(struct lane *lane, int found)
{
    lane->has_item = found > 0;
    if (found > 0)
        lane->item = mp_store_walk_item(lane->walk);
    return found < 0 ? found : 0;
}

static int read_next(struct lane *lane)
{
    return lane->walk != NULL ? read_run(lane, mp_store_walk_next(lane->walk))
                              : read_beside(lane, mp_kv_next(lane->cursor));
}

static int open_run(struct mp_store_asking *asking, struct merge *merge,
                    const struct mp_store_run *open, struct mp_store_item from)
{
    struct lane *lane = &merge->lanes[merge->lane_count];
    struct mp_store_run *run = mp_arena_alloc(asking->arena, sizeof(*run));
    struct mp_store_walk *walk = mp_arena_alloc(asking->arena, sizeof(*walk));

    if (run == NULL || walk == NULL)
        return MP_ENOMEM;
    *run = *open;
    walk->txn = asking->txn;
    walk->cursor = mp_kv_cursor_open(asking->txn, asking->tables->runs);
    walk->kind = lane->kind = run->kind;
    walk->open = run;
    mp_store_key_statements(&walk->prefix, &merge->subject, run->kind);
    lane->walk = walk;
    lane->cursor = walk->cursor;
    merge->lane_count++;
    return read_run(lane, mp_store_walk_from(walk, from));
}

static int open_runs(struct mp_store_asking *asking, struct merge *merge, struct mp_store_item from)
{
    struct mp_span runs;
    struct mp_reader reader;
    int error = mp_store_runs_get(asking->txn, asking->tables, &merge->subject, &runs);

    reader = mp_reader_make(runs);
    for (int kinds = 0; error == 0 && mp_reader_left(&reader) > 0; kinds++) {
        struct mp_store_run run;

        error = kinds > MP_CHANGE_LAST ? MP_ECORRUPT : mp_store_run_read(&reader, &run);
        if (error == 0)
            error = open_run(asking, merge, &run, from);
    }
    return error;
}

static int open_beside(struct mp_store_asking *asking, struct merge *merge,
                       enum mp_change_kind kind, const struct mp_subject *index_subject,
                       struct mp_store_item from)
{
    struct lane *lane = &merge->lanes[merge->lane_count++];
    struct mp_store_key key;

    lane->kind = kind;
    lane->cursor = mp_kv_cursor_open(asking->txn, asking->tables->by_subject);
    mp_store_key_statements(&lane->start, index_subject, kind);
    mp_store_key_entry(&key, index_subject, kind, from.day, from.seq);
    return read_beside(lane, mp_kv_seek(lane->cursor, mp_store_key_span(&key)));
}

static int open_lanes(struct mp_store_asking *asking, struct merge *merge)
{
    struct mp_subject index_subject = mp_store_index_subject(asking->arena, &merge->subject);
    struct mp_span cursor = asking->ask->cursor;
    struct mp_reader reader = mp_reader_make(cursor);
    struct mp_store_item from = {.day = INT32_MIN};
    int error = 0;

    if (index_subject.topic == NULL)
        return MP_ENOMEM;
    if (cursor.size > 0) {
        from.day = mp_reader_i32(&reader);
        from.seq = mp_reader_u64(&reader) + 1;
        if (reader.error != 0 || mp_reader_left(&reader) != 0)
            return mp_store_asking_refuse(asking, MP_ASK_MALFORMED,
                                          "the cursor does not belong to this question");
    }
    error = mp_store_asking_look(asking, &merge->look);
    if (error == 0)
        error = open_runs(asking, merge, from);
    for (int kind = 1; kind <= MP_CHANGE_LAST && error == 0; kind++)
        error = open_beside(asking, merge, (enum mp_change_kind)kind, &index_subject, from);
    return error < 0 ? error : mp_kv_error(asking->txn);
}

static struct lane *first_lane(struct merge *merge)
{
    struct lane *first = NULL;

    for (size_t i = 0; i < merge->lane_count; i++) {
        struct lane *lane = &merge->lanes[i];

        if (lane->has_item && (first == NULL || mp_store_item_before(lane->item, first->item)))
            first = lane;
    }
    return first;
}

/* Of the indicator's observations and their withdrawals, those of this one. 1, 0 or an error. */
static int is_of_observation(struct mp_store_asking *asking, const struct merge *merge,
                             struct mp_span bytes)
{
    struct mp_arena_mark mark = mp_arena_mark(asking->arena);
    struct mp_subject subject;
    struct mp_event event;
    int result = mp_event_decode(bytes, asking->arena, &event);

    if (result == 0)
        result = mp_event_subject(&event, asking->arena, &subject);
    if (result == 0)
        result = mp_subject_equal(&subject, &merge->subject);
    mp_arena_release(asking->arena, mark);
    return result == MP_EMALFORMED ? MP_ECORRUPT : result;
}

/* 1, 0 or an error. */
static int is_recorded_later(struct mp_store_asking *asking, const struct merge *merge,
                             uint64_t seq)
{
    struct mp_entry entry = {.seq = 0};
    int found;

    if (asking->ask->as_of.mode != MP_AS_OF_DAY)
        return 0;
    found = mp_store_look_entry(&merge->look, seq, &entry);
    if (found <= 0)
        return found < 0 ? found : MP_ECORRUPT;
    return mp_store_asking_civil_day(asking, entry.recorded_at_us) > asking->ask->as_of.day;
}

static int add_row(struct mp_store_asking *asking, const struct merge *merge,
                   const struct lane *lane)
{
    uint64_t seq = lane->item.seq;
    struct mp_history_row row = {.withdrawn_by = 0};
    int result;

    if (seq > asking->seq_most || (merge->is_observation && lane->kind == MP_CHANGE_OBSERVATION &&
                                   seq != merge->observation_seq))
        return 0;
    result = mp_store_event_get(asking->txn, asking->tables, seq, &row.event);
    if (result <= 0)
        return result < 0 ? result : MP_ECORRUPT;
    if (merge->is_observation) {
        result = is_of_observation(asking, merge, row.event);
        if (result <= 0)
            return result;
    }
    result = mp_store_look_withdrawn(&merge->look, seq, &row.withdrawn_by);
    if (result == 0)
        result = is_recorded_later(asking, merge, seq);
    if (result < 0)
        return result;
    row.recorded_later = result > 0;
    asking->rows++;
    return mp_page_add_history(asking->page, &row);
}

static int set_cursor(struct mp_store_asking *asking, struct mp_store_item last)
{
    struct mp_buffer cursor;
    int error;

    mp_buffer_init(&cursor, CURSOR_BYTES);
    mp_buffer_put_i32(&cursor, last.day);
    mp_buffer_put_u64(&cursor, last.seq);
    error =
        cursor.error < 0 ? cursor.error : mp_page_set_cursor(asking->page, mp_buffer_span(&cursor));
    mp_buffer_done(&cursor);
    return error;
}

static int merge_lanes(struct mp_store_asking *asking, struct merge *merge)
{
    const struct mp_as_of *as_of = &asking->ask->as_of;
    struct mp_store_item last = {.seq = 0};
    struct lane *lane;

    while ((lane = first_lane(merge)) != NULL) {
        int error;

        if (as_of->mode == MP_AS_OF_DAY && lane->item.day > as_of->day)
            return 0;
        if (mp_store_asking_is_full(asking))
            return set_cursor(asking, last);
        asking->scanned++;
        last = lane->item;
        error = add_row(asking, merge, lane);
        if (error == 0)
            error = read_next(lane);
        if (error < 0)
            return error;
    }
    return mp_kv_error(asking->txn);
}

static int tell(struct mp_store_asking *asking, struct merge *merge)
{
    int error = open_lanes(asking, merge);

    if (error == 0 && !asking->is_refused)
        error = merge_lanes(asking, merge);
    for (size_t i = 0; i < merge->lane_count; i++)
        mp_kv_cursor_close(merge->lanes[i].cursor);
    return error;
}

int mp_store_ask_history(struct mp_store_asking *asking)
{
    const struct mp_ask *ask = asking->ask;
    struct mp_record current;
    struct merge *merge;
    int result;

    merge = mp_arena_alloc(asking->arena, sizeof(*merge));
    if (merge == NULL)
        return MP_ENOMEM;
    result = mp_subject_parse(asking->arena, ask->record_kind, ask->id, &merge->subject);
    if (result == MP_EMALFORMED)
        return mp_store_asking_refuse(asking, MP_ASK_MALFORMED,
                                      "\"%s\" is no id of its kind (%s): correct it", ask->id,
                                      mp_code_name(MP_FAMILY_KIND, (int)ask->record_kind));
    if (result == 0)
        result = mp_store_asking_set_time(asking);
    if (result < 0 || asking->is_refused)
        return result;
    result =
        mp_store_state_get(asking->txn, asking->tables, &merge->subject, asking->arena, &current);
    if (result <= 0)
        return result < 0 ? result : mp_store_asking_not_found(asking);
    if (ask->record_kind == MP_KIND_OBSERVATION) {
        merge->is_observation = true;
        merge->observation_seq = strtoull(strchr(merge->subject.slug, '@') + 1, NULL, 10);
    }
    return tell(asking, merge);
}
