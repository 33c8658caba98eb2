/* Somebody else's numbers: PSPLIB's critical-path lengths, and a schedule that MS Project made. */
#include "core/domain/schedule.h"

#include "core/base/auto.h"
#include "tests/unit/core/domain/data/psplib.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define NONE  MP_SCHEDULE_NONE
#define JOBS  130
#define LINKS 400

/* Node 2j is the start of job j, 2j + 1 its finish; jobs count from 0. */
struct jobs {
    struct mp_schedule_node nodes[2 * JOBS];
    struct mp_schedule_link links[LINKS];
    struct mp_schedule_plan plan;
};

static uint32_t add_job(struct jobs *jobs, int32_t expected_start, int32_t duration,
                        uint8_t calendar)
{
    uint32_t start = (uint32_t)jobs->plan.node_count;
    const struct mp_schedule_facts none = {MP_DAY_NONE, MP_DAY_NONE, MP_DAY_NONE, false};

    jobs->nodes[start] =
        (struct mp_schedule_node){.facts = none, .start = NONE, .duration_days = -1};
    jobs->nodes[start].facts.expected_day = expected_start;
    jobs->nodes[start + 1] = (struct mp_schedule_node){
        .facts = none, .start = start, .duration_days = duration, .calendar = calendar};
    jobs->plan.node_count += 2;
    return start / 2;
}

static void add_link(struct jobs *jobs, uint32_t from, uint32_t to, enum mp_link_type type,
                     int32_t lag, uint8_t calendar)
{
    cr_assert_lt(jobs->plan.link_count, LINKS);
    jobs->links[jobs->plan.link_count++] = (struct mp_schedule_link){.predecessor = 2 * from + 1,
                                                                     .successor = 2 * to + 1,
                                                                     .type = type,
                                                                     .lag_days = lag,
                                                                     .is_lag_stated = true,
                                                                     .calendar = calendar};
}

static void jobs_init(struct jobs *jobs, struct mp_calendars *calendars)
{
    *jobs = (struct jobs){.plan = {.nodes = jobs->nodes,
                                   .links = jobs->links,
                                   .calendars = calendars,
                                   .today = MP_DAY_NONE}};
}

/* The source starts on day 1: its boundary is 0. */
static void read_instance(struct jobs *jobs, const struct psplib *instance)
{
    const char *at = instance->durations;
    char *end;
    uint32_t job = 0;

    for (long duration = strtol(at, &end, 10); end != at; duration = strtol(at, &end, 10)) {
        add_job(jobs, jobs->plan.node_count == 0 ? 1 : MP_DAY_NONE, (int32_t)duration, 0);
        at = end;
    }
    for (at = instance->successors; *at != '\0';) {
        long successor = strtol(at, &end, 10);

        if (end == at) {
            job += *at == '|';
            at++;
            continue;
        }
        add_link(jobs, job, (uint32_t)successor - 1, MP_LINK_FS, 0, 0);
        at = end;
    }
    cr_assert_eq(job + 1, jobs->plan.node_count / 2, "%s", instance->name);
}

Test(domain_schedule_oracles, psplib_instances_have_the_length_that_their_headers_give)
{
    MP_AUTO(mp_calendars_free) struct mp_calendars *calendars = mp_calendars_new();

    for (size_t i = 0; i < MP_LENGTH(psplib); i++) {
        static struct jobs jobs;
        static struct mp_late lates[2 * JOBS];
        struct mp_schedule *schedule = NULL;
        int32_t end;
        uint32_t last, critical = 0;

        jobs_init(&jobs, calendars);
        read_instance(&jobs, &psplib[i]);
        last = (uint32_t)jobs.plan.node_count - 1;
        cr_assert_eq(mp_schedule_new(&jobs.plan, NULL, &schedule), 0, "%s", psplib[i].name);
        cr_expect_eq(mp_schedule_projection(schedule, last).end, psplib[i].mpm_time, "%s: %d",
                     psplib[i].name, mp_schedule_projection(schedule, last).end);
        cr_assert_eq(mp_schedule_late(schedule, NULL, last + 1, MP_ANCHOR_EARLY, lates, &end), 0);
        cr_expect_eq(end, psplib[i].mpm_time);
        /* The chain that binds the sink is critical, to the source. */
        for (uint32_t node = last; node != NONE; critical++) {
            cr_expect(lates[node].is_critical && lates[node].float_days == 0, "%s: %u",
                      psplib[i].name, node);
            node = mp_schedule_projection(schedule, node).via;
        }
        cr_expect_gt(critical, 3);
        cr_expect_eq(mp_schedule_projection(schedule, last).root, 0);
        for (uint32_t node = 0; node <= last; node++)
            cr_expect(lates[node].has_float && lates[node].float_days >= 0);
        mp_schedule_free(schedule);
    }
}

/* joniles/mpxj, junit/data/generated/task-links/task-links-project2019-mspdi.xml: pairs of tasks of
 * one day each, the first of which starts on Thursday 2018-10-18; the project ends with the tenth
 * task on 2018-11-02. Lags and slack are the file's ÷ 4,800; a late finish that the file gives as
 * 08:00 is here the working day before. */
