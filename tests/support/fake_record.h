/* A record in memory that answers what a subscriber asks, for tests of subscribers: topics, replay
 * and epochs in small pages, with real encoded events. */
#ifndef MP_TEST_FAKE_RECORD_H
#define MP_TEST_FAKE_RECORD_H

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "proto/ask.h"
#include "proto/codec.h"

#define FAKE_TOPICS_MOST 64
#define FAKE_EVENTS_MOST 20000
#define FAKE_EPOCHS_MOST 64

struct fake_event {
    uint64_t seq, prev;
    size_t topic;
    struct mp_buffer bytes;
};

struct fake_record {
    uint64_t epoch, restored_head, head;
    struct fake_event events[FAKE_EVENTS_MOST]; /* events[seq - 1] */
    char topics[FAKE_TOPICS_MOST][MP_TOPIC_MOST + 1];
    size_t topic_count;
    struct {
        uint64_t epoch, restored_head;
    } epochs[FAKE_EPOCHS_MOST];
    size_t epoch_count;
    size_t page_rows; /* scanned a page */
};

struct fake_record *fake_record_new(uint64_t epoch, size_t page_rows);
void fake_record_free(struct fake_record *record);
MP_AUTO_DEFINE(struct fake_record *, fake_record_free);

uint64_t fake_record_add(struct fake_record *record, const char *topic);
/* Events beyond the head are gone; the new epoch begins with an event on @ledger/. */
void fake_record_restore(struct fake_record *record, uint64_t head, uint64_t epoch);
const struct fake_event *fake_record_event(const struct fake_record *record, uint64_t seq);
bool fake_record_is_under(const struct fake_record *record, uint64_t seq, const char *prefix);
uint64_t fake_record_count(const struct fake_record *record, const char *prefix, uint64_t head);

/* The page, as a server would write it; decoded into the arena when it is read. */
void fake_record_page(const struct fake_record *record, const struct mp_ask *ask,
                      struct mp_buffer *page);
/* A feed message with the events given; a heartbeat for the prefix at the head. */
void fake_record_message(const struct fake_record *record, const uint64_t *seqs, size_t count,
                         uint64_t head, struct mp_buffer *message);
void fake_record_heartbeat(const struct fake_record *record, const char *prefix, uint64_t head,
                           struct mp_buffer *message);

#endif
