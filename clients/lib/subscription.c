#include "clients/lib/subscription_state.h"

#include <stdlib.h>

#define TOPICS_MOST        1000000
#define ARENA_BUDGET_BYTES (8u << 20)

static bool is_prefix(const char *prefix)
{
    size_t size = strnlen(prefix, MP_TOPIC_MOST + 1);
    return size <= MP_TOPIC_MOST && (size == 0 || prefix[size - 1] == '/') &&
           strchr(prefix, '!') == NULL;
}

int mp_subscription_new(const struct mp_subscription_options *options,
                        const struct mp_subscription_effects *effects, int64_t now_ms,
                        struct mp_subscription **ret_subscription)
{
    const char *prefix = options->prefix == NULL ? "" : options->prefix;
    if (!is_prefix(prefix) || (options->whole && prefix[0] != '\0') || effects->deliver == NULL ||
        effects->ask == NULL)
        return MP_EINVAL;
    MP_AUTO(mp_subscription_free)
    struct mp_subscription *subscription = calloc(1, sizeof *subscription);
    if (subscription == NULL)
        return MP_ENOMEM;
    memcpy(subscription->prefix, prefix, strlen(prefix) + 1);
    subscription->whole = options->whole;
    subscription->from_now = options->from_now;
    subscription->effects = *effects;
    subscription->resume = options->from_now ? 0 : options->since;
    subscription->base_epoch = options->from_now ? 0 : options->since_epoch;
    subscription->epoch = subscription->base_epoch;
    subscription->heard_ms = now_ms;
    subscription->ask_at_ms = now_ms;
    subscription->why = "waiting for the first heartbeat";
    mp_backlog_init(&subscription->backlog, options->buffer_bytes != 0
                                                ? options->buffer_bytes
                                                : MP_SUBSCRIPTION_BUFFER_BYTES);
    subscription->arena = mp_arena_new(ARENA_BUDGET_BYTES);
    if (subscription->arena == NULL)
        return MP_ENOMEM;
    int result = mp_positions_init(&subscription->positions, TOPICS_MOST);
    if (result != 0)
        return result;
    subscription->shown = mp_subscription_status(subscription);
    *ret_subscription = mp_take(subscription);
    return 0;
}

void mp_subscription_free(struct mp_subscription *subscription)
{
    if (subscription == NULL)
        return;
    mp_positions_done(&subscription->positions);
    mp_backlog_clear(&subscription->backlog);
    mp_arena_free(subscription->arena);
    free(subscription);
}

static void set_progress(const struct mp_subscription *subscription, struct mp_feed_status *status)
{
    uint64_t at = subscription->resume, start = subscription->start;
    uint64_t target = subscription->target > at ? subscription->target : at;
    status->done = at > start ? at - start : 0;
    status->total = target > start ? target - start : 0;
}

struct mp_feed_status mp_subscription_status(const struct mp_subscription *subscription)
{
    struct mp_feed_status status = {.epoch = subscription->epoch,
                                    .head = subscription->resume,
                                    .announced = subscription->target,
                                    .why = subscription->why};
    if (subscription->phase == MP_PHASE_BROKEN) {
        status.state = MP_FEED_STALE;
    } else if (subscription->is_silent) {
        status.state = MP_FEED_STALE;
        status.why = "no heartbeat for 3 s";
    } else if (subscription->phase == MP_PHASE_WAITING) {
        status.state = MP_FEED_CONNECTING;
    } else if (subscription->phase == MP_PHASE_FOLLOWING && subscription->is_agreed &&
               !subscription->is_behind) {
        status.state = MP_FEED_LIVE;
        status.why = "";
    } else {
        status.state = MP_FEED_CATCHING_UP;
        if (subscription->is_behind)
            status.why = "reading what has arrived";
        if (subscription->failures > 0)
            status.why = "a question was not answered: asking again";
        set_progress(subscription, &status);
    }
    return status;
}

/* The end of every input: asks what is to be asked, and shows what has changed. The heads alone
 * move all the time and are no news. */
