#include "tests/bench/raw.h"

#include "tests/bench/measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

void *raw_context(void)
{
    void *context = zmq_ctx_new();

    bench_need(context != NULL && zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 4096) == 0, "context");
    return context;
}

static void set(void *socket, int option, const void *value, size_t size)
{
    bench_need(zmq_setsockopt(socket, option, value, size) == 0, "socket option %d", option);
}

void *raw_open(void *context, const struct raw_options *options)
{
    void *socket = zmq_socket(context, options->type);
    int nothing = 0, one = 1;

    bench_need(socket != NULL, "socket");
    set(socket, ZMQ_LINGER, &nothing, sizeof(nothing));
    set(socket, ZMQ_SNDHWM, &options->messages_most, sizeof(int));
    set(socket, ZMQ_RCVHWM, &options->messages_most, sizeof(int));
    if (options->keys == NULL)
        return socket;
    if (options->server_key == NULL)
        set(socket, ZMQ_CURVE_SERVER, &one, sizeof(one));
    else
        set(socket, ZMQ_CURVE_SERVERKEY, options->server_key, MP_KEY_BYTES);
    set(socket, ZMQ_CURVE_PUBLICKEY, options->keys->public_key, MP_KEY_BYTES);
    set(socket, ZMQ_CURVE_SECRETKEY, options->keys->secret_key, MP_KEY_BYTES);
    return socket;
}

int raw_free_port(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(name);
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    bench_need(file >= 0 && bind(file, (struct sockaddr *)&name, size) == 0 &&
                   getsockname(file, (struct sockaddr *)&name, &size) == 0,
               "a free port");
    (void)close(file);
    return ntohs(name.sin_port);
}

void raw_bind(void *socket, const char *address)
{
    bench_need(zmq_bind(socket, address) == 0, "cannot bind %s", address);
}

void raw_connect(void *socket, const char *address)
{
    bench_need(zmq_connect(socket, address) == 0, "cannot connect to %s", address);
}

void raw_subscribe(void *socket, const char *topic)
{
    set(socket, ZMQ_SUBSCRIBE, topic, strlen(topic));
}

void raw_send(void *socket, struct mp_span bytes, int flags)
{
    int sent;

    do
        sent = zmq_send(socket, bytes.data, bytes.size, flags);
    while (sent < 0 && errno == EINTR);
    bench_need(sent >= 0, "sending");
}

bool raw_wait(void *socket, int timeout_ms)
{
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};

    return zmq_poll(&item, 1, timeout_ms) > 0;
}

bool raw_receive(void *socket, zmq_msg_t *message, int timeout_ms)
{
    int size;

    (void)zmq_msg_init(message);
    do {
        size = zmq_msg_recv(message, socket, timeout_ms < 0 ? 0 : ZMQ_DONTWAIT);
        if (size >= 0)
            return true;
    } while (errno == EINTR);
    if (errno == EAGAIN && timeout_ms > 0 && raw_wait(socket, timeout_ms))
        return raw_receive(socket, message, 0);
    bench_need(errno == EAGAIN, "receiving");
    (void)zmq_msg_close(message);
    return false;
}

bool raw_has_more(void *socket)
{
    int more = 0;
    size_t size = sizeof(more);

    return zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) == 0 && more != 0;
}
