#include "tests/unit/core/bus/helpers.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

Test(bus_socket, opening_a_bus_seeds_rand_from_the_kernel)
{
    struct mp_bus *bus = NULL;
    srand(1);
    int unseeded = rand();
    srand(1);
    test_ok(mp_bus_open(1, &bus));
    int first = rand();
    mp_bus_close(bus);
    test_ok(mp_bus_open(1, &bus));
    int second = rand();
    mp_bus_close(bus);
    cr_expect_neq(first, unseeded);
    cr_expect_neq(first, second);
}

Test(bus_socket, a_bus_without_io_threads_is_refused)
{
    struct mp_bus *bus = NULL;
    test_error(mp_bus_open(0, &bus), MP_EINVAL);
    cr_expect_null(bus);
}

static int get_int(void *socket, int option)
{
    int value = -2;
    size_t size = sizeof value;
    cr_assert_eq(zmq_getsockopt(socket, option, &value, &size), 0);
    return value;
}

Test(bus_socket, every_option_is_set)
{
    struct mp_bus *bus = NULL;
    void *socket = NULL;
    struct mp_key_pair keys;
    struct mp_socket_options options = {.kind = MP_SOCKET_DEALER,
                                        .keys = &keys,
                                        .server_key = keys.public_key,
                                        .send_most = 7,
                                        .linger_ms = 1500,
                                        .frame_most_bytes = 4321};
    mp_key_make(&keys);
    test_ok(mp_bus_open(1, &bus));
    test_ok(mp_socket_open(bus, &options, &socket));
    const struct {
        int option, value;
    } cases[] = {
        {ZMQ_HEARTBEAT_IVL, 5000},
        {ZMQ_HEARTBEAT_TIMEOUT, 30000},
        {ZMQ_HEARTBEAT_TTL, 30000},
        {ZMQ_HANDSHAKE_IVL, 5000},
        {ZMQ_LINGER, 1500},
        {ZMQ_SNDHWM, 7},
        {ZMQ_RCVHWM, 0},
        {ZMQ_IMMEDIATE, 1},
        {ZMQ_IPV6, 0},
    };
    for (size_t i = 0; i < MP_LENGTH(cases); i++)
        cr_expect_eq(get_int(socket, cases[i].option), cases[i].value, "option %d is %d",
                     cases[i].option, get_int(socket, cases[i].option));
    int64_t most = 0;
    size_t size = sizeof most;
    cr_assert_eq(zmq_getsockopt(socket, ZMQ_MAXMSGSIZE, &most, &size), 0);
    cr_expect_eq(most, 4321);
    mp_socket_close(socket);
    mp_bus_close(bus);
}

/* libzmq ends the process when a connection with both breaks at the wrong moment. */
Test(bus_socket, none_has_heartbeats_and_a_receive_mark)
{
    struct world world;
    world_open(&world, MP_SOCKET_ROUTER, true);
    void *far = open_client(&world, MP_SOCKET_SUB, &world.good_keys);
    void *near = open_plain(world.bus, MP_SOCKET_SUB);
    void *const sockets[] = {world.server, far, near};
    for (size_t i = 0; i < MP_LENGTH(sockets); i++)
        cr_expect_eq(get_int(sockets[i], ZMQ_HEARTBEAT_IVL) == 0,
                     get_int(sockets[i], ZMQ_RCVHWM) != 0, "socket %zu", i);
    cr_expect_eq(get_int(near, ZMQ_RCVHWM), 1000);
    mp_socket_close(near);
    mp_socket_close(far);
    world_close(&world);
}

Test(bus_socket, reconnection_backs_off_and_sooner_ends_over_ipc)
{
    struct world world;
    struct folder folder = make_folder();
    struct path local = path_in(&folder, "ipc://", "s");
    world_open(&world, MP_SOCKET_ROUTER, true);
    void *remote = open_client(&world, MP_SOCKET_DEALER, &world.good_keys);
    cr_expect_eq(get_int(remote, ZMQ_RECONNECT_IVL), 100);
    cr_expect_eq(get_int(remote, ZMQ_RECONNECT_IVL_MAX), 10000);
    void *near = open_plain(world.bus, MP_SOCKET_DEALER);
    test_ok(mp_socket_connect(near, local.text));
    cr_expect_eq(get_int(near, ZMQ_RECONNECT_IVL), 10);
    cr_expect_eq(get_int(near, ZMQ_RECONNECT_IVL_MAX), 1000);
    mp_socket_close(near);
    mp_socket_close(remote);
    world_close(&world);
    remove_folder(&folder, "s");
}

