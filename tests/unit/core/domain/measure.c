#include "core/domain/measure.h"

#include "core/base/auto.h"
#include "tests/unit/core/domain/dates.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define TODAY 1000

static const struct mp_policy policy = {"cpec-2.0", 0, 30, 90, 10, 25, 7, 31, 3};

static struct mp_slot slot(uint64_t seq, int32_t stated_on, int32_t day)
{
    return (struct mp_slot){.seq = seq, .stated_on = stated_on, .date = DAY(day)};
}

static struct mp_projection projection(int32_t day)
{
    return (struct mp_projection){.bound = day == MP_DAY_NONE ? MP_BOUND_NONE : MP_BOUND_EXPECTED,
                                  .day = day,
                                  .end = day,
                                  .link_day = MP_DAY_NONE};
}

static struct mp_milestone_figures figures_of(const struct mp_milestone_record *record,
                                              int32_t projected)
{
    struct mp_projection at = projection(projected);
    struct mp_milestone_figures figures;

    mp_milestone_figures(record, NULL, &at, TODAY, &policy, &figures);
    return figures;
}

static int32_t day_of(const char *text)
{
    int32_t day;

    cr_assert_eq(mp_day_parse(text, &day), 0);
    return day;
}

/* Completion dates of a public table of Chinese-financed projects (AidData, geospatial data of
 * global development finance, ports_filter: records 89653 and 88899) with the deviation that it
 * publishes, where late is negative; and one by hand. */
Test(domain_measure, a_slip_is_positive_when_late)
{
    static const struct {
        const char *planned, *actual;
        int32_t deviation;
    } rows[] = {{"2021-12-31", "2022-08-26", -238},
                {"2020-01-01", "2020-03-01", -60},
                {"2024-03-11", "2024-03-01", 10}};

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_milestone_record record = {.first = slot(1, 500, day_of(rows[i].planned)),
                                             .approved = slot(1, 500, day_of(rows[i].planned)),
                                             .met = slot(2, 900, day_of(rows[i].actual))};
        struct mp_milestone_figures figures = figures_of(&record, day_of(rows[i].actual));

        cr_expect_eq(figures.slip_original.absence, MP_ABSENT_NOT);
        cr_expect_eq(figures.slip_original.days, -rows[i].deviation, "%s", rows[i].planned);
        cr_expect(figures.is_claimed_only);
    }
}

Test(domain_measure, original_approved_and_last_report_are_three_figures)
{
    struct mp_milestone_record record = {.first = slot(1, 400, 600),
                                         .approved = slot(3, 700, 900),
                                         .rebaseline = slot(3, 700, 900),
                                         .forecast = slot(5, 950, 1200),
                                         .forecast_before = slot(4, 800, 1100)};
    struct mp_milestone_figures figures = figures_of(&record, 1250);

    cr_expect_eq(figures.slip_original.days, 650);
    cr_expect_eq(figures.slip_approved.days, 350);
    cr_expect_eq(figures.slip_last.days, 100, "its own forecasts, not what pushes it");
    cr_expect_eq(figures.expected_day, 1200);
    cr_expect_eq(figures.planned_duration.days, 500, "from the day it was first promised");
    cr_expect_eq(figures.against_original.colour, MP_COLOUR_RED);
    cr_expect_eq(figures.last_word_day, 950);
    record.confirmed = slot(6, 960, 955);
    figures = figures_of(&record, 955);
    cr_expect_eq(figures.slip_approved.days, 55);
    cr_expect_eq(figures.against_approved.colour, MP_COLOUR_AMBER);
    cr_expect_eq(figures.against_original.colour, MP_COLOUR_RED,
                 "a new baseline turns nothing green against the original");
}

