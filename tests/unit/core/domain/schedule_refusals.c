/* What the schedule refuses, what a change visits at most, and the names at its edge. */
#include "core/domain/schedule_names.h"

#include "core/base/arena.h"
#include "core/domain/limits.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define NONE  MP_SCHEDULE_NONE
#define CHAIN 50

static struct mp_schedule_node free_node(int32_t expected)
{
    return (struct mp_schedule_node){
        .facts = {expected, MP_DAY_NONE, MP_DAY_NONE, false}, .start = NONE, .duration_days = -1};
}

static struct mp_schedule_link link_of(uint32_t from, uint32_t to)
{
    return (struct mp_schedule_link){.predecessor = from, .successor = to, .type = MP_LINK_FS};
}

/* Nodes 0 … CHAIN − 1, each linked to the next. */
struct chain {
    struct mp_calendars *calendars;
    struct mp_schedule_node nodes[CHAIN];
    struct mp_schedule_link links[CHAIN];
    struct mp_schedule_plan plan;
};

static void chain_init(struct chain *chain)
{
    *chain = (struct chain){.calendars = mp_calendars_new()};
    for (uint32_t i = 0; i < CHAIN; i++) {
        chain->nodes[i] = free_node(20000);
        chain->links[i] = link_of(i, (i + 1) % CHAIN);
    }
    chain->plan = (struct mp_schedule_plan){.nodes = chain->nodes,
                                            .node_count = CHAIN,
                                            .links = chain->links,
                                            .link_count = CHAIN - 1,
                                            .calendars = chain->calendars,
                                            .today = MP_DAY_NONE};
}

Test(domain_schedule_refusals, a_wrong_plan_gets_a_named_error)
{
    static struct chain chain;
    struct mp_schedule *schedule = NULL;

    chain_init(&chain);
#define REFUSED(field, value, error)                                                               \
    do {                                                                                           \
        __typeof__(chain.field) kept = chain.field;                                                \
        chain.field = (value);                                                                     \
        cr_expect_eq(mp_schedule_new(&chain.plan, NULL, &schedule), error, #field " " #value);     \
        cr_expect_null(schedule);                                                                  \
        chain.field = kept;                                                                        \
    } while (0)
    REFUSED(nodes[3].start, CHAIN, MP_EINVAL);
    REFUSED(nodes[3].duration_days, -2, MP_EINVAL);
    REFUSED(nodes[3].duration_days, MP_DURATION_MOST + 1, MP_EINVAL);
    REFUSED(nodes[3].calendar, 2, MP_EINVAL);
    REFUSED(nodes[3].facts.expected_day, MP_DAY_MOST + 1, MP_EINVAL);
    REFUSED(nodes[3].facts.actual_day, MP_DAY_LEAST - 1, MP_EINVAL);
    REFUSED(nodes[3].facts.approved_day, INT32_MAX, MP_EINVAL);
    REFUSED(links[3].predecessor, CHAIN, MP_EINVAL);
    REFUSED(links[3].successor, NONE, MP_EINVAL);
    REFUSED(links[3].type, MP_LINK_NONE, MP_EINVAL);
    REFUSED(links[3].type, (enum mp_link_type)5, MP_EINVAL);
    REFUSED(links[3].calendar, 2, MP_EINVAL);
    REFUSED(links[3].lag_days, 1, MP_EINVAL); /* not said to be stated */
    chain.links[3].is_lag_stated = true;
    REFUSED(links[3].lag_days, MP_LAG_MOST + 1, MP_EINVAL);
    REFUSED(links[3].lag_days, -MP_LAG_MOST - 1, MP_EINVAL);
    REFUSED(plan.node_count, (size_t)MP_SCHEDULE_NODES_MOST + 1, MP_ETOOBIG);
    REFUSED(plan.link_count, (size_t)MP_SCHEDULE_LINKS_MOST + 1, MP_ETOOBIG);
    REFUSED(nodes[3].start, 3, MP_EEXIST); /* starts with itself */
    REFUSED(plan.link_count, CHAIN, MP_EEXIST);
    cr_assert_eq(mp_schedule_new(&chain.plan, NULL, &schedule), 0);
    struct mp_schedule_facts facts = {MP_DAY_MOST + 1, MP_DAY_NONE, MP_DAY_NONE, false};
    cr_expect_eq(mp_schedule_update(schedule, 1, &facts, NULL), MP_EINVAL);
    facts.expected_day = 1;
    cr_expect_eq(mp_schedule_update(schedule, CHAIN, &facts, NULL), MP_EINVAL);
    cr_expect_eq(mp_schedule_day(schedule, 1), 20000);
    mp_schedule_free(schedule);
    mp_calendars_free(chain.calendars);
}

Test(domain_schedule_refusals, a_cycle_is_named_from_its_smallest_milestone)
{
    static struct chain chain;
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 20);
    MP_AUTO(mp_schedule_names_free) struct mp_schedule_names *names = NULL;
    static const char *const ids[] = {"c:c", "a:a", "b:b", "b:b/x"};
    struct mp_schedule_cycle cycle;
    struct mp_schedule *schedule = NULL;

    chain_init(&chain);
    chain.plan.link_count = CHAIN;
    cr_assert_eq(mp_schedule_new(&chain.plan, &cycle, &schedule), MP_EEXIST);
    cr_expect(cycle.count == MP_SCHEDULE_CYCLE_MOST && cycle.left_out == CHAIN + 1 - cycle.count);
    for (uint32_t i = 0; i < 10; i++)
        cr_expect_eq(cycle.nodes[i], i);
    cr_expect(cycle.nodes[10] == CHAIN - 9 && cycle.nodes[19] == 0);
    /* Of three: 2 → 0 → 1 → 2, entered from 3. */
    chain.plan.node_count = 4;
    chain.links[0] = link_of(3, 2);
    chain.links[1] = link_of(2, 0);
    chain.links[2] = link_of(0, 1);
    chain.links[3] = link_of(1, 2);
    chain.plan.link_count = 4;
    cr_assert_eq(mp_schedule_new(&chain.plan, &cycle, &schedule), MP_EEXIST);
    cr_assert_eq(mp_schedule_names_new(ids, 4, &names), 0);
    cr_expect_str_eq(mp_schedule_cycle_text(&cycle, names, arena), "a:a → b:b → b:b/x → a:a");
    cr_expect_null(schedule);
    mp_calendars_free(chain.calendars);
}

