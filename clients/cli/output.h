/* Rows out: the same rows as table, JSON, NDJSON or CSV (the formats are a table in output.c).
 * Field names are documented once, in fields_table.c, from which docs/json.md is printed (milepost
 * help json). */
#ifndef MP_CLI_OUTPUT_H
#define MP_CLI_OUTPUT_H

#include "clients/cli/command.h"

#include <jansson.h>

struct output;

/* Whether the line's format shows columns alone: nothing else need be in the objects of a list. */
bool output_has_columns(const struct cli *cli);
/* columns: what table and CSV show, as table.h writes it. JSON and NDJSON show whole objects.
 * single: one object rather than an array (get); as a table it is shown field by field. NULL after
 * saying why; the functions below take it for an output that cannot be written. */
struct output *output_open(const struct cli *cli, const char *columns, bool single);
/* Takes the object (a new reference; NULL: memory was short). CSV and NDJSON rows leave at once and
 * are flushed. An exit code. */
int output_row(struct output *output, json_t *row);
/* Prints what is left, unless the status tells of a failure, and frees. The status; instead of
 * CLI_OK CLI_FAILED when stdout cannot be written (said on stderr, unless nobody reads it any
 * more). */
int output_close(struct output *output, int status);
/* Columns of the terminal behind stdout, by $COLUMNS or as it says; 0: not known. */
size_t output_columns(void);
/* The name of the i-th format; NULL beyond the last. */
const char *output_format(size_t i);

/* The text of a value as table and CSV show it: lists joined by ';', dates of objects. malloc. */
char *output_text(const json_t *value);
/* The value at a dotted path of so many bytes; NULL when there is none. Borrowed. */
const json_t *output_find(const json_t *row, const char *path, size_t size);
/* Prints (when out is given) with '?' for what a terminal would obey; returns the columns it takes.
 */
size_t output_show(FILE *out, const char *text);
/* The same, in at most so many columns: cut, with "…" at the end. */
void output_show_within(FILE *out, const char *text, size_t columns_most);

#endif
