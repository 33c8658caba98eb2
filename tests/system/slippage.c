/* What the record says about slippage, asked of real processes with the portfolio in them. */
#include "core/base/auto.h"
#include "tests/support/system_record.h"

#include <string.h>

#define AIRPORT "gwadar/airport:opening"

static struct system_instance instance;

static void begin(void)
{
    system_begin_portfolio(&instance);
}

static void begin_empty(void)
{
    system_begin();
    system_init(&instance, "i");
    system_start(&instance);
}

#define SLIPPAGE_TEST(name) Test(slippage, name, .init = begin, .fini = system_end)

/* What stands behind "name": in the first line that has the words. */
static const char *field(const char *text, const char *words, const char *name)
{
    const char *line = strstr(text, words), *at;

    cr_assert_not_null(line, "no %s in %s", words, text);
    at = strstr(line, system_text("\"%s\":", name));
    cr_assert_not_null(at, "no %s in %s", name, line);
    at += strlen(name) + 3;
    return mp_arena_text(system_arena(), mp_span_make(at, strcspn(at, ",}\n")));
}

static const char *ask(const char *const *words)
{
    struct system_said said = system_cli_run(&instance, words);

    system_expect(said, 0);
    return said.out;
}
#define ASK(...) ask((const char *const[]){__VA_ARGS__, NULL})

static void expect_has(const char *text, const char *words)
{
    cr_expect(strstr(text, words) != NULL, "no \"%s\" in %s", words, text);
}

/* By hand from the statements: first promised for 2020-03-31 on 2017-06-15, met on 2025-01-20. */
static void expect_the_airport(void)
{
    const char *row = ASK("slippage", "gwadar/airport", "-o", "ndjson");
    const char *explained = ASK("explain", AIRPORT, "-o", "ndjson");
    const char *then = ASK("slippage", "gwadar/", "--as-of", "2022-06-30", "-o", "ndjson");

    cr_expect_str_eq(field(row, AIRPORT, "slip_original"), "1756");
    cr_expect_str_eq(field(row, AIRPORT, "original"), "\"2020-03-31\"");
    cr_expect_str_eq(field(row, AIRPORT, "actual"), "\"2025-01-20\"");
    cr_expect_str_eq(field(row, AIRPORT, "slip_since_last"), "13");
    cr_expect_str_eq(field(then, AIRPORT, "projected"), "\"2023-09-30\"");
    cr_expect_str_eq(field(then, AIRPORT, "slip_original"), "1278");
    expect_has(explained, "\"stated_on\":\"2017-06-15\"");
    expect_has(ASK("explain", "gwadar/coal-power:cod", "--as-of", "2025-09-26"),
               "238 days: 2025-09-26 − 2025-01-31");
    expect_has(ASK("explain", "ml-1/karachi-rohri:adb-financing"), "it has no date of its own");
    expect_has(ASK("slippage", "--by", "all", "-o", "csv"), "title,milestones,met");
    expect_has(explained, "\"source\":");
    expect_has(ASK("explain", AIRPORT), "it was met on 2025-01-20");
    /* Met six days after the last forecast, 2025-01-14. */
    expect_has(ASK("trend", AIRPORT, "-o", "csv"), "\n2025-01-21,met,2025-01-20,day,6,1756,");
    cr_expect(strstr(ASK("trend", AIRPORT, "-o", "csv", "--as-of", "2025-01-20"), ",met,") == NULL,
              "nobody had said so yet");
}

/* Its works were said to be done, its milestones were not: what is missing is a report. */
static void expect_a_missing_report(void)
{
    const char *unit = "energy/port-qasim-coal:unit-1";
    const char *explained = ASK("explain", unit, "--as-of", "2025-09-26");
    const char *before = ASK("explain", unit, "--as-of", "2017-12-13");

    expect_has(explained, "energy/port-qasim-coal: completion, stated on 2017-12-14\n");
    expect_has(explained, "its date passed, and nothing was said of it since; ");
    cr_expect(strstr(before, "its project") == NULL, "nothing was said then: %s", before);
    expect_has(ASK("slippage", "energy/port-qasim-coal", "--as-of", "2025-09-26", "-o", "ndjson"),
               "\"project_status\":\"completion\",\"project_status_stated_on\":\"2017-12-14\"");
    expect_has(ASK("report", "--as-of", "2025-09-26", "-o", "md"),
               "(energy/port-qasim-coal:unit-1) | 2017-11-30 | 2857 | 2017-08-15 | yes | "
               "completion, stated on 2017-12-14 |");
}

