/* The schedule: when each milestone is to be expected, by its own date and by what it waits for;
 * what pushes it; and how much each may slip before the end of a scope does.
 *
 * Built for a million milestones and two million links: arrays, 32-bit numbers, no names inside.
 * Milestones are numbered 0 … count − 1 in ascending order of their ids (schedule_names.h), so that
 * the smaller number is the smaller id. One thread at a time.
 *
 * A node is a day boundary: the end of a civil day. A milestone on D is the end of D; a start (a
 * milestone that others name as their `start` and that has none of its own) on D is the end of the
 * working day before D on its calendar. Its calendar is its own, or if that is elapsed, that of the
 * first milestone that starts there. An activity from s of n days ends at s + n; a successor with
 * lag 0 starts on the next working day, and only printing adds it back: whatever is called _day
 * below is a civil day as people say it, whatever is called _end is the boundary.
 *
 *   FS: s_j ≥ f_i + lag     SS: s_j ≥ s_i + lag     FF: f_j ≥ f_i + lag     SF: f_j ≥ s_i + lag
 *   activity: f ≥ s + duration on the milestone's calendar
 *
 * f is the milestone itself, s its start, the milestone itself where it has none. `+` is
 * mp_calendar_step on the link's calendar.
 *
 * Projected date (DOMAIN, "The network"):
 *   cancelled                            none; passes nothing on
 *   met                                  its actual date
 *   no expected date, no dated link in   none: "no date given"
 *   otherwise                            max(expected; projected(predecessor) + lag; today)
 * Sources: Kelley & Walker 1959 (critical path), Elmaghraby & Kamburowski 1992 (generalised
 * precedence relations). */
#ifndef MP_DOMAIN_SCHEDULE_H
#define MP_DOMAIN_SCHEDULE_H

#include "core/base/auto.h"
#include "core/base/error.h"
#include "core/domain/calendar.h"
#include "core/domain/codes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MP_SCHEDULE_NONE       UINT32_MAX
#define MP_SCHEDULE_NODES_MOST (1u << 24)
#define MP_SCHEDULE_LINKS_MOST (1u << 26)
#define MP_SCHEDULE_CYCLE_MOST 20 /* milestones of a cycle that are named */

/* What is known of a milestone. Days are within MP_DAY_LEAST … MP_DAY_MOST, or MP_DAY_NONE. */
struct mp_schedule_facts {
    int32_t expected_day; /* mp_milestone_expected */
    int32_t actual_day;   /* mp_milestone_actual: confirmed, else claimed; set means met */
    int32_t approved_day; /* approved baseline */
    bool is_cancelled;
};

struct mp_schedule_node {
    struct mp_schedule_facts facts;
    uint32_t start;        /* the milestone where its activity starts, or MP_SCHEDULE_NONE */
    int32_t duration_days; /* least working days from start, 0 … MP_DURATION_MOST; −1: none given */
    uint8_t calendar;      /* of the duration: number in the set of calendars */
};

struct mp_schedule_link {
    uint32_t predecessor, successor; /* milestones, as the record names them */
    enum mp_link_type type;
    int32_t lag_days; /* −MP_LAG_MOST … MP_LAG_MOST; 0 unless is_lag_stated */
    bool is_lag_stated;
    uint8_t calendar; /* of the lag */
};

/* Lag of a link, and duration of an activity, that nobody stated: 0, or the gap between the
 * approved baselines of its two ends, counted on its calendar; 0 again where one of them has none,
 * and where the gap would be negative: that a successor was planned before what it waits for is no
 * reason to assume that it need not wait. A lag that is stated may be negative. */
enum mp_gaps { MP_GAPS_STATED, MP_GAPS_PLANNED };

/* Borrowed during mp_schedule_new, except the calendars: they must outlive the schedule. */
struct mp_schedule_plan {
    const struct mp_schedule_node *nodes;
    size_t node_count;
    const struct mp_schedule_link *links;
    size_t link_count;
    const struct mp_calendars *calendars;
    enum mp_gaps gaps;
    int32_t today; /* MP_DAY_NONE: the pure schedule */
};

/* "a → b → … → a": count milestones, the first and the last the same. A cycle longer than
 * MP_SCHEDULE_CYCLE_MOST keeps its ends; left_out says how many are missing after nodes[9]. */
struct mp_schedule_cycle {
    uint32_t nodes[MP_SCHEDULE_CYCLE_MOST];
    size_t count, left_out;
};

struct mp_schedule;

/* Orders the network and makes the first full pass. 0; MP_EEXIST: it has a cycle, given in
 * *ret_cycle (may be NULL); MP_EINVAL: a number, a day, a lag, a duration, a type or a calendar out
 * of range; MP_ETOOBIG: over the bounds above; MP_ENOMEM. */
int mp_schedule_new(const struct mp_schedule_plan *plan, struct mp_schedule_cycle *ret_cycle,
                    struct mp_schedule **ret_schedule) MP_CHECK_RESULT;
void mp_schedule_free(struct mp_schedule *schedule);
MP_AUTO_DEFINE(struct mp_schedule *, mp_schedule_free);

/* Activities among them. */
size_t mp_schedule_edge_count(const struct mp_schedule *schedule);
/* All memory that it holds. */
size_t mp_schedule_bytes(const struct mp_schedule *schedule);

/* ---- What changes ---- */

/* New facts of one milestone: recomputes at most the cone behind it, and stops where nothing
 * changes. *ret_visited (may be NULL): milestones recomputed. Takes no memory outside of a trial.
 * 0; MP_EINVAL; MP_ENOMEM, in a trial only, which is then undone as by mp_schedule_trial_end. */
