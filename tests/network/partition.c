/* Clients and consoles on one side of a cable, the services on the other, and the cable is cut
 * while both talk: nothing is lost or doubled, and nobody is told that it is up to date. */
#include "tests/network/audience.h"
#include "tests/network/cable.h"
#include "tests/network/stage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/* More than can be under way, so that something is left when the cable is cut. */
#define SUBMISSIONS (2 * MP_SENDER_WINDOW + 100)
#define CUT_AFTER   50
#define BEYOND      30
#define SILENCE_MS  1500
#define BY_HAND     "said by hand"

static struct audience audience;

static void begin(void)
{
    const char *folder;
    struct system_process *init;

    system_begin();
    audience = (struct audience){0};
    if (geteuid() != 0)
        return;
    cable_begin();
    folder = system_text("%s/i", system_folder());
    stage = (struct system_instance){.folder = folder, .port = system_free_ports()};
    init = system_spawn((const char *const[]){system_program("milepost"), "init", folder,
                                              "--listen", "0.0.0.0", "--ports",
                                              system_text("%d", stage.port), NULL});
    cr_assert_eq(system_wait(init, SYSTEM_DEADLINE_MS), 0, "%s", system_output(init, SYSTEM_ERR));
    system_start(&stage);
    system_make_world(&stage);
    audience_open(&audience, true);
}

static void end(void)
{
    audience_close(&audience);
    system_end();
}

static const char *address(enum stage_socket which)
{
    return system_text("tcp://" CABLE_ADDRESS ":%d", stage.port + (int)which);
}

/* On the other side. */
static struct system_process *cli(const char *const *words)
{
    struct system_process *process;

    (void)setenv("MILEPOST_SUBMIT", address(STAGE_SUBMIT), 1);
    (void)setenv("MILEPOST_FEED", address(STAGE_FEED), 1);
    (void)setenv("MILEPOST_ASK", address(STAGE_ASK), 1);
    cable_cross();
    process = system_cli_start(&stage, words);
    cable_return();
    (void)unsetenv("MILEPOST_SUBMIT");
    (void)unsetenv("MILEPOST_FEED");
    (void)unsetenv("MILEPOST_ASK");
    return process;
}

#define CLI(...) cli((const char *const[]){__VA_ARGS__, NULL})

/* What the agency was told before and after the cut. */
struct told {
    struct mp_answer answers[SUBMISSIONS];
    size_t count;
    bool is_cut;
    enum cable_cut cut;
};

static void on_answered(void *context, const struct mp_answer *answer)
{
    struct told *told = context;

    cr_assert_eq(answer->outcome, MP_OUTCOME_ACCEPTED);
    cr_assert_lt(told->count, (size_t)SUBMISSIONS);
    told->answers[told->count++] = *answer;
    if (told->count < CUT_AFTER || told->is_cut)
        return;
    told->is_cut = true;
    cable_cut(told->cut);
}

/* An agency on the other side, whose threads are there too. */
static struct mp_client *open_agency(void)
{
    struct mp_key_pair services;
    char key[MP_KEY_TEXT];
    struct mp_client *client = NULL;

    cr_assert_eq(mp_key_load(system_text("%s/keys/services.key", stage.folder), &services), 0);
    mp_key_format(services.public_key, key);
    const struct mp_client_options options = {
        .submit = address(STAGE_SUBMIT),
        .server_key = key,
        .key_file = system_text("%s/keys/railways.key", stage.folder),
        .outbox = system_text("%s/outbox/railways", stage.folder),
    };
    cable_cross();
    cr_assert_eq(mp_client_open(&options, &client), 0);
    system_queue(client, "ml-1:completion", "first", 1, 1, 0);
    cr_assert_eq(mp_client_flush(client, SYSTEM_DEADLINE_MS), 0, "%s", mp_client_why(client));
    cable_return();
    return client;
}

static void talk_until_cut(struct told *told)
{
    const struct mp_sender_effects effects = {.context = told, .answered = on_answered};
    struct mp_client *client = open_agency();

    system_queue(client, "ml-1:completion", "talk", SUBMISSIONS, 1, 0);
    cr_assert_eq(mp_client_send(client, NULL, SILENCE_MS, &effects), MP_ETIMEDOUT,
                 "the outbox came to its end before the cable was cut");
    cr_assert(told->is_cut);
    mp_client_close(client);
}

