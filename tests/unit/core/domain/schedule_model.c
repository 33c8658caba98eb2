#include "tests/unit/core/domain/schedule_model.h"

#include <criterion/criterion.h>
#include <string.h>

static int variant_now;

unsigned model_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

/* Holidays and worked weekend days of the two special calendars, over the years that models use. */
static bool is_special(uint8_t calendar, int32_t day, enum mp_calendar_day_kind *ret_kind)
{
    unsigned mix = (unsigned)day * 2654435761u + calendar * 97u;

    if (calendar == 2)
        mix += (unsigned)variant_now * 7919u;
    if (calendar < 2 || (mix >> 20) % 9 != 0)
        return false;
    *ret_kind = (mix >> 12) % 3 != 0 ? MP_CALENDAR_HOLIDAY : MP_CALENDAR_WORKDAY;
    return true;
}

static const uint8_t weekends[MODEL_CALENDARS] = {0, MP_WEEKEND_SATURDAY_SUNDAY, 0x60, 0x10};

bool model_works(uint8_t calendar, int32_t day)
{
    enum mp_calendar_day_kind kind;

    if (is_special(calendar, day, &kind))
        return kind == MP_CALENDAR_WORKDAY;
    return (weekends[calendar] >> mp_day_weekday(day) & 1) == 0;
}

static void set_calendar(struct mp_calendars *calendars, uint8_t number)
{
    static struct mp_calendar_day days[MP_CALENDAR_DAYS_MOST];
    struct mp_calendar_version version = {.name = number == 2 ? "two" : "three",
                                          .valid_from = MP_DAY_NONE,
                                          .weekend = weekends[number],
                                          .days = days};
    uint8_t given;

    for (int32_t day = MP_CALENDAR_DAY_LEAST; day <= MP_CALENDAR_DAY_MOST; day++) {
        struct mp_calendar_day *special = &days[version.day_count];

        *special = (struct mp_calendar_day){.day = day};
        version.day_count += is_special(number, day, &special->kind);
    }
    cr_assert_eq(mp_calendars_set(calendars, &version, 1, MP_DAY_NONE, &given), 0);
    cr_assert_eq(given, number);
}

struct mp_calendars *model_calendars(void)
{
    struct mp_calendars *calendars = mp_calendars_new();

    cr_assert_not_null(calendars);
    variant_now = 0;
    set_calendar(calendars, 2);
    set_calendar(calendars, 3);
    return calendars;
}

void model_change_calendar(struct mp_calendars *calendars, int variant)
{
    variant_now = variant;
    set_calendar(calendars, 2);
}

int32_t model_step(uint8_t calendar, int32_t day, int32_t n)
{
    int direction = n < 0 ? -1 : 1;

    if (n < 0 && !model_works(calendar, day))
        n--;
    for (; n != 0; n -= direction)
        do
            day += direction;
        while (!model_works(calendar, day));
    return day;
}

static int32_t model_end(const struct model *model, uint32_t node, int32_t day)
{
    if (day == MP_DAY_NONE || !model->is_start[node])
        return day;
    do
        day--;
    while (!model_works(model->calendar[node], day));
    return day;
}

static int32_t model_day(const struct model *model, uint32_t node, int32_t end)
{
    if (end == MP_DAY_NONE || !model->is_start[node])
        return end;
    return model_step(model->calendar[node], end, 1);
}

static int32_t working_days(uint8_t calendar, int32_t from, int32_t to)
{
    int32_t count = 0;

    for (int32_t day = from + 1; day <= to; day++)
        count += model_works(calendar, day);
    for (int32_t day = to + 1; day <= from; day++)
        count -= model_works(calendar, day);
    return count;
}

static void add_edge(struct model *model, struct model_edge edge, bool is_stated)
{
    const struct mp_schedule_node *nodes = model->plan->nodes;
    int32_t from = nodes[edge.from].facts.approved_day, to = nodes[edge.to].facts.approved_day;

    if (!is_stated && model->plan->gaps == MP_GAPS_PLANNED && from != MP_DAY_NONE &&
        to != MP_DAY_NONE) {
        int32_t gap;

        from = model_end(model, edge.from, from);
        to = model_end(model, edge.to, to);
        gap = working_days(edge.calendar, from, to);
        while (model_step(edge.calendar, from, gap) > to)
            gap--;
        edge.is_assumed = gap >= 0;
        edge.lag = gap >= 0 ? gap : 0;
    }
    cr_assert_lt(model->edge_count, MODEL_EDGES);
    model->edges[model->edge_count++] = edge;
}

static uint32_t end_node(const struct mp_schedule_plan *plan, uint32_t milestone, bool is_start)
{
    uint32_t start = plan->nodes[milestone].start;
    return is_start && start != MP_SCHEDULE_NONE ? start : milestone;
}

