#include "clients/cli/fields_table.h"

#include "clients/cli/fields.h"
#include "core/base/auto.h"

#define AT(structure, member) offsetof(struct structure, member)
#define TABLE(title, about, rows)                                                                  \
    {                                                                                              \
        title, about, rows, MP_LENGTH(rows)                                                        \
    }

static const struct field term[] = {
    {"scheme", FIELD_CODE, AT(mp_term, scheme), MP_FAMILY_SCHEME, "programme, corridor, …"},
    {"code", FIELD_TEXT, AT(mp_term, code), 0, "the word within its scheme"},
    {"title", FIELD_TITLE, AT(mp_term, title), 0, "name in English; title_ur, title_zh"},
    {"published_on", FIELD_DAY, AT(mp_term, published_on), 0, "sources: day of publication"},
};

static const struct field agency[] = {
    {"title", FIELD_TITLE, AT(mp_agency, title), 0, "name in English; title_ur, title_zh"},
    {"role", FIELD_CODE, AT(mp_agency, role), MP_FAMILY_ROLE, "what it may do"},
    {"grants", FIELD_LIST, AT(mp_agency, grants), 0, "prefixes under which it may write"},
    {"report_interval_days", FIELD_COUNT, AT(mp_agency, report_interval_days), 0,
     "how often it has to report"},
};

static const struct field project[] = {
    {"parent", FIELD_TEXT, AT(mp_project, parent), 0, "project above it"},
    {"programme", FIELD_TEXT, AT(mp_project, programme), 0, "code of the programme"},
    {"title", FIELD_TITLE, AT(mp_project, title), 0, "name in English; title_ur, title_zh"},
    {"corridor", FIELD_TEXT, AT(mp_project, corridor), 0, "code of the corridor"},
    {"themes", FIELD_LIST, AT(mp_project, themes), 0, "codes of themes"},
    {"regions", FIELD_LIST, AT(mp_project, regions), 0, "codes of regions"},
    {"lead_agency", FIELD_TEXT, AT(mp_project, lead_agency), 0, "agency that leads it"},
    {"partners", FIELD_LIST, AT(mp_project, partners), 0, "other leading agencies"},
    {"counterpart", FIELD_TEXT, AT(mp_project, counterpart), 0, "the other side's body"},
    {"status", FIELD_CODE, AT(mp_project, status), MP_FAMILY_PROJECT_STATUS,
     "in a record the status that holds: of the definition or of the last statement"},
};

static const struct field milestone[] = {
    {"title", FIELD_TITLE, AT(mp_milestone, title), 0, "name in English; title_ur, title_zh"},
    {"type", FIELD_CODE, AT(mp_milestone, type), MP_FAMILY_MILESTONE_TYPE, "OC4IDS type"},
    {"code", FIELD_TEXT, AT(mp_milestone, code), 0, "open code, such as completion"},
    {"weight", FIELD_COUNT, AT(mp_milestone, weight), 0, "weight among its project's milestones"},
    {"start", FIELD_TEXT, AT(mp_milestone, start), 0, "milestone that starts its activity"},
    {"duration_days", FIELD_DURATION, AT(mp_milestone, duration_days), 0,
     "least days from the start"},
    {"calendar", FIELD_TEXT, AT(mp_milestone, calendar), 0, "calendar of the duration"},
};

static const struct field link[] = {
    {"predecessor", FIELD_TEXT, AT(mp_link, predecessor), 0, "milestone that comes first"},
    {"successor", FIELD_TEXT, AT(mp_link, successor), 0, "milestone that waits for it"},
    {"type", FIELD_CODE, AT(mp_link, type), MP_FAMILY_LINK_TYPE, "which ends are linked"},
    {"lag_days", FIELD_DAYS, AT(mp_link, lag_days), 0, "days between them, may be negative"},
    {"calendar", FIELD_TEXT, AT(mp_link, calendar), 0, "calendar of the lag"},
};

static const struct field indicator[] = {
    {"code", FIELD_TEXT, AT(mp_indicator, code), 0, "its code"},
    {"title", FIELD_TITLE, AT(mp_indicator, title), 0, "name in English; title_ur, title_zh"},
    {"unit", FIELD_TEXT, AT(mp_indicator, unit), 0, "unit of its figures"},
    {"measure", FIELD_TEXT, AT(mp_indicator, measure), 0, "unit or percentage"},
    {"direction", FIELD_CODE, AT(mp_indicator, direction), MP_FAMILY_DIRECTION, "what is better"},
};

