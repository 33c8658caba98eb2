#include "tests/support/fake_record.h"

#include "core/base/assert.h"

#include <stdlib.h>

#define ARENA_BYTES (1u << 20)

static void must(int result)
{
    mp_assert(result == 0);
}

struct fake_record *fake_record_new(uint64_t epoch, size_t page_rows)
{
    struct fake_record *record = calloc(1, sizeof *record);
    mp_assert(record != NULL);
    record->epoch = epoch;
    record->page_rows = page_rows;
    record->epochs[0].epoch = epoch;
    record->epoch_count = 1;
    return record;
}

static void cut(struct fake_record *record, uint64_t head)
{
    while (record->head > head)
        mp_buffer_done(&record->events[--record->head].bytes);
}

void fake_record_free(struct fake_record *record)
{
    if (record == NULL)
        return;
    cut(record, 0);
    free(record);
}

static size_t find_topic(struct fake_record *record, const char *topic)
{
    for (size_t i = 0; i < record->topic_count; i++) {
        if (strcmp(record->topics[i], topic) == 0)
            return i;
    }
    mp_assert(record->topic_count < FAKE_TOPICS_MOST && strlen(topic) <= MP_TOPIC_MOST);
    strcpy(record->topics[record->topic_count], topic);
    return record->topic_count++;
}

static uint64_t last_of(const struct fake_record *record, size_t topic, uint64_t head)
{
    while (head > 0 && record->events[head - 1].topic != topic)
        head--;
    return head;
}

uint64_t fake_record_add(struct fake_record *record, const char *topic)
{
    mp_assert(record->head < FAKE_EVENTS_MOST);
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(ARENA_BYTES);
    size_t place = find_topic(record, topic);
    struct fake_event *fake = &record->events[record->head];
    *fake = (struct fake_event){
        .seq = record->head + 1, .prev = last_of(record, place, record->head), .topic = place};
    struct mp_event event = {.epoch = record->epoch,
                             .seq = fake->seq,
                             .prev = fake->prev,
                             .recorded_at_us = 1,
                             .topic = topic,
                             .agency = "railways",
                             .submission = {.bytes = {1}}};
    mp_change_init(&event.change, MP_CHANGE_PROJECT_REMOVED);
    event.change.removed = "ml-1";
    mp_buffer_init(&fake->bytes, 4096);
    must(mp_event_encode(&event, arena, &fake->bytes));
    return ++record->head;
}

void fake_record_restore(struct fake_record *record, uint64_t head, uint64_t epoch)
{
    mp_assert(head <= record->head && epoch > record->epoch);
    cut(record, head);
    /* The epochs that began beyond the head are gone with it. */
    size_t kept = 1;
    for (size_t i = 1; i < record->epoch_count; i++) {
        if (record->epochs[i].restored_head < head)
            record->epochs[kept++] = record->epochs[i];
    }
    mp_assert(kept < FAKE_EPOCHS_MOST);
    record->epochs[kept].epoch = epoch;
    record->epochs[kept].restored_head = head;
    record->epoch_count = kept + 1;
    record->epoch = epoch;
    record->restored_head = head;
    (void)fake_record_add(record, MP_TOPIC_LEDGER);
}

const struct fake_event *fake_record_event(const struct fake_record *record, uint64_t seq)
{
    mp_assert(seq >= 1 && seq <= record->head);
    return &record->events[seq - 1];
}

static bool topic_is_under(const struct fake_record *record, size_t topic, const char *prefix)
{
    return mp_span_starts_with(mp_span_text(record->topics[topic]), mp_span_text(prefix));
}

bool fake_record_is_under(const struct fake_record *record, uint64_t seq, const char *prefix)
{
    return topic_is_under(record, fake_record_event(record, seq)->topic, prefix);
}

uint64_t fake_record_count(const struct fake_record *record, const char *prefix, uint64_t head)
{
    uint64_t count = 0;
    for (uint64_t seq = 1; seq <= head; seq++)
        count += fake_record_is_under(record, seq, prefix);
    return count;
}

static void put_cursor(struct mp_buffer *page, uint64_t place)
{
    struct mp_buffer cursor;
    mp_buffer_init(&cursor, sizeof place);
    mp_buffer_put_u64(&cursor, place);
    must(mp_page_set_cursor(page, mp_buffer_span(&cursor)));
    mp_buffer_done(&cursor);
}

