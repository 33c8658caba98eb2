/* Working days. A calendar is data: weekend days, holidays, and make-up working days (in China a
 * Sunday may be worked), in versions with a first day of validity.
 *
 * Days are civil days (date.h); where a day stands for a moment it is the end of that day. Work is
 * counted by W(d), the number of working days up to and with d. On the elapsed calendar every day
 * works. Every operation takes constant time: tables of W and of its inverse for 2000-01-01 to
 * 2060-12-31; outside of these years the weekend rule alone holds, of the version in force on the
 * nearest day of the table. Results are kept within MP_DAY_LEAST to MP_DAY_MOST.
 *
 * A calendar does not change once made: no locks are needed to read it. */
#ifndef MP_DOMAIN_CALENDAR_H
#define MP_DOMAIN_CALENDAR_H

#include "core/base/auto.h"
#include "core/base/error.h"
#include "core/domain/codes.h"
#include "core/domain/date.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MP_CALENDAR_DAY_LEAST     10957 /* 2000-01-01, first day of the tables */
#define MP_CALENDAR_DAY_MOST      33237 /* 2060-12-31, their last */
#define MP_CALENDAR_VERSIONS_MOST 64
#define MP_CALENDAR_DAYS_MOST     20000 /* special days of one version */
#define MP_CALENDARS_MOST         64    /* calendars of a set, elapsed and weekdays among them */

/* Weekend days as bits, bit 0 Monday … bit 6 Sunday. */
#define MP_WEEKEND_SATURDAY_SUNDAY 0x60u
#define MP_WEEKEND_NONE            0u

/* A holiday: nobody works. A workday is worked, whatever the weekend says. */

struct mp_calendar_day {
    int32_t day;
    enum mp_calendar_day_kind kind;
    bool is_estimated; /* a lunar date that nobody has announced yet */
    const char *name;
};

/* One version as a record gives it. Texts and days are borrowed during the call that takes it. A
 * version says everything: its days replace those of the version before, from its valid_from on. */
struct mp_calendar_version {
    const char *name;   /* "pk", "cn" … 1 to MP_CALENDAR_MOST bytes */
    int32_t valid_from; /* MP_DAY_NONE: always */
    uint8_t weekend;
    const struct mp_calendar_day *days; /* in any order; one entry a day */
    size_t day_count;
};

struct mp_calendar;

/* The version in force on a day is the one with the largest valid_from not after it; the oldest one
 * also rules all days before its own. as_of: versions with a later valid_from are not known yet and
 * are left out (MP_DAY_NONE: none is); if that leaves none, the oldest alone counts.
 * 0; MP_EINVAL: no version, names that differ, two versions of one valid_from, a weekend of seven
 * days or with unknown bits, a day out of range, of unknown kind or given twice; MP_ETOOBIG: over
 * the bounds above; MP_ENOMEM. */
int mp_calendar_new(const struct mp_calendar_version *versions, size_t count, int32_t as_of,
                    struct mp_calendar **ret_calendar) MP_CHECK_RESULT;
void mp_calendar_free(struct mp_calendar *calendar);
MP_AUTO_DEFINE(struct mp_calendar *, mp_calendar_free);

/* Below, NULL is the elapsed calendar. */

bool mp_calendar_is_working(const struct mp_calendar *calendar, int32_t day);
/* n working days on: for n ≠ 0 the working day d with W(d) = W(day) + n, so that one day on from
 * Friday or from Saturday is Monday, one back from Monday is Friday and from Saturday Thursday; for
 * n = 0 the day itself, whether it works or not. Never falls when the day rises. */
int32_t mp_calendar_step(const struct mp_calendar *calendar, int32_t day, int32_t n);
/* The largest day whose step by n is not after the limit (late dates go back over a lag by it). */
int32_t mp_calendar_step_back(const struct mp_calendar *calendar, int32_t limit, int32_t n);
/* Working days after `from`, up to and with `to`: W(to) − W(from), negative where to < from. */
int32_t mp_calendar_count(const struct mp_calendar *calendar, int32_t from, int32_t to);
/* The last working day before the day, and the first after it; never the day itself. */
int32_t mp_calendar_previous(const struct mp_calendar *calendar, int32_t day);
int32_t mp_calendar_next(const struct mp_calendar *calendar, int32_t day);
/* Whether the calendar has a special day there that is marked estimated: what was computed over it
 * may move. */
bool mp_calendar_is_estimated(const struct mp_calendar *calendar, int32_t day);
/* Whether its special days are known then: it has one in the day's year, or none in any year (the
 * weekend is its whole rule). Where they are not, counts are those of the weekend alone. */
bool mp_calendar_is_known(const struct mp_calendar *calendar, int32_t day);

/* A set of calendars by name and by a small number, as the schedule refers to them. */
#define MP_CALENDAR_ELAPSED  0 /* "elapsed", and "" as records write it */
#define MP_CALENDAR_WEEKDAYS 1 /* "weekdays": Monday to Friday, no holidays */

/* Those two and "": they need no version. */
bool mp_calendar_is_built_in(const char *name);

struct mp_calendars;

/* A set with those two. NULL when out of memory. */
struct mp_calendars *mp_calendars_new(void);
void mp_calendars_free(struct mp_calendars *calendars);
MP_AUTO_DEFINE(struct mp_calendars *, mp_calendars_free);

/* Makes the calendar of these versions (mp_calendar_new) and puts it in the place of the one of the
 * same name, or in a new place; on failure the set is as before. The number of a name never
 * changes. A schedule that uses the set must then be told (mp_schedule_calendar_changed). Weekdays
 * may be replaced, elapsed not: MP_EPERM. MP_ETOOBIG: the set is full. */
int mp_calendars_set(struct mp_calendars *calendars, const struct mp_calendar_version *versions,
                     size_t count, int32_t as_of, uint8_t *ret_number) MP_CHECK_RESULT;
/* 0 or MP_ENOTFOUND. */
int mp_calendars_find(const struct mp_calendars *calendars, const char *name,
                      uint8_t *ret_number) MP_CHECK_RESULT;
size_t mp_calendars_count(const struct mp_calendars *calendars);
/* NULL for elapsed. The number must be below the count. Valid until that one is set again. */
const struct mp_calendar *mp_calendars_at(const struct mp_calendars *calendars, uint8_t number);
const char *mp_calendars_name(const struct mp_calendars *calendars, uint8_t number);

#endif
