#include "clients/cli/ask.h"

#include <criterion/criterion.h>

#define SECOND INT64_C(1000000)
#define NOON   (INT64_C(12) * 3600 * SECOND)

Test(ask, a_time_is_read_in_its_zone)
{
    static const struct {
        const char *text;
        int64_t wall_us;
    } rows[] = {
        {"1970-01-01T12:00:00Z", NOON},
        {"1970-01-01T12:00Z", NOON},
        {"1970-01-01 12:00:00.25Z", NOON + SECOND / 4},
        {"1970-01-01T12:00:00.1234567Z", NOON + 123456},
        {"1970-01-01T17:00:00+05:00", NOON},
        {"1970-01-01T10:30:00-01:30", NOON},
        {"1970-01-01T17:00:00", NOON}, /* in the instance's, five hours east */
        {"1970-01-01", INT64_C(19) * 3600 * SECOND - 1},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        int64_t wall_us = -1;

        cr_expect_eq(ask_time_parse(rows[i].text, 300, &wall_us), 0, "%s", rows[i].text);
        cr_expect_eq(wall_us, rows[i].wall_us, "%s: %lld", rows[i].text, (long long)wall_us);
    }
}

Test(ask, what_is_no_time_is_refused)
{
    static const char *const rows[] = {"",
                                       "now",
                                       "1970-02-30",
                                       "1970-01-01T",
                                       "1970-01-01T24:00Z",
                                       "1970-01-01T12:60Z",
                                       "1970-01-01T12",
                                       "1970-01-01T12:00:00z",
                                       "1970-01-01T12:00:00+5",
                                       "1970-01-01T12:00:00+05:0",
                                       "1970-01-01T12:00:00Zulu"};

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        int64_t wall_us;

        cr_expect_eq(ask_time_parse(rows[i], 300, &wall_us), MP_EMALFORMED, "%s", rows[i]);
    }
}