Test(bus_socket, options_that_would_be_unsafe_are_refused)
{
    struct mp_bus *bus = NULL;
    struct mp_key_pair keys;
    void *socket = NULL;
    char long_domain[300];
    memset(long_domain, 'd', sizeof long_domain - 1);
    long_domain[sizeof long_domain - 1] = '\0';
    mp_key_make(&keys);
    test_ok(mp_bus_open(1, &bus));
    const struct {
        const char *name;
        struct mp_socket_options options;
        int error;
    } cases[] = {
        {"server without domain", {.server = true, .keys = &keys}, MP_EPERM},
        {"empty domain", {.server = true, .keys = &keys, .zap_domain = ""}, MP_EPERM},
        {"long domain", {.server = true, .keys = &keys, .zap_domain = long_domain}, MP_ETOOBIG},
        {"server without keys", {.server = true, .zap_domain = "x"}, MP_EINVAL},
        {"client without server key", {.keys = &keys}, MP_EINVAL},
        {"server key without keys", {.server_key = keys.public_key}, MP_EINVAL},
        {"linger for ever", {.linger_ms = -1}, MP_EINVAL},
        {"negative mark", {.send_most = -1}, MP_EINVAL},
        {"no frame limit", {.frame_most_bytes = -1}, MP_EINVAL},
        {"unknown kind", {.kind = (enum mp_socket_kind)99}, MP_EINVAL},
    };
    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        int result = mp_socket_open(bus, &cases[i].options, &socket);
        cr_expect_eq(result, cases[i].error, "%s: %s", cases[i].name, mp_error_name(result));
        cr_expect_null(socket);
    }
    mp_bus_close(bus);
}

Test(bus_socket, addresses_that_nothing_protects_are_refused)
{
    struct mp_bus *bus = NULL;
    test_ok(mp_bus_open(1, &bus));
    void *socket = open_plain(bus, MP_SOCKET_ROUTER);
    char long_path[200];
    memset(long_path, 'p', sizeof long_path - 1);
    memcpy(long_path, "ipc:///", 7);
    long_path[sizeof long_path - 1] = '\0';
    const struct {
        const char *address;
        int error;
    } cases[] = {
        {"tcp://127.0.0.1:*", MP_EPERM}, {"ipc://@abstract", MP_EPERM},  {"ipc://*", MP_EINVAL},
        {"ipc://", MP_EINVAL},           {"udp://127.0.0.1", MP_EINVAL}, {"", MP_EINVAL},
        {long_path, MP_ETOOBIG},
    };
    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        int bound = mp_socket_bind(socket, cases[i].address);
        cr_expect_eq(bound, cases[i].error, "bind %s: %s", cases[i].address, mp_error_name(bound));
        int connected = mp_socket_connect(socket, cases[i].address);
        cr_expect_eq(connected, cases[i].error, "connect %s: %s", cases[i].address,
                     mp_error_name(connected));
    }
    mp_socket_close(socket);
    mp_bus_close(bus);
}

Test(bus_socket, an_ipc_path_of_107_bytes_is_the_longest)
{
    struct mp_bus *bus = NULL;
    struct folder folder = make_folder();
    test_ok(mp_bus_open(1, &bus));
    void *socket = open_plain(bus, MP_SOCKET_ROUTER);
    char name[128] = {0};
    memset(name, 'n', 107 - strlen(folder.path) - 1);
    struct path fits = path_in(&folder, "ipc://", name);
    test_ok(mp_socket_bind(socket, fits.text));
    char address[256];
    test_ok(mp_socket_bound_address(socket, address, sizeof address));
    cr_expect_str_eq(address, fits.text);
    char short_text[16];
    test_error(mp_socket_bound_address(socket, short_text, sizeof short_text), MP_ETOOBIG);
    struct path longer = fits;
    (void)strcat(longer.text, "n");
    test_error(mp_socket_bind(socket, longer.text), MP_ETOOBIG);
    mp_socket_close(socket);
    mp_bus_close(bus);
    remove_folder(&folder, name);
}

