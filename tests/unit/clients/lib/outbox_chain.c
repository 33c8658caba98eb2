#include "tests/unit/clients/lib/outbox_fixture.h"

#include <criterion/criterion.h>

static struct outbox_fixture fixture;

static void set_up(void)
{
    outbox_fixture_init(&fixture);
}

static void tear_down(void)
{
    outbox_fixture_done(&fixture);
}

#define CHAIN_TEST(name) Test(outbox_chain, name, .init = set_up, .fini = tear_down)

static size_t rechain(uint64_t epoch, uint64_t restored_head)
{
    size_t again = 99;

    cr_assert_eq(mp_outbox_rechain(fixture.outbox, epoch, restored_head, &again), 0);
    return again;
}

static size_t take_epoch(uint64_t epoch, uint64_t restored_head)
{
    size_t again = 99;

    cr_assert_eq(mp_outbox_epoch(fixture.outbox, epoch, restored_head, &again), 0);
    return again;
}

static void accept_up_to(unsigned last, uint64_t epoch)
{
    for (unsigned number = 1; number <= last; number++)
        fixture_accept(&fixture, number, epoch, number * 10);
}

CHAIN_TEST(a_restore_makes_what_it_undid_wait_again)
{
    static const struct {
        uint64_t restored_head;
        size_t again;
    } rows[] = {{40, 0}, {39, 1}, {20, 2}, {5, 4}, {0, 4}};

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        outbox_fixture_done(&fixture);
        outbox_fixture_init(&fixture);
        fixture_fill(&fixture, 5);
        accept_up_to(4, 1);
        cr_expect_eq(take_epoch(2, rows[i].restored_head), rows[i].again, "head %zu",
                     (size_t)rows[i].restored_head);
        for (unsigned number = 1; number <= 4; number++)
            cr_expect_eq(fixture_state(&fixture, number) == MP_OUTBOX_WAITING,
                         number > 4 - rows[i].again, "head %zu, entry %u",
                         (size_t)rows[i].restored_head, number);
        cr_expect_eq(take_epoch(2, rows[i].restored_head), 0, "the second time");
    }
}

CHAIN_TEST(an_epoch_changes_no_bytes)
{
    fixture_fill(&fixture, 4);
    accept_up_to(1, 1);
    fixture_reject(&fixture, 2);
    cr_expect_eq(take_epoch(2, 0), 1);
    cr_expect_eq(fixture_after(&fixture, 3), 2);
    cr_expect_eq(fixture_after(&fixture, 4), 3);
}

CHAIN_TEST(an_acceptance_in_the_new_epoch_stays)
{
    fixture_fill(&fixture, 2);
    accept_up_to(1, 2);
    cr_expect_eq(take_epoch(2, 5), 0);
    cr_expect_eq(fixture_state(&fixture, 1), MP_OUTBOX_ACCEPTED);
}

CHAIN_TEST(an_older_epoch_is_not_gone_back_to)
{
    fixture_fill(&fixture, 1);
    cr_expect_eq(take_epoch(3, 100), 0);
    fixture_accept(&fixture, 1, 3, 101);
    cr_expect_eq(take_epoch(2, 50), 0);
    cr_expect_eq(take_epoch(0, 0), 0);
    cr_expect_eq(fixture_state(&fixture, 1), MP_OUTBOX_ACCEPTED);
}

CHAIN_TEST(a_late_acceptance_that_a_restore_undid_is_not_believed)
{
    fixture_fill(&fixture, 2);
    fixture_mark_sent(&fixture, 1);
    fixture_mark_sent(&fixture, 2);
    cr_expect_eq(take_epoch(2, 10), 0);
    fixture_accept(&fixture, 1, 1, 10);
    fixture_accept(&fixture, 2, 1, 11);
    cr_expect_eq(fixture_state(&fixture, 1), MP_OUTBOX_ACCEPTED, "the restore kept it");
    cr_expect_eq(fixture_state(&fixture, 2), MP_OUTBOX_SENT);
    fixture_accept(&fixture, 2, 2, 12);
    cr_expect_eq(fixture_state(&fixture, 2), MP_OUTBOX_ACCEPTED);
}

