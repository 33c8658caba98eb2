/* Calendars in a file: a row a day, and one that says the weekend; the record has versions, which
 * say everything at once. So rows of one (calendar, valid_from) become one change. */
#include "clients/cli/fields_table.h"
#include "clients/cli/import.h"
#include "core/domain/rules.h"

#include <stdlib.h>
#include <string.h>

#define MORE_SOURCES ";and others, in the imported file"
#define SOURCES_MOST (MP_TEXT_MOST - sizeof MORE_SOURCES + 1)

static size_t column_of(const struct import_file *file, const char *name)
{
    return import_kind_column(file->kind, name);
}

static void read_weekend(struct import_file *file, struct import_row *row)
{
    const struct field *field = field_find(field_of_change(MP_CHANGE_CALENDAR), "weekend");
    size_t name = column_of(file, "name"), date = column_of(file, "date");
    struct mp_rejection rejection;

    if (row->cells[date][0] != '\0')
        import_problem(file, row->line, date,
                       "a weekend has no date: leave it out, or give holiday or workday");
    if (field_read(field, row->cells[name], file->arena, &row->change.calendar, &rejection) != 0)
        import_problem(file, row->line, name, "%s", rejection.message);
}

static void read_day(struct import_file *file, struct import_row *row,
                     enum mp_calendar_day_kind kind)
{
    struct mp_calendar_day *day = mp_arena_alloc(file->arena, sizeof *day);
    size_t date = column_of(file, "date"), estimated = column_of(file, "estimated");
    const char *text = row->cells[estimated];

    if (day == NULL) {
        import_problem(file, row->line, date, "%s", mp_error_text(MP_ENOMEM));
        return;
    }
    *day = (struct mp_calendar_day){.kind = kind, .name = row->cells[column_of(file, "name")]};
    if (mp_day_parse(row->cells[date], &day->day) != 0 && !mp_date_is_beyond(row->cells[date]))
        import_problem(file, row->line, date, "\"%s\" is no day there is: give one as 2029-06-30",
                       row->cells[date]);
    else if (mp_date_is_beyond(row->cells[date]) || day->day < MP_CALENDAR_DAY_LEAST ||
             day->day > MP_CALENDAR_DAY_MOST)
        import_problem(file, row->line, date,
                       "%s is beyond what calendars know: give a day from 2000-01-01 to 2060-12-31",
                       row->cells[date]);
    day->is_estimated = strcmp(text, "true") == 0;
    if (!day->is_estimated && text[0] != '\0' && strcmp(text, "false") != 0)
        import_problem(file, row->line, estimated, "\"%s\" is neither true nor false", text);
    row->change.calendar.days = day;
    row->change.calendar.day_count = 1;
}

void import_calendar_finish(struct import_file *file, struct import_row *row)
{
    size_t column = column_of(file, "kind");
    const char *kind = row->cells[column];
    int number = mp_code_parse(MP_FAMILY_CALENDAR_DAY, kind);

    if (strcmp(kind, "weekend") == 0)
        read_weekend(file, row);
    else if (number != 0)
        read_day(file, row, (enum mp_calendar_day_kind)number);
    else
        import_problem(file, row->line, column,
                       "\"%s\" is no kind of row: give weekend, holiday or workday", kind);
}

/* ---- Rows become versions ---- */

struct version {
    struct import_row row; /* the first, then the whole */
    struct mp_calendar_day *days;
    size_t day_count;
    bool has_weekend, has_more_sources;
    char sources[MP_TEXT_MOST + 1];
};

struct gathering {
    struct import_file *file;
    struct mp_table *numbers; /* name and valid_from → place in versions */
    struct version **versions;
    size_t count;
};

static int version_of(struct gathering *gathering, const struct import_row *row,
                      struct version **ret_version)
{
    const struct mp_calendar_version *calendar = &row->change.calendar;
    struct mp_arena *arena = gathering->file->arena;
    const char *key = mp_arena_printf(arena, "%s@%d", calendar->name, (int)calendar->valid_from);
    union mp_table_value *slot;
    bool is_new;
    int error = key == NULL ? MP_ENOMEM
                            : mp_table_put(gathering->numbers, mp_span_text(key), &slot, &is_new);

    if (error < 0)
        return error;
    if (is_new) {
        struct version *version = mp_arena_alloc(arena, sizeof *version);

        if (version == NULL)
            return MP_ENOMEM;
        *version = (struct version){.row = *row};
        slot->number = gathering->count;
        gathering->versions[gathering->count++] = version;
    }
    *ret_version = gathering->versions[slot->number];
    return 0;
}

