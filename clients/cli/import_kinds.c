/* The files of a portfolio: their columns, and what a row says. */
#include "clients/cli/import.h"

#include "clients/cli/import_cells.h"
#include "core/base/text.h"

#include <string.h>

static const struct import_column term_columns[] = {
    {"code", true}, {"title", true}, {"title_ur", false}, {"title_zh", false}, {"source", false}};
static const struct import_column source_columns[] = {
    {"id", true},        {"title", true},         {"title_ur", false},
    {"title_zh", false}, {"published_on", false}, {"kind", false}};
static const struct import_column agency_columns[] = {{"id", true},
                                                      {"title", true},
                                                      {"title_ur", false},
                                                      {"title_zh", false},
                                                      {"role", true},
                                                      {"grants", true},
                                                      {"report_interval_days", false},
                                                      {"source", false}};
static const struct import_column project_columns[] = {
    {"id", true},           {"title", true},     {"title_ur", false},    {"title_zh", false},
    {"programme", true},    {"corridor", false}, {"themes", false},      {"regions", false},
    {"lead_agency", false}, {"partners", false}, {"counterpart", false}, {"status", true},
    {"parent", false},      {"source", false}};
static const struct import_column milestone_columns[] = {
    {"id", true},        {"title", true},  {"title_ur", false},
    {"title_zh", false}, {"type", true},   {"code", false},
    {"weight", false},   {"start", false}, {"duration_days", false},
    {"calendar", false}, {"source", false}};
static const struct import_column link_columns[] = {{"predecessor", true}, {"successor", true},
                                                    {"type", true},        {"lag_days", false},
                                                    {"calendar", false},   {"source", false}};
static const struct import_column indicator_columns[] = {
    {"code", true}, {"title", true},    {"title_ur", false},  {"title_zh", false},
    {"unit", true}, {"measure", false}, {"ascending", false}, {"source", false}};
static const struct import_column statement_columns[] = {
    {"stated_on", true}, {"submitter", true},  {"kind", true},   {"milestone", true},
    {"date", true},      {"precision", false}, {"value", false}, {"reason", false},
    {"recalled", false}, {"said_by", false},   {"note", false},  {"source", false}};
static const struct import_column observation_columns[] = {
    {"stated_on", true},     {"submitter", true},   {"indicator", true}, {"project", true},
    {"period_start", false}, {"period_end", false}, {"region", false},   {"kind", true},
    {"value", true},         {"said_by", false},    {"note", false},     {"source", false}};

static void convert_term(struct import_cells *cells, struct mp_change *change)
{
    mp_change_init(change, MP_CHANGE_TERM);
    change->term.scheme = cells->file->kind->scheme;
    change->term.code = cells_text(cells, "code");
    cells_title(cells, &change->term.title);
    change->source.reference = cells_text(cells, "source");
}

static void convert_source(struct import_cells *cells, struct mp_change *change)
{
    mp_change_init(change, MP_CHANGE_TERM);
    change->term.scheme = MP_SCHEME_SOURCE;
    change->term.code = cells_text(cells, "id");
    cells_title(cells, &change->term.title);
    cells_day(cells, "published_on", &change->term.published_on);
    change->note = cells_text(cells, "kind");
}

static void convert_agency(struct import_cells *cells, struct mp_change *change)
{
    struct mp_agency *agency = &change->agency;

    mp_change_init(change, MP_CHANGE_AGENCY);
    agency->id = cells_text(cells, "id");
    cells_title(cells, &agency->title);
    agency->role = (enum mp_role)cells_code(cells, "role", MP_FAMILY_ROLE);
    cells_list(cells, "grants", &agency->grants);
    agency->report_interval_days =
        (uint32_t)cells_number(cells, "report_interval_days", 0, MP_INTERVAL_MOST, 0);
    change->source.reference = cells_text(cells, "source");
}

static void convert_project(struct import_cells *cells, struct mp_change *change)
{
    struct mp_project *project = &change->project;

    mp_change_init(change, MP_CHANGE_PROJECT);
    project->id = cells_text(cells, "id");
    cells_title(cells, &project->title);
    project->parent = cells_text(cells, "parent");
    project->programme = cells_text(cells, "programme");
    project->corridor = cells_text(cells, "corridor");
    project->lead_agency = cells_text(cells, "lead_agency");
    project->counterpart = cells_text(cells, "counterpart");
    cells_list(cells, "themes", &project->themes);
    cells_list(cells, "regions", &project->regions);
    cells_list(cells, "partners", &project->partners);
    project->status = (enum mp_project_status)cells_code(cells, "status", MP_FAMILY_PROJECT_STATUS);
    change->source.reference = cells_text(cells, "source");
}

