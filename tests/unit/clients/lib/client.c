#include "clients/lib/client.h"
#include "core/base/clock.h"
#include "tests/unit/clients/lib/fake_ledger.h"
#include "tests/unit/clients/lib/outbox_fixture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS     10 /* whether it is over */
#define DEADLINE_MS 20000

/* The client blocks, so the other side is a thread with a context of its own. */
static struct outbox_fixture fixture;
static struct fake_ledger fake;
static struct mp_bus *bus;
static pthread_t thread;
static atomic_bool stopping;
static struct mp_client *client;

static void *serve(void *context)
{
    fake_ledger_start(&fake);
    while (!atomic_load(&stopping)) {
        fake_ledger_await(&fake, LOOK_MS);
        fake_ledger_serve(&fake);
    }
    fake_ledger_stop(&fake);
    return context;
}

static void start_serving(void)
{
    cr_assert_eq(pthread_create(&thread, NULL, serve, NULL), 0);
}

static void stop_serving(void)
{
    atomic_store(&stopping, true);
    cr_assert_eq(pthread_join(thread, NULL), 0);
}

static void set_up(void)
{
    struct mp_client_options options = {0};

    outbox_fixture_init(&fixture);
    mp_outbox_close(fixture.outbox); /* one open outbox a process: the client's */
    fixture.outbox = NULL;
    cr_assert_eq(mp_bus_open(1, &bus), 0);
    fake_ledger_init(&fake, bus, fixture.folder);
    options.submit = fake.address;
    options.outbox = fixture.folder;
    cr_assert_eq(mp_client_open(&options, &client), 0);
}

static void tear_down(void)
{
    mp_client_close(client);
    fake_ledger_done(&fake);
    mp_bus_close(bus);
    outbox_fixture_done(&fixture);
}

#define CLIENT_TEST(name) Test(client, name, .init = set_up, .fini = tear_down)

static struct mp_submit_result submit(int64_t timeout_ms)
{
    struct mp_submit_result result;
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_PROGRESS);
    change.progress.milestone = "jcc:13";
    cr_assert_eq(mp_client_submit(client, &change, 1, timeout_ms, &result), 0);
    return result;
}

static struct mp_outbox_counts count(void)
{
    struct mp_outbox_counts counts;

    cr_assert_eq(mp_outbox_count(mp_client_outbox(client), &counts), 0);
    return counts;
}

CLIENT_TEST(a_change_is_queued_sent_and_its_answer_given_back)
{
    struct mp_submit_result result;

    cr_expect_eq(submit(0).outcome, MP_SUBMIT_QUEUED);
    cr_expect_eq(count().waiting, 1);
    start_serving();
    result = submit(20000);
    cr_expect_eq(result.outcome, MP_SUBMIT_ACCEPTED);
    cr_expect_eq(result.first_seq, 2, "what waited before went first");
    cr_expect_eq(result.epoch, 1);
    result = submit(20000);
    cr_expect_eq(result.first_seq, 3, "the connection is used again");
    cr_expect_eq(count().accepted, 3);
    stop_serving();
}

CLIENT_TEST(a_rejection_is_given_back_and_counts_as_seen)
{
    struct mp_submit_result result;

    fake.reject = 1;
    start_serving();
    result = submit(20000);
    cr_expect_eq(result.outcome, MP_SUBMIT_REJECTED);
    cr_expect_eq(result.code, MP_REJECT_REASON_MISSING);
    cr_expect_str_eq(result.field, "changes[0].reason");
    cr_expect_str_eq(result.message, "a later date needs a reason");
    cr_expect_eq(count().rejected, 1);
    cr_expect_eq(count().rejected_unseen, 0);
    stop_serving();
}

CLIENT_TEST(without_an_answer_it_stays_queued)
{
    struct mp_submit_result result = submit(50);

    cr_expect_eq(result.outcome, MP_SUBMIT_QUEUED);
    cr_expect_eq(mp_client_flush(client, 20), MP_ETIMEDOUT);
    cr_expect_eq(count().waiting, 1);
    start_serving();
    cr_expect_eq(mp_client_flush(client, 20000), 0);
    cr_expect_eq(count().accepted, 1);
    cr_expect_eq(mp_client_flush(client, 0), 0, "nothing waits");
    stop_serving();
}

