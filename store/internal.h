/* What the files of this room share. */
#ifndef MP_STORE_INTERNAL_H
#define MP_STORE_INTERNAL_H

#include "core/base/arena.h"
#include "core/base/assert.h"
#include "core/base/buffer.h"
#include "core/base/clock.h"
#include "core/base/table.h"
#include "core/domain/fold.h"
#include "core/domain/network.h"
#include "core/domain/rules.h"
#include "store/journal.h"
#include "store/run.h"
#include "store/store.h"
#include "store/tables.h"

#include <pthread.h>

#define MP_STORE_BATCH_ARENA  ((size_t)64 << 20)
#define MP_STORE_CACHE_ARENA  ((size_t)64 << 20)
#define MP_STORE_CACHE_KEPT   ((size_t)16 << 20) /* of it, from one batch to the next */
#define MP_STORE_BATCH_SPARE  ((size_t)8 << 20)  /* kept free for the commit */
#define MP_STORE_VALUE_MOST   ((size_t)4 << 20)  /* an encoded record or event */
#define MP_STORE_KEYS_MOST    1000000
#define MP_STORE_DATA_FILE    "data.mdb"
#define MP_STORE_META_SCHEMA  "schema"
#define MP_STORE_META_HEAD    "head"
#define MP_STORE_META_FILED   "filed"
#define MP_STORE_WHOLE_PREFIX ""

struct mp_store {
    struct mp_kv *kv;
    struct mp_store_tables tables;
    int offset_minutes;
    bool read_only;
    pthread_mutex_t mutex; /* over what other threads read, down to the next remark */
    pthread_cond_t filing; /* it was tried */
    struct mp_head head;
    uint64_t agency_events;
    uint64_t logged, filed; /* last row of the journal; last one that the tables have */
    uint64_t filing_tries;
    void (*wake)(void *context); /* wakes the writer for somebody who waits; NULL: nobody waits */
    void *wake_context;
    /* The writer's alone: */
    struct mp_store_journal *journal; /* NULL: every commit is one of the tables */
    uint32_t schema;                  /* of the tables as they lie there */
    struct mp_head filed_head;        /* of them */
    struct mp_network *network;
    struct mp_table *keys; /* public key → agency id; a key never moves to another agency */
    struct mp_batch *batch;
};

/* A record as the batch has it. NULL: it does not exist. */
struct mp_store_cached {
    const struct mp_record *now;
    const struct mp_record *before; /* as at the mark, when touched since */
    struct mp_record *home;         /* where the record of the last commit lies; NULL: nowhere */
    bool borrows;                   /* now has texts of the batch's arena */
    struct mp_store_run *runs;      /* by kind */
    uint64_t touched;               /* number of the mark after which it was changed last */
    bool dirty, dirty_before;
    struct mp_span key;             /* in state */
    struct mp_store_cached *listed; /* next of those changed in this batch; itself: the last */
};

struct mp_store_cached_topic {
    struct mp_span name;
    struct mp_store_cached_topic *listed; /* as above */
    struct mp_store_position now, before;
    struct mp_store_run run;
    uint64_t touched;
    bool dirty, dirty_before;
};

/* An event since the mark, not yet in LMDB. */
struct mp_store_pending {
    struct mp_span bytes;
    struct mp_hash hash;
    bool of_agency;     /* on MP_TOPIC_AGENCY */
    struct mp_span key; /* in by_subject; empty when it is in a run */
    struct mp_entry entry;
};

/* A statement that an event since the mark withdraws. */
struct mp_store_withdrawn {
    uint64_t seq;
    uint64_t by;
};

/* What is known of an agency's submissions without a look into LMDB. */
#define MP_STORE_RECENT 16
struct mp_store_sender {
    struct mp_uuid largest;                 /* of all that have an outcome */
    struct mp_uuid recent[MP_STORE_RECENT]; /* that have one; nil: free */
    unsigned next;                          /* place in recent */
};

