/* Stories of the pipeline. What everybody saw, second by second, is in the .txt of the same name;
 * beyond that each story says itself what must be true at its end. */
#include "tests/support/flow.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct flow *begin(void)
{
    struct flow *flow = flow_new(1000);

    (void)flow_watcher_add(flow, "console", "", true);
    (void)flow_watcher_add(flow, "desk", "ml-1/", true);
    flow_run(flow, 1000);
    return flow;
}

static struct flow_agency *railways(struct flow *flow)
{
    return &flow->agencies[0];
}

static void put_progress(struct flow_agency *agency, const char *milestone, int64_t percent)
{
    struct mp_change change = flow_progress(milestone, percent);

    flow_agency_put(agency, &change, 1);
}

/* From-now watchers have not seen the definitions: what they have must be all from then on. */
static void expect_seen(struct flow *flow, uint64_t from, uint64_t to)
{
    for (uint64_t seq = from; seq <= to; seq++)
        cr_assert(flow->watchers[0].has[seq], "the console never saw %lu", (unsigned long)seq);
    cr_assert_eq(flow->watchers[0].delivered, to - from + 1);
}

static uint64_t head(struct flow *flow)
{
    return mp_store_head(flow->ledger.store).seq;
}

Test(flow_stories, an_update_reaches_everybody_who_watches)
{
    MP_AUTO(flow_free) struct flow *flow = begin();
    uint64_t before = head(flow);

    put_progress(railways(flow), "ml-1:completion", 10);
    flow_run(flow, 1500);
    struct mp_change both[] = {flow_progress("ml-1:completion", 20),
                               flow_progress("ml-10:completion", 5)};
    flow_agency_put(railways(flow), both, 2);
    put_progress(&flow->agencies[1], "gwadar:opening", 60);
    flow_run(flow, 1500);
    cr_expect_eq(head(flow), before + 4);
    expect_seen(flow, before + 1, before + 4);
    cr_expect_eq(flow->watchers[1].delivered, 2, "ml-10 and gwadar are none of the desk's");
    flow_check_outboxes(flow, "happy");
    flow_expect_golden(flow, "happy");
}

Test(flow_stories, a_lost_answer_is_given_again_and_nothing_is_recorded_twice)
{
    MP_AUTO(flow_free) struct flow *flow = begin();
    uint64_t before = head(flow);

    flow_fault(flow, (struct flow_fault){.hop = FLOW_ANSWER, .kind = FLOW_LOSE, .times = 1});
    put_progress(railways(flow), "ml-1:completion", 10);
    flow_run(flow, 4000);
    cr_expect_eq(head(flow), before + 1);
    cr_expect_eq(writer_counts(flow->ledger.writer).repeated, 1);
    expect_seen(flow, before + 1, before + 1);
    flow_check_outboxes(flow, "lost answer");
    flow_expect_golden(flow, "lost_answer");
}

/* Ingest may have one under way. Port's takes that place while railways sends two at once: the
 * first is told busy, the second comes when there is room and is told to wait for the first. */
Test(flow_stories, the_second_waits_when_the_first_was_told_busy)
{
    MP_AUTO(flow_free) struct flow *flow = flow_new(1);
    uint64_t before = head(flow);

    (void)flow_watcher_add(flow, "console", "", true);
    flow_run(flow, 1000);
    flow_fault(flow, (struct flow_fault){
                         .hop = FLOW_RETURN, .kind = FLOW_DELAY, .times = 1, .delay_ms = 100});
    flow_fault(flow,
               (struct flow_fault){
                   .hop = FLOW_SUBMIT, .kind = FLOW_DELAY, .skip = 2, .times = 1, .delay_ms = 150});
    put_progress(&flow->agencies[1], "gwadar:opening", 50);
    flow_run(flow, 50);
    put_progress(railways(flow), "ml-1:completion", 1);
    put_progress(railways(flow), "ml-1:completion", 2);
    flow_run(flow, 4000);
    cr_expect_eq(writer_counts(flow->ledger.writer).busy, 1, "the ledger was asked out of order");
    cr_expect_eq(head(flow), before + 3);
    expect_seen(flow, before + 1, before + 3);
    flow_check_outboxes(flow, "busy");
    struct mp_outbox_entry entries[2];
    for (size_t i = 0; i < 2; i++)
        cr_assert_eq(mp_outbox_find(railways(flow)->outbox, &railways(flow)->ids[i], flow->arena,
                                    &entries[i]),
                     0);
    cr_expect_lt(entries[0].answer.last_seq, entries[1].answer.first_seq);
    flow_expect_golden(flow, "second_waits");
}

