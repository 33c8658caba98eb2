/* A console that is stopped costs publish what its limits say and slows no other console. */
#include "tests/support/system_record.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Each submission is recorded alone and so makes a message of its own. */
#define SEND_MOST     50
#define MESSAGE_BYTES ((uint64_t)MP_SUBMISSION_MOST + 4096)
#define LOAD          400
#define CHANGES       60
#define NOTE_BYTES    900
#define SAID          " of the console that is stopped"
/* What the allocator keeps of what was freed: two messages on their way and its own spare. */
#define ALLOWANCE_BYTES ((uint64_t)4 << 20)

static struct system_instance instance;

static void begin(void)
{
    system_begin();
    system_init(&instance, "i");
    system_configure(&instance, "publish.yaml", system_text("send-most: %d", SEND_MOST));
    system_start(&instance);
    system_make_world(&instance);
}

static uint64_t anonymous_bytes(const struct system_process *process)
{
    FILE *file = fopen(system_text("/proc/%d/status", (int)system_pid(process)), "re");
    char line[256];
    uint64_t kib = 0;

    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "RssAnon:", 8) == 0)
            kib = strtoull(line + 8, NULL, 10);
    }
    (void)fclose(file);
    return kib * 1024;
}

/* One after the other, each shown by the console before the next is said. */
static void say_many(struct system_process *console, const char *prefix, size_t count)
{
    struct mp_client *client = system_client(&instance, "railways");
    size_t lines = system_count_lines(system_output(console, SYSTEM_OUT));

    for (size_t i = 1; i <= count; i++) {
        system_queue(client, "ml-1:completion", system_text("%s-%zu", prefix, i), 1, CHANGES,
                     NOTE_BYTES);
        cr_assert_eq(mp_client_flush(client, SYSTEM_DEADLINE_MS), 0, "%s", mp_client_why(client));
        system_await_lines(console, lines + i * CHANGES);
    }
    mp_client_close(client);
}

Test(console, a_stopped_console_costs_what_its_queue_may_hold_and_slows_no_other, .init = begin,
     .fini = system_end)
{
    const struct system_process *publish = instance.services[SYSTEM_PUBLISH];
    uint64_t head = 0, before, after;
    struct system_process *other = system_watch(&instance, "ml-1/", NULL, &head);
    struct system_process *stopped = system_watch(&instance, "ml-1/", "south", NULL);
    size_t said = strlen(system_output(other, SYSTEM_ERR));
    struct system_events events;

    say_many(other, "before", LOAD / 10);
    system_await_lines(stopped, (size_t)LOAD / 10 * CHANGES);
    before = anonymous_bytes(publish);
    cr_assert_eq(kill(system_pid(stopped), SIGSTOP), 0);
    say_many(other, "after", LOAD);
    after = anonymous_bytes(publish);
    /* It was shown each report before the next was said, and missed none on the way. */
    cr_assert_null(strstr(system_output(other, SYSTEM_ERR) + said, "catching up"), "%s",
                   system_output(other, SYSTEM_ERR) + said);
    (void)fprintf(stderr, "publish grew by %" PRIu64 " KiB because" SAID "; said: %zu KiB\n",
                  (after > before ? after - before : 0) / 1024,
                  (size_t)LOAD * CHANGES * NOTE_BYTES / 1024);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed */
    cr_assert_leq(after, before + SEND_MOST * MESSAGE_BYTES + ALLOWANCE_BYTES,
                  "RssAnon from %" PRIu64 " to %" PRIu64, before, after);
#endif
    cr_assert_eq(kill(system_pid(stopped), SIGCONT), 0);
    system_await_lines(stopped, (size_t)(LOAD + LOAD / 10) * CHANGES);
    events = system_read(&instance, "ml-1/", head);
    system_expect_watched(other, &events);
    system_expect_watched(stopped, &events);
}
