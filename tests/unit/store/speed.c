/* A rough figure, printed and never asserted: machines differ. What is asserted is that so many
 * events are all there and proved. */
#include "tests/unit/store/fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <time.h>

#define EVENTS     100000
#define PROJECTS   64
#define BATCH_MOST 1024

static const char *milestone_of(struct fixture *fixture, int number)
{
    return mp_arena_printf(fixture->arena, "project-%d:m%d", number % PROJECTS, number / PROJECTS);
}

static void define(struct fixture *fixture)
{
    struct mp_change changes[MP_CHANGES_MOST];

    for (int i = 0; i < PROJECTS; i++)
        changes[i] = fixture_project(mp_arena_printf(fixture->arena, "project-%d", i));
    fixture_put(fixture, changes, PROJECTS);
    for (int round = 0; round < 16; round++) {
        for (int i = 0; i < PROJECTS; i++)
            changes[i] = fixture_milestone(milestone_of(fixture, round * PROJECTS + i));
        fixture_put(fixture, changes, PROJECTS);
    }
}

static int64_t cpu_us(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* changes_each in a submission, submissions until the batch is large. */
static void put_forecasts(struct fixture *fixture, uint32_t changes_each)
{
    const char *milestones[16 * PROJECTS];
    int64_t start = mp_clock_monotonic_ms(&mp_clock_system), spent;
    int64_t cpu_start = cpu_us();
    uint64_t done = 0;

    for (int i = 0; i < 16 * PROJECTS; i++)
        milestones[i] = milestone_of(fixture, i);
    while (done < EVENTS) {
        struct mp_batch *batch = fixture_begin(fixture);

        for (uint32_t in_batch = 0; in_batch < BATCH_MOST; in_batch += changes_each) {
            struct mp_uuid id = fixture_id(fixture);

            mp_batch_mark(batch);
            for (uint32_t i = 0; i < changes_each; i++, done++) {
                struct mp_change change =
                    fixture_forecast(milestones[done * 7919 % MP_LENGTH(milestones)],
                                     20000 + (int32_t)(done % 1000), FIXTURE_TODAY);

                cr_assert_eq(fixture_apply(batch, &change, &id, i), 0);
            }
            cr_assert_eq(fixture_keep(batch, &id, changes_each), 0);
        }
        cr_assert_eq(mp_batch_commit(batch), 0);
    }
    spent = mp_clock_monotonic_ms(&mp_clock_system) - start;
    printf("store: %llu changes, %u a submission, %d a batch: %lld a second, %.2f us of processor "
           "each\n",
           (unsigned long long)done, changes_each, BATCH_MOST,
           (long long)done * 1000 / (spent == 0 ? 1 : (long long)spent),
           (double)(cpu_us() - cpu_start) / (double)done);
}

Test(store_speed, a_hundred_thousand_events_are_all_there)
{
    struct fixture fixture;
    struct mp_verify_report report = {.findings = 0};
    int64_t start;

    fixture_open(&fixture, 0);
    define(&fixture);
    put_forecasts(&fixture, 64);
    put_forecasts(&fixture, 1);
    start = mp_clock_monotonic_ms(&mp_clock_system);
    fixture_reopen(&fixture);
    printf("store: opened in %lld ms\n",
           (long long)(mp_clock_monotonic_ms(&mp_clock_system) - start));
    mp_store_close(mp_take(fixture.store));
    start = mp_clock_monotonic_ms(&mp_clock_system);
    cr_assert_eq(mp_store_verify(&fixture.options, fixture_path(&fixture, "scratch"), &report), 0);
    cr_assert_eq(report.findings, 0);
    cr_assert_geq(report.events, 2 * EVENTS);
    printf("store: %llu events proved in %lld ms\n", (unsigned long long)report.events,
           (long long)(mp_clock_monotonic_ms(&mp_clock_system) - start));
    fixture_close(&fixture);
}
