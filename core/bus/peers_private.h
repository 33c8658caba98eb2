/* The connections of a socket, shared by peers.c (what a service is told and asks for),
 * peers_unsent.c (what waits for whom) and peers_watch.c (the thread that looks on). */
#ifndef MP_BUS_PEERS_PRIVATE_H
#define MP_BUS_PEERS_PRIVATE_H

#include "core/base/table.h"
#include "core/bus/peers.h"

#include <linux/tcp.h>
#include <pthread.h>
#include <stdatomic.h>

/* MP_PEER_CLOSED_EARLY: its end was told before its start (two I/O threads write the events). */
enum mp_peer_state { MP_PEER_CLOSED, MP_PEER_OPEN, MP_PEER_DROPPED, MP_PEER_CLOSED_EARLY };

/* What a connection has too much of when it goes too far. */
enum mp_peer_hold { MP_HOLD_UNSEEN, MP_HOLD_UNSENT, MP_HOLDS };

/* So far. */
struct mp_sent {
    uint64_t bytes, messages;
};

struct mp_peer {
    uint64_t cookie; /* the kernel's name of the socket: a descriptor is used again, this never */
    uint64_t seen_bytes;
    struct mp_sent sent;      /* to it alone */
    struct mp_sent settled;   /* of what was sent and not taken, when the kernel last had room */
    uint64_t holds[MP_HOLDS]; /* at the last look */
    uint64_t routed;          /* the state of routes that has its name; 0: none */
    int64_t since_ms;
    uint64_t number; /* in the order of their beginnings: many begin in the same millisecond */
    uint64_t person; /* of the key seen on it; 0: none yet */
    enum mp_peer_state state;
};

/* Connections by their file descriptor. Not a mere difference of two counters, because a connection
 * that ends with its own listener is told by nobody: its number counts once when it comes again. */
struct mp_peers {
    void *socket;
    void *reader; /* the thread's, while it runs */
    struct mp_peers_limits limits;
    bool is_shared; /* an XPUB: what is sent goes to whoever asked for it */
    atomic_uint_fast64_t published_bytes, published_messages;
    pthread_mutex_t lock; /* of all that follows */
    bool running, stopping;
    pthread_t thread;
    int statm_fd;
    size_t resident; /* when all were looked at last */
    int64_t looked_ms;
    struct mp_table *groups;
    struct mp_table *routes; /* a ROUTER's name of a peer → descriptor */
    uint64_t routes_state;   /* so often they were begun anew */
    uint64_t accepted;
    size_t count, dropping; /* the second is part of the first */
    uint64_t dropped;
    size_t size, used; /* no connection is beyond */
    struct mp_peer connections[];
};

void mp_peers_lock(const struct mp_peers *peers);
void mp_peers_unlock(const struct mp_peers *peers);
/* Locked. Ends the connection of this descriptor; libzmq closes the descriptor when it reads that.
 */
void mp_peers_end(struct mp_peers *peers, size_t fd);

/* peers_unsent.c, locked: a connection begins; what waits for it in libzmq, as the kernel shows it;
 * whether that alone is too much. */
void mp_peers_unsent_begin(const struct mp_peers *peers, struct mp_peer *connection);
bool mp_peers_unsent_look(const struct mp_peers *peers, struct mp_peer *connection,
                          const struct tcp_info *info);
/* Locked. The message came from this descriptor: answers to its first frame go there. */
void mp_peers_unsent_route(struct mp_peers *peers, const struct mp_message *message, size_t fd);
/* What the message takes on the wire without its first frames, never more. */
uint64_t mp_peers_wire_bytes(const struct mp_message *message, size_t skip);

/* The thread; its argument is the mp_peers. */
void *mp_peers_watch(void *context);
/* Of the process, in bytes; 0 when the kernel does not tell. */
size_t mp_peers_resident(const struct mp_peers *peers);

#endif
