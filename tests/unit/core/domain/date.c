#include "core/domain/date.h"

#include <criterion/criterion.h>
#include <string.h>

static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static int length_of(int year, int month)
{
    bool is_leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
    return lengths[month - 1] + (month == 2 && is_leap);
}

Test(domain_date, every_day_of_the_range_agrees_with_a_plain_count)
{
    int32_t expected = MP_DAY_LEAST;
    int weekday = 0; /* 1900-01-01 was a Monday */
    for (int year = 1900; year <= 2199; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= length_of(year, month); day++) {
                int32_t count = 0;
                int y, m, d;
                cr_assert_eq(mp_day_from_civil(year, month, day, &count), 0);
                cr_assert_eq(count, expected, "%d-%d-%d gives %d", year, month, day, count);
                mp_day_to_civil(expected, &y, &m, &d);
                cr_assert(y == year && m == month && d == day, "%d back", expected);
                cr_assert_eq(mp_day_weekday(expected), weekday, "weekday of %d", expected);
                expected++;
                weekday = (weekday + 1) % 7;
            }
            int32_t kept = 77;
            cr_assert_eq(mp_day_from_civil(year, month, length_of(year, month) + 1, &kept),
                         MP_EINVAL);
            cr_assert_eq(kept, 77);
        }
    }
    cr_assert_eq(expected - 1, MP_DAY_MOST);
}

Test(domain_date, days_that_do_not_exist_are_refused)
{
    static const int days[][3] = {{1899, 12, 31}, {2200, 1, 1},  {2026, 0, 1},  {2026, 13, 1},
                                  {2026, 1, 0},   {2026, 1, 32}, {2100, 2, 29}, {1900, 2, 29},
                                  {2025, 2, 29},  {2026, -1, 1}, {2026, 1, -1}};
    int32_t day = 5;
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
        cr_expect_eq(mp_day_from_civil(days[i][0], days[i][1], days[i][2], &day), MP_EINVAL, "%zu",
                     i);
    cr_expect_eq(day, 5);
    cr_expect_eq(mp_day_from_civil(2000, 2, 29, &day), 0);
    cr_expect_eq(mp_day_from_civil(2024, 2, 29, &day), 0);
}

Test(domain_date, any_count_has_a_civil_day_and_weekday)
{
    int year, month, day;
    mp_day_to_civil(INT32_MAX, &year, &month, &day);
    cr_expect_eq(year, 5881580);
    mp_day_to_civil(INT32_MIN, &year, &month, &day);
    cr_expect_eq(year, -5877641);
    cr_expect_geq(mp_day_weekday(INT32_MIN), 0);
    cr_expect_lt(mp_day_weekday(INT32_MAX), 7);
}

Test(domain_date, a_day_is_read_in_one_form_only)
{
    static const struct {
        const char *text;
        int result;
    } table[] = {{"2029-06-30", 0},
                 {"1900-01-01", 0},
                 {"2199-12-31", 0},
                 {"2029-06-31", MP_EINVAL},
                 {"2029-00-01", MP_EINVAL},
                 {"2200-01-01", MP_EINVAL},
                 {"", MP_EMALFORMED},
                 {"2029-6-30", MP_EMALFORMED},
                 {"2029/06/30", MP_EMALFORMED},
                 {"2029-06-30 ", MP_EMALFORMED},
                 {" 2029-06-30", MP_EMALFORMED},
                 {"2029-06-3a", MP_EMALFORMED},
                 {"+029-06-30", MP_EMALFORMED},
                 {"2029-06--1", MP_EMALFORMED},
                 {"20290-06-3", MP_EMALFORMED}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        int32_t day = 99999;
        char text[MP_DAY_TEXT];
        cr_expect_eq(mp_day_parse(table[i].text, &day), table[i].result, "%s", table[i].text);
        if (table[i].result != 0) {
            cr_expect_eq(day, 99999, "%s", table[i].text);
            continue;
        }
        mp_day_format(day, text);
        cr_expect_str_eq(text, table[i].text);
    }
}

