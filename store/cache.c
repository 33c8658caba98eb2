/* Records and topics of a batch, written back at its commit: what changes a hundred times in one
 * batch is decoded, encoded and put once. Records are immutable: a change makes a new one, so undo
 * is the pointer from before. */
#include "store/internal.h"

#include <stdlib.h>

#define RUNS_AT 6 /* behind their checksum and size */

/* LMDB's own bytes last only until the next write. */
static int copy_run(struct mp_batch *batch, struct mp_store_run *run)
{
    struct mp_span steps = mp_arena_copy(batch->cache, mp_span_make(run->bytes, run->size));

    if (steps.data == NULL)
        return MP_ENOMEM;
    run->bytes = (uint8_t *)(uintptr_t)steps.data;
    run->capacity = run->size;
    return 0;
}

static int decode_runs(struct mp_batch *batch, struct mp_span bytes, struct mp_store_run **place)
{
    struct mp_reader reader = mp_reader_make(bytes);

    for (; mp_reader_left(&reader) > 0; place = &(*place)->next) {
        int error = 0;

        *place = mp_arena_alloc(batch->cache, sizeof(**place));
        error = *place == NULL ? MP_ENOMEM : mp_store_run_read(&reader, *place);
        if (error == 0)
            error = copy_run(batch, *place);
        if (error < 0)
            return error;
    }
    return 0;
}

static int decode_state(struct mp_batch *batch, struct mp_span value,
                        struct mp_store_cached *cached)
{
    struct mp_record *record = mp_arena_alloc(batch->cache, sizeof(*record));
    struct mp_span runs, bytes;
    int error = record == NULL ? MP_ENOMEM : mp_store_state_open(value, &runs, &bytes);

    if (error == 0)
        error = decode_runs(batch, runs, &cached->runs);
    if (error == 0)
        error = mp_record_decode(bytes, batch->cache, record);
    if (error < 0)
        return error == MP_EMALFORMED ? MP_ECORRUPT : error;
    cached->now = cached->home = record;
    return 0;
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
    cached = mp_arena_alloc(batch->cache, sizeof(*cached));
    if (cached == NULL)
        return MP_ENOMEM;
    cached->key = mp_arena_copy(batch->cache, mp_store_key_span(&key));
    if (cached->key.data == NULL)
        return MP_ENOMEM;
    if (mp_kv_get(batch->txn, batch->store->tables.state, cached->key, &value))
        error = decode_state(batch, value, cached);
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

static int decode_topic(struct mp_batch *batch, struct mp_span value,
                        struct mp_store_cached_topic *cached)
{
    struct mp_span run;
    struct mp_reader reader;
    int error = mp_store_position_open(value, &cached->now, &run);

    reader = mp_reader_make(run);
    if (error == 0)
        error = mp_store_run_read(&reader, &cached->run);
    return error < 0 ? error : copy_run(batch, &cached->run);
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
    cached = mp_arena_alloc(batch->cache, sizeof(*cached));
    if (cached == NULL)
        return MP_ENOMEM;
    cached->name = mp_arena_copy(batch->cache, topic);
    if (cached->name.data == NULL)
        return MP_ENOMEM;
    if (mp_kv_get(batch->txn, batch->store->tables.topics, topic, &value))
        error = decode_topic(batch, value, cached);
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
    if (cached->listed == NULL) {
        cached->listed = batch->listed == NULL ? cached : batch->listed;
        batch->listed = cached;
        batch->listed_count++;
    }
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
    if (topic->listed == NULL) {
        topic->listed = batch->listed_topics == NULL ? topic : batch->listed_topics;
        batch->listed_topics = topic;
        batch->listed_topic_count++;
    }
}

void mp_store_cache_undo(struct mp_batch *batch)
{
    for (size_t i = 0; i < batch->touched_count; i++) {
        struct mp_store_cached *cached = batch->touched[i];

        cached->now = cached->before;
        cached->dirty = cached->dirty_before;
        cached->touched = 0;
        for (struct mp_store_run *run = cached->runs; run != NULL; run = run->next)
            mp_store_run_undo(run, batch->mark_number);
    }
    for (size_t i = 0; i < batch->touched_topic_count; i++) {
        struct mp_store_cached_topic *topic = batch->touched_topics[i];

        topic->now = topic->before;
        topic->dirty = topic->dirty_before;
        topic->touched = 0;
        mp_store_run_undo(&topic->run, batch->mark_number);
    }
}

struct mp_store_run *mp_store_cache_run(struct mp_batch *batch, struct mp_store_cached *cached,
                                        enum mp_change_kind kind)
{
    struct mp_store_run **place = &cached->runs, *run;

