/* Files: whole reads, durable writes, folders. */
#ifndef MP_BASE_FILE_H
#define MP_BASE_FILE_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/span.h"

#include <stdbool.h>
#include <sys/types.h>

/* The whole file, NUL-terminated for convenience (not counted). MP_ENOTFOUND, MP_ETOOBIG, MP_EIO,
 * MP_EPERM, MP_ENOMEM. */
int mp_file_read(struct mp_arena *arena, const char *path, size_t most_bytes,
                 struct mp_span *ret_bytes) MP_CHECK_RESULT;
/* Temporary name, fsync file, rename, fsync folder. */
int mp_file_write_durable(const char *path, struct mp_span bytes, mode_t mode) MP_CHECK_RESULT;
int mp_file_sync_folder(const char *path) MP_CHECK_RESULT;
/* Makes the folder and its parents; an existing folder is fine. */
int mp_file_make_folder(const char *path, mode_t mode) MP_CHECK_RESULT;
bool mp_file_exists(const char *path);
/* 0 when a regular file of ours that no group or other can read or write, else MP_EKEYMODE /
 * MP_ENOTFOUND. */
int mp_file_check_private(const char *path) MP_CHECK_RESULT;
/* errno of a failed system call as an mp_error. */
int mp_error_from_errno(int number);

#endif
