/* The judge: what the record itself says when it is read from its first event to its last. */
#include "tests/support/flow.h"

#include <criterion/criterion.h>
#include <stdlib.h>

typedef void (*visit)(void *context, const struct mp_event *event, struct mp_span bytes);

static void read_all(struct flow *flow, visit visitor, void *context)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(64u << 20);
    MP_AUTO(mp_arena_free) struct mp_arena *own = mp_arena_new(1u << 20);
    struct mp_ask ask;
    struct mp_page page;
    struct mp_buffer bytes;

    mp_buffer_init(&bytes, 8u << 20);
    mp_ask_init(&ask, MP_ASK_REPLAY);
    do {
        flow_ledger_read(flow, &ask, arena, &bytes, &page);
        for (size_t i = 0; i < page.event_count; i++) {
            struct mp_event event;
            mp_arena_reset(own);
            cr_assert_eq(mp_event_decode(page.events[i], own, &event), 0);
            visitor(context, &event, page.events[i]);
        }
        ask.cursor = mp_arena_copy(arena, page.cursor);
    } while (page.cursor.size > 0);
    mp_buffer_done(&bytes);
}

struct tally {
    struct flow_agency *agency;
    const char *where;
    size_t events;
    uint64_t expected; /* by the answers */
};

/* Each event of the agency is where an acknowledgement says that it is. */
static void match_event(void *context, const struct mp_event *event, struct mp_span bytes)
{
    struct tally *tally = context;
    struct flow_agency *agency = tally->agency;
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_outbox_entry entry;
    (void)bytes;

    if (strcmp(event->agency, agency->name) != 0)
        return;
    tally->events++;
    const char *name = flow_submission_name(agency->flow, &event->submission);
    cr_assert_eq(mp_outbox_find(agency->outbox, &event->submission, arena, &entry), 0);
    cr_assert_eq(entry.state, MP_OUTBOX_ACCEPTED, "%s: %s is recorded at %lu, its state is %d",
                 tally->where, name, (unsigned long)event->seq, (int)entry.state);
    cr_assert_eq(event->seq, entry.answer.first_seq + event->index,
                 "%s: %s is recorded at %lu, acknowledged from %lu", tally->where, name,
                 (unsigned long)event->seq, (unsigned long)entry.answer.first_seq);
}

static void check_outbox(struct flow *flow, struct flow_agency *agency, const char *where)
{
    struct tally tally = {.agency = agency, .where = where};
    struct mp_outbox_counts counts = flow_agency_counts(agency);

    cr_assert_eq(counts.waiting + counts.sent, 0, "%s: %s still waits for %lu answers", where,
                 agency->name, (unsigned long)(counts.waiting + counts.sent));
    cr_assert_eq(counts.accepted + counts.rejected, agency->id_count);
    for (size_t i = 0; i < agency->id_count; i++) {
        MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
        struct mp_outbox_entry entry;
        cr_assert_eq(mp_outbox_find(agency->outbox, &agency->ids[i], arena, &entry), 0);
        if (entry.state == MP_OUTBOX_ACCEPTED)
            tally.expected += entry.answer.last_seq - entry.answer.first_seq + 1;
    }
    read_all(flow, match_event, &tally);
    cr_assert_eq(tally.events, tally.expected, "%s: %s has %zu events, acknowledged are %lu", where,
                 agency->name, tally.events, (unsigned long)tally.expected);
}

void flow_check_outboxes(struct flow *flow, const char *where)
{
    cr_assert_not_null(flow->ledger.store, "%s: the ledger is dead", where);
    for (size_t i = 0; i < flow->agency_count; i++)
        check_outbox(flow, &flow->agencies[i], where);
}

struct look {
    struct flow_watcher *watcher;
    const char *where;
    size_t wanted;
};

static void look_for(void *context, const struct mp_event *event, struct mp_span bytes)
{
    struct look *look = context;
    struct flow_watcher *watcher = look->watcher;

    if (strncmp(event->topic, watcher->options.prefix, strlen(watcher->options.prefix)) != 0)
        return;
    look->wanted++;
    struct mp_hash hash = mp_hash_of(bytes);
    cr_assert(watcher->has[event->seq], "%s: %s never saw %lu", look->where, watcher->name,
              (unsigned long)event->seq);
    cr_assert_eq(memcmp(hash.bytes, watcher->got[event->seq].bytes, sizeof(hash.bytes)), 0,
                 "%s: %s saw another %lu", look->where, watcher->name, (unsigned long)event->seq);
}

void flow_check_watchers(struct flow *flow, const char *where)
{
    for (size_t i = 0; i < flow->watcher_count; i++) {
        struct flow_watcher *watcher = &flow->watchers[i];
        struct look look = {.watcher = watcher, .where = where};
        struct mp_feed_status status = mp_subscription_status(watcher->subscription);
        cr_assert_eq(status.state, MP_FEED_LIVE, "%s: %s is not live: %s", where, watcher->name,
                     status.why);
        cr_assert_eq(status.head, mp_store_head(flow->ledger.store).seq);
        read_all(flow, look_for, &look);
        cr_assert_eq(watcher->delivered, look.wanted, "%s: %s saw %zu, the record has %zu", where,
                     watcher->name, watcher->delivered, look.wanted);
    }
}
