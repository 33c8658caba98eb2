#include "core/bus/internal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

const char *mp_ipc_path(const char *address)
{
    static const char scheme[] = "ipc://";
    return strncmp(address, scheme, sizeof scheme - 1) == 0 ? address + sizeof scheme - 1 : NULL;
}

static int try_connect(const struct sockaddr_un *name)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return MP_ESYSTEM;
    int failed = connect(fd, (const struct sockaddr *)name, sizeof *name) == 0 ? 0 : errno;
    (void)close(fd);
    switch (failed) {
    case 0:
    case EAGAIN: /* its queue of connections is full */
        return 0;
    case ECONNREFUSED:
        return MP_EUNREACHABLE;
    case ENOENT:
        return MP_ENOTFOUND;
    case EACCES:
        return MP_EPERM;
    default:
        return MP_ESYSTEM;
    }
}

int mp_ipc_probe(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t size = strlen(path);
    if (size == 0)
        return MP_EINVAL;
    if (size >= sizeof name.sun_path)
        return MP_ETOOBIG;
    memcpy(name.sun_path, path, size);
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT || errno == ENOTDIR ? MP_ENOTFOUND : mp_bus_error(errno);
    if (!S_ISSOCK(status.st_mode))
        return MP_EEXIST;
    return try_connect(&name);
}
