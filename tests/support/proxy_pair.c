#include "tests/support/proxy_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE_BYTES ((size_t)64 << 10)

static int connect_to(const struct proxy_options *options)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)options->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (options->receive_bytes > 0) /* before the connection: its window comes from it */
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &options->receive_bytes,
                         sizeof options->receive_bytes);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static void close_one(int fd, bool politely)
{
    const struct linger at_once = {.l_onoff = 1};

    if (fd < 0)
        return;
    if (!politely)
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    (void)close(fd);
}

bool proxy_pair_open(struct proxy_pair *pair, int client, const struct proxy_options *options,
                     struct proxy_counts *counts)
{
    const int on = 1;

    *pair = (struct proxy_pair){.is_open = true, .fds = {client, connect_to(options)}};
    for (int i = 0; i < PROXY_WAYS; i++) {
        proxy_stream_init(&pair->ways[i], counts);
        (void)fcntl(pair->fds[i], F_SETFL, O_NONBLOCK);
        (void)setsockopt(pair->fds[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    if (pair->fds[PROXY_DOWN] >= 0)
        return true;
    proxy_pair_close(pair, false);
    return false;
}

void proxy_pair_close(struct proxy_pair *pair, bool politely)
{
    if (!pair->is_open)
        return;
    for (int i = 0; i < PROXY_WAYS; i++) {
        close_one(pair->fds[i], politely);
        proxy_stream_done(&pair->ways[i]);
    }
    *pair = (struct proxy_pair){0};
}

static bool has_more(const struct proxy_pair *pair, int way)
{
    return pair->sent[way] < pair->ways[way].out.size;
}

void proxy_pair_wants(const struct proxy_pair *pair, struct pollfd *waits)
{
    for (int i = 0; i < PROXY_WAYS; i++) {
        bool reads = !has_more(pair, i) && !pair->ways[i].is_stalled;

        waits[i] = (struct pollfd){.fd = pair->fds[i]};
        waits[i].events = (short)((reads ? POLLIN : 0) | (has_more(pair, 1 - i) ? POLLOUT : 0));
    }
}

/* false: the receiver is gone. */
static bool send_out(struct proxy_pair *pair, int way)
{
    struct mp_buffer *out = &pair->ways[way].out;

    while (has_more(pair, way)) {
        ssize_t size = send(pair->fds[1 - way], out->data + pair->sent[way],
                            out->size - pair->sent[way], MSG_NOSIGNAL);

        if (size < 0 && errno != EINTR)
            return errno == EAGAIN;
        pair->sent[way] += size > 0 ? (size_t)size : 0;
    }
    mp_buffer_clear(out);
    pair->sent[way] = 0;
    return true;
}

/* false: the sender is gone. One piece at a time, and none before the last one has left. */
static bool read_in(struct proxy_pair *pair, int way)
{
    uint8_t piece[PIECE_BYTES];
    ssize_t size = recv(pair->fds[way], piece, sizeof piece, 0);

    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    if (size == 0)
        return false;
    proxy_stream_take(&pair->ways[way], mp_span_make(piece, (size_t)size));
    return true;
}

/* false: the connection is over, for everybody. */
static bool work_on(struct proxy_pair *pair, int way, short events)
{
    bool is_gone = (events & (POLLHUP | POLLERR)) != 0;
    bool reads = !has_more(pair, way) && !pair->ways[way].is_stalled;

    if (is_gone && !reads)
        return false;
    if ((is_gone || (events & POLLIN) != 0) && !read_in(pair, way))
        return false;
    return send_out(pair, way) && !(pair->ways[way].is_cut && !has_more(pair, way));
}

void proxy_pair_work(struct proxy_pair *pair, const struct pollfd *waits)
{
    for (int i = 0; i < PROXY_WAYS && pair->is_open; i++) {
        if (work_on(pair, i, waits[i].revents))
            continue;
        proxy_pair_close(pair, pair->ways[i].is_cut ? pair->ways[i].fault.politely : true);
    }
}
