/* An answer to a submission: decoded, and the same after encoding. */
#include "tests/fuzz/fuzz.h"

#include "proto/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(FUZZ_ARENA_BYTES);
    struct mp_span bytes = mp_span_make(data, size);
    MP_AUTO(mp_arena_free) struct mp_arena *small = fuzz_arena(fuzz_small_budget(bytes));
    MP_AUTO(fuzz_buffer_done) struct mp_buffer first = fuzz_buffer();
    MP_AUTO(fuzz_buffer_done) struct mp_buffer second = fuzz_buffer();
    struct mp_answer answer;
    int result = mp_answer_decode(bytes, small, &answer);

    mp_assert(result == 0 || result == MP_EMALFORMED || result == MP_ENOMEM);
    result = mp_answer_decode(bytes, arena, &answer);
    mp_assert(result == 0 || result == MP_EMALFORMED);
    if (result != 0)
        return 0;
    mp_assert(answer.outcome != MP_OUTCOME_NONE);
    fuzz_check_text(answer.rejection.field);
    fuzz_check_text(answer.rejection.message);
    mp_assert(mp_answer_encode(&answer, &first) == 0 && first.error == 0);
    mp_assert(mp_answer_decode(mp_buffer_span(&first), arena, &answer) == 0);
    mp_assert(mp_answer_encode(&answer, &second) == 0 && second.error == 0);
    mp_assert(mp_span_equal(mp_buffer_span(&first), mp_buffer_span(&second)));
    return 0;
}
