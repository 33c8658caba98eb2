#include "clients/cli/output.h"

#include "clients/cli/fields.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_MOST 32
#define LABEL_WIDTH  28
#define ROOM_LEAST   11 /* a cell is not cut shorter: a day stays whole */
#define PATH_MOST    160
#define BOLD         "\033[1m"
#define PLAIN        "\033[0m"

struct column {
    char header[PATH_MOST];
    char paths[PATH_MOST]; /* joined by '|' */
    size_t width;
    bool is_used;
    bool is_text; /* some value is not a number */
};

struct output {
    enum cli_output format;
    bool single, color, failed, is_open;
    struct column columns[COLUMNS_MOST];
    size_t column_count;
    size_t width; /* of the terminal; 0: not cut */
    json_t *rows; /* table: kept until the widths are known */
};

/* Widths need the terminal's encoding; messages stay as they are. */
static void use_locale(void)
{
    if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        (void)setlocale(LC_CTYPE, "C.UTF-8");
}

static void read_column(const char *text, struct column *column)
{
    const char *sign = strchr(text, '=');
    const char *paths = sign == NULL ? text : sign + 1;
    size_t size = sign == NULL ? strcspn(text, "|") : (size_t)(sign - text);

    (void)snprintf(column->paths, sizeof column->paths, "%s", paths);
    (void)snprintf(column->header, sizeof column->header, "%.*s", (int)size, text);
}

/* "recorded_at (UTC)": people may take a time for that of their clock. Programs read the name. */
static void name_zone(struct column *column)
{
    size_t size = strlen(column->header);

    if (size > 3 && strcmp(column->header + size - 3, "_at") == 0)
        (void)snprintf(column->header + size, sizeof column->header - size, " (UTC)");
}

/* Columns of the terminal behind stdout; 0: none, so nothing is cut. */
static size_t terminal_width(void)
{
    struct winsize window = {0};
    const char *columns = getenv("COLUMNS");
    long width = columns == NULL ? 0 : strtol(columns, NULL, 10);

    if (!isatty(STDOUT_FILENO))
        return 0;
    if (width <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0)
        width = window.ws_col;
    return width > 0 ? (size_t)width : 0;
}

int output_open(struct cli *cli, const char *const *columns, size_t column_count, bool single,
                struct output **ret_output)
{
    struct output *output = calloc(1, sizeof *output);

    if (output != NULL)
        output->rows = json_array();
    if (output == NULL || output->rows == NULL || column_count > COLUMNS_MOST) {
        output_discard(output);
        return cli_fail(CLI_FAILED, "%s", mp_error_text(MP_ENOMEM));
    }
    use_locale();
    output->format = cli->output;
    output->single = single;
    output->color = cli->color;
    output->width = terminal_width();
    output->column_count = column_count;
    for (size_t i = 0; i < column_count; i++) {
        read_column(columns[i], &output->columns[i]);
        if (cli->output == CLI_TABLE)
            name_zone(&output->columns[i]);
    }
    *ret_output = output;
    return CLI_OK;
}

static const json_t *find_value(const struct column *column, const json_t *row)
{
    char path[PATH_MOST];
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

/* A closed pipe is no news: whoever read it has seen enough. */
static int check_written(struct output *output, bool was_written)
{
    if (was_written && fflush(stdout) == 0 && ferror(stdout) == 0)
        return CLI_OK;
    if (!output->failed && errno != EPIPE)
        (void)cli_fail(CLI_FAILED, "cannot write the output: %s", strerror(errno));
    output->failed = true;
    return CLI_FAILED;
}

static void write_csv_text(const char *text)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0' && text[0] != ' ') {
        (void)fputs(text, stdout);
        return;
    }
    (void)fputc('"', stdout);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            (void)fputc('"', stdout);
        (void)fputc(*text, stdout);
    }
    (void)fputc('"', stdout);
}

static void write_csv_head(struct output *output)
{
    for (size_t i = 0; i < output->column_count; i++)
        (void)printf("%s%s", i == 0 ? "" : ",", output->columns[i].header);
    (void)fputc('\n', stdout);
    output->is_open = true;
}

static void write_csv(struct output *output, const json_t *row)
{
    if (!output->is_open)
        write_csv_head(output);
    for (size_t i = 0; i < output->column_count; i++) {
        char *text = output_text(find_value(&output->columns[i], row));

        if (i > 0)
            (void)fputc(',', stdout);
        write_csv_text(text == NULL ? "" : text);
        free(text);
    }
    (void)fputc('\n', stdout);
}

static bool write_json(struct output *output, const json_t *row)
{
    if (!output->single)
        (void)fputs(output->is_open ? ",\n" : "[\n", stdout);
    output->is_open = true;
    return json_dumpf(row, stdout, JSON_INDENT(2) | FIELDS_DUMP) == 0;
}

static bool write_ndjson(const json_t *row)
{
    return json_dumpf(row, stdout, JSON_COMPACT | FIELDS_DUMP) == 0 && fputc('\n', stdout) != EOF;
}

