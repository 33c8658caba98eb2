#include "clients/cli/process.h"

#include "core/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_NOT_STARTED 127
#define TREE_DEPTH_MOST  16

const char *process_find(struct mp_arena *arena, const char *program)
{
    char self[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self);
    const char *path = program;

    while (size > 0 && self[size - 1] != '/')
        size--;
    if (size > 0)
        path = cli_text(arena, "%.*s%s", (int)size, self, program);
    return access(path, X_OK) == 0 ? path : program;
}

static int say_not_run(const char *program, int number)
{
    return cli_fail(CLI_FAILED, "%s cannot be run: %s", program, strerror(number));
}

/* In the child. */
_Noreturn static void become(const char *program, const char *const *argv)
{
    (void)execvp(program, (char *const *)argv);
    (void)say_not_run(argv[0], errno);
    _exit(EXIT_NOT_STARTED);
}

static int wait_for_end(const char *name, pid_t child)
{
    int status = 0;

    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return say_not_run(name, errno);
    }
    if (WIFSIGNALED(status))
        return cli_fail(CLI_FAILED, "%s was ended by signal %d", name, WTERMSIG(status));
    return WEXITSTATUS(status) == EXIT_NOT_STARTED ? CLI_FAILED : WEXITSTATUS(status);
}

/* Up to size - 1 bytes of what comes out of the pipe; the rest is read and thrown away. */
static void drain(int fd, char *text, size_t size)
{
    char rest[512];
    size_t have = 0;
    ssize_t got;

    do {
        bool full = have + 1 >= size;

        got = read(fd, full ? rest : text + have, full ? sizeof rest : size - 1 - have);
        if (got > 0 && !full)
            have += (size_t)got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    text[have] = '\0';
}

int process_run(struct mp_arena *arena, const char *const *argv, bool is_quiet, char *text,
                size_t size)
{
    const char *program = process_find(arena, argv[0]);
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before;
    int ends[2] = {-1, -1}, status;
    pid_t child;

    if (size > 0 && pipe2(ends, O_CLOEXEC) != 0)
        return say_not_run(argv[0], errno);
    (void)fflush(NULL); /* what we printed comes before what it prints */
    /* Ctrl-C ends the child, and us only after we have cleaned up behind it. */
    (void)sigaction(SIGINT, &ignore, &before);
    child = fork();
    if (child == 0) {
        (void)sigaction(SIGINT, &before, NULL);
        if (size > 0)
            (void)dup2(ends[1], STDOUT_FILENO);
        if (is_quiet)
            (void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        become(program, argv);
    }
    if (size > 0) {
        (void)close(ends[1]);
        drain(ends[0], text, size);
        (void)close(ends[0]);
    }
    status = child < 0 ? say_not_run(argv[0], errno) : wait_for_end(argv[0], child);
    (void)sigaction(SIGINT, &before, NULL);
    return status;
}

bool process_is_taken(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    bool holds = false;

    if (folder == NULL)
        return errno != ENOENT;
    while (!holds && (entry = readdir(folder)) != NULL)
        holds = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(folder);
    return holds;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

int process_remove_tree(const char *path)
{
    if (nftw(path, remove_one, TREE_DEPTH_MOST, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
        return 0;
    return MP_EIO;
}

static long read_pid(int fd)
{
    char text[32] = {0};
    ssize_t size = pread(fd, text, sizeof text - 1, 0);

    return size > 0 ? strtol(text, NULL, 10) : 0;
}

int process_lock(const char *folder, long *ret_pid)
{
    char path[PATH_MAX];
    int size = snprintf(path, sizeof path, "%s/run", folder), fd, error;

    if (size < 0 || (size_t)size + sizeof "/up.pid" > sizeof path)
        return MP_ETOOBIG;
    error = mp_file_make_folder(path, 0700);
    if (error != 0)
        return error;
    memcpy(path + size, "/up.pid", sizeof "/up.pid");
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return mp_error_from_errno(errno);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        /* The pid of one that was killed must never be taken for the next one's. */
        if (ftruncate(fd, 0) == 0)
            return fd;
        error = mp_error_from_errno(errno);
        (void)close(fd);
        return error;
    }
    error = errno == EWOULDBLOCK ? MP_EBUSY : mp_error_from_errno(errno);
    if (error == MP_EBUSY)
        *ret_pid = read_pid(fd);
    (void)close(fd);
    return error;
}
