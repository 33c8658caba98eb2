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

TestSuite(domain_decide_indicator, .init = setup, .fini = teardown);

static struct mp_change indicator(void)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_INDICATOR);
    change.indicator.code = "jobs";
    change.indicator.title.en = "Jobs";
    return change;
}

Test(domain_decide_indicator, is_well_formed_by_itself)
{
    struct mp_change change = indicator();
    fake_expect("plain", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.indicator.unit = "1234567890123456789012345678901234567890";
    change.indicator.measure = "unit";
    change.indicator.direction = MP_DIRECTION_DESCENDING;
    fake_expect("whole", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.indicator.measure = "12345678901234567890123456789012345678901";
    fake_expect("measure", fake_view_validate(&view, &change), MP_REJECT_TEXT_TOO_LONG);
    change = indicator();
    change.indicator.unit = "12345678901234567890123456789012345678901";
    fake_expect("unit", fake_view_validate(&view, &change), MP_REJECT_TEXT_TOO_LONG);
    change = indicator();
    change.indicator.direction = (enum mp_direction)3;
    fake_expect("direction", fake_view_validate(&view, &change), MP_REJECT_CODE_UNKNOWN);
    change = indicator();
    change.indicator.code = "a/b";
    fake_expect("code", fake_view_validate(&view, &change), MP_REJECT_ID_INVALID);
    change = indicator();
    change.indicator.title.en = "";
    fake_expect("title", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
}

Test(domain_decide_indicator, is_an_authoritys)
{
    struct mp_change change = indicator();
    fake_expect("authority", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    cr_expect_str_eq(view.subject.topic, "@indicator/");
    fake_expect("monitor", fake_view_decide(&view, "unit", &change), MP_REJECT_ROLE);
}
