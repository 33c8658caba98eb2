/* The outcomes of submissions as a batch sees them. Most questions are answered without LMDB: ids
 * grow with time, so one that is larger than all of its agency's has no outcome, and the one named
 * as `after` was mostly given a moment ago. */
#include "store/internal.h"

static bool is_larger(const struct mp_uuid *a, const struct mp_uuid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) > 0;
}

/* The largest id of the agency in the table. */
static int read_largest(struct mp_batch *batch, const char *agency, struct mp_uuid *ret_id)
{
    MP_AUTO(mp_kv_cursor_close) struct mp_kv_cursor *cursor = NULL;
    struct mp_store_key key;
    struct mp_span owner;
    struct mp_uuid id;

    memset(id.bytes, 0xff, sizeof(id.bytes));
    mp_store_key_submission(&key, agency, &id);
    cursor = mp_kv_cursor_open(batch->txn, batch->store->tables.submissions);
    if (!mp_kv_seek(cursor, mp_store_key_span(&key)) ||
        !mp_span_equal(mp_kv_key(cursor), mp_store_key_span(&key))) {
        if (!mp_kv_seek_before(cursor, mp_store_key_span(&key)))
            return mp_kv_error(batch->txn);
    }
    if (mp_store_key_to_submission(mp_kv_key(cursor), &owner, &id) < 0)
        return MP_ECORRUPT;
    if (mp_span_equal(owner, mp_span_text(agency)))
        *ret_id = id;
    return 0;
}

static int find_sender(struct mp_batch *batch, const char *agency,
                       struct mp_store_sender **ret_sender)
{
    union mp_table_value *slot = mp_table_get(batch->senders, mp_span_text(agency));
    struct mp_store_sender *sender;
    bool is_new;
    int error;

    if (slot != NULL) {
        *ret_sender = slot->pointer;
        return 0;
    }
    sender = mp_arena_alloc(batch->cache, sizeof(*sender));
    error = sender == NULL ? MP_ENOMEM : read_largest(batch, agency, &sender->largest);
    if (error == 0)
        error = mp_table_put(batch->senders, mp_span_text(agency), &slot, &is_new);
    if (error < 0)
        return error;
    mp_assert(slot != NULL);
    slot->pointer = sender;
    *ret_sender = sender;
    return 0;
}

/* 1 and the row's value, 0 or an error. */
static int find_value(struct mp_batch *batch, const char *agency, const struct mp_uuid *id,
                      struct mp_span *ret_value)
{
    struct mp_store_sender *sender;
    struct mp_store_key key;
    int error = find_sender(batch, agency, &sender);

    if (error < 0 || is_larger(id, &sender->largest))
        return error;
    mp_store_key_submission(&key, agency, id);
    if (mp_kv_get(batch->txn, batch->store->tables.submissions, mp_store_key_span(&key), ret_value))
        return 1;
    return mp_kv_error(batch->txn);
}

int mp_batch_outcome(struct mp_batch *batch, const char *agency, const struct mp_uuid *id,
                     struct mp_hash *ret_hash, struct mp_span *ret_answer)
{
    struct mp_span value, answer;
    struct mp_hash hash;
    int error, found = find_value(batch, agency, id, &value);

    if (found <= 0)
        return found;
    error = mp_store_outcome_open(value, &hash, &answer);
    if (error < 0)
        return error;
    /* LMDB's own bytes last only until the next write. */
    answer = mp_arena_copy(batch->arena, answer);
    if (answer.data == NULL)
        return MP_ENOMEM;
    *ret_hash = hash;
    *ret_answer = answer;
    return 1;
}

int mp_batch_has_outcome(struct mp_batch *batch, const char *agency, const struct mp_uuid *id)
{
    struct mp_store_sender *sender;
    struct mp_span value;
    int error = find_sender(batch, agency, &sender);

    if (error < 0)
        return error;
    for (size_t i = 0; i < MP_STORE_RECENT; i++) {
        if (mp_uuid_equal(&sender->recent[i], id) && !mp_uuid_is_nil(id))
            return 1;
    }
    return find_value(batch, agency, id, &value);
}

int mp_store_put_outcome(struct mp_batch *batch, const char *agency, const struct mp_uuid *id,
                         const struct mp_hash *hash, struct mp_span answer)
{
    struct mp_store_sender *sender;
    struct mp_store_key key;
    uint8_t *value;
    int error = find_sender(batch, agency, &sender);

    if (error < 0)
        return error;
    mp_store_key_submission(&key, agency, id);
    value = mp_kv_reserve(batch->txn, batch->store->tables.submissions, mp_store_key_span(&key),
                          MP_STORE_OUTCOME_HEADER + answer.size, false);
    if (value == NULL)
        return mp_kv_error(batch->txn);
    mp_store_outcome_write(value, hash, answer);
    sender->recent[sender->next++ % MP_STORE_RECENT] = *id;
    if (is_larger(id, &sender->largest))
        sender->largest = *id;
    return 0;
}
