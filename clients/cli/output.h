/* Rows out: the same rows as table, JSON, NDJSON or CSV. Field names are documented once, in the
 * tables of fields.c, from which docs/json.md is printed (milepost help json). */
#ifndef MP_CLI_OUTPUT_H
#define MP_CLI_OUTPUT_H

#include "clients/cli/command.h"

#include <jansson.h>

struct output;

/* columns: field names shown in table and CSV, in order: dotted paths into the object
 * ("forecast.date"), several joined by '|' (the first that is there is shown), with another header
 * before '=' ("value=percent|value"). JSON and NDJSON show whole objects. single: one object rather
 * than an array (get); as a table it is shown field by field, and columns may be NULL. Tables leave
 * out columns that are empty in every row. */
int output_open(struct cli *cli, const char *const *columns, size_t column_count, bool single,
                struct output **ret_output);
/* Takes the object (a new reference; NULL: memory was short). CSV and NDJSON rows leave at once and
 * are flushed. An exit code. */
int output_row(struct output *output, json_t *row);
/* Prints what is left; frees. The exit code: CLI_OK, or CLI_FAILED when stdout cannot be written
 * (said on stderr, unless nobody reads it any more). */
int output_close(struct output *output);
/* Frees without an end: something failed and nothing more is printed, unless rows were already. */
void output_discard(struct output *output);
/* The text of a value as table and CSV show it: lists joined by ';', dates of objects. malloc. */
char *output_text(const json_t *value);
/* The value at a dotted path; NULL when there is none. Borrowed. */
const json_t *output_find(const json_t *row, const char *path);
/* Prints (when out is given) with '?' for what a terminal would obey; returns the columns it takes.
 */
size_t output_show(FILE *out, const char *text);
/* The same, in at most so many columns: cut, with "…" at the end. */
void output_show_within(FILE *out, const char *text, size_t columns_most);

#endif
