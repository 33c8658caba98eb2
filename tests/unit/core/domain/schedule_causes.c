/* Who pushed a milestone, planned gaps, and calendars that change. */
#include "tests/unit/core/domain/schedule_net.h"

#include "core/base/auto.h"

#include <criterion/criterion.h>

/* 0 and 1 give 4 the same date, by way of 2 and 3. */
Test(domain_schedule_causes, a_tie_names_the_larger_slip_then_the_smaller_id)
{
    static const struct {
        const char *approved[2];
        uint32_t root, via;
    } cases[] = {
        {{"2026-03-01", "2026-02-01"}, 1, 3},
        {{"2026-02-01", "2026-03-01"}, 0, 2},
        {{"2026-02-01", "2026-02-01"}, 0, 2},
        {{"", "2026-12-01"}, 1, 3}, /* without a baseline it counts least */
        {{"", ""}, 0, 2},
    };

    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        struct net net;
        struct mp_schedule *schedule;

        net_init(&net);
        for (int n = 0; n < 5; n++)
            net_node(&net,
                     net_facts(n < 2 ? "2026-03-10" : "", "", n < 2 ? cases[i].approved[n] : ""));
        net_link(&net, 1, 3, MP_LINK_FS, 3, 0);
        net_link(&net, 3, 4, MP_LINK_FS, 2, 0);
        net_link(&net, 2, 4, MP_LINK_FS, 1, 0);
        net_link(&net, 0, 2, MP_LINK_FS, 4, 0);
        schedule = net_build(&net);
        cr_expect_eq(mp_schedule_projection(schedule, 4).root, cases[i].root, "%zu", i);
        cr_expect_eq(mp_schedule_projection(schedule, 4).via, cases[i].via, "%zu", i);
        cr_expect_eq(mp_schedule_projection(schedule, 2).root, 0);
        /* The other one slips by a day more: it alone binds. */
        struct mp_schedule_facts later = net.nodes[1 - cases[i].root].facts;
        later.expected_day++;
        cr_assert_eq(mp_schedule_update(schedule, 1 - cases[i].root, &later, NULL), 0);
        cr_expect_eq(mp_schedule_projection(schedule, 4).root, 1 - cases[i].root, "%zu", i);
        net_done(&net, schedule);
    }
}

Test(domain_schedule_causes, a_planned_gap_stands_in_for_a_lag_that_nobody_stated)
{
    struct net net;
    struct mp_schedule *schedule;
    struct mp_projection is;

    net_init(&net);
    net_node(&net, net_facts("2026-03-20", "", "2026-03-10"));
    net_node(&net, net_facts("2026-04-10", "", "2026-04-10")); /* 31 days after */
    net_node(&net, net_facts("2026-04-10", "", "2026-04-10"));
    net_node(&net, net_facts("2026-04-10", "", ""));
    for (uint32_t to = 1; to < 4; to++)
        net_link(&net, 0, to, MP_LINK_FS, 0, 0);
    net.links[0].is_lag_stated = net.links[2].is_lag_stated = false;
    schedule = net_build(&net);
    for (uint32_t to = 1; to < 4; to++)
        cr_expect_eq(mp_schedule_projection(schedule, to).knock_on_days, 0);
    mp_schedule_set_gaps(schedule, MP_GAPS_PLANNED);
    is = mp_schedule_projection(schedule, 1);
    cr_expect(is.knock_on_days == 10 && is.is_lag_assumed && is.root == 0);
    cr_expect_eq(is.day, net_day("2026-04-20"));
    cr_expect(mp_schedule_edge_in(schedule, 1, 0).lag_days == 31 &&
              mp_schedule_edge_in(schedule, 1, 0).is_assumed);
    cr_expect_eq(mp_schedule_projection(schedule, 2).knock_on_days, 0, "its lag is stated");
    cr_expect_eq(mp_schedule_projection(schedule, 3).knock_on_days, 0, "it has no baseline");
    /* A re-baseline of the successor widens the gap. */
    struct mp_schedule_facts facts = net_facts("2026-04-10", "", "2026-04-15");
    cr_assert_eq(mp_schedule_update(schedule, 1, &facts, NULL), 0);
    cr_expect_eq(mp_schedule_day(schedule, 1), net_day("2026-04-25"));
    mp_schedule_set_gaps(schedule, MP_GAPS_STATED);
    cr_expect_eq(mp_schedule_day(schedule, 1), net_day("2026-04-10"));
    net_done(&net, schedule);
}

