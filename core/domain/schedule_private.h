/* Inside of the schedule: shared by schedule.c (what it says), schedule_build.c (its order),
 * schedule_pass.c (forward, incremental, trials) and schedule_late.c (backward). Nobody else
 * includes this.
 *
 * Everything is kept by position in a topological order, so that a pass reads the arrays from one
 * end to the other and a cone is worked off in ascending positions. Edges hang at the node they
 * come into; the node they leave knows only where they go. */
#ifndef MP_DOMAIN_SCHEDULE_PRIVATE_H
#define MP_DOMAIN_SCHEDULE_PRIVATE_H

#include "core/domain/schedule.h"
#include "core/domain/schedule_queue.h"

enum {
    MP_NODE_MET = 1,
    MP_NODE_CANCELLED = 2,
    MP_NODE_START = 4, /* its boundary is the end of the working day before */
    MP_NODE_SAVED = 8  /* in the journal of the trial */
};

/* An edge's weight: lag in the upper 20 bits (signed), flags, calendar in the lowest 6. */
#define MP_WEIGHT_CALENDAR 0x3f
#define MP_WEIGHT_UNSTATED 0x40 /* nobody stated the lag: 0, or the planned gap */
#define MP_WEIGHT_ASSUMED  0x80 /* and the planned gap is in force */
#define MP_WEIGHT_LAG_STEP 4096

static inline int32_t mp_weight(int32_t lag, int32_t flags, uint8_t calendar)
{
    return lag * MP_WEIGHT_LAG_STEP + flags + calendar;
}

static inline int32_t mp_weight_lag(int32_t weight)
{
    return weight >> 12; /* arithmetic: the lag is what mp_weight multiplied */
}

struct mp_schedule_saved {
    uint32_t position;
    int32_t own, approved, end, root_slip;
    uint32_t binding, root;
    uint8_t flags;
};

struct mp_schedule {
    const struct mp_calendars *calendars;
    uint32_t node_count, edge_count;
    enum mp_gaps gaps;
    int32_t today;
    uint32_t *position_of; /* by number */
    uint32_t *number_of;   /* by position, like all that follows */
    /* given */
    int32_t *own; /* actual day of a met one, else expected; MP_DAY_NONE */
    int32_t *approved;
    uint8_t *flags;
    uint8_t *calendar;
    /* computed */
    int32_t *end;       /* projected boundary; MP_DAY_NONE, which is less than any day */
    uint32_t *binding;  /* edge that binds it; MP_SCHEDULE_NONE: its own date does */
    uint32_t *root;     /* number */
    int32_t *root_slip; /* of the root, against its approved baseline; INT32_MIN without one */
    /* edges into p: [in_first[p], in_first[p + 1]) */
    uint32_t *in_first;
    uint32_t *from;
    int32_t *weight;
    uint32_t *link;
    /* edges out of p */
    uint32_t *out_first;
    uint32_t *to;

    struct mp_queue queue; /* what is to be computed; empty between calls */
    int32_t *late;         /* scratch of schedule_late.c; NULL until the first use */
    bool is_trial;
    struct mp_schedule_saved *saved;
    size_t saved_count, saved_capacity;
};

static inline const struct mp_calendar *mp_schedule_calendar_at(const struct mp_schedule *schedule,
                                                                uint8_t calendar)
{
    return calendar == MP_CALENDAR_ELAPSED ? NULL : mp_calendars_at(schedule->calendars, calendar);
}

/* Within the range of days. */
static inline int32_t mp_schedule_kept(int32_t day)
{
    if (day == MP_DAY_NONE)
        return day;
    return day < MP_DAY_LEAST ? MP_DAY_LEAST : day > MP_DAY_MOST ? MP_DAY_MOST : day;
}

/* A boundary after an edge; the most frequent case without a call. */
static inline int32_t mp_schedule_step(const struct mp_schedule *schedule, int32_t weight,
                                       int32_t end)
{
    int32_t lag = mp_weight_lag(weight);

    if ((weight & MP_WEIGHT_CALENDAR) == MP_CALENDAR_ELAPSED)
        return mp_schedule_kept(end + lag);
    return mp_calendar_step(mp_calendars_at(schedule->calendars, weight & MP_WEIGHT_CALENDAR), end,
                            lag);
}

/* Day to boundary and back, by position; MP_DAY_NONE stays. */
static inline int32_t mp_schedule_end_at(const struct mp_schedule *schedule, uint32_t position,
                                         int32_t day)
{
    if (day == MP_DAY_NONE || !(schedule->flags[position] & MP_NODE_START))
        return day;
    return mp_calendar_previous(mp_schedule_calendar_at(schedule, schedule->calendar[position]),
                                day);
}

static inline int32_t mp_schedule_day_at(const struct mp_schedule *schedule, uint32_t position,
                                         int32_t end)
{
    if (end == MP_DAY_NONE || !(schedule->flags[position] & MP_NODE_START))
        return end;
    return mp_calendar_next(mp_schedule_calendar_at(schedule, schedule->calendar[position]), end);
}

/* The projected day of what is given: of now or of before the trial. */
int32_t mp_schedule_printed(const struct mp_schedule *schedule, uint32_t position,
                            const struct mp_schedule_saved *node);
/* Facts into own, approved and flags. */
int mp_schedule_check_facts(const struct mp_schedule_facts *facts) MP_CHECK_RESULT;
void mp_schedule_set_facts(struct mp_schedule *schedule, uint32_t position,
                           const struct mp_schedule_facts *facts);

#endif
