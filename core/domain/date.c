#include "core/domain/date.h"

#include <stdio.h>
#include <string.h>

/* Days before 1970-01-01 of the era that starts on 0000-03-01, and an era's length: Howard Hinnant,
 * "chrono-compatible low-level date algorithms" (days_from_civil, civil_from_days). */
#define EPOCH_SHIFT  719468
#define ERA_DAYS     146097
#define WEEKDAY_1970 3 /* a Thursday, Monday being 0 */

static int64_t civil_days(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_SHIFT;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : lengths[month - 1];
}

int mp_day_from_civil(int year, int month, int day, int32_t *ret_day)
{
    if (year < 1900 || year > 2199 || month < 1 || month > 12)
        return MP_EINVAL;
    if (day < 1 || day > month_length(year, month))
        return MP_EINVAL;
    *ret_day = (int32_t)civil_days(year, month, day);
    return 0;
}

void mp_day_to_civil(int32_t day, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t shifted = (int64_t)day + EPOCH_SHIFT;
    int64_t era = (shifted >= 0 ? shifted : shifted - (ERA_DAYS - 1)) / ERA_DAYS;
    int64_t day_of_era = shifted - era * ERA_DAYS;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_index = (5 * day_of_year + 2) / 153;
    int month = (int)(month_index < 10 ? month_index + 3 : month_index - 9);

    *ret_day = (int)(day_of_year - (153 * month_index + 2) / 5 + 1);
    *ret_month = month;
    *ret_year = (int)(year_of_era + era * 400 + (month <= 2));
}

int mp_day_weekday(int32_t day)
{
    int64_t rest = ((int64_t)day + WEEKDAY_1970) % 7;
    return (int)(rest < 0 ? rest + 7 : rest);
}

