#include "core/base/log.h"

#include "core/base/error.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

Test(base_log, values_are_quoted_where_they_need_it)
{
    static const struct {
        const char *value, *text;
    } rows[] = {
        {"plain", "plain"},
        {"", "\"\""},
        {"two words", "\"two words\""},
        {"a=b", "\"a=b\""},
        {"say \"no\"", "\"say \\\"no\\\"\""},
        {"back\\slash", "\"back\\\\slash\""},
        {"a\nlevel=error", "\"a\\nlevel=error\""},
        {"\x1b[31m", "\"\\x1b[31m\""},
        {"\x7f", "\"\\x7f\""},
        {"\xc2\x9b", "\"\\xc2\\x9b\""},            /* a C1 control */
        {"\xe2\x80\xa8x", "\"\\xe2\\x80\\xa8x\""}, /* a line separator */
        {"\xe2\x80\xae"
         "x",
         "\"\\xe2\\x80\\xaex\""}, /* right to left from here */
        {"\xff", "\"\\xff\""},
        {"\xe4\xb8", "\"\\xe4\\xb8\""},
        {"\xe4\xb8\xad\xe5\xb7\xb4", "\xe4\xb8\xad\xe5\xb7\xb4"},
    };
    char text[64];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        mp_log_quote(rows[i].value, text, sizeof(text));
        cr_expect_str_eq(text, rows[i].text);
    }
}

Test(base_log, a_long_value_is_cut_whole_characters_at_a_time)
{
    char text[16];

    mp_log_quote("exactly-fifteen", text, 16);
    cr_expect_str_eq(text, "exactly-fifteen");
    mp_log_quote("exactly-sixteen!", text, 16);
    cr_expect_str_eq(text, "exactly-sixt\xe2\x80\xa6");
    mp_log_quote("a b c d e f g h i", text, 16);
    cr_expect_str_eq(text, "\"a b c d e \xe2\x80\xa6\"");
    mp_log_quote("\n\n\n\n\n\n\n\n", text, 16);
    cr_expect_str_eq(text, "\"\\n\\n\\n\\n\\n\xe2\x80\xa6\"");
    mp_log_quote("\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad", text,
                 16);
    cr_expect_str_eq(text, "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe2\x80\xa6");
}

Test(base_log, any_room_is_kept_to)
{
    for (size_t size = 0; size < 12; size++) {
        char text[13];

        memset(text, '#', sizeof(text));
        mp_log_quote("a long value with spaces", text, size);
        for (size_t i = size; i < sizeof(text); i++)
            cr_assert_eq(text[i], '#', "size %zu", size);
        cr_assert(size == 0 || memchr(text, 0, size) != NULL);
    }
}

static size_t log_into(char *text, size_t size, const char *value)
{
    int ends[2], saved = dup(STDERR_FILENO);
    ssize_t got;

    cr_assert_eq(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    mp_log(MP_LOG_DEBUG, "below the least level", NULL);
    mp_log(MP_LOG_WARN, "submission refused", "id", "7", "said", value, "last", "1", NULL);
    dup2(saved, STDERR_FILENO);
    close(ends[1]);
    got = read(ends[0], text, size - 1);
    text[got > 0 ? got : 0] = '\0';
    close(ends[0]);
    close(saved);
    return got > 0 ? (size_t)got : 0;
}

Test(base_log, one_call_is_one_line_whatever_a_peer_said)
{
    static const char tail[] = " level=warn who=ledger msg=\"submission refused\" id=7 "
                               "said=\"x\\nts=forged\" last=1\n";
    char text[8192];

    mp_log_setup("ledger", MP_LOG_INFO);
    log_into(text, sizeof(text), "x\nts=forged");
    cr_assert_eq(strncmp(text, "ts=20", 5), 0);
    cr_assert_str_eq(text + 30, tail);
}

Test(base_log, a_line_never_outgrows_one_atomic_write)
{
    char text[8192], value[6000];
    size_t size;

    memset(value, '\n', sizeof(value));
    value[sizeof(value) - 1] = '\0';
    size = log_into(text, sizeof(text), value);
    cr_assert_leq(size, 4096);
    cr_assert_eq(strchr(text, '\n'), text + size - 1);
}

Test(base_log, levels_have_names)
{
    enum mp_log_level level = MP_LOG_ERROR;

    cr_assert_eq(mp_log_parse_level("loud", &level), MP_EINVAL);
    cr_assert_eq(level, MP_LOG_ERROR);
    cr_assert_eq(mp_log_parse_level("debug", &level), 0);
    cr_assert_eq(level, MP_LOG_DEBUG);
}

Test(base_log, a_line_that_others_bring_about_is_written_once_a_second)
{
    struct mp_log_brake brake = {0}, other = {0};

    cr_expect(mp_log_may(&brake, -5));
    cr_expect_not(mp_log_may(&brake, -5));
    cr_expect_not(mp_log_may(&brake, 994));
    cr_expect(mp_log_may(&other, 994), "each has its own");
    cr_expect(mp_log_may(&brake, 995));
    cr_expect_not(mp_log_may(&brake, 996));
}