    while (*place != NULL && (*place)->kind < kind)
        place = &(*place)->next;
    if (*place != NULL && (*place)->kind == kind)
        return *place;
    run = mp_arena_alloc(batch->cache, sizeof(*run));
    if (run == NULL)
        return NULL;
    run->kind = kind;
    run->next = *place;
    *place = run;
    return run;
}

static int settle_runs(struct mp_batch *batch, const struct mp_store_cached *cached)
{
    int error = 0;

    for (struct mp_store_run *run = cached->runs; run != NULL && error == 0; run = run->next) {
        struct mp_store_key prefix;

        if (run->count < MP_STORE_RUN_PIECE)
            continue;
        mp_store_key_statements(&prefix, &cached->now->subject, run->kind);
        error =
            mp_store_run_settle(run, batch->txn, batch->store->tables.runs, &prefix, batch->arena);
    }
    return error;
}

int mp_store_cache_settle(struct mp_batch *batch)
{
    int error = 0;

    for (size_t i = 0; i < batch->touched_count && error == 0; i++)
        error = settle_runs(batch, batch->touched[i]);
    for (size_t i = 0; i < batch->touched_topic_count && error == 0; i++) {
        struct mp_store_cached_topic *topic = batch->touched_topics[i];
        struct mp_store_key prefix;

        if (topic->run.count < MP_STORE_RUN_PIECE)
            continue;
        mp_store_key_topic(&prefix, topic->name);
        error = mp_store_run_settle(&topic->run, batch->txn, batch->store->tables.by_topic, &prefix,
                                    batch->arena);
    }
    return error;
}

/* The state's value, in the batch's scratch buffer. */
static int encode_state(struct mp_batch *batch, const struct mp_store_cached *cached)
{
    struct mp_arena_mark mark = mp_arena_mark(batch->arena);
    struct mp_buffer *scratch = &batch->scratch;
    uint32_t crc;
    size_t runs_bytes;
    int error;

    mp_buffer_clear(scratch);
    mp_buffer_put_u32(scratch, 0);
    mp_buffer_put_u16(scratch, 0);
    for (const struct mp_store_run *run = cached->runs; run != NULL; run = run->next) {
        if (run->last.seq != 0) /* else it was taken back */
            mp_store_run_write(run, scratch);
    }
    runs_bytes = scratch->size - RUNS_AT;
    error =
        runs_bytes > UINT16_MAX ? MP_ETOOBIG : mp_record_encode(cached->now, batch->arena, scratch);
    mp_arena_release(batch->arena, mark);
    if (error == 0)
        error = scratch->error;
    if (error < 0)
        return error;
    scratch->data[RUNS_AT - 2] = (uint8_t)(runs_bytes >> 8);
    scratch->data[RUNS_AT - 1] = (uint8_t)runs_bytes;
    crc = mp_crc32c(0, mp_span_make(scratch->data + 4, scratch->size - 4));
    for (int i = 0; i < 4; i++)
        scratch->data[i] = (uint8_t)(crc >> (24 - 8 * i));
    return 0;
}

/* What may have to be put, by its key. */
struct row {
    struct mp_span key;
    void *pointer;
};

/* The records listed, in the order of their keys, which are not listed any more. */
static struct row *take_records(struct mp_batch *batch, size_t *ret_count)
{
    struct row *rows = mp_arena_array(batch->arena, batch->listed_count, sizeof(*rows));
    size_t count = 0;

    while (rows != NULL && count < batch->listed_count) {
        struct mp_store_cached *cached = batch->listed;

        rows[count++] = (struct row){.key = cached->key, .pointer = cached};
        batch->listed = mp_take(cached->listed);
    }
    batch->listed = NULL;
    batch->listed_count = 0;
    if (count > 1)
        qsort(rows, count, sizeof(*rows), mp_store_compare_keys);
    *ret_count = count;
    return rows;
}

static struct row *take_topics(struct mp_batch *batch, size_t *ret_count)
{
    struct row *rows = mp_arena_array(batch->arena, batch->listed_topic_count, sizeof(*rows));
    size_t count = 0;

    while (rows != NULL && count < batch->listed_topic_count) {
        struct mp_store_cached_topic *topic = batch->listed_topics;

        rows[count++] = (struct row){.key = topic->name, .pointer = topic};
        batch->listed_topics = mp_take(topic->listed);
    }
    batch->listed_topics = NULL;
    batch->listed_topic_count = 0;
    if (count > 1)
        qsort(rows, count, sizeof(*rows), mp_store_compare_keys);
    *ret_count = count;
    return rows;
}

/* For the next batch, which has not this one's arena. What borrows from it is read again. */
static void keep_record(struct mp_batch *batch, struct mp_store_cached *cached)
{
    cached->dirty = false;
    if (cached->borrows || cached->home == NULL) {
        mp_table_remove(batch->records, cached->key);
        return;
    }
    *cached->home = *cached->now;
    cached->now = cached->home;
}

static int flush_records(struct mp_batch *batch)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(batch->txn, batch->store->tables.state);
    size_t count = 0;
    const struct row *rows = take_records(batch, &count);

    if (rows == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        struct mp_store_cached *cached = rows[i].pointer;
        int error;

        if (!cached->dirty)
            continue;
        error = encode_state(batch, cached);
        if (error < 0)
            return error;
        mp_kv_cursor_put(cursor, cached->key, mp_buffer_span(&batch->scratch));
        keep_record(batch, cached);
    }
    return 0;
}

static int flush_topics(struct mp_batch *batch)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(batch->txn, batch->store->tables.topics);
    size_t count = 0;
    const struct row *rows = take_topics(batch, &count);
    struct mp_buffer *scratch = &batch->scratch;

    if (rows == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        struct mp_store_cached_topic *topic = rows[i].pointer;

        if (!topic->dirty)
            continue;
        mp_buffer_clear(scratch);
        mp_buffer_put_u64(scratch, topic->now.last);
        mp_buffer_put_u64(scratch, topic->now.count);
        mp_store_run_write(&topic->run, scratch);
        if (scratch->error < 0)
            return scratch->error;
        mp_kv_cursor_put(cursor, topic->name, mp_buffer_span(scratch));
        topic->dirty = false;
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
