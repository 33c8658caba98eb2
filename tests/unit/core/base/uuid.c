#include "core/base/uuid.h"

#include "core/base/error.h"

#include <criterion/criterion.h>

Test(base_uuid, version_7_starts_with_its_time)
{
    struct mp_uuid uuid = mp_uuid_v7(INT64_C(0x01890a5dac96) * 1000);
    char text[MP_UUID_TEXT];

    mp_uuid_format(&uuid, text);
    cr_assert_eq(strncmp(text, "01890a5d-ac96-7", 15), 0, "%s", text);
    cr_assert_eq(uuid.bytes[8] & 0xc0, 0x80);
}

Test(base_uuid, version_7_never_goes_back)
{
    static const int64_t times_us[] = {5000000, 5000000, 4000000, -1, INT64_MIN, 5000001, 5001000};
    struct mp_uuid before = mp_uuid_v7(5000000);

    for (size_t i = 0; i < 20000; i++) {
        struct mp_uuid uuid = mp_uuid_v7(times_us[i % 7]);

        cr_assert_lt(memcmp(before.bytes, uuid.bytes, MP_UUID_BYTES), 0);
        cr_assert_eq(uuid.bytes[6] >> 4, 7);
        before = uuid;
    }
    for (size_t i = 0; i < 10000; i++) {
        struct mp_uuid uuid = mp_uuid_v7(INT64_MAX);

        cr_assert_lt(memcmp(before.bytes, uuid.bytes, MP_UUID_BYTES), 0);
        before = uuid;
    }
}

Test(base_uuid, version_8_comes_from_the_content_alone)
{
    struct mp_uuid a = mp_uuid_v8(mp_span_text("row 1")), b = mp_uuid_v8(mp_span_text("row 1")),
                   c = mp_uuid_v8(mp_span_text("row 2"));

    cr_assert(mp_uuid_equal(&a, &b));
    cr_assert_not(mp_uuid_equal(&a, &c));
    cr_assert_eq(a.bytes[6] >> 4, 8);
    cr_assert_eq(a.bytes[8] >> 6, 2);
}

Test(base_uuid, its_text_goes_both_ways)
{
    static const char text[] = "01890a5d-ac96-774b-bcce-b302099a8057";
    static const char *const bad[] = {
        "",
        "01890a5d-ac96-774b-bcce-b302099a805",
        "01890a5d-ac96-774b-bcce-b302099a80577",
        "01890a5dac96-774b-bcce-b302099a80577",
        "01890a5d-ac96-774b-bcce-b302099a805g",
        "01890a5d-ac96-774b-bcce+b302099a8057",
        "0189-a5d-ac96-774b-bcce-b302099a8057",
    };
    char again[MP_UUID_TEXT];
    struct mp_uuid uuid = {{0}};

    cr_assert(mp_uuid_is_nil(&uuid));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect_eq(mp_uuid_parse(bad[i], &uuid), MP_EMALFORMED, "%s", bad[i]);
    cr_assert(mp_uuid_is_nil(&uuid));
    cr_assert_eq(mp_uuid_parse(text, &uuid), 0);
    cr_assert_not(mp_uuid_is_nil(&uuid));
    mp_uuid_format(&uuid, again);
    cr_assert_str_eq(again, text);
}
