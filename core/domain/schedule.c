/* What the schedule says, a milestone at a time. */
#include "core/domain/schedule.h"

#include "core/base/assert.h"
#include "core/domain/schedule_private.h"

static uint32_t position_of(const struct mp_schedule *schedule, uint32_t node)
{
    mp_assert(node < schedule->node_count);
    return schedule->position_of[node];
}

size_t mp_schedule_edge_count(const struct mp_schedule *schedule)
{
    return schedule->edge_count;
}

size_t mp_schedule_bytes(const struct mp_schedule *schedule)
{
    size_t node = 10 * sizeof(uint32_t) + 2 * sizeof(uint8_t); /* the arrays by node, see above */
    size_t edge = 4 * sizeof(uint32_t);

    if (schedule->late != NULL)
        node += sizeof(int32_t);
    return sizeof(*schedule) + node * schedule->node_count + 2 * sizeof(uint32_t) +
           edge * schedule->edge_count + schedule->queue.word_count * sizeof(uint64_t) +
           schedule->saved_capacity * sizeof(struct mp_schedule_saved);
}

int mp_schedule_check_facts(const struct mp_schedule_facts *facts)
{
    const int32_t days[] = {facts->expected_day, facts->actual_day, facts->approved_day};

    for (size_t i = 0; i < MP_LENGTH(days); i++)
        if (days[i] != MP_DAY_NONE && (days[i] < MP_DAY_LEAST || days[i] > MP_DAY_MOST))
            return MP_EINVAL;
    return 0;
}

void mp_schedule_set_facts(struct mp_schedule *schedule, uint32_t position,
                           const struct mp_schedule_facts *facts)
{
    uint8_t flags = schedule->flags[position] & (MP_NODE_START | MP_NODE_SAVED);

    schedule->own[position] = facts->expected_day;
    if (facts->actual_day != MP_DAY_NONE) {
        schedule->own[position] = facts->actual_day;
        flags |= MP_NODE_MET;
    }
    if (facts->is_cancelled)
        flags |= MP_NODE_CANCELLED;
    schedule->approved[position] = facts->approved_day;
    schedule->flags[position] = flags;
}

int32_t mp_schedule_printed(const struct mp_schedule *schedule, uint32_t position,
                            const struct mp_schedule_saved *node)
{
    if (node->end == MP_DAY_NONE)
        return MP_DAY_NONE;
    if (node->binding != MP_SCHEDULE_NONE)
        return mp_schedule_day_at(schedule, position, node->end);
    if (node->flags & MP_NODE_MET || node->own > schedule->today)
        return node->own;
    return schedule->today;
}

static int32_t printed_now(const struct mp_schedule *schedule, uint32_t position)
{
    struct mp_schedule_saved node = {
        .own = schedule->own[position],
        .end = schedule->end[position],
        .binding = schedule->binding[position],
        .flags = schedule->flags[position],
    };
    return mp_schedule_printed(schedule, position, &node);
}

int32_t mp_schedule_day(const struct mp_schedule *schedule, uint32_t node)
{
    return printed_now(schedule, position_of(schedule, node));
}

uint32_t mp_schedule_position(const struct mp_schedule *schedule, uint32_t node)
{
    return position_of(schedule, node);
}

static enum mp_bound bound_of(const struct mp_schedule *schedule, uint32_t position)
{
    if (schedule->flags[position] & MP_NODE_CANCELLED)
        return MP_BOUND_CANCELLED;
    if (schedule->end[position] == MP_DAY_NONE)
        return MP_BOUND_NONE;
    if (schedule->flags[position] & MP_NODE_MET)
        return MP_BOUND_MET;
    if (schedule->binding[position] != MP_SCHEDULE_NONE)
        return MP_BOUND_LINK;
    return schedule->own[position] != MP_DAY_NONE && schedule->own[position] >= schedule->today
               ? MP_BOUND_EXPECTED
               : MP_BOUND_TODAY;
}

static int32_t latest_link_day(const struct mp_schedule *schedule, uint32_t position)
{
    int32_t latest = MP_DAY_NONE;

    for (uint32_t e = schedule->in_first[position]; e < schedule->in_first[position + 1]; e++) {
        int32_t end = schedule->end[schedule->from[e]];

        if (end != MP_DAY_NONE)
            end = mp_schedule_step(schedule, schedule->weight[e], end);
        if (end > latest)
            latest = end;
    }
    return mp_schedule_day_at(schedule, position, latest);
}

struct mp_projection mp_schedule_projection(const struct mp_schedule *schedule, uint32_t node)
{
    uint32_t position = position_of(schedule, node), edge = schedule->binding[position];
    int32_t own = schedule->own[position], today = schedule->today;
    struct mp_projection projection = {
        .bound = bound_of(schedule, position),
        .day = printed_now(schedule, position),
        .end = schedule->end[position],
        .link_day = MP_DAY_NONE,
        .via = MP_SCHEDULE_NONE,
        .link = MP_SCHEDULE_NONE,
        .root = schedule->root[position],
    };

    if (edge != MP_SCHEDULE_NONE) {
        projection.via = schedule->number_of[schedule->from[edge]];
        projection.link = schedule->link[edge];
        projection.is_lag_assumed = schedule->weight[edge] & MP_WEIGHT_ASSUMED;
    }
    if (schedule->flags[position] & (MP_NODE_MET | MP_NODE_CANCELLED))
        return projection;
    projection.link_day = latest_link_day(schedule, position);
    if (own == MP_DAY_NONE)
        return projection;
    if (today != MP_DAY_NONE && today > own)
        projection.overdue_days = today - own;
    if (projection.bound == MP_BOUND_LINK)
        projection.knock_on_days = projection.link_day - (own > today ? own : today);
    return projection;
}

size_t mp_schedule_edges_in(const struct mp_schedule *schedule, uint32_t node)
{
    uint32_t position = position_of(schedule, node);

    return schedule->in_first[position + 1] - schedule->in_first[position];
}

struct mp_schedule_edge mp_schedule_edge_in(const struct mp_schedule *schedule, uint32_t node,
                                            size_t index)
{
    uint32_t position = position_of(schedule, node);
    uint32_t edge = schedule->in_first[position] + (uint32_t)index;
    int32_t end, weight;

    mp_assert(index < mp_schedule_edges_in(schedule, node));
    end = schedule->end[schedule->from[edge]];
    weight = schedule->weight[edge];
    if (end != MP_DAY_NONE)
        end = mp_schedule_day_at(schedule, position, mp_schedule_step(schedule, weight, end));
    return (struct mp_schedule_edge){
        .from = schedule->number_of[schedule->from[edge]],
        .link = schedule->link[edge],
        .lag_days = mp_weight_lag(weight),
        .is_assumed = weight & MP_WEIGHT_ASSUMED,
        .calendar = weight & MP_WEIGHT_CALENDAR,
        .day = end,
    };
}
