/* What the rows of the command table run. Each returns an exit code. */
#ifndef MP_CLI_VERBS_H
#define MP_CLI_VERBS_H

#include "clients/cli/command.h"

/* instance and care: verb_instance.c, verb_up.c, verb_key.c, verb_agency.c, verb_care.c */
int verb_init(struct cli *cli);
int verb_up(struct cli *cli);
int verb_down(struct cli *cli);
int verb_key(struct cli *cli);    /* key new|show|list|revoke|add */
int verb_agency(struct cli *cli); /* agency define|grant|list|show */
int verb_backup(struct cli *cli);
int verb_restore(struct cli *cli);
int verb_verify(struct cli *cli);
int verb_health(struct cli *cli);
int verb_stats(struct cli *cli);
int verb_help(struct cli *cli); /* help [VERB|json|man VERB|completion] */

/* saying: verb_say.c (one verb a kind of change), verb_define.c, verb_outbox.c, import*.c */
int verb_baseline(struct cli *cli);
int verb_forecast(struct cli *cli);
int verb_met(struct cli *cli);
int verb_confirm(struct cli *cli);
int verb_progress(struct cli *cli);
int verb_status(struct cli *cli);
int verb_suspend(struct cli *cli);
int verb_resume(struct cli *cli);
int verb_observe(struct cli *cli);
int verb_withdraw(struct cli *cli);
int verb_project(struct cli *cli);
int verb_remove(struct cli *cli);
int verb_milestone(struct cli *cli);
int verb_cancel(struct cli *cli);
int verb_link(struct cli *cli);
int verb_unlink(struct cli *cli);
int verb_term(struct cli *cli);
int verb_indicator(struct cli *cli);
int verb_outbox(struct cli *cli); /* outbox list|retry|drop */
int verb_import(struct cli *cli);

/* asking: verb_ask.c, verb_watch.c */
int verb_whoami(struct cli *cli);
int verb_get(struct cli *cli);
int verb_list(struct cli *cli);
int verb_history(struct cli *cli);
int verb_watch(struct cli *cli);

#endif
