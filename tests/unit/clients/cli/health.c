#include "clients/cli/parse.h"
#include "clients/cli/verbs.h"
#include "tests/unit/clients/cli/capture.h"

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/bus/control.h"
#include "tests/support/folder.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[FOLDER_BYTES];
static struct mp_arena *arena;
static pid_t server;

static const char *inside(const char *name)
{
    return mp_arena_printf(arena, "%s/%s", folder, name);
}

static void begin(void)
{
    folder_make(folder);
    arena = mp_arena_new(1 << 20);
    cr_redirect_stderr();
}

static void end(void)
{
    if (server > 0) {
        (void)kill(server, SIGKILL);
        (void)waitpid(server, NULL, 0);
    }
    folder_remove(folder);
    mp_arena_free(arena);
}

TestSuite(health, .init = begin, .fini = end);

/* An instance that knows these control sockets alone. */
static void write_client(const char *more)
{
    const char *text = mp_arena_printf(arena,
                                       "submit: \"tcp://127.0.0.1:1\"\n"
                                       "feed: \"tcp://127.0.0.1:1\"\n"
                                       "ask: \"tcp://127.0.0.1:1\"\n"
                                       "server-key: \"7vRiB8XnMBhC$$/ahS)Y%%8)]?E<xk3x^Xv!.{8aW\"\n"
                                       "identity: a\nreader: a\n%s",
                                       more);

    cr_assert_eq(mp_file_write_durable(inside("client.yaml"), mp_span_text(text), 0600), 0);
}

static int answer(void *context, const char *word, struct mp_buffer *buffer)
{
    mp_buffer_printf(buffer, strcmp(word, "health") == 0 ? "%s\nhead=7\n" : "ok\n",
                     (const char *)context);
    return 0;
}

/* A ledger's control socket that says the verdict. */
static void serve(const char *verdict)
{
    const char *address = mp_arena_printf(arena, "ipc://%s/ledger.sock", folder);
    int ends[2];
    char byte;

    cr_assert_eq(pipe(ends), 0);
    server = fork();
    if (server == 0) {
        struct mp_bus *bus;
        struct mp_loop *loop;
        struct mp_control *control;

        if (mp_bus_open(1, &bus) != 0 || mp_loop_open(&mp_clock_system, &loop) != 0 ||
            mp_control_open(bus, loop, address, answer, (char *)(uintptr_t)verdict, &control) != 0)
            _exit(1);
        (void)!write(ends[1], "", 1);
        while (mp_loop_step(loop, 1000) == 0) {
        }
        _exit(0);
    }
    cr_assert_eq(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    close(ends[1]);
}

/* The exit code; what it printed in *ret_text. */
static int health(const char *process, const char **ret_text)
{
    struct cli cli = {.arena = arena,
                      .command = &verb_health,
                      .folder = folder,
                      .output = CLI_CSV,
                      .timeout_ms = 3000,
                      .has_timeout = true};
    int status;

    cli.arguments[0] = process;
    cli.argument_count = process != NULL;
    capture_begin();
    status = verb_health.run(&cli);
    *ret_text = capture_end();
    return status;
}

static const char *ledger_only(void)
{
    return mp_arena_printf(arena, "ledger-control: \"ipc://%s/ledger.sock\"\n", folder);
}

Test(health, a_process_that_is_named_is_asked_alone)
{
    const char *text;

    write_client(ledger_only());
    serve("ok");
    cr_expect_eq(health("ledger", &text), CLI_OK);
    cr_expect_str_eq(text, "process,state,detail\nledger,ok,head=7\n");
    /* The others are not here: that is nothing to the one named. */
    cr_expect_eq(health("ingest", &text), CLI_FAILED);
    cr_expect_eq(health(NULL, &text), CLI_FAILED);
}

Test(health, a_failing_process_fails)
{
    const char *text;

    write_client(ledger_only());
    serve("failing: the disk is full");
    cr_expect_eq(health("ledger", &text), CLI_FAILED);
    cr_expect_str_eq(text, "process,state,detail\nledger,failing,the disk is full\n");
}

Test(health, a_process_that_does_not_answer_is_unreachable)
{
    const char *text;

    write_client(ledger_only());
    cr_expect_eq(health("ledger", &text), CLI_UNREACHABLE);
    cr_expect_not_null(strstr(text, "ledger,unreachable,"), "%s", text);
}

Test(health, of_all_one_that_answers_not_is_a_failure)
{
    const char *text;

    write_client(mp_arena_printf(arena,
                                 "%singest-control: \"ipc:///nowhere/i\"\n"
                                 "publish-control: \"ipc:///nowhere/p\"\n",
                                 ledger_only()));
    serve("ok");
    cr_expect_eq(health(NULL, &text), CLI_FAILED);
    cr_expect_not_null(strstr(text, "ledger,ok,"), "%s", text);
    cr_expect_not_null(strstr(text, "publish,unreachable,"), "%s", text);
}
