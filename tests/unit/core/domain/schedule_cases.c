/* Links and the rule of the projected date, worked out by hand. */
#include "tests/unit/core/domain/schedule_net.h"

#include "core/base/auto.h"

#include <criterion/criterion.h>

/* The first activity starts on Monday 2026-03-02 and takes 5 days; the second takes 3 and would by
 * itself start on 2026-02-02. */
Test(domain_schedule_cases, each_type_of_link_with_each_sign_on_each_calendar)
{
    static const struct {
        enum mp_link_type type;
        int32_t lag;
        uint8_t activities, link;
        const char *start, *finish;
    } cases[] = {
        {MP_LINK_FS, 0, 0, 0, "2026-03-07", "2026-03-09"},
        {MP_LINK_FS, 2, 0, 0, "2026-03-09", "2026-03-11"},
        {MP_LINK_FS, -2, 0, 0, "2026-03-05", "2026-03-07"},
        {MP_LINK_SS, 0, 0, 0, "2026-03-02", "2026-03-04"},
        {MP_LINK_SS, 4, 0, 0, "2026-03-06", "2026-03-08"},
        {MP_LINK_SS, -3, 0, 0, "2026-02-27", "2026-03-01"},
        {MP_LINK_FF, 0, 0, 0, "2026-02-02", "2026-03-06"},
        {MP_LINK_FF, 3, 0, 0, "2026-02-02", "2026-03-09"},
        {MP_LINK_FF, -4, 0, 0, "2026-02-02", "2026-03-02"},
        {MP_LINK_SF, 0, 0, 0, "2026-02-02", "2026-03-01"},
        {MP_LINK_SF, 10, 0, 0, "2026-02-02", "2026-03-11"},
        {MP_LINK_SF, -2, 0, 0, "2026-02-02", "2026-02-27"},
        {MP_LINK_FS, 0, 1, 1, "2026-03-09", "2026-03-11"},
        {MP_LINK_FS, 2, 1, 1, "2026-03-11", "2026-03-13"},
        {MP_LINK_FS, -2, 1, 1, "2026-03-05", "2026-03-09"},
        {MP_LINK_SS, 0, 1, 1, "2026-03-02", "2026-03-04"},
        {MP_LINK_SS, 4, 1, 1, "2026-03-06", "2026-03-10"},
        {MP_LINK_SS, -3, 1, 1, "2026-02-25", "2026-02-27"},
        {MP_LINK_FF, 0, 1, 1, "2026-02-02", "2026-03-06"},
        {MP_LINK_FF, 3, 1, 1, "2026-02-02", "2026-03-11"},
        {MP_LINK_FF, -4, 1, 1, "2026-02-02", "2026-03-02"},
        {MP_LINK_SF, 0, 1, 1, "2026-02-02", "2026-02-27"},
        {MP_LINK_SF, 10, 1, 1, "2026-02-02", "2026-03-13"},
        {MP_LINK_SF, -2, 1, 1, "2026-02-02", "2026-02-25"},
        {MP_LINK_FS, 0, NET_WORKS, NET_WORKS, "2026-03-09", "2026-03-11"},
        {MP_LINK_FS, 2, NET_WORKS, NET_WORKS, "2026-03-11", "2026-03-13"},
        {MP_LINK_FS, -2, NET_WORKS, NET_WORKS, "2026-03-06", "2026-03-09"},
        {MP_LINK_SS, 0, NET_WORKS, NET_WORKS, "2026-03-02", "2026-03-04"},
        {MP_LINK_SS, 4, NET_WORKS, NET_WORKS, "2026-03-07", "2026-03-10"},
        {MP_LINK_SS, -3, NET_WORKS, NET_WORKS, "2026-02-25", "2026-02-27"},
        {MP_LINK_FF, 0, NET_WORKS, NET_WORKS, "2026-02-02", "2026-03-07"},
        {MP_LINK_FF, 3, NET_WORKS, NET_WORKS, "2026-02-02", "2026-03-11"},
        {MP_LINK_FF, -4, NET_WORKS, NET_WORKS, "2026-02-02", "2026-03-02"},
        {MP_LINK_SF, 0, NET_WORKS, NET_WORKS, "2026-02-02", "2026-02-27"},
        {MP_LINK_SF, 10, NET_WORKS, NET_WORKS, "2026-02-02", "2026-03-13"},
        {MP_LINK_SF, -2, NET_WORKS, NET_WORKS, "2026-02-02", "2026-02-25"},
        /* work on weekdays, waiting by the calendar; and the other way round */
        {MP_LINK_FS, 1, 1, 0, "2026-03-09", "2026-03-11"},
        {MP_LINK_FS, 3, 1, 0, "2026-03-10", "2026-03-12"},
        {MP_LINK_FS, 1, 0, 1, "2026-03-10", "2026-03-12"},
    };

    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        struct net net;
        struct mp_schedule *schedule;

        net_init(&net);
        uint32_t first = net_activity(&net, "2026-03-02", 5, cases[i].activities);
        uint32_t second = net_activity(&net, "2026-02-02", 3, cases[i].activities);
        net_link(&net, first, second, cases[i].type, cases[i].lag, cases[i].link);
        schedule = net_build(&net);
        cr_expect_str_eq(net_text(mp_schedule_day(schedule, second - 1)), cases[i].start,
                         "case %zu starts on %s", i,
                         net_text(mp_schedule_day(schedule, second - 1)));
        cr_expect_str_eq(net_text(mp_schedule_day(schedule, second)), cases[i].finish,
                         "case %zu ends on %s", i, net_text(mp_schedule_day(schedule, second)));
        net_done(&net, schedule);
    }
}

