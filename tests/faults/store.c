/* Memory, writes, syncs and opening fail under the record, at every call. Whatever fails, the
 * process ends in order and says why, or goes on; what it acknowledged is there, once, and the rest
 * can be recorded as if nothing had been. */
#include "tests/faults/drive.h"
#include "tests/support/faults_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAMPLE 30

/* Where a life begins, and how much it does. */
struct life {
    size_t from, count;
};

static const struct life first = {.from = 0, .count = 10};
/* After a crash: what the third batch filed, and two more that the journal alone has. */
static const struct life after_crash = {.from = 5, .count = 4};

static struct faults_reference reference;
static const char *folder, *crashed;

static void begin(void)
{
    system_begin();
    faults_reference_init(&reference);
    folder = system_text("%s/store", system_folder());
    crashed = "";
}

static void end(void)
{
    faults_reference_done(&reference);
    system_end();
}

static void copy_record(const char *from, const char *to)
{
    folder_remove(to);
    cr_assert_eq(mkdir(to, 0700), 0);
    faults_copy_file(system_text("%s/data.mdb", from), system_text("%s/data.mdb", to));
    if (from == crashed)
        faults_copy_file(system_text("%s/journal.log", from), system_text("%s/journal.log", to));
}

static struct faults_result apply(const struct life *life, const struct faults_plan *plan)
{
    copy_record(life->from == 0 ? reference.founded : crashed, folder);
    return faults_drive(plan, "store", folder, system_text("%zu+%zu", life->from, life->count));
}

static void crash(void)
{
    static const struct faults_plan nothing;
    struct faults_result result;

    crashed = system_text("%s/crashed", system_folder());
    copy_record(reference.founded, crashed);
    result = faults_drive(&nothing, "store", crashed, system_text("0+%zu", after_crash.from));
    cr_assert_eq(result.status, DRIVE_DONE, "%d: %s", result.status, result.why);
}

static void begin_after_crash(void)
{
    begin();
    crash();
}

#define FAULTS_TEST(name)  Test(store, name, .init = begin, .fini = end)
#define CRASHED_TEST(name) Test(store, name, .init = begin_after_crash, .fini = end)

/* No signal ended it, and it said why it ended before its time. */
static void expect_in_order(const struct faults_result *result, const char *what)
{
    cr_assert(result->status == DRIVE_DONE || result->status == DRIVE_STOPPED ||
                  result->status == DRIVE_GAVE_UP,
              "%s: it ended with %d: %s", what, result->status, result->why);
    if (result->status != DRIVE_DONE)
        cr_assert(strlen(result->why) > 0, "%s: it ended with %d and no word", what,
                  result->status);
}

static void try_apply(void *context, const struct faults_plan *plan)
{
    const char *what = faults_name(plan);
    const struct life *life = context;
    struct faults_result result = apply(life, plan);
    size_t acknowledged, recorded;

    expect_in_order(&result, what);
    cr_assert(result.heard.struck, "%s: there was no such call", what);
    cr_assert_eq(result.status == DRIVE_DONE, result.heard.acknowledged == life->count, "%s: %s",
                 what, result.why);
    if (plan->number == EIO && strcmp(plan->call, "open") != 0) {
        cr_assert_eq(result.status, DRIVE_STOPPED, "%s: it went on", what);
        cr_assert_eq(result.heard.acknowledged, result.heard.acknowledged_then,
                     "%s: acknowledged after a disk that failed", what);
    }
    recorded = faults_batches_in(&reference, folder, what);
    acknowledged = life->from + result.heard.acknowledged;
    cr_assert(recorded == acknowledged || recorded == acknowledged + 1,
              "%s: %zu batches acknowledged, %zu recorded", what, acknowledged, recorded);
    faults_go_on(&reference, folder, recorded, life->from + life->count, what);
}

