/* A fanout and all that it sent. */
#ifndef MP_TESTS_PUBLISH_FIXTURE_H
#define MP_TESTS_PUBLISH_FIXTURE_H

#include "services/publish/fanout.h"

#define SENT_MOST 4096

struct fixture {
    struct fanout *fanout;
    struct mp_arena *arena;
    uint64_t seq;
    struct {
        char topic[256];
        bool is_heartbeat;
        struct mp_heartbeat beat;
        struct mp_feed_events events;
        uint64_t seqs[64]; /* the first of them */
    } sent[SENT_MOST];
    size_t sent_count;
};

void fixture_open(struct fixture *fixture, size_t subscriptions_most, size_t subscriptions_each);
void fixture_close(struct fixture *fixture);
/* The next event, on that topic. */
void fixture_event(struct fixture *fixture, const char *topic);
/* The event of that sequence. */
void fixture_event_at(struct fixture *fixture, uint64_t seq, const char *topic);
void fixture_flush(struct fixture *fixture);
void fixture_beat(struct fixture *fixture); /* everybody's */
void fixture_beat_of(struct fixture *fixture, const char *topic);
void fixture_forget(struct fixture *fixture); /* what was sent */
/* Index of the only message with the topic; fails when there is none or more. */
size_t fixture_only(const struct fixture *fixture, const char *topic);
size_t fixture_count(const struct fixture *fixture, const char *topic);
/* By the key of 32 such bytes; 0: by nobody that is known. NULL: admitted; else why not. */
const char *fixture_join(struct fixture *fixture, uint8_t byte, const char *topic);
bool fixture_leave(struct fixture *fixture, uint8_t byte, const char *topic);
/* The count in the heartbeat of a prefix. */
uint64_t fixture_count_under(struct fixture *fixture, const char *prefix);

#endif
