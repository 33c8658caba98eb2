/* The machine stops: what the disk may then hold of the record is made from what the store wrote
 * and synced, image by image, and each opens, is whole, and holds what was acknowledged.
 * MILEPOST_IMAGES=all tries every legal one, a number so many at each moment. */
#include "tests/faults/drive.h"
#include "tests/support/faults_disk.h"
#include "tests/support/faults_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define IMAGES_AT_ONCE 6  /* at each moment, unless said otherwise */
#define GO_ON_EVERY    16 /* in so many images the rest is recorded too */
#define REUSED         50 /* pages, at least, that were written again */

static struct faults_reference reference;
static const char *under, *log_path, *image;

static struct {
    size_t images, went_on;
} counts;

static void begin(void)
{
    system_begin();
    faults_reference_init(&reference);
    under = system_text("%s/disk", system_folder());
    log_path = system_text("%s/log", system_folder());
    image = system_text("%s/image", system_folder());
    cr_assert_eq(mkdir(under, 0700), 0);
    counts.images = counts.went_on = 0;
}

static void end(void)
{
    faults_reference_done(&reference);
    system_end();
}

#define IMAGES_TEST(name) Test(images, name, .init = begin, .fini = end)

static size_t images_at_once(void)
{
    const char *text = getenv("MILEPOST_IMAGES");

    if (text == NULL)
        return IMAGES_AT_ONCE;
    return strcmp(text, "all") == 0 ? 0 : (size_t)strtoul(text, NULL, 10);
}

/* One of the programs of drive.h under the fault, what it does written down at the end of the log.
 * It must end so. */
static void record_faulty(const struct faults_plan *plan, const char *what, const char *folder,
                          const char *more, int status)
{
    const char *const argv[] = {"/proc/self/exe",
                                "--drive",
                                what,
                                folder,
                                system_text("%s/begun", system_folder()),
                                more,
                                NULL};
    struct system_process *process;

    cr_assert_eq(setenv("MILEPOST_RECORD_UNDER", under, 1), 0);
    cr_assert_eq(setenv("MILEPOST_RECORD_LOG", log_path, 1), 0);
    cr_assert_eq(setenv("LD_PRELOAD", faults_preload("record"), 1), 0);
    process = faults_spawn(plan, argv);
    cr_assert_eq(system_wait(process, SYSTEM_DEADLINE_MS), status, "%s",
                 system_output(process, SYSTEM_ERR));
    system_forget(process);
}

static void record(const char *what, const char *folder, const char *more)
{
    static const struct faults_plan nothing;

    record_faulty(&nothing, what, folder, more, DRIVE_DONE);
}

static size_t count_acks(const struct faults_moment *moment)
{
    size_t count = 0;

    for (const char *at = moment->said; (at = strstr(at, "ack ")) != NULL; at++)
        count++;
    return count;
}

static int open_and_close(const char *folder, const char **ret_why)
{
    MP_AUTO(mp_store_close) struct mp_store *store = NULL;
    const struct mp_store_options options = faults_options(folder);

    return mp_store_open(&options, &store, ret_why);
}

/* Before the founding was acknowledged there may be no record: then it is said, and can be made. */
static bool is_not_there(const char *folder, const char *what)
{
    const char *why = "";
    int error = open_and_close(folder, &why);

    if (error == 0)
        return false;
    cr_assert(strlen(why) > 0, "%s: %s, without a word", what, mp_error_name(error));
    error = faults_found(folder);
    cr_assert_eq(error, 0, "%s: no record can be made: %s", what, mp_error_name(error));
    return true;
}

static void check_record(void *context, const struct faults_moment *moment, const char *what)
{
    const char *folder = system_text("%s/store", image), *why = "";
    size_t acks = count_acks(moment), batches;

    (void)context;
    counts.images++;
    if (acks == 0 && is_not_there(folder, what))
        return;
    int error = open_and_close(folder, &why);
    cr_assert_eq(error, 0, "%s: it does not open: %s (%s)", what, mp_error_name(error), why);
    batches = faults_batches_in(&reference, folder, what);
    cr_assert(batches + 1 == acks || batches == acks || (acks == 0 && batches == 0),
              "%s: %zu batches were acknowledged, %zu are recorded", what, acks == 0 ? 0 : acks - 1,
              batches);
    if (counts.images % GO_ON_EVERY != 0)
        return;
    faults_go_on(&reference, folder, batches, FAULTS_BATCHES, what);
    counts.went_on++;
}

static void tell(const char *name, size_t made)
{
    fprintf(stderr, "%s: %zu images, seed %" PRIu64 ", %zu went on\n", name, made, faults_seed(),
            counts.went_on);
}

