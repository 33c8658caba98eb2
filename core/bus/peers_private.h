/* The connections of a socket, shared by peers.c (what a service is told and asks for) and
 * peers_watch.c (the thread that looks on). */
#ifndef MP_BUS_PEERS_PRIVATE_H
#define MP_BUS_PEERS_PRIVATE_H

#include "core/base/table.h"
#include "core/bus/peers.h"

#include <pthread.h>

/* MP_PEER_CLOSED_EARLY: its end was told before its start (two I/O threads write the events). */
enum mp_peer_state { MP_PEER_CLOSED, MP_PEER_OPEN, MP_PEER_DROPPED, MP_PEER_CLOSED_EARLY };

struct mp_peer {
    uint64_t cookie; /* the kernel's name of the socket: a descriptor is used again, this never */
    uint64_t seen_bytes;
    uint64_t unseen_bytes; /* at the last look */
    int64_t since_ms;
    uint64_t person; /* of the key seen on it; 0: none yet */
    enum mp_peer_state state;
};

/* Connections by their file descriptor. Not a mere difference of two counters, because a connection
 * that ends with its own listener is told by nobody: its number counts once when it comes again. */
struct mp_peers {
    void *socket;
    void *reader; /* the thread's, while it runs */
    struct mp_peers_limits limits;
    pthread_mutex_t lock; /* of all that follows */
    bool running, stopping;
    pthread_t thread;
    int statm_fd;
    size_t resident; /* when all were looked at last */
    int64_t looked_ms;
    struct mp_table *groups;
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

/* The thread; its argument is the mp_peers. */
void *mp_peers_watch(void *context);
/* Of the process, in bytes; 0 when the kernel does not tell. */
size_t mp_peers_resident(const struct mp_peers *peers);

#endif
