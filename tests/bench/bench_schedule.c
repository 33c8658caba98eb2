/* bench_schedule [--nodes=1000000] [--links=2000000] [--dated=90] [--reports=20000] [--passes=7]
 * [--seed=1]: what the schedule of a large programme costs: building it, a full pass, one report's
 * recompute, late dates, memory; beside it one plain pass over arrays of the same shape, in the
 * same order, without rules and calendars.
 *
 * The network: projects of 100 milestones, two weeks apart; a link goes back to one of the ten
 * before with a lag of half to all of the time between, every twentieth to another project; a fifth
 * of the lags is on a calendar; --dated percent of the milestones have a date of their own, late by
 * up to 60 days, and a tenth of these is met. The fewer are dated, the less stops a report's cone.
 */
#include "core/base/auto.h"
#include "core/domain/schedule.h"
#include "tests/bench/measure.h"

#include <stdio.h>
#include <stdlib.h>

#define PROJECT 100
#define REACH   10 /* milestones that a link goes back */
#define STEP    14 /* days from one to the next */

struct work {
    struct mp_calendars *calendars;
    struct mp_schedule_node *nodes;
    struct mp_schedule_link *links;
    struct mp_schedule_plan plan;
    uint64_t random;
    uint32_t dated; /* percent */
};

static uint32_t pick(struct work *work, uint32_t below)
{
    work->random = work->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((work->random >> 33) % below);
}

static struct mp_schedule_facts pick_facts(struct work *work, uint32_t node)
{
    /* Later in the project is later in time, give or take. */
    int32_t planned = 20000 + (int32_t)(node % PROJECT) * STEP + (int32_t)pick(work, 30);
    bool is_dated = pick(work, 100) < work->dated, is_met = pick(work, 10) == 0;

    return (struct mp_schedule_facts){.expected_day = is_dated ? planned + (int32_t)pick(work, 60)
                                                               : MP_DAY_NONE,
                                      .actual_day = is_dated && is_met ? planned : MP_DAY_NONE,
                                      .approved_day = planned};
}

static void make_plan(struct work *work, char **argv)
{
    static const struct mp_calendar_version pk = {
        .name = "pk", .valid_from = MP_DAY_NONE, .weekend = MP_WEEKEND_SATURDAY_SUNDAY};
    size_t nodes = (size_t)bench_number(argv, "nodes", 1000000);
    size_t links = (size_t)bench_number(argv, "links", 2000000);
    uint8_t number;

    bench_need(nodes >= 2 * PROJECT, "at least %d nodes", 2 * PROJECT);
    work->random = (uint64_t)bench_number(argv, "seed", 1);
    work->dated = (uint32_t)bench_number(argv, "dated", 90);
    work->calendars = mp_calendars_new();
    bench_need(work->calendars != NULL &&
                   mp_calendars_set(work->calendars, &pk, 1, MP_DAY_NONE, &number) == 0,
               "calendars");
    work->nodes = bench_allocate(nodes, sizeof(*work->nodes));
    work->links = bench_allocate(links, sizeof(*work->links));
    for (uint32_t i = 0; i < nodes; i++)
        work->nodes[i] = (struct mp_schedule_node){
            .facts = pick_facts(work, i), .start = MP_SCHEDULE_NONE, .duration_days = -1};
    for (size_t i = 0; i < links; i++) {
        uint32_t later = pick(work, (uint32_t)nodes), phase = later % PROJECT;
        uint32_t back = 1 + pick(work, phase == 0 ? 1 : phase < REACH ? phase : REACH);

        if (phase == 0) { /* the first of a project waits for nothing */
            i--;
            continue;
        }
        work->links[i] = (struct mp_schedule_link){
            .predecessor = later - back,
            .successor = later,
            .type = MP_LINK_FS,
            .lag_days = (int32_t)(back * STEP / 2 + pick(work, back * STEP / 2)),
            .is_lag_stated = true,
            .calendar = pick(work, 5) == 0 ? (uint8_t)(1 + pick(work, 2)) : 0};
        if (pick(work, 20) == 0)
            work->links[i].predecessor =
                pick(work, (uint32_t)nodes / PROJECT) * PROJECT + phase - back;
    }
    work->plan = (struct mp_schedule_plan){.nodes = work->nodes,
                                           .node_count = nodes,
                                           .links = work->links,
                                           .link_count = links,
                                           .calendars = work->calendars,
                                           .today = 20600};
}

/* The same network in the same order, as bare arrays. */
struct plain {
    size_t count;
    uint32_t *first, *from;
    int32_t *lag, *own, *end;
};

