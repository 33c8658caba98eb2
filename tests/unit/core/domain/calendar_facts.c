/* The shipped calendars (portfolio/calendars.csv) against facts that do not come from that file. */
#include "core/domain/calendar.h"

#include "core/base/auto.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MOST 2000
#define DAYS_MOST 2000

struct shipped {
    struct mp_calendar_day days[DAYS_MOST];
    struct mp_calendar_version version;
    char weekend[64];
};

/* The field's end becomes a NUL; no field of that file has quotes. */
static char *take_field(char **rest)
{
    char *field = *rest;

    cr_assert_not_null(field);
    *rest = strchr(field, ',');
    if (*rest != NULL)
        *(*rest)++ = '\0';
    return field;
}

static void read_line(struct shipped *shipped, const char *name, char *line)
{
    char *rest = line, *calendar = take_field(&rest), *valid_from = take_field(&rest);
    char *date = take_field(&rest), *kind = take_field(&rest);
    struct mp_calendar_version *version = &shipped->version;
    struct mp_calendar_day *day = &shipped->days[version->day_count];
    char *what = take_field(&rest), *estimated = take_field(&rest);
    bool is_holiday = strcmp(kind, "holiday") == 0;

    cr_assert(take_field(&rest)[0] != '\0' && rest == NULL, "%s: no source", date);
    if (strcmp(calendar, name) != 0)
        return;
    cr_assert_eq(mp_day_parse(valid_from, &version->valid_from), 0);
    if (strcmp(kind, "weekend") == 0) {
        (void)snprintf(shipped->weekend, sizeof shipped->weekend, "%s", what);
        return;
    }
    cr_assert_lt(version->day_count++, DAYS_MOST);
    cr_assert_eq(mp_day_parse(date, &day->day), 0, "%s", date);
    cr_assert(is_holiday || strcmp(kind, "workday") == 0, "%s: %s", date, kind);
    cr_assert(what[0] != '\0' && (estimated[0] == '\0' || strcmp(estimated, "true") == 0));
    day->kind = is_holiday ? MP_CALENDAR_HOLIDAY : MP_CALENDAR_WORKDAY;
    day->is_estimated = estimated[0] != '\0';
}

static struct mp_calendar *read_calendar(const char *name)
{
    static struct shipped shipped;
    const char *source = getenv("MILEPOST_SOURCE");
    char path[4096], line[LINE_MOST];
    struct mp_calendar *calendar = NULL;
    FILE *file;

    shipped = (struct shipped){.version = {.name = name, .days = shipped.days}};
    (void)snprintf(path, sizeof path, "%s/portfolio/calendars.csv", source == NULL ? "." : source);
    file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    cr_assert_not_null(fgets(line, sizeof line, file));
    cr_assert_str_eq(line, "calendar,valid_from,date,kind,name,estimated,source\n");
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        read_line(&shipped, name, line);
    }
    (void)fclose(file);
    cr_assert_str_eq(shipped.weekend, "saturday;sunday");
    shipped.version.weekend = MP_WEEKEND_SATURDAY_SUNDAY;
    cr_assert_gt(shipped.version.day_count, 100);
    cr_assert_eq(mp_calendar_new(&shipped.version, 1, MP_DAY_NONE, &calendar), 0);
    return calendar;
}

static int32_t day_of(const char *text)
{
    int32_t day;

    cr_assert_eq(mp_day_parse(text, &day), 0, "%s", text);
    return day;
}

struct fact {
    const char *day;
    bool works, is_estimated;
};

static void check_facts(const struct mp_calendar *calendar, const struct fact *facts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int32_t day = day_of(facts[i].day);

        cr_expect_eq(mp_calendar_is_working(calendar, day), facts[i].works, "%s", facts[i].day);
        cr_expect_eq(mp_calendar_is_estimated(calendar, day), facts[i].is_estimated, "%s",
                     facts[i].day);
    }
}

/* State Council's notices of the year before, as NateScarlet/holiday-cn and the press have them. */
Test(domain_calendar_facts, china_works_on_some_weekends_and_rests_in_golden_weeks)
{
    static const struct fact facts[] = {
        {"2025-01-01", false, false}, {"2025-01-26", true, false}, /* a Sunday */
        {"2025-01-27", true, false},  {"2025-01-28", false, false}, {"2025-02-04", false, false},
        {"2025-02-05", true, false},  {"2025-02-08", true, false}, /* a Saturday */
        {"2025-04-04", false, false}, {"2025-04-27", true, false},  {"2025-05-05", false, false},
        {"2025-05-06", true, false},  {"2025-06-02", false, false}, {"2025-09-28", true, false},
        {"2025-10-01", false, false}, {"2025-10-08", false, false}, {"2025-10-11", true, false},
        {"2025-10-12", false, false}, {"2015-02-28", true, false},  {"2018-12-29", true, false},
        {"2018-12-31", false, false}, {"2020-02-03", true, false},  {"2020-01-31", false, false},
        {"2026-02-14", true, false},  {"2026-02-23", false, false}, {"2027-02-05", false, true},
        {"2027-02-08", false, true},  {"2030-10-01", false, true},
    };
    struct mp_calendar *calendar = read_calendar("cn");

    check_facts(calendar, facts, MP_LENGTH(facts));
    mp_calendar_free(calendar);
}

/* Working days of each month of 2025 as awfe/ChinaWorkingDay, 2025.json, lists them. */
Test(domain_calendar_facts, china_2025_has_the_working_days_that_another_list_has)
{
    static const int months[] = {19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23};
    struct mp_calendar *calendar = read_calendar("cn");

    for (int month = 1; month <= 12; month++) {
        int32_t first, next;

        cr_assert_eq(mp_day_from_civil(2025, month, 1, &first), 0);
        cr_assert_eq(mp_day_from_civil(month < 12 ? 2025 : 2026, month % 12 + 1, 1, &next), 0);
        cr_expect_eq(mp_calendar_count(calendar, first - 1, next - 1), months[month - 1], "%d",
                     month);
    }
    cr_expect_eq(mp_calendar_step(calendar, day_of("2025-09-30"), 1), day_of("2025-10-09"));
    cr_expect_eq(mp_calendar_step(calendar, day_of("2025-09-26"), 1), day_of("2025-09-28"));
    mp_calendar_free(calendar);
}

/* vacanza/holidays, PK_COMMON.json, and notifications of the Cabinet Division. */
Test(domain_calendar_facts, pakistan_has_its_fixed_days_and_both_eids)
{
    static const struct fact facts[] = {
        {"2015-07-17", false, false}, {"2015-02-05", false, false}, {"2016-03-23", false, false},
        {"2019-08-14", false, false}, {"2020-11-09", true, false}, /* Iqbal Day came back in 2022 */
        {"2022-11-09", false, false}, {"2024-04-10", false, false}, {"2024-04-15", true, false},
        {"2025-03-31", false, false}, {"2025-04-02", false, false}, {"2025-04-03", true, false},
        {"2025-06-09", false, false}, {"2025-12-25", false, false}, {"2026-05-28", false, true},
        {"2027-08-14", false, false}, {"2030-02-05", false, false}, {"2030-02-04", false, true},
        {"2024-02-03", false, false}, {"2024-02-06", true, false},
    };
    struct mp_calendar *calendar = read_calendar("pk");

    check_facts(calendar, facts, MP_LENGTH(facts));
    mp_calendar_free(calendar);
}
