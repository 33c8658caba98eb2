#include "services/ingest/intake.h"

#include "core/domain/rules.h"
#include "proto/forward.h"

#include <stdlib.h>

/* A batch under way. */
struct flight {
    uint64_t number; /* 0: free */
    size_t count, bytes;
    int64_t sent_ms;
};

struct intake {
    struct mp_arena *arena;
    struct mp_buffer batch;
    struct mp_buffer answer;
    size_t batch_count;
    uint64_t number; /* of the batch being gathered */
    struct flight flights[INTAKE_FLIGHTS_MOST];
    size_t flight_count;
    size_t in_flight, in_flight_most; /* submissions */
    size_t in_flight_bytes;
};

static void begin_batch(struct intake *intake)
{
    mp_buffer_clear(&intake->batch);
    intake->number++;
    intake->batch_count = 0;
    mp_forward_begin(&intake->batch, intake->number);
}

int intake_new(size_t in_flight_most, struct intake **ret_intake)
{
    struct intake *intake = calloc(1, sizeof(*intake));
    if (intake == NULL)
        return MP_ENOMEM;
    intake->in_flight_most = in_flight_most;
    intake->arena = mp_arena_new(MP_SUBMISSION_ARENA);
    mp_buffer_init(&intake->batch, MP_FORWARD_BATCH_MOST);
    mp_buffer_init(&intake->answer, MP_SUBMISSION_MOST);
    begin_batch(intake);
    if (intake->arena == NULL || intake->batch.error != 0) {
        intake_free(intake);
        return MP_ENOMEM;
    }
    *ret_intake = intake;
    return 0;
}

void intake_free(struct intake *intake)
{
    if (intake == NULL)
        return;
    mp_arena_free(intake->arena);
    mp_buffer_done(&intake->batch);
    mp_buffer_done(&intake->answer);
    free(intake);
}

static void rejected(struct mp_answer *ret_answer, const struct mp_uuid *id,
                     const struct mp_rejection *rejection)
{
    *ret_answer =
        (struct mp_answer){.id = *id, .outcome = MP_OUTCOME_REJECTED, .rejection = *rejection};
}

void intake_busy(struct intake *intake, struct mp_span submission, enum mp_busy_why why,
                 struct mp_answer *ret_answer)
{
    (void)intake;
    *ret_answer = (struct mp_answer){.outcome = MP_OUTCOME_BUSY, .retry_after_ms = 250, .why = why};
    mp_submission_peek_id(submission, &ret_answer->id);
}

void intake_refuse(struct intake *intake, struct mp_span submission, enum mp_reject code,
                   struct mp_answer *ret_answer)
{
    struct mp_rejection rejection;
    struct mp_uuid id;

    mp_arena_reset(intake->arena);
    (void)mp_reject(&rejection, intake->arena, code, "key",
                    code == MP_REJECT_KEY_REVOKED
                        ? "this key was revoked: ask the authority for a new one"
                        : "this key is not registered: ask the authority to register it");
    mp_submission_peek_id(submission, &id);
    rejected(ret_answer, &id, &rejection);
}

/* For one more submission, in this batch, among those under way. */
static bool has_room(const struct intake *intake, size_t size)
{
    return intake->in_flight + intake->batch_count < intake->in_flight_most &&
           intake->flight_count < INTAKE_FLIGHTS_MOST &&
           intake->in_flight_bytes + intake->batch.size + size <= INTAKE_FLIGHT_BYTES;
}

int intake_take(struct intake *intake, struct mp_span peer, const uint8_t key[static 32],
                struct mp_span bytes, struct mp_answer *ret_answer)
{
    struct mp_submission submission = {0};
    struct mp_rejection rejection;

    mp_arena_reset(intake->arena);
    int result = mp_submission_decode(bytes, intake->arena, &submission, &rejection);
    if (result == 0)
        result = mp_validate(&submission, intake->arena, &rejection);
    if (result == 1) {
        rejected(ret_answer, &submission.id, &rejection);
        return 1;
    }
    if (result < 0 || intake_is_full(intake) || !has_room(intake, bytes.size)) {
        intake_busy(intake, bytes, MP_BUSY_FULL, ret_answer);
        return 1;
    }
    struct mp_forward_item item = {.peer = peer, .key = mp_span_make(key, 32), .bytes = bytes};
    mp_forward_add(&intake->batch, &item);
    intake->batch_count++;
    return 0;
}

bool intake_is_full(const struct intake *intake)
{
    return intake->batch_count >= INTAKE_BATCH_SUBMISSIONS ||
           intake->batch.size >= INTAKE_BATCH_BYTES || intake->batch.error != 0;
}

bool intake_is_empty(const struct intake *intake)
{
    return intake->batch_count == 0;
}

struct mp_span intake_batch(const struct intake *intake)
{
    return mp_buffer_span(&intake->batch);
}

static struct flight *find_flight(struct intake *intake, uint64_t number)
{
    for (size_t i = 0; i < INTAKE_FLIGHTS_MOST; i++)
        if (intake->flights[i].number == number)
            return &intake->flights[i];
    return NULL;
}

static void land(struct intake *intake, struct flight *flight)
{
    intake->in_flight -= flight->count;
    intake->in_flight_bytes -= flight->bytes;
    intake->flight_count--;
    flight->number = 0;
}

void intake_sent(struct intake *intake, int64_t now_ms)
{
    struct flight *flight = find_flight(intake, 0);

    if (flight != NULL) {
        *flight = (struct flight){.number = intake->number,
                                  .count = intake->batch_count,
                                  .bytes = intake->batch.size,
                                  .sent_ms = now_ms};
        intake->in_flight += flight->count;
        intake->in_flight_bytes += flight->bytes;
        intake->flight_count++;
    }
    begin_batch(intake);
}

void intake_give_up(struct intake *intake, intake_answer answer, void *context)
{
    struct mp_reader reader = mp_reader_make(mp_buffer_span(&intake->batch));
    struct mp_forward_item item;

    (void)mp_forward_number(&reader);
    while (mp_forward_next(&reader, false, &item)) {
        struct mp_answer busy;
        intake_busy(intake, item.bytes, MP_BUSY_NO_LEDGER, &busy);
        mp_buffer_clear(&intake->answer);
        if (mp_answer_encode(&busy, &intake->answer) == 0)
            answer(context, item.peer, mp_buffer_span(&intake->answer));
    }
    begin_batch(intake);
}

int intake_answers(struct intake *intake, struct mp_span batch, intake_answer answer, void *context)
{
    struct mp_reader reader = mp_reader_make(batch);
    struct mp_forward_item item;

    uint64_t number = mp_forward_number(&reader);
    struct flight *flight = number != 0 ? find_flight(intake, number) : NULL;
    if (flight != NULL)
        land(intake, flight);
    while (mp_forward_next(&reader, true, &item))
        answer(context, item.peer, item.bytes);
    return reader.error;
}

void intake_expire(struct intake *intake, int64_t now_ms)
{
    for (size_t i = 0; i < INTAKE_FLIGHTS_MOST; i++) {
        struct flight *flight = &intake->flights[i];
        if (flight->number != 0 && now_ms - flight->sent_ms >= INTAKE_FLIGHT_MS)
            land(intake, flight);
    }
}

size_t intake_in_flight(const struct intake *intake)
{
    return intake->in_flight;
}
