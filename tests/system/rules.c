/* What an authority sets, calendars and policies and links, and what the figures make of it. */
#include "tests/support/system_instance.h"

#include <stdio.h>
#include <string.h>

static struct system_instance instance;

/* A project with two milestones, of which nothing is said yet. */
static void begin(void)
{
    system_begin();
    system_init(&instance, "i");
    system_start(&instance);
    system_do(&instance, "term", "programme", "p", "--title", "P");
    system_do(&instance, "project", "a", "--title", "A", "--programme", "p", "--status",
              "implementation");
    system_do(&instance, "milestone", "a:start", "--title", "Start", "--type", "delivery");
    system_do(&instance, "milestone", "a:end", "--title", "End", "--type", "delivery");
}

#define RULES_TEST(name) Test(rules, name, .init = begin, .fini = system_end)

static void expect_says(const char *words, struct system_said said)
{
    system_expect(said, 0);
    cr_expect(strstr(said.out, words) != NULL, "no %s in %s", words, said.out);
}

static void expect_refused(const char *words, struct system_said said)
{
    system_expect(said, 4);
    cr_expect(strstr(said.err, words) != NULL, "no %s in %s", words, said.err);
}

static void expect_end(const char *day)
{
    expect_says(system_text("\"projected\":\"%s\"", day),
                system_cli(&instance, "explain", "a:end", "-o", "ndjson"));
}

/* Ten days of work from Monday 2030-03-04 on. With Sundays off they are Monday 4 to Saturday 9 and
 * Monday 11 to Thursday 14; with Saturdays off too they end on Friday 15, and with a holiday on the
 * 12th on Monday 18. */
RULES_TEST(a_changed_calendar_moves_what_used_it)
{
    const char *days = system_text("%s/days.csv", system_folder());
    FILE *file = fopen(days, "w");

    cr_assert_not_null(file);
    cr_assert_gt(fputs("date,kind,name\n2030-03-12,holiday,A day off\n", file), 0);
    cr_assert_eq(fclose(file), 0);
    system_do(&instance, "calendar", "set", "works", "--valid-from", "2015-01-01", "--weekend",
              "sunday", "--note", "of old");
    system_do(&instance, "milestone", "a:end", "--title", "End", "--type", "delivery", "--start",
              "a:start", "--duration", "10", "--calendar", "works");
    system_do(&instance, "forecast", "a:start", "2030-03-04");
    expect_end("2030-03-14");
    system_do(&instance, "calendar", "set", "works", "--valid-from", "2030-01-01", "--weekend",
              "saturday;sunday");
    expect_end("2030-03-15");
    system_do(&instance, "calendar", "set", "works", "--valid-from", "2030-01-01", "--file", days);
    expect_end("2030-03-18");
    expect_says("\"working_days\":9", system_cli(&instance, "calendar", "count", "works",
                                                 "2030-03-03", "2030-03-15", "-o", "ndjson"));
}

RULES_TEST(a_calendar_that_is_nowhere_is_refused_by_name)
{
    const char *words = "there is no calendar \"wroks\"";

    system_do(&instance, "link", "a:start", "a:end", "--lag", "3", "--calendar", "weekdays");
    expect_refused(words, system_cli(&instance, "link", "a:start", "a:end", "--lag", "3",
                                     "--calendar", "wroks"));
    expect_refused(words, system_cli(&instance, "milestone", "a:end", "--title", "End", "--type",
                                     "delivery", "--calendar", "wroks", "--dry-run"));
    system_do(&instance, "calendar", "set", "wroks", "--valid-from", "2026-01-01", "--weekend",
              "friday");
    system_do(&instance, "link", "a:start", "a:end", "--lag", "3", "--calendar", "wroks");
}

/* 40 days late: amber by the thresholds of 2024, red by those from 2025 on. */
RULES_TEST(a_colour_is_that_of_the_policy_of_its_day)
{
    system_do(&instance, "policy", "set", "default", "--valid-from", "2020-01-01", "--amber-days",
              "30", "--red-days", "90", "--amber-percent", "0", "--red-percent", "0", "--grey-days",
              "30", "--report-days", "0", "--least-for-index", "5", "--note", "of old");
    system_do(&instance, "policy", "set", "default", "--valid-from", "2025-01-01", "--amber-days",
              "5", "--red-days", "10", "--note", "tighter");
    system_do(&instance, "baseline", "a:end", "2024-12-31", "--stated-on", "2023-01-01");
    system_do(&instance, "forecast", "a:end", "2025-02-09", "--stated-on", "2024-03-01", "--reason",
              "land");
    expect_says("\"against_original\":{\"colour\":\"amber\",\"ground\":\"days\",\"threshold\":30,"
                "\"slip_days\":40,\"duration_days\":730,\"policy\":\"default\","
                "\"valid_from\":\"2020-01-01\"}",
                system_cli(&instance, "slippage", "a", "--as-of", "2024-04-01", "-o", "ndjson"));
    expect_says("\"against_original\":{\"colour\":\"red\",\"ground\":\"days\",\"threshold\":10,"
                "\"slip_days\":40,\"duration_days\":730,\"policy\":\"default\","
                "\"valid_from\":\"2025-01-01\"}",
                system_cli(&instance, "slippage", "a", "--as-of", "2025-01-15", "-o", "ndjson"));
    expect_says("red_days,90,10,", system_cli(&instance, "policy", "diff", "default", "2024-04-01",
                                              "2025-01-15", "-o", "csv"));
    expect_refused("note", system_cli(&instance, "policy", "set", "default", "--valid-from",
                                      "2021-01-01", "--red-days", "91"));
    expect_refused("red_days",
                   system_cli(&instance, "policy", "set", "default", "--valid-from", "2021-01-01",
                              "--red-days", "29", "--note", "red before amber"));
}

RULES_TEST(a_link_that_closes_a_cycle_is_refused_with_its_path)
{
    system_do(&instance, "link", "a:start", "a:end");
    expect_refused("a:end → a:start → a:end",
                   system_cli(&instance, "link", "a:end", "a:start", "--type", "FF"));
}

/* A status tells what holds, not what is planned. */
RULES_TEST(work_stops_and_goes_on_on_a_day_that_has_come)
{
    const char *words = ": met_in_future (date): 2199-01-01 had not begun on ";

    expect_refused(words,
                   system_cli(&instance, "suspend", "a:end", "2199-01-01", "--reason", "land"));
    system_do(&instance, "suspend", "a:end", "--reason", "land");
    expect_says("\"status\":\"suspended\"", system_cli(&instance, "get", "a:end", "-o", "ndjson"));
    expect_refused(words, system_cli(&instance, "resume", "a:end", "2199-01-01"));
    system_do(&instance, "resume", "a:end");
    expect_says("\"status\":\"scheduled\"", system_cli(&instance, "get", "a:end", "-o", "ndjson"));
}
