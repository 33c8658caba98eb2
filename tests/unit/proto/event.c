#include "core/base/text.h"
#include "milepost/v1/feed.pb-c.h"
#include "proto/wire.h"
#include "tests/unit/proto/samples.h"

#include <criterion/criterion.h>

#define MUTATIONS 40000

static struct mp_buffer encoded(const struct mp_event *event)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_buffer buffer;

    mp_buffer_init(&buffer, 1u << 20);
    cr_assert_eq(mp_event_encode(event, arena, &buffer), 0);
    return buffer;
}

Test(proto_event, one_of_every_kind_comes_back_whole)
{
    for (int kind = 1; kind <= MP_CHANGE_LAST; kind++) {
        MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
        struct mp_event event = sample_event((enum mp_change_kind)kind), back;
        struct mp_buffer bytes = encoded(&event), wanted, got;

        mp_buffer_init(&wanted, 10000);
        mp_buffer_init(&got, 10000);
        cr_assert_eq(mp_event_decode(mp_buffer_span(&bytes), arena, &back), 0, "kind %d", kind);
        print_event(&wanted, &event);
        print_event(&got, &back);
        cr_assert_str_eq(printed(&got), printed(&wanted));
        mp_buffer_done(&bytes);
        mp_buffer_done(&wanted);
        mp_buffer_done(&got);
    }
}

/* What is stored is hashed and kept for ever: these bytes may never change. */
Test(proto_event, its_bytes_are_these_for_ever)
{
    static const char golden[] =
        "08ac0210ab021a136d6c2d312f6b6172616368692d726f6872692f2080b880c90628b5c8e6bee482"
        "910332087261696c776179733a10990102030405760788090a0b0c0d0e00403f4aa4010a09080310"
        "808080808020120408f4be021a1d4665646572616c206d696e697374657220666f72207261696c77"
        "6179732213d9bedb81d984d8a720d985d8b1d8add984db812a440a1a68747470733a2f2f63706563"
        "2e676f762e706b2f6e6577732f311204702e20341a20000102030405060708090a0b0c0d0e0f1011"
        "12131415161718191a1b1c1d1e1fba01160a0a6d6c2d313a7374617274120608c4d30210041804";
    struct mp_event event = sample_event(MP_CHANGE_FORECAST);
    struct mp_buffer bytes = encoded(&event);
    char *hex = malloc(2 * bytes.size + 1);

    cr_assert_not_null(hex);
    mp_text_hex(mp_buffer_span(&bytes), hex);
    cr_assert_str_eq(hex, golden);
    free(hex);
    mp_buffer_done(&bytes);
}

Test(proto_event, its_place_can_be_read_without_unpacking)
{
    struct mp_event event = sample_event(MP_CHANGE_PROJECT);
    struct mp_buffer bytes = encoded(&event);
    struct mp_event_place place;

    cr_assert_eq(mp_event_peek(mp_buffer_span(&bytes), &place), 0);
    cr_assert_eq(place.seq, event.seq);
    cr_assert_eq(place.prev, event.prev);
    cr_assert_eq(place.epoch, event.epoch);
    cr_assert(mp_span_equal(place.topic, mp_span_text(event.topic)));
    mp_buffer_done(&bytes);
}

/* What decodes has a place, the same one; what has none does not decode. */
static bool assert_agreement(struct mp_span bytes, struct mp_arena *arena)
{
    struct mp_event event;
    struct mp_event_place place;
    int result;

    mp_arena_reset(arena);
    result = mp_event_decode(bytes, arena, &event);
    cr_assert(result == 0 || result == MP_EMALFORMED || result == MP_ENOMEM);
    if (result != 0)
        return false;
    cr_assert_eq(mp_event_peek(bytes, &place), 0);
    cr_assert_eq(place.seq, event.seq);
    cr_assert_eq(place.prev, event.prev);
    cr_assert_eq(place.epoch, event.epoch);
    cr_assert(mp_span_equal(place.topic, mp_span_text(event.topic)));
    return true;
}

Test(proto_event, peeking_and_decoding_agree_on_broken_bytes)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_event event = sample_event(MP_CHANGE_MILESTONE);
    struct mp_buffer bytes = encoded(&event);
    uint64_t seed = 11, taken = 0;

    for (size_t size = 0; size < bytes.size; size++)
        cr_assert_not(assert_agreement(mp_span_make(bytes.data, size), arena));
    for (int i = 0; i < MUTATIONS; i++) {
        size_t at = test_random(&seed) % bytes.size;
        uint8_t before = bytes.data[at];

        bytes.data[at] = (uint8_t)test_random(&seed);
        taken += assert_agreement(mp_buffer_span(&bytes), arena);
        bytes.data[at] = before;
    }
    cr_assert_gt(taken, 0);
    cr_assert_lt(taken, MUTATIONS);
    mp_buffer_done(&bytes);
}

