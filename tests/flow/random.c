/* Any fault at any moment, many seeds: in the end every acknowledged submission is in the record
 * exactly once, in its agency's order, and every watcher has the record, byte for byte. */
#include "tests/support/flow.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 60

struct seed {
    struct flow *flow;
    char name[32];
    char backup[128];
    unsigned backups;
};

static void say_something(struct seed *seed)
{
    static const char *const milestones[2][2] = {{"ml-1:completion", "ml-10:completion"},
                                                 {"gwadar:opening", "gwadar:opening"}};
    struct flow *flow = seed->flow;
    size_t who = flow_roll(flow, 2), count = 1 + flow_roll(flow, 3);
    struct mp_change changes[3];

    for (size_t i = 0; i < count; i++)
        changes[i] =
            flow_progress(milestones[who][flow_roll(flow, 2)], (int64_t)flow_roll(flow, 101));
    /* Now and then one that is nobody's to say: rejected as a whole. */
    if (flow_roll(flow, 10) == 0)
        changes[count - 1] = flow_progress(milestones[1 - who][0], 1);
    flow_agency_put(&flow->agencies[who], changes, count);
}

static void back_up(struct seed *seed)
{
    if (seed->flow->ledger.store == NULL)
        return;
    (void)snprintf(seed->backup, sizeof(seed->backup), "%s/backup-%u", seed->flow->root,
                   ++seed->backups);
    cr_assert_eq(writer_file(seed->flow->ledger.writer), 0);
    cr_assert_eq(mp_store_backup(seed->flow->ledger.store, seed->backup), 0);
}

static void let_something_happen(struct seed *seed, bool restores)
{
    struct flow *flow = seed->flow;

    switch (flow_roll(flow, 16)) {
    case 0:
        flow_ledger_kill(flow, (int64_t)flow_roll(flow, 3000));
        break;
    case 1:
        flow->ledger.death = FLOW_BEFORE_COMMIT;
        break;
    case 2:
        flow->ledger.death = FLOW_AFTER_COMMIT;
        break;
    case 3:
        flow_publish_kill(flow, (int64_t)flow_roll(flow, 6000));
        break;
    case 4:
        back_up(seed);
        break;
    case 5:
        if (restores && seed->backups > 0 && flow->ledger.store != NULL)
            flow_ledger_restore(flow, seed->backup);
        break;
    default:
        break;
    }
}

/* No more faults; each agency says one thing more, which tells it of a restore it may not have
 * heard of. */
static void calm_down(struct flow *flow)
{
    static const char *const milestones[] = {"ml-1:completion", "gwadar:opening"};

    flow->random = 0;
    flow->ledger.death = FLOW_LIVES;
    flow_run(flow, 30000);
    for (size_t i = 0; i < flow->agency_count; i++) {
        struct mp_change change = flow_progress(milestones[i], 100);
        flow_agency_put(&flow->agencies[i], &change, 1);
    }
    flow_run(flow, 60000);
}

static void run_seed(uint64_t number, bool restores)
{
    MP_AUTO(flow_free) struct flow *flow = flow_new(restores ? 1000 : 4);
    struct seed seed = {.flow = flow};

    (void)snprintf(seed.name, sizeof(seed.name), "seed %lu", (unsigned long)number);
    flow->quiet = getenv("MILEPOST_FLOW_LOG") == NULL;
    (void)flow_watcher_add(flow, "console", "", false);
    (void)flow_watcher_add(flow, "desk", "ml-1/", false);
    (void)flow_watcher_add(flow, "harbour", "gwadar/", false);
    flow->random = number * UINT64_C(0x9e3779b97f4a7c15) | 1;
    for (size_t round = 0; round < ROUNDS; round++) {
        if (flow_roll(flow, 3) > 0)
            say_something(&seed);
        let_something_happen(&seed, restores);
        flow_run(flow, (int64_t)flow_roll(flow, 800));
    }
    calm_down(flow);
    if (!flow->quiet)
        (void)fprintf(stderr, "%.*s", (int)flow->log.size, (const char *)flow->log.data);
    flow_check_outboxes(flow, seed.name);
    flow_check_watchers(flow, seed.name);
    cr_expect_gt(flow_agency_counts(&flow->agencies[0]).accepted, 1, "%s said too little",
                 seed.name);
}

static void run_seeds(uint64_t first, uint64_t last, bool restores)
{
    const char *only = getenv("MILEPOST_SEED");

    for (uint64_t number = first; number <= last; number++)
        if (only == NULL || strtoull(only, NULL, 10) == number)
            run_seed(number, restores);
}

Test(flow_random, whatever_is_lost_or_killed_the_record_and_its_watchers_agree)
{
    run_seeds(1, 25, false);
}

Test(flow_random, whatever_is_lost_killed_or_restored_the_record_and_its_watchers_agree)
{
    run_seeds(101, 125, true);
}
