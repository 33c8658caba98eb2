/* Finding events, statements and records by their keys. */
#include "store/internal.h"

static bool is_withdrawn(const struct mp_store_look *look, const struct mp_entry *entry)
{
    if (entry->withdrawn_by != 0 && entry->withdrawn_by <= look->seq_most)
        return true;
    for (size_t i = 0; i < look->withdrawn_count; i++) {
        if (look->withdrawn[i].seq == entry->seq)
            return true;
    }
    return false;
}

int mp_store_look_latest(const struct mp_store_look *look, const struct mp_subject *index_subject,
                         enum mp_change_kind kind, int32_t before_day, uint64_t before_seq,
                         struct mp_entry *ret_entry)
{
    struct mp_store_key bound;
    struct mp_span start;
    bool found;

    mp_store_key_entry(&bound, index_subject, kind, before_day, before_seq);
    if (bound.too_long)
        return 0;
    start = mp_span_make(bound.bytes, bound.size - 12); /* without day and seq */
    for (found = mp_kv_seek_before(look->cursor, mp_store_key_span(&bound));
         found && mp_span_starts_with(mp_kv_key(look->cursor), start);
         found = mp_kv_previous(look->cursor)) {
        struct mp_entry entry;
        int error = mp_store_entry_open(mp_kv_key(look->cursor), mp_kv_value(look->cursor), &entry);

        if (error < 0)
            return error;
        if (entry.seq > look->seq_most || is_withdrawn(look, &entry))
            continue;
        if (entry.withdrawn_by > look->seq_most)
            entry.withdrawn_by = 0;
        *ret_entry = entry;
        return 1;
    }
    return 0;
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

int mp_store_entry_get(struct mp_kv_txn *txn, const struct mp_store_tables *tables,
                       const struct mp_subject *index_subject, enum mp_change_kind kind,
                       int32_t stated_on, uint64_t seq, struct mp_entry *ret_entry)
{
    struct mp_store_key key;
    struct mp_span value;
    int error;

    mp_store_key_entry(&key, index_subject, kind, stated_on, seq);
    if (!mp_kv_get(txn, tables->by_subject, mp_store_key_span(&key), &value))
        return mp_kv_error(txn);
    error = mp_store_entry_open(mp_store_key_span(&key), value, ret_entry);
    return error < 0 ? error : 1;
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
