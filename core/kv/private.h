/* What the files of this folder share. */
#ifndef MP_KV_PRIVATE_H
#define MP_KV_PRIVATE_H

#include "core/kv/kv.h"

#include <errno.h>
#include <lmdb.h>

struct mp_kv {
    MDB_env *env;
    bool read_only;
    uint64_t reserved_end; /* blocks of the file are taken up to here */
    int lock;              /* descriptor of the folder, locked; -1: not alone */
    /* Identity of the folder, and the list of what this process has open. */
    dev_t device;
    ino_t inode;
    struct mp_kv *next;
};

struct mp_kv_txn {
    MDB_txn *txn;
    bool write;
    int error;
    struct mp_kv_cursor *cursors; /* still open */
};

struct mp_kv_cursor {
    MDB_cursor *cursor; /* NULL once the transaction has ended */
    struct mp_kv_txn *txn;
    struct mp_kv_cursor *next, *previous;
    bool standing; /* on an entry, which is: */
    MDB_val key, value;
};

/* Makes the data file of a new environment, unless there is one. It comes into its place whole:
 * LMDB would write its first two pages there in one go, and what a full disk or a crash leaves of
 * them is no environment, for ever. The folder is the caller's to sync. */
int mp_kv_make(const char *folder, const char *name, uint64_t map_bytes) MP_CHECK_RESULT;

/* LMDB's code, or an errno, as an mp_error. */
int mp_kv_translate(int code);

/* The same of a call that may write. LMDB says EIO also when the disk took a part of a write, which
 * is what a full one does; then no system call has failed. One that fails leaves its errno. */
#define mp_kv_written(call)                                                                        \
    ({                                                                                             \
        errno = 0;                                                                                 \
        int code_ = (call);                                                                        \
        mp_kv_translate(code_ == EIO && errno == 0 ? ENOSPC : code_);                              \
    })

/* Closes LMDB's cursors; the structs stay the callers' to close. */
void mp_kv_cursors_end(struct mp_kv_txn *txn);

static inline MDB_val mp_kv_val(struct mp_span bytes)
{
    return (MDB_val){.mv_size = bytes.size, .mv_data = (void *)(uintptr_t)bytes.data};
}

#endif
