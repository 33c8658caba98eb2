#include "core/bus/link.h"

#include "tests/unit/core/bus/helpers.h"

struct told {
    int refused, broke, stood;
    bool stands;
};

static void take_news(void *context, const struct mp_link_news *news)
{
    struct told *told = context;
    told->refused += news->refused;
    told->broke += news->broke;
    told->stood += news->stands;
    told->stands = news->stands;
}

static void *open_linked(struct world *world, const struct mp_key_pair *keys, struct told *told,
                         struct mp_link **ret_link)
{
    void *socket = NULL;
    struct mp_socket_options options = {
        .kind = MP_SOCKET_DEALER,
        .keys = keys,
        .server_key = world->server_keys.public_key,
    };
    test_ok(mp_socket_open(world->bus, &options, &socket));
    test_ok(mp_link_open(world->bus, world->loop, socket, take_news, told, ret_link));
    test_ok(mp_socket_connect(socket, world->address));
    return socket;
}

Test(bus_link, a_client_is_told_that_its_key_is_refused)
{
    struct world world;
    struct mp_link *links[2];
    struct told refused = {0}, unexpected = {0};
    world_open(&world, MP_SOCKET_ROUTER, true);
    void *bad = open_linked(&world, &world.bad_keys, &refused, &links[0]);
    cr_expect(pump_until(world.loop, refused.refused > 0));
    void *good = open_linked(&world, &world.good_keys, &unexpected, &links[1]);
    test_ok(pump_send(world.loop, good, "x", NULL));
    cr_expect_eq(refused.refused, 1);
    cr_expect_eq(refused.stood, 0);
    cr_expect_eq(unexpected.refused, 0);
    mp_link_close(links[0]);
    mp_link_close(links[1]);
    mp_socket_close(bad);
    mp_socket_close(good);
    world_close(&world);
}

Test(bus_link, a_client_is_told_that_its_connection_broke_and_that_another_stands)
{
    struct world world;
    struct mp_link *link;
    struct mp_message message;
    struct told told = {0};
    world_open(&world, MP_SOCKET_ROUTER, true);
    void *client = open_linked(&world, &world.good_keys, &told, &link);
    cr_expect(pump_until(world.loop, told.stands));
    cr_expect_eq(told.broke, 0);
    mp_monitor_close(world.server, world.events);
    world.events = NULL;
    mp_socket_close(world.server);
    cr_expect(pump_until(world.loop, told.broke == 1 && !told.stands));
    world.server = open_server(&world, MP_SOCKET_ROUTER);
    cr_expect(pump_until(world.loop, mp_socket_bind(world.server, world.address) == 0));
    cr_expect(pump_until(world.loop, told.stands));
    cr_expect_eq(told.broke, 1);
    cr_expect_eq(told.stood, 2);
    /* What is sent as soon as it is told arrives. */
    mp_message_init(&message);
    test_ok(pump_send(world.loop, client, "x", NULL));
    test_ok(pump_receive(world.loop, &message, world.server));
    mp_message_done(&message);
    mp_link_close(link);
    mp_socket_close(client);
    world_close(&world);
}
