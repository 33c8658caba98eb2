/* registry, epochs and who_am_i: records of one kind, whole; and one agency found by its key. */
#include "store/asking.h"

/* The next record of the kind: 1, 0 at the end or when the page is full (its cursor then set). */
static int next_record(struct mp_store_asking *asking, struct mp_kv_cursor *cursor, bool is_first,
                       const struct mp_store_key *start, struct mp_span *ret_record)
{
    struct mp_span from = asking->ask->cursor;
    bool found;
    int error;

    if (is_first)
        found = mp_kv_seek(cursor, from.size > 0 ? from : mp_store_key_span(start));
    else
        found = mp_kv_next(cursor);
    if (!found || !mp_span_starts_with(mp_kv_key(cursor), mp_store_key_span(start)))
        return 0;
    if (mp_store_asking_is_full(asking)) {
        error = mp_page_set_cursor(asking->page, mp_kv_key(cursor));
        return error;
    }
    asking->scanned++;
    error = mp_store_record_open(mp_kv_value(cursor), ret_record);
    return error < 0 ? error : 1;
}

static int add_records(struct mp_store_asking *asking, enum mp_kind kind)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(asking->txn, asking->tables->state);
    struct mp_store_key start;
    struct mp_span record = {.size = 0};
    bool is_first = true;
    int result;

    mp_store_key_state_prefix(&start, kind, MP_STORE_WHOLE_PREFIX);
    while ((result = next_record(asking, cursor, is_first, &start, &record)) > 0) {
        is_first = false;
        result = mp_page_add_record(asking->page, record);
        if (result < 0)
            break;
        asking->rows++;
    }
    return result;
}

int mp_store_ask_registry(struct mp_store_asking *asking)
{
    return add_records(asking, MP_KIND_AGENCY);
}

int mp_store_ask_epochs(struct mp_store_asking *asking)
{
    return add_records(asking, MP_KIND_EPOCH);
}

/* 1 when the agency holds the key, revoked or not. */
static int holds_key(struct mp_store_asking *asking, struct mp_span bytes)
{
    const uint8_t *key = asking->ask->public_key;
    struct mp_arena_mark mark = mp_arena_mark(asking->arena);
    struct mp_record record;
    int result;

    if (bytes.data == NULL || memmem(bytes.data, bytes.size, key, 32) == NULL)
        return 0;
    result = mp_record_decode(bytes, asking->arena, &record);
    if (result < 0)
        return result == MP_EMALFORMED ? MP_ECORRUPT : result;
    for (size_t i = 0; i < record.agency.key_count; i++) {
        if (memcmp(record.agency.keys[i].public_key, key, 32) == 0)
            result = 1;
    }
    mp_arena_release(asking->arena, mark);
    return result;
}

int mp_store_ask_who_am_i(struct mp_store_asking *asking)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(asking->txn, asking->tables->state);
    size_t page_size = asking->page->size;
    struct mp_store_key start;
    struct mp_span record = {.size = 0};
    bool is_first = true;
    int result;

    mp_store_key_state_prefix(&start, MP_KIND_AGENCY, MP_STORE_WHOLE_PREFIX);
    while ((result = next_record(asking, cursor, is_first, &start, &record)) > 0) {
        is_first = false;
        result = holds_key(asking, record);
        if (result < 0)
            break;
        if (result > 0)
            return mp_page_add_record(asking->page, record);
    }
    if (result < 0 || asking->page->size > page_size) /* failed, or a cursor to go on from */
        return result;
    return mp_store_asking_refuse(asking, MP_ASK_NOT_FOUND,
                                  "no agency holds this key: have an authority register it");
}
