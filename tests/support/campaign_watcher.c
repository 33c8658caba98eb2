/* A console's program: writes down every event that it is shown. */
#include "tests/support/campaign_peer.h"

#include "core/base/hash.h"

#define TICK_MS 20

struct watching {
    struct campaign_self *self;
    struct mp_feed *feed;
};

static void on_deliver(void *context, const struct mp_event_place *place, struct mp_span event)
{
    const struct watching *watching = context;
    const struct campaign_line line = {
        .kind = CAMPAIGN_SHOWN,
        .incarnation = watching->self->incarnation,
        .number = place->seq,
        .first = mp_crc32c(0, event),
    };

    campaign_write(watching->self, &line);
}

/* What was shown is in the journal by now. */
static void on_timer(void *context)
{
    const struct watching *watching = context;
    struct mp_feed_status status = mp_feed_status(watching->feed);
    struct campaign_page *page = watching->self->page;

    if (status.state == MP_FEED_LIVE)
        atomic_store(&page->head, status.head);
    atomic_store(&page->is_live, status.state == MP_FEED_LIVE);
}

int campaign_watcher_run(struct campaign_self *self)
{
    struct watching watching = {.self = self};
    char feed_address[64], ask_address[64];
    const struct mp_feed_options options = {
        .feed = campaign_endpoint(self, 1, feed_address, sizeof feed_address),
        .ask = campaign_endpoint(self, 2, ask_address, sizeof ask_address),
        .subscription = {.prefix = self->prefix,
                         .whole = self->prefix[0] == '\0',
                         .since = self->since},
        .effects = {.context = &watching, .deliver = on_deliver},
    };
    int error = mp_feed_open(self->bus, self->loop, &options, &watching.feed);

    if (error == 0)
        error = mp_loop_add_timer(self->loop, TICK_MS, on_timer, &watching);
    return error < 0 ? error : mp_loop_run(self->loop);
}
