/* Finding events, statements and records by their keys. */
#include "store/internal.h"

int mp_store_look_withdrawn(const struct mp_store_look *look, uint64_t seq, uint64_t *ret_by)
{
    struct mp_store_key key;
    struct mp_span value;
    uint64_t by;

    for (size_t i = 0; look->batch != NULL && i < look->batch->withdrawn_count; i++) {
        if (look->batch->withdrawn[i].seq == seq) {
            *ret_by = look->batch->withdrawn[i].by;
            return 0;
        }
    }
    mp_store_key_seq(&key, seq);
    if (!mp_kv_get(look->txn, look->tables->withdrawn, mp_store_key_span(&key), &value)) {
        *ret_by = 0;
        return mp_kv_error(look->txn);
    }
    if (mp_store_key_to_seq(value, &by) < 0)
        return MP_ECORRUPT;
    *ret_by = by > look->seq_most ? 0 : by;
    return 0;
}

/* 1 when there is something to see of it and nobody withdrew it, 0 or an error. */
static int stands(const struct mp_store_look *look, uint64_t seq)
{
    uint64_t by = 0;
    int error = seq > look->seq_most ? 0 : mp_store_look_withdrawn(look, seq, &by);

    return error < 0 ? error : seq <= look->seq_most && by == 0;
}

/* The bytes of an event, also of one that waits to be kept. */
static int find_event(const struct mp_store_look *look, uint64_t seq, struct mp_span *ret_bytes)
{
    const struct mp_batch *batch = look->batch;

    for (size_t i = 0; batch != NULL && i < batch->pending_count; i++) {
        if (batch->pending[i].entry.seq == seq) {
            *ret_bytes = batch->pending[i].bytes;
            return 1;
        }
    }
    return mp_store_event_get(look->txn, look->tables, seq, ret_bytes);
}

int mp_store_look_entry(const struct mp_store_look *look, uint64_t seq, struct mp_entry *ret_entry)
{
    struct mp_arena_mark mark = mp_arena_mark(look->arena);
    struct mp_event event;
    struct mp_entry entry = {.seq = 0};
    struct mp_span bytes = {.size = 0};
    int result = find_event(look, seq, &bytes);

    if (result <= 0)
        return result;
    result = mp_event_decode(bytes, look->arena, &event);
    if (result == 0)
        mp_event_entry(&event, &entry);
    mp_arena_release(look->arena, mark);
    if (result == 0)
        result = mp_store_look_withdrawn(look, seq, &entry.withdrawn_by);
    if (result < 0)
        return result == MP_EMALFORMED ? MP_ECORRUPT : result;
    *ret_entry = entry;
    return 1;
}

int mp_store_runs_get(struct mp_kv_txn *txn, const struct mp_store_tables *tables,
                      const struct mp_subject *subject, struct mp_span *ret_runs)
{
    struct mp_store_key key;
    struct mp_span value, record;

    mp_store_key_state(&key, subject);
    *ret_runs = mp_span_make(NULL, 0);
    if (!mp_kv_get(txn, tables->state, mp_store_key_span(&key), &value))
        return mp_kv_error(txn);
    return mp_store_state_open(value, ret_runs, &record);
}

/* The open end, in *place or in the batch. *ret_run NULL: the subject has nothing of the kind. */
static int find_run(const struct mp_store_look *look, const struct mp_subject *subject,
                    enum mp_change_kind kind, struct mp_store_run *place,
                    const struct mp_store_run **ret_run)
{
    struct mp_store_cached *cached;
    struct mp_span runs;
    int result;

    *ret_run = NULL;
    if (look->batch == NULL) {
        result = mp_store_runs_get(look->txn, look->tables, subject, &runs);
        if (result == 0)
            result = mp_store_run_find(runs, kind, place);
        if (result > 0)
            *ret_run = place;
        return result < 0 ? result : 0;
    }
    result = mp_store_cache_record(look->batch, subject, &cached);
    for (const struct mp_store_run *run = result < 0 ? NULL : cached->runs; run != NULL;
         run = run->next) {
        if (run->kind == kind)
            *ret_run = run;
    }
    return result;
}

/* The last one that stands among those that came in order: 1, 0 or an error. */
static int latest_in_run(const struct mp_store_look *look, const struct mp_subject *subject,
                         enum mp_change_kind kind, struct mp_store_item bound,
                         struct mp_store_item *ret_item)
{
    struct mp_store_walk walk = {.txn = look->txn, .cursor = look->runs, .kind = kind};
    struct mp_store_run place;
    int found = find_run(look, subject, kind, &place, &walk.open);

    if (found < 0 || walk.open == NULL)
        return found;
    mp_store_key_statements(&walk.prefix, subject, kind);
    for (found = mp_store_walk_before(&walk, bound); found > 0;
         found = mp_store_walk_previous(&walk)) {
        int standing = stands(look, mp_store_walk_item(&walk).seq);

        if (standing == 0)
            continue;
        *ret_item = mp_store_walk_item(&walk);
        return standing;
    }
    return found;
}

