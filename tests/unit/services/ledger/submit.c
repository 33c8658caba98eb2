/* The writer's thread as whole: batches in over its socket, answers out. */
#include "services/ledger/submit.h"

#include "proto/forward.h"
#include "services/ledger/control.h"
#include "tests/unit/services/ledger/fixture.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define DEADLINE_MS 20000
#define TINY_MAP    (UINT64_C(768) << 10)
#define LARGE_COUNT 20 /* of about 40 KiB each */

struct world {
    struct fixture fixture;
    struct mp_bus *bus;
    struct submit *submit;
    struct submit_stats stats;
    void *socket; /* as ingest's */
    pthread_t thread;
    int stop;
    char submit_address[128], feed_address[128];
    struct mp_message reply;
};

static void *run(void *context)
{
    struct world *world = context;

    (void)!submit_run(world->submit, world->stop);
    return NULL;
}

static void world_open(struct world *world, uint64_t map_bytes)
{
    const struct mp_socket_options options = {.kind = MP_SOCKET_DEALER};
    struct ledger_config config = {.group_most = 4096};

    *world = (struct world){.stop = -1};
    fixture_open(&world->fixture, map_bytes);
    cr_assert_eq(mp_bus_open(1, &world->bus), 0);
    (void)snprintf(world->submit_address, sizeof(world->submit_address), "ipc://%s/submit",
                   world->fixture.folder);
    (void)snprintf(world->feed_address, sizeof(world->feed_address), "ipc://%s/feed",
                   world->fixture.folder);
    config.submit = world->submit_address;
    config.feed = world->feed_address;
    cr_assert_eq(submit_open(world->bus, &config, world->fixture.store, &mp_clock_system,
                             &world->stats, &world->submit),
                 0);
    world->stop = eventfd(0, EFD_CLOEXEC);
    cr_assert_geq(world->stop, 0);
    cr_assert_eq(mp_socket_open(world->bus, &options, &world->socket), 0);
    cr_assert_eq(mp_socket_connect(world->socket, world->submit_address), 0);
    mp_message_init(&world->reply);
    cr_assert_eq(pthread_create(&world->thread, NULL, run, world), 0);
}

static void world_close(struct world *world)
{
    uint64_t one = 1;

    cr_assert_eq(write(world->stop, &one, sizeof(one)), (ssize_t)sizeof(one));
    cr_assert_eq(pthread_join(world->thread, NULL), 0);
    (void)close(world->stop);
    mp_message_done(&world->reply);
    mp_socket_close(world->socket);
    submit_close(world->submit);
    mp_bus_close(world->bus);
    fixture_close(&world->fixture);
}

static void add(struct world *world, struct mp_buffer *batch, unsigned number,
                struct mp_change *changes, size_t count)
{
    const struct mp_forward_item item = {
        .peer = mp_span_text("peer"),
        .key = mp_span_make(railways_key, 32),
        .bytes = fixture_submission(&world->fixture, number, 0, changes, count),
    };

    mp_forward_add(batch, &item);
}

static bool waits_for(struct world *world, short events)
{
    zmq_pollitem_t item = {.socket = world->socket, .events = events};

    return zmq_poll(&item, 1, DEADLINE_MS) == 1;
}

static bool hears(struct world *world)
{
    return waits_for(world, ZMQ_POLLIN) && mp_message_receive(&world->reply, world->socket) == 0;
}

/* Sends the batch and counts the answers by outcome. */
static void exchange(struct world *world, struct mp_buffer *batch,
                     size_t counts[static MP_OUTCOME_BUSY + 1])
{
    struct mp_message message;
    struct mp_reader reader;
    struct mp_forward_item item;

    mp_message_init(&message);
    cr_assert_eq(batch->error, 0);
    cr_assert_eq(mp_message_add(&message, mp_buffer_span(batch)), 0);
    cr_assert(waits_for(world, ZMQ_POLLOUT), "no connection");
    cr_assert_eq(mp_message_send(&message, world->socket), 0);
    mp_message_done(&message);
    cr_assert(hears(world), "no answer");
    reader = mp_reader_make(mp_message_frame(&world->reply, 0));
    cr_expect_eq(mp_forward_number(&reader), 7);
    while (mp_forward_next(&reader, true, &item)) {
        struct mp_answer answer;

        cr_assert_eq(mp_answer_decode(item.bytes, world->fixture.arena, &answer), 0);
        counts[answer.outcome]++;
    }
}

static void begin_batch(struct mp_buffer *batch)
{
    mp_buffer_init(batch, MP_FORWARD_BATCH_MOST);
    mp_forward_begin(batch, 7);
}