struct mp_batch {
    struct mp_store *store;
    struct mp_kv_txn *txn;                               /* NULL: no batch is open */
    struct mp_kv_cursor *put_events, *runs, *by_subject; /* opened when first needed */
    struct mp_arena *arena;                              /* of this batch alone */
    struct mp_arena_mark empty;
    struct mp_buffer scratch;
    struct mp_view view;
    /* What the store is known to have, from one batch to the next: */
    struct mp_arena *cache;
    struct mp_table *records; /* state key → struct mp_store_cached */
    struct mp_table *topics;  /* topic → struct mp_store_cached_topic */
    struct mp_table *senders; /* agency → struct mp_store_sender */
    bool is_stale;            /* not so any more: forget it */
    struct mp_store_cached *listed;
    struct mp_store_cached_topic *listed_topics;
    size_t listed_count, listed_topic_count;
    struct mp_head head;  /* with what was applied; its time is the last event's */
    int64_t moment_us;    /* of what is applied next */
    bool has_changes;     /* something for LMDB to commit */
    struct mp_buffer row; /* of the journal: what was kept since the group began */
    size_t group_events;  /* events before it */
    unsigned logged;      /* groups that the journal has and the tables not */
    uint64_t outcomes;    /* kept since begin */
    bool has_definitions; /* a record of any size was changed */

    /* Since the mark: */
    uint64_t mark_number;
    struct mp_head head_at_mark;
    size_t network_at_mark, keys_at_mark;
    struct mp_store_pending pending[MP_CHANGES_MOST];
    struct mp_store_withdrawn withdrawn[MP_CHANGES_MOST];
    struct mp_store_cached *touched[MP_CHANGES_MOST];
    struct mp_store_cached_topic *touched_topics[MP_CHANGES_MOST];
    size_t pending_count, withdrawn_count, touched_count, touched_topic_count;

    /* Since begin: */
    size_t network_at_begin;
    uint8_t (*new_keys)[32];
    size_t new_key_count, new_key_capacity;
    struct mp_span *events; /* bytes in the arena */
    size_t event_count, event_capacity;
    bool has_agency_events;
};

/* ---- index.c ---- */

/* Statements as one sees them who asks. */
struct mp_store_look {
    struct mp_kv_txn *txn;
    const struct mp_store_tables *tables;
    struct mp_kv_cursor *runs, *by_subject;
    struct mp_arena *arena; /* for an event at a time */
    uint64_t seq_most;      /* statements and withdrawals beyond it are not seen */
    struct mp_batch *batch; /* whose own events are seen too; NULL: none */
};
/* Last standing statement of the kind before (day, seq): 1, 0 or an error. */
int mp_store_look_latest(const struct mp_store_look *look, const struct mp_subject *index_subject,
                         enum mp_change_kind kind, int32_t before_day, uint64_t before_seq,
                         struct mp_entry *ret_entry) MP_CHECK_RESULT;
/* An mp_entries over it; the look must outlive it. */
struct mp_entries mp_store_look_entries(struct mp_store_look *look);
/* The entry of that very event: 1, 0 or an error. */
int mp_store_look_entry(const struct mp_store_look *look, uint64_t seq,
                        struct mp_entry *ret_entry) MP_CHECK_RESULT;
/* Who withdrew it, 0 when it stands. */
int mp_store_look_withdrawn(const struct mp_store_look *look, uint64_t seq,
                            uint64_t *ret_by) MP_CHECK_RESULT;
/* Open ends of the subject's runs as stored; empty when it has no record. */
int mp_store_runs_get(struct mp_kv_txn *txn, const struct mp_store_tables *tables,
                      const struct mp_subject *subject, struct mp_span *ret_runs) MP_CHECK_RESULT;
/* The event's bytes as stored, CRC checked: 1, 0 or an error. */
int mp_store_event_get(struct mp_kv_txn *txn, const struct mp_store_tables *tables, uint64_t seq,
                       struct mp_span *ret_event) MP_CHECK_RESULT;
int mp_store_event_decode_at(struct mp_kv_txn *txn, const struct mp_store_tables *tables,
                             uint64_t seq, struct mp_arena *arena,
                             struct mp_event *ret_event) MP_CHECK_RESULT;
/* The record as stored: 1, 0 or an error. */
int mp_store_state_get(struct mp_kv_txn *txn, const struct mp_store_tables *tables,
                       const struct mp_subject *subject, struct mp_arena *arena,
                       struct mp_record *ret_record) MP_CHECK_RESULT;

/* ---- store.c, load.c ---- */

/* Opens the environment and its tables, without looking inside. */
int mp_store_attach(const struct mp_store_options *options, bool create,
                    struct mp_store **ret_store) MP_CHECK_RESULT;
int mp_store_read_head(struct mp_kv_txn *txn, const struct mp_store_tables *tables,
                       struct mp_head *ret_head) MP_CHECK_RESULT;
/* MP_EVERSION: a program of schema 3 logged in the folder what it did not file, so it is needed
 * once more. Else its journal can go. */
