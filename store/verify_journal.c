/* The journal's rows beyond the tables, taken into the store that the events made anew. */
#include "store/verify.h"

static int replay(struct mp_store_verifying *verifying, struct mp_store_journal *journal,
                  uint64_t filed)
{
    MP_AUTO(mp_batch_abort) struct mp_batch *batch = NULL;
    int error = mp_batch_begin(verifying->rebuilt, INT64_MIN, &batch);

    if (error == 0)
        error = mp_store_journal_replay(journal, filed, batch);
    if (error == MP_ECORRUPT) {
        mp_store_verify_finding(verifying, "journal: %s", mp_store_why());
        error = 0;
    }
    if (error < 0)
        return error;
    verifying->head = batch->head;
    verifying->report->events += batch->event_count;
    verifying->report->submissions += batch->outcomes;
    return 0;
}

int mp_store_verify_journal(struct mp_store_verifying *verifying, const char *folder)
{
    MP_AUTO(mp_store_journal_close) struct mp_store_journal *journal = NULL;
    uint64_t last = 0;
    int error = mp_store_read_filed(verifying->txn, verifying->kept);

    if (error == 0)
        error = mp_store_journal_open(folder, true, &journal);
    if (error == 0)
        error = mp_store_journal_last(journal, &last);
    if (error == MP_ENOTFOUND || (error == 0 && last <= verifying->kept->filed))
        return 0;
    if (error < 0 || verifying->given_up != NULL) {
        mp_store_verify_finding(verifying, "journal: rows %llu to %llu could not be proved: %s",
                                (unsigned long long)verifying->kept->filed + 1,
                                (unsigned long long)last,
                                error < 0 ? mp_error_text(error) : verifying->given_up);
        return error == MP_ECORRUPT ? 0 : error;
    }
    return replay(verifying, journal, verifying->kept->filed);
}
