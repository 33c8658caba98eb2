/* A printed document as Markdown or as HTML, from the same calls. The HTML is one file: styles
 * within, no script, made for A4 paper. */
#ifndef MP_CLI_DOCUMENT_H
#define MP_CLI_DOCUMENT_H

#include "clients/cli/chart.h"

#include <stdbool.h>

#define DOCUMENT_MOST ((size_t)256 << 20)

struct document {
    struct mp_buffer text; /* its error is the document's */
    bool is_html;
    bool is_row_open;
    size_t column; /* of the row that is being written */
    size_t column_count;
    const char *alignment; /* of the table's columns: 'l', 'r', or 'd' for what stays in one line */
};

void document_begin(struct document *document, bool is_html, const char *title,
                    const char *subtitle);
void document_end(struct document *document);

/* level 2 or 3. page: begins a new one on paper. */
void document_heading(struct document *document, int level, bool page, const char *text);
void document_paragraph(struct document *document, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A table of as many columns as alignment has letters; headers joined by '|'. Then cells row by
 * row, each row begun. */
void document_table(struct document *document, const char *alignment, const char *headers);
void document_row(struct document *document);
void document_cell(struct document *document, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A cell with a colour's name, shown as a mark of that colour too. */
void document_colour(struct document *document, enum mp_colour colour);
void document_table_end(struct document *document);
/* In Markdown its table of moves says the same, so nothing is drawn. */
void document_chart(struct document *document, const struct chart *chart);

#endif
