/* Forward: the full pass, the cone behind a change, and trials that are taken back. */
#include "core/base/assert.h"
#include "core/domain/schedule_private.h"

struct outcome {
    int32_t end;
    uint32_t binding;
    uint32_t root;
    int32_t root_slip;
};

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* Whether edge a names the cause rather than edge b, both giving the same date. */
static bool is_better(const struct mp_schedule *schedule, uint32_t a, uint32_t b)
{
    uint32_t from_a = schedule->from[a], from_b = schedule->from[b];

    if (schedule->root_slip[from_a] != schedule->root_slip[from_b])
        return schedule->root_slip[from_a] > schedule->root_slip[from_b];
    if (schedule->root[from_a] != schedule->root[from_b])
        return schedule->root[from_a] < schedule->root[from_b];
    return schedule->number_of[from_a] < schedule->number_of[from_b];
}

/* The latest boundary that an edge gives; MP_DAY_NONE without a dated one. */
static int32_t latest_link(const struct mp_schedule *schedule, uint32_t position,
                           uint32_t *ret_edge)
{
    uint32_t last = schedule->in_first[position + 1], best = MP_SCHEDULE_NONE;
    int32_t latest = MP_DAY_NONE;

    for (uint32_t edge = schedule->in_first[position]; edge < last; edge++) {
        int32_t end = schedule->end[schedule->from[edge]];

        if (end == MP_DAY_NONE)
            continue;
        end = mp_schedule_step(schedule, schedule->weight[edge], end);
        if (end > latest || (end == latest && is_better(schedule, edge, best))) {
            latest = end;
            best = edge;
        }
    }
    *ret_edge = best;
    return latest;
}

/* Bound by its own date, which prints as day. */
static void bind_self(const struct mp_schedule *schedule, uint32_t position, int32_t day,
                      struct outcome *ret_outcome)
{
    int32_t approved = schedule->approved[position];

    ret_outcome->binding = MP_SCHEDULE_NONE;
    ret_outcome->root = schedule->number_of[position];
    ret_outcome->root_slip = approved == MP_DAY_NONE ? INT32_MIN : day - approved;
}

static void project(const struct mp_schedule *schedule, uint32_t position,
                    struct outcome *ret_outcome)
{
    int32_t own = schedule->own[position], latest, day;
    uint32_t edge;
    bool is_link;

    *ret_outcome = (struct outcome){MP_DAY_NONE, MP_SCHEDULE_NONE, MP_SCHEDULE_NONE, INT32_MIN};
    if (schedule->flags[position] & MP_NODE_CANCELLED)
        return;
    if (schedule->flags[position] & MP_NODE_MET) {
        ret_outcome->end = mp_schedule_end_at(schedule, position, own);
        bind_self(schedule, position, own, ret_outcome);
        return;
    }
    latest = latest_link(schedule, position, &edge);
    if (own == MP_DAY_NONE && latest == MP_DAY_NONE)
        return;
    day = larger(own, schedule->today);
    /* Without an expected date it is bound by what it waits for, unless today is later. */
    is_link = latest != MP_DAY_NONE &&
              mp_schedule_day_at(schedule, position, latest) >= day + (own != MP_DAY_NONE);
    ret_outcome->end = larger(latest, mp_schedule_end_at(schedule, position, day));
    if (is_link) {
        ret_outcome->binding = edge;
        ret_outcome->root = schedule->root[schedule->from[edge]];
        ret_outcome->root_slip = schedule->root_slip[schedule->from[edge]];
    } else {
        bind_self(schedule, position, day, ret_outcome);
    }
}

static void store(struct mp_schedule *schedule, uint32_t position, const struct outcome *outcome)
{
    schedule->end[position] = outcome->end;
    schedule->binding[position] = outcome->binding;
    schedule->root[position] = outcome->root;
    schedule->root_slip[position] = outcome->root_slip;
}

static void full_pass(struct mp_schedule *schedule)
{
    mp_assert(!schedule->is_trial);
    for (uint32_t position = 0; position < schedule->node_count; position++) {
        struct outcome outcome;

        project(schedule, position, &outcome);
        store(schedule, position, &outcome);
    }
}

/* ---- Trials ---- */

