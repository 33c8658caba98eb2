/* What the statements come to: figures of a milestone, and of a set of them (a project, a corridor,
 * a region, an agency, a programme). Pure; every figure comes with what it was made of, or with the
 * reason why it is absent. Days late are positive, everywhere.
 *
 * Sources of the formulas: BEI, hit task rate and CPLI: DCMA 14-point schedule assessment; earned
 * schedule: Lipke, "Schedule is Different" (2003); trend: milestone trend analysis. */
#ifndef MP_DOMAIN_MEASURE_H
#define MP_DOMAIN_MEASURE_H

#include "core/domain/policy.h"
#include "core/domain/record.h"
#include "core/domain/schedule.h"

#include <stddef.h>

/* Why a figure is absent. */
#define MP_ABSENCES(X)                                                                             \
    X(MP_ABSENT_NOT, 0, "")                                                                        \
    X(MP_ABSENT_NO_BASELINE, 1, "no baseline")                                                     \
    X(MP_ABSENT_NO_DATE, 2, "no date given")                                                       \
    X(MP_ABSENT_ONE_FORECAST, 3, "fewer than two forecasts")                                       \
    X(MP_ABSENT_TOO_FEW, 4, "fewer milestones than the policy asks for")                           \
    X(MP_ABSENT_NONE_DUE, 5, "nothing was due")                                                    \
    X(MP_ABSENT_NO_TIME, 6, "no time has passed since the first baseline")                         \
    X(MP_ABSENT_NO_WAY, 7, "nothing is left to do")                                                \
    X(MP_ABSENT_CANCELLED, 8, "cancelled")                                                         \
    X(MP_ABSENT_NO_POLICY, 9, "no policy in force")                                                \
    X(MP_ABSENT_NO_WEIGHT, 10, "weights are given, but none to these")                             \
    X(MP_ABSENT_NO_SPAN, 11, "everything was planned for one day")
#define X(name, number, text) name = (number),
enum mp_absence { MP_ABSENCES(X) };
#undef X
const char *mp_absence_text(enum mp_absence absence);

/* A figure of days that may be absent. */
struct mp_days {
    enum mp_absence absence;
    int32_t days;
};
/* A ratio that may be absent: numerator ÷ denominator, both shown. */
struct mp_ratio {
    enum mp_absence absence;
    double numerator, denominator;
};
/* 0 when absent. */
double mp_ratio_value(const struct mp_ratio *ratio);

/* ---- A milestone ---- */

struct mp_milestone_figures {
    int32_t original_day;  /* first baseline; MP_DAY_NONE: none, as below */
    int32_t approved_day;  /* approved baseline */
    int32_t expected_day;  /* DOMAIN's expected date */
    int32_t actual_day;    /* confirmed, else claimed */
    bool is_claimed_only;  /* the actual date is claimed and not confirmed */
    int32_t projected_day; /* of the schedule */
    /* actual, else projected − baseline */
    struct mp_days slip_original, slip_approved;
    struct mp_days slip_last; /* this forecast − the one before */
    /* DOMAIN's "later": a period that begins after the baseline's ends. A month that ends after the
     * baseline's day counts days of slip, and is not late. */
    bool is_late_original, is_late_approved;
    int32_t overdue_days, knock_on_days;
    bool is_undated; /* "no date given" */
    /* Neither met, cancelled nor suspended, its expected date passed by more than the policy's
     * grey_days, and nothing was said of it after that date. */
    bool is_grey;
    int32_t last_word_day; /* latest stated_on of what stands about it; MP_DAY_NONE: nothing */
    /* From the approved baseline of its activity's start, else from the day on which its first
     * baseline was stated, to its approved baseline; ≤ 0 or without baseline: absent. */
    struct mp_days planned_duration;
    struct mp_verdict against_original, against_approved; /* policy.h */
};

/* start: the record of the activity's start; NULL: none. projection: mp_schedule_projection. today:
 * the status date. policy: in force on it; NULL: none. */
void mp_milestone_figures(const struct mp_milestone_record *record,
                          const struct mp_milestone_record *start,
                          const struct mp_projection *projection, int32_t today,
                          const struct mp_policy *policy, struct mp_milestone_figures *ret_figures);

/* ---- A set of milestones ---- */

/* One milestone of a set: its figures and its weight (0 counts as 1 where no milestone of the set
 * has a weight, else as nothing: is_weighted says which). */
