/* A decided change becomes an event at its place, and its record a new one. Nothing here touches
 * LMDB: mp_batch_keep does, so that taking back is a matter of memory. */
#include "store/internal.h"

#include <stdlib.h>

/* The statement's entry leaves the figures before the withdrawal is folded. */
static int mark_withdrawn(struct mp_batch *batch, const struct mp_event *event,
                          const struct mp_subject *index_subject)
{
    const struct mp_withdrawal *withdrawal = &event->change.withdrawal;
    struct mp_store_withdrawn *withdrawn = &batch->withdrawn[batch->withdrawn_count];
    struct mp_store_key key;
    struct mp_entry entry;
    int found;

    for (size_t i = 0; i < batch->pending_count; i++) {
        if (batch->pending[i].entry.seq == withdrawal->seq) {
            batch->pending[i].entry.withdrawn_by = event->seq;
            return 0;
        }
    }
    found = mp_store_file_entries(batch);
    if (found == 0)
        found = mp_store_entry_get(batch->txn, &batch->store->tables, index_subject,
                                   withdrawal->withdrawn_kind, withdrawal->withdrawn_stated_on,
                                   withdrawal->seq, &entry);
    if (found <= 0)
        return found < 0 ? found : MP_ECORRUPT;
    mp_store_key_entry(&key, index_subject, withdrawal->withdrawn_kind,
                       withdrawal->withdrawn_stated_on, withdrawal->seq);
    withdrawn->key = mp_arena_copy(batch->arena, mp_store_key_span(&key));
    withdrawn->seq = withdrawal->seq;
    withdrawn->by = event->seq;
    if (withdrawn->key.data == NULL)
        return MP_ENOMEM;
    batch->withdrawn_count++;
    return 0;
}

static int add_pending(struct mp_batch *batch, const struct mp_event *event, struct mp_span bytes,
                       struct mp_store_cached_topic *topic, const struct mp_subject *index_subject)
{
    struct mp_store_pending *pending = &batch->pending[batch->pending_count];
    struct mp_store_key key;
    uint8_t *place;

    mp_event_entry(event, &pending->entry);
    mp_store_key_entry(&key, index_subject, pending->entry.kind, pending->entry.stated_on,
                       event->seq);
    if (key.too_long)
        return MP_ETOOBIG;
    pending->bytes = bytes;
    pending->topic = topic;
    pending->of_agency = strcmp(event->topic, MP_TOPIC_AGENCY) == 0;
    place = mp_arena_alloc(batch->arena, key.size + MP_STORE_ENTRY_BYTES);
    pending->statements_bytes = key.size - 12; /* without day and seq */
    if (place == NULL)
        return MP_ENOMEM;
    memcpy(place, key.bytes, key.size);
    pending->key = mp_span_make(place, key.size);
    pending->value = place + key.size;
    pending->hash = mp_hash_chain(&batch->head.hash, bytes);
    batch->pending_count++;
    return 0;
}

static int file_event(struct mp_batch *batch, const struct mp_event *event, struct mp_span bytes,
                      struct mp_store_cached_topic *topic)
{
    struct mp_subject index_subject;
    int error;

    if (batch->pending_count == MP_CHANGES_MOST)
        return MP_ETOOBIG;
    error = mp_event_index_subject(event, batch->arena, &index_subject);
    if (error == 0 && event->change.kind == MP_CHANGE_WITHDRAWAL)
        error = mark_withdrawn(batch, event, &index_subject);
    if (error == 0)
        error = add_pending(batch, event, bytes, topic, &index_subject);
    return error == MP_EMALFORMED ? MP_ECORRUPT : error;
}

static int fold_record(struct mp_batch *batch, const struct mp_event *event,
                       const struct mp_subject *subject)
{
    struct mp_entries entries = mp_store_batch_entries(batch);
    struct mp_record *after = mp_arena_alloc(batch->arena, sizeof(*after));
    struct mp_store_cached *cached;
    int error;

    if (after == NULL)
        return MP_ENOMEM;
    error = mp_store_cache_record(batch, subject, &cached);
    if (error == 0)
        error = mp_fold(cached->now, event, &entries, batch->arena, after);
    if (error < 0)
        return error;
    mp_store_cache_touch(batch, cached);
    cached->now = after;
    cached->dirty = true;
    return 0;
}

