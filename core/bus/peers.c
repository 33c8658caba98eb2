#include "core/bus/internal.h"
#include "core/bus/zap.h"

#include <stdlib.h>
#include <sys/resource.h>

#define EVENTS_A_ROUND 1024
#define FILES_MOST     ((rlim_t)1 << 20)
#define FILES_SPARE    64

/* Connections by their file descriptor: 0 closed, 1 open, -1 its end was told before its start (two
 * I/O threads write the events). Not a mere difference of two counters, because a connection that
 * ends with its own listener is told by nobody: its number counts once when it comes again. */
struct mp_peers {
    struct mp_loop *loop;
    void *socket;
    void *reader;
    size_t count;
    size_t size;
    int8_t states[];
};

static void note_accepted(struct mp_peers *peers, size_t fd)
{
    if (peers->states[fd] < 0) {
        peers->states[fd] = 0;
    } else if (peers->states[fd] == 0) {
        peers->states[fd] = 1;
        peers->count++;
    }
}

static void note_disconnected(struct mp_peers *peers, size_t fd)
{
    if (peers->states[fd] > 0) {
        peers->states[fd] = 0;
        peers->count--;
    } else {
        peers->states[fd] = -1;
    }
}

static void serve(void *context)
{
    struct mp_peers *peers = context;
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

/* No descriptor can be above the hard limit. Pages that are never touched cost nothing. */
static size_t states_size(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max > FILES_MOST)
        return FILES_MOST;
    return limit.rlim_max;
}

int mp_peers_open(struct mp_bus *bus, struct mp_loop *loop, void *socket,
                  struct mp_peers **ret_peers)
{
    size_t size = states_size();
    MP_AUTO(mp_peers_close) struct mp_peers *peers = calloc(1, sizeof *peers + size);
    if (peers == NULL)
        return MP_ENOMEM;
    peers->size = size;
    peers->loop = loop;
    peers->socket = socket;
    int result =
        mp_monitor_open(bus, socket, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED, &peers->reader);
    if (result == 0)
        result = mp_loop_add_socket(loop, peers->reader, serve, peers);
    if (result == 0)
        *ret_peers = mp_take(peers);
    return result;
}

void mp_peers_close(struct mp_peers *peers)
{
    if (peers == NULL)
        return;
    mp_loop_remove_socket(peers->loop, peers->reader);
    mp_monitor_close(peers->socket, peers->reader);
    free(peers);
}

size_t mp_peers_count(const struct mp_peers *peers)
{
    return peers->count;
}

int mp_peers_reserve_files(size_t connections_most)
{
    struct rlimit limit;
    if (connections_most > FILES_MOST || getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return MP_ESYSTEM;
    rlim_t wanted = connections_most + FILES_SPARE;
    if (limit.rlim_cur >= wanted)
        return 0;
    if (limit.rlim_max < wanted)
        return MP_ESYSTEM;
    limit.rlim_cur = wanted;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? 0 : MP_ESYSTEM;
}
