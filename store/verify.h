/* Proving a store: shared by the verify*.c files. */
#ifndef MP_STORE_VERIFY_H
#define MP_STORE_VERIFY_H

#include "store/internal.h"

struct mp_store_verifying {
    struct mp_store *kept;
    struct mp_kv_txn *txn; /* a snapshot of it */
    struct mp_head kept_head;
    bool has_head;
    struct mp_store *rebuilt; /* what its events make anew */
    struct mp_batch *batch;   /* open on it */
    size_t batch_events;
    struct mp_head head;    /* what the events seen so far prove */
    bool is_chain_known;    /* head.hash is that of the event before */
    const char *given_up;   /* why nothing more is rebuilt; NULL: it still is */
    struct mp_arena *arena; /* for sentences and submissions */
    struct mp_verify_report *report;
};

void mp_store_verify_finding(struct mp_store_verifying *verifying, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* verify_events.c: the chain, and the store rebuilt along it. */
int mp_store_verify_events(struct mp_store_verifying *verifying) MP_CHECK_RESULT;
/* verify_outcomes.c: whether the event's submission has an outcome that names it; and every
 * outcome by itself. */
int mp_store_verify_event_outcome(struct mp_store_verifying *verifying,
                                  const struct mp_event *event) MP_CHECK_RESULT;
int mp_store_verify_outcomes(struct mp_store_verifying *verifying) MP_CHECK_RESULT;
/* verify_journal.c: what is durable and not in the tables yet goes on from them. */
int mp_store_verify_journal(struct mp_store_verifying *verifying,
                            const char *folder) MP_CHECK_RESULT;
/* verify_tables.c: state, topics and indexes against those rebuilt. */
int mp_store_verify_tables(struct mp_store_verifying *verifying) MP_CHECK_RESULT;

#endif
