#include "tests/unit/core/bus/helpers.h"

#include <signal.h>
#include <sys/eventfd.h>

static int64_t virtual_ms(void *context)
{
    return *(int64_t *)context;
}

/* A clock that stands still until told. */
static struct mp_clock virtual_clock(int64_t *now_ms)
{
    return (struct mp_clock){.wall_us = virtual_ms, .monotonic_ms = virtual_ms, .context = now_ms};
}

static void count(void *context)
{
    ++*(int *)context;
}

Test(bus_loop, a_timer_fires_at_its_interval_and_not_before)
{
    int64_t now = 1000;
    struct mp_clock clock = virtual_clock(&now);
    struct mp_loop *loop = NULL;
    int fired = 0;
    test_ok(mp_loop_open(&clock, &loop));
    cr_assert_geq(mp_loop_add_timer(loop, 100, count, &fired), 0);
    static const struct {
        int64_t now;
        int fired;
    } cases[] = {
        {1000, 0}, {1099, 0}, {1100, 1}, {1100, 1}, {1199, 1},
        {1200, 2}, {1250, 2}, {1310, 3}, {1399, 3}, {1400, 4},
    };
    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        now = cases[i].now;
        test_ok(mp_loop_step(loop, 0));
        cr_expect_eq(fired, cases[i].fired, "at %ld: %d", (long)now, fired);
    }
    mp_loop_close(loop);
}

Test(bus_loop, after_a_long_stop_a_timer_fires_once)
{
    int64_t now = 0;
    struct mp_clock clock = virtual_clock(&now);
    struct mp_loop *loop = NULL;
    int fired = 0;
    test_ok(mp_loop_open(&clock, &loop));
    cr_assert_geq(mp_loop_add_timer(loop, 10, count, &fired), 0);
    now = 1000000;
    for (int i = 0; i < 5; i++)
        test_ok(mp_loop_step(loop, 0));
    cr_expect_eq(fired, 1);
    now += 10;
    test_ok(mp_loop_step(loop, 0));
    cr_expect_eq(fired, 2);
    cr_expect_eq(mp_loop_now_ms(loop), 1000010);
    mp_loop_close(loop);
}

Test(bus_loop, a_removed_timer_is_silent_and_its_id_is_not_used_again)
{
    int64_t now = 0;
    struct mp_clock clock = virtual_clock(&now);
    struct mp_loop *loop = NULL;
    int fired = 0, second_fired = 0;
    test_ok(mp_loop_open(&clock, &loop));
    int first = mp_loop_add_timer(loop, 10, count, &fired);
    mp_loop_remove_timer(loop, first);
    int second = mp_loop_add_timer(loop, 10, count, &second_fired);
    cr_expect_neq(first, second);
    mp_loop_remove_timer(loop, first);
    mp_loop_remove_timer(loop, -1);
    now = 10;
    test_ok(mp_loop_step(loop, 0));
    cr_expect_eq(fired, 0);
    cr_expect_eq(second_fired, 1);
    mp_loop_close(loop);
}

Test(bus_loop, what_is_too_much_or_wrong_is_refused)
{
    int64_t now = 0;
    struct mp_clock clock = virtual_clock(&now);
    struct mp_loop *loop = NULL;
    int unused = 0;
    test_ok(mp_loop_open(&clock, &loop));
    test_error(mp_loop_add_timer(loop, 0, count, &unused), MP_EINVAL);
    test_error(mp_loop_add_timer(loop, -5, count, &unused), MP_EINVAL);
    for (int i = 0; i < 32; i++)
        cr_assert_geq(mp_loop_add_timer(loop, 1, count, &unused), 0);
    test_error(mp_loop_add_timer(loop, 1, count, &unused), MP_ETOOBIG);
    int fds[33];
    for (int i = 0; i < 33; i++)
        cr_assert_geq(fds[i] = eventfd(0, EFD_CLOEXEC), 0);
    for (int i = 0; i < 32; i++)
        test_ok(mp_loop_add_fd(loop, fds[i], count, &unused));
    test_error(mp_loop_add_fd(loop, fds[0], count, &unused), MP_EEXIST);
    test_error(mp_loop_add_fd(loop, fds[32], count, &unused), MP_ETOOBIG);
    test_error(mp_loop_add_fd(loop, -1, count, &unused), MP_EINVAL);
    test_error(mp_loop_add_socket(loop, NULL, count, &unused), MP_EINVAL);
    test_ok(mp_loop_step(loop, 0));
    cr_expect_eq(unused, 0);
    for (int i = 0; i < 33; i++)
        (void)close(fds[i]);
    mp_loop_close(loop);
}

