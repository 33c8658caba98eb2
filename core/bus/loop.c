#include "core/bus/loop.h"
#include "core/bus/internal.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define SOURCES_MOST 32
#define TIMERS_MOST  32
#define WAIT_MOST_MS 60000

struct source {
    uint64_t id; /* 0: a free place. Never used twice, so an old event cannot reach a new source */
    void *socket;
    int fd;       /* -1: a socket */
    int wake_fd;  /* what is waited for: fd itself, or the socket's ZMQ_FD */
    bool settled; /* a socket found empty and not used since: ZMQ_FD tells of the next message */
    mp_loop_handler handler;
    void *context;
};

struct timer {
    int id; /* -1: a free place */
    int64_t interval_ms;
    int64_t due_ms;
    mp_loop_handler handler;
    void *context;
};

struct mp_loop {
    struct mp_clock clock;
    struct source sources[SOURCES_MOST];
    struct timer timers[TIMERS_MOST];
    uint64_t last_source_id;
    int next_timer_id;
    int signal_fd;
    mp_loop_handler on_stop;
    mp_loop_handler on_reload;
    void *signal_context;
    bool stopped;
};

/* The loop that this thread is in. Only its own handlers use its sockets meanwhile, and what they
 * do to them comes by mp_loop_touched and mp_loop_emptied. */
static _Thread_local struct mp_loop *running;

int mp_loop_open(const struct mp_clock *clock, struct mp_loop **ret_loop)
{
    struct mp_loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL)
        return MP_ENOMEM;
    loop->clock = *clock;
    loop->signal_fd = -1;
    for (size_t i = 0; i < TIMERS_MOST; i++)
        loop->timers[i].id = -1;
    *ret_loop = loop;
    return 0;
}

void mp_loop_close(struct mp_loop *loop)
{
    if (loop == NULL)
        return;
    if (loop->signal_fd >= 0)
        (void)close(loop->signal_fd);
    free(loop);
}

static struct source *find_source(struct mp_loop *loop, const void *socket, int fd)
{
    for (size_t i = 0; i < SOURCES_MOST; i++) {
        struct source *source = &loop->sources[i];
        if (source->id != 0 && source->socket == socket && source->fd == fd)
            return source;
    }
    return NULL;
}

/* libzmq tells a new message by its descriptor only once, and not at all when a call on the socket
 * came upon it first: so whoever uses the socket says so here, and it is asked before the next
 * wait. */
static void set_settled(const void *socket, bool settled)
{
    struct source *source = running == NULL ? NULL : find_source(running, socket, -1);
    if (source != NULL)
        source->settled = settled;
}

void mp_loop_touched(const void *socket)
{
    set_settled(socket, false);
}

void mp_loop_emptied(const void *socket)
{
    set_settled(socket, true);
}

static void unsettle(struct mp_loop *loop)
{
    for (size_t i = 0; i < SOURCES_MOST; i++)
        loop->sources[i].settled = false;
}

static int add_source(struct mp_loop *loop, void *socket, int fd, int wake_fd,
                      mp_loop_handler handler, void *context)
{
    if (handler == NULL)
        return MP_EINVAL;
    if (find_source(loop, socket, fd) != NULL)
        return MP_EEXIST;
    for (size_t i = 0; i < SOURCES_MOST; i++) {
        if (loop->sources[i].id != 0)
            continue;
        loop->sources[i] = (struct source){
            .id = ++loop->last_source_id,
            .socket = socket,
            .fd = fd,
            .wake_fd = wake_fd,
            .handler = handler,
            .context = context,
        };
        return 0;
    }
    return MP_ETOOBIG;
}

static void remove_source(struct mp_loop *loop, const void *socket, int fd)
{
    struct source *source = find_source(loop, socket, fd);
    if (source != NULL)
        *source = (struct source){0};
}

int mp_loop_add_socket(struct mp_loop *loop, void *socket, mp_loop_handler handler, void *context)
{
    int wake_fd = -1;
    size_t size = sizeof wake_fd;

    if (socket == NULL)
        return MP_EINVAL;
    if (zmq_getsockopt(socket, ZMQ_FD, &wake_fd, &size) != 0)
        return mp_bus_error(errno);
    return add_source(loop, socket, -1, wake_fd, handler, context);
}

