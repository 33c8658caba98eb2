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

#define BATCHES 10
#define SAMPLE  30

static struct faults_reference reference;
static const char *folder;

static void begin(void)
{
    system_begin();
    faults_reference_init(&reference);
    folder = system_text("%s/store", system_folder());
}

static void end(void)
{
    faults_reference_done(&reference);
    system_end();
}

#define FAULTS_TEST(name) Test(store_faults, name, .init = begin, .fini = end)

static void set_founded(void)
{
    folder_remove(folder);
    cr_assert_eq(mkdir(folder, 0700), 0);
    faults_copy_file(system_text("%s/data.mdb", reference.founded),
                     system_text("%s/data.mdb", folder));
}

static struct faults_result apply(const struct faults_plan *plan)
{
    set_founded();
    return faults_drive(plan, "store", folder, system_text("%d", BATCHES));
}

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
    struct faults_result result = apply(plan);
    size_t recorded;

    (void)context;
    expect_in_order(&result, what);
    cr_assert(result.heard.struck, "%s: there was no such call", what);
    cr_assert_eq(result.status == DRIVE_DONE, result.heard.acknowledged == BATCHES, "%s: %s", what,
                 result.why);
    if (plan->number == EIO && strcmp(plan->call, "open") != 0) {
        cr_assert_eq(result.status, DRIVE_STOPPED, "%s: it went on", what);
        cr_assert_eq(result.heard.acknowledged, result.heard.acknowledged_then,
                     "%s: acknowledged after a disk that failed", what);
    }
    recorded = faults_batches_in(&reference, folder, what);
    cr_assert(recorded == result.heard.acknowledged || recorded == result.heard.acknowledged + 1,
              "%s: %zu batches acknowledged, %zu recorded", what, result.heard.acknowledged,
              recorded);
    faults_go_on(&reference, folder, recorded, BATCHES, what);
}

/* A run in which nothing fails says how many calls there are. */
static uint64_t count(const char *call)
{
    const struct faults_plan plan = {.call = call, .under = folder};
    struct faults_result result = apply(&plan);

    cr_assert_eq(result.status, DRIVE_DONE, "%d: %s", result.status, result.why);
    cr_assert_eq(result.heard.acknowledged, BATCHES);
    cr_assert_gt(result.calls, 0, "no call of %s is seen", call);
    fprintf(stderr, "%s: %" PRIu64 " calls, seed %" PRIu64 "\n", call, result.calls, faults_seed());
    return result.calls;
}

static void sweep(struct faults_plan plan, uint64_t sample)
{
    plan.under = folder;
    faults_sweep(&plan, count(plan.call), sample, try_apply, NULL);
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
