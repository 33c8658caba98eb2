#include "clients/cli/import.h"
#include "tests/support/folder.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER  "calendar,valid_from,date,kind,name,estimated,source\n"
#define FIFTEEN "pk,2015-01-01,"

static struct mp_arena *arena;
static char folder[FOLDER_BYTES];
static char *told;
static struct import_file file;

static void set_up(void)
{
    arena = mp_arena_new((size_t)64 << 20);
    folder_make(folder);
}

static void forget(void)
{
    import_file_done(&file);
    free(told);
    told = NULL;
}

static void tear_down(void)
{
    forget();
    folder_remove(folder);
    mp_arena_free(arena);
}

#define CALENDAR_TEST(name) Test(import_calendar, name, .init = set_up, .fini = tear_down)

/* 0 or the error; what was told is in told, without the folder. */
static int take(const char *name, const char *rows)
{
    const char *path = mp_arena_printf(arena, "%s/%s", folder, name);
    FILE *out = fopen(path, "w"), *messages;
    size_t size = 0;
    int error;

    forget();
    cr_assert_not_null(out);
    cr_assert_geq(fputs(rows, out), 0);
    fclose(out);
    messages = open_memstream(&told, &size);
    error = import_file_read(path, arena, &file);
    import_file_tell(&file, messages);
    fclose(messages);
    unlink(path);
    return error;
}

static const struct mp_calendar_version *calendar(size_t row)
{
    cr_assert_lt(row, file.count, "%s", told);
    cr_assert_eq(file.rows[row].change.kind, MP_CHANGE_CALENDAR);
    return &file.rows[row].change.calendar;
}

CALENDAR_TEST(rows_of_one_calendar_and_first_day_become_one_change)
{
    cr_assert_eq(take("calendars.csv", HEADER "pk,2015-01-01,2015-03-23,holiday,Pakistan Day,,b\n"
                                              "cn,2015-01-01,2015-10-10,workday,National Day,,c\n"
                                              "pk,2015-01-01,,weekend,saturday;sunday,,a;b\n"
                                              "pk,2015-01-01,2015-01-04,holiday,Birthday,true,d\n"
                                              "pk,2020-01-01,,weekend,,,e\n"
                                              "cn,2015-01-01,,weekend,sunday,,c\n"),
                 0, "%s", told);
    cr_assert_eq(file.count, 3);
    cr_expect_str_eq(calendar(0)->name, "pk");
    cr_expect_eq(calendar(0)->valid_from, 16436);
    cr_expect_eq(calendar(0)->weekend, MP_WEEKEND_SATURDAY_SUNDAY);
    cr_assert_eq(calendar(0)->day_count, 2);
    cr_expect_eq(calendar(0)->days[0].day, 16439, "by the calendar, not by the file");
    cr_expect(calendar(0)->days[0].is_estimated);
    cr_expect_str_eq(calendar(0)->days[1].name, "Pakistan Day");
    cr_expect_eq(calendar(0)->days[1].kind, MP_CALENDAR_HOLIDAY);
    cr_expect_not(calendar(0)->days[1].is_estimated);
    cr_expect_str_eq(file.rows[0].change.source.reference, "b;a;d", "each once");
    cr_expect_eq(file.rows[0].line, 2);
    cr_expect_str_eq(calendar(1)->name, "cn");
    cr_expect_eq(calendar(1)->weekend, 0x40);
    cr_expect_eq(calendar(1)->days[0].kind, MP_CALENDAR_WORKDAY);
    cr_expect_eq(calendar(2)->weekend, MP_WEEKEND_NONE, "every day of the week is worked");
    cr_expect_eq(calendar(2)->day_count, 0);
}

CALENDAR_TEST(rows_that_change_places_say_the_same)
{
    static const char *const orders[] = {
        HEADER "pk,2015-01-01,,weekend,sunday,,a\npk,2015-01-01,2015-01-04,holiday,x,,a\n"
               "pk,2015-01-01,2015-01-05,holiday,y,,a\n",
        HEADER "pk,2015-01-01,2015-01-05,holiday,y,,a\npk,2015-01-01,2015-01-04,holiday,x,,a\n"
               "pk,2015-01-01,,weekend,sunday,,a\n",
    };
    struct mp_span said[2];

    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(take("calendars.csv", orders[i]), 0, "%s", told);
        cr_assert_eq(import_canonical(&file.rows[0].change, arena, &said[i]), 0);
    }
    cr_expect(mp_span_equal(said[0], said[1]));
}

