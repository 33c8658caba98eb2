#include "clients/lib/subscription_state.h"

/* The feed: what is taken in as it comes, and when the count is believed. */

#define MESSAGE_EVENTS_MOST 65536

int mp_follow_decode(struct mp_subscription *subscription, struct mp_span message,
                     struct mp_feed_events *ret_events, struct mp_event_place **ret_places)
{
    struct mp_feed_events events;
    mp_arena_reset(subscription->arena);
    int result = mp_feed_events_decode(message, subscription->arena, MESSAGE_EVENTS_MOST, &events);
    if (result != 0)
        return result;
    struct mp_event_place *places =
        mp_arena_array(subscription->arena, events.count, sizeof *places);
    if (places == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < events.count; i++) {
        result = mp_event_peek(events.events[i], &places[i]);
        if (result != 0)
            return result;
    }
    *ret_events = events;
    *ret_places = places;
    return 0;
}

static void deliver(struct mp_subscription *subscription, const struct mp_event_place *place,
                    struct mp_span event)
{
    subscription->effects.deliver(subscription->effects.context, place, event);
}

static bool take_whole(struct mp_subscription *subscription, const struct mp_event_place *place,
                       struct mp_span event)
{
    subscription->high = place->seq;
    subscription->count = place->seq;
    if (place->seq > subscription->resume) {
        subscription->resume = place->seq;
        deliver(subscription, place, event);
    }
    return true;
}

bool mp_follow_take(struct mp_subscription *subscription, const struct mp_event_place *place,
                    struct mp_span event)
{
    if (subscription->whole)
        return take_whole(subscription, place, event);
    struct mp_position *position;
    int result = mp_positions_make(&subscription->positions, place->topic, &position);
    if (result != 0) {
        mp_sync_break(subscription, result == MP_ETOOBIG
                                        ? "more topics under the prefix than can be followed"
                                        : "no memory for the positions of the topics");
        return false;
    }
    bool wanted = place->seq > subscription->resume && place->seq > position->delivered;
    if (place->seq > position->last) {
        position->last = place->seq;
        subscription->count++;
        if (place->seq > subscription->high)
            subscription->high = place->seq;
    }
    if (wanted) {
        position->delivered = place->seq;
        deliver(subscription, place, event);
    }
    return true;
}

/* Has been taken in before; *ret_follows: comes right after what was. */
static bool is_known(const struct mp_subscription *subscription, const struct mp_event_place *place,
                     bool *ret_follows)
{
    if (subscription->whole) {
        *ret_follows = place->seq == subscription->high + 1;
        return place->seq <= subscription->high;
    }
    const struct mp_position *position = mp_positions_find(&subscription->positions, place->topic);
    uint64_t last = position == NULL ? 0 : position->last;
    *ret_follows = place->prev == last;
    return place->seq <= last;
}

static void hole(struct mp_subscription *subscription, uint64_t to, int64_t now_ms)
{
    subscription->is_agreed = false;
    if (to > subscription->resume)
        mp_sync_replay(subscription, to, "an event was lost: replaying");
    else
        mp_sync_again(subscription, now_ms, "the order of events cannot be explained");
}

void mp_follow_events(struct mp_subscription *subscription, const struct mp_feed_events *events,
                      const struct mp_event_place *places, int64_t now_ms)
{
    struct mp_span prefix = mp_span_text(subscription->prefix);
    for (size_t i = 0; i < events->count; i++) {
        bool follows;
        if (!mp_span_starts_with(places[i].topic, prefix) ||
            is_known(subscription, &places[i], &follows))
            continue;
        if (!follows) {
            /* What follows in the message lies within the replay. */
            uint64_t last = places[events->count - 1].seq;
            hole(subscription, last > events->head ? last : events->head, now_ms);
            return;
        }
        if (!mp_follow_take(subscription, &places[i], events->events[i]))
            return;
    }
}

static void agree(struct mp_subscription *subscription, const struct mp_heartbeat *heartbeat)
{
    subscription->agreed = *heartbeat;
    subscription->is_agreed = true;
    subscription->misses = 0;
    if (heartbeat->head > subscription->resume)
        subscription->resume = heartbeat->head;
    subscription->start = subscription->resume;
}

static void compare(struct mp_subscription *subscription, const struct mp_heartbeat *heartbeat,
                    int64_t now_ms)
{
    if (heartbeat->count == subscription->count &&
        (!subscription->whole || heartbeat->head == subscription->high)) {
        agree(subscription, heartbeat);
        return;
    }
    subscription->is_agreed = false;
    uint64_t behind = subscription->whole ? subscription->high : subscription->resume;
    if (heartbeat->head > behind && heartbeat->count > subscription->count)
        mp_sync_replay(subscription, heartbeat->head, "a heartbeat counts more events: replaying");
    else
        mp_sync_again(subscription, now_ms, "the publisher counts other events than the record");
}

void mp_follow_heartbeat(struct mp_subscription *subscription, const struct mp_heartbeat *heartbeat,
                         int64_t now_ms)
{
    if (heartbeat->head >= subscription->high) {
        compare(subscription, heartbeat, now_ms);
        return;
    }
    /* The publisher is behind what we have from the record: a sign of life. What lies between the
     * last agreement and this head cannot be counted, so it is not vouched for. */
    if (heartbeat->head > subscription->agreed.head ||
        subscription->agreed.epoch != subscription->epoch) {
        subscription->is_agreed = false;
        subscription->why = "waiting for the publisher to reach the record";
    }
}

void mp_follow_keep(struct mp_subscription *subscription, enum mp_backlog_kind kind,
                    struct mp_span message, uint64_t head)
{
    if (mp_backlog_put(&subscription->backlog, kind, message) == 0)
        return;
    mp_backlog_clear(&subscription->backlog);
    if (head > subscription->lost_to)
        subscription->lost_to = head;
}

static void drain_one(struct mp_subscription *subscription, enum mp_backlog_kind kind,
                      struct mp_span message, int64_t now_ms)
{
    if (kind == MP_BACKLOG_HEARTBEAT) {
        struct mp_heartbeat heartbeat;
        if (mp_heartbeat_decode(message, &heartbeat) == 0)
            mp_follow_heartbeat(subscription, &heartbeat, now_ms);
        return;
    }
    struct mp_feed_events events;
    struct mp_event_place *places;
    /* Well-formed when it was kept; without memory now, it is a message lost. */
    if (mp_follow_decode(subscription, message, &events, &places) == 0)
        mp_follow_events(subscription, &events, places, now_ms);
}

void mp_follow_drain(struct mp_subscription *subscription, int64_t now_ms)
{
    enum mp_backlog_kind kind;
    struct mp_span message;
    while (subscription->phase == MP_PHASE_FOLLOWING &&
           mp_backlog_first(&subscription->backlog, &kind, &message)) {
        drain_one(subscription, kind, message, now_ms);
        mp_backlog_drop(&subscription->backlog);
    }
}
