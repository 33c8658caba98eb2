#include "tests/bench/measure.h"
#include "tests/bench/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOTIFY_SOCKET "notify"
#define READY_MS      30000
#define STOP_NS       (10 * BENCH_SECOND_NS)
#define LOOK_NS       INT64_C(2000000)

static int notify_socket = -1;

/* Beside this program. */
static void find_program(const char *name, char path[static PATH_MAX])
{
    ssize_t size = readlink("/proc/self/exe", path, PATH_MAX - 1);
    char *slash;

    bench_need(size > 0 && (size_t)size + strlen(name) < PATH_MAX - 1, "/proc/self/exe");
    path[size] = '\0';
    slash = strrchr(path, '/');
    memcpy(slash + 1, name, strlen(name) + 1);
}

static pid_t spawn(const char *const *argv, int out, int error)
{
    char path[PATH_MAX];
    pid_t parent = getpid(), child;

    find_program(argv[0], path);
    (void)fflush(NULL);
    child = fork();
    bench_need(child >= 0, "fork");
    if (child != 0)
        return child;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    (void)dup2(out, STDOUT_FILENO);
    (void)dup2(error, STDERR_FILENO);
    (void)execv(path, (char *const *)(uintptr_t)argv);
    bench_fail("%s cannot be run", path);
}

pid_t process_start(const char *const *argv, const char *log)
{
    int file = open(log, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    pid_t child;

    bench_need(file >= 0, "%s", log);
    child = spawn(argv, file, file);
    (void)close(file);
    return child;
}

static bool has_ended(pid_t pid, int64_t patience_ns, int *ret_status)
{
    int64_t end = bench_now_ns() + patience_ns;

    while (waitpid(pid, ret_status, WNOHANG) == 0) {
        if (bench_now_ns() > end)
            return false;
        bench_sleep_until_ns(bench_now_ns() + LOOK_NS);
    }
    return true;
}

void process_stop(pid_t pid)
{
    int status;

    if (pid <= 0)
        return;
    (void)kill(pid, SIGTERM);
    if (has_ended(pid, STOP_NS, &status))
        return;
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
}

int process_run(const char *const *argv, const char *log, double *ret_ms)
{
    int64_t start = bench_now_ns();
    pid_t child = process_start(argv, log);
    int status = 0;

    bench_need(waitpid(child, &status, 0) == child, "%s", argv[0]);
    if (ret_ms != NULL)
        *ret_ms = (double)(bench_now_ns() - start) / 1e6;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void process_measure(struct figures *figures, enum section section, const char *prefix,
                     const char *const *argv)
{
    char line[256], name[64], full[128];
    int pipes[2], status = 0;
    double value;
    pid_t child;
    FILE *in;

    bench_need(pipe2(pipes, O_CLOEXEC) == 0, "pipe");
    child = spawn(argv, pipes[1], STDERR_FILENO);
    (void)close(pipes[1]);
    in = fdopen(pipes[0], "r");
    bench_need(in != NULL, "pipe");
    while (fgets(line, sizeof(line), in) != NULL) {
        if (sscanf(line, "%63s %lf", name, &value) != 2)
            continue;
        (void)snprintf(full, sizeof(full), "%s%s", prefix, name);
        figures_add(figures, section, full, value);
    }
    (void)fclose(in);
    (void)waitpid(child, &status, 0);
    errno = 0;
    bench_need(status == 0, "%s %s failed", argv[0], argv[1]);
}

void process_notify_open(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    char path[PATH_MAX];

    bench_need(getcwd(path, sizeof(path)) != NULL, "the folder");
    errno = 0;
    bench_need(strlen(path) + sizeof("/" NOTIFY_SOCKET) <= sizeof(name.sun_path),
               "%s is too long a path for sockets", path);
    (void)strcat(path, "/" NOTIFY_SOCKET);
    memcpy(name.sun_path, path, strlen(path) + 1);
    notify_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bench_need(notify_socket >= 0 &&
                   bind(notify_socket, (struct sockaddr *)&name, sizeof(name)) == 0 &&
                   setenv("NOTIFY_SOCKET", path, 1) == 0,
               "%s", path);
}

void process_notify_forget(void)
{
    char text[256];

    while (recv(notify_socket, text, sizeof(text), MSG_DONTWAIT) >= 0)
        ;
}

/* Others say STOPPING and WATCHDOG there. */
void process_notify_wait(const char *who)
{
    struct pollfd item = {.fd = notify_socket, .events = POLLIN};
    char text[256];
    ssize_t size;

    for (;;) {
        errno = 0;
        bench_need(poll(&item, 1, READY_MS) > 0, "%s does not become ready; see its log", who);
        size = recv(notify_socket, text, sizeof(text) - 1, 0);
        text[size < 0 ? 0 : size] = '\0';
        if (strstr(text, "READY=1") != NULL)
            return;
    }
}

double process_rss_kb(pid_t pid)
{
    char path[64], line[256];
    double value = 0;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "r");
    bench_need(file != NULL, "%s", path);
    while (fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, "RssAnon:", 8) == 0)
            value = strtod(line + 8, NULL);
    (void)fclose(file);
    return value;
}