static uint64_t read_cursor(const struct mp_ask *ask, uint64_t start)
{
    struct mp_reader reader = mp_reader_make(ask->cursor);
    return ask->cursor.size == 0 ? start : mp_reader_u64(&reader);
}

static void topics_page(const struct fake_record *record, const struct mp_ask *ask,
                        struct mp_buffer *page)
{
    size_t place = read_cursor(ask, 0), end = place + record->page_rows;
    for (; place < record->topic_count && place < end; place++) {
        uint64_t last = last_of(record, place, record->head), count = 0;
        if (last == 0 || !topic_is_under(record, place, ask->prefix))
            continue;
        for (uint64_t seq = 1; seq <= last; seq++)
            count += record->events[seq - 1].topic == place;
        must(mp_page_add_topic(page, mp_span_text(record->topics[place]), last, count));
    }
    if (place < record->topic_count)
        put_cursor(page, place);
}

static void replay_page(const struct fake_record *record, const struct mp_ask *ask,
                        struct mp_buffer *page)
{
    if (ask->epoch != 0 && ask->epoch != record->epoch) {
        must(mp_page_set_error(page, MP_ASK_WRONG_EPOCH, "of another epoch"));
        return;
    }
    if (ask->from > record->head) {
        must(mp_page_set_error(page, MP_ASK_WRONG_EPOCH, "beyond the head"));
        return;
    }
    uint64_t seq = read_cursor(ask, ask->from), end = seq + record->page_rows;
    uint64_t to = ask->to == 0 || ask->to > record->head ? record->head : ask->to;
    while (seq < to && seq < end) {
        seq++;
        if (fake_record_is_under(record, seq, ask->prefix))
            must(mp_page_add_event(page, mp_buffer_span(&record->events[seq - 1].bytes)));
    }
    if (seq < to)
        put_cursor(page, seq);
}

static void epochs_page(const struct fake_record *record, const struct mp_ask *ask,
                        struct mp_buffer *page)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(ARENA_BYTES);
    size_t place = read_cursor(ask, 0);
    struct mp_record row = {.source = "", .note = ""};
    row.subject = mp_subject_epoch(arena, record->epochs[place].epoch);
    row.epoch = (struct mp_epoch_start){.epoch = record->epochs[place].epoch,
                                        .restored_head = record->epochs[place].restored_head,
                                        .by = "monitor",
                                        .why = "a disk failed"};
    struct mp_buffer bytes;
    mp_buffer_init(&bytes, 4096);
    must(mp_record_encode(&row, arena, &bytes));
    must(mp_page_add_record(page, mp_buffer_span(&bytes)));
    mp_buffer_done(&bytes);
    if (place + 1 < record->epoch_count)
        put_cursor(page, place + 1);
}

void fake_record_page(const struct fake_record *record, const struct mp_ask *ask,
                      struct mp_buffer *page)
{
    must(mp_page_begin(page, record->epoch, record->head, record->restored_head));
    if (ask->kind == MP_ASK_TOPICS)
        topics_page(record, ask, page);
    else if (ask->kind == MP_ASK_REPLAY)
        replay_page(record, ask, page);
    else if (ask->kind == MP_ASK_EPOCHS)
        epochs_page(record, ask, page);
    else
        must(mp_page_set_error(page, MP_ASK_MALFORMED, "not asked by a subscriber"));
}

void fake_record_message(const struct fake_record *record, const uint64_t *seqs, size_t count,
                         uint64_t head, struct mp_buffer *message)
{
    must(mp_feed_events_begin(message, record->epoch, head));
    for (size_t i = 0; i < count; i++)
        must(mp_feed_events_add(message, mp_buffer_span(&record->events[seqs[i] - 1].bytes)));
}

void fake_record_heartbeat(const struct fake_record *record, const char *prefix, uint64_t head,
                           struct mp_buffer *message)
{
    struct mp_heartbeat heartbeat = {.epoch = record->epoch,
                                     .head = head,
                                     .count = fake_record_count(record, prefix, head),
                                     .restored_head = record->restored_head};
    must(mp_heartbeat_encode(&heartbeat, message));
}