Test(domain_schedule_refusals, a_long_cycle_leaves_out_its_middle_when_named)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 20);
    MP_AUTO(mp_schedule_names_free) struct mp_schedule_names *names = NULL;
    static const char *const ids[] = {"a"};
    struct mp_schedule_cycle cycle = {.count = MP_SCHEDULE_CYCLE_MOST, .left_out = 7};
    const char *text;

    cr_assert_eq(mp_schedule_names_new(ids, 1, &names), 0);
    text = mp_schedule_cycle_text(&cycle, names, arena);
    cr_expect_not_null(strstr(text, "a → … → a"), "%s", text);
}

Test(domain_schedule_refusals, a_change_visits_its_cone_and_no_more)
{
    static struct chain chain;
    struct mp_schedule *schedule = NULL;
    struct mp_schedule_facts facts = {20010, MP_DAY_NONE, MP_DAY_NONE, false};
    size_t visited;

    chain_init(&chain);
    chain.nodes[40].facts.expected_day = 20030;
    cr_assert_eq(mp_schedule_new(&chain.plan, NULL, &schedule), 0);
    cr_assert_eq(mp_schedule_update(schedule, 30, &facts, &visited), 0);
    cr_expect_eq(visited, 11, "30 to 39, and 40 which does not move: %zu", visited);
    cr_expect(mp_schedule_day(schedule, 39) == 20010 && mp_schedule_day(schedule, 41) == 20030);
    cr_assert_eq(mp_schedule_update(schedule, 30, &facts, &visited), 0);
    cr_expect_eq(visited, 1, "nothing new");
    facts.expected_day = 20050;
    cr_assert_eq(mp_schedule_update(schedule, 30, &facts, &visited), 0);
    cr_expect_eq(visited, 20, "%zu", visited);
    cr_expect_eq(mp_schedule_projection(schedule, 49).root, 30);
    cr_assert_eq(mp_schedule_update(schedule, 49, &facts, &visited), 0);
    cr_expect_eq(visited, 1);
    mp_schedule_free(schedule);
    mp_calendars_free(chain.calendars);
}

Test(domain_schedule_refusals, lags_that_add_up_beyond_the_range_of_days_stop_at_its_end)
{
    static struct chain chain;
    struct mp_schedule *schedule = NULL;
    struct mp_late lates[CHAIN];

    chain_init(&chain);
    for (int sign = -1; sign <= 1; sign += 2) {
        for (uint32_t i = 0; i < CHAIN; i++) {
            chain.links[i].is_lag_stated = true;
            chain.links[i].lag_days = sign * MP_LAG_MOST;
            chain.links[i].calendar = i % 2;
            chain.nodes[i].facts.expected_day = i == 0 ? 20000 : MP_DAY_NONE;
        }
        cr_assert_eq(mp_schedule_new(&chain.plan, NULL, &schedule), 0);
        cr_expect_eq(mp_schedule_day(schedule, CHAIN - 1), sign < 0 ? MP_DAY_LEAST : MP_DAY_MOST);
        cr_expect_eq(mp_schedule_late(schedule, NULL, CHAIN, MP_ANCHOR_EARLY, lates, NULL), 0);
        mp_schedule_free(schedule);
        schedule = NULL;
    }
    mp_calendars_free(chain.calendars);
}

