/* Columns of rows, and rows as a table for people. A table keeps the texts of its cells and not the
 * rows: a hundred thousand rows of JSON would be a gigabyte. */
#ifndef MP_CLI_TABLE_H
#define MP_CLI_TABLE_H

#include "core/base/arena.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define TABLE_COLUMNS_MOST 48
#define TABLE_PATH_MOST    160

struct table_column {
    char header[TABLE_PATH_MOST];
    char paths[TABLE_PATH_MOST]; /* joined by '|' */
    bool yields;                 /* left out first where there is no room */
    bool is_left_out;
    /* while a table is written */
    size_t natural, width; /* of the widest cell; as it is written */
    bool is_used;
    bool is_text; /* some value is not a number */
};

struct table {
    struct table_column columns[TABLE_COLUMNS_MOST];
    size_t count;
    bool color;
    struct mp_arena *arena;
    const char **cells; /* row after row; NULL: empty */
    size_t row_count, row_capacity;
};

/* columns: joined by spaces, each a dotted path into the rows' objects ("forecast.date"); several
 * joined by '|' (the first that is there is shown); with another header before '='
 * ("value=percent|value"); with '~' before it when it yields. false: there are too many, or memory
 * is short; table_done in any case. */
bool table_init(struct table *table, const char *columns);
void table_done(struct table *table);
/* The row's value in the column, NULL when it has none. Borrowed. */
const json_t *table_value(const struct table_column *column, const json_t *row);
/* Keeps the row's cells. false: memory is short. */
bool table_add(struct table *table, const json_t *row);
/* The rows in lines of at most width columns (0: as wide as they are): columns that are empty in
 * every row are left out; where there is no room columns are left out whole (is_left_out), those
 * that yield first, from the right, until the others fit with long texts cut. */
void table_write(struct table *table, FILE *out, size_t width);

#endif
