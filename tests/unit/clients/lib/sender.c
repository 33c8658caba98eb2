#include "clients/lib/sender.h"
#include "tests/unit/clients/lib/fake_ledger.h"
#include "tests/unit/clients/lib/outbox_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define STEP_MS     10    /* of the virtual clock, each step of the loop, unless it stands still */
#define DEADLINE_MS 30000 /* real: only a test that fails takes that long */

static struct outbox_fixture fixture;
static struct fake_ledger fake;
static struct mp_bus *bus;
static struct mp_loop *loop;
static struct mp_sender *sender;

static int64_t virtual_ms;
static size_t answered, idle, no_answers, restores;
static bool wake_in_effects, clock_stands_still;

static int64_t virtual_wall_us(void *context)
{
    (void)context;
    return virtual_ms * 1000;
}

static int64_t virtual_monotonic_ms(void *context)
{
    (void)context;
    return virtual_ms;
}

static const struct mp_clock virtual_clock = {.wall_us = virtual_wall_us,
                                              .monotonic_ms = virtual_monotonic_ms};

static int64_t real_ms(void)
{
    return mp_clock_monotonic_ms(&mp_clock_system);
}

static void on_answered(void *context, const struct mp_answer *answer)
{
    (void)context;
    (void)answer;
    answered++;
    if (wake_in_effects)
        mp_sender_wake(sender);
}

static void on_idle(void *context)
{
    (void)context;
    idle++;
}

static void on_note(void *context, const char *sentence)
{
    (void)context;
    if (strncmp(sentence, "no answer from ipc://", strlen("no answer from ipc://")) == 0)
        no_answers++;
    if (strncmp(sentence,
                "sending again after a restore: ", strlen("sending again after a restore: ")) == 0)
        restores++;
}

static void start_sender(void)
{
    const struct mp_sender_effects effects = {
        .answered = on_answered, .idle = on_idle, .note = on_note};
    const struct mp_endpoint ingest = {.address = fake.address};

    cr_assert_eq(mp_sender_open(bus, loop, &ingest, fixture.outbox, &effects, &sender), 0);
}

static void set_up(void)
{
    outbox_fixture_init(&fixture);
    cr_assert_eq(mp_bus_open(1, &bus), 0);
    cr_assert_eq(mp_loop_open(&virtual_clock, &loop), 0);
    fake_ledger_init(&fake, bus, fixture.folder);
    fake_ledger_start(&fake);
}

static void tear_down(void)
{
    mp_sender_close(sender);
    fake_ledger_done(&fake);
    mp_loop_close(loop);
    mp_bus_close(bus);
    outbox_fixture_done(&fixture);
}

#define SENDER_TEST(name) Test(sender, name, .init = set_up, .fini = tear_down)

/* One round: the loop waits in real time for what is on its way, then virtual time goes on. */
static void step(void)
{
    cr_assert_eq(mp_loop_step(loop, 0), 0);
    fake_ledger_serve(&fake);
    fake_ledger_await(&fake, 1);
    if (!clock_stands_still)
        virtual_ms += STEP_MS;
}

