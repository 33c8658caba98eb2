#include "tests/support/faults_outbox.h"

#define START_US   INT64_C(1795305600000000)
#define DAY_US     (INT64_C(86400) * 1000000)
#define NOTE_BYTES 900
#define ANY_STATE  0x1eu
#define PUT_MOST   20

static struct mp_uuid id_of(size_t number)
{
    return mp_uuid_v8(mp_span_make(&number, sizeof(number)));
}

static int64_t now_us(size_t step)
{
    return START_US + (int64_t)step * 1000000;
}

static int make(struct mp_submission *submission, size_t number, size_t changes,
                struct mp_arena *arena)
{
    char *note = mp_arena_alloc(arena, NOTE_BYTES + 1);

    *submission = (struct mp_submission){.id = id_of(number), .change_count = changes};
    submission->changes = mp_arena_array(arena, changes, sizeof(*submission->changes));
    if (note == NULL || submission->changes == NULL)
        return MP_ENOMEM;
    memset(note, 'a' + (int)(number % 26), NOTE_BYTES);
    for (size_t i = 0; i < changes; i++) {
        mp_change_init(&submission->changes[i], MP_CHANGE_PROGRESS);
        submission->changes[i].progress.milestone = "ml-1:completion";
        submission->changes[i].progress.percent.unscaled = (int64_t)i;
        submission->changes[i].note = note;
    }
    return 0;
}

static int put(struct mp_outbox *outbox, size_t step, size_t first, size_t count, size_t changes,
               struct mp_arena *arena)
{
    struct mp_submission submissions[PUT_MOST];
    int error = 0;

    for (size_t i = 0; i < count && error == 0; i++)
        error = make(&submissions[i], first + i, changes, arena);
    return error != 0 ? error
                      : mp_outbox_put_many(outbox, submissions, count, now_us(step), arena, NULL);
}

static int send(struct mp_outbox *outbox, size_t most)
{
    uint64_t places[64];
    size_t count = 0;
    int error = mp_outbox_unanswered(outbox, 0, most, places, &count);

    return error != 0 ? error : mp_outbox_mark_sent(outbox, places, count);
}

static int answer(struct mp_outbox *outbox, size_t step, size_t first, size_t count,
                  enum mp_outcome outcome)
{
    struct mp_answer answers[PUT_MOST];

    for (size_t i = 0; i < count; i++) {
        answers[i] = (struct mp_answer){.id = id_of(first + i),
                                        .epoch = 1,
                                        .outcome = outcome,
                                        .first_seq = first + i,
                                        .last_seq = first + i};
        answers[i].rejection = (struct mp_rejection){
            .code = outcome == MP_OUTCOME_REJECTED ? MP_REJECT_REQUIRED : MP_REJECT_NONE,
            .field = "changes[0].note",
            .message = "give one"};
    }
    return mp_outbox_answer(outbox, answers, count, now_us(step));
}

static int drop(struct mp_outbox *outbox, size_t number)
{
    struct mp_uuid id = id_of(number);
    int error = mp_outbox_drop(outbox, &id);

    return error == MP_ENOTFOUND ? 0 : error; /* a step that is done again */
}

static int seen(struct mp_outbox *outbox, size_t number)
{
    struct mp_uuid id = id_of(number);

    return mp_outbox_mark_seen(outbox, &id);
}

/* Once each of what happens to an outbox, then the common round: put, send, answer. */
int faults_step(struct mp_outbox *outbox, size_t number, struct mp_arena *arena)
{
    size_t again;

    switch (number) {
    case 0:
        return put(outbox, number, 1, 5, 1, arena);
    case 1:
        return put(outbox, number, 6, 1, 60, arena);
    case 2:
        return put(outbox, number, 5, 2, 1, arena); /* both are there already */
    case 3:
        return send(outbox, 3);
    case 4:
        return answer(outbox, number, 1, 1, MP_OUTCOME_ACCEPTED);
    case 5:
        return answer(outbox, number, 2, 1, MP_OUTCOME_REJECTED);
    case 6:
        return seen(outbox, 2);
    case 7:
        return drop(outbox, 5); /* the next one follows another now */
    case 8:
        return drop(outbox, 2);
    case 9:
        return send(outbox, 64);
    case 10:
        return answer(outbox, number, 3, 2, MP_OUTCOME_ACCEPTED);
    case 11:
        return mp_outbox_epoch(outbox, 2, 1, &again); /* 3 and 4 are to be sent again */
    case 12:
        return put(outbox, number, 7, PUT_MOST, 10, arena);
    case 13:
        return send(outbox, 64);
    case 14:
        return mp_outbox_clean(outbox, now_us(number) + 40 * DAY_US);
    default:
        break;
    }
    size_t round = (number - 15) / 3, first = 40 + 4 * round;
    switch ((number - 15) % 3) {
    case 0:
        return put(outbox, number, first, 4, 1 + 20 * (round % 3), arena);
    case 1:
        return send(outbox, 64);
    default:
        return answer(outbox, number, first, 4,
                      round % 2 == 0 ? MP_OUTCOME_REJECTED : MP_OUTCOME_BUSY);
    }
}

static void add_entry(struct mp_buffer *buffer, const struct mp_outbox_entry *entry)
{
    mp_buffer_put_u64(buffer, entry->place);
    mp_buffer_put_u8(buffer, (uint8_t)entry->state);
    mp_buffer_put(buffer, entry->id.bytes, sizeof(entry->id.bytes));
    mp_buffer_put(buffer, entry->after.bytes, sizeof(entry->after.bytes));
    mp_buffer_put_u64(buffer, (uint64_t)entry->queued_at_us);
    mp_buffer_put_u64(buffer, (uint64_t)entry->answered_at_us);
    mp_buffer_put_u64(buffer, entry->answer.last_seq);
    mp_buffer_put_u8(buffer, entry->seen);
    mp_buffer_put_u64(buffer, entry->submission.size);
    mp_buffer_put_span(buffer, entry->submission);
}

int faults_outbox_hash(struct mp_outbox *outbox, struct mp_arena *arena, struct mp_hash *ret_hash)
{
    struct mp_outbox_counts counts;
    struct mp_hash hash = {.bytes = {0}};
    struct mp_outbox_entry entry;
    struct mp_buffer buffer;
    uint64_t place = 0;
    int error = mp_outbox_count(outbox, &counts);

    if (error != 0)
        return error;
    hash = mp_hash_of(mp_span_make(&counts, sizeof(counts)));
    mp_buffer_init(&buffer, (size_t)1 << 20);
    while ((error = mp_outbox_next(outbox, place, ANY_STATE, arena, &entry)) == 0) {
        mp_buffer_clear(&buffer);
        add_entry(&buffer, &entry);
        hash = mp_hash_chain(&hash, mp_buffer_span(&buffer));
        place = entry.place + 1;
        mp_arena_reset(arena);
    }
    error = error == MP_ENOTFOUND ? buffer.error : error;
    mp_buffer_done(&buffer);
    if (error == 0)
        *ret_hash = hash;
    return error;
}