static int add_key(struct mp_batch *batch, const struct mp_key *key)
{
    bool is_new;
    int error;

    if (batch->new_key_count == batch->new_key_capacity) {
        size_t capacity = batch->new_key_capacity == 0 ? 16 : batch->new_key_capacity * 2;
        void *larger = reallocarray(batch->new_keys, capacity, sizeof(*batch->new_keys));

        if (larger == NULL)
            return MP_ENOMEM;
        batch->new_keys = larger;
        batch->new_key_capacity = capacity;
    }
    error = mp_store_keep_key(batch->store, key->public_key, key->agency, &is_new);
    if (error == 0 && is_new)
        memcpy(batch->new_keys[batch->new_key_count++], key->public_key, 32);
    return error;
}

/* Links and keys in memory follow the record. */
static int follow(struct mp_batch *batch, const struct mp_change *change)
{
    struct mp_network *network = batch->store->network;
    const struct mp_link *link = &change->link;
    const struct mp_milestone *milestone = &change->milestone;
    int error = 0;

    switch (change->kind) {
    case MP_CHANGE_LINK:
        error = mp_network_link(network, link->predecessor, link->successor, link->type,
                                batch->arena, NULL);
        break;
    case MP_CHANGE_LINK_REMOVED:
        error = mp_network_unlink(network, link->predecessor, link->successor, link->type);
        break;
    case MP_CHANGE_MILESTONE:
        error = mp_network_set_start(network, milestone->id, milestone->start, batch->arena, NULL);
        break;
    case MP_CHANGE_KEY_ADDED:
        error = add_key(batch, &change->key);
        break;
    case MP_CHANGE_EPOCH_STARTED:
        batch->head.epoch = change->epoch.epoch;
        batch->head.restored_head = change->epoch.restored_head;
        break;
    default:
        break;
    }
    return error == MP_EEXIST || error == MP_ENOTFOUND ? MP_ECORRUPT : error;
}

int mp_store_batch_take(struct mp_batch *batch, const struct mp_event *event, struct mp_span bytes,
                        const struct mp_subject *subject)
{
    struct mp_store_cached_topic *topic;
    int error = mp_store_cache_topic(batch, mp_span_text(event->topic), &topic);

    if (error == 0 && (event->seq != batch->head.seq + 1 || event->prev != topic->now.last))
        error = MP_ECORRUPT;
    if (error == 0)
        error = file_event(batch, event, bytes, topic);
    if (error == 0)
        error = fold_record(batch, event, subject);
    if (error == 0)
        error = follow(batch, &event->change);
    if (error < 0)
        return error;
    mp_store_cache_touch_topic(batch, topic);
    topic->now.last = event->seq;
    topic->now.count++;
    topic->dirty = true;
    batch->head.seq = event->seq;
    batch->head.recorded_at_us = event->recorded_at_us;
    batch->head.hash = batch->pending[batch->pending_count - 1].hash;
    return 0;
}

/* The event's bytes, for good, in the batch's arena. */
static int encode_event(struct mp_batch *batch, const struct mp_event *event,
                        struct mp_span *ret_bytes)
{
    struct mp_arena_mark mark = mp_arena_mark(batch->arena);
    int error;

    mp_buffer_clear(&batch->scratch);
    error = mp_event_encode(event, batch->arena, &batch->scratch);
    mp_arena_release(batch->arena, mark);
    if (error == 0)
        error = batch->scratch.error;
    if (error < 0)
        return error;
    *ret_bytes = mp_arena_copy(batch->arena, mp_buffer_span(&batch->scratch));
    return ret_bytes->data == NULL ? MP_ENOMEM : 0;
}

int mp_batch_apply(struct mp_batch *batch, const struct mp_change *change,
                   const struct mp_subject *subject, const char *agency,
                   const struct mp_uuid *submission, uint32_t index)
{
    struct mp_store_cached_topic *topic;
    struct mp_event event = {
        .epoch = change->kind == MP_CHANGE_EPOCH_STARTED ? change->epoch.epoch : batch->head.epoch,
        .seq = batch->head.seq + 1,
        .recorded_at_us = batch->head.recorded_at_us,
        .topic = subject->topic,
        .agency = agency,
        .submission = *submission,
        .index = index,
        .change = *change,
    };
    struct mp_span bytes;
    int error = mp_store_cache_topic(batch, mp_span_text(subject->topic), &topic);

    if (error < 0)
        return error;
    event.prev = topic->now.last;
    error = encode_event(batch, &event, &bytes);
    if (error < 0)
        return error;
    return mp_store_batch_take(batch, &event, bytes, subject);
}
