/* Figures of a set of milestones. */
#include "core/domain/measure.h"

#include <stdlib.h>

/* What of a set its ratios are made of. */
struct scope {
    const struct mp_measured *measured;
    size_t count;
    int32_t today, since;
    const struct mp_policy *policy;
    struct mp_scope_figures *figures;
};

static bool is_cancelled(const struct mp_measured *one)
{
    return one->record->cancelled_seq != 0;
}

/* One that was met "in March" was met once March has begun. */
static bool is_met_by(const struct mp_measured *one, int32_t day)
{
    return one->figures->actual_day != MP_DAY_NONE &&
           mp_date_begin(mp_milestone_actual(one->record)) <= day;
}

static double weight_of(const struct scope *scope, const struct mp_measured *one)
{
    return scope->figures->is_weighted ? one->record->definition.weight : 1;
}

static void find_weights(struct scope *scope)
{
    for (size_t i = 0; i < scope->count && !scope->figures->is_weighted; i++)
        scope->figures->is_weighted =
            !is_cancelled(&scope->measured[i]) && scope->measured[i].record->definition.weight > 0;
}

static void count_slip(const struct scope *scope, const struct mp_measured *one)
{
    struct mp_scope_figures *figures = scope->figures;
    const struct mp_days *slip = &one->figures->slip_original;

    figures->late_approved_count += one->figures->is_late_approved;
    figures->late_original_count += one->figures->is_late_original;
    if (slip->absence != MP_ABSENT_NOT)
        return;
    if (figures->slip_count == 0 || slip->days > figures->slip_most_days)
        figures->slip_most_days = slip->days;
    figures->slip_count++;
    figures->slip_sum_days += slip->days;
    figures->slip_mean.numerator += weight_of(scope, one) * slip->days;
    figures->slip_mean.denominator += weight_of(scope, one);
}

static void count_one(const struct scope *scope, const struct mp_measured *one)
{
    struct mp_scope_figures *figures = scope->figures;
    const struct mp_milestone_figures *of = one->figures;

    figures->milestone_count++;
    figures->suspended_count += mp_milestone_status_now(one->record) == MP_MILESTONE_SUSPENDED;
    figures->baselined_count += of->approved_day != MP_DAY_NONE;
    figures->met_count += is_met_by(one, scope->today);
    figures->claimed_only_count += of->is_claimed_only;
    figures->undated_count += of->is_undated;
    figures->grey_count += of->is_grey;
    figures->overdue_count += of->overdue_days > 0;
    figures->knocked_on_count += of->knock_on_days > 0;
    figures->colour_counts[of->against_original.colour]++;
    if (of->projected_day != MP_DAY_NONE && of->projected_day > figures->projected_end)
        figures->projected_end = of->projected_day;
    if (of->approved_day != MP_DAY_NONE && of->approved_day > figures->approved_end)
        figures->approved_end = of->approved_day;
    count_slip(scope, one);
}

/* Whether the policy lets an index be given; says why not. */
static enum mp_absence index_absence(const struct scope *scope)
{
    if (scope->policy == NULL)
        return MP_ABSENT_NO_POLICY;
    if (scope->figures->baselined_count == 0)
        return MP_ABSENT_NO_BASELINE;
    if (scope->figures->baselined_count < scope->policy->least_for_index)
        return MP_ABSENT_TOO_FEW;
    return MP_ABSENT_NOT;
}

static void finish_ratio(const struct scope *scope, struct mp_ratio *ratio)
{
    ratio->absence = index_absence(scope);
    if (ratio->absence == MP_ABSENT_NOT && ratio->denominator == 0)
        ratio->absence = MP_ABSENT_NONE_DUE;
}

static void measure_execution(const struct scope *scope)
{
    struct mp_ratio *bei = &scope->figures->bei, *hits = &scope->figures->hit_rate;

    for (size_t i = 0; i < scope->count; i++) {
        const struct mp_measured *one = &scope->measured[i];
        int32_t due = one->figures->approved_day;

        if (is_cancelled(one) || due == MP_DAY_NONE)
            continue;
        bei->numerator += is_met_by(one, scope->today);
        bei->denominator += due <= scope->today;
        if (due <= scope->today && (scope->since == MP_DAY_NONE || due > scope->since)) {
            hits->denominator++;
            hits->numerator += is_met_by(one, scope->today) && !one->figures->is_late_approved;
        }
    }
    finish_ratio(scope, bei);
    finish_ratio(scope, hits);
}

/* A baseline day and the value that falls due on it. */
struct due {
    int32_t day;
    double value;
};

static int compare_dues(const void *left, const void *right)
{
    const struct due *a = left, *b = right;

    return a->day < b->day ? -1 : a->day > b->day;
}

/* Baselined milestones by day; the values for today, and the start. */
static size_t gather_dues(const struct scope *scope, struct due *dues)
{
    __typeof__(scope->figures->earned) *earned = &scope->figures->earned;
    size_t count = 0;

    for (size_t i = 0; i < scope->count; i++) {
        const struct mp_measured *one = &scope->measured[i];
        double value = weight_of(scope, one);
        int32_t first = one->figures->original_day, due = one->figures->approved_day;

        if (is_cancelled(one) || due == MP_DAY_NONE)
            continue;
        if (earned->start_day == MP_DAY_NONE || first < earned->start_day)
            earned->start_day = first;
        earned->budget += value;
        earned->planned_value += due <= scope->today ? value : 0;
        earned->earned_value += is_met_by(one, scope->today) ? value : 0;
        dues[count++] = (struct due){due, value};
    }
    if (count == 0)
        return 0;
    qsort(dues, count, sizeof(*dues), compare_dues);
    return count;
}

