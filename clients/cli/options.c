#include "clients/cli/options.h"

#include "core/base/auto.h"
#include "core/domain/codes.h"

#define TEXT(name, argument, help)                                                                 \
    {                                                                                              \
        name, 0, CLI_TEXT, 0, argument, help                                                       \
    }
#define NUMBER(name, argument, help)                                                               \
    {                                                                                              \
        name, 0, CLI_NUMBER, 0, argument, help                                                     \
    }
#define DATE(name, argument, help)                                                                 \
    {                                                                                              \
        name, 0, CLI_DATE, 0, argument, help                                                       \
    }
#define CODE(name, family, argument, help)                                                         \
    {                                                                                              \
        name, 0, CLI_CODE, family, argument, help                                                  \
    }
#define FLAG(name, help)                                                                           \
    {                                                                                              \
        name, 0, CLI_FLAG, 0, NULL, help                                                           \
    }

#define STATEMENT                                                                                  \
    DATE("stated-on", "DAY", "the day it was said; today when not given"),                         \
        TEXT("said-by", "TEXT", "who said it, in words"),                                          \
        TEXT("note", "TEXT", "a remark that stays with it"),                                       \
        TEXT("source", "TEXT", "document, page address or letter it comes from"),                  \
        TEXT("page", "TEXT", "page or paragraph of the source"),                                   \
        TEXT("sha256", "HEX", "SHA-256 of the source document"),                                   \
        TEXT("expect", "EPOCH:SEQ",                                                                \
             "refuse it if the record has changed since this revision; 0:0: it must not exist")

#define TITLES                                                                                     \
    TEXT("title", "TEXT", "its name"), TEXT("title-ur", "TEXT", "its name in Urdu"),               \
        TEXT("title-zh", "TEXT", "its name in Chinese")
#define REASON                                                                                     \
    CODE("reason", MP_FAMILY_REASON, "CODE", "why: needed when it gets later; 'unknown' is one")
#define PRECISION                                                                                  \
    CODE("precision", MP_FAMILY_PRECISION, "P", "what period the date ends, where it does not show")
#define AS_OF                                                                                      \
    DATE("as-of", "DAY", "as it had been stated by that day"),                                     \
        TEXT("as-recorded", "TIME", "as this ledger held it then: 2026-01-31T12:00:00Z")
#define KIND                                                                                       \
    CODE("kind", MP_FAMILY_KIND, "KIND", "which kind of record, where the id does not show it")

const struct cli_option cli_common_options[] = {
    {"dir", 'd', CLI_PATH, 0, "PATH",
     "the instance; else $MILEPOST_DIR, else .milepost here or above"},
    {"as", 0, CLI_AGENCY, 0, "AGENCY",
     "act as this identity; else $MILEPOST_AS, else the instance's default"},
    {"output", 'o', CLI_FORMAT, 0, "FORMAT", "table, json, ndjson or csv"},
    {"timeout", 0, CLI_TEXT, 0, "SECONDS", "wait at most this long for an answer; 10 by default"},
    {"dry-run", 0, CLI_FLAG, 0, NULL,
     "check its form and show what would be sent; the ledger's own rules are not asked"},
    {"no-color", 0, CLI_FLAG, 0, NULL, "no colours; also with $NO_COLOR"},
    {"help", 'h', CLI_FLAG, 0, NULL, "this help"},
    {"version", 0, CLI_FLAG, 0, NULL, "the version"},
};
const size_t cli_common_option_count = MP_LENGTH(cli_common_options);

const struct cli_option cli_init_options[] = {
    TEXT("authority", "ID", "identity of the first authority; 'authority' by default"),
    TEXT("authority-title", "TEXT", "its name"),
    NUMBER("ports", "N", "use the ports N, N+1 and N+2; else the first three free from 7701 on"),
    TEXT("listen", "HOST", "address to listen on; 127.0.0.1 by default"),
    TEXT("zone", "+HH:MM", "the programme's civil time; +05:00 by default"),
};

const struct cli_option cli_up_options[] = {
    FLAG("detach", "return when every process is healthy, leave them running"),
};

const struct cli_option cli_restore_options[] = {
    TEXT("why", "TEXT", "why it is restored; stays in the record (required)"),
};

const struct cli_option cli_key_options[] = {
    TEXT("note", "TEXT", "why; stays in the record"),
    TEXT("source", "TEXT", "letter or document that asks for it"),
};

