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

Test(domain_decide_suspension, is_from_a_day_that_has_come)
{
    static const struct {
        const char *date, *stated_on;
        enum mp_reject code;
    } rows[] = {
        {"1999-01-01", "", MP_REJECT_NONE},
        {"2026-11-21", "", MP_REJECT_NONE},
        {"2026-11-22", "", MP_REJECT_MET_IN_FUTURE},
        {"2026-11", "", MP_REJECT_NONE}, /* has begun */
        {"2026-W50", "", MP_REJECT_MET_IN_FUTURE},
        {"2028-01-01", "", MP_REJECT_MET_IN_FUTURE},
        {"2035", "", MP_REJECT_MET_IN_FUTURE},
        {"2016-06-02", "2016-06-01", MP_REJECT_MET_IN_FUTURE},
        {"2016-06-02", "2016-06-02", MP_REJECT_NONE},
    };
    static const struct {
        enum mp_change_kind kind;
        const char *advice;
    } kinds[] = {{MP_CHANGE_SUSPENSION, "give the day from which work has stopped"},
                 {MP_CHANGE_RESUMPTION, "give the day from which work goes on again"}};

    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct mp_change change = fake_dated(kinds[k].kind, "ml-1:start", rows[i].date,
                                                 MP_REASON_LAND, rows[i].stated_on);

            fake_expect(rows[i].date, fake_view_decide(&view, "railways", &change), rows[i].code);
            if (rows[i].code == MP_REJECT_NONE || view.rejection.message == NULL)
                continue;
            cr_expect_str_eq(view.rejection.field, "date");
            cr_expect_not_null(strstr(view.rejection.message, kinds[k].advice), "%s",
                               view.rejection.message);
        }
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
