#include "services/ledger/writer.h"

#include <stdlib.h>

struct writer {
    struct mp_store *store;
    const struct mp_clock *clock;
    int offset_minutes;
    struct mp_batch *batch; /* stays open from group to group as long as they are logged */
    bool is_in_group;
    bool has_kept; /* something, in this group */
    struct mp_batch_events events;
    struct mp_buffer scratch; /* encoded answers on their way into the store */
    struct writer_counts pending, counts;
    struct mp_head head; /* as the group began */
};

/* One submission on its way through. */
struct work {
    struct mp_submission submission;
    struct mp_hash hash;
    const struct mp_record *agency;
    struct mp_rejection rejection;
};

int writer_new(struct mp_store *store, const struct mp_clock *clock, int offset_minutes,
               struct writer **ret_writer)
{
    struct writer *writer = calloc(1, sizeof(*writer));
    if (writer == NULL)
        return MP_ENOMEM;
    writer->store = store;
    writer->clock = clock;
    writer->offset_minutes = offset_minutes;
    mp_buffer_init(&writer->scratch, MP_SUBMISSION_MOST);
    *ret_writer = writer;
    return 0;
}

void writer_free(struct writer *writer)
{
    if (writer == NULL)
        return;
    mp_batch_abort(writer->batch);
    mp_buffer_done(&writer->scratch);
    free(writer);
}

void writer_give_up(struct writer *writer)
{
    writer->is_in_group = false;
    mp_batch_abort(mp_take(writer->batch));
}

int writer_begin(struct writer *writer)
{
    int64_t now_us = mp_clock_wall_us(writer->clock);
    int error = 0;

    if (writer->is_in_group)
        writer_give_up(writer);
    writer->events = (struct mp_batch_events){0};
    writer->pending = writer->counts;
    writer->head = mp_store_head(writer->store);
    writer->has_kept = false;
    if (writer->batch != NULL)
        mp_batch_next(writer->batch, now_us);
    else
        error = mp_batch_begin(writer->store, now_us, &writer->batch);
    writer->is_in_group = error == 0;
    return error;
}

static struct mp_answer answer_to(const struct writer *writer, const struct mp_uuid *id,
                                  enum mp_outcome outcome)
{
    return (struct mp_answer){
        .id = *id,
        .epoch = writer->head.epoch,
        .restored_head = writer->head.restored_head,
        .outcome = outcome,
    };
}

static int answer_rejected(struct writer *writer, const struct work *work,
                           struct mp_answer *ret_answer)
{
    *ret_answer = answer_to(writer, &work->submission.id, MP_OUTCOME_REJECTED);
    ret_answer->rejection = work->rejection;
    writer->pending.rejected++;
    return 0;
}

/* The same id again: the same answer, in today's envelope; other bytes under it are refused. */
static int answer_again(struct writer *writer, struct work *work, const struct mp_hash *kept_hash,
                        struct mp_span kept, struct mp_answer *ret_answer)
{
    struct mp_arena *arena = mp_batch_arena(writer->batch);

    if (memcmp(kept_hash->bytes, work->hash.bytes, sizeof(kept_hash->bytes)) != 0) {
        (void)mp_reject(&work->rejection, arena, MP_REJECT_ID_REUSED, "id",
                        "this submission id was used before for other content: "
                        "give the submission an id of its own");
        return answer_rejected(writer, work, ret_answer);
    }
    int error = mp_answer_decode(kept, arena, ret_answer);
    if (error != 0)
        return error == MP_EMALFORMED ? MP_ECORRUPT : error;
    ret_answer->epoch = writer->head.epoch;
    ret_answer->restored_head = writer->head.restored_head;
    writer->pending.repeated++;
    return 0;
}

/* Decides and applies every change; 1 when one was rejected. */
static int decide_changes(struct writer *writer, const uint8_t key[static 32], struct work *work)
{
    struct mp_batch *batch = writer->batch;
    struct mp_arena *arena = mp_batch_arena(batch);
    const struct mp_view *view = mp_batch_view(batch);
    struct mp_decide_context context = {
        .agency = work->agency,
        .today = mp_clock_civil_day(mp_batch_recorded_at_us(batch), writer->offset_minutes),
        .epoch = writer->head.epoch,
    };
    const char *agency_id = work->agency->agency.definition.id;

    for (size_t i = 0; i < work->submission.change_count; i++) {
        struct mp_change change;
        struct mp_subject subject;
        context.seq = mp_batch_next_seq(batch);
        /* A change before this one may have touched the submitter itself. */
        int result =
            i == 0 ? 0 : mp_decide_submitter(view, key, arena, &context.agency, &work->rejection);
        if (result == 0)
            result = mp_decide(view, &context, &work->submission.changes[i], arena, &change,
                               &subject, &work->rejection);
        if (result == 1)
            mp_reject_at(&work->rejection, arena, i);
        if (result == 0)
            result = mp_batch_apply(batch, &change, &subject, agency_id, &work->submission.id,
                                    (uint32_t)i);
        if (result != 0)
            return result;
    }
    return 0;
}

