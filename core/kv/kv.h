/* LMDB behind transactions with a sticky error: after the first failure every call on the
 * transaction does nothing, and mp_kv_commit returns that failure and aborts. LMDB's codes are
 * translated here: MP_ENOTFOUND, MP_EEXIST, MP_ENOSPC (disk or map full), MP_EIO, MP_ECORRUPT,
 * MP_EVERSION, MP_EPANIC, MP_ENOMEM.
 *
 * Full sync always (flags 0 and MDB_NOTLS). One process opens an environment once; a second open of
 * the same folder in the process is refused (MP_EBUSY). */
#ifndef MP_KV_KV_H
#define MP_KV_KV_H

#include "core/base/auto.h"
#include "core/base/error.h"
#include "core/base/span.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MP_KV_KEY_MOST          511 /* bytes, LMDB's own limit */
#define MP_KV_MAP_DEFAULT_BYTES (UINT64_C(64) << 30)

struct mp_kv;
struct mp_kv_txn;
struct mp_kv_cursor;

/* A table's handle within its environment. */
typedef unsigned int mp_kv_table;

struct mp_kv_options {
    const char *folder; /* made (0700) when create is set */
    uint64_t map_bytes; /* 0: MP_KV_MAP_DEFAULT_BYTES */
    unsigned tables;    /* how many named tables there will be */
    unsigned readers;   /* 0: 126 */
    bool create;
    bool read_only;
    /* Nobody else may open it so, in this process or another: MP_EBUSY. Who only reads may. */
    bool alone;
};

int mp_kv_open(const struct mp_kv_options *options, struct mp_kv **ret_kv) MP_CHECK_RESULT;
void mp_kv_close(struct mp_kv *kv);
MP_AUTO_DEFINE(struct mp_kv *, mp_kv_close);

/* Opens or (in a writable environment) makes the named table. Once per table, before any other
 * transaction. */
int mp_kv_table_open(struct mp_kv *kv, const char *name, mp_kv_table *ret_table) MP_CHECK_RESULT;

struct mp_kv_usage {
    uint64_t map_bytes;
    uint64_t used_bytes; /* up to the last page in use */
    uint64_t entries;    /* of the table asked for */
};
int mp_kv_usage(struct mp_kv *kv, mp_kv_table table, struct mp_kv_usage *ret_usage) MP_CHECK_RESULT;
/* Whether commits that lengthen the file by so many bytes will find room, in the map and on the
 * disk, whose blocks are taken now. false too where the file system cannot take any. */
bool mp_kv_has_room(struct mp_kv *kv, uint64_t bytes);
/* Frees the slots of readers that died. */
void mp_kv_check_readers(struct mp_kv *kv);
/* A consistent copy (compacted) into an empty or new folder, file and folder synced. Readers and
 * the writer go on. */
int mp_kv_copy(struct mp_kv *kv, const char *folder) MP_CHECK_RESULT;

int mp_kv_begin(struct mp_kv *kv, bool write, struct mp_kv_txn **ret_txn) MP_CHECK_RESULT;
/* Commits (write) or ends (read); always frees. The sticky error, or the commit's own. After
 * MP_EIO, MP_ENOSPC on the meta page or MP_EPANIC the commit is ambiguous: the caller must not
 * acknowledge, and must stop (MP_EIO, MP_EPANIC). */
int mp_kv_commit(struct mp_kv_txn *txn) MP_CHECK_RESULT;
void mp_kv_abort(struct mp_kv_txn *txn);
MP_AUTO_DEFINE(struct mp_kv_txn *, mp_kv_abort);
int mp_kv_error(const struct mp_kv_txn *txn);
/* Makes the error sticky by hand (first one wins). */
void mp_kv_fail(struct mp_kv_txn *txn, int error);

/* true and the value (valid until the next write or the end of the transaction) when found. Not
 * found is not an error. */
bool mp_kv_get(struct mp_kv_txn *txn, mp_kv_table table, struct mp_span key,
               struct mp_span *ret_value);
void mp_kv_put(struct mp_kv_txn *txn, mp_kv_table table, struct mp_span key, struct mp_span value);
/* Room for size_bytes under the key, to be written by the caller before the next call; NULL when
 * the transaction has failed. append: the key must be larger than every key there (MDB_APPEND). */
uint8_t *mp_kv_reserve(struct mp_kv_txn *txn, mp_kv_table table, struct mp_span key,
                       size_t size_bytes, bool append);
/* false when it was not there. */
bool mp_kv_delete(struct mp_kv_txn *txn, mp_kv_table table, struct mp_span key);

/* Cursors belong to their transaction and are closed before it ends. */
struct mp_kv_cursor *mp_kv_cursor_open(struct mp_kv_txn *txn, mp_kv_table table);
void mp_kv_cursor_close(struct mp_kv_cursor *cursor);
MP_AUTO_DEFINE(struct mp_kv_cursor *, mp_kv_cursor_close);
/* First entry with key >= the given; false past the end or after an error. */
bool mp_kv_seek(struct mp_kv_cursor *cursor, struct mp_span key);
/* Last entry with key < the given; an empty key means the very last entry. */
bool mp_kv_seek_before(struct mp_kv_cursor *cursor, struct mp_span key);
bool mp_kv_next(struct mp_kv_cursor *cursor);
bool mp_kv_previous(struct mp_kv_cursor *cursor);
/* As mp_kv_put, starting where the cursor stands: cheap for keys that come in order. The cursor
 * stands nowhere afterwards. */
void mp_kv_cursor_put(struct mp_kv_cursor *cursor, struct mp_span key, struct mp_span value);
/* Room for size_bytes under a key that is larger than every key there, as mp_kv_reserve. A cursor
 * that does nothing else spares LMDB the way to the table's end. */
uint8_t *mp_kv_cursor_append(struct mp_kv_cursor *cursor, struct mp_span key, size_t size_bytes);
/* Of the entry stood on. Valid until the cursor moves or the transaction writes. */
struct mp_span mp_kv_key(const struct mp_kv_cursor *cursor);
struct mp_span mp_kv_value(const struct mp_kv_cursor *cursor);

#endif
