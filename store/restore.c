/* A backup becomes a store again, under a new epoch. Everything happens in a folder beside the
 * wanted one and is renamed last: a crash leaves no store that pretends to be of the old epoch. */
#include "store/internal.h"
#include "store/journal_file.h"

#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND_US      1000000
#define COPY_BYTES     ((size_t)1 << 20)
#define WORKING_SUFFIX ".restoring"
#define SCRATCH_SUFFIX ".proving"

static int close_file(int file, int error)
{
    if (close(file) < 0 && error == 0)
        return mp_error_from_errno(errno);
    return error;
}

/* 1 when some was copied, 0 at the end. */
static int copy_some(int from, int to, uint8_t *buffer)
{
    ssize_t got = read(from, buffer, COPY_BYTES);

    if (got < 0)
        return errno == EINTR ? 1 : mp_error_from_errno(errno);
    for (ssize_t at = 0; at < got;) {
        ssize_t put = write(to, buffer + at, (size_t)(got - at));

        if (put < 0 && errno != EINTR)
            return mp_error_from_errno(errno);
        at += put > 0 ? put : 0;
    }
    return got > 0;
}

static int copy_open_files(int from, int to)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(COPY_BYTES * 2);
    uint8_t *buffer = arena == NULL ? NULL : mp_arena_alloc(arena, COPY_BYTES);
    int result = buffer == NULL ? MP_ENOMEM : 1;

    while (result > 0)
        result = copy_some(from, to, buffer);
    if (result == 0 && fsync(to) < 0)
        result = mp_error_from_errno(errno);
    return result;
}

static int copy_file(const char *from, const char *to)
{
    int source = open(from, O_RDONLY | O_CLOEXEC);
    int target, error;

    if (source < 0)
        return mp_error_from_errno(errno);
    target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (target < 0)
        return close_file(source, mp_error_from_errno(errno));
    error = copy_open_files(source, target);
    error = close_file(target, error);
    return close_file(source, error);
}

static int join_path(char path[static PATH_MAX], const char *folder, const char *rest)
{
    int length = snprintf(path, PATH_MAX, "%s%s", folder, rest);

    return length < 0 || length >= PATH_MAX ? MP_EINVAL : 0;
}

/* The wanted folder must not be there, or be empty: then it goes, to be replaced whole. */
static int make_way(const char *folder)
{
    if (rmdir(folder) == 0 || errno == ENOENT)
        return 0;
    return mp_error_from_errno(errno);
}

/* What an earlier attempt left in it. */
static int clear_folder(const char *folder)
{
    static const char *const names[] = {("/" MP_JOURNAL_FILE), "/data.mdb", "/data.mdb.partial",
                                        "/lock.mdb"};
    char path[PATH_MAX];

    for (size_t i = 0; i < MP_LENGTH(names); i++) {
        if (join_path(path, folder, names[i]) < 0)
            return MP_EINVAL;
        if (unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR)
            return mp_error_from_errno(errno);
    }
    return 0;
}

static int remove_folder(const char *folder)
{
    int error = clear_folder(folder);

    return error == 0 && rmdir(folder) < 0 && errno != ENOENT ? mp_error_from_errno(errno) : error;
}

static void keep_first_finding(void *context, const char *sentence)
{
    bool *is_told = context;

    if (!*is_told)
        mp_store_explain("the backup is not whole: %s", sentence);
    *is_told = true;
}

/* What would be found on the day of need is found now. */
static int prove(const struct mp_store_options *copy)
{
    bool is_told = false;
    struct mp_verify_report report = {.finding = keep_first_finding, .context = &is_told};
    char scratch[PATH_MAX];
    int error, left;

    if (join_path(scratch, copy->folder, SCRATCH_SUFFIX) < 0)
        return MP_EINVAL;
    error = remove_folder(scratch);
    if (error == 0)
        error = mp_store_verify(copy, scratch, &report);
    left = remove_folder(scratch);
    if (error == 0)
        error = report.findings > 0 ? MP_ECORRUPT : left;
    return error;
}

static uint64_t next_epoch(uint64_t now, uint64_t last, uint64_t at_least)
{
    uint64_t epoch = last + 1;

    if (epoch < now)
        epoch = now;
    return epoch > at_least ? epoch : at_least + 1;
}

