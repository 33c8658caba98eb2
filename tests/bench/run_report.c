#include "core/base/auto.h"
#include "tests/bench/measure.h"
#include "tests/bench/run.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* DESIGN §8. */
static const struct aim {
    const char *key;
    const char *what;
    bool at_least;
    double value;
} aims[] = {
    {"ack_p50", "one agency, one at a time / (LMDB commit + CURVE round trip)", false, 1.6},
    {"saturated_1", "16 connections, a change a submission / bare pipeline", true, 0.6},
    {"changes_64", "64 changes a submission / LMDB, a row of each index an event", true, 0.5},
    {"console_p50", "send to console at 500/s / bare pipeline", false, 1.4},
    {"replay", "events over CURVE / bare sender of equal messages", true, 0.5},
    {"fanout_100", "event deliveries to 100 / bare PUB of equal messages", true, 0.5},
    {"start_ms", "ledger ready with a million events, ms", false, 1000},
    {"rss_growth", "RssAnon after / before a million updates, worst process", false, 1.1},
    {"question_ms", "milepost slippage on the portfolio, the whole command, ms", false, 50},
    {"question_large_ms", "the same, 100,000 milestones with 200,000 links, all listed", false,
     1000},
};

static double rss_growth(const struct figures *figures)
{
    double worst = 0;

    for (enum service service = LEDGER; service <= PUBLISH; service++) {
        char before[64], after[64];

        (void)snprintf(before, sizeof(before), "rss_before_%s_kb", service_names[service]);
        (void)snprintf(after, sizeof(after), "rss_after_%s_kb", service_names[service]);
        worst = fmax(worst, figures_median(figures, MILEPOST, after) /
                                figures_median(figures, MILEPOST, before));
    }
    return worst;
}

/* Given beside the aims. */
static const struct beside {
    const char *key, *figure, *floor, *what;
} besides[] = {
    {"fanout_100_filtered", "fanout_filtered_100_deliveries_per_s",
     "fanout_filtered_sender_100_event_deliveries_per_s", "the same, a prefix of 128 topics"},
    {"changes_64_as_stored", "saturated_16x64_changes_per_s",
     "lmdb_changes_64_as_stored_changes_per_s",
     "LMDB with the puts that the store makes of them, which are fewer"},
    {"replay_one_question", "replay_one_question_events_per_s", "replay_sender_events_per_s",
     "the reader waits for each page before it asks for the next"},
};

static double ratio_of(const struct figures *figures, const struct beside *beside)
{
    return figures_median(figures, MILEPOST, beside->figure) /
           figures_median(figures, FLOORS, beside->floor);
}

/* In the order of aims. */
static void ratios_of(const struct figures *figures, double ratios[static MP_LENGTH(aims)])
{
    const double values[MP_LENGTH(aims)] = {
        figures_median(figures, MILEPOST, "ack_p50_us") /
            (figures_median(figures, FLOORS, "lmdb_1_commit_p50_us") +
             figures_median(figures, FLOORS, "zmq_curve_round_trip_p50_us")),
        figures_median(figures, MILEPOST, "saturated_16x1_changes_per_s") /
            figures_median(figures, FLOORS, "bare_saturated_16x1_changes_per_s"),
        figures_median(figures, MILEPOST, "saturated_16x64_changes_per_s") /
            figures_median(figures, FLOORS, "lmdb_changes_64_changes_per_s"),
        figures_median(figures, MILEPOST, "paced_p50_us") /
            figures_median(figures, FLOORS, "bare_paced_p50_us"),
        figures_median(figures, MILEPOST, "replay_events_per_s") /
            figures_median(figures, FLOORS, "replay_sender_events_per_s"),
        figures_median(figures, MILEPOST, "fanout_whole_100_deliveries_per_s") /
            figures_median(figures, FLOORS, "fanout_whole_sender_100_event_deliveries_per_s"),
        figures_median(figures, MILEPOST, "start_ms"),
        rss_growth(figures),
        figures_median(figures, MILEPOST, "portfolio_slippage_p50_ms"),
        figures_median(figures, MILEPOST, "large_slippage_p50_ms"),
    };

    for (size_t i = 0; i < MP_LENGTH(aims); i++)
        ratios[i] = values[i];
}

