/* topics: last sequence and count of every topic under the prefix. */
#include "store/asking.h"

int mp_store_asking_add_topics(struct mp_store_asking *asking, struct mp_span from,
                               struct mp_span *ret_left)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(asking->txn, asking->tables->topics);
    struct mp_span prefix = mp_span_text(asking->ask->prefix);

    for (bool found = mp_kv_seek(cursor, from);
         found && mp_span_starts_with(mp_kv_key(cursor), prefix); found = mp_kv_next(cursor)) {
        struct mp_store_position position;
        int error;

        if (mp_store_asking_is_full(asking)) {
            *ret_left = mp_kv_key(cursor);
            return 1;
        }
        error = mp_store_position_open(mp_kv_value(cursor), &position, NULL);
        if (error == 0)
            error =
                mp_page_add_topic(asking->page, mp_kv_key(cursor), position.last, position.count);
        if (error < 0)
            return error;
        asking->rows++;
        asking->scanned++;
    }
    return 0;
}

int mp_store_ask_topics(struct mp_store_asking *asking)
{
    struct mp_span cursor = asking->ask->cursor, left;
    int result = mp_store_asking_add_topics(
        asking, cursor.size > 0 ? cursor : mp_span_text(asking->ask->prefix), &left);

    return result > 0 ? mp_page_set_cursor(asking->page, left) : result;
}
