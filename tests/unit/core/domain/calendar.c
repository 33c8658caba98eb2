#include "core/domain/calendar.h"

#include "core/base/arena.h"
#include "core/domain/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPECIAL 4000

static int32_t day_of(const char *text)
{
    int32_t day;

    cr_assert_eq(mp_day_parse(text, &day), 0, "%s", text);
    return day;
}

static struct mp_calendar *make(const struct mp_calendar_version *versions, size_t count,
                                int32_t as_of)
{
    struct mp_calendar *calendar = NULL;

    cr_assert_eq(mp_calendar_new(versions, count, as_of, &calendar), 0);
    return calendar;
}

/* What the header says, day by day. */
static bool plain_works(const struct mp_calendar_version *versions, size_t count, int32_t day)
{
    const struct mp_calendar_version *rule = NULL, *oldest = NULL;

    if (count == 0)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (oldest == NULL || versions[i].valid_from < oldest->valid_from)
            oldest = &versions[i];
        if (versions[i].valid_from <= day &&
            (rule == NULL || versions[i].valid_from > rule->valid_from))
            rule = &versions[i];
    }
    if (rule == NULL)
        rule = oldest;
    for (size_t i = 0; i < rule->day_count; i++)
        if (rule->days[i].day == day && day >= MP_CALENDAR_DAY_LEAST && day <= MP_CALENDAR_DAY_MOST)
            return rule->days[i].kind == MP_CALENDAR_WORKDAY;
    return (rule->weekend >> mp_day_weekday(day) & 1) == 0;
}

static int32_t plain_step(const struct mp_calendar_version *versions, size_t count, int32_t day,
                          int32_t n)
{
    int direction = n < 0 ? -1 : 1;

    /* A day off stands for the end of the working day before it, which counts as the first. */
    if (n < 0 && !plain_works(versions, count, day))
        n--;
    for (; n != 0; n -= direction)
        do
            day += direction;
        while (!plain_works(versions, count, day));
    return day;
}

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

/* Checks every operation around a day against the plain walk. */
static void check_day(const struct mp_calendar *calendar,
                      const struct mp_calendar_version *versions, size_t count, int32_t day,
                      int32_t n)
{
    int32_t to = mp_calendar_step(calendar, day, n), walked = 0, back;

    cr_assert_eq(mp_calendar_is_working(calendar, day), plain_works(versions, count, day), "%d",
                 day);
    cr_assert_eq(to, plain_step(versions, count, day, n), "%d by %d gives %d, not %d", day, n, to,
                 plain_step(versions, count, day, n));
    for (int32_t at = day + 1; at <= day + 40; at++)
        walked += plain_works(versions, count, at);
    cr_assert_eq(mp_calendar_count(calendar, day, day + 40), walked, "count from %d", day);
    cr_assert_eq(mp_calendar_count(calendar, day + 40, day), -walked);
    cr_assert_eq(mp_calendar_next(calendar, day), plain_step(versions, count, day, 1));
    for (back = day - 1; !plain_works(versions, count, back);)
        back--;
    cr_assert_eq(mp_calendar_previous(calendar, day), back, "before %d", day);
    back = mp_calendar_step_back(calendar, day, n);
    cr_assert_leq(plain_step(versions, count, back, n), day, "back from %d by %d", day, n);
    for (int32_t later = back + 1; later < back + 15; later++)
        cr_assert_gt(plain_step(versions, count, later, n), day, "%d is later than %d", later,
                     back);
}

Test(domain_calendar, every_operation_agrees_with_a_walk_day_by_day)
{
    for (unsigned seed = 1; seed <= 40; seed++) {
        static struct mp_calendar_day days[2][SPECIAL];
        static bool taken[2][SPECIAL];
        struct mp_calendar_version versions[2] = {{.name = "x", .valid_from = MP_DAY_NONE},
                                                  {.name = "x"}};
        unsigned random = seed;
        int32_t first = MP_CALENDAR_DAY_LEAST - 300 + (int32_t)(next_random(&random) % 20000);
        size_t count = 1 + next_random(&random) % 2;

        memset(taken, 0, sizeof taken);
        for (size_t v = 0; v < 2; v++) {
            versions[v].weekend = (uint8_t)(next_random(&random) % 127);
            versions[v].days = days[v];
            for (size_t i = 0; i < 300; i++) {
                size_t at = next_random(&random) % SPECIAL;

                if (taken[v][at])
                    continue;
                taken[v][at] = true;
                days[v][versions[v].day_count++] = (struct mp_calendar_day){
                    .day = first + (int32_t)at,
                    .kind = next_random(&random) % 2 ? MP_CALENDAR_HOLIDAY : MP_CALENDAR_WORKDAY};
            }
        }
        versions[1].valid_from = first + 2000;
        struct mp_calendar *calendar = make(versions, count, MP_DAY_NONE);
        for (int i = 0; i < 400; i++)
            check_day(calendar, versions, count,
                      first - 50 + (int32_t)(next_random(&random) % 4200),
                      (int32_t)(next_random(&random) % 61) - 30);
        mp_calendar_free(calendar);
    }
}

