/* A batch is one LMDB transaction: the submissions that waited, their outcomes, and what they did
 * to the state. What a submission applies waits in memory until it is kept. */
#include "store/internal.h"

#include <stdlib.h>

#define RECORDS_MOST ((size_t)1 << 22)

struct mp_batch *mp_store_batch_new(struct mp_store *store)
{
    struct mp_batch *batch = calloc(1, sizeof(*batch));

    if (batch == NULL)
        return NULL;
    batch->store = store;
    batch->view = mp_store_batch_view;
    batch->view.context = batch;
    batch->arena = mp_arena_new(MP_STORE_BATCH_ARENA);
    batch->records = mp_table_new(RECORDS_MOST);
    batch->topics = mp_table_new(RECORDS_MOST);
    mp_buffer_init(&batch->scratch, MP_STORE_VALUE_MOST);
    if (batch->arena == NULL || batch->records == NULL || batch->topics == NULL) {
        mp_store_batch_free(batch);
        return NULL;
    }
    return batch;
}

void mp_store_batch_free(struct mp_batch *batch)
{
    if (batch == NULL)
        return;
    mp_batch_abort(batch);
    mp_arena_free(batch->arena);
    mp_table_free(batch->records);
    mp_table_free(batch->topics);
    mp_buffer_done(&batch->scratch);
    free(batch->new_keys);
    free(batch->events);
    free(batch->unfiled);
    free(batch);
}

int mp_batch_begin(struct mp_store *store, int64_t now_us, struct mp_batch **ret_batch)
{
    struct mp_batch *batch = store->batch;
    int error;

    if (batch == NULL)
        return MP_EPERM;
    if (batch->txn != NULL)
        return MP_EBUSY;
    error = mp_kv_begin(store->kv, true, &batch->txn);
    if (error < 0)
        return error;
    mp_arena_reset(batch->arena);
    mp_table_clear(batch->records);
    mp_table_clear(batch->topics);
    batch->head = mp_store_head(store);
    if (batch->head.recorded_at_us < now_us)
        batch->head.recorded_at_us = now_us;
    batch->network_at_begin = mp_network_mark(store->network);
    batch->new_key_count = 0;
    batch->event_count = 0;
    batch->unfiled_count = 0;
    batch->has_agency_events = false;
    batch->has_changes = false;
    mp_batch_mark(batch);
    *ret_batch = batch;
    return 0;
}

const struct mp_view *mp_batch_view(struct mp_batch *batch)
{
    return &batch->view;
}

struct mp_arena *mp_batch_arena(struct mp_batch *batch)
{
    return batch->arena;
}

bool mp_batch_has_room(const struct mp_batch *batch)
{
    return mp_arena_used_bytes(batch->arena) + MP_STORE_BATCH_SPARE <= MP_STORE_BATCH_ARENA;
}

uint64_t mp_batch_next_seq(const struct mp_batch *batch)
{
    return batch->head.seq + 1;
}

int64_t mp_batch_recorded_at_us(const struct mp_batch *batch)
{
    return batch->head.recorded_at_us;
}

int mp_batch_outcome(struct mp_batch *batch, const char *agency, const struct mp_uuid *id,
                     struct mp_hash *ret_hash, struct mp_span *ret_answer)
{
    struct mp_store_key key;
    struct mp_span value, answer;
    struct mp_hash hash;
    int error;