Test(domain_measure, what_is_missing_is_said)
{
    struct mp_milestone_record record = {.forecast = slot(1, 900, 1100)};
    struct mp_milestone_figures figures = figures_of(&record, 1100);

    cr_expect_eq(figures.slip_original.absence, MP_ABSENT_NO_BASELINE);
    cr_expect_eq(figures.slip_last.absence, MP_ABSENT_ONE_FORECAST);
    cr_expect_eq(figures.against_original.colour, MP_COLOUR_NONE);
    cr_expect_eq(figures.planned_duration.absence, MP_ABSENT_NO_BASELINE);
    record = (struct mp_milestone_record){.cancelled_seq = 0};
    figures = figures_of(&record, MP_DAY_NONE);
    cr_expect(figures.is_undated);
    cr_expect_eq(figures.last_word_day, MP_DAY_NONE);
    record = (struct mp_milestone_record){
        .first = slot(1, 1, 900), .approved = slot(1, 1, 900), .cancelled_seq = 9};
    figures = figures_of(&record, 1000);
    cr_expect_eq(figures.slip_original.absence, MP_ABSENT_CANCELLED);
    cr_expect_eq(figures.against_original.colour, MP_COLOUR_NONE);
    cr_expect_not(figures.is_grey);
    cr_expect_str_eq(mp_absence_text(MP_ABSENT_NO_DATE), "no date given");
    cr_expect_str_eq(mp_absence_text(MP_ABSENT_NO_POLICY), "no policy in force");
}

Test(domain_measure, the_grey_zone_is_a_date_passed_in_silence)
{
    static const struct {
        const char *what;
        int32_t expected, said_later; /* progress stated on that day; 0: nothing */
        bool is_suspended, is_met, is_grey;
    } rows[] = {
        {"still to come", 1001, 0, false, false, false},
        {"within the grace", 993, 0, false, false, false},
        {"beyond it", 992, 0, false, false, true},
        {"something was said after it", 992, 993, false, false, false},
        {"said on the day itself", 992, 992, false, false, true},
        {"met", 992, 0, false, true, false},
        {"suspended", 992, 0, true, false, false},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_milestone_record record = {.forecast = slot(1, 800, rows[i].expected)};
        struct mp_milestone_figures figures;

        if (rows[i].said_later != 0) {
            record.progress.seq = 2;
            record.progress.stated_on = rows[i].said_later;
        }
        if (rows[i].is_suspended)
            record.suspension = slot(3, 801, 801);
        if (rows[i].is_met)
            record.met = slot(4, 801, 801);
        figures = figures_of(&record, TODAY);
        cr_expect_eq(figures.is_grey, rows[i].is_grey, "%s", rows[i].what);
    }
}

/* A set of milestones: first and approved baseline, met on (0: not), weight. */
struct row {
    int32_t baseline, met;
    uint32_t weight;
};

static struct mp_scope_figures scope_of(const struct row *rows, size_t count, int32_t today,
                                        int32_t since, const struct mp_policy *by)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 20);
    struct mp_milestone_record records[16] = {{.cancelled_seq = 0}};
    struct mp_milestone_figures figures[16];
    struct mp_measured measured[16];
    struct mp_scope_figures scope;

    cr_assert_leq(count, MP_LENGTH(records));
    for (size_t i = 0; i < count; i++) {
        struct mp_projection at;
        int32_t projected = rows[i].met != 0           ? rows[i].met
                            : rows[i].baseline > today ? rows[i].baseline
                                                       : today;

        if (rows[i].baseline != 0) {
            records[i].first = slot(1, 1, rows[i].baseline);
            records[i].approved = records[i].first;
        }
        if (rows[i].met != 0)
            records[i].confirmed = slot(2, rows[i].met, rows[i].met);
        records[i].definition.weight = rows[i].weight;
        at = projection(projected);
        mp_milestone_figures(&records[i], NULL, &at, today, by, &figures[i]);
        measured[i] = (struct mp_measured){&figures[i], &records[i]};
    }
    cr_assert_eq(mp_scope_figures(measured, count, today, since, by, NULL, arena, &scope), 0);
    return scope;
}

static void expect_near(const char *what, double got, double wanted)
{
    cr_expect(fabs(got - wanted) < 1e-9, "%s: %.12g, not %.12g", what, got, wanted);
}

