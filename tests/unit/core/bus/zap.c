#include "tests/unit/core/bus/helpers.h"

Test(bus_zap, the_right_key_enters_and_is_told_on_the_payload)
{
    struct world world;
    struct mp_message message;
    uint8_t key[MP_KEY_BYTES] = {0};
    world_open(&world, MP_SOCKET_ROUTER, true);
    mp_message_init(&message);
    void *client = open_client(&world, MP_SOCKET_DEALER, &world.good_keys);
    test_ok(pump_send(world.loop, client, "envelope", "payload"));
    test_ok(pump_receive(world.loop, &message, world.server));
    cr_assert_eq(message.count, 3);
    cr_assert(mp_message_peer_key(&message, key));
    cr_expect_arr_eq(key, world.good_keys.public_key, MP_KEY_BYTES);
    cr_expect_eq(mp_zap_allowed(world.zap), 1);
    cr_expect_eq(mp_zap_refused(world.zap), 0);
    mp_message_done(&message);
    mp_socket_close(client);
    world_close(&world);
}

Test(bus_zap, a_wrong_key_is_refused)
{
    struct world world;
    struct mp_message message;
    world_open(&world, MP_SOCKET_ROUTER, true);
    mp_message_init(&message);
    void *client = open_client(&world, MP_SOCKET_DEALER, &world.bad_keys);
    cr_expect_eq(next_handshake(&world), ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
    cr_expect_geq(mp_zap_refused(world.zap), 1);
    cr_expect_eq(mp_zap_allowed(world.zap), 0);
    cr_expect_eq(zmq_send(client, "x", 1, ZMQ_DONTWAIT), -1);
    test_error(mp_message_receive(&message, world.server), MP_EAGAIN);
    mp_socket_close(client);
    world_close(&world);
}

Test(bus_zap, no_key_is_refused)
{
    struct world world;
    world_open(&world, MP_SOCKET_ROUTER, true);
    int zero = 0;
    void *client = zmq_socket(world.bus->context, ZMQ_DEALER);
    cr_assert_eq(zmq_setsockopt(client, ZMQ_LINGER, &zero, sizeof zero), 0);
    cr_assert_eq(zmq_connect(client, world.address), 0);
    unsigned event = next_handshake(&world);
    cr_expect_neq(event, 0);
    cr_expect_neq(event, ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    cr_expect_eq(mp_zap_allowed(world.zap), 0);
    (void)zmq_close(client);
    world_close(&world);
}

Test(bus_zap, without_a_handler_nobody_enters)
{
    struct world world;
    world_open(&world, MP_SOCKET_ROUTER, false);
    void *client = open_client(&world, MP_SOCKET_DEALER, &world.good_keys);
    cr_expect_eq(next_handshake(&world), ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL);
    mp_socket_close(client);
    world_close(&world);
}

Test(bus_zap, a_server_with_another_key_is_not_believed)
{
    struct world world;
    struct mp_key_pair other;
    world_open(&world, MP_SOCKET_ROUTER, true);
    mp_key_make(&other);
    struct mp_key_pair real = world.server_keys;
    world.server_keys = other;
    void *client = open_client(&world, MP_SOCKET_DEALER, &world.good_keys);
    world.server_keys = real;
    unsigned event = next_handshake(&world);
    cr_expect_neq(event, 0);
    cr_expect_neq(event, ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    mp_socket_close(client);
    world_close(&world);
}

Test(bus_zap, a_context_has_one_handler)
{
    struct world world;
    struct mp_zap *second = NULL;
    world_open(&world, MP_SOCKET_ROUTER, true);
    test_error(mp_zap_open(world.bus, world.loop, world_check, &world, &second), MP_EBUSY);
    cr_expect_null(second);
    world_close(&world);
}

/* A request written by hand. The key's place holds `key_size` bytes of the good key. */
struct request {
    const char *name;
    const char *version, *domain, *mechanism;
    size_t key_size;
    size_t extra; /* frames too many */
    const char *status;
};

static void send_request(struct world *world, void *client, const struct request *request)
{
    struct mp_message message;
    mp_message_init(&message);
    const char *texts[] = {"", request->version,  "id-7", request->domain, "127.0.0.1",
                           "", request->mechanism};
    uint8_t key[MP_KEY_BYTES + 1] = {0};
    memcpy(key, world->good_keys.public_key, MP_KEY_BYTES);
    for (size_t i = 0; i < MP_LENGTH(texts); i++)
        test_ok(mp_message_add(&message, mp_span_text(texts[i])));
    test_ok(mp_message_add(&message, mp_span_make(key, request->key_size)));
    for (size_t i = 0; i < request->extra; i++)
        test_ok(mp_message_add(&message, mp_span_text("more")));
    test_ok(mp_message_send(&message, client));
}

Test(bus_zap, requests_are_read_strictly)
{
    static const struct request cases[] = {
        {"good", "1.0", TEST_DOMAIN, "CURVE", 32, 0, "200"},
        {"other domain", "1.0", "elsewhere", "CURVE", 32, 0, "400"},
        {"no domain", "1.0", "", "CURVE", 32, 0, "400"},
        {"other version", "1.1", TEST_DOMAIN, "CURVE", 32, 0, "400"},
        {"other mechanism", "1.0", TEST_DOMAIN, "NULL", 32, 0, "400"},
        {"mechanism in small letters", "1.0", TEST_DOMAIN, "curve", 32, 0, "400"},
        {"short key", "1.0", TEST_DOMAIN, "CURVE", 31, 0, "400"},
        {"long key", "1.0", TEST_DOMAIN, "CURVE", 33, 0, "400"},
        {"no key", "1.0", TEST_DOMAIN, "CURVE", 0, 0, "400"},
        {"a frame too many", "1.0", TEST_DOMAIN, "CURVE", 32, 1, "400"},
    };
    struct world world;
    struct mp_message reply;
    char user_id[MP_KEY_TEXT];
    world_open(&world, MP_SOCKET_ROUTER, true);
    mp_key_format(world.good_keys.public_key, user_id);
    mp_message_init(&reply);
    void *client = open_plain(world.bus, MP_SOCKET_DEALER);
    test_ok(mp_socket_connect(client, "inproc://zeromq.zap.01"));
    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        bool good = strcmp(cases[i].status, "200") == 0;
        send_request(&world, client, &cases[i]);
        test_ok(pump_receive(world.loop, &reply, client));
        cr_assert_eq(reply.count, 7, "%s: %zu frames", cases[i].name, reply.count);
        cr_expect(frame_is(&reply, 0, "") && frame_is(&reply, 1, "1.0"), "%s", cases[i].name);
        cr_expect(frame_is(&reply, 2, "id-7"), "%s", cases[i].name);
        cr_expect(frame_is(&reply, 3, cases[i].status), "%s", cases[i].name);
        cr_expect(frame_is(&reply, 5, good ? user_id : ""), "%s", cases[i].name);
        cr_expect(frame_is(&reply, 6, ""), "%s", cases[i].name);
    }
    cr_expect_eq(mp_zap_allowed(world.zap), 1);
    cr_expect_eq(mp_zap_refused(world.zap), MP_LENGTH(cases) - 1);
    mp_message_done(&reply);
    mp_socket_close(client);
    world_close(&world);
}

Test(bus_zap, a_fragment_of_a_request_gets_no_answer_and_harms_nothing)
{
    struct world world;
    struct mp_message reply;
    world_open(&world, MP_SOCKET_ROUTER, true);
    mp_message_init(&reply);
    void *client = open_plain(world.bus, MP_SOCKET_DEALER);
    test_ok(mp_socket_connect(client, "inproc://zeromq.zap.01"));
    test_ok(pump_send(world.loop, client, "", NULL));
    cr_expect(pump_until(world.loop, mp_zap_refused(world.zap) == 1));
    for (int i = 0; i < 100; i++)
        cr_assert_eq(zmq_send(client, "x", 1, i < 99 ? ZMQ_SNDMORE : 0), 1);
    static const struct request good = {"good", "1.0", TEST_DOMAIN, "CURVE", 32, 0, "200"};
    send_request(&world, client, &good);
    test_ok(pump_receive(world.loop, &reply, client));
    cr_expect(frame_is(&reply, 3, "200"));
    mp_message_done(&reply);
    mp_socket_close(client);
    world_close(&world);
}

Test(bus_zap, the_self_test_passes_here)
{
    test_ok(mp_zap_self_test());
    test_ok(mp_zap_self_test());
}
