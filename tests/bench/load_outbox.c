/* The same through the client library with its durable outbox: what a command line's user waits
 * for. Beside the aim, not in it. */
#include "clients/lib/milepost.h"
#include "tests/bench/load.h"
#include "tests/bench/measure.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#define AGENCY     "bench-02"
#define TIMEOUT_MS 10000
#define FIRST      20 /* not counted: connecting is among them */

static struct mp_client *open_client(const struct target *target)
{
    char path[PATH_MAX], server_key[MP_KEY_TEXT];
    struct mp_client_options options = {.submit = bench_option(target->argv, "submit", NULL),
                                        .feed = bench_option(target->argv, "feed", NULL),
                                        .ask = bench_option(target->argv, "ask", NULL),
                                        .server_key = server_key,
                                        .key_file = path,
                                        .outbox = bench_option(target->argv, "outbox", NULL)};
    struct mp_client *client = NULL;

    (void)snprintf(path, sizeof(path), WORK_KEY_FILE, target->keys, AGENCY);
    mp_key_format(target->server_key, server_key);
    errno = 0;
    bench_need(mp_client_open(&options, &client) == 0, "the client library");
    return client;
}

void load_outbox(const struct target *target)
{
    int64_t run_ns = (int64_t)(bench_number(target->argv, "seconds", 1) * BENCH_SECOND_NS);
    struct mp_arena *arena = mp_arena_new((size_t)1 << 20);
    struct mp_client *client = open_client(target);
    struct bench_samples samples = {0};
    int64_t end = bench_now_ns() + run_ns;

    bench_need(arena != NULL, "no memory");
    for (uint64_t number = 0; number < FIRST || bench_now_ns() < end; number++) {
        struct mp_change change = work_forecast(arena, number);
        struct mp_submit_result result;
        int64_t start = bench_now_ns();
        int error = mp_client_submit(client, &change, 1, TIMEOUT_MS, &result);

        errno = 0;
        bench_need(error == 0 && result.outcome == MP_SUBMIT_ACCEPTED, "%s",
                   error != 0 ? mp_error_text(error) : result.message);
        if (number >= FIRST)
            bench_samples_add(&samples, bench_now_ns() - start);
        else
            end = bench_now_ns() + run_ns;
        mp_arena_reset(arena);
    }
    bench_say_latency("ack_with_outbox", &samples);
    bench_samples_done(&samples);
    mp_client_close(client);
    mp_arena_free(arena);
}