/* The same among those out of order that are kept, and later than *item. */
static int latest_beside(const struct mp_store_look *look, const struct mp_store_key *bound,
                         struct mp_store_item *item)
{
    struct mp_span start = mp_span_make(bound->bytes, bound->size - 12); /* without day and seq */

    for (bool found = mp_kv_seek_before(look->by_subject, mp_store_key_span(bound));
         found && mp_span_starts_with(mp_kv_key(look->by_subject), start);
         found = mp_kv_previous(look->by_subject)) {
        struct mp_entry entry;
        struct mp_span subject_key;
        struct mp_store_item other;
        int standing;

        if (mp_store_key_to_entry(mp_kv_key(look->by_subject), &entry, &subject_key) < 0)
            return MP_ECORRUPT;
        other = (struct mp_store_item){.day = entry.stated_on, .seq = entry.seq};
        if (item->seq != 0 && mp_store_item_before(other, *item))
            return 0;
        standing = stands(look, entry.seq);
        if (standing == 0)
            continue;
        *item = other;
        return standing;
    }
    return mp_kv_error(look->txn);
}

/* The same among those that wait to be kept. */
static int latest_pending(const struct mp_store_look *look, const struct mp_store_key *bound,
                          struct mp_store_item *item)
{
    const struct mp_batch *batch = look->batch;
    size_t start = bound->size - 12;

    for (size_t i = 0; batch != NULL && i < batch->pending_count; i++) {
        const struct mp_store_pending *pending = &batch->pending[i];
        struct mp_store_item other = {pending->entry.stated_on, pending->entry.seq};
        int standing;

        if (pending->key.size != bound->size ||
            memcmp(pending->key.data, bound->bytes, start) != 0 ||
            memcmp(pending->key.data + start, bound->bytes + start, 12) >= 0 ||
            (item->seq != 0 && mp_store_item_before(other, *item)))
            continue;
        standing = stands(look, other.seq);
        if (standing < 0)
            return standing;
        if (standing > 0)
            *item = other;
    }
    return 0;
}

int mp_store_look_latest(const struct mp_store_look *look, const struct mp_subject *index_subject,
                         enum mp_change_kind kind, int32_t before_day, uint64_t before_seq,
                         struct mp_entry *ret_entry)
{
    struct mp_store_item bound = {.day = before_day, .seq = before_seq}, item = {.seq = 0};
    struct mp_store_key key;
    int result;

    mp_store_key_entry(&key, index_subject, kind, before_day, before_seq);
    if (key.too_long)
        return 0;
    result = latest_in_run(look, index_subject, kind, bound, &item);
    if (result >= 0)
        result = latest_beside(look, &key, &item);
    if (result >= 0)
        result = latest_pending(look, &key, &item);
    if (result < 0)
        return result;
    if (item.seq == 0)
        return mp_kv_error(look->txn);
    result = mp_store_look_entry(look, item.seq, ret_entry);
    return result == 0 ? MP_ECORRUPT : result;
}

static int entries_latest(void *context, const struct mp_subject *subject, enum mp_change_kind kind,
                          int32_t before_day, uint64_t before_seq, struct mp_entry *ret_entry)
{
    return mp_store_look_latest(context, subject, kind, before_day, before_seq, ret_entry);
}

struct mp_entries mp_store_look_entries(struct mp_store_look *look)
{
    return (struct mp_entries){.context = look, .latest = entries_latest};
}

int mp_store_event_get(struct mp_kv_txn *txn, const struct mp_store_tables *tables, uint64_t seq,
                       struct mp_span *ret_event)
{
    struct mp_store_key key;
    struct mp_span value;
    int error;

    mp_store_key_seq(&key, seq);
    if (!mp_kv_get(txn, tables->events, mp_store_key_span(&key), &value))
        return mp_kv_error(txn);
    error = mp_store_event_open(value, NULL, ret_event);
    return error < 0 ? error : 1;
}

int mp_store_event_decode_at(struct mp_kv_txn *txn, const struct mp_store_tables *tables,
                             uint64_t seq, struct mp_arena *arena, struct mp_event *ret_event)
{
    struct mp_span bytes = {.size = 0};
    int result = mp_store_event_get(txn, tables, seq, &bytes);

    if (result <= 0)
        return result < 0 ? result : MP_ECORRUPT;
    result = mp_event_decode(bytes, arena, ret_event);
    return result == MP_EMALFORMED ? MP_ECORRUPT : result;
}

int mp_store_state_get(struct mp_kv_txn *txn, const struct mp_store_tables *tables,
                       const struct mp_subject *subject, struct mp_arena *arena,
                       struct mp_record *ret_record)
{
    struct mp_store_key key;
    struct mp_span value, bytes;
    int error;

    mp_store_key_state(&key, subject);
    if (!mp_kv_get(txn, tables->state, mp_store_key_span(&key), &value))
        return mp_kv_error(txn);
    error = mp_store_record_open(value, &bytes);
    if (error == 0)
        error = mp_record_decode(bytes, arena, ret_record);
    if (error == MP_EMALFORMED)
        error = MP_ECORRUPT;
    return error < 0 ? error : 1;
}
