/* One file, read and checked whole. */
#include "clients/cli/import.h"

#include "core/base/file.h"
#include "core/domain/rules.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MOST 10000000

/* At a place in the file. The text is kept as it is. */
static void problem_at(struct import_file *file, size_t line, size_t position, const char *text)
{
    if (file->problems < IMPORT_PROBLEMS_MOST)
        file->mistakes[file->problems] = (struct import_mistake){line, position, text};
    file->problems++;
}

void import_problem(struct import_file *file, size_t line, size_t column, const char *format, ...)
{
    size_t position = 1;
    const char *text = "";
    va_list arguments;

    if (file->kind != NULL && column < file->kind->column_count && file->positions[column] > 0)
        position = file->positions[column];
    if (file->problems < IMPORT_PROBLEMS_MOST) {
        va_start(arguments, format);
        text = mp_arena_vprintf(file->arena, format, arguments);
        va_end(arguments);
    }
    problem_at(file, line, position, text == NULL ? mp_error_text(MP_ENOMEM) : text);
}

static int compare_places(const void *a, const void *b)
{
    const struct import_mistake *left = a, *right = b;

    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    return left->position < right->position ? -1 : left->position > right->position;
}

void import_file_tell(struct import_file *file, FILE *out)
{
    size_t count = file->problems < IMPORT_PROBLEMS_MOST ? file->problems : IMPORT_PROBLEMS_MOST;

    qsort(file->mistakes, count, sizeof file->mistakes[0], compare_places);
    for (size_t i = 0; i < count; i++) {
        const struct import_mistake *mistake = &file->mistakes[i];

        (void)fprintf(out, "%s:", file->path);
        if (mistake->line > 0)
            (void)fprintf(out, "%zu:%zu:", mistake->line, mistake->position);
        (void)fprintf(out, " %s\n", mistake->text);
    }
    if (file->problems > count)
        (void)fprintf(out, "%s: and %zu more\n", file->path, file->problems - count);
}

/* "portfolio/projects.csv" → "projects" */
static const char *stem(struct import_file *file)
{
    const char *slash = strrchr(file->path, '/');
    const char *name = slash == NULL ? file->path : slash + 1;
    const char *dot = strrchr(name, '.');

    return mp_arena_text(file->arena,
                         mp_span_make(name, dot == NULL ? strlen(name) : (size_t)(dot - name)));
}

static void read_column(struct import_file *file, const struct import_line *header, size_t index)
{
    const struct import_kind *kind = file->kind;
    const char *name = header->cells[index], *nearest;
    size_t column = import_kind_column(kind, name);
    const char *message;

    if (column < kind->column_count && file->positions[column] == 0) {
        file->positions[column] = index + 1;
        return;
    }
    nearest = import_kind_nearest(kind, name);
    if (column < kind->column_count)
        message = mp_arena_printf(file->arena, "the column \"%s\" comes twice: take one out", name);
    else if (nearest != NULL)
        message = mp_arena_printf(file->arena, "%s have no column \"%s\"; did you mean \"%s\"?",
                                  kind->name, name, nearest);
    else
        message =
            mp_arena_printf(file->arena, "%s have no column \"%s\": take it out", kind->name, name);
    problem_at(file, header->line, index + 1, message == NULL ? name : message);
}

static int read_header(struct import_file *file, const struct import_line *header)
{
    const struct import_kind *nearest = NULL;
    const char *name = stem(file);

    if (header->count == 1 && strpbrk(header->cells[0], ";\t") != NULL) {
        problem_at(file, header->line, 1,
                   strchr(header->cells[0], ';') != NULL
                       ? "the columns are separated by semicolons: separate them by commas"
                       : "the columns are separated by tabs: separate them by commas");
        return MP_EMALFORMED;
    }
    file->kind = file->wanted;
    if (file->kind == NULL)
        file->kind = name == NULL ? NULL : import_kind_by_name(name);
    if (file->kind == NULL)
        file->kind = import_kind_by_header(header, &nearest);
    if (file->kind == NULL && nearest == NULL) {
        problem_at(file, header->line, 1,
                   "this header belongs to no kind of file: name the file as portfolio/README.md "
                   "does, such as statements.csv");
        return MP_EMALFORMED;
    }
    if (file->kind == NULL)
        file->kind = nearest;
    for (size_t i = 0; i < header->count; i++)
        read_column(file, header, i);
    for (size_t i = 0; i < file->kind->column_count; i++) {
        if (file->kind->columns[i].required && file->positions[i] == 0)
            import_problem(file, header->line, i, "the column \"%s\" is missing",
                           file->kind->columns[i].name);
    }
    return file->problems == 0 ? 0 : MP_EMALFORMED;
}

/* A rejection's field as the column that it came from. */
static size_t column_of(const struct import_kind *kind, const char *field)
{
    static const struct {
        const char *field, *column;
    } others[] = {{"percent", "value"},
                  {"project_status", "value"},
                  {"milestone_status", "value"},
                  {"direction", "ascending"},
                  {"days", "date"},
                  {"weekend", "name"}};
    char name[64];
    size_t column = 0;

    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(field, "[."), field);
    while (column < kind->column_count &&
           (kind->columns[column].field == NULL || strcmp(kind->columns[column].field, name) != 0))
        column++;
    if (column == kind->column_count)
        column = import_kind_column(kind, name);
    for (size_t i = 0; i < MP_LENGTH(others) && column == kind->column_count; i++) {
        if (strcmp(others[i].field, name) == 0)
            column = import_kind_column(kind, others[i].column);
    }
    return column;
}

