/* The journal: small groups of submissions, durable at once and in one place.
 *
 * A commit of the tables writes a page for each leaf that it touches, and its meta page behind a
 * sync of its own. So a small group is first put, as one row, into a file that lies there whole
 * already (journal.log in the store's folder): one write, one sync. Its batch stays open and takes
 * the next groups on top; now and then the batch is committed, which files all of them in the
 * tables and makes their rows dead. After a crash the rows beyond what is filed are taken into a
 * batch again.
 *
 *   file   := sectors of 512 bytes, each of zeros or proving itself
 *   sector := crc32c(4) of the rest; crc32c(4) of the row; number of the row(8); piece of it(496)
 *   row    := size of the rest(4); head before it: seq(8) chain hash(32); items in order
 *   item   := 'E' size(4) event
 *           | 'O' size(1) agency, submission id(16), hash of its changes(32), size(4) Answer
 *
 * A row begins at a multiple of 4096 bytes behind the row before it, the first one that is not
 * filed at 0, over dead ones. Numbers have no holes; meta "filed" is the last one that the tables
 * have. Of a write that a crash has torn, a sector is as it was or as it was to be (LMDB takes that
 * for granted of its meta page too). So a last row of which a sector is another's was never
 * durable, and a sector that is not of zeros and proves nothing is damaged. */
#ifndef MP_STORE_JOURNAL_H
#define MP_STORE_JOURNAL_H

#include "core/base/buffer.h"
#include "store/store.h"

struct mp_store_journal;

/* Makes the file when there is none, unless read_only: MP_ENOTFOUND then. MP_ENOSPC: there is no
 * room for it, and nothing was ever logged. */
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
/* Whether the row fits behind the others, or, when all of them are filed, in their place. */
bool mp_store_journal_has_room(const struct mp_store_journal *journal, bool is_filed,
                               const struct mp_buffer *row);
/* Durable when it returns 0. MP_ENOSPC: it is not there, nor will it be (only where writing anew
 * what lies there takes room). MP_EIO leaves it open. */
int mp_store_journal_append(struct mp_store_journal *journal, uint64_t number, uint64_t filed,
                            const struct mp_buffer *row) MP_CHECK_RESULT;

/* The last number, `filed` when nothing is beyond it. MP_ECORRUPT (mp_store_why says what): the
 * file is damaged or of another time than the tables. */
int mp_store_journal_last(struct mp_store_journal *journal, uint64_t filed,
                          uint64_t *ret_number) MP_CHECK_RESULT;
/* Every row beyond `filed` into the batch, whose head is that of `filed`. *ret_number and errors as
 * above. */
int mp_store_journal_replay(struct mp_store_journal *journal, uint64_t filed,
                            struct mp_batch *batch, uint64_t *ret_number) MP_CHECK_RESULT;
/* Who wrote the rows that `last` found may have died before they were durable: makes them so. */
int mp_store_journal_settle(struct mp_store_journal *journal) MP_CHECK_RESULT;

#endif
