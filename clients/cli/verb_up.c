/* milepost up and down. */
#include "clients/cli/options.h"
#include "clients/cli/process.h"
#include "clients/cli/supervisor.h"
#include "clients/cli/verbs.h"
#include "core/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_TIMEOUT_MS 30000
#define DOWN_TIMEOUT_MS  30000
#define LOOK_AGAIN_NS    20000000L
#define IPC              "ipc://"

/* The folder of the sockets may be gone: /tmp does not survive a start of the machine. */
static int prepare_folders(struct cli *cli, const struct instance *instance)
{
    const char *address = instance->controls[SERVICE_LEDGER];
    const char *slash = strrchr(address, '/'), *folder;
    int error = MP_ECONFIG;

    if (strncmp(address, IPC, strlen(IPC)) == 0 && slash >= address + strlen(IPC))
        error = instance_make_private(cli_text(
            cli->arena, "%.*s", (int)(slash - address - strlen(IPC)), address + strlen(IPC)));
    if (error != 0)
        return cli_fail(CLI_FAILED,
                        "ledger-control %s: its folder must be yours alone (mode 0700): %s",
                        address, mp_error_text(error));
    folder = instance_path(cli, instance, "log");
    error = instance_make_private(folder);
    return error == 0 ? CLI_OK : cli_fail(CLI_FAILED, "%s: %s", folder, mp_error_text(error));
}

/* The lock, with our pid in it; negative when it is not to be had, *ret_status says what to exit
 * with. */
static int take_lock(const struct instance *instance, int *ret_status)
{
    long pid = 0;
    int lock = process_lock(instance->folder, &pid);

    if (lock >= 0)
        return lock;
    if (lock == MP_EBUSY)
        *ret_status = cli_fail(CLI_FAILED, "%s is up already (process %ld)", instance->folder, pid);
    else
        *ret_status =
            cli_fail(CLI_FAILED, "%s/run/up.pid: %s", instance->folder, mp_error_text(lock));
    return lock;
}

static int write_pid(int lock)
{
    char text[32];
    int size = snprintf(text, sizeof text, "%ld\n", (long)getpid());

    if (ftruncate(lock, 0) != 0 || pwrite(lock, text, (size_t)size, 0) != size)
        return cli_fail(CLI_FAILED, "run/up.pid: %s", strerror(errno));
    return CLI_OK;
}

static void print_addresses(const struct instance *instance)
{
    printf("ledger   %s\n", instance->controls[SERVICE_LEDGER]);
    printf("ingest   %s\n", instance->submit);
    printf("publish  %s  %s\n", instance->feed, instance->ask);
    (void)fflush(stdout);
}

/* Leaves the terminal: from here on what is to be said goes into log/up.log. */
static void leave_terminal(struct cli *cli, const struct instance *instance)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    int log = open(instance_path(cli, instance, "log/up.log"),
                   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

    (void)fflush(NULL);
    (void)dup2(nothing, STDIN_FILENO);
    (void)dup2(nothing, STDOUT_FILENO);
    (void)dup2(log >= 0 ? log : nothing, STDERR_FILENO);
    (void)close(nothing);
    if (log >= 0)
        (void)close(log);
    if (chdir("/") != 0) /* keeps no file system busy */
        return;
}

/* The supervisor's life. parent: where to tell that everything is healthy, or -1. */
static int supervise(struct cli *cli, const struct instance *instance, int lock, int parent)
{
    struct supervisor supervisor;
    int status = write_pid(lock);

    if (status == CLI_OK)
        status = supervisor_open(cli, instance, &supervisor);
    if (status != CLI_OK)
        return status;
    status = supervisor_start(&supervisor, cli->has_timeout ? cli->timeout_ms : START_TIMEOUT_MS);
    if (status == CLI_OK && !supervisor.is_stop_wanted) {
        print_addresses(instance);
        if (parent >= 0) {
            leave_terminal(cli, instance);
            (void)!write(parent, "", 1);
            (void)close(parent);
        } else {
            fputs("milepost: up; Ctrl-C stops it\n", stderr);
        }
        supervisor_run(&supervisor);
        if (parent < 0)
            fputs("milepost: stopping\n", stderr);
    }
    supervisor_stop(&supervisor);
    return status;
}

/* Until the supervisor says that all is healthy, or ends without (it has said why). */
static int wait_for_healthy(int from_supervisor, pid_t child)
{
    char byte;
    ssize_t size;

    (void)waitpid(child, NULL, 0); /* the one in between */
    do
        size = read(from_supervisor, &byte, 1);
    while (size < 0 && errno == EINTR);
    (void)close(from_supervisor);
    return size == 1 ? CLI_OK : CLI_FAILED;
}