static int begin_epoch(const char *from, const struct mp_store_options *options, uint64_t at_least,
                       const char *by, const char *why, int64_t now_us, struct mp_head *ret_head)
{
    MP_AUTO(mp_store_close) struct mp_store *store = NULL;
    MP_AUTO(mp_batch_abort) struct mp_batch *batch = NULL;
    struct mp_head head;
    int error = mp_store_open(options, &store, NULL);

    if (error == 0)
        error = mp_store_journal_before_check(from, store->filed);
    if (error == 0)
        error = mp_batch_begin(store, now_us, &batch);
    if (error < 0)
        return error;
    head = mp_store_head(store);
    error = mp_store_apply_epoch(
        batch, next_epoch(now_us < 0 ? 0 : (uint64_t)(now_us / SECOND_US), head.epoch, at_least),
        head.seq, by, why);
    if (error == 0)
        error = mp_batch_commit(mp_take(batch));
    if (error < 0)
        return error;
    *ret_head = mp_store_head(store);
    return 0;
}

/* A backup has none; the folder of a ledger that was killed has what it logged and did not file. */
static int copy_journal(const char *from, const char *working)
{
    char source[PATH_MAX], target[PATH_MAX];

    if (join_path(source, from, "/" MP_JOURNAL_FILE) < 0 ||
        join_path(target, working, "/" MP_JOURNAL_FILE) < 0)
        return MP_EINVAL;
    return mp_file_exists(source) ? copy_file(source, target) : 0;
}

/* The folder that holds the path. */
static int sync_parent(const char *path)
{
    char parent[PATH_MAX];
    size_t size = strlen(path);

    while (size > 0 && path[size - 1] != '/')
        size--;
    if (size >= sizeof(parent))
        return MP_EINVAL;
    memcpy(parent, path, size);
    parent[size] = '\0';
    return mp_file_sync_folder(size == 0 ? "." : parent);
}

static int restore_in(const char *working, const char *from, const struct mp_store_options *to,
                      uint64_t at_least, const char *by, const char *why, int64_t now_us,
                      struct mp_head *ret_head)
{
    struct mp_store_options options = *to;
    char source[PATH_MAX], target[PATH_MAX];
    int error;

    options.folder = working;
    options.read_only = false;
    if (join_path(source, from, "/" MP_STORE_DATA_FILE) < 0 ||
        join_path(target, working, "/" MP_STORE_DATA_FILE) < 0)
        return MP_EINVAL;
    error = clear_folder(working);
    if (error == 0)
        error = mp_file_make_folder(working, 0700);
    if (error == 0)
        error = copy_file(source, target);
    if (error == 0)
        error = copy_journal(from, working);
    if (error == 0)
        error = mp_file_sync_folder(working);
    if (error == 0)
        error = prove(&options);
    if (error == 0)
        error = begin_epoch(from, &options, at_least, by, why, now_us, ret_head);
    return error;
}

int mp_store_restore(const char *from, const struct mp_store_options *to, uint64_t at_least,
                     const char *by, const char *why, int64_t now_us, struct mp_head *ret_head)
{
    char wanted[PATH_MAX], working[PATH_MAX], source[PATH_MAX];
    struct mp_head head;
    size_t size;
    int error = join_path(wanted, to->folder, "");

    mp_store_explain("%s", "");
    if (error == 0)
        error = join_path(source, from, "/" MP_STORE_DATA_FILE);
    if (error < 0)
        return error;
    if (!mp_file_exists(source))
        return MP_ENOTFOUND;
    for (size = strlen(wanted); size > 1 && wanted[size - 1] == '/'; size--)
        wanted[size - 1] = '\0';
    error = join_path(working, wanted, WORKING_SUFFIX);
    if (error == 0)
        error = make_way(wanted);
    if (error == 0)
        error = restore_in(working, from, to, at_least, by, why, now_us, &head);
    if (error == 0 && rename(working, wanted) < 0)
        error = mp_error_from_errno(errno);
    if (error == 0)
        error = sync_parent(wanted);
    if (error == 0)
        *ret_head = head;
    return error;
}
