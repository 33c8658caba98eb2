#include "services/publish/service.h"

#include "clients/lib/feed.h"
#include "clients/lib/registry.h"
#include "core/base/log.h"
#include "core/base/table.h"
#include "core/bus/control.h"
#include "core/bus/peers.h"
#include "core/bus/zap.h"
#include "services/publish/asks.h"
#include "services/publish/door.h"
#include "services/publish/fanout.h"

#include <inttypes.h>
#include <stdlib.h>

#define ASK_DOMAIN     "milepost-ask"
#define ASK_TIMEOUT_MS 10000
#define KEYS_MOST      100000
#define EVENT_BYTES    (1u << 20)

struct publish {
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct mp_zap *zap;
    struct mp_registry *registry;
    struct mp_control *control;
    struct mp_key_pair keys;
    uint8_t upstream_key[MP_KEY_BYTES];
    struct mp_endpoint upstream_feed, upstream_ask;
    struct door *door;
    struct asks *asks;
    struct fanout *fanout;
    struct mp_table *revoked; /* keys that the feed has seen revoked; the registry may lag behind */
    struct mp_arena *arena;   /* of one event */
    struct mp_asker *asker;   /* for the positions */
    struct mp_feed *feed;     /* opened when the positions are loaded */
    struct mp_ask positions;
    uint8_t cursor[MP_CURSOR_MOST];
    uint64_t first_head, first_epoch;
    enum mp_feed_state upstream;
    bool loading;
    bool reload;
    size_t connections_most;
    uint64_t events, reloads;
};

static enum mp_zap_verdict check_key(void *context, const char *domain,
                                     const uint8_t key[static MP_KEY_BYTES])
{
    struct publish *publish = context;
    bool to_feed = strcmp(domain, DOOR_DOMAIN) == 0;

    if (to_feed && door_is_banned(publish->door, key))
        return MP_ZAP_LATER;
    if (mp_table_get(publish->revoked, mp_span_make(key, MP_KEY_BYTES)) != NULL)
        return MP_ZAP_REFUSE;
    switch (mp_registry_look_up(publish->registry, key).state) {
    case MP_KEY_VALID:
        if (to_feed)
            door_admitted(publish->door, key);
        return MP_ZAP_ALLOW;
    case MP_KEY_UNDECIDED:
        return MP_ZAP_LATER;
    default:
        return MP_ZAP_REFUSE;
    }
}

/* Which connections are of this key is known only of those that have spoken: the door is shut and
 * opened again, everybody comes back, this key does not. */
static void on_revoked(void *context, const uint8_t key[static 32])
{
    struct publish *publish = context;

    if (publish->door != NULL)
        door_revoked(publish->door, key);
}

/* A revocation counts from its own place in the feed on: whoever it shuts out gets no event that
 * was recorded after it. The registry, which has a subscription of its own, may hear of it later.
 */
static void take_key(struct publish *publish, struct mp_span bytes)
{
    union mp_table_value *slot;
    struct mp_event event;
    bool is_new;

    mp_arena_reset(publish->arena);
    if (mp_event_decode(bytes, publish->arena, &event) != 0)
        return;
    struct mp_span key =
        mp_span_make(event.change.key.public_key, sizeof(event.change.key.public_key));
    if (event.change.kind == MP_CHANGE_KEY_ADDED) {
        (void)mp_table_remove(publish->revoked, key);
    } else if (event.change.kind == MP_CHANGE_KEY_REVOKED) {
        if (mp_table_put(publish->revoked, key, &slot, &is_new) != 0)
            mp_log(MP_LOG_WARN, "more keys than can be remembered", NULL);
        on_revoked(publish, event.change.key.public_key);
    }
}

