/* Publish without sockets: how many events each prefix has, who wants which, and the messages of
 * one round.
 *
 * Counts are kept for every prefix of every topic (a node each), so a heartbeat costs a look-up.
 * Events are gathered during a round and leave as one message for the whole feed and one a topic
 * that somebody follows: several events in one message when they wait, one when they don't. */
#ifndef MP_PUBLISH_FANOUT_H
#define MP_PUBLISH_FANOUT_H

#include "core/base/auto.h"
#include "proto/ask.h"
#include "proto/codec.h"

#define FANOUT_NODES_MOST  1000000
#define FANOUT_ROUND_BYTES (256u << 10) /* a round is flushed when it is this large */

struct fanout;

int fanout_new(size_t subscriptions_most, size_t subscriptions_each,
               struct fanout **ret_fanout) MP_CHECK_RESULT;
void fanout_free(struct fanout *fanout);
MP_AUTO_DEFINE(struct fanout *, fanout_free);

/* Forgets counts, keeps subscriptions: a new epoch. */
void fanout_reset(struct fanout *fanout);
/* A topic's position as the ledger gave it. */
int fanout_load(struct fanout *fanout, const char *topic, uint64_t last,
                uint64_t count) MP_CHECK_RESULT;
/* The head that the loaded positions and the events so far make. */
void fanout_set_head(struct fanout *fanout, uint64_t epoch, uint64_t restored_head, uint64_t head);
uint64_t fanout_head(const struct fanout *fanout);

/* The next event (contiguous). Copies the bytes. Those that a loaded position covers already are
 * sent, not counted. */
int fanout_event(struct fanout *fanout, const struct mp_event_place *place,
                 struct mp_span event) MP_CHECK_RESULT;
bool fanout_is_full(const struct fanout *fanout);

/* Calls send for each message of the round, then begins a new one. */
typedef void (*fanout_send)(void *context, struct mp_span topic, struct mp_span payload);
void fanout_flush(struct fanout *fanout, fanout_send send, void *context);

/* A subscription message (1 or 0, topic) of the key's holder; 32 zero bytes for the end of one
 * whose holder is not known. true: admit it to the socket; *ret_heartbeat says that a heartbeat on
 * that topic should follow at once. Malformed topics and those beyond a cap are not admitted;
 * *ret_refused says which (a static sentence). A key holds a topic once, however many of its
 * connections follow it. */
bool fanout_subscription(struct fanout *fanout, const uint8_t key[static 32],
                         struct mp_span message, bool *ret_heartbeat, const char **ret_refused);
/* A cap was reached while places are still held by connections that broke: opening the socket anew
 * would tell who is still there. */
bool fanout_is_worn(const struct fanout *fanout);
/* The socket was closed: nobody subscribes any more. */
void fanout_forget_subscriptions(struct fanout *fanout);

/* Heartbeats: of one h/ topic, or of all that are subscribed. They count what has been sent: a
 * round that waits leaves before them. */
void fanout_heartbeat(struct fanout *fanout, struct mp_span topic, fanout_send send, void *context);
void fanout_heartbeats(struct fanout *fanout, fanout_send send, void *context);

size_t fanout_subscriptions(const struct fanout *fanout);

#endif
