/* The whole pipeline in one thread, under a virtual clock and without sockets: agencies with real
 * outboxes, intake, writer and store, fanout, subscriptions. Every hop goes through a network in
 * memory that can lose, delay and double what it carries; the ledger and publish can be killed and
 * come back. What everybody sees is written to a log, one line each: second, who, what. */
#ifndef MP_TESTS_FLOW_H
#define MP_TESTS_FLOW_H

#include "clients/lib/outbox.h"
#include "clients/lib/subscription.h"
#include "core/base/clock.h"
#include "core/domain/change.h"
#include "services/ingest/intake.h"
#include "services/ledger/writer.h"
#include "services/publish/fanout.h"
#include "store/store.h"

#define FLOW_START_US      INT64_C(1795305600000000) /* 2026-11-22T00:00:00Z */
#define FLOW_TODAY         20779                     /* that day */
#define FLOW_PACKETS_MOST  4096
#define FLOW_EVENTS_MOST   8192
#define FLOW_AGENCIES_MOST 3
#define FLOW_WATCHERS_MOST 4
#define FLOW_WINDOW        256
#define FLOW_LATENCY_MS    5

enum flow_hop {
    FLOW_SUBMIT,  /* agency → ingest */
    FLOW_ANSWER,  /* ingest → agency */
    FLOW_FORWARD, /* ingest → ledger */
    FLOW_RETURN,  /* ledger → ingest */
    FLOW_FEED,    /* ledger → publish: f/ and h/! */
    FLOW_FANOUT,  /* publish → a watcher */
    FLOW_JOIN,    /* a watcher's subscriptions → publish */
    FLOW_ASK,     /* a question → ledger */
    FLOW_PAGE,    /* its page back */
    FLOW_HOPS
};

struct flow_packet {
    enum flow_hop hop;
    size_t peer; /* which agency, which watcher; FLOW_PUBLISH asks too */
    bool is_heartbeat;
    uint64_t life; /* of the process that it was sent to or asked by */
    int64_t due_ms;
    uint64_t number; /* order of sending */
    struct mp_buffer topic, bytes;
};
#define FLOW_PUBLISH FLOW_WATCHERS_MOST /* publish as the one who asks */

enum flow_fault_kind { FLOW_NO_FAULT, FLOW_LOSE, FLOW_DELAY, FLOW_DOUBLE };

/* After `skip` more packets of the hop (heartbeats do not count) it befalls the next `times`. */
struct flow_fault {
    enum flow_hop hop;
    enum flow_fault_kind kind;
    size_t skip, times;
    int64_t delay_ms;
};

enum flow_death { FLOW_LIVES, FLOW_BEFORE_COMMIT, FLOW_AFTER_COMMIT };

struct flow;

struct flow_agency {
    struct flow *flow;
    const char *name;
    uint8_t key[32];
    char folder[128];
    struct mp_outbox *outbox;
    struct mp_uuid ids[FLOW_EVENTS_MOST]; /* of its submissions, in order: #1 is ids[0] */
    size_t id_count;
    struct {
        uint64_t place;
        struct mp_uuid id;
    } window[FLOW_WINDOW];
    size_t under_way;
    uint64_t next_place, epoch;
    int64_t wait_until_ms, heard_ms;
};

struct flow_watcher {
    struct flow *flow;
    const char *name;
    uint8_t key[32];
    struct mp_subscription_options options;
    struct mp_subscription *subscription;
    bool joined;
    int64_t join_ms;
    /* The question under way. */
    bool asking;
    int64_t asked_ms;
    uint64_t question;
    struct mp_hash got[FLOW_EVENTS_MOST]; /* of the event delivered as that sequence */
    bool has[FLOW_EVENTS_MOST];
    size_t delivered;
    size_t lives; /* times it became live */
};

struct flow_ledger {
    struct mp_store_options options;
    char folder[128];
    struct mp_store *store;
    struct writer *writer;
    struct mp_reading *reading;
    enum flow_death death; /* of the next group */
    uint64_t life;
    int64_t back_ms; /* dead until then */
};

struct flow_publish {
    struct fanout *fanout;
    struct mp_subscription *upstream;
    bool live, reload, loading;
    struct mp_ask positions;
    uint8_t cursor[MP_CURSOR_MOST];
    uint64_t first_head, first_epoch;
    uint64_t life, question;
    bool asking;
    int64_t asked_ms;
    int64_t back_ms;
};

struct flow {
    char root[64];
    int64_t now_ms;
    struct mp_clock clock;
    struct mp_arena *arena; /* for one step */
    struct mp_buffer log;
    bool quiet; /* nothing is logged */

    struct flow_packet packets[FLOW_PACKETS_MOST];
    size_t packet_count;
    uint64_t packet_number;
    struct flow_fault faults[8];
    size_t fault_count;
    uint64_t random; /* 0: no faults but the scripted ones */

