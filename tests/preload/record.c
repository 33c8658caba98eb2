/* Writes down, in the order in which it happened, everything a process does to files below
 * MILEPOST_RECORD_UNDER that a crash of the machine may keep or lose, and every line that the
 * process says on standard output, into the file MILEPOST_RECORD_LOG. tests/support/faults_log.h
 * says how.
 *
 * One call at a time: what the log says came first did come first. Pages written through a mapping
 * are not seen: the store has none (and if it had, the images made from the log would lack them).
 */
#include "tests/support/faults_log_format.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *under;
static int log_file = -1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("MILEPOST_RECORD_LOG");

    under = getenv("MILEPOST_RECORD_UNDER");
    if (path != NULL && under != NULL)
        log_file = (int)syscall(SYS_openat, AT_FDCWD, path,
                                O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

#define REAL(name)                                                                                 \
    static __typeof__(name) *real;                                                                 \
    if (real == NULL)                                                                              \
    real = (__typeof__(name) *)(uintptr_t)dlsym(RTLD_NEXT, #name)

static bool is_below(const char *path)
{
    return log_file >= 0 && strncmp(path, under, strlen(under)) == 0;
}

static void put(struct faults_log_entry entry, const void *bytes, const void *more)
{
    struct iovec pieces[] = {{.iov_base = &entry, .iov_len = sizeof(entry)},
                             {.iov_base = (void *)(uintptr_t)bytes, .iov_len = entry.size},
                             {.iov_base = (void *)(uintptr_t)more, .iov_len = entry.more}};
    ssize_t size = (ssize_t)(sizeof(entry) + entry.size + entry.more);

    if (syscall(SYS_writev, log_file, pieces, 3) != size)
        abort(); /* without its log the run is worth nothing */
}

static void put_path(enum faults_log_kind kind, const char *path, const char *more)
{
    struct stat status = {.st_ino = 0};
    struct faults_log_entry entry = {.kind = kind, .size = (uint32_t)strlen(path) + 1};

    if (kind == FAULTS_LOG_CREATE && stat(path, &status) != 0)
        abort();
    entry.file = status.st_ino;
    entry.more = more == NULL ? 0 : (uint32_t)strlen(more) + 1;
    put(entry, path, more);
}

/* Whether the descriptor is of a file or folder below; its number, and whether each write to it is
 * its own sync. */
static bool look(int file, struct faults_log_entry *entry)
{
    char link[64], path[4096];
    struct stat status;
    ssize_t size;
    int flags;

    if (log_file < 0)
        return false;
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    size = readlink(link, path, sizeof path - 1);
    if (size < 0)
        return false;
    path[size] = '\0';
    if (path[0] != '/' || !is_below(path) || fstat(file, &status) != 0)
        return false;
    flags = fcntl(file, F_GETFL);
    *entry = (struct faults_log_entry){.file = status.st_ino};
    entry->is_synced = flags >= 0 && (flags & O_DSYNC) != 0;
    return true;
}

static void put_write(const struct faults_log_entry *where, int64_t offset, const void *bytes,
                      ssize_t size)
{
    struct faults_log_entry entry = *where;

    if (size <= 0)
        return;
    entry.kind = FAULTS_LOG_WRITE;
    entry.offset = offset;
    entry.size = (uint32_t)size;
    put(entry, bytes, NULL);
}

static void put_bare(const struct faults_log_entry *where, enum faults_log_kind kind,
                     int64_t offset)
{
    struct faults_log_entry entry = *where;

    entry.kind = kind;
    entry.offset = offset;
    put(entry, NULL, NULL);
}

/* Of a folder with its path: the names in it are on the disk then. */
static void put_sync(int file, const struct faults_log_entry *where)
{
    struct faults_log_entry entry = *where;
    struct stat status;
    char link[64], path[4096] = "";

    entry.kind = FAULTS_LOG_SYNC;
    if (fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        (void)!readlink(link, path, sizeof path - 1);
        entry.size = (uint32_t)strlen(path) + 1;
    }
    put(entry, path, NULL);
}

/* Standard output: the acknowledgements. */
static void put_said(const void *bytes, size_t size)
{
    put((struct faults_log_entry){.kind = FAULTS_LOG_SAID, .size = (uint32_t)size}, bytes, NULL);
}

/* Said before it is sent: what is in the log may have been heard. */
ssize_t write(int file, const void *bytes, size_t size)
{
    REAL(write);
    struct faults_log_entry where;
    ssize_t done;
    off_t offset;

    if (file == STDOUT_FILENO && log_file >= 0) {
        pthread_mutex_lock(&mutex);
        put_said(bytes, size);
        pthread_mutex_unlock(&mutex);
        return real(file, bytes, size);
    }
    if (!look(file, &where))
        return real(file, bytes, size);
    pthread_mutex_lock(&mutex);
    offset = lseek(file, 0, (fcntl(file, F_GETFL) & O_APPEND) != 0 ? SEEK_END : SEEK_CUR);
    done = real(file, bytes, size);
    put_write(&where, offset, bytes, done);
    pthread_mutex_unlock(&mutex);
    return done;
}

#define WRITE_AT(name, offset_type)                                                                \
    ssize_t name(int file, const void *bytes, size_t size, offset_type offset)                     \
    {                                                                                              \
        REAL(name);                                                                                \
        struct faults_log_entry where;                                                             \
        ssize_t done;                                                                              \
                                                                                                   \
        if (!look(file, &where))                                                                   \
            return real(file, bytes, size, offset);                                                \
        pthread_mutex_lock(&mutex);                                                                \
        done = real(file, bytes, size, offset);                                                    \
        put_write(&where, offset, bytes, done);                                                    \
        pthread_mutex_unlock(&mutex);                                                              \
        return done;                                                                               \
    }
WRITE_AT(pwrite, off_t)
WRITE_AT(pwrite64, off64_t)

/* Each piece is a write of its own: a disk may keep any of them without the others. */
static void put_pieces(const struct faults_log_entry *where, int64_t offset,
                       const struct iovec *pieces, ssize_t done)
{
    for (size_t left = done < 0 ? 0 : (size_t)done; left > 0; pieces++) {
        size_t size = pieces->iov_len < left ? pieces->iov_len : left;

        put_write(where, offset, pieces->iov_base, (ssize_t)size);
        offset += (int64_t)size;
        left -= size;
    }
}

ssize_t pwritev(int file, const struct iovec *pieces, int count, off_t offset)
{
    REAL(pwritev);
    struct faults_log_entry where;
    ssize_t done;

    if (!look(file, &where))
        return real(file, pieces, count, offset);
    pthread_mutex_lock(&mutex);
    done = real(file, pieces, count, offset);
    put_pieces(&where, offset, pieces, done);
    pthread_mutex_unlock(&mutex);
    return done;
}

ssize_t writev(int file, const struct iovec *pieces, int count)
{
    REAL(writev);
    struct faults_log_entry where;
    ssize_t done;
    off_t offset;

    if (!look(file, &where))
        return real(file, pieces, count);
    pthread_mutex_lock(&mutex);
    offset = lseek(file, 0, SEEK_CUR);
    done = real(file, pieces, count);
    put_pieces(&where, offset, pieces, done);
    pthread_mutex_unlock(&mutex);
    return done;
}

#define SYNC(name)                                                                                 \
    int name(int file)                                                                             \
    {                                                                                              \
        REAL(name);                                                                                \
        struct faults_log_entry where;                                                             \
        int done;                                                                                  \
                                                                                                   \
        if (!look(file, &where))                                                                   \
            return real(file);                                                                     \
        pthread_mutex_lock(&mutex);                                                                \
        done = real(file);                                                                         \
        if (done == 0)                                                                             \
            put_sync(file, &where);                                                                \
        pthread_mutex_unlock(&mutex);                                                              \
        return done;                                                                               \
    }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, offset_type)                                                                \
    int name(int file, offset_type size)                                                           \
    {                                                                                              \
        REAL(name);                                                                                \
        struct faults_log_entry where;                                                             \
        int done;                                                                                  \
                                                                                                   \
        if (!look(file, &where))                                                                   \
            return real(file, size);                                                               \
        pthread_mutex_lock(&mutex);                                                                \
        done = real(file, size);                                                                   \
        if (done == 0)                                                                             \
            put_bare(&where, FAULTS_LOG_SIZE, size);                                               \
        pthread_mutex_unlock(&mutex);                                                              \
        return done;                                                                               \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

/* ---- Names ---- */

#define TWO_PATHS(name, kind)                                                                      \
    int name(const char *from, const char *to)                                                     \
    {                                                                                              \
        REAL(name);                                                                                \
        int done;                                                                                  \
                                                                                                   \
        if (!is_below(from) && !is_below(to))                                                      \
            return real(from, to);                                                                 \
        pthread_mutex_lock(&mutex);                                                                \
        done = real(from, to);                                                                     \
        if (done == 0)                                                                             \
            put_path(kind, from, to);                                                              \
        pthread_mutex_unlock(&mutex);                                                              \
        return done;                                                                               \
    }
TWO_PATHS(rename, FAULTS_LOG_RENAME)
TWO_PATHS(link, FAULTS_LOG_LINK)

#define ONE_PATH(name, kind)                                                                       \
    int name(const char *path)                                                                     \
    {                                                                                              \
        REAL(name);                                                                                \
        int done;                                                                                  \
                                                                                                   \
        if (!is_below(path))                                                                       \
            return real(path);                                                                     \
        pthread_mutex_lock(&mutex);                                                                \
        done = real(path);                                                                         \
        if (done == 0)                                                                             \
            put_path(kind, path, NULL);                                                            \
        pthread_mutex_unlock(&mutex);                                                              \
        return done;                                                                               \
    }
ONE_PATH(unlink, FAULTS_LOG_UNLINK)
ONE_PATH(rmdir, FAULTS_LOG_UNLINK)

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir);
    int done;

    if (!is_below(path))
        return real(path, mode);
    pthread_mutex_lock(&mutex);
    done = real(path, mode);
    if (done == 0)
        put_path(FAULTS_LOG_FOLDER, path, NULL);
    pthread_mutex_unlock(&mutex);
    return done;
}

