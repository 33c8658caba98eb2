#include "proto/codec.h"

#include "milepost/v1/feed.pb-c.h"
#include "proto/map.h"
#include "proto/wire.h"

/* One change of a submission, and what the ledger adds. */
#define EVENT_MOST (MP_SUBMISSION_MOST + 4096)

enum field { FIELD_SEQ = 1, FIELD_PREV = 2, FIELD_TOPIC = 3, FIELD_EPOCH = 4 };

static int check_place(uint64_t seq, bool has_topic)
{
    return seq == 0 || !has_topic ? MP_EMALFORMED : 0;
}

static int from_wire(const Milepost__V1__Event *message, struct mp_unpacker *unpacker,
                     struct mp_event *ret_event, struct mp_fault *ret_fault)
{
    if (check_place(message->seq, message->topic[0] != '\0') != 0 || message->change == NULL ||
        (message->submission.len != 0 && message->submission.len != MP_UUID_BYTES))
        return MP_EMALFORMED;
    ret_event->epoch = message->epoch;
    ret_event->seq = message->seq;
    ret_event->prev = message->prev;
    ret_event->recorded_at_us = message->recorded_at_us;
    ret_event->topic = message->topic;
    ret_event->agency = message->agency;
    if (message->submission.len != 0)
        memcpy(ret_event->submission.bytes, message->submission.data, MP_UUID_BYTES);
    ret_event->index = message->index;
    return mp_change_from_wire(message->change, unpacker, &ret_event->change, ret_fault);
}

int mp_event_decode(struct mp_span bytes, struct mp_arena *arena, struct mp_event *ret_event)
{
    struct mp_arena_mark before = mp_arena_mark(arena);
    struct mp_unpacker unpacker = mp_unpacker_make(arena);
    struct mp_event event = {.seq = 0};
    ProtobufCMessage *message;
    struct mp_fault fault;
    int result;

    if (bytes.size > EVENT_MOST)
        return MP_EMALFORMED;
    result = mp_unpack(&unpacker, &milepost__v1__event__descriptor, bytes, &message, &fault);
    if (result == 0)
        result = from_wire((const void *)message, &unpacker, &event, &fault);
    if (result != 0) {
        mp_arena_release(arena, before);
        return mp_fault_error(result, &fault);
    }
    *ret_event = event;
    return 0;
}

int mp_event_encode(const struct mp_event *event, struct mp_arena *arena, struct mp_buffer *buffer)
{
    struct mp_arena_mark before = mp_arena_mark(arena);
    Milepost__V1__Event message = MILEPOST__V1__EVENT__INIT;
    int result = mp_change_to_wire(&event->change, arena, &message.change);

    if (result == 0) {
        message.seq = event->seq;
        message.prev = event->prev;
        message.topic = (char *)(uintptr_t)event->topic;
        message.epoch = event->epoch;
        message.recorded_at_us = event->recorded_at_us;
        message.agency = (char *)(uintptr_t)event->agency;
        if (!mp_uuid_is_nil(&event->submission)) {
            message.submission.data = (uint8_t *)(uintptr_t)event->submission.bytes;
            message.submission.len = MP_UUID_BYTES;
        }
        message.index = event->index;
        result = mp_pack(&message.base, buffer);
    }
    mp_arena_release(arena, before);
    return result;
}

int mp_event_peek(struct mp_span bytes, struct mp_event_place *ret_place)
{
    struct mp_wire wire = mp_wire_make(bytes);
    struct mp_event_place place = {.seq = 0};

    while (mp_wire_next(&wire)) {
        switch (wire.number) {
        case FIELD_SEQ:
            place.seq = mp_wire_number_once(&wire);
            break;
        case FIELD_PREV:
            place.prev = mp_wire_number_once(&wire);
            break;
        case FIELD_TOPIC:
            place.topic = mp_wire_bytes_once(&wire);
            break;
        case FIELD_EPOCH:
            place.epoch = mp_wire_number_once(&wire);
            break;
        default:
            break;
        }
    }
    if (wire.reader.error != 0 || check_place(place.seq, place.topic.size > 0) != 0 ||
        !mp_wire_text_is_clean(place.topic))
        return MP_EMALFORMED;
    *ret_place = place;
    return 0;
}
