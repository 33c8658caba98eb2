/* A record as pages carry it: decoded within its budget, and the same after encoding. */
#include "tests/fuzz/fuzz.h"

#include "proto/codec.h"

static void check_again(const struct mp_record *record, struct mp_arena *arena)
{
    MP_AUTO(fuzz_buffer_done) struct mp_buffer first = fuzz_buffer();
    MP_AUTO(fuzz_buffer_done) struct mp_buffer second = fuzz_buffer();
    struct mp_record again;

    mp_assert(mp_record_encode(record, arena, &first) == 0 && first.error == 0);
    mp_assert(mp_record_decode(mp_buffer_span(&first), arena, &again) == 0);
    mp_assert(mp_subject_equal(&record->subject, &again.subject));
    mp_assert(mp_record_encode(&again, arena, &second) == 0 && second.error == 0);
    mp_assert(mp_span_equal(mp_buffer_span(&first), mp_buffer_span(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(FUZZ_ARENA_BYTES);
    struct mp_span bytes = mp_span_make(data, size);
    MP_AUTO(mp_arena_free) struct mp_arena *small = fuzz_arena(fuzz_small_budget(bytes));
    struct mp_record record;
    int result = mp_record_decode(bytes, arena, &record);

    mp_assert(result == 0 || result == MP_EMALFORMED);
    if (result == 0) {
        fuzz_check_text(record.source);
        fuzz_check_text(record.note);
        fuzz_check_text(mp_subject_id(arena, &record.subject));
        check_again(&record, arena);
    }
    result = mp_record_decode(bytes, small, &record);
    mp_assert(result == 0 || result == MP_EMALFORMED || result == MP_ENOMEM);
    return 0;
}
