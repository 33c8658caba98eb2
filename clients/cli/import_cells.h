/* Reading the cells of a row. name: of a column that the kind has. An empty cell leaves the value
 * as it was, or gives the fallback. Private to import_*.c. */
#ifndef MP_CLI_IMPORT_CELLS_H
#define MP_CLI_IMPORT_CELLS_H

#include "clients/cli/import.h"

size_t cells_column(const struct import_cells *cells, const char *name);
const char *cells_text(const struct import_cells *cells, const char *name);
void cells_title(const struct import_cells *cells, struct mp_title *title);
void cells_day(const struct import_cells *cells, const char *name, int32_t *day);
int cells_code(const struct import_cells *cells, const char *name, enum mp_code_family family);
int64_t cells_number(const struct import_cells *cells, const char *name, int64_t least,
                     int64_t most, int64_t fallback);
void cells_decimal(const struct import_cells *cells, const char *name, struct mp_decimal *value);
bool cells_flag(const struct import_cells *cells, const char *name, bool *ret_given);
void cells_list(const struct import_cells *cells, const char *name, struct mp_list *list);

#endif
