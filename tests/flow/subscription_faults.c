#include "clients/lib/subscription_state.h"
#include "tests/support/fake_record.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

/* A subscriber in a bad world, under virtual time, many seeds: whatever is dropped, doubled,
 * reordered between topics, restarted, restored or not answered, in the end every event after
 * `since` has been delivered exactly once and in order, and it never said live when one was
 * missing. */

#define WIRE_MOST 256
#define STEPS     400

struct packet {
    bool is_heartbeat;
    uint64_t epoch, head;
    struct mp_buffer bytes;
};

struct world {
    uint64_t seed, random;
    struct mp_subscription_options options;
    struct mp_subscription *subscription;
    struct fake_record *record;
    struct mp_arena *arena;
    int64_t now_ms, beat_ms, mute_until_ms;
    bool calm;

    /* The publisher: what it has sent of which epoch, and what is on its way, in order. */
    uint64_t published, published_epoch;
    struct packet wire[WIRE_MOST];
    size_t wire_count;

    /* The question under way, its answer once the server has made it. */
    bool asked, made;
    struct mp_ask ask;
    uint8_t cursor[MP_CURSOR_MOST];
    struct mp_buffer page;
    int64_t answer_ms;

    /* The oracle. */
    uint64_t since;
    bool since_known;
    uint64_t got[FAKE_EVENTS_MOST + 1]; /* epoch of the event delivered as that seq; 0: none */
    uint64_t last_of_topic[FAKE_TOPICS_MOST];
    uint64_t last;
    size_t deliveries, lives, epochs;
};

static uint64_t roll(struct world *world, uint64_t sides)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (world->random >> 11) % sides;
}

static bool chance(struct world *world, unsigned percent)
{
    return !world->calm && roll(world, 100) < percent;
}

static size_t topic_place(const struct world *world, struct mp_span topic)
{
    for (size_t i = 0; i < world->record->topic_count; i++) {
        if (mp_span_equal(topic, mp_span_text(world->record->topics[i])))
            return i;
    }
    cr_assert_fail("seed %lu: unknown topic", (unsigned long)world->seed);
    return 0;
}

static void on_deliver(void *context, const struct mp_event_place *place, struct mp_span event)
{
    struct world *world = context;
    unsigned long seed = (unsigned long)world->seed, seq = (unsigned long)place->seq;
    (void)event;
    size_t topic = topic_place(world, place->topic);
    cr_assert(mp_span_starts_with(place->topic, mp_span_text(world->options.prefix)),
              "seed %lu: %lu is of another prefix", seed, seq);
    cr_assert_gt(place->seq, world->since, "seed %lu: %lu was not wanted", seed, seq);
    cr_assert_eq(world->got[place->seq], 0, "seed %lu: %lu delivered twice", seed, seq);
    cr_assert_gt(place->seq, world->last_of_topic[topic], "seed %lu: %lu out of order", seed, seq);
    if (world->options.whole)
        cr_assert_eq(place->seq, world->last + 1, "seed %lu: %lu out of order", seed, seq);
    world->got[place->seq] = place->epoch;
    world->last_of_topic[topic] = place->seq;
    world->last = place->seq;
    world->deliveries++;
}

static void on_epoch(void *context, uint64_t epoch, uint64_t restored_head)
{
    struct world *world = context;
    (void)epoch;
    world->epochs++;
    for (uint64_t seq = restored_head + 1; seq <= FAKE_EVENTS_MOST; seq++)
        world->got[seq] = 0;
    for (size_t i = 0; i < FAKE_TOPICS_MOST; i++) {
        if (world->last_of_topic[i] > restored_head)
            world->last_of_topic[i] = restored_head;
    }
    if (world->last > restored_head)
        world->last = restored_head;
    if (world->since > restored_head)
        world->since = restored_head;
}

/* Every event up to the head, of this very record, has been delivered. */
static void check_whole(struct world *world, uint64_t head, const char *when)
{
    cr_assert_leq(head, world->record->head);
    for (uint64_t seq = world->since + 1; seq <= head; seq++) {
        if (!fake_record_is_under(world->record, seq, world->options.prefix))
            continue;
        struct mp_event_place place;
        struct mp_span bytes = mp_buffer_span(&fake_record_event(world->record, seq)->bytes);
        cr_assert_eq(mp_event_peek(bytes, &place), 0);
        cr_assert_eq(world->got[seq], place.epoch, "seed %lu: %s at %lu without %lu",
                     (unsigned long)world->seed, when, (unsigned long)head, (unsigned long)seq);
    }
}

