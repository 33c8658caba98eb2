/* From a plan to arrays in a topological order (Kahn 1962), or to the cycle that forbids it. */
#include "core/base/assert.h"
#include "core/domain/limits.h"
#include "core/domain/schedule_private.h"

#include <string.h>

/* Edges as the plan names them, by number, and what ordering needs. */
struct draft {
    size_t node_count, edge_count;
    uint32_t *from, *to, *link;
    int32_t *weight;
    uint32_t *first;   /* edges out of a node: heads[first[n]] … */
    uint32_t *heads;   /* nodes they go to */
    uint32_t *waiting; /* edges into a node whose other end is not placed yet */
};

static void draft_done(struct draft *draft)
{
    free(draft->from);
    free(draft->to);
    free(draft->link);
    free(draft->weight);
    free(draft->first);
    free(draft->heads);
    free(draft->waiting);
}

static inline void draft_done_auto(struct draft *draft)
{
    draft_done(draft);
}

static uint32_t *numbers(size_t count)
{
    return calloc(count + 1, sizeof(uint32_t));
}

static int32_t *days(size_t count)
{
    return calloc(count + 1, sizeof(int32_t));
}

static int draft_init(struct draft *draft, size_t node_count, size_t edge_count)
{
    *draft = (struct draft){
        .node_count = node_count,
        .edge_count = edge_count,
        .from = numbers(edge_count),
        .to = numbers(edge_count),
        .link = numbers(edge_count),
        .weight = days(edge_count),
        .first = numbers(node_count + 1),
        .heads = numbers(edge_count),
        .waiting = numbers(node_count),
    };
    return draft->from == NULL || draft->to == NULL || draft->link == NULL ||
                   draft->weight == NULL || draft->first == NULL || draft->heads == NULL ||
                   draft->waiting == NULL
               ? MP_ENOMEM
               : 0;
}

static int check_node(const struct mp_schedule_plan *plan, const struct mp_schedule_node *node)
{
    if (node->start != MP_SCHEDULE_NONE && node->start >= plan->node_count)
        return MP_EINVAL;
    if (node->duration_days < -1 || node->duration_days > MP_DURATION_MOST ||
        node->calendar >= mp_calendars_count(plan->calendars))
        return MP_EINVAL;
    return mp_schedule_check_facts(&node->facts);
}

static int check_link(const struct mp_schedule_plan *plan, const struct mp_schedule_link *link)
{
    if (link->predecessor >= plan->node_count || link->successor >= plan->node_count ||
        link->type < MP_LINK_FS || link->type > MP_LINK_SF ||
        link->calendar >= mp_calendars_count(plan->calendars))
        return MP_EINVAL;
    if (link->lag_days < -MP_LAG_MOST || link->lag_days > MP_LAG_MOST ||
        (!link->is_lag_stated && link->lag_days != 0))
        return MP_EINVAL;
    return 0;
}

/* How many activities there are, too. */
static int check_plan(const struct mp_schedule_plan *plan, size_t *ret_activities)
{
    size_t activities = 0;
    int result = 0;

    if (plan->node_count > MP_SCHEDULE_NODES_MOST || plan->link_count > MP_SCHEDULE_LINKS_MOST)
        return MP_ETOOBIG;
    for (size_t i = 0; i < plan->node_count && result == 0; i++) {
        result = check_node(plan, &plan->nodes[i]);
        activities += plan->nodes[i].start != MP_SCHEDULE_NONE;
    }
    for (size_t i = 0; i < plan->link_count && result == 0; i++)
        result = check_link(plan, &plan->links[i]);
    *ret_activities = activities;
    return result;
}

/* The node where an end of a link lies. */
static uint32_t end_node(const struct mp_schedule_plan *plan, uint32_t milestone, bool is_start)
{
    uint32_t start = plan->nodes[milestone].start;

    return is_start && start != MP_SCHEDULE_NONE ? start : milestone;
}

static void add_edge(struct draft *draft, size_t at, uint32_t from, uint32_t to, uint32_t link,
                     int32_t weight)
{
    draft->from[at] = from;
    draft->to[at] = to;
    draft->link[at] = link;
    draft->weight[at] = weight;
    draft->first[from + 1]++;
    draft->waiting[to]++;
}

