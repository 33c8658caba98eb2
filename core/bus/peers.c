#include "core/bus/peers.h"

#include "core/bus/internal.h"
#include "core/bus/peers_private.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILES_MOST  ((rlim_t)1 << 20)
#define FILES_SPARE 64
/* Of a frame under CURVE (RFC 26): "\7MESSAGE", nonce, authenticator, flags; and ZMTP's header. */
#define CURVE_BYTES      33
#define SHORT_MOST_BYTES 255
#define SHORT_HEADER     2
#define LONG_HEADER      9
/* What anybody has sent before the first message: a greeting, HELLO and INITIATE without metadata
 * (RFC 23, 26), the latter with a long header. */
#define HANDSHAKE_BYTES (64 + (SHORT_HEADER + 200) + (LONG_HEADER + 257))

void mp_peers_lock(const struct mp_peers *peers)
{
    (void)pthread_mutex_lock((pthread_mutex_t *)&peers->lock);
}

void mp_peers_unlock(const struct mp_peers *peers)
{
    (void)pthread_mutex_unlock((pthread_mutex_t *)&peers->lock);
}

/* No descriptor can be above the limit. Pages that are never touched cost nothing. */
static size_t places(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max > FILES_MOST)
        return FILES_MOST;
    return limit.rlim_max;
}

static int start(struct mp_peers *peers, struct mp_bus *bus)
{
    peers->groups = mp_table_new(peers->size);
    peers->routes = mp_table_new(peers->size);
    if (peers->groups == NULL || peers->routes == NULL)
        return MP_ENOMEM;
    int type = 0;
    size_t size = sizeof type;
    if (zmq_getsockopt(peers->socket, ZMQ_TYPE, &type, &size) != 0)
        return mp_bus_error(errno);
    peers->is_shared = type == ZMQ_XPUB;
    int result = mp_monitor_open(bus, peers->socket, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED,
                                 &peers->reader);
    if (result != 0)
        return result;
    peers->statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    peers->resident = mp_peers_resident(peers);
    peers->running = pthread_create(&peers->thread, NULL, mp_peers_watch, peers) == 0;
    return peers->running ? 0 : MP_ESYSTEM;
}

int mp_peers_open(struct mp_bus *bus, void *socket, const struct mp_peers_limits *limits,
                  struct mp_peers **ret_peers)
{
    size_t size = places();
    struct mp_peers *peers = calloc(1, sizeof *peers + size * sizeof peers->connections[0]);
    if (peers == NULL)
        return MP_ENOMEM;
    peers->size = size;
    peers->socket = socket;
    peers->limits = *limits;
    peers->statm_fd = -1;
    peers->routes_state = 1;
    (void)pthread_mutex_init(&peers->lock, NULL);
    int result = start(peers, bus);
    if (result != 0) {
        mp_peers_close(peers);
        return result;
    }
    *ret_peers = peers;
    return 0;
}

void mp_peers_close(struct mp_peers *peers)
{
    if (peers == NULL)
        return;
    mp_peers_lock(peers);
    peers->stopping = true;
    mp_peers_unlock(peers);
    if (peers->running)
        (void)pthread_join(peers->thread, NULL);
    mp_monitor_close(peers->socket, peers->reader);
    if (peers->statm_fd >= 0)
        (void)close(peers->statm_fd);
    mp_table_free(peers->groups);
    mp_table_free(peers->routes);
    (void)pthread_mutex_destroy(&peers->lock);
    free(peers);
}

size_t mp_peers_count(const struct mp_peers *peers)
{
    mp_peers_lock(peers);
    size_t count = peers->count;
    mp_peers_unlock(peers);
    return count;
}

uint64_t mp_peers_dropped(const struct mp_peers *peers)
{
    mp_peers_lock(peers);
    uint64_t dropped = peers->dropped;
    mp_peers_unlock(peers);
    return dropped;
}

/* SIZE_MAX when it cannot be told. The routing id's frame knows nothing, the payload does. */
static size_t descriptor(const struct mp_peers *peers, const struct mp_message *message)
{
    if (message->count == 0)
        return SIZE_MAX;
    int fd = zmq_msg_get(&message->frames[message->count - 1], ZMQ_SRCFD);
    return fd >= 0 && (size_t)fd < peers->size ? (size_t)fd : SIZE_MAX;
}

static uint64_t person_of(const uint8_t key[static MP_KEY_BYTES])
{
    uint64_t person;
    memcpy(&person, key, sizeof person);
    return person > 2 ? person : 3; /* 0, 1 and 2 mean something else */
}

uint64_t mp_peers_wire_bytes(const struct mp_message *message, size_t skip)
{
    uint64_t bytes = 0;
    for (size_t i = skip; i < message->count; i++) {
        size_t size = CURVE_BYTES + zmq_msg_size(&message->frames[i]);
        bytes += size + (size > SHORT_MOST_BYTES ? LONG_HEADER : SHORT_HEADER);
    }
    return bytes;
}

/* Whether the connection has sent so much that the message may be from it. Its sender may be gone
 * and another have come in its place, with the same descriptor, before the message was read. */
static bool may_be_from(const struct mp_message *message, size_t fd)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    return getsockopt((int)fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
           info.tcpi_bytes_received >=
               HANDSHAKE_BYTES + mp_peers_wire_bytes(message, message->count - 1);
}

void mp_peers_seen(struct mp_peers *peers, const struct mp_message *message, size_t skip,
                   const uint8_t key[static MP_KEY_BYTES])
{
    size_t fd = descriptor(peers, message);
    if (fd == SIZE_MAX)
        return;
    struct mp_peer *connection = &peers->connections[fd];
    mp_peers_lock(peers);
    if (connection->person != 0 || may_be_from(message, fd)) {
        connection->seen_bytes += mp_peers_wire_bytes(message, skip);
        connection->person = person_of(key);
        if (skip > 0 && peers->limits.unsent_most_bytes > 0)
            mp_peers_unsent_route(peers, message, fd);
    }
    mp_peers_unlock(peers);
}

void mp_peers_drop(struct mp_peers *peers, const struct mp_message *message)
{
    size_t fd = descriptor(peers, message);
    if (fd == SIZE_MAX || !may_be_from(message, fd))
        return;
    mp_peers_lock(peers);
    mp_peers_end(peers, fd);
    mp_peers_unlock(peers);
}

void mp_peers_drop_key(struct mp_peers *peers, const uint8_t key[static MP_KEY_BYTES])
{
    uint64_t person = person_of(key);
    mp_peers_lock(peers);
    for (size_t fd = 0; fd < peers->used; fd++) {
        if (peers->connections[fd].person == person)
            mp_peers_end(peers, fd);
    }
    mp_peers_unlock(peers);
}

int mp_peers_reserve_files(size_t connections_most)
{
    struct rlimit limit;
    if (connections_most > FILES_MOST)
        return MP_EFILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return MP_ESYSTEM;
    rlim_t wanted = connections_most + FILES_SPARE;
    if (limit.rlim_cur >= wanted)
        return 0;
    if (limit.rlim_max < wanted)
        return MP_EFILES;
    limit.rlim_cur = wanted;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? 0 : MP_ESYSTEM;
}
