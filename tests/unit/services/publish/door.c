#include "services/publish/door.h"

#include "core/bus/zap.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

/* The door with real connections: what libzmq says of subscriptions, and when. */

#define DEADLINE_MS 10000
#define EACH        4

struct world {
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct mp_zap *zap;
    struct mp_key_pair server, console, other;
    struct fanout *fanout;
    struct door *door;
    char address[64];
};

static enum mp_zap_verdict let_in(void *context, const char *domain,
                                  const uint8_t key[static MP_KEY_BYTES])
{
    struct world *world = context;
    (void)domain;

    door_admitted(world->door, key);
    return MP_ZAP_ALLOW;
}

static void world_open(struct world *world)
{
    struct door_options options = {.keys = &world->server};

    *world = (struct world){0};
    mp_key_make(&world->server);
    mp_key_make(&world->console);
    mp_key_make(&world->other);
    cr_assert_eq(fanout_new(100, EACH, &world->fanout), 0);
    cr_assert_eq(mp_bus_open(1, &world->bus), 0);
    cr_assert_eq(mp_loop_open(&mp_clock_system, &world->loop), 0);
    cr_assert_eq(mp_zap_open(world->bus, world->loop, let_in, world, &world->zap), 0);
    options.fanout = world->fanout;
    options.listen = world->address;
    for (int port = 41000 + getpid() % 20000; world->door == NULL; port++) {
        (void)snprintf(world->address, sizeof(world->address), "tcp://127.0.0.1:%d", port);
        int error = door_open(world->bus, world->loop, &options, &world->door);
        cr_assert(error == 0 || error == MP_EBUSY, "%s", mp_error_text(error));
    }
    fanout_set_head(world->fanout, 7, 0, 0);
    door_set_live(world->door, true);
}

static void world_close(struct world *world)
{
    door_close(world->door);
    mp_zap_close(world->zap);
    mp_loop_close(world->loop);
    mp_bus_close(world->bus);
    fanout_free(world->fanout);
}

static void *console_open(struct world *world, const struct mp_key_pair *keys)
{
    const struct mp_socket_options options = {
        .kind = MP_SOCKET_SUB, .keys = keys, .server_key = world->server.public_key};
    void *socket = NULL;

    cr_assert_eq(mp_socket_open(world->bus, &options, &socket), 0);
    cr_assert_eq(mp_socket_connect(socket, world->address), 0);
    return socket;
}

static void subscribe(void *socket, const char *topic)
{
    cr_assert_eq(mp_socket_subscribe(socket, mp_span_text(topic)), 0);
}

/* Steps the loop until a message with the topic comes; others are passed over. */
static bool hears(struct world *world, void *socket, const char *topic, int64_t most_ms)
{
    int64_t end_ms = mp_loop_now_ms(world->loop) + most_ms;
    struct mp_message message;
    bool heard = false;

    mp_message_init(&message);
    while (!heard && mp_loop_now_ms(world->loop) < end_ms) {
        cr_assert_eq(mp_loop_step(world->loop, 2), 0);
        while (!heard && mp_message_receive(&message, socket) == 0)
            heard = mp_span_equal(mp_message_frame(&message, 0), mp_span_text(topic));
    }
    mp_message_done(&message);
    return heard;
}

static void wait_connections(struct world *world, size_t count)
{
    int64_t end_ms = mp_loop_now_ms(world->loop) + DEADLINE_MS;

    while (door_connections(world->door) != count) {
        cr_assert_lt(mp_loop_now_ms(world->loop), end_ms, "%zu connections",
                     door_connections(world->door));
        cr_assert_eq(mp_loop_step(world->loop, 2), 0);
    }
}

Test(publish_door, a_new_subscription_of_a_heartbeat_is_answered_at_once)
{
    struct world world;

    world_open(&world);
    void *console = console_open(&world, &world.console);
    subscribe(console, "e/ml-1/");
    subscribe(console, "h/ml-1/!");
    cr_expect(hears(&world, console, "h/ml-1/!", DEADLINE_MS));
    cr_expect_eq(fanout_subscriptions(world.fanout), 2);
    mp_socket_close(console);
    world_close(&world);
}

