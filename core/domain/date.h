/* Civil dates: a count of days since 1970-01-01 and a precision; the day is the last of its
 * period. Never a time zone. Range 1900-01-01 to 2199-12-31. */
#ifndef MP_DOMAIN_DATE_H
#define MP_DOMAIN_DATE_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum mp_precision {
    MP_PRECISION_NONE, /* no date */
    MP_PRECISION_DAY,
    MP_PRECISION_WEEK, /* seven days that end on the day */
    MP_PRECISION_MONTH,
    MP_PRECISION_QUARTER,
    MP_PRECISION_HALF,
    MP_PRECISION_YEAR /* twelve months that end on the day: a fiscal year ends on 30 June */
};

struct mp_date {
    int32_t day;
    enum mp_precision precision;
};

#define MP_DAY_NONE  INT32_MIN
#define MP_DAY_LEAST (-25567) /* 1900-01-01 */
#define MP_DAY_MOST  84005    /* 2199-12-31 */
#define MP_DAY_RANGE "1900-01-01 to 2199-12-31"
#define MP_DAY_TEXT  16
#define MP_DATE_TEXT 32

/* Proleptic Gregorian; month 1-12. MP_EINVAL for a day that does not exist or is out of range. */
int mp_day_from_civil(int year, int month, int day, int32_t *ret_day) MP_CHECK_RESULT;
void mp_day_to_civil(int32_t day, int *ret_year, int *ret_month, int *ret_day);
/* 0 Monday … 6 Sunday. */
int mp_day_weekday(int32_t day);
/* "YYYY-MM-DD", nothing else. MP_EMALFORMED (form) or MP_EINVAL (no such day). */
int mp_day_parse(const char *text, int32_t *ret_day) MP_CHECK_RESULT;
/* "2029-06-30"; "" for MP_DAY_NONE. */
void mp_day_format(int32_t day, char text[static MP_DAY_TEXT]);

/* What a person types: 2029-06-30 (day), 2029-W26 (ISO week, ends on Sunday), 2029-06 (month),
 * 2029-Q2, 2029-H1, 2029 (year). MP_EMALFORMED / MP_EINVAL. */
int mp_date_parse(const char *text, struct mp_date *ret_date) MP_CHECK_RESULT;
/* Whether such a text would be a date if its year were not before 1900 or after 2199. */
bool mp_date_is_beyond(const char *text);
/* "2029-06-30", "2029-06-30 (month)"; "" for none. */
void mp_date_format(struct mp_date date, char text[static MP_DATE_TEXT]);
/* Whether the day is in range and ends a period of its precision: month, quarter, half and year end
 * on the last day of some month; day and week on any. */
bool mp_date_is_valid(struct mp_date date);
/* First day of the period. */
int32_t mp_date_begin(struct mp_date date);
/* Whether a's period begins after b's ends (DOMAIN: later). false when either is none. */
bool mp_date_is_later(struct mp_date a, struct mp_date b);
static inline bool mp_date_is_set(struct mp_date date)
{
    return date.precision != MP_PRECISION_NONE;
}

#endif
