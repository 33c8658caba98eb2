/* A small network made by hand, for the tests of the schedule. 2026-03-02 is a Monday. */
#ifndef MP_TEST_SCHEDULE_NET_H
#define MP_TEST_SCHEDULE_NET_H

#include "core/domain/schedule.h"

#define NET_MOST  16
#define NET_WORKS 2 /* weekdays; Thursday 2026-03-05 is off, Saturday the 7th is worked */

struct net {
    struct mp_schedule_node nodes[NET_MOST];
    struct mp_schedule_link links[NET_MOST];
    struct mp_calendars *calendars;
    struct mp_schedule_plan plan; /* points into this: never copy a net */
};

/* "" is none. */
int32_t net_day(const char *text);
const char *net_text(int32_t day);
struct mp_schedule_facts net_facts(const char *expected, const char *actual, const char *approved);

void net_init(struct net *net);
uint32_t net_node(struct net *net, struct mp_schedule_facts facts);
/* Its finish; the start is the node before. */
uint32_t net_activity(struct net *net, const char *start_expected, int32_t duration,
                      uint8_t calendar);
void net_link(struct net *net, uint32_t from, uint32_t to, enum mp_link_type type, int32_t lag,
              uint8_t calendar);
struct mp_schedule *net_build(const struct net *net);
void net_done(struct net *net, struct mp_schedule *schedule);

#endif
