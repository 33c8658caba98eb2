#include "core/domain/decimal.h"

#include <criterion/criterion.h>

Test(domain_decimal, is_kept_as_it_was_said)
{
    static const struct {
        const char *text;
        int result;
        int64_t unscaled;
        uint32_t scale;
        const char *shown;
    } table[] = {
        {"0", 0, 0, 0, "0"},
        {"-12.50", 0, -1250, 2, "-12.50"},
        {"100.00", 0, 10000, 2, "100.00"},
        {"-0.05", 0, -5, 2, "-0.05"},
        {"0.000000001", 0, 1, 9, "0.000000001"},
        {"007", 0, 7, 0, "7"},
        {"-0", 0, 0, 0, "0"},
        {"9223372036854775807", 0, INT64_MAX, 0, "9223372036854775807"},
        {"-9223372036854775808", 0, INT64_MIN, 0, "-9223372036854775808"},
        {"-922337203685477580.8", 0, INT64_MIN, 1, "-922337203685477580.8"},
        {"9223372036854775808", MP_EINVAL, 0, 0, NULL},
        {"-9223372036854775809", MP_EINVAL, 0, 0, NULL},
        {"99999999999999999999", MP_EINVAL, 0, 0, NULL},
        {"0.0000000001", MP_EINVAL, 0, 0, NULL},
        {"9223372036.854775807", 0, INT64_MAX, 9, "9223372036.854775807"},
        {"9223372036.854775808", MP_EINVAL, 0, 0, NULL},
        {"99223372036.999999999", MP_EINVAL, 0, 0, NULL},
        {"", MP_EMALFORMED, 0, 0, NULL},
        {"-", MP_EMALFORMED, 0, 0, NULL},
        {".5", MP_EMALFORMED, 0, 0, NULL},
        {"5.", MP_EMALFORMED, 0, 0, NULL},
        {"+5", MP_EMALFORMED, 0, 0, NULL},
        {"1e3", MP_EMALFORMED, 0, 0, NULL},
        {"1,000", MP_EMALFORMED, 0, 0, NULL},
        {"1.2.3", MP_EMALFORMED, 0, 0, NULL},
        {" 1", MP_EMALFORMED, 0, 0, NULL},
        {"1 ", MP_EMALFORMED, 0, 0, NULL},
        {"--1", MP_EMALFORMED, 0, 0, NULL},
        {"99999999999999999999x", MP_EMALFORMED, 0, 0, NULL},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct mp_decimal value = {.unscaled = 42, .scale = 7};
        char text[MP_DECIMAL_TEXT];
        cr_expect_eq(mp_decimal_parse(table[i].text, &value), table[i].result, "%s", table[i].text);
        if (table[i].result != 0) {
            cr_expect(value.unscaled == 42 && value.scale == 7, "%s", table[i].text);
            continue;
        }
        cr_expect_eq(value.unscaled, table[i].unscaled, "%s", table[i].text);
        cr_expect_eq(value.scale, table[i].scale, "%s", table[i].text);
        mp_decimal_format(value, text);
        cr_expect_str_eq(text, table[i].shown);
    }
}

Test(domain_decimal, compares_exactly_whatever_the_scales)
{
    static const struct {
        struct mp_decimal a, b;
        int order;
    } table[] = {
        {{100, 0}, {10000, 2}, 0},
        {{100, 0}, {100000000001, 9}, -1},
        {{-1, 9}, {0, 0}, -1},
        {{1, 9}, {0, 5}, 1},
        {{0, 0}, {0, 9}, 0},
        {{INT64_MAX, 0}, {INT64_MAX, 9}, 1},
        {{INT64_MIN, 0}, {INT64_MIN, 9}, -1},
        {{INT64_MIN, 0}, {INT64_MAX, 0}, -1},
        {{INT64_MAX, 9}, {INT64_MAX - 1, 9}, 1},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        cr_expect_eq(mp_decimal_compare(table[i].a, table[i].b), table[i].order, "%zu", i);
        cr_expect_eq(mp_decimal_compare(table[i].b, table[i].a), -table[i].order, "%zu", i);
    }
}

Test(domain_decimal, a_scale_beyond_nine_is_not_valid_but_harmless)
{
    struct mp_decimal wild = {.unscaled = INT64_MIN, .scale = UINT32_MAX};
    char text[MP_DECIMAL_TEXT];
    cr_expect_not(mp_decimal_is_valid(wild));
    cr_expect_not(mp_decimal_is_valid((struct mp_decimal){1, 10}));
    cr_expect(mp_decimal_is_valid((struct mp_decimal){1, 9}));
    mp_decimal_format(wild, text);
    cr_expect_neq(text[0], '\0');
    cr_expect_eq(mp_decimal_compare(wild, wild), 0);
}

Test(domain_decimal, gives_a_double_for_drawing)
{
    cr_expect_float_eq(mp_decimal_to_double((struct mp_decimal){-1250, 2}), -12.5, 1e-12);
    cr_expect_float_eq(mp_decimal_to_double((struct mp_decimal){7, 0}), 7.0, 1e-12);
}
