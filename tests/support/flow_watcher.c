/* A console: a subscription, its two topics at publish, and all that was delivered to it. */
#include "tests/support/flow.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define ASK_TIMEOUT_MS 2000
#define JOIN_AFTER_MS  50 /* a new connection after publish has come back */

static void deliver(void *context, const struct mp_event_place *place, struct mp_span bytes)
{
    struct flow_watcher *watcher = context;
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_event event;

    cr_assert_lt(place->seq, FLOW_EVENTS_MOST);
    cr_assert_eq(mp_event_decode(bytes, arena, &event), 0);
    cr_assert(!watcher->has[place->seq], "%s sees %lu twice", watcher->name,
              (unsigned long)place->seq);
    watcher->has[place->seq] = true;
    watcher->got[place->seq] = mp_hash_of(bytes);
    watcher->delivered++;
    flow_log(watcher->flow, watcher->name, "sees %lu %s%s of %s", (unsigned long)place->seq,
             event.topic, mp_code_name(MP_FAMILY_CHANGE, (int)event.change.kind),
             flow_submission_name(watcher->flow, &event.submission));
}

static void show(void *context, const struct mp_feed_status *status)
{
    static const char *const states[] = {"connecting", "catching up", "live", "stale"};
    struct flow_watcher *watcher = context;

    watcher->lives += status->state == MP_FEED_LIVE;
    if (status->state == MP_FEED_LIVE)
        flow_log(watcher->flow, watcher->name, "live at %lu", (unsigned long)status->head);
    else
        flow_log(watcher->flow, watcher->name, "%s: %s", states[status->state], status->why);
}

static void ask(void *context, const struct mp_ask *question)
{
    struct flow_watcher *watcher = context;
    struct flow *flow = watcher->flow;
    struct mp_buffer bytes;

    watcher->asking = true;
    watcher->asked_ms = flow->now_ms;
    watcher->question++;
    mp_buffer_init(&bytes, MP_ASK_MOST);
    cr_assert_eq(mp_ask_encode(question, &bytes), 0);
    /* It goes through publish: there must be one. */
    if (flow->publish.fanout != NULL && flow->ledger.store != NULL) {
        char number[24];
        (void)snprintf(number, sizeof(number), "%lu", (unsigned long)watcher->question);
        flow_post(flow, FLOW_ASK, (size_t)(watcher - flow->watchers), number,
                  mp_buffer_span(&bytes));
    }
    mp_buffer_done(&bytes);
}

static void epoch(void *context, uint64_t number, uint64_t restored_head)
{
    struct flow_watcher *watcher = context;
    (void)number;

    flow_log(watcher->flow, watcher->name, "learns of a restore: all beyond %lu is void",
             (unsigned long)restored_head);
    for (uint64_t seq = restored_head + 1; seq < FLOW_EVENTS_MOST; seq++) {
        watcher->delivered -= watcher->has[seq];
        watcher->has[seq] = false;
    }
}

struct flow_watcher *flow_watcher_add(struct flow *flow, const char *name, const char *prefix,
                                      bool from_now)
{
    struct mp_subscription_effects effects = {
        .deliver = deliver, .status = show, .ask = ask, .epoch = epoch};
    cr_assert_lt(flow->watcher_count, FLOW_WATCHERS_MOST);
    struct flow_watcher *watcher = &flow->watchers[flow->watcher_count];
    watcher->flow = flow;
    watcher->name = name;
    memset(watcher->key, 0x60 + (int)flow->watcher_count++, sizeof(watcher->key));
    watcher->options = (struct mp_subscription_options){
        .prefix = prefix, .whole = prefix[0] == '\0', .from_now = from_now};
    effects.context = watcher;
    cr_assert_eq(
        mp_subscription_new(&watcher->options, &effects, flow->now_ms, &watcher->subscription), 0);
    return watcher;
}

void flow_watcher_done(struct flow_watcher *watcher)
{
    mp_subscription_free(mp_take(watcher->subscription));
}

void flow_watcher_hear(struct flow_watcher *watcher, const struct flow_packet *packet)
{
    struct mp_span bytes = mp_buffer_span(&packet->bytes);
    int64_t now_ms = watcher->flow->now_ms;

    if (packet->is_heartbeat)
        cr_assert_eq(mp_subscription_heartbeat(watcher->subscription, bytes, now_ms), 0);
    else
        cr_assert_eq(mp_subscription_events(watcher->subscription, bytes, now_ms), 0);
}

void flow_watcher_page(struct flow_watcher *watcher, const struct flow_packet *packet)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(16u << 20);
    struct mp_page page;
    char number[24];

    (void)snprintf(number, sizeof(number), "%lu", (unsigned long)watcher->question);
    if (!watcher->asking || !mp_span_equal(mp_span_text(number), mp_buffer_span(&packet->topic)))
        return; /* of a question given up */
    cr_assert_eq(mp_page_decode(mp_buffer_span(&packet->bytes), arena, &page), 0);
    watcher->asking = false;
    mp_subscription_answer(watcher->subscription, 0, &page, watcher->flow->now_ms);
}

static void subscribe(struct flow_watcher *watcher)
{
    struct flow *flow = watcher->flow;
    size_t peer = (size_t)(watcher - flow->watchers);
    char topic[2][256];

    (void)snprintf(topic[0], sizeof(topic[0]), "\001%s%s",
                   watcher->options.whole ? MP_FEED_WHOLE : MP_FEED_EVENTS,
                   watcher->options.prefix);
    (void)snprintf(topic[1], sizeof(topic[1]), "\001" MP_FEED_HEARTBEAT "%s!",
                   watcher->options.prefix);
    /* Subscriptions come with the connection: they are there or it is not. */
    uint64_t random = flow->random;
    flow->random = 0;
    for (size_t i = 0; i < 2; i++)
        flow_post(flow, FLOW_JOIN, peer, "", mp_span_text(topic[i]));
    flow->random = random;
    watcher->joined = true;
}

void flow_watcher_tick(struct flow_watcher *watcher)
{
    struct flow *flow = watcher->flow;

    if (watcher->asking && flow->now_ms - watcher->asked_ms >= ASK_TIMEOUT_MS) {
        watcher->asking = false;
        mp_subscription_answer(watcher->subscription, MP_ETIMEDOUT, NULL, flow->now_ms);
    }
    if (!watcher->joined && flow->publish.fanout != NULL &&
        flow->now_ms >= watcher->join_ms + JOIN_AFTER_MS)
        subscribe(watcher);
    mp_subscription_tick(watcher->subscription, flow->now_ms);
}
