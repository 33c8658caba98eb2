/* Statements about milestones, projects and indicators: one row a kind, and no code but for the one
 * that is about either. */
#include "clients/cli/options.h"
#include "clients/cli/say.h"
#include "clients/cli/verbs.h"

#include <string.h>

#define WHERE_DATES                                                                                \
    "A date is a day (2029-06-30), a week (2029-W26), a month (2029-06), a quarter (2029-Q2), a "  \
    "half (2029-H1) or a year (2029): the last day of the period counts."
#define PRECISION                                                                                  \
    CODE("precision", MP_FAMILY_PRECISION, "P", "what period the date ends, where it does not show")

const struct cli_command verb_forecast = {
    .name = "forecast",
    ARGUMENTS("MILESTONE DATE", 2, 2),
    .summary = "say when a milestone is expected",
    .details = "A forecast that is later than what was expected needs a --reason.\n\n" WHERE_DATES,
    .example = "milepost forecast ml-1/karachi-rohri:completion 2029-06-30 --reason financing "
               "--as ministry-of-railways",
    SAYS(MP_CHANGE_FORECAST, "milestone", "date"),
    OPTIONS(REASON, PRECISION, STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_baseline = {
    .name = "baseline",
    ARGUMENTS("MILESTONE DATE", 2, 2),
    .summary = "set a milestone's approved date",
    .details = "The first baseline is kept for ever. A later one needs an authority and a "
               "--reason.\n\n" WHERE_DATES,
    .example = "milepost baseline sez/rashakai:completion 2027-Q2 --source 'JCC-14 minutes'",
    SAYS(MP_CHANGE_BASELINE, "milestone", "date"),
    OPTIONS(REASON,
            FLAG("recalled", "an original date learned late; it does not replace the approved one"),
            PRECISION, STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_met = {
    .name = "met",
    ARGUMENTS("MILESTONE DATE", 2, 2),
    .summary = "say that a milestone was met, and when",
    .details = "The agency's claim; a monitor confirms it beside it.\n\n" WHERE_DATES,
    .example = "milepost met gwadar/airport:opening 2025-01-20 --as aviation-division",
    SAYS(MP_CHANGE_MET, "milestone", "date"),
    OPTIONS(STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_confirm = {
    .name = "confirm",
    ARGUMENTS("MILESTONE DATE", 2, 2),
    .summary = "confirm, as a monitor, that it was met",
    .details = WHERE_DATES,
    .example = "milepost confirm gwadar/airport:opening 2025-01-20 --as monitoring-unit",
    SAYS(MP_CHANGE_CONFIRMED, "milestone", "date"),
    OPTIONS(STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_progress = {
    .name = "progress",
    ARGUMENTS("MILESTONE PERCENT", 2, 2),
    .summary = "say how far a milestone's work has come",
    .details = "From 0 to 100.",
    .example = "milepost progress ml-1/karachi-rohri:completion 37.5",
    SAYS(MP_CHANGE_PROGRESS, "milestone", "percent"),
    OPTIONS(STATEMENT),
    .run = say_verb,
};

/* A colon makes the subject a milestone. */
static int run_status(struct cli *cli)
{
    struct say say;
    bool is_milestone = strchr(cli->arguments[0], ':') != NULL;
    int status = say_begin(cli, MP_CHANGE_STATUS, &say);

    if (status != CLI_OK)
        return status;
    say_field(&say, is_milestone ? "milestone" : "project", cli->arguments[0]);
    say_field(&say, is_milestone ? "milestone_status" : "project_status", cli->arguments[1]);
    return say_finish(&say);
}

const struct cli_command verb_status = {
    .name = "status",
    ARGUMENTS("SUBJECT STATUS", 2, 2),
    .summary = "state the status of a project or milestone",
    .details = "Of a project: identification, preparation, implementation, completion, "
               "maintenance, decommissioning, decommissioned, cancelled, suspended. Of a "
               "milestone: scheduled, met, notMet, partiallyMet.",
    .example = "milepost status gwadar/port-expansion implementation",
    SAYS(MP_CHANGE_STATUS, NULL),
    OPTIONS(STATEMENT),
    .run = run_status,
};

const struct cli_command verb_suspend = {
    .name = "suspend",
    ARGUMENTS("MILESTONE [DATE]", 1, 2),
    .summary = "say that work on a milestone has stopped",
    .details = "From DATE, today when not given. Needs a --reason.",
    .example = "milepost suspend gwadar/eastbay-expressway:completion --reason security",
    SAYS(MP_CHANGE_SUSPENSION, "milestone", "date"),
    OPTIONS(REASON, STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_resume = {
    .name = "resume",
    ARGUMENTS("MILESTONE [DATE]", 1, 2),
    .summary = "say that suspended work goes on",
    .details = "From DATE, today when not given.",
    .example = "milepost resume gwadar/eastbay-expressway:completion 2026-03-01",
    SAYS(MP_CHANGE_RESUMPTION, "milestone", "date"),
    OPTIONS(STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_observe = {
    .name = "observe",
    ARGUMENTS("PROJECT INDICATOR VALUE", 3, 3),
    .summary = "record the value of an indicator",
    .details = "Two sources may disagree: both stay.",
    .example = "milepost observe gwadar cargo-volume 120000 --kind actual --period 2025",
    SAYS(MP_CHANGE_OBSERVATION, "project", "indicator", "value"),
    OPTIONS(OPTION("kind", CLI_CODE, MP_FAMILY_OBSERVATION_KIND, "KIND",
                   "target, actual or claimed", "observation_kind"),
            TEXT("period", "PERIOD", "2029, or START..END in days"),
            TEXT("region", "CODE", "the region it is about"), STATEMENT),
    .run = say_verb,
};

const struct cli_command verb_withdraw = {
    .name = "withdraw",
    ARGUMENTS("SEQ", 1, 1),
    .summary = "withdraw a statement, with a reason",
    .details = "It stays in the history and leaves the figures. --note says why and is required.",
    .example = "milepost withdraw 960 --note 'wrong milestone'",
    SAYS(MP_CHANGE_WITHDRAWAL, "withdraws"),
    OPTIONS(STATEMENT),
    .run = say_verb,
};
