/* A connection through the proxy, for proxy.c and proxy_pair.c. */
#ifndef MP_TESTS_SUPPORT_PROXY_PRIVATE_H
#define MP_TESTS_SUPPORT_PROXY_PRIVATE_H

#include "tests/support/proxy_stream.h"

#include <poll.h>

struct proxy_pair {
    bool is_open;
    int fds[PROXY_WAYS]; /* where each way comes from: the client, the service */
    struct proxy_stream ways[PROXY_WAYS];
    size_t sent[PROXY_WAYS]; /* of ways[].out */
};

/* Takes over the client's socket and connects to the service; false when that is not there. */
bool proxy_pair_open(struct proxy_pair *pair, int client, const struct proxy_options *options,
                     struct proxy_counts *counts);
void proxy_pair_close(struct proxy_pair *pair, bool politely);
/* What to wait for: two places. */
void proxy_pair_wants(const struct proxy_pair *pair, struct pollfd *waits);
void proxy_pair_work(struct proxy_pair *pair, const struct pollfd *waits);

#endif
