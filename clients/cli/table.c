#include "clients/cli/table.h"

#include "clients/cli/output.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_LEAST 11 /* a text is not cut shorter: a day stays whole */
#define ROOM_WHOLE 16 /* nor one that is never longer: a code stays whole */
#define KEPT       2  /* columns, from the left, that are never left out */
#define GAP        2
#define BOLD       "\033[1m"
#define PLAIN      "\033[0m"
#define CELLS_MOST ((size_t)16 << 30) /* bytes */

static void read_column(const char *text, size_t size, struct table_column *column)
{
    const char *sign, *paths;

    column->yields = text[0] == '~';
    text += column->yields;
    size -= column->yields;
    sign = memchr(text, '=', size);
    paths = sign == NULL ? text : sign + 1;
    (void)snprintf(column->paths, sizeof column->paths, "%.*s", (int)(text + size - paths), paths);
    (void)snprintf(column->header, sizeof column->header, "%.*s",
                   sign == NULL ? (int)strcspn(column->paths, "|") : (int)(sign - text), text);
}

bool table_init(struct table *table, const char *columns)
{
    *table = (struct table){.arena = mp_arena_new(CELLS_MOST)};
    while (columns[0] != '\0') {
        size_t size = strcspn(columns, " ");

        if (table->count == TABLE_COLUMNS_MOST)
            return false;
        read_column(columns, size, &table->columns[table->count++]);
        columns += size + strspn(columns + size, " ");
    }
    return table->arena != NULL;
}

void table_done(struct table *table)
{
    mp_arena_free(table->arena);
    free(table->cells);
    *table = (struct table){0};
}

const json_t *table_value(const struct table_column *column, const json_t *row)
{
    const json_t *value = NULL;

    for (const char *at = column->paths; value == NULL; at++) {
        size_t size = strcspn(at, "|");

        value = output_find(row, at, size);
        at += size;
        if (*at == '\0')
            break;
    }
    return value;
}

/* "recorded_at (UTC)": people may take a time for that of their clock. Programs read the name. */
static void name_zone(struct table_column *column)
{
    size_t size = strlen(column->header);

    if (size > 3 && strcmp(column->header + size - 3, "_at") == 0)
        (void)snprintf(column->header + size, sizeof column->header - size, " (UTC)");
}

/* NULL where nothing is shown; *is_short when memory is. */
static const char *make_cell(struct table *table, struct table_column *column, const json_t *value,
                             bool *is_short)
{
    char *made = json_is_string(value) || value == NULL ? NULL : output_text(value);
    const char *text = json_is_string(value) ? json_string_value(value) : made, *cell = NULL;
    size_t width = text == NULL ? 0 : output_show(NULL, text);

    if (width > 0) {
        column->is_used = true;
        column->is_text |= !json_is_number(value);
        cell = mp_arena_strdup(table->arena, text);
        *is_short |= cell == NULL;
    }
    if (width > column->width)
        column->width = width;
    free(made);
    return cell;
}

bool table_add(struct table *table, const json_t *row)
{
    bool is_short = false;
    const char **cells;

    if (table->row_count == table->row_capacity) {
        size_t capacity = table->row_capacity == 0 ? 64 : table->row_capacity * 2;

        cells = reallocarray((void *)table->cells, capacity, table->count * sizeof(*cells));
        if (cells == NULL)
            return false;
        table->cells = cells;
        table->row_capacity = capacity;
    }
    cells = &table->cells[table->row_count++ * table->count];
    for (size_t i = 0; i < table->count; i++)
        cells[i] =
            make_cell(table, &table->columns[i], table_value(&table->columns[i], row), &is_short);
    return !is_short;
}

static void write_blanks(FILE *out, size_t count)
{
    static const char blanks[] = "                                ";

    for (size_t size; count > 0; count -= size) {
        size = count < sizeof blanks - 1 ? count : sizeof blanks - 1;
        (void)fwrite(blanks, 1, size, out);
    }
}

/* Numbers to the right, the rest to the left; nothing behind the last. */
static void write_cell(FILE *out, const struct table_column *column, const char *text, bool is_last)
{
    size_t width = output_show(NULL, text);
    size_t gap = column->width > width ? column->width - width : 0;

    write_blanks(out, column->is_text ? 0 : gap);
    if (width > column->width)
        output_show_within(out, text, column->width);
    else
        (void)output_show(out, text);
    write_blanks(out, is_last ? 0 : (column->is_text ? gap : 0) + GAP);
}

/* cells NULL: the headers. */
static void write_line(const struct table *table, FILE *out, const char *const *cells)
{
    size_t last = 0;

    for (size_t i = 0; i < table->count; i++)
        last = table->columns[i].is_used ? i : last;
    for (size_t i = 0; i <= last; i++) {
        const struct table_column *column = &table->columns[i];
        const char *text = cells == NULL ? column->header : cells[i];

        if (column->is_used)
            write_cell(out, column, text == NULL ? "" : text, i == last);
    }
    (void)fputc('\n', out);
}

/* As narrow as the column may become. The first is there to be copied. */
static size_t least_width(const struct table *table, const struct table_column *column)
{
    bool is_cut = column != table->columns && column->is_text && column->natural > ROOM_WHOLE;

    return is_cut ? ROOM_LEAST : column->natural;
}

static size_t line_width(const struct table *table, bool is_least)
{
    size_t total = 0;

    for (size_t i = 0; i < table->count; i++) {
        const struct table_column *column = &table->columns[i];

        if (column->is_used)
            total +=
                (is_least ? least_width(table, column) : column->width) + (total > 0 ? GAP : 0);
    }
    return total;
}

/* The column that is left out next: NULL when none may be. */
static struct table_column *least_needed(struct table *table)
{
    struct table_column *found = NULL;

    for (size_t i = KEPT; i < table->count; i++) {
        struct table_column *column = &table->columns[i];

        if (column->is_used && (found == NULL || column->yields || !found->yields))
            found = column;
    }
    return found;
}

/* The widest that can be cut; the first column where no other can. NULL when none can. */
static struct table_column *widest(struct table *table)
{
    struct table_column *found = NULL, *first = &table->columns[0];

    for (size_t i = 1; i < table->count; i++) {
        struct table_column *column = &table->columns[i];

        if (column->is_used && column->width > least_width(table, column) &&
            (found == NULL || column->width > found->width))
            found = column;
    }
    return found != NULL || first->width <= ROOM_LEAST ? found : first;
}

static void fit(struct table *table, size_t width)
{
    struct table_column *column;

    while (line_width(table, true) > width && (column = least_needed(table)) != NULL) {
        column->is_left_out = true;
        column->is_used = false;
    }
    while (line_width(table, false) > width && (column = widest(table)) != NULL)
        column->width--;
}

void table_write(struct table *table, FILE *out, size_t width)
{
    for (size_t i = 0; i < table->count; i++) {
        struct table_column *column = &table->columns[i];
        size_t header;

        name_zone(column);
        header = output_show(NULL, column->header);
        if (header > column->width)
            column->width = header;
        column->natural = column->width;
        if (table->row_count == 0)
            column->is_used = column->is_text = true;
    }
    if (width > 0)
        fit(table, width);
    (void)fputs(table->color ? BOLD : "", out);
    write_line(table, out, NULL);
    (void)fputs(table->color ? PLAIN : "", out);
    for (size_t i = 0; i < table->row_count; i++)
        write_line(table, out, &table->cells[i * table->count]);
}
