/* The options that verbs take, for the rows of commands.c. Each length is that of its table. */
#ifndef MP_CLI_OPTIONS_H
#define MP_CLI_OPTIONS_H

#include "clients/cli/command.h"

#define CLI_STATEMENT_OPTIONS 7 /* those that every statement and definition takes */

extern const struct cli_option cli_init_options[5];
extern const struct cli_option cli_up_options[1];
extern const struct cli_option cli_restore_options[1];
extern const struct cli_option cli_key_options[2];
extern const struct cli_option cli_agency_options[8];
extern const struct cli_option cli_outbox_options[1];

extern const struct cli_option cli_statement_options[CLI_STATEMENT_OPTIONS];
extern const struct cli_option cli_baseline_options[3 + CLI_STATEMENT_OPTIONS];
extern const struct cli_option cli_forecast_options[2 + CLI_STATEMENT_OPTIONS];
extern const struct cli_option cli_suspend_options[1 + CLI_STATEMENT_OPTIONS];
extern const struct cli_option cli_observe_options[3 + CLI_STATEMENT_OPTIONS];
extern const struct cli_option cli_project_options[12 + CLI_STATEMENT_OPTIONS];
extern const struct cli_option cli_milestone_options[9 + CLI_STATEMENT_OPTIONS];
extern const struct cli_option cli_link_options[3 + CLI_STATEMENT_OPTIONS];
extern const struct cli_option cli_unlink_options[1 + CLI_STATEMENT_OPTIONS];
extern const struct cli_option cli_term_options[3 + CLI_STATEMENT_OPTIONS];
extern const struct cli_option cli_indicator_options[6 + CLI_STATEMENT_OPTIONS];

extern const struct cli_option cli_get_options[3];
extern const struct cli_option cli_history_options[3];
extern const struct cli_option cli_list_options[12];
extern const struct cli_option cli_watch_options[2];

#endif
