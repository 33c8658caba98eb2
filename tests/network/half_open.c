/* Connections that are dead and say nothing of it: no FIN, no RST, everything sent into them is
 * gone. Nothing but the heartbeats of the programs themselves can tell. */
#include "tests/network/audience.h"
#include "tests/network/stage.h"

#define SUBMISSIONS 50
#define TRY_MS      1000

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

/* Each try sends all that waits once more. */
static bool is_empty(void *context)
{
    return mp_client_flush(context, TRY_MS) == 0;
}

static void kill_silently(enum proxy_way way)
{
    const struct proxy_fault dead = {.kind = PROXY_SWALLOW, .way = way};

    for (int i = 0; i < STAGE_SOCKETS; i++)
        proxy_strike(stage_proxies[i], &dead);
}

Test(half_open, connections_that_die_in_silence_are_left_and_nothing_is_lost, .init = begin,
     .fini = end)
{
    struct mp_client *client = system_client(&through, "railways");
    struct system_events events;
    uint64_t after;

    (void)audience_add(&audience, &through, "", NULL);
    (void)audience_add(&audience, &through, "ml-1/", NULL);
    system_queue(client, "ml-1:completion", "before", SUBMISSIONS, 1, 0);
    cr_assert_eq(mp_client_flush(client, SYSTEM_DEADLINE_MS), 0, "%s", mp_client_why(client));
    audience_await(&audience, stage_head());
    after = stage_head();
    kill_silently(PROXY_DOWN);
    system_queue(client, "ml-1:completion", "into nothing", SUBMISSIONS, 1, 0);
    cr_assert_eq(mp_client_flush(client, 1), MP_ETIMEDOUT);
    cr_assert(audience_until(&audience, audience_is_stale, &audience), "somebody is not stale");
    cr_assert(audience_until(&audience, is_empty, client), "%s", mp_client_why(client));
    mp_client_close(client);
    audience_await(&audience, stage_head());
    events = system_read(&stage, "ml-1/", after);
    cr_assert_eq(events.count, (size_t)SUBMISSIONS);
    for (size_t i = 0; i < events.count; i++)
        cr_assert_str_eq(events.items[i].note, system_text("into nothing-%zu", i));
    audience_check(&audience);
    audience_compare(&audience);
}
