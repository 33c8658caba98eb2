/* A batch is one LMDB transaction: the submissions that waited, their outcomes, and what they did
 * to the state. What a submission applies waits in memory until it is kept. */
#include "store/internal.h"
#include "store/journal_file.h"

#include <stdlib.h>

#define RECORDS_MOST ((size_t)1 << 22)
/* When the journal holds so many, the next goes into the tables, with all before it: what a start
 * has to take again is bounded. */
#define GROUPS_MOST 256
/* What is logged must be filed later, also on a disk that is full by then: so it is logged only as
 * long as the room for it is taken. An event and its outcome touch at most seven leaves, each of
 * which may split; with what leads to them, so many pages. */
#define ROOM_BYTES  ((uint64_t)16 << 20)
#define EVENT_BYTES ((uint64_t)16 * 4096)

struct mp_batch *mp_store_batch_new(struct mp_store *store)
{
    struct mp_batch *batch = calloc(1, sizeof(*batch));

    if (batch == NULL)
        return NULL;
    batch->store = store;
    batch->view = mp_store_batch_view;
    batch->view.context = batch;
    batch->arena = mp_arena_new(MP_STORE_BATCH_ARENA);
    batch->cache = mp_arena_new(MP_STORE_CACHE_ARENA);
    batch->records = mp_table_new(RECORDS_MOST);
    batch->topics = mp_table_new(RECORDS_MOST);
    batch->senders = mp_table_new(RECORDS_MOST);
    mp_buffer_init(&batch->scratch, MP_STORE_VALUE_MOST);
    mp_buffer_init(&batch->row, MP_JOURNAL_ROW_BYTES);
    if (batch->arena == NULL || batch->cache == NULL || batch->records == NULL ||
        batch->topics == NULL || batch->senders == NULL) {
        mp_store_batch_free(batch);
        return NULL;
    }
    batch->empty = mp_arena_mark(batch->arena);
    return batch;
}

void mp_store_batch_free(struct mp_batch *batch)
{
    if (batch == NULL)
        return;
    mp_batch_abort(batch);
    mp_arena_free(batch->arena);
    mp_arena_free(batch->cache);
    mp_table_free(batch->records);
    mp_table_free(batch->topics);
    mp_table_free(batch->senders);
    mp_buffer_done(&batch->scratch);
    mp_buffer_done(&batch->row);
    free(batch->new_keys);
    free(batch->events);
    free(batch);
}

/* What it knows of the store's content, to be read again. */
static void forget(struct mp_batch *batch)
{
    mp_arena_reset(batch->cache);
    mp_table_clear(batch->records);
    mp_table_clear(batch->topics);
    mp_table_clear(batch->senders);
    batch->listed = NULL;
    batch->listed_topics = NULL;
    batch->listed_count = batch->listed_topic_count = 0;
    batch->is_stale = false;
}

/* Each group has a moment of its own, also while the clock is behind: what the ledger held between
 * two of them can be asked for. */
static void begin_group(struct mp_batch *batch, int64_t now_us)
{
    int64_t last_us = batch->head.recorded_at_us;

    batch->moment_us = last_us < now_us ? now_us : last_us + 1;
    batch->group_events = batch->event_count;
    mp_store_journal_begin(&batch->row, &batch->head);
    mp_batch_mark(batch);
}

/* What the journal has and the tables not: after a start, or when the batch that held it failed. */
static int take_journal(struct mp_batch *batch)
{
    struct mp_store *store = batch->store;
    uint64_t last = 0;
    int error;

    if (store->logged == store->filed)
        return 0;
    begin_group(batch, INT64_MIN);
    error = mp_store_journal_replay(store->journal, store->filed, batch, &last);
    if (error == 0 && last != store->logged) { /* what was durable is not there */
        mp_store_explain("%s", "rows of the journal are gone");
        error = MP_ECORRUPT;
    }
    batch->logged = (unsigned)(store->logged - store->filed);
    return error;
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
    mp_arena_release(batch->arena, batch->empty); /* what it holds is used again */
    if (batch->is_stale || mp_arena_used_bytes(batch->cache) > MP_STORE_CACHE_KEPT)
        forget(batch);
    batch->head = store->filed_head;
    batch->network_at_begin = mp_network_mark(store->network);
    batch->new_key_count = 0;
    batch->event_count = 0;
    batch->has_agency_events = false;
    batch->has_changes = false;
    batch->has_definitions = false;
    batch->logged = 0;
    batch->outcomes = 0;
    error = take_journal(batch);
    if (error < 0) {
        mp_batch_abort(batch);
        return error;
    }
    begin_group(batch, now_us);
    *ret_batch = batch;
    return 0;
}

