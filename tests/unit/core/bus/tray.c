#include "core/bus/tray.h"

#include "tests/unit/core/bus/helpers.h"

#include <sys/socket.h>

#define MESSAGES   2000
#define BODY_BYTES 1024
#define PLACES     10 /* at each end of the pair */
#define MOST_BYTES ((size_t)64 << 10)

/* A pair whose one end lies in a tray. */
struct pair {
    struct mp_bus *bus;
    struct mp_loop *loop;
    void *from, *to;
    struct mp_tray *tray;
    size_t calls, got, got_bytes;
    uint32_t next; /* number expected */
    bool is_in_order;
};

static void on_filled(void *context)
{
    struct pair *pair = context;
    struct mp_message message;
    mp_message_init(&message);
    pair->calls++;
    while (mp_tray_receive(pair->tray, &message) == 0) {
        struct mp_span frame = mp_message_frame(&message, 1);
        uint32_t number;
        cr_assert_eq(message.count, 2);
        cr_assert_eq(frame.size, BODY_BYTES);
        memcpy(&number, frame.data, sizeof number);
        pair->is_in_order &= number == pair->next;
        pair->next = number + 1;
        pair->got++;
        pair->got_bytes += frame.size;
    }
    mp_message_done(&message);
}

static void pair_open(struct pair *pair, size_t most_bytes)
{
    const struct mp_socket_options options = {
        .kind = MP_SOCKET_PAIR, .send_most = PLACES, .receive_most = PLACES};
    *pair = (struct pair){.is_in_order = true};
    test_ok(mp_bus_open(1, &pair->bus));
    test_ok(mp_loop_open(&mp_clock_system, &pair->loop));
    test_ok(mp_socket_open(pair->bus, &options, &pair->from));
    test_ok(mp_socket_bind(pair->from, "inproc://pair"));
    test_ok(mp_socket_open(pair->bus, &options, &pair->to));
    test_ok(mp_socket_connect(pair->to, "inproc://pair"));
    test_ok(mp_tray_open(pair->loop, pair->to, most_bytes, on_filled, pair, &pair->tray));
}

static void pair_close(struct pair *pair)
{
    mp_tray_close(pair->tray);
    mp_socket_close(pair->to);
    mp_socket_close(pair->from);
    mp_loop_close(pair->loop);
    mp_bus_close(pair->bus);
}

/* Without a look at the loop; each waits until the pair has a place for it. */
static void say(struct pair *pair, uint32_t first, uint32_t count)
{
    static uint8_t body[BODY_BYTES];
    int64_t until = mp_clock_monotonic_ms(&mp_clock_system) + TEST_DEADLINE_MS;
    struct mp_message message;
    mp_message_init(&message);
    for (uint32_t number = first; number < first + count; number++) {
        int result;
        memcpy(body, &number, sizeof number);
        test_ok(mp_message_add(&message, mp_span_text("topic")));
        test_ok(mp_message_add(&message, mp_span_make(body, sizeof body)));
        do
            result = mp_message_send(&message, pair->from);
        while (result == MP_EAGAIN && mp_clock_monotonic_ms(&mp_clock_system) < until);
        test_ok(result);
    }
    mp_message_done(&message);
}

Test(bus_tray, what_comes_while_nobody_looks_is_kept_in_order)
{
    struct pair pair;
    pair_open(&pair, (size_t)64 << 20);
    say(&pair, 0, MESSAGES);
    cr_assert(pump_until(pair.loop, pair.got == MESSAGES));
    cr_expect(pair.is_in_order);
    say(&pair, MESSAGES, 1);
    cr_assert(pump_until(pair.loop, pair.got == MESSAGES + 1));
    size_t calls = pair.calls;
    test_ok(mp_loop_step(pair.loop, 5));
    cr_expect_eq(pair.calls, calls, "an empty tray wakes nobody");
    pair_close(&pair);
}

Test(bus_tray, beyond_its_bound_what_comes_is_thrown_away)
{
    struct pair pair;
    pair_open(&pair, MOST_BYTES);
    say(&pair, 0, MESSAGES); /* all but 2 * PLACES were taken by now */
    cr_assert(pump_until(pair.loop, pair.got > 0));
    say(&pair, MESSAGES, 1);
    cr_assert(pump_until(pair.loop, pair.next == MESSAGES + 1), "it goes on");
    cr_expect_gt(pair.got_bytes, MOST_BYTES / 2);
    cr_expect_leq(pair.got_bytes, MOST_BYTES + (size_t)(2 * PLACES + 1) * BODY_BYTES);
    cr_expect(!pair.is_in_order, "what is missing shows");
    pair_close(&pair);
}

Test(bus_tray, closing_throws_away_what_is_kept)
{
    struct pair pair;
    pair_open(&pair, (size_t)64 << 20);
    say(&pair, 0, MESSAGES);
    pair_close(&pair);
    cr_expect_eq(pair.got, 0);
}

/* A reader who is away, more waiting for it than any mark of libzmq's, and then its connection
 * breaks: the end has to be noticed, and nothing else ends. */
Test(bus_tray, a_connection_that_breaks_while_nobody_reads_ends_nobody)
{
    struct world world;
    struct mp_message message;
    void *client = NULL, *events = NULL;
    unsigned event = 0;
    int32_t fd = -1, value = 0;

    world_open(&world, MP_SOCKET_ROUTER, true);
    const struct mp_socket_options options = {.kind = MP_SOCKET_DEALER,
                                              .keys = &world.good_keys,
                                              .server_key = world.server_keys.public_key,
                                              .receive_most = PLACES};
    test_ok(mp_socket_open(world.bus, &options, &client));
    test_ok(
        mp_monitor_open(world.bus, client, ZMQ_EVENT_CONNECTED | ZMQ_EVENT_DISCONNECTED, &events));
    test_ok(mp_socket_connect(client, world.address));
    test_ok(pump_send(world.loop, client, "hello", NULL));
    cr_assert(pump_until(world.loop, mp_monitor_next(events, &event, &fd) == 0));
    cr_assert_eq(event, ZMQ_EVENT_CONNECTED);
    mp_message_init(&message);
    test_ok(pump_receive(world.loop, &message, world.server));
    struct mp_message reply;
    mp_message_init(&reply);
    for (int i = 0; i < MESSAGES; i++) {
        int result = MP_EAGAIN;
        test_ok(mp_message_add(&reply, mp_message_frame(&message, 0)));
        test_ok(mp_message_add(&reply, mp_span_text("an answer that nobody reads")));
        (void)pump_until(world.loop, (result = mp_message_send(&reply, world.server)) != MP_EAGAIN);
        test_ok(result);
    }
    cr_assert_eq(shutdown(fd, SHUT_RDWR), 0);
    cr_assert(pump_until(world.loop, mp_monitor_next(events, &event, &value) == 0 &&
                                         event == ZMQ_EVENT_DISCONNECTED));
    cr_assert(pump_until(world.loop, mp_monitor_next(events, &event, &value) == 0 &&
                                         event == ZMQ_EVENT_CONNECTED));
    mp_message_done(&reply);
    mp_message_done(&message);
    mp_monitor_close(client, events);
    mp_socket_close(client);
    world_close(&world);
}