/* A run in which nothing fails says how many calls there are. */
static uint64_t count(const struct life *life, const char *call)
{
    const struct faults_plan plan = {.call = call, .under = folder};
    struct faults_result result = apply(life, &plan);

    cr_assert_eq(result.status, DRIVE_DONE, "%d: %s", result.status, result.why);
    cr_assert_eq(result.heard.acknowledged, life->count);
    cr_assert_gt(result.calls, 0, "no call of %s is seen", call);
    fprintf(stderr, "from batch %zu, %s: %" PRIu64 " calls, seed %" PRIu64 "\n", life->from, call,
            result.calls, faults_seed());
    return result.calls;
}

static void sweep_life(struct life life, struct faults_plan plan, uint64_t sample)
{
    plan.under = folder;
    faults_sweep(&plan, count(&life, plan.call), sample, try_apply, &life);
}

static void sweep(struct faults_plan plan, uint64_t sample)
{
    sweep_life(first, plan, sample);
}

FAULTS_TEST(no_memory_at_any_allocation_is_survived_or_said)
{
    if (faults_has_own_memory())
        return;
    sweep((struct faults_plan){.call = "memory", .times = 1, .number = ENOMEM}, 3 * SAMPLE);
    sweep((struct faults_plan){.call = "memory", .times = 0, .number = ENOMEM}, 3 * SAMPLE);
}

FAULTS_TEST(a_full_disk_at_any_write_loses_nothing_acknowledged)
{
    sweep((struct faults_plan){.call = "write", .times = 1, .number = ENOSPC}, SAMPLE);
    sweep((struct faults_plan){.call = "write", .times = 0, .number = ENOSPC}, SAMPLE);
    sweep((struct faults_plan){.call = "write", .times = 1, .number = ENOSPC, .how = "short"},
          SAMPLE);
}

FAULTS_TEST(a_failing_disk_at_any_write_ends_it_without_a_further_word)
{
    sweep((struct faults_plan){.call = "write", .times = 1, .number = EIO}, SAMPLE);
    sweep((struct faults_plan){.call = "write", .times = 1, .number = EIO, .how = "done"}, SAMPLE);
}

FAULTS_TEST(after_a_sync_that_failed_nothing_is_acknowledged)
{
    sweep((struct faults_plan){.call = "sync", .times = 1, .number = EIO}, UINT64_MAX);
    sweep((struct faults_plan){.call = "sync", .times = 1, .number = EIO, .how = "done"},
          UINT64_MAX);
}

FAULTS_TEST(a_sync_without_room_loses_nothing_acknowledged)
{
    sweep((struct faults_plan){.call = "sync", .times = 1, .number = ENOSPC}, UINT64_MAX);
}

FAULTS_TEST(a_file_that_does_not_open_is_said)
{
    sweep((struct faults_plan){.call = "open", .times = 1, .number = EIO}, UINT64_MAX);
    sweep((struct faults_plan){.call = "open", .times = 1, .number = EMFILE}, UINT64_MAX);
}

/* What a crash left in the journal is acknowledged, and taken into the tables under the fault. */
CRASHED_TEST(no_memory_after_a_crash_loses_nothing_acknowledged)
{
    if (faults_has_own_memory())
        return;
    sweep_life(after_crash, (struct faults_plan){.call = "memory", .times = 1, .number = ENOMEM},
               SAMPLE);
}

CRASHED_TEST(a_full_disk_after_a_crash_loses_nothing_acknowledged)
{
    sweep_life(after_crash, (struct faults_plan){.call = "write", .times = 1, .number = ENOSPC},
               SAMPLE);
    sweep_life(after_crash, (struct faults_plan){.call = "write", .times = 0, .number = ENOSPC},
               SAMPLE);
    sweep_life(after_crash, (struct faults_plan){.call = "sync", .times = 1, .number = ENOSPC},
               UINT64_MAX);
}

CRASHED_TEST(a_failing_disk_after_a_crash_loses_nothing_acknowledged)
{
    sweep_life(after_crash, (struct faults_plan){.call = "write", .times = 1, .number = EIO},
               SAMPLE);
    sweep_life(after_crash, (struct faults_plan){.call = "sync", .times = 1, .number = EIO},
               UINT64_MAX);
    sweep_life(after_crash, (struct faults_plan){.call = "open", .times = 1, .number = EIO},
               UINT64_MAX);
}
