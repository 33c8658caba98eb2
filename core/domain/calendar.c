/* Working days by two tables, W and its inverse, and by the weekend rule outside of them. */
#include "core/domain/calendar.h"

#include "core/domain/limits.h"

#include <stdlib.h>
#include <string.h>

#define TABLE_DAYS (MP_CALENDAR_DAY_MOST - MP_CALENDAR_DAY_LEAST + 1)
#define ALL_DAYS   (MP_DAY_MOST - MP_DAY_LEAST + 1)
#define WORDS(n)   (((size_t)(n) + 63) / 64)
#define YEAR_FIRST 2000 /* of the tables */

/* Days of the tables are counted from 0. W is 0 on the eve of the first one. */
struct mp_calendar {
    uint8_t weekend_before, weekend_after; /* of the tables */
    uint16_t work_count;                   /* W on the last day of the tables */
    uint16_t work_until[TABLE_DAYS];       /* W */
    uint16_t day_of_work[TABLE_DAYS];      /* [k - 1]: the day with W = k that works */
    uint64_t estimated[WORDS(TABLE_DAYS)];
    uint64_t years; /* with a special day: bit 0 is YEAR_FIRST, the tables have 61 */
};

static bool test_bit(const uint64_t *words, size_t bit)
{
    return (words[bit / 64] >> (bit % 64) & 1) != 0;
}

static void set_bit(uint64_t *words, size_t bit, bool is_set)
{
    uint64_t mask = UINT64_C(1) << (bit % 64);
    words[bit / 64] = is_set ? words[bit / 64] | mask : words[bit / 64] & ~mask;
}

static bool weekend_works(uint8_t weekend, int64_t day)
{
    return (weekend >> mp_day_weekday((int32_t)day) & 1) == 0;
}

static int week_length(uint8_t weekend)
{
    return 7 - __builtin_popcount(weekend);
}

static int32_t clamp(int64_t day)
{
    return (int32_t)(day < MP_DAY_LEAST ? MP_DAY_LEAST : day > MP_DAY_MOST ? MP_DAY_MOST : day);
}

/* Working days by the weekend rule after from, up to and with to; from ≤ to. */
static int64_t weekend_count(uint8_t weekend, int64_t from, int64_t to)
{
    int64_t weeks = (to - from) / 7;
    int64_t count = weeks * week_length(weekend);
    for (int64_t day = from + weeks * 7 + 1; day <= to; day++)
        count += weekend_works(weekend, day);
    return count;
}

/* The n-th working day (n ≥ 1) by the weekend rule after a day, or before it. */
static int64_t weekend_step(uint8_t weekend, int64_t day, int64_t n, int direction)
{
    int64_t weeks = (n - 1) / week_length(weekend);
    int64_t rest = n - weeks * week_length(weekend);
    day += direction * weeks * 7;
    if (day < MP_DAY_LEAST || day > MP_DAY_MOST)
        return day;
    while (rest > 0) {
        day += direction;
        rest -= weekend_works(weekend, day);
    }
    return day;
}

/* W(day). */
static int64_t work_until(const struct mp_calendar *calendar, int64_t day)
{
    if (day < MP_CALENDAR_DAY_LEAST)
        return -weekend_count(calendar->weekend_before, day, MP_CALENDAR_DAY_LEAST - 1);
    if (day > MP_CALENDAR_DAY_MOST)
        return calendar->work_count +
               weekend_count(calendar->weekend_after, MP_CALENDAR_DAY_MOST, day);
    return calendar->work_until[day - MP_CALENDAR_DAY_LEAST];
}

/* The working day with W = work. */
static int64_t day_of_work(const struct mp_calendar *calendar, int64_t work)
{
    if (work < 1)
        return weekend_step(calendar->weekend_before, MP_CALENDAR_DAY_LEAST, 1 - work, -1);
    if (work > calendar->work_count)
        return weekend_step(calendar->weekend_after, MP_CALENDAR_DAY_MOST,
                            work - calendar->work_count, 1);
    return MP_CALENDAR_DAY_LEAST + calendar->day_of_work[work - 1];
}

