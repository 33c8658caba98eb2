/* A submission between encoding and decoding. */
#ifndef MP_TESTS_PROTO_SUBMITTING_H
#define MP_TESTS_PROTO_SUBMITTING_H

#include "proto/wire.h"
#include "tests/unit/proto/samples.h"

#include <criterion/criterion.h>

struct bench {
    struct mp_arena *arena;
    struct mp_buffer bytes;
    struct mp_submission submission;
    struct mp_rejection rejection;
};

static inline struct bench begin(void)
{
    struct bench bench = {.arena = mp_arena_new(MP_SUBMISSION_ARENA)};

    cr_assert_not_null(bench.arena);
    mp_buffer_init(&bench.bytes, 1u << 22);
    return bench;
}

static inline void end(struct bench *bench)
{
    mp_buffer_done(&bench->bytes);
    mp_arena_free(bench->arena);
}

static inline int decode(struct bench *bench)
{
    mp_arena_reset(bench->arena);
    return mp_submission_decode(mp_buffer_span(&bench->bytes), bench->arena, &bench->submission,
                                &bench->rejection);
}

static inline void encode_all_kinds(struct bench *bench)
{
    struct mp_change changes[MP_CHANGE_LAST];
    struct mp_submission submission = {.id = sample_uuid(0xaa),
                                       .after = sample_uuid(0xbb),
                                       .sent_at_us = INT64_C(1763712345678901),
                                       .changes = changes,
                                       .change_count = MP_CHANGE_LAST};

    for (int kind = 1; kind <= MP_CHANGE_LAST; kind++)
        changes[kind - 1] = sample_change((enum mp_change_kind)kind);
    cr_assert_eq(mp_submission_encode(&submission, bench->arena, &bench->bytes), 0);
}

/* A submission with this id and these bytes as its only change. */
static inline void wrap_change(struct bench *bench, const void *bytes, size_t size)
{
    mp_buffer_clear(&bench->bytes);
    mp_wire_put_bytes(&bench->bytes, 1, mp_span_make(sample_uuid(0xaa).bytes, MP_UUID_BYTES));
    mp_wire_put_bytes(&bench->bytes, 4, mp_span_make(bytes, size));
}

#endif