Test(publish_door, a_feed_that_is_not_live_sends_no_heartbeat)
{
    struct world world;

    world_open(&world);
    door_set_live(world.door, false);
    void *console = console_open(&world, &world.console);
    subscribe(console, "h/!");
    wait_connections(&world, 1);
    cr_expect(!hears(&world, console, "h/!", 100));
    door_heartbeats(world.door);
    cr_expect(!hears(&world, console, "h/!", 100));
    door_set_live(world.door, true);
    door_heartbeats(world.door);
    cr_expect(hears(&world, console, "h/!", DEADLINE_MS));
    mp_socket_close(console);
    world_close(&world);
}

/* A key over its cap subscribes what another follows, is refused, and leaves: by its own word and
 * by breaking off. The other goes on hearing. */
Test(publish_door, a_refused_subscription_takes_nothing_away_when_it_ends)
{
    struct world world;
    char topic[16];

    world_open(&world);
    void *honest = console_open(&world, &world.console);
    subscribe(honest, "h/ml-1/!");
    cr_assert(hears(&world, honest, "h/ml-1/!", DEADLINE_MS));
    void *greedy = console_open(&world, &world.other);
    for (int i = 0; i < EACH - 1; i++) {
        (void)snprintf(topic, sizeof(topic), "e/p-%d/", i);
        subscribe(greedy, topic);
    }
    subscribe(greedy, "h/last/!");
    cr_assert(hears(&world, greedy, "h/last/!", DEADLINE_MS));
    subscribe(greedy, "h/ml-1/!");
    subscribe(greedy, "e/ml-1/");
    cr_assert_eq(zmq_setsockopt(greedy, ZMQ_UNSUBSCRIBE, "h/ml-1/!", 8), 0);
    cr_assert_eq(zmq_setsockopt(greedy, ZMQ_UNSUBSCRIBE, "e/p-0/", 6), 0);
    subscribe(greedy, "h/again/!");
    cr_assert(hears(&world, greedy, "h/again/!", DEADLINE_MS), "all before it has been read");
    mp_socket_close(greedy);
    wait_connections(&world, 1);
    while (hears(&world, honest, "h/ml-1/!", 20))
        ;
    door_heartbeats(world.door);
    cr_expect(hears(&world, honest, "h/ml-1/!", DEADLINE_MS));
    cr_expect_geq(door_counts(world.door).refused, 2);
    mp_socket_close(honest);
    world_close(&world);
}

Test(publish_door, a_console_may_come_back_as_often_as_it_likes)
{
    struct world world;

    world_open(&world);
    for (int i = 0; i < 3 * EACH; i++) {
        void *console = console_open(&world, &world.console);
        subscribe(console, "e/ml-1/");
        subscribe(console, "h/ml-1/!");
        cr_assert(hears(&world, console, "h/ml-1/!", DEADLINE_MS), "time %d", i);
        mp_socket_close(console);
        wait_connections(&world, 0);
    }
    cr_expect_eq(fanout_subscriptions(world.fanout), 2);
    cr_expect_eq(door_counts(world.door).refused, 0);
    world_close(&world);
}

Test(publish_door, a_revoked_key_that_came_in_shuts_the_door_and_it_opens_again)
{
    struct world world;
    static const uint8_t never_seen[MP_KEY_BYTES] = {9};

    world_open(&world);
    void *console = console_open(&world, &world.console);
    subscribe(console, "h/!");
    cr_assert(hears(&world, console, "h/!", DEADLINE_MS));
    door_revoked(world.door, never_seen);
    door_tick(world.door);
    cr_expect_eq(door_counts(world.door).rebinds, 0);
    door_revoked(world.door, world.console.public_key);
    door_tick(world.door);
    cr_expect_eq(door_counts(world.door).rebinds, 1);
    cr_expect_eq(fanout_subscriptions(world.fanout), 0);
    int64_t end_ms = mp_loop_now_ms(world.loop) + DEADLINE_MS;
    while (!door_is_live(world.door)) {
        cr_assert_lt(mp_loop_now_ms(world.loop), end_ms);
        cr_assert_eq(mp_loop_step(world.loop, 2), 0);
        door_tick(world.door);
    }
    cr_expect(hears(&world, console, "h/!", DEADLINE_MS), "it came back and subscribed anew");
    mp_socket_close(console);
    world_close(&world);
}