/* A file that was not there before is one more name; one that is cut has another size. */
static int open_file(int (*real)(const char *path, int flags, ...), const char *path, int flags,
                     mode_t mode)
{
    struct faults_log_entry where;
    bool was_there;
    int file;

    if (!is_below(path))
        return real(path, flags, mode);
    pthread_mutex_lock(&mutex);
    was_there = access(path, F_OK) == 0;
    file = real(path, flags, mode);
    if (file >= 0 && !was_there)
        put_path(FAULTS_LOG_CREATE, path, NULL);
    else if (file >= 0 && (flags & O_TRUNC) != 0 && look(file, &where))
        put_bare(&where, FAULTS_LOG_SIZE, 0);
    pthread_mutex_unlock(&mutex);
    return file;
}

#define OPEN_PATH(name)                                                                            \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        REAL(name);                                                                                \
        mode_t mode = 0;                                                                           \
                                                                                                   \
        if ((flags & (O_CREAT | O_TMPFILE)) != 0) {                                                \
            va_list arguments;                                                                     \
            va_start(arguments, flags);                                                            \
            mode = (mode_t)va_arg(arguments, int);                                                 \
            va_end(arguments);                                                                     \
        }                                                                                          \
        return open_file(real, path, flags, mode);                                                 \
    }
OPEN_PATH(open)
OPEN_PATH(open64)