#define RUN_UNTIL(condition)                                                                       \
    do {                                                                                           \
        int64_t deadline_ms = real_ms() + DEADLINE_MS;                                             \
        while (!(condition)) {                                                                     \
            cr_assert_lt(real_ms(), deadline_ms, "waited in vain for: " #condition);               \
            step();                                                                                \
        }                                                                                          \
    } while (0)

/* 1 … count were decided once each, in their order, and the outbox knows. */
static void expect_recorded(unsigned count)
{
    cr_expect_eq(fake.count, count);
    for (unsigned number = 1; number <= count && number <= fake.count; number++) {
        struct mp_uuid id = fixture_id(number);
        enum mp_outbox_state state = fixture_state(&fixture, number);

        cr_expect(mp_uuid_equal(&fake.outcomes[number - 1].id, &id), "%u out of its order", number);
        cr_expect_eq(state,
                     fake.outcomes[number - 1].seq > 0 ? MP_OUTBOX_ACCEPTED : MP_OUTBOX_REJECTED);
    }
    cr_expect_eq(fake.after_other, 0, "an id came again with other bytes");
    cr_expect_eq(mp_sender_error(sender), 0);
}

SENDER_TEST(everything_is_recorded_once_and_in_order)
{
    fixture_fill(&fixture, 600);
    start_sender();
    RUN_UNTIL(idle == 1);
    expect_recorded(600);
    cr_expect_eq(answered, 600);
    cr_expect_eq(fake.received, 600);
    cr_expect_leq(fake.most_waiting, MP_SENDER_WINDOW);
}

SENDER_TEST(busy_for_the_first_of_two_pipelined_keeps_their_order)
{
    fixture_fill(&fixture, 2);
    fake.busy = 1;
    start_sender();
    RUN_UNTIL(idle == 1);
    expect_recorded(2);
    cr_expect_geq(fake.received, 4, "the second was told busy too, for its after was unknown");
}

SENDER_TEST(busy_again_and_again_loses_nothing)
{
    fixture_fill(&fixture, 300);
    fake.busy = 40;
    start_sender();
    RUN_UNTIL(idle == 1);
    expect_recorded(300);
    cr_expect_eq(answered, 300);
}

SENDER_TEST(a_busy_ledger_is_given_the_time_it_asked_for)
{
    int64_t asked_ms;

    fixture_fill(&fixture, 1);
    fake.busy = 1;
    fake.retry_after_ms = 5000;
    start_sender();
    RUN_UNTIL(fake.received == 1);
    asked_ms = virtual_ms;
    RUN_UNTIL(idle == 1);
    cr_expect_geq(virtual_ms - asked_ms, 5000);
    cr_expect_eq(fake.received, 2);
    cr_expect_eq(no_answers, 0, "waiting on request is no silence");
}

SENDER_TEST(an_answer_that_comes_twice_counts_once)
{
    fixture_fill(&fixture, 100);
    fake.twice = true;
    start_sender();
    RUN_UNTIL(idle == 1);
    expect_recorded(100);
    cr_expect_eq(answered, 100);
}

SENDER_TEST(lost_answers_are_asked_for_with_the_same_bytes)
{
    fixture_fill(&fixture, 10);
    fake.silent = 7;
    start_sender();
    RUN_UNTIL(idle == 1);
    expect_recorded(10);
    cr_expect_eq(answered, 10);
    cr_expect_eq(no_answers, 1);
}

SENDER_TEST(lost_submissions_are_sent_again_in_order)
{
    fixture_fill(&fixture, 20);
    fake.deaf = 5;
    start_sender();
    RUN_UNTIL(idle == 1);
    expect_recorded(20);
}

SENDER_TEST(the_pause_between_attempts_grows)
{
    fixture_fill(&fixture, 1);
    fake.deaf = 4;
    start_sender();
    RUN_UNTIL(fake.received == 1);
    int64_t first_ms = virtual_ms;
    RUN_UNTIL(idle == 1);
    cr_expect_geq(virtual_ms - first_ms, 2000 + 4000 + 8000 + 16000 - 20 * STEP_MS);
    cr_expect_eq(fake.received, 5);
}

SENDER_TEST(noise_and_answers_to_strangers_are_passed_over)
{
    struct mp_outbox_counts counts;

    fixture_fill(&fixture, 30);
    fake.noise = true;
    start_sender();
    RUN_UNTIL(idle == 1);
    expect_recorded(30);
    cr_expect_eq(answered, 30);
    cr_assert_eq(mp_outbox_count(fixture.outbox, &counts), 0);
    cr_expect_eq(counts.accepted, 30);
}

SENDER_TEST(a_restarted_server_is_found_again)
{
    fixture_fill(&fixture, 500);
    start_sender();
    RUN_UNTIL(answered >= 50);
    fake_ledger_stop(&fake);
    for (unsigned i = 0; i < 20; i++)
        step();
    fake_ledger_start(&fake);
    RUN_UNTIL(idle == 1);
    expect_recorded(500);
    cr_expect_eq(answered, 500);
}

/* The clock stands still: whoever waits for his patience to end waits for ever. */
SENDER_TEST(after_a_break_what_was_lost_is_sent_again_at_once_and_in_order)
{
    fixture_fill(&fixture, 10);
    fake.silent = 3;
    start_sender();
    RUN_UNTIL(fake.received == 10);
    RUN_UNTIL(answered == 7);
    fake.deaf = 10;
    for (unsigned number = 11; number <= 20; number++)
        cr_assert_eq(fixture_put(&fixture, number), 0);
    mp_sender_wake(sender);
    RUN_UNTIL(fake.received == 20);
    clock_stands_still = true;
    fake_ledger_stop(&fake);
    fake_ledger_start(&fake);
    RUN_UNTIL(idle == 1);
    expect_recorded(20);
    cr_expect_eq(answered, 20);
    cr_expect_eq(no_answers, 0);
    cr_expect_eq(fake.received, 20 + 13, "more was sent again than was lost");
}

SENDER_TEST(without_a_connection_nothing_counts_as_sent)
{
    struct mp_uuid id = fixture_id(1);

    fake_ledger_stop(&fake);
    fixture_fill(&fixture, 2);
    start_sender();
    RUN_UNTIL(no_answers == 1);
    cr_expect_eq(fixture_state(&fixture, 1), MP_OUTBOX_WAITING);
    cr_expect_eq(mp_outbox_drop(fixture.outbox, &id), 0);
    fake_ledger_start(&fake);
    RUN_UNTIL(idle == 1);
    cr_expect_eq(fake.count, 1);
    cr_expect_eq(fixture_state(&fixture, 2), MP_OUTBOX_ACCEPTED);
}

SENDER_TEST(a_rejected_one_does_not_stop_the_rest)
{
    fixture_fill(&fixture, 10);
    fake.reject = 3;
    start_sender();
    RUN_UNTIL(idle == 1);
    expect_recorded(10);
    cr_expect_eq(answered, 10);
    cr_expect_eq(fixture_state(&fixture, 3), MP_OUTBOX_REJECTED);
    cr_expect_eq(fixture_state(&fixture, 4), MP_OUTBOX_ACCEPTED);
}

SENDER_TEST(after_a_restore_the_lost_ones_go_first)
{
    fixture_fill(&fixture, 20);
    start_sender();
    RUN_UNTIL(idle == 1);
    fake_ledger_restore(&fake, 12);
    cr_assert_eq(fixture_put(&fixture, 21), 0);
    mp_sender_wake(sender);
    RUN_UNTIL(idle == 2);
    expect_recorded(21);
    cr_expect_eq(answered, 29);
    cr_expect_geq(restores, 1);
}

/* The answer of another entry shows the new epoch while older ones are under way. */
SENDER_TEST(a_restore_in_the_middle_of_sending_loses_nothing)
{
    fixture_fill(&fixture, 400);
    start_sender();
    RUN_UNTIL(answered >= 120);
    fake_ledger_restore(&fake, 60);
    /* All answers may have been given in the old epoch: only a further one shows the new. */
    cr_assert_eq(fixture_put(&fixture, 401), 0);
    mp_sender_wake(sender);
    RUN_UNTIL(fixture_state(&fixture, 401) == MP_OUTBOX_ACCEPTED);
    expect_recorded(401);
}

SENDER_TEST(a_restore_that_nobody_saw_is_healed)
{
    fixture_fill(&fixture, 30);
    start_sender();
    RUN_UNTIL(idle == 1);
    fake_ledger_restore(&fake, 5);
    fake.head = 1000;
    fake_ledger_restore(&fake, 5);
    fake.restored_head = 1000; /* others' events filled the second life */
    fake.head = 1001;
    cr_assert_eq(fixture_put(&fixture, 31), 0);
    mp_sender_wake(sender);
    RUN_UNTIL(idle == 2);
    expect_recorded(31);
}

SENDER_TEST(what_another_process_put_is_sent_when_woken)
{
    start_sender();
    RUN_UNTIL(idle == 1);
    cr_assert_eq(fixture_put(&fixture, 1), 0);
    mp_sender_wake(sender);
    RUN_UNTIL(idle == 2);
    expect_recorded(1);
}

SENDER_TEST(a_paused_sender_goes_on_where_it_was)
{
    fixture_fill(&fixture, 300);
    start_sender();
    RUN_UNTIL(answered >= 10);
    mp_sender_pause(sender);
    size_t before = answered;
    for (unsigned i = 0; i < 20; i++)
        step();
    cr_expect_eq(answered, before);
    mp_sender_wake(sender);
    RUN_UNTIL(idle == 1);
    expect_recorded(300);
    cr_expect_eq(answered, 300);
}

SENDER_TEST(waking_it_from_its_own_effects_is_safe)
{
    fixture_fill(&fixture, 300);
    wake_in_effects = true;
    start_sender();
    RUN_UNTIL(idle == 1);
    expect_recorded(300);
    cr_expect_eq(answered, 300);
}

SENDER_TEST(a_window_left_by_a_killed_sender_is_sent_again)
{
    fixture_fill(&fixture, 50);
    fake.silent = 50;
    start_sender();
    RUN_UNTIL(fake.received == 50);
    mp_sender_close(sender);
    sender = NULL;
    cr_expect_eq(fixture_state(&fixture, 50), MP_OUTBOX_SENT);
    outbox_fixture_reopen(&fixture);
    fake.silent = 0;
    start_sender();
    RUN_UNTIL(idle == 1);
    expect_recorded(50);
}