struct swap {
    struct mp_loop *loop;
    int fds[3];
    int runs[3];
};

static void count_third(void *context)
{
    ((struct swap *)context)->runs[2]++;
}

static void count_second(void *context)
{
    ((struct swap *)context)->runs[1]++;
}

/* Takes itself and the second source away and puts a third into the second's place. */
static void swap_sources(void *context)
{
    struct swap *swap = context;
    swap->runs[0]++;
    mp_loop_remove_fd(swap->loop, swap->fds[1]);
    test_ok(mp_loop_add_fd(swap->loop, swap->fds[2], count_third, swap));
    mp_loop_remove_fd(swap->loop, swap->fds[0]);
}

Test(bus_loop, a_source_removed_inside_a_handler_is_not_called)
{
    int64_t now = 0;
    struct mp_clock clock = virtual_clock(&now);
    struct swap swap = {0};
    test_ok(mp_loop_open(&clock, &swap.loop));
    for (int i = 0; i < 3; i++)
        cr_assert_geq(swap.fds[i] = eventfd(i < 2, EFD_CLOEXEC), 0);
    test_ok(mp_loop_add_fd(swap.loop, swap.fds[0], swap_sources, &swap));
    test_ok(mp_loop_add_fd(swap.loop, swap.fds[1], count_second, &swap));
    test_ok(mp_loop_step(swap.loop, 0));
    test_ok(mp_loop_step(swap.loop, 0));
    cr_expect_eq(swap.runs[0], 1);
    cr_expect_eq(swap.runs[1], 0);
    cr_expect_eq(swap.runs[2], 0);
    for (int i = 0; i < 3; i++)
        (void)close(swap.fds[i]);
    mp_loop_close(swap.loop);
}

Test(bus_loop, a_source_is_called_as_long_as_it_can_be_read)
{
    int64_t now = 0;
    struct mp_clock clock = virtual_clock(&now);
    struct mp_loop *loop = NULL;
    struct mp_bus *bus = NULL;
    int runs = 0, fd_runs = 0, fd = eventfd(1, EFD_CLOEXEC);
    test_ok(mp_bus_open(1, &bus));
    test_ok(mp_loop_open(&clock, &loop));
    void *left = open_plain(bus, MP_SOCKET_PAIR), *right = open_plain(bus, MP_SOCKET_PAIR);
    test_ok(mp_socket_bind(left, "inproc://l"));
    test_ok(mp_socket_connect(right, "inproc://l"));
    test_ok(mp_loop_add_socket(loop, left, count, &runs));
    test_ok(mp_loop_add_fd(loop, fd, count, &fd_runs));
    cr_assert_eq(zmq_send(right, "x", 1, 0), 1);
    for (int i = 0; i < 3; i++)
        test_ok(mp_loop_step(loop, 0));
    cr_expect_eq(runs, 3);
    cr_expect_eq(fd_runs, 3);
    mp_loop_remove_fd(loop, fd);
    char byte;
    cr_assert_eq(zmq_recv(left, &byte, 1, 0), 1);
    test_ok(mp_loop_step(loop, 0));
    cr_expect_eq(runs, 3);
    cr_expect_eq(fd_runs, 3);
    mp_loop_remove_socket(loop, left);
    mp_socket_close(left);
    mp_socket_close(right);
    mp_loop_close(loop);
    mp_bus_close(bus);
    (void)close(fd);
}

static void stop(void *context)
{
    mp_loop_stop(context);
}

Test(bus_loop, it_runs_until_it_is_stopped)
{
    struct mp_loop *loop = NULL;
    test_ok(mp_loop_open(&mp_clock_system, &loop));
    cr_assert_geq(mp_loop_add_timer(loop, 1, stop, loop), 0);
    test_ok(mp_loop_run(loop));
    test_ok(mp_loop_run(loop));
    mp_loop_close(loop);
}