struct mp_measured {
    const struct mp_milestone_figures *figures;
    const struct mp_milestone_record *record;
};

struct mp_scope_figures {
    size_t milestone_count; /* without the cancelled */
    size_t cancelled_count, suspended_count;
    size_t baselined_count, met_count, claimed_only_count;
    size_t undated_count, grey_count, overdue_count, knocked_on_count;
    size_t late_original_count, late_approved_count;
    size_t colour_counts[MP_COLOUR_COUNT]; /* against the original baseline */
    /* Sum, largest and (weighted, where weights are given) mean of positive and negative slips
     * against the original; of slip_count milestones. */
    size_t slip_count;
    int64_t slip_sum_days;
    int32_t slip_most_days;
    struct mp_ratio slip_mean;
    bool is_weighted;

    /* Baselined milestones met by today ÷ milestones whose approved baseline is on or before it. */
    struct mp_ratio bei;
    /* Of those whose approved baseline lies in (since, today]: met on or before it ÷ all. */
    struct mp_ratio hit_rate;
    /* Earned schedule in days from the scope's earliest first baseline, in steps of one day, value
     * = weight. PV(t): weight of approved baselines on or before t; EV: of what is met by today.
     *   ES = C + (EV − PV_C) ÷ (PV_{C+1} − PV_C)
     * Where PV stands still at EV, ES is the day of that stretch nearest to AT: nothing that is
     * not due counts for or against. */
    struct {
        enum mp_absence absence;
        int32_t start_day;                          /* earliest first baseline */
        double planned_value, earned_value, budget; /* at today; at the end */
        double es_days, at_days;      /* AT: to today, or to the day on which all of it was met */
        double planned_duration_days; /* PD: to the latest approved baseline */
        double sv_days;               /* ES − AT: negative is behind */
        double spi;                   /* ES ÷ AT */
        double ieac_days;             /* PD ÷ SPI; 0 where SPI is 0 */
        int32_t ieac_day;             /* start + IEAC; MP_DAY_NONE where SPI is 0 */
    } earned;
    /* Critical path length index: (length + float) ÷ length, in working days of the calendar
     * given: length from today to the scope's largest projected date, float from that to its
     * largest approved baseline (negative: late). */
    struct mp_ratio cpli;
    int32_t projected_end, approved_end; /* MP_DAY_NONE */
};

/* today: status date; since: begin of the hit rate's period (MP_DAY_NONE: all time). policy NULL:
 * indexes are absent. calendar: of the CPLI (NULL: elapsed). Takes scratch memory from the arena.
 * 0 or MP_ENOMEM. */
int mp_scope_figures(const struct mp_measured *measured, size_t count, int32_t today, int32_t since,
                     const struct mp_policy *policy, const struct mp_calendar *calendar,
                     struct mp_arena *arena, struct mp_scope_figures *ret_figures) MP_CHECK_RESULT;

/* ---- How the expected date moved ---- */

/* One statement of when a milestone is expected, in the order of (stated_on, seq): baselines and
 * forecasts. What is expected after each follows the rule of mp_milestone_expected, as
 * decide_forecast.c applies it: the last forecast or re-baseline so far, the first baseline only
 * while there is neither. */
struct mp_move {
    uint64_t seq;
    enum mp_change_kind kind;
    int32_t stated_on;
    struct mp_date date;
    enum mp_reason reason;
    struct mp_date before; /* what was expected when it was said; not set for the first */
    int32_t days;          /* from before, last day to last day; 0 for the first and an aside */
    bool is_later;         /* its period begins after that of before ends */
    bool is_first;
    bool is_aside; /* the first baseline, said when other dates already stood: it moves none */
};
/* From the milestone's entries (any order; withdrawn ones, recalled re-baselines and other kinds
 * are passed over). moves has count places; *ret_count of them are filled. */
void mp_moves(const struct mp_entry *entries, size_t count, struct mp_move *ret_moves,
              size_t *ret_count);

struct mp_reason_total {
    size_t count; /* moves to a later date for that reason */
    int64_t days; /* together */
};
/* Adds to totals[MP_REASON_UNKNOWN + 1], by reason; MP_REASON_NONE: none was needed or given. */
void mp_reason_totals(const struct mp_move *moves, size_t count, struct mp_reason_total *totals);

#endif
