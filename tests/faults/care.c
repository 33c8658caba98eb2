/* Founding and restoring with faults at every call: either it is done, or it is said that it is not
 * and can be done again. */
#include "tests/faults/drive.h"
#include "tests/support/faults_store.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define SAMPLE 20

static struct faults_reference reference;
static const char *root, *folder;

static void begin(void)
{
    system_begin();
    faults_reference_init(&reference);
    root = system_text("%s/care", system_folder());
    folder = system_text("%s/store", root);
}

static void end(void)
{
    faults_reference_done(&reference);
    system_end();
}

#define FAULTS_TEST(name) Test(care, name, .init = begin, .fini = end)

static struct faults_result run(const struct faults_plan *plan, const char *drive)
{
    struct faults_plan armed = *plan;

    folder_remove(root);
    cr_assert_eq(mkdir(root, 0700), 0);
    armed.under = root;
    return faults_drive(&armed, drive, folder, system_text("%s/reference", system_folder()));
}

static void expect_said(const struct faults_result *result, const char *what)
{
    cr_assert(result->status == DRIVE_DONE || result->status == DRIVE_STOPPED ||
                  result->status == DRIVE_GAVE_UP,
              "%s: it ended with %d: %s", what, result->status, result->why);
    cr_assert(result->status == DRIVE_DONE || strlen(result->why) > 0, "%s: no word", what);
}

static void try_found(void *context, const struct faults_plan *plan)
{
    const char *what = system_text("founding, %s", faults_name(plan));
    struct faults_result result = run(plan, "found");
    int error;

    (void)context;
    expect_said(&result, what);
    error = faults_found(folder);
    if (result.status == DRIVE_DONE)
        cr_assert_eq(error, MP_EEXIST, "%s: done, and not there", what);
    else /* the last of its commits may have been kept */
        cr_assert(error == 0 || error == MP_EEXIST, "%s: not to be made again: %s", what,
                  mp_error_name(error));
    cr_assert_eq(faults_batches_in(&reference, folder, what), 0);
    faults_go_on(&reference, folder, 0, 1, what);
}

/* Everything that it left, the folder of the backup too, may be thrown away; nothing else need be.
 */
static void try_restore(void *context, const struct faults_plan *plan)
{
    const char *what = system_text("restoring, %s", faults_name(plan));
    const char *backup = system_text("%s.backup", folder);
    struct mp_store_options options = faults_options(folder);
    struct faults_result result = run(plan, "restore");
    MP_AUTO(mp_store_close) struct mp_store *store = NULL;
    struct stat status;
    struct mp_head head;

    (void)context;
    expect_said(&result, what);
    if (stat(system_text("%s/data.mdb", backup), &status) == 0)
        cr_assert_eq(faults_batches_in(&reference, backup, what), (size_t)FAULTS_BATCHES);
    else
        cr_assert_eq(result.heard.acknowledged, 0, "%s: the backup was done and is not there",
                     what);
    if (result.heard.acknowledged == 1 && stat(folder, &status) != 0)
        cr_assert_eq(mp_store_restore(backup, &options, 0, "ministry", "again",
                                      INT64_C(1795400000000000), &head),
                     0, "%s: it cannot be done again", what);
    if (result.heard.acknowledged == 0)
        return;
    cr_assert_eq(mp_store_open(&options, &store, NULL), 0, "%s", what);
    head = mp_store_head(store);
    cr_assert_eq(head.restored_head, reference.states[FAULTS_BATCHES].seq, "%s", what);
}

static void sweep(struct faults_plan plan, const char *drive, uint64_t sample,
                  void (*try)(void *context, const struct faults_plan *plan))
{
    const struct faults_plan counting = {.call = plan.call};
    struct faults_result result = run(&counting, drive);

    cr_assert_eq(result.status, DRIVE_DONE, "%s", result.why);
    cr_assert_gt(result.calls, 0, "no call of %s is seen", plan.call);
    faults_sweep(&plan, result.calls, sample, try, NULL);
}

static void sweep_all(const char *drive, void (*try)(void *context, const struct faults_plan *plan))
{
    sweep((struct faults_plan){.call = "write", .times = 1, .number = ENOSPC}, drive, SAMPLE, try);
    sweep((struct faults_plan){.call = "write", .times = 1, .number = ENOSPC, .how = "short"},
          drive, SAMPLE, try);
    sweep((struct faults_plan){.call = "sync", .times = 1, .number = EIO}, drive, UINT64_MAX, try);
    sweep((struct faults_plan){.call = "open", .times = 1, .number = EIO}, drive, UINT64_MAX, try);
    if (!faults_has_own_memory())
        sweep((struct faults_plan){.call = "memory", .times = 1, .number = ENOMEM}, drive, SAMPLE,
              try);
}

FAULTS_TEST(a_founding_that_failed_can_be_done_again)
{
    sweep_all("found", try_found);
}

FAULTS_TEST(a_restore_that_failed_can_be_done_again)
{
    sweep_all("restore", try_restore);
}
