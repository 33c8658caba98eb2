#include "proto/codec.h"
#include "tests/bench/crowd.h"
#include "tests/bench/load.h"
#include "tests/bench/measure.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#define WARM           50
#define PATIENCE_NS    (15 * BENCH_SECOND_NS)
#define PAUSE_NS       INT64_C(50000)
#define AHEAD_WHOLE    16384 /* events that the subscribers are behind, at most */
#define AHEAD_FILTERED 4096  /* fewer than publish keeps for one subscriber, at a message each */
#define CROWD_READER   "bench-01"

/* ---- From the send to a subscriber ---- */

struct paced {
    const struct target *target;
    void *socket;
    struct mp_uuid base;
    int64_t *sent_ns; /* by number */
    uint32_t count;   /* WARM among them */
    struct bench_samples samples;
};

/* Of an event, or of the submission that the bare pipeline sends for one. */
static bool read_id(const struct paced *paced, struct mp_span bytes, struct mp_arena *arena,
                    struct mp_uuid *ret_id)
{
    struct mp_event event;

    if (paced->target->is_bare) {
        mp_submission_peek_id(bytes, ret_id);
        return true;
    }
    if (mp_event_decode(bytes, arena, &event) != 0)
        return false;
    *ret_id = event.submission;
    return true;
}

static void take_events(struct paced *paced, struct mp_span payload, struct mp_arena *arena)
{
    int64_t now = bench_now_ns();
    struct mp_feed_events events;

    errno = 0;
    bench_need(mp_feed_events_decode(payload, arena, 100000, &events) == 0, "a bad feed message");
    for (size_t i = 0; i < events.count; i++) {
        struct mp_uuid id;
        uint32_t number;

        bench_need(read_id(paced, events.events[i], arena, &id), "a bad event");
        number = work_number(&id);
        if (memcmp(id.bytes, paced->base.bytes, MP_UUID_BYTES - 4) == 0 && number >= WARM &&
            number < paced->count)
            bench_samples_add(&paced->samples, now - paced->sent_ns[number]);
    }
}

/* Until everything has come, or nothing for long. */
static void *listen_paced(void *context)
{
    struct paced *paced = context;
    struct mp_arena *arena = mp_arena_new((size_t)8 << 20);
    int64_t heard_ns = bench_now_ns();

    while (paced->samples.count < paced->count - WARM && bench_now_ns() < heard_ns + PATIENCE_NS) {
        zmq_msg_t topic, payload;

        if (!raw_receive(paced->socket, &topic, 1000))
            continue;
        bench_need(raw_receive(paced->socket, &payload, -1), "half a message");
        mp_arena_reset(arena);
        if (mp_span_equal(raw_span(&topic), mp_span_text(MP_FEED_WHOLE))) {
            heard_ns = bench_now_ns();
            take_events(paced, raw_span(&payload), arena);
        }
        (void)zmq_msg_close(&topic);
        (void)zmq_msg_close(&payload);
    }
    mp_arena_free(arena);
    return NULL;
}

static void send_paced(struct paced *paced, struct line *line, int64_t pace_ns)
{
    int64_t at = bench_now_ns();

    for (uint32_t number = WARM; number < paced->count; number++, at += pace_ns) {
        while (line_take(line, 0))
            ;
        bench_sleep_until_ns(at);
        paced->sent_ns[number] = bench_now_ns();
        line_send(line);
    }
}

static void wait_heartbeat(void *socket)
{
    zmq_msg_t topic, payload;
    bool is_beat = false;

    while (!is_beat) {
        errno = 0;
        bench_need(raw_receive(socket, &topic, 15000), "no heartbeat on the feed");
        bench_need(raw_receive(socket, &payload, -1), "half a message");
        is_beat = mp_span_starts_with(raw_span(&topic), mp_span_text(MP_FEED_HEARTBEAT));
        (void)zmq_msg_close(&topic);
        (void)zmq_msg_close(&payload);
    }
}

void load_paced(const struct target *target)
{
    double rate = bench_number(target->argv, "rate", 500);
    struct paced paced = {.target = target};
    struct work_templates templates;
    void *context = raw_context();
    struct line line;
    pthread_t thread;

    work_templates_init(&templates, 1, 0);
    paced.count = WARM + (uint32_t)(rate * bench_number(target->argv, "seconds", 1));
    paced.sent_ns = bench_allocate(paced.count, sizeof(*paced.sent_ns));
    paced.socket = target_open(target, context, ZMQ_SUB, "feed", CROWD_READER);
    raw_subscribe(paced.socket, MP_FEED_WHOLE);
    raw_subscribe(paced.socket, MP_FEED_WHOLE_HEARTBEAT);
    wait_heartbeat(paced.socket);
    line_open(&line, target, context, 0, &templates);
    paced.base = line.base;
    line_warm(&line, WARM);
    bench_need(pthread_create(&thread, NULL, listen_paced, &paced) == 0, "thread");
    send_paced(&paced, &line, (int64_t)(BENCH_SECOND_NS / rate));
    (void)pthread_join(thread, NULL);
    bench_say_latency("paced", &paced.samples);
    bench_say("paced_lost", (double)(paced.count - WARM - paced.samples.count));
    bench_samples_done(&paced.samples);
    free(paced.sent_ns);
    (void)zmq_close(paced.socket);
    line_close(&line);
    work_templates_done(&templates);
    (void)zmq_ctx_term(context);
}