static const struct {
    enum mp_link_type type;
    int32_t lag;
    const char *first_late;
    int first_slack;
    const char *start, *finish, *late;
    int slack;
} project[] = {
    {MP_LINK_FS, 0, "2018-11-01", 10, "2018-10-19", "2018-10-19", "2018-11-02", 10},
    {MP_LINK_FS, 1, "2018-10-31", 9, "2018-10-22", "2018-10-22", "2018-11-02", 9},
    {MP_LINK_FS, 2, "2018-10-30", 8, "2018-10-23", "2018-10-23", "2018-11-02", 8},
    {MP_LINK_FS, 5, "2018-10-25", 5, "2018-10-26", "2018-10-26", "2018-11-02", 5},
    {MP_LINK_FS, 10, "2018-10-18", 0, "2018-11-02", "2018-11-02", "2018-11-02", 0},
    {MP_LINK_SF, 2, "2018-11-02", 11, "2018-10-19", "2018-10-19", "2018-11-02", 10},
    {MP_LINK_SS, 2, "2018-11-02", 11, "2018-10-22", "2018-10-22", "2018-11-02", 9},
    {MP_LINK_FF, 2, "2018-10-31", 9, "2018-10-22", "2018-10-22", "2018-11-02", 9},
};

static int32_t day_of(const char *text)
{
    int32_t day;

    cr_assert_eq(mp_day_parse(text, &day), 0, "%s", text);
    return day;
}

/* A late date on a day off means the working day before. */
static int32_t working(const struct mp_calendar *calendar, int32_t day)
{
    return mp_calendar_is_working(calendar, day) ? day : mp_calendar_previous(calendar, day);
}

Test(domain_schedule_oracles, ms_project_has_the_same_dates_late_finishes_and_slack)
{
    MP_AUTO(mp_calendars_free) struct mp_calendars *calendars = mp_calendars_new();
    const struct mp_calendar *weekdays = mp_calendars_at(calendars, MP_CALENDAR_WEEKDAYS);
    static struct jobs jobs;
    static struct mp_late lates[2 * JOBS];
    MP_AUTO(mp_schedule_free) struct mp_schedule *schedule = NULL;
    int32_t end, begin = day_of("2018-10-18");

    jobs_init(&jobs, calendars);
    for (size_t i = 0; i < MP_LENGTH(project); i++) {
        uint32_t first = add_job(&jobs, begin, 1, MP_CALENDAR_WEEKDAYS);
        /* A link to a finish dates no start: that one is given the date of the file. */
        bool is_tied = project[i].type == MP_LINK_FS || project[i].type == MP_LINK_SS;
        uint32_t second =
            add_job(&jobs, is_tied ? begin : day_of(project[i].start), 1, MP_CALENDAR_WEEKDAYS);

        add_link(&jobs, first, second, project[i].type, project[i].lag, MP_CALENDAR_WEEKDAYS);
    }
    cr_assert_eq(mp_schedule_new(&jobs.plan, NULL, &schedule), 0);
    cr_assert_eq(
        mp_schedule_late(schedule, NULL, jobs.plan.node_count, MP_ANCHOR_EARLY, lates, &end), 0);
    cr_expect_eq(end, day_of("2018-11-02"));
    for (uint32_t i = 0; i < MP_LENGTH(project); i++) {
        const struct mp_late *first = &lates[4 * i + 1], *second = &lates[4 * i + 3];

        cr_expect_eq(mp_schedule_day(schedule, 4 * i + 1), begin, "pair %u", i);
        cr_expect_eq(mp_schedule_day(schedule, 4 * i + 2), day_of(project[i].start), "pair %u", i);
        cr_expect_eq(mp_schedule_day(schedule, 4 * i + 3), day_of(project[i].finish), "pair %u", i);
        cr_expect_eq(working(weekdays, first->late_end), day_of(project[i].first_late), "pair %u",
                     i);
        cr_expect_eq(first->float_days, project[i].first_slack, "pair %u: %d", i,
                     first->float_days);
        cr_expect_eq(working(weekdays, second->late_end), day_of(project[i].late), "pair %u", i);
        cr_expect_eq(second->float_days, project[i].slack, "pair %u: %d", i, second->float_days);
        cr_expect_eq(first->is_critical, project[i].first_slack == 0);
    }
}

/* The same, task-baselines/task-baselines-project2019-mspdi.xml, task 23: baseline finish
 * 2014-03-01 (a Saturday), finish 2018-10-18, finish variance 5,803,200 ÷ 4,800. Late is positive.
 */
Test(domain_schedule_oracles, ms_project_has_the_same_finish_variance)
{
    MP_AUTO(mp_calendars_free) struct mp_calendars *calendars = mp_calendars_new();
    const struct mp_calendar *weekdays = mp_calendars_at(calendars, MP_CALENDAR_WEEKDAYS);

    cr_expect_eq(mp_calendar_count(weekdays, day_of("2014-03-01"), day_of("2018-10-18")), 1209);
}
