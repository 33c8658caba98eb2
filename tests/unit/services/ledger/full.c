#include "services/ledger/writer.h"
#include "tests/unit/services/ledger/fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define TINY_MAP (UINT64_C(512) << 10)

/* A long submission of texts that fill pages. */
static int take_large(struct fixture *fixture, unsigned number)
{
    static char note[1001];
    struct mp_change changes[40];
    struct mp_answer answer;

    memset(note, 'x', sizeof(note) - 1);
    for (size_t i = 0; i < MP_LENGTH(changes); i++) {
        changes[i] = change_progress((int64_t)i);
        changes[i].note = note;
    }
    struct mp_span bytes = fixture_submission(fixture, number, 0, changes, MP_LENGTH(changes));
    int error = writer_take(fixture->writer, railways_key, bytes, &answer);
    if (error == 0)
        cr_assert_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
    return error;
}

/* Batches until the map is full; the number of the submission that did not fit. */
static unsigned fill(struct fixture *fixture)
{
    for (unsigned number = 100; number < 200; number++) {
        cr_assert_eq(writer_begin(fixture->writer), 0);
        int error = take_large(fixture, number);
        if (error == 0)
            error = writer_commit(fixture->writer);
        if (error == 0)
            continue;
        cr_assert_eq(error, MP_ENOSPC, "%s", mp_error_text(error));
        return number;
    }
    cr_assert_fail("the map never was full");
    return 0;
}

Test(ledger_full, a_full_map_keeps_nothing_of_the_batch_and_smaller_work_goes_on)
{
    struct fixture fixture;

    fixture_open(&fixture, TINY_MAP);
    unsigned number = fill(&fixture);
    uint64_t before = fixture_head(&fixture);
    struct writer_counts counts = writer_counts(fixture.writer);
    cr_expect_eq(writer_events(fixture.writer).count, 0);
    cr_expect(!fixture_is_kept(&fixture, "railways", number));
    cr_expect(fixture_is_kept(&fixture, "railways", number - 1));

    struct mp_answer answer = fixture_submit(&fixture, railways_key, 1, 0, change_progress(10));
    cr_expect_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
    cr_expect_eq(answer.first_seq, before + 1, "no hole");
    cr_expect_eq(writer_counts(fixture.writer).accepted, counts.accepted + 1);
    /* What did not fit can still be said later, under its id. */
    fixture.options.map_bytes = UINT64_C(64) << 20;
    fixture_reopen(&fixture);
    cr_assert_eq(writer_begin(fixture.writer), 0);
    cr_assert_eq(take_large(&fixture, number), 0);
    cr_assert_eq(writer_commit(fixture.writer), 0);
    cr_expect_eq(fixture_head(&fixture), before + 1 + 40);
    fixture_close(&fixture);
}

/* A group larger than a batch may be: one refusal, the batch itself stays good. */
Test(ledger_full, a_full_group_is_committed_without_the_one_that_did_not_fit)
{
    struct fixture fixture;
    unsigned number = 1000;
    int error = 0;

    fixture_open(&fixture, 0);
    uint64_t before = fixture_head(&fixture);
    cr_assert_eq(writer_begin(fixture.writer), 0);
    for (; error == 0 && number < 5000; number++) {
        error = take_large(&fixture, number);
        mp_arena_reset(fixture.arena);
    }
    cr_assert_eq(error, MP_ENOMEM, "%s after %u", mp_error_text(error), number - 1000);
    unsigned taken = number - 1001;
    fixture.options.map_bytes = 0;
    cr_assert_eq(writer_commit(fixture.writer), 0);
    cr_expect_eq(fixture_head(&fixture), before + UINT64_C(40) * taken);
    cr_expect(!fixture_is_kept(&fixture, "railways", number - 1));
    cr_assert_eq(writer_begin(fixture.writer), 0);
    cr_assert_eq(take_large(&fixture, number - 1), 0, "there is room again");
    cr_assert_eq(writer_commit(fixture.writer), 0);
    fixture_close(&fixture);
}
