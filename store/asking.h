/* One question being answered: shared by reading.c and the ask_*.c files. */
#ifndef MP_STORE_ASKING_H
#define MP_STORE_ASKING_H

#include "core/base/text.h"
#include "store/internal.h"

/* A page holds its read transaction for milliseconds: it ends at the first of these. */
#define MP_STORE_PAGE_BYTES   ((size_t)256 << 10)
#define MP_STORE_SCAN_MOST    4096  /* rows decoded */
#define MP_STORE_PEEK_MOST    65536 /* rows only looked at */
#define MP_STORE_MERGE_TOPICS 64    /* with more, replay reads the whole log and picks */

struct mp_store_asking {
    const struct mp_store *store;
    struct mp_kv_txn *txn;
    const struct mp_ask *ask;
    const struct mp_store_tables *tables;
    int32_t today;
    struct mp_arena *arena;
    struct mp_buffer *page;
    size_t page_start;
    struct mp_head head; /* of the snapshot */
    uint64_t seq_most;   /* as-recorded: the last event of then; else UINT64_MAX */
    struct mp_kv_cursor *runs, *by_subject; /* opened when first needed */
    struct mp_buffer record;                /* an encoded record */
    size_t rows, rows_most, scanned, scan_most;
    bool is_refused; /* the page is an error */
};

/* Whether the page must end before another row is looked at. */
bool mp_store_asking_is_full(const struct mp_store_asking *asking);
/* The page becomes this error and nothing else. Returns 0 or the buffer's error. */
int mp_store_asking_refuse(struct mp_store_asking *asking, enum mp_ask_error error,
                           const char *format, ...)
    __attribute__((format(printf, 3, 4))) MP_CHECK_RESULT;
/* Sets seq_most for as-recorded questions; refuses those from before the first event. */
int mp_store_asking_set_time(struct mp_store_asking *asking) MP_CHECK_RESULT;
/* The look over statements as the question sees them. */
int mp_store_asking_look(struct mp_store_asking *asking,
                         struct mp_store_look *ret_look) MP_CHECK_RESULT;
int32_t mp_store_asking_civil_day(const struct mp_store_asking *asking, int64_t time_us);
/* "not found", with the ids that look like it. */
int mp_store_asking_not_found(struct mp_store_asking *asking) MP_CHECK_RESULT;

/* ask_topics.c: adds the topics under the question's prefix, from this one on. 1 when the page is
 * full before *ret_left, which lives as long as the transaction. */
int mp_store_asking_add_topics(struct mp_store_asking *asking, struct mp_span from,
                               struct mp_span *ret_left) MP_CHECK_RESULT;

/* past.c: the record as the question wants it. current is the stored one. */
struct mp_store_sight {
    bool exists; /* then, or by then */
    bool recorded_later;
    struct mp_record record;
};
int mp_store_see(struct mp_store_asking *asking, const struct mp_record *current,
                 struct mp_store_sight *ret_sight) MP_CHECK_RESULT;
/* The record folded again from its events up to seq_most; exists false when it had none. */
int mp_store_fold_past(struct mp_store_asking *asking, const struct mp_record *current,
                       struct mp_store_sight *ret_sight) MP_CHECK_RESULT;

typedef int (*mp_store_answerer)(struct mp_store_asking *asking);
int mp_store_ask_topics(struct mp_store_asking *asking) MP_CHECK_RESULT;
int mp_store_ask_snapshot(struct mp_store_asking *asking) MP_CHECK_RESULT;
int mp_store_ask_replay(struct mp_store_asking *asking) MP_CHECK_RESULT;
int mp_store_ask_get(struct mp_store_asking *asking) MP_CHECK_RESULT;
int mp_store_ask_list(struct mp_store_asking *asking) MP_CHECK_RESULT;
int mp_store_ask_history(struct mp_store_asking *asking) MP_CHECK_RESULT;
int mp_store_ask_registry(struct mp_store_asking *asking) MP_CHECK_RESULT;
int mp_store_ask_who_am_i(struct mp_store_asking *asking) MP_CHECK_RESULT;
int mp_store_ask_epochs(struct mp_store_asking *asking) MP_CHECK_RESULT;
int mp_store_ask_outcome(struct mp_store_asking *asking) MP_CHECK_RESULT;

#endif
