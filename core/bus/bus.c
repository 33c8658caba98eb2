#include "core/bus/bus.h"
#include "core/bus/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#define SOCKETS_MOST 1024

int mp_bus_error(int number)
{
    switch (number) {
    case EAGAIN:
        return MP_EAGAIN;
    case EHOSTUNREACH:
        return MP_EUNREACHABLE;
    case ETERM:
        return MP_ECANCELLED;
    case ENOMEM:
        return MP_ENOMEM;
    case EADDRINUSE:
        return MP_EBUSY;
    case EACCES:
    case EPERM:
        return MP_EPERM;
    case ENAMETOOLONG:
        return MP_ETOOBIG;
    case ENOENT:
        return MP_ENOTFOUND;
    case EINVAL:
    case EFSM:
    case ENODEV:
    case EADDRNOTAVAIL:
    case EPROTONOSUPPORT:
        return MP_EINVAL;
    default:
        return MP_ESYSTEM;
    }
}

/* A ROUTER takes its automatic routing ids from rand(), which libzmq does not seed: a peer that
 * claims the next one aborts the process. */
static int seed_rand(void)
{
    unsigned seed;
    ssize_t got;
    do
        got = getrandom(&seed, sizeof seed, 0);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof seed)
        return MP_ESYSTEM;
    srand(seed);
    return 0;
}

/* The options that are set without their name in the stable header were read in 4.3.4. */
static int check_version(void)
{
    int major = 0, minor = 0, patch = 0;
    zmq_version(&major, &minor, &patch);
    return major == 4 && minor == 3 && patch >= 4 ? 0 : MP_EVERSION;
}

static void context_free(void *context)
{
    while (zmq_ctx_term(context) != 0 && errno == EINTR)
        ;
}
MP_AUTO_DEFINE(void *, context_free);

int mp_bus_open(unsigned io_threads, struct mp_bus **ret_bus)
{
    if (io_threads == 0 || io_threads > 64)
        return MP_EINVAL;
    int result = check_version();
    if (result == 0)
        result = seed_rand();
    if (result != 0)
        return result;
    MP_AUTO(context_free) void *context = zmq_ctx_new();
    if (context == NULL)
        return mp_bus_error(errno);
    if (zmq_ctx_set(context, ZMQ_IO_THREADS, (int)io_threads) != 0 ||
        zmq_ctx_set(context, ZMQ_MAX_SOCKETS, SOCKETS_MOST) != 0 ||
        zmq_ctx_set(context, ZMQ_BLOCKY, 0) != 0)
        return mp_bus_error(errno);
    struct mp_bus *bus = calloc(1, sizeof *bus);
    if (bus == NULL)
        return MP_ENOMEM;
    bus->context = mp_take(context);
    atomic_init(&bus->monitors, 0);
    *ret_bus = bus;
    return 0;
}

void mp_bus_close(struct mp_bus *bus)
{
    if (bus == NULL)
        return;
    context_free(bus->context);
    free(bus);
}
