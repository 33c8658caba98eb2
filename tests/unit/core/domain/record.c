#include "core/domain/record.h"

#include <criterion/criterion.h>

#define DATE(number) ((struct mp_date){(number), MP_PRECISION_DAY})

/* seq 0 leaves the slot empty. */
static struct mp_slot slot(uint64_t seq, int32_t stated_on, int32_t day)
{
    struct mp_slot made = {.seq = seq, .stated_on = stated_on};

    if (seq != 0)
        made.date = DATE(day);
    return made;
}

Test(domain_record, a_project_has_the_status_said_last)
{
    static const struct {
        const char *what;
        int32_t defined_on;
        uint64_t defined_seq;
        enum mp_project_status defined;
        int32_t stated_on;
        uint64_t stated_seq;
        enum mp_project_status stated, wanted;
    } rows[] = {
        {"never stated", 10, 1, MP_PROJECT_PREPARATION, 0, 0, 0, MP_PROJECT_PREPARATION},
        {"stated later", 10, 1, MP_PROJECT_PREPARATION, 11, 2, MP_PROJECT_SUSPENDED,
         MP_PROJECT_SUSPENDED},
        {"recorded later of an earlier day", 10, 1, MP_PROJECT_PREPARATION, 9, 2,
         MP_PROJECT_SUSPENDED, MP_PROJECT_PREPARATION},
        {"same day, defined again", 10, 3, MP_PROJECT_PREPARATION, 10, 2, MP_PROJECT_SUSPENDED,
         MP_PROJECT_PREPARATION},
        {"same day, stated after", 10, 1, MP_PROJECT_PREPARATION, 10, 2, MP_PROJECT_SUSPENDED,
         MP_PROJECT_SUSPENDED},
        {"defined later without a status", 12, 3, MP_PROJECT_STATUS_NONE, 10, 2,
         MP_PROJECT_SUSPENDED, MP_PROJECT_SUSPENDED},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_project_record project = {
            .definition.status = rows[i].defined,
            .defined_on = rows[i].defined_on,
            .defined_seq = rows[i].defined_seq,
        };

        project.stated.seq = rows[i].stated_seq;
        project.stated.stated_on = rows[i].stated_on;
        project.stated.status = rows[i].stated;
        cr_expect_eq(mp_project_status_now(&project), rows[i].wanted, "%s", rows[i].what);
    }
}

Test(domain_record, a_milestone_has_the_strongest_status)
{
    static const struct {
        const char *what;
        uint64_t cancelled, met, confirmed;
        int32_t suspended_on, resumed_on; /* 0: never; seq 20 and 21 */
        enum mp_milestone_status stated, wanted;
    } rows[] = {
        {"nothing", 0, 0, 0, 0, 0, 0, MP_MILESTONE_SCHEDULED},
        {"stated", 0, 0, 0, 0, 0, MP_MILESTONE_PARTIALLY_MET, MP_MILESTONE_PARTIALLY_MET},
        {"suspended over stated", 0, 0, 0, 5, 0, MP_MILESTONE_NOT_MET, MP_MILESTONE_SUSPENDED},
        {"resumed", 0, 0, 0, 5, 6, MP_MILESTONE_NOT_MET, MP_MILESTONE_NOT_MET},
        {"resumed the same day", 0, 0, 0, 5, 5, 0, MP_MILESTONE_SCHEDULED},
        {"suspended again", 0, 0, 0, 7, 6, 0, MP_MILESTONE_SUSPENDED},
        {"claimed over suspended", 0, 9, 0, 5, 0, 0, MP_MILESTONE_MET},
        {"confirmed alone", 0, 0, 9, 0, 0, 0, MP_MILESTONE_MET},
        {"cancelled over all", 8, 9, 9, 5, 0, MP_MILESTONE_NOT_MET, MP_MILESTONE_CANCELLED},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_milestone_record milestone = {
            .cancelled_seq = rows[i].cancelled,
            .met = slot(rows[i].met, 1, 1),
            .confirmed = slot(rows[i].confirmed, 1, 1),
            .suspension = slot(rows[i].suspended_on != 0 ? 20 : 0, rows[i].suspended_on, 1),
            .resumption = slot(rows[i].resumed_on != 0 ? 21 : 0, rows[i].resumed_on, 1),
        };

        milestone.stated.seq = rows[i].stated != 0 ? 30 : 0;
        milestone.stated.status = rows[i].stated;
        cr_expect_eq(mp_milestone_status_now(&milestone), rows[i].wanted, "%s", rows[i].what);
    }
}

