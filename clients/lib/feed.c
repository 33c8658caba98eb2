#include "clients/lib/feed.h"

#include "core/bus/tray.h"

#include <stdio.h>
#include <stdlib.h>

#define MESSAGES_A_ROUND 1000
#define BYTES_A_ROUND    ((size_t)4 << 20)
/* What waits unread, of a ledger or of a publish; what is lost beyond, the count shows. */
#define MESSAGES_WAITING   4096
#define BYTES_WAITING      ((size_t)32 << 20)
#define MESSAGE_MOST_BYTES ((int64_t)4 << 20)
#define TICK_MS            250
#define ASK_TIMEOUT_MS     10000

struct mp_feed {
    struct mp_loop *loop;
    void *socket;
    struct mp_tray *tray; /* reads the socket over TCP; NULL: it is read here */
    struct mp_asker *asker;
    struct mp_subscription *subscription;
    int timer;
    int64_t empty_ms; /* when nothing waited to be read */
    int ask_error;    /* a question that could not even be put; told at the next tick */
    struct mp_subscription_effects effects;
    void (*drained)(void *context);
    char heartbeat_topic[sizeof MP_FEED_HEARTBEAT + MP_TOPIC_MOST + 1];
};

static void on_deliver(void *context, const struct mp_event_place *place, struct mp_span event)
{
    const struct mp_feed *feed = context;
    feed->effects.deliver(feed->effects.context, place, event);
}

static void on_status(void *context, const struct mp_feed_status *status)
{
    const struct mp_feed *feed = context;
    if (feed->effects.status != NULL)
        feed->effects.status(feed->effects.context, status);
}

static void on_positions(void *context, const struct mp_topic_position *topics, size_t count)
{
    const struct mp_feed *feed = context;
    feed->effects.positions(feed->effects.context, topics, count);
}

static void on_epoch(void *context, uint64_t epoch, uint64_t restored_head)
{
    const struct mp_feed *feed = context;
    if (feed->effects.epoch != NULL)
        feed->effects.epoch(feed->effects.context, epoch, restored_head);
}

/* Malformed bytes are a message lost: the count or the next event shows it. */
static void take(struct mp_feed *feed, const struct mp_message *message)
{
    struct mp_span topic = mp_message_frame(message, 0), bytes = mp_message_frame(message, 1);
    if (message->count != 2)
        return;
    int64_t now_ms = mp_loop_now_ms(feed->loop);
    if (mp_span_equal(topic, mp_span_text(feed->heartbeat_topic)))
        (void)!mp_subscription_heartbeat(feed->subscription, bytes, now_ms);
    else if (!mp_span_starts_with(topic, mp_span_text(MP_FEED_HEARTBEAT)))
        (void)!mp_subscription_events(feed->subscription, bytes, now_ms);
}

static int next_message(struct mp_feed *feed, struct mp_message *message)
{
    return feed->tray != NULL ? mp_tray_receive(feed->tray, message)
                              : mp_message_receive(message, feed->socket);
}

/* Everything that has arrived, up to a bound: false when there may be more. */
static bool drain(struct mp_feed *feed)
{
    struct mp_message message;
    size_t bytes = 0;
    int result = 0;
    mp_message_init(&message);
    for (int i = 0; i < MESSAGES_A_ROUND && bytes < BYTES_A_ROUND; i++) {
        result = next_message(feed, &message);
        if (result == MP_ETOOBIG)
            continue;
        if (result != 0)
            break;
        bytes += mp_message_frame(&message, 1).size;
        take(feed, &message);
    }
    mp_message_done(&message);
    return result == MP_EAGAIN;
}

/* The end of everything that happens here: what has arrived was read, and only now a state is told.
 * What is left unread is a burst, unless it has been there for so long that a heartbeat is in it.
 */
static void tell(struct mp_feed *feed, bool is_empty)
{
    int64_t now_ms = mp_loop_now_ms(feed->loop);
    if (is_empty)
        feed->empty_ms = now_ms;
    mp_subscription_release(feed->subscription, now_ms - feed->empty_ms > MP_HEARTBEAT_MS, now_ms);
    if (feed->drained != NULL)
        feed->drained(feed->effects.context);
}

static void receive(void *context)
{
    struct mp_feed *feed = context;
    mp_subscription_hold(feed->subscription);
    tell(feed, drain(feed));
}

static void on_page(void *context, int error, const struct mp_page *page, struct mp_span raw)
{
    struct mp_feed *feed = context;
    (void)raw;
    mp_subscription_hold(feed->subscription);
    mp_subscription_answer(feed->subscription, error, page, mp_loop_now_ms(feed->loop));
    tell(feed, drain(feed));
}

static void on_ask(void *context, const struct mp_ask *ask)
{
    struct mp_feed *feed = context;
    feed->ask_error = mp_asker_ask(feed->asker, ask, ASK_TIMEOUT_MS, on_page, feed);
}

