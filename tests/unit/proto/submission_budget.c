#include "tests/unit/proto/submitting.h"

#include "milepost/v1/submit.pb-c.h"
#include "proto/unpack.h"

/* protobuf-c would keep each of them in fifty bytes and more. */
Test(proto_submission_budget, unknown_fields_cost_nothing)
{
    struct bench bench = begin();
    size_t used;

    wrap_change(&bench, "\xba\x01\x00", 3);
    cr_assert_eq(decode(&bench), 0);
    used = mp_arena_used_bytes(bench.arena);
    mp_arena_reset(bench.arena);
    while (bench.bytes.size + 3 <= MP_SUBMISSION_MOST)
        mp_wire_put_bytes(&bench.bytes, 100, mp_span_make(NULL, 0));
    cr_assert_eq(decode(&bench), 0);
    cr_assert_eq(mp_arena_used_bytes(bench.arena), used);
    end(&bench);
}

Test(proto_submission_budget, unknown_fields_of_any_depth_are_not_looked_into)
{
    struct bench bench = begin();
    struct mp_buffer inner, outer;

    mp_buffer_init(&inner, 1u << 20);
    while (inner.size < 34000) {
        mp_buffer_init(&outer, 1u << 20);
        mp_wire_put_bytes(&outer, 100, mp_buffer_span(&inner));
        mp_wire_put_bytes(&outer, 100, mp_buffer_span(&inner));
        mp_buffer_done(&inner);
        inner = outer;
    }
    wrap_change(&bench, "\xba\x01\x00", 3);
    mp_wire_put_bytes(&bench.bytes, 100, mp_span_make(inner.data, 34000));
    cr_assert_eq(decode(&bench), 0);

    /* Groups within groups: an old way to nest, refused at the first. */
    memset(inner.data, 0x0b, inner.size);
    mp_buffer_clear(&bench.bytes);
    mp_buffer_put(&bench.bytes, inner.data, 34000);
    cr_assert_eq(decode(&bench), 1);
    cr_assert_eq(bench.rejection.code, MP_REJECT_MALFORMED);
    mp_buffer_done(&inner);
    end(&bench);
}

Test(proto_submission_budget, a_megabyte_of_empty_messages_stays_in_the_budget)
{
    struct bench bench = begin();
    struct mp_unpacker unpacker;
    ProtobufCMessage *message;
    struct mp_fault fault;

    while (bench.bytes.size < 1u << 20)
        mp_wire_put_bytes(&bench.bytes, 4, mp_span_make(NULL, 0));
    cr_assert_eq(decode(&bench), 1);
    cr_assert_eq(bench.rejection.code, MP_REJECT_TOO_LARGE);
    /* Without the limit on the frame. */
    unpacker = mp_unpacker_make(bench.arena);
    cr_assert_eq(mp_unpack(&unpacker, &milepost__v1__submission__descriptor,
                           mp_buffer_span(&bench.bytes), &message, &fault),
                 1);
    cr_assert_eq(fault.code, MP_REJECT_TOO_MANY);
    cr_assert_leq(mp_arena_used_bytes(bench.arena), MP_SUBMISSION_ARENA);
    end(&bench);
}

/* Not the peer's fault, so never an answer that is kept for ever. */
Test(proto_submission_budget, an_arena_too_small_for_an_honest_one_is_our_own_want)
{
    struct bench bench = begin();
    struct mp_submission untouched = {.sent_at_us = 42};

    encode_all_kinds(&bench);
    mp_arena_free(bench.arena);
    bench.arena = mp_arena_new(2000);
    bench.submission = untouched;
    cr_assert_eq(decode(&bench), MP_ENOMEM);
    cr_assert_eq(bench.submission.sent_at_us, 42);
    cr_assert_eq(mp_arena_used_bytes(bench.arena), 0);
    end(&bench);
}

/* As many items as the limits allow, each the least: what takes most memory for its bytes. */
static void encode_many_items(struct bench *bench)
{
    static const char *items[MP_LIST_MOST];
    struct mp_change changes[MP_CHANGES_MOST];
    struct mp_submission submission = {
        .id = sample_uuid(1), .changes = changes, .change_count = MP_CHANGES_MOST};

    for (size_t i = 0; i < MP_LENGTH(items); i++)
        items[i] = "a";
    for (size_t i = 0; i < MP_LENGTH(changes); i++) {
        changes[i] = sample_change(MP_CHANGE_PROJECT);
        changes[i].project.themes = changes[i].project.regions = changes[i].project.partners =
            SAMPLE_LIST(items);
    }
    cr_assert_eq(mp_submission_encode(&submission, bench->arena, &bench->bytes), 0);
}

Test(proto_submission_budget, the_costliest_honest_one_fits_the_budget)
{
    struct bench bench = begin();

    encode_many_items(&bench);
    cr_assert_eq(decode(&bench), 0, "%s", bench.rejection.message);
    end(&bench);
}

/* The arena of a group of submissions may be nearly full when the costliest one comes. */
Test(proto_submission_budget, the_costliest_honest_one_is_never_blamed_for_a_full_arena)
{
    struct bench bench = begin();

    encode_many_items(&bench);
    for (size_t budget = 1u << 10; budget < 400u << 10; budget += 7u << 10) {
        mp_arena_free(bench.arena);
        bench.arena = mp_arena_new(budget);
        cr_assert_leq(decode(&bench), 0, "%zu bytes: %s", budget, bench.rejection.message);
    }
    end(&bench);
}
