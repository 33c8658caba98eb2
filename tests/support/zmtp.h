/* A ZMTP 3.1 peer (RFC 23) over a plain socket, with CURVE (RFC 26) by libsodium and nothing of
 * libzmq: it can stop, lie or go on for ever at every step. It asserts nothing and touches no other
 * support, so that it can run in threads. One thread a peer. */
#ifndef MP_TESTS_SUPPORT_ZMTP_H
#define MP_TESTS_SUPPORT_ZMTP_H

#include "core/base/span.h"
#include "core/bus/bus.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far an opening goes. */
enum zmtp_step {
    ZMTP_CONNECTED,
    ZMTP_SILENT, /* nothing is sent */
    ZMTP_GREETED,
    ZMTP_HELLO,    /* sent, and the welcome read */
    ZMTP_INITIATE, /* sent */
    ZMTP_READY     /* the server's ready was read: messages may be sent */
};

enum zmtp_flag { ZMTP_MORE = 1, ZMTP_COMMAND = 2 };

struct zmtp_options {
    int port;         /* of 127.0.0.1 */
    const char *path; /* of a unix socket, instead of a port; then without CURVE */
    const uint8_t *server_key;
    const struct mp_key_pair *keys; /* NULL: none, mechanism NULL */
    const char *socket_type;        /* NULL: DEALER */
    struct mp_span identity;        /* sent when it is not empty */
    enum zmtp_step until;           /* 0: ZMTP_READY */
    const uint8_t *claims_key;      /* the name given, while the vouch is of the keys' own */
    const char *property;           /* one more of the metadata */
    struct mp_span value;
};

#define ZMTP_QUEUE_BYTES 65536

struct zmtp {
    int fd;
    bool curve;
    enum zmtp_step step;
    uint64_t nonce;
    uint8_t short_public[32], short_secret[32], server_short[32], shared[32];
    size_t queued;
    uint8_t queue[ZMTP_QUEUE_BYTES];
    uint64_t sent_bytes;
};

/* Whether it came as far as wanted; zmtp_close it in any case. A step that gets no answer within
 * 5 s fails. */
bool zmtp_open(struct zmtp *peer, const struct zmtp_options *options);
void zmtp_close(struct zmtp *peer);

/* As they are. false when the connection is at its end (or takes nothing for 5 s). */
bool zmtp_send_raw(struct zmtp *peer, const void *bytes, size_t size);
/* A frame: encrypted as a message when there is CURVE. Queued until the queue is full. */
bool zmtp_send(struct zmtp *peer, unsigned flags, struct mp_span body);
bool zmtp_flush(struct zmtp *peer);
/* The frame's outside alone: a header that promises so many bytes. */
bool zmtp_send_header(struct zmtp *peer, unsigned flags, uint64_t size);
/* From now on the given nonce instead of the next. */
void zmtp_set_nonce(struct zmtp *peer, uint64_t nonce);

/* The next frame that is no heartbeat: its size, and as much of it as there is room for; -1 when
 * the connection ended, -2 when nothing came in time. Answers no ping. */
long zmtp_receive(struct zmtp *peer, void *body, size_t room, int timeout_ms);
/* Whether the server has ended it within the time; reads and forgets what comes. */
bool zmtp_is_cut(struct zmtp *peer, int timeout_ms);

#endif
