#include "core/base/clock.h"
#include "core/bus/internal.h"
#include "core/bus/peers_private.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_A_ROUND 1024
#define WAKE_MS        10  /* between two looks at the process's size */
#define SCAN_MS        250 /* between two looks at every connection, when it does not grow */
#define SCAN_AT_ONCE   64  /* connections, before whoever waits for the lock gets it */
#define GROWTH_BYTES   ((size_t)16 << 20)
/* Longer than a handshake may take: whoever stands longer has a key that was let in. */
#define HANDSHAKE_OVER_MS 6000
/* Heartbeats are never seen as messages: a ping and a pong of 5 s, with CURVE. Who lives on the
 * allowance has to come anew one day. */
#define HEARTBEAT_BYTES_A_S 32
#define ALLOWANCE_MOST      ((uint64_t)8 << 20)

static int64_t now_ms(void)
{
    return mp_clock_monotonic_ms(&mp_clock_system);
}

/* 0 for what is no socket any more. */
static uint64_t cookie_of(int fd)
{
    uint64_t cookie = 0;
    socklen_t size = sizeof cookie;
    return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0 ? cookie : 0;
}

void mp_peers_end(struct mp_peers *peers, size_t fd)
{
    struct mp_peer *connection = &peers->connections[fd];
    if (connection->state != MP_PEER_OPEN)
        return;
    connection->state = MP_PEER_DROPPED;
    memset(connection->holds, 0, sizeof connection->holds);
    peers->dropping++;
    peers->dropped++;
    if (cookie_of((int)fd) == connection->cookie)
        (void)shutdown((int)fd, SHUT_RDWR);
}

/* Those whose handshake may be under way, those that stand and have said nothing, and each key
 * that was heard. */
static uint64_t group_of(const struct mp_peer *connection, int64_t now)
{
    if (connection->person != 0)
        return connection->person;
    return now - connection->since_ms < HANDSHAKE_OVER_MS ? 1 : 2;
}

static uint64_t largest_group(struct mp_peers *peers, int64_t now)
{
    uint64_t largest = 1, most = 0;
    mp_table_clear(peers->groups);
    for (size_t fd = 0; fd < peers->used; fd++) {
        union mp_table_value *slot;
        bool is_new;
        if (peers->connections[fd].state != MP_PEER_OPEN)
            continue;
        uint64_t group = group_of(&peers->connections[fd], now);
        struct mp_span name = mp_span_make((const uint8_t *)&group, sizeof group);
        if (mp_table_put(peers->groups, name, &slot, &is_new) != 0)
            continue;
        if (++slot->number > most) {
            most = slot->number;
            largest = group;
        }
    }
    return largest;
}

/* One too many: the oldest of the largest group goes, so that nobody is kept out by a single key or
 * by those who have none. */
static void make_room(struct mp_peers *peers)
{
    int64_t now = now_ms();
    uint64_t group = largest_group(peers, now);
    size_t oldest = SIZE_MAX;
    for (size_t fd = 0; fd < peers->used; fd++) {
        const struct mp_peer *connection = &peers->connections[fd];
        if (connection->state == MP_PEER_OPEN && group_of(connection, now) == group &&
            (oldest == SIZE_MAX || connection->number < peers->connections[oldest].number))
            oldest = fd;
    }
    if (oldest != SIZE_MAX)
        mp_peers_end(peers, oldest);
}

static void note_accepted(struct mp_peers *peers, size_t fd)
{
    struct mp_peer *connection = &peers->connections[fd];
    if (connection->state == MP_PEER_CLOSED_EARLY) {
        connection->state = MP_PEER_CLOSED;
        return;
    }
    if (connection->state == MP_PEER_DROPPED)
        peers->dropping--;
    else if (connection->state == MP_PEER_CLOSED)
        peers->count++;
    if (connection->state != MP_PEER_CLOSED)
        *connection = (struct mp_peer){0};
    connection->cookie = cookie_of((int)fd);
    connection->since_ms = now_ms();
    connection->number = ++peers->accepted;
    connection->state = MP_PEER_OPEN;
    mp_peers_unsent_begin(peers, connection);
    if (fd >= peers->used)
        peers->used = fd + 1;
    if (peers->limits.connections_most > 0 &&
        peers->count - peers->dropping > peers->limits.connections_most)
        make_room(peers);
}

static void note_disconnected(struct mp_peers *peers, size_t fd)
{
    struct mp_peer *connection = &peers->connections[fd];
    if (connection->state == MP_PEER_DROPPED)
        peers->dropping--;
    if (connection->state == MP_PEER_OPEN || connection->state == MP_PEER_DROPPED) {
        *connection = (struct mp_peer){0}; /* what is seen of the next may come before its start */
        peers->count--;
    } else {
        connection->state = MP_PEER_CLOSED_EARLY;
    }
}

