/* The files of a portfolio: their columns, and what a row says. A column fills the field of its
 * name (fields_table.c), or of the name given; what needs more than that is in a function. */
#include "clients/cli/fields_table.h"
#include "clients/cli/import.h"
#include "core/base/text.h"

#include <string.h>

/* A column of a file: NEED it, or it MAY be left out. OF: what its cells name. AS: the field that
 * it fills, where that has another name. */
#define COLUMN(name, required, field, kind, scheme)                                                \
    {                                                                                              \
        name, required, field, MP_KIND_##kind, MP_SCHEME_##scheme                                  \
    }
#define NEED(name)                COLUMN(name, true, NULL, NONE, NONE)
#define MAY(name)                 COLUMN(name, false, NULL, NONE, NONE)
#define NEED_AS(name, field)      COLUMN(name, true, field, NONE, NONE)
#define MAY_AS(name, field)       COLUMN(name, false, field, NONE, NONE)
#define NEED_OF(name, kind)       COLUMN(name, true, NULL, kind, NONE)
#define MAY_OF(name, kind)        COLUMN(name, false, NULL, kind, NONE)
#define MAY_OF_TERM(name, scheme) COLUMN(name, false, NULL, TERM, scheme)
#define TITLES                    NEED("title"), MAY("title_ur"), MAY("title_zh")
#define SUBMITTER                 COLUMN("submitter", true, "", AGENCY, NONE)

static const struct import_column term_columns[] = {NEED("code"), TITLES, MAY("source")};
static const struct import_column source_columns[] = {NEED_AS("id", "code"), TITLES,
                                                      MAY("published_on"), MAY_AS("kind", "note")};
static const struct import_column agency_columns[] = {
    NEED("id"), TITLES, NEED("role"), NEED("grants"), MAY("report_interval_days"), MAY("source")};
static const struct import_column project_columns[] = {
    NEED("id"),
    TITLES,
    COLUMN("programme", true, NULL, TERM, PROGRAMME),
    MAY_OF_TERM("corridor", CORRIDOR),
    MAY_OF_TERM("themes", THEME),
    MAY_OF_TERM("regions", REGION),
    MAY_OF("lead_agency", AGENCY),
    MAY_OF("partners", AGENCY),
    MAY("counterpart"),
    NEED("status"),
    MAY_OF("parent", PROJECT),
    MAY("source")};
static const struct import_column milestone_columns[] = {
    NEED_OF("id", PROJECT), TITLES,
    NEED("type"),           MAY("code"),
    MAY("weight"),          MAY_OF("start", MILESTONE),
    MAY("duration_days"),   MAY_OF("calendar", CALENDAR),
    MAY("source")};
static const struct import_column link_columns[] = {NEED_OF("predecessor", MILESTONE),
                                                    NEED_OF("successor", MILESTONE),
                                                    NEED("type"),
                                                    MAY("lag_days"),
                                                    MAY_OF("calendar", CALENDAR),
                                                    MAY("source")};
static const struct import_column calendar_columns[] = {
    NEED_AS("calendar", "name"), NEED("valid_from"),      NEED_AS("date", ""), NEED_AS("kind", ""),
    MAY_AS("name", ""),          MAY_AS("estimated", ""), MAY("source")};
static const struct import_column policy_columns[] = {
    COLUMN("programme", true, NULL, TERM, PROGRAMME),
    NEED("valid_from"),
    NEED("amber_days"),
    NEED("red_days"),
    NEED("amber_percent"),
    NEED("red_percent"),
    NEED("grey_days"),
    NEED("report_days"),
    NEED("least_for_index"),
    MAY("note"),
    MAY("source")};
static const struct import_column indicator_columns[] = {
    NEED("code"), TITLES, NEED("unit"), MAY("measure"), MAY_AS("ascending", ""), MAY("source")};
static const struct import_column statement_columns[] = {
    NEED("stated_on"), SUBMITTER,        NEED_AS("kind", ""), NEED_OF("milestone", MILESTONE),
    NEED("date"),      MAY("precision"), MAY_AS("value", ""), MAY("reason"),
    MAY("recalled"),   MAY("said_by"),   MAY("note"),         MAY("source")};
static const struct import_column observation_columns[] = {NEED("stated_on"),
                                                           SUBMITTER,
                                                           NEED_OF("indicator", INDICATOR),
                                                           NEED_OF("project", PROJECT),
                                                           MAY("period_start"),
                                                           MAY("period_end"),
                                                           MAY_OF_TERM("region", REGION),
                                                           NEED_AS("kind", "observation_kind"),
                                                           NEED("value"),
                                                           MAY("said_by"),
                                                           MAY("note"),
                                                           MAY("source")};

static const char *cell(const struct import_row *row, const struct import_kind *kind,
                        const char *name)
{
    return row->cells[import_kind_column(kind, name)];
}

