/* A subscriber told a story by hand: one fault, every message, answer and second of it. For the
 * suites of subscription.h. */
#ifndef MP_TEST_SUBSCRIPTION_STORY_H
#define MP_TEST_SUBSCRIPTION_STORY_H

#include "clients/lib/subscription.h"
#include "tests/support/fake_record.h"

#include <criterion/criterion.h>

struct story {
    struct fake_record *record;
    struct mp_subscription *subscription;
    struct mp_arena *arena;
    int64_t now_ms;
    const char *prefix;
    uint64_t delivered[64];
    size_t delivered_count;
    enum mp_feed_state states[64];
    size_t state_count;
    const char *why;
    uint64_t done, total;
    bool asked;
    struct mp_ask ask;
    uint8_t cursor[MP_CURSOR_MOST];
    size_t position_count;
    uint64_t epoch, restored_head;
    size_t questions;
};

void story_begin_with(struct story *story, const struct mp_subscription_options *options,
                      bool positions);
void story_begin(struct story *story, const struct mp_subscription_options *options);
void story_end(struct story *story);
void story_send(struct story *story, uint64_t seq);
void story_beat_at(struct story *story, uint64_t head);
void story_beat(struct story *story);
/* The bytes of the answer as of now, to be given later. */
void story_gather(struct story *story, struct mp_buffer *page);
void story_give(struct story *story, struct mp_buffer *bytes);
void story_answer(struct story *story);
void story_answer_all(struct story *story);
void story_refuse(struct story *story, int error);
void story_pass(struct story *story, int64_t ms);
enum mp_feed_state story_state(const struct story *story);
/* ml-1/ 1, gwadar/ 2, ml-1/ 3. */
void story_fill(struct story *story);
void story_make_live(struct story *story);

#define assert_delivered(story, ...)                                                               \
    do {                                                                                           \
        const uint64_t wanted_[] = {__VA_ARGS__};                                                  \
        cr_assert_eq((story)->delivered_count, MP_LENGTH(wanted_));                                \
        cr_assert_arr_eq((story)->delivered, wanted_, sizeof wanted_);                             \
    } while (0)

#endif
