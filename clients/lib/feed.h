/* A subscription on a loop: SUB and asker sockets around the state machine. What publish, ingest,
 * watch and every other reader use. */
#ifndef MP_CLIENT_FEED_H
#define MP_CLIENT_FEED_H

#include "clients/lib/asker.h"
#include "clients/lib/subscription.h"

struct mp_feed;

struct mp_feed_options {
    struct mp_endpoint feed; /* XPUB of ledger or publish */
    struct mp_endpoint ask;  /* ROUTER of ledger or publish */
    struct mp_subscription_options subscription;
    /* deliver, status, positions, epoch; ask is the feed's own affair and ignored here. */
    struct mp_subscription_effects effects;
    /* Optional: after each drained round of messages (publish flushes here). */
    void (*drained)(void *context);
};

int mp_feed_open(struct mp_bus *bus, struct mp_loop *loop, const struct mp_feed_options *options,
                 struct mp_feed **ret_feed) MP_CHECK_RESULT;
void mp_feed_close(struct mp_feed *feed);
MP_AUTO_DEFINE(struct mp_feed *, mp_feed_close);
struct mp_feed_status mp_feed_status(const struct mp_feed *feed);

#endif