/* The day, counted from the start, on which the plan had earned what is earned now. */
static double earned_schedule(const struct due *dues, size_t count, double earned_value,
                              int32_t start_day, double at_days)
{
    double planned = 0, reached = 0, next = 0;
    size_t i = 0;

    while (i < count) {
        double value = 0;
        int32_t day = dues[i].day;

        for (; i < count && dues[i].day == day; i++)
            value += dues[i].value;
        next = day - start_day;
        if (planned + value > earned_value && next <= 0)
            return 0; /* what was due first is not met */
        if (planned + value > earned_value) {
            /* Within this day's step, or on the level stretch before it. */
            if (planned < earned_value)
                return next - 1 + (earned_value - planned) / value;
            return at_days < reached ? reached : at_days < next - 1 ? at_days : next - 1;
        }
        planned += value;
        reached = next > 0 ? next : 0;
    }
    return reached; /* all is earned */
}

/* Time runs until all is met, so that a finished plan keeps the figures of its last day. */
static int32_t clock_stops_on(const struct scope *scope)
{
    int32_t last = scope->figures->earned.start_day;

    for (size_t i = 0; i < scope->count; i++) {
        const struct mp_measured *one = &scope->measured[i];

        if (is_cancelled(one) || one->figures->approved_day == MP_DAY_NONE)
            continue;
        if (!is_met_by(one, scope->today))
            return scope->today;
        if (one->figures->actual_day > last)
            last = one->figures->actual_day;
    }
    return last < scope->today ? last : scope->today;
}

static enum mp_absence earned_absence(const struct scope *scope, const struct due *dues,
                                      size_t count)
{
    const __typeof__(scope->figures->earned) *earned = &scope->figures->earned;
    enum mp_absence absence = index_absence(scope);

    if (absence != MP_ABSENT_NOT)
        return absence;
    if (earned->budget <= 0)
        return MP_ABSENT_NO_WEIGHT;
    if (dues[count - 1].day <= earned->start_day)
        return MP_ABSENT_NO_SPAN;
    return clock_stops_on(scope) <= earned->start_day ? MP_ABSENT_NO_TIME : MP_ABSENT_NOT;
}

static int measure_earned(const struct scope *scope, struct mp_arena *arena)
{
    __typeof__(scope->figures->earned) *earned = &scope->figures->earned;
    struct mp_arena_mark before = mp_arena_mark(arena);
    struct due *dues = mp_arena_array(arena, scope->count, sizeof(*dues));
    size_t count;

    if (dues == NULL)
        return MP_ENOMEM;
    earned->start_day = MP_DAY_NONE;
    earned->ieac_day = MP_DAY_NONE;
    count = gather_dues(scope, dues);
    earned->absence = earned_absence(scope, dues, count);
    if (earned->absence == MP_ABSENT_NOT) {
        earned->at_days = clock_stops_on(scope) - earned->start_day;
        earned->planned_duration_days = dues[count - 1].day - earned->start_day;
        earned->es_days =
            earned_schedule(dues, count, earned->earned_value, earned->start_day, earned->at_days);
        earned->sv_days = earned->es_days - earned->at_days;
        earned->spi = earned->es_days / earned->at_days;
        if (earned->spi > 0) {
            earned->ieac_days = earned->planned_duration_days / earned->spi;
            if (earned->ieac_days < MP_DAY_MOST - MP_DAY_LEAST)
                earned->ieac_day = earned->start_day + (int32_t)(earned->ieac_days + 0.5);
        }
    }
    mp_arena_release(arena, before);
    return 0;
}

static void measure_path(const struct scope *scope, const struct mp_calendar *calendar)
{
    struct mp_scope_figures *figures = scope->figures;
    struct mp_ratio *cpli = &figures->cpli;

    cpli->absence = index_absence(scope);
    if (cpli->absence != MP_ABSENT_NOT)
        return;
    if (figures->projected_end == MP_DAY_NONE) {
        cpli->absence = MP_ABSENT_NO_DATE;
        return;
    }
    cpli->denominator = mp_calendar_count(calendar, scope->today, figures->projected_end);
    cpli->numerator = cpli->denominator +
                      mp_calendar_count(calendar, figures->projected_end, figures->approved_end);
    if (cpli->denominator <= 0)
        cpli->absence = MP_ABSENT_NO_WAY;
}

int mp_scope_figures(const struct mp_measured *measured, size_t count, int32_t today, int32_t since,
                     const struct mp_policy *policy, const struct mp_calendar *calendar,
                     struct mp_arena *arena, struct mp_scope_figures *ret_figures)
{
    struct mp_scope_figures figures = {.projected_end = MP_DAY_NONE, .approved_end = MP_DAY_NONE};
    struct scope scope = {.measured = measured,
                          .count = count,
                          .today = today,
                          .since = since,
                          .policy = policy,
                          .figures = &figures};
    int result;

    find_weights(&scope);
    for (size_t i = 0; i < count; i++) {
        if (is_cancelled(&measured[i]))
            figures.cancelled_count++;
        else
            count_one(&scope, &measured[i]);
    }
    if (figures.slip_mean.denominator == 0)
        figures.slip_mean.absence =
            figures.slip_count == 0 ? MP_ABSENT_NO_BASELINE : MP_ABSENT_NO_WEIGHT;
    measure_execution(&scope);
    measure_path(&scope, calendar);
    result = measure_earned(&scope, arena);
    if (result == 0)
        *ret_figures = figures;
    return result;
}
