#include "core/bus/peers.h"
#include "tests/support/zmtp.h"
#include "tests/unit/core/bus/helpers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
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

static void connect_raw(int fd, const char *address)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    const char *port = strrchr(address, ':');
    cr_assert_not_null(port);
    name.sin_port = htons((uint16_t)strtoul(port + 1, NULL, 10));
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert_eq(connect(fd, (struct sockaddr *)&name, sizeof name), 0);
}

static int open_raw(const char *address)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    connect_raw(fd, address);
    return fd;
}

Test(bus_peers, a_connection_that_says_nothing_counts_until_it_ends)
{
    struct world world;
    world_open(&world, MP_SOCKET_ROUTER, true);
    struct mp_peers *peers = open_peers(&world);
    int silent = open_raw(world.address), rude = open_raw(world.address);
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
    int silent[4], low = dup(STDERR_FILENO);
    for (size_t i = 0; i < MP_LENGTH(silent); i++)
        silent[i] = socket(AF_INET, SOCK_STREAM, 0);
    connect_raw(silent[0], world.address);
    int64_t end = mp_clock_monotonic_ms(&mp_clock_system) + TEST_DEADLINE_MS;
    while (mp_peers_count(peers) == 0 && mp_clock_monotonic_ms(&mp_clock_system) < end)
        (void)sched_yield();
    (void)close(low); /* a later one, of the same millisecond, has a lower descriptor */
    for (size_t i = 1; i < MP_LENGTH(silent); i++)
        connect_raw(silent[i], world.address);
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

#define PAGE_BYTES  (64u << 10)
#define UNSENT_MOST ((size_t)4 << 20)
/* More than the kernel keeps for a connection that nobody reads, and the limit. */
#define PAGES 960

/* A peer that reads nothing, or what is wanted of it. (A client of libzmq would go on reading.) */
struct asker {
    struct zmtp zmtp;
    struct zmtp_options options;
    pthread_t thread;
    atomic_bool is_open, is_over;
    uint8_t route[16];
    size_t route_size;
};

static void *shake_hands(void *context)
{
    struct asker *asker = context;
    bool is_open = zmtp_open(&asker->zmtp, &asker->options) &&
                   zmtp_send(&asker->zmtp, 0, mp_span_text("\1all/")) && zmtp_flush(&asker->zmtp);
    atomic_store(&asker->is_open, is_open);
    atomic_store(&asker->is_over, true);
    return NULL;
}

/* It has asked for all; what it said waits to be received. */
static struct asker *begin_asker(struct world *world, const char *type)
{
    struct asker *asker = calloc(1, sizeof *asker);
    cr_assert_not_null(asker);
    asker->options = (struct zmtp_options){.port = atoi(strrchr(world->address, ':') + 1),
                                           .server_key = world->server_keys.public_key,
                                           .keys = &world->good_keys,
                                           .socket_type = type};
    cr_assert_eq(pthread_create(&asker->thread, NULL, shake_hands, asker), 0);
    cr_assert(pump_until(world->loop, atomic_load(&asker->is_over)));
    cr_assert_eq(pthread_join(asker->thread, NULL), 0);
    cr_assert(atomic_load(&asker->is_open));
    return asker;
}

/* And was heard. */
static struct asker *open_asker(struct world *world, struct mp_peers *peers, const char *type)
{
    struct asker *asker = begin_asker(world, type);
    struct mp_message message;
    uint8_t key[MP_KEY_BYTES];
    mp_message_init(&message);
    test_ok(pump_receive(world->loop, &message, world->server));
    cr_assert(mp_message_peer_key(&message, key));
    mp_peers_seen(peers, &message, message.count - 1, key);
    struct mp_span route = mp_message_frame(&message, 0);
    cr_assert_leq(route.size, sizeof asker->route);
    memcpy(asker->route, route.data, route.size);
    asker->route_size = route.size;
    mp_message_done(&message);
    return asker;
}

static void close_asker(struct asker *asker)
{
    zmtp_close(&asker->zmtp);
    free(asker);
}

/* A descriptor is used again at once. */
Test(bus_peers, whoever_comes_in_the_place_of_one_that_is_dropped_stays)
{
    struct world world;
    struct mp_message message;
    uint8_t key[MP_KEY_BYTES];
    world_open(&world, MP_SOCKET_ROUTER, true);
    struct mp_peers *peers = open_peers(&world);
    close_asker(begin_asker(&world, "DEALER"));
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == 0));
    int other = open_raw(world.address);
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == 1));
    mp_message_init(&message);
    test_ok(pump_receive(world.loop, &message, world.server));
    cr_assert(mp_message_peer_key(&message, key));
    mp_peers_seen(peers, &message, 1, key);
    mp_peers_drop_key(peers, key);
    mp_peers_drop(peers, &message);
    mp_message_done(&message);
    cr_expect_eq(mp_peers_dropped(peers), 0);
    cr_expect_not(is_ended(other));
    (void)close(other);
    mp_peers_close(peers);
    world_close(&world);
}

static int send_page(struct mp_peers *peers, struct mp_span first)
{
    static const uint8_t page[PAGE_BYTES];
    struct mp_message message;
    mp_message_init(&message);
    test_ok(mp_message_add(&message, first));
    test_ok(mp_message_add(&message, mp_span_make(page, sizeof page)));
    int result = mp_peers_send(peers, &message);
    mp_message_done(&message);
    return result;
}

static int answer(struct mp_peers *peers, const struct asker *asker)
{
    return send_page(peers, mp_span_make(asker->route, asker->route_size));
}

