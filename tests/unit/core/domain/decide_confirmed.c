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

TestSuite(domain_decide_confirmed, .init = setup, .fini = teardown);

static const struct {
    const char *date, *stated_on;
    enum mp_reject code;
} reached[] = {
    {"2026-11-21", "", MP_REJECT_NONE},
    {"2026-11-22", "", MP_REJECT_MET_IN_FUTURE},
    {"2026-11", "", MP_REJECT_NONE}, /* has begun */
    {"2026-12", "", MP_REJECT_MET_IN_FUTURE},
    {"2026-Q4", "", MP_REJECT_NONE},
    {"2026", "", MP_REJECT_NONE},
    {"2027", "", MP_REJECT_MET_IN_FUTURE},
    {"2016-06", "2016-06-01", MP_REJECT_NONE},
    {"2016-06", "2016-05-31", MP_REJECT_MET_IN_FUTURE},
    {"2026-11-22", "2026-11-22", MP_REJECT_NONE},
    {"1990-01-01", "", MP_REJECT_NONE},
};

Test(domain_decide_confirmed, the_period_must_have_begun_when_it_was_said)
{
    for (size_t i = 0; i < sizeof(reached) / sizeof(reached[0]); i++) {
        struct mp_change change = fake_dated(MP_CHANGE_CONFIRMED, "ml-1:completion",
                                             reached[i].date, 0, reached[i].stated_on);
        fake_expect(reached[i].date, fake_view_decide(&view, "unit", &change), reached[i].code);
        if (reached[i].code != MP_REJECT_NONE)
            cr_expect_str_eq(view.rejection.field, "date");
    }
}

Test(domain_decide_confirmed, needs_a_milestone_that_lives)
{
    struct mp_change change = fake_dated(MP_CHANGE_CONFIRMED, "ml-1:nothing", "2026-01", 0, "");
    fake_expect("unknown", fake_view_decide(&view, "unit", &change), MP_REJECT_UNKNOWN_MILESTONE);
    change.dated.milestone = "ml-1:start";
    fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:start")->milestone.cancelled_seq = 3;
    fake_expect("cancelled", fake_view_decide(&view, "unit", &change), MP_REJECT_CANCELLED);
}

Test(domain_decide_confirmed, is_a_monitors_alone)
{
    struct mp_change change = fake_dated(MP_CHANGE_CONFIRMED, "ml-1:start", "2026-01", 0, "");
    fake_expect("agency", fake_view_decide(&view, "railways", &change), MP_REJECT_ROLE);
    fake_expect("authority", fake_view_decide(&view, "ministry", &change), MP_REJECT_ROLE);
}