Test(flow_stories, a_ledger_killed_before_its_commit_has_recorded_nothing)
{
    MP_AUTO(flow_free) struct flow *flow = begin();
    uint64_t before = head(flow);

    flow->ledger.death = FLOW_BEFORE_COMMIT;
    put_progress(railways(flow), "ml-1:completion", 10);
    flow_run(flow, 500);
    cr_expect_null(flow->ledger.store);
    flow_run(flow, 1000);
    cr_assert_not_null(flow->ledger.store);
    cr_expect_eq(head(flow), before, "nothing was recorded");
    flow_run(flow, 4000);
    cr_expect_eq(head(flow), before + 1, "it was sent again");
    cr_expect_eq(writer_counts(flow->ledger.writer).repeated, 0);
    expect_seen(flow, before + 1, before + 1);
    flow_check_outboxes(flow, "before commit");
    flow_expect_golden(flow, "killed_before_commit");
}

Test(flow_stories, a_ledger_killed_after_its_commit_gives_the_answer_when_asked_again)
{
    MP_AUTO(flow_free) struct flow *flow = begin();
    uint64_t before = head(flow);

    flow->ledger.death = FLOW_AFTER_COMMIT;
    put_progress(railways(flow), "ml-1:completion", 10);
    flow_run(flow, 1500);
    cr_assert_not_null(flow->ledger.store);
    cr_expect_eq(head(flow), before + 1, "it was recorded and nobody heard of it");
    flow_run(flow, 4000);
    cr_expect_eq(head(flow), before + 1);
    cr_expect_eq(writer_counts(flow->ledger.writer).repeated, 1);
    expect_seen(flow, before + 1, before + 1);
    flow_check_outboxes(flow, "after commit");
    flow_expect_golden(flow, "killed_after_commit");
}

Test(flow_stories, publish_comes_back_under_its_watchers)
{
    MP_AUTO(flow_free) struct flow *flow = begin();
    uint64_t before = head(flow);

    put_progress(railways(flow), "ml-1:completion", 10);
    flow_run(flow, 1500);
    flow_publish_kill(flow, 5000);
    put_progress(railways(flow), "ml-1:completion", 20);
    put_progress(railways(flow), "ml-10:completion", 20);
    flow_run(flow, 4000);
    cr_expect_eq(mp_subscription_status(flow->watchers[0].subscription).state, MP_FEED_STALE);
    cr_expect_eq(mp_subscription_status(flow->watchers[1].subscription).state, MP_FEED_STALE);
    flow_run(flow, 4000);
    put_progress(railways(flow), "ml-1:completion", 30);
    flow_run(flow, 2000);
    expect_seen(flow, before + 1, before + 4);
    cr_expect_eq(flow->watchers[1].delivered, 3);
    for (size_t i = 0; i < 2; i++)
        cr_expect_eq(mp_subscription_status(flow->watchers[i].subscription).state, MP_FEED_LIVE);
    flow_expect_golden(flow, "publish_restarted");
}