static const struct field observation[] = {
    {"indicator", FIELD_TEXT, AT(mp_observation, indicator), 0, "code of the indicator"},
    {"project", FIELD_TEXT, AT(mp_observation, project), 0, "project the figure is of"},
    {"observation_kind", FIELD_CODE, AT(mp_observation, kind), MP_FAMILY_OBSERVATION_KIND,
     "what the figure is"},
    {"value", FIELD_DECIMAL, AT(mp_observation, value), 0, "the figure, in the indicator's unit"},
    {"period_start", FIELD_DAY, AT(mp_observation, period_start), 0, "first day of its period"},
    {"period_end", FIELD_DAY, AT(mp_observation, period_end), 0, "last day of its period"},
    {"region", FIELD_TEXT, AT(mp_observation, region), 0, "code of the region"},
};

static const struct field epoch[] = {
    {"restored_head", FIELD_SEQ, AT(mp_epoch_start, restored_head), 0,
     "last sequence that the restore kept"},
    {"by", FIELD_TEXT, AT(mp_epoch_start, by), 0, "who restored"},
    {"why", FIELD_TEXT, AT(mp_epoch_start, why), 0, "why"},
};

const struct field_table field_definitions[] = {
    [MP_KIND_TERM] = TABLE("term", "A programme, corridor, theme, region or source.", term),
    [MP_KIND_AGENCY] = TABLE("agency", "Who reports.", agency),
    [MP_KIND_PROJECT] = TABLE("project", "A project of the programme.", project),
    [MP_KIND_MILESTONE] = TABLE("milestone", "A milestone of a project.", milestone),
    [MP_KIND_LINK] = TABLE("link", "A dependency between two milestones.", link),
    [MP_KIND_INDICATOR] = TABLE("indicator", "What is counted.", indicator),
    [MP_KIND_OBSERVATION] = TABLE("observation", "A figure of an indicator.", observation),
    [MP_KIND_EPOCH] = TABLE("epoch", "A restore of the record.", epoch),
};

static const struct field agency_standing[] = {
    {"keys", FIELD_MADE, 0, MADE_LIST, "its keys: objects as under *key*"},
};

static const struct field project_standing[] = {
    {"defined_on", FIELD_DAY, AT(mp_project_record, defined_on), 0, "day of the definition"},
    {"status_stated_on", FIELD_MADE, 0, MADE_DAY, "day of the last status statement"},
    {"status_seq", FIELD_SEQ, AT(mp_project_record, stated.seq), 0, "sequence of that statement"},
};

static const struct field milestone_standing[] = {
    {"status", FIELD_MADE, 0, MADE_CODE,
     "scheduled, met, notMet, partiallyMet, suspended or cancelled"},
    {"late", FIELD_MADE, 0, MADE_FLAG,
     "true when met after, forecast for after, or overdue today against its approved baseline"},
    {"baseline.first", FIELD_MADE, 0, MADE_OBJECT, "first recorded baseline: a *slot*"},
    {"baseline.approved", FIELD_MADE, 0, MADE_OBJECT,
     "last baseline that was not recalled: a *slot*"},
    {"forecast", FIELD_SLOT, AT(mp_milestone_record, forecast), 0, "last forecast: a *slot*"},
    {"met", FIELD_SLOT, AT(mp_milestone_record, met), 0, "met, as the agency claims: a *slot*"},
    {"confirmed", FIELD_SLOT, AT(mp_milestone_record, confirmed), 0,
     "met, as a monitor confirmed: a *slot*"},
    {"expected.date", FIELD_MADE, 0, MADE_DAY,
     "later stated of last forecast and last re-baseline, else the first baseline"},
    {"expected.precision", FIELD_MADE, 0, MADE_CODE, "precision of that date"},
    {"slip_days.first", FIELD_MADE, 0, MADE_INTEGER,
     "days late against the first baseline, with today"},
    {"slip_days.approved", FIELD_MADE, 0, MADE_INTEGER, "days late against the approved baseline"},
    {"progress.percent", FIELD_MADE, 0, MADE_NUMBER, "last stated progress"},
    {"progress.stated_on", FIELD_MADE, 0, MADE_DAY, "day on which it was said"},
    {"progress.seq", FIELD_MADE, 0, MADE_INTEGER, "its sequence"},
    {"suspended", FIELD_SLOT, AT(mp_milestone_record, suspension), 0,
     "last suspension, resumed or not: a *slot*"},
    {"resumed", FIELD_SLOT, AT(mp_milestone_record, resumption), 0, "last resumption: a *slot*"},
    {"cancelled", FIELD_SEQ, AT(mp_milestone_record, cancelled_seq), 0,
     "sequence of its cancelling"},
};

