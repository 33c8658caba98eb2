/* The ledger's record in LMDB (DESIGN §5): events with CRC and hash chain, indexes, current state,
 * outcomes. One process opens it, one thread writes, any thread reads through its own mp_reading.
 *
 * Errors: MP_EIO and MP_EPANIC mean stop answering and exit; MP_ENOSPC means that the batch is not
 * kept and smaller work may go on; MP_EVERSION that another version wrote it (mp_store_why says
 * which). */
#ifndef MP_STORE_STORE_H
#define MP_STORE_STORE_H

#include "core/base/auto.h"
#include "core/base/buffer.h"
#include "core/base/hash.h"
#include "core/domain/rules.h"
#include "core/kv/kv.h"
#include "proto/ask.h"
#include "proto/codec.h"

#define MP_STORE_SCHEMA_VERSION   4
#define MP_STORE_SCHEMA_OF_FOLDER 3 /* has another journal */
#define MP_STORE_SCHEMA_OLDEST    2 /* read, and made the newest by the first commit */

struct mp_store;

struct mp_store_options {
    const char *folder;
    uint64_t map_bytes; /* 0: default */
    int offset_minutes; /* the programme's zone, for civil days of recorded_at */
    bool read_only;
};

struct mp_head {
    uint64_t epoch;
    uint64_t restored_head; /* what the epoch began from; 0 in the first */
    uint64_t seq;           /* last committed event */
    struct mp_hash hash;    /* of the chain at seq */
    int64_t recorded_at_us; /* of that event */
};

/* Opens a store that mp_store_create made. MP_ENOTFOUND: there is none; MP_EBUSY: another process,
 * or this one, has it open and not read_only. Loads links and keys into
 * memory. *ret_why (may be NULL) gets a sentence in static or thread-local storage on failure. */
int mp_store_open(const struct mp_store_options *options, struct mp_store **ret_store,
                  const char **ret_why) MP_CHECK_RESULT;
/* The same sentence, of whatever failed last in this thread (opening, restoring). */
const char *mp_store_why(void);
void mp_store_close(struct mp_store *store);
MP_AUTO_DEFINE(struct mp_store *, mp_store_close);

/* What init writes: epoch-started, the first authority (grant "/"), its key, and a service agency
 * with its key (for processes that read the registry). MP_EEXIST when there is a store already. */
struct mp_store_founding {
    const char *authority_id;
    const char *authority_title;
    const uint8_t *authority_key; /* 32 bytes */
    const char *service_id;
    const uint8_t *service_key; /* 32 bytes */
};
int mp_store_create(const struct mp_store_options *options,
                    const struct mp_store_founding *founding, int64_t now_us) MP_CHECK_RESULT;

/* As of the last commit. Any thread. */
struct mp_head mp_store_head(const struct mp_store *store);
int mp_store_usage(struct mp_store *store, struct mp_kv_usage *ret_usage) MP_CHECK_RESULT;
/* (events ever, of everything under the prefix), for heartbeats of "" and "@agency/". Any thread.
 */
uint64_t mp_store_agency_event_count(const struct mp_store *store);

/* ---- Writing: one batch at a time, one thread ----
 *
 * begin; for each submission: mark, then for each change mp_decide with the batch's view and
 * mp_batch_apply, then mp_batch_keep (accepted or rejected: a rejected one is undone first);
 * commit. Everything applied is visible to the view at once; to readers after commit. */
struct mp_batch;

/* now_us: the clock; the batch's recorded_at is max(now, last one + 1). */
int mp_batch_begin(struct mp_store *store, int64_t now_us,
                   struct mp_batch **ret_batch) MP_CHECK_RESULT;
/* Gives up everything since begin, memory included. NULL-safe. */
void mp_batch_abort(struct mp_batch *batch);
MP_AUTO_DEFINE(struct mp_batch *, mp_batch_abort);

const struct mp_view *mp_batch_view(struct mp_batch *batch);
/* Lives until the next batch begins. The changes handed to mp_batch_apply must live there; never
 * release a mark on it, since records that the batch has made lie between. */
struct mp_arena *mp_batch_arena(struct mp_batch *batch);
/* Whether one more submission of any legal size fits. When not: commit, begin another. */
bool mp_batch_has_room(const struct mp_batch *batch);
uint64_t mp_batch_next_seq(const struct mp_batch *batch);
int64_t mp_batch_recorded_at_us(const struct mp_batch *batch);

/* The outcome kept for the submission, from this batch or before: 1 known (hash of its bytes and
 * the encoded Answer), 0 unknown. */
int mp_batch_outcome(struct mp_batch *batch, const char *agency, const struct mp_uuid *id,
                     struct mp_hash *ret_hash, struct mp_span *ret_answer) MP_CHECK_RESULT;

/* Whether there is one, without its content: 1, 0 or an error. */
int mp_batch_has_outcome(struct mp_batch *batch, const char *agency,
                         const struct mp_uuid *id) MP_CHECK_RESULT;

