#include "tests/support/subscription_story.h"

static void on_deliver(void *context, const struct mp_event_place *place, struct mp_span event)
{
    struct story *story = context;
    (void)event;
    cr_assert_lt(story->delivered_count, MP_LENGTH(story->delivered));
    story->delivered[story->delivered_count++] = place->seq;
}

static void on_status(void *context, const struct mp_feed_status *status)
{
    struct story *story = context;
    story->why = status->why;
    story->done = status->done;
    story->total = status->total;
    if (story->state_count > 0 && story->states[story->state_count - 1] == status->state)
        return;
    cr_assert_lt(story->state_count, MP_LENGTH(story->states));
    story->states[story->state_count++] = status->state;
}

static void on_ask(void *context, const struct mp_ask *ask)
{
    struct story *story = context;
    cr_assert(!story->asked, "one question at a time");
    story->asked = true;
    story->questions++;
    story->ask = *ask;
    if (ask->cursor.size > 0)
        memcpy(story->cursor, ask->cursor.data, ask->cursor.size);
    story->ask.cursor = mp_span_make(story->cursor, ask->cursor.size);
}

static void on_positions(void *context, const struct mp_topic_position *topics, size_t count)
{
    struct story *story = context;
    (void)topics;
    story->position_count += count;
}

static void on_epoch(void *context, uint64_t epoch, uint64_t restored_head)
{
    struct story *story = context;
    story->epoch = epoch;
    story->restored_head = restored_head;
}

void story_begin_with(struct story *story, const struct mp_subscription_options *options,
                      bool positions)
{
    struct mp_subscription_effects effects = {.context = story,
                                              .deliver = on_deliver,
                                              .status = on_status,
                                              .ask = on_ask,
                                              .positions = positions ? on_positions : NULL,
                                              .epoch = on_epoch};
    story->record = fake_record_new(10, 100);
    story->arena = mp_arena_new(8u << 20);
    story->prefix = options->prefix == NULL ? "" : options->prefix;
    cr_assert_eq(mp_subscription_new(options, &effects, 0, &story->subscription), 0);
}

void story_begin(struct story *story, const struct mp_subscription_options *options)
{
    story_begin_with(story, options, false);
}

void story_end(struct story *story)
{
    mp_subscription_free(story->subscription);
    fake_record_free(story->record);
    mp_arena_free(story->arena);
}

void story_send(struct story *story, uint64_t seq)
{
    struct mp_buffer message;
    mp_buffer_init(&message, 1u << 20);
    fake_record_message(story->record, &seq, 1, seq, &message);
    cr_assert_eq(
        mp_subscription_events(story->subscription, mp_buffer_span(&message), story->now_ms), 0);
    mp_buffer_done(&message);
}

void story_beat_at(struct story *story, uint64_t head)
{
    struct mp_buffer message;
    mp_buffer_init(&message, 1024);
    fake_record_heartbeat(story->record, story->prefix, head, &message);
    cr_assert_eq(
        mp_subscription_heartbeat(story->subscription, mp_buffer_span(&message), story->now_ms), 0);
    mp_buffer_done(&message);
}

void story_beat(struct story *story)
{
    story_beat_at(story, story->record->head);
}

void story_gather(struct story *story, struct mp_buffer *page)
{
    cr_assert(story->asked);
    mp_buffer_init(page, MP_PAGE_MOST);
    fake_record_page(story->record, &story->ask, page);
}

void story_give(struct story *story, struct mp_buffer *bytes)
{
    struct mp_page page;
    mp_arena_reset(story->arena);
    cr_assert_eq(mp_page_decode(mp_buffer_span(bytes), story->arena, &page), 0);
    story->asked = false;
    mp_subscription_answer(story->subscription, 0, &page, story->now_ms);
    mp_buffer_done(bytes);
}

void story_answer(struct story *story)
{
    struct mp_buffer page;
    story_gather(story, &page);
    story_give(story, &page);
}

void story_answer_all(struct story *story)
{
    for (int i = 0; i < 1000 && story->asked; i++)
        story_answer(story);
    cr_assert(!story->asked);
}

void story_refuse(struct story *story, int error)
{
    cr_assert(story->asked);
    story->asked = false;
    mp_subscription_answer(story->subscription, error, NULL, story->now_ms);
}

void story_pass(struct story *story, int64_t ms)
{
    story->now_ms += ms;
    mp_subscription_tick(story->subscription, story->now_ms);
}

enum mp_feed_state story_state(const struct story *story)
{
    return mp_subscription_status(story->subscription).state;
}

void story_fill(struct story *story)
{
    fake_record_add(story->record, "ml-1/");
    fake_record_add(story->record, "gwadar/");
    fake_record_add(story->record, "ml-1/");
}

void story_make_live(struct story *story)
{
    story_fill(story);
    story_beat(story);
    story_answer_all(story);
    cr_assert_eq(story_state(story), MP_FEED_LIVE);
}
