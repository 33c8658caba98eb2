/* Random networks: the passes against plain means, and whatever was done step by step against a
 * schedule made anew. */
#include "tests/unit/core/domain/schedule_model.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define LINKS 120

struct net {
    struct mp_calendars *calendars;
    struct mp_schedule_node nodes[MODEL_NODES];
    struct mp_schedule_link links[LINKS];
    struct mp_schedule_plan plan;
    unsigned random;
};

static unsigned pick(struct net *net, unsigned below)
{
    return model_random(&net->random) % below;
}

/* Days within 120 of each other, so that they push one another; or none. */
static int32_t pick_day(struct net *net, unsigned none_in_ten)
{
    return pick(net, 10) < none_in_ten ? MP_DAY_NONE : 20000 + (int32_t)pick(net, 120);
}

static struct mp_schedule_facts pick_facts(struct net *net)
{
    return (struct mp_schedule_facts){
        .expected_day = pick_day(net, 3),
        .actual_day = pick_day(net, 9),
        .approved_day = pick_day(net, 4),
        .is_cancelled = pick(net, 20) == 0,
    };
}

static void make_net(struct net *net, unsigned seed)
{
    uint32_t order[MODEL_NODES], count = 2 + seed % (MODEL_NODES - 1);

    *net = (struct net){.calendars = model_calendars(), .random = seed * 2654435761u};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = pick(net, i + 1);
        order[i] = order[at];
        order[at] = i;
    }
    for (uint32_t i = 0; i < count; i++)
        net->nodes[order[i]] = (struct mp_schedule_node){
            .facts = pick_facts(net),
            .start = i > 0 && pick(net, 4) == 0 ? order[pick(net, i)] : MP_SCHEDULE_NONE,
            .duration_days = (int32_t)pick(net, 25) - 1,
            .calendar = (uint8_t)pick(net, MODEL_CALENDARS),
        };
    net->plan =
        (struct mp_schedule_plan){.nodes = net->nodes,
                                  .node_count = count,
                                  .links = net->links,
                                  .link_count = pick(net, count * 2 < LINKS ? count * 2 : LINKS),
                                  .calendars = net->calendars,
                                  .gaps = pick(net, 2) ? MP_GAPS_STATED : MP_GAPS_PLANNED,
                                  .today = pick_day(net, 3)};
    for (size_t i = 0; i < net->plan.link_count; i++) {
        uint32_t later = 1 + pick(net, count - 1), earlier = pick(net, later);
        bool is_stated = pick(net, 3) != 0;

        net->links[i] = (struct mp_schedule_link){
            .predecessor = order[earlier],
            .successor = order[later],
            .type = (enum mp_link_type)(MP_LINK_FS + pick(net, 4)),
            .lag_days = is_stated ? (int32_t)pick(net, 31) - 15 : 0,
            .is_lag_stated = is_stated,
            .calendar = (uint8_t)pick(net, MODEL_CALENDARS),
        };
    }
}

static bool is_edge(const struct model *model, uint32_t from, uint32_t to)
{
    for (size_t i = 0; i < model->edge_count; i++)
        if (model->edges[i].from == from && model->edges[i].to == to)
            return true;
    return false;
}

static void check_cycle(const struct model *model, const struct mp_schedule_cycle *cycle,
                        unsigned seed)
{
    size_t head = cycle->left_out > 0 ? MP_SCHEDULE_CYCLE_MOST / 2 : cycle->count;

    cr_assert(cycle->count >= 2 && cycle->count <= MP_SCHEDULE_CYCLE_MOST, "%u", seed);
    cr_assert_eq(cycle->nodes[0], cycle->nodes[cycle->count - 1], "%u", seed);
    for (size_t i = 0; i + 1 < cycle->count; i++) {
        cr_assert_geq(cycle->nodes[i], cycle->nodes[0], "%u: the smallest comes first", seed);
        if (i + 1 != head)
            cr_assert(is_edge(model, cycle->nodes[i], cycle->nodes[i + 1]), "%u: %u to %u", seed,
                      cycle->nodes[i], cycle->nodes[i + 1]);
    }
}

/* NULL when it has a cycle, which is then a true one. */
static struct mp_schedule *build(struct net *net, struct model *model, unsigned seed)
{
    struct mp_schedule *schedule = NULL;
    struct mp_schedule_cycle cycle;
    bool is_free = model_init(model, &net->plan);
    int result = mp_schedule_new(&net->plan, &cycle, &schedule);