static void say_by_hand(void)
{
    struct system_process *process = CLI("progress", "ml-1:completion", "60", "--as", "railways",
                                         "--note", BY_HAND, "--timeout", "1");

    cr_assert_eq(system_wait(process, SYSTEM_DEADLINE_MS), 5, "%s",
                 system_output(process, SYSTEM_ERR));
    cr_assert_not_null(strstr(system_output(process, SYSTEM_ERR), "queued, not yet recorded"), "%s",
                       system_output(process, SYSTEM_ERR));
}

/* On this side, which the cut does not touch. */
static void say_beyond_the_cut(void)
{
    struct mp_client *client = system_client(&stage, "ports");

    system_queue(client, "gwadar:completion", "beyond", BEYOND, 1, 0);
    cr_assert_eq(mp_client_flush(client, SYSTEM_DEADLINE_MS), 0, "%s", mp_client_why(client));
    mp_client_close(client);
}

static void empty_outbox(void)
{
    struct system_process *process = CLI("outbox", "retry", "--as", "railways", "--timeout", "120");

    cr_assert_eq(system_wait(process, 3 * SYSTEM_DEADLINE_MS), 0, "%s",
                 system_output(process, SYSTEM_ERR));
    system_expect_no_outbox(&stage, "railways");
}

/* All of the talk, then what was said by hand, each once; and where the agency was told. */
static void expect_recorded(const struct told *told, uint64_t after)
{
    struct system_events events = system_read(&stage, "ml-1/", after);

    cr_assert_eq(events.count, SUBMISSIONS + 2u);
    cr_assert_str_eq(events.items[0].note, "first-0");
    for (size_t i = 0; i < SUBMISSIONS; i++)
        cr_assert_str_eq(events.items[1 + i].note, system_text("talk-%zu", i));
    cr_assert_str_eq(events.items[1 + SUBMISSIONS].note, BY_HAND);
    for (size_t i = 0; i < told->count; i++) {
        const struct system_event *event = &events.items[1 + i];

        cr_assert(mp_uuid_equal(&event->submission, &told->answers[i].id), "%s", event->note);
        cr_assert_eq(event->seq, told->answers[i].first_seq, "%s", event->note);
    }
}

static void live_through(enum cable_cut cut)
{
    static struct told told;
    struct system_process *watch;
    struct system_events events;
    uint64_t after = stage_head();

    told = (struct told){.cut = cut};
    audience.host = CABLE_ADDRESS;
    cable_cross();
    (void)audience_add(&audience, &stage, "", NULL);
    (void)audience_add(&audience, &stage, "ml-1/", NULL);
    (void)audience_add(&audience, &stage, "gwadar/", NULL);
    cable_return();
    watch = CLI("watch", "--since", system_text("%" PRIu64, after), "-o", "ndjson");
    (void)system_await(watch, SYSTEM_ERR, "live: epoch");
    audience_await(&audience, after);
    talk_until_cut(&told);
    say_by_hand();
    cr_assert(audience_until(&audience, audience_is_stale, &audience), "somebody is not stale");
    (void)system_await(watch, SYSTEM_ERR, "stale");
    say_beyond_the_cut();
    cable_mend(cut);
    empty_outbox();
    (void)system_await(watch, SYSTEM_ERR, "live: epoch");
    audience_await(&audience, stage_head());
    expect_recorded(&told, after);
    audience_check(&audience);
    audience_compare(&audience);
    events = system_read(&stage, "", after);
    system_await_lines(watch, events.count);
    system_expect_watched(watch, &events);
}

Test(partition, a_cable_that_is_pulled_loses_nothing_and_doubles_nothing, .init = begin,
     .fini = end)
{
    if (!cable_relays("partition/a_cable*"))
        live_through(CABLE_LINK_DOWN);
}

Test(partition, packets_that_get_lost_in_silence_lose_nothing_and_double_nothing, .init = begin,
     .fini = end)
{
    if (!cable_relays("partition/packets*"))
        live_through(CABLE_SILENT);
}