Test(domain_record, expected_is_what_was_said_last_and_the_first_baseline_only_alone)
{
    static const struct {
        const char *what;
        struct mp_slot first, approved, forecast;
        int32_t wanted; /* 0: none */
    } rows[] = {
        {"nothing", {0}, {0}, {0}, 0},
        {"first alone", {1, 10, {100, 1}, 0}, {1, 10, {100, 1}, 0}, {0}, 100},
        {"a forecast, even one stated before the first baseline",
         {2, 10, {100, 1}, 0},
         {2, 10, {100, 1}, 0},
         {1, 9, {120, 1}, 0},
         120},
        {"re-baselined after the forecast",
         {1, 10, {100, 1}, 0},
         {3, 12, {140, 1}, 0},
         {2, 11, {120, 1}, 0},
         140},
        {"forecast after the re-baseline",
         {1, 10, {100, 1}, 0},
         {3, 12, {140, 1}, 0},
         {4, 13, {150, 1}, 0},
         150},
        {"forecast recorded later, stated before",
         {1, 10, {100, 1}, 0},
         {3, 12, {140, 1}, 0},
         {4, 11, {150, 1}, 0},
         140},
        {"same day: the sequence decides",
         {1, 10, {100, 1}, 0},
         {3, 12, {140, 1}, 0},
         {4, 12, {150, 1}, 0},
         150},
        {"forecast alone", {0}, {0}, {1, 9, {120, 1}, 0}, 120},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_milestone_record milestone = {
            .first = rows[i].first, .approved = rows[i].approved, .forecast = rows[i].forecast};
        if (rows[i].approved.seq != rows[i].first.seq)
            milestone.rebaseline = rows[i].approved;
        struct mp_date expected = mp_milestone_expected(&milestone);

        cr_expect_eq(mp_date_is_set(expected), rows[i].wanted != 0, "%s", rows[i].what);
        cr_expect_eq(expected.day, rows[i].wanted, "%s", rows[i].what);
    }
}

Test(domain_record, confirmed_goes_before_claimed)
{
    struct mp_milestone_record milestone = {.met = slot(1, 1, 50)};

    cr_expect_eq(mp_milestone_actual(&milestone).day, 50);
    milestone.confirmed = slot(2, 1, 60);
    cr_expect_eq(mp_milestone_actual(&milestone).day, 60);
    milestone = (struct mp_milestone_record){.forecast = slot(1, 1, 50)};
    cr_expect_not(mp_date_is_set(mp_milestone_actual(&milestone)));
}

/* Baseline 100 unless it says otherwise; day 0: not given. */
struct late_row {
    const char *what;
    int32_t approved, forecast, met, confirmed, suspended_on;
    enum mp_milestone_status stated;
    bool is_cancelled;
    int32_t today;
    bool is_late;
    bool has_slip;
    int32_t slip;
};

