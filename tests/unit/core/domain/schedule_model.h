/* The schedule by plain means, for comparison: days are walked one by one, dates are found by going
 * over all links until nothing changes, roots by following every chain. Small networks only. */
#ifndef MP_TEST_SCHEDULE_MODEL_H
#define MP_TEST_SCHEDULE_MODEL_H

#include "core/domain/schedule.h"

#define MODEL_NODES 64
#define MODEL_EDGES 512

struct model_edge {
    uint32_t from, to, link;
    int32_t lag;
    uint8_t calendar;
    bool is_assumed;
};

struct model {
    const struct mp_schedule_plan *plan; /* facts and today are read at every solve */
    struct model_edge edges[MODEL_EDGES];
    size_t edge_count;
    bool is_start[MODEL_NODES];
    uint8_t calendar[MODEL_NODES];
    /* solved */
    int32_t end[MODEL_NODES], day[MODEL_NODES], link_day[MODEL_NODES];
    bool is_link_bound[MODEL_NODES];
    uint32_t root[MODEL_NODES];
};

/* The calendars that models know: elapsed, weekdays, and two with holidays and worked weekends.
 * model_works is their definition, model_calendars makes them for the schedule; another variant
 * changes number 2. */
#define MODEL_CALENDARS 4
struct mp_calendars *model_calendars(void);
void model_change_calendar(struct mp_calendars *calendars, int variant);
bool model_works(uint8_t calendar, int32_t day);
int32_t model_step(uint8_t calendar, int32_t day, int32_t n);

/* Resolves the links; false when they close a cycle. */
bool model_init(struct model *model, const struct mp_schedule_plan *plan);
void model_solve(struct model *model);
/* late: for all nodes, MP_DAY_NONE for none. in_scope: NULL for all. */
void model_late(const struct model *model, const bool *in_scope, enum mp_anchor anchor,
                int32_t *late);
/* Asserts that the schedule says the same of every node. */
void model_compare(const struct model *model, const struct mp_schedule *schedule, const char *when);

unsigned model_random(unsigned *seed);

#endif