static void read_events(struct mp_peers *peers)
{
    for (int i = 0; i < EVENTS_A_ROUND; i++) {
        unsigned event = 0;
        int32_t value = 0;
        int result = mp_monitor_next(peers->reader, &event, &value);
        if (result == MP_EMALFORMED)
            continue;
        if (result != 0)
            return;
        if (value < 0 || (size_t)value >= peers->size)
            continue;
        if (event == ZMQ_EVENT_ACCEPTED)
            note_accepted(peers, (size_t)value);
        else if (event == ZMQ_EVENT_DISCONNECTED)
            note_disconnected(peers, (size_t)value);
    }
}

/* What libzmq has taken from the kernel, less what came out as messages. */
static uint64_t unseen(const struct mp_peer *connection, int fd, const struct tcp_info *info,
                       int64_t now)
{
    int waiting = 0;
    if (ioctl(fd, SIOCINQ, &waiting) != 0)
        return 0;
    uint64_t known = connection->seen_bytes + (uint64_t)waiting;
    uint64_t bytes = info->tcpi_bytes_received > known ? info->tcpi_bytes_received - known : 0;
    uint64_t allowance = (uint64_t)(now - connection->since_ms) * HEARTBEAT_BYTES_A_S / 1000;
    if (allowance > ALLOWANCE_MOST)
        allowance = ALLOWANCE_MOST;
    return bytes > allowance ? bytes - allowance : 0;
}

static void look_at(struct mp_peers *peers, size_t fd, int64_t now)
{
    struct mp_peer *connection = &peers->connections[fd];
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    memset(connection->holds, 0, sizeof connection->holds);
    if (connection->state != MP_PEER_OPEN ||
        getsockopt((int)fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return;
    uint64_t most = peers->limits.unseen_most_bytes;
    connection->holds[MP_HOLD_UNSEEN] = unseen(connection, (int)fd, &info, now);
    if ((most > 0 && connection->holds[MP_HOLD_UNSEEN] > most) ||
        mp_peers_unsent_look(peers, connection, &info))
        mp_peers_end(peers, fd);
}

/* Bounded by how many connections there are, each no longer than it takes to look at a few. */
static void look_at_all(struct mp_peers *peers, int64_t now)
{
    for (size_t fd = 0; fd < peers->used; fd++) {
        look_at(peers, fd, now);
        if (fd % SCAN_AT_ONCE == SCAN_AT_ONCE - 1) {
            mp_peers_unlock(peers);
            mp_peers_lock(peers);
        }
    }
}

/* While all together hold too much, whoever holds most goes. */
static void keep_total(struct mp_peers *peers, enum mp_peer_hold hold, size_t most)
{
    uint64_t total = 0;
    for (size_t fd = 0; fd < peers->used; fd++)
        total += peers->connections[fd].holds[hold];
    while (most > 0 && total > most) {
        size_t largest = 0;
        for (size_t fd = 0; fd < peers->used; fd++) {
            if (peers->connections[fd].holds[hold] > peers->connections[largest].holds[hold])
                largest = fd;
        }
        total -= peers->connections[largest].holds[hold];
        mp_peers_end(peers, largest);
    }
}

size_t mp_peers_resident(const struct mp_peers *peers)
{
    char text[128] = {0};
    if (peers->statm_fd < 0 || pread(peers->statm_fd, text, sizeof text - 1, 0) <= 0)
        return 0;
    const char *second = strchr(text, ' ');
    return second == NULL ? 0 : strtoul(second, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

static void look(struct mp_peers *peers)
{
    size_t size = mp_peers_resident(peers);
    int64_t now = now_ms();
    if (size < peers->resident)
        peers->resident = size;
    if (size - peers->resident < GROWTH_BYTES && now - peers->looked_ms < SCAN_MS)
        return;
    peers->resident = size;
    peers->looked_ms = now;
    look_at_all(peers, now);
    keep_total(peers, MP_HOLD_UNSEEN, peers->limits.unseen_total_most_bytes);
    keep_total(peers, MP_HOLD_UNSENT, peers->limits.unsent_total_most_bytes);
}

void *mp_peers_watch(void *context)
{
    struct mp_peers *peers = context;
    zmq_pollitem_t item = {.socket = peers->reader, .events = ZMQ_POLLIN};
    mp_peers_lock(peers);
    while (!peers->stopping) {
        mp_peers_unlock(peers);
        int ready = zmq_poll(&item, 1, WAKE_MS);
        mp_peers_lock(peers);
        if (ready < 0 && errno == ETERM)
            break;
        read_events(peers);
        look(peers);
    }
    mp_peers_unlock(peers);
    return NULL;
}
