/* Clocks. Everything that needs the time gets it as a parameter or through struct mp_clock, so
 * that tests run on a virtual one. */
#ifndef MP_BASE_CLOCK_H
#define MP_BASE_CLOCK_H

#include <stdint.h>

struct mp_clock {
    /* Microseconds since 1970-01-01T00:00:00Z. May jump. */
    int64_t (*wall_us)(void *context);
    /* Milliseconds of a clock that never goes back. Timers use this one only. */
    int64_t (*monotonic_ms)(void *context);
    void *context;
};

/* The machine's clocks. */
extern const struct mp_clock mp_clock_system;

static inline int64_t mp_clock_wall_us(const struct mp_clock *clock)
{
    return clock->wall_us(clock->context);
}
static inline int64_t mp_clock_monotonic_ms(const struct mp_clock *clock)
{
    return clock->monotonic_ms(clock->context);
}

/* Civil day (days since 1970-01-01) of an instant in a fixed zone, given as minutes east of
 * Greenwich (Pakistan: 300, without daylight saving since 2010). Range: any int64 instant. */
int32_t mp_clock_civil_day(int64_t wall_us, int offset_minutes);

/* "2029-06-30T12:34:56.123456Z" into text[28]. */
void mp_clock_format_utc(int64_t wall_us, char text[static 28]);

#endif
