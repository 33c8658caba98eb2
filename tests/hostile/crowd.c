/* More connections than anybody needs. */
#include "proto/ask.h"
#include "tests/hostile/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define MIB   ((size_t)1 << 20)
#define SOME  20 /* honest ones */
#define CROWD 2000
/* Before the first of them are ended for want of a handshake (5 s) or of heartbeats (30 s); a
 * connection that is ended counts until libzmq has done so. */
#define WITHIN_MS 2000
#define CAP       300
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

/* Lower where the crowd is smaller, so that it goes beyond it everywhere. */
static size_t cap(void)
{
    return SOME + scene_scaled(CAP - SOME);
}

static void begin_small(void)
{
    char line[64];

    raise_limit();
    (void)snprintf(line, sizeof line, "connections-most: %zu", cap());
    scene_begin_with(line);
}

struct crowd {
    size_t count;
    enum zmtp_step until;
    bool speaks;
    struct zmtp *peers;
};

/* What is not taken for an attack at that port. */
static void speak(struct zmtp *peer, enum port port)
{
    struct mp_buffer question;
    struct mp_ask ask;

    if (port != ASK) {
        (void)(zmtp_send(peer, 0, mp_span_text("\1e/ml-1/")) && zmtp_flush(peer));
        return;
    }
    mp_buffer_init(&question, MP_ASK_MOST);
    mp_ask_init(&ask, MP_ASK_WHO_AM_I);
    (void)(mp_ask_encode(&ask, &question) == 0 && zmtp_send(peer, ZMTP_MORE, mp_span_text("1")) &&
           zmtp_send(peer, 0, mp_buffer_span(&question)) && zmtp_flush(peer));
    mp_buffer_done(&question);
}

/* They come, and stay until the test is over. Each gets in: beyond the cap in another's place. */
static bool gather(void *context, const char **ret_why)
{
    struct crowd *crowd = context;
    bool is_in = true;

    *ret_why = "somebody is kept out";
    for (size_t i = 0; is_in && i < crowd->count; i++) {
        struct zmtp_options options = scene_peer((enum port)(i % PORTS), &scene.ports);

        options.until = crowd->until;
        is_in = zmtp_open(&crowd->peers[i], &options);
        if (is_in && crowd->speaks)
            speak(&crowd->peers[i], (enum port)(i % PORTS));
    }
    return is_in;
}

/* Where connections are counted, by port. */
static const struct {
    enum system_service service;
    const char *stat, *name;
} doors[PORTS] = {
    [SUBMIT] = {SYSTEM_INGEST, "connections", "submit"},
    [FEED] = {SYSTEM_PUBLISH, "connections", "the feed"},
    [ASK] = {SYSTEM_PUBLISH, "ask_connections", "ask"},
};

static size_t count_at(enum port port)
{
    return (size_t)scene_stat(doors[port].service, doors[port].stat);
}

static struct {
    size_t wanted;      /* at each port */
    size_t most[PORTS]; /* at any moment */
    bool stood;         /* all of them, at one moment */
} seen;

static void look(void)
{
    bool is_full = true;

    for (int port = 0; port < PORTS; port++) {
        size_t count = count_at((enum port)port);

        seen.most[port] = count > seen.most[port] ? count : seen.most[port];
        is_full = is_full && count >= seen.wanted;
    }
    seen.stood = seen.stood || is_full;
}

static bool has_stood(void *context)
{
    (void)context;
    look();
    return seen.stood;
}

struct place {
    enum port port;
    size_t most;
};

static bool is_within(void *context)
{
    const struct place *place = context;

    return count_at(place->port) <= place->most;
}

static void expect_within(size_t most)
{
    for (int port = 0; port < PORTS; port++) {
        struct place place = {(enum port)port, most};

        cr_assert(system_until(is_within, &place, WITHIN_MS), "%s: %zu connections, not %zu",
                  doors[port].name, count_at(place.port), most);
    }
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
    seen = (typeof(seen)){.wanted = crowd.count / PORTS < most ? crowd.count / PORTS : most};
    scene.look = look;
    scene_attack(name, gather, &crowd, (size_t)32 * MIB + PORTS * most * CONNECTION_BYTES);
    scene.look = NULL;
    /* The last of them may not have been counted at the last look. */
    (void)system_until(has_stood, NULL, WITHIN_MS);
    for (int port = 0; port < PORTS; port++)
        (void)fprintf(stderr, "hostile: %s: %s had %zu connections at most, has %zu\n", name,
                      doors[port].name, seen.most[port], count_at((enum port)port));
    cr_assert(seen.stood, "%s: there were never %zu connections at each port", name, seen.wanted);
    expect_within(most);
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
    attack("a silent crowd beyond the cap", ZMTP_SILENT, false, cap());
    attack("an idle crowd beyond the cap", ZMTP_READY, false, cap());
    attack("a crowd that speaks beyond the cap", ZMTP_READY, true, cap());
    scene_finish();
}