/* Two ends of a pair in one loop. */
struct pair {
    struct mp_loop *loop;
    void *left, *right;
    int fd;
    int heard; /* messages at the left */
};

static void hear(void *context)
{
    struct pair *pair = context;
    struct mp_message message;
    mp_message_init(&message);
    while (mp_message_receive(&message, pair->left) == 0)
        pair->heard++;
    mp_message_done(&message);
    mp_loop_stop(pair->loop);
}

/* A message comes in, and the same handler asks its socket something: libzmq's descriptor tells
 * nothing any more. */
static void send_and_ask(void *context)
{
    struct pair *pair = context;
    mp_loop_remove_fd(pair->loop, pair->fd);
    cr_assert_eq(zmq_send(pair->right, "x", 1, 0), 1);
    cr_expect(mp_socket_can_send(pair->left));
}

Test(bus_loop, a_message_that_another_call_came_upon_is_not_forgotten)
{
    struct pair pair = {.fd = eventfd(1, EFD_CLOEXEC)};
    struct mp_bus *bus = NULL;
    test_ok(mp_bus_open(1, &bus));
    test_ok(mp_loop_open(&mp_clock_system, &pair.loop));
    pair.left = open_plain(bus, MP_SOCKET_PAIR);
    pair.right = open_plain(bus, MP_SOCKET_PAIR);
    test_ok(mp_socket_bind(pair.left, "inproc://l"));
    test_ok(mp_socket_connect(pair.right, "inproc://l"));
    test_ok(mp_loop_add_socket(pair.loop, pair.left, hear, &pair));
    test_ok(mp_loop_add_fd(pair.loop, pair.fd, send_and_ask, &pair));
    cr_assert_geq(mp_loop_add_timer(pair.loop, TEST_DEADLINE_MS, stop, pair.loop), 0);
    test_ok(mp_loop_run(pair.loop));
    cr_expect_eq(pair.heard, 1);
    mp_socket_close(pair.left);
    mp_socket_close(pair.right);
    mp_loop_close(pair.loop);
    mp_bus_close(bus);
    (void)close(pair.fd);
}

Test(bus_loop, a_context_that_shuts_down_ends_the_run)
{
    struct mp_loop *loop = NULL;
    struct mp_bus *bus = NULL;
    int unused = 0;
    test_ok(mp_bus_open(1, &bus));
    test_ok(mp_loop_open(&mp_clock_system, &loop));
    void *socket = open_plain(bus, MP_SOCKET_PAIR);
    test_ok(mp_loop_add_socket(loop, socket, count, &unused));
    cr_assert_eq(zmq_ctx_shutdown(bus->context), 0);
    test_error(mp_loop_run(loop), MP_ECANCELLED);
    mp_socket_close(socket);
    mp_loop_close(loop);
    mp_bus_close(bus);
}

struct signals {
    int stops, reloads;
};

static void note_stop(void *context)
{
    ((struct signals *)context)->stops++;
}

static void note_reload(void *context)
{
    ((struct signals *)context)->reloads++;
}

Test(bus_loop, signals_reach_their_handlers)
{
    struct mp_loop *loop = NULL;
    struct signals seen = {0};
    test_ok(mp_signals_block());
    test_ok(mp_loop_open(&mp_clock_system, &loop));
    test_ok(mp_loop_watch_signals(loop, note_stop, note_reload, &seen));
    test_error(mp_loop_watch_signals(loop, note_stop, note_reload, &seen), MP_EEXIST);
    test_ok(mp_loop_step(loop, 0));
    cr_expect_eq(seen.stops + seen.reloads, 0);
    cr_assert_eq(raise(SIGTERM), 0);
    cr_expect(pump_until(loop, seen.stops == 1));
    cr_assert_eq(raise(SIGHUP), 0);
    cr_expect(pump_until(loop, seen.reloads == 1));
    cr_assert_eq(raise(SIGINT), 0);
    cr_expect(pump_until(loop, seen.stops == 2));
    cr_expect_eq(seen.reloads, 1);
    mp_loop_close(loop);
}
