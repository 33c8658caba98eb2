#include "core/kv/private.h"

#include <errno.h>
#include <fcntl.h>

/* The file's length stays what LMDB made it: only blocks are taken, behind its end too. Twice as
 * many as asked for, so that most calls find them taken. */
static bool take_blocks(struct mp_kv *kv, uint64_t used, uint64_t bytes)
{
    mdb_filehandle_t file;

    if (mdb_env_get_fd(kv->env, &file) != 0 ||
        fallocate(file, FALLOC_FL_KEEP_SIZE, (off_t)used, (off_t)(2 * bytes)) < 0)
        return false;
    kv->reserved_end = used + 2 * bytes;
    return true;
}

bool mp_kv_has_room(struct mp_kv *kv, uint64_t bytes)
{
    MDB_envinfo info;
    MDB_stat pages;
    uint64_t used;

    if (mdb_env_info(kv->env, &info) != 0 || mdb_env_stat(kv->env, &pages) != 0)
        return false;
    used = (uint64_t)(info.me_last_pgno + 1) * pages.ms_psize;
    if (used + 2 * bytes > info.me_mapsize)
        return false;
    return kv->reserved_end >= used + bytes || take_blocks(kv, used, bytes);
}
