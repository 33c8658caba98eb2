/* Configuration of the ledger, one table. */
#ifndef MP_LEDGER_CONFIG_H
#define MP_LEDGER_CONFIG_H

#include "core/conf/conf.h"

struct ledger_config {
    const char *store;
    int64_t map_bytes;
    const char *submit;
    const char *ask;
    const char *feed;
    const char *control;
    int64_t zone_minutes;
    int64_t group_most;
    const char *log_level;
};

extern const struct mp_conf_table ledger_table;

/* Modes: milepost-ledger init | verify | restore. */
struct init_config {
    const char *store;
    int64_t map_bytes;
    int64_t zone_minutes;
    const char *authority;
    const char *authority_title;
    const char *authority_key;
    const char *service_key;
};
extern const struct mp_conf_table init_table;

struct verify_config {
    const char *store;
    const char *scratch;
    int64_t zone_minutes;
};
extern const struct mp_conf_table verify_table;

struct restore_config {
    const char *from;
    const char *store;
    int64_t map_bytes;
    int64_t zone_minutes;
    int64_t at_least;
    const char *by;
    const char *why;
};
extern const struct mp_conf_table restore_table;

#endif