static void make_plain(struct plain *plain, const struct work *work,
                       const struct mp_schedule *schedule)
{
    size_t at = 0;
    uint32_t *node_at;

    plain->count = work->plan.node_count;
    node_at = bench_allocate(plain->count, sizeof(*node_at));
    plain->first = bench_allocate(plain->count + 1, sizeof(*plain->first));
    plain->from = bench_allocate(mp_schedule_edge_count(schedule), sizeof(*plain->from));
    plain->lag = bench_allocate(mp_schedule_edge_count(schedule), sizeof(*plain->lag));
    plain->own = bench_allocate(plain->count, sizeof(*plain->own));
    plain->end = bench_allocate(plain->count, sizeof(*plain->end));
    for (uint32_t node = 0; node < plain->count; node++)
        node_at[mp_schedule_position(schedule, node)] = node;
    for (size_t position = 0; position < plain->count; position++) {
        uint32_t node = node_at[position];

        plain->own[position] = work->nodes[node].facts.expected_day;
        plain->first[position] = (uint32_t)at;
        for (size_t i = 0; i < mp_schedule_edges_in(schedule, node); i++, at++) {
            struct mp_schedule_edge edge = mp_schedule_edge_in(schedule, node, i);

            plain->from[at] = mp_schedule_position(schedule, edge.from);
            plain->lag[at] = edge.lag_days;
        }
    }
    plain->first[plain->count] = (uint32_t)at;
    free(node_at);
}

static void plain_pass(struct plain *plain)
{
    for (size_t position = 0; position < plain->count; position++) {
        int32_t latest = plain->own[position];

        for (uint32_t i = plain->first[position]; i < plain->first[position + 1]; i++) {
            int32_t end = plain->end[plain->from[i]] + plain->lag[i];
            latest = end > latest ? end : latest;
        }
        plain->end[position] = latest;
    }
}

/* Turn by turn, so that both meet the same machine. */
static void measure_passes(struct work *work, struct mp_schedule *schedule, char **argv)
{
    struct bench_samples full = {0}, bare = {0}, late = {0};
    struct plain plain;
    struct mp_late *lates = bench_allocate(work->plan.node_count, sizeof(*lates));

    make_plain(&plain, work, schedule);
    for (int i = (int)bench_number(argv, "passes", 7); i > 0; i--) {
        int64_t begin = bench_now_ns(), middle;

        plain_pass(&plain);
        middle = bench_now_ns();
        bench_samples_add(&bare, middle - begin);
        mp_schedule_set_today(schedule, 20600 + i);
        begin = bench_now_ns();
        bench_samples_add(&full, begin - middle);
        bench_need(mp_schedule_late(schedule, NULL, work->plan.node_count, MP_ANCHOR_EARLY, lates,
                                    NULL) == 0,
                   "late dates");
        bench_samples_add(&late, bench_now_ns() - begin);
    }
    bench_say("plain_pass_ms", bench_samples_us(&bare, 0.5) / 1e3);
    bench_say("full_pass_ms", bench_samples_us(&full, 0.5) / 1e3);
    bench_say("full_pass_ratio", bench_samples_us(&full, 0.5) / bench_samples_us(&bare, 0.5));
    bench_say("late_pass_ms", bench_samples_us(&late, 0.5) / 1e3);
    bench_samples_done(&full);
    bench_samples_done(&bare);
    bench_samples_done(&late);
    free(plain.first);
    free(plain.from);
    free(plain.lag);
    free(plain.own);
    free(plain.end);
    free(lates);
}

static void measure_reports(struct work *work, struct mp_schedule *schedule, char **argv)
{
    struct bench_samples times = {0}, visits = {0};

    for (int i = (int)bench_number(argv, "reports", 20000); i > 0; i--) {
        uint32_t node = pick(work, (uint32_t)work->plan.node_count);
        struct mp_schedule_facts facts = work->nodes[node].facts;
        size_t visited = 0;
        int64_t begin;

        if (facts.actual_day != MP_DAY_NONE || facts.expected_day == MP_DAY_NONE)
            continue;
        facts.expected_day += (int32_t)pick(work, 180) - 30;
        begin = bench_now_ns();
        bench_need(mp_schedule_update(schedule, node, &facts, &visited) == 0, "report");
        bench_samples_add(&times, bench_now_ns() - begin);
        bench_samples_add(&visits, (int64_t)visited * 1000);
    }
    bench_say_latency("report", &times);
    bench_say("report_worst_us", bench_samples_us(&times, 1));
    bench_say("report_visited_p50", bench_samples_us(&visits, 0.5));
    bench_say("report_visited_p99", bench_samples_us(&visits, 0.99));
    bench_say("report_visited_most", bench_samples_us(&visits, 1));
    bench_samples_done(&times);
    bench_samples_done(&visits);
}

int main(int argc, char **argv)
{
    struct work work = {0};
    struct mp_schedule *schedule = NULL;
    int64_t begin;

    argv += argc > 0;
    make_plan(&work, argv);
    begin = bench_now_ns();
    bench_need(mp_schedule_new(&work.plan, NULL, &schedule) == 0, "building the schedule");
    bench_say("build_ms", (double)(bench_now_ns() - begin) / 1e6);
    bench_say("bytes_a_milestone",
              (double)mp_schedule_bytes(schedule) / (double)work.plan.node_count);
    measure_reports(&work, schedule, argv);
    measure_passes(&work, schedule, argv);
    mp_schedule_free(schedule);
    mp_calendars_free(work.calendars);
    free(work.nodes);
    free(work.links);
    return fflush(stdout) == 0 ? 0 : 1;
}
