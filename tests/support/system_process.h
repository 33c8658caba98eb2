/* Real processes under a test: started with their output in our hands, waited for with deadlines,
 * gone at the end whatever happens. One thread; every wait reads the output of all of them, so that
 * none is ever held up by a full pipe. */
#ifndef MP_TESTS_SUPPORT_SYSTEM_PROCESS_H
#define MP_TESTS_SUPPORT_SYSTEM_PROCESS_H

#include "core/base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* For whatever must come; never reached when all is well. */
#define SYSTEM_DEADLINE_MS 60000

enum system_stream { SYSTEM_OUT, SYSTEM_ERR };

struct system_process;

/* Init and fini of a test. The first makes the test's folder under /tmp and a guardian that, when
 * the test ends or dies, kills every process that has this folder in its environment and removes
 * the folder. MILEPOST_TEST_KEEP=1 leaves it there. */
void system_begin(void);
void system_end(void);
const char *system_folder(void);
/* Of the whole test. */
struct mp_arena *system_arena(void);
/* The program of that name in MILEPOST_BIN. */
const char *system_program(const char *name);
/* A path in MILEPOST_SOURCE. */
const char *system_source(const char *path);
/* printf into the arena. */
const char *system_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Starts argv[0]; NULL at the end. It dies with the test. */
struct system_process *system_spawn(const char *const *argv);
pid_t system_pid(const struct system_process *process);
/* Until it ends: its exit code, or 128 and the signal. Fails the test at the deadline. */
int system_wait(struct system_process *process, int64_t timeout_ms);
bool system_is_over(struct system_process *process);
/* Everything it wrote so far. */
const char *system_output(const struct system_process *process, enum system_stream stream);
/* The next whole line with the words in it, after the one given by the call before; NULL when none
 * came in time, or the process ended without. */
const char *system_find_line(struct system_process *process, enum system_stream stream,
                             const char *words, int64_t timeout_ms);
/* The same; fails the test when there is none. */
const char *system_await(struct system_process *process, enum system_stream stream,
                         const char *words);
/* Until it has written that many lines to stdout; fails the test otherwise. */
void system_await_lines(struct system_process *process, size_t count);
size_t system_count_lines(const char *text);
/* Reads what has come, waiting at most so long for something. */
void system_pump(int64_t timeout_ms);
/* Forgets it, and its output; it must be over. */
void system_forget(struct system_process *process);

/* Runs a condition until it holds; false at the deadline. */
bool system_until(bool (*holds)(void *context), void *context, int64_t timeout_ms);
int64_t system_now_ms(void);

#endif
