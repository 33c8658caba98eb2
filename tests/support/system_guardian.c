#include "tests/support/system_guardian.h"
#include "tests/support/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENVIRONMENT_MOST 65536
#define ROUNDS_MOST      500
#define END_MS           5000 /* for one to end; it is looked for again after that */

static bool has_place(long pid, const char *folder)
{
    static char text[ENVIRONMENT_MOST];
    char path[64], wanted[128];
    ssize_t size;
    int fd, length;

    (void)snprintf(path, sizeof path, "/proc/%ld/environ", pid);
    length = snprintf(wanted, sizeof wanted, "%s=%s", SYSTEM_PLACE, folder) + 1; /* with its NUL */
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size = read(fd, text, sizeof text);
    (void)close(fd);
    return size > 0 && memmem(text, (size_t)size, wanted, (size_t)length) != NULL;
}

/* Kills it and waits for its end; its number may be another's by then, hence the descriptor. */
static void kill_one(pid_t pid)
{
    struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};

    (void)kill(pid, SIGKILL);
    if (end.fd < 0)
        return;
    (void)poll(&end, 1, END_MS);
    (void)close(end.fd);
}

/* How many there were. */
static size_t kill_all(const char *folder)
{
    DIR *proc = opendir("/proc");
    const struct dirent *entry;
    size_t count = 0;

    while (proc != NULL && (entry = readdir(proc)) != NULL) {
        long pid = strtol(entry->d_name, NULL, 10);

        if (pid > 1 && has_place(pid, folder)) {
            kill_one((pid_t)pid);
            count++;
        }
    }
    if (proc != NULL)
        (void)closedir(proc);
    return count;
}

static void guard(const char *folder, int life)
{
    char byte;

    while (read(life, &byte, 1) < 0 && errno == EINTR)
        continue;
    for (int i = 0; i < ROUNDS_MOST && kill_all(folder) > 0; i++)
        continue; /* one may have been forked meanwhile */
    if (getenv("MILEPOST_TEST_KEEP") == NULL)
        folder_remove(folder);
    _exit(0);
}

bool system_guardian_start(struct system_guardian *guardian)
{
    int ends[2];

    (void)snprintf(guardian->folder, sizeof guardian->folder, "/tmp/milepost-XXXXXX");
    if (mkdtemp(guardian->folder) == NULL || pipe2(ends, O_CLOEXEC) != 0)
        return false;
    (void)fflush(NULL);
    guardian->pid = fork();
    if (guardian->pid == 0) {
        int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

        (void)setsid(); /* Ctrl-C ends the test, and that ends us */
        (void)dup2(nothing, STDOUT_FILENO);
        (void)dup2(nothing, STDERR_FILENO);
        (void)dup2(ends[0], STDIN_FILENO);
        (void)close_range(3, ~0u, 0);
        guard(guardian->folder, STDIN_FILENO);
    }
    (void)close(ends[0]);
    guardian->life = ends[1];
    return guardian->pid > 0 && setenv(SYSTEM_PLACE, guardian->folder, 1) == 0;
}

void system_guardian_stop(struct system_guardian *guardian)
{
    if (guardian->pid <= 0)
        return;
    (void)unsetenv(SYSTEM_PLACE);
    (void)close(guardian->life);
    (void)waitpid(guardian->pid, NULL, 0);
    guardian->pid = 0;
}