/* ---- To many subscribers ---- */

struct fanout {
    struct crowd_options options;
    struct crowd_counts counts;
    struct mp_key_pair keys;
    struct line line;
    unsigned changes;
    uint32_t window;
};

static void *run_crowd(void *context)
{
    struct fanout *fanout = context;

    crowd_run(&fanout->options, &fanout->counts);
    return NULL;
}

static void wait_ready(const struct fanout *fanout)
{
    for (int64_t end = bench_now_ns() + PATIENCE_NS;
         atomic_load(&fanout->counts.ready) < fanout->options.subscribers;) {
        errno = 0;
        bench_need(bench_now_ns() < end, "%u of %u subscribers came",
                   atomic_load(&fanout->counts.ready), fanout->options.subscribers);
        bench_sleep_until_ns(bench_now_ns() + 100 * PAUSE_NS);
    }
}

/* The first submission has reached everybody. */
static void wait_warm(const struct fanout *fanout)
{
    uint64_t wanted = (uint64_t)fanout->changes * fanout->options.subscribers;

    for (int64_t end = bench_now_ns() + PATIENCE_NS;
         atomic_load(&fanout->counts.events) < wanted;) {
        errno = 0;
        bench_need(bench_now_ns() < end, "the first events do not reach every subscriber");
        bench_sleep_until_ns(bench_now_ns() + PAUSE_NS);
    }
}

/* Submits as fast as the subscribers take it. */
static void pour(struct fanout *fanout, int64_t run_ns, uint64_t ahead)
{
    struct crowd_counts *counts = &fanout->counts;
    uint64_t subscribers = fanout->options.subscribers;
    uint64_t from = atomic_load(&counts->events), bytes = atomic_load(&counts->bytes);
    uint64_t messages = atomic_load(&counts->messages), sent = 0, lost;
    int64_t start = bench_now_ns();
    double seconds;

    while (bench_now_ns() < start + run_ns) {
        while (line_take(&fanout->line, 0))
            ;
        if (sent * subscribers < atomic_load(&counts->events) - from + ahead * subscribers &&
            line_may_send(&fanout->line, fanout->window)) {
            line_send(&fanout->line);
            sent += fanout->changes;
        } else {
            bench_sleep_until_ns(bench_now_ns() + PAUSE_NS);
        }
    }
    seconds = (double)(bench_now_ns() - start) / 1e9;
    bench_say("deliveries_per_s", (double)(atomic_load(&counts->events) - from) / seconds);
    for (int64_t end = bench_now_ns() + PATIENCE_NS / 5;
         atomic_load(&counts->events) - from < sent * subscribers && bench_now_ns() < end;)
        bench_sleep_until_ns(bench_now_ns() + PAUSE_NS);
    lost = sent * subscribers - (atomic_load(&counts->events) - from);
    messages = atomic_load(&counts->messages) - messages;
    bytes = atomic_load(&counts->bytes) - bytes;
    bench_need(messages > 0, "nothing was delivered");
    bench_say("message_bytes", (double)bytes / (double)messages);
    bench_say("events_per_message",
              (double)(atomic_load(&counts->events) - from) / (double)messages);
    bench_say("lost", (double)lost);
}

void load_fanout(const struct target *target)
{
    struct fanout *fanout = bench_allocate(1, sizeof(*fanout));
    bool filtered = bench_number(target->argv, "filtered", 0) != 0;
    struct work_templates templates;
    void *context = raw_context();
    pthread_t thread;

    fanout->changes = (unsigned)bench_number(target->argv, "changes", 64);
    fanout->window = (uint32_t)bench_number(target->argv, "window", 64);
    target_key(target, CROWD_READER, &fanout->keys);
    fanout->options = (struct crowd_options){
        .subscribers = (unsigned)bench_number(target->argv, "subscribers", 10),
        .address = bench_option(target->argv, "feed", NULL),
        .keys = &fanout->keys,
        .server_key = target->server_key,
        .topic = filtered ? MP_FEED_EVENTS WORK_PREFIX : MP_FEED_WHOLE,
        .heartbeat = filtered ? MP_FEED_HEARTBEAT WORK_PREFIX "!" : MP_FEED_WHOLE_HEARTBEAT,
    };
    work_templates_init(&templates, fanout->changes, 0);
    bench_need(pthread_create(&thread, NULL, run_crowd, fanout) == 0, "thread");
    wait_ready(fanout);
    line_open(&fanout->line, target, context, 0, &templates);
    line_warm(&fanout->line, 1);
    wait_warm(fanout);
    pour(fanout, (int64_t)(bench_number(target->argv, "seconds", 1) * BENCH_SECOND_NS),
         filtered ? AHEAD_FILTERED : AHEAD_WHOLE);
    atomic_store(&fanout->counts.stop, true);
    (void)pthread_join(thread, NULL);
    line_close(&fanout->line);
    work_templates_done(&templates);
    (void)zmq_ctx_term(context);
    free(fanout);
}
