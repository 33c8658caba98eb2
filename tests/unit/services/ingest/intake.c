#include "services/ingest/intake.h"

#include "proto/forward.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define HEARD_MOST 1024

static const uint8_t key[32] = {0x51};

struct world {
    struct intake *intake;
    struct mp_arena *arena;
    struct mp_buffer bytes, batch;
    struct {
        char peer[8];
        struct mp_answer answer;
    } heard[HEARD_MOST];
    size_t heard_count;
};

static void world_open(struct world *world, size_t in_flight_most)
{
    *world = (struct world){0};
    cr_assert_eq(intake_new(in_flight_most, &world->intake), 0);
    world->arena = mp_arena_new(64u << 20);
    mp_buffer_init(&world->bytes, 1u << 20);
    mp_buffer_init(&world->batch, 4u << 20);
}

static void world_close(struct world *world)
{
    intake_free(world->intake);
    mp_arena_free(world->arena);
    mp_buffer_done(&world->bytes);
    mp_buffer_done(&world->batch);
}

static void hear(void *context, struct mp_span peer, struct mp_span answer)
{
    struct world *world = context;

    cr_assert_lt(world->heard_count, HEARD_MOST);
    cr_assert_lt(peer.size, sizeof(world->heard[0].peer));
    memcpy(world->heard[world->heard_count].peer, peer.data, peer.size);
    cr_assert_eq(mp_answer_decode(answer, world->arena, &world->heard[world->heard_count++].answer),
                 0);
}

static struct mp_uuid id_of(unsigned number)
{
    return mp_uuid_v8(mp_span_make(&number, sizeof(number)));
}

static struct mp_span submission(struct world *world, unsigned number, const char *note)
{
    struct mp_change change;
    struct mp_submission value = {.id = id_of(number), .changes = &change, .change_count = 1};

    mp_change_init(&change, MP_CHANGE_PROGRESS);
    change.note = note;
    change.progress.milestone = "ml-1:completion";
    mp_buffer_clear(&world->bytes);
    cr_assert_eq(mp_submission_encode(&value, world->arena, &world->bytes), 0);
    return mp_buffer_span(&world->bytes);
}

static int take(struct world *world, unsigned number, struct mp_answer *answer)
{
    return intake_take(world->intake, mp_span_text("peer"), key, submission(world, number, ""),
                       answer);
}

static void take_all(struct world *world, unsigned first, unsigned last)
{
    struct mp_answer answer;

    for (unsigned number = first; number <= last; number++)
        cr_assert_eq(take(world, number, &answer), 0, "%u", number);
}

/* The ledger's answer to the batch that is about to be sent: busy to each. */
static void answer_batch(struct world *world)
{
    struct mp_reader reader = mp_reader_make(intake_batch(world->intake));
    struct mp_forward_item item;

    mp_buffer_clear(&world->batch);
    mp_forward_begin(&world->batch, mp_forward_number(&reader));
    while (mp_forward_next(&reader, false, &item)) {
        struct mp_answer answer = {.outcome = MP_OUTCOME_BUSY, .why = MP_BUSY_FULL};
        struct mp_buffer bytes;
        mp_submission_peek_id(item.bytes, &answer.id);
        mp_buffer_init(&bytes, 4096);
        cr_assert_eq(mp_answer_encode(&answer, &bytes), 0);
        mp_forward_add_answer(&world->batch, item.peer, mp_buffer_span(&bytes));
        mp_buffer_done(&bytes);
    }
    cr_assert_eq(reader.error, 0);
}

Test(ingest_intake, a_batch_holds_peer_key_and_bytes_untouched)
{
    struct world world;
    struct mp_forward_item item;
    struct mp_answer answer;

    world_open(&world, 100);
    cr_expect(intake_is_empty(world.intake));
    cr_assert_eq(take(&world, 1, &answer), 0);
    cr_expect(!intake_is_empty(world.intake));
    struct mp_reader reader = mp_reader_make(intake_batch(world.intake));
    cr_expect_neq(mp_forward_number(&reader), 0);
    cr_assert(mp_forward_next(&reader, false, &item));
    cr_expect(mp_span_equal(item.peer, mp_span_text("peer")));
    cr_expect(mp_span_equal(item.key, mp_span_make(key, 32)));
    cr_expect(mp_span_equal(item.bytes, mp_buffer_span(&world.bytes)));
    cr_expect(!mp_forward_next(&reader, false, &item));
    cr_expect_eq(reader.error, 0);
    world_close(&world);
}