static void expect_groups(void)
{
    const char *corridors = ASK("slippage", "--by", "corridor", "-o", "ndjson");
    const char *all = ASK("slippage", "--by", "all", "-o", "ndjson");
    const char *reasons = ASK("slippage", "--by", "reason", "-o", "csv");

    cr_expect_eq(system_count_lines(corridors), 6u, "five corridors and none: %s", corridors);
    cr_expect_str_eq(field(all, "{", "milestones"), "160");
    expect_has(corridors, "\"corridor\":\"openness\"");
    expect_has(reasons, "reason,moves,days,mean_days,suspensions");
    expect_has(reasons, "\nland,");
    expect_has(reasons, "\napproval,0,0,,3\n");
    cr_expect(strstr(reasons, "none given") == NULL, "a move without a reason: %s", reasons);
    cr_expect_gt(system_count_lines(ASK("slippage", "--by", "agency", "-o", "csv")), 10u);
    cr_expect_gt(system_count_lines(ASK("slippage", "--by", "region", "-o", "csv")), 5u);
    cr_expect_gt(system_count_lines(ASK("slippage", "--by", "project", "-o", "csv")), 50u);
}

/* As of the 14th JCC, worked out from the portfolio's tables by other means: links followed by
 * recursion, planned value summed day by day. Of fewer than five milestones with a baseline there
 * is no index. */
static void expect_what_was_worked_out(void)
{
    static const struct {
        const char *corridor, *milestones, *late, *sum;
        const char *indexes[3];
    } rows[] = {
        {"green", "5", "2", "1972", {"\"bei_absent\":", "\"hit_rate_absent\":"}},
        {"growth",
         "35",
         "10",
         "6406",
         {"\"bei\":{\"value\":0.533,\"of\":8.0,\"over\":15.0}",
          "\"hit_rate\":{\"value\":0.267,\"of\":4.0,\"over\":15.0}",
          "\"es_days\":1703.0,\"at_days\":2492.0,"}},
        {"livelihood", "3", "1", "16", {"\"earned_schedule\":{\"absent\":"}},
        {"openness",
         "37",
         "13",
         "14090",
         {"\"bei\":{\"value\":0.077,\"of\":1.0,\"over\":13.0}",
          "\"hit_rate\":{\"value\":0.0,\"of\":0.0,\"over\":13.0}",
          "\"es_days\":484.0,\"at_days\":2826.0,"}},
        {"",
         "62",
         "38",
         "42585",
         {"\"bei\":{\"value\":0.5,\"of\":22.0,\"over\":44.0}",
          "\"hit_rate\":{\"value\":0.136,\"of\":6.0,\"over\":44.0}",
          "\"es_days\":1947.0,\"at_days\":3618.0,"}},
    };
    const char *said = ASK("slippage", "--by", "corridor", "--as-of", "2025-09-26", "-o", "ndjson");

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        const char *key = system_text("\"corridor\":\"%s\"", rows[i].corridor);
        const char *line = strstr(said, key);

        cr_assert_not_null(line, "no %s in %s", key, said);
        line = mp_arena_text(system_arena(), mp_span_make(line, strcspn(line, "\n")));
        cr_expect_str_eq(field(line, key, "milestones"), rows[i].milestones, "%s", key);
        cr_expect_str_eq(field(line, key, "late"), rows[i].late, "%s", key);
        cr_expect_str_eq(field(line, key, "slip_sum_days"), rows[i].sum, "%s", key);
        for (size_t j = 0; j < 3 && rows[i].indexes[j] != NULL; j++)
            expect_has(line, rows[i].indexes[j]);
    }
}

/* Two verbs, two dates before: it says so, and with the same --gaps they are one. */
static void expect_which_gaps(void)
{
    const char *const words[] = {"whatif", "ml-1:financing-agreement", "2041-07-31", NULL};
    struct system_said said = system_cli_run(&instance, words);
    const char *explained = ASK("explain", "ml-1:completion", "-o", "ndjson");
    const char *planned = ASK("explain", "ml-1:completion", "--gaps", "planned", "-o", "ndjson");
    const char *pushed = ASK("whatif", "ml-1:financing-agreement", "2041-07-31", "-o", "ndjson");
    const char *completion = "\"id\":\"ml-1:completion\"";

    system_expect(said, 0);
    expect_has(said.err, "2 milestones pushed; nothing was recorded. Assumed: ");
    expect_has(said.err, "(--gaps stated: no gap)");
    expect_has(said.err, "By that assumption 1 of the dates before differs from what slippage");
    expect_has(said.err, "--gaps stated gives theirs");
    cr_expect_str_eq(field(pushed, completion, "before"), field(planned, completion, "projected"));
    cr_expect_str_eq(field(pushed, completion, "before_stated"),
                     field(explained, completion, "projected"));
    said = system_cli(&instance, "whatif", "ml-1:financing-agreement", "2041-07-31", "--gaps",
                      "stated");
    expect_has(said.err, "(--gaps planned: the gap between the baselines)");
    cr_expect(strstr(said.err, "By that assumption") == NULL, "%s", said.err);
}