Test(domain_date, what_people_type_becomes_the_last_day_of_its_period)
{
    static const struct {
        const char *text, *shown;
        int result;
    } table[] = {
        {"2029-06-30", "2029-06-30", 0},
        {"2029-06", "2029-06-30 (month)", 0},
        {"2028-02", "2028-02-29 (month)", 0},
        {"2029-02", "2029-02-28 (month)", 0},
        {"2029-Q1", "2029-03-31 (quarter)", 0},
        {"2029-Q4", "2029-12-31 (quarter)", 0},
        {"2029-H1", "2029-06-30 (half)", 0},
        {"2029-H2", "2029-12-31 (half)", 0},
        {"2029", "2029-12-31 (year)", 0},
        {"2199", "2199-12-31 (year)", 0},
        {"2026-W01", "2026-01-04 (week)", 0}, /* begins in 2025 */
        {"2026-W53", "2027-01-03 (week)", 0}, /* a year of 53 weeks */
        {"2025-W52", "2025-12-28 (week)", 0},
        {"2021-W01", "2021-01-10 (week)", 0}, /* 1 to 3 January belong to 2020 */
        {"2029-W26", "2029-07-01 (week)", 0},
        {"2025-W53", "", MP_EINVAL},
        {"2025-W00", "", MP_EINVAL},
        {"2029-00", "", MP_EINVAL},
        {"2029-13", "", MP_EINVAL},
        {"2029-Q0", "", MP_EINVAL},
        {"2029-Q5", "", MP_EINVAL},
        {"2029-H0", "", MP_EINVAL},
        {"2029-H3", "", MP_EINVAL},
        {"1899", "", MP_EINVAL},
        {"2200-Q1", "", MP_EINVAL},
        {"2029-02-30", "", MP_EINVAL},
        {"", "", MP_EMALFORMED},
        {"29", "", MP_EMALFORMED},
        {"2029-", "", MP_EMALFORMED},
        {"2029Q1", "", MP_EMALFORMED},
        {"2029-q1", "", MP_EMALFORMED},
        {"2029-6", "", MP_EMALFORMED},
        {"2029-W6", "", MP_EMALFORMED},
        {"2029-W1x", "", MP_EMALFORMED},
        {"2029-Qx", "", MP_EMALFORMED},
        {"2029-X1", "", MP_EMALFORMED},
        {"June 2029", "", MP_EMALFORMED},
        {"20290", "", MP_EMALFORMED},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct mp_date date = {.day = -1, .precision = MP_PRECISION_NONE};
        char text[MP_DATE_TEXT];
        cr_expect_eq(mp_date_parse(table[i].text, &date), table[i].result, "%s", table[i].text);
        mp_date_format(date, text);
        cr_expect_str_eq(text, table[i].shown, "%s gives %s", table[i].text, text);
        if (table[i].result == 0)
            cr_expect(mp_date_is_valid(date), "%s", table[i].text);
    }
}

Test(domain_date, no_day_has_no_text)
{
    char text[MP_DAY_TEXT] = "x";
    mp_day_format(MP_DAY_NONE, text);
    cr_expect_str_eq(text, "");
}

static struct mp_date make(const char *day, enum mp_precision precision)
{
    struct mp_date date = {.precision = precision};
    cr_assert_eq(mp_day_parse(day, &date.day), 0);
    return date;
}

Test(domain_date, a_period_longer_than_a_week_ends_on_the_last_day_of_a_month)
{
    for (int precision = MP_PRECISION_DAY; precision <= MP_PRECISION_YEAR; precision++) {
        bool is_short = precision <= MP_PRECISION_WEEK;
        enum mp_precision p = (enum mp_precision)precision;
        cr_expect_eq(mp_date_is_valid(make("2029-06-29", p)), is_short, "%d", precision);
        cr_expect_eq(mp_date_is_valid(make("2028-02-28", p)), is_short, "%d", precision);
        cr_expect(mp_date_is_valid(make("2029-06-30", p)), "%d", precision);
        cr_expect(mp_date_is_valid(make("2028-02-29", p)), "%d", precision);
    }
    cr_expect_not(mp_date_is_valid((struct mp_date){.day = 0, .precision = MP_PRECISION_NONE}));
    cr_expect_not(mp_date_is_valid((struct mp_date){.day = 0, .precision = (enum mp_precision)7}));
    cr_expect_not(mp_date_is_valid((struct mp_date){MP_DAY_LEAST - 1, MP_PRECISION_DAY}));
    cr_expect(mp_date_is_valid((struct mp_date){MP_DAY_LEAST, MP_PRECISION_DAY}));
    cr_expect(mp_date_is_valid((struct mp_date){MP_DAY_MOST, MP_PRECISION_YEAR}));
    cr_expect_not(mp_date_is_valid((struct mp_date){MP_DAY_MOST + 1, MP_PRECISION_DAY}));
    cr_expect_not(mp_date_is_valid((struct mp_date){MP_DAY_NONE, MP_PRECISION_DAY}));
}

