/* What the outbox's files share: transactions over its tables, and how an entry is kept.
 *
 *   entries   place → version, state, ids, times, answer, CRC32C
 *   bodies    place → the submission's bytes, CRC32C
 *   by_id     id → place
 *   by_state  state, place → nothing
 *   meta      counts, next place, newest epoch known */
#ifndef MP_CLIENT_OUTBOX_PRIVATE_H
#define MP_CLIENT_OUTBOX_PRIVATE_H

#include "clients/lib/outbox.h"
#include "core/base/buffer.h"
#include "core/kv/kv.h"

#define MP_OUTBOX_BIT(state)  (1u << (state))
#define MP_OUTBOX_UNANSWERED  (MP_OUTBOX_BIT(MP_OUTBOX_WAITING) | MP_OUTBOX_BIT(MP_OUTBOX_SENT))
#define MP_OUTBOX_STATE_LAST  MP_OUTBOX_REJECTED
#define MP_OUTBOX_ARENA_BYTES ((size_t)4 << 20)

struct mp_outbox {
    struct mp_kv *kv;
    mp_kv_table entries, bodies, by_id, by_state, meta;
    int lock_file; /* -1: not open */
    bool locked;
    struct mp_buffer buffer; /* for what is being written */
    size_t doubted;          /* accepted entries made waiting by the last call that doubted them */
};

struct mp_outbox_meta {
    uint64_t next_place;
    uint64_t counts[MP_OUTBOX_STATE_LAST + 1];
    uint64_t rejected_unseen;
    uint64_t epoch, restored_head;
};

/* A transaction: its error is sticky (mp_kv). */
struct mp_outbox_work {
    struct mp_outbox *outbox;
    struct mp_kv_txn *txn;
    struct mp_outbox_meta meta;
    bool changed;
};

int mp_outbox_work_begin(struct mp_outbox *outbox, bool write,
                         struct mp_outbox_work *work) MP_CHECK_RESULT;
int mp_outbox_work_commit(struct mp_outbox_work *work) MP_CHECK_RESULT;
static inline void mp_outbox_work_done_auto(struct mp_outbox_work *work)
{
    mp_kv_abort(work->txn);
    work->txn = NULL;
}

/* First place at or after, or last place before, the given one in one of the states. */
bool mp_outbox_work_first(struct mp_outbox_work *work, uint64_t place, unsigned states,
                          uint64_t *ret_place);
bool mp_outbox_work_last(struct mp_outbox_work *work, uint64_t before, unsigned states,
                         uint64_t *ret_place);
bool mp_outbox_work_find(struct mp_outbox_work *work, const struct mp_uuid *id,
                         uint64_t *ret_place);
/* The entry without its submission; texts in the arena. false: not there, or the transaction has
 * failed. */
bool mp_outbox_work_load(struct mp_outbox_work *work, uint64_t place, struct mp_arena *arena,
                         struct mp_outbox_entry *ret_entry);
/* Adds its submission, copied into the arena. */
bool mp_outbox_work_load_body(struct mp_outbox_work *work, struct mp_arena *arena,
                              struct mp_outbox_entry *entry);
/* before: what was loaded, NULL for a new entry. The submission is written by store_body. */
void mp_outbox_work_store(struct mp_outbox_work *work, const struct mp_outbox_entry *entry,
                          const struct mp_outbox_entry *before);
void mp_outbox_work_store_body(struct mp_outbox_work *work, uint64_t place,
                               struct mp_span submission);
void mp_outbox_work_erase(struct mp_outbox_work *work, const struct mp_outbox_entry *entry);

#endif