static void expect_refused(struct world *world, struct mp_span bytes, enum mp_reject code,
                           const char *field)
{
    struct mp_answer answer;

    cr_assert_eq(intake_take(world->intake, mp_span_text("peer"), key, bytes, &answer), 1);
    cr_assert_eq(answer.outcome, MP_OUTCOME_REJECTED);
    cr_expect_eq(answer.rejection.code, code, "%s, not %s", mp_reject_name(answer.rejection.code),
                 mp_reject_name(code));
    cr_expect_str_eq(answer.rejection.field, field);
    cr_expect_gt(strlen(answer.rejection.message), 20);
    cr_expect(intake_is_empty(world->intake));
}

Test(ingest_intake, what_is_not_well_formed_is_refused_by_name)
{
    struct world world;
    static uint8_t large[MP_SUBMISSION_MOST + 1];
    struct mp_change change;
    struct mp_submission value = {.id = id_of(1), .changes = &change, .change_count = 1};

    world_open(&world, 100);
    expect_refused(&world, mp_span_text("\xff\xff"), MP_REJECT_MALFORMED, "submission");
    expect_refused(&world, mp_span_make(large, sizeof(large)), MP_REJECT_TOO_LARGE, "submission");
    value.change_count = 0;
    cr_assert_eq(mp_submission_encode(&value, world.arena, &world.bytes), 0);
    expect_refused(&world, mp_buffer_span(&world.bytes), MP_REJECT_NO_CHANGES, "changes");
    mp_change_init(&change, MP_CHANGE_PROGRESS);
    change.progress.milestone = "no milestone";
    value.change_count = 1;
    mp_buffer_clear(&world.bytes);
    cr_assert_eq(mp_submission_encode(&value, world.arena, &world.bytes), 0);
    expect_refused(&world, mp_buffer_span(&world.bytes), MP_REJECT_ID_INVALID,
                   "changes[0].milestone");
    world_close(&world);
}

/* Few bytes that would unpack into much: refused for good, not told to come again. */
Test(ingest_intake, bytes_that_would_grow_are_refused_by_name)
{
    static uint8_t bytes[MP_SUBMISSION_MOST];
    struct world world;
    struct mp_answer answer;

    world_open(&world, 100);
    for (size_t i = 0; i < sizeof(bytes); i += 2)
        bytes[i] = 4 << 3 | 2; /* an empty change */
    cr_assert_eq(intake_take(world.intake, mp_span_text("peer"), key,
                             mp_span_make(bytes, sizeof(bytes)), &answer),
                 1);
    cr_assert_eq(answer.outcome, MP_OUTCOME_REJECTED);
    cr_expect_eq(answer.rejection.code, MP_REJECT_TOO_MANY, "%s",
                 mp_reject_name(answer.rejection.code));
    world_close(&world);
}

/* So that the sender knows which one it was. */
Test(ingest_intake, a_refusal_carries_the_id)
{
    struct world world;
    struct mp_change change;
    struct mp_submission value = {.id = id_of(7), .changes = &change, .change_count = 1};
    struct mp_answer answer;

    world_open(&world, 100);
    mp_change_init(&change, MP_CHANGE_PROGRESS);
    change.progress.milestone = "no milestone";
    cr_assert_eq(mp_submission_encode(&value, world.arena, &world.bytes), 0);
    cr_assert_eq(
        intake_take(world.intake, mp_span_text("peer"), key, mp_buffer_span(&world.bytes), &answer),
        1);
    cr_expect(mp_uuid_equal(&answer.id, &value.id));
    intake_refuse(world.intake, mp_buffer_span(&world.bytes), MP_REJECT_KEY_REVOKED, &answer);
    cr_expect_eq(answer.rejection.code, MP_REJECT_KEY_REVOKED);
    cr_expect(mp_uuid_equal(&answer.id, &value.id));
    intake_refuse(world.intake, mp_buffer_span(&world.bytes), MP_REJECT_KEY_UNKNOWN, &answer);
    cr_expect_eq(answer.rejection.code, MP_REJECT_KEY_UNKNOWN);
    intake_busy(world.intake, mp_buffer_span(&world.bytes), MP_BUSY_NO_LEDGER, &answer);
    cr_expect_eq(answer.outcome, MP_OUTCOME_BUSY);
    cr_expect_eq(answer.why, MP_BUSY_NO_LEDGER);
    cr_expect_gt(answer.retry_after_ms, 0);
    cr_expect(mp_uuid_equal(&answer.id, &value.id));
    /* Bytes without an id: nil, and no fault. */
    intake_refuse(world.intake, mp_span_text("\xff"), MP_REJECT_KEY_UNKNOWN, &answer);
    cr_expect(mp_uuid_is_nil(&answer.id));
    world_close(&world);
}

