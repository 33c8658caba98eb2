/* Promise 3 through a network that breaks at every place: whoever watches, with whatever filter,
 * sees every change once, says live only when it has all, and ends equal to a snapshot. */
#include "tests/network/audience.h"
#include "tests/network/stage.h"

#include <inttypes.h>

#define ROUNDS      3
#define BURSTS      6
#define FAULTS_MOST 12
#define EVENT_BYTES 120 /* of a frame: no heartbeat is as large, no event as small */
#define BURST       120
#define BURST_EACH  60
#define NOTE_BYTES  900

static struct audience audience;

static void begin(void)
{
    stage_begin();
    audience_open(&audience, true);
}

static void end(void)
{
    audience_close(&audience);
    stage_end();
}

/* Consoles of every kind: the whole feed, a project with what lies below it, a project below one,
 * a single milestone, and one console that follows three prefixes. */
static void seat(void)
{
    (void)audience_add(&audience, &through, "", NULL);
    (void)audience_add(&audience, &through, "ml-1/", NULL);
    (void)audience_add(&audience, &through, "ml-1/south/", NULL);
    (void)audience_add(&audience, &through, "ml-1/", "ml-1:completion");
    (void)audience_add(&audience, &through, "ml-10/", NULL);
    (void)audience_add(&audience, &through, "gwadar/", NULL);
    (void)audience_add(&audience, &through, "@agency/", NULL);
}

static struct mp_change any_change(uint64_t *seed, const char *milestone, const char *note)
{
    struct mp_change change = system_progress(milestone, note);

    if (proxy_random(seed, 3) == 0) {
        mp_change_init(&change, MP_CHANGE_FORECAST);
        change.dated.milestone = milestone;
        cr_assert_eq(mp_date_parse("2029-01-01", &change.dated.date), 0);
        change.dated.date.day += (int32_t)proxy_random(seed, 300);
        change.dated.reason = MP_REASON_LAND;
        change.note = note;
    }
    return change;
}

/* Reached directly, and acknowledged when it returns. */
static void say_some(struct mp_client *railways, struct mp_client *ports, uint64_t *seed)
{
    static const char *const milestones[] = {"ml-1:completion", "ml-1/south:completion",
                                             "ml-10:completion"};
    size_t count = 1 + proxy_random(seed, 5);

    for (size_t i = 0; i < count; i++) {
        bool by_ports = proxy_random(seed, 4) == 0;
        const char *milestone = by_ports ? "gwadar:completion" : milestones[proxy_random(seed, 3)];
        struct mp_change changes[3];
        struct mp_submit_result result;
        size_t each = 1 + proxy_random(seed, 3);

        for (size_t j = 0; j < each; j++)
            changes[j] = any_change(seed, milestone, system_text("%" PRIu64, *seed));
        cr_assert_eq(mp_client_submit(by_ports ? ports : railways, changes, each,
                                      SYSTEM_DEADLINE_MS, &result),
                     0);
        cr_assert_eq(result.outcome, MP_SUBMIT_ACCEPTED, "%s: %s", result.field, result.message);
    }
}

/* Of a connection of the feed. What is half open is cut after a few heartbeats, so that a round
 * has an end. */
static struct proxy_fault feed_fault(uint64_t *seed)
{
    static const enum proxy_kind kinds[] = {PROXY_CUT,  PROXY_CUT,     PROXY_DROP,
                                            PROXY_DROP, PROXY_SWALLOW, PROXY_HOLD};
    struct proxy_fault fault = {
        .kind = kinds[proxy_random(seed, MP_LENGTH(kinds))],
        .way = PROXY_DOWN,
        .after = PROXY_TRAFFIC + proxy_random(seed, 8),
        .bytes = proxy_random(seed, 300),
        .units = 1 + proxy_random(seed, 5),
        .least_bytes = EVENT_BYTES,
        .politely = proxy_random(seed, 2) == 0,
    };

    if (fault.kind == PROXY_CUT && proxy_random(seed, 3) == 0) {
        fault.way = (enum proxy_way)proxy_random(seed, PROXY_WAYS);
        fault.after = proxy_random(seed, PROXY_TRAFFIC + 2);
    }
    return fault;
}

static struct proxy_fault ask_fault(uint64_t *seed)
{
    static const enum proxy_kind kinds[] = {PROXY_CUT, PROXY_CUT, PROXY_CUT, PROXY_SWALLOW,
                                            PROXY_HOLD};
    struct proxy_fault fault = {
        .kind = kinds[proxy_random(seed, MP_LENGTH(kinds))],
        .way = (enum proxy_way)proxy_random(seed, PROXY_WAYS),
        .after = PROXY_TRAFFIC + proxy_random(seed, 3),
        .bytes = proxy_random(seed, 300),
        .units = 1 + proxy_random(seed, 2),
        .politely = proxy_random(seed, 2) == 0,
    };

