/* Cells as values; what cannot be read is a problem at its place. */
#include "clients/cli/import_cells.h"

#include "core/base/text.h"

#include <string.h>

size_t cells_column(const struct import_cells *cells, const char *name)
{
    return import_kind_column(cells->file->kind, name);
}

const char *cells_text(const struct import_cells *cells, const char *name)
{
    return cells->row->cells[cells_column(cells, name)];
}

void cells_title(const struct import_cells *cells, struct mp_title *title)
{
    title->en = cells_text(cells, "title");
    title->ur = cells_text(cells, "title_ur");
    title->zh = cells_text(cells, "title_zh");
}

void cells_day(const struct import_cells *cells, const char *name, int32_t *day)
{
    const char *text = cells_text(cells, name);

    if (text[0] != '\0' && mp_day_parse(text, day) != 0)
        import_problem(cells->file, cells->row->line, cells_column(cells, name),
                       "\"%s\" is no day there is: give one as 2029-06-30", text);
}

int cells_code(const struct import_cells *cells, const char *name, enum mp_code_family family)
{
    const char *text = cells_text(cells, name);
    int number = text[0] == '\0' ? 0 : mp_code_parse(family, text);

    if (text[0] != '\0' && number == 0)
        import_problem(cells->file, cells->row->line, cells_column(cells, name),
                       "\"%s\" is not known: give one of %s", text, mp_code_names(family));
    return number;
}

int64_t cells_number(const struct import_cells *cells, const char *name, int64_t least,
                     int64_t most, int64_t fallback)
{
    const char *text = cells_text(cells, name);

    if (text[0] != '\0' && mp_text_parse_i64(text, least, most, &fallback) != 0)
        import_problem(cells->file, cells->row->line, cells_column(cells, name),
                       "\"%s\" is no whole number from %lld to %lld", text, (long long)least,
                       (long long)most);
    return fallback;
}

void cells_decimal(const struct import_cells *cells, const char *name, struct mp_decimal *value)
{
    const char *text = cells_text(cells, name);

    if (mp_decimal_parse(text, value) != 0)
        import_problem(cells->file, cells->row->line, cells_column(cells, name),
                       "\"%s\" is no figure: give digits, with a point before at most 9 decimals",
                       text);
}

/* "true", "false" or empty: fallback. */
bool cells_flag(const struct import_cells *cells, const char *name, bool *ret_given)
{
    const char *text = cells_text(cells, name);
    bool is_true = strcmp(text, "true") == 0;

    *ret_given = text[0] != '\0';
    if (*ret_given && !is_true && strcmp(text, "false") != 0)
        import_problem(cells->file, cells->row->line, cells_column(cells, name),
                       "\"%s\" is neither true nor false", text);
    return is_true;
}

void cells_list(const struct import_cells *cells, const char *name, struct mp_list *list)
{
    struct mp_arena *arena = cells->file->arena;
    const char *text = cells_text(cells, name);
    size_t count = 1;

    if (text[0] == '\0')
        return;
    for (const char *at = text; *at != '\0'; at++)
        count += *at == ';';
    list->items = mp_arena_array(arena, count, sizeof *list->items);
    for (size_t i = 0; list->items != NULL && i < count; i++) {
        size_t size = strcspn(text, ";");

        list->items[i] = mp_arena_text(arena, mp_span_make(text, size));
        if (list->items[i] == NULL)
            break;
        list->count++;
        text += size + (text[size] == ';');
    }
    if (list->count < count)
        import_problem(cells->file, cells->row->line, cells_column(cells, name), "%s",
                       mp_error_text(MP_ENOMEM));
}
