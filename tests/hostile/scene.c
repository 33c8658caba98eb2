#include "tests/hostile/scene.h"

#include "tests/support/system_figures.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SUBMISSIONS_LEAST 20
#define SUBMISSIONS_MOST  5000
#define PAUSE_MS          5
#define MIB               ((double)(1 << 20))

struct scene scene;

static void load_key(const char *identity, struct mp_key_pair *ret_pair)
{
    const char *path = system_text("%s/keys/%s.key", scene.instance.folder, identity);

    cr_assert_eq(mp_key_load(path, ret_pair), 0);
}

void scene_begin_with(const char *line)
{
    struct mp_key_pair services;

    system_begin();
    memset(&scene, 0, sizeof scene);
    system_init(&scene.instance, "i");
    if (line != NULL) {
        system_configure(&scene.instance, "ingest.yaml", line);
        system_configure(&scene.instance, "publish.yaml", line);
    }
    system_start(&scene.instance);
    system_make_world(&scene.instance);
    load_key("services", &services);
    memcpy(scene.server_key, services.public_key, sizeof scene.server_key);
    load_key("ports", &scene.ports);
    load_key("north", &scene.north);
    scene.console = system_watch(&scene.instance, "ml-1/", "south", &scene.head);
    scene.agency = system_client(&scene.instance, "railways");
    for (int i = 0; i < SYSTEM_SERVICES; i++)
        scene.pids[i] = system_pid(scene.instance.services[i]);
}

void scene_begin(void)
{
    scene_begin_with(NULL);
}

static void expect_alive(void)
{
    system_pump(0);
    for (int i = 0; i < SYSTEM_SERVICES; i++) {
        cr_assert(!system_is_over(scene.instance.services[i]), "the %s is dead: %s",
                  system_service_name((enum system_service)i),
                  system_output(scene.instance.services[i], SYSTEM_ERR));
        cr_assert_eq(system_pid(scene.instance.services[i]), scene.pids[i]);
    }
}

void scene_finish(void)
{
    struct system_events events;

    expect_alive();
    mp_client_close(scene.agency);
    system_await_lines(scene.console, scene.said);
    events = system_read(&scene.instance, "ml-1/", scene.head);
    cr_assert_eq(events.count, scene.said, "%zu recorded of %zu said", events.count, scene.said);
    system_expect_watched(scene.console, &events);
    for (int i = 0; i < SYSTEM_SERVICES; i++)
        system_await_healthy(&scene.instance, (enum system_service)i);
    system_stop_all(&scene.instance);
}

size_t scene_scaled(size_t count)
{
    const char *percent = getenv("MILEPOST_HOSTILE");
    size_t scaled = percent == NULL ? count : count * strtoul(percent, NULL, 10) / 100;

    return scaled > 0 ? scaled : 1;
}

struct zmtp_options scene_peer(enum port port, const struct mp_key_pair *keys)
{
    return (struct zmtp_options){.port = scene.instance.port + (int)port,
                                 .server_key = scene.server_key,
                                 .keys = keys,
                                 .socket_type = port == FEED ? "SUB" : "DEALER"};
}

struct attempt {
    attacker attack;
    void *context;
    const char *why;
    bool done_well;
    atomic_bool over;
};

static void *run_attack(void *context)
{
    struct attempt *attempt = context;

    attempt->done_well = attempt->attack(attempt->context, &attempt->why);
    atomic_store(&attempt->over, true);
    return NULL;
}

static int64_t now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

static void submit_one(const char *name)
{
    struct mp_change change =
        system_progress("ml-1:completion", system_text("%s-%zu", name, scene.said));
    struct mp_submit_result result;

    cr_assert_eq(mp_client_submit(scene.agency, &change, 1, SYSTEM_DEADLINE_MS, &result), 0);
    if (result.outcome != MP_SUBMIT_ACCEPTED)
        expect_alive();
    cr_assert_eq(result.outcome, MP_SUBMIT_ACCEPTED, "beside %s: outcome %d, %s", name,
                 (int)result.outcome, result.message);
    scene.said++;
}

/* What an honest agency and an honest console go through meanwhile: figures only, never a verdict.
 * The console shows what is said in order, a line each. */
