#include "core/base/auto.h"
#include "milepost/v1/feed.pb-c.h"
#include "proto/codec.h"
#include "proto/wire.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const char *const events[] = {"first", "", "third, with more in it"};

static struct mp_buffer written(void)
{
    struct mp_buffer buffer;

    mp_buffer_init(&buffer, 1000);
    cr_assert_eq(mp_feed_events_begin(&buffer, UINT64_MAX, 300), 0);
    for (size_t i = 0; i < MP_LENGTH(events); i++)
        cr_assert_eq(mp_feed_events_add(&buffer, mp_span_text(events[i])), 0);
    return buffer;
}

Test(proto_feed, what_is_written_by_hand_is_the_message_events)
{
    struct mp_buffer buffer = written();
    Milepost__V1__Events *message = milepost__v1__events__unpack(NULL, buffer.size, buffer.data);
    uint8_t *packed = malloc(buffer.size);

    cr_assert_not_null(message);
    cr_assert_eq(message->epoch, UINT64_MAX);
    cr_assert_eq(message->head, 300);
    cr_assert_eq(message->n_events, MP_LENGTH(events));
    for (size_t i = 0; i < MP_LENGTH(events); i++)
        cr_assert(mp_span_equal(mp_span_make(message->events[i].data, message->events[i].len),
                                mp_span_text(events[i])));
    cr_assert_eq(milepost__v1__events__get_packed_size(message), buffer.size);
    milepost__v1__events__pack(message, packed);
    cr_assert_arr_eq(packed, buffer.data, buffer.size);
    free(packed);
    milepost__v1__events__free_unpacked(message, NULL);
    mp_buffer_done(&buffer);
}

Test(proto_feed, events_are_borrowed_from_the_input)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1000);
    struct mp_buffer buffer = written();
    struct mp_feed_events got;

    cr_assert_eq(mp_feed_events_decode(mp_buffer_span(&buffer), arena, 3, &got), 0);
    cr_assert_eq(got.epoch, UINT64_MAX);
    cr_assert_eq(got.head, 300);
    cr_assert_eq(got.count, MP_LENGTH(events));
    for (size_t i = 0; i < MP_LENGTH(events); i++)
        cr_assert(mp_span_equal(got.events[i], mp_span_text(events[i])));
    cr_assert(got.events[0].data >= buffer.data && got.events[0].data < buffer.data + buffer.size);
    mp_buffer_done(&buffer);
}

Test(proto_feed, more_events_than_wanted_are_too_big)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1000);
    struct mp_buffer buffer = written();
    struct mp_feed_events got = {.head = 1};

    cr_assert_eq(mp_feed_events_decode(mp_buffer_span(&buffer), arena, 2, &got), MP_ETOOBIG);
    cr_assert_eq(got.head, 1);
    cr_assert_eq(mp_arena_used_bytes(arena), 0);
    mp_buffer_done(&buffer);
}

Test(proto_feed, an_array_over_the_budget_is_told_as_such)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(16);
    struct mp_buffer buffer = written();
    struct mp_feed_events got;

    cr_assert_eq(mp_feed_events_decode(mp_buffer_span(&buffer), arena, 3, &got), MP_ENOMEM);
    mp_buffer_done(&buffer);
}

static const struct {
    const char *what;
    const char *bytes;
    size_t size;
    int result;
    size_t count;
} messages[] = {
    {"nothing", "", 0, 0, 0},
    {"only an unknown field", "\xa8\x06\x01", 3, 0, 0},
    {"unknown fields between", "\x1a\x01x\x22\x01y\x1a\x01z", 9, 0, 2},
    {"an event cut short", "\x1a\x05x", 3, MP_EMALFORMED, 0},
    {"an event as a number", "\x18\x05", 2, MP_EMALFORMED, 0},
    {"an epoch as bytes", "\x0a\x01x", 3, MP_EMALFORMED, 0},
    {"two heads", "\x10\x01\x10\x02", 4, MP_EMALFORMED, 0},
    {"a group", "\x1b\x1c", 2, MP_EMALFORMED, 0},
};

Test(proto_feed, malformed_messages_are_refused_and_unknown_fields_skipped)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1000);

    for (size_t i = 0; i < MP_LENGTH(messages); i++) {
        struct mp_feed_events got = {.count = 0};

        cr_assert_eq(mp_feed_events_decode(mp_span_make(messages[i].bytes, messages[i].size), arena,
                                           9, &got),
                     messages[i].result, "%s", messages[i].what);
        cr_assert_eq(got.count, messages[i].count, "%s", messages[i].what);
    }
}

Test(proto_feed, a_heartbeat_is_the_message_heartbeat)
{
    struct mp_heartbeat sent = {1, 1u << 31, UINT64_MAX, 4}, got;
    Milepost__V1__Heartbeat *message;
    struct mp_buffer buffer;

    mp_buffer_init(&buffer, 100);
    cr_assert_eq(mp_heartbeat_encode(&sent, &buffer), 0);
    message = milepost__v1__heartbeat__unpack(NULL, buffer.size, buffer.data);
    cr_assert_not_null(message);
    cr_assert_eq(message->epoch, sent.epoch);
    cr_assert_eq(message->head, sent.head);
    cr_assert_eq(message->count, sent.count);
    cr_assert_eq(message->restored_head, sent.restored_head);
    cr_assert_eq(mp_heartbeat_decode(mp_buffer_span(&buffer), &got), 0);
    cr_assert_eq(got.epoch, sent.epoch);
    cr_assert_eq(got.head, sent.head);
    cr_assert_eq(got.count, sent.count);
    cr_assert_eq(got.restored_head, sent.restored_head);
    milepost__v1__heartbeat__free_unpacked(message, NULL);
    mp_buffer_done(&buffer);
}

Test(proto_feed, malformed_heartbeats_are_refused)
{
    static const uint8_t huge[2000] = {0x3a, 0xcd, 0x0f};
    struct mp_heartbeat got = {.head = 1};

    cr_assert_eq(mp_heartbeat_decode(mp_span_make("\x08", 1), &got), MP_EMALFORMED);
    cr_assert_eq(mp_heartbeat_decode(mp_span_make("\x0a\x00", 2), &got), MP_EMALFORMED);
    cr_assert_eq(mp_heartbeat_decode(mp_span_make("\x08\x01\x08\x01", 4), &got), MP_EMALFORMED);
    cr_assert_eq(mp_heartbeat_decode(mp_span_make(huge, sizeof(huge)), &got), MP_EMALFORMED);
    cr_assert_eq(got.head, 1);
    cr_assert_eq(mp_heartbeat_decode(mp_span_make("\x2a\x01x\x10\x09", 5), &got), 0);
    cr_assert_eq(got.head, 9);
    cr_assert_eq(got.epoch, 0);
}
