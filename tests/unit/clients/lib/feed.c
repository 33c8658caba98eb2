#include "clients/lib/feed.h"
#include "tests/support/fake_record.h"
#include "tests/support/folder.h"
#include "tests/unit/clients/lib/sockets.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

/* The feed over real sockets (ipc): XPUB and ROUTER of a publisher made of a record in memory, on
 * the same loop. */

/* The system's, but for what the process slept through. */
static int64_t slept_ms;

static int64_t wall_us(void *context)
{
    (void)context;
    return mp_clock_wall_us(&mp_clock_system);
}

static int64_t monotonic_ms(void *context)
{
    (void)context;
    return mp_clock_monotonic_ms(&mp_clock_system) + slept_ms;
}

static const struct mp_clock sleepy_clock = {.wall_us = wall_us, .monotonic_ms = monotonic_ms};

struct stage {
    char folder[64], feed_address[96], ask_address[96];
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct mp_feed *feed;
    void *publisher, *server;
    struct fake_record *record;
    struct mp_arena *arena;
    char subscriptions[8][160];
    size_t subscription_count;
    uint64_t delivered[64];
    size_t delivered_count, drained_count, answers;
    const char *prefix;
    uint64_t live_heads[8]; /* whenever it told that it is live */
    size_t live_count;
    size_t reading_count; /* how often it told that it has not read all that came */
};

static void on_subscription(void *context)
{
    struct stage *stage = context;
    struct mp_message message;
    mp_message_init(&message);
    while (mp_message_receive(&message, stage->publisher) == 0) {
        struct mp_span frame = mp_message_frame(&message, 0);
        cr_assert_gt(frame.size, 0);
        struct mp_span topic = mp_span_make(frame.data + 1, frame.size - 1);
        cr_assert_eq(mp_socket_admit(stage->publisher, topic, frame.data[0] == 1), 0);
        if (frame.data[0] == 1 && stage->subscription_count < MP_LENGTH(stage->subscriptions))
            snprintf(stage->subscriptions[stage->subscription_count++],
                     sizeof stage->subscriptions[0], "%.*s", (int)topic.size,
                     (const char *)topic.data);
    }
    mp_message_done(&message);
}

static void on_question(void *context)
{
    struct stage *stage = context;
    struct mp_message message, reply;
    mp_message_init(&message);
    while (mp_message_receive(&message, stage->server) == 0) {
        struct mp_ask ask;
        struct mp_buffer page;
        mp_arena_reset(stage->arena);
        cr_assert_eq(mp_ask_decode(mp_message_frame(&message, 2), stage->arena, &ask), 0);
        mp_buffer_init(&page, MP_PAGE_MOST);
        fake_record_page(stage->record, &ask, &page);
        mp_message_init(&reply);
        cr_assert_eq(mp_message_add(&reply, mp_message_frame(&message, 0)), 0);
        cr_assert_eq(mp_message_add(&reply, mp_message_frame(&message, 1)), 0);
        cr_assert_eq(mp_message_add(&reply, mp_buffer_span(&page)), 0);
        cr_assert_eq(mp_message_send(&reply, stage->server), 0);
        mp_buffer_done(&page);
        stage->answers++;
    }
    mp_message_done(&message);
}

static void open_publisher(struct stage *stage)
{
    struct mp_socket_options publisher = {.kind = MP_SOCKET_XPUB, .send_most = 10000};
    cr_assert_eq(mp_socket_open(stage->bus, &publisher, &stage->publisher), 0);
    bind_soon(stage->publisher, stage->feed_address);
    cr_assert_eq(mp_loop_add_socket(stage->loop, stage->publisher, on_subscription, stage), 0);
    stage->subscription_count = 0;
}

static void close_publisher(struct stage *stage)
{
    mp_loop_remove_socket(stage->loop, stage->publisher);
    mp_socket_close(stage->publisher);
    stage->publisher = NULL;
}

