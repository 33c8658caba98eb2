#include "tests/unit/clients/lib/outbox_fixture.h"

#include <criterion/criterion.h>

#define ARENA_BYTES ((size_t)8 << 20)
#define NUMBER_MOST 5000 /* numbers that an id is looked for among */

void outbox_fixture_init(struct outbox_fixture *fixture)
{
    folder_make(fixture->folder);
    cr_assert_eq(mp_outbox_open(fixture->folder, &fixture->outbox), 0);
    fixture->arena = mp_arena_new(ARENA_BYTES);
    cr_assert_not_null(fixture->arena);
}

void outbox_fixture_reopen(struct outbox_fixture *fixture)
{
    mp_outbox_close(fixture->outbox);
    fixture->outbox = NULL;
    cr_assert_eq(mp_outbox_open(fixture->folder, &fixture->outbox), 0);
}

void outbox_fixture_done(struct outbox_fixture *fixture)
{
    mp_outbox_close(fixture->outbox);
    mp_arena_free(fixture->arena);
    folder_remove(fixture->folder);
}

struct mp_uuid fixture_id(unsigned number)
{
    return mp_uuid_v8(mp_span_make(&number, sizeof number));
}

int fixture_put(struct outbox_fixture *fixture, unsigned number)
{
    struct mp_change change;
    struct mp_submission submission = {
        .id = fixture_id(number), .changes = &change, .change_count = 1};

    mp_change_init(&change, MP_CHANGE_FORECAST);
    change.dated.milestone = "ml-1/karachi-rohri:completion";
    change.dated.date =
        (struct mp_date){.day = 20000 + (int32_t)number, .precision = MP_PRECISION_DAY};
    change.dated.reason = MP_REASON_FINANCING;
    mp_arena_reset(fixture->arena);
    return mp_outbox_put(fixture->outbox, &submission, FIXTURE_NOW_US, fixture->arena);
}

void fixture_fill(struct outbox_fixture *fixture, unsigned count)
{
    for (unsigned number = 1; number <= count; number++)
        cr_assert_eq(fixture_put(fixture, number), 0);
}

struct mp_outbox_entry fixture_find(struct outbox_fixture *fixture, unsigned number)
{
    struct mp_outbox_entry entry = {0};
    struct mp_uuid id = fixture_id(number);
    int error;

    mp_arena_reset(fixture->arena);
    error = mp_outbox_find(fixture->outbox, &id, fixture->arena, &entry);
    cr_assert_eq(error, 0, "entry %u: %s", number, mp_error_text(error));
    return entry;
}

unsigned fixture_after(struct outbox_fixture *fixture, unsigned number)
{
    struct mp_outbox_entry entry = fixture_find(fixture, number);
    struct mp_submission submission;
    struct mp_rejection rejection;

    cr_assert_eq(mp_submission_decode(entry.submission, fixture->arena, &submission, &rejection),
                 0);
    cr_assert(mp_uuid_equal(&submission.after, &entry.after), "bytes and entry of %u", number);
    cr_assert(mp_uuid_equal(&submission.id, &entry.id), "bytes and entry of %u", number);
    if (mp_uuid_is_nil(&entry.after))
        return 0;
    for (unsigned i = 1; i < NUMBER_MOST; i++) {
        struct mp_uuid id = fixture_id(i);

        if (mp_uuid_equal(&id, &entry.after))
            return i;
    }
    return NUMBER_MOST;
}

enum mp_outbox_state fixture_state(struct outbox_fixture *fixture, unsigned number)
{
    return fixture_find(fixture, number).state;
}

void fixture_mark_sent(struct outbox_fixture *fixture, unsigned number)
{
    uint64_t place = fixture_find(fixture, number).place;

    cr_assert_eq(mp_outbox_mark_sent(fixture->outbox, &place, 1), 0);
}

void fixture_accept(struct outbox_fixture *fixture, unsigned number, uint64_t epoch, uint64_t seq)
{
    const struct mp_answer answer = {
        .id = fixture_id(number),
        .epoch = epoch,
        .outcome = MP_OUTCOME_ACCEPTED,
        .first_seq = seq,
        .last_seq = seq,
    };

    cr_assert_eq(mp_outbox_answer(fixture->outbox, &answer, 1, FIXTURE_NOW_US), 0);
}

void fixture_reject(struct outbox_fixture *fixture, unsigned number)
{
    const struct mp_answer answer = {
        .id = fixture_id(number),
        .epoch = 1,
        .outcome = MP_OUTCOME_REJECTED,
        .rejection = {MP_REJECT_REASON_MISSING, "changes[0].reason", "say why"},
    };

    cr_assert_eq(mp_outbox_answer(fixture->outbox, &answer, 1, FIXTURE_NOW_US), 0);
}
