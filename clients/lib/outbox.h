/* What has been said but not yet recorded: a durable queue of submissions of one agency (LMDB of
 * its own, full sync). Survives crashes and days without a network. Entries leave in the order they
 * came in.
 *
 * Life of an entry: waiting → sent (may have reached the ledger) → accepted | rejected. Accepted
 * ones are kept 30 days, so that a restore of the record can be healed: those beyond restored_head
 * become waiting again. Rejected ones are kept until somebody has looked at them (drop). */
#ifndef MP_CLIENT_OUTBOX_H
#define MP_CLIENT_OUTBOX_H

#include "core/base/arena.h"
#include "core/base/auto.h"
#include "core/domain/change.h"
#include "proto/codec.h"

#define MP_OUTBOX_KEEP_DAYS    30
#define MP_OUTBOX_ENTRIES_MOST 1000000

enum mp_outbox_state {
    MP_OUTBOX_WAITING = 1, /* never handed to a socket */
    MP_OUTBOX_SENT,        /* handed over, no answer yet */
    MP_OUTBOX_ACCEPTED,
    MP_OUTBOX_REJECTED
};

struct mp_outbox;

struct mp_outbox_entry {
    uint64_t place; /* order in the outbox */
    enum mp_outbox_state state;
    struct mp_uuid id, after;
    int64_t queued_at_us;
    int64_t answered_at_us;
    struct mp_span submission; /* encoded, exactly as sent */
    struct mp_answer answer;   /* when accepted or rejected */
    bool seen;                 /* rejected: shown to somebody who waited for it */
};

/* The folder is made 0700. One process sends at a time: MP_EBUSY from mp_outbox_lock otherwise. */
int mp_outbox_open(const char *folder, struct mp_outbox **ret_outbox) MP_CHECK_RESULT;
void mp_outbox_close(struct mp_outbox *outbox);
MP_AUTO_DEFINE(struct mp_outbox *, mp_outbox_close);
/* The sender's lock (flock), waited for until timeout_ms. */
int mp_outbox_lock(struct mp_outbox *outbox, int64_t timeout_ms) MP_CHECK_RESULT;
void mp_outbox_unlock(struct mp_outbox *outbox);

/* Puts the submission at the end; fills its `after` with the id of the last entry that is not
 * rejected and makes an id (v7) when it has none. An id that is in the outbox already: MP_EEXIST,
 * nothing queued (the importer's way of going on where it stopped). Durable when it returns.
 * MP_ENOSPC when full. */
int mp_outbox_put(struct mp_outbox *outbox, struct mp_submission *submission, int64_t now_us,
                  struct mp_arena *arena) MP_CHECK_RESULT;
/* Several in one transaction; *ret_known (may be NULL) counts those that were there already. */
int mp_outbox_put_many(struct mp_outbox *outbox, struct mp_submission *submissions, size_t count,
                       int64_t now_us, struct mp_arena *arena, size_t *ret_known) MP_CHECK_RESULT;

/* First entry at or after the place in one of the states (bit mask of 1 << state); texts in the
 * arena. MP_ENOTFOUND at the end. */
int mp_outbox_next(struct mp_outbox *outbox, uint64_t place, unsigned states,
                   struct mp_arena *arena, struct mp_outbox_entry *ret_entry) MP_CHECK_RESULT;
int mp_outbox_find(struct mp_outbox *outbox, const struct mp_uuid *id, struct mp_arena *arena,
                   struct mp_outbox_entry *ret_entry) MP_CHECK_RESULT;

/* The places of the next entries that are waiting or sent, from the given place on. */
int mp_outbox_unanswered(struct mp_outbox *outbox, uint64_t place, size_t most, uint64_t *places,
                         size_t *ret_count) MP_CHECK_RESULT;
/* Before the bytes are handed to a socket: those places become sent; ones that are gone are passed
 * over. From then on their bytes are fixed, so they are read (mp_outbox_next) after this. Durable.
 */
int mp_outbox_mark_sent(struct mp_outbox *outbox, const uint64_t *places,
                        size_t count) MP_CHECK_RESULT;
/* Answers accepted and rejected are kept; busy changes nothing. Ignored: unknown ids, entries that
 * have an answer, and acceptances of an older epoch beyond what its restore kept. Many in one
 * transaction. */
int mp_outbox_answer(struct mp_outbox *outbox, const struct mp_answer *answers, size_t count,
                     int64_t now_us) MP_CHECK_RESULT;
int mp_outbox_mark_seen(struct mp_outbox *outbox, const struct mp_uuid *id) MP_CHECK_RESULT;
/* The ledger says that it has no outcome for the `after` of the oldest entry that is not answered
 * (so it kept nothing of that entry nor of those behind it), and which epoch it is in. Accepted
 * entries of an older epoch beyond restored_head become waiting again; the chain of `after` is laid
 * anew over the entries that are not answered (ids stay). When neither changes anything and `after`
 * is an accepted entry, the ledger has lost that one (a restore that nobody here saw): it becomes
 * waiting again too, and twice as many before it at each further call. *ret_again counts entries
 * that will be sent again. */
int mp_outbox_rechain(struct mp_outbox *outbox, uint64_t epoch, uint64_t restored_head,
                      size_t *ret_again) MP_CHECK_RESULT;
/* The record was restored: an answer or a page showed a new epoch. Accepted entries beyond
 * restored_head become waiting again; no bytes change, for those under way may be recorded in the
 * new epoch already. Idempotent. */
int mp_outbox_epoch(struct mp_outbox *outbox, uint64_t epoch, uint64_t restored_head,
                    size_t *ret_again) MP_CHECK_RESULT;

/* Removes a rejected entry, or a waiting one (what follows is chained anew). MP_EPERM for a sent
 * one, which may be recorded already, and for an accepted one; MP_ENOTFOUND. */
int mp_outbox_drop(struct mp_outbox *outbox, const struct mp_uuid *id) MP_CHECK_RESULT;
/* Accepted entries older than MP_OUTBOX_KEEP_DAYS go. */
int mp_outbox_clean(struct mp_outbox *outbox, int64_t now_us) MP_CHECK_RESULT;

struct mp_outbox_counts {
    uint64_t waiting, sent, accepted, rejected, rejected_unseen;
};
int mp_outbox_count(struct mp_outbox *outbox, struct mp_outbox_counts *ret_counts) MP_CHECK_RESULT;
/* Of an outbox that this process has not open: only reads, makes nothing and waits for no disk. */
int mp_outbox_peek(const char *folder, struct mp_outbox_counts *ret_counts) MP_CHECK_RESULT;

#endif