bool mp_calendar_is_working(const struct mp_calendar *calendar, int32_t day)
{
    return calendar == NULL || work_until(calendar, day) > work_until(calendar, (int64_t)day - 1);
}

int32_t mp_calendar_step(const struct mp_calendar *calendar, int32_t day, int32_t n)
{
    if (calendar == NULL || n == 0)
        return clamp((int64_t)day + n);
    return clamp(day_of_work(calendar, work_until(calendar, day) + n));
}

int32_t mp_calendar_step_back(const struct mp_calendar *calendar, int32_t limit, int32_t n)
{
    if (calendar == NULL || n == 0)
        return clamp((int64_t)limit - n);
    return clamp(day_of_work(calendar, work_until(calendar, limit) - n + 1) - 1);
}

int32_t mp_calendar_count(const struct mp_calendar *calendar, int32_t from, int32_t to)
{
    if (calendar == NULL)
        return to - from;
    return (int32_t)(work_until(calendar, to) - work_until(calendar, from));
}

int32_t mp_calendar_previous(const struct mp_calendar *calendar, int32_t day)
{
    if (calendar == NULL)
        return clamp((int64_t)day - 1);
    return clamp(day_of_work(calendar, work_until(calendar, (int64_t)day - 1)));
}

int32_t mp_calendar_next(const struct mp_calendar *calendar, int32_t day)
{
    if (calendar == NULL)
        return clamp((int64_t)day + 1);
    return clamp(day_of_work(calendar, work_until(calendar, day) + 1));
}

bool mp_calendar_is_estimated(const struct mp_calendar *calendar, int32_t day)
{
    return calendar != NULL && day >= MP_CALENDAR_DAY_LEAST && day <= MP_CALENDAR_DAY_MOST &&
           test_bit(calendar->estimated, (size_t)(day - MP_CALENDAR_DAY_LEAST));
}

static uint64_t year_bit(int32_t day)
{
    int year, month, of_month;

    mp_day_to_civil(day, &year, &month, &of_month);
    return UINT64_C(1) << (year - YEAR_FIRST);
}

bool mp_calendar_is_known(const struct mp_calendar *calendar, int32_t day)
{
    if (calendar == NULL || calendar->years == 0)
        return true;
    return day >= MP_CALENDAR_DAY_LEAST && day <= MP_CALENDAR_DAY_MOST &&
           (calendar->years & year_bit(day)) != 0;
}

/* ---- Making one ---- */

/* seen: a bit a day of the whole range, zero before and after. */
static int check_days(const struct mp_calendar_version *version, uint64_t *seen)
{
    int result = 0;
    size_t count = 0;

    for (; count < version->day_count && result == 0; count++) {
        const struct mp_calendar_day *day = &version->days[count];
        bool is_known = day->kind == MP_CALENDAR_HOLIDAY || day->kind == MP_CALENDAR_WORKDAY;

        if (!is_known || day->day < MP_DAY_LEAST || day->day > MP_DAY_MOST ||
            test_bit(seen, (size_t)(day->day - MP_DAY_LEAST)))
            result = MP_EINVAL;
        else
            set_bit(seen, (size_t)(day->day - MP_DAY_LEAST), true);
    }
    while (count > 0) {
        int32_t day = version->days[--count].day;
        if (day >= MP_DAY_LEAST && day <= MP_DAY_MOST)
            set_bit(seen, (size_t)(day - MP_DAY_LEAST), false);
    }
    return result;
}

static int check_version(const struct mp_calendar_version *version, const char *name,
                         uint64_t *seen)
{
    if (version->name == NULL || version->name[0] == '\0' || strcmp(version->name, name) != 0)
        return MP_EINVAL;
    if (strlen(name) > MP_CALENDAR_MOST || version->day_count > MP_CALENDAR_DAYS_MOST)
        return MP_ETOOBIG;
    if (version->weekend >= 0x7f)
        return MP_EINVAL;
    if (version->valid_from != MP_DAY_NONE &&
        (version->valid_from < MP_DAY_LEAST || version->valid_from > MP_DAY_MOST))
        return MP_EINVAL;
    return check_days(version, seen);
}