Test(domain_schedule_causes, a_plan_that_is_on_its_baselines_looks_late_nowhere)
{
    struct net net;
    struct mp_schedule *schedule;

    net_init(&net);
    net.plan.gaps = MP_GAPS_PLANNED;
    /* Baselines on a Sunday and on the Saturday after. */
    net_node(&net, net_facts("2026-03-08", "", "2026-03-08"));
    net_node(&net, net_facts("2026-03-14", "", "2026-03-14"));
    net_link(&net, 0, 1, MP_LINK_FS, 0, 1);
    net.links[0].is_lag_stated = false;
    schedule = net_build(&net);
    cr_expect_eq(mp_schedule_projection(schedule, 1).knock_on_days, 0);
    net_done(&net, schedule);
}

/* Works planned 1315 days before their financing, as ml-1's are: they wait for it all the same. */
Test(domain_schedule_causes, a_gap_that_would_be_negative_is_not_assumed)
{
    static const struct {
        enum mp_link_type type;
        uint8_t calendar;
        const char *before_approved, *approved;
        int32_t stated; /* 0: none */
        int32_t lag, assumed;
        const char *day;
    } cases[] = {
        {MP_LINK_FS, 0, "2023-08-08", "2020-01-01", 0, 0, 0, "2027-07-31"},
        {MP_LINK_SS, 0, "2023-08-08", "2020-01-01", 0, 0, 0, "2027-07-31"},
        {MP_LINK_FF, 0, "2023-08-08", "2023-08-07", 0, 0, 0, "2027-07-31"},
        {MP_LINK_FS, 0, "2023-08-08", "2023-08-08", 0, 0, 1, "2027-07-31"},
        {MP_LINK_FS, 0, "2023-08-08", "2023-08-10", 0, 2, 1, "2027-08-02"},
        {MP_LINK_FS, 0, "2023-08-08", "2020-01-01", -1315, -1315, 0, "2026-06-01"},
        /* A Sunday and the Saturday before; Monday after it: 0 and 1 working day. */
        {MP_LINK_FS, 1, "2026-03-08", "2026-03-07", 0, 0, 0, "2027-07-31"},
        {MP_LINK_FS, 1, "2026-03-08", "2026-03-09", 0, 1, 1, "2027-08-02"},
    };

    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        struct net net;
        struct mp_schedule *schedule;

        net_init(&net);
        net_node(&net, net_facts("2027-07-31", "", cases[i].before_approved));
        net_node(&net, net_facts("2026-06-01", "", cases[i].approved));
        net_link(&net, 0, 1, cases[i].type, cases[i].stated, cases[i].calendar);
        net.links[0].is_lag_stated = cases[i].stated != 0;
        schedule = net_build(&net);
        mp_schedule_set_gaps(schedule, MP_GAPS_PLANNED);
        cr_expect_eq(mp_schedule_edge_in(schedule, 1, 0).lag_days, cases[i].lag, "%zu: %d", i,
                     mp_schedule_edge_in(schedule, 1, 0).lag_days);
        cr_expect_eq(mp_schedule_edge_in(schedule, 1, 0).is_assumed, cases[i].assumed, "%zu", i);
        cr_expect_str_eq(net_text(mp_schedule_day(schedule, 1)), cases[i].day, "%zu: %s", i,
                         net_text(mp_schedule_day(schedule, 1)));
        net_done(&net, schedule);
    }
}

/* Nor is a duration: the plan says that an activity ended before it began. */
Test(domain_schedule_causes, an_activity_never_takes_less_than_no_time)
{
    struct net net;
    struct mp_schedule *schedule;
    uint32_t finish;

    net_init(&net);
    net.plan.gaps = MP_GAPS_PLANNED;
    finish = net_activity(&net, "2026-03-10", -1, 0);
    net.nodes[finish].facts = net_facts("2026-03-01", "", "2026-02-01");
    net.nodes[finish - 1].facts = net_facts("2026-03-10", "", "2026-02-10");
    schedule = net_build(&net);
    cr_expect_eq(mp_schedule_edge_in(schedule, finish, 0).lag_days, 0);
    cr_expect_not(mp_schedule_edge_in(schedule, finish, 0).is_assumed);
    net_done(&net, schedule);
}

