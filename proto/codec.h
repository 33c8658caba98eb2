/* Codecs between wire and domain: submissions, events, records, and what the feed carries.
 *
 * Decoding: into an arena with a budget (MP_ENOMEM beyond), every text checked for UTF-8 and NUL,
 * every enum number known, depth bounded by the schema (no message refers to itself), frame size
 * checked before. MP_EMALFORMED otherwise; *ret untouched on failure. Texts and bytes may be
 * borrowed from the arena only, never from the input. Encoding: appended to a buffer (its sticky
 * error says when it failed). */
#ifndef MP_PROTO_CODEC_H
#define MP_PROTO_CODEC_H

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/hash.h"
#include "core/domain/change.h"
#include "core/domain/record.h"
#include "core/domain/reject.h"

/* 0; 1 with a rejection (malformed, too_large, text_invalid, code_unknown …: *ret_rejection names
 * the field) and as much of ret_submission->id as could be read (nil if none); negative MP_ENOMEM.
 */
int mp_submission_decode(struct mp_span bytes, struct mp_arena *arena,
                         struct mp_submission *ret_submission,
                         struct mp_rejection *ret_rejection) MP_CHECK_RESULT;
/* The id alone, nil when the bytes do not have one; never fails. */
void mp_submission_peek_id(struct mp_span bytes, struct mp_uuid *ret_id);
/* What the duplicate check compares: the changes as they were sent, byte for byte, in order.
 * `after` and sent_at are the envelope's: an outbox may have to lay its chain anew, and an
 * importer's clock is not part of what it says. */
struct mp_hash mp_submission_content_hash(struct mp_span bytes);
int mp_submission_encode(const struct mp_submission *submission, struct mp_arena *arena,
                         struct mp_buffer *buffer) MP_CHECK_RESULT;

int mp_event_decode(struct mp_span bytes, struct mp_arena *arena,
                    struct mp_event *ret_event) MP_CHECK_RESULT;
int mp_event_encode(const struct mp_event *event, struct mp_arena *arena,
                    struct mp_buffer *buffer) MP_CHECK_RESULT;

/* seq, prev, epoch and topic of an encoded event without unpacking it: topic is borrowed from
 * the input, not NUL-terminated. */
struct mp_event_place {
    uint64_t seq, prev, epoch;
    struct mp_span topic;
};
int mp_event_peek(struct mp_span bytes, struct mp_event_place *ret_place) MP_CHECK_RESULT;

int mp_record_decode(struct mp_span bytes, struct mp_arena *arena,
                     struct mp_record *ret_record) MP_CHECK_RESULT;
int mp_record_encode(const struct mp_record *record, struct mp_arena *arena,
                     struct mp_buffer *buffer) MP_CHECK_RESULT;

enum mp_outcome { MP_OUTCOME_NONE, MP_OUTCOME_ACCEPTED, MP_OUTCOME_REJECTED, MP_OUTCOME_BUSY };
enum mp_busy_why {
    MP_BUSY_NONE,
    MP_BUSY_FULL,
    MP_BUSY_AFTER_UNKNOWN,
    MP_BUSY_STOPPING,
    MP_BUSY_NO_LEDGER
};
struct mp_answer {
    struct mp_uuid id;
    uint64_t epoch;
    uint64_t restored_head;
    enum mp_outcome outcome;
    uint64_t first_seq, last_seq;  /* accepted */
    struct mp_rejection rejection; /* rejected */
    uint32_t retry_after_ms;       /* busy */
    enum mp_busy_why why;
};
int mp_answer_decode(struct mp_span bytes, struct mp_arena *arena,
                     struct mp_answer *ret_answer) MP_CHECK_RESULT;
int mp_answer_encode(const struct mp_answer *answer, struct mp_buffer *buffer) MP_CHECK_RESULT;

/* Events of a feed message: spans borrowed from the input. */
struct mp_feed_events {
    uint64_t epoch;
    uint64_t head;
    struct mp_span *events; /* array in the arena */
    size_t count;
};
/* At most most events (MP_ETOOBIG beyond). */
int mp_feed_events_decode(struct mp_span bytes, struct mp_arena *arena, size_t most,
                          struct mp_feed_events *ret_events) MP_CHECK_RESULT;
/* Written by hand for speed (one pass, no copy of the list): begin, then each event. */
int mp_feed_events_begin(struct mp_buffer *buffer, uint64_t epoch, uint64_t head) MP_CHECK_RESULT;
int mp_feed_events_add(struct mp_buffer *buffer, struct mp_span event) MP_CHECK_RESULT;

struct mp_heartbeat {
    uint64_t epoch, head, count, restored_head;
};
int mp_heartbeat_decode(struct mp_span bytes, struct mp_heartbeat *ret_heartbeat) MP_CHECK_RESULT;
int mp_heartbeat_encode(const struct mp_heartbeat *heartbeat,
                        struct mp_buffer *buffer) MP_CHECK_RESULT;

/* Feed topics as bytes on the wire. */
#define MP_FEED_WHOLE           "f/" /* every event, one message a commit */
#define MP_FEED_WHOLE_HEARTBEAT "h/!"
#define MP_FEED_EVENTS          "e/" /* + topic */
#define MP_FEED_HEARTBEAT       "h/" /* + prefix + "!" */

#endif
