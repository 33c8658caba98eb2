#include "tests/support/system_process.h"

#include "core/base/clock.h"
#include "tests/support/system_guardian.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MOST 32
#define ARENA_BYTES    ((size_t)1 << 30)
#define PIECE_BYTES    ((size_t)64 << 10)
#define PAUSE_MS       10

struct stream {
    int fd; /* -1: at its end */
    char *text;
    size_t size, capacity;
    size_t found; /* lines before it have been looked at */
    size_t lines;
};

struct system_process {
    pid_t pid; /* 0: the place is free */
    int exit_fd;
    bool is_over;
    int status;
    struct stream streams[2];
};

static struct system_process processes[PROCESSES_MOST];
static struct mp_arena *arena;
static struct system_guardian guardian;

int64_t system_now_ms(void)
{
    return mp_clock_monotonic_ms(&mp_clock_system);
}

void system_begin(void)
{
    arena = mp_arena_new(ARENA_BYTES);
    cr_assert_not_null(arena);
    cr_assert_not_null(getenv("MILEPOST_BIN"), "run by ctest, which sets MILEPOST_BIN");
    cr_assert_not_null(getenv("MILEPOST_SOURCE"));
    (void)unsetenv("MILEPOST_DIR");
    (void)unsetenv("MILEPOST_AS");
    cr_assert(system_guardian_start(&guardian), "no folder under /tmp, or no guardian");
}

void system_end(void)
{
    for (size_t i = 0; i < PROCESSES_MOST; i++) {
        struct system_process *process = &processes[i];

        if (process->pid != 0 && !process->is_over) {
            (void)kill(process->pid, SIGKILL);
            (void)waitpid(process->pid, NULL, 0);
            process->is_over = true;
        }
        system_forget(process);
    }
    system_guardian_stop(&guardian);
    mp_arena_free(arena);
    arena = NULL;
}

const char *system_folder(void)
{
    return guardian.folder;
}

struct mp_arena *system_arena(void)
{
    return arena;
}

const char *system_text(const char *format, ...)
{
    va_list arguments;
    const char *text;

    va_start(arguments, format);
    text = mp_arena_vprintf(arena, format, arguments);
    va_end(arguments);
    cr_assert_not_null(text);
    return text;
}

const char *system_program(const char *name)
{
    return system_text("%s/%s", getenv("MILEPOST_BIN"), name);
}

const char *system_source(const char *path)
{
    return system_text("%s/%s", getenv("MILEPOST_SOURCE"), path);
}

/* In the child: only what exec needs. */
static void become(const char *const *argv, pid_t parent, int out, int err)
{
    sigset_t none;
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(126);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)dup2(nothing, STDIN_FILENO);
    (void)dup2(out, STDOUT_FILENO);
    (void)dup2(err, STDERR_FILENO);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

static struct system_process *free_place(void)
{
    for (size_t i = 0; i < PROCESSES_MOST; i++) {
        if (processes[i].pid == 0)
            return &processes[i];
    }
    cr_assert_fail("more than %d processes", PROCESSES_MOST);
    return NULL;
}

struct system_process *system_spawn(const char *const *argv)
{
    struct system_process *process = free_place();
    pid_t parent = getpid(), child;
    int out[2], err[2];

    cr_assert_eq(pipe2(out, O_CLOEXEC), 0);
    cr_assert_eq(pipe2(err, O_CLOEXEC), 0);
    (void)fcntl(out[0], F_SETFL, O_NONBLOCK);
    (void)fcntl(err[0], F_SETFL, O_NONBLOCK);
    (void)fflush(NULL);
    child = fork();
    if (child == 0)
        become(argv, parent, out[1], err[1]);
    cr_assert_gt(child, 0);
    (void)close(out[1]);
    (void)close(err[1]);
    *process = (struct system_process){
        .pid = child,
        .exit_fd = pidfd_open(child, 0),
        .streams = {[SYSTEM_OUT] = {.fd = out[0]}, [SYSTEM_ERR] = {.fd = err[0]}},
    };
    cr_assert_geq(process->exit_fd, 0);
    return process;
}

pid_t system_pid(const struct system_process *process)
{
    return process->pid;
}

static void read_stream(struct stream *stream)
{
    while (stream->fd >= 0) {
        ssize_t size;

        if (stream->capacity - stream->size < PIECE_BYTES) {
            stream->capacity = stream->capacity * 2 + 2 * PIECE_BYTES;
            stream->text = realloc(stream->text, stream->capacity);
            cr_assert_not_null(stream->text);
        }
        size = read(stream->fd, stream->text + stream->size, PIECE_BYTES - 1);
        if (size > 0)
            stream->size += (size_t)size;
        stream->text[stream->size] = '\0';
        if (size > 0)
            stream->lines += system_count_lines(stream->text + stream->size - size);
        if (size > 0 || (size < 0 && errno == EINTR))
            continue;
        if (size < 0 && errno == EAGAIN)
            return;
        (void)close(stream->fd);
        stream->fd = -1;
    }
}

