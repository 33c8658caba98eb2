/* What the feed carries: a message of events, a heartbeat. */
#include "tests/fuzz/fuzz.h"

#include "proto/codec.h"

#define EVENTS_MOST 1000

static void check_events(struct mp_span bytes)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(FUZZ_ARENA_BYTES);
    MP_AUTO(fuzz_buffer_done) struct mp_buffer written = fuzz_buffer();
    struct mp_feed_events events, again;
    int result = mp_feed_events_decode(bytes, arena, EVENTS_MOST, &events);

    mp_assert(result == 0 || result == MP_EMALFORMED || result == MP_ETOOBIG);
    if (result != 0)
        return;
    mp_assert(events.count <= EVENTS_MOST);
    result = mp_feed_events_begin(&written, events.epoch, events.head);
    for (size_t i = 0; i < events.count && result == 0; i++)
        result = mp_feed_events_add(&written, events.events[i]);
    mp_assert(result == 0 && written.error == 0);
    mp_assert(mp_feed_events_decode(mp_buffer_span(&written), arena, EVENTS_MOST, &again) == 0);
    mp_assert(again.epoch == events.epoch && again.head == events.head &&
              again.count == events.count);
    for (size_t i = 0; i < events.count; i++)
        mp_assert(mp_span_equal(events.events[i], again.events[i]));
}

static void check_heartbeat(struct mp_span bytes)
{
    MP_AUTO(fuzz_buffer_done) struct mp_buffer written = fuzz_buffer();
    struct mp_heartbeat heartbeat, again;
    int result = mp_heartbeat_decode(bytes, &heartbeat);

    mp_assert(result == 0 || result == MP_EMALFORMED);
    if (result != 0)
        return;
    mp_assert(mp_heartbeat_encode(&heartbeat, &written) == 0 && written.error == 0);
    mp_assert(mp_heartbeat_decode(mp_buffer_span(&written), &again) == 0);
    mp_assert(again.epoch == heartbeat.epoch && again.head == heartbeat.head &&
              again.count == heartbeat.count && again.restored_head == heartbeat.restored_head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_events(mp_span_make(data, size));
    check_heartbeat(mp_span_make(data, size));
    return 0;
}