size_t import_position(const struct import_file *file, const char *field)
{
    size_t column = column_of(file->kind, field);

    return column < file->kind->column_count && file->positions[column] > 0
               ? file->positions[column]
               : 1;
}

/* Two rows that define the same would take turns at each import. */
static int check_defined(struct import_file *file, const struct import_row *row)
{
    const struct import_kind *kind = file->kind;
    const char *key = "";
    union mp_table_value *slot;
    bool is_new = true;
    int error;

    if (kind->key[0] == NULL)
        return 0;
    for (size_t i = 0; i < MP_LENGTH(kind->key) && kind->key[i] != NULL && key != NULL; i++)
        key = mp_arena_printf(file->arena, "%s%s\n", key,
                              row->cells[import_kind_column(kind, kind->key[i])]);
    error =
        key == NULL ? MP_ENOMEM : mp_table_put(file->defined, mp_span_text(key), &slot, &is_new);
    if (error < 0)
        return error;
    if (is_new)
        slot->number = row->line;
    else
        import_problem(file, row->line, import_kind_column(kind, kind->key[0]),
                       "this is defined on line %zu already: keep one of the two",
                       (size_t)slot->number);
    return 0;
}

static int check_row(struct import_file *file, struct import_row *row)
{
    size_t submitter = import_kind_column(file->kind, "submitter"), before = file->problems;
    struct mp_rejection rejection = {0};
    int result;

    row->submitter = submitter < file->kind->column_count ? row->cells[submitter] : NULL;
    import_kind_convert(file, row);
    if (row->submitter != NULL && !mp_agency_id_is_valid(row->submitter))
        import_problem(file, row->line, submitter,
                       "\"%s\" is no id of an agency: give one as in agencies.csv", row->submitter);
    if (file->problems > before)
        return 0;
    result = mp_validate_change(&row->change, file->arena, &rejection);
    if (result < 0)
        return result;
    if (result == 1)
        import_problem(file, row->line, column_of(file->kind, rejection.field), "%s",
                       rejection.message);
    return check_defined(file, row);
}

static int add_row(struct import_file *file, const struct import_line *line)
{
    struct import_row *row;
    size_t count = file->kind->column_count, before;
    int error;

    if (file->count == file->capacity) {
        size_t capacity = file->capacity == 0 ? 256 : file->capacity * 2;
        void *larger =
            capacity > ROWS_MOST ? NULL : reallocarray(file->rows, capacity, sizeof *file->rows);

        if (larger == NULL)
            return MP_ENOMEM;
        file->rows = larger;
        file->capacity = capacity;
    }
    row = &file->rows[file->count];
    *row = (struct import_row){.line = line->line};
    before = file->problems;
    row->cells = mp_arena_array(file->arena, count, sizeof *row->cells);
    if (row->cells == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < count; i++)
        row->cells[i] = file->positions[i] > 0 ? line->cells[file->positions[i] - 1] : "";
    file->count++;
    error = check_row(file, row);
    row->is_wrong = file->problems > before;
    return error;
}

static size_t width_of(const struct import_file *file)
{
    size_t width = 0;

    for (size_t i = 0; i < file->kind->column_count; i++)
        width = file->positions[i] > width ? file->positions[i] : width;
    return width;
}

static int take_line(void *context, const struct import_line *line)
{
    struct import_file *file = context;

    if (file->kind == NULL)
        return read_header(file, line);
    if (line->count == width_of(file))
        return add_row(file, line);
    import_problem(file, line->line, IMPORT_COLUMNS_MOST,
                   "this row has %zu cells, the header has %zu: quote cells that hold a comma",
                   line->count, width_of(file));
    return 0;
}

/* With the file as a whole. */
static int keep(struct import_file *file, int error)
{
    problem_at(file, 0, 0, error == MP_ENOTFOUND ? "there is no such file" : mp_error_text(error));
    return error;
}

int import_file_read(const char *path, struct mp_arena *arena, struct import_file *ret_file)
{
    return import_file_read_as(NULL, path, arena, ret_file);
}

int import_file_read_as(const struct import_kind *kind, const char *path, struct mp_arena *arena,
                        struct import_file *ret_file)
{
    struct import_csv_fault fault = {0};
    struct mp_span text;
    int error;

    *ret_file = (struct import_file){.path = path, .wanted = kind, .arena = arena};
    ret_file->defined = mp_table_new(ROWS_MOST);
    if (ret_file->defined == NULL)
        return keep(ret_file, MP_ENOMEM);
    error = mp_file_read(arena, path, IMPORT_FILE_MOST, &text);
    if (error < 0)
        return keep(ret_file, error);
    error = import_csv_split(text, arena, take_line, ret_file, &fault);
    if (error == 0 && ret_file->kind != NULL && ret_file->kind->gather != NULL)
        error = ret_file->kind->gather(ret_file);
    ret_file->is_whole = error == 0 && ret_file->kind != NULL;
    if (fault.message != NULL)
        problem_at(ret_file, fault.line, 1, fault.message);
    else if (error < 0 && ret_file->problems == 0)
        return keep(ret_file, error);
    else if (ret_file->kind == NULL && ret_file->problems == 0)
        problem_at(ret_file, 1, 1, "the file is empty: its first row names the columns");
    return ret_file->problems == 0 ? 0 : MP_EMALFORMED;
}

void import_file_done(struct import_file *file)
{
    free(file->rows);
    mp_table_free(file->defined);
    *file = (struct import_file){0};
}
