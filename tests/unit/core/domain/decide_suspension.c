#include "tests/support/view.h"

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

TestSuite(domain_decide_suspension, .init = setup, .fini = teardown);

Test(domain_decide_suspension, has_a_reason_and_a_resumption_needs_none)
{
    struct mp_change change =
        fake_dated(MP_CHANGE_SUSPENSION, "ml-1:start", "2026-06", MP_REASON_NONE, "");
    fake_expect("none", fake_view_validate(&view, &change), MP_REJECT_REASON_MISSING);
    cr_expect_str_eq(view.rejection.field, "reason");
    change.dated.reason = MP_REASON_UNKNOWN;
    fake_expect("unknown", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change = fake_dated(MP_CHANGE_RESUMPTION, "ml-1:start", "2026-06", MP_REASON_NONE, "");
    fake_expect("resumption", fake_view_validate(&view, &change), MP_REJECT_NONE);
}

Test(domain_decide_suspension, may_be_from_any_day)
{
    static const char *const dates[] = {"1999-01-01", "2026-11-21", "2026-W50", "2035"};
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        struct mp_change change =
            fake_dated(MP_CHANGE_SUSPENSION, "ml-1:start", dates[i], MP_REASON_LAND, "");
        fake_expect(dates[i], fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
        change.kind = MP_CHANGE_RESUMPTION;
        fake_expect(dates[i], fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
    }
}

Test(domain_decide_suspension, needs_a_milestone_that_lives)
{
    struct mp_change change =
        fake_dated(MP_CHANGE_SUSPENSION, "ml-1:start", "2026", MP_REASON_LAND, "");
    fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:start")->milestone.cancelled_seq = 4;
    fake_expect("suspension", fake_view_decide(&view, "railways", &change), MP_REJECT_CANCELLED);
    change.kind = MP_CHANGE_RESUMPTION;
    fake_expect("resumption", fake_view_decide(&view, "railways", &change), MP_REJECT_CANCELLED);
    change.dated.milestone = "ml-1:nothing";
    fake_expect("unknown", fake_view_decide(&view, "railways", &change),
                MP_REJECT_UNKNOWN_MILESTONE);
}