static const struct field observation_standing[] = {
    {"stated_on", FIELD_DAY, AT(mp_observation_record, stated_on), 0, "day on which it was said"},
    {"said_by", FIELD_TEXT, AT(mp_observation_record, said_by), 0, "who said it"},
    {"source", FIELD_TEXT, AT(mp_observation_record, source), 0, "where it can be read"},
    {"withdrawn_by", FIELD_SEQ, AT(mp_observation_record, withdrawn_by), 0,
     "sequence of its withdrawal"},
};

const struct field_table field_standings[] = {
    [MP_KIND_AGENCY] = TABLE("agency", "", agency_standing),
    [MP_KIND_PROJECT] = TABLE("project", "", project_standing),
    [MP_KIND_MILESTONE] = TABLE("milestone", "", milestone_standing),
    [MP_KIND_OBSERVATION] = TABLE("observation", "", observation_standing),
    [MP_KIND_EPOCH] = {NULL, NULL, NULL, 0},
};

static const struct field key_change[] = {
    {"agency_key", FIELD_KEY, AT(mp_key, public_key), 0, "the public key, 40 characters of Z85"},
};
static const struct field dated[] = {
    {"milestone", FIELD_TEXT, AT(mp_dated, milestone), 0, "id of the milestone"},
    {"date", FIELD_DATE, AT(mp_dated, date), 0, "last day of the period"},
    {"precision", FIELD_PRECISION, AT(mp_dated, date), 0, "how exact the date is"},
    {"reason", FIELD_CODE, AT(mp_dated, reason), MP_FAMILY_REASON, "why it moved"},
    {"recalled", FIELD_FLAG, AT(mp_dated, recalled), 0,
     "re-baselines: an original that was learned late"},
};
static const struct field progress[] = {
    {"milestone", FIELD_TEXT, AT(mp_progress, milestone), 0, "id of the milestone"},
    {"percent", FIELD_DECIMAL, AT(mp_progress, percent), 0, "0 to 100"},
};
static const struct field status[] = {
    {"project", FIELD_TEXT, AT(mp_status, project), 0, "id of the project"},
    {"milestone", FIELD_TEXT, AT(mp_status, milestone), 0, "id of the milestone"},
    {"project_status", FIELD_CODE, AT(mp_status, project_status), MP_FAMILY_PROJECT_STATUS,
     "status of the project"},
    {"milestone_status", FIELD_CODE, AT(mp_status, milestone_status), MP_FAMILY_MILESTONE_STATUS,
     "status of the milestone"},
};
static const struct field withdrawal[] = {
    {"withdraws", FIELD_SEQ, AT(mp_withdrawal, seq), 0, "sequence of the statement"},
    {"withdrawn_kind", FIELD_CODE, AT(mp_withdrawal, withdrawn_kind), MP_FAMILY_CHANGE,
     "what kind of statement it was"},
    {"withdrawn_stated_on", FIELD_DAY, AT(mp_withdrawal, withdrawn_stated_on), 0,
     "when that was said"},
};

static const struct field_table none = {NULL, NULL, NULL, 0};
static const struct field_table changes[] = {
    TABLE("key-added, key-revoked", "", key_change),
    TABLE("baseline, forecast, met, confirmed, suspension, resumption", "", dated),
    TABLE("progress", "", progress),
    TABLE("status", "", status),
    TABLE("withdrawal", "", withdrawal),
};

