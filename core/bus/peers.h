/* The connections of a bound TCP socket: how many there are, and an end to those that take more
 * than their share. libzmq drops no single peer and bounds messages, not bytes: a message whose
 * last frame never comes grows in it unseen, and so does what is sent to a peer that does not read.
 * But it tells the descriptor of each connection, and the kernel the bytes received and taken on
 * it: whoever is far ahead of what the service has seen of it, or far behind what was sent to it,
 * is disconnected by shutdown(2). libzmq then forgets what it held of that peer, and of nobody
 * else.
 *
 * A thread of its own looks on, because the one that reads the socket can be kept busy inside
 * libzmq by the very peer that has to go. */
#ifndef MP_BUS_PEERS_H
#define MP_BUS_PEERS_H

#include "core/bus/bus.h"

struct mp_peers;

struct mp_peers_limits {
    size_t connections_most; /* beyond: the oldest of the largest group goes; 0: no limit */
    /* Received on one connection, or on all, and not seen as messages; 0: no limit. The first has
     * to be larger than what an honest peer may have on its way. */
    size_t unseen_most_bytes, unseen_total_most_bytes;
    /* Sent to one connection, or to all, and not taken by the kernel yet; 0: no limit. Of an XPUB
     * the first is a limit for all together too: they share the bytes of what they wait for. Not
     * shared, and so counted in the second, are their places in the queues. */
    size_t unsent_most_bytes, unsent_total_most_bytes;
};

/* Close before the socket. A socket has one monitor, which is this one. limits are copied. */
int mp_peers_open(struct mp_bus *bus, void *socket, const struct mp_peers_limits *limits,
                  struct mp_peers **ret_peers) MP_CHECK_RESULT;
void mp_peers_close(struct mp_peers *peers);
MP_AUTO_DEFINE(struct mp_peers *, mp_peers_close);
size_t mp_peers_count(const struct mp_peers *peers);

/* To be told of every message of the socket, with the key behind it: these bytes are seen. The
 * first skip frames did not come from the wire (a ROUTER's routing id). */
void mp_peers_seen(struct mp_peers *peers, const struct mp_message *message, size_t skip,
                   const uint8_t key[static MP_KEY_BYTES]);
/* mp_message_send, counted as sent to whom it is for. A ROUTER's peer is known by a message that
 * was seen of it; of an XPUB's each counts as if it had asked for everything, while it keeps the
 * kernel from taking more. */
int mp_peers_send(struct mp_peers *peers, struct mp_message *message) MP_CHECK_RESULT;
/* Disconnects whoever sent this message, unless he is gone; every connection on which this key was
 * seen. */
void mp_peers_drop(struct mp_peers *peers, const struct mp_message *message);
void mp_peers_drop_key(struct mp_peers *peers, const uint8_t key[static MP_KEY_BYTES]);
/* Connections ended, for whatever reason above. */
uint64_t mp_peers_dropped(const struct mp_peers *peers);

/* Raises RLIMIT_NOFILE to hold the connections allowed and 64 more; MP_EFILES when the hard limit
 * is lower. */
int mp_peers_reserve_files(size_t connections_most) MP_CHECK_RESULT;

#endif
