#include "core/base/hash.h"

#include "core/base/text.h"

#include <criterion/criterion.h>

Test(base_hash, is_blake2b_256)
{
    struct mp_hash hash = mp_hash_of(mp_span_text("abc"));
    char text[2 * MP_HASH_BYTES + 1];

    mp_text_hex(mp_span_make(hash.bytes, sizeof(hash.bytes)), text);
    cr_assert_str_eq(text, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    hash = mp_hash_of(mp_span_make(NULL, 0));
    mp_text_hex(mp_span_make(hash.bytes, sizeof(hash.bytes)), text);
    cr_assert_str_eq(text, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

Test(base_hash, a_link_covers_the_one_before_it)
{
    struct mp_hash before = mp_hash_of(mp_span_text("one"));
    uint8_t both[MP_HASH_BYTES + 3];
    struct mp_hash link = mp_hash_chain(&before, mp_span_text("two")), whole;

    memcpy(both, before.bytes, MP_HASH_BYTES);
    memcpy(both + MP_HASH_BYTES, "two", 3);
    whole = mp_hash_of(mp_span_make(both, sizeof(both)));
    cr_assert_arr_eq(link.bytes, whole.bytes, MP_HASH_BYTES);
    before.bytes[31] ^= 1;
    link = mp_hash_chain(&before, mp_span_text("two"));
    cr_assert_arr_neq(link.bytes, whole.bytes, MP_HASH_BYTES);
}

Test(base_hash, crc32c_has_its_check_value_and_goes_on_in_pieces)
{
    struct mp_span check = mp_span_text("123456789");

    cr_assert_eq(mp_crc32c(0, check), 0xe3069283);
    cr_assert_eq(mp_crc32c_portable(0, check), 0xe3069283);
    cr_assert_eq(mp_crc32c(mp_crc32c(0, mp_span_make("1234", 4)), mp_span_make("56789", 5)),
                 0xe3069283);
    cr_assert_eq(mp_crc32c(0, mp_span_make(NULL, 0)), 0);
}

Test(base_hash, crc32c_is_the_same_by_instruction_and_by_table)
{
    uint8_t bytes[300];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 167 + 13);
    for (size_t start = 0; start < 9; start++) {
        for (size_t size = 0; size < sizeof(bytes) - start; size++) {
            struct mp_span part = mp_span_make(bytes + start, size);

            cr_assert_eq(mp_crc32c(7, part), mp_crc32c_portable(7, part), "%zu+%zu", start, size);
        }
    }
}