Test(domain_measure, execution_index_and_hit_rate_count_what_was_due)
{
    /* due 100 met early, 200 met late, 300 not met, 400 met before it is due, 900 to come */
    static const struct row rows[] = {
        {100, 90, 0}, {200, 250, 0}, {300, 0, 0}, {400, 280, 0}, {900, 0, 0}};
    struct mp_scope_figures scope = scope_of(rows, MP_LENGTH(rows), 350, MP_DAY_NONE, &policy);

    expect_near("BEI", mp_ratio_value(&scope.bei), 3.0 / 3);
    expect_near("hits", mp_ratio_value(&scope.hit_rate), 1.0 / 3);
    scope = scope_of(rows, MP_LENGTH(rows), 350, 100, &policy);
    expect_near("hits since the first", mp_ratio_value(&scope.hit_rate), 0);
    expect_near("of two", scope.hit_rate.denominator, 2);
    cr_expect_eq(scope.milestone_count, 5);
    cr_expect_eq(scope.met_count, 3);
    cr_expect_eq(scope.late_original_count, 2, "one met late, one passed");
    cr_expect_eq(scope.slip_most_days, 50);
    expect_near("sum", (double)scope.slip_sum_days, -10 + 50 + 50 - 120 + 0);
    scope = scope_of(rows, MP_LENGTH(rows), 350, 340, &policy);
    cr_expect_eq(scope.hit_rate.absence, MP_ABSENT_NONE_DUE);
}

/* Values 10 at day 100, 30 at 200, 60 at 300 (weights 10, 20, 30), the first promised for 100. */
Test(domain_measure, earned_schedule_by_hand)
{
    static const struct {
        const char *what;
        int32_t met[3];
        int32_t today;
        double es, spi, planned;
        int32_t at; /* 0: up to today */
    } cases[] = {
        {"the first due, nothing met", {0, 0, 0}, 150, 0, 0, 10, 0},
        {"first met, second not yet due", {140, 0, 0}, 150, 50, 1, 10, 0},
        {"second ahead of its day: EV 30, level until 299", {100, 150, 0}, 150, 100, 2, 10, 0},
        {"first met, second overdue", {140, 0, 0}, 250, 99, 99.0 / 150, 30, 0},
        {"second met, first not: EV 20 of the step 10 → 30",
         {0, 200, 0},
         250,
         99.5,
         99.5 / 150,
         30,
         0},
        {"all met, long ago: time stopped on 300", {100, 200, 300}, 350, 200, 1, 60, 200},
        {"all met, the last too late", {100, 200, 340}, 999, 200, 200.0 / 240, 60, 240},
    };

    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        const struct row rows[] = {{100, cases[i].met[0], 10},
                                   {200, cases[i].met[1], 20},
                                   {300, cases[i].met[2], 30},
                                   {0, 0, 5}};
        struct mp_scope_figures scope =
            scope_of(rows, MP_LENGTH(rows), cases[i].today, MP_DAY_NONE, &policy);
        double at;

        /* Everything counts from the earliest first baseline, day 100. */
        cr_assert_eq(scope.earned.absence, MP_ABSENT_NOT, "%s", cases[i].what);
        cr_expect_eq(scope.earned.start_day, 100);
        expect_near(cases[i].what, scope.earned.planned_value, cases[i].planned);
        expect_near(cases[i].what, scope.earned.budget, 60);
        at = cases[i].at != 0 ? cases[i].at : cases[i].today - 100;
        expect_near(cases[i].what, scope.earned.at_days, at);
        expect_near(cases[i].what, scope.earned.es_days, cases[i].es);
        expect_near(cases[i].what, scope.earned.spi, cases[i].spi);
        expect_near(cases[i].what, scope.earned.sv_days, cases[i].es - at);
        expect_near(cases[i].what, scope.earned.ieac_days,
                    cases[i].spi > 0 ? 200 / cases[i].spi : 0);
    }
}