/* Upstream's events, exactly once and in order. */
static void take_event(void *context, const struct mp_event_place *place, struct mp_span event)
{
    struct publish *publish = context;

    if (mp_span_equal(place->topic, mp_span_text(MP_TOPIC_AGENCY)))
        take_key(publish, event);
    if (publish->reload)
        return; /* everything is read again: what comes before that belongs to no count */
    if (fanout_is_full(publish->fanout))
        fanout_flush(publish->fanout, door_send, publish->door);
    if (fanout_event(publish->fanout, place, event) != 0) {
        mp_log(MP_LOG_ERROR, "no room for an event; starting over", NULL);
        publish->reload = true;
    }
    publish->events++;
}

/* A commit comes in several messages, each with the head that all of them make: it leaves as one
 * round, which is cheaper by far for a hundred consoles. What does not come leaves it to the tick.
 */
static void on_drained(void *context)
{
    struct publish *publish = context;

    if (fanout_head(publish->fanout) >= mp_feed_status(publish->feed).announced)
        fanout_flush(publish->fanout, door_send, publish->door);
}

static void take_epoch(void *context, uint64_t epoch, uint64_t restored_head)
{
    struct publish *publish = context;
    (void)epoch;
    (void)restored_head;

    publish->reload = true;
    mp_table_clear(publish->revoked);
    door_shut(publish->door); /* a key may be unknown again in the record that was restored */
    door_set_live(publish->door, false);
}

static void take_status(void *context, const struct mp_feed_status *status)
{
    static const char *const names[] = {[MP_FEED_CONNECTING] = "connecting",
                                        [MP_FEED_CATCHING_UP] = "catching-up",
                                        [MP_FEED_LIVE] = "live",
                                        [MP_FEED_STALE] = "stale"};
    struct publish *publish = context;

    if (status->state != publish->upstream)
        mp_log(status->state == MP_FEED_STALE ? MP_LOG_WARN : MP_LOG_INFO, "upstream", "state",
               names[status->state], "why", status->why, NULL);
    publish->upstream = status->state;
    door_set_live(publish->door, status->state == MP_FEED_LIVE);
}

static int open_feed(struct publish *publish)
{
    struct mp_feed_options options = {
        .feed = publish->upstream_feed,
        .ask = publish->upstream_ask,
        .subscription = {.prefix = "",
                         .whole = true,
                         .since = publish->first_head,
                         .since_epoch = publish->first_epoch},
        .effects = {.context = publish,
                    .deliver = take_event,
                    .status = take_status,
                    .epoch = take_epoch},
        .drained = on_drained,
    };

    return mp_feed_open(publish->bus, publish->loop, &options, &publish->feed);
}

static int ask_positions(struct publish *publish);

/* A page of positions: those read later than the first may know more events; fanout counts none
 * twice. */
static void take_positions(void *context, int error, const struct mp_page *page, struct mp_span raw)
{
    struct publish *publish = context;
    (void)raw;

    publish->loading = false;
    if (error == 0 && page->error != MP_ASK_OK)
        error = MP_EAGAIN;
    if (error == 0 && publish->positions.cursor.size == 0) {
        publish->first_head = page->head;
        publish->first_epoch = page->epoch;
        fanout_set_head(publish->fanout, page->epoch, page->restored_head, page->head);
    } else if (error == 0 && page->epoch != publish->first_epoch) {
        error = MP_EEPOCH;
    }
    for (size_t i = 0; error == 0 && i < page->topic_count; i++)
        error = fanout_load(publish->fanout, page->topics[i].topic, page->topics[i].last,
                            page->topics[i].count);
    if (error == 0 && page->cursor.size > sizeof(publish->cursor))
        error = MP_ETOOBIG;
    if (error == 0 && page->cursor.size > 0) {
        memcpy(publish->cursor, page->cursor.data, page->cursor.size);
        publish->positions.cursor = mp_span_make(publish->cursor, page->cursor.size);
        error = ask_positions(publish);
    } else if (error == 0) {
        error = open_feed(publish);
    }
    publish->reload = publish->reload || error != 0;
}

static int ask_positions(struct publish *publish)
{
    int error =
        mp_asker_ask(publish->asker, &publish->positions, ASK_TIMEOUT_MS, take_positions, publish);

    publish->loading = error == 0;
    return error;
}

