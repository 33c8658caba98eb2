/* Ingest without sockets: who may hand what on, in which batch, and how much may be under way. Its
 * refusals depend on the bytes and the key alone; everything else is the ledger's to say. */
#ifndef MP_INGEST_INTAKE_H
#define MP_INGEST_INTAKE_H

#include "core/base/buffer.h"
#include "proto/codec.h"

#define INTAKE_BATCH_SUBMISSIONS 512
#define INTAKE_BATCH_BYTES       (2u << 20)
#define INTAKE_FLIGHT_MS         10000       /* a batch without an answer for so long is given up */
#define INTAKE_FLIGHTS_MOST      1024        /* batches under way */
#define INTAKE_FLIGHT_BYTES      (64u << 20) /* of all of them together */

struct intake;

int intake_new(size_t in_flight_most, struct intake **ret_intake) MP_CHECK_RESULT;
void intake_free(struct intake *intake);

/* A message of a peer whose key is valid. 0: it is in the batch. 1: answered at once (*ret_answer,
 * texts until the next call): malformed, or busy. */
int intake_take(struct intake *intake, struct mp_span peer, const uint8_t key[static 32],
                struct mp_span submission, struct mp_answer *ret_answer);
/* A refusal by name for a peer that may not submit. */
void intake_refuse(struct intake *intake, struct mp_span submission, enum mp_reject code,
                   struct mp_answer *ret_answer);
void intake_busy(struct intake *intake, struct mp_span submission, enum mp_busy_why why,
                 struct mp_answer *ret_answer);

/* The batch is worth sending now (full). */
bool intake_is_full(const struct intake *intake);
bool intake_is_empty(const struct intake *intake);
/* The batch's bytes; after it has been handed over, sent; when it could not be, give_up answers
 * busy to each through the callback. */
struct mp_span intake_batch(const struct intake *intake);
void intake_sent(struct intake *intake, int64_t now_ms);
typedef void (*intake_answer)(void *context, struct mp_span peer, struct mp_span answer);
void intake_give_up(struct intake *intake, intake_answer answer, void *context);

/* What the ledger answered: each answer goes to its peer. MP_EMALFORMED. */
int intake_answers(struct intake *intake, struct mp_span batch, intake_answer answer,
                   void *context) MP_CHECK_RESULT;
/* Batches without an answer for too long no longer count as under way. */
void intake_expire(struct intake *intake, int64_t now_ms);
size_t intake_in_flight(const struct intake *intake);

#endif
