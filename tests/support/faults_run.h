/* A process with a fault under it (tests/preload/fail.c), and what it was heard to acknowledge. */
#ifndef MP_TESTS_SUPPORT_FAULTS_RUN_H
#define MP_TESTS_SUPPORT_FAULTS_RUN_H

#include "tests/support/folder.h"
#include "tests/support/random.h"
#include "tests/support/system_process.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>

struct faults_plan {
    const char *call;  /* memory, write, sync, open; NULL: no fault */
    uint64_t at;       /* 0: calls are counted, none fails */
    uint64_t times;    /* 0: all from there on */
    int number;        /* errno */
    const char *how;   /* NULL, "done", "short" */
    const char *under; /* the folder that it befalls */
    const char *after; /* the file from which on calls count; NULL: from the start */
    bool own;          /* memory: of the program itself alone */
};

/* Of a sanitizer, which cannot be made to fail; then it says on standard error that this part is
 * left out. */
bool faults_has_own_memory(void);
/* Whether everything is to be done that can be (MILEPOST_EVERY=1), or a sample. */
bool faults_every(void);
/* Everything takes long: MILEPOST_SLICE=2/8 does the second eighth of it alone. True for what is to
 * be done, all when nothing is said. */
bool faults_is_in_slice(uint64_t number);
/* MILEPOST_SEED, or a fixed one. */
uint64_t faults_seed(void);
/* "write 17, error 28, done" */
const char *faults_name(const struct faults_plan *plan);

/* As system_spawn, with the fault under it, behind what LD_PRELOAD has (which is empty then). */
struct system_process *faults_spawn(const struct faults_plan *plan, const char *const *argv);
/* The library of that name before whatever the sanitizers need; for LD_PRELOAD. */
const char *faults_preload(const char *name);
/* Of the process spawned last. */
uint64_t faults_calls(void);

/* What was written so far: fault and ack lines. */
struct faults_heard {
    bool struck;              /* the fault has come */
    size_t acknowledged;      /* how many, from 0 without a gap */
    size_t acknowledged_then; /* of these, when it came */
};
struct faults_heard faults_hear(const struct system_process *process);

/* Runs one of the programs of tests/faults/drive.h to its end. */
struct faults_result {
    struct faults_heard heard;
    int status;
    uint64_t calls;
    const char *why; /* its standard error */
};
struct faults_result faults_drive(const struct faults_plan *plan, const char *what,
                                  const char *folder, const char *more);

/* Calls try for every fault of the plan's kind at the numbers 1 … calls, or for so many of them
 * that the seed chooses. */
void faults_sweep(const struct faults_plan *plan, uint64_t calls, uint64_t sample,
                  void (*try)(void *context, const struct faults_plan *plan), void *context);

/* Files. */
void faults_copy_file(const char *from, const char *to);

#endif
