/* Backward within a scope: how late each milestone may be before its end is. */
#include "core/domain/schedule_private.h"

/* In the scratch array, above every day: a milestone of the scope to which nothing behind it passed
 * a date back yet; and one with such a milestone behind it that has no date itself. */
#define TERMINAL   INT32_MAX
#define UNANCHORED (INT32_MAX - 1)
/* And below: not of the scope. */
#define OUTSIDE MP_DAY_NONE

static uint32_t scope_position(const struct mp_schedule *schedule, const uint32_t *nodes, size_t i)
{
    return schedule->position_of[nodes == NULL ? (uint32_t)i : nodes[i]];
}

static int prepare(struct mp_schedule *schedule, const uint32_t *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((nodes == NULL ? i : nodes[i]) >= schedule->node_count)
            return MP_EINVAL;
    if (schedule->late != NULL)
        return 0;
    schedule->late = malloc((schedule->node_count + (size_t)1) * sizeof(*schedule->late));
    if (schedule->late == NULL)
        return MP_ENOMEM;
    for (uint32_t position = 0; position < schedule->node_count; position++)
        schedule->late[position] = OUTSIDE;
    return 0;
}

static bool has_float(const struct mp_schedule *schedule, uint32_t position)
{
    return schedule->end[position] != MP_DAY_NONE && !(schedule->flags[position] & MP_NODE_MET);
}

/* Settles the milestone's own late date and passes it to what it waits for. */
static void pass_back(struct mp_schedule *schedule, uint32_t position, enum mp_anchor anchor,
                      int32_t end)
{
    int32_t *late = schedule->late;

    if (late[position] == TERMINAL) {
        if (anchor == MP_ANCHOR_BASELINE)
            end = mp_schedule_end_at(schedule, position, schedule->approved[position]);
        late[position] = end == MP_DAY_NONE ? UNANCHORED : end;
    }
    for (uint32_t e = schedule->in_first[position]; e < schedule->in_first[position + 1]; e++) {
        uint32_t from = schedule->from[e];
        int32_t limit = late[position], weight = schedule->weight[e];

        if (late[from] == OUTSIDE)
            continue;
        if (limit != UNANCHORED)
            limit = mp_calendar_step_back(
                mp_schedule_calendar_at(schedule, weight & MP_WEIGHT_CALENDAR), limit,
                mp_weight_lag(weight));
        if (limit < late[from])
            late[from] = limit;
    }
}

static struct mp_late late_of(const struct mp_schedule *schedule, uint32_t position)
{
    int32_t late = schedule->late[position], days;
    const struct mp_calendar *calendar =
        mp_schedule_calendar_at(schedule, schedule->calendar[position]);

    if (!has_float(schedule, position) || late >= UNANCHORED)
        return (struct mp_late){.late_end = MP_DAY_NONE, .late_day = MP_DAY_NONE};
    days = mp_calendar_count(calendar, schedule->end[position], late);
    return (struct mp_late){
        .has_float = true,
        .is_critical = days <= 0,
        .late_end = late,
        .late_day = mp_schedule_day_at(schedule, position, late),
        .float_days = days,
    };
}

int mp_schedule_late(struct mp_schedule *schedule, const uint32_t *nodes, size_t count,
                     enum mp_anchor anchor, struct mp_late *ret_lates, int32_t *ret_end)
{
    int32_t end = MP_DAY_NONE;
    uint32_t position;
    int result = prepare(schedule, nodes, count);

    if (result < 0)
        return result;
    for (size_t i = 0; i < count; i++) {
        position = scope_position(schedule, nodes, i);
        schedule->late[position] = TERMINAL;
        mp_queue_put(&schedule->queue, position);
        if (schedule->end[position] > end)
            end = schedule->end[position];
    }
    while (mp_queue_take(&schedule->queue, true, &position))
        if (has_float(schedule, position))
            pass_back(schedule, position, anchor, end);
    for (size_t i = 0; i < count; i++)
        ret_lates[i] = late_of(schedule, scope_position(schedule, nodes, i));
    for (size_t i = 0; i < count; i++)
        schedule->late[scope_position(schedule, nodes, i)] = OUTSIDE;
    if (ret_end != NULL)
        *ret_end = end;
    return 0;
}
