#include "services/ledger/writer.h"

#include "tests/unit/services/ledger/fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct fixture fixture;

static void open_fixture(void)
{
    fixture_open(&fixture, 0);
}

static void close_fixture(void)
{
    fixture_close(&fixture);
}

TestSuite(ledger_writer, .init = open_fixture, .fini = close_fixture);

static void expect_rejected(const struct mp_answer *answer, enum mp_reject code)
{
    cr_assert_eq(answer->outcome, MP_OUTCOME_REJECTED);
    cr_expect_eq(answer->rejection.code, code, "%s: %s", mp_reject_name(answer->rejection.code),
                 answer->rejection.message);
}

Test(ledger_writer, an_accepted_submission_says_where_its_events_are)
{
    uint64_t before = fixture_head(&fixture);
    struct mp_change changes[] = {change_progress(10), change_progress(20)};

    cr_assert_eq(writer_begin(fixture.writer), 0);
    struct mp_answer answer = fixture_take(&fixture, railways_key, 1, 0, changes, 2);
    cr_expect_eq(fixture_head(&fixture), before, "nothing is recorded before the commit");
    cr_assert_eq(writer_commit(fixture.writer), 0);
    cr_expect_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
    cr_expect_eq(answer.first_seq, before + 1);
    cr_expect_eq(answer.last_seq, before + 2);
    cr_expect_eq(answer.epoch, mp_store_head(fixture.store).epoch);
    cr_expect_eq(fixture_head(&fixture), before + 2);
    cr_expect_eq(writer_events(fixture.writer).count, 2);
    cr_expect(!writer_events(fixture.writer).has_agency_events);
    cr_expect_eq(writer_counts(fixture.writer).events, 5 + 2);
}

Test(ledger_writer, a_rejection_is_kept_and_makes_no_event)
{
    uint64_t before = fixture_head(&fixture);

    struct mp_answer answer =
        fixture_submit(&fixture, railways_key, 1, 0, change_project("ml-1/south"));
    expect_rejected(&answer, MP_REJECT_ROLE);
    cr_expect_str_eq(answer.rejection.field, "changes[0].kind");
    cr_expect_eq(fixture_head(&fixture), before);
    cr_expect(fixture_is_kept(&fixture, "railways", 1));
    cr_expect(!fixture_is_kept(&fixture, "railways", 2));
    cr_expect_eq(writer_events(fixture.writer).count, 0);
}

Test(ledger_writer, the_same_id_again_gets_the_same_answer)
{
    struct mp_answer first = fixture_submit(&fixture, railways_key, 1, 0, change_progress(10));
    uint64_t before = fixture_head(&fixture);

    fixture_reopen(&fixture);
    struct mp_answer again = fixture_submit(&fixture, railways_key, 1, 0, change_progress(10));
    cr_expect_eq(again.outcome, MP_OUTCOME_ACCEPTED);
    cr_expect_eq(again.first_seq, first.first_seq);
    cr_expect_eq(again.last_seq, first.last_seq);
    cr_expect_eq(fixture_head(&fixture), before);
    cr_expect_eq(writer_counts(fixture.writer).repeated, 1);
    cr_expect_eq(writer_counts(fixture.writer).accepted, 0);
}

Test(ledger_writer, the_same_id_twice_in_one_batch_is_recorded_once)
{
    struct mp_change change = change_progress(10);
    uint64_t before = fixture_head(&fixture);

    cr_assert_eq(writer_begin(fixture.writer), 0);
    struct mp_answer first = fixture_take(&fixture, railways_key, 1, 0, &change, 1);
    struct mp_answer again = fixture_take(&fixture, railways_key, 1, 0, &change, 1);
    cr_assert_eq(writer_commit(fixture.writer), 0);
    cr_expect_eq(again.outcome, MP_OUTCOME_ACCEPTED);
    cr_expect_eq(again.first_seq, first.first_seq);
    cr_expect_eq(fixture_head(&fixture), before + 1);
}

