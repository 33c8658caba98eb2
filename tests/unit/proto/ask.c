#include "proto/ask.h"
#include "core/base/auto.h"
#include "proto/wire.h"
#include "tests/unit/proto/samples.h"

#include <criterion/criterion.h>

static struct mp_ask asking(enum mp_ask_kind kind)
{
    struct mp_ask ask;

    mp_ask_init(&ask, kind);
    return ask;
}

/* Its fields that differ from those of a new one, as text. */
static void print_ask(struct mp_buffer *b, const struct mp_ask *ask)
{
    mp_buffer_printf(
        b, "%d limit=%" PRIu32 " kind=%d id=%s prefix=%s %" PRIu64 "..%" PRIu64 " of %" PRIu64,
        (int)ask->kind, ask->limit, (int)ask->record_kind, ask->id, ask->prefix, ask->from, ask->to,
        ask->epoch);
    mp_buffer_printf(b, " as=%d,%" PRId32 ",%" PRId64 " %s %s %s %s %s %s late=%d removed=%d",
                     (int)ask->as_of.mode, ask->as_of.day, ask->as_of.recorded_us, ask->programme,
                     ask->corridor, ask->region, ask->agency, ask->status, ask->indicator,
                     ask->late, ask->removed_too);
    print_bytes(b, ask->cursor.data, ask->cursor.size);
    print_bytes(b, ask->public_key, sizeof(ask->public_key));
    print_bytes(b, ask->submission.bytes, sizeof(ask->submission.bytes));
}

static void assert_comes_back(const struct mp_ask *ask)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 16);
    struct mp_buffer bytes, wanted, got;
    struct mp_ask back;

    mp_buffer_init(&bytes, MP_ASK_MOST);
    mp_buffer_init(&wanted, 10000);
    mp_buffer_init(&got, 10000);
    cr_assert_eq(mp_ask_encode(ask, &bytes), 0);
    cr_assert_eq(mp_ask_decode(mp_buffer_span(&bytes), arena, &back), 0, "kind %d", (int)ask->kind);
    print_ask(&wanted, ask);
    print_ask(&got, &back);
    cr_assert_str_eq(printed(&got), printed(&wanted));
    mp_buffer_done(&bytes);
    mp_buffer_done(&wanted);
    mp_buffer_done(&got);
}

Test(proto_ask, bare_questions_come_back)
{
    static const enum mp_ask_kind kinds[] = {MP_ASK_TOPICS,   MP_ASK_SNAPSHOT, MP_ASK_REPLAY,
                                             MP_ASK_REGISTRY, MP_ASK_WHO_AM_I, MP_ASK_EPOCHS,
                                             MP_ASK_OUTCOME};

    for (size_t i = 0; i < MP_LENGTH(kinds); i++) {
        struct mp_ask ask = asking(kinds[i]);

        assert_comes_back(&ask);
    }
}

Test(proto_ask, questions_with_every_field_come_back)
{
    static const uint8_t cursor[MP_CURSOR_MOST] = {1, 0, 2};
    struct mp_ask ask = asking(MP_ASK_REPLAY);

    ask.prefix = "ml-1/karachi-rohri/";
    ask.from = 5;
    ask.to = UINT64_MAX;
    ask.epoch = 1763712000;
    ask.limit = MP_PAGE_ROWS_MOST;
    ask.cursor = mp_span_make(cursor, sizeof(cursor));
    assert_comes_back(&ask);

    ask = asking(MP_ASK_LIST);
    ask.record_kind = MP_KIND_MILESTONE;
    ask.prefix = "ml-1/";
    ask.programme = "cpec-2.0";
    ask.corridor = "growth";
    ask.region = "sindh";
    ask.agency = "railways";
    ask.status = "notMet";
    ask.indicator = "track-km";
    ask.late = ask.removed_too = true;
    ask.as_of = (struct mp_as_of){.mode = MP_AS_OF_DAY, .day = -25567};
    assert_comes_back(&ask);

    ask = asking(MP_ASK_GET);
    ask.record_kind = MP_KIND_MILESTONE;
    ask.id = "ml-1/karachi-rohri:completion";
    ask.as_of = (struct mp_as_of){.mode = MP_AS_RECORDED, .recorded_us = 0};
    assert_comes_back(&ask);

    ask.kind = MP_ASK_HISTORY;
    assert_comes_back(&ask);

    ask = asking(MP_ASK_WHO_AM_I);
    memset(ask.public_key, 0x5a, sizeof(ask.public_key));
    assert_comes_back(&ask);

    ask = asking(MP_ASK_OUTCOME);
    ask.agency = "railways";
    ask.submission = sample_uuid(0x11);
    assert_comes_back(&ask);
}

