/* What subscription.c (inputs), follow.c (the feed) and synchronise.c (questions) share. No other
 * file includes it, but for their tests.
 *
 * Invariants:
 *  - resume: every event of the prefix with seq <= resume has been delivered, or was not wanted.
 *  - a topic's `last`: its events up to there are all in count, and in the phase FOLLOWING they are
 *    all delivered (or not wanted).
 *  - high: nothing on the prefix beyond it is in count; the count can be compared at a head only
 *    when that is not below high. Whole feed: high is the last sequence, and the count.
 *  - one question at most is under way; an answer that belongs to an earlier round is thrown away.
 *  - backlog: messages of this epoch, in order, that came since the phase was FOLLOWING last. */
#ifndef MP_CLIENT_SUBSCRIPTION_STATE_H
#define MP_CLIENT_SUBSCRIPTION_STATE_H

#include "clients/lib/backlog.h"
#include "clients/lib/positions.h"
#include "clients/lib/subscription.h"

enum mp_phase {
    MP_PHASE_WAITING,   /* no heartbeat of our epoch yet: the subscription may not be there */
    MP_PHASE_EPOCHS,    /* asking where the restores began */
    MP_PHASE_TOPICS,    /* asking the positions */
    MP_PHASE_REPLAY,    /* asking events */
    MP_PHASE_FOLLOWING, /* asking nothing */
    MP_PHASE_BROKEN     /* cannot go on; why says it */
};

struct mp_subscription {
    char prefix[MP_TOPIC_MOST + 1];
    bool whole, from_now;
    struct mp_subscription_effects effects;
    struct mp_arena *arena; /* for one input */

    enum mp_phase phase;
    uint64_t epoch;      /* of what comes in */
    uint64_t base_epoch; /* to which resume and what was delivered belong; 0: not known yet */
    uint64_t resume, high, count;
    uint64_t target;  /* largest head seen in this epoch */
    uint64_t lost_to; /* a backlog that overflowed held events up to here */
    struct mp_positions positions;
    struct mp_backlog backlog;

    /* The question, its pages so far. */
    bool asking;
    uint64_t round, asked_round;
    int64_t ask_at_ms;
    unsigned failures, misses; /* in a row; misses: a full replay that did not explain the count */
    uint8_t cursor[MP_CURSOR_MOST];
    size_t cursor_size;
    uint64_t first_head, last_head; /* topics: of the pages */
    uint64_t from, at, to;          /* replay: wanted is from < seq <= to, at has been read */
    uint64_t restored;              /* epochs: smallest so far */

    bool has_heard, is_agreed, is_silent;
    bool is_held, is_behind; /* more has come; and it waits for long */
    struct mp_heartbeat heard, agreed;
    int64_t heard_ms;
    uint64_t start; /* where catching up began, for its progress */
    const char *why;
    struct mp_feed_status shown;
};

/* follow.c */

/* Reads a message into the arena and checks every event in it. */
int mp_follow_decode(struct mp_subscription *subscription, struct mp_span message,
                     struct mp_feed_events *ret_events,
                     struct mp_event_place **ret_places) MP_CHECK_RESULT;
void mp_follow_events(struct mp_subscription *subscription, const struct mp_feed_events *events,
                      const struct mp_event_place *places, int64_t now_ms);
void mp_follow_heartbeat(struct mp_subscription *subscription, const struct mp_heartbeat *heartbeat,
                         int64_t now_ms);
/* Counts the event if it is new to the topic and delivers it if it was not; false when the
 * subscription is broken by it. */
bool mp_follow_take(struct mp_subscription *subscription, const struct mp_event_place *place,
                    struct mp_span event);
/* Keeps a message for later; a backlog that overflows is thrown away. */
void mp_follow_keep(struct mp_subscription *subscription, enum mp_backlog_kind kind,
                    struct mp_span message, uint64_t head);
/* Takes in what was kept, until the end or the next question. */
void mp_follow_drain(struct mp_subscription *subscription, int64_t now_ms);

/* synchronise.c */

/* Whether a message of the epoch is to be looked at: a newer epoch begins here, an older is not. */
bool mp_sync_epoch(struct mp_subscription *subscription, uint64_t epoch, uint64_t head);
/* The first heartbeat: where to begin is known. */
void mp_sync_begin(struct mp_subscription *subscription, const struct mp_heartbeat *heartbeat,
                   int64_t now_ms);
void mp_sync_replay(struct mp_subscription *subscription, uint64_t to, const char *why);
/* The count cannot be explained: positions are asked again, after a pause that grows. */
void mp_sync_again(struct mp_subscription *subscription, int64_t now_ms, const char *why);
void mp_sync_answer(struct mp_subscription *subscription, int error, const struct mp_page *page,
                    int64_t now_ms);
/* Asks what has to be asked, if it is time. */
void mp_sync_ask(struct mp_subscription *subscription, int64_t now_ms);
void mp_sync_break(struct mp_subscription *subscription, const char *why);

#endif
