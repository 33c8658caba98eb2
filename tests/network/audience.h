/* Consoles in the test itself: subscribers of the client library, each with its own connections,
 * all that was delivered to them and all that they said of themselves, held against the record. */
#ifndef MP_TESTS_NETWORK_AUDIENCE_H
#define MP_TESTS_NETWORK_AUDIENCE_H

#include "clients/lib/feed.h"
#include "core/base/hash.h"
#include "tests/support/system_record.h"

#define AUDIENCE_MOST 8

/* An event as it came. */
struct audience_seen {
    uint64_t seq, prev;
    struct mp_hash hash;
    struct mp_span bytes; /* empty when they are not kept */
};

/* It said that it is live with everything up to the head, when it had been given so many. */
struct audience_claim {
    uint64_t head;
    size_t seen;
};

struct audience_watcher {
    struct audience *audience;
    const char *prefix;    /* "": the whole feed */
    const char *milestone; /* NULL, or the only one that this console shows */
    struct mp_feed *feed;
    struct audience_seen *seen;
    size_t count, capacity;
    struct audience_claim *claims;
    size_t claim_count, claim_capacity;
    uint64_t changes[MP_FEED_STALE + 1]; /* how often it came into each state */
    enum mp_feed_state state;
};

struct audience {
    bool keeps_bytes; /* needed to compare with a snapshot */
    const char *host; /* of the services; set by audience_open, may be changed */
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct mp_key_pair keys;
    uint8_t server_key[MP_KEY_BYTES];
    struct mp_arena *arena;
    struct audience_watcher watchers[AUDIENCE_MOST];
    size_t count;
};

void audience_open(struct audience *audience, bool keeps_bytes);
void audience_close(struct audience *audience);
/* As reader north, from the record's first event, reached at the instance's ports. */
struct audience_watcher *audience_add(struct audience *audience,
                                      const struct system_instance *instance, const char *prefix,
                                      const char *milestone);
/* Whatever has come, waiting at most so long for something. */
void audience_step(struct audience *audience, int64_t timeout_ms);
/* Steps until it holds; false at the deadline. */
bool audience_until(struct audience *audience, bool (*holds)(void *context), void *context);
/* Until each is live and has everything up to the head; fails the test otherwise. */
void audience_await(struct audience *audience, uint64_t head);
bool audience_is_live(const struct audience_watcher *watcher, uint64_t head);
/* Every watcher of the audience says stale: to wait for. */
bool audience_is_stale(void *audience);

/* Every event of its prefix that the record has, once, byte by byte, each topic in order (the whole
 * feed in total order); and whenever it said live it had all up to there. Fails the test. */
void audience_check(const struct audience *audience);
/* What its events fold to is what ASK's snapshot says, byte by byte. Fails the test. */
void audience_compare(const struct audience *audience);
/* Whether the event is one of those that the watcher shows. */
bool audience_shows(const struct audience_watcher *watcher, struct mp_span event);

#endif
