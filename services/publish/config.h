/* Configuration of publish, one table. */
#ifndef MP_PUBLISH_CONFIG_H
#define MP_PUBLISH_CONFIG_H

#include "core/conf/conf.h"

struct publish_config {
    const char *listen_feed;
    const char *listen_ask;
    const char *key_file;
    const char *upstream_feed;
    const char *upstream_ask;
    const char *upstream_key;
    const char *control;
    int64_t connections_most;
    int64_t subscriptions_most;
    int64_t subscriptions_each;
    int64_t asks_most;
    int64_t send_most;
    const char *log_level;
};

extern const struct mp_conf_table publish_table;

#endif
