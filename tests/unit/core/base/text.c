#include "core/base/text.h"

#include "core/base/error.h"

#include <criterion/criterion.h>
#include <limits.h>

#define BYTES(text)                                                                                \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

Test(base_text, utf8_is_that_of_rfc_3629)
{
    static const struct {
        struct mp_span bytes;
        bool good;
    } rows[] = {
        {BYTES(""), true},
        {BYTES("a\0b"), true},
        {BYTES("\xc3\xa9\xd8\xb3\xe4\xb8\xad\xf0\x9f\x9a\x82"), true},
        {BYTES("\xf4\x8f\xbf\xbf"), true},
        {BYTES("\xed\x9f\xbf\xee\x80\x80"), true},
        {BYTES("\x80"), false},
        {BYTES("\xc3"), false},
        {BYTES("\xc0\x80"), false},         /* overlong */
        {BYTES("\xc1\xbf"), false},         /* overlong */
        {BYTES("\xe0\x9f\xbf"), false},     /* overlong */
        {BYTES("\xf0\x8f\xbf\xbf"), false}, /* overlong */
        {BYTES("\xed\xa0\x80"), false},     /* surrogate */
        {BYTES("\xf4\x90\x80\x80"), false}, /* beyond the last */
        {BYTES("\xf5\x80\x80\x80"), false},
        {BYTES("\xe4\xb8"), false},
        {BYTES("\xe4\xb8x"), false},
        {BYTES("\xf0\x9f\x9a"
               "a"),
         false},
        {BYTES("\xff"), false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_eq(mp_text_is_utf8(rows[i].bytes), rows[i].good, "row %zu", i);
}

Test(base_text, control_characters_are_seen)
{
    static const struct {
        struct mp_span bytes;
        bool control;
    } rows[] = {
        {BYTES("two\tcolumns\nand lines"), false},
        {BYTES("a\0b"), true},
        {BYTES("\r"), true},
        {BYTES("\x1b[2J"), true},
        {BYTES("\x7f"), true},
        {BYTES("\xc2\x85"), true},
        {BYTES("\xc2\xa0"), false},
        {BYTES("\xe4\xb8\x85"), false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_eq(mp_text_has_control(rows[i].bytes), rows[i].control, "row %zu", i);
}

Test(base_text, a_number_is_the_whole_text_and_in_range)
{
    static const char *const bad[] = {
        "", " 1", "1 ", "+1", "--1", "-", "0x1", "1.5", "101", "-11", "99999999999999999999"};
    int64_t value = 77;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect_eq(mp_text_parse_i64(bad[i], -10, 100, &value), MP_EINVAL, "'%s'", bad[i]);
    cr_assert_eq(value, 77);
    cr_assert_eq(mp_text_parse_i64("-10", -10, 100, &value), 0);
    cr_assert_eq(value, -10);
    cr_assert_eq(mp_text_parse_i64("9223372036854775807", 0, INT64_MAX, &value), 0);
    cr_assert_eq(value, INT64_MAX);
}

Test(base_text, hex_goes_both_ways)
{
    uint8_t bytes[3] = {1, 2, 3};
    char text[7];

    mp_text_hex(mp_span_make("\x00\xab\xff", 3), text);
    cr_assert_str_eq(text, "00abff");
    cr_assert_eq(mp_text_parse_hex("00abf", bytes, 3), MP_EMALFORMED);
    cr_assert_eq(mp_text_parse_hex("00abff0", bytes, 3), MP_EMALFORMED);
    cr_assert_eq(mp_text_parse_hex("00abfg", bytes, 3), MP_EMALFORMED);
    cr_assert_arr_eq(bytes, "\x01\x02\x03", 3);
    cr_assert_eq(mp_text_parse_hex("00ABff", bytes, 3), 0);
    cr_assert_arr_eq(bytes, "\x00\xab\xff", 3);
}

Test(base_text, distance_counts_edits)
{
    static const struct {
        const char *a, *b;
        unsigned distance;
    } rows[] = {{"", "", 0},
                {"abc", "", 3},
                {"", "abc", 3},
                {"kitten", "sitting", 3},
                {"folder", "flder", 1},
                {"lsit", "list", 1},
                {"abcd", "badc", 2},
                {"ca", "abc", 3},
                {"teh", "the", 1},
                {"folder", "folder", 0}};
    char long_text[65];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_eq(mp_text_distance(rows[i].a, rows[i].b), rows[i].distance, "row %zu", i);
    memset(long_text, 'x', 64);
    long_text[64] = '\0';
    cr_assert_eq(mp_text_distance(long_text, long_text), UINT_MAX);
    cr_assert_eq(mp_text_distance(long_text + 1, long_text + 1), 0);
}

Test(base_text, the_nearest_is_the_first_of_the_least_edits)
{
    struct mp_text_nearest nearest = mp_text_nearest_to("flder");

    mp_text_nearest_try(&nearest, "owner");
    cr_expect_null(nearest.name, "more than a third would have to change");
    mp_text_nearest_try(&nearest, "fielder");
    cr_expect_str_eq(nearest.name, "fielder");
    mp_text_nearest_try(&nearest, "folder");
    mp_text_nearest_try(&nearest, "elder");
    cr_expect_str_eq(nearest.name, "folder");
}

Test(base_text, what_only_looks_alike_is_not_near)
{
    static const struct {
        const char *word, *name;
        bool is_near;
    } rows[] = {
        {"nonsense", "observe", false}, {"nope", "role", false}, {"nadra", "ntdc", false},
        {"foo", "gdp", false},          {"lead", "late", false}, {"lsit", "list", true},
        {"fold", "folder", true},       {"lst", "list", true},   {"finacing", "financing", true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mp_text_nearest nearest = mp_text_nearest_to(rows[i].word);

        mp_text_nearest_try(&nearest, rows[i].name);
        cr_expect_eq(nearest.name != NULL, rows[i].is_near, "%s %s", rows[i].word, rows[i].name);
    }
}