static void read_frames(struct asker *asker, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cr_assert_geq(zmtp_receive(&asker->zmtp, NULL, 0, TEST_DEADLINE_MS), 0, "frame %zu", i);
}

Test(bus_peers, who_asks_and_does_not_read_is_ended_and_who_reads_is_not)
{
    struct world world;
    world_open(&world, MP_SOCKET_ROUTER, true);
    struct mp_peers *peers =
        open_limited(&world, (struct mp_peers_limits){.unsent_most_bytes = UNSENT_MOST});
    struct asker *reader = open_asker(&world, peers, "DEALER");
    struct asker *stuck = open_asker(&world, peers, "DEALER");
    for (size_t i = 0; i < PAGES; i++) {
        test_ok(answer(peers, reader));
        read_frames(reader, 1);
    }
    cr_expect_eq(mp_peers_dropped(peers), 0);
    for (size_t i = 0; i < PAGES; i++)
        (void)!answer(peers, stuck);
    cr_expect(pump_until(world.loop, mp_peers_dropped(peers) == 1));
    cr_expect(pump_until(world.loop, answer(peers, stuck) == MP_EUNREACHABLE));
    test_ok(answer(peers, reader));
    read_frames(reader, 1);
    close_asker(reader);
    close_asker(stuck);
    mp_peers_close(peers);
    world_close(&world);
}

/* Always behind by nearly all that it may, and so is never seen with nothing to wait for. */
Test(bus_peers, who_reads_slowly_is_not_ended)
{
    enum { BEHIND = UNSENT_MOST / PAGE_BYTES - 4 };
    struct world world;
    world_open(&world, MP_SOCKET_ROUTER, true);
    struct mp_peers *peers =
        open_limited(&world, (struct mp_peers_limits){.unsent_most_bytes = UNSENT_MOST});
    struct asker *slow = open_asker(&world, peers, "DEALER");
    cr_assert_eq(setsockopt(slow->zmtp.fd, SOL_SOCKET, SO_RCVBUF, &(int){PAGE_BYTES}, sizeof(int)),
                 0);
    for (size_t i = 0; i < BEHIND + PAGES; i++) {
        test_ok(answer(peers, slow));
        if (i >= BEHIND)
            read_frames(slow, 1);
    }
    cr_expect_eq(mp_peers_dropped(peers), 0);
    close_asker(slow);
    mp_peers_close(peers);
    world_close(&world);
}

Test(bus_peers, of_those_who_do_not_read_the_one_with_most_goes)
{
    enum { ASKERS = 3 };
    struct world world;
    struct asker *askers[ASKERS];
    world_open(&world, MP_SOCKET_ROUTER, true);
    struct mp_peers *peers = open_limited(
        &world, (struct mp_peers_limits){.unsent_most_bytes = SIZE_MAX,
                                         .unsent_total_most_bytes = (size_t)PAGES * PAGE_BYTES});
    for (size_t i = 0; i < ASKERS; i++) {
        askers[i] = open_asker(&world, peers, "DEALER");
        for (size_t j = 0; j < PAGES / 4; j++)
            test_ok(answer(peers, askers[i]));
    }
    cr_expect_eq(mp_peers_dropped(peers), 0);
    /* Whatever the kernel keeps for each of them. */
    for (size_t j = 0; j < 2 * PAGES && mp_peers_dropped(peers) == 0; j++)
        (void)!answer(peers, askers[1]);
    cr_expect(pump_until(world.loop, mp_peers_dropped(peers) == 1));
    cr_expect(pump_until(world.loop, answer(peers, askers[1]) == MP_EUNREACHABLE));
    test_ok(answer(peers, askers[0]));
    test_ok(answer(peers, askers[2]));
    cr_expect_eq(mp_peers_dropped(peers), 1);
    for (size_t i = 0; i < ASKERS; i++)
        close_asker(askers[i]);
    mp_peers_close(peers);
    world_close(&world);
}

static void publish_to(struct mp_peers *peers, struct asker *reader)
{
    for (size_t i = 0; i < PAGES; i++) {
        test_ok(send_page(peers, mp_span_text("all/")));
        read_frames(reader, 2);
    }
}

/* Who has all that it asked for is never behind, however much was published for others. */
Test(bus_peers, a_subscriber_that_does_not_read_is_ended_and_nobody_else)
{
    struct world world;
    world_open(&world, MP_SOCKET_XPUB, true);
    struct mp_peers *peers =
        open_limited(&world, (struct mp_peers_limits){.unsent_most_bytes = UNSENT_MOST});
    struct asker *quiet = open_asker(&world, peers, "SUB");
    test_ok(mp_socket_admit(world.server, mp_span_text("little/"), true));
    struct asker *reader = open_asker(&world, peers, "SUB");
    test_ok(mp_socket_admit(world.server, mp_span_text("all/"), true));
    test_ok(send_page(peers, mp_span_text("little/")));
    publish_to(peers, reader);
    cr_expect_eq(mp_peers_dropped(peers), 0);
    struct asker *stuck = open_asker(&world, peers, "SUB");
    test_ok(mp_socket_admit(world.server, mp_span_text("all/"), true));
    publish_to(peers, reader);
    cr_expect(pump_until(world.loop, mp_peers_dropped(peers) == 1));
    cr_expect(pump_until(world.loop, mp_peers_count(peers) == 2));
    test_ok(send_page(peers, mp_span_text("little/")));
    read_frames(quiet, 4);
    close_asker(quiet);
    close_asker(reader);
    close_asker(stuck);
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
    test_error(mp_peers_reserve_files(337), MP_EFILES);
    test_error(mp_peers_reserve_files(SIZE_MAX), MP_EFILES);
}
