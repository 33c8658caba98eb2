#include "clients/lib/subscription_state.h"

/* The questions: epochs, positions, replay, each in pages, each asked again until answered. */

#define PAUSE_LEAST_MS 250
#define PAUSE_MOST_MS  5000

static void pause_asking(struct mp_subscription *subscription, int64_t now_ms)
{
    unsigned times = subscription->failures + subscription->misses;
    int64_t pause = PAUSE_LEAST_MS;
    for (unsigned i = 1; i < times && pause < PAUSE_MOST_MS; i++)
        pause *= 2;
    subscription->ask_at_ms = now_ms + (pause < PAUSE_MOST_MS ? pause : PAUSE_MOST_MS);
}

static void new_round(struct mp_subscription *subscription, enum mp_phase phase)
{
    subscription->phase = phase;
    subscription->round++;
    subscription->cursor_size = 0;
}

void mp_sync_break(struct mp_subscription *subscription, const char *why)
{
    new_round(subscription, MP_PHASE_BROKEN);
    mp_backlog_clear(&subscription->backlog);
    subscription->is_agreed = false;
    subscription->why = why;
}

static void start_replay(struct mp_subscription *subscription, uint64_t from, uint64_t to)
{
    new_round(subscription, MP_PHASE_REPLAY);
    subscription->from = from;
    subscription->at = from;
    subscription->to = to;
}

void mp_sync_replay(struct mp_subscription *subscription, uint64_t to, const char *why)
{
    start_replay(subscription, subscription->whole ? subscription->high : subscription->resume, to);
    subscription->why = why;
}

/* Everything up to high has been taken in. */
static void finish(struct mp_subscription *subscription, int64_t now_ms)
{
    new_round(subscription, MP_PHASE_FOLLOWING);
    subscription->why = "waiting for a heartbeat to confirm the count";
    if (subscription->lost_to > subscription->high) {
        mp_sync_replay(subscription, subscription->lost_to,
                       "more events came than could be kept: replaying");
        return;
    }
    subscription->lost_to = 0;
    if (subscription->has_heard && subscription->heard.head == subscription->high)
        mp_follow_heartbeat(subscription, &subscription->heard, now_ms);
    mp_follow_drain(subscription, now_ms);
}

static void start_positions(struct mp_subscription *subscription)
{
    new_round(subscription, MP_PHASE_TOPICS);
    subscription->first_head = 0;
    subscription->last_head = 0;
    if (subscription->whole)
        return;
    mp_positions_forget(&subscription->positions);
    subscription->count = 0;
    subscription->high = 0;
}

/* The whole feed needs no positions for itself: its order is its own proof. */
static void start(struct mp_subscription *subscription, int64_t now_ms)
{
    if (subscription->whole) {
        subscription->high = subscription->resume < subscription->target ? subscription->resume
                                                                         : subscription->target;
        subscription->count = subscription->high;
    }
    subscription->why = "reading the positions";
    if (!subscription->whole || subscription->effects.positions != NULL)
        start_positions(subscription);
    else if (subscription->target > subscription->high)
        mp_sync_replay(subscription, subscription->target, "replaying what was missed");
    else
        finish(subscription, now_ms);
}

static void start_epochs(struct mp_subscription *subscription)
{
    new_round(subscription, MP_PHASE_EPOCHS);
    subscription->restored = UINT64_MAX;
    subscription->why = "the record was restored: finding the common past";
}

bool mp_sync_epoch(struct mp_subscription *subscription, uint64_t epoch, uint64_t head)
{
    if (epoch < subscription->epoch)
        return false;
    if (epoch == subscription->epoch) {
        if (head > subscription->target)
            subscription->target = head;
        return true;
    }
    subscription->epoch = epoch;
    subscription->target = head;
    subscription->lost_to = 0;
    subscription->has_heard = false;
    subscription->is_agreed = false;
    mp_backlog_clear(&subscription->backlog);
    start_epochs(subscription);
    return true;
}

void mp_sync_begin(struct mp_subscription *subscription, const struct mp_heartbeat *heartbeat,
                   int64_t now_ms)
{
    subscription->epoch = heartbeat->epoch;
    subscription->target = heartbeat->head;
    /* A position that nobody ever was given cannot have been reached: from now, then. One with its
     * epoch was given: this publisher only lags behind it. */
    bool is_invented = subscription->base_epoch == 0 && subscription->resume > heartbeat->head;
    if (subscription->from_now || is_invented)
        subscription->resume = heartbeat->head;
    if (subscription->base_epoch == 0)
        subscription->base_epoch = heartbeat->epoch;
    subscription->start = subscription->resume;
    if (subscription->base_epoch == heartbeat->epoch)
        start(subscription, now_ms);
    else
        start_epochs(subscription);
}

