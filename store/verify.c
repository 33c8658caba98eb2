/* Proves a store that nobody has open: its events are read in order and make a second store in the
 * scratch folder, which must come out the same. */
#include "store/verify.h"

#include <stdarg.h>

#define SENTENCE_ARENA ((size_t)16 << 20)

void mp_store_verify_finding(struct mp_store_verifying *verifying, const char *format, ...)
{
    struct mp_arena_mark mark = mp_arena_mark(verifying->arena);
    va_list arguments;
    const char *sentence;

    va_start(arguments, format);
    sentence = mp_arena_vprintf(verifying->arena, format, arguments);
    va_end(arguments);
    verifying->report->findings++;
    if (verifying->report->finding != NULL)
        verifying->report->finding(verifying->report->context,
                                   sentence != NULL ? sentence : format);
    mp_arena_release(verifying->arena, mark);
}

static int read_head(struct mp_store_verifying *verifying)
{
    int error = mp_store_read_head(verifying->txn, &verifying->kept->tables, &verifying->kept_head);

    if (error == 0)
        verifying->has_head = true;
    if (error != MP_ECORRUPT)
        return error;
    mp_store_verify_finding(verifying, "meta: the entry that names the last event is missing or "
                                       "damaged");
    return 0;
}

static void check_head(struct mp_store_verifying *verifying)
{
    const struct mp_head *kept = &verifying->kept_head, *proved = &verifying->head;

    if (!verifying->has_head)
        return;
    if (kept->seq != proved->seq)
        mp_store_verify_finding(verifying,
                                "meta: the head is said to be event %llu, the last event is %llu",
                                (unsigned long long)kept->seq, (unsigned long long)proved->seq);
    else if (memcmp(kept->hash.bytes, proved->hash.bytes, MP_HASH_BYTES) != 0)
        mp_store_verify_finding(verifying, "meta: the head's hash is not that of event %llu",
                                (unsigned long long)proved->seq);
    else if (kept->recorded_at_us != proved->recorded_at_us)
        mp_store_verify_finding(verifying, "meta: the head's time is not that of event %llu",
                                (unsigned long long)proved->seq);
    if (kept->epoch != proved->epoch || kept->restored_head != proved->restored_head)
        mp_store_verify_finding(
            verifying, "meta: epoch %llu (restored at %llu), the events say %llu (%llu)",
            (unsigned long long)kept->epoch, (unsigned long long)kept->restored_head,
            (unsigned long long)proved->epoch, (unsigned long long)proved->restored_head);
}

static int prove(struct mp_store_verifying *verifying, const char *folder)
{
    int error = read_head(verifying);

    if (error == 0)
        error = mp_store_verify_events(verifying);
    if (error < 0)
        return error;
    check_head(verifying);
    error = mp_store_verify_outcomes(verifying);
    if (error == 0)
        error = mp_store_verify_tables(verifying);
    if (error == 0)
        error = mp_store_verify_journal(verifying, folder);
    return error < 0 ? error : mp_kv_error(verifying->txn);
}

/* The store to prove is only read; the other is new. */
static int open_both(struct mp_store_verifying *verifying, const struct mp_store_options *options,
                     const char *scratch_folder)
{
    struct mp_store_options kept = *options, rebuilt = *options;
    struct mp_kv_usage usage;
    int error;

    kept.read_only = true;
    rebuilt.folder = scratch_folder;
    rebuilt.read_only = false;
    error = mp_store_attach(&kept, false, &verifying->kept);
    if (error == 0)
        error = mp_kv_begin(verifying->kept->kv, false, &verifying->txn);
    if (error == 0)
        error = mp_store_attach(&rebuilt, true, &verifying->rebuilt);
    if (error == 0)
        error = mp_batch_begin(verifying->rebuilt, INT64_MIN, &verifying->batch);
    if (error == 0)
        error = mp_store_usage(verifying->rebuilt, &usage);
    if (error == 0 && usage.entries > 0) /* an old one would be compared with */
        error = MP_EEXIST;
    return error;
}

int mp_store_verify(const struct mp_store_options *options, const char *scratch_folder,
                    struct mp_verify_report *report)
{
    struct mp_store_verifying verifying = {.report = report, .is_chain_known = true};
    int error = 0;

    report->events = report->records = report->submissions = report->findings = 0;
    verifying.arena = mp_arena_new(SENTENCE_ARENA);
    if (verifying.arena == NULL)
        return MP_ENOMEM;
    error = open_both(&verifying, options, scratch_folder);
    if (error == 0)
        error = prove(&verifying, options->folder);
    report->head = verifying.head;
    mp_batch_abort(verifying.batch);
    mp_kv_abort(verifying.txn);
    mp_store_close(verifying.rebuilt);
    mp_store_close(verifying.kept);
    mp_arena_free(verifying.arena);
    return error;
}