static struct mp_schedule_saved saved_now(const struct mp_schedule *schedule, uint32_t position)
{
    return (struct mp_schedule_saved){
        .position = position,
        .own = schedule->own[position],
        .approved = schedule->approved[position],
        .end = schedule->end[position],
        .root_slip = schedule->root_slip[position],
        .binding = schedule->binding[position],
        .root = schedule->root[position],
        .flags = schedule->flags[position],
    };
}

/* As it was before the trial touched it. */
static int save(struct mp_schedule *schedule, uint32_t position)
{
    if (!schedule->is_trial || schedule->flags[position] & MP_NODE_SAVED)
        return 0;
    if (schedule->saved_count == schedule->saved_capacity) {
        size_t capacity = schedule->saved_capacity == 0 ? 64 : schedule->saved_capacity * 2;
        struct mp_schedule_saved *saved =
            reallocarray(schedule->saved, capacity, sizeof(*schedule->saved));

        if (saved == NULL)
            return MP_ENOMEM;
        schedule->saved = saved;
        schedule->saved_capacity = capacity;
    }
    schedule->saved[schedule->saved_count++] = saved_now(schedule, position);
    schedule->flags[position] |= MP_NODE_SAVED;
    return 0;
}

/* The lag of an edge that states none. Whether it has changed. */
static bool resolve_gap(struct mp_schedule *schedule, uint32_t edge, uint32_t to)
{
    uint32_t from = schedule->from[edge];
    uint8_t number = schedule->weight[edge] & MP_WEIGHT_CALENDAR;
    int32_t weight = mp_weight(0, MP_WEIGHT_UNSTATED, number), before = schedule->weight[edge];

    if (!(before & MP_WEIGHT_UNSTATED))
        return false;
    if (schedule->gaps == MP_GAPS_PLANNED && schedule->approved[from] != MP_DAY_NONE &&
        schedule->approved[to] != MP_DAY_NONE) {
        const struct mp_calendar *calendar = mp_schedule_calendar_at(schedule, number);
        int32_t begin = mp_schedule_end_at(schedule, from, schedule->approved[from]);
        int32_t end = mp_schedule_end_at(schedule, to, schedule->approved[to]);
        int32_t gap = mp_calendar_count(calendar, begin, end);

        /* Baselines on days off: the plan itself must never look late. */
        if (mp_calendar_step(calendar, begin, gap) > end)
            gap--;
        /* Baselines against the link's direction promise nothing: it waits, by 0. */
        if (gap >= 0)
            weight = mp_weight(gap, MP_WEIGHT_UNSTATED | MP_WEIGHT_ASSUMED, number);
    }
    schedule->weight[edge] = weight;
    return weight != before;
}

/* Every unstated lag anew; what changes by it goes into the queue. */
static void resolve_gaps(struct mp_schedule *schedule)
{
    for (uint32_t to = 0; to < schedule->node_count; to++)
        for (uint32_t edge = schedule->in_first[to]; edge < schedule->in_first[to + 1]; edge++)
            if (resolve_gap(schedule, edge, to))
                mp_queue_put(&schedule->queue, to);
}

/* The same for the edges of one node. */
static void resolve_gaps_of(struct mp_schedule *schedule, uint32_t position)
{
    for (uint32_t e = schedule->in_first[position]; e < schedule->in_first[position + 1]; e++)
        if (resolve_gap(schedule, e, position))
            mp_queue_put(&schedule->queue, position);
    for (uint32_t i = schedule->out_first[position]; i < schedule->out_first[position + 1]; i++) {
        uint32_t to = schedule->to[i];

        for (uint32_t edge = schedule->in_first[to]; edge < schedule->in_first[to + 1]; edge++)
            if (schedule->from[edge] == position && resolve_gap(schedule, edge, to))
                mp_queue_put(&schedule->queue, to);
    }
}

static void empty_queue(struct mp_schedule *schedule)
{
    uint32_t position;

    while (mp_queue_take(&schedule->queue, false, &position))
        continue;
}

void mp_schedule_trial_begin(struct mp_schedule *schedule)
{
    mp_assert(!schedule->is_trial);
    schedule->is_trial = true;
}

