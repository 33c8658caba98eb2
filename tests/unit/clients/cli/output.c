#include "clients/cli/output.h"
#include "tests/unit/clients/cli/capture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char columns[] = "id days=slip.approved|slip.first date=forecast note never";

/* The rows, each JSON as a person writes it, printed in the format. */
static const char *print(enum cli_output format, bool single, const char *const *rows, size_t count)
{
    struct cli cli = {.output = format};
    struct output *output;

    capture_begin();
    output = output_open(&cli, columns, single);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(output_row(output, json_loads(rows[i], 0, NULL)), CLI_OK);
    cr_assert_eq(output_close(output, CLI_OK), CLI_OK);
    return capture_end();
}

Test(output, a_table_is_as_wide_as_it_has_to_be)
{
    static const char *const rows[] = {
        "{\"id\":\"ml-1:a\",\"slip\":{\"first\":5},\"note\":\"\\u67d0\\u4e2a\"}",
        "{\"id\":\"b\",\"slip\":{\"first\":1,\"approved\":1200},\"note\":\"x\","
        "\"forecast\":{\"date\":\"2029-06-30\",\"precision\":\"month\"}}",
    };

    /* Numbers to the right, wide characters counted twice, no column that is empty everywhere, the
     * first path that is there. */
    cr_expect_str_eq(print(CLI_TABLE, false, rows, 2),
                     "id      days  date                note\n"
                     "ml-1:a     5                      \u67d0\u4e2a\n"
                     "b       1200  2029-06-30 (month)  x\n");
}

Test(output, what_a_terminal_would_obey_is_not_shown)
{
    static const char *const rows[] = {"{\"id\":\"a\\u001b[31m\\u009bb\\nc\"}"};

    cr_expect_str_eq(print(CLI_TABLE, false, rows, 1), "id\na?[31m?b c\n");
}

Test(output, nothing_found_is_an_empty_array_or_a_header)
{
    cr_expect_str_eq(print(CLI_JSON, false, NULL, 0), "[]\n");
    cr_expect_str_eq(print(CLI_NDJSON, false, NULL, 0), "");
    cr_expect_str_eq(print(CLI_CSV, false, NULL, 0), "id,days,date,note,never\n");
    cr_expect_str_eq(print(CLI_TABLE, false, NULL, 0), "id  days  date  note  never\n");
}

Test(output, a_time_says_in_a_table_that_it_is_not_of_the_clock_at_hand)
{
    static const enum cli_output formats[] = {CLI_TABLE, CLI_CSV};
    static const char *const wanted[] = {"recorded_at (UTC)\n", "recorded_at\n"};

    for (size_t i = 0; i < MP_LENGTH(formats); i++) {
        struct cli cli = {.output = formats[i]};

        capture_begin();
        cr_assert_eq(output_close(output_open(&cli, "recorded_at", false), CLI_OK), CLI_OK);
        cr_expect_str_eq(capture_end(), wanted[i]);
    }
}

Test(output, what_is_too_wide_is_cut_by_columns_not_bytes)
{
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"short", "short"},
        {"abcdefgh", "abcdefgh"},
        {"abcdefghi", "abcdefg…"},
        {"某个某个某个", "某个某…"},
    };
    struct cli cli = {.output = CLI_CSV};

    (void)output_close(output_open(&cli, "id", false), CLI_FAILED); /* sets the locale */
    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        capture_begin();
        if (output_show(NULL, rows[i].text) > 8)
            output_show_within(stdout, rows[i].text, 8);
        else
            (void)output_show(stdout, rows[i].text);
        cr_expect_str_eq(capture_end(), rows[i].shown);
    }
}

Test(output, json_is_an_array_or_the_one_object)
{
    static const char *const rows[] = {"{\"id\":\"a\",\"more\":[1,2.5]}", "{\"id\":\"b\"}"};
    json_t *parsed = json_loads(print(CLI_JSON, false, rows, 2), JSON_REJECT_DUPLICATES, NULL);

    cr_assert_not_null(parsed);
    cr_expect_eq(json_array_size(parsed), 2);
    json_decref(parsed);
    parsed = json_loads(print(CLI_JSON, true, rows, 1), 0, NULL);
    cr_expect_str_eq(json_string_value(json_object_get(parsed, "id")), "a");
    json_decref(parsed);
    cr_expect_str_eq(print(CLI_NDJSON, false, rows, 2),
                     "{\"id\":\"a\",\"more\":[1,2.5]}\n{\"id\":\"b\"}\n");
}

