#include "clients/cli/table.h"

#include "core/base/auto.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS "id status ~late forecast days ~title"

static void begin(void)
{
    cr_assert_not_null(setlocale(LC_CTYPE, "C.UTF-8"));
}

TestSuite(table, .init = begin);

/* The rows are gone before the table is written. */
static void write_all(struct table *table, FILE *out, json_t *rows, size_t width)
{
    for (size_t i = 0; i < json_array_size(rows); i++)
        cr_assert(table_add(table, json_array_get(rows, i)));
    json_decref(rows);
    table_write(table, out, width);
}

/* The rows as a table of at most that width; malloc. */
static char *draw(const char *columns, size_t width, struct table *table)
{
    json_t *rows = json_loads("[{\"id\":\"ml-1/karachi-rohri:completion\",\"status\":\"scheduled\","
                              "\"late\":true,\"forecast\":\"2029-06-30 (quarter)\",\"days\":1200,"
                              "\"title\":\"The last section is opened to traffic\"},"
                              "{\"id\":\"b:c\",\"days\":5}]",
                              0, NULL);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    cr_assert(rows != NULL && out != NULL && table_init(table, columns));
    write_all(table, out, rows, width);
    fclose(out);
    return text;
}

/* Of the widest line, in letters. */
static size_t widest(const char *text)
{
    size_t most = 0, letters = 0;

    for (; *text != '\0'; text++) {
        letters = *text == '\n' ? 0 : letters + ((*text & 0xc0) != 0x80);
        most = letters > most ? letters : most;
    }
    return most;
}

Test(table, without_a_terminal_nothing_is_cut)
{
    struct table table;
    char *text = draw(COLUMNS, 0, &table);

    cr_expect_not_null(strstr(text, "  1200  The last section is opened to traffic\n"), "%s", text);
    cr_expect_not_null(strstr(text, "     5  \n"), "%s", text);
    table_done(&table);
    free(text);
}

Test(table, whatever_the_width_a_row_is_a_line_that_fits)
{
    for (size_t width = 40; width <= 200; width++) {
        struct table table;
        char *text = draw(COLUMNS, width, &table);

        cr_expect_leq(widest(text), width, "at %zu:\n%s", width, text);
        cr_expect_not_null(strstr(text, "id "), "at %zu:\n%s", width, text);
        table_done(&table);
        free(text);
    }
}

Test(table, texts_are_cut_before_columns_go_and_a_day_stays_whole)
{
    struct table table;
    char *text = draw(COLUMNS, 78, &table);

    cr_expect_not_null(strstr(text, "scheduled  true  2029-06-30…  1200  The last s…\n"), "%s",
                       text);
    for (size_t i = 0; i < table.count; i++)
        cr_expect_not(table.columns[i].is_left_out, "%s", table.columns[i].header);
    table_done(&table);
    free(text);
}

Test(table, a_word_that_is_one_of_a_few_stays_whole)
{
    static const char id[] = "ml-1/karachi-rohri:completion";
    json_t *rows = json_pack("[{s:s, s:s, s:s}]", "id", id, "status", "identification", "title",
                             "A title that is long enough to be cut");
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct table table;

    cr_assert(rows != NULL && out != NULL && table_init(&table, "id status title"));
    write_all(&table, out, rows, strlen(id) + 2 + strlen("identification") + 2 + 11);
    fclose(out);
    cr_expect_not_null(strstr(text, "  identification  A title th…\n"), "%s", text);
    table_done(&table);
    free(text);
}

Test(table, what_yields_goes_first_and_from_the_right)
{
    static const struct {
        size_t width;
        const char *left_out; /* joined */
    } rows[] = {{77, "title"},
                {64, "late title"},
                {58, "late days title"},
                {52, "late forecast days title"}};

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct table table;
        char *text = draw(COLUMNS, rows[i].width, &table), left_out[128] = "";

        for (size_t j = 0; j < table.count; j++) {
            if (table.columns[j].is_left_out)
                snprintf(left_out + strlen(left_out), sizeof left_out - strlen(left_out), "%s%s",
                         left_out[0] == '\0' ? "" : " ", table.columns[j].header);
        }
        cr_expect_str_eq(left_out, rows[i].left_out, "at %zu:\n%s", rows[i].width, text);
        table_done(&table);
        free(text);
    }
}

Test(table, columns_are_read_with_headers_and_alternatives)
{
    struct table table;
    json_t *row = json_loads("{\"a\":{\"b\":1},\"c\":2}", 0, NULL);

    cr_assert(table_init(&table, "x ~days=a.z|a.b c|a.b"));
    cr_assert_eq(table.count, 3);
    cr_expect_str_eq(table.columns[0].header, "x");
    cr_expect_str_eq(table.columns[1].header, "days");
    cr_expect_str_eq(table.columns[2].header, "c");
    cr_expect(table.columns[1].yields && !table.columns[0].yields);
    cr_expect_eq(json_integer_value(table_value(&table.columns[1], row)), 1);
    cr_expect_eq(json_integer_value(table_value(&table.columns[2], row)), 2);
    cr_expect_null(table_value(&table.columns[0], row));
    json_decref(row);
    table_done(&table);
}

Test(table, more_columns_than_there_is_place_for_are_refused)
{
    char columns[3 * TABLE_COLUMNS_MOST + 4] = "";
    struct table table;

    for (size_t i = 0; i < TABLE_COLUMNS_MOST; i++)
        strcat(columns, "a ");
    cr_expect(table_init(&table, columns));
    table_done(&table);
    strcat(columns, "a");
    cr_expect_not(table_init(&table, columns));
    table_done(&table);
}