/* From the beginning: positions, then the feed after them. Consoles get no heartbeat meanwhile. */
static void load(struct publish *publish)
{
    publish->reload = false;
    publish->reloads++;
    door_set_live(publish->door, false);
    mp_feed_close(mp_take(publish->feed));
    fanout_reset(publish->fanout);
    mp_ask_init(&publish->positions, MP_ASK_TOPICS);
    if (ask_positions(publish) != 0)
        publish->reload = true;
}

static void on_tick(void *context)
{
    struct publish *publish = context;

    fanout_flush(publish->fanout, door_send, publish->door);
    if (publish->reload && !publish->loading)
        load(publish);
    door_tick(publish->door);
    asks_expire(publish->asks);
}

static void on_heartbeat(void *context)
{
    struct publish *publish = context;

    door_heartbeats(publish->door);
    mp_notify("WATCHDOG=1");
}

static void on_stop(void *context)
{
    struct publish *publish = context;

    mp_log(MP_LOG_INFO, "stopping", NULL);
    mp_notify("STOPPING=1");
    mp_loop_stop(publish->loop);
}

static void on_reload(void *context)
{
    (void)context;
    mp_conf_on_hangup(&publish_table);
}

static int on_control(void *context, const char *word, struct mp_buffer *answer)
{
    struct publish *publish = context;
    struct asks_counts asks = asks_counts(publish->asks);
    struct door_counts door = door_counts(publish->door);

    if (strcmp(word, "health") != 0 && strcmp(word, "stats") != 0)
        return MP_ENOTFOUND;
    if (strcmp(word, "health") == 0 && !door_is_live(publish->door))
        mp_buffer_put_text(answer,
                           "failing: not live: no agreement with the upstream's heartbeat\n");
    else
        mp_buffer_put_text(answer, "ok\n");
    mp_buffer_printf(answer,
                     "head=%" PRIu64 "\nconnections=%zu\nask_connections=%zu\nsubscriptions=%zu\n",
                     fanout_head(publish->fanout), door_connections(publish->door),
                     asks_connections(publish->asks), fanout_subscriptions(publish->fanout));
    if (strcmp(word, "stats") == 0)
        mp_buffer_printf(
            answer,
            "events=%" PRIu64 "\nsent=%" PRIu64 "\nrefused_subscriptions=%" PRIu64
            "\nrebinds=%" PRIu64 "\nreloads=%" PRIu64 "\nasked=%" PRIu64 "\nanswered=%" PRIu64
            "\nasks_refused=%" PRIu64 "\nasks_busy=%" PRIu64 "\nhandshakes_allowed=%" PRIu64
            "\nhandshakes_refused=%" PRIu64 "\nbanned=%" PRIu64 "\ndropped=%" PRIu64 "\n",
            publish->events, door.sent, door.refused, door.rebinds, publish->reloads, asks.asked,
            asks.answered, asks.refused, asks.busy, mp_zap_allowed(publish->zap),
            mp_zap_refused(publish->zap), door.banned, door.dropped + asks.dropped);
    return 0;
}

/* The ledger by ipc, or another publish by tcp with CURVE. */
static int set_upstream(struct publish *publish, const struct publish_config *config)
{
    publish->upstream_feed = (struct mp_endpoint){.address = config->upstream_feed};
    publish->upstream_ask = (struct mp_endpoint){.address = config->upstream_ask};
    if (config->upstream_key[0] == '\0')
        return 0;
    int error = mp_key_parse(config->upstream_key, publish->upstream_key);
    publish->upstream_feed.keys = publish->upstream_ask.keys = &publish->keys;
    publish->upstream_feed.server_key = publish->upstream_ask.server_key = publish->upstream_key;
    return error;
}

static int open_upstream(struct publish *publish)
{
    int error = mp_zap_open(publish->bus, publish->loop, check_key, publish, &publish->zap);

    if (error == 0)
        error = mp_registry_open(publish->bus, publish->loop, &publish->upstream_feed,
                                 &publish->upstream_ask, on_revoked, publish, &publish->registry);
    if (error == 0)
        error = mp_asker_open(publish->bus, publish->loop, &publish->upstream_ask, &publish->asker);
    return error;
}

