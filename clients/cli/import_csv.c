/* Rows of a CSV file, with the line on which each begins. libcsv splits; it is fed line by line, so
 * that the lines can be counted. */
#include "clients/cli/import.h"

#include "core/base/text.h"

#include <csv.h>
#include <string.h>

#define CELLS_MOST 256

struct splitting {
    struct mp_arena *arena;
    import_line_handler handler;
    void *context;
    size_t line;     /* being fed */
    size_t row_line; /* where the row under way began */
    bool has_row;    /* the line fed ended a row */
    const char *cells[CELLS_MOST];
    size_t count;
    int result;
};

static void on_cell(void *text, size_t size, void *context)
{
    struct splitting *splitting = context;
    const char *cell;

    if (splitting->result != 0)
        return;
    if (splitting->count == CELLS_MOST) {
        splitting->result = MP_ETOOBIG;
        return;
    }
    cell = mp_arena_text(splitting->arena, mp_span_make(text, size));
    if (cell == NULL)
        splitting->result = MP_ENOMEM;
    else
        splitting->cells[splitting->count++] = cell;
}

static void on_row(int end, void *context)
{
    struct splitting *splitting = context;
    struct import_line line = {.line = splitting->row_line, .count = splitting->count};

    (void)end;
    splitting->has_row = true;
    if (splitting->result != 0)
        return;
    line.cells = mp_arena_array(splitting->arena, line.count + 1, sizeof *line.cells);
    if (line.cells == NULL) {
        splitting->result = MP_ENOMEM;
        return;
    }
    if (line.count > 0)
        memcpy(line.cells, splitting->cells, line.count * sizeof *line.cells);
    splitting->count = 0;
    splitting->result = splitting->handler(splitting->context, &line);
}

static bool is_blank(struct mp_span line)
{
    for (size_t i = 0; i < line.size; i++) {
        uint8_t byte = line.data[i];

        if (byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n')
            return false;
    }
    return true;
}

/* Also cells that hold NUL or other control characters, which would be cut or rejected later
 * without a line. */
static const char *check_line(struct mp_span line)
{
    if (!mp_text_is_utf8(line))
        return "this is not UTF-8: convert the file";
    for (size_t i = 0; i < line.size; i++) {
        if (line.data[i] == '\0')
            return "there is a NUL byte: take it out";
    }
    return NULL;
}

static int fault(struct import_csv_fault *ret_fault, size_t line, const char *message)
{
    *ret_fault = (struct import_csv_fault){.line = line, .message = message};
    return MP_EMALFORMED;
}

static int fault_of_cells(struct import_csv_fault *ret_fault, const struct splitting *splitting)
{
    return fault(ret_fault, splitting->row_line, "there are more than 256 cells in this row");
}

static int feed(struct csv_parser *parser, struct splitting *splitting, struct mp_span line,
                bool *is_inside, struct import_csv_fault *ret_fault)
{
    const char *message = check_line(line);
    size_t used;

    if (message != NULL)
        return fault(ret_fault, splitting->line, message);
    if (!*is_inside)
        splitting->row_line = splitting->line;
    splitting->has_row = false;
    used = csv_parse(parser, line.data, line.size, on_cell, on_row, splitting);
    if (splitting->result == MP_ETOOBIG)
        return fault_of_cells(ret_fault, splitting);
    if (splitting->result != 0)
        return splitting->result;
    if (used != line.size && csv_error(parser) == CSV_EPARSE)
        return fault(ret_fault, splitting->line,
                     "a quote stands where none may: put the cell in quotes and double those "
                     "within it");
    if (used != line.size)
        return MP_ENOMEM;
    *is_inside = *is_inside ? !splitting->has_row : !splitting->has_row && !is_blank(line);
    return 0;
}

/* Of the text's first line with its end: LF, CR LF, or the lone CR that ends a row for libcsv too.
 */
static size_t line_size(struct mp_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\n')
            return i + 1;
        if (text.data[i] == '\r')
            return i + 1 + (i + 1 < text.size && text.data[i + 1] == '\n');
    }
    return text.size;
}

static int feed_all(struct csv_parser *parser, struct splitting *splitting, struct mp_span text,
                    struct import_csv_fault *ret_fault)
{
    bool is_inside = false;
    int result = 0;

    while (text.size > 0 && result == 0) {
        size_t size = line_size(text);

        splitting->line++;
        result = feed(parser, splitting, mp_span_make(text.data, size), &is_inside, ret_fault);
        text = mp_span_make(text.data + size, text.size - size);
    }
    if (result != 0)
        return result;
    if (csv_fini(parser, on_cell, on_row, splitting) != 0)
        return fault(ret_fault, splitting->row_line,
                     "a quoted cell of this row never ends: close its quote");
    if (splitting->result == MP_ETOOBIG) /* the last row, without the end of a line */
        return fault_of_cells(ret_fault, splitting);
    return splitting->result;
}

int import_csv_split(struct mp_span text, struct mp_arena *arena, import_line_handler handler,
                     void *context, struct import_csv_fault *ret_fault)
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    struct splitting splitting = {.arena = arena, .handler = handler, .context = context};
    struct csv_parser parser;
    int result;

    if (mp_span_starts_with(text, mp_span_make(mark, sizeof mark)))
        text = mp_span_make(text.data + sizeof mark, text.size - sizeof mark);
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return MP_ENOMEM;
    result = feed_all(&parser, &splitting, text, ret_fault);
    csv_free(&parser);
    return result;
}
