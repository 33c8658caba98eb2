/* What is said to a record while its disk and its memory fail: always the same batches, each with
 * small and large submissions, repeated ones and ones that are refused. */
#ifndef MP_TESTS_SUPPORT_FAULTS_SCRIPT_H
#define MP_TESTS_SUPPORT_FAULTS_SCRIPT_H

#include "store/store.h"

#define FAULTS_BATCHES    32 /* there are so many */
#define FAULTS_BATCH_MOST 8  /* submissions in one */
#define FAULTS_MAP_BYTES  (UINT64_C(256) << 20)

extern const uint8_t faults_ministry_key[32], faults_railways_key[32];

struct faults_submission {
    const uint8_t *key;
    struct mp_uuid id;
    struct mp_span bytes;
    bool is_refused; /* as it must be */
};

struct faults_batch {
    struct faults_submission items[FAULTS_BATCH_MOST];
    size_t count;
};

/* An empty record with its first authority. 0 or the store's error. */
int faults_found(const char *folder) MP_CHECK_RESULT;
struct mp_store_options faults_options(const char *folder);
/* The batch of that number, from 0; number 0 makes the world that the others speak about. 0 or
 * MP_ENOMEM. */
int faults_batch(size_t number, struct mp_arena *arena,
                 struct faults_batch *ret_batch) MP_CHECK_RESULT;

struct faults_writing {
    struct mp_store *store;
    struct mp_batch *batch; /* open while what it holds is logged and not filed */
};

/* As the ledger's writer does it: decide, apply, keep, log or commit, at a time that depends on the
 * number alone. So the same batches make the same record, byte for byte, however often one had to
 * be tried again. On an error nothing of it is known to be kept. *ret_kept: outcomes that are new.
 */
int faults_apply(struct faults_writing *writing, size_t number, struct mp_arena *arena,
                 size_t *ret_kept) MP_CHECK_RESULT;
/* What is logged stays so. */
void faults_close(struct faults_writing *writing);

#endif
