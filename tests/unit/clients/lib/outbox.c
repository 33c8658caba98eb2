#include "clients/lib/outbox.h"
#include "core/kv/kv.h"
#include "tests/unit/clients/lib/outbox_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNANSWERED (1u << MP_OUTBOX_WAITING | 1u << MP_OUTBOX_SENT)
#define DAY_US     (INT64_C(86400) * 1000000)

static struct outbox_fixture fixture;

static void set_up(void)
{
    outbox_fixture_init(&fixture);
}

static void tear_down(void)
{
    outbox_fixture_done(&fixture);
}

#define OUTBOX_TEST(name) Test(outbox, name, .init = set_up, .fini = tear_down)

/* "1 2 3": the numbers of the unanswered entries, in their order. */
static void expect_order(const unsigned *numbers, size_t count)
{
    uint64_t place = 0;
    struct mp_outbox_entry entry;

    for (size_t i = 0; i < count; i++) {
        struct mp_uuid id = fixture_id(numbers[i]);

        mp_arena_reset(fixture.arena);
        cr_assert_eq(mp_outbox_next(fixture.outbox, place, UNANSWERED, fixture.arena, &entry), 0);
        cr_expect(mp_uuid_equal(&entry.id, &id), "%zu. should be %u", i, numbers[i]);
        place = entry.place + 1;
    }
    cr_expect_eq(mp_outbox_next(fixture.outbox, place, UNANSWERED, fixture.arena, &entry),
                 MP_ENOTFOUND);
}

OUTBOX_TEST(entries_leave_in_the_order_they_came_in)
{
    const unsigned numbers[] = {7, 3, 9, 1};

    for (size_t i = 0; i < MP_LENGTH(numbers); i++)
        cr_assert_eq(fixture_put(&fixture, numbers[i]), 0);
    expect_order(numbers, MP_LENGTH(numbers));
    outbox_fixture_reopen(&fixture);
    expect_order(numbers, MP_LENGTH(numbers));
    cr_expect_eq(fixture_after(&fixture, 7), 0);
    cr_expect_eq(fixture_after(&fixture, 3), 7);
    cr_expect_eq(fixture_after(&fixture, 1), 9);
}

OUTBOX_TEST(a_look_from_outside_counts_and_makes_nothing)
{
    char inner[128];
    struct mp_outbox_counts counts, seen;

    fixture_fill(&fixture, 4);
    fixture_mark_sent(&fixture, 1);
    fixture_mark_sent(&fixture, 2);
    fixture_accept(&fixture, 1, 1, 5);
    fixture_reject(&fixture, 2);
    cr_assert_eq(mp_outbox_count(fixture.outbox, &counts), 0);
    cr_assert_eq(mp_outbox_peek(fixture.folder, &seen), MP_EBUSY, "this process has it open");
    mp_outbox_close(mp_take(fixture.outbox));
    cr_assert_eq(mp_outbox_peek(fixture.folder, &seen), 0);
    cr_expect_eq(seen.waiting, 2);
    cr_expect_eq(seen.rejected_unseen, 1);
    cr_expect_eq(memcmp(&counts, &seen, sizeof seen), 0);
    (void)snprintf(inner, sizeof inner, "%s/inner", fixture.folder);
    cr_assert_eq(mp_outbox_peek(inner, &seen), MP_ENOTFOUND);
    cr_expect_eq(access(inner, F_OK), -1);
    cr_assert_eq(mp_outbox_open(fixture.folder, &fixture.outbox), 0);
}

