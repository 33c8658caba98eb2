/* replay: the stored events after one sequence, in order, of the whole or of a prefix. A cursor is
 * the last sequence looked at. */
#include "store/asking.h"

#define CACHE_LINE  64
#define AHEAD_BYTES 512 /* about two events */

/* One topic's way through by_topic. */
struct lane {
    struct mp_store_walk walk;
    struct mp_store_run run; /* its open end */
    uint64_t seq;            /* next, 0: no more */
};

struct lanes {
    struct lane *items[MP_STORE_MERGE_TOPICS]; /* in the arena */
    size_t count;
    bool too_many;
};

struct range {
    uint64_t after, last;
};

static int set_cursor(struct mp_store_asking *asking, uint64_t seq)
{
    struct mp_store_key key;

    mp_store_key_seq(&key, seq);
    return mp_page_set_cursor(asking->page, mp_store_key_span(&key));
}

static int add_event(struct mp_store_asking *asking, struct mp_span event)
{
    asking->rows++;
    return mp_page_add_event(asking->page, event);
}

/* 1 when the event's topic lies under the prefix. */
static int is_wanted(struct mp_span event, struct mp_span prefix)
{
    struct mp_event_place place;

    if (prefix.size == 0)
        return 1;
    if (mp_event_peek(event, &place) < 0)
        return MP_ECORRUPT;
    return mp_span_starts_with(place.topic, prefix);
}

/* LMDB fills a page from its end: what was appended next lies just before. These bytes have not
 * been touched for long, and the scan would wait for the memory at each event. */
static void fetch_next(struct mp_span value)
{
    for (size_t ahead = CACHE_LINE; ahead <= AHEAD_BYTES; ahead += CACHE_LINE)
        __builtin_prefetch(value.data - ahead);
}

static int scan_events(struct mp_store_asking *asking, struct range range)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(asking->txn, asking->tables->events);
    struct mp_span prefix = mp_span_text(asking->ask->prefix);
    struct mp_store_key key;

    mp_store_key_seq(&key, range.after + 1);
    asking->scan_most = MP_STORE_PEEK_MOST;
    for (bool found = mp_kv_seek(cursor, mp_store_key_span(&key)); found;
         found = mp_kv_next(cursor)) {
        struct mp_span event;
        uint64_t seq;
        int error = mp_store_key_to_seq(mp_kv_key(cursor), &seq);

        if (error < 0 || seq > range.last)
            return error;
        if (mp_store_asking_is_full(asking))
            return set_cursor(asking, seq - 1);
        asking->scanned++;
        fetch_next(mp_kv_value(cursor));
        error = mp_store_event_open(mp_kv_value(cursor), NULL, &event);
        if (error == 0)
            error = is_wanted(event, prefix);
        if (error > 0)
            error = add_event(asking, event);
        if (error < 0)
            return error;
    }
    return 0;
}

static int read_lane(struct lane *lane, int found)
{
    lane->seq = found > 0 ? mp_store_walk_item(&lane->walk).seq : 0;
    return found < 0 ? found : 0;
}

static int open_lane(struct mp_store_asking *asking, struct lanes *lanes, struct mp_span topic,
                     struct mp_span run, uint64_t after)
{
    struct lane *lane = mp_arena_alloc(asking->arena, sizeof(*lane));
    struct mp_store_item from = {.seq = after + 1};
    struct mp_reader reader = mp_reader_make(run);
    int error = lane == NULL ? MP_ENOMEM : mp_store_run_read(&reader, &lane->run);

    if (error < 0)
        return error;
    lanes->items[lanes->count++] = lane;
    lane->walk.txn = asking->txn;
    lane->walk.cursor = mp_kv_cursor_open(asking->txn, asking->tables->by_topic);
    lane->walk.open = &lane->run;
    mp_store_key_topic(&lane->walk.prefix, topic);
    return read_lane(lane, mp_store_walk_from(&lane->walk, from));
}

