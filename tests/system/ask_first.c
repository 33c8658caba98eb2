/* What the command line can tell before anything is submitted, and of one process alone. */
#include "tests/support/system_record.h"

#include <string.h>

static struct system_instance instance;

static void begin(void)
{
    system_begin_world(&instance);
}

#define FIRST_TEST(name) Test(ask_first, name, .init = begin, .fini = system_end)

#define DRY(milestone, who)                                                                        \
    system_cli(&instance, "progress", milestone, "50", "--as", who, "--dry-run", "--timeout", "20")

static void expect_said(struct system_said said, int status, const char *words)
{
    system_expect(said, status);
    cr_assert_not_null(strstr(said.err, words), "%s", said.err);
}

FIRST_TEST(a_dry_run_tells_what_the_record_would_refuse)
{
    expect_said(DRY("ml-1:completion", "railways"), 0, "this would be submitted as railways");
    expect_said(DRY("ml-1:completio", "railways"), 4,
                "rejected, as railways: unknown_milestone (milestone)");
    expect_said(DRY("ml-1:completio", "railways"), 4, "did you mean ml-1:completion?");
    expect_said(system_cli(&instance, "project", "ml-2", "--title", "x", "--status", "preparation",
                           "--programme", "p", "--as", "railways", "--dry-run"),
                4, "rejected, as railways: role (kind)");
    expect_said(system_cli(&instance, "outbox", "list"), 0, "nothing waits");
}

FIRST_TEST(a_dry_run_tells_of_a_grant_that_is_missing)
{
    expect_said(DRY("ml-1:completion", "ports"), 4, "rejected, as ports: not_granted");
    system_do(&instance, "agency", "grant", "ports", "ml-1/");
    expect_said(DRY("ml-1:completion", "ports"), 0, "this would be submitted as ports");
}

FIRST_TEST(a_dry_run_needs_nobody_to_answer)
{
    system_stop_all(&instance);
    expect_said(DRY("ml-1:completio", "railways"), 0, "not checked against the record");
    expect_said(DRY("ml-1:completio", "railways"), 0, "this would be submitted as railways");
}

FIRST_TEST(health_of_one_process_is_not_that_of_the_others)
{
    system_expect(system_cli(&instance, "health", "ledger"), 0);
    system_kill(&instance, SYSTEM_PUBLISH);
    system_expect(system_cli(&instance, "health", "ledger"), 0);
    system_expect(system_cli(&instance, "health", "publish", "--timeout", "1"), 5);
    system_expect(system_cli(&instance, "health", "--timeout", "1"), 1);
}