/* Exactly that many digits; the value, or -1. */
static int digits(const char *text, size_t count)
{
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

int mp_day_parse(const char *text, int32_t *ret_day)
{
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return MP_EMALFORMED;
    int year = digits(text, 4);
    int month = digits(text + 5, 2);
    int day = digits(text + 8, 2);
    if (year < 0 || month < 0 || day < 0)
        return MP_EMALFORMED;
    return mp_day_from_civil(year, month, day, ret_day);
}

static char *put_digits(char *at, int number, int digits)
{
    for (int i = digits; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + digits;
}

void mp_day_format(int32_t day, char text[static MP_DAY_TEXT])
{
    if (day == MP_DAY_NONE) {
        text[0] = '\0';
        return;
    }
    int year, month, of_month;
    mp_day_to_civil(day, &year, &month, &of_month);
    if (year < 0 || year > 9999) { /* no day of a record; what is shown may be anything */
        snprintf(text, MP_DAY_TEXT, "%04d-%02d-%02d", year, month, of_month);
        return;
    }
    text = put_digits(text, year, 4);
    *text++ = '-';
    text = put_digits(text, month, 2);
    *text++ = '-';
    *put_digits(text, of_month, 2) = '\0';
}

static int month_end(int year, int month, enum mp_precision precision, struct mp_date *ret_date)
{
    int32_t day;
    if (month < 1 || month > 12)
        return MP_EINVAL;
    int error = mp_day_from_civil(year, month, month_length(year, month), &day);
    if (error == 0)
        *ret_date = (struct mp_date){.day = day, .precision = precision};
    return error;
}

/* ISO 8601: week 1 holds 4 January, the last week holds 28 December. */
static int week_end(int year, int week, struct mp_date *ret_date)
{
    int32_t fourth, last;
    int error = mp_day_from_civil(year, 1, 4, &fourth);
    if (error == 0)
        error = mp_day_from_civil(year, 12, 28, &last);
    if (error != 0)
        return error;
    int32_t first_sunday = fourth - mp_day_weekday(fourth) + 6;
    int32_t last_sunday = last - mp_day_weekday(last) + 6;
    int32_t day = first_sunday + 7 * (week - 1);
    if (week < 1 || day > last_sunday || day > MP_DAY_MOST)
        return MP_EINVAL;
    *ret_date = (struct mp_date){.day = day, .precision = MP_PRECISION_WEEK};
    return 0;
}

/* What follows "YYYY-" other than a whole day. */
static int parse_part(int year, const char *part, struct mp_date *ret_date)
{
    size_t size = strlen(part);
    if (size == 2 && digits(part, 2) >= 0)
        return month_end(year, digits(part, 2), MP_PRECISION_MONTH, ret_date);
    if (size == 3 && part[0] == 'W' && digits(part + 1, 2) >= 0)
        return week_end(year, digits(part + 1, 2), ret_date);
    if (size != 2 || digits(part + 1, 1) < 0)
        return MP_EMALFORMED;
    int number = digits(part + 1, 1);
    if (part[0] == 'Q')
        return month_end(year, number * 3, MP_PRECISION_QUARTER, ret_date);
    if (part[0] == 'H')
        return month_end(year, number * 6, MP_PRECISION_HALF, ret_date);
    return MP_EMALFORMED;
}

int mp_date_parse(const char *text, struct mp_date *ret_date)
{
    size_t size = strlen(text);
    if (size == 10) {
        int32_t day;
        int error = mp_day_parse(text, &day);
        if (error == 0)
            *ret_date = (struct mp_date){.day = day, .precision = MP_PRECISION_DAY};
        return error;
    }
    if (size < 4 || digits(text, 4) < 0)
        return MP_EMALFORMED;
    int year = digits(text, 4);
    if (size == 4)
        return month_end(year, 12, MP_PRECISION_YEAR, ret_date);
    return text[4] == '-' ? parse_part(year, text + 5, ret_date) : MP_EMALFORMED;
}

bool mp_date_is_beyond(const char *text)
{
    char within[MP_DATE_TEXT];
    struct mp_date date;
    size_t size = strlen(text);
    int year = size < 4 || size >= sizeof(within) ? -1 : digits(text, 4);

    if (year < 0 || (year >= 1900 && year <= 2199))
        return false;
    snprintf(within, sizeof(within), "2000%s", text + 4);
    return mp_date_parse(within, &date) == 0;
}

void mp_date_format(struct mp_date date, char text[static MP_DATE_TEXT])
{
    static const char *const names[] = {"",           "",        " (week)", " (month)",
                                        " (quarter)", " (half)", " (year)"};
    text[0] = '\0';
    if (date.precision <= MP_PRECISION_NONE || date.precision > MP_PRECISION_YEAR)
        return;
    char day[MP_DAY_TEXT];
    mp_day_format(date.day, day);
    snprintf(text, MP_DATE_TEXT, "%s%s", day, names[date.precision]);
}

bool mp_date_is_valid(struct mp_date date)
{
    if (date.precision <= MP_PRECISION_NONE || date.precision > MP_PRECISION_YEAR)
        return false;
    if (date.day < MP_DAY_LEAST || date.day > MP_DAY_MOST)
        return false;
    if (date.precision <= MP_PRECISION_WEEK)
        return true;
    int year, month, day;
    mp_day_to_civil(date.day, &year, &month, &day);
    return day == month_length(year, month);
}

int32_t mp_date_begin(struct mp_date date)
{
    static const int months[] = {[MP_PRECISION_MONTH] = 1,
                                 [MP_PRECISION_QUARTER] = 3,
                                 [MP_PRECISION_HALF] = 6,
                                 [MP_PRECISION_YEAR] = 12};
    if (date.precision == MP_PRECISION_WEEK)
        return date.day - 6;
    if (date.precision < MP_PRECISION_MONTH || date.precision > MP_PRECISION_YEAR)
        return date.day;
    int year, month, day;
    mp_day_to_civil(date.day, &year, &month, &day);
    month -= months[date.precision] - 1;
    if (month < 1) {
        month += 12;
        year--;
    }
    return (int32_t)civil_days(year, month, 1);
}

bool mp_date_is_later(struct mp_date a, struct mp_date b)
{
    return mp_date_is_set(a) && mp_date_is_set(b) && mp_date_begin(a) > b.day;
}
