/* Publish: what services/publish/service.c and door.c do, on the real fanout. */
#include "tests/support/flow.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define ASK_TIMEOUT_MS 2000

static bool wants(const struct flow_watcher *watcher, struct mp_span topic)
{
    char events[256], beats[256];

    (void)snprintf(events, sizeof(events), "%s%s",
                   watcher->options.whole ? MP_FEED_WHOLE : MP_FEED_EVENTS,
                   watcher->options.prefix);
    (void)snprintf(beats, sizeof(beats), MP_FEED_HEARTBEAT "%s!", watcher->options.prefix);
    return watcher->joined && (mp_span_starts_with(topic, mp_span_text(events)) ||
                               mp_span_starts_with(topic, mp_span_text(beats)));
}

static void send_to(struct flow *flow, size_t watcher, struct mp_span topic, struct mp_span payload)
{
    char text[512];

    cr_assert_lt(topic.size, sizeof(text));
    memcpy(text, topic.data, topic.size);
    text[topic.size] = '\0';
    if (wants(&flow->watchers[watcher], topic))
        flow_post(flow, FLOW_FANOUT, watcher, text, payload);
}

/* Every watcher whose subscription the topic begins with. */
static void send_down(void *context, struct mp_span topic, struct mp_span payload)
{
    struct flow *flow = context;

    for (size_t i = 0; i < flow->watcher_count; i++)
        send_to(flow, i, topic, payload);
}

/* Heartbeats leave in the order of a hash table with a random key: here, watcher by watcher, so
 * that a story is the same each time. */
struct one {
    struct flow *flow;
    size_t watcher;
};

static void send_to_one(void *context, struct mp_span topic, struct mp_span payload)
{
    const struct one *one = context;

    send_to(one->flow, one->watcher, topic, payload);
}

static void deliver(void *context, const struct mp_event_place *place, struct mp_span event)
{
    struct flow *flow = context;
    struct flow_publish *publish = &flow->publish;

    if (publish->reload)
        return;
    if (fanout_is_full(publish->fanout))
        fanout_flush(publish->fanout, send_down, flow);
    cr_assert_eq(fanout_event(publish->fanout, place, event), 0);
}

static void take_epoch(void *context, uint64_t epoch, uint64_t restored_head)
{
    struct flow *flow = context;
    (void)epoch;

    flow_log(flow, "publish", "learns of a restore to %lu", (unsigned long)restored_head);
    flow->publish.reload = true;
    flow->publish.live = false;
}

static void take_status(void *context, const struct mp_feed_status *status)
{
    struct flow *flow = context;
    bool was_live = flow->publish.live;

    flow->publish.live = status->state == MP_FEED_LIVE && !flow->publish.reload;
    if (was_live != flow->publish.live)
        flow_log(flow, "publish", "%s at %lu", flow->publish.live ? "live" : "not live",
                 (unsigned long)fanout_head(flow->publish.fanout));
}

static void post_question(struct flow *flow, const struct mp_ask *ask)
{
    struct flow_publish *publish = &flow->publish;
    struct mp_buffer bytes;
    char number[24];

    publish->asking = true;
    publish->asked_ms = flow->now_ms;
    (void)snprintf(number, sizeof(number), "%lu", (unsigned long)++publish->question);
    mp_buffer_init(&bytes, MP_ASK_MOST);
    cr_assert_eq(mp_ask_encode(ask, &bytes), 0);
    if (flow->ledger.store != NULL)
        flow_post(flow, FLOW_ASK, FLOW_PUBLISH, number, mp_buffer_span(&bytes));
    mp_buffer_done(&bytes);
}

static void ask(void *context, const struct mp_ask *question)
{
    post_question(context, question);
}

static void follow(struct flow *flow)
{
    struct flow_publish *publish = &flow->publish;
    const struct mp_subscription_options options = {.prefix = "",
                                                    .whole = true,
                                                    .since = publish->first_head,
                                                    .since_epoch = publish->first_epoch};
    const struct mp_subscription_effects effects = {.context = flow,
                                                    .deliver = deliver,
                                                    .status = take_status,
                                                    .ask = ask,
                                                    .epoch = take_epoch};

    cr_assert_eq(mp_subscription_new(&options, &effects, flow->now_ms, &publish->upstream), 0);
}

static void load(struct flow *flow)
{
    struct flow_publish *publish = &flow->publish;

    publish->reload = publish->live = false;
    mp_subscription_free(mp_take(publish->upstream));
    fanout_reset(publish->fanout);
    mp_ask_init(&publish->positions, MP_ASK_TOPICS);
    publish->positions.limit = 2; /* small pages: several of them */
    publish->loading = true;
    post_question(flow, &publish->positions);
}

static int take_rows(struct flow *flow, const struct mp_page *page)
{
    struct flow_publish *publish = &flow->publish;

    if (page->error != MP_ASK_OK)
        return MP_EAGAIN;
    if (publish->positions.cursor.size == 0) {
        publish->first_head = page->head;
        publish->first_epoch = page->epoch;
        fanout_set_head(publish->fanout, page->epoch, page->restored_head, page->head);
    } else if (page->epoch != publish->first_epoch) {
        return MP_EEPOCH;
    }
    for (size_t i = 0; i < page->topic_count; i++)
        cr_assert_eq(fanout_load(publish->fanout, page->topics[i].topic, page->topics[i].last,
                                 page->topics[i].count),
                     0);
    return 0;
}

