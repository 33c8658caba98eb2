/* The client's watching side: a feed until a callback or the time ends it. */
#include "clients/lib/client_private.h"

#define ARENA_BYTES ((size_t)4 << 20)

struct watching {
    const struct mp_watch *watch;
    struct mp_arena *arena;
    bool stopped;
    int error;
};

static void on_deliver(void *context, const struct mp_event_place *place, struct mp_span bytes)
{
    struct watching *watching = context;
    struct mp_event event;

    (void)place;
    if (watching->stopped || watching->error != 0 || watching->watch->event == NULL)
        return;
    mp_arena_reset(watching->arena);
    watching->error = mp_event_decode(bytes, watching->arena, &event);
    if (watching->error == 0)
        watching->stopped = !watching->watch->event(watching->watch->context, &event);
}

static enum mp_watch_state watch_state(enum mp_feed_state state)
{
    switch (state) {
    case MP_FEED_CATCHING_UP:
        return MP_WATCH_CATCHING_UP;
    case MP_FEED_LIVE:
        return MP_WATCH_LIVE;
    case MP_FEED_STALE:
        return MP_WATCH_STALE;
    default:
        return MP_WATCH_CONNECTING;
    }
}

static void on_status(void *context, const struct mp_feed_status *status)
{
    struct watching *watching = context;
    const struct mp_watch *watch = watching->watch;

    if (watching->stopped || watch->state == NULL)
        return;
    watching->stopped = !watch->state(watch->context, watch_state(status->state), status->done,
                                      status->total, status->why == NULL ? "" : status->why);
}

static int open_feed(struct mp_client *client, const char *prefix, bool replay, uint64_t since,
                     struct watching *watching, struct mp_feed **ret_feed)
{
    struct mp_feed_options options = {
        .subscription =
            {
                .prefix = prefix,
                .whole = prefix[0] == '\0',
                .from_now = !replay,
                .since = since,
            },
        .effects = {.context = watching, .deliver = on_deliver, .status = on_status},
    };
    int error = mp_client_endpoint(client, client->feed, &options.feed);

    if (error == 0)
        error = mp_client_endpoint(client, client->ask, &options.ask);
    if (error == 0)
        error = mp_feed_open(client->bus, client->loop, &options, ret_feed);
    return error;
}

int mp_client_watch(struct mp_client *client, const char *prefix, bool replay, uint64_t since,
                    const struct mp_watch *watch, int64_t timeout_ms)
{
    int64_t deadline_ms = mp_client_deadline_ms(timeout_ms);
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(ARENA_BYTES);
    struct watching watching = {.watch = watch, .arena = arena};
    MP_AUTO(mp_feed_close) struct mp_feed *feed = NULL;
    int error;

    if (arena == NULL)
        return MP_ENOMEM;
    client->why[0] = '\0';
    error = open_feed(client, prefix, replay, since, &watching, &feed);
    while (error == 0 && !watching.stopped) {
        error = mp_loop_step(client->loop, mp_client_left_ms(deadline_ms, MP_CLIENT_STEP_MS));
        if (error == 0)
            error = watching.error;
        if (error == 0 && !watching.stopped && mp_client_left_ms(deadline_ms, 1) == 0)
            error = MP_ETIMEDOUT;
    }
    return error < 0 && client->why[0] == '\0' ? mp_client_fail(client, error, NULL) : error;
}
