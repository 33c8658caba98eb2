#include "tests/unit/core/domain/reached.h"

static struct fake_view view;

static void setup(void)
{
    fake_view_init(&view);
}

static void teardown(void)
{
    fake_view_done(&view);
}

TestSuite(domain_decide_confirmed, .init = setup, .fini = teardown);

Test(domain_decide_confirmed, the_period_must_have_begun_when_it_was_said)
{
    expect_begun_when_said(&view, "unit", MP_CHANGE_CONFIRMED);
}

Test(domain_decide_confirmed, needs_a_milestone_that_lives)
{
    expect_a_living_milestone(&view, "unit", MP_CHANGE_CONFIRMED);
}

Test(domain_decide_confirmed, is_a_monitors_alone)
{
    struct mp_change change = fake_dated(MP_CHANGE_CONFIRMED, "ml-1:start", "2026-01", 0, "");
    fake_expect("agency", fake_view_decide(&view, "railways", &change), MP_REJECT_ROLE);
    fake_expect("authority", fake_view_decide(&view, "ministry", &change), MP_REJECT_ROLE);
}