static void convert_milestone(struct import_cells *cells, struct mp_change *change)
{
    struct mp_milestone *milestone = &change->milestone;

    mp_change_init(change, MP_CHANGE_MILESTONE);
    milestone->id = cells_text(cells, "id");
    cells_title(cells, &milestone->title);
    milestone->type = (enum mp_milestone_type)cells_code(cells, "type", MP_FAMILY_MILESTONE_TYPE);
    milestone->code = cells_text(cells, "code");
    milestone->weight = (uint32_t)cells_number(cells, "weight", 0, MP_WEIGHT_MOST, 0);
    milestone->start = cells_text(cells, "start");
    milestone->duration_days =
        (int32_t)cells_number(cells, "duration_days", 0, MP_DURATION_MOST, -1);
    milestone->calendar = cells_text(cells, "calendar");
    change->source.reference = cells_text(cells, "source");
}

static void convert_link(struct import_cells *cells, struct mp_change *change)
{
    struct mp_link *link = &change->link;
    const char *calendar = cells_text(cells, "calendar");

    mp_change_init(change, MP_CHANGE_LINK);
    link->predecessor = cells_text(cells, "predecessor");
    link->successor = cells_text(cells, "successor");
    link->type = (enum mp_link_type)cells_code(cells, "type", MP_FAMILY_LINK_TYPE);
    link->lag_days = (int32_t)cells_number(cells, "lag_days", -MP_LAG_MOST, MP_LAG_MOST, 0);
    link->calendar = strcmp(calendar, "elapsed") == 0 ? "" : calendar;
    change->source.reference = cells_text(cells, "source");
}

static void convert_indicator(struct import_cells *cells, struct mp_change *change)
{
    struct mp_indicator *indicator = &change->indicator;
    bool is_given, ascends = cells_flag(cells, "ascending", &is_given);

    mp_change_init(change, MP_CHANGE_INDICATOR);
    indicator->code = cells_text(cells, "code");
    cells_title(cells, &indicator->title);
    indicator->unit = cells_text(cells, "unit");
    indicator->measure = cells_text(cells, "measure");
    if (is_given)
        indicator->direction = ascends ? MP_DIRECTION_ASCENDING : MP_DIRECTION_DESCENDING;
    change->source.reference = cells_text(cells, "source");
}

static void read_stated(const struct import_cells *cells, struct mp_change *change)
{
    cells_day(cells, "stated_on", &change->stated_on);
    if (cells_text(cells, "stated_on")[0] == '\0')
        import_problem(cells->file, cells->row->line, cells_column(cells, "stated_on"),
                       "the day on which it was said is missing: give one as 2029-06-30");
    change->said_by = cells_text(cells, "said_by");
    change->note = cells_text(cells, "note");
    change->source.reference = cells_text(cells, "source");
}

/* With a precision the date is the last day of its period; without, its form shows it. */
static void read_date(const struct import_cells *cells, struct mp_date *date)
{
    const char *text = cells_text(cells, "date");
    bool is_day = cells_text(cells, "precision")[0] != '\0';

    if (is_day) {
        cells_day(cells, "date", &date->day);
        date->precision = (enum mp_precision)cells_code(cells, "precision", MP_FAMILY_PRECISION);
    } else if (text[0] != '\0' && mp_date_parse(text, date) != 0) {
        import_problem(cells->file, cells->row->line, cells_column(cells, "date"),
                       "\"%s\" is no date there is: give one as 2029-06-30", text);
    }
}

static void convert_status(const struct import_cells *cells, struct mp_status *status)
{
    const char *value = cells_text(cells, "value");

    status->milestone = cells_text(cells, "milestone");
    status->milestone_status =
        (enum mp_milestone_status)mp_code_parse(MP_FAMILY_MILESTONE_STATUS, value);
    status->project_status = (enum mp_project_status)mp_code_parse(MP_FAMILY_PROJECT_STATUS, value);
    /* Words of both families are about the project. */
    if (status->project_status != MP_PROJECT_STATUS_NONE)
        status->milestone_status = MP_MILESTONE_STATUS_NONE;
    else if (status->milestone_status == MP_MILESTONE_STATUS_NONE)
        import_problem(cells->file, cells->row->line, cells_column(cells, "value"),
                       "\"%s\" is no status: give one of %s; of the milestone scheduled, notMet or "
                       "partiallyMet",
                       value, mp_code_names(MP_FAMILY_PROJECT_STATUS));
}

