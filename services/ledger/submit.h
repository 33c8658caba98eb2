/* The writer's thread: takes batches from ingest, commits them in groups, answers, publishes. */
#ifndef MP_LEDGER_SUBMIT_H
#define MP_LEDGER_SUBMIT_H

#include "core/base/clock.h"
#include "core/bus/bus.h"
#include "core/bus/loop.h"
#include "services/ledger/config.h"
#include "store/store.h"

#include <stdatomic.h>

/* Counters for stats; written by the writer, read by anybody. */
struct submit_stats {
    _Atomic uint64_t accepted, rejected, repeated, busy, events, commits, feed_dropped;
    _Atomic int failing; /* 0, or the error that keeps commits from succeeding */
    /* Grows at least once a second while the writer's thread goes round, idle or not. */
    _Atomic uint64_t turns;
};

struct submit;

int submit_open(struct mp_bus *bus, const struct ledger_config *config, struct mp_store *store,
                const struct mp_clock *clock, struct submit_stats *stats,
                struct submit **ret_submit) MP_CHECK_RESULT;
void submit_close(struct submit *submit);
/* Runs in its own thread until something can be read from stop_fd; drains what waits, then returns.
 */
int submit_run(struct submit *submit, int stop_fd);

#endif