Test(ledger_writer, a_rejection_is_given_again_even_if_it_would_pass_today)
{
    struct mp_change change = change_progress(10);
    change.progress.milestone = "ml-1:later";

    struct mp_answer answer = fixture_submit(&fixture, railways_key, 1, 0, change);
    expect_rejected(&answer, MP_REJECT_UNKNOWN_MILESTONE);
    struct mp_answer defined =
        fixture_submit(&fixture, ministry_key, 2, 0, change_milestone("ml-1:later"));
    cr_assert_eq(defined.outcome, MP_OUTCOME_ACCEPTED);
    answer = fixture_submit(&fixture, railways_key, 1, 0, change);
    expect_rejected(&answer, MP_REJECT_UNKNOWN_MILESTONE);
}

/* The answer was given in an epoch that a restore ended; the envelope says which is current. */
Test(ledger_writer, an_old_answer_comes_in_todays_envelope)
{
    struct mp_head head;
    struct mp_store_options to = fixture.options;
    char copy[96], restored[96];

    struct mp_answer first = fixture_submit(&fixture, railways_key, 1, 0, change_progress(10));
    uint64_t kept = fixture_head(&fixture);
    (void)snprintf(copy, sizeof(copy), "%s/copy", fixture.folder);
    (void)snprintf(restored, sizeof(restored), "%s/restored", fixture.folder);
    cr_assert_eq(writer_file(fixture.writer), 0);
    cr_assert_eq(mp_store_backup(fixture.store, copy), 0);
    to.folder = restored;
    cr_assert_eq(
        mp_store_restore(copy, &to, first.epoch, "ministry", "test", fixture.now_us, &head), 0);
    fixture.options.folder = restored;
    fixture_reopen(&fixture);
    struct mp_answer again = fixture_submit(&fixture, railways_key, 1, 0, change_progress(10));
    cr_expect_eq(again.outcome, MP_OUTCOME_ACCEPTED);
    cr_expect_eq(again.first_seq, first.first_seq);
    cr_expect_gt(again.epoch, first.epoch);
    cr_expect_eq(again.epoch, head.epoch);
    cr_expect_eq(again.restored_head, kept);
}

Test(ledger_writer, other_content_under_the_same_id_is_refused)
{
    struct mp_answer first = fixture_submit(&fixture, railways_key, 1, 0, change_progress(10));
    uint64_t before = fixture_head(&fixture);

    struct mp_answer answer = fixture_submit(&fixture, railways_key, 1, 0, change_progress(11));
    expect_rejected(&answer, MP_REJECT_ID_REUSED);
    cr_expect_str_eq(answer.rejection.field, "id");
    cr_expect_eq(fixture_head(&fixture), before);
    /* The first answer stands. */
    answer = fixture_submit(&fixture, railways_key, 1, 0, change_progress(10));
    cr_expect_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
    cr_expect_eq(answer.first_seq, first.first_seq);
}

/* An outbox that was laid anew sends the same changes with another `after`. */
Test(ledger_writer, another_after_is_not_other_content)
{
    struct mp_answer first = fixture_submit(&fixture, railways_key, 1, 0, change_progress(10));

    struct mp_answer again = fixture_submit(&fixture, railways_key, 1, 7, change_progress(10));
    cr_expect_eq(again.outcome, MP_OUTCOME_ACCEPTED);
    cr_expect_eq(again.first_seq, first.first_seq);
}

Test(ledger_writer, two_agencies_may_use_the_same_id)
{
    (void)fixture_submit(&fixture, railways_key, 1, 0, change_progress(10));
    struct mp_answer other = fixture_submit(&fixture, ministry_key, 1, 0, change_project("gwadar"));
    cr_expect_eq(other.outcome, MP_OUTCOME_ACCEPTED);
}

Test(ledger_writer, an_unknown_predecessor_means_busy_and_keeps_nothing)
{
    uint64_t before = fixture_head(&fixture);

    struct mp_answer answer = fixture_submit(&fixture, railways_key, 2, 1, change_progress(20));
    cr_expect_eq(answer.outcome, MP_OUTCOME_BUSY);
    cr_expect_eq(answer.why, MP_BUSY_AFTER_UNKNOWN);
    cr_expect_gt(answer.retry_after_ms, 0);
    cr_expect(!fixture_is_kept(&fixture, "railways", 2));
    cr_expect_eq(fixture_head(&fixture), before);
    cr_expect_eq(writer_counts(fixture.writer).busy, 1);
    /* In its order it passes. */
    (void)fixture_submit(&fixture, railways_key, 1, 0, change_progress(10));
    answer = fixture_submit(&fixture, railways_key, 2, 1, change_progress(20));
    cr_expect_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
}

