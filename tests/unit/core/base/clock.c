#include "core/base/clock.h"

#include <criterion/criterion.h>
#include <stdint.h>

#define SECOND INT64_C(1000000)

Test(base_clock, civil_days_follow_the_zone)
{
    static const struct {
        int64_t wall_us;
        int offset_minutes;
        int32_t day;
    } rows[] = {
        {0, 0, 0},
        {-1, 0, -1},
        {86400 * SECOND - 1, 0, 0},
        {86400 * SECOND, 0, 1},
        {68400 * SECOND - 1, 300, 0}, /* 18:59:59.999999Z is still the day in Pakistan */
        {68400 * SECOND, 300, 1},
        {0, -1, -1},
        {-86400 * SECOND, 0, -1},
        {-86400 * SECOND - 1, 0, -2},
        {INT64_MAX, 300, 106751991},
        {INT64_MIN, -300, -106751992},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_eq(mp_clock_civil_day(rows[i].wall_us, rows[i].offset_minutes), rows[i].day,
                     "row %zu", i);
}

Test(base_clock, instants_are_written_in_full)
{
    static const struct {
        int64_t wall_us;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000000Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {INT64_C(1877517296123456), "2029-06-30T12:34:56.123456Z"},
        {INT64_C(1709164800000007), "2024-02-29T00:00:00.000007Z"},
        {INT64_MAX, "9999-12-31T23:59:59.999999Z"},
        {INT64_MIN, "0000-01-01T00:00:00.000000Z"},
        {-62135596800 * SECOND, "0001-01-01T00:00:00.000000Z"},
    };
    char text[28];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        mp_clock_format_utc(rows[i].wall_us, text);
        cr_expect_str_eq(text, rows[i].text);
    }
}

Test(base_clock, the_machines_clocks_move)
{
    int64_t before = mp_clock_monotonic_ms(&mp_clock_system);

    cr_assert_gt(mp_clock_wall_us(&mp_clock_system), INT64_C(1577836800) * SECOND);
    cr_assert_geq(mp_clock_monotonic_ms(&mp_clock_system), before);
}
