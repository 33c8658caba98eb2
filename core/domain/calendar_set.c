/* Calendars by name and by a small number. */
#include "core/base/assert.h"
#include "core/domain/calendar.h"
#include "core/domain/limits.h"

#include <stdlib.h>
#include <string.h>

struct mp_calendars {
    size_t count;
    struct {
        char name[MP_CALENDAR_MOST + 1];
        struct mp_calendar *calendar; /* NULL: elapsed */
    } items[MP_CALENDARS_MOST];
};

bool mp_calendar_is_built_in(const char *name)
{
    return name[0] == '\0' || strcmp(name, "elapsed") == 0 || strcmp(name, "weekdays") == 0;
}

struct mp_calendars *mp_calendars_new(void)
{
    static const struct mp_calendar_version weekdays = {
        .name = "weekdays", .valid_from = MP_DAY_NONE, .weekend = MP_WEEKEND_SATURDAY_SUNDAY};
    MP_AUTO(mp_calendars_free) struct mp_calendars *calendars = calloc(1, sizeof(*calendars));
    uint8_t number;

    if (calendars == NULL)
        return NULL;
    strcpy(calendars->items[MP_CALENDAR_ELAPSED].name, "elapsed");
    calendars->count = 1;
    if (mp_calendars_set(calendars, &weekdays, 1, MP_DAY_NONE, &number) < 0)
        return NULL;
    mp_assert(number == MP_CALENDAR_WEEKDAYS);
    return mp_take(calendars);
}

void mp_calendars_free(struct mp_calendars *calendars)
{
    if (calendars == NULL)
        return;
    for (size_t i = 0; i < calendars->count; i++)
        mp_calendar_free(calendars->items[i].calendar);
    free(calendars);
}

int mp_calendars_set(struct mp_calendars *calendars, const struct mp_calendar_version *versions,
                     size_t count, int32_t as_of, uint8_t *ret_number)
{
    struct mp_calendar *calendar = NULL;
    uint8_t number = (uint8_t)calendars->count;
    int result = mp_calendar_new(versions, count, as_of, &calendar);

    if (result < 0)
        return result;
    if (mp_calendars_find(calendars, versions[0].name, &number) == 0 &&
        number == MP_CALENDAR_ELAPSED)
        result = MP_EPERM;
    else if (number == MP_CALENDARS_MOST)
        result = MP_ETOOBIG;
    if (result < 0) {
        mp_calendar_free(calendar);
        return result;
    }
    if (number == calendars->count) {
        strcpy(calendars->items[number].name, versions[0].name);
        calendars->count++;
    }
    mp_calendar_free(calendars->items[number].calendar);
    calendars->items[number].calendar = calendar;
    *ret_number = number;
    return 0;
}

int mp_calendars_find(const struct mp_calendars *calendars, const char *name, uint8_t *ret_number)
{
    for (size_t i = 0; i < calendars->count; i++)
        if (strcmp(calendars->items[i].name, name) == 0) {
            *ret_number = (uint8_t)i;
            return 0;
        }
    if (name[0] != '\0')
        return MP_ENOTFOUND;
    *ret_number = MP_CALENDAR_ELAPSED;
    return 0;
}

size_t mp_calendars_count(const struct mp_calendars *calendars)
{
    return calendars->count;
}

const struct mp_calendar *mp_calendars_at(const struct mp_calendars *calendars, uint8_t number)
{
    mp_assert(number < calendars->count);
    return calendars->items[number].calendar;
}

const char *mp_calendars_name(const struct mp_calendars *calendars, uint8_t number)
{
    mp_assert(number < calendars->count);
    return calendars->items[number].name;
}
