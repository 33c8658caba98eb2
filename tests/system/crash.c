/* A service that is told to stop within a stream loses nothing. Kills are in tests/campaign. */
#include "tests/support/system_record.h"

#include <signal.h>
#include <string.h>

/* More than can be under way when the signal is given, so that something is left then. */
#define SUBMISSIONS 600
#define SILENCE_MS  1500

static struct system_instance instance;

static void begin(void)
{
    system_begin_world(&instance);
}

#define CRASH_TEST(name) Test(crash, name, .init = begin, .fini = system_end)

/* What the agency was told, in the order in which it was. */
struct told {
    struct mp_answer answers[SUBMISSIONS];
    size_t count;
    size_t strike_at; /* after so many answers … */
    enum system_service victim;
    int signal; /* … the victim gets this; 0: nothing */
};

static void on_answered(void *context, const struct mp_answer *answer)
{
    struct told *told = context;

    cr_assert_eq(answer->outcome, MP_OUTCOME_ACCEPTED, "%s",
                 mp_reject_name(answer->rejection.code));
    cr_assert_lt(told->count, (size_t)SUBMISSIONS, "more answers than submissions");
    told->answers[told->count++] = *answer;
    if (told->count != told->strike_at || told->signal == 0)
        return;
    (void)kill(system_pid(instance.services[told->victim]), told->signal);
    told->signal = 0;
}

/* Sends until the signal has been given and nothing comes any more. */
static void send_until_silence(struct mp_client *client, struct told *told)
{
    const struct mp_sender_effects effects = {.context = told, .answered = on_answered};
    int64_t deadline_ms = system_now_ms() + SYSTEM_DEADLINE_MS;

    do
        cr_assert_eq(mp_client_send(client, NULL, SILENCE_MS, &effects), MP_ETIMEDOUT,
                     "the outbox came to its end without the one that was struck");
    while (told->signal != 0 && system_now_ms() < deadline_ms);
}

static void send_all(struct mp_client *client, struct told *told)
{
    const struct mp_sender_effects effects = {.context = told, .answered = on_answered};

    cr_assert_eq(mp_client_send(client, NULL, SYSTEM_DEADLINE_MS, &effects), 0, "%s",
                 mp_client_why(client));
}

/* Every answer is in the record as it was given, and every note of the round exactly once. */
static void expect_recorded(const struct told *told, const char *prefix)
{
    struct system_events events = system_read(&instance, "ml-1/", 0);
    size_t at = 0;

    cr_assert_eq(told->count, (size_t)SUBMISSIONS);
    for (size_t i = 0; i < events.count; i++) {
        const struct system_event *event = &events.items[i];
        const struct mp_answer *answer;

        if (strncmp(event->note, prefix, strlen(prefix)) != 0)
            continue;
        cr_assert_lt(at, (size_t)SUBMISSIONS, "%s is one too many", event->note);
        cr_assert_str_eq(event->note, system_text("%s-%zu", prefix, at),
                         "each once, and in the order of the outbox");
        answer = system_find_answer(told->answers, told->count, &event->submission);
        cr_assert_not_null(answer, "%s was never acknowledged", event->note);
        cr_assert_eq(answer->first_seq, event->seq, "%s", event->note);
        at++;
    }
    cr_assert_eq(at, (size_t)SUBMISSIONS, "%zu are in the record", at);
}

static void stop_within(enum system_service victim, const char *prefix)
{
    struct mp_client *client = system_client(&instance, "railways");
    struct told told = {.victim = victim, .signal = SIGTERM, .strike_at = SUBMISSIONS / 4};

    system_queue(client, "ml-1:completion", prefix, SUBMISSIONS, 1, 0);
    send_until_silence(client, &told);
    system_stop(&instance, victim);
    system_launch(&instance, victim);
    send_all(client, &told);
    mp_client_close(client);
    system_await_healthy(&instance, victim);
    system_await_healthy(&instance, SYSTEM_PUBLISH);
    expect_recorded(&told, prefix);
    system_expect_no_outbox(&instance, "railways");
}

CRASH_TEST(an_ingest_that_is_told_to_stop_loses_nothing)
{
    stop_within(SYSTEM_INGEST, "ingest");
}

CRASH_TEST(a_ledger_that_is_told_to_stop_loses_nothing)
{
    stop_within(SYSTEM_LEDGER, "ledger");
    system_verify(&instance);
}
