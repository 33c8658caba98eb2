#include "proto/codec.h"
#include "tests/bench/load.h"
#include "tests/bench/measure.h"

#include <errno.h>
#include <stdlib.h>

#define WARM        100
#define PATIENCE_NS (10 * BENCH_SECOND_NS)

void load_ack(const struct target *target)
{
    int64_t run_ns = (int64_t)(bench_number(target->argv, "seconds", 1) * BENCH_SECOND_NS);
    struct bench_samples samples = {0};
    struct work_templates templates;
    void *context = raw_context();
    struct line line;

    work_templates_init(&templates, 1, 0);
    line_open(&line, target, context, 0, &templates);
    line_warm(&line, WARM);
    for (int64_t end = bench_now_ns() + run_ns; bench_now_ns() < end;) {
        int64_t start = bench_now_ns();

        line_warm(&line, 1);
        bench_samples_add(&samples, bench_now_ns() - start);
    }
    bench_say_latency("ack", &samples);
    bench_samples_done(&samples);
    line_close(&line);
    work_templates_done(&templates);
    (void)zmq_ctx_term(context);
}

struct saturating {
    struct line lines[WORK_AGENCIES];
    zmq_pollitem_t items[WORK_AGENCIES];
    unsigned count;
    uint32_t window;
    uint64_t most; /* submissions, of all */
};

static uint64_t accepted(const struct saturating *saturating)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < saturating->count; i++)
        sum += saturating->lines[i].accepted;
    return sum;
}

static uint64_t busy(const struct saturating *saturating)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < saturating->count; i++)
        sum += saturating->lines[i].busy;
    return sum;
}

/* Fills the windows, then takes what has come; is_over: only the latter. */
static void turn(struct saturating *saturating, bool is_over)
{
    for (unsigned i = 0; i < saturating->count && !is_over; i++)
        while (line_may_send(&saturating->lines[i], saturating->window))
            line_send(&saturating->lines[i]);
    (void)zmq_poll(saturating->items, (int)saturating->count, 10);
    for (unsigned i = 0; i < saturating->count; i++)
        while (saturating->items[i].revents != 0 && line_take(&saturating->lines[i], 0))
            ;
}

static bool is_under_way(const struct saturating *saturating)
{
    for (unsigned i = 0; i < saturating->count; i++)
        if (saturating->lines[i].under_way > 0)
            return true;
    return false;
}

static void open_lines(struct saturating *saturating, const struct target *target, void *context,
                       const struct work_templates *templates)
{
    char **argv = target->argv;

    saturating->count = (unsigned)bench_number(argv, "connections", 16);
    saturating->window = (uint32_t)bench_number(argv, "window", 256);
    saturating->most = (uint64_t)bench_number(argv, "most", 1e15);
    errno = 0;
    bench_need(saturating->count >= 1 && saturating->count <= WORK_AGENCIES, "--connections");
    for (unsigned i = 0; i < saturating->count; i++) {
        line_open(&saturating->lines[i], target, context, i, templates);
        line_warm(&saturating->lines[i], 1);
        saturating->items[i] =
            (zmq_pollitem_t){.socket = saturating->lines[i].socket, .events = ZMQ_POLLIN};
    }
}

/* From the first submission to the last answer: what waits in windows is not counted twice, and a
 * commit that is long counts whole. */
void load_saturate(const struct target *target)
{
    int64_t run_ns = (int64_t)(bench_number(target->argv, "seconds", 1) * BENCH_SECOND_NS);
    struct saturating *saturating = bench_allocate(1, sizeof(*saturating));
    unsigned changes = (unsigned)bench_number(target->argv, "changes", 1);
    struct work_templates templates;
    void *context = raw_context();
    int64_t start;
    uint64_t from;
    double seconds;

    work_templates_init(&templates, changes, 0);
    open_lines(saturating, target, context, &templates);
    from = accepted(saturating);
    start = bench_now_ns();
    while (bench_now_ns() < start + run_ns && accepted(saturating) - from < saturating->most)
        turn(saturating, false);
    for (int64_t end = bench_now_ns() + PATIENCE_NS;
         is_under_way(saturating) && bench_now_ns() < end;)
        turn(saturating, true);
    seconds = (double)(bench_now_ns() - start) / 1e9;
    bench_say("changes_per_s", (double)((accepted(saturating) - from) * changes) / seconds);
    bench_say("busy", (double)busy(saturating));
    for (unsigned i = 0; i < saturating->count; i++)
        line_close(&saturating->lines[i]);
    work_templates_done(&templates);
    (void)zmq_ctx_term(context);
    free(saturating);
}
