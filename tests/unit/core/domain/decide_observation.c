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

TestSuite(domain_decide_observation, .init = setup, .fini = teardown);

static struct mp_change observation(void)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_OBSERVATION);
    change.observation.indicator = "cost";
    change.observation.project = "ml-1";
    change.observation.kind = MP_OBSERVATION_TARGET;
    change.observation.value = (struct mp_decimal){68, 1};
    return change;
}

Test(domain_decide_observation, is_well_formed_by_itself)
{
    struct mp_change change = observation();
    fake_expect("plain", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.observation.kind = MP_OBSERVATION_NONE;
    fake_expect("no kind", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    change.observation.kind = (enum mp_observation_kind)4;
    fake_expect("kind 4", fake_view_validate(&view, &change), MP_REJECT_CODE_UNKNOWN);
    change = observation();
    change.observation.indicator = "";
    fake_expect("no indicator", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    change = observation();
    change.observation.project = "ml-1:start";
    fake_expect("a milestone", fake_view_validate(&view, &change), MP_REJECT_ID_INVALID);
    change = observation();
    change.observation.value.scale = 10;
    fake_expect("scale", fake_view_validate(&view, &change), MP_REJECT_OUT_OF_RANGE);
    change = observation();
    change.observation.region = "National";
    fake_expect("region", fake_view_validate(&view, &change), MP_REJECT_ID_INVALID);
}

Test(domain_decide_observation, has_a_whole_period_or_none)
{
    static const struct {
        const char *start, *end;
        enum mp_reject code;
        const char *field;
    } table[] = {{"", "", MP_REJECT_NONE, ""},
                 {"2025-01-01", "2025-12-31", MP_REJECT_NONE, ""},
                 {"2025-01-01", "2025-01-01", MP_REJECT_NONE, ""},
                 {"2025-01-02", "2025-01-01", MP_REJECT_PERIOD_INVALID, "period_end"},
                 {"2025-01-01", "", MP_REJECT_PERIOD_INVALID, "period_end"},
                 {"", "2025-01-01", MP_REJECT_PERIOD_INVALID, "period_start"}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct mp_change change = observation();
        if (table[i].start[0] != '\0')
            change.observation.period_start = fake_day(table[i].start);
        if (table[i].end[0] != '\0')
            change.observation.period_end = fake_day(table[i].end);
        fake_expect(table[i].start, fake_view_validate(&view, &change), table[i].code);
        if (table[i].code != MP_REJECT_NONE)
            cr_expect_str_eq(view.rejection.field, table[i].field);
    }
    struct mp_change change = observation();
    change.observation.period_start = MP_DAY_LEAST - 1;
    change.observation.period_end = 0;
    fake_expect("out of range", fake_view_validate(&view, &change), MP_REJECT_DATE_IMPOSSIBLE);
}

Test(domain_decide_observation, is_a_new_record_under_its_sequence)
{
    struct mp_change change = observation();
    change.observation.region = "national";
    change.has_expected = true;
    fake_expect("new", fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
    cr_expect_str_eq(mp_subject_id(view.arena, &view.subject), "ml-1:cost@900");
    change.expected = (struct mp_revision){1, 5};
    fake_expect("never there before", fake_view_decide(&view, "railways", &change),
                MP_REJECT_CONFLICT);
}

Test(domain_decide_observation, names_what_is_known)
{
    struct mp_change change = observation();
    change.observation.indicator = "jobs";
    fake_expect("indicator", fake_view_decide(&view, "railways", &change),
                MP_REJECT_UNKNOWN_INDICATOR);
    change = observation();
    change.observation.project = "ml-1/north";
    fake_expect("project", fake_view_decide(&view, "railways", &change), MP_REJECT_UNKNOWN_PROJECT);
    change = observation();
    change.observation.region = "growth"; /* a corridor */
    fake_expect("region", fake_view_decide(&view, "railways", &change), MP_REJECT_UNKNOWN_TERM);
    cr_expect_str_eq(view.rejection.field, "region");
    change = observation();
    fake_view_named(&view, MP_KIND_PROJECT, "ml-1")->removed = true;
    fake_expect("removed", fake_view_decide(&view, "railways", &change), MP_REJECT_REMOVED);
}