const struct cli_option cli_agency_options[] = {
    TITLES,
    CODE("role", MP_FAMILY_ROLE, "ROLE", "what it may do; agency by default"),
    TEXT("grants", "PREFIXES", "project paths it may write under: \"ml-1/;gwadar/\"; \"/\" is all"),
    NUMBER("interval", "DAYS", "days between its reports"),
    TEXT("note", "TEXT", "a remark that stays with it"),
    TEXT("source", "TEXT", "letter or document that asks for it"),
};

const struct cli_option cli_outbox_options[] = {
    FLAG("rejected", "drop: everything of this identity that was rejected"),
};

const struct cli_option cli_statement_options[] = {STATEMENT};

const struct cli_option cli_baseline_options[] = {
    REASON,
    FLAG("recalled", "an original date learned late; it does not replace the approved one"),
    PRECISION,
    STATEMENT,
};

const struct cli_option cli_forecast_options[] = {REASON, PRECISION, STATEMENT};
const struct cli_option cli_suspend_options[] = {REASON, STATEMENT};

const struct cli_option cli_observe_options[] = {
    CODE("kind", MP_FAMILY_OBSERVATION_KIND, "KIND", "target, actual or claimed"),
    TEXT("period", "PERIOD", "2029, or START..END in days"),
    TEXT("region", "CODE", "the region it is about"),
    STATEMENT,
};

const struct cli_option cli_project_options[] = {
    TITLES,
    TEXT("programme", "CODE", "the programme it belongs to"),
    TEXT("lead", "AGENCY", "the agency that leads it"),
    CODE("status", MP_FAMILY_PROJECT_STATUS, "STATUS", "its status"),
    TEXT("parent", "PROJECT", "the project it is part of"),
    TEXT("corridor", "CODE", "growth, livelihood, innovation, green or openness"),
    TEXT("themes", "CODES", "themes, joined by ';'"),
    TEXT("regions", "CODES", "regions, joined by ';'"),
    TEXT("partners", "AGENCIES", "other agencies, joined by ';'"),
    TEXT("counterpart", "TEXT", "the body across the border"),
    STATEMENT,
};

const struct cli_option cli_milestone_options[] = {
    TITLES,
    CODE("type", MP_FAMILY_MILESTONE_TYPE, "TYPE", "its type"),
    TEXT("code", "CODE", "what it marks: groundbreaking, completion …"),
    NUMBER("weight", "N", "its share in the project's progress"),
    TEXT("start", "MILESTONE", "the milestone that starts its activity"),
    NUMBER("duration", "DAYS", "least days from that start"),
    TEXT("calendar", "NAME", "calendar of the duration; elapsed days when not given"),
    STATEMENT,
};

const struct cli_option cli_link_options[] = {
    CODE("type", MP_FAMILY_LINK_TYPE, "TYPE", "FS, SS, FF or SF; FS by default"),
    NUMBER("lag", "DAYS", "days between them; may be negative"),
    TEXT("calendar", "NAME", "calendar of the lag; elapsed days when not given"),
    STATEMENT,
};

const struct cli_option cli_unlink_options[] = {
    CODE("type", MP_FAMILY_LINK_TYPE, "TYPE", "FS, SS, FF or SF; FS by default"),
    STATEMENT,
};

const struct cli_option cli_term_options[] = {TITLES, STATEMENT};

const struct cli_option cli_indicator_options[] = {
    TITLES,
    TEXT("unit", "TEXT", "its unit: USD, MW, km …"),
    TEXT("measure", "TEXT", "what exactly is measured"),
    CODE("direction", MP_FAMILY_DIRECTION, "WAY", "what is better"),
    STATEMENT,
};

const struct cli_option cli_get_options[] = {KIND, AS_OF};
const struct cli_option cli_history_options[] = {KIND, AS_OF};

const struct cli_option cli_list_options[] = {
    TEXT("prefix", "PREFIX", "under this project path: ml-1/"),
    TEXT("programme", "CODE", "of this programme"),
    TEXT("corridor", "CODE", "of this corridor"),
    TEXT("region", "CODE", "of this region"),
    TEXT("agency", "AGENCY", "led by this agency"),
    TEXT("status", "STATUS", "with this status"),
    CODE("role", MP_FAMILY_ROLE, "ROLE", "agencies with this role"),
    TEXT("indicator", "CODE", "observations of this indicator"),
    FLAG("late", "milestones met, forecast or overdue after their approved baseline"),
    FLAG("removed", "removed and cancelled ones too"),
    AS_OF,
};

const struct cli_option cli_watch_options[] = {
    NUMBER("since", "SEQ", "first everything after this sequence; 0 is from the beginning"),
    NUMBER("count", "N", "end after this many changes"),
};