Test(domain_calendar, the_edges_of_the_tables_are_crossed_by_the_weekend_rule)
{
    static const struct mp_calendar_day days[] = {
        {.day = MP_CALENDAR_DAY_LEAST, .kind = MP_CALENDAR_WORKDAY}, /* a Saturday */
        {.day = MP_CALENDAR_DAY_LEAST - 1, .kind = MP_CALENDAR_HOLIDAY},
        {.day = MP_CALENDAR_DAY_MOST, .kind = MP_CALENDAR_HOLIDAY},
        {.day = MP_CALENDAR_DAY_MOST + 4, .kind = MP_CALENDAR_HOLIDAY}};
    const struct mp_calendar_version version = {.name = "x",
                                                .valid_from = MP_DAY_NONE,
                                                .weekend = MP_WEEKEND_SATURDAY_SUNDAY,
                                                .days = days,
                                                .day_count = MP_LENGTH(days)};
    struct mp_calendar *calendar = make(&version, 1, MP_DAY_NONE);

    cr_expect(!mp_calendar_is_working(calendar, MP_CALENDAR_DAY_MOST));
    cr_expect(mp_calendar_is_working(calendar, MP_CALENDAR_DAY_LEAST));
    cr_expect(mp_calendar_is_working(calendar, MP_CALENDAR_DAY_LEAST - 1), "outside: the weekend");
    cr_expect(mp_calendar_is_working(calendar, MP_CALENDAR_DAY_MOST + 4));
    for (int32_t day = -40; day <= 40; day++)
        for (int32_t n = -70; n <= 70; n += 7) {
            check_day(calendar, &version, 1, MP_CALENDAR_DAY_LEAST + day, n);
            check_day(calendar, &version, 1, MP_CALENDAR_DAY_MOST + day, n);
        }
    mp_calendar_free(calendar);
}

Test(domain_calendar, results_stay_within_the_range_of_days)
{
    const struct mp_calendar_version version = {
        .name = "x", .valid_from = MP_DAY_NONE, .weekend = MP_WEEKEND_SATURDAY_SUNDAY};
    struct mp_calendar *calendar = make(&version, 1, MP_DAY_NONE);
    const struct mp_calendar *both[] = {NULL, calendar};

    for (size_t i = 0; i < 2; i++) {
        cr_expect_eq(mp_calendar_step(both[i], MP_DAY_MOST, INT32_MAX), MP_DAY_MOST);
        cr_expect_eq(mp_calendar_step(both[i], MP_DAY_LEAST, INT32_MIN), MP_DAY_LEAST);
        cr_expect_eq(mp_calendar_step_back(both[i], MP_DAY_LEAST, INT32_MAX), MP_DAY_LEAST);
        cr_expect_eq(mp_calendar_step_back(both[i], MP_DAY_MOST, INT32_MIN), MP_DAY_MOST);
        cr_expect_eq(mp_calendar_next(both[i], MP_DAY_MOST), MP_DAY_MOST);
        cr_expect_eq(mp_calendar_previous(both[i], MP_DAY_LEAST), MP_DAY_LEAST);
    }
    mp_calendar_free(calendar);
}

Test(domain_calendar, weekdays_and_elapsed_by_hand)
{
    MP_AUTO(mp_calendars_free) struct mp_calendars *calendars = mp_calendars_new();
    static const struct {
        const char *from;
        int n;
        const char *elapsed, *weekdays, *weekdays_back;
    } cases[] = {
        /* 2026-03-06 is a Friday */
        {"2026-03-06", 0, "2026-03-06", "2026-03-06", "2026-03-06"},
        {"2026-03-06", 1, "2026-03-07", "2026-03-09", "2026-03-05"},
        {"2026-03-07", 1, "2026-03-08", "2026-03-09", "2026-03-05"},
        {"2026-03-07", 0, "2026-03-07", "2026-03-07", "2026-03-07"},
        {"2026-03-09", -1, "2026-03-08", "2026-03-06", "2026-03-10"},
        {"2026-03-08", -1, "2026-03-07", "2026-03-05", "2026-03-09"},
        {"2026-03-06", 5, "2026-03-11", "2026-03-13", "2026-03-01"},
        {"2026-03-06", -5, "2026-03-01", "2026-02-27", "2026-03-15"},
    };

    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        const struct mp_calendar *weekdays = mp_calendars_at(calendars, MP_CALENDAR_WEEKDAYS);
        int32_t from = day_of(cases[i].from);

        cr_expect_eq(mp_calendar_step(NULL, from, cases[i].n), day_of(cases[i].elapsed), "%zu", i);
        cr_expect_eq(mp_calendar_step(weekdays, from, cases[i].n), day_of(cases[i].weekdays), "%zu",
                     i);
        cr_expect_eq(mp_calendar_step_back(weekdays, from, cases[i].n),
                     day_of(cases[i].weekdays_back), "back %zu", i);
    }
}

