/* A decided change becomes an event at its place, and its record a new one. Nothing here touches
 * LMDB: mp_batch_keep does, so that taking back is a matter of memory. */
#include "store/internal.h"

#include <stdlib.h>

/* What it withdraws leaves the figures before the withdrawal is folded. */
static int mark_withdrawn(struct mp_batch *batch, const struct mp_event *event)
{
    const struct mp_withdrawal *withdrawal = &event->change.withdrawal;
    struct mp_store_look look;
    struct mp_entry entry = {.seq = 0};
    int found = mp_store_batch_look(batch, &look);

    if (found == 0)
        found = mp_store_look_entry(&look, withdrawal->seq, &entry);
    if (found <= 0)
        return found < 0 ? found : MP_ECORRUPT;
    if (entry.kind != withdrawal->withdrawn_kind || entry.withdrawn_by != 0 ||
        entry.stated_on != withdrawal->withdrawn_stated_on)
        return MP_ECORRUPT;
    batch->withdrawn[batch->withdrawn_count++] =
        (struct mp_store_withdrawn){.seq = withdrawal->seq, .by = event->seq};
    return 0;
}

/* Into the run of its kind when it comes in order, else under a key of its own. */
static int file_entry(struct mp_batch *batch, struct mp_store_pending *pending,
                      struct mp_store_cached *cached, const struct mp_subject *index_subject)
{
    const struct mp_entry *entry = &pending->entry;
    struct mp_store_item item = {.day = entry->stated_on, .seq = entry->seq};
    struct mp_store_run *run;
    struct mp_store_key key;

    mp_store_key_entry(&key, index_subject, entry->kind, entry->stated_on, entry->seq);
    if (key.too_long)
        return MP_ETOOBIG;
    pending->key = mp_span_make(NULL, 0);
    if (index_subject->kind != MP_KIND_OBSERVATION) {
        run = mp_store_cache_run(batch, cached, entry->kind);
        if (run == NULL)
            return MP_ENOMEM;
        mp_store_cache_touch(batch, cached);
        if (mp_store_run_takes(run, item))
            return mp_store_run_add(run, item, batch->mark_number, batch->cache);
    }
    pending->key = mp_arena_copy(batch->arena, mp_store_key_span(&key));
    return pending->key.data == NULL ? MP_ENOMEM : 0;
}

static int file_event(struct mp_batch *batch, const struct mp_event *event, struct mp_span bytes,
                      struct mp_store_cached *cached)
{
    struct mp_store_pending *pending = &batch->pending[batch->pending_count];
    struct mp_subject index_subject;
    int error;

    if (batch->pending_count == MP_CHANGES_MOST)
        return MP_ETOOBIG;
    error = mp_event_index_subject(event, batch->arena, &index_subject);
    if (error == 0 && event->change.kind == MP_CHANGE_WITHDRAWAL)
        error = mark_withdrawn(batch, event);
    mp_event_entry(event, &pending->entry);
    if (error == 0)
        error = file_entry(batch, pending, cached, &index_subject);
    if (error < 0)
        return error == MP_EMALFORMED ? MP_ECORRUPT : error;
    pending->bytes = bytes;
    pending->of_agency = strcmp(event->topic, MP_TOPIC_AGENCY) == 0;
    pending->hash = mp_hash_chain(&batch->head.hash, bytes);
    batch->pending_count++;
    return 0;
}

/* Whether mp_fold takes nothing but figures from the event. */
static bool shares_no_text(enum mp_change_kind kind)
{
    return kind == MP_CHANGE_WITHDRAWAL ||
           (mp_change_is_statement(kind) && kind != MP_CHANGE_OBSERVATION);
}

static int fold_record(struct mp_batch *batch, const struct mp_event *event,
                       struct mp_store_cached *cached)
{
    struct mp_entries entries = {.context = batch, .latest = batch->view.latest};
    struct mp_record *after = mp_arena_alloc(batch->arena, sizeof(*after));
    int error;

    if (after == NULL)
        return MP_ENOMEM;
    error = mp_fold(cached->now, event, &entries, batch->arena, after);
    if (error < 0)
        return error;
    mp_store_cache_touch(batch, cached);
    cached->now = after;
    cached->dirty = true;
    cached->borrows |= !shares_no_text(event->change.kind);
    batch->has_definitions |= !shares_no_text(event->change.kind);
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
    struct mp_store_item item = {.seq = event->seq};
    struct mp_store_cached_topic *topic;
    struct mp_store_cached *cached;
    int error = mp_store_cache_topic(batch, mp_span_text(event->topic), &topic);

    if (error == 0)
        error = mp_store_cache_record(batch, subject, &cached);
    if (error == 0 && (event->seq != batch->head.seq + 1 || event->prev != topic->now.last))
        error = MP_ECORRUPT;
    if (error == 0)
        error = file_event(batch, event, bytes, cached);
    if (error == 0)
        error = fold_record(batch, event, cached);
    if (error == 0)
        error = follow(batch, &event->change);
    if (error < 0)
        return error;
    mp_store_cache_touch_topic(batch, topic);
    error = mp_store_run_add(&topic->run, item, batch->mark_number, batch->cache);
    if (error < 0)
        return error;
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
        .recorded_at_us = batch->moment_us,
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
