#include "core/bus/bus.h"
#include "core/bus/internal.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In 4.3.4's library; its header shows the name to the draft API only. Without it a CURVE server
 * lets everybody in when no ZAP handler answers. */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

#define MESSAGES_MOST         1000
#define FRAME_MOST_BYTES      ((int64_t)1 << 20)
#define DOMAIN_MOST_BYTES     255
#define BACKLOG_MOST          512
#define HANDSHAKE_MS          5000
#define HEARTBEAT_EVERY_MS    5000
#define HEARTBEAT_TIMEOUT_MS  30000
#define RECONNECT_MS          100
#define RECONNECT_TCP_MOST_MS 10000
#define RECONNECT_IPC_MOST_MS 1000
#define IPC_UMASK             0177

static int set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0 ? 0 : mp_bus_error(errno);
}

static int set_bytes(void *socket, int option, const void *bytes, size_t size)
{
    return zmq_setsockopt(socket, option, bytes, size) == 0 ? 0 : mp_bus_error(errno);
}

static int check_options(const struct mp_socket_options *options)
{
    if (options->linger_ms < 0 || options->send_most < 0 || options->receive_most < 0 ||
        options->frame_most_bytes < 0)
        return MP_EINVAL;
    if (options->keys == NULL)
        return options->server || options->server_key != NULL ? MP_EINVAL : 0;
    if (!options->server)
        return options->server_key != NULL ? 0 : MP_EINVAL;
    /* An empty domain would not be enforced: everybody could enter. */
    if (options->zap_domain == NULL || options->zap_domain[0] == '\0')
        return MP_EPERM;
    return strlen(options->zap_domain) <= DOMAIN_MOST_BYTES ? 0 : MP_ETOOBIG;
}

static int zmq_type(enum mp_socket_kind kind)
{
    static const int types[] = {
        [MP_SOCKET_ROUTER] = ZMQ_ROUTER, [MP_SOCKET_DEALER] = ZMQ_DEALER,
        [MP_SOCKET_XPUB] = ZMQ_XPUB,     [MP_SOCKET_SUB] = ZMQ_SUB,
        [MP_SOCKET_REP] = ZMQ_REP,       [MP_SOCKET_REQ] = ZMQ_REQ,
        [MP_SOCKET_PAIR] = ZMQ_PAIR,
    };
    return (size_t)kind < MP_LENGTH(types) ? types[kind] : -1;
}

/* A connection that breaks while its receive queue is at the mark ends the process at its next
 * heartbeat, a ping sent or one that is found in what was received before (libzmq 4.3.4,
 * stream_engine_base.cpp: out_event asserts !_io_error, which in_event has set when the input was
 * stopped). So a socket has a mark or heartbeats, never both: on this machine the kernel tells of
 * the other's end, and over TCP bytes are bounded by other means (mp_peers, mp_tray). */
static bool has_heartbeats(const struct mp_socket_options *options)
{
    return options->keys != NULL;
}

static int receive_most(const struct mp_socket_options *options)
{
    if (has_heartbeats(options))
        return 0;
    return options->receive_most != 0 ? options->receive_most : MESSAGES_MOST;
}

static int set_common(void *socket, const struct mp_socket_options *options)
{
    const struct {
        int option, value;
    } table[] = {
        {ZMQ_LINGER, options->linger_ms},
        {ZMQ_SNDHWM, options->send_most != 0 ? options->send_most : MESSAGES_MOST},
        {ZMQ_RCVHWM, receive_most(options)},
        {ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS},
        {ZMQ_HEARTBEAT_IVL, has_heartbeats(options) ? HEARTBEAT_EVERY_MS : 0},
        {ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS},
        {ZMQ_HEARTBEAT_TTL, HEARTBEAT_TIMEOUT_MS},
        {ZMQ_BACKLOG, BACKLOG_MOST},
        {ZMQ_IPV6, 0},
    };
    for (size_t i = 0; i < MP_LENGTH(table); i++) {
        int result = set_int(socket, table[i].option, table[i].value);
        if (result != 0)
            return result;
    }
    int64_t most = options->frame_most_bytes != 0 ? options->frame_most_bytes : FRAME_MOST_BYTES;
    return set_bytes(socket, ZMQ_MAXMSGSIZE, &most, sizeof most);
}

static int set_kind(void *socket, enum mp_socket_kind kind)
{
    switch (kind) {
    case MP_SOCKET_ROUTER:
        return set_int(socket, ZMQ_ROUTER_MANDATORY, 1);
    case MP_SOCKET_XPUB:
        return set_int(socket, ZMQ_XPUB_MANUAL, 1);
    case MP_SOCKET_DEALER: /* no queue for a connection that does not stand yet */
    case MP_SOCKET_REQ:
        return set_int(socket, ZMQ_IMMEDIATE, 1);
    default:
        return 0;
    }
}

static int set_curve(void *socket, const struct mp_socket_options *options)
{
    if (options->keys == NULL)
        return 0;
    int result = set_int(socket, ZMQ_CURVE_SERVER, options->server);
    if (result == 0 && options->server)
        result =
            set_bytes(socket, ZMQ_ZAP_DOMAIN, options->zap_domain, strlen(options->zap_domain));
    if (result == 0 && options->server)
        result = set_int(socket, ZMQ_ZAP_ENFORCE_DOMAIN, 1);
    if (result == 0 && !options->server)
        result = set_bytes(socket, ZMQ_CURVE_SERVERKEY, options->server_key, MP_KEY_BYTES);
    if (result == 0)
        result = set_bytes(socket, ZMQ_CURVE_PUBLICKEY, options->keys->public_key, MP_KEY_BYTES);
    if (result == 0)
        result = set_bytes(socket, ZMQ_CURVE_SECRETKEY, options->keys->secret_key, MP_KEY_BYTES);
    return result;
}

