#include "tests/support/subscription_story.h"

/* Golden stories: silence, questions that fail, overflow, restores, nonsense. */

Test(subscription_trouble, without_heartbeats_it_is_stale_and_the_next_brings_it_back)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    story_pass(&story, MP_HEARTBEAT_STALE_MS - 1);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_pass(&story, 1);
    cr_assert_eq(story_state(&story), MP_FEED_STALE);
    cr_assert_str_eq(story.why, "no heartbeat for 3 s");
    story_beat(&story);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_pass(&story, MP_HEARTBEAT_STALE_MS);
    fake_record_add(story.record, "ml-1/");
    story_beat(&story);
    cr_assert_eq(story_state(&story), MP_FEED_CATCHING_UP);
    story_answer_all(&story);
    const enum mp_feed_state golden[] = {MP_FEED_CATCHING_UP, MP_FEED_LIVE,  MP_FEED_STALE,
                                         MP_FEED_LIVE,        MP_FEED_STALE, MP_FEED_CATCHING_UP,
                                         MP_FEED_LIVE};
    cr_assert_eq(story.state_count, MP_LENGTH(golden));
    cr_assert_arr_eq(story.states, golden, sizeof golden);
    story_end(&story);
}

/* Two heartbeats in the queue: the first would agree, but the second counts more. */
Test(subscription_trouble, what_waits_behind_an_older_heartbeat_is_looked_at_before_live_is_told)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    story_pass(&story, MP_HEARTBEAT_STALE_MS);
    cr_assert_eq(story_state(&story), MP_FEED_STALE);
    mp_subscription_hold(story.subscription);
    story_beat(&story);
    fake_record_add(story.record, "ml-1/");
    story_beat(&story);
    mp_subscription_release(story.subscription, false, story.now_ms);
    story_answer_all(&story);
    const enum mp_feed_state golden[] = {MP_FEED_CATCHING_UP, MP_FEED_LIVE, MP_FEED_STALE,
                                         MP_FEED_CATCHING_UP, MP_FEED_LIVE};
    cr_assert_eq(story.state_count, MP_LENGTH(golden));
    cr_assert_arr_eq(story.states, golden, sizeof golden);
    story_end(&story);
}

Test(subscription_trouble, who_has_not_read_what_came_long_ago_is_not_live)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    mp_subscription_hold(story.subscription);
    story_beat(&story);
    mp_subscription_release(story.subscription, true, story.now_ms);
    cr_assert_eq(story_state(&story), MP_FEED_CATCHING_UP);
    cr_assert_str_eq(story.why, "reading what has arrived");
    story_beat(&story);
    cr_assert_eq(story_state(&story), MP_FEED_CATCHING_UP);
    mp_subscription_hold(story.subscription);
    mp_subscription_release(story.subscription, false, story.now_ms);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription_trouble, a_service_that_is_gone_is_stale_and_not_a_silent_wait)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_pass(&story, MP_HEARTBEAT_STALE_MS);
    cr_assert_eq(story_state(&story), MP_FEED_STALE);
    story_end(&story);
}

Test(subscription_trouble, questions_that_fail_are_asked_again_after_a_growing_pause)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_fill(&story);
    story_beat(&story);
    for (int64_t pause = 250; pause <= 4000; pause *= 2) {
        story_refuse(&story, MP_ETIMEDOUT);
        story_pass(&story, pause - 1);
        cr_assert(!story.asked, "%d", (int)pause);
        story_pass(&story, 1);
        cr_assert(story.asked, "%d", (int)pause);
    }
    story_refuse(&story, MP_EUNREACHABLE);
    story_pass(&story, 4999);
    cr_assert(!story.asked);
    story_pass(&story, 1);
    story_beat(&story);
    story_answer_all(&story);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    assert_delivered(&story, 1, 3);
    story_end(&story);
}

