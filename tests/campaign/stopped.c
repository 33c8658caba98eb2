/* A process that is stopped (SIGSTOP: a debugger, a laptop's lid, a machine that swaps) disturbs
 * nobody, or those who need it say what they wait for; when it goes on, everything does. */
#include "tests/support/campaign_stage.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define LOAD        300
#define BEFORE      50 /* answers, when the process is stopped */
#define EXIT_QUEUED 5
#define QUEUED      "queued, not yet recorded"

static struct campaign_stage stage;

static void begin(void)
{
    campaign_stage_make(&stage);
    campaign_stage_start(&stage);
}

static void end(void)
{
    campaign_stage_end(&stage);
}

#define STOPPED_TEST(name) Test(stopped, name, .init = begin, .fini = end)

static bool has_stopped(void *context)
{
    const struct system_process *process = context;
    FILE *file = fopen(system_text("/proc/%d/stat", (int)system_pid(process)), "re");
    char state = ' ';

    cr_assert_not_null(file);
    cr_assert_eq(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
    (void)fclose(file);
    return state == 'T';
}

static void stop(struct system_process *process)
{
    cr_assert_eq(kill(system_pid(process), SIGSTOP), 0);
    cr_assert(system_until(has_stopped, process, SYSTEM_DEADLINE_MS));
}

static void go_on(const struct system_process *process)
{
    cr_assert_eq(kill(system_pid(process), SIGCONT), 0);
}

static bool has_begun(void *context)
{
    (void)context;
    return campaign_stage_answered(&stage) >= BEFORE;
}

/* In the middle of a load. */
static void stop_within(struct system_process *process)
{
    campaign_stage_want(&stage, LOAD);
    cr_assert(system_until(has_begun, NULL, SYSTEM_DEADLINE_MS));
    stop(process);
}

static struct system_said say(const char *timeout_s)
{
    return campaign_stage_reap(&stage, campaign_stage_command(&stage, timeout_s));
}

static void expect_queued(const char *timeout_s, const char *why)
{
    struct system_said said = say(timeout_s);

    system_expect(said, EXIT_QUEUED);
    cr_assert_not_null(strstr(said.err, QUEUED), "%s", said.err);
    cr_assert_not_null(strstr(said.err, why), "%s", said.err);
}

static bool is_nobody_live(void *context)
{
    (void)context;
    for (size_t i = 0; i < CAMPAIGN_CONSOLES; i++) {
        if (atomic_load(&stage.consoles[i].page->is_live))
            return false;
    }
    return true;
}

static void expect_no_answer(void)
{
    struct system_said said =
        system_cli(&stage.instance, "get", "ml-1:completion", "--timeout", "1");

    system_expect(said, EXIT_QUEUED);
    cr_assert_neq(said.err[0], '\0', "it must say what it waited for");
}

STOPPED_TEST(while_the_ledger_is_stopped_everybody_says_so_and_nothing_is_lost)
{
    struct system_process *ledger = stage.instance.services[SYSTEM_LEDGER];
    struct system_said said;

    stop_within(ledger);
    expect_queued("3", "no answer");
    expect_no_answer();
    cr_assert(system_until(is_nobody_live, NULL, SYSTEM_DEADLINE_MS), "stale is called live");
    said = system_cli(&stage.instance, "health", "-o", "csv");
    system_expect(said, 1);
    cr_assert_not_null(strstr(said.out, "ledger,unreachable"), "%s", said.out);
    cr_assert_not_null(strstr(said.out, "ingest,failing"), "%s", said.out);
    cr_assert_not_null(strstr(said.out, "publish,failing"), "%s", said.out);
    go_on(ledger);
    campaign_stage_settle(&stage);
    system_verify(&stage.instance);
}

STOPPED_TEST(a_stopped_ingest_disturbs_no_reader)
{
    struct system_process *ingest = stage.instance.services[SYSTEM_INGEST];

    stop_within(ingest);
    expect_queued("5", "no answer"); /* longer than a console waits for a heartbeat */
    cr_assert(campaign_stage_await_live(&stage, 0), "a console is not live");
    system_do(&stage.instance, "get", "ml-1:completion");
    go_on(ingest);
    campaign_stage_settle(&stage);
}

STOPPED_TEST(a_stopped_publish_keeps_nobody_from_recording)
{
    struct system_process *publish = stage.instance.services[SYSTEM_PUBLISH];

    stop_within(publish);
    campaign_stage_want(&stage, LOAD);
    cr_assert(campaign_stage_await_sent(&stage), "the ledger waits for its publisher");
    system_expect(say("30"), 0);
    expect_no_answer();
    cr_assert(system_until(is_nobody_live, NULL, SYSTEM_DEADLINE_MS), "stale is called live");
    go_on(publish);
    campaign_stage_settle(&stage);
}

STOPPED_TEST(a_stopped_agency_delays_itself_alone)
{
    uint64_t put, answered;

    stop_within(stage.sender.process);
    answered = campaign_stage_answered(&stage);
    system_expect(say("30"), 0);
    campaign_oracle_read(&stage.oracle);
    cr_assert(campaign_stage_await_live(&stage, stage.oracle.count));
    put = atomic_load(&stage.sender.page->put);
    cr_assert_eq(campaign_stage_answered(&stage), answered, "it was not stopped");
    cr_assert_leq(put, atomic_load(&stage.sender.page->wanted));
    go_on(stage.sender.process);
    campaign_stage_settle(&stage);
}

STOPPED_TEST(a_stopped_console_delays_itself_alone)
{
    struct system_process *console = stage.consoles[0].process;

    stop_within(console);
    cr_assert(campaign_stage_await_sent(&stage));
    system_expect(say("30"), 0);
    go_on(console);
    campaign_stage_settle(&stage);
}

#define IN_FLIGHT_MOST 16

static void begin_narrow(void)
{
    campaign_stage_make(&stage);
    system_configure(&stage.instance, "ingest.yaml",
                     system_text("in-flight-most: %d", IN_FLIGHT_MOST));
    campaign_stage_start(&stage);
}

static bool is_ingest_full(void *context)
{
    struct system_said said = system_cli(&stage.instance, "health", "-o", "ndjson");
    const char *at = strstr(said.out, "\"in_flight\":");

    (void)context;
    return at != NULL && strtoull(at + strlen("\"in_flight\":"), NULL, 10) >= IN_FLIGHT_MOST;
}

/* What ingest holds for the ledger is bounded; whoever comes then is told why it waits. */
Test(stopped, an_ingest_that_is_full_says_so_while_the_ledger_is_stopped, .init = begin_narrow,
     .fini = end)
{
    struct system_process *ledger = stage.instance.services[SYSTEM_LEDGER];

    stop(ledger);
    campaign_stage_want(&stage, LOAD);
    cr_assert(system_until(is_ingest_full, NULL, SYSTEM_DEADLINE_MS));
    expect_queued("1", "busy: its queues are full");
    go_on(ledger);
    campaign_stage_settle(&stage);
}
