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
    *table = (struct table){0};
    while (columns[0] != '\0') {
        size_t size = strcspn(columns, " ");

        if (table->count == TABLE_COLUMNS_MOST)
            return false;
        read_column(columns, size, &table->columns[table->count++]);
        columns += size + strspn(columns + size, " ");
    }
    return true;
}

const json_t *table_value(const struct table_column *column, const json_t *row)
{
    char path[TABLE_PATH_MOST];
    const json_t *value = NULL;

    for (const char *at = column->paths; value == NULL; at++) {
        size_t size = strcspn(at, "|");

        (void)snprintf(path, sizeof path, "%.*s", (int)size, at);
        value = output_find(row, path);
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

static void look_at_cell(struct table_column *column, const json_t *value)
{
    char *text = output_text(value);
    size_t width = text == NULL ? 0 : output_show(NULL, text);

    if (width > 0) {
        column->is_used = true;
        column->is_text |= !json_is_number(value);
    }
    if (width > column->width)
        column->width = width;
    free(text);
}

/* Numbers to the right, the rest to the left; nothing behind the last. */
static void write_cell(FILE *out, const struct table_column *column, const char *text, bool is_last)
{
    size_t width = output_show(NULL, text);
    int gap = column->width > width ? (int)(column->width - width) : 0;

    fprintf(out, "%*s", column->is_text ? 0 : gap, "");
    if (width > column->width)
        output_show_within(out, text, column->width);
    else
        (void)output_show(out, text);
    fprintf(out, "%*s", is_last ? 0 : (column->is_text ? gap : 0) + GAP, "");
}

/* row NULL: the headers. */
static void write_line(const struct table *table, FILE *out, const json_t *row)
{
    size_t last = 0;

    for (size_t i = 0; i < table->count; i++)
        last = table->columns[i].is_used ? i : last;
    for (size_t i = 0; i <= last; i++) {
        const struct table_column *column = &table->columns[i];
        char *text = row == NULL ? strdup(column->header) : output_text(table_value(column, row));

        if (column->is_used)
            write_cell(out, column, text == NULL ? "" : text, i == last);
        free(text);
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

void table_write(struct table *table, FILE *out, const json_t *rows, size_t width)
{
    size_t index;
    const json_t *row;

    for (size_t i = 0; i < table->count; i++) {
        struct table_column *column = &table->columns[i];
        size_t header;

        name_zone(column);
        json_array_foreach(rows, index, row)
        {
            look_at_cell(column, table_value(column, row));
        }
        header = output_show(NULL, column->header);
        if (header > column->width)
            column->width = header;
        column->natural = column->width;
        if (json_array_size(rows) == 0)
            column->is_used = column->is_text = true;
    }
    if (width > 0)
        fit(table, width);
    (void)fputs(table->color ? BOLD : "", out);
    write_line(table, out, NULL);
    (void)fputs(table->color ? PLAIN : "", out);
    json_array_foreach(rows, index, row)
    {
        write_line(table, out, row);
    }
}
