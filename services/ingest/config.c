#include "services/ingest/config.h"

#include "core/base/auto.h"

#define AT(field) offsetof(struct ingest_config, field)

static const struct mp_conf_key keys[] = {
    {"listen", MP_CONF_ADDRESS, 0, 0, "tcp://127.0.0.1:7701", "where agencies submit (CURVE)",
     AT(listen)},
    {"key-file", MP_CONF_PATH, 0, 0, NULL, "CURVE keys of the services, mode 0600", AT(key_file)},
    {"ledger-submit", MP_CONF_ADDRESS, 0, 0, NULL, "the ledger's submit socket (ipc)",
     AT(ledger_submit)},
    {"ledger-feed", MP_CONF_ADDRESS, 0, 0, NULL, "the ledger's feed, for the registry (ipc)",
     AT(ledger_feed)},
    {"ledger-ask", MP_CONF_ADDRESS, 0, 0, NULL, "the ledger's ask socket, for the registry (ipc)",
     AT(ledger_ask)},
    {"control", MP_CONF_ADDRESS, 0, 0, NULL, "health, stats (ipc)", AT(control)},
    {"connections-most", MP_CONF_NUMBER, 1, 100000, "4096", "open connections of agencies",
     AT(connections_most)},
    {"in-flight-most", MP_CONF_NUMBER, 1, 1000000, "8192",
     "submissions handed to the ledger and not yet answered; beyond, agencies get busy",
     AT(in_flight_most)},
    {"log-level", MP_CONF_TEXT, 0, 0, "info", "debug, info, warn or error", AT(log_level)},
};

const struct mp_conf_table ingest_table = {
    .program = "milepost-ingest",
    .summary = "takes submissions from agencies and hands them to the ledger",
    .keys = keys,
    .key_count = MP_LENGTH(keys),
};
