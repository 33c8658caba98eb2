/* Many subscribers in one thread: what consoles cost the sender, and how much arrives. The same
 * crowd stands before the bare PUB and before Milepost. */
#ifndef MP_BENCH_CROWD_H
#define MP_BENCH_CROWD_H

#include "tests/bench/raw.h"

#include <stdatomic.h>

#define CROWD_MOST 256

/* May lie in memory that two processes share. */
struct crowd_counts {
    atomic_uint ready; /* subscribers that have had a heartbeat */
    atomic_uint_fast64_t messages, bytes, events;
    atomic_bool stop;
};

struct crowd_options {
    unsigned subscribers;
    const char *address;
    const struct mp_key_pair *keys; /* NULL: plain */
    const uint8_t *server_key;
    const char *topic, *heartbeat;
};

/* Until counts->stop. */
void crowd_run(const struct crowd_options *options, struct crowd_counts *counts);

#endif