Test(domain_schedule_cases, a_start_is_the_end_of_the_working_day_before)
{
    struct net net;
    struct mp_schedule *schedule;

    net_init(&net);
    uint32_t finish = net_activity(&net, "2026-03-09", 1, 1), start = finish - 1;
    schedule = net_build(&net);
    cr_expect_eq(mp_schedule_projection(schedule, start).end, net_day("2026-03-06"));
    cr_expect_eq(mp_schedule_projection(schedule, start).day, net_day("2026-03-09"));
    cr_expect_eq(mp_schedule_projection(schedule, finish).day, net_day("2026-03-09"));
    cr_expect_eq(mp_schedule_projection(schedule, finish).end, net_day("2026-03-09"));
    net_done(&net, schedule);
}

/* Node 0 is a predecessor of node 1 by FS + 10 elapsed days; today is 2026-03-10 unless empty. */
Test(domain_schedule_cases, the_projected_date_follows_its_rule)
{
    static const struct {
        const char *before_expected, *before_actual, *expected, *actual, *today;
        bool is_before_cancelled, is_cancelled;
        const char *day;
        enum mp_bound bound;
        int32_t overdue, knock_on;
    } cases[] = {
        {"", "", "", "", "2026-03-10", 0, 0, "", MP_BOUND_NONE, 0, 0},
        {"", "", "2026-04-01", "", "2026-03-10", 0, 0, "2026-04-01", MP_BOUND_EXPECTED, 0, 0},
        {"", "", "2026-03-01", "", "2026-03-10", 0, 0, "2026-03-10", MP_BOUND_TODAY, 9, 0},
        {"", "", "2026-03-10", "", "2026-03-10", 0, 0, "2026-03-10", MP_BOUND_EXPECTED, 0, 0},
        {"", "", "2026-03-01", "", "", 0, 0, "2026-03-01", MP_BOUND_EXPECTED, 0, 0},
        {"2026-03-20", "", "", "", "2026-03-10", 0, 0, "2026-03-30", MP_BOUND_LINK, 0, 0},
        {"2026-03-20", "", "2026-03-25", "", "2026-03-10", 0, 0, "2026-03-30", MP_BOUND_LINK, 0, 5},
        {"2026-03-20", "", "2026-03-30", "", "2026-03-10", 0, 0, "2026-03-30", MP_BOUND_EXPECTED, 0,
         0},
        /* overdue and pushed are two figures: 9 days gone, 20 more to come */
        {"2026-03-20", "", "2026-03-01", "", "2026-03-10", 0, 0, "2026-03-30", MP_BOUND_LINK, 9,
         20},
        {"2026-03-01", "", "2026-03-05", "", "2026-03-10", 0, 0, "2026-03-20", MP_BOUND_LINK, 5,
         10},
        {"2026-01-01", "2026-02-01", "2026-02-05", "", "2026-03-10", 0, 0, "2026-03-10",
         MP_BOUND_TODAY, 33, 0},
        {"2026-01-01", "2026-03-08", "2026-03-12", "", "2026-03-10", 0, 0, "2026-03-18",
         MP_BOUND_LINK, 0, 6},
        {"2026-01-01", "2026-02-28", "", "", "2026-03-10", 0, 0, "2026-03-10", MP_BOUND_LINK, 0, 0},
        {"2026-01-01", "2026-02-20", "", "", "2026-03-10", 0, 0, "2026-03-10", MP_BOUND_TODAY, 0,
         0},
        {"2026-03-20", "", "2026-03-01", "2026-03-03", "2026-03-10", 0, 0, "2026-03-03",
         MP_BOUND_MET, 0, 0},
        {"2026-03-20", "", "2026-03-01", "", "2026-03-10", 0, 1, "", MP_BOUND_CANCELLED, 0, 0},
        {"2026-03-20", "", "2026-03-15", "", "2026-03-10", 1, 0, "2026-03-15", MP_BOUND_EXPECTED, 0,
         0},
        {"2026-03-20", "", "", "", "2026-03-10", 1, 0, "", MP_BOUND_NONE, 0, 0},
    };

    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        struct net net;
        struct mp_schedule *schedule;
        struct mp_projection is;

        net_init(&net);
        net.plan.today = net_day(cases[i].today);
        net_node(&net, net_facts(cases[i].before_expected, cases[i].before_actual, ""));
        net_node(&net, net_facts(cases[i].expected, cases[i].actual, ""));
        net.nodes[0].facts.is_cancelled = cases[i].is_before_cancelled;
        net.nodes[1].facts.is_cancelled = cases[i].is_cancelled;
        net_link(&net, 0, 1, MP_LINK_FS, 10, 0);
        schedule = net_build(&net);
        is = mp_schedule_projection(schedule, 1);
        cr_expect_str_eq(net_text(is.day), cases[i].day, "%zu: %s", i, net_text(is.day));
        cr_expect_eq(is.bound, cases[i].bound, "%zu: %d", i, is.bound);
        cr_expect_eq(is.overdue_days, cases[i].overdue, "%zu: %d", i, is.overdue_days);
        cr_expect_eq(is.knock_on_days, cases[i].knock_on, "%zu: %d", i, is.knock_on_days);
        cr_expect_eq(is.via, is.bound == MP_BOUND_LINK ? 0 : MP_SCHEDULE_NONE, "%zu", i);
        cr_expect_eq(is.link, is.bound == MP_BOUND_LINK ? 0 : MP_SCHEDULE_NONE, "%zu", i);
        cr_expect_eq(is.root,
                     is.day == MP_DAY_NONE       ? MP_SCHEDULE_NONE
                     : is.bound == MP_BOUND_LINK ? 0u
                                                 : 1u,
                     "%zu", i);
        net_done(&net, schedule);
    }
}