static void draft_edges(struct draft *draft, const struct mp_schedule_plan *plan)
{
    size_t at = 0;

    for (uint32_t node = 0; node < plan->node_count; node++) {
        const struct mp_schedule_node *given = &plan->nodes[node];
        bool is_stated = given->duration_days >= 0;

        if (given->start != MP_SCHEDULE_NONE)
            add_edge(draft, at++, given->start, node, MP_SCHEDULE_NONE,
                     mp_weight(is_stated ? given->duration_days : 0,
                               is_stated ? 0 : MP_WEIGHT_UNSTATED, given->calendar));
    }
    for (uint32_t i = 0; i < plan->link_count; i++) {
        const struct mp_schedule_link *link = &plan->links[i];
        bool leaves_start = link->type == MP_LINK_SS || link->type == MP_LINK_SF;
        bool enters_start = link->type == MP_LINK_FS || link->type == MP_LINK_SS;

        add_edge(draft, at++, end_node(plan, link->predecessor, leaves_start),
                 end_node(plan, link->successor, enters_start), i,
                 mp_weight(link->lag_days, link->is_lag_stated ? 0 : MP_WEIGHT_UNSTATED,
                           link->calendar));
    }
    mp_assert(at == draft->edge_count);
}

/* first: counts shifted by one become offsets; then the heads in the order of the edges. */
static void draft_heads(struct draft *draft)
{
    uint32_t *first = draft->first;

    for (size_t node = 0; node < draft->node_count; node++)
        first[node + 1] += first[node];
    for (size_t edge = draft->edge_count; edge-- > 0;)
        draft->heads[--first[draft->from[edge] + 1]] = draft->to[edge];
    /* Each offset now stands one place too far up. */
    for (size_t node = 0; node < draft->node_count; node++)
        first[node] = first[node + 1];
    first[draft->node_count] = (uint32_t)draft->edge_count;
}

/* Places nodes depth first, so that what hangs together lies together. The stack has a place for
 * each. Returns how many could be placed: less than all when there is a cycle. */
static size_t order(const struct draft *draft, uint32_t *number_of, uint32_t *stack)
{
    size_t placed = 0, depth = 0;

    for (size_t node = draft->node_count; node-- > 0;)
        if (draft->waiting[node] == 0)
            stack[depth++] = (uint32_t)node;
    while (depth > 0) {
        uint32_t node = stack[--depth];

        number_of[placed++] = node;
        for (uint32_t i = draft->first[node]; i < draft->first[node + 1]; i++)
            if (--draft->waiting[draft->heads[i]] == 0)
                stack[depth++] = draft->heads[i];
    }
    return placed;
}

/* Of the cycle found, smallest number first; path: length nodes against the direction of links. */
static void give_cycle(const uint32_t *path, size_t length, struct mp_schedule_cycle *cycle)
{
    size_t least = 0, head = MP_SCHEDULE_CYCLE_MOST / 2;

    for (size_t i = 1; i < length; i++)
        if (path[i] < path[least])
            least = i;
    *cycle = (struct mp_schedule_cycle){.count = 0};
    if (length + 1 > MP_SCHEDULE_CYCLE_MOST)
        cycle->left_out = length + 1 - MP_SCHEDULE_CYCLE_MOST;
    for (size_t i = 0; i <= length; i++) {
        if (i == head)
            i += cycle->left_out;
        cycle->nodes[cycle->count++] = path[i <= least ? least - i : least + length - i];
    }
}

/* Every node without a place has a predecessor without one: going back from one must come round.
 * heads and first are no longer needed. */
static void find_cycle(struct draft *draft, struct mp_schedule_cycle *ret_cycle)
{
    uint32_t *before = draft->first, *path = draft->from, node = 0;
    size_t length = 0, begin = 0;

    for (size_t edge = draft->edge_count; edge-- > 0;)
        if (draft->waiting[draft->to[edge]] > 0 && draft->waiting[draft->from[edge]] > 0)
            before[draft->to[edge]] = draft->from[edge];
    while (draft->waiting[node] == 0)
        node++;
    /* Each node is passed once, then marked; there are at least as many edges. */
    do {
        draft->waiting[node] = 0;
        path[length++] = node;
        node = before[node];
    } while (draft->waiting[node] > 0);
    while (path[begin] != node)
        begin++;
    give_cycle(path + begin, length - begin, ret_cycle);
}

static int allocate_nodes(struct mp_schedule *schedule, size_t count)
{
    schedule->node_count = (uint32_t)count;
    schedule->position_of = numbers(count);
    schedule->number_of = numbers(count);
    schedule->own = days(count);
    schedule->approved = days(count);
    schedule->flags = calloc(count + 1, 1);
    schedule->calendar = calloc(count + 1, 1);
    schedule->end = days(count);
    schedule->binding = numbers(count);
    schedule->root = numbers(count);
    schedule->root_slip = days(count);
    schedule->in_first = numbers(count);
    schedule->out_first = numbers(count);
    return schedule->position_of == NULL || schedule->number_of == NULL || schedule->own == NULL ||
                   schedule->approved == NULL || schedule->flags == NULL ||
                   schedule->calendar == NULL || schedule->end == NULL ||
                   schedule->binding == NULL || schedule->root == NULL ||
                   schedule->root_slip == NULL || schedule->in_first == NULL ||
                   schedule->out_first == NULL || !mp_queue_init(&schedule->queue, count)
               ? MP_ENOMEM
               : 0;
}

