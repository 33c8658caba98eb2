#include "clients/cli/document.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define NASTY "a|b *c* <i>&amp; \"q\" [x](y) `z` #1 ~s~ $m$ \\ end\nnext"

/* What was written; malloc. */
static char *taken(struct document *document)
{
    char *text;

    cr_assert_eq(document->text.error, 0);
    /* Not strndup: a strict sanitizer would read on for the end of the text. */
    text = calloc(1, document->text.size + 1);
    if (text != NULL)
        memcpy(text, document->text.data, document->text.size);
    mp_buffer_done(&document->text);
    cr_assert_not_null(text);
    return text;
}

static char *page(bool is_html)
{
    struct document document;

    document_begin(&document, is_html, "T <1>", "sub & more");
    document_heading(&document, 2, true, "Two");
    document_heading(&document, 3, false, "Three");
    document_paragraph(&document, "%d of %s", 3, "<these>");
    document_table(&document, "lrd", "Name|Days|Day");
    document_row(&document);
    document_cell(&document, "%s", "x");
    document_cell(&document, "%+d", 5);
    document_colour(&document, MP_COLOUR_RED);
    document_row(&document);
    document_cell(&document, "y");
    document_cell(&document, "–");
    document_colour(&document, MP_COLOUR_NONE);
    document_table_end(&document);
    document_end(&document);
    return taken(&document);
}

Test(document, markdown_is_what_it_should_be)
{
    char *text = page(false);

    cr_expect_str_eq(text,
                     "# T \\<1\\>\n\nsub \\& more\n\n## Two\n\n### Three\n\n3 of \\<these\\>\n"
                     "\n| Name | Days | Day |\n|---|---:|---|\n| x | +5 | red |\n"
                     "| y | – |  |\n");
    free(text);
}

Test(document, html_is_what_it_should_be)
{
    char *text = page(true);
    const char *body = strstr(text, "<body>");

    cr_assert_not_null(body);
    cr_expect_str_eq(
        body,
        "<body>\n<h1>T &lt;1&gt;</h1>\n<p class=\"sub\">sub &amp; more</p>\n"
        "<h2 class=\"page\">Two</h2>\n<h3>Three</h3>\n<p>3 of &lt;these&gt;</p>\n"
        "<table>\n<thead><tr><th>Name</th><th class=\"r\">Days</th><th class=\"d\">Day</th></tr>"
        "</thead>\n<tbody>\n<tr><td>x</td><td class=\"r\">+5</td>"
        "<td class=\"c red\"><i></i>red</td></tr>\n<tr><td>y</td><td class=\"r\">–</td>"
        "<td class=\"c \"></td></tr>\n</tbody>\n</table>\n</body>\n</html>\n");
    cr_expect_eq(strncmp(text, "<!doctype html>\n", 16), 0);
    cr_expect_not_null(strstr(text, "<title>T &lt;1&gt;</title>"));
    cr_expect_null(strstr(text, "<script"));
    cr_expect_null(strstr(text, "http"), "nothing is loaded from elsewhere");
    free(text);
}

Test(document, what_people_write_is_text_and_nothing_else)
{
    struct document document;
    char *text;

    document_begin(&document, false, "t", "s");
    document_table(&document, "l", "H");
    document_row(&document);
    document_cell(&document, "%s", NASTY);
    document_table_end(&document);
    text = taken(&document);
    cr_expect_not_null(strstr(text, "| a\\|b \\*c\\* \\<i\\>\\&amp; \"q\" \\[x\\](y) \\`z\\` \\#1 "
                                    "\\~s\\~ \\$m\\$ \\\\ end next |\n"),
                       "%s", text);
    free(text);
    document_begin(&document, true, NASTY, "s");
    document_paragraph(&document, "%s", NASTY);
    text = taken(&document);
    cr_expect_null(strstr(text, "<i>"));
    cr_expect_not_null(strstr(text, "<p>a|b *c* &lt;i&gt;&amp;amp; &quot;q&quot; [x](y)"));
    free(text);
}

Test(document, a_table_without_rows_is_well_formed)
{
    struct document document;
    char *text;

    document_begin(&document, true, "t", "s");
    document_table(&document, "ll", "A|B");
    document_table_end(&document);
    text = taken(&document);
    cr_expect_not_null(strstr(text, "<tbody>\n</tbody>"), "%s", text);
    free(text);
}

Test(document, a_very_long_text_is_not_cut)
{
    struct document document;
    size_t size = 100000;
    char *whole = malloc(size + 1), *text;

    cr_assert_not_null(whole);
    memset(whole, 'x', size);
    whole[size] = '\0';
    document_begin(&document, true, "t", "s");
    document_paragraph(&document, "%s", whole);
    text = taken(&document);
    cr_expect_not_null(strstr(text, whole));
    free(text);
    free(whole);
}

Test(document, a_chart_is_drawn_in_html_alone)
{
    struct chart chart = {.title = "c", .met_day = MP_DAY_NONE, .today = 20000};

    for (int is_html = 0; is_html < 2; is_html++) {
        struct document document;
        char *text;

        document_begin(&document, is_html != 0, "t", "s");
        document_chart(&document, &chart);
        text = taken(&document);
        cr_expect_eq(strstr(text, "</svg>\n</figure>\n") != NULL, is_html != 0);
        free(text);
    }
}
