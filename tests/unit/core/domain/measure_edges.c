/* Measures at their edges: the status date itself, vague dates, baselines that were set anew. */
#include "core/domain/measure.h"

#include "core/base/auto.h"

#include <criterion/criterion.h>

#define MOST     4
#define MONTH_TO 1003 /* 1972-09-30: its month runs from 974 */

static const struct mp_policy policy = {"default", 0, 30, 90, 10, 25, 7, 31, 1};

static struct mp_slot slot(int32_t stated_on, int32_t day, enum mp_precision precision)
{
    return (struct mp_slot){.seq = 1, .stated_on = stated_on, .date = {day, precision}};
}

/* One promised for that day on day 1, and approved for it or for a later one. */
static struct mp_milestone_record promised(int32_t first, int32_t approved)
{
    return (struct mp_milestone_record){.first = slot(1, first, MP_PRECISION_DAY),
                                        .approved = slot(2, approved, MP_PRECISION_DAY)};
}

static struct mp_scope_figures scope_of(const struct mp_milestone_record *records, size_t count,
                                        int32_t today)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 20);
    struct mp_milestone_figures figures[MOST];
    struct mp_measured measured[MOST];
    struct mp_scope_figures scope;

    cr_assert_leq(count, MOST);
    for (size_t i = 0; i < count; i++) {
        struct mp_projection at = {
            .bound = MP_BOUND_EXPECTED, .day = today, .end = today, .link_day = MP_DAY_NONE};

        mp_milestone_figures(&records[i], NULL, &at, today, &policy, &figures[i]);
        measured[i] = (struct mp_measured){&figures[i], &records[i]};
    }
    cr_assert_eq(
        mp_scope_figures(measured, count, today, MP_DAY_NONE, &policy, NULL, arena, &scope), 0);
    return scope;
}

Test(domain_measure_edges, what_is_due_on_the_status_date_is_due)
{
    struct mp_milestone_record records[] = {promised(500, 500), promised(501, 501)};
    struct mp_scope_figures scope;

    records[0].met = slot(500, 500, MP_PRECISION_DAY);
    scope = scope_of(records, 2, 500);
    cr_expect(scope.bei.numerator == 1 && scope.bei.denominator == 1);
    cr_expect(scope.hit_rate.numerator == 1 && scope.hit_rate.denominator == 1);
    cr_expect(scope.earned.planned_value == 1);
    scope = scope_of(records, 2, 501);
    cr_expect(scope.bei.denominator == 2 && scope.hit_rate.denominator == 2);
}

/* Said in the middle of September: it was met in September. */
Test(domain_measure_edges, what_was_met_in_a_month_is_met_once_the_month_has_begun)
{
    struct mp_milestone_record record = promised(980, 980);

    record.met = slot(990, MONTH_TO, MP_PRECISION_MONTH);
    cr_expect_eq(scope_of(&record, 1, 990).met_count, 1u);
    cr_expect_eq(scope_of(&record, 1, 974).met_count, 1u);
    cr_expect_eq(scope_of(&record, 1, 973).met_count, 0u);
}

/* Promised for day 100 and put off to 450: the delay counts from the first promise on. */
Test(domain_measure_edges, earned_schedule_counts_from_the_earliest_first_baseline)
{
    struct mp_milestone_record records[] = {promised(400, 400), promised(100, 450)};
    struct mp_scope_figures scope = scope_of(records, 2, 250);

    cr_expect_eq(scope.earned.absence, MP_ABSENT_NOT);
    cr_expect_eq(scope.earned.start_day, 100);
    cr_expect(scope.earned.at_days == 150 && scope.earned.planned_duration_days == 350);
    cr_expect(scope.earned.es_days == 150 && scope.earned.spi == 1, "nothing was due");
    scope = scope_of(records, 2, 450);
    cr_expect(scope.earned.es_days == 299, "the last day on which nothing was due");
}

Test(domain_measure_edges, a_duration_runs_from_the_approved_baseline_of_its_start)
{
    struct mp_milestone_record start = promised(100, 200), record = promised(400, 500);
    struct mp_projection at = {.bound = MP_BOUND_EXPECTED, .day = 500, .end = 500};
    struct mp_milestone_figures figures;

    mp_milestone_figures(&record, &start, &at, 300, &policy, &figures);
    cr_expect_eq(figures.planned_duration.days, 300);
    start.approved.seq = 0;
    mp_milestone_figures(&record, &start, &at, 300, &policy, &figures);
    cr_expect_eq(figures.planned_duration.days, 499, "from the day it was first promised");
    record.approved.date.day = 1;
    mp_milestone_figures(&record, NULL, &at, 300, &policy, &figures);
    cr_expect_eq(figures.planned_duration.absence, MP_ABSENT_NO_DATE, "no time was planned");
}