void mp_sync_again(struct mp_subscription *subscription, int64_t now_ms, const char *why)
{
    subscription->why = why;
    subscription->is_agreed = false;
    subscription->misses++;
    /* The whole feed's count is its sequence: nothing to ask, the next heartbeat tells. */
    if (subscription->whole)
        return;
    /* What waits lies below the positions that will be read, and heartbeats among it could each
     * cause another round. */
    mp_backlog_clear(&subscription->backlog);
    subscription->lost_to = subscription->target;
    pause_asking(subscription, now_ms);
    start_positions(subscription);
}

static void fail(struct mp_subscription *subscription, int64_t now_ms)
{
    subscription->failures++;
    pause_asking(subscription, now_ms);
}

/* An answer that makes no sense, or a refused cursor: the same question from its first page. */
static void fail_whole(struct mp_subscription *subscription, int64_t now_ms)
{
    if (subscription->phase == MP_PHASE_REPLAY)
        start_replay(subscription, subscription->at, subscription->to);
    else if (subscription->phase == MP_PHASE_TOPICS)
        start_positions(subscription);
    else
        start_epochs(subscription);
    fail(subscription, now_ms);
}

/* True when there is another page to ask for. */
static bool keep_cursor(struct mp_subscription *subscription, const struct mp_page *page)
{
    subscription->cursor_size = 0;
    if (page->cursor.size == 0)
        return false;
    memcpy(subscription->cursor, page->cursor.data, page->cursor.size);
    subscription->cursor_size = page->cursor.size;
    return true;
}

static int read_epoch(struct mp_subscription *subscription, struct mp_span bytes)
{
    struct mp_record record;
    mp_arena_reset(subscription->arena);
    int result = mp_record_decode(bytes, subscription->arena, &record);
    if (result != 0)
        return result;
    if (record.subject.kind != MP_KIND_EPOCH)
        return MP_EMALFORMED;
    if (record.epoch.epoch > subscription->base_epoch &&
        record.epoch.restored_head < subscription->restored)
        subscription->restored = record.epoch.restored_head;
    return 0;
}

/* The common past ends where the earliest restore since our epoch began. */
static void take_epochs(struct mp_subscription *subscription, const struct mp_page *page,
                        int64_t now_ms)
{
    for (size_t i = 0; i < page->record_count; i++) {
        if (read_epoch(subscription, page->records[i]) != 0) {
            fail_whole(subscription, now_ms);
            return;
        }
    }
    if (page->restored_head < subscription->restored)
        subscription->restored = page->restored_head;
    if (keep_cursor(subscription, page))
        return;
    if (subscription->resume > subscription->restored)
        subscription->resume = subscription->restored;
    if (subscription->start > subscription->resume)
        subscription->start = subscription->resume;
    mp_positions_restore(&subscription->positions, subscription->restored);
    subscription->base_epoch = subscription->epoch;
    if (subscription->effects.epoch != NULL)
        subscription->effects.epoch(subscription->effects.context, subscription->epoch,
                                    subscription->restored);
    start(subscription, now_ms);
}

static bool take_row(struct mp_subscription *subscription, const struct mp_topic_position *row)
{
    struct mp_position *position;
    int result = mp_positions_make(&subscription->positions, mp_span_text(row->topic), &position);
    if (result != 0) {
        mp_sync_break(subscription, result == MP_ETOOBIG
                                        ? "more topics under the prefix than can be followed"
                                        : "no memory for the positions of the topics");
        return false;
    }
    position->last = row->last;
    subscription->count += row->count;
    if (row->last > subscription->high)
        subscription->high = row->last;
    return true;
}

static void take_positions(struct mp_subscription *subscription, const struct mp_page *page,
                           int64_t now_ms)
{
    if (subscription->first_head == 0)
        subscription->first_head = page->head;
    if (page->head > subscription->last_head)
        subscription->last_head = page->head;
    for (size_t i = 0; i < page->topic_count && !subscription->whole; i++) {
        if (!take_row(subscription, &page->topics[i]))
            return;
    }
    if (subscription->effects.positions != NULL)
        subscription->effects.positions(subscription->effects.context, page->topics,
                                        page->topic_count);
    if (keep_cursor(subscription, page))
        return;
    uint64_t to = subscription->last_head, from = subscription->high;
    if (!subscription->whole) {
        /* Rows of later pages may be newer than the first page: topics that began in between are
         * found by the replay. */
        from = subscription->resume < subscription->first_head ? subscription->resume
                                                               : subscription->first_head;
        if (to > subscription->high)
            subscription->high = to;
    }
    subscription->why = "replaying what was missed";
    if (to > from)
        start_replay(subscription, from, to);
    else
        finish(subscription, now_ms);
}

enum place_in_replay { PLACE_SKIP, PLACE_TAKE, PLACE_WRONG, PLACE_UNEXPLAINED };