static void on_status(void *context, const struct mp_feed_status *status)
{
    struct world *world = context;
    cr_assert_not_null(status->why);
    world->lives += status->state == MP_FEED_LIVE;
}

static void on_ask(void *context, const struct mp_ask *ask)
{
    struct world *world = context;
    cr_assert(!world->asked, "seed %lu: two questions", (unsigned long)world->seed);
    world->asked = true;
    world->made = false;
    world->ask = *ask;
    if (ask->cursor.size > 0)
        memcpy(world->cursor, ask->cursor.data, ask->cursor.size);
    world->ask.cursor = mp_span_make(world->cursor, ask->cursor.size);
    world->answer_ms = world->now_ms + (int64_t)roll(world, chance(world, 10) ? 4000 : 30);
}

static void lose_packet(struct world *world, size_t place)
{
    mp_buffer_done(&world->wire[place].bytes);
    world->wire_count--;
    memmove(&world->wire[place], &world->wire[place + 1],
            (world->wire_count - place) * sizeof world->wire[0]);
}

static struct packet *new_packet(struct world *world, bool is_heartbeat)
{
    if (world->wire_count == WIRE_MOST)
        lose_packet(world, 0);
    struct packet *packet = &world->wire[world->wire_count++];
    *packet = (struct packet){
        .is_heartbeat = is_heartbeat, .epoch = world->record->epoch, .head = world->published};
    mp_buffer_init(&packet->bytes, 1u << 20);
    return packet;
}

static void drop_or_double(struct world *world)
{
    if (chance(world, 6)) {
        lose_packet(world, world->wire_count - 1);
    } else if (chance(world, 4)) {
        struct mp_span bytes = mp_buffer_span(&world->wire[world->wire_count - 1].bytes);
        bool is_heartbeat = world->wire[world->wire_count - 1].is_heartbeat;
        mp_buffer_put_span(&new_packet(world, is_heartbeat)->bytes, bytes);
    }
}

/* A message for each topic that has something new; which topic comes first is chance. */
static void publish_topics(struct world *world, uint64_t from)
{
    size_t topics = world->record->topic_count, first = roll(world, topics == 0 ? 1 : topics);
    for (size_t i = 0; i < topics; i++) {
        size_t topic = (first + i) % topics, count = 0;
        uint64_t seqs[64];
        for (uint64_t seq = from + 1; seq <= world->published; seq++) {
            if (fake_record_event(world->record, seq)->topic == topic &&
                fake_record_is_under(world->record, seq, world->options.prefix))
                seqs[count++] = seq;
        }
        if (count == 0)
            continue;
        fake_record_message(world->record, seqs, count, world->published,
                            &new_packet(world, false)->bytes);
        drop_or_double(world);
    }
}

static void publish_whole(struct world *world, uint64_t from)
{
    uint64_t seqs[64];
    size_t count = 0;
    for (uint64_t seq = from + 1; seq <= world->published; seq++)
        seqs[count++] = seq;
    fake_record_message(world->record, seqs, count, world->published,
                        &new_packet(world, false)->bytes);
    drop_or_double(world);
}

static void publish(struct world *world)
{
    if (world->published_epoch != world->record->epoch) {
        /* It learns of the restore, and loads heads and counts anew. */
        world->published_epoch = world->record->epoch;
        world->published = world->record->head;
        return;
    }
    uint64_t from = world->published;
    world->published = from + 60 < world->record->head ? from + 60 : world->record->head;
    if (world->published == from)
        return;
    if (world->options.whole)
        publish_whole(world, from);
    else
        publish_topics(world, from);
}

static void beat(struct world *world)
{
    if (world->now_ms < world->beat_ms || world->now_ms < world->mute_until_ms ||
        world->published_epoch != world->record->epoch)
        return;
    world->beat_ms = world->now_ms + MP_HEARTBEAT_MS;
    fake_record_heartbeat(world->record, world->options.prefix, world->published,
                          &new_packet(world, true)->bytes);
    drop_or_double(world);
}

