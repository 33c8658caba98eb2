/* ZeroMQ with the options that Milepost needs, chosen once. One thread a socket. Codes are
 * translated: EAGAIN → MP_EAGAIN, EHOSTUNREACH → MP_EUNREACHABLE, ETERM → MP_ECANCELLED. EINTR is
 * retried. */
#ifndef MP_BUS_BUS_H
#define MP_BUS_BUS_H

#include "core/base/auto.h"
#include "core/base/error.h"
#include "core/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#define MP_KEY_BYTES 32
#define MP_KEY_TEXT  41 /* Z85 with its NUL */

struct mp_bus; /* a context */

/* Seeds libzmq's rand() from the kernel (automatic routing ids must not be guessable), sets the
 * largest number of sockets and the I/O threads. After any fork. */
int mp_bus_open(unsigned io_threads, struct mp_bus **ret_bus) MP_CHECK_RESULT;
void mp_bus_close(struct mp_bus *bus); /* every socket must be closed before */
MP_AUTO_DEFINE(struct mp_bus *, mp_bus_close);

struct mp_key_pair {
    uint8_t public_key[MP_KEY_BYTES];
    uint8_t secret_key[MP_KEY_BYTES];
};
void mp_key_make(struct mp_key_pair *pair);
void mp_key_format(const uint8_t key[static MP_KEY_BYTES], char text[static MP_KEY_TEXT]);
/* 0 or MP_EMALFORMED. */
int mp_key_parse(const char *text, uint8_t key[static MP_KEY_BYTES]);
/* Key file: two lines, "public-key: Z85" and "secret-key: Z85"; mode 0600, refused (MP_EKEYMODE) if
 * others can read it. */
int mp_key_load(const char *path, struct mp_key_pair *ret_pair) MP_CHECK_RESULT;
int mp_key_save(const char *path, const struct mp_key_pair *pair) MP_CHECK_RESULT;
void mp_key_forget(struct mp_key_pair *pair);

enum mp_socket_kind {
    MP_SOCKET_ROUTER,
    MP_SOCKET_DEALER,
    MP_SOCKET_XPUB, /* manual: each subscription must be admitted by mp_socket_admit */
    MP_SOCKET_SUB,
    MP_SOCKET_REP,
    MP_SOCKET_REQ,
    MP_SOCKET_PAIR
};

struct mp_socket_options {
    enum mp_socket_kind kind;
    bool server;                    /* CURVE server side; refused without zap_domain */
    const struct mp_key_pair *keys; /* NULL: no CURVE; then only ipc:// and inproc:// */
    const uint8_t *server_key;      /* client side: the server's public key */
    const char *zap_domain;         /* server side, not empty */
    /* High-water marks, messages; 0: 1000. With keys there is none for what is received: a server
     * has mp_peers instead, a client that can be sent more than it asked for mp_tray. */
    int send_most, receive_most;
    int64_t frame_most_bytes; /* 0: 1 MiB */
    int linger_ms;
};

/* A socket with every option set: with keys heartbeats 5 s / 30 s, handshake 5 s, reconnect up to
 * 10 s, mandatory routing, IMMEDIATE on dealers, ZAP enforced. Plain zmq handle: mp_socket_close
 * it. */
int mp_socket_open(struct mp_bus *bus, const struct mp_socket_options *options,
                   void **ret_socket) MP_CHECK_RESULT;
/* "tcp://…" without CURVE keys is refused with MP_EPERM. ipc: stale file removed, mode 0600;
 * MP_ETOOBIG for a path over 107 bytes, MP_EEXIST for a file that is no socket, MP_EBUSY when
 * somebody listens there. A socket that was closed lets its address go a moment later:
 * until then MP_EBUSY. */
int mp_socket_bind(void *socket, const char *address) MP_CHECK_RESULT;
int mp_socket_connect(void *socket, const char *address) MP_CHECK_RESULT;
/* A connection stands and its queue has room, now. */
bool mp_socket_can_send(void *socket);
void mp_socket_close(void *socket);
MP_AUTO_DEFINE(void *, mp_socket_close);
/* The address bound last, as text (for "tcp://127.0.0.1:*"). */
int mp_socket_bound_address(void *socket, char *text, size_t size) MP_CHECK_RESULT;

/* XPUB: accept the subscription message just received (its topic without the first byte) before
 * receiving the next. See README.md for what a hostile subscriber can do. */
int mp_socket_admit(void *socket, struct mp_span topic, bool subscribe) MP_CHECK_RESULT;
int mp_socket_subscribe(void *socket, struct mp_span topic) MP_CHECK_RESULT;

/* Messages of several frames, at most MP_FRAMES_MOST. A longer one is read to its end and the rest
 * thrown away (MP_ETOOBIG), so that it costs bounded memory; its first frames stay, so that it can
 * be told whose it was. */
#define MP_FRAMES_MOST 12
struct mp_message {
    zmq_msg_t frames[MP_FRAMES_MOST];
    size_t count;
};
void mp_message_init(struct mp_message *message);
void mp_message_done(struct mp_message *message); /* safe to repeat */
/* Without waiting: 0, MP_EAGAIN, MP_ETOOBIG, MP_ECANCELLED. Clears the message first. */
int mp_message_receive(struct mp_message *message, void *socket) MP_CHECK_RESULT;
/* Without waiting; on success the frames are taken, else kept: MP_EAGAIN, MP_EUNREACHABLE,
 * MP_ECANCELLED, MP_EINVAL (no frame). */
int mp_message_send(struct mp_message *message, void *socket) MP_CHECK_RESULT;
/* A copy of the bytes as the next frame. */
int mp_message_add(struct mp_message *message, struct mp_span bytes) MP_CHECK_RESULT;
/* Moves the frame to the end of the message (zero copy). */
int mp_message_move(struct mp_message *message, zmq_msg_t *frame) MP_CHECK_RESULT;
/* A new frame of the given size to be written in place; NULL when full or out of memory. */
uint8_t *mp_message_reserve(struct mp_message *message, size_t size_bytes);
struct mp_span mp_message_frame(const struct mp_message *message, size_t index);
/* The CURVE public key behind the peer (ZAP User-Id as this project sets it: 40 characters of Z85),
 * read from a payload frame. false when there is none: refuse. */
bool mp_message_peer_key(const struct mp_message *message, uint8_t key[static MP_KEY_BYTES]);

#endif
