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

TestSuite(domain_decide_progress, .init = setup, .fini = teardown);

Test(domain_decide_progress, is_0_to_100_exactly)
{
    static const struct {
        const char *percent;
        enum mp_reject code;
    } table[] = {{"0", MP_REJECT_NONE},
                 {"0.000000000", MP_REJECT_NONE},
                 {"-0.000000001", MP_REJECT_OUT_OF_RANGE},
                 {"-1", MP_REJECT_OUT_OF_RANGE},
                 {"57.5", MP_REJECT_NONE},
                 {"100", MP_REJECT_NONE},
                 {"100.000", MP_REJECT_NONE},
                 {"100.000000001", MP_REJECT_OUT_OF_RANGE},
                 {"101", MP_REJECT_OUT_OF_RANGE},
                 {"9223372036854775807", MP_REJECT_OUT_OF_RANGE}};
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_PROGRESS);
    change.progress.milestone = "ml-1:start";
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        cr_assert_eq(mp_decimal_parse(table[i].percent, &change.progress.percent), 0);
        fake_expect(table[i].percent, fake_view_validate(&view, &change), table[i].code);
    }
    change.progress.percent = (struct mp_decimal){1, 10};
    fake_expect("scale", fake_view_validate(&view, &change), MP_REJECT_OUT_OF_RANGE);
    change.progress.milestone = "ml-1";
    fake_expect("a project", fake_view_validate(&view, &change), MP_REJECT_ID_INVALID);
}

Test(domain_decide_progress, needs_a_milestone_that_lives)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_PROGRESS);
    change.progress.milestone = "ml-1:start";
    fake_expect("lives", fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
    cr_expect_eq(view.subject.kind, MP_KIND_MILESTONE);
    fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:start")->milestone.cancelled_seq = 3;
    fake_expect("cancelled", fake_view_decide(&view, "railways", &change), MP_REJECT_CANCELLED);
    change.progress.milestone = "ml-1:unknown";
    fake_expect("unknown", fake_view_decide(&view, "railways", &change),
                MP_REJECT_UNKNOWN_MILESTONE);
}
