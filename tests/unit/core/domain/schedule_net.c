#include "tests/unit/core/domain/schedule_net.h"

#include <criterion/criterion.h>

int32_t net_day(const char *text)
{
    int32_t day = MP_DAY_NONE;

    if (text[0] != '\0')
        cr_assert_eq(mp_day_parse(text, &day), 0, "%s", text);
    return day;
}

const char *net_text(int32_t day)
{
    static char texts[8][MP_DAY_TEXT];
    static unsigned next;
    char *text = texts[next++ % 8];

    mp_day_format(day, text);
    return text;
}

struct mp_schedule_facts net_facts(const char *expected, const char *actual, const char *approved)
{
    return (struct mp_schedule_facts){net_day(expected), net_day(actual), net_day(approved), false};
}

void net_init(struct net *net)
{
    static const struct mp_calendar_day days[] = {{.day = 20517, .kind = MP_CALENDAR_HOLIDAY},
                                                  {.day = 20519, .kind = MP_CALENDAR_WORKDAY}};
    const struct mp_calendar_version version = {.name = "works",
                                                .valid_from = MP_DAY_NONE,
                                                .weekend = MP_WEEKEND_SATURDAY_SUNDAY,
                                                .days = days,
                                                .day_count = 2};
    struct mp_calendars *calendars = mp_calendars_new();
    uint8_t number;

    cr_assert_eq(days[0].day, net_day("2026-03-05"));
    cr_assert_eq(mp_calendars_set(calendars, &version, 1, MP_DAY_NONE, &number), 0);
    cr_assert_eq(number, NET_WORKS);
    *net = (struct net){.calendars = calendars,
                        .plan = {.nodes = net->nodes,
                                 .links = net->links,
                                 .calendars = calendars,
                                 .today = MP_DAY_NONE}};
}

uint32_t net_node(struct net *net, struct mp_schedule_facts facts)
{
    net->nodes[net->plan.node_count] =
        (struct mp_schedule_node){.facts = facts, .start = MP_SCHEDULE_NONE, .duration_days = -1};
    return (uint32_t)net->plan.node_count++;
}

uint32_t net_activity(struct net *net, const char *start_expected, int32_t duration,
                      uint8_t calendar)
{
    uint32_t start = net_node(net, net_facts(start_expected, "", ""));
    uint32_t finish = net_node(net, net_facts("", "", ""));

    net->nodes[finish].start = start;
    net->nodes[finish].duration_days = duration;
    net->nodes[finish].calendar = calendar;
    return finish;
}

void net_link(struct net *net, uint32_t from, uint32_t to, enum mp_link_type type, int32_t lag,
              uint8_t calendar)
{
    net->links[net->plan.link_count++] = (struct mp_schedule_link){.predecessor = from,
                                                                   .successor = to,
                                                                   .type = type,
                                                                   .lag_days = lag,
                                                                   .is_lag_stated = true,
                                                                   .calendar = calendar};
}

struct mp_schedule *net_build(const struct net *net)
{
    struct mp_schedule *schedule = NULL;

    cr_assert_eq(mp_schedule_new(&net->plan, NULL, &schedule), 0);
    return schedule;
}

void net_done(struct net *net, struct mp_schedule *schedule)
{
    mp_schedule_free(schedule);
    mp_calendars_free(net->calendars);
}
