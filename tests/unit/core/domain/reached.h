/* What a claim that a milestone was met and its confirmation have in common. */
#ifndef MP_TESTS_DOMAIN_REACHED_H
#define MP_TESTS_DOMAIN_REACHED_H

#include "tests/support/view.h"

#include <criterion/criterion.h>

static inline void expect_begun_when_said(struct fake_view *view, const char *agency,
                                          enum mp_change_kind kind)
{
    static const struct {
        const char *date, *stated_on;
        enum mp_reject code;
    } rows[] = {
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

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_change change =
            fake_dated(kind, "ml-1:completion", rows[i].date, 0, rows[i].stated_on);
        fake_expect(rows[i].date, fake_view_decide(view, agency, &change), rows[i].code);
        if (rows[i].code != MP_REJECT_NONE)
            cr_expect_str_eq(view->rejection.field, "date");
    }
}

static inline void expect_a_living_milestone(struct fake_view *view, const char *agency,
                                             enum mp_change_kind kind)
{
    struct mp_change change = fake_dated(kind, "ml-1:nothing", "2026-01", 0, "");

    fake_expect("unknown", fake_view_decide(view, agency, &change), MP_REJECT_UNKNOWN_MILESTONE);
    change.dated.milestone = "ml-1:start";
    fake_view_named(view, MP_KIND_MILESTONE, "ml-1:start")->milestone.cancelled_seq = 3;
    fake_expect("cancelled", fake_view_decide(view, agency, &change), MP_REJECT_CANCELLED);
}

#endif
