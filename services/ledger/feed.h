/* The ledger's own feed: everything (f/ with h/!) for publish and its like, and @agency/ for those
 * who keep the registry. */
#ifndef MP_LEDGER_FEED_H
#define MP_LEDGER_FEED_H

#include "core/bus/bus.h"
#include "store/store.h"

struct feed;

int feed_open(struct mp_bus *bus, const char *address, struct mp_store *store,
              struct feed **ret_feed) MP_CHECK_RESULT;
void feed_close(struct feed *feed);
void *feed_socket(struct feed *feed);
/* Takes in what subscribers want; answers a new heartbeat subscription with a heartbeat at once. */
void feed_read(struct feed *feed);
/* Sends the events of a commit. Returns how many messages could not be sent (subscribers will see
 * the hole). */
size_t feed_events(struct feed *feed, const struct mp_batch_events *events);
void feed_heartbeat(struct feed *feed);

#endif
