#include "tests/support/zmtp.h"

#include "tests/support/zmtp_curve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_MS    5000
#define GREETING_BYTES 64
#define SHORT_MOST     255
#define FLAG_LONG      2u
#define FLAG_COMMAND   4u
#define FRAME_MOST     ((uint64_t)16 << 20)

static bool wait_for(int fd, short events, int timeout_ms)
{
    struct pollfd item = {.fd = fd, .events = events};

    return poll(&item, 1, timeout_ms) > 0;
}

bool zmtp_send_raw(struct zmtp *peer, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    while (size > 0) {
        ssize_t sent = send(peer->fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent < 0 && (errno != EAGAIN || !wait_for(peer->fd, POLLOUT, PATIENCE_MS)))
            return false;
        if (sent <= 0)
            continue;
        at += sent;
        size -= (size_t)sent;
        peer->sent_bytes += (uint64_t)sent;
    }
    return true;
}

static bool receive_raw(struct zmtp *peer, void *bytes, size_t size, int timeout_ms)
{
    uint8_t *at = bytes;

    while (size > 0) {
        ssize_t got;

        if (!wait_for(peer->fd, POLLIN, timeout_ms))
            return false;
        got = recv(peer->fd, at, size, 0);
        if (got <= 0)
            return false;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

bool zmtp_flush(struct zmtp *peer)
{
    size_t size = peer->queued;

    peer->queued = 0;
    return zmtp_send_raw(peer, peer->queue, size);
}

static bool queue(struct zmtp *peer, const void *bytes, size_t size)
{
    if (size == 0)
        return true;
    if (peer->queued + size > sizeof peer->queue && !zmtp_flush(peer))
        return false;
    if (size > sizeof peer->queue)
        return zmtp_send_raw(peer, bytes, size);
    memcpy(peer->queue + peer->queued, bytes, size);
    peer->queued += size;
    return true;
}

static bool queue_header(struct zmtp *peer, unsigned flags, uint64_t size)
{
    uint8_t header[9];

    if (size <= SHORT_MOST && (flags & FLAG_LONG) == 0) {
        header[0] = (uint8_t)flags;
        header[1] = (uint8_t)size;
        return queue(peer, header, 2);
    }
    header[0] = (uint8_t)(flags | FLAG_LONG);
    for (int i = 0; i < 8; i++)
        header[1 + i] = (uint8_t)(size >> (56 - 8 * i));
    return queue(peer, header, sizeof header);
}

bool zmtp_send_header(struct zmtp *peer, unsigned flags, uint64_t size)
{
    return queue_header(peer, flags, size) && zmtp_flush(peer);
}

bool zmtp_send(struct zmtp *peer, unsigned flags, struct mp_span body)
{
    uint8_t *sealed;
    size_t size;
    bool done;

    if (!peer->curve) {
        unsigned outside = (flags & ZMTP_MORE) | ((flags & ZMTP_COMMAND) != 0 ? FLAG_COMMAND : 0u);

        return queue_header(peer, outside, body.size) && queue(peer, body.data, body.size);
    }
    sealed = malloc(body.size + ZMTP_SEAL_BYTES);
    if (sealed == NULL)
        return false;
    size = zmtp_seal(peer, flags, body, sealed);
    done = queue_header(peer, 0, size) && queue(peer, sealed, size);
    free(sealed);
    return done;
}

void zmtp_set_nonce(struct zmtp *peer, uint64_t nonce)
{
    peer->nonce = nonce;
}

/* A frame as it is on the wire, in memory of its own. */
static long receive_frame(struct zmtp *peer, uint8_t **ret_body, unsigned *ret_flags,
                          int timeout_ms)
{
    uint8_t header[9];
    uint64_t size;
    uint8_t *body;

    if (!wait_for(peer->fd, POLLIN, timeout_ms))
        return -2;
    if (!receive_raw(peer, header, 2, PATIENCE_MS))
        return -1;
    size = header[1];
    if ((header[0] & FLAG_LONG) != 0) {
        if (!receive_raw(peer, header + 2, 7, PATIENCE_MS))
            return -1;
        size = 0;
        for (int i = 0; i < 8; i++)
            size = size << 8 | header[1 + i];
    }
    if (size > FRAME_MOST || (body = malloc(size + 1)) == NULL)
        return -1;
    if (!receive_raw(peer, body, size, PATIENCE_MS)) {
        free(body);
        return -1;
    }
    *ret_body = body;
    *ret_flags = header[0];
    return (long)size;
}

long zmtp_receive(struct zmtp *peer, void *room, size_t room_bytes, int timeout_ms)
{
    for (;;) {
        uint8_t *body = NULL;
        const uint8_t *inside;
        unsigned flags = 0;
        long size = receive_frame(peer, &body, &flags, timeout_ms);
        bool is_command;

        if (size < 0)
            return size;
        inside = body;
        is_command = (flags & FLAG_COMMAND) != 0;
        if (peer->curve && !is_command) {
            size = zmtp_open_seal(peer, body, (size_t)size, &flags);
            inside = body + ZMTP_SEAL_BYTES - 16;
            is_command = (flags & ZMTP_COMMAND) != 0;
        }
        if (size >= 0 && !is_command && room_bytes > 0)
            memcpy(room, inside, (size_t)size < room_bytes ? (size_t)size : room_bytes);
        free(body);
        if (size < 0 || !is_command)
            return size;
    }
}

bool zmtp_is_cut(struct zmtp *peer, int timeout_ms)
{
    uint8_t bytes[4096];

    while (wait_for(peer->fd, POLLIN, timeout_ms)) {
        if (recv(peer->fd, bytes, sizeof bytes, 0) <= 0)
            return true;
    }
    return false;
}

static int connect_port(int port)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&name, sizeof name) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static int connect_path(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)strncpy(name.sun_path, path, sizeof name.sun_path - 1);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&name, sizeof name) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static bool greet(struct zmtp *peer)
{
    uint8_t greeting[GREETING_BYTES] = {0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 1};
    uint8_t theirs[GREETING_BYTES];
    const char *mechanism = peer->curve ? "CURVE" : "NULL";

    memcpy(greeting + 12, mechanism, strlen(mechanism));
    return zmtp_send_raw(peer, greeting, sizeof greeting) &&
           receive_raw(peer, theirs, sizeof theirs, PATIENCE_MS) && theirs[0] == 0xff &&
           strncmp((const char *)theirs + 12, mechanism, 20) == 0;
}

