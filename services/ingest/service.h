/* The ingest process: ROUTER towards agencies, DEALER towards the ledger, registry, ZAP, control.
 */
#ifndef MP_INGEST_SERVICE_H
#define MP_INGEST_SERVICE_H

#include "services/ingest/config.h"

/* Runs until SIGTERM or SIGINT; the exit status. */
int ingest_run(const struct ingest_config *config);

#endif
