#include "core/base/clock.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#define US_PER_SECOND   INT64_C(1000000)
#define SECONDS_PER_DAY INT64_C(86400)
/* 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what four digits of a year can say. */
#define FIRST_SECOND INT64_C(-62167219200)
#define LAST_SECOND  INT64_C(253402300799)

static int64_t system_wall_us(void *context)
{
    struct timespec now;

    (void)context;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

static int64_t system_monotonic_ms(void *context)
{
    struct timespec now;

    (void)context;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const struct mp_clock mp_clock_system = {
    .wall_us = system_wall_us,
    .monotonic_ms = system_monotonic_ms,
    .context = NULL,
};

static int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

int32_t mp_clock_civil_day(int64_t wall_us, int offset_minutes)
{
    int64_t second = floor_divide(wall_us, US_PER_SECOND) + (int64_t)offset_minutes * 60;

    return (int32_t)floor_divide(second, SECONDS_PER_DAY);
}

void mp_clock_format_utc(int64_t wall_us, char text[static 28])
{
    int64_t second = floor_divide(wall_us, US_PER_SECOND);
    int64_t us = (wall_us % US_PER_SECOND + US_PER_SECOND) % US_PER_SECOND;
    struct tm parts;
    time_t instant;
    size_t length;

    if (second < FIRST_SECOND) {
        second = FIRST_SECOND;
        us = 0;
    }
    if (second > LAST_SECOND) {
        second = LAST_SECOND;
        us = US_PER_SECOND - 1;
    }
    instant = (time_t)second;
    gmtime_r(&instant, &parts);
    length = strftime(text, 28, "%Y-%m-%dT%H:%M:%S", &parts);
    if (length != 19) { /* years before 1000 come without their zeros */
        memmove(text + (19 - length), text, length + 1);
        memset(text, '0', 19 - length);
    }
    text[19] = '.';
    for (int i = 25; i > 19; i--, us /= 10)
        text[i] = (char)('0' + us % 10);
    memcpy(text + 26, "Z", 2);
}
