#include "core/base/auto.h"
#include "proto/codec.h"

#include <criterion/criterion.h>

static const struct mp_answer answers[] = {
    {.id = {{1, 2, 3}},
     .epoch = 7,
     .restored_head = 8,
     .outcome = MP_OUTCOME_ACCEPTED,
     .first_seq = 9,
     .last_seq = 10,
     .rejection = {.field = "", .message = ""}},
    {.id = {{4}},
     .outcome = MP_OUTCOME_REJECTED,
     .rejection = {MP_REJECT_CYCLE, "changes[0]", "a → b → a"}},
    {.outcome = MP_OUTCOME_BUSY,
     .retry_after_ms = 250,
     .why = MP_BUSY_NO_LEDGER,
     .rejection = {.field = "", .message = ""}},
};

Test(proto_answer, every_outcome_comes_back)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 16);

    for (size_t i = 0; i < MP_LENGTH(answers); i++) {
        const struct mp_answer *sent = &answers[i];
        struct mp_buffer bytes;
        struct mp_answer got;

        mp_buffer_init(&bytes, 1000);
        cr_assert_eq(mp_answer_encode(sent, &bytes), 0);
        cr_assert_eq(mp_answer_decode(mp_buffer_span(&bytes), arena, &got), 0);
        cr_assert(mp_uuid_equal(&got.id, &sent->id));
        cr_assert_eq(got.epoch, sent->epoch);
        cr_assert_eq(got.restored_head, sent->restored_head);
        cr_assert_eq(got.outcome, sent->outcome);
        cr_assert_eq(got.first_seq, sent->first_seq);
        cr_assert_eq(got.last_seq, sent->last_seq);
        cr_assert_eq(got.rejection.code, sent->rejection.code);
        cr_assert_str_eq(got.rejection.field, sent->rejection.field);
        cr_assert_str_eq(got.rejection.message, sent->rejection.message);
        cr_assert_eq(got.retry_after_ms, sent->retry_after_ms);
        cr_assert_eq(got.why, sent->why);
        mp_buffer_done(&bytes);
    }
}

Test(proto_answer, a_rejection_of_a_newer_ledger_is_understood)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 16);
    struct mp_answer sent = answers[1], got;
    struct mp_buffer bytes;

    mp_buffer_init(&bytes, 1000);
    sent.rejection.code = (enum mp_reject)999;
    cr_assert_eq(mp_answer_encode(&sent, &bytes), 0);
    cr_assert_eq(mp_answer_decode(mp_buffer_span(&bytes), arena, &got), 0);
    cr_assert_eq((int)got.rejection.code, 999);
    mp_buffer_done(&bytes);
}

static const struct {
    const char *what;
    const char *bytes;
    size_t size;
} broken[] = {
    {"nothing", "", 0},
    {"no outcome", "\x10\x01", 2},
    {"an id of one byte", "\x0a\x01x\x22\x00", 5},
    {"two outcomes", "\x22\x00\x32\x00", 4},
    {"a rejection without a code", "\x2a\x00", 2},
    {"an unknown reason to be busy", "\x32\x02\x10\x05", 4},
    {"a field name with a NUL", "\x2a\x05\x08\x01\x12\x01\0", 7},
    {"a message that is not UTF-8", "\x2a\x05\x08\x01\x1a\x01\xfe", 7},
    {"cut short", "\x22\x02\x08", 3},
};

Test(proto_answer, malformed_ones_are_refused)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 16);

    for (size_t i = 0; i < MP_LENGTH(broken); i++) {
        struct mp_answer answer = {.epoch = 5};

        cr_assert_eq(
            mp_answer_decode(mp_span_make(broken[i].bytes, broken[i].size), arena, &answer),
            MP_EMALFORMED, "%s", broken[i].what);
        cr_assert_eq(answer.epoch, 5);
    }
}

Test(proto_answer, one_without_outcome_is_not_encoded)
{
    struct mp_answer answer = {.epoch = 1};
    struct mp_buffer bytes;

    mp_buffer_init(&bytes, 1000);
    cr_assert_eq(mp_answer_encode(&answer, &bytes), MP_EINVAL);
    cr_assert_eq(bytes.size, 0);
    mp_buffer_done(&bytes);
}