Test(output, csv_quotes_what_needs_it)
{
    static const struct {
        const char *note, *cell;
    } rows[] = {
        {"plain", "plain"},
        {"a, b", "\"a, b\""},
        {"he said \\\"no\\\"", "\"he said \"\"no\"\"\""},
        {"two\\nlines", "\"two\nlines\""},
        {" edge", "\" edge\""},
        {"", ""},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        char row[128], wanted[128];
        const char *all[] = {row};

        snprintf(row, sizeof row, "{\"id\":\"x\",\"note\":\"%s\"}", rows[i].note);
        snprintf(wanted, sizeof wanted, "id,days,date,note,never\nx,,,%s,\n", rows[i].cell);
        cr_expect_str_eq(print(CLI_CSV, false, all, 1), wanted, "%s", rows[i].note);
    }
}

Test(output, every_format_has_the_name_that_the_help_gives)
{
    const char *help = NULL;

    for (size_t i = 0; cli_common_options[i].name != NULL; i++)
        help = cli_common_options[i].value == CLI_FORMAT ? cli_common_options[i].help : help;
    cr_assert_not_null(help);
    for (size_t i = 0; output_format(i) != NULL; i++)
        cr_expect_not_null(strstr(help, output_format(i)), "%s", output_format(i));
    cr_expect_str_eq(output_format(CLI_TABLE), "table");
    cr_expect_str_eq(output_format(CLI_CSV), "csv");
    cr_expect_str_eq(output_format(CLI_HTML), "html");
    cr_expect_null(output_format(CLI_HTML + 1));
}

Test(output, one_record_is_shown_field_by_field)
{
    static const char *const rows[] = {"{\"id\":\"a\",\"baseline\":{\"first\":{\"date\":\"2020-"
                                       "03-31\"}},\"regions\":[\"sindh\",\"punjab\"]}"};
    const char *text = print(CLI_TABLE, true, rows, 1);

    cr_expect_not_null(strstr(text, "baseline.first.date"), "%s", text);
    cr_expect_not_null(strstr(text, " sindh;punjab\n"), "%s", text);
}

Test(output, a_row_that_could_not_be_made_fails)
{
    struct cli cli = {.output = CLI_NDJSON};
    struct output *output = output_open(&cli, "id", false);

    cr_expect_eq(output_row(output, NULL), CLI_FAILED);
    cr_expect_eq(output_close(output, CLI_NOT_FOUND), CLI_NOT_FOUND);
}

/* Into stdout; the row's exit code. */
static int row_into(int file)
{
    struct cli cli = {.output = CLI_NDJSON};
    struct output *output;
    int kept = dup(STDOUT_FILENO), status, closed;

    fflush(stdout);
    cr_assert_geq(dup2(file, STDOUT_FILENO), 0);
    output = output_open(&cli, "id", false);
    status = output_row(output, json_pack("{s:s}", "id", "a"));
    closed = output_close(output, CLI_OK);
    cr_assert_geq(dup2(kept, STDOUT_FILENO), 0);
    clearerr(stdout);
    close(kept);
    cr_expect_eq(closed, status);
    return status;
}

Test(output, a_closed_pipe_and_a_full_disk_fail)
{
    int ends[2], full = open("/dev/full", O_WRONLY);

    cr_assert_eq(pipe(ends), 0);
    signal(SIGPIPE, SIG_IGN);
    close(ends[0]);
    cr_expect_eq(row_into(ends[1]), CLI_FAILED);
    cr_expect_eq(row_into(full), CLI_FAILED);
    close(ends[1]);
    close(full);
}

Test(output, a_row_of_ndjson_leaves_at_once)
{
    struct cli cli = {.output = CLI_NDJSON};
    struct output *output;
    char text[64] = "";
    int ends[2], kept = dup(STDOUT_FILENO);

    cr_assert_eq(pipe(ends), 0);
    fflush(stdout);
    cr_assert_geq(dup2(ends[1], STDOUT_FILENO), 0);
    output = output_open(&cli, "id", false);
    cr_assert_eq(output_row(output, json_pack("{s:s}", "id", "a")), CLI_OK);
    cr_assert_gt(read(ends[0], text, sizeof text - 1), 0);
    cr_assert_geq(dup2(kept, STDOUT_FILENO), 0);
    cr_expect_str_eq(text, "{\"id\":\"a\"}\n");
    cr_expect_eq(output_close(output, CLI_FAILED), CLI_FAILED);
    close(ends[0]);
    close(ends[1]);
    close(kept);
}
