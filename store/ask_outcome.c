/* outcome: what was answered to a submission, if anything was. */
#include "store/asking.h"

int mp_store_ask_outcome(struct mp_store_asking *asking)
{
    struct mp_store_key key;
    struct mp_span value, answer;
    struct mp_hash hash;
    int error;

    mp_store_key_submission(&key, asking->ask->agency, &asking->ask->submission);
    if (!mp_kv_get(asking->txn, asking->tables->submissions, mp_store_key_span(&key), &value)) {
        error = mp_kv_error(asking->txn);
        return error < 0 ? error : mp_page_set_outcome(asking->page, false, mp_span_make(NULL, 0));
    }
    error = mp_store_outcome_open(value, &hash, &answer);
    return error < 0 ? error : mp_page_set_outcome(asking->page, true, answer);
}
