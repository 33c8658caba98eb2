#include "services/ledger/config.h"

#include "core/base/auto.h"

#define AT(field) offsetof(struct ledger_config, field)

static const struct mp_conf_key ledger_keys[] = {
    {"store", MP_CONF_PATH, 0, 0, "store", "folder of the record (LMDB); local disk only",
     AT(store)},
    {"map-bytes", MP_CONF_BYTES, 1 << 20, INT64_C(1) << 46, "64GiB",
     "address space kept for the record; disk is used as it grows", AT(map_bytes)},
    {"submit", MP_CONF_ADDRESS, 0, 0, NULL, "where ingest hands over submissions (ipc)",
     AT(submit)},
    {"ask", MP_CONF_ADDRESS, 0, 0, NULL, "where questions are answered (ipc)", AT(ask)},
    {"feed", MP_CONF_ADDRESS, 0, 0, NULL, "where events are published (ipc)", AT(feed)},
    {"control", MP_CONF_ADDRESS, 0, 0, NULL, "health, stats, backup (ipc)", AT(control)},
    {"zone-minutes", MP_CONF_NUMBER, -720, 840, "300",
     "the programme's civil time, minutes east of Greenwich", AT(zone_minutes)},
    {"group-most", MP_CONF_NUMBER, 1, 65536, "4096", "submissions in one commit, at most",
     AT(group_most)},
    {"log-level", MP_CONF_TEXT, 0, 0, "info", "debug, info, warn or error", AT(log_level)},
};

const struct mp_conf_table ledger_table = {
    .program = "milepost-ledger",
    .summary = "decides, keeps and answers: the one process that owns the record",
    .keys = ledger_keys,
    .key_count = MP_LENGTH(ledger_keys),
};

#undef AT
#define AT(field) offsetof(struct init_config, field)

static const struct mp_conf_key init_keys[] = {
    {"store", MP_CONF_PATH, 0, 0, NULL, "folder to make the record in", AT(store)},
    {"map-bytes", MP_CONF_BYTES, 1 << 20, INT64_C(1) << 46, "64GiB", "address space",
     AT(map_bytes)},
    {"zone-minutes", MP_CONF_NUMBER, -720, 840, "300", "the programme's civil time",
     AT(zone_minutes)},
    {"authority", MP_CONF_TEXT, 0, 0, NULL, "id of the first authority", AT(authority)},
    {"authority-title", MP_CONF_TEXT, 0, 0, NULL, "its name", AT(authority_title)},
    {"authority-key", MP_CONF_TEXT, 0, 0, NULL, "its public key (Z85)", AT(authority_key)},
    {"service-key", MP_CONF_TEXT, 0, 0, NULL, "public key of this instance's services (Z85)",
     AT(service_key)},
};

const struct mp_conf_table init_table = {
    .program = "milepost-ledger init",
    .summary = "makes a new record with its first authority",
    .keys = init_keys,
    .key_count = MP_LENGTH(init_keys),
};

#undef AT
#define AT(field) offsetof(struct verify_config, field)

static const struct mp_conf_key verify_keys[] = {
    {"store", MP_CONF_PATH, 0, 0, NULL, "folder of a copy, or of a stopped record", AT(store)},
    {"scratch", MP_CONF_PATH, 0, 0, NULL, "folder to rebuild the state in; made, then removed",
     AT(scratch)},
    {"zone-minutes", MP_CONF_NUMBER, -720, 840, "300", "the programme's civil time",
     AT(zone_minutes)},
};

const struct mp_conf_table verify_table = {
    .program = "milepost-ledger verify",
    .summary = "proves a record: chain, checks, indexes, state",
    .keys = verify_keys,
    .key_count = MP_LENGTH(verify_keys),
};

#undef AT
#define AT(field) offsetof(struct restore_config, field)

static const struct mp_conf_key restore_keys[] = {
    {"from", MP_CONF_PATH, 0, 0, NULL, "folder of the backup", AT(from)},
    {"store", MP_CONF_PATH, 0, 0, NULL, "new folder for the record", AT(store)},
    {"map-bytes", MP_CONF_BYTES, 1 << 20, INT64_C(1) << 46, "64GiB", "address space",
     AT(map_bytes)},
    {"zone-minutes", MP_CONF_NUMBER, -720, 840, "300", "the programme's civil time",
     AT(zone_minutes)},
    {"at-least", MP_CONF_NUMBER, 0, INT64_MAX, "0", "the new epoch is larger than this",
     AT(at_least)},
    {"by", MP_CONF_TEXT, 0, 0, NULL, "who restores", AT(by)},
    {"why", MP_CONF_TEXT, 0, 0, NULL, "and why: it stays in the record", AT(why)},
};

const struct mp_conf_table restore_table = {
    .program = "milepost-ledger restore",
    .summary = "makes a record from a backup and begins a new epoch",
    .keys = restore_keys,
    .key_count = MP_LENGTH(restore_keys),
};
