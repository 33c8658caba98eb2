/* The main path on real input, from an empty folder to a console. */
#include "core/base/file.h"
#include "tests/support/system_record.h"

#include <string.h>

#define SYSTEM_TEST(name) Test(shows, name, .init = system_begin, .fini = system_end)
#define AIRPORT           "gwadar/airport:opening"
#define SECTION           "ml-1/karachi-rohri:completion"
#define RAILWAYS          "ministry-of-railways"
#define FILE_MOST         ((size_t)16 << 20)

/* A text of a line of ndjson. */
static const char *json_text(const char *line, const char *name)
{
    const char *at = strstr(line, system_text("\"%s\":\"", name));

    cr_assert_not_null(at, "no %s in %s", name, line);
    at += strlen(name) + 4;
    return mp_arena_text(system_arena(), mp_span_make(at, strcspn(at, "\"")));
}

/* The next line of a text; NULL at the end. */
static const char *next_line(const char **text)
{
    size_t size = strcspn(*text, "\n");
    const char *line = *text;

    if (**text == '\0')
        return NULL;
    *text += size + ((*text)[size] == '\n');
    return mp_arena_text(system_arena(), mp_span_make(line, size));
}

/* Rows of the portfolio about a milestone. */
static size_t count_stated(const char *milestone)
{
    struct mp_span text;
    const char *at, *words = system_text(",%s,", milestone);
    size_t count = 0;

    cr_assert_eq(
        mp_file_read(system_arena(), system_source("portfolio/statements.csv"), FILE_MOST, &text),
        0);
    for (at = (const char *)text.data; (at = strstr(at, words)) != NULL; at++)
        count++;
    cr_assert_gt(count, 5u);
    return count;
}

static void expect_history(const struct system_instance *instance)
{
    struct system_said said = system_cli(instance, "history", AIRPORT, "-o", "ndjson");
    const char *rest = said.out, *line, *day_before = "";
    uint64_t seq_before = 0;
    size_t statements = 0;

    system_expect(said, 0);
    while ((line = next_line(&rest)) != NULL) {
        const char *day;
        uint64_t seq = system_json_number(line, "seq");

        if (strcmp(json_text(line, "kind"), "milestone") == 0)
            continue;
        day = json_text(line, "stated_on");
        cr_assert_gt(strlen(json_text(line, "source")), 0u, "%s", line);
        cr_assert(strcmp(day_before, day) < 0 || (strcmp(day_before, day) == 0 && seq_before < seq),
                  "after %s, %lu: %s", day_before, seq_before, line);
        day_before = day;
        seq_before = seq;
        statements++;
    }
    cr_assert_eq(statements, count_stated(AIRPORT), "%s", said.out);
}

static void expect_what_was_known(const struct system_instance *instance)
{
    struct system_said said =
        system_cli(instance, "get", AIRPORT, "--as-of", "2022-06-30", "-o", "ndjson");
    const char *forecast;

    system_expect(said, 0);
    forecast = strstr(said.out, "\"forecast\":{");
    cr_assert_not_null(forecast, "%s", said.out);
    cr_assert_str_eq(json_text(forecast, "date"), "2023-09-30");
    cr_assert_str_eq(json_text(forecast, "stated_on"), "2021-10-11");
    cr_assert_null(strstr(said.out, "\"met\":{"), "it was met in 2025: %s", said.out);
    said = system_cli(instance, "get", AIRPORT, "-o", "ndjson");
    system_expect(said, 0);
    cr_assert_not_null(strstr(said.out, "\"met\":{\"date\":\"2025-01-20\""), "%s", said.out);
}

