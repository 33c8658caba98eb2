#include "proto/codec.h"

#include "proto/wire.h"

#define HEARTBEAT_MOST 1024 /* bytes: fields to come have room */

enum field { FIELD_EPOCH = 1, FIELD_HEAD = 2, FIELD_EVENTS = 3 };

/* First pass: the numbers, and how many events there are. */
static int count_events(struct mp_span bytes, size_t most, struct mp_feed_events *ret_events)
{
    struct mp_wire wire = mp_wire_make(bytes);

    while (mp_wire_next(&wire)) {
        switch (wire.number) {
        case FIELD_EPOCH:
            ret_events->epoch = mp_wire_number_once(&wire);
            break;
        case FIELD_HEAD:
            ret_events->head = mp_wire_number_once(&wire);
            break;
        case FIELD_EVENTS:
            (void)mp_wire_bytes(&wire);
            ret_events->count++;
            break;
        default:
            break;
        }
    }
    if (wire.reader.error != 0)
        return wire.reader.error;
    return ret_events->count > most ? MP_ETOOBIG : 0;
}

int mp_feed_events_decode(struct mp_span bytes, struct mp_arena *arena, size_t most,
                          struct mp_feed_events *ret_events)
{
    struct mp_feed_events events = {.count = 0};
    struct mp_wire wire = mp_wire_make(bytes);
    int result = count_events(bytes, most, &events);
    size_t at = 0;

    if (result != 0)
        return result;
    events.events = mp_arena_array(arena, events.count, sizeof(*events.events));
    if (events.events == NULL)
        return MP_ENOMEM;
    while (mp_wire_next(&wire)) {
        if (wire.number == FIELD_EVENTS)
            events.events[at++] = wire.bytes;
    }
    *ret_events = events;
    return 0;
}

int mp_feed_events_begin(struct mp_buffer *buffer, uint64_t epoch, uint64_t head)
{
    mp_wire_put_number(buffer, FIELD_EPOCH, epoch);
    mp_wire_put_number(buffer, FIELD_HEAD, head);
    return buffer->error;
}

int mp_feed_events_add(struct mp_buffer *buffer, struct mp_span event)
{
    mp_wire_put_bytes(buffer, FIELD_EVENTS, event);
    return buffer->error;
}

int mp_heartbeat_decode(struct mp_span bytes, struct mp_heartbeat *ret_heartbeat)
{
    struct mp_wire wire = mp_wire_make(bytes);
    uint64_t numbers[4] = {0};

    if (bytes.size > HEARTBEAT_MOST)
        return MP_EMALFORMED;
    while (mp_wire_next(&wire)) {
        if (wire.number <= 4)
            numbers[wire.number - 1] = mp_wire_number_once(&wire);
    }
    if (wire.reader.error != 0)
        return wire.reader.error;
    *ret_heartbeat = (struct mp_heartbeat){
        .epoch = numbers[0],
        .head = numbers[1],
        .count = numbers[2],
        .restored_head = numbers[3],
    };
    return 0;
}

int mp_heartbeat_encode(const struct mp_heartbeat *heartbeat, struct mp_buffer *buffer)
{
    mp_wire_put_number(buffer, 1, heartbeat->epoch);
    mp_wire_put_number(buffer, 2, heartbeat->head);
    mp_wire_put_number(buffer, 3, heartbeat->count);
    mp_wire_put_number(buffer, 4, heartbeat->restored_head);
    return buffer->error;
}
