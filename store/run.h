/* A run: what was recorded about one subject and kind of change, or on one topic, as long as it
 * came in order (by stated_on and seq; on a topic by seq). It only grows at its end, so it is kept
 * in pieces: whole ones are rows of their own, which never change again, and the open end lies with
 * the record or the topic, which is written anyway. What comes out of order is no part of a run: it
 * gets a row of by_subject.
 *
 *   open end := kind(1) items(1) size(2) day(4) seq(8) of the last, then the steps between
 *   piece    := the steps; its first item is in the key
 *   step     := days, sequences: two varints, from one item to the next */
#ifndef MP_STORE_RUN_H
#define MP_STORE_RUN_H

#include "store/tables.h"

#define MP_STORE_RUN_PIECE 32
/* Items that an open end may have within a batch: what a submission adds waits until it is kept. */
#define MP_STORE_RUN_MOST (MP_STORE_RUN_PIECE + MP_CHANGES_MOST)

struct mp_store_item {
    int32_t day; /* 0 on a topic */
    uint64_t seq;
};

static inline bool mp_store_item_before(struct mp_store_item a, struct mp_store_item b)
{
    return a.day != b.day ? a.day < b.day : a.seq < b.seq;
}

/* The open end. last stays known when it is empty; last.seq 0: the run is empty. */
struct mp_store_run {
    struct mp_store_run *next; /* of a larger kind */
    enum mp_change_kind kind;  /* MP_CHANGE_NONE: a topic's */
    uint32_t count;
    struct mp_store_item last;
    uint8_t *bytes; /* the steps; borrowed when it is only read */
    size_t size, capacity;
    /* As at the mark, when touched since: */
    uint64_t touched;
    uint32_t count_before;
    struct mp_store_item last_before;
    size_t size_before;
};

/* Whether the item may follow. */
bool mp_store_run_takes(const struct mp_store_run *run, struct mp_store_item item);
/* mark: the number of the mark, for undo. MP_ENOMEM. */
int mp_store_run_add(struct mp_store_run *run, struct mp_store_item item, uint64_t mark,
                     struct mp_arena *arena) MP_CHECK_RESULT;
/* Takes back what was added since the mark. */
void mp_store_run_undo(struct mp_store_run *run, uint64_t mark);
/* Whole pieces become rows; fewer items than a piece has stay. prefix: the key without the item.
 * Failures stick to the transaction. */
int mp_store_run_settle(struct mp_store_run *run, struct mp_kv_txn *txn, mp_kv_table table,
                        const struct mp_store_key *prefix, struct mp_arena *arena) MP_CHECK_RESULT;

void mp_store_run_write(const struct mp_store_run *run, struct mp_buffer *buffer);
/* The next open end of those in a row; bytes are borrowed. MP_ECORRUPT. */
int mp_store_run_read(struct mp_reader *reader, struct mp_store_run *ret_run) MP_CHECK_RESULT;
/* That of the kind: 1, 0 or MP_ECORRUPT. */
int mp_store_run_find(struct mp_span runs, enum mp_change_kind kind,
                      struct mp_store_run *ret_run) MP_CHECK_RESULT;

/* Along a run, its pieces and its open end. The cursor is on the table of pieces and the caller's;
 * all functions return 1, 0 (no more) or an error. */
struct mp_store_walk {
    struct mp_kv_txn *txn;
    struct mp_kv_cursor *cursor;
    struct mp_store_key prefix;
    enum mp_change_kind kind;        /* as in the run */
    const struct mp_store_run *open; /* NULL: there is none */
    bool is_open;                    /* items are those of the open end */
    size_t count, at;
    struct mp_store_item items[MP_STORE_RUN_MOST];
};

/* To the first item that is not before the one given, and on. */
int mp_store_walk_from(struct mp_store_walk *walk, struct mp_store_item item) MP_CHECK_RESULT;
int mp_store_walk_next(struct mp_store_walk *walk) MP_CHECK_RESULT;
/* To the last item before the one given, and back. */
int mp_store_walk_before(struct mp_store_walk *walk, struct mp_store_item item) MP_CHECK_RESULT;
int mp_store_walk_previous(struct mp_store_walk *walk) MP_CHECK_RESULT;
static inline struct mp_store_item mp_store_walk_item(const struct mp_store_walk *walk)
{
    return walk->items[walk->at];
}

#endif