static void note_first_heartbeat(struct world *world, const struct mp_heartbeat *heartbeat)
{
    if (world->since_known)
        return;
    world->since_known = true;
    world->since = heartbeat->head;
    world->last = heartbeat->head;
}

static void receive_heartbeat(struct world *world, struct mp_span bytes)
{
    struct mp_heartbeat heartbeat;
    cr_assert_eq(mp_heartbeat_decode(bytes, &heartbeat), 0);
    note_first_heartbeat(world, &heartbeat);
    cr_assert_eq(mp_subscription_heartbeat(world->subscription, bytes, world->now_ms), 0);
    struct mp_feed_status status = mp_subscription_status(world->subscription);
    if (status.state == MP_FEED_LIVE && heartbeat.epoch == world->record->epoch)
        check_whole(world, heartbeat.head, "live");
}

static void receive(struct world *world)
{
    if (world->wire_count == 0)
        return;
    struct packet packet = world->wire[0];
    world->wire_count--;
    memmove(&world->wire[0], &world->wire[1], world->wire_count * sizeof world->wire[0]);
    if (packet.is_heartbeat)
        receive_heartbeat(world, mp_buffer_span(&packet.bytes));
    else
        cr_assert_eq(mp_subscription_events(world->subscription, mp_buffer_span(&packet.bytes),
                                            world->now_ms),
                     0);
    mp_buffer_done(&packet.bytes);
}

/* The server reads at one moment; the answer arrives at a later one. */
static void serve(struct world *world)
{
    if (!world->asked)
        return;
    if (!world->made && chance(world, 70)) {
        mp_buffer_clear(&world->page);
        fake_record_page(world->record, &world->ask, &world->page);
        world->made = true;
    }
    if (world->now_ms < world->answer_ms)
        return;
    world->asked = false;
    if (chance(world, 12)) {
        mp_subscription_answer(world->subscription, MP_ETIMEDOUT, NULL, world->now_ms);
        return;
    }
    if (!world->made) {
        mp_buffer_clear(&world->page);
        fake_record_page(world->record, &world->ask, &world->page);
    }
    if (chance(world, 5)) {
        mp_buffer_clear(&world->page);
        cr_assert_eq(mp_page_set_error(&world->page, MP_ASK_BUSY, "busy"), 0);
    }
    struct mp_page page;
    mp_arena_reset(world->arena);
    cr_assert_eq(mp_page_decode(mp_buffer_span(&world->page), world->arena, &page), 0);
    mp_subscription_answer(world->subscription, 0, &page, world->now_ms);
}

static void write_some(struct world *world)
{
    static const char *const topics[] = {"ml-1/",  "ml-1/a/", "ml-1/b/",
                                         "ml-10/", "gwadar/", "sez/rashakai/"};
    uint64_t count = roll(world, 6);
    for (uint64_t i = 0; i < count; i++) {
        /* Some topics begin late. */
        uint64_t most = world->record->head < 40 ? 3 : MP_LENGTH(topics);
        char topic[MP_TOPIC_MOST + 1];
        if (roll(world, 100) < 4)
            snprintf(topic, sizeof topic, "ml-1/x%u/", (unsigned)roll(world, 40));
        else
            snprintf(topic, sizeof topic, "%s", topics[roll(world, most)]);
        (void)fake_record_add(world->record, topic);
    }
}

static void restart_publisher(struct world *world)
{
    while (world->wire_count > 0)
        lose_packet(world, 0);
    world->published_epoch = world->record->epoch;
    world->published = world->record->head;
    world->beat_ms = world->now_ms;
}

static void restore(struct world *world)
{
    uint64_t head = world->record->head, back = roll(world, 60);
    if (head < 5 || world->record->epoch_count > 40)
        return;
    fake_record_restore(world->record, back < head ? head - back : 1, world->record->epoch + 1);
}

