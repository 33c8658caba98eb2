#include "core/kv/private.h"

#include <stdlib.h>

struct mp_kv_cursor *mp_kv_cursor_open(struct mp_kv_txn *txn, mp_kv_table table)
{
    struct mp_kv_cursor *cursor;
    int code;

    if (txn->error != 0)
        return NULL;
    cursor = calloc(1, sizeof(*cursor));
    if (cursor == NULL) {
        mp_kv_fail(txn, MP_ENOMEM);
        return NULL;
    }
    code = mdb_cursor_open(txn->txn, table, &cursor->cursor);
    if (code != 0) {
        free(cursor);
        mp_kv_fail(txn, mp_kv_translate(code));
        return NULL;
    }
    cursor->txn = txn;
    cursor->next = txn->cursors;
    if (cursor->next != NULL)
        cursor->next->previous = cursor;
    txn->cursors = cursor;
    return cursor;
}

void mp_kv_cursor_close(struct mp_kv_cursor *cursor)
{
    if (cursor == NULL)
        return;
    if (cursor->cursor != NULL) {
        mdb_cursor_close(cursor->cursor);
        if (cursor->previous != NULL)
            cursor->previous->next = cursor->next;
        else
            cursor->txn->cursors = cursor->next;
        if (cursor->next != NULL)
            cursor->next->previous = cursor->previous;
    }
    free(cursor);
}

/* A scope's clean-up may close a cursor after `return mp_kv_commit(mp_take(txn))`; LMDB would have
 * freed or lost its own by then. */
void mp_kv_cursors_end(struct mp_kv_txn *txn)
{
    for (struct mp_kv_cursor *cursor = txn->cursors; cursor != NULL; cursor = cursor->next) {
        mdb_cursor_close(cursor->cursor);
        cursor->cursor = NULL;
        cursor->txn = NULL;
        cursor->standing = false;
    }
    txn->cursors = NULL;
}

static bool is_usable(const struct mp_kv_cursor *cursor)
{
    return cursor != NULL && cursor->cursor != NULL && cursor->txn->error == 0;
}

static bool move(struct mp_kv_cursor *cursor, MDB_cursor_op how)
{
    int code = mdb_cursor_get(cursor->cursor, &cursor->key, &cursor->value, how);

    if (code != 0 && code != MDB_NOTFOUND)
        mp_kv_fail(cursor->txn, mp_kv_translate(code));
    cursor->standing = code == 0;
    return cursor->standing;
}

bool mp_kv_seek(struct mp_kv_cursor *cursor, struct mp_span key)
{
    if (!is_usable(cursor))
        return false;
    if (key.size == 0)
        return move(cursor, MDB_FIRST);
    cursor->key = mp_kv_val(key);
    return move(cursor, MDB_SET_RANGE);
}

bool mp_kv_seek_before(struct mp_kv_cursor *cursor, struct mp_span key)
{
    if (!is_usable(cursor))
        return false;
    if (key.size == 0)
        return move(cursor, MDB_LAST);
    if (mp_kv_seek(cursor, key))
        return move(cursor, MDB_PREV);
    return is_usable(cursor) && move(cursor, MDB_LAST);
}

bool mp_kv_next(struct mp_kv_cursor *cursor)
{
    return is_usable(cursor) && cursor->standing && move(cursor, MDB_NEXT);
}

bool mp_kv_previous(struct mp_kv_cursor *cursor)
{
    return is_usable(cursor) && cursor->standing && move(cursor, MDB_PREV);
}

void mp_kv_cursor_put(struct mp_kv_cursor *cursor, struct mp_span key, struct mp_span value)
{
    MDB_val at = mp_kv_val(key), bytes = mp_kv_val(value);

    if (!is_usable(cursor))
        return;
    cursor->standing = false;
    cursor->txn->error = mp_kv_written(mdb_cursor_put(cursor->cursor, &at, &bytes, 0));
}

uint8_t *mp_kv_cursor_append(struct mp_kv_cursor *cursor, struct mp_span key, size_t size_bytes)
{
    MDB_val at = mp_kv_val(key), room = {.mv_size = size_bytes};

    if (!is_usable(cursor))
        return NULL;
    cursor->standing = false;
    cursor->txn->error =
        mp_kv_written(mdb_cursor_put(cursor->cursor, &at, &room, MDB_APPEND | MDB_RESERVE));
    return cursor->txn->error != 0 ? NULL : room.mv_data;
}

struct mp_span mp_kv_key(const struct mp_kv_cursor *cursor)
{
    if (cursor == NULL || !cursor->standing)
        return mp_span_make(NULL, 0);
    return mp_span_make(cursor->key.mv_data, cursor->key.mv_size);
}

struct mp_span mp_kv_value(const struct mp_kv_cursor *cursor)
{
    if (cursor == NULL || !cursor->standing)
        return mp_span_make(NULL, 0);
    return mp_span_make(cursor->value.mv_data, cursor->value.mv_size);
}