int mp_loop_add_fd(struct mp_loop *loop, int fd, mp_loop_handler handler, void *context)
{
    return fd < 0 ? MP_EINVAL : add_source(loop, NULL, fd, fd, handler, context);
}

void mp_loop_remove_socket(struct mp_loop *loop, void *socket)
{
    if (socket != NULL)
        remove_source(loop, socket, -1);
}

void mp_loop_remove_fd(struct mp_loop *loop, int fd)
{
    if (fd >= 0)
        remove_source(loop, NULL, fd);
}

int mp_loop_add_timer(struct mp_loop *loop, int64_t interval_ms, mp_loop_handler handler,
                      void *context)
{
    if (interval_ms <= 0 || handler == NULL)
        return MP_EINVAL;
    for (size_t i = 0; i < TIMERS_MOST; i++) {
        if (loop->timers[i].id >= 0)
            continue;
        int id = loop->next_timer_id;
        loop->next_timer_id = id == INT_MAX ? 0 : id + 1;
        loop->timers[i] = (struct timer){
            .id = id,
            .interval_ms = interval_ms,
            .due_ms = mp_loop_now_ms(loop) + interval_ms,
            .handler = handler,
            .context = context,
        };
        return id;
    }
    return MP_ETOOBIG;
}

void mp_loop_remove_timer(struct mp_loop *loop, int id)
{
    for (size_t i = 0; i < TIMERS_MOST; i++) {
        if (id >= 0 && loop->timers[i].id == id)
            loop->timers[i].id = -1;
    }
}

static void signal_set(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGINT);
    (void)sigaddset(set, SIGHUP);
}

int mp_signals_block(void)
{
    sigset_t set;
    signal_set(&set);
    return sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? 0 : MP_ESYSTEM;
}