/* Nothing is silent, or behind, before it has been looked at. */
static void tick(void *context)
{
    struct mp_feed *feed = context;
    int error = feed->ask_error;
    feed->ask_error = 0;
    mp_subscription_hold(feed->subscription);
    if (error != 0)
        mp_subscription_answer(feed->subscription, error, NULL, mp_loop_now_ms(feed->loop));
    bool is_empty = drain(feed);
    mp_subscription_tick(feed->subscription, mp_loop_now_ms(feed->loop));
    tell(feed, is_empty);
}

/* Events first: a heartbeat that comes then proves that they come too. */
static int subscribe(struct mp_feed *feed, const struct mp_subscription_options *options)
{
    char topic[sizeof MP_FEED_EVENTS + MP_TOPIC_MOST];
    const char *prefix = options->prefix == NULL ? "" : options->prefix;
    (void)snprintf(topic, sizeof topic, "%s%s", options->whole ? MP_FEED_WHOLE : MP_FEED_EVENTS,
                   prefix);
    (void)snprintf(feed->heartbeat_topic, sizeof feed->heartbeat_topic, "%s%s!", MP_FEED_HEARTBEAT,
                   prefix);
    int result = mp_socket_subscribe(feed->socket, mp_span_text(topic));
    if (result == 0)
        result = mp_socket_subscribe(feed->socket, mp_span_text(feed->heartbeat_topic));
    return result;
}

static int join_loop(struct mp_feed *feed, bool by_tcp)
{
    if (by_tcp)
        return mp_tray_open(feed->loop, feed->socket, BYTES_WAITING, receive, feed, &feed->tray);
    return mp_loop_add_socket(feed->loop, feed->socket, receive, feed);
}

static int open_socket(struct mp_bus *bus, struct mp_feed *feed,
                       const struct mp_feed_options *options)
{
    struct mp_socket_options socket_options = {
        .kind = MP_SOCKET_SUB,
        .keys = options->feed.keys,
        .server_key = options->feed.keys == NULL ? NULL : options->feed.server_key,
        .receive_most = MESSAGES_WAITING,
        .frame_most_bytes = MESSAGE_MOST_BYTES,
    };
    int result = mp_socket_open(bus, &socket_options, &feed->socket);
    if (result == 0)
        result = subscribe(feed, &options->subscription);
    if (result == 0)
        result = mp_socket_connect(feed->socket, options->feed.address);
    if (result == 0)
        result = join_loop(feed, options->feed.keys != NULL);
    return result;
}

static int make_subscription(struct mp_feed *feed, const struct mp_feed_options *options)
{
    struct mp_subscription_effects effects = {
        .context = feed,
        .deliver = on_deliver,
        .status = on_status,
        .ask = on_ask,
        /* Given, it makes the whole feed ask for positions. */
        .positions = options->effects.positions != NULL ? on_positions : NULL,
        .epoch = on_epoch,
    };
    return mp_subscription_new(&options->subscription, &effects, mp_loop_now_ms(feed->loop),
                               &feed->subscription);
}

int mp_feed_open(struct mp_bus *bus, struct mp_loop *loop, const struct mp_feed_options *options,
                 struct mp_feed **ret_feed)
{
    if (options->effects.deliver == NULL)
        return MP_EINVAL;
    MP_AUTO(mp_feed_close) struct mp_feed *feed = calloc(1, sizeof *feed);
    if (feed == NULL)
        return MP_ENOMEM;
    feed->loop = loop;
    feed->empty_ms = mp_loop_now_ms(loop);
    feed->timer = -1;
    feed->effects = options->effects;
    feed->drained = options->drained;
    int result = make_subscription(feed, options);
    if (result == 0)
        result = mp_asker_open(bus, loop, &options->ask, &feed->asker);
    if (result == 0)
        result = open_socket(bus, feed, options);
    if (result != 0)
        return result;
    int timer = mp_loop_add_timer(loop, TICK_MS, tick, feed);
    if (timer < 0)
        return timer;
    feed->timer = timer;
    *ret_feed = mp_take(feed);
    return 0;
}

void mp_feed_close(struct mp_feed *feed)
{
    if (feed == NULL)
        return;
    if (feed->timer >= 0)
        mp_loop_remove_timer(feed->loop, feed->timer);
    if (feed->tray == NULL)
        mp_loop_remove_socket(feed->loop, feed->socket);
    mp_tray_close(feed->tray);
    mp_socket_close(feed->socket);
    mp_asker_close(feed->asker);
    mp_subscription_free(feed->subscription);
    free(feed);
}

struct mp_feed_status mp_feed_status(const struct mp_feed *feed)
{
    return mp_subscription_status(feed->subscription);
}
