/* The XPUB towards consoles: subscriptions in, rounds and heartbeats out; shut and opened again
 * when a key that came through it is revoked, or when a peer breaks the protocol. */
#ifndef MP_PUBLISH_DOOR_H
#define MP_PUBLISH_DOOR_H

#include "core/bus/bus.h"
#include "core/bus/loop.h"
#include "services/publish/fanout.h"

#define DOOR_DOMAIN "milepost-feed"

struct door;

struct door_options {
    const char *listen;
    const struct mp_key_pair *keys;
    struct fanout *fanout;
    int send_most; /* messages that wait for one subscriber */
    size_t connections_most;
};

int door_open(struct mp_bus *bus, struct mp_loop *loop, const struct door_options *options,
              struct door **ret_door) MP_CHECK_RESULT;
void door_close(struct door *door);

/* Whether heartbeats may be sent: the upstream is live. A stale feed is never called live. */
void door_set_live(struct door *door, bool live);
bool door_is_live(const struct door *door);

/* A fanout_send. */
void door_send(void *door, struct mp_span topic, struct mp_span payload);
void door_heartbeats(struct door *door);
void door_tick(struct door *door);

/* The ZAP handler let this key in; this key was revoked: nothing more is sent until the door is
 * open again. */
void door_admitted(struct door *door, const uint8_t key[static MP_KEY_BYTES]);
void door_revoked(struct door *door, const uint8_t key[static MP_KEY_BYTES]);
/* For a time, because it broke the protocol or asked for too much; NULL-safe. */
bool door_is_banned(const struct door *door, const uint8_t key[static MP_KEY_BYTES]);
/* Everybody has to come in again. */
void door_shut(struct door *door);

/* NULL-safe: 0. */
size_t door_connections(const struct door *door);
struct door_counts {
    uint64_t sent, refused, rebinds, banned, dropped;
};
struct door_counts door_counts(const struct door *door);

#endif
