#include "core/bus/peers.h"
#include "tests/unit/core/bus/helpers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

static struct mp_peers *open_limited(struct world *world, struct mp_peers_limits limits)
{
    struct mp_peers *peers = NULL;
    /* A socket has one monitor: the handshakes' makes room. */
    mp_monitor_close(world->server, world->events);
    world->events = NULL;
    test_ok(mp_peers_open(world->bus, world->server, &limits, &peers));
    return peers;
}

static struct mp_peers *open_peers(struct world *world)
{
    return open_limited(world, (struct mp_peers_limits){0});
}

Test(bus_peers, connections_are_counted_up_and_down)
{
    enum { CLIENTS = 5 };
    struct world world;
    void *clients[CLIENTS];
    world_open(&world, MP_SOCKET_ROUTER, true);
    struct mp_peers *peers = open_peers(&world);
    cr_expect_eq(mp_peers_count(peers), 0);
    for (size_t i = 0; i < CLIENTS; i++)
        clients[i] = open_client(&world, MP_SOCKET_DEALER, &world.good_keys);
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == CLIENTS));
    mp_socket_close(clients[0]);
    mp_socket_close(clients[1]);
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == CLIENTS - 2));
    for (size_t i = 2; i < CLIENTS; i++)
        mp_socket_close(clients[i]);
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == 0));
    mp_peers_close(peers);
    world_close(&world);
}

Test(bus_peers, a_refused_key_leaves_nothing_counted)
{
    struct world world;
    world_open(&world, MP_SOCKET_ROUTER, true);
    struct mp_peers *peers = open_peers(&world);
    for (uint64_t i = 1; i <= 5; i++) {
        void *client = open_client(&world, MP_SOCKET_DEALER, &world.bad_keys);
        cr_expect(pump_until(world.loop, mp_zap_refused(world.zap) == i));
        mp_socket_close(client);
    }
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == 0));
    void *good = open_client(&world, MP_SOCKET_DEALER, &world.good_keys);
    test_ok(pump_send(world.loop, good, "x", NULL));
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == 1));
    mp_socket_close(good);
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == 0));
    mp_peers_close(peers);
    world_close(&world);
}

static int connect_raw(const char *address)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    const char *port = strrchr(address, ':');
    cr_assert_not_null(port);
    name.sin_port = htons((uint16_t)strtoul(port + 1, NULL, 10));
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&name, sizeof name), 0);
    return fd;
}

Test(bus_peers, a_connection_that_says_nothing_counts_until_it_ends)
{
    struct world world;
    world_open(&world, MP_SOCKET_ROUTER, true);
    struct mp_peers *peers = open_peers(&world);
    int silent = connect_raw(world.address), rude = connect_raw(world.address);
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == 2));
    cr_expect_eq(write(rude, "GET / HTTP/1.0\r\n\r\n", 18), 18);
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == 1));
    (void)close(rude);
    (void)close(silent);
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == 0));
    mp_peers_close(peers);
    world_close(&world);
}

static bool is_ended(int fd)
{
    char greeting[64]; /* all that a server sends before it knows who is there */
    ssize_t got;
    do
        got = recv(fd, greeting, sizeof greeting, MSG_DONTWAIT);
    while (got > 0);
    return got == 0 || (got < 0 && errno == ECONNRESET);
}

Test(bus_peers, beyond_the_cap_the_oldest_of_the_largest_group_goes)
{
    struct world world;
    world_open(&world, MP_SOCKET_ROUTER, true);
    struct mp_peers *peers = open_limited(&world, (struct mp_peers_limits){.connections_most = 3});
    int silent[4];
    for (size_t i = 0; i < MP_LENGTH(silent); i++) {
        silent[i] = connect_raw(world.address);
        cr_expect(pump_until(world.loop, mp_peers_count(peers) > 0));
    }
    cr_expect(pump_until(world.loop, mp_peers_dropped(peers) == 1));
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == 3));
    cr_expect(pump_until(world.loop, is_ended(silent[0])));
    for (size_t i = 1; i < MP_LENGTH(silent); i++)
        cr_expect(!is_ended(silent[i]), "connection %zu", i);
    for (size_t i = 0; i < MP_LENGTH(silent); i++)
        (void)close(silent[i]);
    mp_peers_close(peers);
    world_close(&world);
}

/* With a high-water mark libzmq notes the end only when the queue is read, and dies of it at the
 * next heartbeat. */
Test(bus_peers, who_sends_much_and_goes_is_gone_though_nobody_reads)
{
    enum { MESSAGES = 3000 };
    struct world world;
    world_open(&world, MP_SOCKET_ROUTER, true);
    struct mp_peers *peers = open_peers(&world);
    void *client = open_client(&world, MP_SOCKET_DEALER, &world.good_keys);
    for (int i = 0; i < MESSAGES; i++)
        test_ok(pump_send(world.loop, client, "x", NULL));
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == 1));
    mp_socket_close(client);
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == 0));
    mp_peers_close(peers);
    world_close(&world);
}

Test(bus_peers, files_are_reserved_up_to_the_hard_limit)
{
    struct rlimit limit = {.rlim_cur = 100, .rlim_max = 400};
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    test_ok(mp_peers_reserve_files(36));
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    cr_expect_eq(limit.rlim_cur, 100);
    test_ok(mp_peers_reserve_files(336));
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    cr_expect_eq(limit.rlim_cur, 400);
    test_error(mp_peers_reserve_files(337), MP_ESYSTEM);
    test_error(mp_peers_reserve_files(SIZE_MAX), MP_ESYSTEM);
}