static void on_deliver(void *context, const struct mp_event_place *place, struct mp_span event)
{
    struct stage *stage = context;
    cr_assert_gt(event.size, 0);
    cr_assert_lt(stage->delivered_count, MP_LENGTH(stage->delivered));
    stage->delivered[stage->delivered_count++] = place->seq;
}

static void on_status(void *context, const struct mp_feed_status *status)
{
    struct stage *stage = context;
    if (status->state == MP_FEED_LIVE && stage->live_count < MP_LENGTH(stage->live_heads))
        stage->live_heads[stage->live_count++] = status->head;
    stage->reading_count += strcmp(status->why, "reading what has arrived") == 0;
}

static void on_drained(void *context)
{
    struct stage *stage = context;
    stage->drained_count++;
}

static struct stage *begin(const struct mp_subscription_options *options)
{
    struct stage *stage = calloc(1, sizeof *stage);
    folder_make(stage->folder);
    snprintf(stage->feed_address, sizeof stage->feed_address, "ipc://%s/feed", stage->folder);
    snprintf(stage->ask_address, sizeof stage->ask_address, "ipc://%s/ask", stage->folder);
    cr_assert_eq(mp_bus_open(1, &stage->bus), 0);
    cr_assert_eq(mp_loop_open(&sleepy_clock, &stage->loop), 0);
    stage->record = fake_record_new(1, 2);
    stage->arena = mp_arena_new(8u << 20);
    stage->prefix = options->prefix == NULL ? "" : options->prefix;
    open_publisher(stage);
    struct mp_socket_options server = {.kind = MP_SOCKET_ROUTER};
    cr_assert_eq(mp_socket_open(stage->bus, &server, &stage->server), 0);
    cr_assert_eq(mp_socket_bind(stage->server, stage->ask_address), 0);
    cr_assert_eq(mp_loop_add_socket(stage->loop, stage->server, on_question, stage), 0);
    struct mp_feed_options feed = {
        .feed = {.address = stage->feed_address},
        .ask = {.address = stage->ask_address},
        .subscription = *options,
        .effects = {.context = stage, .deliver = on_deliver, .status = on_status},
        .drained = on_drained};
    cr_assert_eq(mp_feed_open(stage->bus, stage->loop, &feed, &stage->feed), 0);
    return stage;
}

static void end(struct stage *stage)
{
    mp_feed_close(stage->feed);
    mp_socket_close(stage->publisher);
    mp_socket_close(stage->server);
    mp_loop_close(stage->loop);
    mp_bus_close(stage->bus);
    folder_remove(stage->folder);
    fake_record_free(stage->record);
    mp_arena_free(stage->arena);
    free(stage);
}

#define wait_for(stage, condition)                                                                 \
    do {                                                                                           \
        int64_t until_ = mp_clock_monotonic_ms(&mp_clock_system) + 10000;                          \
        while (!(condition) && mp_clock_monotonic_ms(&mp_clock_system) < until_)                   \
            cr_assert_eq(mp_loop_step((stage)->loop, 20), 0);                                      \
        cr_assert(condition);                                                                      \
    } while (0)

static void send(struct stage *stage, const char *topic, struct mp_span bytes)
{
    struct mp_message message;
    mp_message_init(&message);
    cr_assert_eq(mp_message_add(&message, mp_span_text(topic)), 0);
    cr_assert_eq(mp_message_add(&message, bytes), 0);
    cr_assert_eq(mp_message_send(&message, stage->publisher), 0);
}

static void publish(struct stage *stage, const char *feed_topic, uint64_t seq)
{
    struct mp_buffer message;
    mp_buffer_init(&message, 1u << 20);
    fake_record_message(stage->record, &seq, 1, seq, &message);
    send(stage, feed_topic, mp_buffer_span(&message));
    mp_buffer_done(&message);
}

