#include "core/base/file.h"
#include "tests/unit/core/bus/helpers.h"

#include <sys/stat.h>

Test(bus_keys, a_key_is_written_and_read_as_z85)
{
    struct mp_key_pair pair;
    uint8_t again[MP_KEY_BYTES];
    char text[MP_KEY_TEXT];
    mp_key_make(&pair);
    mp_key_format(pair.public_key, text);
    cr_expect_eq(strlen(text), MP_KEY_TEXT - 1);
    test_ok(mp_key_parse(text, again));
    cr_expect_arr_eq(again, pair.public_key, MP_KEY_BYTES);
}

Test(bus_keys, a_text_that_is_no_key_is_refused)
{
    static const char *const cases[] = {
        "",
        "short",
        "0123456789012345678901234567890123456",     /* 37 */
        "012345678901234567890123456789012345678",   /* 39 */
        "01234567890123456789012345678901234567890", /* 41 */
        "012345678901234567890123456789012345678~",  /* not a letter of Z85 */
        "012345678901234567890123456789012345678\"",
        "01234567890123456789012345678901234567 8",
        "###########################################",
        "0000000000000000000000000000000000######", /* over 32 bits */
        "01234567890123456789012345678901234567\xc3\xa9",
    };
    uint8_t key[MP_KEY_BYTES], before[MP_KEY_BYTES];
    memset(key, 7, sizeof key);
    memcpy(before, key, sizeof key);
    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        int result = mp_key_parse(cases[i], key);
        cr_expect_eq(result, MP_EMALFORMED, "%s: %s", cases[i], mp_error_name(result));
        cr_expect_arr_eq(key, before, sizeof key);
    }
}

Test(bus_keys, a_key_file_is_private_and_comes_back)
{
    struct folder folder = make_folder();
    struct path file = path_in(&folder, "", "key");
    struct mp_key_pair pair, again;
    struct stat status;
    mp_key_make(&pair);
    (void)umask(0);
    test_ok(mp_key_save(file.text, &pair));
    cr_assert_eq(stat(file.text, &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0600);
    test_ok(mp_key_load(file.text, &again));
    cr_expect_arr_eq(&again, &pair, sizeof pair);
    static const mode_t open_modes[] = {0640, 0604, 0620, 0602};
    for (size_t i = 0; i < MP_LENGTH(open_modes); i++) {
        cr_assert_eq(chmod(file.text, open_modes[i]), 0);
        test_error(mp_key_load(file.text, &again), MP_EKEYMODE);
    }
    remove_folder(&folder, "key");
    test_error(mp_key_load(file.text, &again), MP_ENOTFOUND);
}

Test(bus_keys, a_damaged_key_file_is_refused)
{
    struct folder folder = make_folder();
    struct path file = path_in(&folder, "", "key");
    struct mp_key_pair pair, other, kept;
    char p[MP_KEY_TEXT], s[MP_KEY_TEXT], o[MP_KEY_TEXT];
    mp_key_make(&pair);
    mp_key_make(&other);
    memset(&kept, 9, sizeof kept);
    mp_key_format(pair.public_key, p);
    mp_key_format(pair.secret_key, s);
    mp_key_format(other.public_key, o);
    const struct {
        const char *name, *format, *first, *second;
        int error;
    } cases[] = {
        {"whole", "public-key: %s\nsecret-key: %s\n", p, s, 0},
        {"without the last line's end", "public-key: %s\nsecret-key: %s", p, s, 0},
        {"empty", "%.0s%.0s", p, s, MP_EMALFORMED},
        {"one line", "public-key: %s\n%.0s", p, s, MP_EMALFORMED},
        {"another order", "secret-key: %s\npublic-key: %s\n", s, p, MP_EMALFORMED},
        {"no label", "%s\n%s\n", p, s, MP_EMALFORMED},
        {"more lines", "public-key: %s\nsecret-key: %s\nx\n", p, s, MP_EMALFORMED},
        {"cut", "public-key: %s\nsecret-key: %.39s\n", p, s, MP_EMALFORMED},
        {"another's public key", "public-key: %s\nsecret-key: %s\n", o, s, MP_EMALFORMED},
    };
    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        char text[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void)snprintf(text, sizeof text, cases[i].format, cases[i].first, cases[i].second);
#pragma GCC diagnostic pop
        test_ok(mp_file_write_durable(file.text, mp_span_text(text), 0600));
        struct mp_key_pair read = kept;
        int result = mp_key_load(file.text, &read);
        cr_expect_eq(result, cases[i].error, "%s: %s", cases[i].name, mp_error_name(result));
        cr_expect_eq(memcmp(&read, result == 0 ? &pair : &kept, sizeof read), 0, "%s",
                     cases[i].name);
    }
    remove_folder(&folder, "key");
}

Test(bus_keys, a_forgotten_pair_is_empty)
{
    struct mp_key_pair pair;
    static const struct mp_key_pair empty;
    mp_key_make(&pair);
    cr_expect_neq(memcmp(&pair, &empty, sizeof pair), 0);
    mp_key_forget(&pair);
    cr_expect_arr_eq(&pair, &empty, sizeof pair);
    mp_key_forget(NULL);
}
