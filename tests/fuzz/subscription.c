/* A subscriber on a bad network, driven by the input: messages are lost, doubled and late,
 * questions refused or answered late, the record restored. Whatever comes, nothing is delivered
 * twice or out of order, and once the network is calm everything has been delivered. First byte:
 * the options; every other byte is a step: what (3 bits) and how (5 bits). */
#include "tests/fuzz/fuzz.h"

#include "clients/lib/subscription.h"
#include "tests/support/fake_record.h"

#include <stdlib.h>

#define EVENTS_MOST   400
#define STEPS_MOST    400
#define RESTORES_MOST 8
#define PAGE_BYTES    (1u << 16)
#define CALM_ROUNDS   300
#define EPOCH         100

enum step { ADD, PUBLISH, BEAT, ANSWER, HOLD, PASS, RESTORE, AGAIN };

static const char *const topics[] = {"ml-1/", "ml-10/", "ml-1/karachi/", "gwadar/"};
static const char *const prefixes[] = {"", "ml-1/", "gwadar/", "@ledger/"};

struct world {
    struct fake_record *record;
    struct mp_subscription_options options;
    struct mp_subscription *subscription;
    int64_t now_ms;
    uint64_t published;
    size_t restores;
    bool asked, held;
    struct mp_ask ask;
    uint8_t cursor[MP_CURSOR_MOST];
    struct mp_buffer page; /* made, not yet given */
    struct mp_buffer old;  /* a message of some time ago */
    /* The oracle. */
    uint64_t since, last;
    bool since_known;
    uint64_t got[EVENTS_MOST + RESTORES_MOST + 1]; /* epoch of what was delivered there, 0: none */
};

static void on_deliver(void *context, const struct mp_event_place *place, struct mp_span event)
{
    struct world *world = context;

    fuzz_touch(event);
    mp_assert(mp_span_starts_with(place->topic, mp_span_text(world->options.prefix)));
    mp_assert(place->seq > world->since && place->seq < MP_LENGTH(world->got));
    mp_assert(world->got[place->seq] == 0);
    if (world->options.whole)
        mp_assert(place->seq == world->last + 1);
    world->got[place->seq] = place->epoch;
    world->last = place->seq;
}

static void on_epoch(void *context, uint64_t epoch, uint64_t restored_head)
{
    struct world *world = context;

    (void)epoch;
    for (uint64_t seq = restored_head + 1; seq < MP_LENGTH(world->got); seq++)
        world->got[seq] = 0;
    if (world->last > restored_head)
        world->last = restored_head;
    if (world->since > restored_head)
        world->since = restored_head;
}

static void on_ask(void *context, const struct mp_ask *ask)
{
    struct world *world = context;

    mp_assert(!world->asked);
    world->asked = true;
    world->held = false;
    world->ask = *ask;
    if (ask->cursor.size > 0)
        memcpy(world->cursor, ask->cursor.data, ask->cursor.size);
    world->ask.cursor = mp_span_make(world->cursor, ask->cursor.size);
}

static void make_page(struct world *world)
{
    mp_buffer_clear(&world->page);
    fake_record_page(world->record, &world->ask, &world->page);
    world->held = true;
}

static void answer(struct world *world)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(FUZZ_ARENA_BYTES);
    struct mp_page page;

    if (!world->asked)
        return;
    if (!world->held)
        make_page(world);
    world->asked = false;
    mp_assert(mp_page_decode(mp_buffer_span(&world->page), arena, &page) == 0);
    mp_subscription_answer(world->subscription, 0, &page, world->now_ms);
}

static void refuse(struct world *world)
{
    if (!world->asked)
        return;
    world->asked = false;
    mp_subscription_answer(world->subscription, MP_EUNREACHABLE, NULL, world->now_ms);
}

static void beat(struct world *world, bool lost)
{
    struct mp_buffer bytes = fuzz_buffer();

    fake_record_heartbeat(world->record, world->options.prefix, world->published, &bytes);
    if (!lost) {
        if (world->options.from_now && !world->since_known) {
            world->since = world->published;
            world->last = world->published;
        }
        world->since_known = true;
        mp_assert(mp_subscription_heartbeat(world->subscription, mp_buffer_span(&bytes),
                                            world->now_ms) == 0);
    }
    mp_buffer_done(&bytes);
}

