/* Questions on their way through: from consoles (ROUTER, CURVE) to the ledger (DEALER), and their
 * pages back. Keeps no state but a count; the way back travels with the question. */
#ifndef MP_PUBLISH_ASKS_H
#define MP_PUBLISH_ASKS_H

#include "clients/lib/registry.h"
#include "core/base/table.h"
#include "core/bus/bus.h"
#include "core/bus/loop.h"

struct asks;

struct asks_options {
    const char *listen;
    const struct mp_key_pair *keys;
    const char *zap_domain;
    struct mp_endpoint upstream;
    size_t most;
    struct mp_registry *registry;
    const struct mp_table *revoked; /* keys that the feed has seen revoked: the registry may lag */
    size_t connections_most;
};

int asks_open(struct mp_bus *bus, struct mp_loop *loop, const struct asks_options *options,
              struct asks **ret_asks) MP_CHECK_RESULT;
void asks_close(struct asks *asks);
/* NULL-safe: 0. */
size_t asks_connections(const struct asks *asks);

struct asks_counts {
    uint64_t asked, answered, refused, busy, dropped;
    size_t under_way;
};
struct asks_counts asks_counts(const struct asks *asks);
/* Once a second: questions that nobody will answer any more stop counting. */
void asks_expire(struct asks *asks);

#endif