Test(bus_socket, an_ipc_socket_belongs_to_its_owner_alone)
{
    struct mp_bus *bus = NULL;
    struct folder folder = make_folder();
    struct path address = path_in(&folder, "ipc://", "s"), file = path_in(&folder, "", "s");
    struct stat status;
    test_ok(mp_bus_open(1, &bus));
    (void)umask(0);
    void *socket = open_plain(bus, MP_SOCKET_ROUTER);
    test_error(mp_socket_bound_address(socket, file.text, sizeof file.text), MP_ENOTFOUND);
    test_ok(mp_socket_bind(socket, address.text));
    cr_assert_eq(stat(file.text, &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0600);
    cr_expect_eq(umask(022), 0); /* put back */
    mp_socket_close(socket);
    mp_bus_close(bus);
    remove_folder(&folder, "s");
}

Test(bus_socket, a_stale_ipc_file_is_replaced)
{
    struct mp_bus *bus = NULL;
    struct folder folder = make_folder();
    struct path address = path_in(&folder, "ipc://", "s"), file = path_in(&folder, "", "s");
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    (void)snprintf(name.sun_path, sizeof name.sun_path, "%.100s", file.text);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    (void)close(fd);
    test_ok(mp_bus_open(1, &bus));
    void *socket = open_plain(bus, MP_SOCKET_ROUTER);
    test_ok(mp_socket_bind(socket, address.text));
    mp_socket_close(socket);
    mp_bus_close(bus);
    remove_folder(&folder, "s");
}

Test(bus_socket, a_path_that_another_listens_on_is_not_taken_away)
{
    struct mp_bus *bus = NULL;
    struct folder folder = make_folder();
    struct path address = path_in(&folder, "ipc://", "s");
    test_ok(mp_bus_open(1, &bus));
    void *first = open_plain(bus, MP_SOCKET_ROUTER);
    void *second = open_plain(bus, MP_SOCKET_ROUTER);
    test_ok(mp_socket_bind(first, address.text));
    test_error(mp_socket_bind(second, address.text), MP_EBUSY);
    mp_socket_close(first);
    mp_socket_close(second);
    mp_bus_close(bus);
    remove_folder(&folder, "s");
}

Test(bus_socket, a_file_that_is_no_socket_is_not_deleted)
{
    struct mp_bus *bus = NULL;
    struct folder folder = make_folder();
    struct path address = path_in(&folder, "ipc://", "s"), file = path_in(&folder, "", "s");
    (void)close(open(file.text, O_CREAT | O_WRONLY, 0600));
    test_ok(mp_bus_open(1, &bus));
    void *socket = open_plain(bus, MP_SOCKET_ROUTER);
    test_error(mp_socket_bind(socket, address.text), MP_EEXIST);
    cr_expect_eq(access(file.text, F_OK), 0);
    mp_socket_close(socket);
    mp_bus_close(bus);
    remove_folder(&folder, "s");
}

Test(bus_socket, a_port_that_is_taken_is_busy_and_free_again_after_the_close)
{
    struct world world;
    world_open(&world, MP_SOCKET_ROUTER, true);
    void *second = open_server(&world, MP_SOCKET_ROUTER);
    test_error(mp_socket_bind(second, world.address), MP_EBUSY);
    mp_monitor_close(world.server, mp_take(world.events));
    mp_socket_close(mp_take(world.server));
    int result = MP_EBUSY;
    cr_expect(pump_until(world.loop, (result = mp_socket_bind(second, world.address)) != MP_EBUSY));
    cr_expect_eq(result, 0);
    mp_socket_close(second);
    world_close(&world);
}

Test(bus_socket, a_frame_over_the_limit_ends_the_connection)
{
    struct mp_bus *bus = NULL;
    struct mp_loop *loop = NULL;
    struct folder folder = make_folder();
    struct path address = path_in(&folder, "ipc://", "s");
    test_ok(mp_bus_open(1, &bus));
    test_ok(mp_loop_open(&mp_clock_system, &loop));
    struct mp_socket_options options = {.kind = MP_SOCKET_ROUTER, .frame_most_bytes = 1000};
    void *server = NULL, *events = NULL;
    test_ok(mp_socket_open(bus, &options, &server));
    test_ok(mp_monitor_open(bus, server, ZMQ_EVENT_DISCONNECTED, &events));
    test_ok(mp_socket_bind(server, address.text));
    void *client = open_plain(bus, MP_SOCKET_DEALER);
    test_ok(mp_socket_connect(client, address.text));
    char large[1001] = {0};
    memset(large, 'x', sizeof large);
    cr_expect(pump_until(loop, zmq_send(client, large, sizeof large, ZMQ_DONTWAIT) >= 0));
    unsigned event = 0;
    int32_t value = 0;
    cr_expect(pump_until(loop, mp_monitor_next(events, &event, &value) == 0));
    cr_expect_eq(event, ZMQ_EVENT_DISCONNECTED);
    struct mp_message message;
    mp_message_init(&message);
    test_error(mp_message_receive(&message, server), MP_EAGAIN);
    mp_socket_close(client);
    mp_monitor_close(server, events);
    mp_socket_close(server);
    mp_loop_close(loop);
    mp_bus_close(bus);
    remove_folder(&folder, "s");
}
