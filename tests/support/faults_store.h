/* What a record must be: the script's states, one after each batch, known before any fault. */
#ifndef MP_TESTS_SUPPORT_FAULTS_STORE_H
#define MP_TESTS_SUPPORT_FAULTS_STORE_H

#include "tests/support/faults_run.h"
#include "tests/support/faults_script.h"

struct faults_state {
    uint64_t seq, submissions;
    struct mp_hash hash; /* of the chain at seq */
};

struct faults_reference {
    struct faults_state states[FAULTS_BATCHES + 1]; /* [n]: after n batches */
    const char *founded;                            /* a folder with the record after none */
    struct mp_arena *arena;
};

/* In the test's folder. */
void faults_reference_init(struct faults_reference *reference);
void faults_reference_done(struct faults_reference *reference);

/* What a whole and consistent record holds, as so many batches; fails the test when it is not whole
 * or no such state. what: said when it fails. */
size_t faults_batches_in(const struct faults_reference *reference, const char *folder,
                         const char *what);
/* Opens the record, which holds `from` batches, applies all up to `to`: it is what it would have
 * been without any fault. */
void faults_go_on(const struct faults_reference *reference, const char *folder, size_t from,
                  size_t to, const char *what);

#endif