int mp_schedule_update(struct mp_schedule *schedule, uint32_t node,
                       const struct mp_schedule_facts *facts, size_t *ret_visited) MP_CHECK_RESULT;
/* Full passes. Not during a trial. */
void mp_schedule_set_today(struct mp_schedule *schedule, int32_t today);
void mp_schedule_set_gaps(struct mp_schedule *schedule, enum mp_gaps gaps);
/* The calendar of that number in the set is another now: recomputes what used it, and the cones
 * behind. Gives the milestones recomputed. Not during a trial. */
size_t mp_schedule_calendar_changed(struct mp_schedule *schedule, uint8_t calendar);

/* What if: between begin and end every update is a trial, and the end takes all of them back. Not
 * nested. The schedule is not copied: memory is what the changed milestones need. */
void mp_schedule_trial_begin(struct mp_schedule *schedule);
void mp_schedule_trial_end(struct mp_schedule *schedule);

struct mp_schedule_move {
    uint32_t node;
    int32_t before_day, after_day; /* projected; MP_DAY_NONE: none given */
    int32_t days;                  /* after − before, late is positive; 0 if either is none */
};
/* The milestones that the trial has touched (updated, or with another date, cause or root), each
 * once; those of one update in an order in which causes come first. Some have not moved: days 0. */
size_t mp_schedule_move_count(const struct mp_schedule *schedule);
struct mp_schedule_move mp_schedule_move(const struct mp_schedule *schedule, size_t index);

/* ---- What it says ---- */

enum mp_bound {
    MP_BOUND_NONE,      /* no date */
    MP_BOUND_CANCELLED, /* no date either */
    MP_BOUND_MET,
    MP_BOUND_EXPECTED, /* its own expected date */
    MP_BOUND_TODAY,    /* its own date has passed, or it has none, and nothing said it is met */
    MP_BOUND_LINK      /* what it waits for comes later than its own date and today */
};

struct mp_projection {
    enum mp_bound bound;
    int32_t day; /* projected date; MP_DAY_NONE */
    int32_t end; /* its boundary; MP_DAY_NONE */
    /* max(0, today − expected); 0 when met, cancelled, without expected date or without today. */
    int32_t overdue_days;
    /* max(0, latest link's date − max(expected, today)); 0 without expected date (nothing of its
     * own is pushed), when met or cancelled. */
    int32_t knock_on_days;
    int32_t link_day;    /* latest date that a link gives; MP_DAY_NONE: no dated link in, or met */
    uint32_t via;        /* MP_BOUND_LINK: node that the binding link comes from, else NONE */
    uint32_t link;       /* its number in the plan; MP_SCHEDULE_NONE: the milestone's activity */
    bool is_lag_assumed; /* the binding link's lag is a planned gap */
    /* Where the chain of binding links begins: a milestone bound by its own date (by today too), or
     * met; itself when it is one; NONE without a date. Of several the one that slipped most against
     * its approved baseline (one without baseline counts least), then the smaller id. */
    uint32_t root;
};
struct mp_projection mp_schedule_projection(const struct mp_schedule *schedule, uint32_t node);
/* The projected day alone. */
int32_t mp_schedule_day(const struct mp_schedule *schedule, uint32_t node);
/* Place in an order in which every link goes up. */
uint32_t mp_schedule_position(const struct mp_schedule *schedule, uint32_t node);

struct mp_schedule_edge {
    uint32_t from;    /* node: for SS and SF the start of the predecessor's activity */
    uint32_t link;    /* number in the plan; MP_SCHEDULE_NONE: the activity from its start */
    int32_t lag_days; /* in force: stated, planned gap, or duration */
    bool is_assumed;  /* a planned gap */
    uint8_t calendar;
    int32_t day; /* what it gives for this milestone; MP_DAY_NONE: its predecessor has none */
};
/* What a milestone waits for (a node may be named twice). */
size_t mp_schedule_edges_in(const struct mp_schedule *schedule, uint32_t node);
struct mp_schedule_edge mp_schedule_edge_in(const struct mp_schedule *schedule, uint32_t node,
                                            size_t index);

/* ---- Late dates, float, critical path ---- */

enum mp_anchor {
    MP_ANCHOR_EARLY,   /* the largest projected date of the scope */
    MP_ANCHOR_BASELINE /* each terminal's approved baseline */
};

/* has_float false: met, cancelled, undated, or nothing behind it has an anchor. */
struct mp_late {
    bool has_float;
    bool is_critical; /* float ≤ 0 */
    int32_t late_end; /* boundary */
    int32_t late_day;
    int32_t float_days; /* working days from early to late on the node's calendar; negative: late */
};
/* Late dates within a scope: the listed nodes, each once in any order, or all (nodes NULL, count
 * the node count); links that leave it are not looked at. Terminal: dated, not met, and no such
 * successor within the scope. Backward over a link: mp_calendar_step_back. ret_lates has count
 * places; *ret_end (may be NULL) is the largest early boundary, MP_DAY_NONE when nothing is dated.
 * Work and time are those of the scope. 0; MP_EINVAL: a number out of range; MP_ENOMEM (the first
 * call takes 4 bytes a milestone, kept). */
int mp_schedule_late(struct mp_schedule *schedule, const uint32_t *nodes, size_t count,
                     enum mp_anchor anchor, struct mp_late *ret_lates,
                     int32_t *ret_end) MP_CHECK_RESULT;

#endif
