/* What the files of this room share. No other room includes it. */
#ifndef MP_BUS_INTERNAL_H
#define MP_BUS_INTERNAL_H

#include "core/bus/bus.h"

#include <stdatomic.h>

struct mp_bus {
    void *context;
    atomic_uint monitors; /* names given to monitors so far */
};

/* libzmq's errno as an mp_error. */
int mp_bus_error(int number);

/* A key's text as bytes; false when it is none. Those read last are kept. */
bool mp_message_read_key(const char *text, uint8_t key[static MP_KEY_BYTES]);

/* Told to the loop that runs in this thread: the socket was used, or was just found empty
 * (EAGAIN). */
void mp_loop_touched(const void *socket);
void mp_loop_emptied(const void *socket);

/* The path of an "ipc://" address, or NULL for another transport. */
const char *mp_ipc_path(const char *address);
/* Whether somebody listens there: 0, MP_ENOTFOUND (no file), MP_EUNREACHABLE (a stale file),
 * MP_ETOOBIG (no socket can have so long a path), MP_EEXIST (a file, but no socket), MP_EPERM,
 * MP_ESYSTEM. */
int mp_ipc_probe(const char *path);

/* A socket's events (zmq_socket_monitor) on a PAIR. The monitored socket must be closed after the
 * monitor: libzmq's I/O thread writes to it. A socket has one monitor. */
int mp_monitor_open(struct mp_bus *bus, void *socket, int events,
                    void **ret_reader) MP_CHECK_RESULT;
void mp_monitor_close(void *socket, void *reader);
/* Without waiting: 0, MP_EAGAIN, MP_ECANCELLED, MP_EMALFORMED. */
int mp_monitor_next(void *reader, unsigned *ret_event, int32_t *ret_value) MP_CHECK_RESULT;

#endif