static int allocate_edges(struct mp_schedule *schedule, size_t count)
{
    schedule->edge_count = (uint32_t)count;
    schedule->from = numbers(count);
    schedule->weight = days(count);
    schedule->link = numbers(count);
    schedule->to = numbers(count);
    return schedule->from == NULL || schedule->weight == NULL || schedule->link == NULL ||
                   schedule->to == NULL
               ? MP_ENOMEM
               : 0;
}

void mp_schedule_free(struct mp_schedule *schedule)
{
    if (schedule == NULL)
        return;
    void *arrays[] = {schedule->position_of, schedule->number_of, schedule->own,
                      schedule->approved,    schedule->flags,     schedule->calendar,
                      schedule->end,         schedule->binding,   schedule->root,
                      schedule->root_slip,   schedule->in_first,  schedule->from,
                      schedule->weight,      schedule->link,      schedule->out_first,
                      schedule->to,          schedule->late,      schedule->saved};

    for (size_t i = 0; i < MP_LENGTH(arrays); i++)
        free(arrays[i]);
    mp_queue_done(&schedule->queue);
    free(schedule);
}

static void place_nodes(struct mp_schedule *schedule, const struct mp_schedule_plan *plan)
{
    for (uint32_t at = 0; at < schedule->node_count; at++)
        schedule->position_of[schedule->number_of[at]] = at;
    for (uint32_t node = 0; node < schedule->node_count; node++) {
        const struct mp_schedule_node *given = &plan->nodes[node];
        uint32_t at = schedule->position_of[node];

        if (given->calendar != MP_CALENDAR_ELAPSED)
            schedule->calendar[at] = given->calendar;
        mp_schedule_set_facts(schedule, at, &given->facts);
    }
    for (uint32_t node = 0; node < schedule->node_count; node++) {
        uint32_t start = plan->nodes[node].start, at;

        if (start == MP_SCHEDULE_NONE || plan->nodes[start].start != MP_SCHEDULE_NONE)
            continue;
        at = schedule->position_of[start];
        if (!(schedule->flags[at] & MP_NODE_START) &&
            plan->nodes[start].calendar == MP_CALENDAR_ELAPSED)
            schedule->calendar[at] = plan->nodes[node].calendar;
        schedule->flags[at] |= MP_NODE_START;
    }
}

static void place_edges(struct mp_schedule *schedule, const struct draft *draft)
{
    uint32_t *in = schedule->in_first, *out = schedule->out_first;
    const uint32_t *position_of = schedule->position_of;
    size_t nodes = schedule->node_count, edges = schedule->edge_count;

    for (size_t edge = 0; edge < edges; edge++) {
        in[position_of[draft->to[edge]]]++;
        out[position_of[draft->from[edge]]]++;
    }
    for (size_t node = 1; node <= nodes; node++) {
        in[node] += in[node - 1];
        out[node] += out[node - 1];
    }
    /* From the last to the first, so that each node's edges end in the order of the plan. */
    for (size_t edge = edges; edge-- > 0;) {
        uint32_t from = position_of[draft->from[edge]], to = position_of[draft->to[edge]];
        uint32_t at = --in[to];

        schedule->from[at] = from;
        schedule->weight[at] = draft->weight[edge];
        schedule->link[at] = draft->link[edge];
        schedule->to[--out[from]] = to;
    }
}

int mp_schedule_new(const struct mp_schedule_plan *plan, struct mp_schedule_cycle *ret_cycle,
                    struct mp_schedule **ret_schedule)
{
    MP_AUTO(mp_schedule_free) struct mp_schedule *schedule = NULL;
    MP_AUTO(draft_done) struct draft draft = {0};
    struct mp_schedule_cycle cycle;
    size_t activities;
    int result = check_plan(plan, &activities);

    if (result < 0)
        return result;
    result = draft_init(&draft, plan->node_count, activities + plan->link_count);
    schedule = calloc(1, sizeof(*schedule));
    if (result < 0 || schedule == NULL || allocate_nodes(schedule, draft.node_count) < 0 ||
        allocate_edges(schedule, draft.edge_count) < 0)
        return MP_ENOMEM;
    draft_edges(&draft, plan);
    draft_heads(&draft);
    if (order(&draft, schedule->number_of, schedule->position_of) < plan->node_count) {
        find_cycle(&draft, ret_cycle != NULL ? ret_cycle : &cycle);
        return MP_EEXIST;
    }
    schedule->calendars = plan->calendars;
    schedule->today = mp_schedule_kept(plan->today);
    schedule->gaps = plan->gaps;
    place_nodes(schedule, plan);
    place_edges(schedule, &draft);
    mp_schedule_set_gaps(schedule, plan->gaps);
    *ret_schedule = mp_take(schedule);
    return 0;
}