    cr_assert_eq(result, is_free ? 0 : MP_EEXIST, "%u", seed);
    if (!is_free)
        check_cycle(model, &cycle, seed);
    return schedule;
}

static void done(struct net *net, struct mp_schedule *schedule)
{
    mp_schedule_free(schedule);
    mp_calendars_free(net->calendars);
}

static void check_lates(struct net *net, const struct model *model, struct mp_schedule *schedule)
{
    uint32_t scope[MODEL_NODES];
    struct mp_late lates[MODEL_NODES];
    int32_t expected[MODEL_NODES];
    bool in_scope[MODEL_NODES] = {false};
    enum mp_anchor anchor = pick(net, 2) ? MP_ANCHOR_EARLY : MP_ANCHOR_BASELINE;
    size_t count = 0;
    bool is_all = pick(net, 3) == 0;

    for (uint32_t i = (uint32_t)net->plan.node_count; i-- > 0;)
        if (is_all || pick(net, 2))
            in_scope[scope[count++] = i] = true;
    model_late(model, in_scope, anchor, expected);
    cr_assert_eq(mp_schedule_late(schedule, scope, count, anchor, lates, NULL), 0);
    for (size_t i = 0; i < count; i++) {
        int32_t late = expected[scope[i]], walked = 0, end = model->end[scope[i]];
        uint8_t calendar = model->calendar[scope[i]];

        cr_assert_eq(lates[i].has_float, late != MP_DAY_NONE, "%u", scope[i]);
        cr_assert_eq(lates[i].late_end, late, "%u: %d, not %d", scope[i], lates[i].late_end, late);
        if (late == MP_DAY_NONE)
            continue;
        for (int32_t day = end + 1; day <= late; day++)
            walked += model_works(calendar, day);
        for (int32_t day = late + 1; day <= end; day++)
            walked -= model_works(calendar, day);
        cr_assert_eq(lates[i].float_days, walked, "%u", scope[i]);
        cr_assert_eq(lates[i].is_critical, walked <= 0);
    }
}

Test(domain_schedule_random, both_passes_agree_with_plain_means)
{
    static struct net net;
    static struct model model;
    unsigned built = 0;

    for (unsigned seed = 1; seed <= 1500; seed++) {
        struct mp_schedule *schedule;
        char when[32];

        make_net(&net, seed);
        schedule = build(&net, &model, seed);
        if (schedule != NULL) {
            built++;
            (void)snprintf(when, sizeof when, "seed %u", seed);
            model_solve(&model);
            model_compare(&model, schedule, when);
            check_lates(&net, &model, schedule);
            check_lates(&net, &model, schedule);
        }
        done(&net, schedule);
    }
    cr_assert(built > 600 && built < 1400, "%u networks without a cycle", built);
}

/* Nodes that a change of one node can reach: itself and what stands behind it. */
static size_t cone_of(const struct model *model, uint32_t node)
{
    bool is_in[MODEL_NODES] = {false};
    size_t count = 1, before = 0;

    is_in[node] = true;
    while (before != count) {
        before = count;
        for (size_t i = 0; i < model->edge_count; i++)
            if (is_in[model->edges[i].from] && !is_in[model->edges[i].to]) {
                is_in[model->edges[i].to] = true;
                count++;
            }
    }
    return count;
}

static void same_as_new(const struct net *net, const struct mp_schedule *schedule, unsigned seed,
                        int step)
{
    MP_AUTO(mp_schedule_free) struct mp_schedule *fresh = NULL;

    cr_assert_eq(mp_schedule_new(&net->plan, NULL, &fresh), 0);
    for (uint32_t i = 0; i < net->plan.node_count; i++) {
        struct mp_projection a = mp_schedule_projection(schedule, i);
        struct mp_projection b = mp_schedule_projection(fresh, i);

        cr_assert(a.bound == b.bound && a.day == b.day && a.end == b.end && a.via == b.via &&
                      a.link == b.link && a.root == b.root &&
                      a.is_lag_assumed == b.is_lag_assumed && a.overdue_days == b.overdue_days &&
                      a.knock_on_days == b.knock_on_days && a.link_day == b.link_day,
                  "seed %u, step %d, node %u: day %d or %d, root %u or %u", seed, step, i, a.day,
                  b.day, a.root, b.root);
        for (size_t e = 0; e < mp_schedule_edges_in(schedule, i); e++)
            cr_assert_eq(mp_schedule_edge_in(schedule, i, e).lag_days,
                         mp_schedule_edge_in(fresh, i, e).lag_days);
    }
}

