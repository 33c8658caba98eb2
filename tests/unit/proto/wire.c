#include "proto/wire.h"

#include "core/base/auto.h"

#include <criterion/criterion.h>
#include <inttypes.h>

static const uint64_t numbers[] = {
    1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX, INT64_MAX, UINT64_C(1) << 63};

Test(proto_wire, numbers_of_every_width_come_back)
{
    for (size_t i = 0; i < MP_LENGTH(numbers); i++) {
        struct mp_buffer buffer;
        struct mp_wire wire;

        mp_buffer_init(&buffer, 100);
        mp_wire_put_number(&buffer, 31, numbers[i]);
        cr_assert_eq(buffer.size, mp_wire_number_size(31, numbers[i]));
        wire = mp_wire_make(mp_buffer_span(&buffer));
        cr_assert(mp_wire_next(&wire));
        cr_assert_eq(wire.number, 31);
        cr_assert_eq(mp_wire_number_once(&wire), numbers[i], "%" PRIu64, numbers[i]);
        cr_assert_not(mp_wire_next(&wire));
        cr_assert_eq(wire.reader.error, 0);
        mp_buffer_done(&buffer);
    }
}

static const struct {
    const char *what;
    const char *bytes;
    size_t size;
} broken[] = {
    {"a tag cut short", "\x80", 1},
    {"field number 0", "\x00\x01", 2},
    {"a number too great for a field", "\x88\x80\x80\x80\x10\x01", 6},
    {"no value", "\x08", 1},
    {"a value cut short", "\x08\xff", 2},
    {"a varint of eleven bytes", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12},
    {"a varint wider than 64 bits", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11},
    {"a length beyond the end", "\x0a\x02x", 3},
    {"a length beyond all memory", "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},
    {"a fixed64 cut short",
     "\x09"
     "1234567",
     8},
    {"a fixed32 cut short",
     "\x0d"
     "123",
     4},
    {"the begin of a group", "\x0b", 1},
    {"the end of a group", "\x0c", 1},
    {"wire type 6", "\x0e", 1},
    {"wire type 7", "\x0f", 1},
};

Test(proto_wire, malformed_bytes_stop_the_reading)
{
    for (size_t i = 0; i < MP_LENGTH(broken); i++) {
        struct mp_wire wire = mp_wire_make(mp_span_make(broken[i].bytes, broken[i].size));

        cr_assert_not(mp_wire_next(&wire), "%s", broken[i].what);
        cr_assert_eq(wire.reader.error, MP_EMALFORMED, "%s", broken[i].what);
        cr_assert_not(mp_wire_next(&wire), "%s: sticky", broken[i].what);
    }
}

Test(proto_wire, the_widest_varint_is_taken)
{
    struct mp_span bytes = mp_span_make("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11);
    struct mp_wire wire = mp_wire_make(bytes);

    cr_assert(mp_wire_next(&wire));
    cr_assert_eq(wire.value, UINT64_MAX);
}

Test(proto_wire, a_field_that_comes_twice_is_a_fault)
{
    struct mp_wire wire = mp_wire_make(mp_span_make("\x08\x01\x08\x02", 4));

    cr_assert(mp_wire_next(&wire));
    cr_assert_eq(mp_wire_number_once(&wire), 1);
    cr_assert(mp_wire_next(&wire));
    cr_assert_eq(mp_wire_number_once(&wire), 0);
    cr_assert_eq(wire.reader.error, MP_EMALFORMED);
}

Test(proto_wire, a_field_of_another_type_is_a_fault)
{
    struct mp_wire wire = mp_wire_make(mp_span_make("\x08\x01", 2));

    cr_assert(mp_wire_next(&wire));
    cr_assert_eq(mp_wire_bytes(&wire).size, 0);
    cr_assert_eq(wire.reader.error, MP_EMALFORMED);
}

static const struct {
    const char *bytes;
    size_t size;
    bool is_clean;
} texts[] = {
    {"", 0, true},
    {"plain", 5, true},
    {"exactly8", 8, true},
    {"more than eight bytes of it", 27, true},
    {"\xd9\xbe\xdb\x81\xd9\x84\xd8\xa7 \xe4\xb8\x80", 12, true},
    {"01234567\xd9\xbe", 10, true},
    {"0123456\xd9\xbe", 9, true},
    {"\0", 1, false},
    {"0123456\0", 8, false},
    {"01234567\0", 9, false},
    {"0123\0"
     "567",
     8, false},
    {"\xff", 1, false},
    {"01234567\xff", 9, false},
    {"0123456\xd9", 8, false},
    {"\xc0\x80", 2, false},
    {"\xed\xa0\x80", 3, false},
    {"\xf4\x90\x80\x80", 4, false},
    {"\x80", 1, false},
};

Test(proto_wire, texts_are_utf8_without_nul)
{
    for (size_t i = 0; i < MP_LENGTH(texts); i++)
        cr_assert_eq(mp_wire_text_is_clean(mp_span_make(texts[i].bytes, texts[i].size)),
                     texts[i].is_clean, "text %zu", i);
}