static int keep(struct writer *writer, const struct work *work, const struct mp_answer *answer)
{
    int error = mp_answer_encode(answer, &writer->scratch);
    if (error != 0) {
        mp_batch_undo(writer->batch);
        return error;
    }
    writer->has_kept = true;
    return mp_batch_keep(writer->batch, work->agency->agency.definition.id, &work->submission.id,
                         &work->hash, mp_buffer_span(&writer->scratch));
}

/* Decides the submission and keeps its outcome. */
static int settle(struct writer *writer, const uint8_t key[static 32], struct work *work,
                  struct mp_answer *ret_answer)
{
    struct mp_batch *batch = writer->batch;
    uint64_t first = mp_batch_next_seq(batch);
    struct mp_answer answer = answer_to(writer, &work->submission.id, MP_OUTCOME_ACCEPTED);

    mp_batch_mark(batch);
    int result = decide_changes(writer, key, work);
    if (result != 0)
        mp_batch_undo(batch);
    if (result < 0)
        return result;
    if (result == 0) {
        answer.first_seq = first;
        answer.last_seq = mp_batch_next_seq(batch) - 1;
    } else {
        answer.outcome = MP_OUTCOME_REJECTED;
        answer.rejection = work->rejection;
    }
    int error = keep(writer, work, &answer);
    if (error != 0)
        return error;
    if (result == 0) {
        writer->pending.accepted++;
        writer->pending.events += answer.last_seq - first + 1;
    } else {
        writer->pending.rejected++;
    }
    *ret_answer = answer;
    return 0;
}

/* 1 when `after` is given and has no outcome yet. */
static int must_wait(struct writer *writer, const struct work *work)
{
    if (mp_uuid_is_nil(&work->submission.after))
        return 0;
    int known = mp_batch_has_outcome(writer->batch, work->agency->agency.definition.id,
                                     &work->submission.after);
    return known < 0 ? known : !known;
}

int writer_take(struct writer *writer, const uint8_t key[static 32], struct mp_span submission,
                struct mp_answer *ret_answer)
{
    struct mp_batch *batch = writer->batch;
    struct mp_arena *arena = mp_batch_arena(batch);
    struct work work = {0};
    struct mp_hash kept_hash;
    struct mp_span kept;

    mp_buffer_clear(&writer->scratch);
    if (!mp_batch_has_room(batch))
        return MP_ENOMEM;
    int result = mp_submission_decode(submission, arena, &work.submission, &work.rejection);
    if (result == 0)
        result = mp_validate(&work.submission, arena, &work.rejection);
    if (result == 0)
        result =
            mp_decide_submitter(mp_batch_view(batch), key, arena, &work.agency, &work.rejection);
    if (result == 1)
        return answer_rejected(writer, &work, ret_answer);
    if (result < 0)
        return result;
    work.hash = mp_submission_content_hash(submission);
    result = mp_batch_outcome(batch, work.agency->agency.definition.id, &work.submission.id,
                              &kept_hash, &kept);
    if (result == 1)
        return answer_again(writer, &work, &kept_hash, kept, ret_answer);
    if (result == 0)
        result = must_wait(writer, &work);
    if (result == 1) {
        *ret_answer = answer_to(writer, &work.submission.id, MP_OUTCOME_BUSY);
        ret_answer->retry_after_ms = 100;
        ret_answer->why = MP_BUSY_AFTER_UNKNOWN;
        writer->pending.busy++;
        return 0;
    }
    return result < 0 ? result : settle(writer, key, &work, ret_answer);
}

struct mp_span writer_answer_bytes(const struct writer *writer)
{
    return mp_buffer_span(&writer->scratch);
}

int writer_commit(struct writer *writer)
{
    bool is_small = mp_batch_is_small(writer->batch);

    writer->is_in_group = false;
    writer->events = mp_batch_events(writer->batch);
    int error = is_small ? mp_batch_log(writer->batch) : mp_batch_commit(writer->batch);
    if (!is_small || error != 0)
        writer->batch = NULL;
    if (error != 0) {
        writer->events = (struct mp_batch_events){0};
        return error;
    }
    writer->counts = writer->pending;
    writer->counts.commits++;
    return 0;
}

int writer_file(struct writer *writer)
{
    if (writer->is_in_group) /* it failed, and nothing of it may be kept */
        writer_give_up(writer);
    if (writer->batch == NULL)
        return 0;
    return mp_batch_commit(mp_take(writer->batch));
}

bool writer_is_open(const struct writer *writer)
{
    return writer->batch != NULL;
}

bool writer_has_kept(const struct writer *writer)
{
    return writer->has_kept;
}

struct mp_batch_events writer_events(const struct writer *writer)
{
    return writer->events;
}

struct writer_counts writer_counts(const struct writer *writer)
{
    return writer->counts;
}
