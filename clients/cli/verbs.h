/* The rows of the command table, each beside its code. */
#ifndef MP_CLI_VERBS_H
#define MP_CLI_VERBS_H

#include "clients/cli/command.h"

/* instance and care */
extern const struct cli_command verb_init, verb_up, verb_down, verb_health, verb_stats, verb_key,
    verb_agency, verb_backup, verb_verify, verb_restore, verb_help;
/* asking */
extern const struct cli_command verb_list, verb_get, verb_history, verb_watch, verb_whoami;
/* how it stands */
extern const struct cli_command verb_slippage, verb_trend, verb_critical, verb_explain, verb_whatif,
    verb_report, verb_policy, verb_calendar;
/* stating */
extern const struct cli_command verb_forecast, verb_baseline, verb_met, verb_confirm, verb_progress,
    verb_status, verb_suspend, verb_resume, verb_observe, verb_withdraw;
/* defining */
extern const struct cli_command verb_project, verb_remove, verb_milestone, verb_cancel, verb_link,
    verb_unlink, verb_term, verb_indicator;
extern const struct cli_command verb_import, verb_outbox;

#endif
