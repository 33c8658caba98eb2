/* Who may connect: the keys of every agency, kept from the ledger's own events (@agency/), live.
 * What a ZAP handler and a ROUTER ask before they let a byte further. */
#ifndef MP_CLIENT_REGISTRY_H
#define MP_CLIENT_REGISTRY_H

#include "clients/lib/feed.h"
#include "core/domain/codes.h"

struct mp_registry;

enum mp_key_state {
    MP_KEY_UNDECIDED, /* the registry is not complete yet: ask again soon */
    MP_KEY_UNKNOWN,
    MP_KEY_REVOKED,
    MP_KEY_VALID
};

struct mp_registered {
    enum mp_key_state state;
    enum mp_role role;  /* of a valid key's agency */
    const char *agency; /* borrowed until the next change; NULL unless known */
};

/* revoked: called when a key stops being valid, before anybody is asked again. May be NULL. */
typedef void (*mp_registry_revoked)(void *context, const uint8_t key[static 32]);

int mp_registry_open(struct mp_bus *bus, struct mp_loop *loop, const struct mp_endpoint *feed,
                     const struct mp_endpoint *ask, mp_registry_revoked revoked, void *context,
                     struct mp_registry **ret_registry) MP_CHECK_RESULT;
void mp_registry_close(struct mp_registry *registry);
MP_AUTO_DEFINE(struct mp_registry *, mp_registry_close);

struct mp_registered mp_registry_look_up(const struct mp_registry *registry,
                                         const uint8_t key[static 32]);
/* Complete at least once since it was opened. */
bool mp_registry_is_ready(const struct mp_registry *registry);
struct mp_feed_status mp_registry_status(const struct mp_registry *registry);
size_t mp_registry_key_count(const struct mp_registry *registry);

#endif