static int detach(struct cli *cli, const struct instance *instance, int lock)
{
    int ends[2];
    pid_t child;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return cli_fail(CLI_FAILED, "%s", strerror(errno));
    (void)fflush(NULL);
    child = fork();
    if (child < 0)
        return cli_fail(CLI_FAILED, "%s", strerror(errno));
    if (child > 0) {
        (void)close(ends[1]);
        return wait_for_healthy(ends[0], child);
    }
    (void)close(ends[0]);
    /* Nobody's child, in a session of its own, and never with a terminal again. */
    if (setsid() < 0)
        _exit(CLI_FAILED);
    child = fork();
    if (child != 0)
        _exit(child < 0 ? CLI_FAILED : CLI_OK);
    (void)signal(SIGPIPE, SIG_IGN);
    return supervise(cli, instance, lock, ends[1]);
}

static int run_up(struct cli *cli)
{
    struct instance instance;
    int status = instance_open(cli, &instance), lock;

    if (status == CLI_OK && !instance_is_local(&instance))
        status = CLI_FAILED;
    if (status != CLI_OK)
        return status;
    lock = take_lock(&instance, &status);
    if (lock < 0)
        return status;
    status = prepare_folders(cli, &instance);
    if (status == CLI_OK)
        status = cli_given(cli, "detach") ? detach(cli, &instance, lock)
                                          : supervise(cli, &instance, lock, -1);
    (void)close(lock);
    return status;
}

/* Until the lock is free: 0, or MP_ETIMEDOUT. */
static int wait_until_down(const struct instance *instance, int64_t timeout_ms)
{
    const struct timespec pause = {.tv_nsec = LOOK_AGAIN_NS};
    int64_t deadline_ms = mp_clock_monotonic_ms(&mp_clock_system) + timeout_ms;
    long told = 0;

    for (;;) {
        long pid = 0;
        int lock = process_lock(instance->folder, &pid);

        if (lock >= 0) {
            (void)close(lock);
            return 0;
        }
        if (lock != MP_EBUSY)
            return lock;
        /* The pid may not be written yet: the supervisor is told once it is. */
        if (pid > 0 && pid != told && kill((pid_t)pid, SIGTERM) == 0)
            told = pid;
        if (mp_clock_monotonic_ms(&mp_clock_system) >= deadline_ms)
            return MP_ETIMEDOUT;
        (void)nanosleep(&pause, NULL);
    }
}

static int run_down(struct cli *cli)
{
    struct instance instance;
    int status = instance_open(cli, &instance), lock, error;
    long pid = 0;

    if (status != CLI_OK)
        return status;
    lock = process_lock(instance.folder, &pid);
    if (lock >= 0) {
        (void)close(lock);
        fputs("milepost: nothing is running\n", stderr);
        return CLI_OK;
    }
    error = lock == MP_EBUSY
                ? wait_until_down(&instance, cli->has_timeout ? cli->timeout_ms : DOWN_TIMEOUT_MS)
                : lock;
    if (error == MP_ETIMEDOUT)
        return cli_fail(CLI_TIMED_OUT, "process %ld has not stopped yet", pid);
    if (error != 0)
        return cli_fail(CLI_FAILED, "run/up.pid: %s", mp_error_text(error));
    fputs("milepost: down\n", stderr);
    return CLI_OK;
}

const struct cli_command verb_up = {
    .name = "up",
    ARGUMENTS("", 0, 0),
    .summary = "start ledger, ingest and publish and keep them running",
    .details = "Starts the processes of the instance, waits until each is healthy and prints "
               "their addresses. One that ends is started again, after 0.2 s at first and at most "
               "5 s. Their logs are in the instance's log folder. Ctrl-C or SIGTERM stops them in "
               "order: ingest, publish, ledger.",
    .example = "milepost up\nmilepost up --detach",
    OPTIONS(FLAG("detach", "return when every process is healthy, leave them running")),
    .formats = CLI_WORDS_ALONE,
    .run = run_up,
};

const struct cli_command verb_down = {
    .name = "down",
    ARGUMENTS("", 0, 0),
    .summary = "stop what 'milepost up' started",
    .details = "Waits until every process is gone. It is no error when nothing runs.",
    .example = "milepost down",
    .formats = CLI_WORDS_ALONE,
    .run = run_down,
};