static bool send_command(struct zmtp *peer, const uint8_t *body, size_t size)
{
    return size > 0 && queue_header(peer, FLAG_COMMAND, size) && queue(peer, body, size) &&
           zmtp_flush(peer);
}

static bool receive_command(struct zmtp *peer, const char *name, uint8_t *room, size_t room_bytes,
                            size_t *ret_size)
{
    uint8_t *body = NULL;
    unsigned flags = 0;
    long size = receive_frame(peer, &body, &flags, PATIENCE_MS);
    size_t length = strlen(name);
    bool is_it = size > (long)length && (size_t)size <= room_bytes && (flags & FLAG_COMMAND) != 0 &&
                 body[0] == length && memcmp(body + 1, name, length) == 0;

    if (is_it) {
        memcpy(room, body, (size_t)size);
        *ret_size = (size_t)size;
    }
    free(body);
    return is_it;
}

static bool ready_without_curve(struct zmtp *peer, const struct zmtp_options *options)
{
    uint8_t command[ZMTP_COMMAND_BYTES] = "\5READY";
    size_t size = 6 + zmtp_metadata(options, command + 6);

    return send_command(peer, command, size) &&
           receive_command(peer, "READY", command, sizeof command, &size);
}

static bool shake_hands(struct zmtp *peer, const struct zmtp_options *options, enum zmtp_step until)
{
    uint8_t command[ZMTP_COMMAND_BYTES];
    size_t size = zmtp_hello(peer, options, command);

    if (!send_command(peer, command, size) ||
        !receive_command(peer, "WELCOME", command, sizeof command, &size) ||
        !zmtp_take_welcome(peer, options, command, size))
        return false;
    peer->step = ZMTP_HELLO;
    if (until == ZMTP_HELLO)
        return true;
    size = zmtp_initiate(peer, options, command);
    if (!send_command(peer, command, size))
        return false;
    peer->step = ZMTP_INITIATE;
    if (until == ZMTP_INITIATE)
        return true;
    return receive_command(peer, "READY", command, sizeof command, &size) &&
           zmtp_take_ready(peer, command, size);
}

bool zmtp_open(struct zmtp *peer, const struct zmtp_options *options)
{
    enum zmtp_step until = options->until == 0 ? ZMTP_READY : options->until;

    memset(peer, 0, offsetof(struct zmtp, queue));
    peer->sent_bytes = 0;
    peer->curve = options->keys != NULL;
    peer->nonce = 1;
    peer->fd = options->path != NULL ? connect_path(options->path) : connect_port(options->port);
    if (peer->fd < 0)
        return false;
    if (until == ZMTP_SILENT)
        return true;
    if (!greet(peer))
        return false;
    peer->step = ZMTP_GREETED;
    if (until == ZMTP_GREETED)
        return true;
    if (!(peer->curve ? shake_hands(peer, options, until) : ready_without_curve(peer, options)))
        return false;
    if (until == ZMTP_READY)
        peer->step = ZMTP_READY;
    return true;
}

void zmtp_close(struct zmtp *peer)
{
    if (peer->fd >= 0)
        (void)close(peer->fd);
    peer->fd = -1;
}