static void convert_dated(const struct import_cells *cells, struct mp_dated *dated)
{
    bool is_given;

    dated->milestone = cells_text(cells, "milestone");
    read_date(cells, &dated->date);
    dated->reason = (enum mp_reason)cells_code(cells, "reason", MP_FAMILY_REASON);
    dated->recalled = cells_flag(cells, "recalled", &is_given);
}

static void convert_statement(struct import_cells *cells, struct mp_change *change)
{
    int kind = mp_code_parse(MP_FAMILY_CHANGE, cells_text(cells, "kind"));

    if (!mp_change_is_statement((enum mp_change_kind)kind) || kind == MP_CHANGE_OBSERVATION) {
        import_problem(cells->file, cells->row->line, cells_column(cells, "kind"),
                       "\"%s\" is no kind of statement: give baseline, forecast, met, confirmed, "
                       "progress, status, "
                       "suspension or resumption",
                       cells_text(cells, "kind"));
        mp_change_init(change, MP_CHANGE_FORECAST);
        return;
    }
    mp_change_init(change, (enum mp_change_kind)kind);
    read_stated(cells, change);
    if (kind == MP_CHANGE_PROGRESS) {
        change->progress.milestone = cells_text(cells, "milestone");
        cells_decimal(cells, "value", &change->progress.percent);
    } else if (kind == MP_CHANGE_STATUS) {
        convert_status(cells, &change->status);
    } else {
        convert_dated(cells, &change->dated);
    }
}

static void convert_observation(struct import_cells *cells, struct mp_change *change)
{
    struct mp_observation *observation = &change->observation;

    mp_change_init(change, MP_CHANGE_OBSERVATION);
    read_stated(cells, change);
    observation->indicator = cells_text(cells, "indicator");
    observation->project = cells_text(cells, "project");
    observation->region = cells_text(cells, "region");
    cells_day(cells, "period_start", &observation->period_start);
    cells_day(cells, "period_end", &observation->period_end);
    observation->kind =
        (enum mp_observation_kind)cells_code(cells, "kind", MP_FAMILY_OBSERVATION_KIND);
    cells_decimal(cells, "value", &observation->value);
}

#define COLUMNS(table) .columns = table, .column_count = MP_LENGTH(table)
#define TERMS(name_, scheme_)                                                                      \
    {                                                                                              \
        .name = name_, .key = {"code"}, COLUMNS(term_columns), .defines = MP_KIND_TERM,            \
        .scheme = scheme_, .convert = convert_term                                                 \
    }

const struct import_kind import_kinds[] = {
    {.name = "sources",
     .key = {"id"},
     COLUMNS(source_columns),
     .defines = MP_KIND_TERM,
     .scheme = MP_SCHEME_SOURCE,
     .convert = convert_source},
    TERMS("programmes", MP_SCHEME_PROGRAMME),
    TERMS("corridors", MP_SCHEME_CORRIDOR),
    TERMS("themes", MP_SCHEME_THEME),
    TERMS("regions", MP_SCHEME_REGION),
    {.name = "agencies",
     .key = {"id"},
     COLUMNS(agency_columns),
     .defines = MP_KIND_AGENCY,
     .convert = convert_agency},
    {.name = "projects",
     .key = {"id"},
     COLUMNS(project_columns),
     .defines = MP_KIND_PROJECT,
     .convert = convert_project},
    {.name = "milestones",
     .key = {"id"},
     COLUMNS(milestone_columns),
     .defines = MP_KIND_MILESTONE,
     .convert = convert_milestone},
    {.name = "links",
     .key = {"predecessor", "successor", "type"},
     COLUMNS(link_columns),
     .defines = MP_KIND_LINK,
     .convert = convert_link},
    {.name = "indicators",
     .key = {"code"},
     COLUMNS(indicator_columns),
     .defines = MP_KIND_INDICATOR,
     .convert = convert_indicator},
    {.name = "statements", COLUMNS(statement_columns), .convert = convert_statement},
    {.name = "observations", COLUMNS(observation_columns), .convert = convert_observation},
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
    unsigned best = (unsigned)strnlen(name, 63) / 2 + 1;
    const char *nearest = NULL;

    for (size_t i = 0; i < kind->column_count; i++) {
        unsigned distance = mp_text_distance(name, kind->columns[i].name);

        if (distance < best) {
            best = distance;
            nearest = kind->columns[i].name;
        }
    }
    return nearest;
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
