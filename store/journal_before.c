/* Schema 3 kept its journal in an LMDB environment, journal/ in the store's folder. */
#include "core/base/file.h"
#include "store/internal.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define FOLDER "journal"

static int join(char path[static PATH_MAX], const char *folder, const char *name)
{
    int length = snprintf(path, PATH_MAX, "%s/" FOLDER "%s", folder, name);

    return length < 0 || length >= PATH_MAX ? MP_EINVAL : 0;
}

/* 0 when there is no row. */
static int read_last(const char *path, uint64_t *ret_number)
{
    MP_AUTO(mp_kv_close) struct mp_kv *kv = NULL;
    MP_AUTO(mp_kv_abort) struct mp_kv_txn *txn = NULL;
    MP_AUTO(mp_kv_cursor_close) struct mp_kv_cursor *cursor = NULL;
    const struct mp_kv_options options = {.folder = path, .tables = 1, .read_only = true};
    mp_kv_table rows = 0;
    int error = mp_kv_open(&options, &kv);

    *ret_number = 0;
    if (error == 0)
        error = mp_kv_table_open(kv, "rows", &rows);
    if (error == MP_ENOTFOUND) /* made and never used */
        return 0;
    if (error == 0)
        error = mp_kv_begin(kv, false, &txn);
    if (error < 0)
        return error;
    cursor = mp_kv_cursor_open(txn, rows);
    if (mp_kv_seek_before(cursor, mp_span_make(NULL, 0)))
        return mp_store_key_to_seq(mp_kv_key(cursor), ret_number);
    return mp_kv_error(txn);
}

int mp_store_journal_before_check(const char *folder, uint64_t filed)
{
    char path[PATH_MAX];
    uint64_t last;
    int error = join(path, folder, "/" MP_STORE_DATA_FILE);

    if (error < 0 || !mp_file_exists(path))
        return error;
    error = join(path, folder, "");
    if (error == 0)
        error = read_last(path, &last);
    if (error == 0 && last > filed) {
        mp_store_explain("the program of before was not stopped in order, and %s holds what it has "
                         "not filed: start that one once more and stop it (milepost down), then "
                         "this one",
                         path);
        return MP_EVERSION;
    }
    return error;
}

int mp_store_journal_before_drop(const char *folder)
{
    static const char *const names[] = {"/data.mdb", "/lock.mdb"};
    char path[PATH_MAX];
    int error;

    for (size_t i = 0; i < MP_LENGTH(names); i++) {
        error = join(path, folder, names[i]);
        if (error == 0)
            (void)unlink(path);
    }
    error = join(path, folder, "");
    if (error == 0)
        (void)rmdir(path);
    return error;
}
