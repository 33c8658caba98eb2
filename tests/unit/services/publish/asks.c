#include "services/publish/asks.h"

#include "core/bus/zap.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

/* The way of questions with a real connection. There is no ledger: a question that may pass is
 * answered busy. */

#define DEADLINE_MS 10000
#define NOWHERE     "ipc:///tmp/mp-asks-nobody"

struct world {
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct mp_zap *zap;
    struct mp_key_pair server, console;
    struct mp_registry *registry;
    struct mp_table *revoked;
    struct asks *asks;
    struct mp_arena *arena;
    void *socket; /* the console's */
    char address[64];
};

static enum mp_zap_verdict let_in(void *context, const char *domain,
                                  const uint8_t key[static MP_KEY_BYTES])
{
    (void)context;
    (void)domain;
    (void)key;
    return MP_ZAP_ALLOW;
}

static void open_asks(struct world *world)
{
    struct asks_options options = {.listen = world->address,
                                   .keys = &world->server,
                                   .zap_domain = "test",
                                   .upstream = {.address = NOWHERE},
                                   .most = 10,
                                   .connections_most = 10};

    options.registry = world->registry;
    options.revoked = world->revoked;
    for (int port = 21000 + getpid() % 20000; world->asks == NULL; port++) {
        (void)snprintf(world->address, sizeof(world->address), "tcp://127.0.0.1:%d", port);
        int error = asks_open(world->bus, world->loop, &options, &world->asks);
        cr_assert(error == 0 || error == MP_EBUSY, "%s", mp_error_text(error));
    }
}

static void world_open(struct world *world)
{
    const struct mp_endpoint nowhere = {.address = NOWHERE};

    *world = (struct world){0};
    mp_key_make(&world->server);
    mp_key_make(&world->console);
    cr_assert_eq(mp_bus_open(1, &world->bus), 0);
    cr_assert_eq(mp_loop_open(&mp_clock_system, &world->loop), 0);
    cr_assert_eq(mp_zap_open(world->bus, world->loop, let_in, NULL, &world->zap), 0);
    cr_assert_eq(
        mp_registry_open(world->bus, world->loop, &nowhere, &nowhere, NULL, NULL, &world->registry),
        0);
    world->revoked = mp_table_new(10);
    world->arena = mp_arena_new(1 << 20);
    cr_assert(world->revoked != NULL && world->arena != NULL);
    open_asks(world);
    const struct mp_socket_options options = {
        .kind = MP_SOCKET_DEALER, .keys = &world->console, .server_key = world->server.public_key};
    cr_assert_eq(mp_socket_open(world->bus, &options, &world->socket), 0);
    cr_assert_eq(mp_socket_connect(world->socket, world->address), 0);
}

static void world_close(struct world *world)
{
    mp_socket_close(world->socket);
    asks_close(world->asks);
    mp_registry_close(world->registry);
    mp_zap_close(world->zap);
    mp_loop_close(world->loop);
    mp_bus_close(world->bus);
    mp_table_free(world->revoked);
    mp_arena_free(world->arena);
}

/* What a question for the heads of all topics is answered. */
static enum mp_ask_error ask(struct world *world)
{
    int64_t end_ms = mp_clock_monotonic_ms(&mp_clock_system) + DEADLINE_MS;
    struct mp_buffer bytes;
    struct mp_message message;
    struct mp_page page;
    struct mp_ask question;
    int sent = MP_EAGAIN, received = MP_EAGAIN;

    mp_ask_init(&question, MP_ASK_TOPICS);
    mp_buffer_init(&bytes, MP_ASK_MOST);
    cr_assert_eq(mp_ask_encode(&question, &bytes), 0);
    mp_message_init(&message);
    cr_assert_eq(mp_message_add(&message, mp_span_text("correlat")), 0);
    cr_assert_eq(mp_message_add(&message, mp_buffer_span(&bytes)), 0);
    while (sent != 0 && mp_clock_monotonic_ms(&mp_clock_system) < end_ms) {
        cr_assert_eq(mp_loop_step(world->loop, 5), 0);
        sent = mp_message_send(&message, world->socket);
    }
    while (received != 0 && mp_clock_monotonic_ms(&mp_clock_system) < end_ms) {
        cr_assert_eq(mp_loop_step(world->loop, 5), 0);
        received = mp_message_receive(&message, world->socket);
    }
    cr_assert(sent == 0 && received == 0 && message.count == 2, "no answer");
    cr_assert_eq(mp_page_decode(mp_message_frame(&message, 1), world->arena, &page), 0);
    mp_message_done(&message);
    mp_buffer_done(&bytes);
    return page.error;
}

Test(publish_asks, a_key_that_the_feed_has_seen_revoked_is_refused_though_the_registry_lags)
{
    union mp_table_value *slot;
    struct world world;
    bool is_new;

    world_open(&world);
    cr_expect_eq(ask(&world), MP_ASK_BUSY, "no ledger");
    cr_assert_eq(mp_table_put(world.revoked, mp_span_make(world.console.public_key, MP_KEY_BYTES),
                              &slot, &is_new),
                 0);
    cr_expect_eq(ask(&world), MP_ASK_NOT_ALLOWED);
    (void)mp_table_remove(world.revoked, mp_span_make(world.console.public_key, MP_KEY_BYTES));
    cr_expect_eq(ask(&world), MP_ASK_BUSY, "registered anew");
    world_close(&world);
}