Test(domain_measure, small_sets_get_no_index)
{
    static const struct row rows[] = {{100, 90, 0}, {200, 0, 0}, {300, 0, 0}};
    struct mp_scope_figures scope = scope_of(rows, 2, 350, MP_DAY_NONE, &policy);

    cr_expect_eq(scope.bei.absence, MP_ABSENT_TOO_FEW);
    cr_expect_eq(scope.earned.absence, MP_ABSENT_TOO_FEW);
    cr_expect_eq(scope.cpli.absence, MP_ABSENT_TOO_FEW);
    scope = scope_of(rows, 3, 350, MP_DAY_NONE, &policy);
    cr_expect_eq(scope.bei.absence, MP_ABSENT_NOT);
    scope = scope_of(rows, 3, 350, MP_DAY_NONE, NULL);
    cr_expect_eq(scope.bei.absence, MP_ABSENT_NO_POLICY);
    scope = scope_of(rows, 0, 350, MP_DAY_NONE, &policy);
    cr_expect_eq(scope.bei.absence, MP_ABSENT_NO_BASELINE);
    cr_expect_eq(scope.slip_mean.absence, MP_ABSENT_NO_BASELINE);
    scope = scope_of(rows, 3, 100, MP_DAY_NONE, &policy);
    cr_expect_eq(scope.earned.absence, MP_ABSENT_NO_TIME);
}

Test(domain_measure, the_mean_slip_is_weighted_where_weights_are_given)
{
    static const struct row plain[] = {{100, 110, 0}, {200, 240, 0}};
    static const struct row weighted[] = {{100, 110, 3}, {200, 240, 1}, {300, 900, 0}};
    struct mp_scope_figures scope = scope_of(plain, 2, 950, MP_DAY_NONE, &policy);

    cr_expect_not(scope.is_weighted);
    expect_near("plain", mp_ratio_value(&scope.slip_mean), 25);
    scope = scope_of(weighted, 3, 950, MP_DAY_NONE, &policy);
    cr_expect(scope.is_weighted);
    expect_near("weighted", mp_ratio_value(&scope.slip_mean), (3 * 10 + 40) / 4.0);
}

/* Today is Friday 2024-03-01, the approved end Friday 2024-03-29. From today on there are 5 working
 * days to each Friday after it, 15 to Friday 2024-03-22, 25 to Friday 2024-04-05, and 10 to
 * Saturday 2024-03-16 as to the Friday before. */
Test(domain_measure, critical_path_length_index_by_hand)
{
    static const struct {
        const char *projected;
        double length, slack;
    } rows[] = {{"2024-03-29", 20, 0},
                {"2024-04-05", 25, -5},
                {"2024-03-22", 15, 5},
                {"2024-03-16", 10, 10}};
    MP_AUTO(mp_calendars_free) struct mp_calendars *calendars = mp_calendars_new();
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 20);
    const struct mp_calendar *weekdays = mp_calendars_at(calendars, MP_CALENDAR_WEEKDAYS);
    int32_t today = day_of("2024-03-01"), end = day_of("2024-03-29");
    struct mp_scope_figures scope;

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_milestone_record records[3] = {
            {.first = slot(1, 500, today), .approved = slot(1, 500, today)},
            {.first = slot(2, 500, today), .approved = slot(2, 500, today)},
            {.first = slot(3, 500, end), .approved = slot(3, 500, end)}};
        struct mp_milestone_figures figures[3];
        struct mp_measured measured[3];

        for (size_t j = 0; j < 3; j++) {
            struct mp_projection at = projection(j < 2 ? today : day_of(rows[i].projected));

            mp_milestone_figures(&records[j], NULL, &at, today, &policy, &figures[j]);
            measured[j] = (struct mp_measured){&figures[j], &records[j]};
        }
        cr_assert_eq(
            mp_scope_figures(measured, 3, today, MP_DAY_NONE, &policy, weekdays, arena, &scope), 0);
        expect_near(rows[i].projected, scope.cpli.denominator, rows[i].length);
        expect_near(rows[i].projected, mp_ratio_value(&scope.cpli),
                    (rows[i].length + rows[i].slack) / rows[i].length);
    }
}

Test(domain_measure, where_nothing_is_left_there_is_no_path)
{
    static const struct row rows[] = {{100, 100, 0}, {200, 200, 0}, {300, 0, 0}};
    struct mp_scope_figures scope = scope_of(rows, 3, 400, MP_DAY_NONE, &policy);

    cr_expect_eq(scope.cpli.absence, MP_ABSENT_NO_WAY, "projected for today");
}

