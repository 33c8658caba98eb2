/* Plain libzmq without any of core/bus: what the floors, the bare pipeline and the load generator
 * stand on, so that Milepost's own wrapper is measured on one side only. CURVE without a ZAP
 * handler lets everybody in: for benchmarks on this machine's loopback alone. */
#ifndef MP_BENCH_RAW_H
#define MP_BENCH_RAW_H

#include "core/base/span.h"
#include "core/bus/bus.h"

struct raw_options {
    int type;                       /* ZMQ_… */
    const struct mp_key_pair *keys; /* NULL: plain */
    const uint8_t *server_key;      /* of a client; NULL: this is the server */
    int messages_most;              /* high-water marks, 0: none */
};

void *raw_context(void);
/* The end when it cannot be. */
void *raw_open(void *context, const struct raw_options *options);
/* A TCP port of 127.0.0.1 that nobody listens on now. */
int raw_free_port(void);
void raw_bind(void *socket, const char *address);
void raw_connect(void *socket, const char *address);
void raw_subscribe(void *socket, const char *topic);
void raw_send(void *socket, struct mp_span bytes, int flags);
/* false when nothing came within timeout_ms (-1: for ever). The message is initialised here. */
bool raw_receive(void *socket, zmq_msg_t *message, int timeout_ms);
bool raw_has_more(void *socket);
/* Waits until it can be read; false when the time is over. */
bool raw_wait(void *socket, int timeout_ms);
static inline struct mp_span raw_span(zmq_msg_t *message)
{
    return mp_span_make(zmq_msg_data(message), zmq_msg_size(message));
}

#endif
