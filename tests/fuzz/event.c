/* An event: what decodes can be peeked at and says the same there, and is the same after encoding.
 */
#include "tests/fuzz/fuzz.h"

#include "proto/codec.h"

static void check_place(struct mp_span bytes, const struct mp_event *event)
{
    struct mp_event_place place;

    mp_assert(mp_event_peek(bytes, &place) == 0);
    mp_assert(place.seq == event->seq && place.prev == event->prev && place.epoch == event->epoch);
    mp_assert(mp_span_equal(place.topic, mp_span_text(event->topic)));
}

static void check_again(const struct mp_event *event, struct mp_arena *arena)
{
    MP_AUTO(fuzz_buffer_done) struct mp_buffer first = fuzz_buffer();
    MP_AUTO(fuzz_buffer_done) struct mp_buffer second = fuzz_buffer();
    struct mp_event again;

    mp_assert(mp_event_encode(event, arena, &first) == 0 && first.error == 0);
    mp_assert(mp_event_decode(mp_buffer_span(&first), arena, &again) == 0);
    check_place(mp_buffer_span(&first), &again);
    mp_assert(mp_event_encode(&again, arena, &second) == 0 && second.error == 0);
    mp_assert(mp_span_equal(mp_buffer_span(&first), mp_buffer_span(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(FUZZ_ARENA_BYTES);
    struct mp_span bytes = mp_span_make(data, size);
    MP_AUTO(mp_arena_free) struct mp_arena *small = fuzz_arena(fuzz_small_budget(bytes));
    struct mp_event_place place;
    struct mp_event event;
    int result = mp_event_decode(bytes, arena, &event);

    mp_assert(result == 0 || result == MP_EMALFORMED);
    if (result == 0) {
        check_place(bytes, &event);
        fuzz_check_text(event.topic);
        fuzz_check_text(event.agency);
        check_again(&event, arena);
    }
    if (mp_event_peek(bytes, &place) == 0)
        fuzz_touch(place.topic);
    result = mp_event_decode(bytes, small, &event);
    mp_assert(result == 0 || result == MP_EMALFORMED || result == MP_ENOMEM);
    return 0;
}