Test(subscription_trouble, a_replay_that_breaks_off_goes_on_without_delivering_twice)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "", .whole = true});
    story.record->page_rows = 1;
    story_fill(&story);
    story_beat(&story);
    story_answer(&story);
    cr_assert_eq(story.done, 1);
    cr_assert_eq(story.total, 3);
    story_refuse(&story, MP_ETIMEDOUT);
    story_pass(&story, 250);
    story_answer_all(&story);
    assert_delivered(&story, 1, 2, 3);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription_trouble, a_buffer_that_overflows_becomes_a_replay)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/", .buffer_bytes = 200});
    story_fill(&story);
    story_beat(&story);
    struct mp_buffer page;
    story_gather(&story, &page);
    for (int i = 0; i < 20; i++)
        story_send(&story, fake_record_add(story.record, "ml-1/"));
    story_give(&story, &page);
    story_answer_all(&story);
    story_beat(&story);
    story_answer_all(&story);
    cr_assert_eq(story.delivered_count, 22);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription_trouble,
     after_a_restore_the_new_past_is_delivered_and_the_common_one_is_not_again)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    story_send(&story, fake_record_add(story.record, "ml-1/")); /* 4, in the old epoch */
    fake_record_restore(story.record, 1, 20);                   /* 2 is the restore itself */
    fake_record_add(story.record, "ml-1/");                     /* 3, another one */
    story_beat(&story);
    cr_assert_eq(story.ask.kind, MP_ASK_EPOCHS);
    story_answer_all(&story);
    assert_delivered(&story, 1, 3, 4, 3);
    cr_assert_eq(story.epoch, 20);
    cr_assert_eq(story.restored_head, 1);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription_trouble, restores_slept_through_take_the_smallest_common_past)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){
                            .prefix = "ml-1/", .since = 3, .since_epoch = 10});
    story_fill(&story);
    fake_record_restore(story.record, 1, 20); /* 2 */
    fake_record_add(story.record, "ml-1/");   /* 3 */
    fake_record_restore(story.record, 3, 30); /* 4 */
    story_beat(&story);
    story_answer_all(&story);
    assert_delivered(&story, 3);
    cr_assert_eq(story.restored_head, 1);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription_trouble, answers_of_the_old_epoch_are_ignored)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    fake_record_add(story.record, "ml-1/"); /* 4: dropped */
    story_beat(&story);
    struct mp_buffer old;
    story_gather(&story, &old); /* the replay of 4 is on its way */
    fake_record_restore(story.record, 3, 20);
    story_beat(&story);
    story_give(&story, &old);
    assert_delivered(&story, 1, 3);
    story_answer_all(&story);
    assert_delivered(&story, 1, 3);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription_trouble, a_heartbeat_of_the_old_epoch_is_never_live)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){
                            .prefix = "ml-1/", .since = 3, .since_epoch = 20});
    story_fill(&story);
    story_beat(&story);
    cr_assert_eq(story_state(&story), MP_FEED_CONNECTING);
    fake_record_restore(story.record, 3, 20);
    story_beat(&story);
    story_answer_all(&story);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    cr_assert_eq(story.delivered_count, 0);
    story_end(&story);
}

Test(subscription_trouble,
     a_count_that_cannot_be_explained_reads_the_positions_again_and_does_not_spin)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    struct mp_heartbeat wrong = {.epoch = 10, .head = 3, .count = 7};
    struct mp_buffer message;
    mp_buffer_init(&message, 1024);
    cr_assert_eq(mp_heartbeat_encode(&wrong, &message), 0);
    size_t before = story.questions;
    for (int i = 0; i < 60; i++) {
        cr_assert_eq(
            mp_subscription_heartbeat(story.subscription, mp_buffer_span(&message), story.now_ms),
            0);
        story_answer_all(&story);
        cr_assert_eq(story_state(&story), MP_FEED_CATCHING_UP);
        story_pass(&story, 1000);
    }
    cr_assert_lt(story.questions - before, 60);
    cr_assert_gt(story.questions - before, 3);
    mp_buffer_done(&message);
    for (int i = 0; i < 15; i++) {
        story_beat(&story);
        story_answer_all(&story);
        story_pass(&story, 1000);
    }
    story_beat(&story);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    assert_delivered(&story, 1, 3);
    story_end(&story);
}

Test(subscription_trouble, bytes_that_are_no_message_change_nothing)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    static const uint8_t bad[] = {0x1a, 0x7f, 0x01};
    struct mp_span bytes = mp_span_make(bad, sizeof bad);
    cr_assert_eq(mp_subscription_events(story.subscription, bytes, 0), MP_EMALFORMED);
    cr_assert_eq(mp_subscription_heartbeat(story.subscription, bytes, 0), MP_EMALFORMED);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription_trouble, an_answer_that_nobody_waits_for_is_dropped)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    mp_subscription_answer(story.subscription, MP_ETIMEDOUT, NULL, 0);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}
