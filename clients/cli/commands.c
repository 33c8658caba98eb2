/* The table: the verbs in the order of the help, and the options that each of them takes. */
#include "clients/cli/verbs.h"

const struct cli_command *const cli_commands[] = {
    &verb_init,      &verb_up,       &verb_down,    &verb_health,   &verb_stats,    &verb_list,
    &verb_get,       &verb_history,  &verb_watch,   &verb_slippage, &verb_trend,    &verb_critical,
    &verb_explain,   &verb_whatif,   &verb_report,  &verb_policy,   &verb_calendar, &verb_whoami,
    &verb_forecast,  &verb_baseline, &verb_met,     &verb_confirm,  &verb_progress, &verb_status,
    &verb_suspend,   &verb_resume,   &verb_observe, &verb_withdraw, &verb_project,  &verb_remove,
    &verb_milestone, &verb_cancel,   &verb_link,    &verb_unlink,   &verb_term,     &verb_indicator,
    &verb_import,    &verb_outbox,   &verb_agency,  &verb_key,      &verb_backup,   &verb_verify,
    &verb_restore,   &verb_help,     NULL,
};

const struct cli_option cli_common_options[] = {
    {"dir", 'd', CLI_PATH, 0, "PATH",
     "the instance; else $MILEPOST_DIR, else .milepost here or above", NULL},
    {"as", 0, CLI_AGENCY, 0, "AGENCY",
     "act as this identity; else $MILEPOST_AS, else the instance's default", NULL},
    {"output", 'o', CLI_FORMAT, 0, "FORMAT",
     "table, json, ndjson or csv; some verbs have svg, md or html", NULL},
    {"timeout", 0, CLI_TEXT, 0, "SECONDS", "wait at most this long for an answer; 10 by default",
     NULL},
    {"dry-run", 0, CLI_FLAG, 0, NULL,
     "show what would be sent; check its form, the grant for it, and that all it names is "
     "there: not the rules of the ledger",
     NULL},
    {"no-color", 0, CLI_FLAG, 0, NULL, "no colours; also with $NO_COLOR", NULL},
    {"help", 'h', CLI_FLAG, 0, NULL, "this help", NULL},
    {"version", 0, CLI_FLAG, 0, NULL, "the version", NULL},
    {0},
};
