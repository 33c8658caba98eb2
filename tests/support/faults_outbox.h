/* What is done with an outbox while its disk and its memory fail: always the same steps. */
#ifndef MP_TESTS_SUPPORT_FAULTS_OUTBOX_H
#define MP_TESTS_SUPPORT_FAULTS_OUTBOX_H

#include "clients/lib/outbox.h"

#define FAULTS_STEPS 40

/* The step of that number, from 0. Doing one again that failed, or that was done and said to have
 * failed, is harmless. 0 or the outbox's error. */
int faults_step(struct mp_outbox *outbox, size_t number, struct mp_arena *arena) MP_CHECK_RESULT;
/* Of everything that the outbox shows: each entry in its order, and the counts. */
int faults_outbox_hash(struct mp_outbox *outbox, struct mp_arena *arena,
                       struct mp_hash *ret_hash) MP_CHECK_RESULT;

#endif