void mp_batch_next(struct mp_batch *batch, int64_t now_us)
{
    batch->has_agency_events = false;
    begin_group(batch, now_us);
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
    return mp_arena_used_bytes(batch->arena) + MP_STORE_BATCH_SPARE <= MP_STORE_BATCH_ARENA &&
           mp_arena_used_bytes(batch->cache) + MP_STORE_BATCH_SPARE <= MP_STORE_CACHE_ARENA;
}

uint64_t mp_batch_next_seq(const struct mp_batch *batch)
{
    return batch->head.seq + 1;
}

int64_t mp_batch_recorded_at_us(const struct mp_batch *batch)
{
    return batch->moment_us;
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

static int put_pending(struct mp_batch *batch, const struct mp_store_pending *pending)
{
    const struct mp_store_tables *tables = &batch->store->tables;
    struct mp_store_key key;
    uint8_t *value;
    int error =
        add_span(&batch->events, &batch->event_count, &batch->event_capacity, pending->bytes);

    if (error < 0)
        return error;
    batch->has_agency_events |= pending->of_agency;
    mp_store_journal_add_event(&batch->row, pending->bytes);
    mp_store_key_seq(&key, pending->entry.seq);
    if (batch->put_events == NULL)
        batch->put_events = mp_kv_cursor_open(batch->txn, tables->events);
    value = mp_kv_cursor_append(batch->put_events, mp_store_key_span(&key),
                                MP_STORE_EVENT_HEADER + pending->bytes.size);
    if (value != NULL)
        mp_store_event_write(value, &pending->hash, pending->bytes);
    if (pending->key.size > 0)
        mp_kv_put(batch->txn, tables->by_subject, pending->key, mp_span_make("", 0));
    return mp_kv_error(batch->txn);
}

int mp_store_compare_keys(const void *left, const void *right)
{
    struct mp_span a = *(const struct mp_span *)left, b = *(const struct mp_span *)right;
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static void put_withdrawn(struct mp_batch *batch, const struct mp_store_withdrawn *withdrawn)
{
    struct mp_store_key key, value;

    mp_store_key_seq(&key, withdrawn->seq);
    mp_store_key_seq(&value, withdrawn->by);
    mp_kv_put(batch->txn, batch->store->tables.withdrawn, mp_store_key_span(&key),
              mp_store_key_span(&value));
}

/* Everything since the mark, into LMDB's transaction. */
int mp_store_batch_settle(struct mp_batch *batch)
{
    int error = 0;

    for (size_t i = 0; i < batch->pending_count && error == 0; i++)
        error = put_pending(batch, &batch->pending[i]);
    for (size_t i = 0; i < batch->withdrawn_count; i++)
        put_withdrawn(batch, &batch->withdrawn[i]);
    if (error == 0)
        error = mp_store_cache_settle(batch);
    if (error < 0) {
        mp_kv_fail(batch->txn, error);
        return error;
    }
    batch->has_changes = true;
    mp_batch_mark(batch);
    return mp_kv_error(batch->txn);
}

int mp_batch_keep(struct mp_batch *batch, const char *agency, const struct mp_uuid *id,
                  const struct mp_hash *hash, struct mp_span answer)
{
    int error;

    batch->has_changes = true;
    error = mp_store_put_outcome(batch, agency, id, hash, answer);

    if (error < 0) {
        mp_kv_fail(batch->txn, error);
        return error;
    }
    error = mp_store_batch_settle(batch);
    mp_store_journal_add_outcome(&batch->row, agency, id, hash, answer);
    batch->outcomes++;
    return error;
}

struct mp_batch_events mp_batch_events(const struct mp_batch *batch)
{
    return (struct mp_batch_events){.items = batch->events + batch->group_events,
                                    .count = batch->event_count - batch->group_events,
                                    .has_agency_events = batch->has_agency_events};
}

/* Memory as it was before begin. */
static void give_up(struct mp_batch *batch)
{
    mp_network_rollback(batch->store->network, batch->network_at_begin);
    forget_keys(batch, 0);
    batch->event_count = 0;
    /* What was only read is as LMDB has it. */
    batch->is_stale |=
        batch->has_changes || batch->listed_count > 0 || batch->listed_topic_count > 0;
}

static void close_cursors(struct mp_batch *batch)
{
    mp_kv_cursor_close(mp_take(batch->put_events));
    mp_kv_cursor_close(mp_take(batch->runs));
    mp_kv_cursor_close(mp_take(batch->by_subject));
}

void mp_batch_abort(struct mp_batch *batch)
{
    if (batch == NULL || batch->txn == NULL)
        return;
    close_cursors(batch);
    mp_kv_abort(mp_take(batch->txn));
    give_up(batch);
}

static void put_meta(struct mp_batch *batch, const char *name, const void *value, size_t size)
{
    mp_kv_put(batch->txn, batch->store->tables.meta, mp_span_text(name), mp_span_make(value, size));
}

static void put_head(struct mp_batch *batch)
{
    const uint8_t schema[4] = {0, 0, 0, MP_STORE_SCHEMA_VERSION};
    uint8_t head[MP_STORE_HEAD_BYTES];
    struct mp_store_key filed;

    if (batch->event_count > 0) {
        mp_store_head_write(head, &batch->head);
        put_meta(batch, MP_STORE_META_HEAD, head, sizeof(head));
    }
    if (batch->logged > 0) {
        mp_store_key_seq(&filed, batch->store->logged);
        put_meta(batch, MP_STORE_META_FILED, filed.bytes, filed.size);
    }
    if (batch->store->schema != MP_STORE_SCHEMA_VERSION)
        put_meta(batch, MP_STORE_META_SCHEMA, schema, sizeof(schema));
}

/* How many events @agency/ has with this batch's. */
static int count_agency_events(struct mp_batch *batch, uint64_t *ret_count)
{
    struct mp_store_cached_topic *topic;
    int error = mp_store_cache_topic(batch, mp_span_text(MP_TOPIC_AGENCY), &topic);

    if (error == 0)
        *ret_count = topic->now.count;
    return error;
}

int mp_batch_tell(struct mp_batch *batch)
{
    uint64_t agency_events = 0;
    int error = count_agency_events(batch, &agency_events);

    if (error == 0)
        mp_store_publish_logged(batch->store, &batch->head, agency_events, batch->store->logged);
    return error;
}

bool mp_store_has_room(struct mp_store *store)
{
    return mp_kv_has_room(store->kv, ROOM_BYTES);
}

bool mp_batch_is_small(const struct mp_batch *batch)
{
    const struct mp_store *store = batch->store;

    return store->journal != NULL && store->schema == MP_STORE_SCHEMA_VERSION &&
           !batch->has_definitions && batch->logged < GROUPS_MOST &&
           mp_store_journal_has_room(store->journal, batch->logged == 0, &batch->row) &&
           (batch->event_count + batch->outcomes) * EVENT_BYTES <= ROOM_BYTES &&
           mp_batch_has_room(batch) && (batch->logged > 0 || mp_store_has_room(batch->store));
}

int mp_batch_log(struct mp_batch *batch)
{
    struct mp_store *store = batch->store;
    uint64_t agency_events = 0;
    int error;

    mp_batch_undo(batch); /* what was applied and not kept */
    error = mp_kv_error(batch->txn);
    if (error == 0)
        error = count_agency_events(batch, &agency_events);
    if (error == 0 && mp_store_journal_is_empty(&batch->row))
        return 0;
    if (error == 0)
        error =
            mp_store_journal_append(store->journal, store->logged + 1, store->filed, &batch->row);
    if (error < 0) {
        mp_batch_abort(batch);
        return error;
    }
    batch->logged++;
    mp_store_publish_logged(store, &batch->head, agency_events, store->logged + 1);
    return 0;
}

int mp_batch_commit(struct mp_batch *batch)
{
    struct mp_store *store = batch->store;
    uint64_t agency_events = 0;
    int error;

    mp_batch_undo(batch); /* what was applied and not kept */
    if (!batch->has_changes) {
        error = mp_kv_error(batch->txn);
        mp_batch_abort(batch);
        return error;
    }
    error = count_agency_events(batch, &agency_events);
    if (error < 0)
        mp_kv_fail(batch->txn, error);
    mp_store_cache_flush(batch);
    put_head(batch);
    close_cursors(batch);
    error = mp_kv_commit(mp_take(batch->txn));
    if (error < 0) {
        give_up(batch);
        mp_store_tell_filing(store);
        return error;
    }
    mp_network_commit(store->network);
    mp_store_publish_filed(store, &batch->head, agency_events, MP_STORE_SCHEMA_VERSION);
    return 0;
}
