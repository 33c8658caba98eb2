/* A version of a calendar of working days. */
#include "core/domain/rules_private.h"

#include <string.h>

#define EVERY_DAY 0x7f
#define SPAN      (MP_CALENDAR_DAY_MOST - MP_CALENDAR_DAY_LEAST + 1)

static int check_name(const struct mp_check *check, const char *name)
{
    int result = mp_check_id(check, "name", name, MP_FORM_SLUG)
                     ?: mp_check_text(check, "name", name, MP_CALENDAR_MOST);

    if (result != 0 || strcmp(name, "elapsed") != 0)
        return result;
    return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, "name",
                           "elapsed means that every day counts, and cannot be changed: give "
                           "another name");
}

static int check_day(const struct mp_check *check, const struct mp_calendar_day *day, size_t index)
{
    const char *field = mp_arena_printf(check->arena, "days[%zu]", index);

    if (field == NULL)
        return MP_ENOMEM;
    return mp_check_range(check, field, day->day, MP_CALENDAR_DAY_LEAST, MP_CALENDAR_DAY_MOST)
               ?: mp_check_code(check, field, MP_FAMILY_CALENDAR_DAY, (int)day->kind)
               ?: mp_check_text(check, field, day->name, MP_TITLE_MOST);
}

static int reject_twice(const struct mp_check *check, int32_t day, size_t index)
{
    const char *field = mp_arena_printf(check->arena, "days[%zu]", index);
    char text[MP_DAY_TEXT];

    if (field == NULL)
        return MP_ENOMEM;
    mp_day_format(day, text);
    return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, field,
                           "%s is given twice: keep one of them", text);
}

static int check_days(const struct mp_check *check, const struct mp_calendar_version *calendar)
{
    uint8_t seen[(SPAN + 7) / 8] = {0};
    int result = 0;

    if (calendar->day_count > MP_CALENDAR_DAYS_A_CHANGE)
        return mp_check_reject(check, MP_REJECT_TOO_MANY, "days",
                               "there are %zu special days, at most %d belong into one version: "
                               "split it by valid_from",
                               calendar->day_count, MP_CALENDAR_DAYS_A_CHANGE);
    for (size_t i = 0; result == 0 && i < calendar->day_count; i++) {
        uint32_t at = (uint32_t)(calendar->days[i].day - MP_CALENDAR_DAY_LEAST);

        result = check_day(check, &calendar->days[i], i);
        if (result != 0)
            break;
        if ((seen[at / 8] & (1u << (at % 8))) != 0)
            result = reject_twice(check, calendar->days[i].day, i);
        seen[at / 8] |= (uint8_t)(1u << (at % 8));
    }
    return result;
}

int mp_validate_calendar(const struct mp_change *change, const struct mp_check *check)
{
    const struct mp_calendar_version *calendar = &change->calendar;
    int result =
        check_name(check, calendar->name) ?: mp_check_valid_from(check, calendar->valid_from);

    if (result != 0)
        return result;
    if (calendar->weekend >= EVERY_DAY)
        return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, "weekend",
                               "a week without a working day: name at most six days");
    return check_days(check, calendar);
}

int mp_locate_calendar(struct mp_ruling *ruling)
{
    const struct mp_calendar_version *calendar = &ruling->change->calendar;

    ruling->subject =
        mp_subject_version(ruling->arena, MP_KIND_CALENDAR, calendar->name, calendar->valid_from);
    return ruling->subject.topic == NULL ? MP_ENOMEM : 0;
}

/* A version may always be given, and given again. */
int mp_decide_calendar(struct mp_ruling *ruling)
{
    (void)ruling;
    return 0;
}
