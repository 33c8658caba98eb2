/* The table. Help, man pages, completion and the parser read it; nothing about a verb is said
 * anywhere else. Paragraphs of details are parted by an empty line; a line of an example is a
 * command. */
#include "clients/cli/options.h"
#include "clients/cli/verbs.h"
#include "core/base/auto.h"

/* Words and bounds of the arguments; then the options of a row. */
#define ARGUMENTS(text, least_, most_) .arguments = text, .least = least_, .most = most_
#define OPTIONS(table)                 .options = table, .option_count = MP_LENGTH(table)
/* A verb that states or defines: it writes, and takes the table's options. */
#define SAYS(table) .writes = true, OPTIONS(table)

#define WHERE_DATES                                                                                \
    "A date is a day (2029-06-30), a week (2029-W26), a month (2029-06), a quarter (2029-Q2), a "  \
    "half (2029-H1) or a year (2029): the last day of the period counts."

const struct cli_command cli_commands[] = {
    {.name = "init",
     ARGUMENTS("[FOLDER]", 0, 1),
     .summary = "make a new instance: keys, an empty record, configuration",
     .details = "Makes FOLDER (.milepost when not given) with the keys of the services and of the "
                "first authority, an empty record that knows both, and the configuration of every "
                "process. Nothing is started. A folder that holds something already is refused.",
     .example = "milepost init\nmilepost init /srv/milepost --authority planning --ports 7801",
     .writes = true,
     OPTIONS(cli_init_options),
     .run = verb_init},
    {.name = "up",
     ARGUMENTS("", 0, 0),
     .summary = "start ledger, ingest and publish and keep them running",
     .details = "Starts the processes of the instance, waits until each is healthy and prints "
                "their addresses. One that ends is started again, after 0.2 s at first and at most "
                "5 s. Their logs are in the instance's log folder. Ctrl-C or SIGTERM stops them in "
                "order: ingest, publish, ledger.",
     .example = "milepost up\nmilepost up --detach",
     OPTIONS(cli_up_options),
     .run = verb_up},
    {.name = "down",
     ARGUMENTS("", 0, 0),
     .summary = "stop what 'milepost up' started",
     .details = "Waits until every process is gone. It is no error when nothing runs.",
     .example = "milepost down",
     .run = verb_down},
    {.name = "health",
     ARGUMENTS("", 0, 0),
     .summary = "ask every process how it is",
     .details = "One row a process: process, state (ok, failing, unreachable), detail. Exit 0 only "
                "when all are ok; 5 when none answers.",
     .example = "milepost health",
     .run = verb_health},
    {.name = "stats",
     ARGUMENTS("", 0, 0),
     .summary = "counters of every process",
     .details = "One row a counter: process, name, value.",
     .example = "milepost stats -o csv",
     .run = verb_stats},

    {.name = "list",
     ARGUMENTS("projects|milestones|links|agencies|indicators|observations|terms|epochs", 1, 1),
     .summary = "list records, filtered",
     .details = "With --late only milestones that were met, are forecast or are overdue today "
                "after their approved baseline.\n\nFields are those of 'milepost help json'.",
     .example = "milepost list milestones --late -o json\n"
                "milepost list projects --corridor growth --region sindh",
     OPTIONS(cli_list_options),
     .run = verb_list},
    {.name = "get",
     ARGUMENTS("ID", 1, 1),
     .summary = "one record: a project, milestone, agency …",
     .details = "The id shows what it is: a project is a path, a milestone has a colon. --as-of "
                "gives it as it had been stated by a day; --as-recorded exactly as this ledger "
                "held it at a time.",
     .example = "milepost get gwadar/airport:opening\n"
                "milepost get gwadar/airport:opening --as-of 2022-06-30 -o json",
     OPTIONS(cli_get_options),
     .run = verb_get},
    {.name = "history",
     ARGUMENTS("ID", 1, 1),
     .summary = "every change of one record, with its source",
     .details = "Oldest first, withdrawn statements too, marked.",
     .example = "milepost history gwadar/airport:opening",
     OPTIONS(cli_history_options),
     .run = verb_history},
    {.name = "watch",
     ARGUMENTS("[PREFIX]", 0, 1),
     .summary = "follow changes as they are recorded",
     .details = "PREFIX is a project path with a slash at its end; everything when not given. Says "
                "on stderr whether it is live, catching up or stale. --timeout ends it with exit "
                "code 124.",
     .example = "milepost watch\nmilepost watch ml-1/ --count 1 --timeout 30 -o ndjson",
     OPTIONS(cli_watch_options),
     .run = verb_watch},
    {.name = "whoami",
     ARGUMENTS("", 0, 0),
     .summary = "role and grants of an identity",
     .details = "",
     .example = "milepost whoami --as ministry-of-railways",
     .run = verb_whoami},

    {.name = "forecast",
     ARGUMENTS("MILESTONE DATE", 2, 2),
     .summary = "say when a milestone is expected",
     .details = "A forecast that is later than what was expected needs a --reason.\n\n" WHERE_DATES,
     .example = "milepost forecast ml-1/karachi-rohri:completion 2029-06-30 --reason financing "
                "--as ministry-of-railways",
     SAYS(cli_forecast_options),
     .run = verb_forecast},
    {.name = "baseline",
     ARGUMENTS("MILESTONE DATE", 2, 2),
     .summary = "set a milestone's approved date",
     .details = "The first baseline is kept for ever. A later one needs an authority and a "
                "--reason.\n\n" WHERE_DATES,
     .example = "milepost baseline sez/rashakai:completion 2027-Q2 --source 'JCC-14 minutes'",
     SAYS(cli_baseline_options),
     .run = verb_baseline},
    {.name = "met",
     ARGUMENTS("MILESTONE DATE", 2, 2),
     .summary = "say that a milestone was met, and when",
     .details = "The agency's claim; a monitor confirms it beside it.\n\n" WHERE_DATES,
     .example = "milepost met gwadar/airport:opening 2025-01-20 --as aviation-division",
     SAYS(cli_statement_options),
     .run = verb_met},
    {.name = "confirm",
     ARGUMENTS("MILESTONE DATE", 2, 2),
     .summary = "confirm, as a monitor, that it was met",
     .details = WHERE_DATES,
     .example = "milepost confirm gwadar/airport:opening 2025-01-20 --as monitoring-unit",
     SAYS(cli_statement_options),
     .run = verb_confirm},
    {.name = "progress",
     ARGUMENTS("MILESTONE PERCENT", 2, 2),
     .summary = "say how far a milestone's work has come",
     .details = "From 0 to 100.",
     .example = "milepost progress ml-1/karachi-rohri:completion 37.5",
     SAYS(cli_statement_options),
     .run = verb_progress},
    {.name = "status",
     ARGUMENTS("SUBJECT STATUS", 2, 2),
     .summary = "state the status of a project or milestone",
     .details = "Of a project: identification, preparation, implementation, completion, "
                "maintenance, decommissioning, decommissioned, cancelled, suspended. Of a "
                "milestone: scheduled, met, notMet, partiallyMet.",
     .example = "milepost status gwadar/port-expansion implementation",
     SAYS(cli_statement_options),
     .run = verb_status},
    {.name = "suspend",
     ARGUMENTS("MILESTONE [DATE]", 1, 2),
     .summary = "say that work on a milestone has stopped",
     .details = "From DATE, today when not given. Needs a --reason.",
     .example = "milepost suspend gwadar/eastbay-expressway:completion --reason security",
     SAYS(cli_suspend_options),
     .run = verb_suspend},
    {.name = "resume",
     ARGUMENTS("MILESTONE [DATE]", 1, 2),
     .summary = "say that suspended work goes on",
     .details = "From DATE, today when not given.",
     .example = "milepost resume gwadar/eastbay-expressway:completion 2026-03-01",
     SAYS(cli_statement_options),
     .run = verb_resume},
    {.name = "observe",
     ARGUMENTS("PROJECT INDICATOR VALUE", 3, 3),
     .summary = "record the value of an indicator",
     .details = "Two sources may disagree: both stay.",
     .example = "milepost observe gwadar/port cargo-tonnes 120000 --kind actual --period 2025",
     SAYS(cli_observe_options),
     .run = verb_observe},
    {.name = "withdraw",
     ARGUMENTS("SEQ", 1, 1),
     .summary = "withdraw a statement, with a reason",
     .details = "It stays in the history and leaves the figures. --note says why and is required.",
     .example = "milepost withdraw 1042 --note 'wrong milestone'",
     SAYS(cli_statement_options),
     .run = verb_withdraw},

    {.name = "project",
     ARGUMENTS("ID", 1, 1),
     .summary = "define a project, or define it anew",
     .details = "ID is a path: sez/rashakai. A definition replaces the one before it whole.",
     .example = "milepost project sez/rashakai --title 'Rashakai zone' --programme cpec-2.0 --lead "
                "kpezdmc --status implementation",
     SAYS(cli_project_options),
     .run = verb_project},
    {.name = "remove",
     ARGUMENTS("PROJECT", 1, 1),
     .summary = "remove a project; its history stays",
     .details = "",
     .example = "milepost remove sez/draft --note 'entered twice'",
     SAYS(cli_statement_options),
     .run = verb_remove},
    {.name = "milestone",
     ARGUMENTS("ID", 1, 1),
     .summary = "define a milestone, or define it anew",
     .details = "ID is PROJECT:SLUG. With --start and --duration it ends an activity.",
     .example = "milepost milestone sez/rashakai:completion --title Opening --type delivery",
     SAYS(cli_milestone_options),
     .run = verb_milestone},
    {.name = "cancel",
     ARGUMENTS("MILESTONE", 1, 1),
     .summary = "cancel a milestone; its history stays",
     .details = "--note says why.",
     .example = "milepost cancel sez/rashakai:phase-3 --note 'dropped from the plan'",
     SAYS(cli_statement_options),
     .run = verb_cancel},
    {.name = "link",
     ARGUMENTS("PREDECESSOR SUCCESSOR", 2, 2),
     .summary = "say that a milestone waits for another",
     .details = "A link that would close a cycle is refused, and the cycle is named.",
     .example = "milepost link ml-1:financing-agreement ml-1/karachi-rohri:groundbreaking --lag 90",
     SAYS(cli_link_options),
     .run = verb_link},
    {.name = "unlink",
     ARGUMENTS("PREDECESSOR SUCCESSOR", 2, 2),
     .summary = "take a link away",
     .details = "",
     .example = "milepost unlink ml-1:financing-agreement ml-1/karachi-rohri:groundbreaking",
     SAYS(cli_unlink_options),
     .run = verb_unlink},
    {.name = "term",
     ARGUMENTS("SCHEME CODE", 2, 2),
     .summary = "define a programme, corridor, theme, region or source",
     .details = "SCHEME is one of programme, corridor, theme, region, source.",
     .example = "milepost term corridor growth --title 'Growth corridor'",
     SAYS(cli_term_options),
     .run = verb_term},
    {.name = "indicator",
     ARGUMENTS("CODE", 1, 1),
     .summary = "define an indicator",
     .details = "",
     .example = "milepost indicator exports-usd --title Exports --unit USD --direction ascending",
     SAYS(cli_indicator_options),
     .run = verb_indicator},

    {.name = "import",
     ARGUMENTS("PATH", 1, 1),
     .summary = "import a folder of CSV files, or one file",
     .details = "Each row goes in as the agency that states it. Errors name file, line and column. "
                "Importing again doubles nothing; an import that was cut goes on where it "
                "stopped.",
     .example = "milepost import portfolio --dry-run\nmilepost import portfolio",
     .writes = true,
     .run = verb_import},
    {.name = "outbox",
     ARGUMENTS("list|retry|drop [ID]", 1, 2),
     .summary = "what waits to be recorded, or was rejected",
     .details =
         "list shows what waits and what was rejected; retry sends what waits; drop ID "
         "takes out a rejected submission, or one that was never sent; drop --rejected every "
         "rejected one of the identity. list and retry ask the record first: after a restore "
         "they send again what it lacks.",
     .example = "milepost outbox list --as ministry-of-railways\n"
                "milepost outbox retry --timeout 60\nmilepost outbox drop --rejected",
     .writes = true,
     OPTIONS(cli_outbox_options),
     .run = verb_outbox},
    {.name = "agency",
     ARGUMENTS("define|grant|list|show [ID] [PREFIXES]", 1, 3),
     .summary = "register agencies and what they may write",
     .details = "define ID registers an agency, or defines it anew: what is not given stays as it "
                "is. grant ID PREFIXES adds "
                "project paths to its grants. list and show ID read. Writing needs an authority.",
     .example = "milepost agency define ministry-of-railways --title 'Ministry of Railways' "
                "--grants ml-1/\n"
                "milepost agency grant ministry-of-railways 'ml-2/;ml-3/'",
     .writes = true,
     OPTIONS(cli_agency_options),
     .run = verb_agency},
    {.name = "key",
     ARGUMENTS("new|show|list|add|revoke [ID] [KEY]", 1, 3),
     .summary = "make keys, register them, revoke them",
     .details = "new ID makes a key pair in this instance and prints its public key; show ID and "
                "list print public keys. add AGENCY KEY and revoke AGENCY KEY register and revoke "
                "a public key in the record, as an authority; KEY is 40 characters of Z85, or "
                "'own': the one of that identity here. A revoked key stops working at once.\n\n"
                "A public key that begins with '-' is written after '--'.",
     .example = "milepost key new ministry-of-railways\nmilepost key add ministry-of-railways own\n"
                "milepost key revoke ministry-of-railways own --note 'laptop lost'",
     .writes = true,
     OPTIONS(cli_key_options),
     .run = verb_key},

    {.name = "backup",
     ARGUMENTS("FOLDER", 1, 1),
     .summary = "copy the running record into a folder",
     .details = "Online: the ledger goes on working. The copy is whole and can be verified and "
                "restored.",
     .example = "milepost backup /srv/backups/2026-11-21",
     .writes = true,
     .run = verb_backup},
    {.name = "verify",
     ARGUMENTS("[FOLDER]", 0, 1),
     .summary = "prove that a record is whole",
     .details = "Checks the chain of hashes, every checksum and index, and rebuilds the state from "
                "the events. Without FOLDER a fresh copy of the running record is made and proved; "
                "when nothing runs, the record itself.",
     .example = "milepost verify\nmilepost verify /srv/backups/2026-11-21",
     .run = verb_verify},
    {.name = "restore",
     ARGUMENTS("FOLDER", 1, 1),
     .summary = "put a backup in the place of the record",
     .details = "Begins a new epoch. Nothing may be running. The record that was there is kept "
                "beside it as store.before-EPOCH. Agencies send again what the backup lacks.",
     .example = "milepost restore /srv/backups/2026-11-21 --why 'disk replaced'",
     .writes = true,
     OPTIONS(cli_restore_options),
     .run = verb_restore},
    {.name = "help",
     ARGUMENTS("[VERB]", 0, 2),
     .summary = "help on a verb, the JSON fields, man page, completion",
     .details = "help VERB; help json: every field of the output; help man [VERB]: the page in "
                "mdoc; help completion: for bash.",
     .example = "milepost help forecast\nmilepost help man | man -l -\n"
                "source <(milepost help completion)",
     .run = verb_help},
};
const size_t cli_command_count = MP_LENGTH(cli_commands);