static void beat(struct stage *stage)
{
    char topic[160];
    struct mp_buffer message;
    mp_buffer_init(&message, 1024);
    fake_record_heartbeat(stage->record, stage->prefix, stage->record->head, &message);
    snprintf(topic, sizeof topic, "h/%s!", stage->prefix);
    send(stage, topic, mp_buffer_span(&message));
    mp_buffer_done(&message);
}

static bool is_live(const struct stage *stage)
{
    return mp_feed_status(stage->feed).state == MP_FEED_LIVE;
}

Test(feed, it_subscribes_events_before_heartbeats)
{
    struct stage *stage = begin(&(struct mp_subscription_options){.prefix = "ml-1/"});
    wait_for(stage, stage->subscription_count == 2);
    cr_assert_str_eq(stage->subscriptions[0], "e/ml-1/");
    cr_assert_str_eq(stage->subscriptions[1], "h/ml-1/!");
    end(stage);
}

Test(feed, the_whole_feed_has_its_own_topic)
{
    struct stage *stage = begin(&(struct mp_subscription_options){.whole = true});
    wait_for(stage, stage->subscription_count == 2);
    cr_assert_str_eq(stage->subscriptions[0], "f/");
    cr_assert_str_eq(stage->subscriptions[1], "h/!");
    fake_record_add(stage->record, "ml-1/");
    fake_record_add(stage->record, "gwadar/");
    beat(stage);
    wait_for(stage, is_live(stage));
    publish(stage, "f/", fake_record_add(stage->record, "ml-1/"));
    wait_for(stage, stage->delivered_count == 3);
    cr_assert_eq(mp_feed_status(stage->feed).head, 3);
    end(stage);
}

Test(feed, past_and_present_arrive_and_every_round_is_told)
{
    struct stage *stage = begin(&(struct mp_subscription_options){.prefix = "ml-1/"});
    for (int i = 0; i < 5; i++)
        fake_record_add(stage->record, i % 2 == 0 ? "ml-1/" : "ml-1/a/");
    wait_for(stage, stage->subscription_count == 2);
    beat(stage);
    wait_for(stage, is_live(stage));
    cr_assert_eq(stage->delivered_count, 5);
    size_t drained = stage->drained_count;
    publish(stage, "e/ml-1/b/", fake_record_add(stage->record, "ml-1/b/"));
    wait_for(stage, stage->delivered_count == 6);
    wait_for(stage, stage->drained_count > drained);
    end(stage);
}

Test(feed, the_count_heals_a_lost_tail)
{
    struct stage *stage = begin(&(struct mp_subscription_options){.prefix = "ml-1/"});
    wait_for(stage, stage->subscription_count == 2);
    beat(stage);
    wait_for(stage, is_live(stage));
    fake_record_add(stage->record, "ml-1/"); /* never sent */
    beat(stage);
    wait_for(stage, stage->delivered_count == 1);
    wait_for(stage, is_live(stage));
    end(stage);
}

Test(feed, a_publisher_that_restarts_is_followed_again_and_nothing_is_missed)
{
    struct stage *stage = begin(&(struct mp_subscription_options){.prefix = "ml-1/"});
    wait_for(stage, stage->subscription_count == 2);
    fake_record_add(stage->record, "ml-1/");
    beat(stage);
    wait_for(stage, is_live(stage));
    close_publisher(stage);
    fake_record_add(stage->record, "ml-1/"); /* while nobody publishes */
    open_publisher(stage);
    wait_for(stage, stage->subscription_count == 2);
    publish(stage, "e/ml-1/", fake_record_add(stage->record, "ml-1/"));
    beat(stage);
    wait_for(stage, stage->delivered_count == 3);
    beat(stage);
    wait_for(stage, is_live(stage));
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(stage->delivered[i], i + 1);
    end(stage);
}

/* Until another subscriber has what is sent now, and what was sent before: libzmq's one I/O thread
 * has been at every connection meanwhile. Nobody's loop runs. */