static enum place_in_replay find_place(const struct mp_subscription *subscription,
                                       const struct mp_event_place *place)
{
    if (place->seq <= subscription->at || place->seq > subscription->to ||
        !mp_span_starts_with(place->topic, mp_span_text(subscription->prefix)))
        return PLACE_WRONG;
    if (subscription->whole)
        return place->seq == subscription->high + 1 ? PLACE_TAKE : PLACE_WRONG;
    const struct mp_position *position = mp_positions_find(&subscription->positions, place->topic);
    uint64_t last = position == NULL ? 0 : position->last;
    return place->seq <= last || place->prev == last ? PLACE_TAKE : PLACE_UNEXPLAINED;
}

/* Whether the page's events could be taken in; else the question has been changed. */
static bool take_replayed(struct mp_subscription *subscription, const struct mp_page *page,
                          int64_t now_ms)
{
    for (size_t i = 0; i < page->event_count; i++) {
        struct mp_event_place place;
        enum place_in_replay where = PLACE_WRONG;
        if (mp_event_peek(page->events[i], &place) == 0)
            where = find_place(subscription, &place);
        if (where == PLACE_WRONG) {
            fail_whole(subscription, now_ms);
            return false;
        }
        if (where == PLACE_UNEXPLAINED) {
            mp_sync_again(subscription, now_ms, "the order of events cannot be explained");
            return false;
        }
        if (!mp_follow_take(subscription, &place, page->events[i]))
            return false;
        subscription->at = place.seq;
        if (place.seq > subscription->resume)
            subscription->resume = place.seq;
    }
    return true;
}

static void take_replay(struct mp_subscription *subscription, const struct mp_page *page,
                        int64_t now_ms)
{
    if (!take_replayed(subscription, page, now_ms) || keep_cursor(subscription, page))
        return;
    /* A head that the record does not have yet was not replayed. */
    if (subscription->to > page->head)
        subscription->to = page->head;
    if (subscription->whole) {
        if (subscription->high < subscription->to) {
            fail_whole(subscription, now_ms);
            return;
        }
    } else {
        if (subscription->to > subscription->high)
            subscription->high = subscription->to;
        if (subscription->to > subscription->resume)
            subscription->resume = subscription->to;
    }
    if (subscription->lost_to > page->head)
        subscription->lost_to = page->head;
    finish(subscription, now_ms);
}

static void take_page(struct mp_subscription *subscription, const struct mp_page *page,
                      int64_t now_ms)
{
    if (page->head > subscription->target)
        subscription->target = page->head;
    subscription->failures = 0;
    switch (subscription->phase) {
    case MP_PHASE_EPOCHS:
        take_epochs(subscription, page, now_ms);
        break;
    case MP_PHASE_TOPICS:
        take_positions(subscription, page, now_ms);
        break;
    case MP_PHASE_REPLAY:
        take_replay(subscription, page, now_ms);
        break;
    default:
        break;
    }
}

void mp_sync_answer(struct mp_subscription *subscription, int error, const struct mp_page *page,
                    int64_t now_ms)
{
    /* Busy or unreachable: the cursor stays good. */
    if (error != 0 || page->error == MP_ASK_BUSY)
        fail(subscription, now_ms);
    else if (page->epoch > subscription->epoch)
        (void)mp_sync_epoch(subscription, page->epoch, page->head);
    else if (page->error != MP_ASK_OK || page->epoch < subscription->epoch ||
             page->cursor.size > MP_CURSOR_MOST)
        fail_whole(subscription, now_ms);
    else
        take_page(subscription, page, now_ms);
}

void mp_sync_ask(struct mp_subscription *subscription, int64_t now_ms)
{
    static const enum mp_ask_kind kinds[] = {
        [MP_PHASE_EPOCHS] = MP_ASK_EPOCHS,
        [MP_PHASE_TOPICS] = MP_ASK_TOPICS,
        [MP_PHASE_REPLAY] = MP_ASK_REPLAY,
        [MP_PHASE_BROKEN] = MP_ASK_NONE,
    };
    enum mp_ask_kind kind = kinds[subscription->phase];
    if (kind == MP_ASK_NONE || subscription->asking || now_ms < subscription->ask_at_ms)
        return;
    struct mp_ask ask;
    mp_ask_init(&ask, kind);
    ask.cursor = mp_span_make(subscription->cursor, subscription->cursor_size);
    ask.prefix = subscription->prefix;
    if (kind == MP_ASK_REPLAY) {
        ask.from = subscription->from;
        ask.to = subscription->to;
        ask.epoch = subscription->epoch;
    }
    subscription->asking = true;
    subscription->asked_round = subscription->round;
    subscription->effects.ask(subscription->effects.context, &ask);
}
