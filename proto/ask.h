/* Codecs of ASK: questions and pages. */
#ifndef MP_PROTO_ASK_H
#define MP_PROTO_ASK_H

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/domain/change.h"

#define MP_ASK_MOST       4096 /* bytes of an encoded question */
#define MP_CURSOR_MOST    1024
#define MP_PAGE_MOST      (1u << 20) /* bytes of an encoded page */
#define MP_PAGE_ROWS_MOST 8192

enum mp_ask_kind {
    MP_ASK_NONE,
    MP_ASK_TOPICS,
    MP_ASK_SNAPSHOT,
    MP_ASK_REPLAY,
    MP_ASK_GET,
    MP_ASK_LIST,
    MP_ASK_HISTORY,
    MP_ASK_REGISTRY,
    MP_ASK_WHO_AM_I,
    MP_ASK_EPOCHS,
    MP_ASK_OUTCOME
};

/* Neither: as it is now. */
struct mp_as_of {
    enum { MP_NOW, MP_AS_OF_DAY, MP_AS_RECORDED } mode;
    int32_t day;         /* by stated_on */
    int64_t recorded_us; /* by recorded_at */
};

struct mp_ask {
    enum mp_ask_kind kind;
    struct mp_span cursor;
    uint32_t limit;
    enum mp_kind record_kind; /* get, list, history */
    const char *id;           /* get, history */
    struct mp_as_of as_of;    /* get, list, history */
    const char *prefix;       /* topics, snapshot, replay, list; "" or ends in '/' */
    uint64_t from, to;        /* replay: from < seq <= to; to 0 = head; … */
    uint64_t epoch;           /* … positions of this epoch; 0 = whichever is current */
    /* list filters, "" = any */
    const char *programme, *corridor, *region, *agency, *status, *indicator;
    bool late;
    bool removed_too;
    uint8_t public_key[32];    /* who_am_i */
    struct mp_uuid submission; /* outcome, of agency */
};

/* Prefixes, limits and the lengths of ids, filters and cursor are checked: MP_EMALFORMED. Whether
 * an id is one of its kind, and a filter one of the kind's, is for the answer to say by name. */
int mp_ask_decode(struct mp_span bytes, struct mp_arena *arena,
                  struct mp_ask *ret_ask) MP_CHECK_RESULT;
int mp_ask_encode(const struct mp_ask *ask, struct mp_buffer *buffer) MP_CHECK_RESULT;
void mp_ask_init(struct mp_ask *ask, enum mp_ask_kind kind);

enum mp_ask_error {
    MP_ASK_OK,
    MP_ASK_NOT_FOUND,
    MP_ASK_NOT_ALLOWED,
    MP_ASK_MALFORMED,
    MP_ASK_BUSY,
    MP_ASK_FAILED,
    MP_ASK_TOO_OLD,
    MP_ASK_WRONG_EPOCH
};

struct mp_topic_position {
    const char *topic;
    uint64_t last, count;
};
struct mp_history_row {
    struct mp_span event;
    uint64_t withdrawn_by;
    bool recorded_later;
};
struct mp_record_row {
    struct mp_span record;
    bool recorded_later;
};

struct mp_page {
    uint64_t epoch, head, restored_head;
    enum mp_ask_error error;
    const char *message;
    struct mp_span cursor;
    struct mp_topic_position *topics;
    size_t topic_count;
    struct mp_span *records;
    size_t record_count;
    struct mp_span *events;
    size_t event_count;
    struct mp_history_row *history;
    size_t history_count;
    struct mp_record_row *rows;
    size_t row_count;
    bool outcome_known;
    struct mp_span outcome; /* encoded Answer */
};

/* Arrays live in the arena; their spans are borrowed from the input. */
int mp_page_decode(struct mp_span bytes, struct mp_arena *arena,
                   struct mp_page *ret_page) MP_CHECK_RESULT;

/* A page is written as it is gathered: begin, rows in any order, end. The bytes are those of
 * message Page (fields may come in any order). */
int mp_page_begin(struct mp_buffer *buffer, uint64_t epoch, uint64_t head,
                  uint64_t restored_head) MP_CHECK_RESULT;
int mp_page_add_topic(struct mp_buffer *buffer, struct mp_span topic, uint64_t last,
                      uint64_t count) MP_CHECK_RESULT;
int mp_page_add_record(struct mp_buffer *buffer, struct mp_span record) MP_CHECK_RESULT;
int mp_page_add_event(struct mp_buffer *buffer, struct mp_span event) MP_CHECK_RESULT;
int mp_page_add_history(struct mp_buffer *buffer, const struct mp_history_row *row) MP_CHECK_RESULT;
int mp_page_add_row(struct mp_buffer *buffer, const struct mp_record_row *row) MP_CHECK_RESULT;
int mp_page_set_outcome(struct mp_buffer *buffer, bool known,
                        struct mp_span answer) MP_CHECK_RESULT;
int mp_page_set_cursor(struct mp_buffer *buffer, struct mp_span cursor) MP_CHECK_RESULT;
int mp_page_set_error(struct mp_buffer *buffer, enum mp_ask_error error,
                      const char *message) MP_CHECK_RESULT;

#endif