Test(ledger_writer, a_predecessor_in_the_same_batch_is_known)
{
    struct mp_change first = change_progress(10), second = change_progress(20);

    cr_assert_eq(writer_begin(fixture.writer), 0);
    struct mp_answer answer = fixture_take(&fixture, railways_key, 2, 1, &second, 1);
    cr_expect_eq(answer.outcome, MP_OUTCOME_BUSY);
    answer = fixture_take(&fixture, railways_key, 1, 0, &first, 1);
    cr_expect_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
    uint64_t seq = answer.last_seq;
    answer = fixture_take(&fixture, railways_key, 2, 1, &second, 1);
    cr_expect_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
    cr_expect_eq(answer.first_seq, seq + 1);
    cr_assert_eq(writer_commit(fixture.writer), 0);
}

Test(ledger_writer, a_rejected_predecessor_is_known_too)
{
    struct mp_answer answer =
        fixture_submit(&fixture, railways_key, 1, 0, change_project("ml-1/south"));
    cr_assert_eq(answer.outcome, MP_OUTCOME_REJECTED);
    answer = fixture_submit(&fixture, railways_key, 2, 1, change_progress(20));
    cr_expect_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
}

Test(ledger_writer, changes_see_those_before_them_in_their_submission)
{
    struct mp_change changes[] = {change_project("gwadar"), change_milestone("gwadar:opening"),
                                  change_progress(1)};
    changes[2].progress.milestone = "gwadar:opening";

    cr_assert_eq(writer_begin(fixture.writer), 0);
    struct mp_answer answer = fixture_take(&fixture, ministry_key, 1, 0, changes, 3);
    cr_assert_eq(writer_commit(fixture.writer), 0);
    cr_expect_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
}

Test(ledger_writer, one_bad_change_rejects_the_whole_submission)
{
    struct mp_change changes[] = {change_project("gwadar"), change_milestone("gwadar:opening"),
                                  change_milestone("nowhere:opening")};
    struct mp_change good = change_progress(10), on_undone = change_milestone("gwadar:later");
    uint64_t before = fixture_head(&fixture);

    cr_assert_eq(writer_begin(fixture.writer), 0);
    struct mp_answer answer = fixture_take(&fixture, ministry_key, 1, 0, changes, 3);
    expect_rejected(&answer, MP_REJECT_UNKNOWN_PROJECT);
    cr_expect_str_eq(answer.rejection.field, "changes[2].id");
    answer = fixture_take(&fixture, ministry_key, 2, 0, &on_undone, 1);
    expect_rejected(&answer, MP_REJECT_UNKNOWN_PROJECT);
    answer = fixture_take(&fixture, railways_key, 3, 0, &good, 1);
    cr_expect_eq(answer.first_seq, before + 1, "no hole where the two were");
    cr_assert_eq(writer_commit(fixture.writer), 0);
    cr_expect_eq(fixture_head(&fixture), before + 1);
    cr_expect_eq(writer_events(fixture.writer).count, 1);
}

