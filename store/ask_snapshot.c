/* snapshot: the topics under the prefix with their positions, then every record there, kind by
 * kind, removed ones too. Topics come first, so that no position is newer than the replay that
 * follows from the first page's head. A cursor is 0 and a topic, or a key of state. */
#include "store/asking.h"

static int set_topic_cursor(struct mp_store_asking *asking, struct mp_span topic)
{
    uint8_t bytes[MP_KV_KEY_MOST + 1] = {0};

    if (topic.size > MP_KV_KEY_MOST)
        return MP_ECORRUPT;
    memcpy(bytes + 1, topic.data, topic.size);
    return mp_page_set_cursor(asking->page, mp_span_make(bytes, topic.size + 1));
}

/* 1 when the page is full, and its cursor set. */
static int add_topics(struct mp_store_asking *asking, struct mp_span from)
{
    struct mp_span left;
    int result = mp_store_asking_add_topics(asking, from, &left);

    if (result <= 0)
        return result;
    result = set_topic_cursor(asking, left);
    return result < 0 ? result : 1;
}

/* 1 when the page is full. */
static int add_kind(struct mp_store_asking *asking, struct mp_kv_cursor *cursor, enum mp_kind kind,
                    struct mp_span from)
{
    struct mp_store_key start;

    mp_store_key_state_prefix(&start, kind, asking->ask->prefix);
    if (from.size == 0)
        from = mp_store_key_span(&start);
    for (bool found = mp_kv_seek(cursor, from);
         found && mp_span_starts_with(mp_kv_key(cursor), mp_store_key_span(&start));
         found = mp_kv_next(cursor)) {
        struct mp_span record;
        int error;

        if (mp_store_asking_is_full(asking)) {
            error = mp_page_set_cursor(asking->page, mp_kv_key(cursor));
            return error < 0 ? error : 1;
        }
        error = mp_store_record_open(mp_kv_value(cursor), &record);
        if (error == 0)
            error = mp_page_add_record(asking->page, record);
        if (error < 0)
            return error;
        asking->rows++;
        asking->scanned++;
    }
    return 0;
}

int mp_store_ask_snapshot(struct mp_store_asking *asking)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(asking->txn, asking->tables->state);
    struct mp_span from = asking->ask->cursor;
    int result = 0, first = MP_KIND_TERM;

    if (from.size == 0)
        result = add_topics(asking, mp_span_text(asking->ask->prefix));
    else if (from.data[0] == 0)
        result = add_topics(asking, mp_span_make(from.data + 1, from.size - 1));
    else
        first = from.data[0];
    if (from.size > 0 && from.data[0] == 0)
        from.size = 0;
    for (int kind = first; kind <= MP_KIND_LAST && result == 0; kind++) {
        result = add_kind(asking, cursor, (enum mp_kind)kind, from);
        from.size = 0;
    }
    return result < 0 ? result : 0;
}
