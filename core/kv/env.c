#include "core/base/file.h"
#include "core/kv/private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define READERS_DEFAULT 126
#define DATA_FILE       "data.mdb"
#define COPY_FILE       "data.mdb.partial"

/* LMDB lets one process open an environment twice, and then loses its locks when either closes. */
static pthread_mutex_t open_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct mp_kv *open_list;

int mp_kv_translate(int code)
{
    static const struct {
        int code;
        int error;
    } known[] = {
        {MDB_NOTFOUND, MP_ENOTFOUND},
        {MDB_KEYEXIST, MP_EEXIST},
        {MDB_MAP_FULL, MP_ENOSPC},
        {MDB_TXN_FULL, MP_ETOOBIG},
        {MDB_READERS_FULL, MP_EAGAIN},
        {MDB_MAP_RESIZED, MP_EAGAIN},
        {MDB_PAGE_NOTFOUND, MP_ECORRUPT},
        {MDB_CORRUPTED, MP_ECORRUPT},
        {MDB_INVALID, MP_ECORRUPT},
        {MDB_PAGE_FULL, MP_ECORRUPT},
        {MDB_CURSOR_FULL, MP_ECORRUPT},
        {MDB_INCOMPATIBLE, MP_ECORRUPT},
        {MDB_VERSION_MISMATCH, MP_EVERSION},
        {MDB_PANIC, MP_EPANIC},
        {MDB_DBS_FULL, MP_EINVAL},
        {MDB_BAD_VALSIZE, MP_EINVAL},
        {MDB_BAD_TXN, MP_EINVAL},
        {MDB_BAD_DBI, MP_EINVAL},
        {MDB_BAD_RSLOT, MP_EINVAL},
    };

    if (code == 0)
        return 0;
    for (size_t i = 0; i < MP_LENGTH(known); i++) {
        if (known[i].code == code)
            return known[i].error;
    }
    return code > 0 ? mp_error_from_errno(code) : MP_ESYSTEM;
}

static int path_in(const char *folder, const char *name, char path[static PATH_MAX])
{
    int length = snprintf(path, PATH_MAX, "%s/%s", folder, name);

    return length < 0 || length >= PATH_MAX ? MP_EINVAL : 0;
}

static int register_open(struct mp_kv *kv)
{
    int error = 0;

    pthread_mutex_lock(&open_mutex);
    for (const struct mp_kv *other = open_list; other != NULL; other = other->next) {
        if (other->device == kv->device && other->inode == kv->inode)
            error = MP_EBUSY;
    }
    if (error == 0) {
        kv->next = open_list;
        open_list = kv;
    }
    pthread_mutex_unlock(&open_mutex);
    return error;
}

static void unregister_open(struct mp_kv *kv)
{
    pthread_mutex_lock(&open_mutex);
    for (struct mp_kv **place = &open_list; *place != NULL; place = &(*place)->next) {
        if (*place == kv) {
            *place = kv->next;
            break;
        }
    }
    pthread_mutex_unlock(&open_mutex);
}

/* LMDB makes a new environment where there is no data file or an empty one. Where nothing was to
 * be made, that would hide a lost store. */
static int check_data_file(const struct mp_kv_options *options)
{
    char path[PATH_MAX];
    struct stat status;

    if (path_in(options->folder, DATA_FILE, path) < 0)
        return MP_EINVAL;
    if (options->create && !options->read_only)
        return 0;
    if (stat(path, &status) < 0)
        return mp_error_from_errno(errno);
    return status.st_size == 0 ? MP_ECORRUPT : 0;
}

/* A page in use beyond the end of the file (a copy that was cut) would be a SIGBUS when read; with
 * the file made long enough it reads as zeros, which LMDB refuses as corrupt. LMDB may itself leave
 * the file short of pages that are free again, so a short file is no error. fallocate never
 * shrinks, whatever another process does meanwhile. */
