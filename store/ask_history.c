/* history: every event about one record, by (stated_on, seq), with what was said of it since. The
 * index keeps each kind of change in that order; here they are merged. A cursor is the day and
 * sequence of the last row. */
#include "store/asking.h"

#include <stdlib.h>

#define CURSOR_BYTES 12

struct lane {
    struct mp_kv_cursor *cursor; /* NULL: nothing of this kind */
    struct mp_store_key start;
    struct mp_entry entry;
    bool has_entry;
};

struct merge {
    struct lane lanes[MP_CHANGE_LAST + 1];
    struct mp_subject subject; /* the record; of an observation only its own events count */
    bool is_observation;
    uint64_t observation_seq;
};

static int read_lane(struct lane *lane, bool found)
{
    lane->has_entry = false;
    if (!found || !mp_span_starts_with(mp_kv_key(lane->cursor), mp_store_key_span(&lane->start)))
        return 0;
    lane->has_entry = true;
    return mp_store_entry_open(mp_kv_key(lane->cursor), mp_kv_value(lane->cursor), &lane->entry);
}

static int open_lane(struct mp_store_asking *asking, const struct mp_subject *index_subject,
                     enum mp_change_kind kind, int32_t day, uint64_t seq, struct lane *lane)
{
    struct mp_store_key from;

    lane->cursor = mp_kv_cursor_open(asking->txn, asking->tables->by_subject);
    mp_store_key_statements(&lane->start, index_subject, kind);
    mp_store_key_entry(&from, index_subject, kind, day, seq);
    return read_lane(lane, mp_kv_seek(lane->cursor, mp_store_key_span(&from)));
}

static int open_lanes(struct mp_store_asking *asking, struct merge *merge)
{
    struct mp_subject index_subject = mp_store_index_subject(asking->arena, &merge->subject);
    struct mp_span cursor = asking->ask->cursor;
    struct mp_reader reader = mp_reader_make(cursor);
    int32_t day = INT32_MIN;
    uint64_t seq = 0;
    int error = 0;

    if (index_subject.topic == NULL)
        return MP_ENOMEM;
    if (cursor.size > 0) {
        day = mp_reader_i32(&reader);
        seq = mp_reader_u64(&reader) + 1;
        if (reader.error != 0 || mp_reader_left(&reader) != 0)
            return mp_store_asking_refuse(asking, MP_ASK_MALFORMED,
                                          "the cursor does not belong to this question");
    }
    for (int kind = 1; kind <= MP_CHANGE_LAST && error == 0; kind++)
        error = open_lane(asking, &index_subject, (enum mp_change_kind)kind, day, seq,
                          &merge->lanes[kind]);
    return error < 0 ? error : mp_kv_error(asking->txn);
}

static bool is_before(const struct mp_entry *a, const struct mp_entry *b)
{
    return a->stated_on != b->stated_on ? a->stated_on < b->stated_on : a->seq < b->seq;
}

static struct lane *first_lane(struct merge *merge)
{
    struct lane *first = NULL;

    for (size_t i = 0; i < MP_LENGTH(merge->lanes); i++) {
        struct lane *lane = &merge->lanes[i];

        if (lane->has_entry && (first == NULL || is_before(&lane->entry, &first->entry)))
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

static int add_entry(struct mp_store_asking *asking, const struct merge *merge,
                     const struct mp_entry *entry)
{
    const struct mp_as_of *as_of = &asking->ask->as_of;
    struct mp_history_row row = {.withdrawn_by = entry->withdrawn_by};
    int found;

    if (entry->seq > asking->seq_most)
        return 0;
    if (merge->is_observation && entry->kind == MP_CHANGE_OBSERVATION &&
        entry->seq != merge->observation_seq)
        return 0;
    if (row.withdrawn_by > asking->seq_most)
        row.withdrawn_by = 0;
    found = mp_store_event_get(asking->txn, asking->tables, entry->seq, &row.event);
    if (found <= 0)
        return found < 0 ? found : MP_ECORRUPT;
    if (merge->is_observation) {
        found = is_of_observation(asking, merge, row.event);
        if (found <= 0)
            return found;
    }
    row.recorded_later = as_of->mode == MP_AS_OF_DAY &&
                         mp_store_asking_civil_day(asking, entry->recorded_at_us) > as_of->day;
    asking->rows++;
    return mp_page_add_history(asking->page, &row);
}

static int set_cursor(struct mp_store_asking *asking, const struct mp_entry *last)
{
    struct mp_buffer cursor;
    int error;

    mp_buffer_init(&cursor, CURSOR_BYTES);
    mp_buffer_put_i32(&cursor, last->stated_on);
    mp_buffer_put_u64(&cursor, last->seq);
    error =
        cursor.error < 0 ? cursor.error : mp_page_set_cursor(asking->page, mp_buffer_span(&cursor));
    mp_buffer_done(&cursor);
    return error;
}

static int merge_lanes(struct mp_store_asking *asking, struct merge *merge)
{
    const struct mp_as_of *as_of = &asking->ask->as_of;
    struct mp_entry last = {.seq = 0};
    struct lane *lane;

    while ((lane = first_lane(merge)) != NULL) {
        int error;

        if (as_of->mode == MP_AS_OF_DAY && lane->entry.stated_on > as_of->day)
            return 0;
        if (mp_store_asking_is_full(asking))
            return set_cursor(asking, &last);
        asking->scanned++;
        last = lane->entry;
        error = add_entry(asking, merge, &lane->entry);
        if (error == 0)
            error = read_lane(lane, mp_kv_next(lane->cursor));
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
    for (size_t i = 0; i < MP_LENGTH(merge->lanes); i++)
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
        return mp_store_asking_refuse(asking, MP_ASK_MALFORMED, "\"%s\" is not the id of a %s",
                                      ask->id, mp_code_name(MP_FAMILY_KIND, (int)ask->record_kind));
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
