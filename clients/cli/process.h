/* The other programs of Milepost, and folders: what init, up and the care of a record need. */
#ifndef MP_CLI_PROCESS_H
#define MP_CLI_PROCESS_H

#include "clients/cli/command.h"
#include "core/base/error.h"

/* The program beside this one, else its bare name (found by PATH). In the arena. */
const char *process_find(struct mp_arena *arena, const char *program);
/* Runs it to its end; argv[0] is its name, NULL at the end. With our stdout and stderr; where size
 * is not 0 the beginning of its stdout goes into text instead; is_quiet: what it says on stderr is
 * dropped. Its exit code; CLI_FAILED with a message when it cannot be started or is killed. */
int process_run(struct mp_arena *arena, const char *const *argv, bool is_quiet, char *text,
                size_t size);
/* Something is there that is no empty folder. */
bool process_is_taken(const char *path);
/* Removes a folder of ours and all in it; links are not followed. 0 or MP_EIO. */
int process_remove_tree(const char *path) MP_CHECK_RESULT;

/* The lock of a running 'milepost up': run/up.pid of the instance, with its pid inside.
 * >= 0: the lock is ours, closing the descriptor gives it up. MP_EBUSY: it runs, *ret_pid is its
 * process (0 when not yet written). */
int process_lock(const char *folder, long *ret_pid) MP_CHECK_RESULT;

#endif
