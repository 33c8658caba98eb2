#include "clients/cli/fields_table.h"

#include "core/base/auto.h"
#include "core/domain/record.h"

#include <string.h>

#define AT(structure, member) offsetof(struct structure, member)
#define FIELD(name, type, offset, detail, doc)                                                     \
    {                                                                                              \
        name, FIELD_##type, offset, detail, doc, NULL                                              \
    }
#define TABLE(title, about, rows)                                                                  \
    {                                                                                              \
        title, about, rows, MP_LENGTH(rows)                                                        \
    }

#define MADE(name, type, doc)                                                                      \
    {                                                                                              \
        name, FIELD_MADE, 0, 0, doc, type                                                          \
    }
#define TITLES(structure)                                                                          \
    FIELD("title", TEXT, AT(structure, title.en), 0, "name in English; title_ur, title_zh"),       \
        FIELD("title_ur", TEXT, AT(structure, title.ur), 0, NULL),                                 \
        FIELD("title_zh", TEXT, AT(structure, title.zh), 0, NULL)

static const struct field term[] = {
    FIELD("scheme", CODE, AT(mp_term, scheme), MP_FAMILY_SCHEME, "programme, corridor, …"),
    FIELD("code", TEXT, AT(mp_term, code), 0, "the word within its scheme"),
    TITLES(mp_term),
    FIELD("published_on", DAY, AT(mp_term, published_on), 0, "sources: day of publication"),
};

static const struct field agency[] = {
    FIELD("id", ID, AT(mp_agency, id), 0, NULL),
    TITLES(mp_agency),
    FIELD("role", CODE, AT(mp_agency, role), MP_FAMILY_ROLE, "what it may do"),
    FIELD("grants", LIST, AT(mp_agency, grants), 0, "prefixes under which it may write"),
    FIELD("report_interval_days", COUNT, AT(mp_agency, report_interval_days), MP_INTERVAL_MOST,
          "how often it has to report"),
};

static const struct field project[] = {
    FIELD("id", ID, AT(mp_project, id), 0, NULL),
    FIELD("parent", TEXT, AT(mp_project, parent), 0, "project above it"),
    FIELD("programme", TEXT, AT(mp_project, programme), 0, "code of the programme"),
    TITLES(mp_project),
    FIELD("corridor", TEXT, AT(mp_project, corridor), 0, "code of the corridor"),
    FIELD("themes", LIST, AT(mp_project, themes), 0, "codes of themes"),
    FIELD("regions", LIST, AT(mp_project, regions), 0, "codes of regions"),
    FIELD("lead_agency", TEXT, AT(mp_project, lead_agency), 0, "agency that leads it"),
    FIELD("partners", LIST, AT(mp_project, partners), 0, "other leading agencies"),
    FIELD("counterpart", TEXT, AT(mp_project, counterpart), 0, "the other side's body"),
    FIELD("status", CODE, AT(mp_project, status), MP_FAMILY_PROJECT_STATUS,
          "in a record the status that holds: of the definition or of the last statement"),
};

static const struct field milestone[] = {
    FIELD("id", ID, AT(mp_milestone, id), 0, NULL),
    TITLES(mp_milestone),
    FIELD("type", CODE, AT(mp_milestone, type), MP_FAMILY_MILESTONE_TYPE, "OC4IDS type"),
    FIELD("code", TEXT, AT(mp_milestone, code), 0, "open code, such as completion"),
    FIELD("weight", COUNT, AT(mp_milestone, weight), MP_WEIGHT_MOST,
          "weight among its project's milestones"),
    FIELD("start", TEXT, AT(mp_milestone, start), 0, "milestone that starts its activity"),
    FIELD("duration_days", DURATION, AT(mp_milestone, duration_days), MP_DURATION_MOST,
          "least days from the start"),
    FIELD("calendar", TEXT, AT(mp_milestone, calendar), 0, "calendar of the duration"),
};

static const struct field link[] = {
    FIELD("predecessor", TEXT, AT(mp_link, predecessor), 0, "milestone that comes first"),
    FIELD("successor", TEXT, AT(mp_link, successor), 0, "milestone that waits for it"),
    FIELD("type", CODE, AT(mp_link, type), MP_FAMILY_LINK_TYPE, "which ends are linked"),
    FIELD("lag_days", LAG, AT(mp_link, lag_days), MP_LAG_MOST,
          "days between them, may be negative; absent when nobody stated any"),
    FIELD("calendar", TEXT, AT(mp_link, calendar), 0, "calendar of the lag"),
};

