#include "clients/cli/supervisor.h"

#include "clients/cli/process.h"
#include "core/base/auto.h"
#include "core/base/clock.h"
#include "core/base/log.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAUSE_LEAST_MS  200
#define PAUSE_MOST_MS   5000
#define SETTLED_MS      10000 /* a process that ran so long begins with a short pause again */
#define STOP_MS         5000
#define PROBE_MS        500
#define LOOK_AGAIN_MS   50
#define PROBE_BYTES     ((size_t)1 << 18)
#define LOG_SHOWN_BYTES 2048

static int64_t now_ms(void)
{
    return mp_clock_monotonic_ms(&mp_clock_system);
}

int64_t supervisor_pause_ms(int64_t ran_ms, int64_t pause_ms)
{
    if (ran_ms >= SETTLED_MS || pause_ms <= 0)
        return PAUSE_LEAST_MS;
    return pause_ms * 2 < PAUSE_MOST_MS ? pause_ms * 2 : PAUSE_MOST_MS;
}

/* MILEPOST_SUBMIT says where this program submits; the ledger has a setting of that name too, and
 * must not take it. */
static void forget_own_environment(void)
{
    for (size_t i = 0; i < instance_table.key_count; i++) {
        char name[64];

        (void)snprintf(name, sizeof name, "MILEPOST_%s", instance_table.keys[i].name);
        for (char *at = name; *at != '\0'; at++)
            *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
        (void)unsetenv(name);
    }
}

static int block_signals(struct supervisor *supervisor)
{
    sigset_t wanted;

    (void)sigemptyset(&wanted);
    (void)sigaddset(&wanted, SIGTERM);
    (void)sigaddset(&wanted, SIGINT);
    (void)sigaddset(&wanted, SIGHUP);
    (void)sigaddset(&wanted, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &wanted, &supervisor->mask_before) != 0)
        return cli_fail(CLI_FAILED, "signals: %s", strerror(errno));
    supervisor->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    if (supervisor->signals < 0)
        return cli_fail(CLI_FAILED, "signals: %s", strerror(errno));
    return CLI_OK;
}

int supervisor_open(struct cli *cli, const struct instance *instance,
                    struct supervisor *ret_supervisor)
{
    *ret_supervisor = (struct supervisor){.signals = -1};
    for (size_t i = 0; i < SERVICE_COUNT; i++) {
        const char *name = instance_services[i];

        ret_supervisor->services[i] = (struct service){
            .name = name,
            .program = process_find(cli->arena, cli_text(cli->arena, "milepost-%s", name)),
            .config = cli_text(cli->arena, "--config=%s/%s.yaml", instance->folder, name),
            .log = instance_path(cli, instance, "log/%s.log", name),
            .control = instance->controls[i],
        };
    }
    forget_own_environment();
    return block_signals(ret_supervisor);
}

/* In the child, up to its own program. */
_Noreturn static void become(const struct supervisor *supervisor, const struct service *service,
                             int log, pid_t parent)
{
    const char *const argv[] = {service->program, service->config, NULL};
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

    /* It must not outlive the supervisor, whatever ends that one. */
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(CLI_FAILED);
    /* Ctrl-C reaches the supervisor alone, which stops its children in order. */
    (void)setpgid(0, 0);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)sigprocmask(SIG_SETMASK, &supervisor->mask_before, NULL);
    (void)dup2(nothing, STDIN_FILENO);
    (void)dup2(log, STDOUT_FILENO);
    (void)dup2(log, STDERR_FILENO);
    (void)close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    (void)execvp(argv[0], (char *const *)argv);
    (void)cli_fail(CLI_FAILED, "%s cannot be run: %s", argv[0], strerror(errno));
    _exit(CLI_FAILED);
}

static int spawn(struct supervisor *supervisor, struct service *service)
{
    pid_t parent = getpid(), child;
    int log = open(service->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct stat status;

    if (log < 0)
        return cli_fail(CLI_FAILED, "%s: %s", service->log, strerror(errno));
    service->log_begins = fstat(log, &status) == 0 ? status.st_size : 0;
    (void)fflush(NULL);
    child = fork();
    if (child == 0)
        become(supervisor, service, log, parent);
    (void)close(log);
    if (child < 0)
        return cli_fail(CLI_FAILED, "%s does not start: %s", service->name, strerror(errno));
    service->pid = child;
    service->started_ms = now_ms();
    service->again_ms = 0;
    return CLI_OK;
}

/* Everybody who has ended: no longer running. */
static void reap(struct supervisor *supervisor)
{
    int status;
    pid_t child;

    while ((child = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = 0; i < SERVICE_COUNT; i++) {
            if (supervisor->services[i].pid == child) {
                supervisor->services[i].pid = 0;
                supervisor->services[i].status = status;
            }
        }
    }
}

/* Waits for a signal, at most that long, and takes all that came. */
static void take_signals(struct supervisor *supervisor, int64_t wait_ms)
{
    struct pollfd ready = {.fd = supervisor->signals, .events = POLLIN};
    struct signalfd_siginfo signal_;

    (void)poll(&ready, 1, wait_ms > INT_MAX ? INT_MAX : (int)wait_ms);
    while (read(supervisor->signals, &signal_, sizeof signal_) == (ssize_t)sizeof signal_) {
        if (signal_.ssi_signo == SIGTERM || signal_.ssi_signo == SIGINT)
            supervisor->is_stop_wanted = true;
        for (size_t i = 0; signal_.ssi_signo == SIGHUP && i < SERVICE_COUNT; i++) {
            if (supervisor->services[i].pid > 0)
                (void)kill(supervisor->services[i].pid, SIGHUP);
        }
    }
    reap(supervisor);
}

static bool is_healthy(const struct service *service)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = cli_arena(PROBE_BYTES);
    int error;
    const char *answer = instance_ask_control(arena, service->control, "health", PROBE_MS, &error);

    return answer != NULL && strncmp(answer, "ok", 2) == 0;
}