static void read_field(struct import_file *file, struct import_row *row, size_t column,
                       const char *name)
{
    const struct field *own = field_find(field_of_change(row->change.kind), name);
    const struct field *common = field_find(&field_change, name);
    struct mp_rejection rejection;
    const char *text = row->cells[column];
    int result = 0;

    if (own != NULL)
        result = field_read(own, text, file->arena, &row->change.term, &rejection);
    else if (common != NULL)
        result = field_read(common, text, file->arena, &row->change, &rejection);
    if (result != 0)
        import_problem(file, row->line, column, "%s", rejection.message);
}

/* An empty cell leaves the field as it was. */
static void read_cells(struct import_file *file, struct import_row *row)
{
    for (size_t i = 0; i < file->kind->column_count; i++) {
        const struct import_column *column = &file->kind->columns[i];

        if (row->cells[i][0] != '\0')
            read_field(file, row, i, column->field != NULL ? column->field : column->name);
    }
}

static void finish_term(struct import_file *file, struct import_row *row)
{
    row->change.term.scheme = file->kind->scheme;
}

static void finish_link(struct import_file *file, struct import_row *row)
{
    (void)file;
    if (strcmp(row->change.link.calendar, "elapsed") == 0)
        row->change.link.calendar = "";
}

static void finish_indicator(struct import_file *file, struct import_row *row)
{
    size_t column = import_kind_column(file->kind, "ascending");
    const char *text = row->cells[column];

    if (strcmp(text, "true") == 0)
        row->change.indicator.direction = MP_DIRECTION_ASCENDING;
    else if (strcmp(text, "false") == 0)
        row->change.indicator.direction = MP_DIRECTION_DESCENDING;
    else if (text[0] != '\0')
        import_problem(file, row->line, column, "\"%s\" is neither true nor false", text);
}

static void finish_stated(struct import_file *file, struct import_row *row)
{
    if (cell(row, file->kind, "stated_on")[0] == '\0')
        import_problem(file, row->line, import_kind_column(file->kind, "stated_on"),
                       "the day on which it was said is missing: give one as 2029-06-30");
}

/* Words of both families are about the project. */
static void finish_status(struct import_file *file, struct import_row *row)
{
    struct mp_status *status = &row->change.status;
    size_t column = import_kind_column(file->kind, "value");
    const char *value = row->cells[column];

    status->project_status = (enum mp_project_status)mp_code_parse(MP_FAMILY_PROJECT_STATUS, value);
    if (status->project_status == MP_PROJECT_STATUS_NONE)
        status->milestone_status =
            (enum mp_milestone_status)mp_code_parse(MP_FAMILY_MILESTONE_STATUS, value);
    if (status->project_status == MP_PROJECT_STATUS_NONE &&
        status->milestone_status == MP_MILESTONE_STATUS_NONE)
        import_problem(file, row->line, column,
                       "\"%s\" is no status: give one of %s; of the milestone scheduled, notMet or "
                       "partiallyMet",
                       value, mp_code_names(MP_FAMILY_PROJECT_STATUS));
}

/* With a precision the date is the last day of its period: other forms show theirs. */
static void finish_dated(struct import_file *file, struct import_row *row)
{
    const char *date = cell(row, file->kind, "date");
    struct mp_date known;
    int32_t day;

    if (date[0] != '\0' && cell(row, file->kind, "precision")[0] != '\0' &&
        mp_date_parse(date, &known) == 0 && mp_day_parse(date, &day) != 0)
        import_problem(file, row->line, import_kind_column(file->kind, "date"),
                       "\"%s\" is no day there is: give one as 2029-06-30", date);
}

static void finish_statement(struct import_file *file, struct import_row *row)
{
    finish_stated(file, row);
    if (row->change.kind == MP_CHANGE_STATUS)
        finish_status(file, row);
    else if (row->change.kind == MP_CHANGE_PROGRESS)
        read_field(file, row, import_kind_column(file->kind, "value"), "percent");
    else
        finish_dated(file, row);
}

/* What the row of a file of statements says. 0 and a problem when it is no kind of those. */
static enum mp_change_kind kind_stated(struct import_file *file, const struct import_row *row)
{
    const char *name = cell(row, file->kind, "kind");
    enum mp_change_kind kind = (enum mp_change_kind)mp_code_parse(MP_FAMILY_CHANGE, name);

    if (mp_change_is_statement(kind) && kind != MP_CHANGE_OBSERVATION)
        return kind;
    import_problem(file, row->line, import_kind_column(file->kind, "kind"),
                   "\"%s\" is no kind of statement: give baseline, forecast, met, confirmed, "
                   "progress, status, suspension or resumption",
                   name);
    return 0;
}