static void expect_a_push(void)
{
    uint64_t before = system_read(&instance, "", 0).count;
    const char *pushed =
        ASK("whatif", "ml-1/karachi-rohri:groundbreaking", "2027-07-31", "-o", "ndjson");
    const char *stated = ASK("whatif", "ml-1/karachi-rohri:groundbreaking", "2027-07-31", "--gaps",
                             "stated", "-o", "ndjson");

    cr_expect_str_eq(field(pushed, "ml-1/karachi-rohri:completion", "lag_assumed"), "true");
    cr_expect_str_eq(field(pushed, "ml-1/karachi-rohri:completion", "after"), "\"2029-12-31\"");
    /* From the baseline of the one, 2026-07-31, to that of the other, 2028-12-31. */
    cr_expect_str_eq(field(pushed, "ml-1/karachi-rohri:completion", "lag_days"), "884");
    cr_expect_eq(system_count_lines(stated), 1u, "no lag is stated: %s", stated);
    /* Its works were planned 1315 days before it, and wait for it all the same. */
    pushed = ASK("whatif", "ml-1:financing-agreement", "2041-07-31", "-o", "ndjson");
    cr_expect_str_eq(field(pushed, "ml-1:construction-start", "after"), "\"2041-07-31\"");
    cr_expect_str_eq(field(pushed, "ml-1:construction-start", "lag_assumed"), "false");
    cr_expect_str_eq(field(pushed, "\"id\":\"ml-1:completion\"", "lag_days"), "1796");
    cr_expect_eq(system_read(&instance, "", 0).count, before, "nothing is recorded");
}

static void expect_pages(void)
{
    const char *html = ASK("report", "--as-of", "2025-09-26", "-o", "html");
    const char *chart = ASK("trend", AIRPORT, "-o", "svg");
    const char *text =
        ASK("report", "gwadar/", "--as-of", "2025-09-26", "--since", "2024-01-01", "-o", "md");

    expect_has(html, "<!doctype html>");
    expect_has(html, "</html>");
    expect_has(html, "<svg ");
    expect_has(html, "ml-1:financing-agreement");
    cr_expect(strstr(html, "<script") == NULL);
    expect_has(chart, "<circle");
    expect_has(chart, "</svg>");
    expect_has(text, "# Slippage report: gwadar/");
    expect_has(html, "How the dates of the largest slips moved");
    expect_has(ASK("report", "gwadar/airport", "--as-of", "2022-06-30", "-o", "md"),
               "5 milestones, 3 of them with a baseline: 1 is met, 2 are late ");
    cr_expect(strstr(text, "| Airport operational (first commercial flight) (" AIRPORT ") |") !=
                  NULL,
              "%s", text);
    /* An original that was stated after forecasts is no move. */
    expect_has(ASK("report", "--as-of", "2017-06-01", "--since", "2017-05-01", "-o", "md"),
               "No date moved later.");
    expect_has(ASK("report", "--as-of", "2022-01-10", "--since", "2021-11-15", "-o", "md"),
               "No date moved later.");
    expect_has(html, "<th class=\"d\">Last word on them, by anybody</th>");
    expect_has(ASK("critical", "ml-1"), "ml-1/karachi-rohri:completion");
}

SLIPPAGE_TEST(the_portfolio_says_what_a_hand_count_says)
{
    struct system_said said;

    expect_the_airport();
    expect_a_missing_report();
    expect_groups();
    expect_what_was_worked_out();
    expect_a_push();
    expect_which_gaps();
    expect_pages();
    said = system_cli(&instance, "explain", "gwadar/airport:nothing-like-it");
    system_expect(said, 3);
    expect_has(said.err, "list milestones shows all");
    said = system_cli(&instance, "trend", "gwadar/airport:opning");
    system_expect(said, 3);
    expect_has(said.err, "did you mean " AIRPORT "?");
    said = system_cli(&instance, "explain", "gwadar/airport");
    system_expect(said, 3);
    expect_has(said.err, "it is a project");
    said = system_cli(&instance, "slippage", AIRPORT);
    system_expect(said, 3);
    expect_has(said.err, "milepost explain " AIRPORT);
    said = system_cli(&instance, "report", "--as-of", "2025-09-26", "--since", "2025-09-26");
    system_expect(said, 2);
    said = system_cli(&instance, "slippage", "nowhere/");
    system_expect(said, 3);
    said = system_cli(&instance, "slippage", "--by", "colour");
    system_expect(said, 2);
    said = system_cli(&instance, "whatif", AIRPORT, "2027-01-01");
    system_expect(said, 1);
    said = system_cli(&instance, "list", "milestones", "-o", "svg");
    system_expect(said, 2);
}

