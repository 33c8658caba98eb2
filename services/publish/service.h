/* The publish process: XPUB and ROUTER towards consoles, a subscriber towards the ledger (or
 * another publish), registry, ZAP, control. */
#ifndef MP_PUBLISH_SERVICE_H
#define MP_PUBLISH_SERVICE_H

#include "services/publish/config.h"

/* Runs until SIGTERM or SIGINT; the exit status. */
int publish_run(const struct publish_config *config);

#endif
