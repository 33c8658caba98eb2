/* The journal: small groups of submissions, durable at once and in one place.
 *
 * A commit of the tables writes a page for each leaf that it touches, and a disk takes a dozen
 * scattered pages no faster for being told of a single change. So a small group is first put, as
 * one row, into an environment of its own (journal/ in the store's folder), which dirties three
 * pages; that makes it durable. Its batch stays open and takes the next groups on top; now and then
 * the batch is committed, which files all of them in the tables and makes their rows dead. After a
 * crash the rows beyond what is filed are taken into a batch again.
 *
 *   row  := number(8) → crc32c(4) head before it: seq(8) chain hash(32); then items in order
 *   item := 'E' size(4) event
 *         | 'O' size(1) agency, submission id(16), hash of its changes(32), size(4) Answer
 *
 * Numbers have no holes; meta "filed" is the last one that the tables have. */
#ifndef MP_STORE_JOURNAL_H
#define MP_STORE_JOURNAL_H

#include "core/base/buffer.h"
#include "store/store.h"

struct mp_store_journal;

/* MP_ENOTFOUND when there is none and read_only. */
int mp_store_journal_open(const char *store_folder, bool read_only,
                          struct mp_store_journal **ret_journal) MP_CHECK_RESULT;
void mp_store_journal_close(struct mp_store_journal *journal);
MP_AUTO_DEFINE(struct mp_store_journal *, mp_store_journal_close);

/* A row: begun with the head that it follows, then its items, then appended. */
void mp_store_journal_begin(struct mp_buffer *row, const struct mp_head *head);
bool mp_store_journal_is_empty(const struct mp_buffer *row);
void mp_store_journal_add_event(struct mp_buffer *row, struct mp_span event);
void mp_store_journal_add_outcome(struct mp_buffer *row, const char *agency,
                                  const struct mp_uuid *id, const struct mp_hash *hash,
                                  struct mp_span answer);
/* Durable when it returns 0. Rows up to `filed` are thrown away with it. Errors are mp_kv_commit's:
 * MP_EIO and MP_EPANIC leave it open whether the row is there. */
int mp_store_journal_append(struct mp_store_journal *journal, uint64_t number, uint64_t filed,
                            struct mp_buffer *row) MP_CHECK_RESULT;

/* The largest number, 0 when there is no row. */
int mp_store_journal_last(struct mp_store_journal *journal, uint64_t *ret_number) MP_CHECK_RESULT;
/* Every row beyond `filed` into the batch, whose head is that of `filed`. MP_ECORRUPT: a row is
 * damaged or does not follow (mp_store_why says which). */
int mp_store_journal_replay(struct mp_store_journal *journal, uint64_t filed,
                            struct mp_batch *batch) MP_CHECK_RESULT;

#endif