static int open_doors(struct publish *publish, const struct publish_config *config)
{
    struct door_options door = {.listen = config->listen_feed,
                                .keys = &publish->keys,
                                .fanout = publish->fanout,
                                .send_most = (int)config->send_most,
                                .connections_most = publish->connections_most};
    struct asks_options asks = {.listen = config->listen_ask,
                                .keys = &publish->keys,
                                .zap_domain = ASK_DOMAIN,
                                .upstream = publish->upstream_ask,
                                .most = (size_t)config->asks_most,
                                .revoked = publish->revoked,
                                .registry = publish->registry,
                                .connections_most = publish->connections_most};

    int error = door_open(publish->bus, publish->loop, &door, &publish->door);
    if (error == 0)
        error = asks_open(publish->bus, publish->loop, &asks, &publish->asks);
    return error;
}

static int open_loop(struct publish *publish)
{
    int error = mp_bus_open(1, &publish->bus);

    if (error == 0)
        error = mp_loop_open(&mp_clock_system, &publish->loop);
    if (error == 0)
        error = mp_loop_watch_signals(publish->loop, on_stop, on_reload, publish);
    if (error == 0)
        error = mp_loop_add_timer(publish->loop, 100, on_tick, publish);
    if (error >= 0)
        error = mp_loop_add_timer(publish->loop, MP_HEARTBEAT_MS, on_heartbeat, publish);
    return error < 0 ? error : 0;
}

static int publish_open(struct publish *publish, const struct publish_config *config)
{
    publish->connections_most = (size_t)config->connections_most;
    int error = mp_zap_self_test();
    if (error == 0)
        error = mp_peers_reserve_files(2 * publish->connections_most);
    if (error == 0)
        error = mp_key_load(config->key_file, &publish->keys);
    if (error == 0)
        error = set_upstream(publish, config);
    if (error == 0)
        error = fanout_new((size_t)config->subscriptions_most, (size_t)config->subscriptions_each,
                           &publish->fanout);
    publish->revoked = mp_table_new(KEYS_MOST);
    publish->arena = mp_arena_new(EVENT_BYTES);
    if (error == 0 && (publish->revoked == NULL || publish->arena == NULL))
        error = MP_ENOMEM;
    if (error == 0)
        error = open_loop(publish);
    if (error == 0)
        error = open_upstream(publish);
    if (error == 0)
        error = open_doors(publish, config);
    if (error == 0)
        error = mp_control_open(publish->bus, publish->loop, config->control, on_control, publish,
                                &publish->control);
    if (error == 0)
        load(publish);
    return error;
}

static void publish_close(struct publish *publish)
{
    mp_control_close(publish->control);
    asks_close(publish->asks);
    mp_feed_close(publish->feed);
    mp_asker_close(publish->asker);
    mp_registry_close(publish->registry);
    door_close(publish->door);
    mp_zap_close(publish->zap);
    mp_loop_close(publish->loop);
    mp_bus_close(publish->bus);
    fanout_free(publish->fanout);
    mp_table_free(publish->revoked);
    mp_arena_free(publish->arena);
    mp_key_forget(&publish->keys);
}

int publish_run(const struct publish_config *config)
{
    struct publish publish = {0};
    int error = mp_signals_block();
    if (error == 0)
        error = publish_open(&publish, config);
    if (error == 0) {
        mp_log(MP_LOG_INFO, "ready", "feed", config->listen_feed, "ask", config->listen_ask, NULL);
        mp_notify("READY=1");
        error = mp_loop_run(publish.loop);
    }
    if (error != 0)
        mp_log(MP_LOG_ERROR, "cannot go on", "error", mp_error_text(error), "listen-feed",
               config->listen_feed, "listen-ask", config->listen_ask, NULL);
    publish_close(&publish);
    return error == 0 ? 0 : 1;
}