Test(domain_calendar, special_days_are_known_in_the_years_that_have_some)
{
    static const struct {
        const char *day;
        bool is_known;
    } rows[] = {
        {"1999-12-31", false}, {"2024-12-31", false}, {"2025-01-01", true},  {"2026-12-31", true},
        {"2027-01-01", false}, {"2060-12-31", false}, {"2061-01-01", false},
    };
    const struct mp_calendar_day days[] = {
        {.day = day_of("2025-05-01"), .kind = MP_CALENDAR_HOLIDAY},
        {.day = day_of("2026-12-31"), .kind = MP_CALENDAR_WORKDAY},
    };
    struct mp_calendar_version version = {.name = "x",
                                          .valid_from = MP_DAY_NONE,
                                          .weekend = MP_WEEKEND_SATURDAY_SUNDAY,
                                          .days = days,
                                          .day_count = 2};
    struct mp_calendar *calendar = make(&version, 1, MP_DAY_NONE);

    for (size_t i = 0; i < MP_LENGTH(rows); i++)
        cr_expect_eq(mp_calendar_is_known(calendar, day_of(rows[i].day)), rows[i].is_known, "%s",
                     rows[i].day);
    mp_calendar_free(calendar);
    /* Where the weekend is the whole rule nothing is missing. */
    version.day_count = 0;
    calendar = make(&version, 1, MP_DAY_NONE);
    cr_expect(mp_calendar_is_known(calendar, day_of("2199-12-31")));
    cr_expect(mp_calendar_is_known(NULL, day_of("1900-01-01")));
    mp_calendar_free(calendar);
}

Test(domain_calendar, a_version_rules_from_its_first_day_and_is_known_from_it)
{
    static const struct mp_calendar_day old_days[] = {
        {.day = 20000, .kind = MP_CALENDAR_HOLIDAY, .is_estimated = true},
        {.day = 20100, .kind = MP_CALENDAR_HOLIDAY, .is_estimated = true}};
    const struct mp_calendar_version versions[] = {
        {.name = "x", .valid_from = 20100, .weekend = 0x10}, /* Fridays off */
        {.name = "x",
         .valid_from = 19000,
         .weekend = 0x40, /* Sundays off */
         .days = old_days,
         .day_count = 2},
    };
    struct mp_calendar *both = make(versions, 2, MP_DAY_NONE);
    struct mp_calendar *before = make(versions, 2, 20099);
    struct mp_calendar *long_before = make(versions, 2, 100);

    for (int32_t day = 18000; day < 21000; day++) {
        int off_now = day >= 20100 ? 4 : 6;

        if (day == 20000 || day == 20100)
            continue;
        cr_assert_eq(mp_calendar_is_working(both, day), mp_day_weekday(day) != off_now, "%d", day);
        cr_assert_eq(mp_calendar_is_working(before, day), mp_day_weekday(day) != 6, "%d", day);
        cr_assert_eq(mp_calendar_is_working(long_before, day), mp_day_weekday(day) != 6, "%d", day);
    }
    cr_expect(!mp_calendar_is_working(both, 20000) && mp_calendar_is_estimated(both, 20000));
    cr_expect(!mp_calendar_is_estimated(both, 20001) && !mp_calendar_is_estimated(NULL, 20000));
    /* What the old version says of the new one's first day, a Sunday, no longer counts. */
    cr_expect(mp_calendar_is_working(both, 20100) && !mp_calendar_is_estimated(both, 20100));
    cr_expect(!mp_calendar_is_working(before, 20100) && mp_calendar_is_estimated(before, 20100));
    mp_calendar_free(both);
    mp_calendar_free(before);
    mp_calendar_free(long_before);
}