/* Nothing follows the lost event, so no hole shows: only the heartbeat's count can tell. */
Test(flow_stories, a_lost_tail_is_found_by_the_count)
{
    MP_AUTO(flow_free) struct flow *flow = flow_new(1000);
    uint64_t before = head(flow);

    struct flow_watcher *desk = flow_watcher_add(flow, "desk", "ml-1/", true);
    flow_run(flow, 1000);
    put_progress(railways(flow), "ml-1:completion", 10);
    flow_run(flow, 1300);
    flow_fault(flow, (struct flow_fault){.hop = FLOW_FANOUT, .kind = FLOW_LOSE, .times = 1});
    put_progress(railways(flow), "ml-1:completion", 20);
    flow_run(flow, 200);
    cr_expect(desk->has[before + 1] && !desk->has[before + 2], "the message was lost");
    flow_run(flow, 2500);
    cr_expect(desk->has[before + 2]);
    cr_expect_eq(mp_subscription_status(desk->subscription).state, MP_FEED_LIVE);
    flow_expect_golden(flow, "lost_tail");
}

/* Two are in the backup, two more were acknowledged after it, and one is said after the restore:
 * the outbox sends the two again, in order, and the watchers end with the record as it is. */
Test(flow_stories, a_restore_heals_from_the_outbox)
{
    MP_AUTO(flow_free) struct flow *flow = begin();
    uint64_t before = head(flow);
    char backup[128];

    put_progress(railways(flow), "ml-1:completion", 10);
    put_progress(railways(flow), "ml-1:completion", 20);
    flow_run(flow, 1500);
    (void)snprintf(backup, sizeof(backup), "%s/backup", flow->root);
    cr_assert_eq(writer_file(flow->ledger.writer), 0);
    cr_assert_eq(mp_store_backup(flow->ledger.store, backup), 0);
    put_progress(railways(flow), "ml-1:completion", 30);
    put_progress(railways(flow), "ml-10:completion", 40);
    flow_run(flow, 1500);
    cr_expect_eq(head(flow), before + 4);
    flow_ledger_restore(flow, backup);
    cr_expect_eq(head(flow), before + 3, "two and the event that begins the epoch");
    flow_run(flow, 4000);
    put_progress(railways(flow), "ml-1:completion", 50);
    flow_run(flow, 6000);
    cr_expect_eq(head(flow), before + 6);
    expect_seen(flow, before + 1, before + 6);
    cr_expect_eq(flow->watchers[1].delivered, 4);
    flow_check_outboxes(flow, "restore");
    flow_expect_golden(flow, "restore");
}

Test(flow_stories, a_milestone_slips_with_a_reason_or_not_at_all)
{
    MP_AUTO(flow_free) struct flow *flow = begin();
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(4u << 20);
    struct mp_change change;
    struct mp_ask ask;
    struct mp_page page;
    struct mp_record record;
    struct mp_buffer bytes;
    int32_t slip = 0;

    change = flow_dated(MP_CHANGE_BASELINE, "ml-1:completion", "2029-06-30", MP_REASON_NONE);
    flow_agency_put(railways(flow), &change, 1);
    flow_run(flow, 1500);
    change = flow_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2029-12-31", MP_REASON_NONE);
    flow_agency_put(railways(flow), &change, 1);
    flow_run(flow, 1500);
    cr_expect_eq(flow_agency_counts(railways(flow)).rejected, 1);
    change = flow_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2029-12-31", MP_REASON_FINANCING);
    flow_agency_put(railways(flow), &change, 1);
    flow_run(flow, 1500);
    mp_buffer_init(&bytes, 1u << 20);
    mp_ask_init(&ask, MP_ASK_GET);
    ask.record_kind = MP_KIND_MILESTONE;
    ask.id = "ml-1:completion";
    flow_ledger_read(flow, &ask, arena, &bytes, &page);
    cr_assert_eq(page.row_count, 1);
    cr_assert_eq(mp_record_decode(page.rows[0].record, arena, &record), 0);
    cr_assert(
        mp_milestone_slip_days(&record.milestone, &record.milestone.first, FLOW_TODAY, &slip));
    cr_expect_eq(slip, 184, "from 30 June to 31 December");
    flow_log(flow, "record", "ml-1:completion is %d days late: %s", slip,
             mp_code_name(MP_FAMILY_REASON, (int)record.milestone.forecast.reason));
    mp_buffer_done(&bytes);
    flow_check_outboxes(flow, "slip");
    flow_expect_golden(flow, "slip");
}