/* A lag that was stated is no gap to be filled, be it 0. */
SLIPPAGE_TEST(a_lag_of_0_that_was_stated_pushes_by_nothing)
{
    const char *pushed;

    system_do(&instance, "link", "ml-1/karachi-rohri:groundbreaking",
              "ml-1/karachi-rohri:completion", "--lag", "0", "--as", "planning-ministry");
    pushed = ASK("whatif", "ml-1/karachi-rohri:groundbreaking", "2027-07-31", "-o", "ndjson");
    cr_expect_eq(system_count_lines(pushed), 1u, "%s", pushed);
    expect_has(ASK("list", "links", "-o", "ndjson"), "\"lag_days\":0");
}

/* What is cancelled stays in the list and in the counts, and weighs on nothing. */
SLIPPAGE_TEST(a_cancelled_milestone_is_counted_as_such)
{
    struct system_said said = system_cli(&instance, "cancel", "ml-1:completion", "--note",
                                         "dropped", "--as", "planning-ministry");
    const char *all, *row;

    system_expect(said, 0);
    all = ASK("slippage", "--by", "all", "-o", "ndjson");
    row = ASK("slippage", "ml-1/", "-o", "ndjson");
    cr_expect_str_eq(field(all, "{", "milestones"), "159");
    cr_expect_str_eq(field(all, "{", "cancelled"), "1");
    cr_expect_str_eq(field(row, "\"id\":\"ml-1:completion\"", "slip_original_absent"),
                     "\"cancelled\"");
    expect_has(ASK("explain", "ml-1:completion"), "it is cancelled");
    expect_has(ASK("trend", "ml-1:completion", "-o", "csv"), "baseline");
    said = system_cli(&instance, "whatif", "ml-1:completion", "2033-01-01");
    system_expect(said, 1);
}

/* Nothing but terms and policies: every question has an answer, and none of them is a figure. */
Test(slippage, an_empty_record_has_answers, .init = begin_empty, .fini = system_end)
{
    struct system_said said;

    cr_expect_str_eq(ASK("slippage", "-o", "json"), "[]\n");
    cr_expect_str_eq(ASK("slippage", "--by", "corridor", "-o", "ndjson"), "");
    cr_expect_str_eq(ASK("slippage", "--by", "reason", "-o", "ndjson"), "");
    expect_has(ASK("report", "-o", "html"), "There are no milestones.");
    expect_has(ASK("report", "-o", "md"), "No date moved later.");
    said = system_cli(&instance, "trend", "a:b");
    system_expect(said, 3);
    said = system_cli(&instance, "report", "--since", "yesterday");
    system_expect(said, 2);
}

/* A withdrawn forecast leaves the figures, and is in them as they were recorded before. */
SLIPPAGE_TEST(both_times_give_the_figures_of_their_time)
{
    const char *before = ASK("slippage", "gwadar/airport", "-o", "ndjson"), *recorded_at, *then;
    struct system_said said =
        system_cli(&instance, "forecast", "ml-1:completion", "2031-12-31", "--reason", "financing",
                   "--as", "ministry-of-railways", "-o", "ndjson");
    system_expect(said, 0);
    recorded_at = field(said.out, "{", "recorded_at");
    recorded_at =
        mp_arena_text(system_arena(), mp_span_make(recorded_at + 1, strlen(recorded_at) - 2));
    cr_expect_str_eq(
        field(ASK("slippage", "ml-1/", "-o", "ndjson"), "\"id\":\"ml-1:completion\"", "projected"),
        "\"2031-12-31\"");
    said = system_cli(&instance, "withdraw",
                      system_text("%lu", (unsigned long)system_json_number(said.out, "seq")),
                      "--note", "a slip of the pen", "--as", "planning-ministry");
    system_expect(said, 0);
    cr_expect_str_neq(
        field(ASK("slippage", "ml-1/", "-o", "ndjson"), "\"id\":\"ml-1:completion\"", "projected"),
        "\"2031-12-31\"");
    then = ASK("slippage", "ml-1/", "--as-recorded", recorded_at, "-o", "ndjson");
    cr_expect_str_eq(field(then, "\"id\":\"ml-1:completion\"", "projected"), "\"2031-12-31\"");
    then = ASK("slippage", "ml-1/", "--as-of", "2025-09-26", "-o", "ndjson");
    cr_expect_str_neq(field(then, "\"id\":\"ml-1:completion\"", "projected"), "\"2031-12-31\"",
                      "it was said later");
    cr_expect_str_eq(ASK("slippage", "gwadar/airport", "-o", "ndjson"), before);
}