static void take_exit(struct system_process *process)
{
    int status = 0;

    if (process->is_over || waitpid(process->pid, &status, WNOHANG) != process->pid)
        return;
    process->is_over = true;
    process->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    (void)close(process->exit_fd);
    process->exit_fd = -1;
}

void system_pump(int64_t timeout_ms)
{
    struct pollfd waits[PROCESSES_MOST * 3];
    nfds_t count = 0;

    for (size_t i = 0; i < PROCESSES_MOST; i++) {
        const struct system_process *process = &processes[i];
        const int fds[] = {process->exit_fd, process->streams[0].fd, process->streams[1].fd};

        for (size_t j = 0; process->pid != 0 && j < 3; j++) {
            if (fds[j] >= 0)
                waits[count++] = (struct pollfd){.fd = fds[j], .events = POLLIN};
        }
    }
    (void)poll(waits, count, (int)timeout_ms);
    for (size_t i = 0; i < PROCESSES_MOST; i++) {
        if (processes[i].pid == 0)
            continue;
        take_exit(&processes[i]); /* before the last of its output is read */
        read_stream(&processes[i].streams[SYSTEM_OUT]);
        read_stream(&processes[i].streams[SYSTEM_ERR]);
    }
}

bool system_is_over(struct system_process *process)
{
    system_pump(0);
    return process->is_over;
}

int system_wait(struct system_process *process, int64_t timeout_ms)
{
    int64_t deadline_ms = system_now_ms() + timeout_ms;

    while (!process->is_over && system_now_ms() < deadline_ms)
        system_pump(deadline_ms - system_now_ms());
    cr_assert(process->is_over, "process %ld has not ended in time; stdout: %s; stderr: %s",
              (long)process->pid, system_output(process, SYSTEM_OUT),
              system_output(process, SYSTEM_ERR));
    return process->status;
}

const char *system_output(const struct system_process *process, enum system_stream stream)
{
    const char *text = process->streams[stream].text;

    return text != NULL ? text : "";
}

static const char *next_line(struct stream *stream, const char *words)
{
    while (stream->text != NULL) {
        const char *line = stream->text + stream->found;
        const char *end = memchr(line, '\n', stream->size - stream->found);
        const char *copy;

        if (end == NULL)
            return NULL;
        stream->found += (size_t)(end - line) + 1;
        if (memmem(line, (size_t)(end - line), words, strlen(words)) == NULL)
            continue;
        copy = mp_arena_text(arena, mp_span_make(line, (size_t)(end - line)));
        cr_assert_not_null(copy);
        return copy;
    }
    return NULL;
}

const char *system_find_line(struct system_process *process, enum system_stream stream,
                             const char *words, int64_t timeout_ms)
{
    int64_t deadline_ms = system_now_ms() + timeout_ms;

    for (;;) {
        bool was_over = process->is_over;
        const char *line = next_line(&process->streams[stream], words);

        if (line != NULL || was_over || system_now_ms() >= deadline_ms)
            return line;
        system_pump(deadline_ms - system_now_ms());
    }
}

const char *system_await(struct system_process *process, enum system_stream stream,
                         const char *words)
{
    const char *line = system_find_line(process, stream, words, SYSTEM_DEADLINE_MS);

    cr_assert_not_null(line, "no line with '%s'; stdout has %zu lines; stderr: %s", words,
                       system_count_lines(system_output(process, SYSTEM_OUT)),
                       system_output(process, SYSTEM_ERR));
    return line;
}

size_t system_count_lines(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

void system_await_lines(struct system_process *process, size_t count)
{
    int64_t deadline_ms = system_now_ms() + SYSTEM_DEADLINE_MS;
    size_t lines = 0;

    while (lines < count && system_now_ms() < deadline_ms) {
        bool was_over = process->is_over;

        lines = process->streams[SYSTEM_OUT].lines;
        if (lines < count && was_over)
            break;
        if (lines < count)
            system_pump(deadline_ms - system_now_ms());
    }
    cr_assert_geq(lines, count, "%zu lines of %zu came; stderr: %s", lines, count,
                  system_output(process, SYSTEM_ERR));
}

void system_forget(struct system_process *process)
{
    if (process->pid == 0)
        return;
    for (size_t i = 0; i < 2; i++) {
        if (process->streams[i].fd >= 0)
            (void)close(process->streams[i].fd);
        free(process->streams[i].text);
    }
    if (process->exit_fd >= 0)
        (void)close(process->exit_fd);
    *process = (struct system_process){0};
}

bool system_until(bool (*holds)(void *context), void *context, int64_t timeout_ms)
{
    int64_t deadline_ms = system_now_ms() + timeout_ms;

    while (!holds(context)) {
        if (system_now_ms() >= deadline_ms)
            return false;
        system_pump(PAUSE_MS);
    }
    return true;
}
