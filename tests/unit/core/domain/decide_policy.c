#include "tests/support/view.h"

#include "core/base/auto.h"

#include <criterion/criterion.h>
#include <string.h>

static struct fake_view view;

static void setup(void)
{
    fake_view_init(&view);
}

static void teardown(void)
{
    fake_view_done(&view);
}

TestSuite(domain_decide_policy, .init = setup, .fini = teardown);

static struct mp_change policy(void)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_POLICY);
    change.policy =
        (struct mp_policy){"cpec-2.0", fake_day("2027-01-01"), 30, 90, 10, 25, 7, 31, 5};
    return change;
}

Test(domain_decide_policy, thresholds_are_in_range_and_red_is_not_before_amber)
{
    static const struct {
        const char *what;
        struct mp_policy policy;
        enum mp_reject expected;
        const char *field;
    } rows[] = {
        {"plain", {"cpec-2.0", 20000, 30, 90, 10, 25, 7, 31, 5}, MP_REJECT_NONE, ""},
        {"alike", {"cpec-2.0", 20000, 90, 90, 25, 25, 0, 0, 2}, MP_REJECT_NONE, ""},
        {"days alone", {"cpec-2.0", 20000, 1, 3660, 0, 0, 3660, 3660, 2}, MP_REJECT_NONE, ""},
        {"no programme", {"", 20000, 1, 2, 0, 0, 0, 0, 2}, MP_REJECT_REQUIRED, "programme"},
        {"no day",
         {"cpec-2.0", MP_DAY_NONE, 1, 2, 0, 0, 0, 0, 2},
         MP_REJECT_REQUIRED,
         "valid_from"},
        {"amber 0", {"cpec-2.0", 20000, 0, 2, 0, 0, 0, 0, 2}, MP_REJECT_OUT_OF_RANGE, "amber_days"},
        {"red first", {"cpec-2.0", 20000, 3, 2, 0, 0, 0, 0, 2}, MP_REJECT_OUT_OF_RANGE, "red_days"},
        {"red far",
         {"cpec-2.0", 20000, 3, 3661, 0, 0, 0, 0, 2},
         MP_REJECT_OUT_OF_RANGE,
         "red_days"},
        {"red share first",
         {"cpec-2.0", 20000, 3, 9, 20, 10, 0, 0, 2},
         MP_REJECT_OUT_OF_RANGE,
         "red_percent"},
        {"share",
         {"cpec-2.0", 20000, 3, 9, 20, 1001, 0, 0, 2},
         MP_REJECT_OUT_OF_RANGE,
         "red_percent"},
        {"grey", {"cpec-2.0", 20000, 3, 9, 0, 0, 3661, 0, 2}, MP_REJECT_OUT_OF_RANGE, "grey_days"},
        {"report",
         {"cpec-2.0", 20000, 3, 9, 0, 0, 0, 3661, 2},
         MP_REJECT_OUT_OF_RANGE,
         "report_days"},
        {"index of one",
         {"cpec-2.0", 20000, 3, 9, 0, 0, 0, 0, 1},
         MP_REJECT_OUT_OF_RANGE,
         "least_for_index"},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_change change = policy();

        change.policy = rows[i].policy;
        fake_expect(rows[i].what, fake_view_validate(&view, &change), rows[i].expected);
        if (rows[i].expected != MP_REJECT_NONE)
            cr_expect_str_eq(view.rejection.field, rows[i].field, "%s", rows[i].what);
    }
}

Test(domain_decide_policy, is_the_authoritys_for_a_programme_that_is_there_or_for_all)
{
    struct mp_change change = policy();

    fake_expect("authority", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    cr_expect_str_eq(view.subject.topic, "@policy/");
    cr_expect_str_eq(view.subject.slug, "cpec-2.0@2027-01-01");
    fake_expect("monitor", fake_view_decide(&view, "unit", &change), MP_REJECT_ROLE);
    change.policy.programme = "cpec-3.0";
    fake_expect("unknown", fake_view_decide(&view, "ministry", &change), MP_REJECT_UNKNOWN_TERM);
    change.policy.programme = MP_POLICY_DEFAULT;
    fake_expect("default", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
}

Test(domain_decide_policy, one_that_begins_in_the_past_says_why)
{
    struct mp_change change = policy();

    change.policy.valid_from = view.today - 1;
    fake_expect("silent", fake_view_decide(&view, "ministry", &change), MP_REJECT_REASON_MISSING);
    change.note = "decided at JCC-14, recorded late";
    fake_expect("said", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    change.note = "";
    change.policy.valid_from = view.today;
    fake_expect("today", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
}
