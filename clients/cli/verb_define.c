/* Definitions of what statements are about. */
#include "clients/cli/options.h"
#include "clients/cli/say.h"
#include "clients/cli/verbs.h"

const struct cli_command verb_project = {
    .name = "project",
    ARGUMENTS("ID", 1, 1),
    .summary = "define a project, or define it anew",
    .details = "ID is a path: sez/rashakai. A definition replaces the one before it whole.",
    .example = "milepost project sez/rashakai --title 'Rashakai zone' --programme cpec-2.0 --lead "
               "kpezdmc --status implementation",
    SAYS(MP_CHANGE_PROJECT, "id"),
    OPTIONS(TITLES, TEXT("programme", "CODE", "the programme it belongs to"),
            TEXT("lead", "AGENCY", "the agency that leads it"),
            CODE("status", MP_FAMILY_PROJECT_STATUS, "STATUS", "its status"),
            TEXT("parent", "PROJECT", "the project it is part of"),
            TEXT("corridor", "CODE", "code of its corridor; milepost list terms shows all"),
            TEXT("themes", "CODES", "themes, joined by ';'"),
            TEXT("regions", "CODES", "regions, joined by ';'"),
            TEXT("partners", "AGENCIES", "other agencies, joined by ';'"),
            TEXT("counterpart", "TEXT", "the body across the border"), STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_remove = {
    .name = "remove",
    ARGUMENTS("PROJECT", 1, 1),
    .summary = "remove a project; its history stays",
    .details = "",
    .example = "milepost remove gwadar/smart-port-city --note 'entered twice'",
    SAYS(MP_CHANGE_PROJECT_REMOVED, "id"),
    OPTIONS(STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_milestone = {
    .name = "milestone",
    ARGUMENTS("ID", 1, 1),
    .summary = "define a milestone, or define it anew",
    .details = "ID is PROJECT:SLUG. With --start and --duration it ends an activity.",
    .example = "milepost milestone sez/rashakai:completion --title Opening --type delivery",
    SAYS(MP_CHANGE_MILESTONE, "id"),
    OPTIONS(TITLES, CODE("type", MP_FAMILY_MILESTONE_TYPE, "TYPE", "its type"),
            TEXT("code", "CODE", "what it marks: groundbreaking, completion …"),
            NUMBER("weight", "N", "its share in the project's progress"),
            TEXT("start", "MILESTONE", "the milestone that starts its activity"),
            NUMBER("duration", "DAYS", "least days from that start"),
            TEXT("calendar", "NAME", "calendar of the duration; elapsed days when not given"),
            STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_cancel = {
    .name = "cancel",
    ARGUMENTS("MILESTONE", 1, 1),
    .summary = "cancel a milestone; its history stays",
    .details = "--note says why.",
    .example = "milepost cancel sez/rashakai:phase-1 --note 'dropped from the plan'",
    SAYS(MP_CHANGE_MILESTONE_CANCELLED, "id"),
    OPTIONS(STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_link = {
    .name = "link",
    ARGUMENTS("PREDECESSOR SUCCESSOR", 2, 2),
    .summary = "say that a milestone waits for another",
    .details = "A link that would close a cycle is refused, and the cycle is named.",
    .example = "milepost link ml-1:financing-agreement ml-1/karachi-rohri:groundbreaking --lag 90",
    SAYS(MP_CHANGE_LINK, "predecessor", "successor"),
    OPTIONS(LINK_TYPE,
            NUMBER("lag", "DAYS", "days between them, may be negative; none stated when not given"),
            TEXT("calendar", "NAME", "calendar of the lag; elapsed days when not given"),
            STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_unlink = {
    .name = "unlink",
    ARGUMENTS("PREDECESSOR SUCCESSOR", 2, 2),
    .summary = "take a link away",
    .details = "",
    .example = "milepost unlink ml-1:ecnec-approval ml-1:financing-agreement",
    SAYS(MP_CHANGE_LINK_REMOVED, "predecessor", "successor"),
    OPTIONS(LINK_TYPE, STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_term = {
    .name = "term",
    ARGUMENTS("SCHEME CODE", 2, 2),
    .summary = "define a programme, corridor, theme, region or source",
    .details = "SCHEME is one of programme, corridor, theme, region, source.",
    .example = "milepost term corridor growth --title 'Growth corridor'",
    SAYS(MP_CHANGE_TERM, "scheme", "code"),
    OPTIONS(TITLES, STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_indicator = {
    .name = "indicator",
    ARGUMENTS("CODE", 1, 1),
    .summary = "define an indicator",
    .details = "",
    .example = "milepost indicator exports-usd --title Exports --unit USD --direction ascending",
    SAYS(MP_CHANGE_INDICATOR, "code"),
    OPTIONS(TITLES, TEXT("unit", "TEXT", "its unit: USD, MW, km …"),
            TEXT("measure", "TEXT", "what exactly is measured"),
            CODE("direction", MP_FAMILY_DIRECTION, "WAY", "what is better"), STATEMENT),
    .run = say_verb,
};