int mp_socket_open(struct mp_bus *bus, const struct mp_socket_options *options, void **ret_socket)
{
    int result = check_options(options);
    if (result != 0)
        return result;
    int type = zmq_type(options->kind);
    if (type < 0)
        return MP_EINVAL;
    MP_AUTO(mp_socket_close) void *socket = zmq_socket(bus->context, type);
    if (socket == NULL)
        return mp_bus_error(errno);
    result = set_common(socket, options);
    if (result == 0)
        result = set_kind(socket, options->kind);
    if (result == 0)
        result = set_curve(socket, options);
    if (result == 0)
        *ret_socket = mp_take(socket);
    return result;
}

static bool has_scheme(const char *address, const char *scheme)
{
    return strncmp(address, scheme, strlen(scheme)) == 0;
}

/* Only what CURVE or the file system protects. */
static int check_address(void *socket, const char *address)
{
    if (has_scheme(address, "inproc://"))
        return 0;
    const char *path = mp_ipc_path(address);
    if (path != NULL) {
        if (path[0] == '@') /* an abstract name has no owner and no mode */
            return MP_EPERM;
        if (path[0] == '\0' || path[0] == '*')
            return MP_EINVAL;
        int found = mp_ipc_probe(path);
        return found == MP_ETOOBIG ? found : 0;
    }
    if (!has_scheme(address, "tcp://"))
        return MP_EINVAL;
    int mechanism = 0;
    size_t size = sizeof mechanism;
    if (zmq_getsockopt(socket, ZMQ_MECHANISM, &mechanism, &size) != 0)
        return mp_bus_error(errno);
    return mechanism == ZMQ_CURVE ? 0 : MP_EPERM;
}

/* libzmq would take the path away from another process that listens there, or delete a file that is
 * no socket. */
static int clear_path(const char *path)
{
    switch (mp_ipc_probe(path)) {
    case 0:
        return MP_EBUSY;
    case MP_ENOTFOUND:
        return 0;
    case MP_EUNREACHABLE:
        return unlink(path) == 0 || errno == ENOENT ? 0 : mp_bus_error(errno);
    case MP_EEXIST:
        return MP_EEXIST;
    case MP_EPERM:
        return MP_EPERM;
    default:
        return MP_ESYSTEM;
    }
}

static int bind_zmq(void *socket, const char *address)
{
    int result;
    mp_loop_touched(socket);
    do
        result = zmq_bind(socket, address);
    while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : mp_bus_error(errno);
}

int mp_socket_bind(void *socket, const char *address)
{
    int result = check_address(socket, address);
    if (result != 0)
        return result;
    const char *path = mp_ipc_path(address);
    if (path == NULL)
        return bind_zmq(socket, address);
    result = clear_path(path);
    if (result != 0)
        return result;
    /* A chmod afterwards would leave a moment in which anybody can connect. */
    mode_t before = umask(IPC_UMASK);
    result = bind_zmq(socket, address);
    (void)umask(before);
    return result;
}

int mp_socket_connect(void *socket, const char *address)
{
    int result = check_address(socket, address);
    if (result != 0)
        return result;
    bool local = mp_ipc_path(address) != NULL;
    result = set_int(socket, ZMQ_RECONNECT_IVL, local ? RECONNECT_MS / 10 : RECONNECT_MS);
    if (result == 0)
        result = set_int(socket, ZMQ_RECONNECT_IVL_MAX,
                         local ? RECONNECT_IPC_MOST_MS : RECONNECT_TCP_MOST_MS);
    if (result != 0)
        return result;
    int connected;
    mp_loop_touched(socket);
    do
        connected = zmq_connect(socket, address);
    while (connected != 0 && errno == EINTR);
    return connected == 0 ? 0 : mp_bus_error(errno);
}

bool mp_socket_can_send(void *socket)
{
    int events = 0;
    size_t size = sizeof events;
    mp_loop_touched(socket);
    return zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLOUT) != 0;
}

void mp_socket_close(void *socket)
{
    if (socket != NULL)
        (void)zmq_close(socket);
}

int mp_socket_bound_address(void *socket, char *text, size_t size)
{
    char address[PATH_MAX];
    size_t length = sizeof address;
    if (zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, address, &length) != 0)
        return mp_bus_error(errno);
    if (length <= 1) /* nothing bound yet */
        return MP_ENOTFOUND;
    if (length > size)
        return MP_ETOOBIG;
    memcpy(text, address, length);
    return 0;
}

static int set_topic(void *socket, int option, struct mp_span topic)
{
    return set_bytes(socket, option, topic.size == 0 ? "" : (const void *)topic.data, topic.size);
}

int mp_socket_admit(void *socket, struct mp_span topic, bool subscribe)
{
    return set_topic(socket, subscribe ? ZMQ_SUBSCRIBE : ZMQ_UNSUBSCRIBE, topic);
}

int mp_socket_subscribe(void *socket, struct mp_span topic)
{
    return set_topic(socket, ZMQ_SUBSCRIBE, topic);
}