static void serve_signals(void *context)
{
    struct mp_loop *loop = context;
    struct signalfd_siginfo info;
    while (read(loop->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        mp_loop_handler handler = info.ssi_signo == SIGHUP ? loop->on_reload : loop->on_stop;
        if (handler != NULL)
            handler(loop->signal_context);
    }
}

int mp_loop_watch_signals(struct mp_loop *loop, mp_loop_handler on_stop, mp_loop_handler on_reload,
                          void *context)
{
    if (loop->signal_fd >= 0)
        return MP_EEXIST;
    sigset_t set;
    signal_set(&set);
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        return MP_ESYSTEM;
    int result = mp_loop_add_fd(loop, fd, serve_signals, loop);
    if (result != 0) {
        (void)close(fd);
        return result;
    }
    loop->signal_fd = fd;
    loop->on_stop = on_stop;
    loop->on_reload = on_reload;
    loop->signal_context = context;
    return 0;
}

/* How long to wait: until the next timer, at most timeout_ms (negative: no limit), and never so
 * long that the number could overflow on its way to poll(2). */
static long wait_ms(const struct mp_loop *loop, int64_t timeout_ms)
{
    int64_t wait = timeout_ms >= 0 && timeout_ms < WAIT_MOST_MS ? timeout_ms : WAIT_MOST_MS;
    int64_t now = mp_loop_now_ms(loop);
    for (size_t i = 0; i < TIMERS_MOST; i++) {
        if (loop->timers[i].id >= 0 && loop->timers[i].due_ms - now < wait)
            wait = loop->timers[i].due_ms - now;
    }
    return wait > 0 ? (long)wait : 0;
}

/* Whether the socket can be read. Asking takes in what libzmq's descriptor told. */
static int look(struct source *source, bool *ret_ready)
{
    int events = 0;
    size_t size = sizeof events;

    *ret_ready = false;
    if (zmq_getsockopt(source->socket, ZMQ_EVENTS, &events, &size) != 0)
        return errno == EINTR ? 0 : mp_bus_error(errno);
    *ret_ready = (events & ZMQ_POLLIN) != 0;
    source->settled = !*ret_ready;
    return 0;
}

/* Sources that are ready, by place and id. */
struct round {
    struct pollfd items[SOURCES_MOST];
    size_t polled[SOURCES_MOST], ready[SOURCES_MOST];
    uint64_t ids[SOURCES_MOST];
    size_t polled_count, ready_count;
};

static void add_ready(struct round *round, const struct mp_loop *loop, size_t place)
{
    round->ready[round->ready_count] = place;
    round->ids[round->ready_count++] = loop->sources[place].id;
}

/* Sockets that a handler has used since they were found empty; the others have descriptors. */
static int look_before_waiting(struct mp_loop *loop, struct round *round)
{
    for (size_t i = 0; i < SOURCES_MOST; i++) {
        struct source *source = &loop->sources[i];
        bool ready = false;
        if (source->id == 0)
            continue;
        int result = source->socket == NULL || source->settled ? 0 : look(source, &ready);
        if (result != 0)
            return result;
        if (ready) {
            add_ready(round, loop, i);
            continue;
        }
        round->items[round->polled_count] =
            (struct pollfd){.fd = source->wake_fd, .events = POLLIN};
        round->polled[round->polled_count++] = i;
    }
    return 0;
}

static int wait_for_descriptors(struct mp_loop *loop, struct round *round, long timeout_ms)
{
    int count = poll(round->items, round->polled_count, (int)timeout_ms);
    if (count < 0)
        return errno == EINTR ? 0 : MP_ESYSTEM;
    for (size_t i = 0; i < round->polled_count && count > 0; i++) {
        struct source *source = &loop->sources[round->polled[i]];
        bool ready = true;
        if (round->items[i].revents == 0)
            continue;
        int result = source->socket == NULL ? 0 : look(source, &ready);
        if (result != 0)
            return result;
        if (ready)
            add_ready(round, loop, round->polled[i]);
    }
    return 0;
}

static int poll_sources(struct mp_loop *loop, long timeout_ms)
{
    struct round round;
    round.polled_count = round.ready_count = 0;
    int result = look_before_waiting(loop, &round);
    if (result == 0)
        result = wait_for_descriptors(loop, &round, round.ready_count > 0 ? 0 : timeout_ms);
    if (result != 0)
        return result;
    /* A handler may remove its source, others, or put a new one in their place. */
    for (size_t i = 0; i < round.ready_count; i++) {
        struct source *source = &loop->sources[round.ready[i]];
        if (source->id == round.ids[i])
            source->handler(source->context);
    }
    return 0;
}

static void run_timers(struct mp_loop *loop)
{
    int64_t now = mp_loop_now_ms(loop);
    for (size_t i = 0; i < TIMERS_MOST; i++) {
        struct timer *timer = &loop->timers[i];
        if (timer->id < 0 || timer->due_ms > now)
            continue;
        /* After a long stop one call stands for all that were missed. */
        timer->due_ms += timer->interval_ms;
        if (timer->due_ms <= now)
            timer->due_ms = now + timer->interval_ms;
        timer->handler(timer->context);
        unsettle(loop); /* now and then every socket is looked at, whatever was said of it */
    }
}

static int run_round(struct mp_loop *loop, int64_t timeout_ms)
{
    int result = poll_sources(loop, wait_ms(loop, timeout_ms));
    if (result != 0)
        return result;
    run_timers(loop);
    return 0;
}

int mp_loop_step(struct mp_loop *loop, int64_t timeout_ms)
{
    unsettle(loop); /* who knows what was done to them between two steps */
    return run_round(loop, timeout_ms);
}

int mp_loop_run(struct mp_loop *loop)
{
    struct mp_loop *outer = running;
    int result = 0;
    unsettle(loop);
    running = loop;
    while (result == 0 && !loop->stopped)
        result = run_round(loop, -1);
    running = outer;
    loop->stopped = false;
    return result;
}

void mp_loop_stop(struct mp_loop *loop)
{
    loop->stopped = true;
}

int64_t mp_loop_now_ms(const struct mp_loop *loop)
{
    return mp_clock_monotonic_ms(&loop->clock);
}