static void expect_a_forecast_is_seen(const struct system_instance *instance)
{
    struct system_process *watch = system_cli_background(instance, "watch", "ml-1/", "--count", "1",
                                                         "--timeout", "60", "-o", "ndjson");
    struct system_said said;
    const char *line;
    uint64_t seq;

    (void)system_await(watch, SYSTEM_ERR, "live: epoch");
    said = system_cli(instance, "forecast", SECTION, "2029-06-30", "--reason", "financing", "--as",
                      RAILWAYS, "-o", "ndjson");
    system_expect(said, 0);
    seq = system_json_number(said.out, "seq");
    cr_assert_eq(system_wait(watch, SYSTEM_DEADLINE_MS), 0);
    line = system_output(watch, SYSTEM_OUT);
    cr_assert_str_eq(line, said.out, "the event that was recorded is the event that is seen");
    cr_assert_eq(system_json_number(line, "seq"), seq);
    cr_assert_str_eq(json_text(line, "subject"), SECTION);
    cr_assert_str_eq(json_text(line, "date"), "2029-06-30");
    cr_assert_str_eq(json_text(line, "reason"), "financing");
    cr_assert_str_eq(json_text(line, "agency"), RAILWAYS);
}

static void expect_a_reason_is_asked_for(const struct system_instance *instance)
{
    uint64_t before = system_read(instance, "", 0).count;
    struct system_said said =
        system_cli(instance, "forecast", SECTION, "2030-06-30", "--as", RAILWAYS);

    system_expect(said, 4);
    cr_assert_not_null(strstr(said.err, "reason_missing"), "%s", said.err);
    cr_assert_not_null(strstr(said.err, "2029-06-30"), "it says later than what: %s", said.err);
    cr_assert_eq(system_read(instance, "", 0).count, before, "a rejection changes nothing");
}

SYSTEM_TEST(the_portfolio_goes_in_and_comes_out_as_it_was_said)
{
    struct system_instance instance;
    struct system_said said;
    const char *portfolio;
    size_t events;

    system_init(&instance, "i");
    portfolio = system_source("portfolio");
    system_do(&instance, "up", "--detach");
    system_do(&instance, "health");
    said = system_cli(&instance, "import", portfolio);
    system_expect(said, 0);
    cr_assert_not_null(strstr(said.err, " 0 known already, 0 rejected"), "%s", said.err);

    said = system_cli(&instance, "list", "milestones", "--late", "-o", "ndjson");
    system_expect(said, 0);
    cr_assert_gt(system_count_lines(said.out), 10u, "%s", said.out);
    said = system_cli(&instance, "list", "milestones", "--late", "-o", "json");
    system_expect(said, 0);
    cr_assert_eq(said.out[0], '[');
    expect_history(&instance);
    expect_what_was_known(&instance);
    expect_a_forecast_is_seen(&instance);
    expect_a_reason_is_asked_for(&instance);
    system_verify(&instance);

    events = system_read(&instance, "", 0).count;
    said = system_cli(&instance, "import", portfolio);
    system_expect(said, 0);
    cr_assert_not_null(strstr(said.err, " 0 new, "), "%s", said.err);
    cr_assert_eq(system_read(&instance, "", 0).count, events, "importing again doubles nothing");
    system_do(&instance, "down");
    system_expect(system_cli(&instance, "health"), 5);
}

SYSTEM_TEST(two_instances_live_side_by_side)
{
    struct system_instance one, two;
    struct system_process *watch;
    struct system_events events;

    system_init(&one, "one");
    system_init(&two, "two");
    system_do(&one, "up", "--detach");
    system_do(&two, "up", "--detach");
    system_make_world(&one);
    system_make_world(&two);
    watch = system_watch(&two, "ml-1/", NULL, NULL);
    system_do(&one, "progress", "ml-1:completion", "10", "--as", "railways", "--note", "in one");
    system_do(&two, "progress", "ml-1:completion", "20", "--as", "railways", "--note", "in two");
    (void)system_await(watch, SYSTEM_OUT, "in two");
    cr_assert_eq(system_count_lines(system_output(watch, SYSTEM_OUT)), 1u);
    events = system_read(&one, "ml-1/", 0);
    cr_assert_eq(system_count_note(&events, "in one"), 1u);
    cr_assert_eq(system_count_note(&events, "in two"), 0u);
    system_do(&one, "down");
    system_do(&two, "health");
    system_do(&two, "down");
}
