#include "services/ledger/feed.h"

#include "tests/unit/services/ledger/fixture.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define DEADLINE_MS 5000
/* One message, its topic left out: what it says of itself comes on top. */
#define MESSAGE_MOST ((16u << 10) + 64)
#define LARGE        60
#define LARGE_BYTES  900

struct world {
    struct fixture fixture;
    struct mp_bus *bus;
    struct feed *feed;
    char address[128];
};

static void world_open(struct world *world, bool ipc)
{
    fixture_open(&world->fixture, 0);
    cr_assert_eq(mp_bus_open(1, &world->bus), 0);
    if (ipc)
        (void)snprintf(world->address, sizeof(world->address), "ipc://%s/feed",
                       world->fixture.folder);
    else
        (void)snprintf(world->address, sizeof(world->address), "inproc://feed");
    cr_assert_eq(feed_open(world->bus, world->address, world->fixture.store, &world->feed), 0);
}

static void world_close(struct world *world)
{
    feed_close(world->feed);
    mp_bus_close(world->bus);
    fixture_close(&world->fixture);
}

static void *follow(struct world *world, const char *events, const char *heartbeat)
{
    const struct mp_socket_options options = {.kind = MP_SOCKET_SUB};
    void *socket = NULL;

    cr_assert_eq(mp_socket_open(world->bus, &options, &socket), 0);
    cr_assert_eq(mp_socket_connect(socket, world->address), 0);
    cr_assert_eq(mp_socket_subscribe(socket, mp_span_text(events)), 0);
    if (heartbeat[0] != '\0')
        cr_assert_eq(mp_socket_subscribe(socket, mp_span_text(heartbeat)), 0);
    return socket;
}

/* Lets the feed read what subscribers want until a message comes; false after the given time. */
static bool hear_for(struct world *world, void *socket, struct mp_message *message, int most_ms)
{
    for (int waited_ms = 0; waited_ms < most_ms; waited_ms += 2) {
        feed_read(world->feed);
        if (mp_message_receive(message, socket) == 0)
            return true;
        zmq_pollitem_t items[] = {{.socket = socket, .events = ZMQ_POLLIN},
                                  {.socket = feed_socket(world->feed), .events = ZMQ_POLLIN}};
        (void)zmq_poll(items, 2, 2);
    }
    return false;
}

static struct mp_span hear(struct world *world, void *socket, struct mp_message *message,
                           const char *topic)
{
    cr_assert(hear_for(world, socket, message, DEADLINE_MS), "nothing came on %s", topic);
    cr_assert_eq(message->count, 2);
    cr_assert(mp_span_equal(mp_message_frame(message, 0), mp_span_text(topic)), "%.*s, not %s",
              (int)mp_message_frame(message, 0).size,
              (const char *)mp_message_frame(message, 0).data, topic);
    return mp_message_frame(message, 1);
}

static struct mp_heartbeat hear_beat(struct world *world, void *socket, const char *topic)
{
    struct mp_message message;
    struct mp_heartbeat beat;

    mp_message_init(&message);
    cr_assert_eq(mp_heartbeat_decode(hear(world, socket, &message, topic), &beat), 0);
    mp_message_done(&message);
    return beat;
}

static size_t hear_events(struct world *world, void *socket, const char *topic, uint64_t *ret_first)
{
    struct mp_message message;
    struct mp_feed_events events;
    struct mp_event_place place;

    mp_message_init(&message);
    cr_assert_eq(mp_feed_events_decode(hear(world, socket, &message, topic), world->fixture.arena,
                                       1000, &events),
                 0);
    cr_assert_gt(events.count, 0);
    cr_assert_eq(mp_event_peek(events.events[0], &place), 0);
    cr_expect_eq(events.head, fixture_head(&world->fixture));
    *ret_first = place.seq;
    mp_message_done(&message);
    return events.count;
}

