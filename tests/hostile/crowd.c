/* More connections than anybody needs. */
#include "tests/hostile/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define MIB   ((size_t)1 << 20)
#define SOME  20 /* honest ones */
#define CROWD 2000
/* Before the first of them are ended for want of a handshake (5 s) or of heartbeats (30 s). */
#define WITHIN_MS 2000
#define CAP       300
#define CAP_LINE  "connections-most: 300"
/* libzmq's for one CURVE connection: two pipes, two buffers, its keys; measured 60 to 100 kB. */
#define CONNECTION_BYTES ((size_t)128 << 10)

static void raise_limit(void)
{
    struct rlimit limit;

    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void begin(void)
{
    raise_limit();
    scene_begin();
}

static void begin_small(void)
{
    raise_limit();
    scene_begin_with(CAP_LINE);
}

struct crowd {
    size_t count;
    enum zmtp_step until;
    bool speaks;
    struct zmtp *peers;
};

/* They come, and stay until the test is over. Whether each gets in is not asked. */
static bool gather(void *context, const char **ret_why)
{
    struct crowd *crowd = context;

    *ret_why = "nobody gets in at all";
    size_t in = 0;
    for (size_t i = 0; i < crowd->count; i++) {
        struct zmtp_options options = scene_peer((enum port)(i % PORTS), &scene.ports);
        bool is_in;

        options.until = crowd->until;
        is_in = zmtp_open(&crowd->peers[i], &options);
        in += is_in;
        if (is_in && crowd->speaks)
            (void)(zmtp_send(&crowd->peers[i], 0, mp_span_text("\1e/ml-1/")) &&
                   zmtp_flush(&crowd->peers[i]));
    }
    return in > 0;
}

struct place {
    enum system_service service;
    size_t most;
};

static bool is_within(void *context)
{
    const struct place *place = context;

    return scene_stat(place->service, "connections") <= place->most;
}

static void expect_within(enum system_service service, size_t most)
{
    struct place place = {service, most};

    cr_assert(system_until(is_within, &place, WITHIN_MS), "more than %zu connections", most);
}

/* Somebody honest who was not there before is let in among them. */
static void expect_room(void)
{
    struct system_said said =
        system_cli(&scene.instance, "get", "ml-1:completion", "--as", "south", "--timeout", "40");
    struct system_process *watch;

    system_expect(said, 0);
    watch = system_watch(&scene.instance, "ml-1/", "south", NULL);
    cr_assert(!system_is_over(watch));
}

static void attack(const char *name, enum zmtp_step until, bool speaks, size_t most)
{
    struct crowd crowd = {.count = scene_scaled(CROWD), .until = until, .speaks = speaks};

    crowd.peers = calloc(crowd.count, sizeof *crowd.peers);
    cr_assert_not_null(crowd.peers);
    scene_attack(name, gather, &crowd, (size_t)32 * MIB + PORTS * most * CONNECTION_BYTES);
    (void)fprintf(stderr, "hostile: %s: ingest has %zu connections, publish %zu\n", name,
                  (size_t)scene_stat(SYSTEM_INGEST, "connections"),
                  (size_t)scene_stat(SYSTEM_PUBLISH, "connections"));
    expect_within(SYSTEM_INGEST, most);
    expect_within(SYSTEM_PUBLISH, most);
    expect_room();
    for (size_t i = 0; i < crowd.count; i++)
        zmtp_close(&crowd.peers[i]);
    free(crowd.peers);
}

Test(crowd, two_thousand_idle_connections_leave_room, .init = begin, .fini = system_end)
{
    attack("a crowd that is idle", ZMTP_READY, false, CROWD / PORTS + SOME);
    attack("a crowd that says nothing", ZMTP_SILENT, false, CROWD / PORTS + SOME);
    scene_finish();
}

Test(crowd, beyond_the_cap_there_is_room_for_somebody_honest, .init = begin_small,
     .fini = system_end)
{
    attack("a silent crowd beyond the cap", ZMTP_SILENT, false, CAP);
    attack("an idle crowd beyond the cap", ZMTP_READY, false, CAP);
    attack("a crowd that speaks beyond the cap", ZMTP_READY, true, CAP);
    scene_finish();
}