static bool has_source(const char *sources, const char *source, size_t size)
{
    for (const char *at = sources; *at != '\0'; at += strcspn(at, ";"), at += *at == ';') {
        if (strcspn(at, ";") == size && strncmp(at, source, size) == 0)
            return true;
    }
    return false;
}

/* Each once, in the order of the rows, as many as a change may have. */
static void add_sources(struct version *version, const char *sources)
{
    while (*sources != '\0') {
        size_t size = strcspn(sources, ";"), used = strlen(version->sources);

        if (size > 0 && !has_source(version->sources, sources, size)) {
            if (used + 1 + size > SOURCES_MOST)
                version->has_more_sources = true;
            else
                (void)snprintf(version->sources + used, sizeof version->sources - used, "%s%.*s",
                               used == 0 ? "" : ";", (int)size, sources);
        }
        sources += size + (sources[size] == ';');
    }
}

/* First how many days each has, then the days: an array that would grow has no end in an arena. */
static int count_row(struct gathering *gathering, const struct import_row *row)
{
    struct version *version = NULL;
    int error = version_of(gathering, row, &version);

    if (error < 0)
        return error;
    version->day_count += row->change.calendar.day_count;
    version->row.is_wrong |= row->is_wrong;
    if (row->change.calendar.day_count == 0) {
        version->has_weekend = true;
        version->row.change.calendar.weekend = row->change.calendar.weekend;
    }
    add_sources(version, row->change.source.reference);
    return 0;
}

static int add_days(struct gathering *gathering, const struct import_row *row)
{
    const struct mp_calendar_version *calendar = &row->change.calendar;
    struct version *version = NULL;
    int error = version_of(gathering, row, &version);

    if (error == 0 && version->days == NULL) {
        version->days =
            mp_arena_array(gathering->file->arena, version->day_count + 1, sizeof *version->days);
        version->row.change.calendar.days = version->days;
        version->row.change.calendar.day_count = 0;
        error = version->days == NULL ? MP_ENOMEM : 0;
    }
    if (error == 0 && calendar->day_count > 0)
        version->days[version->row.change.calendar.day_count++] = calendar->days[0];
    return error;
}

static int compare_days(const void *left, const void *right)
{
    const struct mp_calendar_day *a = left, *b = right;

    return a->day < b->day ? -1 : a->day > b->day;
}

/* By the calendar: rows that change places in the file change nothing in the record. */
static int finish_version(struct import_file *file, struct version *version)
{
    struct import_row *row = &version->row;
    struct mp_rejection rejection = {0};
    int result;

    qsort(version->days, row->change.calendar.day_count, sizeof *version->days, compare_days);
    row->change.source.reference = version->sources;
    if (version->has_more_sources)
        (void)strcat(version->sources, MORE_SOURCES);
    if (row->is_wrong)
        return 0;
    if (!version->has_weekend) {
        import_problem(file, row->line, column_of(file, "kind"),
                       "%s has no row of kind weekend for this valid_from: a version says "
                       "everything, so give one",
                       row->change.calendar.name);
        row->is_wrong = true;
        return 0;
    }
    result = mp_validate_change(&row->change, file->arena, &rejection);
    if (result == 1) {
        import_problem(file, row->line, column_of(file, "calendar"), "%s", rejection.message);
        row->is_wrong = true;
    }
    return result < 0 ? result : 0;
}

static int gather(struct gathering *gathering)
{
    struct import_file *file = gathering->file;
    int error = 0;

    for (size_t i = 0; i < file->count && error == 0; i++)
        error = count_row(gathering, &file->rows[i]);
    for (size_t i = 0; i < file->count && error == 0; i++)
        error = add_days(gathering, &file->rows[i]);
    for (size_t i = 0; i < gathering->count && error == 0; i++)
        error = finish_version(file, gathering->versions[i]);
    for (size_t i = 0; i < gathering->count && error == 0; i++)
        file->rows[i] = gathering->versions[i]->row;
    if (error == 0)
        file->count = gathering->count;
    return error;
}

int import_calendar_gather(struct import_file *file)
{
    struct gathering gathering = {.file = file};
    int error;

    gathering.versions = mp_arena_array(file->arena, file->count + 1, sizeof(void *));
    gathering.numbers = mp_table_new(file->count + 1);
    error =
        gathering.versions == NULL || gathering.numbers == NULL ? MP_ENOMEM : gather(&gathering);
    mp_table_free(gathering.numbers);
    return error;
}
