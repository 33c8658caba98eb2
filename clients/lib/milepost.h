/* Milepost's client library: report changes that survive crashes and days without a network, ask,
 * and follow the record as it changes.
 *
 *   #include <milepost.h>          cc example.c $(pkg-config --cflags --libs milepost)
 *
 * Not thread-safe: one client a thread. Calls block for at most their timeout. Every function
 * returns 0 or a negative enum mp_error (mp_error_text says it in words). Structs of the domain
 * (struct mp_change …) are described in core/domain/change.h and record.h, installed beside this
 * file. */
#ifndef MP_CLIENT_MILEPOST_H
#define MP_CLIENT_MILEPOST_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/domain/change.h"
#include "core/domain/record.h"
#include "core/domain/reject.h"
#include "core/domain/subject.h"

#include <stdbool.h>
#include <stdint.h>

#define MP_PUBLIC __attribute__((visibility("default")))

struct mp_client;

struct mp_client_options {
    const char *submit;     /* tcp://host:7701 */
    const char *feed;       /* tcp://host:7702 */
    const char *ask;        /* tcp://host:7703 */
    const char *server_key; /* public key of the services, 40 characters of Z85 */
    const char *key_file;   /* this agency's CURVE keys; mode 0600, else MP_EKEYMODE */
    const char *outbox;     /* folder of the durable outbox; NULL: this client only reads */
};

MP_PUBLIC int mp_client_open(const struct mp_client_options *options,
                             struct mp_client **ret_client) MP_CHECK_RESULT;
MP_PUBLIC void mp_client_close(struct mp_client *client);

enum mp_submit_outcome {
    MP_SUBMIT_QUEUED,   /* in the outbox; no answer within the time: not yet recorded */
    MP_SUBMIT_ACCEPTED, /* on disk in the ledger, as first_seq … last_seq */
    MP_SUBMIT_REJECTED
};

struct mp_submit_result {
    enum mp_submit_outcome outcome;
    struct mp_uuid id;
    uint64_t epoch, first_seq, last_seq;
    enum mp_reject code;
    char field[128];
    char message[768];
};

/* Puts 1..64 changes into the outbox (they are accepted or rejected together), sends what waits in
 * order, and waits for the answer. timeout_ms 0: queue only. Fails only if nothing could be queued.
 */
MP_PUBLIC int mp_client_submit(struct mp_client *client, const struct mp_change *changes,
                               size_t count, int64_t timeout_ms,
                               struct mp_submit_result *ret_result) MP_CHECK_RESULT;
/* Sends what waits: 0 when nothing waits any more, MP_ETIMEDOUT otherwise. */
MP_PUBLIC int mp_client_flush(struct mp_client *client, int64_t timeout_ms) MP_CHECK_RESULT;

/* The record, decoded into the arena. MP_ENOTFOUND, MP_EUNREACHABLE, MP_ETIMEDOUT. */
MP_PUBLIC int mp_client_get(struct mp_client *client, enum mp_kind kind, const char *id,
                            int64_t timeout_ms, struct mp_arena *arena,
                            struct mp_record *ret_record) MP_CHECK_RESULT;

enum mp_watch_state { MP_WATCH_CONNECTING, MP_WATCH_CATCHING_UP, MP_WATCH_LIVE, MP_WATCH_STALE };

struct mp_watch {
    void *context;
    /* Each change once; return false to stop watching. */
    bool (*event)(void *context, const struct mp_event *event);
    /* Live, catching up (done of total) or stale, whenever it changes; why: a sentence. May be
     * NULL. */
    bool (*state)(void *context, enum mp_watch_state state, uint64_t done, uint64_t total,
                  const char *why);
};

/* Follows a prefix ("ml-1/", "" for everything): from now on, or everything after since (when
 * replay is set). Returns 0 when a callback stopped it, MP_ETIMEDOUT after timeout_ms (-1: never).
 */
MP_PUBLIC int mp_client_watch(struct mp_client *client, const char *prefix, bool replay,
                              uint64_t since, const struct mp_watch *watch,
                              int64_t timeout_ms) MP_CHECK_RESULT;

#endif