CALENDAR_TEST(a_mistake_is_named_at_its_line_and_column)
{
    static const struct {
        const char *rows, *told;
    } cases[] = {
        {FIFTEEN ",weekend,sunday,,\n" FIFTEEN "2015-02-30,holiday,x,,\n", ":3:3: \"2015-02-30\""},
        {FIFTEEN ",weekend,sunday,,\n" FIFTEEN ",holiday,x,,\n", ":3:3: \"\" is no day"},
        {FIFTEEN ",weekend,sunday,,\n" FIFTEEN "2061-01-01,holiday,x,,\n", ":3:3: 2061-01-01 is"},
        {FIFTEEN ",weekend,sunday,,\n" FIFTEEN "2015-02-03,holyday,x,,\n", ":3:4: \"holyday\" is"},
        {FIFTEEN ",weekend,sunday,,\n" FIFTEEN "2015-02-03,holiday,x,yes,\n", ":3:6: \"yes\" is"},
        {FIFTEEN ",weekend,sunday;sonday,,\n", ":2:5: \"sonday\" is no day of the week"},
        {FIFTEEN "2015-01-01,weekend,sunday,,\n", ":2:3: a weekend has no date"},
        {FIFTEEN ",weekend,sunday,,\n" FIFTEEN ",weekend,friday,,\n", ":3:1: this is defined on"},
        {FIFTEEN "2015-01-04,holiday,x,,\n", ":2:4: pk has no row of kind weekend"},
        {FIFTEEN ",weekend,sunday,,\n" FIFTEEN "2015-01-04,holiday,x,,\n" FIFTEEN
                 "2015-01-04,workday,x,,\n",
         ":4:1: this is defined on line 3"},
        {FIFTEEN ",weekend,monday;tuesday;wednesday;thursday;friday;saturday;sunday,,\n",
         ":2:5: a week without a working day"},
        {"pk,,,weekend,sunday,,\n", ":2:2: nothing was given: "},
        {",2015-01-01,,weekend,sunday,,\n", ":2:1: nothing was given: "},
        {"elapsed,2015-01-01,,weekend,sunday,,\n", ":2:1: elapsed means"},
    };

    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        cr_expect_eq(take("calendars.csv", mp_arena_printf(arena, HEADER "%s", cases[i].rows)),
                     MP_EMALFORMED, "%s", cases[i].rows);
        cr_expect_eq(file.problems, 1, "%s: %s", cases[i].rows, told);
        cr_expect_not_null(strstr(told, cases[i].told), "%s: %s", cases[i].rows, told);
    }
}

CALENDAR_TEST(sources_beyond_what_a_change_can_hold_are_said_to_be_there)
{
    char rows[16384] = HEADER "pk,2015-01-01,,weekend,sunday,,a\n", *end = rows + strlen(rows);
    const char *source;

    for (int i = 0; i < 28; i++)
        end += sprintf(end, "pk,2015-01-01,2015-02-%02d,holiday,x,,https://example.org/%040d\n",
                       i + 1, i);
    cr_assert_eq(take("calendars.csv", rows), 0, "%s", told);
    source = file.rows[0].change.source.reference;
    cr_expect_leq(strlen(source), MP_TEXT_MOST);
    cr_expect_eq(strncmp(source, "a;https://", 10), 0, "%s", source);
    cr_expect_not_null(strstr(source, ";and others, in the imported file"), "%s", source);
}

CALENDAR_TEST(a_version_with_more_days_than_a_change_can_hold_is_told)
{
    static char rows[128 << 10];
    char *end = rows + sprintf(rows, HEADER "pk,2015-01-01,,weekend,sunday,,\n"), day[MP_DAY_TEXT];

    for (int i = 0; i <= MP_CALENDAR_DAYS_A_CHANGE; i++) {
        mp_day_format(16436 + i, day);
        end += sprintf(end, "pk,2015-01-01,%s,holiday,x,,\n", day);
    }
    cr_expect_eq(take("calendars.csv", rows), MP_EMALFORMED);
    cr_expect_not_null(strstr(told, ":2:1: there are 1025"), "%s", told);
}

CALENDAR_TEST(a_policy_needs_all_its_thresholds)
{
    static const char header[] = "programme,valid_from,amber_days,red_days,amber_percent,"
                                 "red_percent,grey_days,report_days,least_for_index,note,source\n";
    static const struct {
        const char *row, *told;
    } cases[] = {
        {"default,2015-01-01,30,90,10,25,30,0,5,n,s\n", NULL},
        {"default,2015-01-01,,90,10,25,30,0,5,n,s\n", ":2:3: 0 is out of range"},
        {"default,2015-01-01,91,90,10,25,30,0,5,n,s\n", ":2:4: red begins"},
        {"default,2015-01-01,30,90,x,25,30,0,5,n,s\n", ":2:5: \"x\" is no whole number"},
        {"default,2015-01-01,30,90,10,25,30,0,1,n,s\n", ":2:9: 1 is out of range"},
        {"De fault,2015-01-01,30,90,10,25,30,0,5,n,s\n", ":2:1: \"De fault\" is not well-formed"},
        {"default,,30,90,10,25,30,0,5,n,s\n", ":2:2: nothing was given"},
    };

    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        int error = take("policies.csv", mp_arena_printf(arena, "%s%s", header, cases[i].row));

        cr_expect_eq(error, cases[i].told == NULL ? 0 : MP_EMALFORMED, "%s: %s", cases[i].row,
                     told);
        if (cases[i].told != NULL)
            cr_expect_not_null(strstr(told, cases[i].told), "%s: %s", cases[i].row, told);
        else
            cr_expect_eq(file.rows[0].change.policy.red_percent, 25);
    }
}
