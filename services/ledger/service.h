/* The ledger's threads: the writer (submissions, commits, feed), the reader (questions), and the
 * main thread (signals, control). One thread a socket. */
#ifndef MP_LEDGER_SERVICE_H
#define MP_LEDGER_SERVICE_H

#include "services/ledger/config.h"

/* Runs until SIGTERM or SIGINT; the exit status. */
int ledger_run(const struct ledger_config *config);

/* The other modes; exit statuses. */
int ledger_init(const struct init_config *config);
int ledger_verify(const struct verify_config *config);
int ledger_restore(const struct restore_config *config);

#endif