    struct intake *intake;
    bool intake_dirty;
    struct flow_ledger ledger;
    struct flow_publish publish;
    struct flow_agency agencies[FLOW_AGENCIES_MOST];
    size_t agency_count;
    struct flow_watcher watchers[FLOW_WATCHERS_MOST];
    size_t watcher_count;
};

/* A record with the projects ml-1, ml-10 and gwadar, the milestones ml-1:completion,
 * ml-10:completion and gwadar:opening, and the agencies railways (ml-1/, ml-10/) and port
 * (gwadar/); everything alive and heard of each other. in_flight_most is ingest's. */
struct flow *flow_new(size_t in_flight_most);
void flow_free(struct flow *flow);
MP_AUTO_DEFINE(struct flow *, flow_free);

void flow_log(struct flow *flow, const char *who, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Runs until that much virtual time has passed. */
void flow_run(struct flow *flow, int64_t ms);
/* The log is the text of tests/flow/NAME.txt; MILEPOST_GOLDEN=write makes it so. */
void flow_expect_golden(struct flow *flow, const char *name);

/* flow_network.c */
void flow_post(struct flow *flow, enum flow_hop hop, size_t peer, const char *topic,
               struct mp_span bytes);
void flow_fault(struct flow *flow, struct flow_fault fault);
uint64_t flow_roll(struct flow *flow, uint64_t sides);
int64_t flow_next_due(const struct flow *flow);
/* Hands over what is due. */
void flow_deliver(struct flow *flow);
void flow_lose_all(struct flow *flow, enum flow_hop hop, size_t peer);
#define FLOW_ANYBODY SIZE_MAX

/* flow_agency.c */
struct flow_agency *flow_agency_add(struct flow *flow, const char *name, const uint8_t key[32]);
void flow_agency_done(struct flow_agency *agency);
/* Puts a submission of these changes into the outbox. */
void flow_agency_put(struct flow_agency *agency, struct mp_change *changes, size_t count);
void flow_agency_hear(struct flow_agency *agency, struct mp_span answer);
void flow_agency_tick(struct flow_agency *agency);
struct mp_outbox_counts flow_agency_counts(struct flow_agency *agency);
/* "railways#3" */
const char *flow_submission_name(struct flow *flow, const struct mp_uuid *id);

/* flow_watcher.c. prefix "": the whole feed. */
struct flow_watcher *flow_watcher_add(struct flow *flow, const char *name, const char *prefix,
                                      bool from_now);
void flow_watcher_done(struct flow_watcher *watcher);
void flow_watcher_hear(struct flow_watcher *watcher, const struct flow_packet *packet);
void flow_watcher_page(struct flow_watcher *watcher, const struct flow_packet *packet);
void flow_watcher_tick(struct flow_watcher *watcher);

/* flow_ledger.c */
void flow_ledger_found(struct flow *flow);
void flow_ledger_close(struct flow_ledger *ledger);
void flow_ledger_take(struct flow *flow, struct mp_span batch);
void flow_ledger_answer(struct flow *flow, const struct flow_packet *question);
void flow_ledger_tick(struct flow *flow);
void flow_ledger_heartbeat(struct flow *flow);
void flow_ledger_kill(struct flow *flow, int64_t for_ms);
/* From the backup in the folder, the present record thrown away. */
void flow_ledger_restore(struct flow *flow, const char *backup);
/* One page more of the question; the caller goes on while ret_page->cursor.size > 0. */
void flow_ledger_read(struct flow *flow, const struct mp_ask *ask, struct mp_arena *arena,
                      struct mp_buffer *bytes, struct mp_page *ret_page);

/* flow_publish.c */
void flow_publish_start(struct flow *flow);
void flow_publish_stop(struct flow *flow);
void flow_publish_hear(struct flow *flow, const struct flow_packet *packet);
void flow_publish_join(struct flow *flow, const struct flow_packet *packet);
void flow_publish_page(struct flow *flow, const struct flow_packet *packet);
void flow_publish_tick(struct flow *flow);
void flow_publish_heartbeats(struct flow *flow);
void flow_publish_kill(struct flow *flow, int64_t for_ms);

/* flow_check.c: the record is the judge. */
/* Every entry of every outbox has its answer, every accepted one is in the record exactly once and
 * whole, and nothing else of the agencies is. */
void flow_check_outboxes(struct flow *flow, const char *where);
/* Every watcher has every event of its prefix, byte for byte, and is live. */
void flow_check_watchers(struct flow *flow, const char *where);

/* Changes. */
struct mp_change flow_progress(const char *milestone, int64_t percent);
struct mp_change flow_dated(enum mp_change_kind kind, const char *milestone, const char *date,
                            enum mp_reason reason);

#endif
