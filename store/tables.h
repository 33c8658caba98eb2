/* What lies in which table. Integers are big-endian, days have their sign bit flipped: bytes sort
 * as the numbers do. A subject in a key is kind(1) topic 0x00 slug; topics end in '/', so a scan
 * over kind and prefix gives a subtree and never a namesake.
 *
 *   events       seq(8)                              crc32c(4) chain hash(32) event
 *   by_topic     topic 0x00 seq(8)                   a piece of the topic's run (run.h)
 *   runs         subject 0x00 change kind(1) stated_on(4) seq(8)   a piece of its run
 *   by_subject   the same key                        nothing: a statement that came out of order
 *   withdrawn    seq(8)                              seq(8) of the withdrawal
 *   state        subject                             crc32c(4) size(2) open ends of its runs,
 * Record topics       topic                               last seq(8) count(8) open end of its run
 *   submissions  agency 0x00 submission id(16)       crc32c(4) hash of its bytes(32) Answer
 *   checkpoints  nothing yet: for signed heads
 *   meta         "schema"                            version(4)
 *                "filed"       number(8): the last row of the journal that is in these tables
 *                "head"        epoch(8) restored head(8) seq(8) chain hash(32) recorded_at(8)
 *
 * Together runs, their open ends and by_subject are DESIGN §5's by_subject: every event about a
 * subject is in exactly one of them. A commit that puts a row for each event at a place of its own
 * dirties a page for each; here, once in a piece. Observations are filed by their indicator, which
 * has no row of state to keep an open end in: they are all in by_subject. Their subject is
 * mp_event_index_subject's.
 *
 * Chain: hash of event n = BLAKE2b-256(hash of n-1, event bytes), 32 zeros before the first. The
 * CRC of an event covers its hash and its bytes. */
#ifndef MP_STORE_TABLES_H
#define MP_STORE_TABLES_H

#include "core/base/arena.h"
#include "core/base/hash.h"
#include "core/base/uuid.h"
#include "core/domain/record.h"
#include "core/kv/kv.h"
#include "store/store.h"

#define MP_STORE_TABLES(X)                                                                         \
    X(events)                                                                                      \
    X(by_topic)                                                                                    \
    X(runs)                                                                                        \
    X(by_subject)                                                                                  \
    X(withdrawn)                                                                                   \
    X(state)                                                                                       \
    X(topics)                                                                                      \
    X(submissions)                                                                                 \
    X(checkpoints)                                                                                 \
    X(meta)
#define MP_STORE_TABLE_COUNT 10

struct mp_store_tables {
#define X(name) mp_kv_table name;
    MP_STORE_TABLES(X)
#undef X
};

struct mp_store_key {
    size_t size;
    bool too_long; /* its span is empty then, which LMDB refuses */
    uint8_t bytes[MP_KV_KEY_MOST];
};

static inline struct mp_span mp_store_key_span(const struct mp_store_key *key)
{
    return mp_span_make(key->bytes, key->too_long ? 0 : key->size);
}

/* Each starts the key anew. */
void mp_store_key_seq(struct mp_store_key *key, uint64_t seq);
void mp_store_key_by_topic(struct mp_store_key *key, struct mp_span topic, uint64_t seq);
void mp_store_key_state(struct mp_store_key *key, const struct mp_subject *subject);
/* kind and prefix ("" or "/": all of the kind). */
void mp_store_key_state_prefix(struct mp_store_key *key, enum mp_kind kind, const char *prefix);
/* All of a topic. */
void mp_store_key_topic(struct mp_store_key *key, struct mp_span topic);
/* Everything about the subject, of every kind of change. */
void mp_store_key_subject(struct mp_store_key *key, const struct mp_subject *index_subject);
/* Everything of one kind about it. */
void mp_store_key_statements(struct mp_store_key *key, const struct mp_subject *index_subject,
                             enum mp_change_kind kind);
void mp_store_key_entry(struct mp_store_key *key, const struct mp_subject *index_subject,
                        enum mp_change_kind kind, int32_t stated_on, uint64_t seq);
void mp_store_key_submission(struct mp_store_key *key, const char *agency,
                             const struct mp_uuid *id);

/* More of a key that was begun. */
void mp_store_key_add_day(struct mp_store_key *key, int32_t day);
void mp_store_key_add_seq(struct mp_store_key *key, uint64_t seq);

/* Reading keys back: MP_ECORRUPT when they are none. Texts are copied to the arena. */
int mp_store_key_to_seq(struct mp_span key, uint64_t *ret_seq) MP_CHECK_RESULT;
int mp_store_key_to_topic(struct mp_span key, struct mp_span *ret_topic,
                          uint64_t *ret_seq) MP_CHECK_RESULT;
int mp_store_key_to_subject(struct mp_span key, struct mp_arena *arena,
                            struct mp_subject *ret_subject) MP_CHECK_RESULT;
/* kind, stated_on and seq of a key of runs or by_subject, nothing else of the entry;
 * *ret_subject_key is the subject's part of it. */
int mp_store_key_to_entry(struct mp_span key, struct mp_entry *ret_entry,
                          struct mp_span *ret_subject_key) MP_CHECK_RESULT;
int mp_store_key_to_submission(struct mp_span key, struct mp_span *ret_agency,
                               struct mp_uuid *ret_id) MP_CHECK_RESULT;

/* Values. Opening checks the CRC where there is one: MP_ECORRUPT. Spans are borrowed. */
#define MP_STORE_EVENT_HEADER 36
void mp_store_event_write(uint8_t *value, const struct mp_hash *hash, struct mp_span event);
int mp_store_event_open(struct mp_span value, struct mp_hash *ret_hash,
                        struct mp_span *ret_event) MP_CHECK_RESULT;
int mp_store_record_open(struct mp_span value, struct mp_span *ret_record) MP_CHECK_RESULT;
/* The same, and the open ends of the record's runs. */
int mp_store_state_open(struct mp_span value, struct mp_span *ret_runs,
                        struct mp_span *ret_record) MP_CHECK_RESULT;

struct mp_store_position {
    uint64_t last;
    uint64_t count;
};
/* *ret_run (may be NULL): the open end behind it. */
int mp_store_position_open(struct mp_span value, struct mp_store_position *ret_position,
                           struct mp_span *ret_run) MP_CHECK_RESULT;

#define MP_STORE_OUTCOME_HEADER 36
void mp_store_outcome_write(uint8_t *value, const struct mp_hash *hash, struct mp_span answer);
int mp_store_outcome_open(struct mp_span value, struct mp_hash *ret_hash,
                          struct mp_span *ret_answer) MP_CHECK_RESULT;

#define MP_STORE_HEAD_BYTES 64
void mp_store_head_write(uint8_t value[static MP_STORE_HEAD_BYTES], const struct mp_head *head);
int mp_store_head_open(struct mp_span value, struct mp_head *ret_head) MP_CHECK_RESULT;

/* The subject under which the index files what is about this record: observations without their
 * sequence. NULL topic when the arena is full. */
struct mp_subject mp_store_index_subject(struct mp_arena *arena, const struct mp_subject *subject);

#endif
