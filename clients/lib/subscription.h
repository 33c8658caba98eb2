/* The subscriber as a pure state machine: messages and the time in, wanted effects out (DESIGN §3,
 * FEED). It owns no socket and never asks the time; feed.h drives it, tests drive it directly.
 *
 *   connecting → catching-up → live ⇄ catching-up
 *        any → stale when no heartbeat came for MP_HEARTBEAT_STALE_MS, and back
 *
 * Guarantees: every event of the prefix after `since` is delivered exactly once, per topic in order
 * (the whole feed in total order), across lost messages, lost tails, restarts of the publisher and
 * restores of the record (after a restore, events up to restored_head are not delivered again). It
 * is live only while the last heartbeat's count agreed with its own.
 *
 * How it synchronises: it waits for a heartbeat (so the subscription is known to work), asks the
 * topics' positions (pages; head H of the last page), then replays (since, H] — or delivers nothing
 * of it when it follows from now — while feed events that arrive meanwhile are kept in a bounded
 * buffer; then the buffer, each event accepted only if its prev is the topic's last (whole feed:
 * seq = last + 1), dropped if already delivered, and a hole otherwise. A hole, or a heartbeat count
 * that differs, starts a replay from the resume point (head of the last heartbeat that agreed) up
 * to the heartbeat's head. A buffer that overflows is thrown away and becomes a hole. */
#ifndef MP_CLIENT_SUBSCRIPTION_H
#define MP_CLIENT_SUBSCRIPTION_H

#include "core/base/auto.h"
#include "core/base/error.h"
#include "core/base/span.h"
#include "proto/ask.h"
#include "proto/codec.h"

#define MP_HEARTBEAT_MS              1000
#define MP_HEARTBEAT_STALE_MS        3000
#define MP_SUBSCRIPTION_BUFFER_BYTES (8u << 20)

enum mp_feed_state { MP_FEED_CONNECTING, MP_FEED_CATCHING_UP, MP_FEED_LIVE, MP_FEED_STALE };

struct mp_feed_status {
    enum mp_feed_state state;
    uint64_t epoch, head; /* resume point: everything up to head has been delivered */
    uint64_t announced;   /* largest head that any message of this epoch named */
    uint64_t done, total; /* catching up: sequences behind us of those wanted */
    const char *why;      /* stale or catching up: a sentence, static */
};

struct mp_subscription;

struct mp_subscription_options {
    const char *prefix;   /* "" whole feed; else a path with its slash, or "@agency/" */
    bool whole;           /* subscribe f/ (total order); prefix must be "" */
    bool from_now;        /* nothing from before the first agreement is delivered */
    uint64_t since;       /* else: deliver after this sequence (beyond the head without an
                           * epoch: from now on) … */
    uint64_t since_epoch; /* … of this epoch (0: whichever is current) */
    size_t buffer_bytes;  /* 0: MP_SUBSCRIPTION_BUFFER_BYTES */
};

/* Wanted effects. Calls come from inside the input functions; they must not call back in. */
struct mp_subscription_effects {
    void *context;
    /* One event, in its bytes as stored; valid during the call. */
    void (*deliver)(void *context, const struct mp_event_place *place, struct mp_span event);
    void (*status)(void *context, const struct mp_feed_status *status);
    /* Ask; answer with mp_subscription_answer. At most one under way. */
    void (*ask)(void *context, const struct mp_ask *ask);
    /* Optional: a topics page was taken in (publish loads its counts here). A row replaces what an
     * earlier one said of its topic; an event delivered later is in its count already if its seq is
     * not beyond the row's last. The whole feed asks for positions only when this is given. */
    void (*positions)(void *context, const struct mp_topic_position *topics, size_t count);
    /* Optional: a new epoch began; positions beyond restored_head are void. */
    void (*epoch)(void *context, uint64_t epoch, uint64_t restored_head);
};

int mp_subscription_new(const struct mp_subscription_options *options,
                        const struct mp_subscription_effects *effects, int64_t now_ms,
                        struct mp_subscription **ret_subscription) MP_CHECK_RESULT;
void mp_subscription_free(struct mp_subscription *subscription);
MP_AUTO_DEFINE(struct mp_subscription *, mp_subscription_free);

/* Inputs. MP_EMALFORMED: the bytes were none; nothing changed. */
int mp_subscription_events(struct mp_subscription *subscription, struct mp_span message,
                           int64_t now_ms) MP_CHECK_RESULT;
int mp_subscription_heartbeat(struct mp_subscription *subscription, struct mp_span message,
                              int64_t now_ms) MP_CHECK_RESULT;
/* error != 0: the question failed; it is asked again by tick. */
void mp_subscription_answer(struct mp_subscription *subscription, int error,
                            const struct mp_page *page, int64_t now_ms);
void mp_subscription_tick(struct mp_subscription *subscription, int64_t now_ms);

/* Around inputs that came together: no status is told from hold to release, then the last one. So a
 * heartbeat that waited in a queue is never called live when a newer one waits behind it.
 * is_behind: not all that has arrived was put in, and that for long: it is not live. */
void mp_subscription_hold(struct mp_subscription *subscription);
void mp_subscription_release(struct mp_subscription *subscription, bool is_behind, int64_t now_ms);

struct mp_feed_status mp_subscription_status(const struct mp_subscription *subscription);

#endif