/* Submissions told busy, events lost: shown when there are any. */
static bool is_worth_a_line(const struct figure *figure)
{
    size_t size = strlen(figure->name);
    bool is_fault = (size > 5 && strcmp(figure->name + size - 5, "_busy") == 0) ||
                    (size > 5 && strcmp(figure->name + size - 5, "_lost") == 0);

    return !is_fault || figure_median(figure) != 0;
}

static void print_section(const struct figures *figures, enum section section, const char *title)
{
    printf("\n%s\n", title);
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *figure = &figures->items[i];

        if (figure->section == section && is_worth_a_line(figure))
            printf("  %-44s %14.*f\n", figure->name, figure_median(figure) < 1000 ? 2 : 0,
                   figure_median(figure));
    }
}

static void print_table(const struct run *run, const double ratios[static MP_LENGTH(aims)])
{
    double load[3] = {0};

    (void)!getloadavg(load, 3);
    printf("milepost %s, %ld cores, load now %.2f; medians of %u%s\n", MP_VERSION,
           sysconf(_SC_NPROCESSORS_ONLN), load[0], run->rounds,
           run->quick ? ", quick: short and rough" : "");
    print_section(&run->figures, FLOORS, "Floors of this machine, in this run");
    print_section(&run->figures, MILEPOST, "Milepost");
    printf("\nRatios\n");
    for (size_t i = 0; i < MP_LENGTH(aims); i++) {
        bool met = aims[i].at_least ? ratios[i] >= aims[i].value : ratios[i] <= aims[i].value;

        printf("  %-19s %8.2f  aim %s %-6g %-7s %s\n", aims[i].key, ratios[i],
               aims[i].at_least ? ">=" : "<=", aims[i].value, met ? "met" : "not met",
               aims[i].what);
    }
    for (size_t i = 0; i < MP_LENGTH(besides); i++)
        printf("  %-19s %8.2f  %s\n", besides[i].key, ratio_of(&run->figures, &besides[i]),
               besides[i].what);
}

static json_t *section_json(const struct figures *figures, enum section section)
{
    json_t *object = json_object();

    for (size_t i = 0; i < figures->count; i++)
        if (figures->items[i].section == section)
            (void)json_object_set_new(object, figures->items[i].name,
                                      json_real(figure_median(&figures->items[i])));
    return object;
}

static json_t *run_json(const struct run *run)
{
    double load[3] = {0};
    struct utsname name;

    (void)uname(&name);
    (void)!getloadavg(load, 3);
    return json_pack("{s:s, s:s, s:i, s:f, s:i, s:b, s:f}", "version", MP_VERSION, "kernel",
                     name.release, "cores", (int)sysconf(_SC_NPROCESSORS_ONLN), "load", load[0],
                     "rounds", (int)run->rounds, "quick", (int)run->quick, "seconds", run->seconds);
}

static void write_json(const struct run *run, const double ratios[static MP_LENGTH(aims)],
                       const char *path)
{
    json_t *root = json_object(), *object = json_object();

    for (size_t i = 0; i < MP_LENGTH(aims); i++)
        (void)json_object_set_new(object, aims[i].key, json_real(ratios[i]));
    for (size_t i = 0; i < MP_LENGTH(besides); i++)
        (void)json_object_set_new(object, besides[i].key,
                                  json_real(ratio_of(&run->figures, &besides[i])));
    (void)json_object_set_new(root, "run", run_json(run));
    (void)json_object_set_new(root, "floors", section_json(&run->figures, FLOORS));
    (void)json_object_set_new(root, "milepost", section_json(&run->figures, MILEPOST));
    (void)json_object_set_new(root, "ratios", object);
    errno = 0;
    bench_need(json_dump_file(root, path, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0, "%s",
               path);
    json_decref(root);
}

void report(const struct run *run, const char *json_file)
{
    double ratios[MP_LENGTH(aims)];

    ratios_of(&run->figures, ratios);
    print_table(run, ratios);
    if (json_file[0] != '\0')
        write_json(run, ratios, json_file);
}