/* One random change of the plan, done to the schedule too. */
static void change(struct net *net, struct model *model, struct mp_schedule *schedule, int step)
{
    uint32_t node = pick(net, (unsigned)net->plan.node_count);
    size_t visited = 0;

    switch (pick(net, 12)) {
    case 0:
        net->plan.today = pick_day(net, 2);
        mp_schedule_set_today(schedule, net->plan.today);
        break;
    case 1:
        net->plan.gaps = net->plan.gaps == MP_GAPS_STATED ? MP_GAPS_PLANNED : MP_GAPS_STATED;
        mp_schedule_set_gaps(schedule, net->plan.gaps);
        break;
    case 2:
        model_change_calendar(net->calendars, step + 1);
        visited = mp_schedule_calendar_changed(schedule, 2);
        cr_assert_leq(visited, net->plan.node_count);
        break;
    default:
        net->nodes[node].facts = pick_facts(net);
        cr_assert_eq(mp_schedule_update(schedule, node, &net->nodes[node].facts, &visited), 0);
        cr_assert(visited >= 1 && visited <= cone_of(model, node), "%zu visited of %zu", visited,
                  cone_of(model, node));
    }
}

Test(domain_schedule_random, a_thousand_edits_leave_what_a_new_schedule_would_have)
{
    static struct net net;
    static struct model model;

    for (unsigned seed = 1; seed <= 150; seed++) {
        struct mp_schedule *schedule;

        make_net(&net, seed);
        schedule = build(&net, &model, seed);
        for (int step = 0; step < 40 && schedule != NULL; step++) {
            change(&net, &model, schedule, step);
            same_as_new(&net, schedule, seed, step);
        }
        if (schedule != NULL) {
            model_solve(&model);
            model_compare(&model, schedule, "after all edits");
        }
        done(&net, schedule);
    }
}

/* The moves of a trial are exactly what differs from before. */
static void check_moves(const struct mp_schedule *schedule, const int32_t *before, uint32_t count)
{
    bool is_named[MODEL_NODES] = {false};

    for (size_t i = 0; i < mp_schedule_move_count(schedule); i++) {
        struct mp_schedule_move move = mp_schedule_move(schedule, i);

        cr_assert(!is_named[move.node], "named twice");
        is_named[move.node] = true;
        cr_assert_eq(move.before_day, before[move.node]);
        cr_assert_eq(move.after_day, mp_schedule_day(schedule, move.node));
        if (move.before_day != MP_DAY_NONE && move.after_day != MP_DAY_NONE)
            cr_assert_eq(move.days, move.after_day - move.before_day);
        else
            cr_assert_eq(move.days, 0);
    }
    for (uint32_t i = 0; i < count; i++)
        cr_assert(is_named[i] || mp_schedule_day(schedule, i) == before[i], "%u moved unnamed", i);
}

Test(domain_schedule_random, a_trial_names_what_moves_and_leaves_no_trace)
{
    static struct net net;
    static struct model model;

    for (unsigned seed = 1; seed <= 400; seed++) {
        struct mp_schedule *schedule;
        int32_t before[MODEL_NODES];
        uint32_t count;

        make_net(&net, seed);
        schedule = build(&net, &model, seed);
        count = (uint32_t)net.plan.node_count;
        for (int round = 0; round < 3 && schedule != NULL; round++) {
            for (uint32_t i = 0; i < count; i++)
                before[i] = mp_schedule_day(schedule, i);
            mp_schedule_trial_begin(schedule);
            for (unsigned i = 0; i < 1 + seed % 3; i++) {
                struct mp_schedule_facts facts = pick_facts(&net);

                cr_assert_eq(mp_schedule_update(schedule, pick(&net, count), &facts, NULL), 0);
                check_moves(schedule, before, count);
            }
            mp_schedule_trial_end(schedule);
            cr_assert_eq(mp_schedule_move_count(schedule), 0);
            same_as_new(&net, schedule, seed, round);
        }
        done(&net, schedule);
    }
}