Test(ingest_intake, beyond_what_may_be_under_way_the_answer_is_busy)
{
    struct world world;
    struct mp_answer answer;

    world_open(&world, 3);
    take_all(&world, 1, 3);
    cr_assert_eq(take(&world, 4, &answer), 1);
    cr_expect_eq(answer.outcome, MP_OUTCOME_BUSY);
    cr_expect_eq(answer.why, MP_BUSY_FULL);
    intake_sent(world.intake, 0);
    cr_expect_eq(intake_in_flight(world.intake), 3);
    cr_expect_eq(take(&world, 4, &answer), 1, "they are still under way");
    world_close(&world);
}

Test(ingest_intake, answers_make_room_and_go_to_their_peers)
{
    struct world world;
    struct mp_answer answer;

    world_open(&world, 3);
    take_all(&world, 1, 2);
    cr_assert_eq(
        intake_take(world.intake, mp_span_text("other"), key, submission(&world, 3, ""), &answer),
        0);
    answer_batch(&world);
    intake_sent(world.intake, 0);
    cr_expect(intake_is_empty(world.intake));
    cr_assert_eq(intake_answers(world.intake, mp_buffer_span(&world.batch), hear, &world), 0);
    cr_expect_eq(intake_in_flight(world.intake), 0);
    cr_assert_eq(world.heard_count, 3);
    cr_expect_str_eq(world.heard[0].peer, "peer");
    cr_expect_str_eq(world.heard[2].peer, "other");
    for (unsigned i = 0; i < 3; i++) {
        struct mp_uuid id = id_of(i + 1);
        cr_expect(mp_uuid_equal(&world.heard[i].answer.id, &id));
    }
    take_all(&world, 4, 6);
    world_close(&world);
}

/* A late answer of a batch that was given up counts for nothing, and still reaches its peer. */
Test(ingest_intake, a_batch_without_an_answer_expires_once)
{
    struct world world;

    world_open(&world, 10);
    take_all(&world, 1, 4);
    answer_batch(&world);
    intake_sent(world.intake, 1000);
    take_all(&world, 5, 7);
    intake_sent(world.intake, 5000);
    intake_expire(world.intake, 1000 + INTAKE_FLIGHT_MS - 1);
    cr_expect_eq(intake_in_flight(world.intake), 7);
    intake_expire(world.intake, 1000 + INTAKE_FLIGHT_MS);
    cr_expect_eq(intake_in_flight(world.intake), 3);
    cr_assert_eq(intake_answers(world.intake, mp_buffer_span(&world.batch), hear, &world), 0);
    cr_expect_eq(intake_in_flight(world.intake), 3);
    cr_expect_eq(world.heard_count, 4);
    intake_expire(world.intake, 100000);
    cr_expect_eq(intake_in_flight(world.intake), 0);
    world_close(&world);
}

Test(ingest_intake, an_answer_twice_is_counted_once)
{
    struct world world;

    world_open(&world, 10);
    take_all(&world, 1, 2);
    answer_batch(&world);
    intake_sent(world.intake, 0);
    take_all(&world, 3, 5);
    intake_sent(world.intake, 0);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(intake_answers(world.intake, mp_buffer_span(&world.batch), hear, &world), 0);
    cr_expect_eq(intake_in_flight(world.intake), 3);
    world_close(&world);
}

Test(ingest_intake, bytes_that_are_no_answers_change_nothing)
{
    static const uint8_t zero[8] = {0};
    struct world world;

    world_open(&world, 10);
    take_all(&world, 1, 2);
    intake_sent(world.intake, 0);
    cr_expect_eq(intake_answers(world.intake, mp_span_text("abc"), hear, &world), MP_EMALFORMED);
    /* Number 0 is what a free place has. */
    cr_expect_eq(intake_answers(world.intake, mp_span_make(zero, sizeof(zero)), hear, &world), 0);
    cr_expect_eq(intake_in_flight(world.intake), 2);
    cr_expect_eq(world.heard_count, 0);
    world_close(&world);
}

Test(ingest_intake, a_batch_that_could_not_be_sent_is_answered_busy_to_everybody)
{
    struct world world;

    world_open(&world, 10);
    take_all(&world, 1, 3);
    intake_give_up(world.intake, hear, &world);
    cr_expect(intake_is_empty(world.intake));
    cr_expect_eq(intake_in_flight(world.intake), 0);
    cr_assert_eq(world.heard_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        struct mp_uuid id = id_of(i + 1);
        cr_expect(mp_uuid_equal(&world.heard[i].answer.id, &id));
        cr_expect_eq(world.heard[i].answer.outcome, MP_OUTCOME_BUSY);
        cr_expect_eq(world.heard[i].answer.why, MP_BUSY_NO_LEDGER);
    }
    take_all(&world, 4, 13);
    world_close(&world);
}

