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

TestSuite(domain_decide_baseline, .init = setup, .fini = teardown);

static enum mp_reject decide(const char *agency, enum mp_reason reason, bool recalled,
                             const char *stated_on)
{
    struct mp_change change =
        fake_dated(MP_CHANGE_BASELINE, "ml-1:completion", "2030-06-30", reason, stated_on);
    change.dated.recalled = recalled;
    return fake_view_decide(&view, agency, &change);
}

Test(domain_decide_baseline, anybody_granted_may_state_the_first)
{
    fake_expect("agency", decide("railways", MP_REASON_NONE, false, ""), MP_REJECT_NONE);
    fake_expect("monitor", decide("unit", MP_REASON_NONE, false, ""), MP_REJECT_NONE);
    fake_expect("authority", decide("ministry", MP_REASON_NONE, false, ""), MP_REJECT_NONE);
    cr_expect_str_eq(view.subject.slug, "completion");
}

Test(domain_decide_baseline, the_first_cannot_be_recalled)
{
    fake_expect("first", decide("ministry", MP_REASON_SCOPE, true, ""), MP_REJECT_OUT_OF_RANGE);
    cr_expect_str_eq(view.rejection.field, "recalled");
}

Test(domain_decide_baseline, every_further_one_is_an_authoritys_with_a_reason)
{
    static const struct {
        const char *agency;
        enum mp_reason reason;
        bool recalled;
        const char *stated_on;
        enum mp_reject code;
    } table[] = {
        {"railways", MP_REASON_SCOPE, false, "", MP_REJECT_REBASELINE_NEEDS_AUTHORITY},
        {"unit", MP_REASON_SCOPE, false, "", MP_REJECT_REBASELINE_NEEDS_AUTHORITY},
        {"railways", MP_REASON_SCOPE, false, "2010-01-01", MP_REJECT_REBASELINE_NEEDS_AUTHORITY},
        {"ministry", MP_REASON_NONE, false, "", MP_REJECT_REASON_MISSING},
        {"ministry", MP_REASON_NONE, false, "2010-01-01", MP_REJECT_REASON_MISSING},
        {"ministry", MP_REASON_NONE, true, "", MP_REJECT_REASON_MISSING},
        {"ministry", MP_REASON_SCOPE, false, "", MP_REJECT_NONE},
        {"ministry", MP_REASON_UNKNOWN, false, "2010-01-01", MP_REJECT_NONE},
        {"ministry", MP_REASON_UNKNOWN, true, "", MP_REJECT_NONE},
    };
    fake_view_state(&view, MP_CHANGE_BASELINE, "ml-1:completion", "2029-06-30", "2020-01-01", 10);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        fake_expect(table[i].agency,
                    decide(table[i].agency, table[i].reason, table[i].recalled, table[i].stated_on),
                    table[i].code);
}

Test(domain_decide_baseline, after_the_only_one_was_withdrawn_the_next_is_a_first)
{
    fake_view_state(&view, MP_CHANGE_BASELINE, "ml-1:completion", "2029-06-30", "2020-01-01", 10)
        ->withdrawn_by = 11;
    fake_expect("agency", decide("railways", MP_REASON_NONE, false, ""), MP_REJECT_NONE);
}

Test(domain_decide_baseline, one_of_another_milestone_does_not_count)
{
    fake_view_state(&view, MP_CHANGE_BASELINE, "ml-1:start", "2029-06-30", "2020-01-01", 10);
    fake_expect("agency", decide("railways", MP_REASON_NONE, false, ""), MP_REJECT_NONE);
}

Test(domain_decide_baseline, needs_a_milestone_that_lives)
{
    fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:completion")->milestone.cancelled_seq = 3;
    fake_expect("cancelled", decide("railways", MP_REASON_NONE, false, ""), MP_REJECT_CANCELLED);
}
