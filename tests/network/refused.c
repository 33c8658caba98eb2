/* Nobody listens where the services should be, for a while: what people see at their terminals. */
#include "tests/network/stage.h"

#include <inttypes.h>
#include <string.h>

#define BEYOND  20
#define BY_HAND "said to a closed door"

#define CLI(...) stage_cli((const char *const[]){__VA_ARGS__, NULL})

static const char *expect_end(struct system_process *process, int status)
{
    cr_assert_eq(system_wait(process, 3 * SYSTEM_DEADLINE_MS), status, "%s",
                 system_output(process, SYSTEM_ERR));
    return system_output(process, SYSTEM_ERR);
}

Test(refused, a_closed_door_keeps_what_is_said_in_the_outbox_and_the_console_says_stale,
     .init = stage_begin, .fini = stage_end)
{
    uint64_t after = stage_head();
    struct system_process *watch =
        CLI("watch", "--since", system_text("%" PRIu64, after), "-o", "ndjson");
    struct mp_client *ports = system_client(&stage, "ports");
    struct system_events events;
    const char *said;

    (void)system_await(watch, SYSTEM_ERR, "live: epoch");
    for (int i = 0; i < STAGE_SOCKETS; i++)
        proxy_shut(stage_proxies[i]);
    said = expect_end(CLI("progress", "ml-1:completion", "60", "--as", "railways", "--note",
                          BY_HAND, "--timeout", "1"),
                      5);
    cr_assert_not_null(strstr(said, "queued, not yet recorded"), "%s", said);
    (void)system_await(watch, SYSTEM_ERR, "stale");
    system_queue(ports, "gwadar:completion", "beyond", BEYOND, 1, 0);
    cr_assert_eq(mp_client_flush(ports, SYSTEM_DEADLINE_MS), 0, "%s", mp_client_why(ports));
    mp_client_close(ports);
    for (int i = 0; i < STAGE_SOCKETS; i++)
        proxy_listen(stage_proxies[i]);
    (void)expect_end(CLI("outbox", "retry", "--as", "railways", "--timeout", "120"), 0);
    system_expect_no_outbox(&stage, "railways");
    (void)system_await(watch, SYSTEM_ERR, "live: epoch");
    events = system_read(&stage, "", after);
    cr_assert_eq(events.count, BEYOND + 1u);
    cr_assert_eq(system_count_note(&events, BY_HAND), 1u);
    system_await_lines(watch, events.count);
    system_expect_watched(watch, &events);
}
