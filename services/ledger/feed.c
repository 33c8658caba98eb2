#include "services/ledger/feed.h"

#include <stdlib.h>

/* What waits for a subscriber that does not read: so many messages, none larger than this (but for
 * one that is a single event). 64 MiB; a commit of many events leaves as several messages. */
#define MESSAGES_MOST 4096
#define MESSAGE_BYTES (16u << 10)
#define BUFFER_BYTES  (1u << 20)

enum lane { LANE_WHOLE, LANE_AGENCY, LANES };

static const struct {
    const char *events;
    const char *heartbeat;
} lanes[LANES] = {
    [LANE_WHOLE] = {MP_FEED_WHOLE, MP_FEED_WHOLE_HEARTBEAT},
    [LANE_AGENCY] = {MP_FEED_EVENTS MP_TOPIC_AGENCY, MP_FEED_HEARTBEAT MP_TOPIC_AGENCY "!"},
};

struct feed {
    void *socket;
    struct mp_store *store;
    struct mp_buffer buffer;
    size_t event_readers[LANES];
    size_t heartbeat_readers[LANES];
};

int feed_open(struct mp_bus *bus, const char *address, struct mp_store *store,
              struct feed **ret_feed)
{
    struct mp_socket_options options = {
        .kind = MP_SOCKET_XPUB, .send_most = MESSAGES_MOST, .receive_most = 1000, .linger_ms = 200};
    struct feed *feed = calloc(1, sizeof(*feed));
    if (feed == NULL)
        return MP_ENOMEM;
    feed->store = store;
    mp_buffer_init(&feed->buffer, BUFFER_BYTES);
    int error = mp_socket_open(bus, &options, &feed->socket);
    if (error == 0)
        error = mp_socket_bind(feed->socket, address);
    if (error != 0) {
        feed_close(feed);
        return error;
    }
    *ret_feed = feed;
    return 0;
}

void feed_close(struct feed *feed)
{
    if (feed == NULL)
        return;
    mp_socket_close(feed->socket);
    mp_buffer_done(&feed->buffer);
    free(feed);
}

void *feed_socket(struct feed *feed)
{
    return feed->socket;
}

static int send_message(struct feed *feed, const char *topic)
{
    struct mp_message message;

    mp_message_init(&message);
    int error = feed->buffer.error;
    if (error == 0)
        error = mp_message_add(&message, mp_span_text(topic));
    if (error == 0)
        error = mp_message_add(&message, mp_buffer_span(&feed->buffer));
    if (error == 0)
        error = mp_message_send(&message, feed->socket);
    mp_message_done(&message);
    return error;
}

static void heartbeat(struct feed *feed, enum lane lane)
{
    struct mp_head head = mp_store_head(feed->store);
    struct mp_heartbeat beat = {
        .epoch = head.epoch,
        .head = head.seq,
        .count = lane == LANE_WHOLE ? head.seq : mp_store_agency_event_count(feed->store),
        .restored_head = head.restored_head,
    };

    mp_buffer_clear(&feed->buffer);
    if (mp_heartbeat_encode(&beat, &feed->buffer) == 0)
        (void)!send_message(feed, lanes[lane].heartbeat);
}

static void count_reader(size_t *readers, bool joins)
{
    if (joins)
        (*readers)++;
    else if (*readers > 0)
        (*readers)--;
}

/* One subscription message: 1 or 0, then the topic. Topics that this feed does not have are not
 * admitted. */
static void admit(struct feed *feed, struct mp_span message)
{
    if (message.size < 1)
        return;
    bool joins = message.data[0] == 1;
    struct mp_span topic = mp_span_make(message.data + 1, message.size - 1);
    for (enum lane lane = 0; lane < LANES; lane++) {
        bool events = mp_span_equal(topic, mp_span_text(lanes[lane].events));
        bool beats = mp_span_equal(topic, mp_span_text(lanes[lane].heartbeat));
        if ((!events && !beats) || mp_socket_admit(feed->socket, topic, joins) != 0)
            continue;
        count_reader(events ? &feed->event_readers[lane] : &feed->heartbeat_readers[lane], joins);
        if (beats && joins)
            heartbeat(feed, lane);
    }
}

void feed_read(struct feed *feed)
{
    struct mp_message message;

    mp_message_init(&message);
    for (int i = 0; i < 1000; i++) {
        int error = mp_message_receive(&message, feed->socket);
        if (error == MP_ETOOBIG)
            continue;
        if (error != 0)
            break;
        admit(feed, mp_message_frame(&message, 0));
    }
    mp_message_done(&message);
}

static bool belongs(struct mp_span event, enum lane lane)
{
    struct mp_event_place place;

    return lane == LANE_WHOLE || (mp_event_peek(event, &place) == 0 &&
                                  mp_span_equal(place.topic, mp_span_text(MP_TOPIC_AGENCY)));
}

/* The next events of the lane, as many as a message holds and one at least: how many they are. */
static size_t fill(struct feed *feed, enum lane lane, const struct mp_batch_events *events,
                   size_t *at)
{
    size_t added = 0;

    for (; *at < events->count; (*at)++) {
        struct mp_span event = events->items[*at];
        if (!belongs(event, lane))
            continue;
        if (added > 0 && feed->buffer.size + event.size > MESSAGE_BYTES)
            break;
        (void)!mp_feed_events_add(&feed->buffer, event); /* the buffer keeps its error */
        added++;
    }
    return added;
}

static size_t send_lane(struct feed *feed, enum lane lane, const struct mp_head *head,
                        const struct mp_batch_events *events)
{
    size_t dropped = 0, at = 0;

    while (at < events->count) {
        mp_buffer_clear(&feed->buffer);
        (void)!mp_feed_events_begin(&feed->buffer, head->epoch, head->seq);
        if (fill(feed, lane, events, &at) > 0 && send_message(feed, lanes[lane].events) != 0)
            dropped++;
    }
    return dropped;
}

size_t feed_events(struct feed *feed, const struct mp_batch_events *events)
{
    struct mp_head head = mp_store_head(feed->store);
    size_t dropped = 0;

    if (events->count == 0)
        return 0;
    if (feed->event_readers[LANE_WHOLE] > 0)
        dropped += send_lane(feed, LANE_WHOLE, &head, events);
    if (events->has_agency_events && feed->event_readers[LANE_AGENCY] > 0)
        dropped += send_lane(feed, LANE_AGENCY, &head, events);
    return dropped;
}

void feed_heartbeat(struct feed *feed)
{
    for (enum lane lane = 0; lane < LANES; lane++)
        if (feed->heartbeat_readers[lane] > 0)
            heartbeat(feed, lane);
}