static void settle(struct mp_subscription *subscription, int64_t now_ms)
{
    mp_sync_ask(subscription, now_ms);
    if (subscription->is_held)
        return;
    struct mp_feed_status status = mp_subscription_status(subscription);
    const struct mp_feed_status *shown = &subscription->shown;
    bool changed = status.state != shown->state || status.epoch != shown->epoch ||
                   status.done != shown->done || strcmp(status.why, shown->why) != 0;
    if (!changed)
        return;
    subscription->shown = status;
    if (subscription->effects.status != NULL)
        subscription->effects.status(subscription->effects.context, &status);
}

int mp_subscription_events(struct mp_subscription *subscription, struct mp_span message,
                           int64_t now_ms)
{
    struct mp_feed_events events;
    struct mp_event_place *places;
    int result = mp_follow_decode(subscription, message, &events, &places);
    if (result != 0)
        return result;
    /* Before the first heartbeat nothing is known to be whole, and all of it lies below that
     * heartbeat's head. */
    if (subscription->phase == MP_PHASE_WAITING || subscription->phase == MP_PHASE_BROKEN)
        return 0;
    if (mp_sync_epoch(subscription, events.epoch, events.head)) {
        if (subscription->phase == MP_PHASE_FOLLOWING)
            mp_follow_events(subscription, &events, places, now_ms);
        else
            mp_follow_keep(subscription, MP_BACKLOG_EVENTS, message, events.head);
    }
    settle(subscription, now_ms);
    return 0;
}

static void take_heartbeat(struct mp_subscription *subscription,
                           const struct mp_heartbeat *heartbeat, struct mp_span message,
                           int64_t now_ms)
{
    if (heartbeat->epoch < subscription->epoch) {
        subscription->is_agreed = false;
        subscription->why = "the publisher still shows the record before its restore";
        return;
    }
    bool is_first = subscription->phase == MP_PHASE_WAITING;
    if (!is_first)
        (void)mp_sync_epoch(subscription, heartbeat->epoch, heartbeat->head);
    subscription->heard = *heartbeat;
    subscription->has_heard = true;
    if (is_first)
        mp_sync_begin(subscription, heartbeat, now_ms);
    else if (subscription->phase == MP_PHASE_FOLLOWING)
        mp_follow_heartbeat(subscription, heartbeat, now_ms);
    else
        mp_follow_keep(subscription, MP_BACKLOG_HEARTBEAT, message, heartbeat->head);
}

int mp_subscription_heartbeat(struct mp_subscription *subscription, struct mp_span message,
                              int64_t now_ms)
{
    struct mp_heartbeat heartbeat;
    int result = mp_heartbeat_decode(message, &heartbeat);
    if (result != 0)
        return result;
    subscription->heard_ms = now_ms;
    subscription->is_silent = false;
    if (subscription->phase != MP_PHASE_BROKEN)
        take_heartbeat(subscription, &heartbeat, message, now_ms);
    settle(subscription, now_ms);
    return 0;
}

void mp_subscription_answer(struct mp_subscription *subscription, int error,
                            const struct mp_page *page, int64_t now_ms)
{
    if (!subscription->asking)
        return;
    subscription->asking = false;
    if (subscription->asked_round == subscription->round)
        mp_sync_answer(subscription, error, page, now_ms);
    settle(subscription, now_ms);
}

void mp_subscription_tick(struct mp_subscription *subscription, int64_t now_ms)
{
    if (now_ms - subscription->heard_ms >= MP_HEARTBEAT_STALE_MS) {
        subscription->is_silent = true;
        subscription->is_agreed = false;
    }
    settle(subscription, now_ms);
}

void mp_subscription_hold(struct mp_subscription *subscription)
{
    subscription->is_held = true;
}

void mp_subscription_release(struct mp_subscription *subscription, bool is_behind, int64_t now_ms)
{
    subscription->is_held = false;
    subscription->is_behind = is_behind;
    settle(subscription, now_ms);
}