Test(ingest_intake, a_batch_is_full_at_its_count)
{
    struct world world;
    struct mp_answer answer;

    world_open(&world, 100000);
    take_all(&world, 1, INTAKE_BATCH_SUBMISSIONS - 1);
    cr_expect(!intake_is_full(world.intake));
    take_all(&world, INTAKE_BATCH_SUBMISSIONS, INTAKE_BATCH_SUBMISSIONS);
    cr_expect(intake_is_full(world.intake));
    cr_expect_eq(take(&world, INTAKE_BATCH_SUBMISSIONS + 1, &answer), 1);
    intake_sent(world.intake, 0);
    cr_expect(!intake_is_full(world.intake));
    cr_expect_eq(intake_in_flight(world.intake), INTAKE_BATCH_SUBMISSIONS);
    world_close(&world);
}

/* As large as one may be, within world->bytes. */
static int take_large(struct world *world, unsigned number, struct mp_answer *answer)
{
    static char note[MP_TEXT_MOST + 1];
    struct mp_change changes[60];
    struct mp_submission value = {
        .id = id_of(number), .changes = changes, .change_count = MP_LENGTH(changes)};

    memset(note, 'x', MP_TEXT_MOST);
    for (size_t i = 0; i < MP_LENGTH(changes); i++) {
        mp_change_init(&changes[i], MP_CHANGE_PROGRESS);
        changes[i].note = note;
        changes[i].progress.milestone = "ml-1:completion";
    }
    mp_buffer_clear(&world->bytes);
    mp_arena_reset(world->arena);
    cr_assert_eq(mp_submission_encode(&value, world->arena, &world->bytes), 0);
    return intake_take(world->intake, mp_span_text("peer"), key, mp_buffer_span(&world->bytes),
                       answer);
}

Test(ingest_intake, a_batch_is_full_at_its_bytes)
{
    struct world world;
    struct mp_answer answer;
    unsigned taken = 0;

    world_open(&world, 100000);
    while (!intake_is_full(world.intake))
        cr_assert_eq(take_large(&world, ++taken, &answer), 0);
    cr_expect_lt(taken, INTAKE_BATCH_SUBMISSIONS);
    cr_expect_geq(intake_batch(world.intake).size, INTAKE_BATCH_BYTES);
    cr_expect_leq(intake_batch(world.intake).size, MP_FORWARD_BATCH_MOST);
    world_close(&world);
}

Test(ingest_intake, what_is_under_way_is_bounded_in_bytes_too)
{
    struct world world;
    struct mp_answer answer;
    size_t bytes = 0;

    world_open(&world, 100000);
    for (unsigned number = 1; take_large(&world, number, &answer) == 0; number++) {
        cr_assert_leq(bytes + intake_batch(world.intake).size, INTAKE_FLIGHT_BYTES);
        if (!intake_is_full(world.intake))
            continue;
        answer_batch(&world);
        bytes += intake_batch(world.intake).size;
        intake_sent(world.intake, 0);
    }
    cr_expect_eq(answer.outcome, MP_OUTCOME_BUSY);
    cr_expect_eq(answer.why, MP_BUSY_FULL);
    cr_expect_gt(bytes, INTAKE_FLIGHT_BYTES / 2);
    cr_assert_eq(intake_answers(world.intake, mp_buffer_span(&world.batch), hear, &world), 0);
    cr_expect_eq(take_large(&world, 1, &answer), 0, "an answer makes room");
    intake_sent(world.intake, 0);
    intake_expire(world.intake, INTAKE_FLIGHT_MS);
    cr_expect_eq(intake_in_flight(world.intake), 0);
    world_close(&world);
}

Test(ingest_intake, beyond_so_many_batches_under_way_the_answer_is_busy)
{
    struct world world;
    struct mp_answer answer;

    world_open(&world, 100000);
    for (unsigned number = 1; number <= INTAKE_FLIGHTS_MOST; number++) {
        take_all(&world, number, number);
        if (number == INTAKE_FLIGHTS_MOST)
            answer_batch(&world);
        intake_sent(world.intake, 0);
    }
    cr_expect_eq(take(&world, 5000, &answer), 1);
    cr_expect_eq(answer.why, MP_BUSY_FULL);
    cr_assert_eq(intake_answers(world.intake, mp_buffer_span(&world.batch), hear, &world), 0);
    cr_expect_eq(intake_in_flight(world.intake), INTAKE_FLIGHTS_MOST - 1);
    cr_expect_eq(take(&world, 5000, &answer), 0);
    intake_sent(world.intake, 0);
    intake_expire(world.intake, INTAKE_FLIGHT_MS);
    cr_expect_eq(intake_in_flight(world.intake), 0);
    world_close(&world);
}
