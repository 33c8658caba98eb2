/* Group commit without sockets: submissions in, one batch on disk, answers and events out.
 *
 *   begin → take, take, take … → commit → answers may leave, then events
 *
 * Nothing that take says may reach anybody before commit has returned 0. */
#ifndef MP_LEDGER_WRITER_H
#define MP_LEDGER_WRITER_H

#include "core/base/clock.h"
#include "proto/codec.h"
#include "store/store.h"

struct writer;

/* The store and the clock are the caller's. */
int writer_new(struct mp_store *store, const struct mp_clock *clock, int offset_minutes,
               struct writer **ret_writer) MP_CHECK_RESULT;
void writer_free(struct writer *writer);

int writer_begin(struct writer *writer) MP_CHECK_RESULT;
/* Gives up the batch that is open, if there is one. By the thread that began it: LMDB's lock is its
 * own. */
void writer_give_up(struct writer *writer);
/* Decides one submission from the key's holder. *ret_answer's texts live until the next begin. An
 * error is the store's own (the batch is lost; see writer_commit) or MP_ENOMEM (the group is full:
 * commit first). */
int writer_take(struct writer *writer, const uint8_t key[static 32], struct mp_span submission,
                struct mp_answer *ret_answer) MP_CHECK_RESULT;
/* The answer that writer_take gave last, encoded, when the store keeps it too; else empty. Until
 * the next take. */
struct mp_span writer_answer_bytes(const struct writer *writer);
/* Makes the group durable. On an error nothing of it was kept: no answer of it may be sent. MP_EIO
 * and MP_EPANIC: it is not known what was kept, so stop the process. A small group is logged (store
 * journal), which is as durable and quicker; readers see it when it is filed. */
int writer_commit(struct writer *writer) MP_CHECK_RESULT;
/* Files what is logged, between two groups. On an error it stays logged, and the next begin takes
 * it up again. */
int writer_file(struct writer *writer) MP_CHECK_RESULT;
/* Whether something waits to be filed, and the tables' transaction with it. */
bool writer_is_open(const struct writer *writer);
/* Whether the group committed last had anything for the disk: one of which everybody is told busy
 * has not. */
bool writer_has_kept(const struct writer *writer);
/* Of the group committed last; valid until the next begin. */
struct mp_batch_events writer_events(const struct writer *writer);

struct writer_counts {
    uint64_t accepted, rejected, repeated, busy, events, commits;
};
struct writer_counts writer_counts(const struct writer *writer);

#endif
