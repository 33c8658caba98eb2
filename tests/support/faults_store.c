#include "tests/support/faults_store.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#define ARENA_BYTES ((size_t)64 << 20)

static void open_store(const char *folder, const char *what, struct mp_store **ret_store)
{
    const struct mp_store_options options = faults_options(folder);
    const char *why = "";
    int error = mp_store_open(&options, ret_store, &why);

    cr_assert_eq(error, 0, "%s: the record does not open: %s (%s)", what, mp_error_name(error),
                 why);
}

void faults_reference_init(struct faults_reference *reference)
{
    const char *folder = system_text("%s/reference", system_folder());
    uint64_t submissions = 0;
    struct faults_writing writing = {.store = NULL};

    *reference = (struct faults_reference){.arena = mp_arena_new(ARENA_BYTES)};
    cr_assert_not_null(reference->arena);
    reference->founded = system_text("%s/founded", system_folder());
    cr_assert_eq(faults_found(reference->founded), 0);
    cr_assert_eq(mkdir(folder, 0700), 0);
    faults_copy_file(system_text("%s/data.mdb", reference->founded),
                     system_text("%s/data.mdb", folder));
    open_store(folder, "the reference", &writing.store);
    for (size_t i = 0; i <= FAULTS_BATCHES; i++) {
        struct mp_head head = mp_store_head(writing.store);
        size_t kept = 0;

        reference->states[i] =
            (struct faults_state){.seq = head.seq, .submissions = submissions, .hash = head.hash};
        mp_arena_reset(reference->arena);
        if (i == FAULTS_BATCHES)
            break;
        cr_assert_eq(faults_apply(&writing, i, reference->arena, &kept), 0, "batch %zu", i);
        submissions += kept;
    }
    faults_close(&writing);
    cr_assert_eq(faults_batches_in(reference, folder, "the reference"), (size_t)FAULTS_BATCHES);
}

void faults_reference_done(struct faults_reference *reference)
{
    mp_arena_free(reference->arena);
}

static void tell(void *context, const char *sentence)
{
    const char **first = context;

    if (*first == NULL)
        *first = system_text("%s", sentence);
}

size_t faults_batches_in(const struct faults_reference *reference, const char *folder,
                         const char *what)
{
    struct mp_store_options options = faults_options(folder);
    const char *finding = NULL;
    struct mp_verify_report report = {.finding = tell, .context = &finding};
    const char *scratch = system_text("%s/scratch", system_folder());
    int error;

    options.read_only = true;
    folder_remove(scratch);
    error = mp_store_verify(&options, scratch, &report);
    cr_assert_eq(error, 0, "%s: not to be verified: %s", what, mp_error_name(error));
    cr_assert_eq(report.findings, 0, "%s: %s", what, finding);
    for (size_t i = 0; i <= FAULTS_BATCHES; i++) {
        const struct faults_state *state = &reference->states[i];

        if (state->seq == report.head.seq && state->submissions == report.submissions &&
            memcmp(&state->hash, &report.head.hash, sizeof(state->hash)) == 0)
            return i;
    }
    cr_assert_fail("%s: head %" PRIu64 " with %" PRIu64 " submissions is no whole batch", what,
                   report.head.seq, report.submissions);
    return 0;
}

void faults_go_on(const struct faults_reference *reference, const char *folder, size_t from,
                  size_t to, const char *what)
{
    struct faults_writing writing = {.store = NULL};
    struct mp_head head;

    open_store(folder, what, &writing.store);
    for (size_t i = from; i < to; i++) {
        size_t kept = 0;
        int error;

        mp_arena_reset(reference->arena);
        error = faults_apply(&writing, i, reference->arena, &kept);
        cr_assert_eq(error, 0, "%s: batch %zu afterwards: %s", what, i, mp_error_name(error));
    }
    head = mp_store_head(writing.store);
    faults_close(&writing);
    cr_assert_eq(head.seq, reference->states[to].seq, "%s: the end is another", what);
    cr_assert_arr_eq(head.hash.bytes, reference->states[to].hash.bytes, MP_HASH_BYTES,
                     "%s: what is recorded in the end differs", what);
}
