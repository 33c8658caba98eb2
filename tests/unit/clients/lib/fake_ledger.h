/* An ingest and a ledger in one, in the test's own thread: a ROUTER over ipc that keeps outcomes,
 * holds to `after`, and misbehaves on demand. */
#ifndef TESTS_FAKE_LEDGER_H
#define TESTS_FAKE_LEDGER_H

#include "core/base/hash.h"
#include "core/bus/bus.h"
#include "proto/codec.h"

#define FAKE_MOST 4096

struct fake_outcome {
    struct mp_uuid id;
    struct mp_hash bytes; /* of the submission */
    uint64_t seq;         /* 0: rejected */
};

struct fake_ledger {
    struct mp_bus *bus;
    void *router; /* NULL: nobody there */
    char address[128];
    struct fake_outcome outcomes[FAKE_MOST]; /* in the order of the decisions */
    size_t count;
    uint64_t epoch, head, restored_head;
    struct mp_arena *arena;

    size_t received;    /* submissions */
    size_t after_other; /* the same id came again with other bytes than were decided */
    size_t most_waiting;

    /* What it does wrong, counted down: */
    size_t busy;   /* answers busy{full} to that many submissions */
    size_t silent; /* decides, but loses that many answers */
    size_t deaf;   /* loses that many submissions */
    size_t reject; /* rejects that many */
    bool twice;    /* each answer goes out twice */
    bool noise;    /* each answer comes with bytes that are none, and one for a stranger */
    uint32_t retry_after_ms;
};

void fake_ledger_init(struct fake_ledger *fake, struct mp_bus *bus, const char *folder);
void fake_ledger_done(struct fake_ledger *fake);
void fake_ledger_start(struct fake_ledger *fake);
void fake_ledger_stop(struct fake_ledger *fake);
/* Until something has come, at most so long; not at all while it is stopped. */
void fake_ledger_await(struct fake_ledger *fake, long timeout_ms);
/* Answers all that has come. */
void fake_ledger_serve(struct fake_ledger *fake);
/* A new epoch in which only the first kept outcomes are known; the sequences behind are given
 * again. */
void fake_ledger_restore(struct fake_ledger *fake, size_t kept);

#endif