static void publish(struct world *world, size_t most, bool lost)
{
    uint64_t seqs[8], from = world->published;
    size_t count = 0;

    while (count < most && world->published < world->record->head)
        seqs[count++] = ++world->published;
    if (count == 0)
        return;
    if (from % 3 == 0 || lost) { /* it may come again later, too late, or for the first time */
        mp_buffer_clear(&world->old);
        fake_record_message(world->record, seqs, count, world->published, &world->old);
    }
    if (lost)
        return;
    struct mp_buffer bytes = fuzz_buffer();
    fake_record_message(world->record, seqs, count, world->published, &bytes);
    mp_assert(mp_subscription_events(world->subscription, mp_buffer_span(&bytes), world->now_ms) ==
              0);
    mp_buffer_done(&bytes);
}

static void restore(struct world *world, uint64_t back)
{
    struct fake_record *record = world->record;

    if (world->restores++ >= RESTORES_MOST)
        return;
    fake_record_restore(record, back < record->head ? record->head - back : 0, record->epoch + 1);
    world->published = record->head - 1;
    world->held = false; /* of the server that is gone */
}

static void again(struct world *world)
{
    if (world->old.size > 0)
        mp_assert(mp_subscription_events(world->subscription, mp_buffer_span(&world->old),
                                         world->now_ms) == 0);
}

static void take_step(struct world *world, enum step step, unsigned how)
{
    switch (step) {
    case ADD:
        for (unsigned i = 0; i <= how / 8 && world->record->head < EVENTS_MOST; i++)
            (void)fake_record_add(world->record, topics[(how + i) % MP_LENGTH(topics)]);
        break;
    case PUBLISH:
        publish(world, 1 + how % 8, how >= 24);
        break;
    case BEAT:
        beat(world, how >= 28);
        break;
    case ANSWER:
        if (how >= 28)
            refuse(world);
        else
            answer(world);
        break;
    case HOLD:
        if (world->asked && !world->held)
            make_page(world);
        break;
    case PASS:
        world->now_ms += how * 200;
        mp_subscription_tick(world->subscription, world->now_ms);
        break;
    case RESTORE:
        restore(world, how);
        break;
    case AGAIN:
        again(world);
        break;
    }
}

static bool is_current(const struct world *world)
{
    struct mp_feed_status status = mp_subscription_status(world->subscription);

    return status.state == MP_FEED_LIVE && status.epoch == world->record->epoch &&
           status.head == world->record->head;
}

static void check_whole(const struct world *world)
{
    const struct fake_record *record = world->record;

    for (uint64_t seq = world->since + 1; seq <= record->head; seq++) {
        struct mp_event_place place;

        mp_assert(mp_event_peek(mp_buffer_span(&fake_record_event(record, seq)->bytes), &place) ==
                  0);
        if (fake_record_is_under(record, seq, world->options.prefix))
            mp_assert(world->got[seq] == place.epoch);
    }
}

static void calm(struct world *world)
{
    for (size_t i = 0; i < CALM_ROUNDS && !is_current(world); i++) {
        publish(world, 8, false);
        beat(world, false);
        answer(world);
        world->now_ms += MP_HEARTBEAT_MS;
        mp_subscription_tick(world->subscription, world->now_ms);
    }
    mp_assert(is_current(world));
    check_whole(world);
}

static void begin(struct world *world, uint8_t options)
{
    const struct mp_subscription_effects effects = {
        .context = world, .deliver = on_deliver, .ask = on_ask, .epoch = on_epoch};

    for (size_t i = 0; i < 6; i++)
        (void)fake_record_add(world->record, topics[i % MP_LENGTH(topics)]);
    world->published = world->record->head;
    world->options.prefix = prefixes[options % MP_LENGTH(prefixes)];
    world->options.whole = world->options.prefix[0] == '\0' && (options & 4) != 0;
    world->options.from_now = (options & 8) != 0;
    if (!world->options.from_now && (options & 16) != 0) {
        world->options.since = world->since = world->last = 3;
        world->options.since_epoch = EPOCH;
    }
    if ((options & 32) != 0)
        world->options.buffer_bytes = 512;
    mp_assert(mp_subscription_new(&world->options, &effects, 0, &world->subscription) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MP_AUTO(fake_record_free) struct fake_record *record = fake_record_new(EPOCH, 3);
    struct world world = {.record = record, .page = fuzz_buffer(), .old = fuzz_buffer()};

    begin(&world, size == 0 ? 0 : data[0]);
    for (size_t i = 1; i < size && i < STEPS_MOST; i++)
        take_step(&world, (enum step)(data[i] & 7), data[i] >> 3);
    calm(&world);
    mp_subscription_free(world.subscription);
    mp_buffer_done(&world.page);
    mp_buffer_done(&world.old);
    return 0;
}
