/* Figures of a benchmark program: time, samples, options, and the one way to report: a line
 * "name value" a figure on stdout. A program that cannot measure says why and ends with 1; nothing
 * here asserts a time. */
#ifndef MP_BENCH_MEASURE_H
#define MP_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_SECOND_NS INT64_C(1000000000)

int64_t bench_now_ns(void);
void bench_sleep_until_ns(int64_t when_ns);

/* Says so on stderr, with errno's text if there is one, and exits. */
_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define bench_need(condition, ...)                                                                 \
    do {                                                                                           \
        if (!(condition))                                                                          \
            bench_fail(__VA_ARGS__);                                                               \
    } while (0)
/* calloc or the end. */
void *bench_allocate(size_t count, size_t size);

struct bench_samples {
    int64_t *ns;
    size_t count, capacity;
};
void bench_samples_add(struct bench_samples *samples, int64_t ns);
void bench_samples_done(struct bench_samples *samples);
/* Sorts them; quantile 0.5 is the median. 0 without samples. */
double bench_samples_us(struct bench_samples *samples, double quantile);
/* name_p50_us and name_p99_us. */
void bench_say_latency(const char *name, struct bench_samples *samples);
void bench_say(const char *name, double value);

/* "--name=value" of the command line; fallback when it is not there, and the end when that is NULL.
 */
const char *bench_option(char **argv, const char *name, const char *fallback);
double bench_number(char **argv, const char *name, double fallback);

#endif