void mp_schedule_trial_end(struct mp_schedule *schedule)
{
    empty_queue(schedule);
    for (size_t i = 0; i < schedule->saved_count; i++) {
        const struct mp_schedule_saved *saved = &schedule->saved[i];
        struct outcome outcome = {saved->end, saved->binding, saved->root, saved->root_slip};

        store(schedule, saved->position, &outcome);
        schedule->own[saved->position] = saved->own;
        schedule->flags[saved->position] = saved->flags;
    }
    for (size_t i = 0; i < schedule->saved_count; i++) {
        const struct mp_schedule_saved *saved = &schedule->saved[i];

        if (schedule->approved[saved->position] == saved->approved)
            continue;
        schedule->approved[saved->position] = saved->approved;
        resolve_gaps_of(schedule, saved->position);
    }
    empty_queue(schedule);
    free(schedule->saved);
    schedule->saved = NULL;
    schedule->saved_count = schedule->saved_capacity = 0;
    schedule->is_trial = false;
}

size_t mp_schedule_move_count(const struct mp_schedule *schedule)
{
    return schedule->saved_count;
}

struct mp_schedule_move mp_schedule_move(const struct mp_schedule *schedule, size_t index)
{
    const struct mp_schedule_saved *before = &schedule->saved[index];
    struct mp_schedule_saved now = saved_now(schedule, before->position);
    struct mp_schedule_move move = {
        .node = schedule->number_of[before->position],
        .before_day = mp_schedule_printed(schedule, before->position, before),
        .after_day = mp_schedule_printed(schedule, before->position, &now),
    };

    mp_assert(index < schedule->saved_count);
    if (move.before_day != MP_DAY_NONE && move.after_day != MP_DAY_NONE)
        move.days = move.after_day - move.before_day;
    return move;
}

/* ---- Changes ---- */

/* Works the queue off, in ascending positions: whatever comes in later stands behind. */
static int propagate(struct mp_schedule *schedule, size_t *ret_visited)
{
    uint32_t position;

    while (mp_queue_take(&schedule->queue, false, &position)) {
        struct outcome outcome;

        ++*ret_visited;
        project(schedule, position, &outcome);
        if (outcome.end == schedule->end[position] &&
            outcome.binding == schedule->binding[position] &&
            outcome.root == schedule->root[position] &&
            outcome.root_slip == schedule->root_slip[position])
            continue;
        if (save(schedule, position) < 0)
            return MP_ENOMEM;
        store(schedule, position, &outcome);
        for (uint32_t i = schedule->out_first[position]; i < schedule->out_first[position + 1]; i++)
            mp_queue_put(&schedule->queue, schedule->to[i]);
    }
    return 0;
}

int mp_schedule_update(struct mp_schedule *schedule, uint32_t node,
                       const struct mp_schedule_facts *facts, size_t *ret_visited)
{
    size_t visited = 0;
    uint32_t position;
    int32_t approved;
    int result = mp_schedule_check_facts(facts);

    if (result < 0 || node >= schedule->node_count)
        return MP_EINVAL;
    position = schedule->position_of[node];
    approved = schedule->approved[position];
    result = save(schedule, position);
    if (result == 0) {
        mp_schedule_set_facts(schedule, position, facts);
        mp_queue_put(&schedule->queue, position);
        if (approved != schedule->approved[position])
            resolve_gaps_of(schedule, position);
        result = propagate(schedule, &visited);
    }
    if (result < 0) {
        mp_schedule_trial_end(schedule);
        return result;
    }
    if (ret_visited != NULL)
        *ret_visited = visited;
    return 0;
}

void mp_schedule_set_today(struct mp_schedule *schedule, int32_t today)
{
    schedule->today = mp_schedule_kept(today);
    full_pass(schedule);
}

void mp_schedule_set_gaps(struct mp_schedule *schedule, enum mp_gaps gaps)
{
    schedule->gaps = gaps;
    resolve_gaps(schedule);
    empty_queue(schedule);
    full_pass(schedule);
}

size_t mp_schedule_calendar_changed(struct mp_schedule *schedule, uint8_t calendar)
{
    size_t visited = 0;

    mp_assert(!schedule->is_trial);
    resolve_gaps(schedule);
    for (uint32_t position = 0; position < schedule->node_count; position++) {
        bool is_used =
            schedule->flags[position] & MP_NODE_START && schedule->calendar[position] == calendar;

        for (uint32_t e = schedule->in_first[position];
             e < schedule->in_first[position + 1] && !is_used; e++)
            is_used = (schedule->weight[e] & MP_WEIGHT_CALENDAR) == calendar;
        if (is_used)
            mp_queue_put(&schedule->queue, position);
    }
    mp_assert(propagate(schedule, &visited) == 0); /* only a trial can fail */
    return visited;
}
