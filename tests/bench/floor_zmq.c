#include "tests/bench/crowd.h"
#include "tests/bench/floor.h"
#include "tests/bench/measure.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define QUEUE       1000              /* messages, each side */
#define AHEAD_BYTES ((size_t)4 << 20) /* that wait for the slowest half */
#define WAIT_NS     INT64_C(50000)
#define PATIENCE_NS (20 * BENCH_SECOND_NS)

/* Two processes that share nothing but what was made before the fork. */
struct pair {
    char address[64];
    struct mp_key_pair keys;
    bool curve;
    uint8_t *payload;
    size_t bytes;
    int64_t run_ns;
};

static void pair_make(struct pair *pair, char **argv)
{
    pair->curve = bench_number(argv, "curve", 1) != 0;
    pair->bytes = (size_t)bench_number(argv, "bytes", 200);
    pair->run_ns = (int64_t)(bench_number(argv, "seconds", 1) * BENCH_SECOND_NS);
    pair->payload = bench_allocate(1, pair->bytes + 1);
    mp_key_make(&pair->keys);
    (void)snprintf(pair->address, sizeof(pair->address), "tcp://127.0.0.1:%d", raw_free_port());
}

static void *pair_open(const struct pair *pair, void *context, int type, bool server, int most)
{
    struct raw_options options = {.type = type, .messages_most = most};
    void *socket;

    if (pair->curve)
        options.keys = &pair->keys;
    if (pair->curve && !server)
        options.server_key = pair->keys.public_key;
    socket = raw_open(context, &options);
    if (server)
        raw_bind(socket, pair->address);
    else
        raw_connect(socket, pair->address);
    return socket;
}

/* true in the child, which ends with its parent. */
static bool split(pid_t *ret_child)
{
    pid_t child;

    (void)fflush(NULL);
    child = fork();
    bench_need(child >= 0, "fork");
    if (child == 0)
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    *ret_child = child;
    return child == 0;
}

static void join(pid_t child)
{
    int status = 0;

    bench_need(waitpid(child, &status, 0) == child && status == 0, "the other half failed");
}

/* From the first message to an empty one, which ends it. */
static void pull(const struct pair *pair)
{
    void *context = raw_context(), *socket = pair_open(pair, context, ZMQ_PULL, true, QUEUE);
    uint64_t count = 0;
    int64_t start = 0;
    zmq_msg_t message;

    while (raw_receive(socket, &message, -1) && zmq_msg_size(&message) > 0) {
        start = count++ == 0 ? bench_now_ns() : start;
        (void)zmq_msg_close(&message);
    }
    bench_say("messages_per_s", (double)(count - 1) * 1e9 / (double)(bench_now_ns() - start));
    (void)fflush(stdout);
    _exit(0);
}

void floor_one_way(char **argv)
{
    struct pair pair = {0};
    void *context, *socket;
    pid_t child;

    pair_make(&pair, argv);
    if (split(&child))
        pull(&pair);
    context = raw_context();
    socket = pair_open(&pair, context, ZMQ_PUSH, false, QUEUE);
    for (int64_t end = bench_now_ns() + pair.run_ns; bench_now_ns() < end;) {
        for (int i = 0; i < 16; i++)
            raw_send(socket, mp_span_make(pair.payload, pair.bytes), 0);
    }
    raw_send(socket, mp_span_make("", 0), 0);
    join(child);
    (void)zmq_close(socket);
    (void)zmq_ctx_term(context);
    free(pair.payload);
}

/* Sends back what comes, until an empty one. */
static void echo(const struct pair *pair)
{
    void *context = raw_context(), *socket = pair_open(pair, context, ZMQ_ROUTER, true, QUEUE);
    bool more = true;

    while (more) {
        zmq_msg_t peer, message;

        bench_need(raw_receive(socket, &peer, -1) && raw_receive(socket, &message, -1), "echo");
        more = zmq_msg_size(&message) > 0;
        bench_need(zmq_msg_send(&peer, socket, ZMQ_SNDMORE) >= 0 &&
                       zmq_msg_send(&message, socket, 0) >= 0,
                   "echo");
    }
    _exit(0);
}