int mp_store_journal_before_check(const char *folder, uint64_t filed) MP_CHECK_RESULT;
int mp_store_journal_before_drop(const char *folder) MP_CHECK_RESULT;
/* Agencies' keys, links and starts from the state. */
int mp_store_load(struct mp_store *store) MP_CHECK_RESULT;
int mp_store_read_filed(struct mp_kv_txn *txn, struct mp_store *store) MP_CHECK_RESULT;
/* A group is durable: as row `logged` of the journal, or in the tables with all before it. */
void mp_store_publish_logged(struct mp_store *store, const struct mp_head *head,
                             uint64_t agency_events, uint64_t logged);
void mp_store_publish_filed(struct mp_store *store, const struct mp_head *head,
                            uint64_t agency_events, uint32_t schema);
/* Whoever waits is told that filing was tried, which is all that can be promised. */
void mp_store_tell_filing(struct mp_store *store);
/* Waits, a second at most, until the tables have what was durable at the call. At once when they
 * do, when a try fails, and when nobody can be woken. Whether they have it. */
bool mp_store_wait_filed(struct mp_store *store);
int mp_store_keep_key(struct mp_store *store, const uint8_t key[static 32], const char *agency,
                      bool *ret_new) MP_CHECK_RESULT;
void mp_store_forget_key(struct mp_store *store, const uint8_t key[static 32]);
/* Remembers a sentence for mp_store_open's ret_why, for this thread. */
void mp_store_explain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- batch.c, cache.c, apply.c, view.c ---- */

/* The head with what a begin took from the journal, which is durable already. */
int mp_batch_tell(struct mp_batch *batch) MP_CHECK_RESULT;
struct mp_batch *mp_store_batch_new(struct mp_store *store);
void mp_store_batch_free(struct mp_batch *batch);
/* NULL pointer in *ret_cached never; ->now says whether it exists. */
int mp_store_cache_record(struct mp_batch *batch, const struct mp_subject *subject,
                          struct mp_store_cached **ret_cached) MP_CHECK_RESULT;
int mp_store_cache_topic(struct mp_batch *batch, struct mp_span topic,
                         struct mp_store_cached_topic **ret_topic) MP_CHECK_RESULT;
/* Notes how it was at the mark, before it is changed. */
void mp_store_cache_touch(struct mp_batch *batch, struct mp_store_cached *cached);
void mp_store_cache_touch_topic(struct mp_batch *batch, struct mp_store_cached_topic *topic);
void mp_store_cache_undo(struct mp_batch *batch);
/* The record's run of the kind, made when there is none. NULL: out of memory. */
struct mp_store_run *mp_store_cache_run(struct mp_batch *batch, struct mp_store_cached *cached,
                                        enum mp_change_kind kind);
/* Whole pieces of what was touched since the mark, into LMDB's transaction. */
int mp_store_cache_settle(struct mp_batch *batch) MP_CHECK_RESULT;
/* Puts what is dirty, in the order of the keys, which spares LMDB a search each. Failures stick to
 * the transaction. */
void mp_store_cache_flush(struct mp_batch *batch);

/* ---- outcome.c ---- */

int mp_store_put_outcome(struct mp_batch *batch, const char *agency, const struct mp_uuid *id,
                         const struct mp_hash *hash, struct mp_span answer) MP_CHECK_RESULT;

/* An event as it was stored, at its place again: for verify, which rebuilds. MP_ECORRUPT when it
 * cannot follow. */
int mp_store_batch_take(struct mp_batch *batch, const struct mp_event *event, struct mp_span bytes,
                        const struct mp_subject *subject) MP_CHECK_RESULT;
/* For qsort: items that begin with their key, a struct mp_span. */
int mp_store_compare_keys(const void *left, const void *right);
/* Everything since the mark, into LMDB's transaction; a new mark. */
int mp_store_batch_settle(struct mp_batch *batch) MP_CHECK_RESULT;
/* Over the store with everything that the batch has applied. */
int mp_store_batch_look(struct mp_batch *batch, struct mp_store_look *ret_look) MP_CHECK_RESULT;
extern const struct mp_view mp_store_batch_view;
int mp_store_view_in_use(void *context, const char *project_id);

/* ---- create.c ---- */

/* A change of the ledger's own, which nobody submitted: applied in the agency's name. */
int mp_store_apply_own(struct mp_batch *batch, const struct mp_change *change,
                       const char *by) MP_CHECK_RESULT;
int mp_store_apply_epoch(struct mp_batch *batch, uint64_t epoch, uint64_t restored_head,
                         const char *by, const char *why) MP_CHECK_RESULT;

#endif