/* As another process would hold it: by another open file. */
static int take_lock(void)
{
    char path[128];
    int file;

    (void)snprintf(path, sizeof path, "%s/send.lock", fixture.folder);
    file = open(path, O_RDWR | O_CLOEXEC);
    cr_assert_geq(file, 0);
    cr_assert_eq(flock(file, LOCK_EX | LOCK_NB), 0, "the client keeps it between its calls");
    return file;
}

CLIENT_TEST(the_lock_is_free_between_calls_and_respected_in_them)
{
    int lock;

    start_serving();
    cr_expect_eq(submit(20000).outcome, MP_SUBMIT_ACCEPTED);
    lock = take_lock();
    cr_expect_eq(submit(100).outcome, MP_SUBMIT_QUEUED);
    cr_expect_not_null(strstr(mp_client_why(client), "another process"));
    (void)close(lock);
    cr_expect_eq(mp_client_flush(client, 20000), 0);
    cr_expect_eq(count().accepted, 2);
    stop_serving();
}

static struct mp_uuid waited_for;

/* The other process's part: it writes the answer into the same outbox. */
static void *answer_later(void *context)
{
    int64_t deadline_ms = mp_clock_monotonic_ms(&mp_clock_system) + DEADLINE_MS;
    struct mp_answer answer = {
        .epoch = 1, .outcome = MP_OUTCOME_ACCEPTED, .first_seq = 7, .last_seq = 7};
    uint64_t place;
    size_t found = 0;
    struct mp_outbox_entry entry;

    while (found == 0) {
        cr_assert_lt(mp_clock_monotonic_ms(&mp_clock_system), deadline_ms);
        (void)sched_yield();
        cr_assert_eq(mp_outbox_unanswered(mp_client_outbox(client), 0, 1, &place, &found), 0);
    }
    cr_assert_eq(mp_outbox_next(mp_client_outbox(client), place, 1u << MP_OUTBOX_WAITING,
                                fixture.arena, &entry),
                 0);
    answer.id = entry.id;
    waited_for = entry.id;
    cr_assert_eq(mp_outbox_answer(mp_client_outbox(client), &answer, 1, 1), 0);
    return context;
}

CLIENT_TEST(while_another_process_sends_its_answer_is_taken)
{
    struct mp_submit_result result;
    int lock = take_lock();

    cr_assert_eq(pthread_create(&thread, NULL, answer_later, NULL), 0);
    result = submit(20000);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_expect_eq(result.outcome, MP_SUBMIT_ACCEPTED);
    cr_expect_eq(result.first_seq, 7);
    cr_expect(mp_uuid_equal(&result.id, &waited_for));
    (void)close(lock);
}

CLIENT_TEST(what_was_not_given_is_said)
{
    struct mp_client_options options = {.submit = "ipc:///nowhere"};
    struct mp_client *reader = NULL;
    struct mp_submit_result result;
    struct mp_change change;
    struct mp_record record;

    mp_change_init(&change, MP_CHANGE_PROGRESS);
    cr_assert_eq(mp_client_open(&options, &reader), 0);
    cr_expect_eq(mp_client_submit(reader, &change, 1, 0, &result), MP_EINVAL);
    cr_expect_not_null(strstr(mp_client_why(reader), "without an outbox"));
    cr_expect_eq(mp_client_get(reader, MP_KIND_PROJECT, "ml-1", 100, fixture.arena, &record),
                 MP_ECONFIG);
    cr_expect_not_null(strstr(mp_client_why(reader), "without that address"));
    mp_client_close(reader);
    options.key_file = "/nowhere/key";
    cr_expect_eq(mp_client_open(&options, &reader), MP_EINVAL, "a key needs the server's");
    options.server_key = "too short";
    cr_expect_eq(mp_client_open(&options, &reader), MP_EMALFORMED);
}