static void resolve_edges(struct model *model)
{
    const struct mp_schedule_plan *plan = model->plan;

    model->edge_count = 0;
    for (uint32_t i = 0; i < plan->node_count; i++) {
        const struct mp_schedule_node *node = &plan->nodes[i];
        if (node->start != MP_SCHEDULE_NONE)
            add_edge(model,
                     (struct model_edge){.from = node->start,
                                         .to = i,
                                         .link = MP_SCHEDULE_NONE,
                                         .lag = node->duration_days < 0 ? 0 : node->duration_days,
                                         .calendar = node->calendar},
                     node->duration_days >= 0);
    }
    for (uint32_t i = 0; i < plan->link_count; i++) {
        const struct mp_schedule_link *link = &plan->links[i];
        enum mp_link_type type = link->type;

        add_edge(
            model,
            (struct model_edge){
                .from = end_node(plan, link->predecessor, type == MP_LINK_SS || type == MP_LINK_SF),
                .to = end_node(plan, link->successor, type == MP_LINK_FS || type == MP_LINK_SS),
                .link = i,
                .lag = link->lag_days,
                .calendar = link->calendar},
            link->is_lag_stated);
    }
}

static void find_starts(struct model *model)
{
    const struct mp_schedule_node *nodes = model->plan->nodes;

    for (uint32_t i = model->plan->node_count; i-- > 0;) {
        model->calendar[i] = nodes[i].calendar;
        model->is_start[i] = false;
    }
    for (uint32_t i = (uint32_t)model->plan->node_count; i-- > 0;) {
        uint32_t start = nodes[i].start;

        if (start == MP_SCHEDULE_NONE || nodes[start].start != MP_SCHEDULE_NONE)
            continue;
        model->is_start[start] = true;
        if (nodes[start].calendar == MP_CALENDAR_ELAPSED)
            model->calendar[start] = nodes[i].calendar; /* the first one comes last */
    }
}

bool model_init(struct model *model, const struct mp_schedule_plan *plan)
{
    static bool reach[MODEL_NODES][MODEL_NODES];
    size_t count = plan->node_count;

    cr_assert_leq(count, MODEL_NODES);
    memset(reach, 0, sizeof reach);
    *model = (struct model){.plan = plan};
    find_starts(model);
    resolve_edges(model);
    for (size_t i = 0; i < model->edge_count; i++)
        reach[model->edges[i].from][model->edges[i].to] = true;
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < count && reach[i][k]; j++)
                reach[i][j] = reach[i][j] || reach[k][j];
    for (size_t i = 0; i < count; i++)
        if (reach[i][i])
            return false;
    return true;
}

/* What the rule gives for a node, from the ends as they are now. */
static int32_t project(struct model *model, uint32_t node)
{
    const struct mp_schedule_facts *facts = &model->plan->nodes[node].facts;
    int32_t latest = MP_DAY_NONE, day, today = model->plan->today;

    model->link_day[node] = model->day[node] = MP_DAY_NONE;
    model->is_link_bound[node] = false;
    if (facts->is_cancelled)
        return MP_DAY_NONE;
    if (facts->actual_day != MP_DAY_NONE) {
        model->day[node] = facts->actual_day;
        return model_end(model, node, facts->actual_day);
    }
    for (size_t i = 0; i < model->edge_count; i++) {
        const struct model_edge *edge = &model->edges[i];
        int32_t end = model->end[edge->from];

        if (edge->to != node || end == MP_DAY_NONE)
            continue;
        end = model_step(edge->calendar, end, edge->lag);
        latest = end > latest ? end : latest;
    }
    if (latest == MP_DAY_NONE && facts->expected_day == MP_DAY_NONE)
        return MP_DAY_NONE;
    model->link_day[node] = model_day(model, node, latest);
    day = facts->expected_day > today ? facts->expected_day : today;
    model->is_link_bound[node] =
        latest != MP_DAY_NONE &&
        (model->link_day[node] > day ||
         (model->link_day[node] == day && facts->expected_day == MP_DAY_NONE));
    model->day[node] = model->is_link_bound[node] ? model->link_day[node] : day;
    day = model_end(model, node, day);
    return latest > day ? latest : day;
}

static int64_t slip_of(const struct model *model, uint32_t node)
{
    int32_t approved = model->plan->nodes[node].facts.approved_day;
    return approved == MP_DAY_NONE ? INT64_MIN : (int64_t)model->day[node] - approved;
}

/* Every chain to its end: the network has no cycle. */
static uint32_t root_of(const struct model *model, uint32_t node)
{
    uint32_t best = MP_SCHEDULE_NONE;
    int32_t latest = MP_DAY_NONE;

    if (model->end[node] == MP_DAY_NONE)
        return MP_SCHEDULE_NONE;
    if (!model->is_link_bound[node])
        return node;
    for (size_t i = 0; i < model->edge_count; i++) {
        const struct model_edge *edge = &model->edges[i];
        int32_t end = model->end[edge->from];
        uint32_t root;

        if (edge->to != node || end == MP_DAY_NONE)
            continue;
        end = model_step(edge->calendar, end, edge->lag);
        if (end < latest)
            continue;
        root = root_of(model, edge->from);
        if (end > latest || slip_of(model, root) > slip_of(model, best) ||
            (slip_of(model, root) == slip_of(model, best) && root < best))
            best = root;
        latest = end;
    }
    return best;
}