Test(domain_calendar, wrong_versions_are_refused)
{
    static const struct mp_calendar_day twice[] = {{.day = 1, .kind = MP_CALENDAR_HOLIDAY},
                                                   {.day = 1, .kind = MP_CALENDAR_WORKDAY}};
    static const struct mp_calendar_day unknown[] = {{.day = 1, .kind = 3}};
    static const struct mp_calendar_day far[] = {{.day = MP_DAY_MOST + 1, .kind = 1}};
    static char long_name[MP_CALENDAR_MOST + 2];
    memset(long_name, 'x', sizeof long_name - 1);
    const struct mp_calendar_version good = {.name = "x", .valid_from = 5};
    const struct {
        struct mp_calendar_version versions[2];
        size_t count;
        int error;
    } cases[] = {
        {{good}, 0, MP_EINVAL},
        {{good, good}, 2, MP_EINVAL},
        {{good, {.name = "y", .valid_from = 6}}, 2, MP_EINVAL},
        {{{.name = NULL}}, 1, MP_EINVAL},
        {{{.name = ""}}, 1, MP_EINVAL},
        {{{.name = long_name}}, 1, MP_ETOOBIG},
        {{{.name = "x", .weekend = 0x7f}}, 1, MP_EINVAL},
        {{{.name = "x", .weekend = 0x80}}, 1, MP_EINVAL},
        {{{.name = "x", .valid_from = MP_DAY_LEAST - 1}}, 1, MP_EINVAL},
        {{{.name = "x", .days = twice, .day_count = 2}}, 1, MP_EINVAL},
        {{{.name = "x", .days = unknown, .day_count = 1}}, 1, MP_EINVAL},
        {{{.name = "x", .days = far, .day_count = 1}}, 1, MP_EINVAL},
        {{{.name = "x", .days = twice, .day_count = MP_CALENDAR_DAYS_MOST + 1}}, 1, MP_ETOOBIG},
        {{good}, MP_CALENDAR_VERSIONS_MOST + 1, MP_ETOOBIG},
    };

    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        struct mp_calendar *calendar = NULL;

        cr_expect_eq(mp_calendar_new(cases[i].versions, cases[i].count, MP_DAY_NONE, &calendar),
                     cases[i].error, "%zu", i);
        cr_expect_null(calendar, "%zu", i);
    }
}

Test(domain_calendar, a_set_keeps_numbers_and_refuses_another_elapsed)
{
    MP_AUTO(mp_calendars_free) struct mp_calendars *calendars = mp_calendars_new();
    struct mp_calendar_version version = {.name = "pk", .valid_from = MP_DAY_NONE, .weekend = 0x10};
    uint8_t number = 99, again = 99;

    cr_assert_eq(mp_calendars_find(calendars, "", &number), 0);
    cr_expect_eq(number, MP_CALENDAR_ELAPSED);
    cr_assert_eq(mp_calendars_find(calendars, "weekdays", &number), 0);
    cr_expect_eq(number, MP_CALENDAR_WEEKDAYS);
    cr_expect_eq(mp_calendars_find(calendars, "pk", &number), MP_ENOTFOUND);
    cr_assert_eq(mp_calendars_set(calendars, &version, 1, MP_DAY_NONE, &number), 0);
    cr_expect_eq(number, 2);
    cr_expect(!mp_calendar_is_working(mp_calendars_at(calendars, 2), day_of("2026-03-06")));
    version.weekend = 0x40;
    cr_assert_eq(mp_calendars_set(calendars, &version, 1, MP_DAY_NONE, &again), 0);
    cr_expect(again == 2 && mp_calendars_count(calendars) == 3);
    cr_expect(mp_calendar_is_working(mp_calendars_at(calendars, 2), day_of("2026-03-06")));
    version.weekend = 0x7f;
    cr_expect_eq(mp_calendars_set(calendars, &version, 1, MP_DAY_NONE, &again), MP_EINVAL);
    cr_expect(mp_calendar_is_working(mp_calendars_at(calendars, 2), day_of("2026-03-06")));
    version = (struct mp_calendar_version){.name = "elapsed", .valid_from = MP_DAY_NONE};
    cr_expect_eq(mp_calendars_set(calendars, &version, 1, MP_DAY_NONE, &again), MP_EPERM);
    cr_expect_null(mp_calendars_at(calendars, MP_CALENDAR_ELAPSED));
    cr_expect_str_eq(mp_calendars_name(calendars, 2), "pk");
    for (int i = 3; i < MP_CALENDARS_MOST; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "c%d", i);
        version.name = name;
        cr_assert_eq(mp_calendars_set(calendars, &version, 1, MP_DAY_NONE, &again), 0, "%d", i);
    }
    version.name = "more";
    cr_expect_eq(mp_calendars_set(calendars, &version, 1, MP_DAY_NONE, &again), MP_ETOOBIG);
    version.name = "c9";
    cr_expect_eq(mp_calendars_set(calendars, &version, 1, MP_DAY_NONE, &again), 0);
}
