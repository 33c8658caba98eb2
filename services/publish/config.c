#include "services/publish/config.h"

#include "core/base/auto.h"

#define AT(field) offsetof(struct publish_config, field)

static const struct mp_conf_key keys[] = {
    {"listen-feed", MP_CONF_ADDRESS, 0, 0, "tcp://127.0.0.1:7702",
     "where consoles follow the record (CURVE)", AT(listen_feed)},
    {"listen-ask", MP_CONF_ADDRESS, 0, 0, "tcp://127.0.0.1:7703",
     "where questions are taken (CURVE)", AT(listen_ask)},
    {"key-file", MP_CONF_PATH, 0, 0, NULL, "CURVE keys of the services, mode 0600", AT(key_file)},
    {"upstream-feed", MP_CONF_ADDRESS, 0, 0, NULL,
     "feed of the ledger (ipc) or of another publish (tcp)", AT(upstream_feed)},
    {"upstream-ask", MP_CONF_ADDRESS, 0, 0, NULL,
     "ask socket of the ledger (ipc) or of another publish (tcp)", AT(upstream_ask)},
    {"upstream-key", MP_CONF_TEXT, 0, 0, "",
     "public key of the other publish (Z85); only for tcp upstreams", AT(upstream_key)},
    {"control", MP_CONF_ADDRESS, 0, 0, NULL, "health, stats (ipc)", AT(control)},
    {"connections-most", MP_CONF_NUMBER, 1, 100000, "4096", "open connections on each socket",
     AT(connections_most)},
    {"subscriptions-most", MP_CONF_NUMBER, 1, 1000000, "20000",
     "different topics subscribed at once, by everybody together", AT(subscriptions_most)},
    {"subscriptions-each", MP_CONF_NUMBER, 1, 1000000, "1024",
     "subscriptions that one key may hold", AT(subscriptions_each)},
    {"asks-most", MP_CONF_NUMBER, 1, 256, "256", "questions under way; beyond, askers get busy",
     AT(asks_most)},
    {"send-most", MP_CONF_NUMBER, 1, 1000000, "5000",
     "messages that wait for one slow console (and 32 MiB); beyond, it misses some and asks",
     AT(send_most)},
    {"log-level", MP_CONF_TEXT, 0, 0, "info", "debug, info, warn or error", AT(log_level)},
};

const struct mp_conf_table publish_table = {
    .program = "milepost-publish",
    .summary = "sends the feed to consoles and to other publish processes, passes questions on",
    .keys = keys,
    .key_count = MP_LENGTH(keys),
};
