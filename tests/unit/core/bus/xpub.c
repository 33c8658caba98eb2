#include "tests/unit/core/bus/helpers.h"

/* Waits for the subscription message and gives its topic's first letter; 0 when none came. */
static char next_subscription(struct world *world, bool admit)
{
    struct mp_message message;
    mp_message_init(&message);
    char letter = 0;
    if (pump_receive(world->loop, &message, world->server) == 0) {
        struct mp_span frame = mp_message_frame(&message, 0);
        cr_assert_geq(frame.size, 2);
        cr_expect_eq(frame.data[0], 1);
        letter = (char)frame.data[1];
        if (admit)
            test_ok(
                mp_socket_admit(world->server, mp_span_make(frame.data + 1, frame.size - 1), true));
    }
    mp_message_done(&message);
    return letter;
}

static void publish(struct world *world, const char *text)
{
    test_ok(pump_send(world->loop, world->server, text, NULL));
}

Test(bus_xpub, only_an_admitted_subscription_gets_messages)
{
    struct world world;
    struct mp_message message;
    world_open(&world, MP_SOCKET_XPUB, true);
    mp_message_init(&message);
    void *client = open_client(&world, MP_SOCKET_SUB, &world.good_keys);
    test_ok(mp_socket_subscribe(client, mp_span_text("r/")));
    cr_expect_eq(next_subscription(&world, false), 'r');
    test_ok(mp_socket_subscribe(client, mp_span_text("a/")));
    cr_expect_eq(next_subscription(&world, true), 'a');
    publish(&world, "r/refused");
    publish(&world, "a/admitted");
    test_ok(pump_receive(world.loop, &message, client));
    cr_expect(frame_is(&message, 0, "a/admitted"));
    mp_message_done(&message);
    mp_socket_close(client);
    world_close(&world);
}

Test(bus_xpub, an_end_of_subscription_is_admitted_too)
{
    struct world world;
    struct mp_message message;
    world_open(&world, MP_SOCKET_XPUB, true);
    mp_message_init(&message);
    void *client = open_client(&world, MP_SOCKET_SUB, &world.good_keys);
    test_ok(mp_socket_subscribe(client, mp_span_text("a/")));
    cr_expect_eq(next_subscription(&world, true), 'a');
    test_ok(mp_socket_subscribe(client, mp_span_text("b/")));
    cr_expect_eq(next_subscription(&world, true), 'b');
    cr_assert_eq(zmq_setsockopt(client, ZMQ_UNSUBSCRIBE, "a/", 2), 0);
    test_ok(pump_receive(world.loop, &message, world.server));
    struct mp_span frame = mp_message_frame(&message, 0);
    cr_assert_eq(frame.size, 3);
    cr_expect_eq(frame.data[0], 0);
    test_ok(mp_socket_admit(world.server, mp_span_make(frame.data + 1, 2), false));
    publish(&world, "a/gone");
    publish(&world, "b/there");
    test_ok(pump_receive(world.loop, &message, client));
    cr_expect(frame_is(&message, 0, "b/there"));
    mp_message_done(&message);
    mp_socket_close(client);
    world_close(&world);
}

Test(bus_xpub, a_subscription_tells_whose_it_is)
{
    struct world world;
    struct mp_message message;
    uint8_t key[MP_KEY_BYTES];
    world_open(&world, MP_SOCKET_XPUB, true);
    mp_message_init(&message);
    void *client = open_client(&world, MP_SOCKET_SUB, &world.good_keys);
    test_ok(mp_socket_subscribe(client, mp_span_make(NULL, 0)));
    test_ok(pump_receive(world.loop, &message, world.server));
    cr_expect_eq(mp_message_frame(&message, 0).size, 1);
    cr_assert(mp_message_peer_key(&message, key));
    cr_expect_arr_eq(key, world.good_keys.public_key, MP_KEY_BYTES);
    mp_message_done(&message);
    mp_socket_close(client);
    world_close(&world);
}

Test(bus_xpub, a_stuck_subscriber_stops_nobody)
{
    struct world world;
    struct mp_message message;
    char text[1000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    world_open(&world, MP_SOCKET_XPUB, true);
    mp_message_init(&message);
    void *stuck = open_client(&world, MP_SOCKET_SUB, &world.good_keys);
    test_ok(mp_socket_subscribe(stuck, mp_span_text("a")));
    cr_expect_eq(next_subscription(&world, true), 'a');
    for (int i = 0; i < 20000; i++)
        publish(&world, text);
    void *reader = open_client(&world, MP_SOCKET_SUB, &world.good_keys);
    test_ok(mp_socket_subscribe(reader, mp_span_text("b")));
    cr_expect_eq(next_subscription(&world, true), 'b');
    publish(&world, "b");
    test_ok(pump_receive(world.loop, &message, reader));
    mp_message_done(&message);
    mp_socket_close(stuck);
    mp_socket_close(reader);
    world_close(&world);
}
