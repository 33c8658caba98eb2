/* Records and topics of a batch, written back at its commit: what changes a hundred times in one
 * batch is decoded, encoded and put once. Records are immutable: a change makes a new one, so undo
 * is the pointer from before. */
#include "store/internal.h"

#include <stdlib.h>

static struct mp_record *decode_state(struct mp_batch *batch, struct mp_span value, int *ret_error)
{
    struct mp_record *record = mp_arena_alloc(batch->arena, sizeof(*record));
    struct mp_span bytes;

    *ret_error = record == NULL ? MP_ENOMEM : mp_store_record_open(value, &bytes);
    if (*ret_error == 0)
        *ret_error = mp_record_decode(bytes, batch->arena, record);
    if (*ret_error == MP_EMALFORMED)
        *ret_error = MP_ECORRUPT;
    return record;
}

int mp_store_cache_record(struct mp_batch *batch, const struct mp_subject *subject,
                          struct mp_store_cached **ret_cached)
{
    struct mp_store_key key;
    union mp_table_value *slot = NULL;
    struct mp_store_cached *cached;
    struct mp_span value;
    bool is_new;
    int error = 0;

    mp_store_key_state(&key, subject);
    slot = mp_table_get(batch->records, mp_store_key_span(&key));
    if (slot != NULL) {
        *ret_cached = slot->pointer;
        return 0;
    }
    cached = mp_arena_alloc(batch->arena, sizeof(*cached));
    if (cached == NULL)
        return MP_ENOMEM;
    if (mp_kv_get(batch->txn, batch->store->tables.state, mp_store_key_span(&key), &value))
        cached->now = decode_state(batch, value, &error);
    else
        error = mp_kv_error(batch->txn);
    if (error == 0)
        error = mp_table_put(batch->records, mp_store_key_span(&key), &slot, &is_new);
    if (error < 0)
        return error;
    mp_assert(slot != NULL);
    slot->pointer = cached;
    *ret_cached = cached;
    return 0;
}

int mp_store_cache_topic(struct mp_batch *batch, struct mp_span topic,
                         struct mp_store_cached_topic **ret_topic)
{
    union mp_table_value *slot = mp_table_get(batch->topics, topic);
    struct mp_store_cached_topic *cached;
    struct mp_span value;
    bool is_new;
    int error = 0;

    if (slot != NULL) {
        *ret_topic = slot->pointer;
        return 0;
    }
    cached = mp_arena_alloc(batch->arena, sizeof(*cached));
    if (cached == NULL)
        return MP_ENOMEM;
    if (mp_kv_get(batch->txn, batch->store->tables.topics, topic, &value))
        error = mp_store_position_open(value, &cached->now);
    else
        error = mp_kv_error(batch->txn);
    if (error == 0)
        error = mp_table_put(batch->topics, topic, &slot, &is_new);
    if (error < 0)
        return error;
    mp_assert(slot != NULL);
    slot->pointer = cached;
    *ret_topic = cached;
    return 0;
}

void mp_store_cache_touch(struct mp_batch *batch, struct mp_store_cached *cached)
{
    if (cached->touched == batch->mark_number)
        return;
    mp_assert(batch->touched_count < MP_CHANGES_MOST);
    cached->touched = batch->mark_number;
    cached->before = cached->now;
    cached->dirty_before = cached->dirty;
    batch->touched[batch->touched_count++] = cached;
}

void mp_store_cache_touch_topic(struct mp_batch *batch, struct mp_store_cached_topic *topic)
{
    if (topic->touched == batch->mark_number)
        return;
    mp_assert(batch->touched_topic_count < MP_CHANGES_MOST);
    topic->touched = batch->mark_number;
    topic->before = topic->now;
    topic->dirty_before = topic->dirty;
    batch->touched_topics[batch->touched_topic_count++] = topic;
}

