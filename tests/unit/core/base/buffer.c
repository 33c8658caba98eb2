#include "core/base/buffer.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(base_buffer, numbers_come_back_and_are_big_endian)
{
    struct mp_buffer buffer;
    struct mp_reader reader;

    mp_buffer_init(&buffer, 1000);
    mp_buffer_put_u8(&buffer, 0xfe);
    mp_buffer_put_u16(&buffer, 0x0102);
    mp_buffer_put_u32(&buffer, 0x03040506);
    mp_buffer_put_u64(&buffer, UINT64_C(0x1122334455667788));
    mp_buffer_put_i32(&buffer, INT32_MIN);
    mp_buffer_put_i32(&buffer, -1);
    mp_buffer_put_text(&buffer, "ml-1/");
    mp_buffer_put_u8(&buffer, 0);
    mp_buffer_printf(&buffer, "%d", 42);
    cr_assert_eq(buffer.error, 0);
    cr_assert_arr_eq(buffer.data, "\xfe\x01\x02\x03\x04\x05\x06\x11\x22", 9);

    reader = mp_reader_make(mp_buffer_span(&buffer));
    cr_assert_eq(mp_reader_u8(&reader), 0xfe);
    cr_assert_eq(mp_reader_u16(&reader), 0x0102);
    cr_assert_eq(mp_reader_u32(&reader), 0x03040506);
    cr_assert_eq(mp_reader_u64(&reader), UINT64_C(0x1122334455667788));
    cr_assert_eq(mp_reader_i32(&reader), INT32_MIN);
    cr_assert_eq(mp_reader_i32(&reader), -1);
    cr_assert(mp_span_equal(mp_reader_text(&reader), mp_span_text("ml-1/")));
    cr_assert(mp_span_equal(mp_reader_bytes(&reader, 2), mp_span_text("42")));
    cr_assert_eq(mp_reader_left(&reader), 0);
    cr_assert_eq(reader.error, 0);
    mp_buffer_done(&buffer);
    mp_buffer_done(NULL);
}

Test(base_buffer, signed_numbers_sort_as_bytes)
{
    static const int32_t rising[] = {INT32_MIN, -70000, -1, 0, 1, 70000, INT32_MAX};
    uint8_t before[4] = {0};

    for (size_t i = 0; i < sizeof(rising) / sizeof(rising[0]); i++) {
        struct mp_buffer buffer;

        mp_buffer_init(&buffer, 4);
        mp_buffer_put_i32(&buffer, rising[i]);
        if (i > 0)
            cr_assert_lt(memcmp(before, buffer.data, 4), 0, "%d", rising[i]);
        memcpy(before, buffer.data, 4);
        mp_buffer_done(&buffer);
    }
}

Test(base_buffer, the_limit_is_exact_and_its_error_stays)
{
    struct mp_buffer buffer;

    mp_buffer_init(&buffer, 5);
    mp_buffer_put_text(&buffer, "12345");
    cr_assert_eq(buffer.error, 0);
    mp_buffer_put_u8(&buffer, 6);
    cr_assert_eq(buffer.error, MP_ETOOBIG);
    cr_assert_eq(buffer.size, 5);
    mp_buffer_put(&buffer, NULL, 0);
    cr_assert_null(mp_buffer_reserve(&buffer, 0));
    cr_assert_eq(buffer.error, MP_ETOOBIG);
    mp_buffer_clear(&buffer);
    mp_buffer_printf(&buffer, "%s", "54321");
    cr_assert_eq(buffer.error, 0);
    cr_assert_arr_eq(buffer.data, "54321", 5);
    mp_buffer_printf(&buffer, "%s", "6");
    cr_assert_eq(buffer.error, MP_ETOOBIG);
    mp_buffer_done(&buffer);
}

Test(base_buffer, a_short_read_is_sticky_and_gives_nothing)
{
    struct mp_reader reader = mp_reader_make(mp_span_make("\x01\x02\x03", 3));

    cr_assert_eq(mp_reader_u16(&reader), 0x0102);
    cr_assert_eq(mp_reader_u32(&reader), 0);
    cr_assert_eq(reader.error, MP_EMALFORMED);
    cr_assert_eq(mp_reader_u8(&reader), 0);
    cr_assert_eq(mp_reader_i32(&reader), 0);
    cr_assert_eq(mp_reader_bytes(&reader, 1).size, 0);
    cr_assert_eq(mp_reader_left(&reader), 0);
}

Test(base_buffer, a_text_without_its_end_is_malformed)
{
    struct mp_reader reader = mp_reader_make(mp_span_make("abc", 3));
    struct mp_reader empty = mp_reader_make(mp_span_make(NULL, 0));

    cr_assert_eq(mp_reader_text(&reader).size, 0);
    cr_assert_eq(reader.error, MP_EMALFORMED);
    mp_reader_text(&empty);
    cr_assert_eq(empty.error, MP_EMALFORMED);
}