static const struct {
    const char *what;
    const char *bytes;
    size_t size;
    int result;
} places[] = {
    {"all of it",
     "\x08\x05\x10\x04\x1a\x02"
     "m/\x20\x03",
     10, 0},
    {"in another order, with more",
     "\x1a\x02"
     "m/\x32\x00\x20\x03\x08\x05\xa8\x06\x01",
     13, 0},
    {"nothing", "", 0, MP_EMALFORMED},
    {"no topic", "\x08\x05", 2, MP_EMALFORMED},
    {"an empty topic", "\x08\x05\x1a\x00", 4, MP_EMALFORMED},
    {"no sequence",
     "\x1a\x02"
     "m/",
     4, MP_EMALFORMED},
    {"sequence 0",
     "\x08\x00\x1a\x02"
     "m/",
     6, MP_EMALFORMED},
    {"a topic cut short",
     "\x08\x05\x1a\x03"
     "m/",
     6, MP_EMALFORMED},
    {"a topic with a NUL",
     "\x08\x05\x1a\x03"
     "m\0/",
     7, MP_EMALFORMED},
    {"a topic that is not UTF-8",
     "\x08\x05\x1a\x02"
     "\xff/",
     6, MP_EMALFORMED},
    {"a sequence as text",
     "\x0a\x01\x05\x1a\x02"
     "m/",
     7, MP_EMALFORMED},
    {"a topic as number", "\x08\x05\x18\x01", 4, MP_EMALFORMED},
    {"two sequences",
     "\x08\x05\x08\x06\x1a\x02"
     "m/",
     8, MP_EMALFORMED},
    {"two topics",
     "\x08\x05\x1a\x02"
     "m/\x1a\x02"
     "n/",
     10, MP_EMALFORMED},
    {"a tail that is no field",
     "\x08\x05\x1a\x02"
     "m/\xff",
     7, MP_EMALFORMED},
    {"a change cut short",
     "\x08\x05\x1a\x02"
     "m/\x4a\x7f\x01",
     9, MP_EMALFORMED},
    {"a group",
     "\x08\x05\x1a\x02"
     "m/\x4b\x4c",
     8, MP_EMALFORMED},
};

Test(proto_event, a_place_is_exact_on_every_malformation)
{
    for (size_t i = 0; i < MP_LENGTH(places); i++) {
        struct mp_event_place place = {.seq = 77};

        cr_assert_eq(mp_event_peek(mp_span_make(places[i].bytes, places[i].size), &place),
                     places[i].result, "%s", places[i].what);
        cr_assert_eq(place.seq, places[i].result == 0 ? 5 : 77, "%s", places[i].what);
        if (places[i].result == 0)
            cr_assert_eq(place.epoch, 3);
    }
}

Test(proto_event, one_without_a_change_is_malformed)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_event event;

    cr_assert_eq(mp_event_decode(mp_span_make("\x08\x05\x1a\x02"
                                              "m/",
                                              6),
                                 arena, &event),
                 MP_EMALFORMED);
    cr_assert_eq(mp_event_decode(mp_span_make("\x08\x05\x1a\x02"
                                              "m/\x4a\x00",
                                              8),
                                 arena, &event),
                 MP_EMALFORMED);
    cr_assert_eq(mp_event_decode(mp_span_make("\x08\x05\x1a\x02"
                                              "m/\x4a\x03\xba\x01\x00",
                                              11),
                                 arena, &event),
                 0);
    cr_assert_eq(mp_event_decode(mp_span_make("\x08\x05\x1a\x02"
                                              "m/\x3a\x01x\x4a\x03\xba\x01\x00",
                                              14),
                                 arena, &event),
                 MP_EMALFORMED);
}

Test(proto_event, a_small_arena_is_told_as_such)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(64);
    struct mp_event event = sample_event(MP_CHANGE_PROJECT), back = {.seq = 1};
    struct mp_buffer bytes = encoded(&event), again;

    cr_assert_eq(mp_event_decode(mp_buffer_span(&bytes), arena, &back), MP_ENOMEM);
    cr_assert_eq(back.seq, 1);
    mp_buffer_init(&again, 1000);
    cr_assert_eq(mp_event_encode(&event, arena, &again), MP_ENOMEM);
    cr_assert_eq(again.size, 0);
    mp_buffer_done(&bytes);
    mp_buffer_done(&again);
}

Test(proto_event, a_full_buffer_is_told_as_such)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_event event = sample_event(MP_CHANGE_PROJECT);
    struct mp_buffer bytes;

    mp_buffer_init(&bytes, 20);
    cr_assert_eq(mp_event_encode(&event, arena, &bytes), MP_ETOOBIG);
    mp_buffer_done(&bytes);
}