static void step(struct world *world)
{
    world->now_ms += 1 + (int64_t)roll(world, 150);
    if (!world->calm && roll(world, 100) < 60)
        write_some(world);
    if (world->calm || roll(world, 100) < 60)
        publish(world);
    beat(world);
    if (chance(world, 1))
        restart_publisher(world);
    if (chance(world, 1))
        world->mute_until_ms = world->now_ms + 5000;
    if (roll(world, 1000) < 4 && !world->calm)
        restore(world);
    for (uint64_t i = roll(world, 6); i > 0 || (world->calm && world->wire_count > 0); i -= i > 0)
        receive(world);
    serve(world);
    mp_subscription_tick(world->subscription, world->now_ms);
}

static void begin(struct world *world, uint64_t seed)
{
    static const char *const prefixes[] = {"ml-1/", "", "ml-1/a/", "@ledger/"};
    *world = (struct world){.seed = seed, .random = seed * 2654435761u + 88172645463325252u};
    world->record = fake_record_new(1, 1 + roll(world, 40));
    world->arena = mp_arena_new(8u << 20);
    mp_buffer_init(&world->page, MP_PAGE_MOST);
    for (uint64_t i = roll(world, 20); i > 0; i--)
        write_some(world);
    world->options.whole = roll(world, 3) == 0;
    world->options.prefix = world->options.whole ? "" : prefixes[roll(world, 4)];
    world->options.from_now = roll(world, 3) == 0;
    world->options.buffer_bytes = roll(world, 3) == 0 ? 600 : 0;
    if (!world->options.from_now) {
        world->options.since = roll(world, world->record->head + 1);
        world->options.since_epoch = roll(world, 2);
        world->since = world->options.since;
        world->since_known = true;
        world->last = world->since;
    }
    /* With the epoch given, restores may come before it ever connects. */
    if (world->options.since_epoch != 0 && roll(world, 4) == 0) {
        restore(world);
        write_some(world);
        restore(world);
    }
    world->published = world->record->head;
    world->published_epoch = world->record->epoch;
    struct mp_subscription_effects effects = {.context = world,
                                              .deliver = on_deliver,
                                              .status = on_status,
                                              .ask = on_ask,
                                              .epoch = on_epoch};
    cr_assert_eq(mp_subscription_new(&world->options, &effects, 0, &world->subscription), 0);
}

static void end(struct world *world)
{
    while (world->wire_count > 0)
        lose_packet(world, 0);
    mp_buffer_done(&world->page);
    mp_subscription_free(world->subscription);
    fake_record_free(world->record);
    mp_arena_free(world->arena);
}

static void run(struct world *world, uint64_t seed)
{
    begin(world, seed);
    for (int i = 0; i < STEPS; i++)
        step(world);
    /* Quiet weather: the last answers and heartbeats arrive. */
    world->calm = true;
    for (int i = 0; i < 1500; i++)
        step(world);
    struct mp_feed_status status = mp_subscription_status(world->subscription);
    cr_assert_eq(status.state, MP_FEED_LIVE, "seed %lu: not live in the end: %s",
                 (unsigned long)seed, status.why);
    cr_assert_eq(status.head, world->record->head, "seed %lu", (unsigned long)seed);
    check_whole(world, world->record->head, "in the end");
    cr_assert_eq(world->subscription->count,
                 fake_record_count(world->record, world->options.prefix, world->record->head));
    end(world);
}

static void run_many(uint64_t from, uint64_t count)
{
    struct world *world = malloc(sizeof *world);
    size_t deliveries = 0, lives = 0, epochs = 0;
    cr_assert_not_null(world);
    for (uint64_t seed = from; seed < from + count; seed++) {
        run(world, seed);
        deliveries += world->deliveries;
        lives += world->lives;
        epochs += world->epochs;
    }
    free(world);
    /* The world must have been bad enough to mean something. */
    cr_assert_gt(deliveries, 100 * count);
    cr_assert_gt(lives, 3 * count);
    cr_assert_gt(epochs, count / 2);
}

Test(subscription_faults, every_event_once_and_never_live_with_one_missing, .timeout = 300)
{
    const char *from = getenv("MILEPOST_SEED"), *count = getenv("MILEPOST_SEEDS");
    run_many(from == NULL ? 1 : strtoull(from, NULL, 10),
             count == NULL ? 200 : strtoull(count, NULL, 10));
}
