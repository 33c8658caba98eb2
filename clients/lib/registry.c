#include "clients/lib/registry.h"

#include "core/base/table.h"

#include <stdlib.h>

#define KEYS_MOST     1000000
#define AGENCIES_MOST 100000
#define ARENA_BYTES   (1u << 20)
#define RELOAD_MS     100

struct agency {
    enum mp_role role;
    char id[MP_AGENCY_ID_MOST + 1];
};

struct key {
    struct agency *agency;
    bool revoked;
};

struct mp_registry {
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct mp_endpoint feed_endpoint, ask_endpoint;
    struct mp_feed *feed;
    int timer;
    bool reload; /* a new epoch began: what was learned beyond its restored head is void */
    struct mp_table *agencies; /* id → struct agency * */
    struct mp_table *keys;     /* public key → struct key * */
    struct mp_arena *arena;
    mp_registry_revoked revoked;
    void *context;
    bool ready;
};

static struct agency *agency_of(struct mp_registry *registry, const char *id)
{
    union mp_table_value *slot;
    bool is_new;

    if (strlen(id) > MP_AGENCY_ID_MOST ||
        mp_table_put(registry->agencies, mp_span_text(id), &slot, &is_new) != 0)
        return NULL;
    if (is_new) {
        struct agency *agency = calloc(1, sizeof(*agency));
        if (agency != NULL)
            memcpy(agency->id, id, strlen(id) + 1);
        slot->pointer = agency;
    }
    return slot->pointer;
}

static struct key *key_of(struct mp_registry *registry, const uint8_t public_key[static 32])
{
    union mp_table_value *slot;
    bool is_new;

    if (mp_table_put(registry->keys, mp_span_make(public_key, 32), &slot, &is_new) != 0)
        return NULL;
    if (is_new)
        slot->pointer = calloc(1, sizeof(struct key));
    return slot->pointer;
}

static void add_key(struct mp_registry *registry, const struct mp_key *added)
{
    struct agency *agency = agency_of(registry, added->agency);
    struct key *key = key_of(registry, added->public_key);

    if (agency == NULL || key == NULL)
        return;
    key->agency = agency;
    key->revoked = false;
}

static void revoke_key(struct mp_registry *registry, const struct mp_key *gone)
{
    struct key *key = key_of(registry, gone->public_key);

    if (key == NULL)
        return;
    key->revoked = true;
    if (registry->revoked != NULL)
        registry->revoked(registry->context, gone->public_key);
}

static void take_event(void *context, const struct mp_event_place *place, struct mp_span bytes)
{
    struct mp_registry *registry = context;
    struct mp_event event;
    (void)place;

    mp_arena_reset(registry->arena);
    if (mp_event_decode(bytes, registry->arena, &event) != 0)
        return;
    if (event.change.kind == MP_CHANGE_AGENCY) {
        struct agency *agency = agency_of(registry, event.change.agency.id);
        if (agency != NULL)
            agency->role = event.change.agency.role;
    } else if (event.change.kind == MP_CHANGE_KEY_ADDED) {
        add_key(registry, &event.change.key);
    } else if (event.change.kind == MP_CHANGE_KEY_REVOKED) {
        revoke_key(registry, &event.change.key);
    }
}

static void take_status(void *context, const struct mp_feed_status *status)
{
    struct mp_registry *registry = context;

    if (status->state == MP_FEED_LIVE)
        registry->ready = true;
}

static void take_epoch(void *context, uint64_t epoch, uint64_t restored_head)
{
    struct mp_registry *registry = context;
    (void)epoch;
    (void)restored_head;

    registry->ready = false;
    registry->reload = true;
}

static void forget_values(struct mp_table *table)
{
    struct mp_span name;
    union mp_table_value *slot;
    size_t at = 0;

    while (table != NULL && mp_table_next(table, &at, &name, &slot))
        free(slot->pointer);
}

static int open_feed(struct mp_registry *registry)
{
    struct mp_feed_options options = {
        .feed = registry->feed_endpoint,
        .ask = registry->ask_endpoint,
        .subscription = {.prefix = MP_TOPIC_AGENCY},
        .effects = {.context = registry,
                    .deliver = take_event,
                    .status = take_status,
                    .epoch = take_epoch},
    };

    return mp_feed_open(registry->bus, registry->loop, &options, &registry->feed);
}

/* From the first event again, outside the feed's own callbacks. */
static void on_timer(void *context)
{
    struct mp_registry *registry = context;

    if (!registry->reload)
        return;
    mp_feed_close(mp_take(registry->feed));
    forget_values(registry->agencies);
    forget_values(registry->keys);
    mp_table_clear(registry->agencies);
    mp_table_clear(registry->keys);
    registry->ready = false;
    registry->reload = open_feed(registry) != 0;
}

int mp_registry_open(struct mp_bus *bus, struct mp_loop *loop, const struct mp_endpoint *feed,
                     const struct mp_endpoint *ask, mp_registry_revoked revoked, void *context,
                     struct mp_registry **ret_registry)
{
    MP_AUTO(mp_registry_close) struct mp_registry *registry = calloc(1, sizeof(*registry));
    if (registry == NULL)
        return MP_ENOMEM;
    registry->bus = bus;
    registry->loop = loop;
    registry->feed_endpoint = *feed;
    registry->ask_endpoint = *ask;
    registry->revoked = revoked;
    registry->context = context;
    registry->agencies = mp_table_new(AGENCIES_MOST);
    registry->keys = mp_table_new(KEYS_MOST);
    registry->arena = mp_arena_new(ARENA_BYTES);
    registry->timer = mp_loop_add_timer(loop, RELOAD_MS, on_timer, registry);
    if (registry->agencies == NULL || registry->keys == NULL || registry->arena == NULL)
        return MP_ENOMEM;
    int error = registry->timer < 0 ? registry->timer : open_feed(registry);
    if (error != 0)
        return error;
    *ret_registry = mp_take(registry);
    return 0;
}

void mp_registry_close(struct mp_registry *registry)
{
    if (registry == NULL)
        return;
    if (registry->timer >= 0)
        mp_loop_remove_timer(registry->loop, registry->timer);
    mp_feed_close(registry->feed);
    forget_values(registry->agencies);
    forget_values(registry->keys);
    mp_table_free(registry->agencies);
    mp_table_free(registry->keys);
    mp_arena_free(registry->arena);
    free(registry);
}

struct mp_registered mp_registry_look_up(const struct mp_registry *registry,
                                         const uint8_t public_key[static 32])
{
    union mp_table_value *slot = mp_table_get(registry->keys, mp_span_make(public_key, 32));
    const struct key *key = slot != NULL ? slot->pointer : NULL;
    struct mp_registered found = {.state = registry->ready ? MP_KEY_UNKNOWN : MP_KEY_UNDECIDED};

    if (key == NULL || key->agency == NULL)
        return found;
    found.state = key->revoked ? MP_KEY_REVOKED : MP_KEY_VALID;
    if (!registry->ready && !key->revoked)
        found.state = MP_KEY_UNDECIDED;
    found.role = key->agency->role;
    found.agency = key->agency->id;
    return found;
}

bool mp_registry_is_ready(const struct mp_registry *registry)
{
    return registry->ready;
}

struct mp_feed_status mp_registry_status(const struct mp_registry *registry)
{
    if (registry->feed == NULL)
        return (struct mp_feed_status){.state = MP_FEED_CONNECTING};
    return mp_feed_status(registry->feed);
}

size_t mp_registry_key_count(const struct mp_registry *registry)
{
    return mp_table_count(registry->keys);
}
