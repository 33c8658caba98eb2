/* Configuration of ingest, one table. */
#ifndef MP_INGEST_CONFIG_H
#define MP_INGEST_CONFIG_H

#include "core/conf/conf.h"

struct ingest_config {
    const char *listen;
    const char *key_file;
    const char *ledger_submit;
    const char *ledger_feed;
    const char *ledger_ask;
    const char *control;
    int64_t connections_most;
    int64_t in_flight_most;
    const char *log_level;
};

extern const struct mp_conf_table ingest_table;

#endif