static const struct field indicator[] = {
    FIELD("code", TEXT, AT(mp_indicator, code), 0, "its code"),
    TITLES(mp_indicator),
    FIELD("unit", TEXT, AT(mp_indicator, unit), 0, "unit of its figures"),
    FIELD("measure", TEXT, AT(mp_indicator, measure), 0, "unit or percentage"),
    FIELD("direction", CODE, AT(mp_indicator, direction), MP_FAMILY_DIRECTION, "what is better"),
};

static const struct field observation[] = {
    FIELD("indicator", TEXT, AT(mp_observation, indicator), 0, "code of the indicator"),
    FIELD("project", TEXT, AT(mp_observation, project), 0, "project the figure is of"),
    FIELD("observation_kind", CODE, AT(mp_observation, kind), MP_FAMILY_OBSERVATION_KIND,
          "what the figure is"),
    FIELD("value", DECIMAL, AT(mp_observation, value), 0, "the figure, in the indicator's unit"),
    FIELD("period", PERIOD, AT(mp_observation, period_start), 0, NULL),
    FIELD("period_start", DAY, AT(mp_observation, period_start), 0, "first day of its period"),
    FIELD("period_end", DAY, AT(mp_observation, period_end), 0, "last day of its period"),
    FIELD("region", TEXT, AT(mp_observation, region), 0, "code of the region"),
};

static const struct field calendar[] = {
    FIELD("name", TEXT, AT(mp_calendar_version, name), 0, "its name; the id is NAME@VALID_FROM"),
    FIELD("valid_from", DAY, AT(mp_calendar_version, valid_from), 0,
          "first day that this version rules"),
    FIELD("weekend", WEEKEND, AT(mp_calendar_version, weekend), 0, "days of the week off work"),
    FIELD("days", SPECIAL_DAYS, 0, 0, "holidays and make-up days: objects as under *special day*"),
};

static const struct field policy[] = {
    FIELD("programme", TEXT, AT(mp_policy, programme), 0,
          "code of the programme, or default; the id is PROGRAMME@VALID_FROM"),
    FIELD("valid_from", DAY, AT(mp_policy, valid_from), 0, "first day that this version rules"),
    FIELD("amber_days", NUMBER, AT(mp_policy, amber_days), MP_POLICY_DAYS_MOST,
          "days late at which amber begins"),
    FIELD("red_days", NUMBER, AT(mp_policy, red_days), MP_POLICY_DAYS_MOST,
          "days late at which red begins"),
    FIELD("amber_percent", NUMBER, AT(mp_policy, amber_percent), MP_POLICY_PERCENT_MOST,
          "percent of the planned duration at which amber begins; 0: days alone"),
    FIELD("red_percent", NUMBER, AT(mp_policy, red_percent), MP_POLICY_PERCENT_MOST,
          "percent of the planned duration at which red begins; 0: days alone"),
    FIELD("grey_days", NUMBER, AT(mp_policy, grey_days), MP_POLICY_DAYS_MOST,
          "days after an expected date with no word until the grey zone"),
    FIELD("report_days", NUMBER, AT(mp_policy, report_days), MP_INTERVAL_MOST,
          "days between reports of agencies that have no interval; 0: none"),
    FIELD("least_for_index", NUMBER, AT(mp_policy, least_for_index), MP_WEIGHT_MOST,
          "milestones below which no index is given"),
};

static const struct field epoch[] = {
    FIELD("restored_head", SEQ, AT(mp_epoch_start, restored_head), 0,
          "last sequence that the restore kept"),
    FIELD("by", TEXT, AT(mp_epoch_start, by), 0, "who restored"),
    FIELD("why", TEXT, AT(mp_epoch_start, why), 0, "why"),
};

const struct field_table field_definitions[MP_KIND_LAST + 1] = {
    [MP_KIND_TERM] = TABLE("term", "A programme, corridor, theme, region or source.", term),
    [MP_KIND_AGENCY] = TABLE("agency", "Who reports.", agency),
    [MP_KIND_PROJECT] = TABLE("project", "A project of the programme.", project),
    [MP_KIND_MILESTONE] = TABLE("milestone", "A milestone of a project.", milestone),
    [MP_KIND_LINK] = TABLE("link", "A dependency between two milestones.", link),
    [MP_KIND_INDICATOR] = TABLE("indicator", "What is counted.", indicator),
    [MP_KIND_OBSERVATION] = TABLE("observation", "A figure of an indicator.", observation),
    [MP_KIND_EPOCH] = TABLE("epoch", "A restore of the record.", epoch),
    [MP_KIND_CALENDAR] = TABLE("calendar", "A version of a calendar of working days.", calendar),
    [MP_KIND_POLICY] = TABLE(
        "policy", "A version of what a programme's colours mean, and when it is silence.", policy),
};