Test(domain_date, a_period_begins_where_its_precision_says)
{
    static const struct {
        const char *end;
        enum mp_precision precision;
        const char *begin;
    } table[] = {{"2029-06-30", MP_PRECISION_DAY, "2029-06-30"},
                 {"2029-07-01", MP_PRECISION_WEEK, "2029-06-25"},
                 {"2029-06-30", MP_PRECISION_MONTH, "2029-06-01"},
                 {"2028-02-29", MP_PRECISION_MONTH, "2028-02-01"},
                 {"2029-06-30", MP_PRECISION_QUARTER, "2029-04-01"},
                 {"2029-01-31", MP_PRECISION_QUARTER, "2028-11-01"},
                 {"2029-06-30", MP_PRECISION_HALF, "2029-01-01"},
                 {"2029-02-28", MP_PRECISION_HALF, "2028-09-01"},
                 {"2029-12-31", MP_PRECISION_YEAR, "2029-01-01"},
                 {"2029-06-30", MP_PRECISION_YEAR, "2028-07-01"}}; /* a fiscal year */
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char text[MP_DAY_TEXT];
        mp_day_format(mp_date_begin(make(table[i].end, table[i].precision)), text);
        cr_expect_str_eq(text, table[i].begin, "%s, %d: %s", table[i].end, (int)table[i].precision,
                         text);
    }
    cr_expect_eq(mp_date_begin((struct mp_date){MP_DAY_LEAST + 30, MP_PRECISION_YEAR}),
                 MP_DAY_LEAST - 334, "1899-02-01, before the range");
}

Test(domain_date, later_means_that_the_period_begins_after_the_other_ends)
{
    static const struct {
        const char *a, *b;
        bool is_later;
    } table[] = {
        {"2029-07-01", "2029-06-30", true},  {"2029-06-30", "2029-06-30", false},
        {"2029-06-29", "2029-06-30", false}, {"2029-06", "2029-06-30", false},
        {"2029-06-30", "2029-06", false},    {"2029-07", "2029-06", true},
        {"2029-07-01", "2029-06", true},     {"2029-07", "2029-06-30", true},
        {"2029-07", "2029-07-01", false},    {"2029-Q2", "2029-04", false},
        {"2029-Q2", "2029-03", true},        {"2029-Q2", "2029-Q1", true},
        {"2029-H2", "2029-Q2", true},        {"2029-H2", "2029-Q3", false},
        {"2029", "2028-12-31", true},        {"2029", "2029-01-01", false},
        {"2030-01", "2029", true},           {"2029-12-31", "2029", false},
        {"2029-W27", "2029-W26", true},      {"2029-W26", "2029-06-25", false},
        {"2029-W26", "2029-06-24", true},    {"2029-07", "2029-W26", false},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct mp_date a, b;
        cr_assert_eq(mp_date_parse(table[i].a, &a), 0);
        cr_assert_eq(mp_date_parse(table[i].b, &b), 0);
        cr_expect_eq(mp_date_is_later(a, b), table[i].is_later, "%s, %s", table[i].a, table[i].b);
    }
    struct mp_date none = {0}, some = {.day = 1, .precision = MP_PRECISION_DAY};
    cr_expect_not(mp_date_is_later(none, some));
    cr_expect_not(mp_date_is_later(some, none));
}

Test(domain_date, a_year_out_of_range_is_told_from_no_date)
{
    static const struct {
        const char *text;
        bool is_beyond;
    } table[] = {
        {"2250-01-01", true},  {"9999-12-31", true},   {"1899-12", true},  {"2200", true},
        {"2250-Q3", true},     {"2029-06-30", false},  {"2029-13", false}, {"2250-13", false},
        {"2250-02-30", false}, {"22500-01-01", false}, {"soon", false},    {"", false},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        cr_expect_eq(mp_date_is_beyond(table[i].text), table[i].is_beyond, "%s", table[i].text);
}