/* Sorted by valid_from into order, which has room for all. */
static int sort_versions(const struct mp_calendar_version *versions, size_t count,
                         const struct mp_calendar_version **order)
{
    uint64_t *seen = calloc(WORDS(ALL_DAYS), sizeof(*seen));
    int result = seen == NULL ? MP_ENOMEM : 0;

    for (size_t i = 0; i < count && result == 0; i++) {
        size_t at = i;

        result = check_version(&versions[i], versions[0].name, seen);
        for (; at > 0 && order[at - 1]->valid_from > versions[i].valid_from; at--)
            order[at] = order[at - 1];
        if (at > 0 && order[at - 1]->valid_from == versions[i].valid_from)
            result = MP_EINVAL;
        order[at] = &versions[i];
    }
    free(seen);
    return result;
}

/* Marks in works (a bit a day of the tables) what the version says of the days from first to last.
 */
static void apply_version(struct mp_calendar *calendar, uint64_t *works,
                          const struct mp_calendar_version *version, int32_t first, int32_t last)
{
    for (int32_t day = first; day <= last; day++)
        set_bit(works, (size_t)(day - MP_CALENDAR_DAY_LEAST), weekend_works(version->weekend, day));
    for (size_t i = 0; i < version->day_count; i++) {
        const struct mp_calendar_day *day = &version->days[i];
        size_t at;

        if (day->day < first || day->day > last)
            continue;
        at = (size_t)(day->day - MP_CALENDAR_DAY_LEAST);
        set_bit(works, at, day->kind == MP_CALENDAR_WORKDAY);
        set_bit(calendar->estimated, at, day->is_estimated);
        calendar->years |= year_bit(day->day);
    }
    if (first == MP_CALENDAR_DAY_LEAST)
        calendar->weekend_before = version->weekend;
    if (last == MP_CALENDAR_DAY_MOST)
        calendar->weekend_after = version->weekend;
}

static void fill_tables(struct mp_calendar *calendar, const uint64_t *works)
{
    uint16_t count = 0;

    for (size_t day = 0; day < TABLE_DAYS; day++) {
        if (test_bit(works, day))
            calendar->day_of_work[count++] = (uint16_t)day;
        calendar->work_until[day] = count;
    }
    calendar->work_count = count;
}

int mp_calendar_new(const struct mp_calendar_version *versions, size_t count, int32_t as_of,
                    struct mp_calendar **ret_calendar)
{
    const struct mp_calendar_version *order[MP_CALENDAR_VERSIONS_MOST];
    uint64_t works[WORDS(TABLE_DAYS)] = {0};
    struct mp_calendar *calendar;
    int result;

    if (count == 0 || versions[0].name == NULL)
        return MP_EINVAL;
    if (count > MP_CALENDAR_VERSIONS_MOST)
        return MP_ETOOBIG;
    result = sort_versions(versions, count, order);
    if (result < 0)
        return result;
    calendar = calloc(1, sizeof(*calendar));
    if (calendar == NULL)
        return MP_ENOMEM;
    while (as_of != MP_DAY_NONE && count > 1 && order[count - 1]->valid_from > as_of)
        count--;
    for (size_t i = 0; i < count; i++) {
        int32_t first = i == 0 || order[i]->valid_from < MP_CALENDAR_DAY_LEAST
                            ? MP_CALENDAR_DAY_LEAST
                            : order[i]->valid_from;
        int32_t last = i + 1 == count || order[i + 1]->valid_from > MP_CALENDAR_DAY_MOST
                           ? MP_CALENDAR_DAY_MOST
                           : order[i + 1]->valid_from - 1;
        if (first <= last)
            apply_version(calendar, works, order[i], first, last);
    }
    fill_tables(calendar, works);
    *ret_calendar = calendar;
    return 0;
}

void mp_calendar_free(struct mp_calendar *calendar)
{
    free(calendar);
}