static const struct field agency_standing[] = {
    MADE("keys", "list", "its keys: objects as under *key*"),
};

static const struct field project_standing[] = {
    FIELD("defined_on", DAY, AT(mp_project_record, defined_on), 0, "day of the definition"),
    MADE("status_stated_on", "day", "day of the last status statement"),
    FIELD("status_seq", SEQ, AT(mp_project_record, stated.seq), 0, "sequence of that statement"),
};

static const struct field milestone_standing[] = {
    MADE("status", "code", "scheduled, met, notMet, partiallyMet, suspended or cancelled"),
    MADE("late", "boolean",
         "true when met after, forecast for after, or overdue today against its approved baseline"),
    MADE("baseline.first", "object", "first recorded baseline: a *slot*"),
    MADE("baseline.approved", "object", "last baseline that was not recalled: a *slot*"),
    FIELD("forecast", SLOT, AT(mp_milestone_record, forecast), 0, "last forecast: a *slot*"),
    FIELD("met", SLOT, AT(mp_milestone_record, met), 0, "met, as the agency claims: a *slot*"),
    FIELD("confirmed", SLOT, AT(mp_milestone_record, confirmed), 0,
          "met, as a monitor confirmed: a *slot*"),
    MADE("expected.date", "day",
         "later stated of last forecast and last re-baseline, else the first baseline"),
    MADE("expected.precision", "code", "precision of that date"),
    MADE("slip_days.first", "integer", "days late against the first baseline, with today"),
    MADE("slip_days.approved", "integer", "days late against the approved baseline"),
    MADE("progress.percent", "number", "last stated progress"),
    MADE("progress.stated_on", "day", "day on which it was said"),
    MADE("progress.seq", "integer", "its sequence"),
    FIELD("suspended", SLOT, AT(mp_milestone_record, suspension), 0,
          "last suspension, resumed or not: a *slot*"),
    FIELD("resumed", SLOT, AT(mp_milestone_record, resumption), 0, "last resumption: a *slot*"),
    FIELD("cancelled", SEQ, AT(mp_milestone_record, cancelled_seq), 0,
          "sequence of its cancelling"),
};

static const struct field calendar_standing[] = {
    MADE("special_days", "integer", "how many holidays and make-up days it has"),
};

static const struct field observation_standing[] = {
    FIELD("stated_on", DAY, AT(mp_observation_record, stated_on), 0, "day on which it was said"),
    FIELD("said_by", TEXT, AT(mp_observation_record, said_by), 0, "who said it"),
    FIELD("source", TEXT, AT(mp_observation_record, source), 0, "where it can be read"),
    FIELD("withdrawn_by", SEQ, AT(mp_observation_record, withdrawn_by), 0,
          "sequence of its withdrawal"),
};

const struct field_table field_standings[MP_KIND_LAST + 1] = {
    [MP_KIND_AGENCY] = TABLE("agency", "", agency_standing),
    [MP_KIND_PROJECT] = TABLE("project", "", project_standing),
    [MP_KIND_MILESTONE] = TABLE("milestone", "", milestone_standing),
    [MP_KIND_OBSERVATION] = TABLE("observation", "", observation_standing),
    [MP_KIND_CALENDAR] = TABLE("calendar", "", calendar_standing),
};

static const struct field key_change[] = {
    FIELD("id", ID, AT(mp_key, agency), 0, NULL),
    FIELD("agency_key", KEY, AT(mp_key, public_key), 0, "the public key, 40 characters of Z85"),
};
static const struct field dated[] = {
    FIELD("milestone", TEXT, AT(mp_dated, milestone), 0, "id of the milestone"),
    FIELD("date", DATE, AT(mp_dated, date), 0, "last day of the period"),
    FIELD("precision", PRECISION, AT(mp_dated, date), 0, "how exact the date is"),
    FIELD("reason", CODE, AT(mp_dated, reason), MP_FAMILY_REASON, "why it moved"),
    FIELD("recalled", FLAG, AT(mp_dated, recalled), 0,
          "re-baselines: an original that was learned late"),
};
static const struct field progress[] = {
    FIELD("milestone", TEXT, AT(mp_progress, milestone), 0, "id of the milestone"),
    FIELD("percent", DECIMAL, AT(mp_progress, percent), 0, "0 to 100"),
};
static const struct field status[] = {
    FIELD("project", TEXT, AT(mp_status, project), 0, "id of the project"),
    FIELD("milestone", TEXT, AT(mp_status, milestone), 0, "id of the milestone"),
    FIELD("project_status", CODE, AT(mp_status, project_status), MP_FAMILY_PROJECT_STATUS,
          "status of the project"),
    FIELD("milestone_status", CODE, AT(mp_status, milestone_status), MP_FAMILY_MILESTONE_STATUS,
          "status of the milestone"),
};
static const struct field withdrawal[] = {
    FIELD("withdraws", SEQ, AT(mp_withdrawal, seq), 0, "sequence of the statement"),
    FIELD("withdrawn_kind", CODE, AT(mp_withdrawal, withdrawn_kind), MP_FAMILY_CHANGE,
          "what kind of statement it was"),
    FIELD("withdrawn_stated_on", DAY, AT(mp_withdrawal, withdrawn_stated_on), 0,
          "when that was said"),
};

