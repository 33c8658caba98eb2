/* What is measured, in which order. Whatever a ratio compares is measured turn by turn, so that
 * both sides see the same machine. */
#include "core/base/auto.h"
#include "tests/bench/measure.h"
#include "tests/bench/run.h"
#include "tests/bench/work.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ARGUMENTS_MOST 16
#define BATCH_MOST     65536

void plan_measure(struct run *run, enum section section, const char *prefix, const char *format,
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

void plan_tell(const char *format, ...)
{
    va_list arguments;

    fputs("bench: ", stderr);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

#define TO_BARE      "--keys=keys --bare=1 --submit=%s --feed=%s "
#define BARE_OF(run) (run)->instance.bare_submit, (run)->instance.bare_feed

/* One agency, one at a time. */
static void measure_ack(struct run *run)
{
    plan_measure(run, FLOORS, "", "bench_floor disk --folder=. --seconds=%g", run->seconds);
    plan_measure(run, FLOORS, "lmdb_1_", "bench_floor lmdb --folder=. --batch=1 --seconds=%g",
                 run->seconds);
    plan_measure(run, FLOORS, "zmq_curve_", "bench_floor round-trip --seconds=%g", run->seconds);
    plan_measure(run, FLOORS, "bare_", "bench_load ack " TO_BARE "--seconds=%g", BARE_OF(run),
                 run->seconds);
    plan_measure(run, MILEPOST, "", "bench_load ack " TO_MILEPOST "--seconds=%g", MILEPOST_OF(run),
                 run->seconds);
    plan_measure(run, MILEPOST, "", "bench_load outbox " TO_MILEPOST "--outbox=outbox --seconds=%g",
                 MILEPOST_OF(run), run->seconds);
}

/* All together about twice what the ledger commits at once, so that it never waits for them, and
 * less than ingest's bound. */
unsigned plan_window(unsigned connections, unsigned changes)
{
    unsigned all = changes == 1 ? 8000 : changes == 16 ? 2048 : 512;

    return all / connections < 1024 ? all / connections : 1024;
}

static void saturate(struct run *run, unsigned connections, unsigned changes)
{
    double events = instance_ledger_stat("events"), commits = instance_ledger_stat("commits");
    char prefix[32], name[64];

    (void)snprintf(prefix, sizeof(prefix), "saturated_%ux%u_", connections, changes);
    plan_measure(
        run, MILEPOST, prefix,
        "bench_load saturate " TO_MILEPOST "--seconds=%g --connections=%u --changes=%u --window=%u",
        MILEPOST_OF(run), run->seconds, connections, changes, plan_window(connections, changes));
    events = instance_ledger_stat("events") - events;
    commits = instance_ledger_stat("commits") - commits;
    (void)snprintf(name, sizeof(name), "%sevents_per_commit", prefix);
    figures_add(&run->figures, MILEPOST, name, commits < 1 ? 0 : events / commits);
}

/* The floor of changes in batches as large as Milepost's were. */
static void measure_saturated(struct run *run)
{
    double batch;

    plan_measure(run, FLOORS, "bare_saturated_16x1_",
                 "bench_load saturate " TO_BARE
                 "--seconds=%g --connections=16 --changes=1 --window=%u",
                 BARE_OF(run), run->seconds, plan_window(16, 1));
    saturate(run, 16, 1);
    saturate(run, 16, 64);
    batch = figures_last(&run->figures, MILEPOST, "saturated_16x64_events_per_commit");
    batch = batch < 64 ? 64 : batch > BATCH_MOST ? BATCH_MOST : batch;
    plan_measure(run, FLOORS, "lmdb_changes_64_",
                 "bench_floor changes --folder=. --changes=64 --batch=%u --seconds=%g",
                 (unsigned)batch / 64 * 64, run->seconds);
    plan_measure(run, FLOORS, "lmdb_changes_64_as_stored_",
                 "bench_floor changes --folder=. --changes=64 --batch=%u --seconds=%g --pieces=1",
                 (unsigned)batch / 64 * 64, run->seconds);
}

static void measure_paced(struct run *run)
{
    plan_measure(run, FLOORS, "bare_", "bench_load paced " TO_BARE "--rate=500 --seconds=%g",
                 BARE_OF(run), 2 * run->seconds);
    plan_measure(run, MILEPOST, "", "bench_load paced " TO_MILEPOST "--rate=500 --seconds=%g",
                 MILEPOST_OF(run), 2 * run->seconds);
}

void plan_replay(struct run *run, const char *prefix, unsigned questions)
{
    instance_warm_store();
    plan_measure(run, MILEPOST, prefix, "bench_load replay " TO_MILEPOST "--lanes=%u --seconds=%g",
                 MILEPOST_OF(run), questions, run->seconds);
}

/* Floor: the same pages from a sender that only sends. It never waits for an answer; a reader that
 * has one question under way does at every page. */
static void measure_replay(struct run *run)
{
    struct figures *figures = &run->figures;

    plan_replay(run, "replay_", 4);
    plan_replay(run, "replay_one_question_", 1);
    plan_measure(run, FLOORS, "replay_sender_", "bench_floor one-way --bytes=%.0f --seconds=%g",
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
    plan_measure(run, MILEPOST, prefix,
                 "bench_load fan-out " TO_MILEPOST "--subscribers=%u --filtered=%d --seconds=%g",
                 MILEPOST_OF(run), subscribers, filtered, run->seconds);
}

/* Floor: a PUB that only sends, its messages as large. */
static void measure_fanout(struct run *run, bool filtered)
{
    const char *kind = filtered ? "filtered" : "whole";
    struct figures *figures = &run->figures;
    char prefix[48], bytes[96], name[96], events[96];

    (void)snprintf(prefix, sizeof(prefix), "fanout_%s_sender_100_", kind);
    (void)snprintf(bytes, sizeof(bytes), "fanout_%s_100_message_bytes", kind);
    (void)snprintf(events, sizeof(events), "fanout_%s_100_events_per_message", kind);
    fan_out(run, 100, filtered);
    plan_measure(run, FLOORS, prefix,
                 "bench_floor fan-out --subscribers=100 --bytes=%.0f --seconds=%g",
                 figures_last(figures, MILEPOST, bytes), run->seconds);
    (void)snprintf(name, sizeof(name), "%sdeliveries_per_s", prefix);
    (void)snprintf(bytes, sizeof(bytes), "%sevent_deliveries_per_s", prefix);
    figures_add(figures, FLOORS, bytes,
                figures_last(figures, FLOORS, name) * figures_last(figures, MILEPOST, events));
}

static void measure_rest(struct run *run)
{
    static const unsigned batches[] = {64, 256, 1024}, crowds[] = {1, 10, 100};
    static const unsigned connections[] = {1, 4, 16}, changes[] = {1, 16, 64};
    char prefix[32];

    for (size_t i = 0; i < MP_LENGTH(batches); i++) {
        (void)snprintf(prefix, sizeof(prefix), "lmdb_%u_", batches[i]);
        plan_measure(run, FLOORS, prefix, "bench_floor lmdb --folder=. --batch=%u --seconds=%g",
                     batches[i], run->seconds);
    }
    plan_measure(run, FLOORS, "zmq_plain_", "bench_floor round-trip --curve=0 --seconds=%g",
                 run->seconds);
    plan_measure(run, FLOORS, "zmq_plain_", "bench_floor one-way --curve=0 --seconds=%g",
                 run->seconds);
    plan_measure(run, FLOORS, "zmq_curve_", "bench_floor one-way --seconds=%g", run->seconds);
    for (size_t i = 0; i < MP_LENGTH(crowds); i++) {
        (void)snprintf(prefix, sizeof(prefix), "zmq_curve_pub_%u_", crowds[i]);
        plan_measure(run, FLOORS, prefix, "bench_floor fan-out --subscribers=%u --seconds=%g",
                     crowds[i], run->seconds);
        if (crowds[i] == 100)
            continue; /* has had its turn */
        fan_out(run, crowds[i], false);
        fan_out(run, crowds[i], true);
    }
    for (size_t i = 0; i < MP_LENGTH(connections); i++)
        for (size_t j = 0; j < MP_LENGTH(changes); j++)
            if (connections[i] != 16 || changes[j] == 16) /* the others have had their turn */
                saturate(run, connections[i], changes[j]);
}

void plan_run(struct run *run)
{
    plan_measure(run, MILEPOST, "", "bench_load define " TO_MILEPOST, MILEPOST_OF(run));
    instance_wait(INGEST, "keys", WORK_AGENCIES + 2);
    for (unsigned round = 1; round <= run->rounds; round++) {
        plan_tell("round %u of %u: one at a time, saturated, paced, replay, fan-out", round,
                  run->rounds);
        measure_ack(run);
        measure_saturated(run);
        measure_paced(run);
        measure_replay(run);
        measure_fanout(run, false);
        measure_fanout(run, true);
    }
    for (unsigned round = 1; round <= (run->quick ? 1 : run->rounds); round++) {
        plan_tell("what no ratio needs, round %u", round);
        measure_rest(run);
    }
    plan_tell("the schedule of a million milestones");
    plan_measure(run, MILEPOST, "schedule_", "bench_schedule%s",
                 run->quick ? " --reports=5000 --passes=3" : "");
    questions_measure(run);
    growth_idle(run);
    growth_million(run);
    if (run->is_long)
        growth_long(run);
}
