/* A console always says whether what it shows is up to date. */
#include "tests/support/system_record.h"

#include <string.h>

#define CONSOLE_TEST(name) Test(console, name, .init = system_begin, .fini = system_end)
#define FEW_SECONDS_MS     10000

CONSOLE_TEST(a_watch_of_nothing_says_stale_and_ends_when_its_time_is_over)
{
    struct system_instance instance;
    struct system_process *watch;

    system_init(&instance, "i");
    watch = system_cli_background(&instance, "watch", "ml-1/", "--timeout", "6");
    cr_assert_not_null(system_find_line(watch, SYSTEM_ERR, "connecting", FEW_SECONDS_MS),
                       "it says nothing at once");
    cr_assert_not_null(system_find_line(watch, SYSTEM_ERR, "stale", FEW_SECONDS_MS), "%s",
                       system_output(watch, SYSTEM_ERR));
    cr_assert_eq(system_wait(watch, SYSTEM_DEADLINE_MS), 124);
    cr_assert_str_eq(system_output(watch, SYSTEM_OUT), "");
    cr_assert_null(strstr(system_output(watch, SYSTEM_ERR), "live"));
}

CONSOLE_TEST(a_watch_says_stale_when_the_ledger_is_killed_and_live_when_it_is_back)
{
    struct system_instance instance;
    struct system_process *watch;
    uint64_t head = 0;
    struct system_events events;

    system_init(&instance, "i");
    system_start(&instance);
    system_make_world(&instance);
    watch = system_watch(&instance, "ml-1/", NULL, &head);
    system_kill(&instance, SYSTEM_LEDGER);
    cr_assert_not_null(system_find_line(watch, SYSTEM_ERR, "stale", FEW_SECONDS_MS), "%s",
                       system_output(watch, SYSTEM_ERR));
    system_expect(system_cli(&instance, "health"), 1);
    system_launch(&instance, SYSTEM_LEDGER);
    (void)system_await(watch, SYSTEM_ERR, "live: epoch");
    system_do(&instance, "progress", "ml-1:completion", "50", "--as", "railways");
    system_await_lines(watch, 1);
    events = system_read(&instance, "ml-1/", head);
    system_expect_watched(watch, &events);
}

CONSOLE_TEST(every_question_ends_when_nothing_answers)
{
    struct system_instance instance;
    struct system_said said;

    system_init(&instance, "i");
    said = system_cli(&instance, "health");
    system_expect(said, 5);
    said = system_cli(&instance, "get", "ml-1:completion", "--timeout", "1");
    system_expect(said, 5);
    cr_assert_gt(strlen(said.err), 10u);
    said = system_cli(&instance, "list", "projects", "--timeout", "1");
    system_expect(said, 5);
    system_do(&instance, "down");
}
