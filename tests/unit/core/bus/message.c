#include "tests/unit/core/bus/helpers.h"

struct pair {
    struct mp_bus *bus;
    void *left, *right;
};

static void pair_open(struct pair *pair, enum mp_socket_kind left, enum mp_socket_kind right)
{
    test_ok(mp_bus_open(1, &pair->bus));
    pair->left = open_plain(pair->bus, left);
    pair->right = open_plain(pair->bus, right);
    test_ok(mp_socket_bind(pair->left, "inproc://pair"));
    test_ok(mp_socket_connect(pair->right, "inproc://pair"));
}

static void pair_close(struct pair *pair)
{
    mp_socket_close(pair->left);
    mp_socket_close(pair->right);
    mp_bus_close(pair->bus);
}

Test(bus_message, a_message_arrives_with_its_frames_in_order)
{
    struct pair pair;
    struct mp_message message;
    pair_open(&pair, MP_SOCKET_PAIR, MP_SOCKET_PAIR);
    mp_message_init(&message);
    test_ok(mp_message_add(&message, mp_span_text("one")));
    test_ok(mp_message_add(&message, mp_span_make(NULL, 0)));
    uint8_t *place = mp_message_reserve(&message, 5);
    cr_assert_not_null(place);
    memcpy(place, "three", 5);
    test_ok(mp_message_send(&message, pair.left));
    cr_expect_eq(message.count, 0);
    test_ok(mp_message_receive(&message, pair.right));
    cr_assert_eq(message.count, 3);
    cr_expect(frame_is(&message, 0, "one"));
    cr_expect(frame_is(&message, 1, ""));
    cr_expect(frame_is(&message, 2, "three"));
    cr_expect_eq(mp_message_frame(&message, 3).size, 0);
    test_error(mp_message_receive(&message, pair.right), MP_EAGAIN);
    cr_expect_eq(message.count, 0);
    mp_message_done(&message);
    mp_message_done(&message);
    pair_close(&pair);
}

Test(bus_message, a_message_is_full_at_its_limit)
{
    struct mp_message message;
    zmq_msg_t frame;
    mp_message_init(&message);
    cr_assert_eq(zmq_msg_init_size(&frame, 3), 0);
    for (size_t i = 0; i < MP_FRAMES_MOST; i++)
        test_ok(mp_message_add(&message, mp_span_text("x")));
    test_error(mp_message_add(&message, mp_span_text("x")), MP_ETOOBIG);
    test_error(mp_message_move(&message, &frame), MP_ETOOBIG);
    cr_expect_null(mp_message_reserve(&message, 1));
    cr_expect_eq(zmq_msg_size(&frame), 3);
    (void)zmq_msg_close(&frame);
    mp_message_done(&message);
}

static void send_frames(void *socket, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(zmq_send(socket, "frame", 5, i + 1 < count ? ZMQ_SNDMORE : 0), 5);
}

Test(bus_message, a_message_of_too_many_frames_is_read_to_its_end_and_thrown_away)
{
    static const size_t counts[] = {MP_FRAMES_MOST + 1, MP_FRAMES_MOST + 2, 20000};
    struct pair pair;
    struct mp_message message;
    pair_open(&pair, MP_SOCKET_PAIR, MP_SOCKET_PAIR);
    mp_message_init(&message);
    for (size_t i = 0; i < MP_LENGTH(counts); i++) {
        send_frames(pair.left, counts[i]);
        send_frames(pair.left, MP_FRAMES_MOST);
        int result = mp_message_receive(&message, pair.right);
        cr_expect_eq(result, MP_ETOOBIG, "%zu frames: %s", counts[i], mp_error_name(result));
        cr_expect_eq(message.count, MP_FRAMES_MOST); /* whose it was can be told */
        test_ok(mp_message_receive(&message, pair.right));
        cr_expect_eq(message.count, MP_FRAMES_MOST);
    }
    mp_message_done(&message);
    pair_close(&pair);
}

Test(bus_message, a_message_that_nobody_takes_is_kept)
{
    struct mp_bus *bus = NULL;
    struct mp_message message;
    test_ok(mp_bus_open(1, &bus));
    void *dealer = open_plain(bus, MP_SOCKET_DEALER);
    void *router = open_plain(bus, MP_SOCKET_ROUTER);
    mp_message_init(&message);
    test_error(mp_message_send(&message, dealer), MP_EINVAL);
    test_ok(mp_message_add(&message, mp_span_text("nobody")));
    test_ok(mp_message_add(&message, mp_span_text("payload")));
    test_error(mp_message_send(&message, dealer), MP_EAGAIN);
    test_error(mp_message_send(&message, router), MP_EUNREACHABLE);
    cr_assert_eq(message.count, 2);
    cr_expect(frame_is(&message, 0, "nobody"));
    cr_expect(frame_is(&message, 1, "payload"));
    mp_message_done(&message);
    mp_socket_close(dealer);
    mp_socket_close(router);
    mp_bus_close(bus);
}