static size_t each(void (*check)(void *context, const struct faults_moment *moment,
                                 const char *what))
{
    const struct faults_images images = {
        .log = log_path, .under = under, .to = image, .most = images_at_once(), .check = check};

    return faults_images_each(&images);
}

IMAGES_TEST(whatever_the_disk_kept_the_record_is_whole_and_has_what_was_acknowledged)
{
    const char *store = system_text("%s/store", under);

    /* Of the first two lives the last batches are in the journal alone: the next one files them. */
    const size_t ends[] = {5, 11, FAULTS_BATCHES};

    record("found", store, "");
    for (size_t i = 0, from = 0; i < MP_LENGTH(ends); from = ends[i++])
        record("store", store, system_text("%zu+%zu", from, ends[i] - from));
    cr_assert_gt(faults_rewrites(log_path), (size_t)REUSED, "no page was freed and used again");
    tell("record", each(check_record));
}

#define UNSYNCED 5 /* the batch of which only its writer's memory has the row */

static void check_told(void *context, const struct faults_moment *moment, const char *what)
{
    size_t batches;

    (void)context;
    counts.images++;
    if (strstr(moment->said, "told") == NULL)
        return;
    counts.went_on++;
    batches = faults_batches_in(&reference, system_text("%s/store", image), what);
    cr_assert_eq(batches, (size_t)UNSYNCED, "%s: what was told is gone: %zu batches", what,
                 batches);
}

/* Its writer died between the row's write and its sync, and it cannot be filed: there is no room.
 */
IMAGES_TEST(what_a_start_tells_of_the_journal_stays)
{
    const char *store = system_text("%s/store", under);
    const struct faults_plan unsynced = {.call = "sync",
                                         .under = system_text("%s/journal.log", store),
                                         .at = 5, /* two as it is made; batches 1, 3, 4 */
                                         .times = 1,
                                         .number = EIO};
    const struct faults_plan full = {.call = "write",
                                     .under = system_text("%s/data.mdb", store),
                                     .at = 1,
                                     .times = 0,
                                     .number = ENOSPC};

    record("found", store, "");
    record_faulty(&unsynced, "store", store, system_text("0+%d", UNSYNCED), DRIVE_STOPPED);
    record_faulty(&full, "open", store, "", DRIVE_DONE);
    tell("told", each(check_told));
    cr_assert_gt(counts.went_on, 0, "nothing was told");
}

static void restore_again(const char *backup, const struct mp_store_options *options,
                          const char *what)
{
    struct mp_head head;
    int error =
        mp_store_restore(backup, options, 0, "ministry", "again", INT64_C(1795400000000000), &head);

    cr_assert_eq(error, 0, "%s: it cannot be done again: %s", what, mp_error_name(error));
}

/* A backup that is there under its name is whole; so is a record that was restored from one. */
static void check_restored(void *context, const struct faults_moment *moment, const char *what)
{
    const char *backup = system_text("%s/restored.backup", image);
    const char *restored = system_text("%s/restored", image);
    size_t acks = count_acks(moment);
    struct mp_store_options options = faults_options(restored);
    struct mp_verify_report report = {.findings = 0};
    const char *why = "";
    struct stat status;
    int error;

    (void)context;
    if (acks > 0 || stat(system_text("%s/data.mdb", backup), &status) == 0)
        cr_assert_eq(faults_batches_in(&reference, backup, what), (size_t)FAULTS_BATCHES, "%s",
                     what);
    if (acks == 1 && stat(restored, &status) != 0)
        restore_again(backup, &options, what);
    else if (acks < 2 && stat(restored, &status) != 0)
        return;
    error = open_and_close(restored, &why);
    cr_assert_eq(error, 0, "%s: it does not open: %s (%s)", what, mp_error_name(error), why);
    folder_remove(system_text("%s/scratch", system_folder()));
    options.read_only = true;
    error = mp_store_verify(&options, system_text("%s/scratch", system_folder()), &report);
    cr_assert_eq(error, 0, "%s: not to be verified: %s", what, mp_error_name(error));
    cr_assert_eq(report.findings, 0, "%s", what);
    cr_assert_eq(report.head.seq, reference.states[FAULTS_BATCHES].seq + 1, "%s", what);
    cr_assert_eq(report.head.restored_head, reference.states[FAULTS_BATCHES].seq, "%s", what);
}

IMAGES_TEST(whatever_the_disk_kept_a_backup_and_a_restored_record_are_whole)
{
    record("restore", system_text("%s/restored", under),
           system_text("%s/reference", system_folder()));
    tell("restore", each(check_restored));
}