const struct field_table *field_of_change(enum mp_change_kind kind)
{
    switch (kind) {
    case MP_CHANGE_TERM:
        return &field_definitions[MP_KIND_TERM];
    case MP_CHANGE_AGENCY:
        return &field_definitions[MP_KIND_AGENCY];
    case MP_CHANGE_PROJECT:
        return &field_definitions[MP_KIND_PROJECT];
    case MP_CHANGE_MILESTONE:
        return &field_definitions[MP_KIND_MILESTONE];
    case MP_CHANGE_LINK:
    case MP_CHANGE_LINK_REMOVED:
        return &field_definitions[MP_KIND_LINK];
    case MP_CHANGE_INDICATOR:
        return &field_definitions[MP_KIND_INDICATOR];
    case MP_CHANGE_OBSERVATION:
        return &field_definitions[MP_KIND_OBSERVATION];
    case MP_CHANGE_EPOCH_STARTED:
        return &field_definitions[MP_KIND_EPOCH];
    case MP_CHANGE_KEY_ADDED:
    case MP_CHANGE_KEY_REVOKED:
        return &changes[0];
    case MP_CHANGE_PROGRESS:
        return &changes[2];
    case MP_CHANGE_STATUS:
        return &changes[3];
    case MP_CHANGE_WITHDRAWAL:
        return &changes[4];
    default:
        return mp_change_is_statement(kind) ? &changes[1] : &none;
    }
}

static const struct field change_fields[] = {
    {"stated_on", FIELD_DAY, AT(mp_change, stated_on), 0, "day on which it was said"},
    {"said_by", FIELD_TEXT, AT(mp_change, said_by), 0, "who said it"},
    {"note", FIELD_TEXT, AT(mp_change, note), 0, "in our own words"},
    {"source", FIELD_TEXT, AT(mp_change, source.reference), 0, "document, address or letter"},
    {"page", FIELD_TEXT, AT(mp_change, source.page), 0, "page within it"},
    {"sha256", FIELD_HASH, AT(mp_change, source), 0, "SHA-256 of the document"},
};
static const struct field event_fields[] = {
    {"seq", FIELD_SEQ, AT(mp_event, seq), 0, "its place in the record, contiguous from 1"},
    {"prev", FIELD_SEQ, AT(mp_event, prev), 0, "sequence before it on the same topic"},
    {"epoch", FIELD_SEQ, AT(mp_event, epoch), 0, "epoch it was recorded in"},
    {"recorded_at", FIELD_TIME, AT(mp_event, recorded_at_us), 0, "when, UTC"},
    {"agency", FIELD_TEXT, AT(mp_event, agency), 0, "who submitted it"},
    {"topic", FIELD_TEXT, AT(mp_event, topic), 0, "its topic"},
    {"submission", FIELD_UUID, AT(mp_event, submission), 0, "id of the submission"},
    {"index", FIELD_COUNT, AT(mp_event, index), 0, "place in the submission, from 0"},
    {"kind", FIELD_MADE, 0, MADE_CODE, "kind of change"},
    {"subject", FIELD_MADE, 0, MADE_TEXT, "id of the record that it changed"},
    {"subject_kind", FIELD_MADE, 0, MADE_CODE, "kind of that record"},
};
static const struct field common_fields[] = {
    {"kind", FIELD_MADE, 0, MADE_CODE,
     "term, agency, project, milestone, link, indicator, observation"},
    {"id", FIELD_MADE, 0, MADE_TEXT, "the record's id"},
    {"removed", FIELD_MADE, 0, MADE_FLAG, "true when it was removed, cancelled or unlinked"},
    {"revision.epoch", FIELD_MADE, 0, MADE_INTEGER, "epoch of the event that changed it last"},
    {"revision.seq", FIELD_MADE, 0, MADE_INTEGER, "sequence of the event that changed it last"},
    {"source", FIELD_TEXT, AT(mp_record, source), 0, "of the definition that stands"},
    {"note", FIELD_TEXT, AT(mp_record, note), 0, "of the definition that stands"},
    {"recorded_later", FIELD_MADE, 0, MADE_FLAG,
     "with --as-of: true when a figure in it was recorded after that day"},
};
static const struct field slot_fields[] = {
    {"date", FIELD_DATE, AT(mp_slot, date), 0, "last day of the period"},
    {"precision", FIELD_PRECISION, AT(mp_slot, date), 0, "how exact the date is"},
    {"stated_on", FIELD_DAY, AT(mp_slot, stated_on), 0, "day on which it was said"},
    {"reason", FIELD_CODE, AT(mp_slot, reason), MP_FAMILY_REASON, "why it moved"},
    {"seq", FIELD_SEQ, AT(mp_slot, seq), 0, "sequence of the statement"},
};
static const struct field key_fields[] = {
    {"public_key", FIELD_MADE, 0, MADE_TEXT, "40 characters of Z85"},
    {"added_seq", FIELD_MADE, 0, MADE_INTEGER, "when it was added"},
    {"revoked_seq", FIELD_MADE, 0, MADE_INTEGER, "when it was revoked; absent while it is valid"},
};

