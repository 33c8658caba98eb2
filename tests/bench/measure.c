#include "tests/bench/measure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t bench_now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * BENCH_SECOND_NS + time.tv_nsec;
}

void bench_sleep_until_ns(int64_t when_ns)
{
    struct timespec time = {.tv_sec = when_ns / BENCH_SECOND_NS,
                            .tv_nsec = when_ns % BENCH_SECOND_NS};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
        ;
}

void bench_fail(const char *format, ...)
{
    int number = errno;
    va_list arguments;

    fprintf(stderr, "%s: ", program_invocation_short_name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, number == 0 ? "\n" : " (%s)\n", strerror(number));
    exit(1);
}

void *bench_allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    bench_need(memory != NULL, "no memory");
    return memory;
}

void bench_samples_add(struct bench_samples *samples, int64_t ns)
{
    if (samples->count == samples->capacity) {
        samples->capacity = samples->capacity == 0 ? 4096 : samples->capacity * 2;
        samples->ns = reallocarray(samples->ns, samples->capacity, sizeof(*samples->ns));
        bench_need(samples->ns != NULL, "no memory");
    }
    samples->ns[samples->count++] = ns;
}

void bench_samples_done(struct bench_samples *samples)
{
    free(samples->ns);
    *samples = (struct bench_samples){0};
}

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

double bench_samples_us(struct bench_samples *samples, double quantile)
{
    size_t at = (size_t)((double)samples->count * quantile);

    if (samples->count == 0)
        return 0;
    qsort(samples->ns, samples->count, sizeof(*samples->ns), compare);
    return (double)samples->ns[at < samples->count ? at : samples->count - 1] / 1000;
}

void bench_say_latency(const char *name, struct bench_samples *samples)
{
    bench_need(samples->count > 0, "%s: nothing came back", name);
    printf("%s_p50_us %.2f\n", name, bench_samples_us(samples, 0.5));
    printf("%s_p99_us %.2f\n", name, bench_samples_us(samples, 0.99));
}

void bench_say(const char *name, double value)
{
    printf("%s %.3f\n", name, value);
}

const char *bench_option(char **argv, const char *name, const char *fallback)
{
    size_t size = strlen(name);

    for (; *argv != NULL; argv++)
        if (strncmp(*argv, "--", 2) == 0 && strncmp(*argv + 2, name, size) == 0 &&
            (*argv)[size + 2] == '=')
            return *argv + size + 3;
    errno = 0;
    bench_need(fallback != NULL, "--%s=… is missing", name);
    return fallback;
}

double bench_number(char **argv, const char *name, double fallback)
{
    const char *text = bench_option(argv, name, "");

    return text[0] == '\0' ? fallback : strtod(text, NULL);
}