void model_solve(struct model *model)
{
    uint32_t count = (uint32_t)model->plan->node_count;
    bool has_changed = true;

    find_starts(model);
    resolve_edges(model);
    for (uint32_t i = 0; i < count; i++)
        model->end[i] = MP_DAY_NONE;
    while (has_changed) {
        has_changed = false;
        for (uint32_t i = 0; i < count; i++) {
            int32_t before = model->end[i];

            model->end[i] = project(model, i);
            has_changed = has_changed || model->end[i] != before;
        }
    }
    for (uint32_t i = 0; i < count; i++)
        model->root[i] = root_of(model, i);
}

static bool passes_back(const struct model *model, const bool *in_scope, uint32_t node)
{
    return (in_scope == NULL || in_scope[node]) && model->end[node] != MP_DAY_NONE &&
           model->plan->nodes[node].facts.actual_day == MP_DAY_NONE;
}

/* From its successors as they are now; MP_DAY_NONE when none of them has a date. */
static int32_t late_by_links(const struct model *model, const bool *in_scope, uint32_t node,
                             const int32_t *late, bool *ret_terminal)
{
    int32_t least = INT32_MAX;

    *ret_terminal = true;
    for (size_t i = 0; i < model->edge_count; i++) {
        const struct model_edge *edge = &model->edges[i];
        int32_t limit = late[edge->to], day;

        if (edge->from != node || !passes_back(model, in_scope, edge->to))
            continue;
        *ret_terminal = false;
        if (limit == MP_DAY_NONE)
            continue;
        /* The largest day whose step is not after the limit, tried from far above. */
        for (day = limit + 700; model_step(edge->calendar, day, edge->lag) > limit; day--)
            continue;
        least = day < least ? day : least;
    }
    return least == INT32_MAX ? MP_DAY_NONE : least;
}

void model_late(const struct model *model, const bool *in_scope, enum mp_anchor anchor,
                int32_t *late)
{
    uint32_t count = (uint32_t)model->plan->node_count;
    int32_t end = MP_DAY_NONE;
    bool has_changed = true;

    for (uint32_t i = 0; i < count; i++) {
        late[i] = MP_DAY_NONE;
        if ((in_scope == NULL || in_scope[i]) && model->end[i] > end)
            end = model->end[i];
    }
    while (has_changed) {
        has_changed = false;
        for (uint32_t i = 0; i < count; i++) {
            int32_t before = late[i];
            bool is_terminal;

            if (!passes_back(model, in_scope, i))
                continue;
            late[i] = late_by_links(model, in_scope, i, late, &is_terminal);
            if (is_terminal)
                late[i] = anchor == MP_ANCHOR_EARLY
                              ? end
                              : model_end(model, i, model->plan->nodes[i].facts.approved_day);
            has_changed = has_changed || late[i] != before;
        }
    }
}

void model_compare(const struct model *model, const struct mp_schedule *schedule, const char *when)
{
    for (uint32_t i = 0; i < model->plan->node_count; i++) {
        struct mp_projection is = mp_schedule_projection(schedule, i);
        const struct mp_schedule_facts *facts = &model->plan->nodes[i].facts;
        int32_t own = facts->expected_day, today = model->plan->today, pushed = 0, overdue = 0;

        cr_assert_eq(is.end, model->end[i], "%s: %u ends %d, not %d", when, i, is.end,
                     model->end[i]);
        cr_assert_eq(is.day, model->day[i], "%s: %u on %d, not %d", when, i, is.day, model->day[i]);
        cr_assert_eq(is.day, mp_schedule_day(schedule, i));
        cr_assert_eq(is.link_day, model->link_day[i], "%s: %u link day", when, i);
        cr_assert_eq(is.root, model->root[i], "%s: %u by %u, not %u", when, i, is.root,
                     model->root[i]);
        cr_assert_eq(is.bound == MP_BOUND_LINK, model->is_link_bound[i], "%s: %u bound", when, i);
        if (own != MP_DAY_NONE && !facts->is_cancelled && facts->actual_day == MP_DAY_NONE) {
            overdue = today > own ? today - own : 0;
            own = today > own ? today : own;
            pushed = model->link_day[i] > own ? model->link_day[i] - own : 0;
        }
        cr_assert_eq(is.knock_on_days, pushed, "%s: %u pushed %d, not %d", when, i,
                     is.knock_on_days, pushed);
        cr_assert_eq(is.overdue_days, overdue, "%s: %u overdue", when, i);
    }
}
