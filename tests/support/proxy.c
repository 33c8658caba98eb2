#include "tests/support/proxy.h"

#include "core/base/auto.h"
#include "tests/support/proxy_private.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAIRS_MOST   256
#define PLANS_MOST   256
#define BACKLOG_MOST 64

struct proxy {
    struct proxy_options options;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below; the thread lets it go while it waits */
    int listener;         /* -1: nobody listens */
    int bell;             /* something was changed */
    bool is_over;
    struct proxy_pair pairs[PAIRS_MOST];
    struct proxy_fault plans[PLANS_MOST];
    size_t plan_count, plan_at;
    uint64_t refusals;
    struct proxy_counts counts;
};

uint64_t proxy_random(uint64_t *state, uint64_t most)
{
    uint64_t value = *state == 0 ? UINT64_C(0x9e3779b97f4a7c15) : *state;

    value ^= value << 13;
    value ^= value >> 7;
    value ^= value << 17;
    *state = value;
    return (value >> 11) % most;
}

static int listen_on(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
        listen(fd, BACKLOG_MOST) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static void refuse(struct proxy *proxy, int client)
{
    const struct linger at_once = {.l_onoff = 1};

    (void)setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    (void)close(client);
    proxy->refusals--;
    proxy->counts.refused++;
}

static struct proxy_pair *free_pair(struct proxy *proxy)
{
    for (size_t i = 0; i < PAIRS_MOST; i++) {
        if (!proxy->pairs[i].is_open)
            return &proxy->pairs[i];
    }
    abort(); /* in this thread it can fail no test */
}

static void admit(struct proxy *proxy)
{
    int client = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC);
    struct proxy_pair *pair;

    if (client < 0)
        return;
    if (proxy->refusals > 0) {
        refuse(proxy, client);
        return;
    }
    proxy->counts.connections++;
    pair = free_pair(proxy);
    if (proxy_pair_open(pair, client, &proxy->options, &proxy->counts) &&
        proxy->plan_at < proxy->plan_count) {
        const struct proxy_fault *fault = &proxy->plans[proxy->plan_at++];

        proxy_stream_plan(&pair->ways[fault->way], fault);
    }
}

static void *run(void *context)
{
    struct proxy *proxy = context;
    struct pollfd waits[2 + PAIRS_MOST * PROXY_WAYS];
    uint64_t rung;

    (void)pthread_mutex_lock(&proxy->lock);
    while (!proxy->is_over) {
        waits[0] = (struct pollfd){.fd = proxy->bell, .events = POLLIN};
        waits[1] = (struct pollfd){.fd = proxy->listener, .events = POLLIN};
        for (size_t i = 0; i < PAIRS_MOST; i++) {
            struct pollfd *at = &waits[2 + i * PROXY_WAYS];

            at[PROXY_UP] = at[PROXY_DOWN] = (struct pollfd){.fd = -1};
            if (proxy->pairs[i].is_open)
                proxy_pair_wants(&proxy->pairs[i], at);
        }
        (void)pthread_mutex_unlock(&proxy->lock);
        (void)poll(waits, MP_LENGTH(waits), -1);
        (void)pthread_mutex_lock(&proxy->lock);
        if (waits[0].revents != 0) { /* the pairs may be others now */
            (void)!read(proxy->bell, &rung, sizeof rung);
            continue;
        }
        for (size_t i = 0; i < PAIRS_MOST; i++)
            proxy_pair_work(&proxy->pairs[i], &waits[2 + i * PROXY_WAYS]);
        if (waits[1].revents != 0)
            admit(proxy);
    }
    (void)pthread_mutex_unlock(&proxy->lock);
    return NULL;
}

struct proxy *proxy_open(const struct proxy_options *options)
{
    struct proxy *proxy = calloc(1, sizeof *proxy);
    sigset_t all, before;
    int error;