Test(domain_schedule_refusals, an_empty_schedule_is_one)
{
    MP_AUTO(mp_calendars_free) struct mp_calendars *calendars = mp_calendars_new();
    MP_AUTO(mp_schedule_free) struct mp_schedule *schedule = NULL;
    const struct mp_schedule_plan plan = {.calendars = calendars, .today = 5};
    int32_t end = 1;

    cr_assert_eq(mp_schedule_new(&plan, NULL, &schedule), 0);
    cr_expect_eq(mp_schedule_late(schedule, NULL, 0, MP_ANCHOR_EARLY, NULL, &end), 0);
    cr_expect_eq(end, MP_DAY_NONE);
}

Test(domain_schedule_refusals, names_have_the_ranks_of_their_ids)
{
    static const char *const ids[] = {"ml-1:b", "gwadar/airport:x", "ml-1/a:z", "ml-10:a",
                                      "ml-1:a"};
    static const char *const twice[] = {"a", "b", "a"};
    MP_AUTO(mp_schedule_names_free) struct mp_schedule_names *names = NULL, *other = NULL;

    cr_assert_eq(mp_schedule_names_new(ids, 5, &names), 0);
    for (uint32_t i = 0; i + 1 < 5; i++)
        cr_expect_lt(strcmp(mp_schedule_names_at(names, i), mp_schedule_names_at(names, i + 1)), 0);
    for (uint32_t i = 0; i < 5; i++)
        cr_expect_eq(mp_schedule_names_find(names, mp_schedule_names_at(names, i)), i);
    cr_expect_eq(mp_schedule_names_find(names, "ml-1"), NONE);
    cr_expect_null(mp_schedule_names_at(names, 5));
    cr_expect_eq(mp_schedule_names_new(twice, 3, &other), MP_EEXIST);
    cr_expect_null(other);
}

Test(domain_schedule_refusals, records_become_nodes_and_links)
{
    static const char *const ids[] = {"p:a", "p:b"};
    MP_AUTO(mp_calendars_free) struct mp_calendars *calendars = mp_calendars_new();
    MP_AUTO(mp_schedule_names_free) struct mp_schedule_names *names = NULL;
    struct mp_milestone_record record = {
        .definition = {.id = "p:b", .start = "p:a", .duration_days = 30, .calendar = "weekdays"},
        .first = {.seq = 1, .stated_on = 1, .date = {100, MP_PRECISION_DAY}},
        .approved = {.seq = 2, .stated_on = 2, .date = {120, MP_PRECISION_DAY}},
        .rebaseline = {.seq = 2, .stated_on = 2, .date = {120, MP_PRECISION_DAY}},
        .forecast = {.seq = 3, .stated_on = 3, .date = {140, MP_PRECISION_MONTH}},
    };
    struct mp_link link = {.predecessor = "p:a",
                           .successor = "p:b",
                           .type = MP_LINK_SS,
                           .lag_days = -3,
                           .calendar = ""};
    struct mp_schedule_node node;
    struct mp_schedule_link given;

    cr_assert_eq(mp_schedule_names_new(ids, 2, &names), 0);
    cr_assert_eq(mp_schedule_node_of(&record, names, calendars, &node), 0);
    cr_expect(node.start == 0 && node.duration_days == 30 && node.calendar == MP_CALENDAR_WEEKDAYS);
    cr_expect(node.facts.expected_day == 140 && node.facts.approved_day == 120 &&
              node.facts.actual_day == MP_DAY_NONE && !node.facts.is_cancelled);
    record.met = (struct mp_slot){.seq = 4, .stated_on = 4, .date = {150, MP_PRECISION_DAY}};
    record.cancelled_seq = 9;
    record.definition.start = "p:gone";
    record.definition.calendar = "mars";
    cr_expect_eq(mp_schedule_node_of(&record, names, calendars, &node), MP_ENOTFOUND);
    cr_expect(node.start == NONE && node.calendar == MP_CALENDAR_ELAPSED &&
              node.facts.actual_day == 150 && node.facts.is_cancelled);
    cr_assert_eq(mp_schedule_link_of(&link, names, calendars, &given), 0);
    cr_expect(given.predecessor == 0 && given.successor == 1 && given.type == MP_LINK_SS &&
              given.lag_days == -3 && given.is_lag_stated && given.calendar == 0);
    link.lag_days = 0;
    cr_assert_eq(mp_schedule_link_of(&link, names, calendars, &given), 0);
    cr_expect(given.lag_days == 0 && given.is_lag_stated, "a lag of 0 was stated");
    link.lag_days = MP_LAG_NONE;
    link.calendar = "mars";
    cr_expect_eq(mp_schedule_link_of(&link, names, calendars, &given), MP_EINVAL);
    cr_expect(given.lag_days == 0 && !given.is_lag_stated && given.calendar == 0);
    link.successor = "p:gone";
    cr_expect_eq(mp_schedule_link_of(&link, names, calendars, &given), MP_ENOTFOUND);
}