Test(domain_schedule_causes, a_changed_calendar_recomputes_what_used_it)
{
    struct net net;
    struct mp_schedule *schedule;
    struct mp_calendar_version version = {
        .name = "works", .valid_from = MP_DAY_NONE, .weekend = 0x7c}; /* works on two days a week */
    uint8_t number;

    net_init(&net);
    for (int i = 0; i < 6; i++)
        net_node(&net, net_facts(i == 0 ? "2026-03-02" : "", "", ""));
    net_link(&net, 0, 1, MP_LINK_FS, 4, 0);
    net_link(&net, 1, 2, MP_LINK_FS, 4, 0);
    net_link(&net, 0, 3, MP_LINK_FS, 4, NET_WORKS);
    net_link(&net, 3, 4, MP_LINK_FS, 4, 0);
    schedule = net_build(&net);
    cr_expect_eq(mp_schedule_day(schedule, 3), net_day("2026-03-07"));
    cr_assert_eq(mp_calendars_set(net.calendars, &version, 1, MP_DAY_NONE, &number), 0);
    cr_expect_eq(mp_schedule_calendar_changed(schedule, number), 2, "3 and 4");
    cr_expect_eq(mp_schedule_day(schedule, 3), net_day("2026-03-16")); /* 3, 9, 10, 16 March */
    cr_expect_eq(mp_schedule_day(schedule, 4), net_day("2026-03-20"));
    cr_expect_eq(mp_schedule_calendar_changed(schedule, MP_CALENDAR_WEEKDAYS), 0);
    net_done(&net, schedule);
}

/* Two roots, 0 and 1, reach 6 at the same time; what lies between has one cause each. */
static void two_roots(struct net *net)
{
    net_init(net);
    for (int i = 0; i < 9; i++)
        net_node(net, net_facts(i < 2 ? "2026-03-10" : "", "", i < 2 ? "2026-03-05" : ""));
    net_link(net, 0, 2, MP_LINK_FS, 1, 0);
    net_link(net, 2, 4, MP_LINK_FS, 1, 0);
    net_link(net, 4, 6, MP_LINK_FS, 1, 0);
    net_link(net, 1, 3, MP_LINK_FS, 1, 0);
    net_link(net, 3, 5, MP_LINK_FS, 1, 0);
    net_link(net, 5, 6, MP_LINK_FS, 1, 0);
    net_link(net, 6, 7, MP_LINK_FS, 1, 0);
    net_link(net, 7, 8, MP_LINK_FS, 1, 0);
}

Test(domain_schedule_causes, a_slip_that_grows_without_a_date_moving_renames_the_root)
{
    struct net net;
    struct mp_schedule *schedule;
    /* The baseline of 1 turns out to be earlier: it slipped more. */
    struct mp_schedule_facts facts = net_facts("2026-03-10", "", "2026-03-01");

    two_roots(&net);
    schedule = net_build(&net);
    cr_expect_eq(mp_schedule_projection(schedule, 8).root, 0);
    cr_assert_eq(mp_schedule_update(schedule, 1, &facts, NULL), 0);
    for (uint32_t node = 6; node < 9; node++)
        cr_expect_eq(mp_schedule_projection(schedule, node).root, 1, "%u", node);
    net_done(&net, schedule);
}

Test(domain_schedule_causes, a_root_of_the_same_slip_takes_over_to_the_end_of_the_chain)
{
    struct net net;
    struct mp_schedule *schedule;
    struct mp_schedule_facts facts = net_facts("2026-03-09", "", "2026-03-05");

    two_roots(&net);
    schedule = net_build(&net);
    cr_assert_eq(mp_schedule_update(schedule, 0, &facts, NULL), 0);
    for (uint32_t node = 6; node < 9; node++) {
        cr_expect_eq(mp_schedule_projection(schedule, node).root, 1, "%u", node);
        cr_expect_eq(mp_schedule_day(schedule, node), net_day("2026-03-13") + (int32_t)node - 6);
    }
    net_done(&net, schedule);
}