static const struct field removed[] = {
    FIELD("id", ID, 0, 0, NULL),
};

enum { KEY, DATED, PROGRESS, STATUS, WITHDRAWAL };
const struct field_table field_changes[FIELD_CHANGE_TABLES] = {
    [KEY] = TABLE("key-added, key-revoked", "", key_change),
    [DATED] = TABLE("baseline, forecast, met, confirmed, suspension, resumption", "", dated),
    [PROGRESS] = TABLE("progress", "", progress),
    [STATUS] = TABLE("status", "", status),
    [WITHDRAWAL] = TABLE("withdrawal", "", withdrawal),
};
static const struct field_table removals = TABLE("", "", removed);

static const struct field_table *const of_changes[MP_CHANGE_LAST + 1] = {
    [MP_CHANGE_TERM] = &field_definitions[MP_KIND_TERM],
    [MP_CHANGE_AGENCY] = &field_definitions[MP_KIND_AGENCY],
    [MP_CHANGE_KEY_ADDED] = &field_changes[KEY],
    [MP_CHANGE_KEY_REVOKED] = &field_changes[KEY],
    [MP_CHANGE_PROJECT] = &field_definitions[MP_KIND_PROJECT],
    [MP_CHANGE_PROJECT_REMOVED] = &removals,
    [MP_CHANGE_MILESTONE] = &field_definitions[MP_KIND_MILESTONE],
    [MP_CHANGE_MILESTONE_CANCELLED] = &removals,
    [MP_CHANGE_LINK] = &field_definitions[MP_KIND_LINK],
    [MP_CHANGE_LINK_REMOVED] = &field_definitions[MP_KIND_LINK],
    [MP_CHANGE_INDICATOR] = &field_definitions[MP_KIND_INDICATOR],
    [MP_CHANGE_BASELINE] = &field_changes[DATED],
    [MP_CHANGE_FORECAST] = &field_changes[DATED],
    [MP_CHANGE_MET] = &field_changes[DATED],
    [MP_CHANGE_CONFIRMED] = &field_changes[DATED],
    [MP_CHANGE_SUSPENSION] = &field_changes[DATED],
    [MP_CHANGE_RESUMPTION] = &field_changes[DATED],
    [MP_CHANGE_PROGRESS] = &field_changes[PROGRESS],
    [MP_CHANGE_STATUS] = &field_changes[STATUS],
    [MP_CHANGE_OBSERVATION] = &field_definitions[MP_KIND_OBSERVATION],
    [MP_CHANGE_WITHDRAWAL] = &field_changes[WITHDRAWAL],
    [MP_CHANGE_EPOCH_STARTED] = &field_definitions[MP_KIND_EPOCH],
    [MP_CHANGE_CALENDAR] = &field_definitions[MP_KIND_CALENDAR],
    [MP_CHANGE_POLICY] = &field_definitions[MP_KIND_POLICY],
};

const struct field_table *field_of_change(enum mp_change_kind kind)
{
    static const struct field_table none = {NULL, NULL, NULL, 0};

    return kind > 0 && kind <= MP_CHANGE_LAST && of_changes[kind] != NULL ? of_changes[kind]
                                                                          : &none;
}

const struct field *field_find(const struct field_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->fields[i].name, name) == 0)
            return &table->fields[i];
    }
    return NULL;
}