const struct field_table field_change = TABLE("every change", "", change_fields);
const struct field_table field_event = TABLE("event", "A change with its place.", event_fields);
const struct field_table field_common = TABLE("record", "What every record has.", common_fields);
const struct field_table field_slot = TABLE("slot", "A statement that stands.", slot_fields);
const struct field_table field_key = TABLE("key", "A key of an agency.", key_fields);

static const char *const made_names[] = {
    [MADE_TEXT] = "text",       [MADE_CODE] = "code",     [MADE_DAY] = "day",
    [MADE_INTEGER] = "integer", [MADE_NUMBER] = "number", [MADE_FLAG] = "boolean",
    [MADE_LIST] = "list",       [MADE_OBJECT] = "object",
};

static const char *type_name(const struct field *field)
{
    switch (field->type) {
    case FIELD_LIST:
        return "list of texts";
    case FIELD_DAY:
    case FIELD_DATE:
        return "day";
    case FIELD_COUNT:
    case FIELD_DAYS:
    case FIELD_DURATION:
    case FIELD_SEQ:
        return "integer";
    case FIELD_DECIMAL:
        return "number";
    case FIELD_FLAG:
        return "boolean";
    case FIELD_TIME:
        return "time";
    case FIELD_CODE:
    case FIELD_PRECISION:
        return "code";
    case FIELD_SLOT:
        return "object";
    case FIELD_MADE:
        return made_names[field->family];
    default:
        return "text";
    }
}

static void document_rows(FILE *out, const struct field_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->fields[i];

        (void)fprintf(out, "| `%s` | %s | %s", field->name, type_name(field), field->doc);
        if (field->type == FIELD_CODE)
            (void)fprintf(out, " (%s)", mp_code_names((enum mp_code_family)field->family));
        (void)fprintf(out, " |\n");
    }
}

static void document_head(FILE *out, const char *title, const char *about)
{
    (void)fprintf(out, "\n## %s\n\n", title);
    if (about != NULL && about[0] != '\0')
        (void)fprintf(out, "%s\n\n", about);
    (void)fprintf(out, "| field | type | what |\n|---|---|---|\n");
}

static void document(FILE *out, const struct field_table *table, const struct field_table *more)
{
    document_head(out, table->title, table->about);
    document_rows(out, table);
    if (more != NULL)
        document_rows(out, more);
}

void fields_document(FILE *out)
{
    (void)fprintf(
        out, "# JSON of the command line\n\n"
             "Made from the program's own tables (`milepost help json`). Days are `YYYY-MM-DD`, "
             "times are UTC.\nIntegers beyond 2^53 and numbers of more than 15 digits are texts. "
             "What is not known is absent,\nnever null. `-o json` gives an array (one object with "
             "`get`), `-o ndjson` an object a line.\n");
    document(out, &field_common, NULL);
    for (int kind = MP_KIND_TERM; kind <= MP_KIND_EPOCH; kind++) {
        size_t standings = MP_LENGTH(field_standings);
        const struct field_table *more = (size_t)kind < standings && field_standings[kind].count > 0
                                             ? &field_standings[kind]
                                             : NULL;
        document(out, &field_definitions[kind], more);
    }
    document(out, &field_slot, NULL);
    document(out, &field_key, NULL);
    document(out, &field_event, &field_change);
    (void)fprintf(out, "\nAn event has, besides, the fields of its kind of change. Those that "
                       "define a record have the\nfields of that record above; a history row has "
                       "`withdrawn_by` and `recorded_later` too.\n");
    for (size_t i = 0; i < MP_LENGTH(changes); i++)
        document(out, &changes[i], NULL);
}