/* The end of what it wrote, whole lines. */
static void show_log(const struct service *service)
{
    char text[LOG_SHOWN_BYTES + 1];
    int fd = open(service->log, O_RDONLY | O_CLOEXEC);
    struct stat status;
    off_t from;
    ssize_t size;
    const char *begin = text;

    if (fd < 0 || fstat(fd, &status) != 0) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    from = status.st_size - LOG_SHOWN_BYTES;
    if (from < service->log_begins)
        from = service->log_begins;
    size = pread(fd, text, LOG_SHOWN_BYTES, from);
    (void)close(fd);
    if (size <= 0)
        return;
    text[size] = '\0';
    if (from > service->log_begins && strchr(text, '\n') != NULL)
        begin = strchr(text, '\n') + 1;
    fputs(begin, stderr);
    if (text[size - 1] != '\n')
        fputc('\n', stderr);
}

static void describe_end(int status, char *text, size_t size)
{
    if (WIFSIGNALED(status))
        (void)snprintf(text, size, "signal %d", WTERMSIG(status));
    else
        (void)snprintf(text, size, "exit code %d", WEXITSTATUS(status));
}

static int fail_start(const struct service *service, bool has_ended)
{
    char end[32];

    describe_end(service->status, end, sizeof end);
    if (has_ended)
        (void)cli_fail(CLI_FAILED, "%s ended while it was starting (%s); %s says:", service->name,
                       end, service->log);
    else
        (void)cli_fail(CLI_FAILED, "%s is not healthy in time; %s says:", service->name,
                       service->log);
    show_log(service);
    return CLI_FAILED;
}

static int start_one(struct supervisor *supervisor, struct service *service, int64_t timeout_ms)
{
    int64_t deadline_ms = now_ms() + timeout_ms;
    int status;

    if (is_healthy(service))
        return cli_fail(CLI_FAILED, "%s answers already at %s: somebody else has started it",
                        service->name, service->control);
    status = spawn(supervisor, service);
    while (status == CLI_OK && !supervisor->is_stop_wanted) {
        bool healthy = is_healthy(service);

        take_signals(supervisor, healthy ? 0 : LOOK_AGAIN_MS);
        if (service->pid == 0)
            status = fail_start(service, true);
        else if (healthy)
            break;
        else if (now_ms() >= deadline_ms)
            status = fail_start(service, false);
    }
    return status;
}

int supervisor_start(struct supervisor *supervisor, int64_t timeout_ms)
{
    int status = CLI_OK;

    for (size_t i = 0; status == CLI_OK && !supervisor->is_stop_wanted && i < SERVICE_COUNT; i++)
        status = start_one(supervisor, &supervisor->services[i], timeout_ms);
    return status;
}

/* It runs, or waits for its next start. */
static void keep_running(struct supervisor *supervisor, struct service *service)
{
    char end[32], pause[24];

    if (service->pid > 0)
        return;
    if (service->again_ms == 0) {
        service->pause_ms = supervisor_pause_ms(now_ms() - service->started_ms, service->pause_ms);
        service->again_ms = now_ms() + service->pause_ms;
        describe_end(service->status, end, sizeof end);
        (void)snprintf(pause, sizeof pause, "%d", (int)service->pause_ms);
        mp_log(MP_LOG_WARN, "a process has ended and is started again", "process", service->name,
               "end", end, "pause_ms", pause, "log", service->log, NULL);
    }
    if (now_ms() >= service->again_ms && spawn(supervisor, service) != CLI_OK)
        service->again_ms = now_ms() + PAUSE_MOST_MS;
}

void supervisor_run(struct supervisor *supervisor)
{
    mp_log_setup("milepost-up", MP_LOG_INFO);
    while (!supervisor->is_stop_wanted) {
        int64_t wait_ms = INT_MAX;

        for (size_t i = 0; i < SERVICE_COUNT; i++) {
            struct service *service = &supervisor->services[i];

            keep_running(supervisor, service);
            if (service->again_ms > 0 && service->again_ms - now_ms() < wait_ms)
                wait_ms = service->again_ms - now_ms();
        }
        take_signals(supervisor, wait_ms > 0 ? wait_ms : 0);
    }
}

static void stop_one(struct supervisor *supervisor, struct service *service)
{
    int64_t deadline_ms = now_ms() + STOP_MS;

    if (service->pid == 0)
        return;
    (void)kill(service->pid, SIGTERM);
    while (service->pid > 0 && now_ms() < deadline_ms)
        take_signals(supervisor, deadline_ms - now_ms());
    if (service->pid == 0)
        return;
    (void)kill(service->pid, SIGKILL);
    while (service->pid > 0)
        take_signals(supervisor, STOP_MS);
    (void)cli_fail(CLI_FAILED, "%s did not stop in time and was killed", service->name);
}

void supervisor_stop(struct supervisor *supervisor)
{
    static const size_t order[] = {SERVICE_INGEST, SERVICE_PUBLISH, SERVICE_LEDGER};

    if (supervisor == NULL || supervisor->signals < 0)
        return;
    for (size_t i = 0; i < MP_LENGTH(order); i++)
        stop_one(supervisor, &supervisor->services[order[i]]);
    (void)close(supervisor->signals);
    supervisor->signals = -1;
}
