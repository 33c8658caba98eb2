/* A small world for the tests of the bus: one context, its loop, a ZAP handler that lets one key
 * in, a CURVE server on a free port. */
#ifndef MP_TESTS_BUS_HELPERS_H
#define MP_TESTS_BUS_HELPERS_H

#include "core/bus/bus.h"
#include "core/bus/internal.h"
#include "core/bus/loop.h"
#include "core/bus/zap.h"
#include "tests/support/folder.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEST_DOMAIN      "test"
#define TEST_DEADLINE_MS 10000
#define TEST_HANDSHAKES                                                                            \
    (ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |                        \
     ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

#define test_ok(call) cr_assert_eq((call), 0, "%s", #call)
#define test_error(call, error)                                                                    \
    do {                                                                                           \
        int test_result_ = (call);                                                                 \
        cr_assert_eq(test_result_, (error), "%s gives %s", #call, mp_error_name(test_result_));    \
    } while (0)

struct world {
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct mp_zap *zap;
    void *server;
    void *events; /* the server's handshakes */
    struct mp_key_pair server_keys, good_keys, bad_keys;
    char address[64];
};

static inline enum mp_zap_verdict world_check(void *context, const char *domain,
                                              const uint8_t key[static MP_KEY_BYTES])
{
    const struct world *world = context;
    bool good = strcmp(domain, TEST_DOMAIN) == 0 &&
                memcmp(key, world->good_keys.public_key, MP_KEY_BYTES) == 0;
    return good ? MP_ZAP_ALLOW : MP_ZAP_REFUSE;
}

static inline void *open_plain(struct mp_bus *bus, enum mp_socket_kind kind)
{
    void *socket = NULL;
    struct mp_socket_options options = {.kind = kind};
    test_ok(mp_socket_open(bus, &options, &socket));
    return socket;
}

static inline void *open_server(struct world *world, enum mp_socket_kind kind)
{
    void *socket = NULL;
    struct mp_socket_options options = {
        .kind = kind,
        .server = true,
        .keys = &world->server_keys,
        .zap_domain = TEST_DOMAIN,
    };
    test_ok(mp_socket_open(world->bus, &options, &socket));
    return socket;
}

static inline void *open_client(struct world *world, enum mp_socket_kind kind,
                                const struct mp_key_pair *keys)
{
    void *socket = NULL;
    struct mp_socket_options options = {
        .kind = kind,
        .keys = keys,
        .server_key = world->server_keys.public_key,
    };
    test_ok(mp_socket_open(world->bus, &options, &socket));
    test_ok(mp_socket_connect(socket, world->address));
    return socket;
}

/* with_zap: whether a handler stands behind the server. */
static inline void world_open(struct world *world, enum mp_socket_kind kind, bool with_zap)
{
    *world = (struct world){0};
    test_ok(mp_bus_open(1, &world->bus));
    test_ok(mp_loop_open(&mp_clock_system, &world->loop));
    mp_key_make(&world->server_keys);
    mp_key_make(&world->good_keys);
    mp_key_make(&world->bad_keys);
    if (with_zap)
        test_ok(mp_zap_open(world->bus, world->loop, world_check, world, &world->zap));
    world->server = open_server(world, kind);
    test_ok(mp_monitor_open(world->bus, world->server, TEST_HANDSHAKES, &world->events));
    test_ok(mp_socket_bind(world->server, "tcp://127.0.0.1:*"));
    test_ok(mp_socket_bound_address(world->server, world->address, sizeof world->address));
}

static inline void world_close(struct world *world)
{
    mp_zap_close(world->zap);
    mp_monitor_close(world->server, world->events);
    mp_socket_close(world->server);
    mp_loop_close(world->loop);
    mp_bus_close(world->bus);
}

/* Runs the loop until the condition holds; false at the deadline. */
#define pump_until(loop, condition)                                                                \
    ({                                                                                             \
        int64_t pump_end_ = mp_clock_monotonic_ms(&mp_clock_system) + TEST_DEADLINE_MS;            \
        bool pump_held_ = false;                                                                   \
        while (!(pump_held_ = (condition)) && mp_clock_monotonic_ms(&mp_clock_system) < pump_end_) \
            test_ok(mp_loop_step((loop), 5));                                                      \
        pump_held_;                                                                                \
    })

/* The next end of a handshake that the server tells, 0 at the deadline. */
static inline unsigned next_handshake(struct world *world)
{
    unsigned event = 0;
    int32_t value = 0;
    (void)pump_until(world->loop, mp_monitor_next(world->events, &event, &value) == 0);
    return event;
}

/* Receives while the loop runs. */
static inline int pump_receive(struct mp_loop *loop, struct mp_message *message, void *socket)
{
    int result = MP_EAGAIN;
    (void)pump_until(loop, (result = mp_message_receive(message, socket)) != MP_EAGAIN);
    return result;
}

static inline int pump_send(struct mp_loop *loop, void *socket, const char *first,
                            const char *second)
{
    struct mp_message message;
    mp_message_init(&message);
    test_ok(mp_message_add(&message, mp_span_text(first)));
    if (second != NULL)
        test_ok(mp_message_add(&message, mp_span_text(second)));
    int result = MP_EAGAIN;
    (void)pump_until(loop, (result = mp_message_send(&message, socket)) != MP_EAGAIN);
    mp_message_done(&message);
    return result;
}

static inline bool frame_is(const struct mp_message *message, size_t index, const char *text)
{
    return mp_span_equal(mp_message_frame(message, index), mp_span_text(text));
}

/* A folder of the test's own; remove_folder takes the names of the files that may be in it. */
struct folder {
    char path[FOLDER_BYTES];
};

static inline struct folder make_folder(void)
{
    struct folder folder;
    folder_make(folder.path);
    return folder;
}

struct path {
    char text[512];
};

static inline struct path path_in(const struct folder *folder, const char *scheme, const char *name)
{
    struct path path;
    (void)snprintf(path.text, sizeof path.text, "%s%s/%s", scheme, folder->path, name);
    return path;
}

static inline void remove_folder(const struct folder *folder, const char *name)
{
    struct path path = path_in(folder, "", name);
    (void)unlink(path.text);
    cr_expect_eq(rmdir(folder->path), 0);
}

#endif