static size_t publish(struct world *world, const uint8_t key[static 32], unsigned number,
                      struct mp_change change)
{
    struct mp_answer answer = fixture_submit(&world->fixture, key, number, 0, change);
    struct mp_batch_events events = writer_events(world->fixture.writer);

    cr_assert_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
    return feed_events(world->feed, &events);
}

static void test_whole(bool ipc)
{
    struct world world;
    uint64_t first = 0;

    world_open(&world, ipc);
    void *socket = follow(&world, MP_FEED_WHOLE, MP_FEED_WHOLE_HEARTBEAT);
    struct mp_heartbeat beat = hear_beat(&world, socket, MP_FEED_WHOLE_HEARTBEAT);
    cr_expect_eq(beat.head, fixture_head(&world.fixture));
    cr_expect_eq(beat.count, beat.head);
    cr_expect_eq(beat.epoch, mp_store_head(world.fixture.store).epoch);
    cr_expect_eq(publish(&world, railways_key, 1, change_progress(10)), 0);
    cr_expect_eq(hear_events(&world, socket, MP_FEED_WHOLE, &first), 1);
    cr_expect_eq(first, beat.head + 1);
    feed_heartbeat(world.feed);
    beat = hear_beat(&world, socket, MP_FEED_WHOLE_HEARTBEAT);
    cr_expect_eq(beat.head, first);
    mp_socket_close(socket);
    world_close(&world);
}

Test(ledger_feed, a_subscriber_of_everything_hears_a_heartbeat_at_once_and_every_commit)
{
    test_whole(false);
}

Test(ledger_feed, it_is_the_same_over_ipc)
{
    test_whole(true);
}

Test(ledger_feed, the_registry_hears_of_agencies_alone)
{
    static const char *ml1 = "ml-1/";
    struct world world;
    struct mp_message message;
    uint64_t first = 0;

    world_open(&world, false);
    void *socket =
        follow(&world, MP_FEED_EVENTS MP_TOPIC_AGENCY, MP_FEED_HEARTBEAT MP_TOPIC_AGENCY "!");
    struct mp_heartbeat beat = hear_beat(&world, socket, MP_FEED_HEARTBEAT MP_TOPIC_AGENCY "!");
    cr_expect_eq(beat.count, 6, "founding's four and the two of railways");
    cr_expect_eq(beat.head, fixture_head(&world.fixture));
    cr_expect_eq(publish(&world, railways_key, 1, change_progress(10)), 0);
    /* One batch, of which the middle is for it. */
    struct mp_change changes[] = {change_project("gwadar"),
                                  change_agency("port", MP_ROLE_AGENCY, &(struct mp_list){&ml1, 1}),
                                  change_milestone("gwadar:opening")};
    cr_assert_eq(writer_begin(world.fixture.writer), 0);
    (void)fixture_take(&world.fixture, ministry_key, 2, 0, changes, 3);
    cr_assert_eq(writer_commit(world.fixture.writer), 0);
    struct mp_batch_events events = writer_events(world.fixture.writer);
    cr_expect_eq(feed_events(world.feed, &events), 0);
    cr_expect_eq(hear_events(&world, socket, MP_FEED_EVENTS MP_TOPIC_AGENCY, &first), 1);
    cr_expect_eq(first, beat.head + 3, "what came before was not for it");
    mp_message_init(&message);
    cr_expect(!hear_for(&world, socket, &message, 20), "and nothing else came");
    mp_message_done(&message);
    mp_socket_close(socket);
    world_close(&world);
}

Test(ledger_feed, other_topics_are_not_served)
{
    static const char *const topics[] = {"e/ml-1/", "f", "h/ml-1/!", "e/", "", "x"};
    struct world world;
    struct mp_message message;

    world_open(&world, false);
    void *sockets[MP_LENGTH(topics)];
    for (size_t i = 0; i < MP_LENGTH(topics); i++)
        sockets[i] = follow(&world, topics[i], "");
    /* The feed serves somebody, so that there is something to be heard. */
    void *whole = follow(&world, MP_FEED_WHOLE, MP_FEED_WHOLE_HEARTBEAT);
    (void)hear_beat(&world, whole, MP_FEED_WHOLE_HEARTBEAT);
    (void)publish(&world, railways_key, 1, change_progress(10));
    mp_message_init(&message);
    for (size_t i = 0; i < MP_LENGTH(topics); i++) {
        cr_expect(!hear_for(&world, sockets[i], &message, 20), "\"%s\" was served", topics[i]);
        mp_socket_close(sockets[i]);
    }
    mp_message_done(&message);
    mp_socket_close(whole);
    world_close(&world);
}