/* Decided with the agency as it is at each change, not as the submission began. */
Test(ledger_writer, a_submitter_that_demotes_itself_may_do_no_more)
{
    static const char *all = "/";
    const struct mp_list grants = {&all, 1};
    static const uint8_t second_key[32] = {0x77};
    struct mp_change second[] = {change_agency("cabinet", MP_ROLE_AUTHORITY, &grants),
                                 change_key(MP_CHANGE_KEY_ADDED, "cabinet", second_key)};
    struct mp_change changes[] = {change_agency("cabinet", MP_ROLE_MONITOR, &grants),
                                  change_project("gwadar")};

    cr_assert_eq(writer_begin(fixture.writer), 0);
    struct mp_answer answer = fixture_take(&fixture, ministry_key, 1, 0, second, 2);
    cr_assert_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
    answer = fixture_take(&fixture, second_key, 2, 0, changes, 2);
    expect_rejected(&answer, MP_REJECT_ROLE);
    cr_expect_str_eq(answer.rejection.field, "changes[1].kind");
    /* Undone as a whole: it is an authority still. */
    answer = fixture_take(&fixture, second_key, 3, 0, &changes[1], 1);
    cr_expect_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
    answer = fixture_take(&fixture, second_key, 4, 0, &changes[0], 1);
    cr_expect_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
    answer = fixture_take(&fixture, second_key, 5, 0, &changes[1], 1);
    expect_rejected(&answer, MP_REJECT_ROLE);
    cr_assert_eq(writer_commit(fixture.writer), 0);
}

Test(ledger_writer, a_key_revoked_in_the_batch_submits_nothing_after_it)
{
    struct mp_change revoked = change_key(MP_CHANGE_KEY_REVOKED, "railways", railways_key);
    struct mp_change change = change_progress(10);

    cr_assert_eq(writer_begin(fixture.writer), 0);
    struct mp_answer answer = fixture_take(&fixture, railways_key, 1, 0, &change, 1);
    cr_expect_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
    answer = fixture_take(&fixture, ministry_key, 2, 0, &revoked, 1);
    cr_expect_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
    answer = fixture_take(&fixture, railways_key, 3, 0, &change, 1);
    expect_rejected(&answer, MP_REJECT_KEY_REVOKED);
    cr_assert_eq(writer_commit(fixture.writer), 0);
    cr_expect(writer_events(fixture.writer).has_agency_events);
    cr_expect(!fixture_is_kept(&fixture, "railways", 3));
    cr_expect(fixture_is_kept(&fixture, "railways", 1));
}

Test(ledger_writer, an_unknown_key_is_refused_and_nothing_is_kept)
{
    uint64_t before = fixture_head(&fixture);

    struct mp_answer answer = fixture_submit(&fixture, stranger_key, 1, 0, change_progress(10));
    expect_rejected(&answer, MP_REJECT_KEY_UNKNOWN);
    cr_expect(!fixture_is_kept(&fixture, "railways", 1));
    cr_expect_eq(fixture_head(&fixture), before);
    /* The id is free for its rightful owner. */
    answer = fixture_submit(&fixture, railways_key, 1, 0, change_progress(10));
    cr_expect_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
}

Test(ledger_writer, bytes_that_are_no_submission_are_refused_by_name)
{
    struct mp_answer answer;

    cr_assert_eq(writer_begin(fixture.writer), 0);
    cr_assert_eq(writer_take(fixture.writer, railways_key, mp_span_text("\xff\xff\xff"), &answer),
                 0);
    expect_rejected(&answer, MP_REJECT_MALFORMED);
    cr_assert_eq(writer_commit(fixture.writer), 0);
}

Test(ledger_writer, a_batch_given_up_leaves_nothing)
{
    struct mp_change change = change_progress(10);
    uint64_t before = fixture_head(&fixture);

    cr_assert_eq(writer_begin(fixture.writer), 0);
    (void)fixture_take(&fixture, railways_key, 1, 0, &change, 1);
    cr_assert_eq(writer_begin(fixture.writer), 0);
    cr_assert_eq(writer_commit(fixture.writer), 0);
    cr_expect_eq(fixture_head(&fixture), before);
    cr_expect(!fixture_is_kept(&fixture, "railways", 1));
    cr_expect_eq(writer_counts(fixture.writer).accepted, 1, "the definitions alone");
}

/* A clock that goes back does not take the record with it. */
Test(ledger_writer, recorded_at_never_goes_back)
{
    (void)fixture_submit(&fixture, railways_key, 1, 0, change_progress(10));
    int64_t before_us = mp_store_head(fixture.store).recorded_at_us;

    fixture.now_us -= INT64_C(3600) * 1000000;
    (void)fixture_submit(&fixture, railways_key, 2, 1, change_progress(20));
    cr_expect_eq(mp_store_head(fixture.store).recorded_at_us, before_us + 1);
}