OUTBOX_TEST(the_folder_is_its_owners_alone)
{
    const char *const files[] = {"data.mdb", "lock.mdb", "send.lock"};
    char inner[128], path[256];
    struct mp_outbox *outbox = NULL;
    struct stat status;

    (void)snprintf(inner, sizeof inner, "%s/inner", fixture.folder);
    cr_assert_eq(mp_outbox_open(inner, &outbox), 0);
    cr_assert_eq(stat(inner, &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0700);
    mp_outbox_close(outbox);
    for (size_t i = 0; i < MP_LENGTH(files); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", inner, files[i]);
        cr_expect_eq(unlink(path), 0, "%s", files[i]);
    }
    cr_expect_eq(rmdir(inner), 0);
}

OUTBOX_TEST(an_entry_without_an_id_gets_one_by_time)
{
    struct mp_change change;
    struct mp_submission submission = {.changes = &change, .change_count = 1};

    mp_change_init(&change, MP_CHANGE_PROGRESS);
    change.progress.milestone = "jcc:13";
    cr_assert_eq(mp_outbox_put(fixture.outbox, &submission, FIXTURE_NOW_US, fixture.arena), 0);
    cr_expect_eq(submission.id.bytes[6] >> 4, 7);
    cr_expect_eq(submission.sent_at_us, FIXTURE_NOW_US);
}

OUTBOX_TEST(a_known_id_is_queued_once)
{
    struct mp_outbox_counts counts;

    fixture_fill(&fixture, 2);
    cr_expect_eq(fixture_put(&fixture, 1), MP_EEXIST);
    fixture_accept(&fixture, 1, 1, 1);
    cr_expect_eq(fixture_put(&fixture, 1), MP_EEXIST);
    cr_assert_eq(mp_outbox_count(fixture.outbox, &counts), 0);
    cr_expect_eq(counts.waiting, 1);
    cr_expect_eq(counts.accepted, 1);
}

OUTBOX_TEST(many_are_put_in_one_go_and_known_ones_are_counted)
{
    struct mp_change change;
    struct mp_submission submissions[5];
    size_t known = 0;

    mp_change_init(&change, MP_CHANGE_PROGRESS);
    change.progress.milestone = "jcc:13";
    for (unsigned i = 0; i < MP_LENGTH(submissions); i++)
        submissions[i] = (struct mp_submission){
            .id = fixture_id(i == 3 ? 1 : i + 1), .changes = &change, .change_count = 1};
    cr_assert_eq(fixture_put(&fixture, 2), 0);
    cr_assert_eq(mp_outbox_put_many(fixture.outbox, submissions, MP_LENGTH(submissions),
                                    FIXTURE_NOW_US, fixture.arena, &known),
                 0);
    cr_expect_eq(known, 2);
    expect_order((const unsigned[]){2, 1, 3, 5}, 4);
    cr_expect_eq(fixture_after(&fixture, 1), 2);
    cr_expect_eq(fixture_after(&fixture, 3), 1);
    cr_expect_eq(fixture_after(&fixture, 5), 3);
}

OUTBOX_TEST(one_bad_submission_among_many_queues_nothing)
{
    struct mp_change change;
    struct mp_submission submissions[2] = {
        {.id = fixture_id(1), .changes = &change, .change_count = 1},
        {.id = fixture_id(2), .changes = &change, .change_count = MP_CHANGES_MOST + 1},
    };
    struct mp_outbox_counts counts;

    mp_change_init(&change, MP_CHANGE_PROGRESS);
    change.progress.milestone = "jcc:13";
    cr_expect_eq(
        mp_outbox_put_many(fixture.outbox, submissions, 2, FIXTURE_NOW_US, fixture.arena, NULL),
        MP_EINVAL);
    cr_assert_eq(mp_outbox_count(fixture.outbox, &counts), 0);
    cr_expect_eq(counts.waiting, 0);
    cr_expect_eq(fixture_put(&fixture, 3), 0);
    cr_expect_eq(fixture_after(&fixture, 3), 0);
}

OUTBOX_TEST(a_submission_over_the_limit_is_refused)
{
    static char note[MP_SUBMISSION_MOST];
    struct mp_change change;
    struct mp_submission submission = {.changes = &change, .change_count = 1};

    mp_change_init(&change, MP_CHANGE_PROGRESS);
    change.progress.milestone = "jcc:13";
    memset(note, 'n', sizeof note - 1);
    change.note = note;
    cr_expect_eq(mp_outbox_put(fixture.outbox, &submission, FIXTURE_NOW_US, fixture.arena),
                 MP_ETOOBIG);
}

OUTBOX_TEST(answers_are_kept_and_the_first_one_stands)
{
    struct mp_outbox_counts counts;
    struct mp_outbox_entry entry;
    struct mp_uuid id = fixture_id(2);

    fixture_fill(&fixture, 3);
    fixture_mark_sent(&fixture, 1);
    fixture_accept(&fixture, 1, 1, 10);
    fixture_reject(&fixture, 1);
    fixture_reject(&fixture, 2);
    fixture_accept(&fixture, 99, 1, 1);
    outbox_fixture_reopen(&fixture);
    entry = fixture_find(&fixture, 1);
    cr_expect_eq(entry.state, MP_OUTBOX_ACCEPTED);
    cr_expect_eq(entry.answer.outcome, MP_OUTCOME_ACCEPTED);
    cr_expect_eq(entry.answer.last_seq, 10);
    cr_expect_eq(entry.answered_at_us, FIXTURE_NOW_US);
    entry = fixture_find(&fixture, 2);
    cr_expect_eq(entry.state, MP_OUTBOX_REJECTED);
    cr_expect_eq(entry.answer.rejection.code, MP_REJECT_REASON_MISSING);
    cr_expect_str_eq(entry.answer.rejection.field, "changes[0].reason");
    cr_expect_str_eq(entry.answer.rejection.message, "say why");
    cr_assert_eq(mp_outbox_count(fixture.outbox, &counts), 0);
    cr_expect_eq(counts.waiting, 1);
    cr_expect_eq(counts.rejected_unseen, 1);
    cr_assert_eq(mp_outbox_mark_seen(fixture.outbox, &id), 0);
    cr_assert_eq(mp_outbox_mark_seen(fixture.outbox, &id), 0);
    cr_assert_eq(mp_outbox_count(fixture.outbox, &counts), 0);
    cr_expect_eq(counts.rejected, 1);
    cr_expect_eq(counts.rejected_unseen, 0);
    id = fixture_id(98);
    cr_expect_eq(mp_outbox_mark_seen(fixture.outbox, &id), MP_ENOTFOUND);
}

OUTBOX_TEST(busy_changes_nothing)
{
    const struct mp_answer busy = {
        .id = fixture_id(1), .epoch = 1, .outcome = MP_OUTCOME_BUSY, .why = MP_BUSY_FULL};

    fixture_fill(&fixture, 1);
    fixture_mark_sent(&fixture, 1);
    cr_assert_eq(mp_outbox_answer(fixture.outbox, &busy, 1, FIXTURE_NOW_US), 0);
    cr_expect_eq(fixture_state(&fixture, 1), MP_OUTBOX_SENT);
}

OUTBOX_TEST(a_new_entry_comes_after_the_last_that_was_not_rejected)
{
    fixture_fill(&fixture, 3);
    fixture_accept(&fixture, 1, 1, 1);
    fixture_reject(&fixture, 3);
    cr_assert_eq(fixture_put(&fixture, 4), 0);
    cr_expect_eq(fixture_after(&fixture, 4), 2);
    fixture_reject(&fixture, 2);
    fixture_reject(&fixture, 4);
    cr_assert_eq(fixture_put(&fixture, 5), 0);
    cr_expect_eq(fixture_after(&fixture, 5), 1);
}

OUTBOX_TEST(what_is_not_answered_is_listed_in_order)
{
    uint64_t places[8];
    size_t count = 0;

    fixture_fill(&fixture, 6);
    fixture_mark_sent(&fixture, 1);
    fixture_accept(&fixture, 2, 1, 2);
    fixture_mark_sent(&fixture, 4);
    cr_assert_eq(mp_outbox_unanswered(fixture.outbox, 0, 8, places, &count), 0);
    cr_expect_eq(count, 5);
    cr_expect_eq(places[0], fixture_find(&fixture, 1).place);
    cr_expect_eq(places[1], fixture_find(&fixture, 3).place);
    cr_assert_eq(mp_outbox_unanswered(fixture.outbox, places[1], 2, places, &count), 0);
    cr_expect_eq(count, 2);
    cr_expect_eq(places[1], fixture_find(&fixture, 4).place);
}

OUTBOX_TEST(marking_passes_over_what_is_gone_or_answered)
{
    struct mp_uuid id = fixture_id(1);
    uint64_t places[3];

    fixture_fill(&fixture, 3);
    for (unsigned i = 0; i < 3; i++)
        places[i] = fixture_find(&fixture, i + 1).place;
    cr_assert_eq(mp_outbox_drop(fixture.outbox, &id), 0);
    fixture_accept(&fixture, 2, 1, 1);
    cr_assert_eq(mp_outbox_mark_sent(fixture.outbox, places, 3), 0);
    cr_expect_eq(fixture_state(&fixture, 2), MP_OUTBOX_ACCEPTED);
    cr_expect_eq(fixture_state(&fixture, 3), MP_OUTBOX_SENT);
}

OUTBOX_TEST(a_waiting_entry_can_be_dropped_and_the_chain_closes)
{
    struct mp_uuid id = fixture_id(2);

    fixture_fill(&fixture, 4);
    cr_assert_eq(mp_outbox_drop(fixture.outbox, &id), 0);
    expect_order((const unsigned[]){1, 3, 4}, 3);
    cr_expect_eq(fixture_after(&fixture, 3), 1);
    cr_expect_eq(fixture_after(&fixture, 4), 3);
    id = fixture_id(1);
    cr_assert_eq(mp_outbox_drop(fixture.outbox, &id), 0);
    cr_expect_eq(fixture_after(&fixture, 3), 0);
    cr_expect_eq(mp_outbox_drop(fixture.outbox, &id), MP_ENOTFOUND);
    cr_expect_eq(fixture_put(&fixture, 1), 0, "a dropped id may come again");
}

OUTBOX_TEST(what_may_be_recorded_cannot_be_dropped)
{
    struct mp_outbox_counts counts;
    struct mp_uuid id = fixture_id(1);

    fixture_fill(&fixture, 3);
    fixture_mark_sent(&fixture, 1);
    cr_expect_eq(mp_outbox_drop(fixture.outbox, &id), MP_EPERM);
    fixture_accept(&fixture, 1, 1, 1);
    cr_expect_eq(mp_outbox_drop(fixture.outbox, &id), MP_EPERM);
    id = fixture_id(2);
    fixture_reject(&fixture, 2);
    cr_expect_eq(mp_outbox_drop(fixture.outbox, &id), 0);
    cr_expect_eq(fixture_after(&fixture, 3), 2, "the ledger knows the rejected one");
    cr_assert_eq(mp_outbox_count(fixture.outbox, &counts), 0);
    cr_expect_eq(counts.rejected, 0);
    cr_expect_eq(counts.rejected_unseen, 0);
}

OUTBOX_TEST(accepted_entries_stay_thirty_days)
{
    struct mp_outbox_counts counts;

    fixture_fill(&fixture, 5);
    fixture_accept(&fixture, 1, 1, 1);
    fixture_accept(&fixture, 2, 1, 2);
    fixture_reject(&fixture, 3);
    cr_assert_eq(mp_outbox_clean(fixture.outbox, FIXTURE_NOW_US + MP_OUTBOX_KEEP_DAYS * DAY_US), 0);
    cr_assert_eq(mp_outbox_count(fixture.outbox, &counts), 0);
    cr_expect_eq(counts.accepted, 2);
    cr_assert_eq(mp_outbox_clean(fixture.outbox, FIXTURE_NOW_US + MP_OUTBOX_KEEP_DAYS * DAY_US + 1),
                 0);
    cr_assert_eq(mp_outbox_count(fixture.outbox, &counts), 0);
    cr_expect_eq(counts.accepted, 0);
    cr_expect_eq(counts.rejected, 1);
    cr_expect_eq(counts.waiting, 2);
}

/* Bytes of an entry turned in the file itself, behind LMDB's back. */
OUTBOX_TEST(damaged_bytes_are_never_sent)
{
    const struct mp_kv_options options = {
        .folder = fixture.folder, .map_bytes = UINT64_C(8) << 30, .tables = 5};
    const uint8_t key[8] = {[7] = 1};
    struct mp_outbox_entry entry;
    struct mp_uuid id = fixture_id(1);
    struct mp_kv_txn *txn = NULL;
    struct mp_kv *kv = NULL;
    struct mp_span value;
    mp_kv_table bodies;

    fixture_fill(&fixture, 1);
    mp_outbox_close(fixture.outbox);
    fixture.outbox = NULL;
    cr_assert_eq(mp_kv_open(&options, &kv), 0);
    cr_assert_eq(mp_kv_table_open(kv, "bodies", &bodies), 0);
    cr_assert_eq(mp_kv_begin(kv, true, &txn), 0);
    cr_assert(mp_kv_get(txn, bodies, mp_span_make(key, sizeof key), &value));
    uint8_t *copy = malloc(value.size);
    memcpy(copy, value.data, value.size);
    copy[value.size / 2] ^= 1;
    mp_kv_put(txn, bodies, mp_span_make(key, sizeof key), mp_span_make(copy, value.size));
    free(copy);
    cr_assert_eq(mp_kv_commit(txn), 0);
    mp_kv_close(kv);
    cr_assert_eq(mp_outbox_open(fixture.folder, &fixture.outbox), 0);
    cr_expect_eq(mp_outbox_find(fixture.outbox, &id, fixture.arena, &entry), MP_ECORRUPT);
}
