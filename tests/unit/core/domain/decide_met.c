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

TestSuite(domain_decide_met, .init = setup, .fini = teardown);

Test(domain_decide_met, the_period_must_have_begun_when_it_was_said)
{
    expect_begun_when_said(&view, "railways", MP_CHANGE_MET);
}

Test(domain_decide_met, needs_a_milestone_that_lives)
{
    expect_a_living_milestone(&view, "railways", MP_CHANGE_MET);
}
