/* Memory, writes, syncs and opening fail under an agency's outbox, at every call: what it said is
 * done is there afterwards, each once and in order, nothing is half done, and it goes on. */
#include "tests/faults/drive.h"
#include "tests/support/faults_outbox.h"
#include "tests/support/faults_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SAMPLE      30
#define ARENA_BYTES ((size_t)16 << 20)

static struct mp_hash states[FAULTS_STEPS + 1]; /* [n]: after n steps */
static struct mp_arena *arena;
static const char *folder;

static struct mp_outbox *open_outbox(const char *what)
{
    struct mp_outbox *outbox = NULL;
    int error = mp_outbox_open(folder, &outbox);

    cr_assert_eq(error, 0, "%s: the outbox does not open: %s", what, mp_error_name(error));
    return outbox;
}

static struct mp_hash state_of(struct mp_outbox *outbox, const char *what)
{
    struct mp_hash hash = {.bytes = {0}};
    int error;

    mp_arena_reset(arena);
    error = faults_outbox_hash(outbox, arena, &hash);
    cr_assert_eq(error, 0, "%s: the outbox is not readable: %s", what, mp_error_name(error));
    return hash;
}

static bool is_same(const struct mp_hash *a, const struct mp_hash *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static void do_step(struct mp_outbox *outbox, size_t number, const char *what)
{
    int error;

    mp_arena_reset(arena);
    error = faults_step(outbox, number, arena);
    cr_assert_eq(error, 0, "%s: step %zu: %s", what, number, mp_error_name(error));
}

static void begin(void)
{
    struct mp_outbox *outbox;

    system_begin();
    arena = mp_arena_new(ARENA_BYTES);
    cr_assert_not_null(arena);
    folder = system_text("%s/outbox", system_folder());
    outbox = open_outbox("the reference");
    for (size_t i = 0; i <= FAULTS_STEPS; i++) {
        states[i] = state_of(outbox, "the reference");
        if (i < FAULTS_STEPS)
            do_step(outbox, i, "the reference");
    }
    mp_outbox_close(outbox);
}

static void end(void)
{
    mp_arena_free(arena);
    system_end();
}

#define FAULTS_TEST(name) Test(outbox, name, .init = begin, .fini = end)

static struct faults_result run(const struct faults_plan *plan)
{
    folder_remove(folder);
    return faults_drive(plan, "outbox", folder, system_text("%d", FAULTS_STEPS));
}

/* The one acknowledged last, or the next, which may have been done when it failed. Some steps leave
 * everything as it was. */
static void expect_state(struct mp_outbox *outbox, size_t acknowledged, const char *what)
{
    struct mp_hash found = state_of(outbox, what);
    size_t next = acknowledged < FAULTS_STEPS ? acknowledged + 1 : acknowledged;

    cr_assert(is_same(&found, &states[acknowledged]) || is_same(&found, &states[next]),
              "%s: %zu steps were acknowledged, and the outbox is neither as after these nor as "
              "after one more",
              what, acknowledged);
}

static void try_run(void *context, const struct faults_plan *plan)
{
    const char *what = faults_name(plan);
    struct faults_result result = run(plan);
    struct mp_outbox *outbox;

    (void)context;
    cr_assert(result.status == DRIVE_DONE || result.status == DRIVE_STOPPED ||
                  result.status == DRIVE_GAVE_UP,
              "%s: it ended with %d: %s", what, result.status, result.why);
    cr_assert(result.status == DRIVE_DONE || strlen(result.why) > 0, "%s: no word", what);
    cr_assert(result.heard.struck, "%s: there was no such call", what);
    cr_assert_eq(result.status == DRIVE_DONE, result.heard.acknowledged == FAULTS_STEPS, "%s: %s",
                 what, result.why);
    if (plan->number == EIO && strcmp(plan->call, "open") != 0)
        cr_assert_eq(result.heard.acknowledged, result.heard.acknowledged_then,
                     "%s: acknowledged after a disk that failed", what);
    outbox = open_outbox(what);
    expect_state(outbox, result.heard.acknowledged, what);
    for (size_t i = result.heard.acknowledged; i < FAULTS_STEPS; i++)
        do_step(outbox, i, what);
    expect_state(outbox, FAULTS_STEPS, what);
    mp_outbox_close(outbox);
}

static void sweep(struct faults_plan plan, uint64_t sample)
{
    const struct faults_plan counting = {.call = plan.call, .under = folder};
    struct faults_result result = run(&counting);

    cr_assert_eq(result.status, DRIVE_DONE, "%d: %s", result.status, result.why);
    cr_assert_eq(result.heard.acknowledged, FAULTS_STEPS);
    cr_assert_gt(result.calls, 0, "no call of %s is seen", plan.call);
    fprintf(stderr, "outbox, %s: %" PRIu64 " calls, seed %" PRIu64 "\n", plan.call, result.calls,
            faults_seed());
    plan.under = folder;
    faults_sweep(&plan, result.calls, sample, try_run, NULL);
}

FAULTS_TEST(no_memory_at_any_allocation_is_survived_or_said)
{
    if (faults_has_own_memory())
        return;
    sweep((struct faults_plan){.call = "memory", .times = 1, .number = ENOMEM}, 3 * SAMPLE);
    sweep((struct faults_plan){.call = "memory", .times = 0, .number = ENOMEM}, 3 * SAMPLE);
}

FAULTS_TEST(a_full_disk_at_any_write_loses_nothing)
{
    sweep((struct faults_plan){.call = "write", .times = 1, .number = ENOSPC}, SAMPLE);
    sweep((struct faults_plan){.call = "write", .times = 0, .number = ENOSPC}, SAMPLE);
    sweep((struct faults_plan){.call = "write", .times = 1, .number = ENOSPC, .how = "short"},
          SAMPLE);
}

FAULTS_TEST(a_failing_disk_at_any_write_loses_nothing)
{
    sweep((struct faults_plan){.call = "write", .times = 1, .number = EIO}, SAMPLE);
    sweep((struct faults_plan){.call = "write", .times = 1, .number = EIO, .how = "done"}, SAMPLE);
}

FAULTS_TEST(a_sync_that_failed_loses_nothing)
{
    sweep((struct faults_plan){.call = "sync", .times = 1, .number = EIO}, UINT64_MAX);
    sweep((struct faults_plan){.call = "sync", .times = 1, .number = ENOSPC}, UINT64_MAX);
}

FAULTS_TEST(a_file_that_does_not_open_is_said)
{
    sweep((struct faults_plan){.call = "open", .times = 1, .number = EIO}, UINT64_MAX);
    sweep((struct faults_plan){.call = "open", .times = 1, .number = EMFILE}, UINT64_MAX);
}