    cr_assert_not_null(proxy);
    proxy->options = *options;
    proxy->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    proxy->listener = listen_on(options->listen_port);
    cr_assert(proxy->bell >= 0 && proxy->listener >= 0, "port %d", options->listen_port);
    (void)pthread_mutex_init(&proxy->lock, NULL);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&proxy->thread, NULL, run, proxy);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    cr_assert_eq(error, 0);
    return proxy;
}

static void begin_change(struct proxy *proxy)
{
    (void)pthread_mutex_lock(&proxy->lock);
}

static void end_change(struct proxy *proxy)
{
    const uint64_t one = 1;

    (void)!write(proxy->bell, &one, sizeof one);
    (void)pthread_mutex_unlock(&proxy->lock);
}

void proxy_close(struct proxy *proxy)
{
    if (proxy == NULL)
        return;
    begin_change(proxy);
    proxy->is_over = true;
    end_change(proxy);
    (void)pthread_join(proxy->thread, NULL);
    for (size_t i = 0; i < PAIRS_MOST; i++)
        proxy_pair_close(&proxy->pairs[i], false);
    if (proxy->listener >= 0)
        (void)close(proxy->listener);
    (void)close(proxy->bell);
    (void)pthread_mutex_destroy(&proxy->lock);
    free(proxy);
}

void proxy_plan(struct proxy *proxy, const struct proxy_fault *faults, size_t count)
{
    size_t taken = 0;

    begin_change(proxy);
    if (proxy->plan_at == proxy->plan_count)
        proxy->plan_at = proxy->plan_count = 0;
    while (taken < count && proxy->plan_count < PLANS_MOST)
        proxy->plans[proxy->plan_count++] = faults[taken++];
    end_change(proxy);
    cr_assert_eq(taken, count, "more than %d faults are planned", PLANS_MOST);
}

void proxy_forget_plan(struct proxy *proxy)
{
    begin_change(proxy);
    proxy->plan_at = proxy->plan_count = 0;
    end_change(proxy);
}

void proxy_strike(struct proxy *proxy, const struct proxy_fault *fault)
{
    begin_change(proxy);
    for (size_t i = 0; i < PAIRS_MOST; i++) {
        if (proxy->pairs[i].is_open)
            proxy_stream_plan(&proxy->pairs[i].ways[fault->way], fault);
    }
    end_change(proxy);
}

void proxy_release(struct proxy *proxy)
{
    begin_change(proxy);
    for (size_t i = 0; i < PAIRS_MOST * PROXY_WAYS; i++) {
        struct proxy_stream *stream = &proxy->pairs[i / PROXY_WAYS].ways[i % PROXY_WAYS];

        if (stream->is_stalled) {
            stream->is_stalled = false;
            stream->now = PROXY_PASS;
        }
    }
    end_change(proxy);
}

void proxy_reset(struct proxy *proxy)
{
    begin_change(proxy);
    for (size_t i = 0; i < PAIRS_MOST; i++)
        proxy_pair_close(&proxy->pairs[i], false);
    end_change(proxy);
}

void proxy_refuse(struct proxy *proxy, uint64_t connections)
{
    begin_change(proxy);
    proxy->refusals = connections;
    end_change(proxy);
}

void proxy_shut(struct proxy *proxy)
{
    begin_change(proxy);
    for (size_t i = 0; i < PAIRS_MOST; i++)
        proxy_pair_close(&proxy->pairs[i], false);
    if (proxy->listener >= 0)
        (void)close(proxy->listener);
    proxy->listener = -1;
    end_change(proxy);
}

void proxy_listen(struct proxy *proxy)
{
    begin_change(proxy);
    proxy->listener = listen_on(proxy->options.listen_port);
    end_change(proxy);
    cr_assert_geq(proxy->listener, 0);
}

struct proxy_counts proxy_counts(struct proxy *proxy)
{
    struct proxy_counts counts;

    begin_change(proxy);
    counts = proxy->counts;
    (void)pthread_mutex_unlock(&proxy->lock);
    return counts;
}
