#include "clients/lib/subscription_state.h"
#include "tests/support/subscription_story.h"

/* Golden stories: holes, tails, positions older and newer than the feed. */

static void ignore_event(void *context, const struct mp_event_place *place, struct mp_span event)
{
    (void)context, (void)place, (void)event;
}

static void ignore_question(void *context, const struct mp_ask *ask)
{
    (void)context, (void)ask;
}

Test(subscription, options_that_make_no_sense_are_refused)
{
    struct mp_subscription_effects effects = {.deliver = ignore_event, .ask = ignore_question};
    const struct mp_subscription_options bad[] = {
        {.prefix = "ml-1"}, {.prefix = "ml-1/!/"}, {.prefix = "ml-1/", .whole = true}};
    for (size_t i = 0; i < MP_LENGTH(bad); i++) {
        struct mp_subscription *subscription = NULL;
        cr_expect_eq(mp_subscription_new(&bad[i], &effects, 0, &subscription), MP_EINVAL, "%zu", i);
        cr_expect_null(subscription);
    }
}

Test(subscription, from_the_beginning_everything_of_the_prefix_is_delivered_and_it_is_live)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    cr_assert_eq(story_state(&story), MP_FEED_CONNECTING);
    story_make_live(&story);
    assert_delivered(&story, 1, 3);
    story_send(&story, fake_record_add(story.record, "ml-1/x/"));
    cr_assert_eq(story.delivered[2], 4);
    cr_assert_eq(story.subscription->count, 3);
    cr_assert_eq(story.subscription->agreed.head, 3);
    story_end(&story);
}

Test(subscription, a_namesake_of_the_prefix_is_not_under_it)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    story_send(&story, fake_record_add(story.record, "ml-10/"));
    story_beat(&story);
    assert_delivered(&story, 1, 3);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription, the_count_of_a_heartbeat_shows_that_the_last_event_was_dropped)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    fake_record_add(story.record, "ml-1/"); /* 4: dropped on its way, nothing follows */
    story_beat(&story);
    cr_assert_eq(story_state(&story), MP_FEED_CATCHING_UP);
    cr_assert_eq(story.ask.kind, MP_ASK_REPLAY);
    cr_assert_eq(story.ask.from, 3);
    cr_assert_eq(story.ask.to, 4);
    cr_assert_eq(story.ask.epoch, story.record->epoch);
    story_answer_all(&story);
    assert_delivered(&story, 1, 3, 4);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription, prev_shows_a_hole_before_any_heartbeat)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    fake_record_add(story.record, "ml-1/"); /* 4: dropped */
    story_send(&story, fake_record_add(story.record, "ml-1/"));
    cr_assert_eq(story_state(&story), MP_FEED_CATCHING_UP);
    story_send(&story, fake_record_add(story.record, "ml-1/")); /* kept meanwhile */
    assert_delivered(&story, 1, 3);
    story_answer_all(&story);
    assert_delivered(&story, 1, 3, 4, 5, 6);
    story_beat(&story);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription, a_new_topic_that_does_not_begin_with_its_first_event_is_a_hole)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    fake_record_add(story.record, "ml-1/new/"); /* 4: dropped */
    story_send(&story, fake_record_add(story.record, "ml-1/new/"));
    story_answer_all(&story);
    assert_delivered(&story, 1, 3, 4, 5);
    story_end(&story);
}

Test(subscription, events_of_other_topics_do_not_look_like_holes)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    fake_record_add(story.record, "gwadar/"); /* 4: never sent to us */
    story_send(&story, fake_record_add(story.record, "ml-1/"));
    story_beat(&story);
    assert_delivered(&story, 1, 3, 5);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    cr_assert(!story.asked);
    story_end(&story);
}

Test(subscription, nothing_is_asked_before_the_first_heartbeat)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_fill(&story);
    story_send(&story, 3);
    story_pass(&story, 250);
    cr_assert(!story.asked);
    cr_assert_eq(story.delivered_count, 0);
    story_end(&story);
}

Test(subscription, positions_older_than_what_the_feed_brought_meanwhile_are_exact)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_fill(&story);
    story_beat(&story);
    struct mp_buffer page;
    story_gather(&story, &page); /* positions as of 3 … */
    story_send(&story, fake_record_add(story.record, "ml-1/"));
    story_give(&story, &page); /* … arrive after 4 */
    story_answer_all(&story);
    assert_delivered(&story, 1, 3, 4);
    story_beat(&story);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription, positions_newer_than_the_feed_do_not_count_twice)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_fill(&story);
    story_beat(&story);
    uint64_t late = fake_record_add(story.record, "ml-1/");
    story_answer_all(&story); /* positions and replay as of 4 */
    story_send(&story, late);
    assert_delivered(&story, 1, 3, 4);
    story_beat_at(&story, 3); /* the publisher is behind: a sign of life, no agreement */
    cr_assert_neq(story_state(&story), MP_FEED_LIVE);
    story_beat(&story);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    cr_assert_eq(story.subscription->count, 3);
    story_end(&story);
}

