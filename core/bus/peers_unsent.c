/* What was sent and waits in libzmq, because the kernel has no room for it: the peer does not read.
 *
 * The kernel tells how much it took of a connection. Where each peer is sent to by name (a ROUTER)
 * the rest of what was sent to it waits. An XPUB sends to whoever subscribed, and libzmq does not
 * tell who that was: what waits for a connection is the end of all that was published, at most, as
 * long as that is. Whatever the kernel has not taken lies behind what it took, so the ends of two
 * connections lie in one another, and libzmq holds a message once for all who wait for it: the
 * longest end is what all hold together. Only a place in the queue is each one's own. */
#include "core/bus/internal.h"
#include "core/bus/peers_private.h"

#define PLACE_BYTES  128 /* two frames of zmq_msg_t */
#define ROUTES_SPARE 256

/* All that may have been meant for it. */
static struct mp_sent sent_to(const struct mp_peers *peers, const struct mp_peer *connection)
{
    return (struct mp_sent){
        .bytes = connection->sent.bytes + atomic_load(&peers->published_bytes),
        .messages = connection->sent.messages + atomic_load(&peers->published_messages),
    };
}

void mp_peers_unsent_begin(const struct mp_peers *peers, struct mp_peer *connection)
{
    if (peers->is_shared) /* what was published before was for others */
        connection->settled = sent_to(peers, connection);
}

/* Everything ever written to the socket: sent for the first time, or still in the kernel's queue.
 */
static uint64_t taken_bytes(const struct tcp_info *info)
{
    return info->tcpi_bytes_sent - info->tcpi_bytes_retrans + info->tcpi_notsent_bytes;
}

bool mp_peers_unsent_look(const struct mp_peers *peers, struct mp_peer *connection,
                          const struct tcp_info *info)
{
    struct mp_sent sent = sent_to(peers, connection);
    sent.bytes -= taken_bytes(info);
    /* All that it took is on its way: had libzmq more, it would be here. What was published since
     * the last look was for others. */
    if (info->tcpi_notsent_bytes == 0)
        connection->settled = sent;
    uint64_t bytes = sent.bytes - connection->settled.bytes;
    if ((int64_t)bytes <= 0)
        return false;
    connection->holds[MP_HOLD_UNSENT] =
        peers->is_shared ? (sent.messages - connection->settled.messages) * PLACE_BYTES : bytes;
    return peers->limits.unsent_most_bytes > 0 && bytes > peers->limits.unsent_most_bytes;
}

void mp_peers_unsent_route(struct mp_peers *peers, const struct mp_message *message, size_t fd)
{
    struct mp_peer *connection = &peers->connections[fd];
    union mp_table_value *slot;
    bool is_new;
    if (connection->routed == peers->routes_state)
        return; /* a connection's name never changes */
    /* Those of connections that ended are still there; whoever lives is put again. Some are spared,
     * because a connection may speak before it is counted. */
    if (mp_table_count(peers->routes) > 2 * peers->count + ROUTES_SPARE) {
        mp_table_clear(peers->routes);
        peers->routes_state++;
    }
    if (mp_table_put(peers->routes, mp_message_frame(message, 0), &slot, &is_new) != 0)
        return;
    slot->number = fd;
    connection->routed = peers->routes_state;
}

static void count(struct mp_peers *peers, const struct mp_message *message)
{
    if (peers->is_shared) {
        atomic_fetch_add(&peers->published_bytes, mp_peers_wire_bytes(message, 0));
        atomic_fetch_add(&peers->published_messages, 1);
        return;
    }
    mp_peers_lock(peers);
    const union mp_table_value *slot = mp_table_get(peers->routes, mp_message_frame(message, 0));
    if (slot != NULL) {
        struct mp_sent *sent = &peers->connections[slot->number].sent;
        sent->bytes += mp_peers_wire_bytes(message, 1);
        sent->messages++;
    }
    mp_peers_unlock(peers);
}

/* Counted also when the queue turns out to be full: whoever does not read then goes sooner. */
int mp_peers_send(struct mp_peers *peers, struct mp_message *message)
{
    count(peers, message);
    return mp_message_send(message, peers->socket);
}