Test(bus_message, a_full_queue_keeps_the_message_for_another_try)
{
    struct mp_bus *bus = NULL;
    struct mp_message message;
    struct mp_socket_options options = {.kind = MP_SOCKET_PAIR, .send_most = 1, .receive_most = 1};
    void *left = NULL, *right = NULL;
    test_ok(mp_bus_open(1, &bus));
    test_ok(mp_socket_open(bus, &options, &left));
    test_ok(mp_socket_open(bus, &options, &right));
    test_ok(mp_socket_bind(left, "inproc://full"));
    test_ok(mp_socket_connect(right, "inproc://full"));
    mp_message_init(&message);
    int result = 0;
    for (int i = 0; i < 100 && result == 0; i++) {
        mp_message_done(&message);
        test_ok(mp_message_add(&message, mp_span_text("a")));
        test_ok(mp_message_add(&message, mp_span_text("b")));
        result = mp_message_send(&message, left);
    }
    cr_expect_eq(result, MP_EAGAIN);
    cr_assert_eq(message.count, 2);
    cr_expect(frame_is(&message, 1, "b"));
    mp_message_done(&message);
    mp_socket_close(left);
    mp_socket_close(right);
    mp_bus_close(bus);
}

Test(bus_message, a_moved_frame_goes_back_to_the_peer_without_a_copy)
{
    struct pair pair;
    struct mp_message request, reply;
    pair_open(&pair, MP_SOCKET_ROUTER, MP_SOCKET_DEALER);
    mp_message_init(&request);
    mp_message_init(&reply);
    test_ok(mp_message_add(&request, mp_span_text("question, longer than a frame held in place")));
    test_ok(mp_message_send(&request, pair.right));
    test_ok(mp_message_receive(&request, pair.left));
    cr_assert_eq(request.count, 2);
    const uint8_t *bytes = mp_message_frame(&request, 1).data;
    test_ok(mp_message_move(&reply, &request.frames[0]));
    test_ok(mp_message_move(&reply, &request.frames[1]));
    cr_expect_eq(mp_message_frame(&reply, 1).data, bytes);
    test_ok(mp_message_send(&reply, pair.left));
    mp_message_done(&request);
    test_ok(mp_message_receive(&reply, pair.right));
    cr_expect(frame_is(&reply, 0, "question, longer than a frame held in place"));
    mp_message_done(&reply);
    pair_close(&pair);
}

Test(bus_message, a_peer_without_curve_has_no_key)
{
    struct pair pair;
    struct mp_message message;
    uint8_t key[MP_KEY_BYTES];
    pair_open(&pair, MP_SOCKET_ROUTER, MP_SOCKET_DEALER);
    mp_message_init(&message);
    cr_expect_not(mp_message_peer_key(&message, key));
    test_ok(mp_message_add(&message, mp_span_text("hello")));
    test_ok(mp_message_send(&message, pair.right));
    test_ok(mp_message_receive(&message, pair.left));
    cr_expect_not(mp_message_peer_key(&message, key));
    mp_message_done(&message);
    pair_close(&pair);
}

Test(bus_message, a_context_that_shuts_down_cancels)
{
    struct pair pair;
    struct mp_message message;
    pair_open(&pair, MP_SOCKET_PAIR, MP_SOCKET_PAIR);
    mp_message_init(&message);
    test_ok(mp_message_add(&message, mp_span_text("x")));
    cr_assert_eq(zmq_ctx_shutdown(pair.bus->context), 0);
    test_error(mp_message_send(&message, pair.left), MP_ECANCELLED);
    test_error(mp_message_receive(&message, pair.right), MP_ECANCELLED);
    mp_message_done(&message);
    pair_close(&pair);
}

Test(bus_message, a_key_that_was_read_before_is_never_taken_for_another)
{
    enum { KEYS = 1000 };
    static struct mp_key_pair pairs[KEYS];
    uint8_t key[MP_KEY_BYTES];
    char text[MP_KEY_TEXT];
    for (int i = 0; i < KEYS; i++)
        mp_key_make(&pairs[i]);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < KEYS; i++) {
            mp_key_format(pairs[i].public_key, text);
            cr_assert(mp_message_read_key(text, key));
            cr_assert_arr_eq(key, pairs[i].public_key, MP_KEY_BYTES);
        }
    }
    text[MP_KEY_TEXT - 2] = '"'; /* no character of Z85 */
    cr_expect_not(mp_message_read_key(text, key));
    text[MP_KEY_TEXT - 2] = '\0';
    cr_expect_not(mp_message_read_key(text, key));
    cr_expect_not(mp_message_read_key("", key));
}