void mp_batch_mark(struct mp_batch *batch);
/* Gives the change its place (seq, prev, topic, chain), folds it into its record. Deterministic:
 * reads nothing but the store. After a failure: undo or abort. MP_ECORRUPT: the change cannot
 * follow, so it was not decided on this view, or the store is damaged; MP_ETOOBIG: more than
 * MP_CHANGES_MOST since the mark. */
int mp_batch_apply(struct mp_batch *batch, const struct mp_change *change,
                   const struct mp_subject *subject, const char *agency,
                   const struct mp_uuid *submission, uint32_t index) MP_CHECK_RESULT;
/* Takes back what was applied since the mark. */
void mp_batch_undo(struct mp_batch *batch);
/* Keeps what was applied since the mark, and the outcome. */
int mp_batch_keep(struct mp_batch *batch, const char *agency, const struct mp_uuid *id,
                  const struct mp_hash *hash, struct mp_span answer) MP_CHECK_RESULT;

/* The events of the batch in order, as stored; valid until the next mp_batch_begin on the store,
 * also after the commit. Of the group, when some were logged. */
struct mp_batch_events {
    const struct mp_span *items;
    size_t count;
    bool has_agency_events; /* something on MP_TOPIC_AGENCY */
};
struct mp_batch_events mp_batch_events(const struct mp_batch *batch);
/* Commits and frees the batch. On failure nothing is kept of what it was given since it began or
 * was logged last; MP_EIO and MP_EPANIC leave the commit ambiguous: exit. */
int mp_batch_commit(struct mp_batch *batch) MP_CHECK_RESULT;

/* A small group costs a commit of the tables a page for each leaf, so it may be logged instead: put
 * into the journal (journal.h), durable when mp_batch_log returns 0. The batch stays open and holds
 * the tables' transaction; mp_batch_next begins the next group in it, and mp_batch_commit files
 * them all. Readers see what is filed. Whether this group may be: it is small, and the journal is
 * not full; else commit. */
bool mp_batch_is_small(const struct mp_batch *batch);
/* On failure the batch is given up; what was logged before is taken again by the next begin. */
int mp_batch_log(struct mp_batch *batch) MP_CHECK_RESULT;
void mp_batch_next(struct mp_batch *batch, int64_t now_us);
/* Readings and backups of other threads wait for what is logged to be filed. They call wake, under
 * the store's lock, so it only pokes the writer. NULL: they read what is filed. */
void mp_store_on_wait(struct mp_store *store, void (*wake)(void *context), void *context);
bool mp_store_is_filed(const struct mp_store *store);
/* Of the thread that writes, between two batches: whether disk and map have room for any group.
 * That room is taken. */
bool mp_store_has_room(struct mp_store *store);

/* ---- Reading: one mp_reading a thread ---- */
struct mp_reading;
int mp_reading_open(struct mp_store *store, struct mp_reading **ret_reading) MP_CHECK_RESULT;
void mp_reading_close(struct mp_reading *reading);
MP_AUTO_DEFINE(struct mp_reading *, mp_reading_close);
/* Appends the encoded Page that answers the question, from one snapshot taken now; the snapshot is
 * given back before it returns. Bad questions are answers (Page.error), not errors. */
int mp_reading_answer(struct mp_reading *reading, const struct mp_ask *ask, int32_t today,
                      struct mp_arena *arena, struct mp_buffer *page) MP_CHECK_RESULT;

/* ---- Care of the whole ---- */
/* A copy while the store is in use; the folder is new or empty. Any thread. */
int mp_store_backup(struct mp_store *store, const char *folder) MP_CHECK_RESULT;

/* Copies a backup to a new or empty folder (which is replaced by a rename, so it must not be a
 * mount point), proves the copy (MP_ECORRUPT when it is not whole; mp_store_why says what was found
 * first) and begins a new epoch there: max(epoch + 1, seconds of
 * now), greater than at_least too (the epoch of the store that it replaces, 0 if lost). */
int mp_store_restore(const char *from, const struct mp_store_options *to, uint64_t at_least,
                     const char *by, const char *why, int64_t now_us,
                     struct mp_head *ret_head) MP_CHECK_RESULT;

/* Proves a store that nobody has open: every CRC, the chain, no hole in seq, prev and counts of
 * every topic, both indexes exact, every submission's outcome decodes and its accepted events
 * exist, and the state rebuilt from the events equal to the state kept. Findings are sentences. */
struct mp_verify_report {
    uint64_t events;
    uint64_t records;
    uint64_t submissions;
    uint64_t findings;
    struct mp_head head;
    void (*finding)(void *context, const char *sentence);
    void (*progress)(void *context, uint64_t done, uint64_t total); /* may be NULL */
    void *context;
};
/* 0 whether or not there are findings; an error when it could not be read to the end. */
int mp_store_verify(const struct mp_store_options *options, const char *scratch_folder,
                    struct mp_verify_report *report) MP_CHECK_RESULT;

#endif
