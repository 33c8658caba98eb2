/* A backup of a record that goes on being written. */
#include "core/bus/control.h"
#include "tests/support/system_record.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define BACKUPS     10
#define SUBMISSIONS 4000
#define ROUNDS_MOST 10
#define ANSWER_MOST 65536

static struct system_instance instance;
static struct mp_bus *bus;

static void begin(void)
{
    system_begin_world(&instance);
    bus = NULL;
    cr_assert_eq(mp_bus_open(1, &bus), 0);
}

static void end(void)
{
    mp_bus_close(bus);
    system_end();
}

/* An agency that never pauses, in a thread of its own, which asserts nothing. */
struct writer {
    struct mp_client *client;
    atomic_ullong acknowledged; /* the last sequence */
    int error;
};

static void on_answered(void *context, const struct mp_answer *answer)
{
    struct writer *writer = context;

    if (answer->outcome == MP_OUTCOME_ACCEPTED)
        atomic_store(&writer->acknowledged, answer->last_seq);
}

static void *write_on(void *context)
{
    struct writer *writer = context;
    const struct mp_sender_effects effects = {.context = writer, .answered = on_answered};

    writer->error = mp_client_send(writer->client, NULL, SYSTEM_DEADLINE_MS, &effects);
    return NULL;
}

static const char *ask_ledger(const char *words)
{
    struct mp_buffer answer;
    const char *text;
    int error;

    mp_buffer_init(&answer, ANSWER_MOST);
    error = mp_control_ask(bus, system_text("ipc://%s/run/ledger.sock", instance.folder), words,
                           SYSTEM_DEADLINE_MS, &answer);
    text = mp_arena_text(system_arena(), mp_buffer_span(&answer));
    mp_buffer_done(&answer);
    cr_assert_eq(error, 0, "%s: %s", words, mp_error_name(error));
    cr_assert_eq(strncmp(text, "ok\n", 3), 0, "%s: %s", words, text);
    return text;
}

static bool is_done(void *context)
{
    (void)context;
    return strstr(ask_ledger("backup"), "state=done") != NULL;
}

static bool has_written(void *context)
{
    return atomic_load(&((struct writer *)context)->acknowledged) > 0;
}

static const char *copy_folder(size_t number)
{
    return system_text("%s/copy-%zu", system_folder(), number);
}

static void expect_whole(const char *copy, uint64_t least)
{
    struct system_said said = system_cli(&instance, "verify", copy);
    const char *events;
    uint64_t count;

    system_expect(said, 0);
    events = strstr(said.out, "whole: ");
    cr_assert_not_null(events, "%s", said.out);
    count = strtoull(events + strlen("whole: "), NULL, 10);
    cr_assert_geq(count, least, "%zu events, %zu were acknowledged", (size_t)count, (size_t)least);
}

/* So many copies, each checked; how many of them were made while something was acknowledged. */
static size_t copy_beside(struct writer *writer, size_t first)
{
    uint64_t before[BACKUPS];
    pthread_t thread;
    size_t count = 0;

    atomic_store(&writer->acknowledged, 0);
    system_queue(writer->client, "ml-1:completion", system_text("beside-%zu", first), SUBMISSIONS,
                 1, 0);
    cr_assert_eq(pthread_create(&thread, NULL, write_on, writer), 0);
    cr_assert(system_until(has_written, writer, SYSTEM_DEADLINE_MS));
    for (size_t i = 0; i < BACKUPS; i++) {
        const char *words = system_text("backup %s", copy_folder(first + i));

        before[i] = atomic_load(&writer->acknowledged);
        (void)ask_ledger(words);
        cr_assert(system_until(is_done, NULL, SYSTEM_DEADLINE_MS));
        count += atomic_load(&writer->acknowledged) > before[i];
    }
    (void)fprintf(stderr, "backup: %zu of %d while it wrote\n", count, BACKUPS);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_assert_eq(writer->error, 0, "%s", mp_client_why(writer->client));
    for (size_t i = 0; i < BACKUPS; i++)
        expect_whole(copy_folder(first + i), before[i]);
    return count;
}

/* A machine that has much to do may run the one to its end before it lets the other begin. */
Test(backup, a_copy_made_beside_a_writer_is_whole_and_has_all_that_was_acknowledged_before,
     .init = begin, .fini = end)
{
    struct writer writer = {.client = system_client(&instance, "railways")};
    size_t count = 0;

    for (size_t round = 0; round < ROUNDS_MOST && count == 0; round++)
        count = copy_beside(&writer, round * BACKUPS);
    mp_client_close(writer.client);
    cr_assert_gt(count, 0u, "none was made while it wrote");
    system_verify(&instance);
}
