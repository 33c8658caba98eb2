#include "core/base/file.h"
#include "core/kv/private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* An environment with nothing in it, of which everything is on the disk. */
static int write_new(const char *path, uint64_t map_bytes)
{
    MDB_env *env;
    int code = mdb_env_create(&env);

    if (code != 0)
        return mp_kv_translate(code);
    code = mdb_env_set_mapsize(env, map_bytes);
    /* Nobody else knows of the file: no lock. */
    int error = mp_kv_translate(code);
    if (error == 0)
        error = mp_kv_written(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK, 0600));
    if (error == 0)
        error = mp_kv_translate(mdb_env_sync(env, 1));
    mdb_env_close(env);
    return error;
}

/* Whoever waited for the lock finds the file in its place, and that is the very one it has locked.
 */
static int make_locked(int file, const char *partial, const char *whole, uint64_t map_bytes)
{
    struct stat status;
    int error;

    if (stat(whole, &status) == 0)
        return 0;
    if (ftruncate(file, 0) < 0) /* what a crash left */
        return mp_error_from_errno(errno);
    error = write_new(partial, map_bytes);
    if (error == 0 && rename(partial, whole) < 0)
        error = mp_error_from_errno(errno);
    if (error < 0)
        (void)unlink(partial);
    return error;
}

int mp_kv_make(const char *folder, const char *name, uint64_t map_bytes)
{
    char whole[PATH_MAX], partial[PATH_MAX];
    struct stat status;
    int file, error;
    int length = snprintf(whole, sizeof(whole), "%s/%s", folder, name);

    if (length < 0 || (size_t)length >= sizeof(whole))
        return MP_EINVAL;
    if (stat(whole, &status) == 0)
        return 0;
    length = snprintf(partial, sizeof(partial), "%s.partial", whole);
    if (length < 0 || (size_t)length >= sizeof(partial))
        return MP_EINVAL;
    file = open(partial, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return mp_error_from_errno(errno);
    if (flock(file, LOCK_EX) < 0)
        error = mp_error_from_errno(errno);
    else
        error = make_locked(file, partial, whole, map_bytes);
    close(file); /* and with it the lock */
    return error;
}
