#include "core/bus/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* libzmq's I/O thread waits when the queue of events is full, so it is long, and its reader must be
 * served by a loop. */
#define EVENTS_MOST 100000
#define EVENT_BYTES 6 /* event 2, value 4, in the machine's order */

int mp_monitor_open(struct mp_bus *bus, void *socket, int events, void **ret_reader)
{
    char address[64];
    unsigned number = atomic_fetch_add(&bus->monitors, 1);
    (void)snprintf(address, sizeof address, "inproc://mp-peers-%u", number);
    struct mp_socket_options options = {.kind = MP_SOCKET_PAIR, .receive_most = EVENTS_MOST};
    MP_AUTO(mp_socket_close) void *reader = NULL;
    int result = mp_socket_open(bus, &options, &reader);
    if (result != 0)
        return result;
    if (zmq_socket_monitor(socket, address, events) != 0)
        return mp_bus_error(errno);
    result = mp_socket_connect(reader, address);
    if (result != 0) {
        (void)zmq_socket_monitor(socket, NULL, 0);
        return result;
    }
    *ret_reader = mp_take(reader);
    return 0;
}

void mp_monitor_close(void *socket, void *reader)
{
    if (reader == NULL)
        return;
    (void)zmq_socket_monitor(socket, NULL, 0);
    mp_socket_close(reader);
}

int mp_monitor_next(void *reader, unsigned *ret_event, int32_t *ret_value)
{
    struct mp_message message;
    mp_message_init(&message);
    int result = mp_message_receive(&message, reader);
    if (result != 0)
        return result;
    struct mp_span frame = mp_message_frame(&message, 0);
    if (frame.size == EVENT_BYTES) {
        uint16_t event;
        memcpy(&event, frame.data, sizeof event);
        memcpy(ret_value, frame.data + sizeof event, sizeof *ret_value);
        *ret_event = event;
    } else {
        result = MP_EMALFORMED;
    }
    mp_message_done(&message);
    return result;
}