CHAIN_TEST(rechaining_after_a_restore_sends_the_lost_ones_first)
{
    fixture_fill(&fixture, 4);
    accept_up_to(3, 1);
    fixture_mark_sent(&fixture, 4);
    cr_expect_eq(rechain(2, 10), 2);
    cr_expect_eq(fixture_state(&fixture, 1), MP_OUTBOX_ACCEPTED);
    cr_expect_eq(fixture_state(&fixture, 2), MP_OUTBOX_WAITING);
    cr_expect_eq(fixture_after(&fixture, 2), 1);
    cr_expect_eq(fixture_after(&fixture, 3), 2);
    cr_expect_eq(fixture_after(&fixture, 4), 3);
}

/* The ingest refused it by its bytes alone: the ledger never saw it. */
CHAIN_TEST(what_comes_after_a_rejected_one_is_laid_on_the_last_accepted)
{
    fixture_fill(&fixture, 4);
    accept_up_to(1, 1);
    fixture_mark_sent(&fixture, 3);
    fixture_reject(&fixture, 2);
    cr_expect_eq(rechain(1, 0), 0);
    cr_expect_eq(fixture_after(&fixture, 3), 1);
    cr_expect_eq(fixture_after(&fixture, 4), 3);
    cr_expect_eq(fixture_state(&fixture, 3), MP_OUTBOX_SENT);
    cr_expect_eq(fixture_state(&fixture, 1), MP_OUTBOX_ACCEPTED);
}

CHAIN_TEST(what_comes_after_one_cleaned_long_ago_comes_after_nothing)
{
    fixture_fill(&fixture, 2);
    accept_up_to(1, 1);
    cr_assert_eq(mp_outbox_clean(fixture.outbox, INT64_MAX / 2), 0);
    cr_expect_eq(fixture_after(&fixture, 2), 1);
    cr_expect_eq(rechain(1, 0), 0);
    cr_expect_eq(fixture_after(&fixture, 2), 0);
    cr_expect_eq(rechain(1, 0), 0, "nothing is left to doubt");
}

/* Two restores, the first of which nobody here saw: the head of the second is beyond what the
 * first one lost. */
CHAIN_TEST(accepted_ones_that_the_ledger_does_not_know_are_doubted_step_by_step)
{
    fixture_fill(&fixture, 9);
    accept_up_to(8, 1);
    cr_expect_eq(rechain(3, 1000), 1);
    cr_expect_eq(fixture_state(&fixture, 8), MP_OUTBOX_WAITING);
    cr_expect_eq(fixture_state(&fixture, 7), MP_OUTBOX_ACCEPTED);
    cr_expect_eq(rechain(3, 1000), 2);
    cr_expect_eq(rechain(3, 1000), 4);
    cr_expect_eq(fixture_state(&fixture, 2), MP_OUTBOX_WAITING);
    cr_expect_eq(fixture_state(&fixture, 1), MP_OUTBOX_ACCEPTED);
    fixture_accept(&fixture, 2, 3, 1001);
    for (unsigned number = 3; number <= 9; number++)
        cr_expect_eq(fixture_after(&fixture, number), number - 1);
    cr_expect_eq(rechain(3, 1000), 1, "an answer ends the doubling");
}

CHAIN_TEST(an_entry_after_nothing_is_left_alone)
{
    fixture_fill(&fixture, 3);
    fixture_mark_sent(&fixture, 1);
    cr_expect_eq(rechain(1, 0), 0);
    cr_expect_eq(rechain(1, 0), 0);
    cr_expect_eq(fixture_after(&fixture, 1), 0);
    cr_expect_eq(fixture_after(&fixture, 2), 1);
}

CHAIN_TEST(a_chain_laid_anew_survives_a_crash_whole)
{
    fixture_fill(&fixture, 3);
    accept_up_to(2, 1);
    cr_expect_eq(rechain(2, 10), 1);
    outbox_fixture_reopen(&fixture);
    cr_expect_eq(take_epoch(2, 10), 0);
    cr_expect_eq(fixture_state(&fixture, 2), MP_OUTBOX_WAITING);
    cr_expect_eq(fixture_find(&fixture, 2).answer.outcome, MP_OUTCOME_NONE);
}
