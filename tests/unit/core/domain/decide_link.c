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

TestSuite(domain_decide_link, .init = setup, .fini = teardown);

static struct mp_change link_of(enum mp_change_kind kind, const char *predecessor,
                                const char *successor)
{
    struct mp_change change;
    mp_change_init(&change, kind);
    change.link.predecessor = predecessor;
    change.link.successor = successor;
    change.link.type = MP_LINK_FS;
    return change;
}

Test(domain_decide_link, is_well_formed_by_itself)
{
    struct mp_change change = link_of(MP_CHANGE_LINK, "ml-1:start", "ml-1:completion");
    fake_expect("plain", fake_view_validate(&view, &change), MP_REJECT_NONE);
    static const struct {
        int32_t lag;
        enum mp_reject code;
    } lags[] = {{MP_LAG_MOST, MP_REJECT_NONE},
                {-MP_LAG_MOST, MP_REJECT_NONE},
                {0, MP_REJECT_NONE},
                {MP_LAG_NONE, MP_REJECT_NONE},
                {MP_LAG_NONE + 1, MP_REJECT_OUT_OF_RANGE},
                {MP_LAG_MOST + 1, MP_REJECT_OUT_OF_RANGE},
                {-MP_LAG_MOST - 1, MP_REJECT_OUT_OF_RANGE}};
    for (size_t i = 0; i < sizeof(lags) / sizeof(lags[0]); i++) {
        change.link.lag_days = lags[i].lag;
        fake_expect("lag", fake_view_validate(&view, &change), lags[i].code);
    }
    change.link.lag_days = 0;
    change.link.type = MP_LINK_NONE;
    fake_expect("no type", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    change.link.type = (enum mp_link_type)5;
    fake_expect("type 5", fake_view_validate(&view, &change), MP_REJECT_CODE_UNKNOWN);
    change = link_of(MP_CHANGE_LINK, "ml-1:start", "ml-1:start");
    fake_expect("self", fake_view_validate(&view, &change), MP_REJECT_SELF_LINK);
    change = link_of(MP_CHANGE_LINK, "ml-1", "ml-1:start");
    fake_expect("predecessor", fake_view_validate(&view, &change), MP_REJECT_ID_INVALID);
    cr_expect_str_eq(view.rejection.field, "predecessor");
    change = link_of(MP_CHANGE_LINK_REMOVED, "ml-1:start", "");
    fake_expect("successor", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    cr_expect_str_eq(view.rejection.field, "successor");
}

Test(domain_decide_link, needs_a_grant_on_its_successor_only)
{
    struct mp_change change = link_of(MP_CHANGE_LINK, "gwadar:opening", "ml-1:start");
    fake_expect("in", fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
    cr_expect_str_eq(view.subject.topic, "ml-1/");
    cr_expect_str_eq(view.subject.slug, "start<FS<gwadar:opening");
    change = link_of(MP_CHANGE_LINK, "ml-1:start", "gwadar:opening");
    fake_expect("out", fake_view_decide(&view, "railways", &change), MP_REJECT_NOT_GRANTED);
    cr_expect_str_eq(view.rejection.field, "successor");
    fake_expect("monitor", fake_view_decide(&view, "unit", &change), MP_REJECT_ROLE);
}

Test(domain_decide_link, joins_milestones_that_live)
{
    struct mp_change change = link_of(MP_CHANGE_LINK, "ml-1:nothing", "ml-1:start");
    fake_expect("predecessor", fake_view_decide(&view, "railways", &change),
                MP_REJECT_UNKNOWN_MILESTONE);
    cr_expect_str_eq(view.rejection.field, "predecessor");
    change = link_of(MP_CHANGE_LINK, "ml-1:start", "ml-1:nothing");
    fake_expect("successor", fake_view_decide(&view, "railways", &change),
                MP_REJECT_UNKNOWN_MILESTONE);
    cr_expect_str_eq(view.rejection.field, "successor");
    change = link_of(MP_CHANGE_LINK, "ml-1:start", "ml-1:completion");
    fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:start")->milestone.cancelled_seq = 5;
    fake_expect("cancelled", fake_view_decide(&view, "railways", &change), MP_REJECT_CANCELLED);
}

Test(domain_decide_link, names_a_calendar_that_is_there)
{
    static const char *const known[] = {"", "elapsed", "weekdays", "pk"};
    static const char *const unknown[] = {"pl", "p", "pk@2025-01-01", "Elapsed"};
    struct mp_change change = link_of(MP_CHANGE_LINK, "ml-1:start", "ml-1:completion");
    change.link.lag_days = 3;
    for (size_t i = 0; i < MP_LENGTH(known); i++) {
        change.link.calendar = known[i];
        fake_expect(known[i], fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
    }
    for (size_t i = 0; i < MP_LENGTH(unknown); i++) {
        change.link.calendar = unknown[i];
        fake_expect(unknown[i], fake_view_decide(&view, "railways", &change),
                    MP_REJECT_UNKNOWN_CALENDAR);
        cr_expect_str_eq(view.rejection.field, "calendar");
        cr_expect_not_null(strstr(view.rejection.message, unknown[i]));
    }
    change.kind = MP_CHANGE_LINK_REMOVED;
    (void)fake_view_link(&view, "ml-1:start", "ml-1:completion", MP_LINK_FS);
    fake_expect("removed", fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
}

Test(domain_decide_link, that_closes_a_cycle_is_refused_with_its_path)
{
    struct mp_change change = link_of(MP_CHANGE_LINK, "ml-1:start", "ml-1:completion");
    view.cycle = "ml-1:completion → ml-1:start → ml-1:completion";
    fake_expect("cycle", fake_view_decide(&view, "railways", &change), MP_REJECT_CYCLE);
    cr_expect_not_null(strstr(view.rejection.message, view.cycle), "%s", view.rejection.message);
}

Test(domain_decide_link, may_be_set_again_and_brought_back)
{
    struct mp_change change = link_of(MP_CHANGE_LINK, "ml-1:start", "ml-1:completion");
    struct mp_record *record = fake_view_link(&view, "ml-1:start", "ml-1:completion", MP_LINK_FS);
    change.link.lag_days = 30;
    fake_expect("again", fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
    record->removed = true;
    fake_expect("back", fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
}

Test(domain_decide_link, is_removed_while_it_stands)
{
    struct mp_change change = link_of(MP_CHANGE_LINK_REMOVED, "ml-1:start", "ml-1:completion");
    fake_expect("never set", fake_view_decide(&view, "railways", &change), MP_REJECT_UNKNOWN_LINK);
    struct mp_record *record = fake_view_link(&view, "ml-1:start", "ml-1:completion", MP_LINK_FS);
    fake_expect("stands", fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
    change.link.type = MP_LINK_SS;
    fake_expect("another type", fake_view_decide(&view, "railways", &change),
                MP_REJECT_UNKNOWN_LINK);
    change.link.type = MP_LINK_FS;
    record->removed = true;
    fake_expect("twice", fake_view_decide(&view, "railways", &change), MP_REJECT_UNKNOWN_LINK);
}