/* The topics under the prefix that have something to tell. */
static int open_lanes(struct mp_store_asking *asking, struct range range, struct lanes *lanes)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(asking->txn, asking->tables->topics);
    struct mp_span prefix = mp_span_text(asking->ask->prefix);

    for (bool found = mp_kv_seek(cursor, prefix);
         found && mp_span_starts_with(mp_kv_key(cursor), prefix); found = mp_kv_next(cursor)) {
        struct mp_store_position position;
        struct mp_span run;
        int error = mp_store_position_open(mp_kv_value(cursor), &position, &run);

        if (error < 0)
            return error;
        if (position.last <= range.after)
            continue;
        if (lanes->count == MP_STORE_MERGE_TOPICS) {
            lanes->too_many = true;
            return 0;
        }
        error = open_lane(asking, lanes, mp_kv_key(cursor), run, range.after);
        if (error < 0)
            return error;
    }
    return mp_kv_error(asking->txn);
}

static void close_lanes(struct lanes *lanes)
{
    for (size_t i = 0; i < lanes->count; i++)
        mp_kv_cursor_close(lanes->items[i]->walk.cursor);
}

static struct lane *first_lane(struct lanes *lanes)
{
    struct lane *first = NULL;

    for (size_t i = 0; i < lanes->count; i++) {
        if (lanes->items[i]->seq != 0 && (first == NULL || lanes->items[i]->seq < first->seq))
            first = lanes->items[i];
    }
    return first;
}

static int merge_lanes(struct mp_store_asking *asking, struct range range, struct lanes *lanes)
{
    struct lane *lane;

    asking->scan_most = MP_STORE_PEEK_MOST;
    while ((lane = first_lane(lanes)) != NULL && lane->seq <= range.last) {
        struct mp_span event;
        int found;

        if (mp_store_asking_is_full(asking))
            return set_cursor(asking, lane->seq - 1);
        asking->scanned++;
        found = mp_store_event_get(asking->txn, asking->tables, lane->seq, &event);
        if (found <= 0)
            return found < 0 ? found : MP_ECORRUPT;
        found = add_event(asking, event);
        if (found == 0)
            found = read_lane(lane, mp_store_walk_next(&lane->walk));
        if (found < 0)
            return found;
    }
    return mp_kv_error(asking->txn);
}

static int replay_prefix(struct mp_store_asking *asking, struct range range)
{
    struct lanes lanes = {.count = 0};
    int error = open_lanes(asking, range, &lanes);

    if (error == 0 && !lanes.too_many)
        error = merge_lanes(asking, range, &lanes);
    close_lanes(&lanes);
    if (error == 0 && lanes.too_many)
        error = scan_events(asking, range);
    return error;
}

int mp_store_ask_replay(struct mp_store_asking *asking)
{
    const struct mp_ask *ask = asking->ask;
    struct range range = {.after = ask->from, .last = asking->head.seq};
    uint64_t seen;

    /* The same sequence is another event after a restore. */
    if (ask->epoch != 0 && ask->epoch != asking->head.epoch)
        return mp_store_asking_refuse(
            asking, MP_ASK_WRONG_EPOCH,
            "these positions are of epoch %llu, and the record is in epoch %llu, restored to %llu: "
            "forget what is beyond the restores since (see epochs) and ask again",
            (unsigned long long)ask->epoch, (unsigned long long)asking->head.epoch,
            (unsigned long long)asking->head.restored_head);
    if (ask->from > asking->head.seq)
        return mp_store_asking_refuse(
            asking, MP_ASK_WRONG_EPOCH,
            "position %llu is beyond the head of epoch %llu, which is %llu: forget what is beyond "
            "%llu and ask again from there",
            (unsigned long long)ask->from, (unsigned long long)asking->head.epoch,
            (unsigned long long)asking->head.seq, (unsigned long long)asking->head.restored_head);
    if (ask->cursor.size > 0) {
        if (mp_store_key_to_seq(ask->cursor, &seen) < 0 || seen < ask->from)
            return mp_store_asking_refuse(asking, MP_ASK_MALFORMED,
                                          "the cursor does not belong to this question");
        range.after = seen;
    }
    if (ask->to != 0 && ask->to < range.last)
        range.last = ask->to;
    if (range.after >= range.last)
        return 0;
    return ask->prefix[0] == '\0' ? scan_events(asking, range) : replay_prefix(asking, range);
}
