/* A submission from anybody who has a key: decoded within its budget or rejected with a sentence,
 * judged by the rules that need no state, and the same after encoding. */
#include "tests/fuzz/fuzz.h"

#include "core/domain/rules.h"
#include "proto/codec.h"

static void check_rejection(const struct mp_rejection *rejection)
{
    mp_assert(rejection->code != MP_REJECT_NONE);
    mp_assert(strcmp(mp_reject_name(rejection->code), "unknown") != 0);
    fuzz_check_text(rejection->field);
    fuzz_check_sentence(rejection->message);
}

static void check_again(const struct mp_submission *submission, struct mp_arena *arena)
{
    MP_AUTO(fuzz_buffer_done) struct mp_buffer first = fuzz_buffer();
    MP_AUTO(fuzz_buffer_done) struct mp_buffer second = fuzz_buffer();
    struct mp_submission again;
    struct mp_rejection rejection;
    struct mp_uuid id;

    mp_assert(mp_submission_encode(submission, arena, &first) == 0 && first.error == 0);
    mp_submission_peek_id(mp_buffer_span(&first), &id);
    mp_assert(mp_uuid_equal(&id, &submission->id));
    if (first.size > MP_SUBMISSION_MOST)
        return;
    mp_assert(mp_submission_decode(mp_buffer_span(&first), arena, &again, &rejection) == 0);
    mp_assert(mp_submission_encode(&again, arena, &second) == 0 && second.error == 0);
    mp_assert(mp_span_equal(mp_buffer_span(&first), mp_buffer_span(&second)));
}

static int decode(struct mp_span bytes, size_t budget)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(budget);
    struct mp_submission submission = {0};
    struct mp_rejection rejection = {0};
    int result = mp_submission_decode(bytes, arena, &submission, &rejection);

    mp_assert(result == 0 || result == 1 || result == MP_ENOMEM);
    mp_assert(result != 0 || bytes.size <= MP_SUBMISSION_MOST);
    if (result == 0 && budget == FUZZ_ARENA_BYTES)
        check_again(&submission, arena);
    if (result == 0)
        result = mp_validate(&submission, arena, &rejection);
    mp_assert(result == 0 || result == 1 || result == MP_ENOMEM);
    if (result == 1)
        check_rejection(&rejection);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mp_span bytes = mp_span_make(data, size);
    struct mp_uuid id;

    mp_submission_peek_id(bytes, &id);
    (void)mp_submission_content_hash(bytes);
    mp_assert(decode(bytes, FUZZ_ARENA_BYTES) != MP_ENOMEM);
    (void)decode(bytes, fuzz_small_budget(bytes));
    return 0;
}