struct beside {
    size_t said, shown;
    int64_t began_us[SUBMISSIONS_MOST], answered_us[SUBMISSIONS_MOST], shown_us[SUBMISSIONS_MOST];
};

/* Takes down when what the console has shown by now was shown. */
static bool has_shown_all(void *context)
{
    struct beside *beside = context;
    const char *text = system_output(scene.console, SYSTEM_OUT) + scene.shown_bytes, *end;
    int64_t now = now_us();

    while (beside->shown < beside->said && (end = strchr(text, '\n')) != NULL) {
        beside->shown_us[beside->shown] = now - beside->began_us[beside->shown];
        beside->shown++;
        scene.shown_bytes += (size_t)(end + 1 - text);
        text = end + 1;
    }
    return beside->shown == beside->said;
}

static void submit_beside(const char *name, struct attempt *attempt, struct beside *beside)
{
    system_await_lines(scene.console, scene.said);
    scene.shown_bytes = strlen(system_output(scene.console, SYSTEM_OUT));
    *beside = (struct beside){0};
    while (beside->said < SUBMISSIONS_MOST &&
           (beside->said < SUBMISSIONS_LEAST || !atomic_load(&attempt->over))) {
        size_t at = beside->said++;

        beside->began_us[at] = now_us();
        submit_one(name);
        beside->answered_us[at] = now_us() - beside->began_us[at];
        system_pump(PAUSE_MS);
        expect_alive();
        (void)has_shown_all(beside);
        if (scene.look != NULL)
            scene.look();
    }
    cr_assert(system_until(has_shown_all, beside, SYSTEM_DEADLINE_MS),
              "beside %s: the console shows %zu of %zu", name, beside->shown, beside->said);
}

static void say_figures(const char *name, const char *what, int64_t *latencies, size_t count)
{
    qsort(latencies, count, sizeof latencies[0], compare);
    (void)fprintf(stderr,
                  "hostile: %s: %zu %s beside it, p50 %.1f ms, p99 %.1f ms, longest %.1f ms\n",
                  name, count, what, (double)latencies[count / 2] / 1e3,
                  (double)latencies[count * 99 / 100] / 1e3, (double)latencies[count - 1] / 1e3);
}

struct memory {
    size_t resident, anonymous;
};

static void expect_bounded(const char *name, enum system_service service, struct memory before,
                           size_t most)
{
    size_t peak = system_memory(scene.pids[service], "VmHWM");
    size_t growth = peak > before.resident ? peak - before.resident : 0;

    (void)fprintf(stderr, "hostile: %s: %s grew by %.1f MiB at most (RssAnon %.1f, now %.1f MiB)\n",
                  name, system_service_name(service), (double)growth / MIB,
                  (double)before.anonymous / MIB,
                  (double)system_memory(scene.pids[service], "RssAnon") / MIB);
#ifdef __SANITIZE_ADDRESS__
    most *= 8; /* what is freed stays for a while, and everything has its fences */
#endif
    cr_assert_leq(growth, most, "%s: the %s took %zu bytes more, not %zu", name,
                  system_service_name(service), growth, most);
}

void scene_attack(const char *name, attacker attack, void *context, size_t growth_most)
{
    static struct beside beside;
    struct attempt attempt = {.attack = attack, .context = context};
    struct memory before[SYSTEM_SERVICES];
    pthread_t thread;

    for (int i = 0; i < SYSTEM_SERVICES; i++) {
        system_forget_peak(scene.pids[i]);
        before[i] = (struct memory){system_memory(scene.pids[i], "VmRSS"),
                                    system_memory(scene.pids[i], "RssAnon")};
    }
    cr_assert_eq(pthread_create(&thread, NULL, run_attack, &attempt), 0);
    submit_beside(name, &attempt, &beside);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    expect_alive();
    say_figures(name, "honest submissions answered", beside.answered_us, beside.said);
    say_figures(name, "of them shown by an honest console", beside.shown_us, beside.said);
    cr_assert(attempt.done_well, "%s: %s", name, attempt.why != NULL ? attempt.why : "");
    for (int i = 0; i < SYSTEM_SERVICES; i++)
        expect_bounded(name, (enum system_service)i, before[i], growth_most);
}

uint64_t scene_stat(enum system_service service, const char *name)
{
    return system_stat(&scene.instance, service, name);
}