static const struct late_row late_rows[] = {
    {"no baseline", 0, 300, 0, 0, 0, 0, false, 200, false, false, 0},
    {"on its way", 100, 0, 0, 0, 0, 0, false, 50, false, true, 0},
    {"on the day", 100, 0, 0, 0, 0, 0, false, 100, false, true, 0},
    {"overdue", 100, 0, 0, 0, 0, 0, false, 101, true, true, 1},
    {"forecast for after", 100, 130, 0, 0, 0, 0, false, 50, true, true, 30},
    {"forecast for before", 100, 90, 0, 0, 0, 0, false, 50, false, true, -10},
    {"forecast for before, which has passed", 100, 90, 0, 0, 0, 0, false, 95, false, true, -5},
    {"met in time, looked at late", 100, 130, 99, 0, 0, 0, false, 500, false, true, -1},
    {"met late", 100, 0, 104, 0, 0, 0, false, 50, true, true, 4},
    {"claimed late, confirmed in time", 100, 0, 104, 98, 0, 0, false, 200, false, true, -2},
    {"suspended with a late forecast, not overdue", 100, 130, 0, 0, 5, 0, false, 50, false, true,
     30},
    {"suspended and overdue", 100, 0, 0, 0, 5, 0, false, 120, true, true, 20},
    {"cancelled", 100, 130, 0, 0, 0, 0, true, 200, false, true, 100},
    {"partially met and overdue", 100, 0, 0, 0, 0, MP_MILESTONE_PARTIALLY_MET, false, 101, true,
     true, 1},
    {"no today", 100, 0, 0, 0, 0, 0, false, MP_DAY_NONE, false, true, 0},
};

Test(domain_record, late_and_slip_follow_the_table)
{
    for (size_t i = 0; i < MP_LENGTH(late_rows); i++) {
        const struct late_row *row = &late_rows[i];
        struct mp_milestone_record milestone = {
            .first = slot(row->approved != 0 ? 1 : 0, 1, row->approved),
            .approved = slot(row->approved != 0 ? 1 : 0, 1, row->approved),
            .forecast = slot(row->forecast != 0 ? 2 : 0, 2, row->forecast),
            .met = slot(row->met != 0 ? 3 : 0, 3, row->met),
            .confirmed = slot(row->confirmed != 0 ? 4 : 0, 4, row->confirmed),
            .suspension = slot(row->suspended_on != 0 ? 5 : 0, row->suspended_on, 1),
            .cancelled_seq = row->is_cancelled ? 6 : 0,
        };
        int32_t days = -999;

        milestone.stated.seq = row->stated != 0 ? 7 : 0;
        milestone.stated.status = row->stated;
        cr_expect_eq(mp_milestone_is_late(&milestone, row->today), row->is_late, "%s", row->what);
        cr_expect_eq(mp_milestone_slip_days(&milestone, &milestone.approved, row->today, &days),
                     row->has_slip, "%s", row->what);
        cr_expect_eq(days, row->has_slip ? row->slip : -999, "%s: %d", row->what, days);
    }
}

Test(domain_record, a_period_that_has_not_ended_before_the_baseline_is_not_later)
{
    /* Baseline 2026-03-31 to the day; forecast "2026" and "2026-Q2". */
    struct mp_milestone_record milestone = {.approved = slot(1, 1, 20543)};

    milestone.first = milestone.approved;
    milestone.forecast =
        (struct mp_slot){.seq = 2, .stated_on = 2, .date = {20818, MP_PRECISION_YEAR}};
    cr_expect_not(mp_milestone_is_late(&milestone, 20000));
    cr_expect(mp_milestone_is_late(&milestone, 20544), "then it is overdue");
    milestone.forecast.date = (struct mp_date){20634, MP_PRECISION_QUARTER};
    cr_expect(mp_milestone_is_late(&milestone, 20000));
}

Test(domain_record, slip_against_the_first_and_the_approved_baseline_differ)
{
    struct mp_milestone_record milestone = {
        .first = slot(1, 1, 100), .approved = slot(2, 2, 150), .met = slot(3, 3, 160)};
    int32_t days;

    cr_assert(mp_milestone_slip_days(&milestone, &milestone.first, 0, &days));
    cr_expect_eq(days, 60);
    cr_assert(mp_milestone_slip_days(&milestone, &milestone.approved, 0, &days));
    cr_expect_eq(days, 10);
}