static void take_positions(struct flow *flow, const struct mp_page *page)
{
    struct flow_publish *publish = &flow->publish;

    if (take_rows(flow, page) != 0) {
        publish->loading = false;
        publish->reload = true;
    } else if (page->cursor.size > 0) {
        cr_assert_leq(page->cursor.size, sizeof(publish->cursor));
        memcpy(publish->cursor, page->cursor.data, page->cursor.size);
        publish->positions.cursor = mp_span_make(publish->cursor, page->cursor.size);
        post_question(flow, &publish->positions);
    } else {
        publish->loading = false;
        flow_log(flow, "publish", "has the positions at %lu", (unsigned long)publish->first_head);
        follow(flow);
    }
}

void flow_publish_start(struct flow *flow)
{
    struct flow_publish *publish = &flow->publish;

    cr_assert_eq(fanout_new(1000, 100, &publish->fanout), 0);
    publish->life++;
    load(flow);
}

void flow_publish_stop(struct flow *flow)
{
    struct flow_publish *publish = &flow->publish;

    mp_subscription_free(mp_take(publish->upstream));
    fanout_free(mp_take(publish->fanout));
    publish->live = publish->asking = publish->loading = publish->reload = false;
    publish->question++;
    flow_lose_all(flow, FLOW_FEED, FLOW_ANYBODY);
    flow_lose_all(flow, FLOW_FANOUT, FLOW_ANYBODY);
    flow_lose_all(flow, FLOW_JOIN, FLOW_ANYBODY);
    flow_lose_all(flow, FLOW_ASK, FLOW_ANYBODY);
    flow_lose_all(flow, FLOW_PAGE, FLOW_ANYBODY);
}

void flow_publish_kill(struct flow *flow, int64_t for_ms)
{
    if (flow->publish.fanout == NULL)
        return;
    flow_log(flow, "publish", "is killed");
    flow_publish_stop(flow);
    flow->publish.back_ms = flow->now_ms + for_ms;
    for (size_t i = 0; i < flow->watcher_count; i++) {
        flow->watchers[i].joined = false;
        flow->watchers[i].join_ms = flow->publish.back_ms;
    }
}

void flow_publish_hear(struct flow *flow, const struct flow_packet *packet)
{
    struct flow_publish *publish = &flow->publish;
    struct mp_span bytes = mp_buffer_span(&packet->bytes);

    if (publish->upstream == NULL || packet->life != publish->life)
        return;
    int error = packet->is_heartbeat
                    ? mp_subscription_heartbeat(publish->upstream, bytes, flow->now_ms)
                    : mp_subscription_events(publish->upstream, bytes, flow->now_ms);
    cr_assert_eq(error, 0);
    fanout_flush(publish->fanout, send_down, flow);
}

void flow_publish_join(struct flow *flow, const struct flow_packet *packet)
{
    struct flow_publish *publish = &flow->publish;
    struct mp_span message = mp_buffer_span(&packet->bytes);
    const char *refused = NULL;
    bool heartbeat = false;

    if (publish->fanout == NULL || packet->life != publish->life)
        return;
    cr_assert(fanout_subscription(publish->fanout, flow->watchers[packet->peer].key, message,
                                  &heartbeat, &refused),
              "%s", refused);
    if (heartbeat && publish->live)
        fanout_heartbeat(publish->fanout, mp_span_make(message.data + 1, message.size - 1),
                         send_down, flow);
}

void flow_publish_page(struct flow *flow, const struct flow_packet *packet)
{
    struct flow_publish *publish = &flow->publish;
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(16u << 20);
    struct mp_page page;
    char number[24];

    (void)snprintf(number, sizeof(number), "%lu", (unsigned long)publish->question);
    if (!publish->asking || !mp_span_equal(mp_span_text(number), mp_buffer_span(&packet->topic)))
        return;
    cr_assert_eq(mp_page_decode(mp_buffer_span(&packet->bytes), arena, &page), 0);
    publish->asking = false;
    if (publish->loading)
        take_positions(flow, &page);
    else
        mp_subscription_answer(publish->upstream, 0, &page, flow->now_ms);
    fanout_flush(publish->fanout, send_down, flow);
}

void flow_publish_tick(struct flow *flow)
{
    struct flow_publish *publish = &flow->publish;

    if (publish->fanout == NULL) {
        if (flow->now_ms < publish->back_ms)
            return;
        flow_publish_start(flow);
    }
    if (publish->asking && flow->now_ms - publish->asked_ms >= ASK_TIMEOUT_MS) {
        publish->asking = false;
        publish->reload = publish->reload || publish->loading;
        if (publish->upstream != NULL)
            mp_subscription_answer(publish->upstream, MP_ETIMEDOUT, NULL, flow->now_ms);
        publish->loading = false;
    }
    if (publish->reload && !publish->loading) {
        publish->asking = false;
        load(flow);
    }
    if (publish->upstream != NULL)
        mp_subscription_tick(publish->upstream, flow->now_ms);
}

void flow_publish_heartbeats(struct flow *flow)
{
    if (flow->publish.fanout == NULL || !flow->publish.live)
        return;
    for (size_t i = 0; i < flow->watcher_count; i++)
        fanout_heartbeats(flow->publish.fanout, send_to_one,
                          &(struct one){.flow = flow, .watcher = i});
}