Test(subscription, topics_that_begin_between_two_pages_are_counted)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = ""});
    story.record->page_rows = 2;
    fake_record_add(story.record, "a/");
    fake_record_add(story.record, "b/");
    fake_record_add(story.record, "c/");
    story_beat(&story);
    story_answer(&story);                /* a, b */
    fake_record_add(story.record, "a/"); /* behind the cursor */
    fake_record_add(story.record, "c/"); /* ahead of it */
    story_answer_all(&story);
    assert_delivered(&story, 1, 2, 3, 4, 5);
    story_beat(&story);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    cr_assert_eq(story.subscription->count, 5);
    story_end(&story);
}

Test(subscription, from_now_delivers_what_came_after_the_first_heartbeat)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/", .from_now = true});
    story_fill(&story);
    story_beat(&story);
    fake_record_add(story.record, "ml-1/"); /* 4: between heartbeat and positions, lost */
    story_answer_all(&story);
    assert_delivered(&story, 4);
    story_beat(&story);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription, since_goes_on_where_somebody_stopped)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){
                            .prefix = "ml-1/", .since = 1, .since_epoch = 10});
    story_make_live(&story);
    assert_delivered(&story, 3);
    story_end(&story);
}

Test(subscription, a_position_beyond_the_record_follows_from_now)
{
    for (int whole = 0; whole < 2; whole++) {
        struct story story = {0};
        story_begin(&story, &(struct mp_subscription_options){
                                .prefix = whole ? "" : "ml-1/", .whole = whole, .since = 9999});
        story_make_live(&story);
        cr_expect_eq(mp_subscription_status(story.subscription).head, 3);
        story_send(&story, fake_record_add(story.record, "ml-1/")); /* 4 */
        story_beat(&story);
        assert_delivered(&story, 4);
        cr_expect_eq(story_state(&story), MP_FEED_LIVE);
        story_end(&story);
    }
}

Test(subscription, the_whole_feed_needs_no_positions)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.whole = true, .since = 1});
    story_fill(&story);
    story_beat(&story);
    cr_assert_eq(story.ask.kind, MP_ASK_REPLAY);
    story_answer_all(&story);
    assert_delivered(&story, 2, 3);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    fake_record_add(story.record, "x/"); /* 4: dropped */
    story_send(&story, fake_record_add(story.record, "y/"));
    story_answer_all(&story);
    story_beat(&story);
    assert_delivered(&story, 2, 3, 4, 5);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription, the_whole_feed_reads_positions_for_whoever_wants_them)
{
    struct story story = {0};
    story_begin_with(&story, &(struct mp_subscription_options){.whole = true, .from_now = true},
                     true);
    story_fill(&story);
    story_beat(&story);
    cr_assert_eq(story.ask.kind, MP_ASK_TOPICS);
    story_answer_all(&story);
    cr_assert_eq(story.position_count, 2);
    cr_assert_eq(story.delivered_count, 0);
    cr_assert_eq(story_state(&story), MP_FEED_LIVE);
    story_end(&story);
}

Test(subscription, an_event_seen_twice_is_delivered_once)
{
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.prefix = "ml-1/"});
    story_make_live(&story);
    story_send(&story, fake_record_add(story.record, "ml-1/"));
    story_send(&story, 4);
    story_send(&story, 1);
    assert_delivered(&story, 1, 3, 4);
    cr_assert(!story.asked);
    story_end(&story);
}

/* What publish waits for before it sends a round on. */
Test(subscription, a_commit_in_several_messages_is_announced_with_the_first)
{
    const uint64_t seqs[] = {4, 5};
    struct story story = {0};
    story_begin(&story, &(struct mp_subscription_options){.whole = true});
    story_make_live(&story);
    fake_record_add(story.record, "ml-1/");
    fake_record_add(story.record, "gwadar/");
    for (size_t i = 0; i < MP_LENGTH(seqs); i++) {
        struct mp_buffer message;
        mp_buffer_init(&message, 1u << 20);
        fake_record_message(story.record, &seqs[i], 1, 5, &message);
        cr_assert_eq(
            mp_subscription_events(story.subscription, mp_buffer_span(&message), story.now_ms), 0);
        mp_buffer_done(&message);
        cr_assert_eq(story.delivered[story.delivered_count - 1], seqs[i]);
        cr_assert_eq(mp_subscription_status(story.subscription).head, seqs[i]);
        cr_assert_eq(mp_subscription_status(story.subscription).announced, 5);
    }
    story_end(&story);
}