void import_kind_convert(struct import_file *file, struct import_row *row)
{
    enum mp_change_kind kind = file->kind->change;

    if (kind == 0)
        kind = kind_stated(file, row);
    mp_change_init(&row->change, kind != 0 ? kind : MP_CHANGE_FORECAST);
    if (kind == 0)
        return;
    read_cells(file, row);
    if (file->kind->finish != NULL)
        file->kind->finish(file, row);
}

#define KIND(name_, columns_, change_, defines_, scheme_, finish_, ...)                            \
    {                                                                                              \
        .name = name_, .columns = columns_, .column_count = MP_LENGTH(columns_),                   \
        .change = change_, .defines = defines_, .scheme = scheme_, .finish = finish_, .key = {     \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define TERMS(name, columns, scheme, key)                                                          \
    KIND(name, columns, MP_CHANGE_TERM, MP_KIND_TERM, scheme, finish_term, key)
#define DEFINED(name, columns, kind, finish, ...)                                                  \
    KIND(name, columns, MP_CHANGE_##kind, MP_KIND_##kind, MP_SCHEME_NONE, finish, __VA_ARGS__)

const struct import_kind import_kinds[] = {
    TERMS("sources", source_columns, MP_SCHEME_SOURCE, "id"),
    TERMS("programmes", term_columns, MP_SCHEME_PROGRAMME, "code"),
    TERMS("corridors", term_columns, MP_SCHEME_CORRIDOR, "code"),
    TERMS("themes", term_columns, MP_SCHEME_THEME, "code"),
    TERMS("regions", term_columns, MP_SCHEME_REGION, "code"),
    DEFINED("agencies", agency_columns, AGENCY, NULL, "id"),
    {.name = "calendars",
     .key = {"calendar", "valid_from", "date"},
     .change = MP_CHANGE_CALENDAR,
     .columns = calendar_columns,
     .column_count = MP_LENGTH(calendar_columns),
     .defines = MP_KIND_CALENDAR,
     .finish = import_calendar_finish,
     .gather = import_calendar_gather},
    DEFINED("policies", policy_columns, POLICY, NULL, "programme", "valid_from"),
    DEFINED("projects", project_columns, PROJECT, NULL, "id"),
    DEFINED("milestones", milestone_columns, MILESTONE, NULL, "id"),
    DEFINED("links", link_columns, LINK, finish_link, "predecessor", "successor", "type"),
    DEFINED("indicators", indicator_columns, INDICATOR, finish_indicator, "code"),
    KIND("statements", statement_columns, 0, MP_KIND_NONE, MP_SCHEME_NONE, finish_statement, NULL),
    KIND("observations", observation_columns, MP_CHANGE_OBSERVATION, MP_KIND_NONE, MP_SCHEME_NONE,
         finish_stated, NULL),
};
const size_t import_kind_count = MP_LENGTH(import_kinds);

const struct import_kind *import_kind_by_name(const char *name)
{
    for (size_t i = 0; i < import_kind_count; i++) {
        if (strcmp(import_kinds[i].name, name) == 0)
            return &import_kinds[i];
    }
    return NULL;
}

size_t import_kind_column(const struct import_kind *kind, const char *name)
{
    size_t i = 0;

    while (i < kind->column_count && strcmp(kind->columns[i].name, name) != 0)
        i++;
    return i;
}

const char *import_kind_nearest(const struct import_kind *kind, const char *name)
{
    struct mp_text_nearest nearest = mp_text_nearest_to(name);

    for (size_t i = 0; i < kind->column_count; i++)
        mp_text_nearest_try(&nearest, kind->columns[i].name);
    return nearest.name;
}

static bool has_column(const struct import_line *header, const char *name)
{
    for (size_t i = 0; i < header->count; i++) {
        if (strcmp(header->cells[i], name) == 0)
            return true;
    }
    return false;
}

/* How many of the header's columns the kind has; whether these are its own. */
static size_t match(const struct import_kind *kind, const struct import_line *header,
                    bool *ret_whole)
{
    size_t known = 0;

    *ret_whole = true;
    for (size_t i = 0; i < header->count; i++)
        known += import_kind_column(kind, header->cells[i]) < kind->column_count;
    for (size_t i = 0; i < kind->column_count; i++)
        *ret_whole &= !kind->columns[i].required || has_column(header, kind->columns[i].name);
    *ret_whole &= known == header->count;
    return known;
}

const struct import_kind *import_kind_by_header(const struct import_line *header,
                                                const struct import_kind **ret_nearest)
{
    const struct import_kind *only = NULL, *nearest = NULL;
    size_t wholes = 0, best = header->count / 2;

    for (size_t i = 0; i < import_kind_count; i++) {
        bool is_whole;
        size_t known = match(&import_kinds[i], header, &is_whole);

        if (is_whole) {
            wholes++;
            only = &import_kinds[i];
        }
        if (known > best) {
            best = known;
            nearest = &import_kinds[i];
        }
    }
    *ret_nearest = wholes > 1 ? NULL : nearest;
    return wholes == 1 ? only : NULL;
}