void floor_round_trip(char **argv)
{
    struct bench_samples samples = {0};
    struct pair pair = {0};
    void *context, *socket;
    pid_t child;

    pair_make(&pair, argv);
    if (split(&child))
        echo(&pair);
    context = raw_context();
    socket = pair_open(&pair, context, ZMQ_DEALER, false, QUEUE);
    for (int64_t begin = bench_now_ns(), now = begin; now < begin + pair.run_ns;) {
        int64_t start = bench_now_ns();
        zmq_msg_t message;

        raw_send(socket, mp_span_make(pair.payload, pair.bytes), 0);
        bench_need(raw_receive(socket, &message, -1), "no reply");
        (void)zmq_msg_close(&message);
        now = bench_now_ns();
        bench_samples_add(&samples, now - start);
    }
    raw_send(socket, mp_span_make("", 0), 0);
    join(child);
    bench_say_latency("round_trip", &samples);
    bench_samples_done(&samples);
    (void)zmq_close(socket);
    (void)zmq_ctx_term(context);
    free(pair.payload);
}

static void publish(void *socket, const char *topic, struct mp_span payload)
{
    raw_send(socket, mp_span_text(topic), ZMQ_SNDMORE);
    raw_send(socket, payload, 0);
}

/* Heartbeats until everybody has had one. */
static void gather(void *socket, const struct crowd_counts *counts, unsigned subscribers)
{
    for (int64_t end = bench_now_ns() + PATIENCE_NS; atomic_load(&counts->ready) < subscribers;) {
        bench_need(bench_now_ns() < end, "the subscribers do not come");
        publish(socket, "h/!", mp_span_make("", 0));
        bench_sleep_until_ns(bench_now_ns() + 200 * WAIT_NS);
    }
}

/* As fast as the subscribers take it: nothing is dropped, nothing piles up. */
static void pour(const struct pair *pair, void *socket, const struct crowd_counts *counts,
                 unsigned subscribers)
{
    uint64_t ahead = AHEAD_BYTES / (pair->bytes + 1), sent = 0, from, delivered;
    int64_t start, end;

    ahead = ahead < 4 ? 4 : ahead > 2000 ? 2000 : ahead;
    start = bench_now_ns();
    from = atomic_load(&counts->messages);
    for (end = start + pair->run_ns; bench_now_ns() < end;) {
        if (sent * subscribers > atomic_load(&counts->messages) - from + ahead * subscribers) {
            bench_sleep_until_ns(bench_now_ns() + WAIT_NS);
            continue;
        }
        publish(socket, "f/", mp_span_make(pair->payload, pair->bytes));
        sent++;
    }
    delivered = atomic_load(&counts->messages) - from;
    bench_say("deliveries_per_s", (double)delivered * 1e9 / (double)(bench_now_ns() - start));
}

void floor_fanout(char **argv)
{
    unsigned subscribers = (unsigned)bench_number(argv, "subscribers", 10);
    struct crowd_counts *counts =
        mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct pair pair = {0};
    void *context, *socket;
    pid_t child;

    bench_need(counts != MAP_FAILED, "shared memory");
    pair_make(&pair, argv);
    if (split(&child)) {
        struct crowd_options options = {.subscribers = subscribers,
                                        .address = pair.address,
                                        .keys = pair.curve ? &pair.keys : NULL,
                                        .server_key = pair.curve ? pair.keys.public_key : NULL,
                                        .topic = "f/",
                                        .heartbeat = "h/!"};

        crowd_run(&options, counts);
        _exit(0);
    }
    context = raw_context();
    socket = pair_open(&pair, context, ZMQ_PUB, true, 0);
    gather(socket, counts, subscribers);
    pour(&pair, socket, counts, subscribers);
    atomic_store(&counts->stop, true);
    join(child);
    /* The socket goes with the process: closed while a hundred peers vanish half-way through a
     * message, libzmq 4.3.4 may abort (session_base.cpp:260). */
    free(pair.payload);
}
