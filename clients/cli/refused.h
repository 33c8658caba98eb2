/* Whether the services refuse an identity's key. To a client that is refused they are silent, so
 * that a socket of its own has to listen for it. */
#ifndef MP_CLI_REFUSED_H
#define MP_CLI_REFUSED_H

#include "clients/cli/instance.h"
#include "core/bus/link.h"

struct refused {
    bool is_refused; /* set while the client's loop runs */
    struct mp_key_pair keys;
    uint8_t server_key[MP_KEY_BYTES];
    void *socket;
    struct mp_link *link;
};

/* The keys of the identity and of the services; says why not on stderr and returns an exit code. */
int refused_keys(struct cli *cli, const struct instance *instance, const char *identity,
                 struct mp_key_pair *ret_keys, uint8_t ret_server_key[static MP_KEY_BYTES]);
/* Listens at the address, on the client's loop; keys are filled in already. kind: what that side
 * serves, for another is turned away before its key is looked at: SUB for the feed, else DEALER. 0
 * or an error. */
int refused_open(struct refused *refused, struct mp_client *client, enum mp_socket_kind kind,
                 const char *address) MP_CHECK_RESULT;
/* Before the client is closed. Forgets the keys; safe to repeat. */
void refused_close(struct refused *refused);
/* Listens for a moment where questions or submissions are taken: for saying why nobody answered. */
bool refused_ask(struct cli *cli, const struct instance *instance, const char *identity,
                 struct mp_client *client, const char *address);
/* "the key of … is refused at …"; returns CLI_NOT_ALLOWED. */
int refused_say(const char *identity, const char *address);

#endif
