/* An instance: a folder (.milepost) with the configuration, keys, store, outboxes and sockets of
 * one Milepost on this machine, or of a console that talks to one elsewhere.
 *
 *   client.yaml       where the services are, their public key, the default identity, the zone
 *   ledger.yaml ingest.yaml publish.yaml      of the services, where they run here
 *   keys/ID.key       CURVE keys of identities (0600); keys/services.key of the services
 *   store/  outbox/ID/  run/ (sockets, pid)  log/
 */
#ifndef MP_CLI_INSTANCE_H
#define MP_CLI_INSTANCE_H

#include "clients/cli/command.h"
#include "clients/lib/client.h"
#include "core/conf/conf.h"

/* In the order in which they start. */
enum { SERVICE_LEDGER, SERVICE_INGEST, SERVICE_PUBLISH, SERVICE_COUNT };
extern const char *const instance_services[SERVICE_COUNT]; /* their names */

struct instance {
    const char *folder;              /* absolute */
    const char *submit, *feed, *ask; /* addresses */
    const char *server_key;
    const char *identity; /* default of --as for writing */
    const char *reader;   /* default identity for reading */
    int64_t zone_minutes;
    const char *controls[SERVICE_COUNT]; /* sockets; "" when not here */
};

/* Finds and reads it. On failure says why on stderr and returns an exit code; else 0. */
int instance_open(struct cli *cli, struct instance *ret_instance);
/* folder/name in the arena. */
const char *instance_path(struct cli *cli, const struct instance *instance, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* keys/ID.key */
const char *instance_key(struct cli *cli, const struct instance *instance, const char *id);
/* Makes and keeps a key pair; 0 or an error. */
int instance_new_key(const char *path, struct mp_key_pair *ret_pair) MP_CHECK_RESULT;
/* One question to a control socket: the answer in the arena, NULL with *ret_error. */
char *instance_ask_control(struct mp_arena *arena, const char *control, const char *word,
                           int64_t timeout_ms, int *ret_error);
/* The configuration of client.yaml: its names, for whoever writes one. */
extern const struct mp_conf_table instance_table;
/* The folder that --dir, MILEPOST_DIR or the search names, absolute, in the arena; NULL when there
 * is none. */
const char *instance_find(struct cli *cli);
/* Where the ipc sockets of an instance in that folder are: its run folder, or where that is too
 * long for a socket one of the user's own under /tmp. In the arena; not made. */
const char *instance_run_folder(struct mp_arena *arena, const char *folder);
/* Makes it, or looks whether it is a folder of ours that nobody else can enter: 0, MP_EPERM. */
int instance_make_private(const char *path) MP_CHECK_RESULT;
/* The services run here and not elsewhere; else says so. */
bool instance_is_local(const struct instance *instance);
/* The services should run here and none of their control sockets takes a connection. */
bool instance_is_down(const struct instance *instance);
/* Says so; returns CLI_UNREACHABLE. */
int instance_say_down(void);
/* A client as the identity (NULL: --as, or the default); with its outbox when writes. On failure
 * says why and returns an exit code. Also tells on stderr how many submissions wait or were
 * rejected unseen. */
int instance_client(struct cli *cli, const struct instance *instance, const char *identity,
                    bool writes, struct mp_client **ret_client);
/* Civil day today in the instance's zone. */
int32_t instance_today(const struct instance *instance);

#endif