static int cover_pages(struct mp_kv *kv, const char *folder)
{
    char path[PATH_MAX];
    struct stat status;
    MDB_envinfo info;
    MDB_stat pages;
    off_t needed;
    int file, error = 0;

    if (path_in(folder, DATA_FILE, path) < 0)
        return MP_EINVAL;
    mdb_env_info(kv->env, &info);
    mdb_env_stat(kv->env, &pages);
    if (info.me_last_pgno >= (size_t)INT64_MAX / pages.ms_psize - 1)
        return MP_ECORRUPT;
    needed = (off_t)((info.me_last_pgno + 1) * pages.ms_psize);
    if (stat(path, &status) < 0)
        return mp_error_from_errno(errno);
    if (status.st_size >= needed)
        return 0;
    if ((size_t)needed > info.me_mapsize)
        return MP_ECORRUPT;
    /* Closing any descriptor of the data file is harmless: LMDB's locks are on its other file. */
    file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return MP_ECORRUPT;
    if (fallocate(file, 0, needed - 1, 1) < 0)
        error = errno == ENOSPC ? MP_ENOSPC : MP_ECORRUPT;
    close(file);
    return error;
}

static uint64_t map_bytes(const struct mp_kv_options *options)
{
    return options->map_bytes == 0 ? MP_KV_MAP_DEFAULT_BYTES : options->map_bytes;
}

static int open_env(struct mp_kv *kv, const struct mp_kv_options *options)
{
    unsigned flags = MDB_NOTLS | (options->read_only ? MDB_RDONLY : 0);
    int code = mdb_env_create(&kv->env);

    if (code != 0)
        return mp_kv_translate(code);
    code = mdb_env_set_mapsize(kv->env, map_bytes(options));
    if (code == 0)
        code = mdb_env_set_maxdbs(kv->env, options->tables);
    if (code == 0)
        code = mdb_env_set_maxreaders(kv->env,
                                      options->readers == 0 ? READERS_DEFAULT : options->readers);
    if (code == 0)
        code = mdb_env_open(kv->env, options->folder, flags, 0600);
    if (code != 0)
        return mp_kv_translate(code);
    return cover_pages(kv, options->folder);
}

/* LMDB itself lets any number of processes write in turn. The lock is on the folder and the
 * kernel's: it ends with the process, whatever becomes of it, and closing another descriptor does
 * not end it. */
