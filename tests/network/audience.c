#include "tests/network/audience.h"

#include "core/domain/fold.h"
#include "tests/network/stage.h"

#include <inttypes.h>
#include <stdlib.h>

#define EVENT_BYTES ((size_t)1 << 20)
#define STEP_MS     50

void audience_open(struct audience *audience, bool keeps_bytes)
{
    struct mp_key_pair services;

    *audience = (struct audience){.keeps_bytes = keeps_bytes, .host = "127.0.0.1"};
    cr_assert_eq(mp_key_load(system_text("%s/keys/north.key", stage.folder), &audience->keys), 0);
    cr_assert_eq(mp_key_load(system_text("%s/keys/services.key", stage.folder), &services), 0);
    memcpy(audience->server_key, services.public_key, sizeof audience->server_key);
    audience->arena = mp_arena_new((size_t)1 << 30);
    cr_assert_not_null(audience->arena);
    cr_assert_eq(mp_bus_open(1, &audience->bus), 0);
    cr_assert_eq(mp_loop_open(&mp_clock_system, &audience->loop), 0);
}

void audience_close(struct audience *audience)
{
    for (size_t i = 0; i < audience->count; i++) {
        mp_feed_close(audience->watchers[i].feed);
        free(audience->watchers[i].seen);
        free(audience->watchers[i].claims);
    }
    mp_loop_close(audience->loop);
    mp_bus_close(audience->bus);
    mp_arena_free(audience->arena);
    audience->count = 0;
}

static void grow(void **items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return;
    *capacity = *capacity * 2 + 64;
    *items = realloc(*items, *capacity * size);
    cr_assert_not_null(*items);
}

bool audience_shows(const struct audience_watcher *watcher, struct mp_span bytes)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = NULL;
    struct mp_subject subject;
    struct mp_event event;
    const char *id;

    if (watcher->milestone == NULL)
        return true;
    arena = mp_arena_new(EVENT_BYTES);
    cr_assert_eq(mp_event_decode(bytes, arena, &event), 0);
    cr_assert_eq(mp_event_subject(&event, arena, &subject), 0);
    id = mp_subject_id(arena, &subject);
    cr_assert_not_null(id);
    return subject.kind == MP_KIND_MILESTONE && strcmp(id, watcher->milestone) == 0;
}

static void on_deliver(void *context, const struct mp_event_place *place, struct mp_span bytes)
{
    struct audience_watcher *watcher = context;
    struct audience_seen *seen;

    if (!audience_shows(watcher, bytes))
        return;
    grow((void **)&watcher->seen, watcher->count, &watcher->capacity, sizeof *watcher->seen);
    seen = &watcher->seen[watcher->count++];
    *seen = (struct audience_seen){.seq = place->seq, .prev = place->prev};
    seen->hash = mp_hash_of(bytes);
    if (watcher->audience->keeps_bytes)
        seen->bytes = mp_arena_copy(watcher->audience->arena, bytes);
}

static void on_status(void *context, const struct mp_feed_status *status)
{
    struct audience_watcher *watcher = context;

    if (status->state != watcher->state)
        watcher->changes[status->state]++;
    watcher->state = status->state;
}

/* The head moves without a word: what it would say if it were asked now. */
static void note_claim(struct audience_watcher *watcher)
{
    struct mp_feed_status status = mp_feed_status(watcher->feed);
    const struct audience_claim *last = NULL;

    if (watcher->claim_count > 0)
        last = &watcher->claims[watcher->claim_count - 1];
    if (status.state != MP_FEED_LIVE || (last != NULL && last->head == status.head))
        return;
    grow((void **)&watcher->claims, watcher->claim_count, &watcher->claim_capacity,
         sizeof *watcher->claims);
    watcher->claims[watcher->claim_count++] =
        (struct audience_claim){.head = status.head, .seen = watcher->count};
}

struct audience_watcher *audience_add(struct audience *audience,
                                      const struct system_instance *instance, const char *prefix,
                                      const char *milestone)
{
    struct audience_watcher *watcher = &audience->watchers[audience->count++];
    const struct mp_endpoint endpoint = {.keys = &audience->keys,
                                         .server_key = audience->server_key};
    struct mp_feed_options options = {
        .feed = endpoint,
        .ask = endpoint,
        .subscription = {.prefix = prefix, .whole = prefix[0] == '\0'},
        .effects = {.context = watcher, .deliver = on_deliver, .status = on_status},
    };

    cr_assert_leq(audience->count, (size_t)AUDIENCE_MOST);
    *watcher =
        (struct audience_watcher){.audience = audience, .prefix = prefix, .milestone = milestone};
    options.feed.address = system_text("tcp://%s:%d", audience->host, instance->port + STAGE_FEED);
    options.ask.address = system_text("tcp://%s:%d", audience->host, instance->port + STAGE_ASK);
    cr_assert_eq(mp_feed_open(audience->bus, audience->loop, &options, &watcher->feed), 0);
    return watcher;
}

void audience_step(struct audience *audience, int64_t timeout_ms)
{
    cr_assert_eq(mp_loop_step(audience->loop, timeout_ms), 0);
    for (size_t i = 0; i < audience->count; i++)
        note_claim(&audience->watchers[i]);
    system_pump(0);
}

bool audience_until(struct audience *audience, bool (*holds)(void *context), void *context)
{
    int64_t deadline_ms = system_now_ms() + 2 * SYSTEM_DEADLINE_MS;

    while (!holds(context)) {
        if (system_now_ms() >= deadline_ms)
            return false;
        audience_step(audience, STEP_MS);
    }
    return true;
}

bool audience_is_live(const struct audience_watcher *watcher, uint64_t head)
{
    struct mp_feed_status status = mp_feed_status(watcher->feed);

    return status.state == MP_FEED_LIVE && status.head == head;
}

bool audience_is_stale(void *context)
{
    const struct audience *audience = context;

    for (size_t i = 0; i < audience->count; i++) {
        if (audience->watchers[i].state != MP_FEED_STALE)
            return false;
    }
    return true;
}

struct awaited {
    const struct audience *audience;
    uint64_t head;
    const struct audience_watcher *late;
};

static bool are_live(void *context)
{
    struct awaited *awaited = context;

    awaited->late = NULL;
    for (size_t i = 0; i < awaited->audience->count; i++) {
        if (!audience_is_live(&awaited->audience->watchers[i], awaited->head))
            awaited->late = &awaited->audience->watchers[i];
    }
    return awaited->late == NULL;
}

void audience_await(struct audience *audience, uint64_t head)
{
    struct awaited awaited = {.audience = audience, .head = head};
    struct mp_feed_status status;

    if (audience_until(audience, are_live, &awaited))
        return;
    status = mp_feed_status(awaited.late->feed);
    cr_assert_fail("'%s' has state %d, head %" PRIu64 " of %" PRIu64 ": %s", awaited.late->prefix,
                   (int)status.state, status.head, head, status.why == NULL ? "" : status.why);
}