static const struct {
    const char *prefix;
    bool is_good;
} prefixes[] = {
    {"", true},
    {"ml-1/", true},
    {"ml-1/karachi/", true},
    {"@agency/", true},
    {"@term/", true},
    {"@ledger/", true},
    {"@indicator/", true},
    {"ml-1", false},
    {"@agency", false},
    {"@other/", false},
    {"ML-1/", false},
    {"ml-1//", false},
    {"../", false},
    {"ml-1/!", false},
    {" ", false},
    {"a/b/c/d/e/f/g/h/i/", false},
};

Test(proto_ask, prefixes_are_paths_or_topics)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 16);

    for (size_t i = 0; i < MP_LENGTH(prefixes); i++) {
        struct mp_ask ask = asking(i % 2 ? MP_ASK_TOPICS : MP_ASK_SNAPSHOT), back;
        struct mp_buffer bytes;

        ask.prefix = prefixes[i].prefix;
        mp_buffer_init(&bytes, MP_ASK_MOST);
        cr_assert_eq(mp_ask_encode(&ask, &bytes), 0);
        cr_assert_eq(mp_ask_decode(mp_buffer_span(&bytes), arena, &back),
                     prefixes[i].is_good ? 0 : MP_EMALFORMED, "'%s'", prefixes[i].prefix);
        mp_buffer_done(&bytes);
    }
}

Test(proto_ask, a_single_slash_asks_for_everything)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 16);
    struct mp_span bytes = mp_span_make("\x5a\x03\x0a\x01/", 5);
    struct mp_ask ask;

    cr_assert_eq(mp_ask_decode(bytes, arena, &ask), 0);
    cr_assert_str_eq(ask.prefix, "");
}

static void long_cursor(struct mp_ask *ask)
{
    static const uint8_t cursor[MP_CURSOR_MOST + 1];

    ask->cursor = mp_span_make(cursor, sizeof(cursor));
}

static void great_limit(struct mp_ask *ask)
{
    ask->limit = MP_PAGE_ROWS_MOST + 1;
}

static void backwards(struct mp_ask *ask)
{
    ask->kind = MP_ASK_REPLAY;
    ask->from = 6;
    ask->to = 5;
}

static void no_record_kind(struct mp_ask *ask)
{
    ask->kind = MP_ASK_GET;
    ask->id = "ml-1";
}

static void id_too_long(struct mp_ask *ask)
{
    static char id[MP_ID_MOST + 2];

    memset(id, 'a', sizeof(id) - 1);
    ask->kind = MP_ASK_GET;
    ask->record_kind = MP_KIND_PROJECT;
    ask->id = id;
}

static void impossible_day(struct mp_ask *ask)
{
    ask->kind = MP_ASK_LIST;
    ask->record_kind = MP_KIND_PROJECT;
    ask->as_of = (struct mp_as_of){.mode = MP_AS_OF_DAY, .day = MP_DAY_MOST + 1};
}

static void long_filter(struct mp_ask *ask)
{
    ask->kind = MP_ASK_LIST;
    ask->record_kind = MP_KIND_PROJECT;
    ask->status = "0123456789012345678901234567890123456789012345678901234567890123456789";
}

static const struct {
    const char *what;
    void (*spoil)(struct mp_ask *ask);
} spoiled[] = {
    {"a cursor too long", long_cursor}, {"a limit too great", great_limit},
    {"a replay backwards", backwards},  {"a get of no kind", no_record_kind},
    {"an id too long", id_too_long},    {"a day out of range", impossible_day},
    {"a filter too long", long_filter},
};

Test(proto_ask, what_is_out_of_its_bounds_is_malformed)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 16);

    for (size_t i = 0; i < MP_LENGTH(spoiled); i++) {
        struct mp_ask ask = asking(MP_ASK_TOPICS), back = {.limit = 99};
        struct mp_buffer bytes;

        spoiled[i].spoil(&ask);
        mp_buffer_init(&bytes, 2 * MP_ASK_MOST);
        cr_assert_eq(mp_ask_encode(&ask, &bytes), 0);
        cr_assert_eq(mp_ask_decode(mp_buffer_span(&bytes), arena, &back), MP_EMALFORMED, "%s",
                     spoiled[i].what);
        cr_assert_eq(back.limit, 99);
        mp_buffer_done(&bytes);
    }
}

