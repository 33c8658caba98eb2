/* What grows and what must not: subscriptions that nothing happens to, a million updates, ten
 * million. */
#include "tests/bench/run.h"
#include "tests/bench/work.h"

#include <stdio.h>

#define UPDATES       1000000
#define LONG_MILLIONS 10
#define IDLE          10000

/* prefix_ledger_kb and so on. */
static void take_rss(struct run *run, const char *prefix)
{
    char name[64];

    for (enum service service = LEDGER; service <= PUBLISH; service++) {
        (void)snprintf(name, sizeof(name), "%s_%s_kb", prefix, service_names[service]);
        figures_add(&run->figures, MILEPOST, name, process_rss_kb(run->instance.pids[service]));
    }
}

/* Half of them are heartbeats, once a second each. */
void growth_idle(struct run *run)
{
    char feed[96], submit[96], ask[96], count[64];
    const char *const argv[] = {"bench_load", "idle", "--keys=keys", feed,
                                submit,       ask,    count,         NULL};
    pid_t idle;

    plan_tell("%d idle subscriptions", IDLE);
    (void)snprintf(feed, sizeof(feed), "--feed=%s", run->instance.feed);
    (void)snprintf(submit, sizeof(submit), "--submit=%s", run->instance.submit);
    (void)snprintf(ask, sizeof(ask), "--ask=%s", run->instance.ask);
    (void)snprintf(count, sizeof(count), "--subscriptions=%d", IDLE);
    take_rss(run, "rss_idle_before");
    idle = process_start(argv, "idle.log");
    instance_wait(PUBLISH, "subscriptions", IDLE);
    for (unsigned round = 0; round < run->rounds; round++)
        plan_measure(run, MILEPOST, "with_idle_subscriptions_",
                     "bench_load paced " TO_MILEPOST "--rate=500 --seconds=%g", MILEPOST_OF(run),
                     2 * run->seconds);
    take_rss(run, "rss_idle_after");
    process_stop(idle);
}

static void update(struct run *run, const char *prefix, unsigned changes)
{
    plan_measure(run, MILEPOST, prefix,
                 "bench_load saturate " TO_MILEPOST
                 "--seconds=600 --connections=16 --changes=%u --window=%u --most=%u",
                 MILEPOST_OF(run), changes, plan_window(16, changes), UPDATES / changes + 1);
}

/* All else is stopped. */
static void take_start(struct run *run, const char *name)
{
    for (int service = PUBLISH; service > LEDGER; service--)
        instance_stop(&run->instance, (enum service)service);
    for (unsigned round = 0; round < run->rounds; round++) {
        instance_stop(&run->instance, LEDGER);
        figures_add(&run->figures, MILEPOST, name, instance_start_ledger_ms(&run->instance));
    }
    instance_start_doors(&run->instance);
}

/* With memory and disk before and after. In --quick 64 updates a submission. */
void growth_million(struct run *run)
{
    double events = instance_ledger_stat("events"), disk = instance_disk_bytes();

    plan_tell("a million updates, and the start with them");
    take_rss(run, "rss_before");
    update(run, "million_updates_", run->quick ? 64 : 1);
    take_rss(run, "rss_after");
    events = instance_ledger_stat("events") - events;
    figures_add(&run->figures, MILEPOST, "disk_bytes_per_event",
                (instance_disk_bytes() - disk) / events);
    figures_add(&run->figures, MILEPOST, "start_events", instance_ledger_stat("head"));
    take_start(run, "start_ms");
}

/* Ten million more, with memory after each million; then replay and the start. */
void growth_long(struct run *run)
{
    double events = instance_ledger_stat("events"), disk = instance_disk_bytes();
    char name[48], prefix[48];

    for (unsigned million = 1; million <= LONG_MILLIONS; million++) {
        plan_tell("million %u of %u", million, LONG_MILLIONS);
        (void)snprintf(prefix, sizeof(prefix), "long_%02u_", million);
        (void)snprintf(name, sizeof(name), "rss_long_%02u", million);
        update(run, prefix, run->quick ? 64 : 1);
        take_rss(run, name);
    }
    events = instance_ledger_stat("events") - events;
    figures_add(&run->figures, MILEPOST, "long_disk_bytes_per_event",
                (instance_disk_bytes() - disk) / events);
    for (unsigned round = 0; round < run->rounds; round++)
        plan_replay(run, "long_replay_", 4);
    figures_add(&run->figures, MILEPOST, "long_start_events", instance_ledger_stat("head"));
    take_start(run, "long_start_ms");
}
