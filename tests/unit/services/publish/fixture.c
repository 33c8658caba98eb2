#include "tests/unit/services/publish/fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

void fixture_open(struct fixture *fixture, size_t subscriptions_most, size_t subscriptions_each)
{
    memset(fixture, 0, sizeof(*fixture));
    cr_assert_eq(fanout_new(subscriptions_most, subscriptions_each, &fixture->fanout), 0);
    fixture->arena = mp_arena_new(64u << 20);
    cr_assert_not_null(fixture->arena);
    fanout_set_head(fixture->fanout, 7, 0, 0);
}

void fixture_close(struct fixture *fixture)
{
    fanout_free(fixture->fanout);
    mp_arena_free(fixture->arena);
}

void fixture_event_at(struct fixture *fixture, uint64_t seq, const char *topic)
{
    struct mp_event event = {.epoch = 7,
                             .seq = seq,
                             .recorded_at_us = 1,
                             .topic = topic,
                             .agency = "railways",
                             .submission = {.bytes = {1}}};
    struct mp_event_place place;
    struct mp_buffer bytes;

    mp_change_init(&event.change, MP_CHANGE_PROJECT_REMOVED);
    event.change.removed = "ml-1";
    mp_buffer_init(&bytes, 4096);
    cr_assert_eq(mp_event_encode(&event, fixture->arena, &bytes), 0);
    cr_assert_eq(mp_event_peek(mp_buffer_span(&bytes), &place), 0);
    cr_assert_eq(fanout_event(fixture->fanout, &place, mp_buffer_span(&bytes)), 0);
    mp_buffer_done(&bytes);
    fixture->seq = seq;
}

void fixture_event(struct fixture *fixture, const char *topic)
{
    fixture_event_at(fixture, fixture->seq + 1, topic);
}

static void keep(void *context, struct mp_span topic, struct mp_span payload)
{
    struct fixture *fixture = context;

    cr_assert_lt(fixture->sent_count, SENT_MOST);
    __typeof__(&fixture->sent[0]) sent = &fixture->sent[fixture->sent_count++];
    cr_assert_lt(topic.size, sizeof(sent->topic));
    memcpy(sent->topic, topic.data, topic.size);
    sent->topic[topic.size] = '\0';
    sent->is_heartbeat = topic.data[0] == 'h';
    if (sent->is_heartbeat) {
        cr_assert_eq(mp_heartbeat_decode(payload, &sent->beat), 0);
        return;
    }
    cr_assert_eq(mp_feed_events_decode(payload, fixture->arena, 65536, &sent->events), 0);
    for (size_t i = 0; i < sent->events.count && i < MP_LENGTH(sent->seqs); i++) {
        struct mp_event_place place;
        cr_assert_eq(mp_event_peek(sent->events.events[i], &place), 0);
        sent->seqs[i] = place.seq;
    }
}

void fixture_flush(struct fixture *fixture)
{
    fanout_flush(fixture->fanout, keep, fixture);
}

void fixture_beat(struct fixture *fixture)
{
    fanout_heartbeats(fixture->fanout, keep, fixture);
}

void fixture_beat_of(struct fixture *fixture, const char *topic)
{
    fanout_heartbeat(fixture->fanout, mp_span_text(topic), keep, fixture);
}

void fixture_forget(struct fixture *fixture)
{
    memset(fixture->sent, 0, sizeof(fixture->sent[0]) * fixture->sent_count);
    fixture->sent_count = 0;
    mp_arena_reset(fixture->arena);
}

size_t fixture_count(const struct fixture *fixture, const char *topic)
{
    size_t count = 0;

    for (size_t i = 0; i < fixture->sent_count; i++)
        count += strcmp(fixture->sent[i].topic, topic) == 0;
    return count;
}

size_t fixture_only(const struct fixture *fixture, const char *topic)
{
    size_t at = 0;

    cr_assert_eq(fixture_count(fixture, topic), 1, "%zu messages on %s",
                 fixture_count(fixture, topic), topic);
    while (strcmp(fixture->sent[at].topic, topic) != 0)
        at++;
    return at;
}

static bool subscribe(struct fixture *fixture, uint8_t byte, char what, const char *topic,
                      const char **ret_refused)
{
    uint8_t key[32];
    char message[1024];
    bool heartbeat;

    memset(key, byte, sizeof(key));
    (void)snprintf(message, sizeof(message), "%c%s", what, topic);
    bool admitted = fanout_subscription(
        fixture->fanout, key, mp_span_make(message, strlen(topic) + 1), &heartbeat, ret_refused);
    cr_assert_eq(heartbeat, admitted && what == 1 && topic[0] == 'h');
    return admitted;
}

const char *fixture_join(struct fixture *fixture, uint8_t byte, const char *topic)
{
    const char *refused = NULL;

    if (subscribe(fixture, byte, 1, topic, &refused))
        return NULL;
    cr_assert_not_null(refused);
    return refused;
}

bool fixture_leave(struct fixture *fixture, uint8_t byte, const char *topic)
{
    const char *refused = NULL;

    return subscribe(fixture, byte, 0, topic, &refused);
}

uint64_t fixture_count_under(struct fixture *fixture, const char *prefix)
{
    char topic[256];

    (void)snprintf(topic, sizeof(topic), "h/%s!", prefix);
    fixture->sent_count = 0;
    fixture_beat_of(fixture, topic);
    cr_assert_eq(fixture->sent_count, 1, "no heartbeat for %s", topic);
    cr_assert_str_eq(fixture->sent[0].topic, topic);
    uint64_t count = fixture->sent[0].beat.count;
    fixture_forget(fixture);
    return count;
}
