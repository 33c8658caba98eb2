#include "tests/support/view.h"

#include "core/base/auto.h"

#include <criterion/criterion.h>
#include <stdlib.h>
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

TestSuite(domain_decide_calendar, .init = setup, .fini = teardown);

static struct mp_calendar_day days[3];

static struct mp_change calendar(void)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_CALENDAR);
    days[0] = (struct mp_calendar_day){fake_day("2025-10-01"), MP_CALENDAR_HOLIDAY, false, "国庆"};
    days[1] = (struct mp_calendar_day){fake_day("2025-09-28"), MP_CALENDAR_WORKDAY, false, ""};
    days[2] = (struct mp_calendar_day){fake_day("2060-12-31"), MP_CALENDAR_HOLIDAY, true, ""};
    change.calendar.name = "cn";
    change.calendar.valid_from = fake_day("2025-01-01");
    change.calendar.days = days;
    change.calendar.day_count = MP_LENGTH(days);
    return change;
}

Test(domain_decide_calendar, is_well_formed_by_itself)
{
    struct mp_change change = calendar();

    fake_expect("plain", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.calendar.name = "";
    fake_expect("no name", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    change.calendar.name = "elapsed";
    fake_expect("elapsed", fake_view_validate(&view, &change), MP_REJECT_OUT_OF_RANGE);
    change.calendar.name = "China";
    fake_expect("capitals", fake_view_validate(&view, &change), MP_REJECT_ID_INVALID);
    change = calendar();
    change.calendar.valid_from = MP_DAY_NONE;
    fake_expect("no first day", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    cr_expect_str_eq(view.rejection.field, "valid_from");
    change = calendar();
    change.calendar.weekend = 0x7e;
    fake_expect("works on Mondays", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.calendar.weekend = 0x7f;
    fake_expect("never works", fake_view_validate(&view, &change), MP_REJECT_OUT_OF_RANGE);
}

Test(domain_decide_calendar, special_days_are_in_range_known_and_given_once)
{
    struct mp_change change = calendar();

    days[1].day = fake_day("1999-12-31");
    fake_expect("too early", fake_view_validate(&view, &change), MP_REJECT_OUT_OF_RANGE);
    cr_expect_str_eq(view.rejection.field, "days[1]");
    days[1].day = fake_day("2061-01-01");
    fake_expect("too late", fake_view_validate(&view, &change), MP_REJECT_OUT_OF_RANGE);
    change = calendar();
    days[2].day = days[0].day;
    fake_expect("twice", fake_view_validate(&view, &change), MP_REJECT_OUT_OF_RANGE);
    cr_expect_str_eq(view.rejection.field, "days[2]");
    cr_expect(strstr(view.rejection.message, "2025-10-01") != NULL, "%s", view.rejection.message);
    change = calendar();
    days[0].kind = MP_CALENDAR_DAY_NONE;
    fake_expect("no kind", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    change = calendar();
    days[0].name = "a\x01";
    fake_expect("control", fake_view_validate(&view, &change), MP_REJECT_TEXT_INVALID);
}

Test(domain_decide_calendar, a_version_has_its_most_days)
{
    struct mp_change change = calendar();
    struct mp_calendar_day *many =
        calloc(MP_CALENDAR_DAYS_A_CHANGE + 1, sizeof(struct mp_calendar_day));

    cr_assert_not_null(many);
    for (int32_t i = 0; i <= MP_CALENDAR_DAYS_A_CHANGE; i++)
        many[i] = (struct mp_calendar_day){20000 + i, MP_CALENDAR_HOLIDAY, false, ""};
    change.calendar.days = many;
    change.calendar.day_count = MP_CALENDAR_DAYS_A_CHANGE;
    fake_expect("the most", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.calendar.day_count++;
    fake_expect("one more", fake_view_validate(&view, &change), MP_REJECT_TOO_MANY);
    free(many);
}

Test(domain_decide_calendar, is_the_authoritys_and_lies_under_its_name_and_first_day)
{
    struct mp_change change = calendar();

    fake_expect("authority", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    cr_expect_str_eq(view.subject.topic, "@calendar/");
    cr_expect_str_eq(view.subject.slug, "cn@2025-01-01");
    fake_expect("monitor", fake_view_decide(&view, "unit", &change), MP_REJECT_ROLE);
    fake_expect("agency", fake_view_decide(&view, "railways", &change), MP_REJECT_ROLE);
}