int output_row(struct output *output, json_t *row)
{
    bool was_written = true;

    if (row == NULL)
        return cli_fail(CLI_FAILED, "%s", mp_error_text(MP_ENOMEM));
    if (output->failed) {
        json_decref(row);
        return CLI_FAILED;
    }
    errno = 0;
    switch (output->format) {
    case CLI_TABLE:
        if (json_array_append_new(output->rows, row) != 0)
            return cli_fail(CLI_FAILED, "%s", mp_error_text(MP_ENOMEM));
        return CLI_OK;
    case CLI_JSON:
        was_written = write_json(output, row);
        break;
    case CLI_NDJSON:
        was_written = write_ndjson(row);
        break;
    case CLI_CSV:
        write_csv(output, row);
        break;
    }
    json_decref(row);
    return check_written(output, was_written);
}

static void look_at_cell(struct column *column, const json_t *value)
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

static void pad(size_t count)
{
    for (; count > 0; count--)
        (void)fputc(' ', stdout);
}

/* Numbers to the right, the rest to the left; nothing behind the last. */
static void write_cell(const struct column *column, const char *text, bool is_last)
{
    size_t width = output_show(NULL, text);
    size_t gap = column->width > width ? column->width - width : 0;

    if (!column->is_text)
        pad(gap);
    if (width > column->width)
        output_show_within(stdout, text, column->width);
    else
        (void)output_show(stdout, text);
    if (column->is_text && !is_last)
        pad(gap);
    if (!is_last)
        pad(2);
}

static void write_line(struct output *output, const json_t *row)
{
    size_t last = 0;

    for (size_t i = 0; i < output->column_count; i++) {
        if (output->columns[i].is_used)
            last = i;
    }
    for (size_t i = 0; i <= last; i++) {
        const struct column *column = &output->columns[i];
        char *text = row == NULL ? NULL : output_text(find_value(column, row));

        if (column->is_used)
            write_cell(column, row == NULL ? column->header : (text == NULL ? "" : text),
                       i == last);
        free(text);
    }
    (void)fputc('\n', stdout);
}

/* The widest text column after the first, which is there to be copied; NULL when none can give way.
 */
static struct column *widest(struct output *output)
{
    struct column *found = NULL;

    for (size_t i = 1; i < output->column_count; i++) {
        struct column *column = &output->columns[i];

        if (column->is_used && column->is_text && column->width > ROOM_LEAST &&
            (found == NULL || column->width > found->width))
            found = column;
    }
    return found;
}

/* On a terminal a row is a line: the widest columns give way until it fits. */
static void fit(struct output *output)
{
    size_t total = 0;

    for (size_t i = 0; i < output->column_count; i++)
        total += output->columns[i].is_used ? output->columns[i].width + 2 : 0;
    while (output->width > 0 && total > output->width + 2) {
        struct column *column = widest(output);

        if (column == NULL)
            return;
        column->width--;
        total--;
    }
}

static void write_table(struct output *output)
{
    size_t index;
    json_t *row;

    json_array_foreach(output->rows, index, row)
    {
        for (size_t i = 0; i < output->column_count; i++)
            look_at_cell(&output->columns[i], find_value(&output->columns[i], row));
    }
    for (size_t i = 0; i < output->column_count; i++) {
        size_t width = output_show(NULL, output->columns[i].header);

        if (width > output->columns[i].width)
            output->columns[i].width = width;
        if (json_array_size(output->rows) == 0)
            output->columns[i].is_used = output->columns[i].is_text = true;
    }
    fit(output);
    (void)fputs(output->color ? BOLD : "", stdout);
    write_line(output, NULL);
    (void)fputs(output->color ? PLAIN : "", stdout);
    json_array_foreach(output->rows, index, row)
    {
        write_line(output, row);
    }
}

/* One record, a field a line; objects within it as name.inner. */
static void write_fields(struct output *output, const char *before, const json_t *row)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)row, name, value)
    {
        char path[PATH_MOST];
        char *text;

        (void)snprintf(path, sizeof path, "%s%s%s", before, before[0] == '\0' ? "" : ".", name);
        if (json_is_object(value)) {
            write_fields(output, path, value);
            continue;
        }
        text = output_text(value);
        (void)printf("%s%-*s%s ", output->color ? BOLD : "", LABEL_WIDTH, path,
                     output->color ? PLAIN : "");
        (void)output_show(stdout, text == NULL ? "" : text);
        (void)fputc('\n', stdout);
        free(text);
    }
}

static void write_end(struct output *output)
{
    if (output->format == CLI_JSON && output->is_open)
        (void)fputs(output->single ? "\n" : "\n]\n", stdout);
    else if (output->format == CLI_JSON && !output->single)
        (void)fputs("[]\n", stdout);
    else if (output->format == CLI_CSV && !output->is_open)
        write_csv_head(output);
    else if (output->format == CLI_TABLE && output->single)
        write_fields(output, "", json_array_get(output->rows, 0));
    else if (output->format == CLI_TABLE)
        write_table(output);
}

int output_close(struct output *output)
{
    int status;

    if (output == NULL)
        return CLI_OK;
    if (output->failed) {
        status = CLI_FAILED;
    } else {
        errno = 0;
        write_end(output);
        status = check_written(output, true);
    }
    output_discard(output);
    return status;
}

void output_discard(struct output *output)
{
    if (output == NULL)
        return;
    json_decref(output->rows);
    free(output);
}