    mp_store_key_submission(&key, agency, id);
    if (!mp_kv_get(batch->txn, batch->store->tables.submissions, mp_store_key_span(&key), &value))
        return mp_kv_error(batch->txn);
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

void mp_batch_mark(struct mp_batch *batch)
{
    batch->mark_number++;
    batch->head_at_mark = batch->head;
    batch->network_at_mark = mp_network_mark(batch->store->network);
    batch->keys_at_mark = batch->new_key_count;
    batch->pending_count = 0;
    batch->withdrawn_count = 0;
    batch->touched_count = 0;
    batch->touched_topic_count = 0;
}

static void forget_keys(struct mp_batch *batch, size_t down_to)
{
    while (batch->new_key_count > down_to)
        mp_store_forget_key(batch->store, batch->new_keys[--batch->new_key_count]);
}

void mp_batch_undo(struct mp_batch *batch)
{
    mp_store_cache_undo(batch);
    mp_network_rollback(batch->store->network, batch->network_at_mark);
    forget_keys(batch, batch->keys_at_mark);
    batch->head = batch->head_at_mark;
    mp_batch_mark(batch);
}

static int add_span(struct mp_span **items, size_t *count, size_t *capacity, struct mp_span item)
{
    if (*count == *capacity) {
        size_t wanted = *capacity == 0 ? 64 : *capacity * 2;
        void *larger = reallocarray(*items, wanted, sizeof(**items));

        if (larger == NULL)
            return MP_ENOMEM;
        *items = larger;
        *capacity = wanted;
    }
    (*items)[(*count)++] = item;
    return 0;
}

/* What the commit writes in order: by_subject, and by_topic, which no batch reads. */
static int list_pending(struct mp_batch *batch, const struct mp_store_pending *pending)
{
    struct mp_store_filed *filed = mp_arena_alloc(batch->arena, sizeof(*filed));
    struct mp_store_cached_topic *topic = pending->topic;
    int error = filed == NULL ? MP_ENOMEM : 0;

    if (error == 0)
        error =
            add_span(&batch->events, &batch->event_count, &batch->event_capacity, pending->bytes);
    if (error == 0)
        error = add_span(&batch->unfiled, &batch->unfiled_count, &batch->unfiled_capacity,
                         pending->key);
    if (error < 0)
        return error;
    mp_store_entry_write(pending->value, &pending->entry);
    filed->seq = pending->entry.seq;
    if (topic->last == NULL)
        topic->first = filed;
    else
        topic->last->next = filed;
    topic->last = filed;
    batch->has_agency_events |= pending->of_agency;
    return 0;
}

static void put_pending(struct mp_batch *batch, const struct mp_store_pending *pending)
{
    struct mp_store_key key;
    uint8_t *value;

    mp_store_key_seq(&key, pending->entry.seq);
    value = mp_kv_reserve(batch->txn, batch->store->tables.events, mp_store_key_span(&key),
                          MP_STORE_EVENT_HEADER + pending->bytes.size, true);
    if (value != NULL)
        mp_store_event_write(value, &pending->hash, pending->bytes);
}

int mp_store_compare_keys(const void *left, const void *right)
{
    struct mp_span a = *(const struct mp_span *)left, b = *(const struct mp_span *)right;
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

int mp_store_file_entries(struct mp_batch *batch)
{
    MP_AUTO(mp_kv_cursor_close) struct mp_kv_cursor *cursor = NULL;
    size_t count = batch->unfiled_count;

    if (count == 0)
        return mp_kv_error(batch->txn);
    if (count > 1)
        qsort(batch->unfiled, count, sizeof(*batch->unfiled), mp_store_compare_keys);
    cursor = mp_kv_cursor_open(batch->txn, batch->store->tables.by_subject);
    for (size_t i = 0; i < count; i++) {
        struct mp_span key = batch->unfiled[i];

        mp_kv_cursor_put(cursor, key, mp_span_make(key.data + key.size, MP_STORE_ENTRY_BYTES));
    }
    batch->unfiled_count = 0;
    return mp_kv_error(batch->txn);
}

static void put_withdrawn(struct mp_batch *batch, const struct mp_store_withdrawn *withdrawn)
{
    const struct mp_store_tables *tables = &batch->store->tables;
    uint8_t bytes[MP_STORE_ENTRY_BYTES];
    struct mp_entry entry;
    struct mp_span value;

    /* Its entry was in the table already when it was withdrawn. */
    if (!mp_kv_get(batch->txn, tables->by_subject, withdrawn->key, &value) ||
        mp_store_entry_open(withdrawn->key, value, &entry) < 0) {
        mp_kv_fail(batch->txn, MP_ECORRUPT);
        return;
    }
    entry.withdrawn_by = withdrawn->by;
    mp_store_entry_write(bytes, &entry);
    mp_kv_put(batch->txn, tables->by_subject, withdrawn->key, mp_span_make(bytes, sizeof(bytes)));
}

/* Everything since the mark, into LMDB's transaction. */
int mp_store_batch_settle(struct mp_batch *batch)
{
    for (size_t i = 0; i < batch->pending_count; i++) {
        int error = list_pending(batch, &batch->pending[i]);

        if (error < 0) {
            mp_kv_fail(batch->txn, error);
            return error;
        }
        put_pending(batch, &batch->pending[i]);
    }
    for (size_t i = 0; i < batch->withdrawn_count; i++)
        put_withdrawn(batch, &batch->withdrawn[i]);
    batch->has_changes = true;
    mp_batch_mark(batch);
    return mp_kv_error(batch->txn);
}

int mp_batch_keep(struct mp_batch *batch, const char *agency, const struct mp_uuid *id,
                  const struct mp_hash *hash, struct mp_span answer)
{
    struct mp_store_key key;
    uint8_t *value;

    mp_store_key_submission(&key, agency, id);
    value = mp_kv_reserve(batch->txn, batch->store->tables.submissions, mp_store_key_span(&key),
                          MP_STORE_OUTCOME_HEADER + answer.size, false);
    if (value != NULL)
        mp_store_outcome_write(value, hash, answer);
    return mp_store_batch_settle(batch);
}

struct mp_batch_events mp_batch_events(const struct mp_batch *batch)
{
    return (struct mp_batch_events){.items = batch->events,
                                    .count = batch->event_count,
                                    .has_agency_events = batch->has_agency_events};
}

/* Memory as it was before begin. */
static void give_up(struct mp_batch *batch)
{
    mp_network_rollback(batch->store->network, batch->network_at_begin);
    forget_keys(batch, 0);
    batch->event_count = 0;
}

void mp_batch_abort(struct mp_batch *batch)
{
    if (batch == NULL || batch->txn == NULL)
        return;
    mp_kv_cursor_close(mp_take(batch->index));
    mp_kv_abort(mp_take(batch->txn));
    give_up(batch);
}

static void put_head(struct mp_batch *batch)
{
    uint8_t value[MP_STORE_HEAD_BYTES];

    mp_store_head_write(value, &batch->head);
    mp_kv_put(batch->txn, batch->store->tables.meta, mp_span_text(MP_STORE_META_HEAD),
              mp_span_make(value, sizeof(value)));
}

int mp_batch_commit(struct mp_batch *batch)
{
    struct mp_store *store = batch->store;
    uint64_t agency_events = mp_store_agency_event_count(store);
    struct mp_store_cached_topic *topic;
    int error;

    mp_batch_undo(batch); /* what was applied and not kept */
    if (!batch->has_changes) {
        error = mp_kv_error(batch->txn);
        mp_batch_abort(batch);
        return error;
    }
    if (batch->has_agency_events) {
        error = mp_store_cache_topic(batch, mp_span_text(MP_TOPIC_AGENCY), &topic);
        if (error < 0)
            mp_kv_fail(batch->txn, error);
        else
            agency_events = topic->now.count;
    }
    error = mp_store_file_entries(batch);
    if (error == 0)
        mp_store_cache_flush(batch);
    if (batch->event_count > 0)
        put_head(batch);
    mp_kv_cursor_close(mp_take(batch->index));
    error = mp_kv_commit(mp_take(batch->txn));
    if (error < 0) {
        give_up(batch);
        return error;
    }
    mp_network_commit(store->network);
    if (batch->event_count > 0)
        mp_store_publish_head(store, &batch->head, agency_events);
    return 0;
}
