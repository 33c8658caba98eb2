#include "core/base/assert.h"
#include "core/kv/private.h"

#include <stdlib.h>

int mp_kv_begin(struct mp_kv *kv, bool write, struct mp_kv_txn **ret_txn)
{
    struct mp_kv_txn *txn = calloc(1, sizeof(*txn));
    int code;

    if (txn == NULL)
        return MP_ENOMEM;
    code = mdb_txn_begin(kv->env, NULL, write ? 0 : MDB_RDONLY, &txn->txn);
    if (code != 0) {
        free(txn);
        return mp_kv_translate(code);
    }
    txn->write = write;
    *ret_txn = txn;
    return 0;
}

void mp_kv_abort(struct mp_kv_txn *txn)
{
    if (txn == NULL)
        return;
    mp_kv_cursors_end(txn);
    mdb_txn_abort(txn->txn);
    free(txn);
}

int mp_kv_commit(struct mp_kv_txn *txn)
{
    int error = txn->error;

    if (error != 0 || !txn->write) {
        mp_kv_abort(txn);
        return error;
    }
    mp_kv_cursors_end(txn);
    error = mp_kv_written(mdb_txn_commit(txn->txn)); /* frees it, failed or not */
    free(txn);
    return error;
}

int mp_kv_error(const struct mp_kv_txn *txn)
{
    return txn->error;
}

void mp_kv_fail(struct mp_kv_txn *txn, int error)
{
    if (txn->error == 0)
        txn->error = error;
}

bool mp_kv_get(struct mp_kv_txn *txn, mp_kv_table table, struct mp_span key,
               struct mp_span *ret_value)
{
    MDB_val wanted = mp_kv_val(key), value;
    int code;

    if (txn->error != 0 || key.size == 0 || key.size > MP_KV_KEY_MOST)
        return false;
    code = mdb_get(txn->txn, table, &wanted, &value);
    if (code == MDB_NOTFOUND)
        return false;
    if (code != 0) {
        mp_kv_fail(txn, mp_kv_translate(code));
        return false;
    }
    *ret_value = mp_span_make(value.mv_data, value.mv_size);
    return true;
}

static void put(struct mp_kv_txn *txn, mp_kv_table table, struct mp_span key, MDB_val *value,
                unsigned flags)
{
    MDB_val at = mp_kv_val(key);

    if (txn->error == 0)
        txn->error = mp_kv_written(mdb_put(txn->txn, table, &at, value, flags));
}

void mp_kv_put(struct mp_kv_txn *txn, mp_kv_table table, struct mp_span key, struct mp_span value)
{
    MDB_val bytes = mp_kv_val(value);

    put(txn, table, key, &bytes, 0);
}

uint8_t *mp_kv_reserve(struct mp_kv_txn *txn, mp_kv_table table, struct mp_span key,
                       size_t size_bytes, bool append)
{
    MDB_val room = {.mv_size = size_bytes};

    put(txn, table, key, &room, MDB_RESERVE | (append ? MDB_APPEND : 0));
    return txn->error != 0 ? NULL : room.mv_data;
}

bool mp_kv_delete(struct mp_kv_txn *txn, mp_kv_table table, struct mp_span key)
{
    MDB_val wanted = mp_kv_val(key);
    int error;

    if (txn->error != 0 || key.size == 0 || key.size > MP_KV_KEY_MOST)
        return false;
    error = mp_kv_written(mdb_del(txn->txn, table, &wanted, NULL));
    if (error != 0 && error != MP_ENOTFOUND)
        mp_kv_fail(txn, error);
    return error == 0;
}