Test(ledger_feed, nobody_there_is_no_loss)
{
    struct world world;

    world_open(&world, false);
    feed_heartbeat(world.feed);
    cr_expect_eq(publish(&world, railways_key, 1, change_progress(10)), 0);
    world_close(&world);
}

/* A commit of many large events. */
static struct mp_batch_events commit_large(struct world *world)
{
    static char note[LARGE_BYTES + 1];
    struct mp_change changes[LARGE];

    memset(note, 'x', LARGE_BYTES);
    for (size_t i = 0; i < LARGE; i++) {
        changes[i] = change_progress((int64_t)i);
        changes[i].note = note;
    }
    cr_assert_eq(writer_begin(world->fixture.writer), 0);
    (void)fixture_take(&world->fixture, railways_key, 1, 0, changes, LARGE);
    cr_assert_eq(writer_commit(world->fixture.writer), 0);
    return writer_events(world->fixture.writer);
}

Test(ledger_feed, a_large_commit_leaves_in_small_messages_without_a_hole)
{
    struct world world;
    struct mp_message message;
    uint64_t next = 0;

    world_open(&world, false);
    void *socket = follow(&world, MP_FEED_WHOLE, MP_FEED_WHOLE_HEARTBEAT);
    next = hear_beat(&world, socket, MP_FEED_WHOLE_HEARTBEAT).head + 1;
    struct mp_batch_events commit = commit_large(&world);
    cr_assert_eq(feed_events(world.feed, &commit), 0);
    mp_message_init(&message);
    for (uint64_t end = next + LARGE; next < end;) {
        struct mp_span bytes = hear(&world, socket, &message, MP_FEED_WHOLE);
        struct mp_feed_events events;
        struct mp_event_place place;
        cr_expect_leq(bytes.size, MESSAGE_MOST);
        cr_assert_eq(mp_feed_events_decode(bytes, world.fixture.arena, LARGE, &events), 0);
        for (size_t i = 0; i < events.count; i++, next++) {
            cr_assert_eq(mp_event_peek(events.events[i], &place), 0);
            cr_assert_eq(place.seq, next);
        }
    }
    mp_message_done(&message);
    mp_socket_close(socket);
    world_close(&world);
}

/* What is there to be read when twice as much was sent as may wait (64 MiB, and here, where both
 * ends share a queue, the thousand messages of the reader's). */
Test(ledger_feed, what_waits_for_a_subscriber_who_does_not_read_has_a_bound)
{
    const size_t most = ((size_t)64 << 20) + 1000 * MESSAGE_MOST;
    struct world world;
    struct mp_message message;
    size_t got = 0;

    world_open(&world, false);
    void *socket = follow(&world, MP_FEED_WHOLE, MP_FEED_WHOLE_HEARTBEAT);
    (void)hear_beat(&world, socket, MP_FEED_WHOLE_HEARTBEAT);
    struct mp_batch_events commit = commit_large(&world);
    for (size_t sent = 0; sent < 2 * most; sent += LARGE * LARGE_BYTES)
        cr_assert_eq(feed_events(world.feed, &commit), 0, "nobody waits for it");
    mp_message_init(&message);
    while (mp_message_receive(&message, socket) == 0)
        got += mp_message_frame(&message, 1).size;
    cr_expect_gt(got, most / 2);
    cr_expect_leq(got, most);
    mp_message_done(&message);
    mp_socket_close(socket);
    world_close(&world);
}