static int lock_folder(struct mp_kv *kv, const char *folder)
{
    kv->lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (kv->lock < 0)
        return mp_error_from_errno(errno);
    if (flock(kv->lock, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? MP_EBUSY : mp_error_from_errno(errno);
    return 0;
}

static void unlock_folder(struct mp_kv *kv)
{
    if (kv->lock >= 0)
        close(kv->lock);
}

static int make_and_open(struct mp_kv *kv, const struct mp_kv_options *options)
{
    struct stat status;
    int error = 0;

    if (options->create && !options->read_only)
        error = mp_file_make_folder(options->folder, 0700);
    if (error < 0)
        return error;
    if (stat(options->folder, &status) < 0)
        return mp_error_from_errno(errno);
    error = check_data_file(options);
    if (error < 0)
        return error;
    kv->device = status.st_dev;
    kv->inode = status.st_ino;
    kv->read_only = options->read_only;
    error = register_open(kv);
    if (error < 0)
        return error;
    if (options->alone && !options->read_only)
        error = lock_folder(kv, options->folder);
    if (error == 0 && options->create && !options->read_only)
        error = mp_kv_make(options->folder, DATA_FILE, map_bytes(options));
    if (error == 0)
        error = open_env(kv, options);
    /* The new files themselves are to last as long as what is committed into them. */
    if (error == 0 && options->create && !options->read_only)
        error = mp_file_sync_folder(options->folder);
    if (error < 0) {
        mdb_env_close(kv->env);
        unlock_folder(kv);
        unregister_open(kv);
    }
    return error;
}

int mp_kv_open(const struct mp_kv_options *options, struct mp_kv **ret_kv)
{
    struct mp_kv *kv = calloc(1, sizeof(*kv));
    int error;

    if (kv == NULL)
        return MP_ENOMEM;
    kv->lock = -1;
    error = make_and_open(kv, options);
    if (error < 0) {
        free(kv);
        return error;
    }
    *ret_kv = kv;
    return 0;
}

void mp_kv_close(struct mp_kv *kv)
{
    if (kv == NULL)
        return;
    mdb_env_close(kv->env);
    unlock_folder(kv);
    unregister_open(kv);
    free(kv);
}

static int open_table(struct mp_kv *kv, const char *name, bool make, mp_kv_table *ret_table)
{
    MDB_txn *txn;
    MDB_dbi table;
    int error;
    int code = mdb_txn_begin(kv->env, NULL, make ? 0 : MDB_RDONLY, &txn);

    if (code != 0)
        return mp_kv_translate(code);
    code = mdb_dbi_open(txn, name, make ? MDB_CREATE : 0, &table);
    if (code != 0) {
        mdb_txn_abort(txn);
        return mp_kv_translate(code);
    }
    error = mp_kv_written(mdb_txn_commit(txn));
    if (error != 0)
        return error;
    *ret_table = table;
    return 0;
}

/* A table that is there is opened by reading: another process that is stopped while it writes would
 * hold up whoever opens the environment, even to read. */
int mp_kv_table_open(struct mp_kv *kv, const char *name, mp_kv_table *ret_table)
{
    int error = open_table(kv, name, false, ret_table);

    return error == MP_ENOTFOUND && !kv->read_only ? open_table(kv, name, true, ret_table) : error;
}

int mp_kv_usage(struct mp_kv *kv, mp_kv_table table, struct mp_kv_usage *ret_usage)
{
    MDB_envinfo info;
    MDB_stat status;
    MDB_txn *txn;
    int code = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);

    if (code != 0)
        return mp_kv_translate(code);
    code = mdb_stat(txn, table, &status);
    mdb_txn_abort(txn);
    if (code == 0)
        code = mdb_env_info(kv->env, &info);
    if (code != 0)
        return mp_kv_translate(code);
    *ret_usage = (struct mp_kv_usage){
        .map_bytes = info.me_mapsize,
        .used_bytes = (uint64_t)(info.me_last_pgno + 1) * status.ms_psize,
        .entries = status.ms_entries,
    };
    return 0;
}

void mp_kv_check_readers(struct mp_kv *kv)
{
    int dead;

    /* It is housekeeping: what fails now is tried again the next time. */
    (void)mdb_reader_check(kv->env, &dead);
}

static int check_empty(const char *folder)
{
    DIR *listing = opendir(folder);
    int error = 0;

    if (listing == NULL)
        return mp_error_from_errno(errno);
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            error = MP_EEXIST;
    }
    closedir(listing);
    return error;
}

static int copy_to(struct mp_kv *kv, const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int error;

    if (file < 0)
        return mp_error_from_errno(errno);
    error = mp_kv_translate(mdb_env_copyfd2(kv->env, file, MDB_CP_COMPACT));
    if (error == 0 && fsync(file) < 0)
        error = mp_error_from_errno(errno);
    if (close(file) < 0 && error == 0)
        error = mp_error_from_errno(errno);
    return error;
}

int mp_kv_copy(struct mp_kv *kv, const char *folder)
{
    char partial[PATH_MAX], whole[PATH_MAX];
    int error;

    if (path_in(folder, COPY_FILE, partial) < 0 || path_in(folder, DATA_FILE, whole) < 0)
        return MP_EINVAL;
    error = mp_file_make_folder(folder, 0700);
    if (error == 0)
        error = check_empty(folder);
    if (error < 0)
        return error;
    error = copy_to(kv, partial);
    if (error == 0 && rename(partial, whole) < 0)
        error = mp_error_from_errno(errno);
    if (error < 0) {
        unlink(partial);
        return error;
    }
    return mp_file_sync_folder(folder);
}
