/* The journal's rows beyond the tables, taken into the store that the events made anew. */
#include "store/verify.h"

#include <time.h>

/* A ledger may be at work on what is read: it files what is logged, and writes over what it filed.
 * A sector that it is just writing looks damaged, and is not a moment later. */
#define LOOKS    5
#define PAUSE_NS 20000000

static const struct timespec pause = {.tv_nsec = PAUSE_NS};

/* What was found is of the tables that are proved only when they are still those that there are. */
static int is_of_another_time(const struct mp_store_verifying *verifying, bool *ret_is)
{
    MP_AUTO(mp_kv_abort) struct mp_kv_txn *txn = NULL;
    struct mp_store now = {.tables = verifying->kept->tables};
    int error = mp_kv_begin(verifying->kept->kv, false, &txn);

    if (error == 0)
        error = mp_store_read_filed(txn, &now);
    if (error == 0)
        error = mp_store_read_head(txn, &now.tables, &now.head);
    *ret_is = error == 0 &&
              (now.filed != verifying->kept->filed || now.head.seq != verifying->kept_head.seq);
    return error;
}

static int replay(struct mp_store_verifying *verifying, struct mp_store_journal *journal)
{
    MP_AUTO(mp_batch_abort) struct mp_batch *batch = NULL;
    bool is_other = false;
    uint64_t last;
    int error = mp_batch_begin(verifying->rebuilt, INT64_MIN, &batch);

    if (error == 0)
        error = mp_store_journal_replay(journal, verifying->kept->filed, batch, &last);
    if (error == 0)
        error = is_of_another_time(verifying, &is_other);
    if (error < 0 || is_other)
        return error;
    verifying->head = batch->head;
    verifying->report->events += batch->event_count;
    verifying->report->submissions += batch->outcomes;
    return 0;
}

static int prove(struct mp_store_verifying *verifying, struct mp_store_journal *journal)
{
    uint64_t filed = verifying->kept->filed, last = filed;
    int error = mp_store_journal_last(journal, filed, &last);

    if (error < 0 || last == filed)
        return error;
    if (verifying->given_up == NULL)
        return replay(verifying, journal);
    mp_store_verify_finding(verifying, "journal: rows %llu to %llu could not be proved: %s",
                            (unsigned long long)filed + 1, (unsigned long long)last,
                            verifying->given_up);
    return 0;
}

int mp_store_verify_journal(struct mp_store_verifying *verifying, const char *folder)
{
    MP_AUTO(mp_store_journal_close) struct mp_store_journal *journal = NULL;
    bool is_other = false;
    int error = mp_store_read_filed(verifying->txn, verifying->kept);

    if (error == 0)
        error = mp_store_journal_before_check(folder, verifying->kept->filed);
    if (error == MP_EVERSION) {
        mp_store_verify_finding(verifying, "journal: %s", mp_store_why());
        return 0;
    }
    if (error == 0)
        error = mp_store_journal_open(folder, true, &journal);
    if (error == MP_ENOTFOUND)
        return 0;
    for (int look = 0; error == 0 && look < LOOKS; look++) {
        error = prove(verifying, journal);
        if (error != MP_ECORRUPT)
            return error;
        error = is_of_another_time(verifying, &is_other);
        if (error == 0 && is_other)
            return 0;
        (void)nanosleep(&pause, NULL);
    }
    if (error == 0)
        mp_store_verify_finding(verifying, "journal: %s", mp_store_why());
    return error;
}
