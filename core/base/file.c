#include "core/base/file.h"

#include "core/base/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES ((size_t)64 << 10)

int mp_error_from_errno(int number)
{
    static const struct {
        int number;
        int error;
    } known[] = {
        {ENOENT, MP_ENOTFOUND},
        {ENOTDIR, MP_ENOTFOUND},
        {ENOMEM, MP_ENOMEM},
        {EEXIST, MP_EEXIST},
        {ENOTEMPTY, MP_EEXIST},
        {EACCES, MP_EPERM},
        {EPERM, MP_EPERM},
        {EROFS, MP_EPERM},
        {EIO, MP_EIO},
        {ENOSPC, MP_ENOSPC},
        {EDQUOT, MP_ENOSPC},
        {EFBIG, MP_ETOOBIG},
        {EINVAL, MP_EINVAL},
        {EISDIR, MP_EINVAL},
        {ENAMETOOLONG, MP_EINVAL},
        {ELOOP, MP_EINVAL},
        {EAGAIN, MP_EAGAIN},
        {EINTR, MP_EAGAIN},
        {EBUSY, MP_EBUSY},
        {EADDRINUSE, MP_EBUSY},
        {ETIMEDOUT, MP_ETIMEDOUT},
        {ECANCELED, MP_ECANCELLED},
        {ECONNREFUSED, MP_EUNREACHABLE},
        {EHOSTUNREACH, MP_EUNREACHABLE},
        {ENETUNREACH, MP_EUNREACHABLE},
    };

    for (size_t i = 0; i < MP_LENGTH(known); i++) {
        if (known[i].number == number)
            return known[i].error;
    }
    return MP_ESYSTEM;
}

/* Reads until the end of the file; one byte over the most shows that it is too long. */
static int read_all(int file, size_t most_bytes, struct mp_buffer *buffer)
{
    for (;;) {
        size_t before = buffer->size;
        size_t left = buffer->limit - before;
        size_t size = left < READ_BYTES ? left : READ_BYTES;
        uint8_t *place = mp_buffer_reserve(buffer, size);
        ssize_t got;

        if (place == NULL)
            return buffer->error;
        do {
            got = read(file, place, size);
        } while (got < 0 && errno == EINTR);
        if (got < 0)
            return mp_error_from_errno(errno);
        buffer->size = before + (size_t)got;
        if (buffer->size > most_bytes)
            return MP_ETOOBIG;
        if (got == 0)
            return 0;
    }
}

int mp_file_read(struct mp_arena *arena, const char *path, size_t most_bytes,
                 struct mp_span *ret_bytes)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct mp_buffer buffer;
    char *text = NULL;
    int error;

    if (file < 0)
        return mp_error_from_errno(errno);
    mp_buffer_init(&buffer, most_bytes < SIZE_MAX ? most_bytes + 1 : most_bytes);
    error = read_all(file, most_bytes, &buffer);
    close(file);
    if (error == 0) {
        text = mp_arena_text(arena, mp_buffer_span(&buffer));
        error = text == NULL ? MP_ENOMEM : 0;
    }
    if (error == 0)
        *ret_bytes = mp_span_make(text, buffer.size);
    mp_buffer_done(&buffer);
    return error;
}

static int write_all(int file, struct mp_span bytes)
{
    for (size_t at = 0; at < bytes.size;) {
        ssize_t put = write(file, bytes.data + at, bytes.size - at);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return mp_error_from_errno(errno);
        at += (size_t)put;
    }
    return 0;
}

static int write_and_sync(int file, struct mp_span bytes, mode_t mode)
{
    int error = write_all(file, bytes);

    if (error == 0 && (fchmod(file, mode) < 0 || fsync(file) < 0))
        error = mp_error_from_errno(errno);
    if (close(file) < 0 && error == 0)
        error = mp_error_from_errno(errno);
    return error;
}

/* The folder that holds the path: "." when it names none. */
static int folder_of(const char *path, char folder[static PATH_MAX])
{
    size_t size = strlen(path);

    if (size >= PATH_MAX)
        return MP_EINVAL;
    memcpy(folder, path, size + 1);
    while (size > 1 && folder[size - 1] == '/')
        folder[--size] = '\0';
    while (size > 0 && folder[size - 1] != '/')
        size--;
    while (size > 1 && folder[size - 1] == '/')
        size--;
    folder[size] = '\0';
    if (size == 0)
        memcpy(folder, ".", 2);
    return 0;
}

int mp_file_sync_folder(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = 0;

    if (folder < 0)
        return mp_error_from_errno(errno);
    if (fsync(folder) < 0)
        error = mp_error_from_errno(errno);
    close(folder);
    return error;
}

int mp_file_write_durable(const char *path, struct mp_span bytes, mode_t mode)
{
    char temporary[PATH_MAX], folder[PATH_MAX];
    int length = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
    int file, error;

    if (length < 0 || (size_t)length >= sizeof(temporary) || folder_of(path, folder) < 0)
        return MP_EINVAL;
    file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0)
        return mp_error_from_errno(errno);
    error = write_and_sync(file, bytes, mode);
    if (error == 0 && rename(temporary, path) < 0)
        error = mp_error_from_errno(errno);
    if (error < 0) {
        unlink(temporary);
        return error;
    }
    return mp_file_sync_folder(folder);
}

/* One folder whose parents exist. A new one is made to last, or a crash could lose what was
 * synced inside it. */
static int make_one(const char *path, mode_t mode)
{
    char parent[PATH_MAX];
    struct stat status;

    if (mkdir(path, mode) == 0) {
        int error = folder_of(path, parent);

        return error < 0 ? error : mp_file_sync_folder(parent);
    }
    if (errno != EEXIST && errno != EISDIR)
        return mp_error_from_errno(errno);
    if (stat(path, &status) < 0)
        return mp_error_from_errno(errno);
    return S_ISDIR(status.st_mode) ? 0 : MP_EEXIST;
}

int mp_file_make_folder(const char *path, mode_t mode)
{
    char part[PATH_MAX];
    struct stat status;
    size_t size = strlen(path);

    if (size == 0 || size >= sizeof(part))
        return MP_EINVAL;
    if (stat(path, &status) == 0)
        return S_ISDIR(status.st_mode) ? 0 : MP_EEXIST;
    memcpy(part, path, size + 1);
    for (size_t i = 1; i < size; i++) {
        int error;

        if (part[i] != '/' || part[i - 1] == '/')
            continue;
        part[i] = '\0';
        error = stat(part, &status) == 0 ? 0 : make_one(part, mode);
        if (error < 0)
            return error;
        part[i] = '/';
    }
    return make_one(path, mode);
}

bool mp_file_exists(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0;
}

int mp_file_check_private(const char *path)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return mp_error_from_errno(errno);
    if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
        (status.st_mode & (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)) != 0)
        return MP_EKEYMODE;
    return 0;
}
