/* What is measured, in which order. Whatever a ratio compares is measured turn by turn, so that
 * both sides see the same machine. */
#include "core/base/auto.h"
#include "tests/bench/measure.h"
#include "tests/bench/run.h"
#include "tests/bench/work.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define UPDATES        1000000
#define ARGUMENTS_MOST 16
#define BATCH_MOST     65536

/* The command line in one text, split at blanks. */
static void measure(struct run *run, enum section section, const char *prefix, const char *format,
                    ...) __attribute__((format(printf, 4, 5)));
static void measure(struct run *run, enum section section, const char *prefix, const char *format,
                    ...)
{
    const char *argv[ARGUMENTS_MOST + 1] = {NULL};
    char text[1024], *rest = NULL;
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    for (size_t i = 0; i < ARGUMENTS_MOST; i++)
        argv[i] = strtok_r(i == 0 ? text : NULL, " ", &rest);
    process_measure(&run->figures, section, prefix, argv);
}

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char *format, ...)
{
    va_list arguments;

    fputs("bench: ", stderr);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

#define TO_MILEPOST      "--keys=keys --submit=%s --feed=%s --ask=%s "
#define TO_BARE          "--keys=keys --bare=1 --submit=%s --feed=%s "
#define MILEPOST_OF(run) (run)->instance.submit, (run)->instance.feed, (run)->instance.ask
#define BARE_OF(run)     (run)->instance.bare_submit, (run)->instance.bare_feed

/* One agency, one at a time. */
static void measure_ack(struct run *run)
{
    measure(run, FLOORS, "", "bench_floor disk --folder=. --seconds=%g", run->seconds);
    measure(run, FLOORS, "lmdb_1_", "bench_floor lmdb --folder=. --batch=1 --seconds=%g",
            run->seconds);
    measure(run, FLOORS, "zmq_curve_", "bench_floor round-trip --seconds=%g", run->seconds);
    measure(run, FLOORS, "bare_", "bench_load ack " TO_BARE "--seconds=%g", BARE_OF(run),
            run->seconds);
    measure(run, MILEPOST, "", "bench_load ack " TO_MILEPOST "--seconds=%g", MILEPOST_OF(run),
            run->seconds);
    measure(run, MILEPOST, "", "bench_load outbox " TO_MILEPOST "--outbox=outbox --seconds=%g",
            MILEPOST_OF(run), run->seconds);
}

/* Submissions of one connection under way: the ledger's group and ingest's bound are not reached
 * by all of them together. */
static unsigned window_of(unsigned connections, unsigned changes)
{
    unsigned all = changes == 1 ? 4096 : changes == 16 ? 1024 : 256;

    return all / connections < 1024 ? all / connections : 1024;
}

static void saturate(struct run *run, unsigned connections, unsigned changes)
{
    double events = instance_ledger_stat("events"), commits = instance_ledger_stat("commits");
    char prefix[32], name[64];

    (void)snprintf(prefix, sizeof(prefix), "saturated_%ux%u_", connections, changes);
    measure(run, MILEPOST, prefix,
            "bench_load saturate " TO_MILEPOST
            "--seconds=%g --connections=%u --changes=%u --window=%u",
            MILEPOST_OF(run), run->seconds, connections, changes, window_of(connections, changes));
    events = instance_ledger_stat("events") - events;
    commits = instance_ledger_stat("commits") - commits;
    (void)snprintf(name, sizeof(name), "%sevents_per_commit", prefix);
    figures_add(&run->figures, MILEPOST, name, commits < 1 ? 0 : events / commits);
}

/* The floor of changes in batches as large as Milepost's were. */
static void measure_saturated(struct run *run)
{
    double batch;

    measure(run, FLOORS, "bare_saturated_16x1_",
            "bench_load saturate " TO_BARE "--seconds=%g --connections=16 --changes=1 --window=%u",
            BARE_OF(run), run->seconds, window_of(16, 1));
    saturate(run, 16, 1);
    saturate(run, 16, 64);
    batch = figures_last(&run->figures, MILEPOST, "saturated_16x64_events_per_commit");
    batch = batch < 64 ? 64 : batch > BATCH_MOST ? BATCH_MOST : batch;
    measure(run, FLOORS, "lmdb_changes_64_",
            "bench_floor changes --folder=. --changes=64 --batch=%u --seconds=%g",
            (unsigned)batch / 64 * 64, run->seconds);
}

static void measure_paced(struct run *run)
{
    measure(run, FLOORS, "bare_", "bench_load paced " TO_BARE "--rate=500 --seconds=%g",
            BARE_OF(run), 2 * run->seconds);
    measure(run, MILEPOST, "", "bench_load paced " TO_MILEPOST "--rate=500 --seconds=%g",
            MILEPOST_OF(run), 2 * run->seconds);
}

/* Floor: the same pages from a sender that only sends. */
static void measure_replay(struct run *run)
{
    struct figures *figures = &run->figures;

    measure(run, MILEPOST, "replay_", "bench_load replay " TO_MILEPOST "--lanes=1 --seconds=%g",
            MILEPOST_OF(run), run->seconds);
    measure(run, MILEPOST, "replay_4_lanes_",
            "bench_load replay " TO_MILEPOST "--lanes=4 --seconds=%g", MILEPOST_OF(run),
            run->seconds);
    measure(run, FLOORS, "replay_sender_", "bench_floor one-way --bytes=%.0f --seconds=%g",
            figures_last(figures, MILEPOST, "replay_page_bytes"), run->seconds);
    figures_add(figures, FLOORS, "replay_sender_events_per_s",
                figures_last(figures, FLOORS, "replay_sender_messages_per_s") *
                    figures_last(figures, MILEPOST, "replay_events_per_page"));
}

static void fan_out(struct run *run, unsigned subscribers, bool filtered)
{
    char prefix[48];

    (void)snprintf(prefix, sizeof(prefix), "fanout_%s_%u_", filtered ? "filtered" : "whole",
                   subscribers);
    measure(run, MILEPOST, prefix,
            "bench_load fan-out " TO_MILEPOST "--subscribers=%u --filtered=%d --seconds=%g",
            MILEPOST_OF(run), subscribers, filtered, run->seconds);
}

/* Floor: a PUB that only sends, its messages as large. */
static void measure_fanout(struct run *run)
{
    struct figures *figures = &run->figures;

    fan_out(run, 100, false);
    measure(run, FLOORS, "fanout_sender_100_",
            "bench_floor fan-out --subscribers=100 --bytes=%.0f --seconds=%g",
            figures_last(figures, MILEPOST, "fanout_whole_100_message_bytes"), run->seconds);
    figures_add(figures, FLOORS, "fanout_sender_100_event_deliveries_per_s",
                figures_last(figures, FLOORS, "fanout_sender_100_deliveries_per_s") *
                    figures_last(figures, MILEPOST, "fanout_whole_100_events_per_message"));
}

static void measure_rest(struct run *run)
{
    static const unsigned batches[] = {64, 256, 1024}, crowds[] = {1, 10, 100};
    static const unsigned connections[] = {1, 4, 16}, changes[] = {1, 16, 64};
    char prefix[32];

    for (size_t i = 0; i < MP_LENGTH(batches); i++) {
        (void)snprintf(prefix, sizeof(prefix), "lmdb_%u_", batches[i]);
        measure(run, FLOORS, prefix, "bench_floor lmdb --folder=. --batch=%u --seconds=%g",
                batches[i], run->seconds);
    }
    measure(run, FLOORS, "zmq_plain_", "bench_floor round-trip --curve=0 --seconds=%g",
            run->seconds);
    measure(run, FLOORS, "zmq_plain_", "bench_floor one-way --curve=0 --seconds=%g", run->seconds);
    measure(run, FLOORS, "zmq_curve_", "bench_floor one-way --seconds=%g", run->seconds);
    for (size_t i = 0; i < MP_LENGTH(crowds); i++) {
        (void)snprintf(prefix, sizeof(prefix), "zmq_curve_pub_%u_", crowds[i]);
        measure(run, FLOORS, prefix, "bench_floor fan-out --subscribers=%u --seconds=%g", crowds[i],
                run->seconds);
        if (crowds[i] != 100)
            fan_out(run, crowds[i], false);
        fan_out(run, crowds[i], true);
    }
    for (size_t i = 0; i < MP_LENGTH(connections); i++)
        for (size_t j = 0; j < MP_LENGTH(changes); j++)
            if (connections[i] != 16 || changes[j] == 16) /* the others have had their turn */
                saturate(run, connections[i], changes[j]);
}

/* A million updates, with memory and disk before and after. In --quick 64 of them a submission. */
static void measure_growth(struct run *run)
{
    unsigned changes = run->quick ? 64 : 1;
    double events = instance_ledger_stat("events"), disk = instance_disk_bytes();
    char name[64];

    for (enum service service = LEDGER; service <= PUBLISH; service++) {
        (void)snprintf(name, sizeof(name), "rss_before_%s_kb", service_names[service]);
        figures_add(&run->figures, MILEPOST, name, process_rss_kb(run->instance.pids[service]));
    }
    measure(run, MILEPOST, "million_updates_",
            "bench_load saturate " TO_MILEPOST
            "--seconds=600 --connections=16 --changes=%u --window=%u --most=%u",
            MILEPOST_OF(run), changes, window_of(16, changes), UPDATES / changes + 1);
    for (enum service service = LEDGER; service <= PUBLISH; service++) {
        (void)snprintf(name, sizeof(name), "rss_after_%s_kb", service_names[service]);
        figures_add(&run->figures, MILEPOST, name, process_rss_kb(run->instance.pids[service]));
    }
    events = instance_ledger_stat("events") - events;
    figures_add(&run->figures, MILEPOST, "disk_bytes_per_event",
                (instance_disk_bytes() - disk) / events);
}

static void measure_start(struct run *run)
{
    figures_add(&run->figures, MILEPOST, "start_events", instance_ledger_stat("head"));
    for (int service = BARE; service >= LEDGER; service--)
        instance_stop(&run->instance, (enum service)service);
    for (unsigned round = 0; round < run->rounds; round++) {
        instance_stop(&run->instance, LEDGER);
        figures_add(&run->figures, MILEPOST, "start_ms", instance_start_ledger_ms(&run->instance));
    }
}

void plan_run(struct run *run)
{
    measure(run, MILEPOST, "", "bench_load define " TO_MILEPOST, MILEPOST_OF(run));
    instance_wait_keys(WORK_AGENCIES + 2);
    for (unsigned round = 1; round <= run->rounds; round++) {
        tell("round %u of %u: one at a time, saturated, paced, replay, fan-out", round,
             run->rounds);
        measure_ack(run);
        measure_saturated(run);
        measure_paced(run);
        measure_replay(run);
        measure_fanout(run);
    }
    for (unsigned round = 1; round <= (run->quick ? 1 : run->rounds); round++) {
        tell("what no ratio needs, round %u", round);
        measure_rest(run);
    }
    tell("a million updates");
    measure_growth(run);
    tell("starting with them");
    measure_start(run);
}