static const struct field change_fields[] = {
    FIELD("stated_on", DAY, AT(mp_change, stated_on), 0, "day on which it was said"),
    FIELD("said_by", TEXT, AT(mp_change, said_by), 0, "who said it"),
    FIELD("note", TEXT, AT(mp_change, note), 0, "in our own words"),
    FIELD("source", TEXT, AT(mp_change, source.reference), 0, "document, address or letter"),
    FIELD("page", TEXT, AT(mp_change, source.page), 0, "page within it"),
    FIELD("sha256", HASH, AT(mp_change, source), 0, "SHA-256 of the document"),
};
static const struct field event_fields[] = {
    FIELD("seq", SEQ, AT(mp_event, seq), 0, "its place in the record, contiguous from 1"),
    FIELD("prev", SEQ, AT(mp_event, prev), 0, "sequence before it on the same topic"),
    FIELD("epoch", SEQ, AT(mp_event, epoch), 0, "epoch it was recorded in"),
    FIELD("recorded_at", TIME, AT(mp_event, recorded_at_us), 0, "when, UTC"),
    FIELD("agency", TEXT, AT(mp_event, agency), 0, "who submitted it"),
    FIELD("topic", TEXT, AT(mp_event, topic), 0, "its topic"),
    FIELD("submission", UUID, AT(mp_event, submission), 0, "id of the submission"),
    FIELD("index", COUNT, AT(mp_event, index), 0, "place in the submission, from 0"),
    MADE("kind", "code", "kind of change"),
    MADE("subject", "text", "id of the record that it changed"),
    MADE("subject_kind", "code", "kind of that record"),
};
static const struct field common_fields[] = {
    MADE("kind", "code",
         "term, agency, project, milestone, link, indicator, observation, epoch, calendar, policy"),
    MADE("id", "text", "the record's id"),
    MADE("removed", "boolean", "true when it was removed, cancelled or unlinked"),
    MADE("revision.epoch", "integer", "epoch of the event that changed it last"),
    MADE("revision.seq", "integer", "sequence of the event that changed it last"),
    FIELD("source", TEXT, AT(mp_record, source), 0, "of the definition that stands"),
    FIELD("note", TEXT, AT(mp_record, note), 0, "of the definition that stands"),
    MADE("recorded_later", "boolean",
         "with --as-of: true when a figure in it was recorded after that day"),
};
static const struct field slot_fields[] = {
    FIELD("date", DATE, AT(mp_slot, date), 0, "last day of the period"),
    FIELD("precision", PRECISION, AT(mp_slot, date), 0, "how exact the date is"),
    FIELD("stated_on", DAY, AT(mp_slot, stated_on), 0, "day on which it was said"),
    FIELD("reason", CODE, AT(mp_slot, reason), MP_FAMILY_REASON, "why it moved"),
    FIELD("seq", SEQ, AT(mp_slot, seq), 0, "sequence of the statement"),
};
#define KEY_AT(member) offsetof(__typeof__(*((struct mp_agency_record *)NULL)->keys), member)
static const struct field key_fields[] = {
    FIELD("public_key", KEY, KEY_AT(public_key), 0, "40 characters of Z85"),
    FIELD("added_seq", SEQ, KEY_AT(added_seq), 0, "when it was added"),
    FIELD("revoked_seq", SEQ, KEY_AT(revoked_seq), 0,
          "when it was revoked; absent while it is valid"),
};
static const struct field special_day_fields[] = {
    FIELD("date", DAY, AT(mp_calendar_day, day), 0, "the day"),
    FIELD("kind", CODE, AT(mp_calendar_day, kind), MP_FAMILY_CALENDAR_DAY,
          "nobody works, or it is worked though the weekend says otherwise"),
    FIELD("name", TEXT, AT(mp_calendar_day, name), 0, "what is kept"),
    FIELD("estimated", FLAG, AT(mp_calendar_day, is_estimated), 0,
          "nobody has announced it yet: it may move"),
};
/* Objects within a milestone's. */
static const struct field baseline_fields[] = {
    FIELD("first", SLOT, AT(mp_milestone_record, first), 0, NULL),
    FIELD("approved", SLOT, AT(mp_milestone_record, approved), 0, NULL),
};
static const struct field progress_fields[] = {
    FIELD("percent", DECIMAL, AT(mp_milestone_record, progress.percent), 0, NULL),
    FIELD("stated_on", DAY, AT(mp_milestone_record, progress.stated_on), 0, NULL),
    FIELD("seq", SEQ, AT(mp_milestone_record, progress.seq), 0, NULL),
};

const struct field_table field_change = TABLE("every change", "", change_fields);
const struct field_table field_event = TABLE("event", "A change with its place.", event_fields);
const struct field_table field_common = TABLE("record", "What every record has.", common_fields);
const struct field_table field_slot = TABLE("slot", "A statement that stands.", slot_fields);
const struct field_table field_baseline = TABLE("", "", baseline_fields);
const struct field_table field_progress = TABLE("", "", progress_fields);
const struct field_table field_key = TABLE("key", "A key of an agency.", key_fields);
const struct field_table field_special_day = TABLE(
    "special day", "A day on which a calendar is not as its weekend says.", special_day_fields);
