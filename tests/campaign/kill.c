/* Ledger, ingest, publish, an agency, the command line and consoles are killed at any moment while
 * reports go on. MILEPOST_ROUNDS kills (40), by MILEPOST_SEED, which decides the victim, the moment
 * and the load. */
#include "tests/support/campaign_stage.h"
#include "tests/support/random.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS          40
#define SEED            UINT64_C(20250926)
#define SETTLE_EVERY    4
#define LOAD_MOST       160 /* submissions a round */
#define SPIN_MOST_US    6000
#define COMMAND_MOST_US 40000 /* into the life of a command */
#define AWAY_MOST_MS    60
#define PATIENT_MS      2500
#define HASTY_MS        120
#define VERIFY_PERCENT  25 /* each time the record has grown by so much */

enum victim { LEDGER, INGEST, PUBLISH, SENDER, CONSOLE, BRANCH, COMMAND, VICTIMS };
static const char *const victim_names[VICTIMS] = {
    "ledger", "ingest", "publish", "sender", "console", "console with a prefix", "command line"};

/* What the seed decides about a round, before it begins. */
struct plan {
    enum victim victim, second; /* second: VICTIMS for none */
    uint64_t load, answers;     /* strikes after so many more answers … */
    int64_t patience_ms, spin_us, away_ms;
    int64_t command_us;
    bool has_command;
};

static struct {
    struct campaign_stage stage;
    uint64_t random, kills[VICTIMS];
    size_t verified_count;
} war;

static uint64_t draw(uint64_t below)
{
    return test_random(&war.random) % below;
}

static struct plan make_plan(void)
{
    struct plan plan = {
        .victim = (enum victim)draw(VICTIMS),
        .second = draw(4) == 0 ? (enum victim)draw(COMMAND) : VICTIMS,
        .load = 1 + draw(LOAD_MOST),
        .patience_ms = draw(3) == 0 ? PATIENT_MS : HASTY_MS,
        .spin_us = (int64_t)draw(SPIN_MOST_US),
        .away_ms = draw(2) == 0 ? 0 : (int64_t)draw(AWAY_MOST_MS),
        .command_us = (int64_t)draw(COMMAND_MOST_US),
        .has_command = draw(3) == 0,
    };

    plan.answers = draw(plan.load);
    if (plan.second == plan.victim)
        plan.second = VICTIMS;
    return plan;
}

static void spin(int64_t us)
{
    struct timespec now;
    int64_t end_us;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    end_us = now.tv_sec * 1000000 + now.tv_nsec / 1000 + us;
    do
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
    while (now.tv_sec * 1000000 + now.tv_nsec / 1000 < end_us);
}

static struct campaign_peer *peer_of(enum victim victim)
{
    return victim == SENDER ? &war.stage.sender : &war.stage.consoles[victim - CONSOLE];
}

static void strike(const struct plan *plan, enum victim victim)
{
    if (victim <= PUBLISH) {
        system_kill(&war.stage.instance, (enum system_service)victim);
    } else if (victim == COMMAND) {
        size_t at = campaign_stage_command(&war.stage, "1");

        spin(plan->command_us);
        (void)kill(system_pid(war.stage.commands[at].process), SIGKILL);
        (void)campaign_stage_reap(&war.stage, at);
    } else {
        campaign_peer_kill(peer_of(victim));
    }
    war.kills[victim]++;
}

static void revive(enum victim victim)
{
    if (victim <= PUBLISH)
        system_launch(&war.stage.instance, (enum system_service)victim);
    else if (victim < COMMAND)
        campaign_peer_start(peer_of(victim));
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static void play_round(void)
{
    struct plan plan = make_plan();
    uint64_t answers = campaign_stage_answered(&war.stage) + plan.answers;
    int64_t deadline_ms = system_now_ms() + plan.patience_ms;

    campaign_stage_want(&war.stage, plan.load);
    if (plan.has_command)
        (void)campaign_stage_command(&war.stage, "1");
    while (campaign_stage_answered(&war.stage) < answers && system_now_ms() < deadline_ms)
        system_pump(0);
    spin(plan.spin_us);
    strike(&plan, plan.victim);
    if (plan.second != VICTIMS)
        strike(&plan, plan.second);
    if (plan.away_ms > 0)
        (void)system_until(never, NULL, plan.away_ms);
    revive(plan.victim);
    if (plan.second != VICTIMS)
        revive(plan.second);
}

static void say_figures(unsigned rounds, uint64_t seed)
{
    const struct campaign_findings *findings = &war.stage.oracle.findings;

    (void)fprintf(stderr, "campaign: seed %" PRIu64 ", %u rounds, killed:", seed, rounds);
    for (size_t i = 0; i < VICTIMS; i++)
        (void)fprintf(stderr, "%s %s %" PRIu64, i == 0 ? "" : ",", victim_names[i], war.kills[i]);
    (void)fprintf(stderr,
                  "; %zu events, %" PRIu64 " acknowledged, %" PRIu64 " lost, %" PRIu64
                  " doubled, %" PRIu64 " otherwise wrong\n",
                  war.stage.oracle.count, findings->acknowledged, findings->lost, findings->doubled,
                  findings->wrong);
}

/* Everything that anybody was told; the whole record too, each time it has grown enough. */
static void settle(bool is_last)
{
    size_t count;

    campaign_stage_settle(&war.stage);
    count = war.stage.oracle.count;
    if (!is_last && count * 100 < war.verified_count * (100 + VERIFY_PERCENT))
        return;
    campaign_oracle_check_past(&war.stage.oracle);
    cr_assert_eq(war.stage.oracle.findings.wrong + war.stage.oracle.findings.lost, 0u, "%s",
                 war.stage.oracle.findings.first);
    system_verify(&war.stage.instance);
    war.verified_count = count;
}

static void begin(void)
{
    campaign_stage_make(&war.stage);
    campaign_stage_start(&war.stage);
}

static void end(void)
{
    campaign_stage_end(&war.stage);
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text == NULL || text[0] == '\0' ? otherwise : strtoull(text, NULL, 10);
}

Test(kill, nothing_acknowledged_is_lost_or_doubled_whoever_is_killed, .init = begin, .fini = end)
{
    unsigned rounds = (unsigned)number_of("MILEPOST_ROUNDS", ROUNDS);
    uint64_t seed = number_of("MILEPOST_SEED", SEED);

    (void)fprintf(stderr, "campaign: MILEPOST_SEED=%" PRIu64 " MILEPOST_ROUNDS=%u\n", seed, rounds);
    war.random = seed;
    for (unsigned i = 1; i <= rounds; i++) {
        play_round();
        if (i % SETTLE_EVERY == 0 || i == rounds)
            settle(i == rounds);
        if (i % 100 == 0)
            say_figures(i, seed);
    }
    say_figures(rounds, seed);
}
