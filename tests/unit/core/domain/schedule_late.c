/* Late dates and float, worked out by hand. */
#include "tests/unit/core/domain/schedule_net.h"

#include "core/base/auto.h"

#include <criterion/criterion.h>

/* 0 → 1 → 3, 0 → 2 → 3, 3 → 4 met, 2 → 5 undated (cancelled); elapsed. */
static void diamond(struct net *net)
{
    net_init(net);
    net_node(net, net_facts("2026-03-01", "", "2026-03-01"));
    net_node(net, net_facts("", "", "2026-03-08"));
    net_node(net, net_facts("", "", "2026-03-04"));
    net_node(net, net_facts("", "", "2026-03-12"));
    net_node(net, net_facts("", "2026-02-01", ""));
    net_node(net, net_facts("", "", ""));
    net->nodes[5].facts.is_cancelled = true;
    net_link(net, 0, 1, MP_LINK_FS, 10, 0);
    net_link(net, 0, 2, MP_LINK_FS, 3, 0);
    net_link(net, 1, 3, MP_LINK_FS, 5, 0);
    net_link(net, 2, 3, MP_LINK_FS, 5, 0);
    net_link(net, 3, 4, MP_LINK_FS, 0, 0);
    net_link(net, 2, 5, MP_LINK_FS, 1, 0);
}

Test(domain_schedule_late, float_and_critical_path_of_a_diamond)
{
    static const int floats[] = {0, 0, 7, 0};
    static const uint32_t part[] = {2, 0};
    struct mp_late lates[6];
    struct net net;
    struct mp_schedule *schedule;
    int32_t end;

    diamond(&net);
    schedule = net_build(&net);
    cr_assert_eq(mp_schedule_late(schedule, NULL, 6, MP_ANCHOR_EARLY, lates, &end), 0);
    cr_expect_eq(end, net_day("2026-03-16"));
    for (int i = 0; i < 4; i++) {
        cr_expect(lates[i].has_float && lates[i].float_days == floats[i], "%d: %d", i,
                  lates[i].float_days);
        cr_expect_eq(lates[i].is_critical, floats[i] == 0);
    }
    cr_expect_eq(lates[2].late_day, net_day("2026-03-11"));
    cr_expect(!lates[4].has_float && !lates[5].has_float, "met, and without a date");
    /* Against its baseline, 2026-03-12, the end is 4 days late, and all before it. */
    cr_assert_eq(mp_schedule_late(schedule, NULL, 6, MP_ANCHOR_BASELINE, lates, NULL), 0);
    cr_expect(lates[3].float_days == -4 && lates[1].float_days == -4 && lates[0].float_days == -4);
    cr_expect(lates[2].float_days == 3 && !lates[2].is_critical && lates[0].is_critical);
    /* A scope of two: its end is 2's date, and what leaves it is not looked at. */
    cr_assert_eq(mp_schedule_late(schedule, part, 2, MP_ANCHOR_EARLY, lates, &end), 0);
    cr_expect(end == net_day("2026-03-04") && lates[0].float_days == 0 && lates[1].float_days == 0);
    cr_expect_eq(mp_schedule_late(schedule, &(uint32_t){6}, 1, MP_ANCHOR_EARLY, lates, NULL),
                 MP_EINVAL);
    net_done(&net, schedule);
}

Test(domain_schedule_late, a_late_date_goes_back_over_days_off_as_far_as_it_can)
{
    struct net net;
    struct mp_schedule *schedule;
    struct mp_late lates[2];

    net_init(&net);
    net_node(&net, net_facts("2026-03-02", "", ""));
    net_node(&net, net_facts("2026-03-09", "", ""));
    net_link(&net, 0, 1, MP_LINK_FS, 1, 1);
    schedule = net_build(&net);
    /* One weekday on from Sunday is Monday the 9th. */
    cr_assert_eq(mp_schedule_late(schedule, NULL, 2, MP_ANCHOR_EARLY, lates, NULL), 0);
    cr_expect_eq(lates[0].late_day, net_day("2026-03-08"));
    cr_expect_eq(lates[0].float_days, 6);
    net_done(&net, schedule);
}
