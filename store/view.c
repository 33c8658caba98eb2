/* What decide may ask: the store with everything that the batch has applied. */
#include "store/internal.h"

#include <stdio.h>

static int view_record(void *context, const struct mp_subject *subject,
                       const struct mp_record **ret_record)
{
    struct mp_store_cached *cached;
    int error = mp_store_cache_record(context, subject, &cached);

    if (error < 0)
        return error;
    if (cached->now == NULL)
        return 0;
    *ret_record = cached->now;
    return 1;
}

static int view_revision_before(void *context, const struct mp_subject *subject,
                                struct mp_revision *ret_revision)
{
    struct mp_batch *batch = context;
    const struct mp_record *record;
    struct mp_store_cached *cached;
    int error = mp_store_cache_record(batch, subject, &cached);

    if (error < 0)
        return error;
    record = cached->touched == batch->mark_number ? cached->before : cached->now;
    *ret_revision = record == NULL ? (struct mp_revision){.seq = 0} : record->revision;
    return record != NULL;
}

int mp_store_batch_look(struct mp_batch *batch, struct mp_store_look *ret_look)
{
    const struct mp_store_tables *tables = &batch->store->tables;

    if (batch->runs == NULL)
        batch->runs = mp_kv_cursor_open(batch->txn, tables->runs);
    if (batch->by_subject == NULL)
        batch->by_subject = mp_kv_cursor_open(batch->txn, tables->by_subject);
    *ret_look = (struct mp_store_look){.txn = batch->txn,
                                       .tables = tables,
                                       .runs = batch->runs,
                                       .by_subject = batch->by_subject,
                                       .arena = batch->arena,
                                       .seq_most = UINT64_MAX,
                                       .batch = batch};
    return mp_kv_error(batch->txn);
}

static int view_latest(void *context, const struct mp_subject *subject, enum mp_change_kind kind,
                       int32_t before_day, uint64_t before_seq, struct mp_entry *ret_entry)
{
    struct mp_store_look look;
    int error = mp_store_batch_look(context, &look);

    if (error < 0)
        return error;
    return mp_store_look_latest(&look, subject, kind, before_day, before_seq, ret_entry);
}

static int fill_stated(struct mp_batch *batch, uint64_t seq, struct mp_span bytes,
                       struct mp_stated *ret_stated)
{
    struct mp_store_look look;
    struct mp_event event;
    struct mp_stated stated = {.withdrawn_by = 0};
    int error = mp_event_decode(bytes, batch->arena, &event);

    if (error == 0)
        error = mp_event_subject(&event, batch->arena, &stated.subject);
    if (error == 0)
        error = mp_store_batch_look(batch, &look);
    if (error == 0)
        error = mp_store_look_withdrawn(&look, seq, &stated.withdrawn_by);
    if (error < 0)
        return error == MP_EMALFORMED ? MP_ECORRUPT : error;
    stated.kind = event.change.kind;
    stated.stated_on = event.change.stated_on;
    *ret_stated = stated;
    return 1;
}

static int view_stated(void *context, uint64_t seq, struct mp_stated *ret_stated)
{
    struct mp_batch *batch = context;
    struct mp_span bytes;
    int found;

    for (size_t i = 0; i < batch->pending_count; i++) {
        if (batch->pending[i].entry.seq == seq)
            return fill_stated(batch, seq, batch->pending[i].bytes, ret_stated);
    }
    found = mp_store_event_get(batch->txn, &batch->store->tables, seq, &bytes);
    return found <= 0 ? found : fill_stated(batch, seq, bytes, ret_stated);
}

/* Tries it on the network and takes it back. */
static int view_closes_cycle(void *context, const struct mp_change *change, const char **ret_path)
{
    struct mp_batch *batch = context;
    struct mp_network *network = batch->store->network;
    size_t mark = mp_network_mark(network);
    int error = 0;

    if (change->kind == MP_CHANGE_LINK)
        error = mp_network_link(network, change->link.predecessor, change->link.successor,
                                change->link.type, batch->arena, ret_path);
    else if (change->kind == MP_CHANGE_MILESTONE)
        error = mp_network_set_start(network, change->milestone.id, change->milestone.start,
                                     batch->arena, ret_path);
    mp_network_rollback(network, mark);
    return error == MP_EEXIST ? 1 : error;
}

static int view_key_owner(void *context, const uint8_t key[static 32], const char **ret_agency)
{
    struct mp_batch *batch = context;
    union mp_table_value *slot = mp_table_get(batch->store->keys, mp_span_make(key, 32));

    if (slot == NULL)
        return 0;
    *ret_agency = slot->pointer;
    return 1;
}

static int is_governing_key(struct mp_batch *batch, struct mp_span key, const char *agency)
{
    struct mp_subject subject = mp_subject_agency(agency);
    const struct mp_record *record;
    int found = view_record(batch, &subject, &record);

    if (found <= 0 || !mp_agency_governs(&record->agency.definition))
        return found < 0 ? found : 0;
    for (size_t i = 0; i < record->agency.key_count; i++) {
        if (record->agency.keys[i].revoked_seq == 0 &&
            memcmp(record->agency.keys[i].public_key, key.data, 32) == 0)
            return 1;
    }
    return 0;
}

static int view_authority_keys(void *context, size_t *ret_count)
{
    struct mp_batch *batch = context;
    union mp_table_value *slot;
    struct mp_span key;
    size_t count = 0;

    for (size_t at = 0; mp_table_next(batch->store->keys, &at, &key, &slot);) {
        int valid = is_governing_key(batch, key, slot->pointer);

        if (valid < 0)
            return valid;
        count += (size_t)valid;
    }
    *ret_count = count;
    return 1;
}

/* What the batch has changed itself may not be in the state yet. */
static bool is_versioned_in_batch(const struct mp_batch *batch, struct mp_span versions)
{
    const struct mp_store_cached *cached = batch->listed, *last = NULL;

    for (; cached != NULL && cached != last; last = cached, cached = cached->listed) {
        if (cached->now != NULL && mp_span_starts_with(cached->key, versions))
            return true;
    }
    return false;
}

static int view_has_calendar(void *context, const char *name)
{
    struct mp_batch *batch = context;
    char version[MP_CALENDAR_MOST + sizeof "@"];
    struct mp_store_key key;
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(batch->txn, batch->store->tables.state);

    (void)snprintf(version, sizeof(version), "%s@", name);
    mp_store_key_state(&key, &(struct mp_subject){.kind = MP_KIND_CALENDAR,
                                                  .topic = MP_TOPIC_CALENDAR,
                                                  .slug = version});
    if (mp_kv_seek(cursor, mp_store_key_span(&key)) &&
        mp_span_starts_with(mp_kv_key(cursor), mp_store_key_span(&key)))
        return 1;
    if (mp_kv_error(batch->txn) < 0)
        return mp_kv_error(batch->txn);
    return is_versioned_in_batch(batch, mp_store_key_span(&key));
}

const struct mp_view mp_store_batch_view = {
    .record = view_record,
    .revision_before = view_revision_before,
    .latest = view_latest,
    .stated = view_stated,
    .closes_cycle = view_closes_cycle,
    .key_owner = view_key_owner,
    .authority_keys = view_authority_keys,
    .has_calendar = view_has_calendar,
    .in_use = mp_store_view_in_use,
};