/* Day 1003 is 1972-09-30: the month runs from 974. */
Test(domain_measure, a_month_that_holds_the_baseline_is_not_late)
{
    static const struct {
        const char *what;
        struct mp_date baseline, said;
        int32_t projected;
        bool is_late;
    } rows[] = {
        {"the month of the baseline", DAY(980), MONTH_TO(1003), 1003, false},
        {"the month after it", DAY(973), MONTH_TO(1003), 1003, true},
        {"a day of the baseline's month", MONTH_TO(1003), DAY(1000), 1000, false},
        {"the day after it", MONTH_TO(1003), DAY(1004), 1004, true},
        {"its own month, but pushed beyond", DAY(980), MONTH_TO(1003), 1010, true},
        {"early", DAY(980), DAY(970), 970, false},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_milestone_record record = {
            .first = {.seq = 1, .stated_on = 500, .date = rows[i].baseline},
            .approved = {.seq = 1, .stated_on = 500, .date = rows[i].baseline},
            .forecast = {.seq = 2, .stated_on = 900, .date = rows[i].said}};
        struct mp_milestone_figures figures = figures_of(&record, rows[i].projected);

        cr_expect_eq(figures.is_late_original, rows[i].is_late, "%s", rows[i].what);
        cr_expect_eq(figures.is_late_approved, rows[i].is_late, "%s", rows[i].what);
        cr_expect_eq(figures.slip_original.days, rows[i].projected - rows[i].baseline.day,
                     "slips count last days");
        record.cancelled_seq = 3;
        cr_expect_not(figures_of(&record, MP_DAY_NONE).is_late_original);
    }
}

Test(domain_measure, no_index_is_made_up_of_nothing)
{
    static const struct row one_day[] = {{100, 90, 0}, {100, 0, 0}, {100, 0, 0}};
    static const struct row weightless[] = {{100, 90, 0}, {200, 0, 0}, {300, 0, 0}, {0, 0, 7}};
    struct mp_scope_figures scope = scope_of(one_day, 3, 350, MP_DAY_NONE, &policy);

    cr_expect_eq(scope.earned.absence, MP_ABSENT_NO_SPAN);
    expect_near("met of due", mp_ratio_value(&scope.bei), 1.0 / 3);
    scope = scope_of(weightless, 4, 350, MP_DAY_NONE, &policy);
    cr_expect_eq(scope.earned.absence, MP_ABSENT_NO_WEIGHT);
    cr_expect_eq(scope.slip_mean.absence, MP_ABSENT_NO_WEIGHT);
    cr_expect_eq(scope.slip_count, 3u);
}

/* Three milestones of which one is suspended and two are cancelled, one of these late. */
Test(domain_measure, the_cancelled_are_counted_and_nothing_else_of_them)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 20);
    struct mp_milestone_record records[3] = {
        {.first = slot(1, 1, 900), .approved = slot(1, 1, 900), .suspension = slot(2, 800, 800)},
        {.first = slot(1, 1, 100), .approved = slot(1, 1, 100), .cancelled_seq = 5},
        {.cancelled_seq = 6}};
    struct mp_milestone_figures figures[3];
    struct mp_measured measured[3];
    struct mp_scope_figures scope;

    for (size_t i = 0; i < 3; i++) {
        figures[i] = figures_of(&records[i], i == 0 ? TODAY : MP_DAY_NONE);
        measured[i] = (struct mp_measured){&figures[i], &records[i]};
    }
    cr_assert_eq(mp_scope_figures(measured, 3, TODAY, MP_DAY_NONE, &policy, NULL, arena, &scope),
                 0);
    cr_expect_eq(scope.milestone_count, 1u);
    cr_expect_eq(scope.cancelled_count, 2u);
    cr_expect_eq(scope.suspended_count, 1u);
    cr_expect_eq(scope.baselined_count, 1u);
    cr_expect_eq(scope.undated_count, 0u);
    cr_expect_eq(scope.late_original_count, 1u);
    cr_expect_eq(scope.slip_most_days, 100);
    cr_expect_eq(scope.bei.absence, MP_ABSENT_TOO_FEW);
}