    if (fault.kind == PROXY_CUT && proxy_random(seed, 3) == 0)
        fault.after = proxy_random(seed, PROXY_TRAFFIC);
    return fault;
}

static void plan(enum stage_socket which, struct proxy_fault (*make)(uint64_t *), uint64_t *seed)
{
    struct proxy_fault faults[FAULTS_MOST];
    size_t count = 1 + proxy_random(seed, FAULTS_MOST);

    for (size_t i = 0; i < count; i++)
        faults[i] = make(seed);
    proxy_forget_plan(stage_proxies[which]);
    proxy_plan(stage_proxies[which], faults, count);
    proxy_refuse(stage_proxies[which], proxy_random(seed, 4));
    proxy_reset(stage_proxies[which]);
}

static void tell(const char *name, struct proxy *proxy)
{
    struct proxy_counts counts = proxy_counts(proxy);

    (void)fprintf(
        stderr,
        "%s: %" PRIu64 " cuts, %" PRIu64 " half open, %" PRIu64 " delays, %" PRIu64
        " messages of %" PRIu64 " dropped, %" PRIu64 " connections, %" PRIu64 " refused\n",
        name, counts.struck[PROXY_CUT], counts.struck[PROXY_SWALLOW], counts.struck[PROXY_HOLD],
        counts.dropped, counts.struck[PROXY_DROP], counts.connections, counts.refused);
}

static void talk(struct mp_client *railways, struct mp_client *ports, uint64_t *seed)
{
    for (int i = 0; i < BURSTS; i++) {
        say_some(railways, ports, seed);
        audience_step(&audience, (int64_t)proxy_random(seed, 100));
    }
    audience_await(&audience, stage_head());
    audience_check(&audience);
}

/* First connections that break, then events that are left out of those that stand. */
Test(watchers, whatever_the_network_does_each_filter_sees_every_change_once, .init = begin,
     .fini = end)
{
    struct mp_client *railways = system_client(&stage, "railways");
    struct mp_client *ports = system_client(&stage, "ports");
    unsigned rounds = stage_rounds(ROUNDS);
    uint64_t seed = stage_seed(20251122);

    seat();
    audience_await(&audience, stage_head());
    for (unsigned i = 0; i < rounds; i++) {
        (void)fprintf(stderr, "round %u from %" PRIu64 "\n", i, seed);
        plan(STAGE_FEED, feed_fault, &seed);
        plan(STAGE_ASK, ask_fault, &seed);
        talk(railways, ports, &seed);
        const struct proxy_fault lost = {.kind = PROXY_DROP,
                                         .way = PROXY_DOWN,
                                         .after = proxy_random(&seed, 10),
                                         .units = 1 + proxy_random(&seed, 3),
                                         .least_bytes = EVENT_BYTES};
        proxy_strike(stage_proxies[STAGE_FEED], &lost);
        talk(railways, ports, &seed);
    }
    audience_compare(&audience);
    mp_client_close(railways);
    mp_client_close(ports);
    tell("feed", stage_proxies[STAGE_FEED]);
    tell("ask", stage_proxies[STAGE_ASK]);
    cr_assert_gt(proxy_counts(stage_proxies[STAGE_FEED]).dropped, 0u);
}

static void say_one(const char *note)
{
    struct mp_client *client = system_client(&stage, "railways");
    const struct mp_change change = system_progress("ml-1:completion", note);
    struct mp_submit_result result;

    cr_assert_eq(mp_client_submit(client, &change, 1, SYSTEM_DEADLINE_MS, &result), 0);
    cr_assert_eq(result.outcome, MP_SUBMIT_ACCEPTED);
    mp_client_close(client);
}

/* The last event is left out on its way to everybody and nothing comes after it: only the count in
 * the heartbeats can tell. */
Test(watchers, a_last_event_that_is_lost_is_noticed_by_every_filter, .init = begin, .fini = end)
{
    const struct proxy_fault lost = {
        .kind = PROXY_DROP, .way = PROXY_DOWN, .units = 1, .least_bytes = EVENT_BYTES};
    uint64_t before[AUDIENCE_MOST];

    (void)audience_add(&audience, &through, "", NULL);
    (void)audience_add(&audience, &through, "ml-1/", NULL);
    (void)audience_add(&audience, &through, "ml-1/", "ml-1:completion");
    audience_await(&audience, stage_head());
    for (size_t i = 0; i < audience.count; i++)
        before[i] = audience.watchers[i].changes[MP_FEED_CATCHING_UP];
    proxy_strike(stage_proxies[STAGE_FEED], &lost);
    say_one("the last one");
    audience_await(&audience, stage_head());
    cr_assert_eq(proxy_counts(stage_proxies[STAGE_FEED]).dropped, audience.count);
    for (size_t i = 0; i < audience.count; i++)
        cr_expect_gt(audience.watchers[i].changes[MP_FEED_CATCHING_UP], before[i]);
    audience_check(&audience);
    audience_compare(&audience);
}