static const struct {
    const char *what;
    const char *bytes;
    size_t size;
} broken[] = {
    {"nothing", "", 0},
    {"no question", "\x10\x05", 2},
    {"a question of a newer schema", "\xaa\x01\x00", 3},
    {"two questions", "\x8a\x01\x00\x9a\x01\x00", 6},
    {"a prefix with a NUL",
     "\x5a\x08\x0a\x06"
     "ml-1/\0",
     10},
    {"a key of 31 bytes",
     "\x92\x01\x21\x0a\x1f"
     "0123456789012345678901234567890",
     36},
    {"a submission of 15 bytes",
     "\xa2\x01\x11\x12\x0f"
     "012345678901234",
     20},
    {"a key of nobody", "\x92\x01\x00", 3},
    {"an outcome of nothing", "\xa2\x01\x00", 3},
    {"an as-of of no time",
     "\x72\x08\x08\x03\x12\x02"
     "ml\x1a\x00",
     10},
    {"an as-of of both times",
     "\x72\x0c\x08\x03\x12\x02"
     "ml\x1a\x04\x0a\x00\x10\x01",
     14},
    {"a group", "\x5b\x5c", 2},
};

Test(proto_ask, malformed_ones_are_refused)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 16);

    for (size_t i = 0; i < MP_LENGTH(broken); i++) {
        struct mp_ask ask;

        cr_assert_eq(mp_ask_decode(mp_span_make(broken[i].bytes, broken[i].size), arena, &ask),
                     MP_EMALFORMED, "%s", broken[i].what);
        cr_assert_eq(mp_arena_used_bytes(arena), 0, "%s", broken[i].what);
    }
}

Test(proto_ask, a_question_over_the_limit_is_refused)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_ask ask = asking(MP_ASK_EPOCHS);
    struct mp_buffer bytes;
    size_t left;

    mp_buffer_init(&bytes, 2 * MP_ASK_MOST);
    cr_assert_eq(mp_ask_encode(&ask, &bytes), 0);
    mp_wire_put_header(&bytes, 100, MP_ASK_MOST - bytes.size - 4);
    left = MP_ASK_MOST - bytes.size;
    memset(mp_buffer_reserve(&bytes, left), 'x', left);
    cr_assert_eq(bytes.size, MP_ASK_MOST);
    cr_assert_eq(mp_ask_decode(mp_buffer_span(&bytes), arena, &ask), 0);
    mp_wire_put_number(&bytes, 101, 1);
    cr_assert_eq(mp_ask_decode(mp_buffer_span(&bytes), arena, &ask), MP_EMALFORMED);
    mp_buffer_done(&bytes);
}

Test(proto_ask, any_byte_changed_is_refused_or_well_formed)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 16);
    struct mp_ask ask = asking(MP_ASK_LIST), back;
    struct mp_buffer bytes, again;
    uint64_t seed = 5;

    ask.record_kind = MP_KIND_MILESTONE;
    ask.prefix = "ml-1/";
    ask.region = "sindh";
    ask.as_of = (struct mp_as_of){.mode = MP_AS_OF_DAY, .day = 20000};
    mp_buffer_init(&bytes, MP_ASK_MOST);
    mp_buffer_init(&again, MP_ASK_MOST);
    cr_assert_eq(mp_ask_encode(&ask, &bytes), 0);
    for (int i = 0; i < 30000; i++) {
        size_t at = test_random(&seed) % bytes.size;
        uint8_t before = bytes.data[at];

        bytes.data[at] = (uint8_t)test_random(&seed);
        mp_arena_reset(arena);
        mp_buffer_clear(&again);
        if (mp_ask_decode(mp_buffer_span(&bytes), arena, &back) == 0)
            cr_assert_eq(mp_ask_encode(&back, &again), 0);
        bytes.data[at] = before;
    }
    mp_buffer_done(&bytes);
    mp_buffer_done(&again);
}

Test(proto_ask, one_of_no_kind_is_not_encoded)
{
    struct mp_ask ask = asking(MP_ASK_NONE);
    struct mp_buffer bytes;

    mp_buffer_init(&bytes, MP_ASK_MOST);
    cr_assert_eq(mp_ask_encode(&ask, &bytes), MP_EINVAL);
    mp_buffer_done(&bytes);
}