void mp_store_cache_undo(struct mp_batch *batch)
{
    for (size_t i = 0; i < batch->touched_count; i++) {
        struct mp_store_cached *cached = batch->touched[i];

        cached->now = cached->before;
        cached->dirty = cached->dirty_before;
        cached->touched = 0;
    }
    for (size_t i = 0; i < batch->touched_topic_count; i++) {
        struct mp_store_cached_topic *topic = batch->touched_topics[i];

        topic->now = topic->before;
        topic->dirty = topic->dirty_before;
        topic->touched = 0;
    }
}

/* crc32c and the encoded record, in the batch's scratch buffer. */
static int encode_state(struct mp_batch *batch, const struct mp_record *record)
{
    struct mp_arena_mark mark = mp_arena_mark(batch->arena);
    struct mp_buffer *scratch = &batch->scratch;
    uint32_t crc;
    int error;

    mp_buffer_clear(scratch);
    mp_buffer_put_u32(scratch, 0);
    error = mp_record_encode(record, batch->arena, scratch);
    mp_arena_release(batch->arena, mark);
    if (error == 0)
        error = scratch->error;
    if (error < 0)
        return error;
    crc = mp_crc32c(0, mp_span_make(scratch->data + 4, scratch->size - 4));
    for (int i = 0; i < 4; i++)
        scratch->data[i] = (uint8_t)(crc >> (24 - 8 * i));
    return 0;
}

/* A row of one of the tables of memory. */
struct row {
    struct mp_span key;
    void *pointer;
};

/* Every row in the order of the keys, in the arena; NULL over budget. */
static struct row *sorted_rows(struct mp_batch *batch, const struct mp_table *table)
{
    struct row *rows = mp_arena_array(batch->arena, mp_table_count(table), sizeof(*rows));
    union mp_table_value *slot;
    struct mp_span key;
    size_t count = 0;

    for (size_t at = 0; rows != NULL && mp_table_next(table, &at, &key, &slot);)
        rows[count++] = (struct row){.key = key, .pointer = slot->pointer};
    if (count > 1)
        qsort(rows, count, sizeof(*rows), mp_store_compare_keys);
    return rows;
}

static int flush_records(struct mp_batch *batch)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(batch->txn, batch->store->tables.state);
    const struct row *rows = sorted_rows(batch, batch->records);
    size_t count = mp_table_count(batch->records);

    if (rows == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct mp_store_cached *cached = rows[i].pointer;
        int error;

        if (!cached->dirty)
            continue;
        error = encode_state(batch, cached->now);
        if (error < 0)
            return error;
        mp_kv_cursor_put(cursor, rows[i].key, mp_buffer_span(&batch->scratch));
    }
    return 0;
}

static void flush_topic(struct mp_kv_cursor *topics, struct mp_kv_cursor *by_topic,
                        struct mp_span name, const struct mp_store_cached_topic *topic)
{
    uint8_t value[MP_STORE_POSITION_BYTES];
    struct mp_store_key key;

    mp_store_position_write(value, topic->now);
    mp_kv_cursor_put(topics, name, mp_span_make(value, sizeof(value)));
    for (const struct mp_store_filed *filed = topic->first; filed != NULL; filed = filed->next) {
        mp_store_key_by_topic(&key, name, filed->seq);
        mp_kv_cursor_put(by_topic, mp_store_key_span(&key), mp_span_make("", 0));
    }
}

static int flush_topics(struct mp_batch *batch)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *topics = mp_kv_cursor_open(batch->txn, batch->store->tables.topics);
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *by_topic = mp_kv_cursor_open(batch->txn, batch->store->tables.by_topic);
    const struct row *rows = sorted_rows(batch, batch->topics);
    size_t count = mp_table_count(batch->topics);

    if (rows == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct mp_store_cached_topic *topic = rows[i].pointer;

        if (topic->dirty)
            flush_topic(topics, by_topic, rows[i].key, topic);
    }
    return 0;
}

void mp_store_cache_flush(struct mp_batch *batch)
{
    int error = flush_records(batch);

    if (error == 0)
        error = flush_topics(batch);
    if (error < 0)
        mp_kv_fail(batch->txn, error);
}