static void add_large(struct world *world, struct mp_buffer *batch, unsigned number)
{
    static char note[1001];
    struct mp_change changes[40];

    memset(note, 'x', sizeof(note) - 1);
    for (size_t i = 0; i < MP_LENGTH(changes); i++) {
        changes[i] = change_progress((int64_t)i);
        changes[i].note = note;
    }
    add(world, batch, number, changes, MP_LENGTH(changes));
}

/* All of them together are more than the map holds, so that the group would be refused for ever. */
Test(ledger_submit, of_a_group_that_does_not_fit_what_fits_is_kept)
{
    struct world world;
    struct mp_buffer batch;
    size_t counts[MP_OUTCOME_BUSY + 1] = {0}, kept = 0;
    uint64_t before;

    world_open(&world, TINY_MAP);
    before = fixture_head(&world.fixture);
    begin_batch(&batch);
    for (unsigned i = 0; i < LARGE_COUNT; i++)
        add_large(&world, &batch, 100 + i);
    exchange(&world, &batch, counts);
    cr_expect_gt(counts[MP_OUTCOME_ACCEPTED], 0);
    cr_expect_gt(counts[MP_OUTCOME_BUSY], 0);
    cr_expect_eq(counts[MP_OUTCOME_ACCEPTED] + counts[MP_OUTCOME_BUSY], LARGE_COUNT);
    cr_expect_eq(fixture_head(&world.fixture), before + 40 * counts[MP_OUTCOME_ACCEPTED]);
    for (unsigned i = 0; i < LARGE_COUNT; i++)
        kept += fixture_is_kept(&world.fixture, "railways", 100 + i);
    cr_expect_eq(kept, counts[MP_OUTCOME_ACCEPTED], "what was acknowledged, and nothing else");
    cr_expect_eq(atomic_load(&world.stats.failing), MP_ENOSPC, "health says so");
    mp_buffer_done(&batch);
    world_close(&world);
}

/* Somebody else has a batch open, so that none can be begun: the answer is busy, at once, and the
 * next one is taken when it can be. */
Test(ledger_submit, what_comes_while_no_batch_can_begin_is_told_busy)
{
    struct world world;
    struct mp_buffer batch;
    struct mp_change change = change_progress(50);
    size_t counts[MP_OUTCOME_BUSY + 1] = {0};

    world_open(&world, 0);
    cr_assert_eq(writer_begin(world.fixture.writer), 0);
    begin_batch(&batch);
    add(&world, &batch, 1, &change, 1);
    exchange(&world, &batch, counts);
    cr_expect_eq(counts[MP_OUTCOME_BUSY], 1);
    cr_expect_neq(atomic_load(&world.stats.failing), 0);
    writer_give_up(world.fixture.writer);
    exchange(&world, &batch, counts);
    cr_expect_eq(counts[MP_OUTCOME_ACCEPTED], 1);
    cr_expect_eq(atomic_load(&world.stats.failing), 0);
    mp_buffer_done(&batch);
    world_close(&world);
}

static bool turns_grow(struct world *world)
{
    uint64_t turns = atomic_load(&world->stats.turns);

    for (int waited_ms = 0; waited_ms < DEADLINE_MS; waited_ms += 10) {
        if (atomic_load(&world->stats.turns) != turns)
            return true;
        (void)poll(NULL, 0, 10);
    }
    return false;
}

Test(ledger_submit, an_idle_writer_moves)
{
    struct world world;

    world_open(&world, 0);
    cr_expect(turns_grow(&world));
    cr_expect(turns_grow(&world));
    world_close(&world);
}

/* systemd hears that all is well only of a writer that moves; health says why not. */
Test(ledger_submit, a_writer_that_does_not_move_is_not_called_well)
{
    struct fixture fixture;
    struct submit_stats submit = {0};
    struct reader_stats reader = {0};
    struct mp_buffer answer;

    fixture_open(&fixture, 0);
    struct control_context context = {
        .store = fixture.store, .submit = &submit, .reader = &reader, .clock = &fixture.clock};
    mp_buffer_init(&answer, 4096);
    atomic_store(&submit.turns, 1);
    cr_expect(control_watch_writer(&context));
    cr_assert_eq(control_answer(&context, "health", &answer), 0);
    cr_expect_eq(memcmp(answer.data, "ok\n", 3), 0);
    cr_expect_not(control_watch_writer(&context), "it stands where it stood");
    mp_buffer_clear(&answer);
    cr_assert_eq(control_answer(&context, "health", &answer), 0);
    cr_expect_eq(memcmp(answer.data, "failing: the writer does not move", 33), 0);
    atomic_store(&submit.turns, 2);
    cr_expect(control_watch_writer(&context));
    mp_buffer_clear(&answer);
    cr_assert_eq(control_answer(&context, "health", &answer), 0);
    cr_expect_eq(memcmp(answer.data, "ok\n", 3), 0);
    mp_buffer_done(&answer);
    fixture_close(&fixture);
}
