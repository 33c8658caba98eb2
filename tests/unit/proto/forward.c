#include "proto/forward.h"

#include "core/base/auto.h"

#include <criterion/criterion.h>

static const uint8_t key[32] = {1, 2, 3};

static struct mp_buffer batch_of_two(void)
{
    struct mp_forward_item item = {.peer = mp_span_text("peer1"),
                                   .key = mp_span_make(key, sizeof(key)),
                                   .bytes = mp_span_text("a submission")};
    struct mp_buffer buffer;

    mp_buffer_init(&buffer, 1000);
    mp_forward_begin(&buffer, 0x0102030405060708);
    mp_forward_add(&buffer, &item);
    item.bytes = mp_span_make(NULL, 0);
    item.peer = mp_span_text("12345678901234567890123456789012");
    mp_forward_add(&buffer, &item);
    cr_assert_eq(buffer.error, 0);
    return buffer;
}

Test(proto_forward, submissions_come_back_untouched)
{
    struct mp_buffer buffer = batch_of_two();
    struct mp_reader reader = mp_reader_make(mp_buffer_span(&buffer));
    struct mp_forward_item item;

    cr_assert_eq(mp_forward_number(&reader), 0x0102030405060708);
    cr_assert(mp_forward_next(&reader, false, &item));
    cr_assert(mp_span_equal(item.peer, mp_span_text("peer1")));
    cr_assert(mp_span_equal(item.key, mp_span_make(key, sizeof(key))));
    cr_assert(mp_span_equal(item.bytes, mp_span_text("a submission")));
    cr_assert(mp_forward_next(&reader, false, &item));
    cr_assert_eq(item.peer.size, MP_FORWARD_PEER_MOST);
    cr_assert_eq(item.bytes.size, 0);
    cr_assert_not(mp_forward_next(&reader, false, &item));
    cr_assert_eq(reader.error, 0);
    mp_buffer_done(&buffer);
}

Test(proto_forward, answers_come_back_without_keys)
{
    struct mp_forward_item item;
    struct mp_reader reader;
    struct mp_buffer buffer;

    mp_buffer_init(&buffer, 1000);
    mp_forward_begin(&buffer, 9);
    mp_forward_add_answer(&buffer, mp_span_text("p"), mp_span_text("an answer"));
    mp_forward_add_answer(&buffer, mp_span_make(NULL, 0), mp_span_text("another"));
    reader = mp_reader_make(mp_buffer_span(&buffer));
    cr_assert_eq(mp_forward_number(&reader), 9);
    cr_assert(mp_forward_next(&reader, true, &item));
    cr_assert(mp_span_equal(item.peer, mp_span_text("p")));
    cr_assert_eq(item.key.size, 0);
    cr_assert(mp_span_equal(item.bytes, mp_span_text("an answer")));
    cr_assert(mp_forward_next(&reader, true, &item));
    cr_assert_eq(item.peer.size, 0);
    cr_assert_not(mp_forward_next(&reader, true, &item));
    cr_assert_eq(reader.error, 0);
    mp_buffer_done(&buffer);
}

/* Whole items are given, the broken one is not, and the error says so. */
Test(proto_forward, cut_anywhere_but_between_items_is_malformed)
{
    struct mp_buffer buffer = batch_of_two();
    size_t first = 8 + 1 + 5 + 32 + 4 + 12;

    for (size_t size = 0; size < buffer.size; size++) {
        struct mp_reader reader = mp_reader_make(mp_span_make(buffer.data, size));
        struct mp_forward_item item = {.bytes = {NULL, 0}};
        size_t count = 0;

        (void)mp_forward_number(&reader);
        while (mp_forward_next(&reader, false, &item))
            count++;
        cr_assert_eq(count, size >= first, "%zu", size);
        cr_assert_eq(reader.error, size == 8 || size == first ? 0 : MP_EMALFORMED, "%zu", size);
    }
    mp_buffer_done(&buffer);
}

static const struct {
    const char *what;
    const char *bytes;
    size_t size;
} broken[] = {
    {"a peer longer than it may be",
     "\0\0\0\0\0\0\0\1\x21"
     "123456789012345678901234567890123\0\0\0\0",
     46},
    {"a size beyond the end", "\0\0\0\0\0\0\0\1\1p\0\0\0\2x", 15},
    {"a size beyond all memory", "\0\0\0\0\0\0\0\1\1p\xff\xff\xff\xffx", 15},
};

Test(proto_forward, malformed_items_are_refused)
{
    for (size_t i = 0; i < MP_LENGTH(broken); i++) {
        struct mp_reader reader = mp_reader_make(mp_span_make(broken[i].bytes, broken[i].size));
        struct mp_forward_item item;

        cr_assert_eq(mp_forward_number(&reader), 1);
        cr_assert_not(mp_forward_next(&reader, true, &item), "%s", broken[i].what);
        cr_assert_eq(reader.error, MP_EMALFORMED, "%s", broken[i].what);
        cr_assert_not(mp_forward_next(&reader, true, &item), "%s", broken[i].what);
    }
}

Test(proto_forward, a_batch_without_its_number_is_malformed)
{
    struct mp_reader reader = mp_reader_make(mp_span_make("1234567", 7));

    cr_assert_eq(mp_forward_number(&reader), 0);
    cr_assert_eq(reader.error, MP_EMALFORMED);
}