static void let_arrive(struct stage *stage, void *probe)
{
    struct mp_message message;
    mp_message_init(&message);
    for (int i = 0; i < 10; i++) {
        zmq_pollitem_t item = {.socket = probe, .events = ZMQ_POLLIN};
        send(stage, "probe/", mp_span_text(""));
        cr_assert_eq(zmq_poll(&item, 1, 10000), 1);
        cr_assert_eq(mp_message_receive(&message, probe), 0);
    }
    mp_message_done(&message);
}

static void *open_probe(struct stage *stage)
{
    void *probe = NULL;
    struct mp_socket_options options = {.kind = MP_SOCKET_SUB};
    cr_assert_eq(mp_socket_open(stage->bus, &options, &probe), 0);
    cr_assert_eq(mp_socket_subscribe(probe, mp_span_text("probe/")), 0);
    cr_assert_eq(mp_socket_connect(probe, stage->feed_address), 0);
    wait_for(stage, stage->subscription_count == 3);
    return probe;
}

Test(feed, live_is_told_of_the_newest_heartbeat_that_has_arrived)
{
    struct stage *stage = begin(&(struct mp_subscription_options){.whole = true});
    wait_for(stage, stage->subscription_count == 2);
    void *probe = open_probe(stage);
    beat(stage);
    fake_record_add(stage->record, "ml-1/"); /* never sent */
    beat(stage);
    let_arrive(stage, probe);
    wait_for(stage, is_live(stage));
    cr_assert_eq(stage->live_count, 1);
    cr_assert_eq(stage->live_heads[0], 1);
    mp_socket_close(probe);
    end(stage);
}

/* As after a SIGSTOP, though not for so long that nothing but silence could be told. */
Test(feed, who_slept_is_live_when_all_that_came_meanwhile_is_read)
{
    enum { MUCH = 1500 }; /* more than is read in a round */
    struct stage *stage = begin(&(struct mp_subscription_options){.whole = true});
    wait_for(stage, stage->subscription_count == 2);
    void *probe = open_probe(stage);
    beat(stage);
    wait_for(stage, is_live(stage));
    slept_ms += 2 * MP_HEARTBEAT_MS;
    beat(stage);
    let_arrive(stage, probe);
    wait_for(stage, is_live(stage));
    cr_assert_eq(stage->reading_count, 0, "one round was enough");
    for (int i = 0; i < MUCH; i++)
        beat(stage);
    fake_record_add(stage->record, "ml-1/"); /* never sent */
    beat(stage);
    let_arrive(stage, probe);
    slept_ms += 2 * MP_HEARTBEAT_MS;
    wait_for(stage, stage->delivered_count == 1 && is_live(stage));
    cr_assert_eq(stage->reading_count, 1);
    cr_assert_eq(stage->live_count, 2);
    cr_assert_eq(stage->live_heads[1], 1);
    mp_socket_close(probe);
    end(stage);
}

Test(feed, nonsense_on_the_wire_is_a_lost_message_and_no_more)
{
    struct stage *stage = begin(&(struct mp_subscription_options){.prefix = "ml-1/"});
    wait_for(stage, stage->subscription_count == 2);
    beat(stage);
    wait_for(stage, is_live(stage));
    static const uint8_t bad[] = {0x1a, 0x7f, 0x01};
    send(stage, "e/ml-1/", mp_span_make(bad, sizeof bad));
    send(stage, "h/ml-1/!", mp_span_make(bad, sizeof bad));
    send(stage, "h/ml-1/!x", mp_span_make(bad, sizeof bad));
    publish(stage, "e/ml-1/", fake_record_add(stage->record, "ml-1/"));
    wait_for(stage, stage->delivered_count == 1);
    cr_assert(is_live(stage));
    end(stage);
}

Test(feed, silence_is_stale)
{
    struct stage *stage = begin(&(struct mp_subscription_options){.prefix = "ml-1/"});
    wait_for(stage, mp_feed_status(stage->feed).state == MP_FEED_STALE);
    cr_assert_str_eq(mp_feed_status(stage->feed).why, "no heartbeat for 3 s");
    end(stage);
}
