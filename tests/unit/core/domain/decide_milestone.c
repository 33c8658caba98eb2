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

TestSuite(domain_decide_milestone, .init = setup, .fini = teardown);

static struct mp_change milestone(void)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_MILESTONE);
    change.milestone.id = "ml-1:opening";
    change.milestone.title.en = "Opening";
    change.milestone.type = MP_TYPE_DELIVERY;
    return change;
}

static struct mp_change cancellation(const char *id, const char *note)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_MILESTONE_CANCELLED);
    change.removed = id;
    change.note = note;
    return change;
}

Test(domain_decide_milestone, is_well_formed_by_itself)
{
    struct mp_change change = milestone();
    fake_expect("plain", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.milestone.id = "ml-1";
    fake_expect("id", fake_view_validate(&view, &change), MP_REJECT_ID_INVALID);
    change = milestone();
    change.milestone.title.en = "";
    fake_expect("title", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    change = milestone();
    change.milestone.type = MP_TYPE_NONE;
    fake_expect("no type", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    change.milestone.type = (enum mp_milestone_type)11;
    fake_expect("type 11", fake_view_validate(&view, &change), MP_REJECT_CODE_UNKNOWN);
    change = milestone();
    change.milestone.code = "financialClose";
    fake_expect("code", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.milestone.code = "1234567890123456789012345678901234567890123456789012345678901";
    fake_expect("code", fake_view_validate(&view, &change), MP_REJECT_TEXT_TOO_LONG);
    change = milestone();
    change.milestone.start = "ml-1";
    fake_expect("start", fake_view_validate(&view, &change), MP_REJECT_ID_INVALID);
    change.milestone.start = change.milestone.id;
    fake_expect("own start", fake_view_validate(&view, &change), MP_REJECT_SELF_LINK);
    change = milestone();
    change.milestone.calendar = "12345678901234567890123456789012345678901";
    fake_expect("calendar", fake_view_validate(&view, &change), MP_REJECT_TEXT_TOO_LONG);
}

Test(domain_decide_milestone, its_numbers_are_bounded)
{
    static const struct {
        int64_t weight, duration;
        enum mp_reject code;
    } table[] = {{0, -1, MP_REJECT_NONE},
                 {MP_WEIGHT_MOST, 0, MP_REJECT_NONE},
                 {MP_WEIGHT_MOST + 1, 0, MP_REJECT_OUT_OF_RANGE},
                 {UINT32_MAX, 0, MP_REJECT_OUT_OF_RANGE},
                 {1, MP_DURATION_MOST, MP_REJECT_NONE},
                 {1, MP_DURATION_MOST + 1, MP_REJECT_OUT_OF_RANGE},
                 {1, -2, MP_REJECT_OUT_OF_RANGE},
                 {1, INT32_MIN, MP_REJECT_OUT_OF_RANGE}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct mp_change change = milestone();
        change.milestone.weight = (uint32_t)table[i].weight;
        change.milestone.duration_days = (int32_t)table[i].duration;
        fake_expect("number", fake_view_validate(&view, &change), table[i].code);
    }
}

Test(domain_decide_milestone, belongs_to_a_project_that_lives)
{
    struct mp_change change = milestone();
    fake_expect("new", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    cr_expect_str_eq(view.subject.slug, "opening");
    change.milestone.id = "ml-2:opening";
    fake_expect("unknown", fake_view_decide(&view, "ministry", &change), MP_REJECT_UNKNOWN_PROJECT);
    change = milestone();
    fake_view_named(&view, MP_KIND_PROJECT, "ml-1")->removed = true;
    fake_expect("removed", fake_view_decide(&view, "ministry", &change), MP_REJECT_REMOVED);
}

Test(domain_decide_milestone, its_start_lives_and_closes_no_cycle)
{
    struct mp_change change = milestone();
    change.milestone.start = "gwadar:opening";
    fake_expect("another project's", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    change.milestone.start = "ml-1:nothing";
    fake_expect("unknown", fake_view_decide(&view, "ministry", &change),
                MP_REJECT_UNKNOWN_MILESTONE);
    cr_expect_str_eq(view.rejection.field, "start");
    change.milestone.start = "ml-1:start";
    view.cycle = "ml-1:start → ml-1:opening → ml-1:start";
    fake_expect("cycle", fake_view_decide(&view, "ministry", &change), MP_REJECT_CYCLE);
    cr_expect_str_eq(view.rejection.field, "start");
    cr_expect_not_null(strstr(view.rejection.message, view.cycle), "%s", view.rejection.message);
    change.milestone.start = "";
    fake_expect("a start taken away", fake_view_decide(&view, "ministry", &change),
                MP_REJECT_CYCLE);
    view.cycle = NULL;
    change.milestone.start = "ml-1:start";
    fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:start")->milestone.cancelled_seq = 5;
    fake_expect("cancelled", fake_view_decide(&view, "ministry", &change), MP_REJECT_CANCELLED);
}

Test(domain_decide_milestone, its_calendar_is_there)
{
    struct mp_change change = milestone();
    change.milestone.calendar = "pk";
    fake_expect("known", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    change.milestone.calendar = "pl";
    fake_expect("unknown", fake_view_decide(&view, "ministry", &change),
                MP_REJECT_UNKNOWN_CALENDAR);
    cr_expect_str_eq(view.rejection.field, "calendar");
}

Test(domain_decide_milestone, is_cancelled_with_a_word_and_defined_again)
{
    struct mp_change change = cancellation("ml-1:start", "");
    fake_expect("no word", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    cr_expect_str_eq(view.rejection.field, "note");
    change = cancellation("ml-1:start", "merged with the next section");
    fake_expect("word", fake_view_validate(&view, &change), MP_REJECT_NONE);
    fake_expect("cancelled", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:start")->milestone.cancelled_seq = 5;
    fake_expect("twice", fake_view_decide(&view, "ministry", &change), MP_REJECT_CANCELLED);
    change = milestone();
    change.milestone.id = "ml-1:start";
    fake_expect("again", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    change = cancellation("ml-1:nothing", "word");
    fake_expect("unknown", fake_view_decide(&view, "ministry", &change),
                MP_REJECT_UNKNOWN_MILESTONE);
    cr_expect_str_eq(view.rejection.field, "id");
    fake_expect("agency", fake_view_decide(&view, "railways", &change), MP_REJECT_ROLE);
}
