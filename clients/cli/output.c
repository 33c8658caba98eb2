#include "clients/cli/output.h"

#include "clients/cli/fields.h"
#include "clients/cli/table.h"
#include "core/base/auto.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LABEL_WIDTH 28
#define BOLD        "\033[1m"
#define PLAIN       "\033[0m"

struct output {
    const struct format *format;
    bool single, failed, is_open;
    struct table table;
    size_t width;   /* of the terminal; 0: not cut */
    json_t *record; /* the single one of a table */
};

/* How a format writes a row at once (NULL: it goes into the table), and what comes last (NULL:
 * nothing). */
struct format {
    const char *name;
    bool (*row)(struct output *output, const json_t *row);
    void (*end)(struct output *output);
};

static bool write_json(struct output *output, const json_t *row)
{
    if (!output->single)
        (void)fputs(output->is_open ? ",\n" : "[\n", stdout);
    output->is_open = true;
    return json_dumpf(row, stdout, JSON_INDENT(2) | FIELDS_DUMP) == 0;
}

static void end_json(struct output *output)
{
    if (output->is_open)
        (void)fputs(output->single ? "\n" : "\n]\n", stdout);
    else if (!output->single)
        (void)fputs("[]\n", stdout);
}

static bool write_ndjson(struct output *output, const json_t *row)
{
    (void)output;
    return json_dumpf(row, stdout, JSON_COMPACT | FIELDS_DUMP) == 0 && fputc('\n', stdout) != EOF;
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

static void end_csv(struct output *output)
{
    const struct table *table = &output->table;

    for (size_t i = 0; i < table->count && !output->is_open; i++)
        (void)printf("%s%s", table->columns[i].header, i + 1 < table->count ? "," : "\n");
    output->is_open = true;
}

static bool write_csv(struct output *output, const json_t *row)
{
    const struct table *table = &output->table;

    end_csv(output); /* the head, once */
    for (size_t i = 0; i < table->count; i++) {
        char *text = output_text(table_value(&table->columns[i], row));

        write_csv_text(text == NULL ? "" : text);
        (void)fputc(i + 1 < table->count ? ',' : '\n', stdout);
        free(text);
    }
    return true;
}

/* One record, a field a line; objects within it as name.inner. */
static void write_fields(const struct output *output, const char *before, const json_t *row)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)row, name, value)
    {
        char path[TABLE_PATH_MOST];
        char *text;

        (void)snprintf(path, sizeof path, "%s%s%s", before, before[0] == '\0' ? "" : ".", name);
        if (json_is_object(value)) {
            write_fields(output, path, value);
            continue;
        }
        text = output_text(value);
        (void)printf("%s%-*s%s ", output->table.color ? BOLD : "", LABEL_WIDTH, path,
                     output->table.color ? PLAIN : "");
        (void)output_show(stdout, text == NULL ? "" : text);
        (void)fputc('\n', stdout);
        free(text);
    }
}

static void end_table(struct output *output)
{
    struct table *table = &output->table;
    const char *before = "no room for: ";

    if (output->single) {
        write_fields(output, "", output->record);
        return;
    }
    table_write(table, stdout, output->width);
    (void)fflush(stdout);
    for (size_t i = 0; i < table->count; i++) {
        if (!table->columns[i].is_left_out)
            continue;
        (void)fprintf(stderr, "%s%s", before, table->columns[i].header);
        before = ", ";
    }
    if (before[0] == ',')
        (void)fputs(" (-o csv has all)\n", stderr);
}

static const struct format formats[] = {
    [CLI_TABLE] = {"table", NULL, end_table},
    [CLI_JSON] = {"json", write_json, end_json},
    [CLI_NDJSON] = {"ndjson", write_ndjson, NULL},
    [CLI_CSV] = {"csv", write_csv, end_csv},
    /* Written by the verbs that have them. */
    [CLI_SVG] = {"svg", NULL, NULL},
    [CLI_MD] = {"md", NULL, NULL},
    [CLI_HTML] = {"html", NULL, NULL},
};

const char *output_format(size_t i)
{
    return i < MP_LENGTH(formats) ? formats[i].name : NULL;
}

/* Widths need the terminal's encoding; messages stay as they are. */
static void use_locale(void)
{
    if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        (void)setlocale(LC_CTYPE, "C.UTF-8");
}

size_t output_columns(void)
{
    struct winsize window = {0};
    const char *columns = getenv("COLUMNS");
    long width = columns == NULL ? 0 : strtol(columns, NULL, 10);

    if (width <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0)
        width = window.ws_col;
    return width > 0 ? (size_t)width : 0;
}

static void free_output(struct output *output)
{
    json_decref(output->record);
    table_done(&output->table);
    free(output);
}

bool output_has_columns(const struct cli *cli)
{
    return cli->output == CLI_TABLE || cli->output == CLI_CSV;
}

struct output *output_open(const struct cli *cli, const char *columns, bool single)
{
    struct output *output = calloc(1, sizeof *output);

    if (output == NULL || !table_init(&output->table, columns)) {
        if (output != NULL)
            free_output(output);
        (void)cli_no_memory();
        return NULL;
    }
    use_locale();
    output->format = &formats[cli->output];
    output->single = single;
    output->table.color = cli->color;
    /* What is kept in a file is not cut. */
    output->width = isatty(STDOUT_FILENO) ? output_columns() : 0;
    return output;
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

static int keep_record(struct output *output, json_t *row)
{
    json_decref(output->record);
    output->record = json_incref(row);
    return CLI_OK;
}

int output_row(struct output *output, json_t *row)
{
    int status = CLI_FAILED;

    errno = 0;
    if (row == NULL)
        status = cli_no_memory();
    else if (output == NULL || output->failed)
        status = CLI_FAILED;
    else if (output->format->row != NULL)
        status = check_written(output, output->format->row(output, row));
    else if (!output->single)
        status = table_add(&output->table, row) ? CLI_OK : cli_no_memory();
    else
        status = keep_record(output, row);
    json_decref(row);
    return status;
}

int output_close(struct output *output, int status)
{
    if (output == NULL)
        return status != CLI_OK ? status : CLI_FAILED;
    errno = 0;
    if (status == CLI_OK && output->failed)
        status = CLI_FAILED;
    if (status == CLI_OK && output->format->end != NULL)
        output->format->end(output);
    if (status == CLI_OK)
        status = check_written(output, true);
    free_output(output);
    return status;
}
