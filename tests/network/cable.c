#include "tests/network/cable.h"

#include "tests/support/system_process.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OTHER_ADDRESS "10.77.0.2"
/* Nobody on the cable has this one: packets that are sent to it are seen by nobody. */
#define WRONG_HARDWARE "02:00:00:00:77:77"

static int here = -1, there = -1; /* namespaces */

static bool runs(const char *const *argv)
{
    struct system_process *process = system_spawn(argv);
    bool is_well = system_wait(process, SYSTEM_DEADLINE_MS) == 0;

    if (!is_well)
        (void)fprintf(stderr, "%s %s %s: %s", argv[0], argv[1], argv[2],
                      system_output(process, SYSTEM_ERR));
    system_forget(process);
    return is_well;
}

static const char *ip_program(void)
{
    static const char *const paths[] = {"/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (access(paths[i], X_OK) == 0)
            return paths[i];
    }
    return NULL;
}

static void require_ip(void)
{
    if (ip_program() == NULL)
        cr_assert_fail("there is no ip (iproute2, script/bootstrap), so no cable can be cut");
}

#define IP(...) cr_assert(runs((const char *const[]){ip_program(), __VA_ARGS__, NULL}))

/* The link is another one in the process that would follow it. */
static const char *test_program(void)
{
    char path[PATH_MAX] = "";

    cr_assert_gt(readlink("/proc/self/exe", path, sizeof path - 1), 0);
    return system_text("%s", path);
}

bool cable_relays(const char *test)
{
    const char *argv[] = {"/usr/bin/unshare",
                          "--user",
                          "--map-root-user",
                          "--net",
                          "/bin/true",
                          "--filter",
                          test,
                          NULL};
    struct system_process *process;

    if (geteuid() == 0)
        return false;
    require_ip();
    if (!runs((const char *const[]){argv[0], argv[1], argv[2], argv[3], argv[4], NULL}))
        cr_assert_fail("no network namespace can be made here, as root or in a user namespace "
                       "(unshare --user --map-root-user --net), so no cable can be cut; allow "
                       "user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
                       "user.max_user_namespaces), or run the tests as root");
    argv[4] = test_program();
    (void)unsetenv("BXFI_MAP"); /* by which Criterion knows a process of its own */
    process = system_spawn(argv);
    cr_assert_eq(system_wait(process, 4 * SYSTEM_DEADLINE_MS), 0, "%s",
                 system_output(process, SYSTEM_ERR));
    cr_assert_not_null(strstr(system_output(process, SYSTEM_ERR), "Passing: 1"), "%s",
                       system_output(process, SYSTEM_ERR));
    system_forget(process);
    return true;
}

struct holder {
    const char *path;
    char ours[64];
};

static bool is_apart(void *context)
{
    struct holder *holder = context;
    char theirs[64] = "";

    return readlink(holder->path, theirs, sizeof theirs - 1) > 0 &&
           strcmp(theirs, holder->ours) != 0;
}

/* A process that keeps the other side's namespace. */
static pid_t hold_the_other_side(void)
{
    struct system_process *process = system_spawn(
        (const char *const[]){"/usr/bin/unshare", "--net", "/bin/sleep", "infinity", NULL});
    struct holder holder = {.path = system_text("/proc/%d/ns/net", (int)system_pid(process))};

    cr_assert_gt(readlink("/proc/self/ns/net", holder.ours, sizeof holder.ours - 1), 0);
    cr_assert(system_until(is_apart, &holder, SYSTEM_DEADLINE_MS), "%s",
              system_output(process, SYSTEM_ERR));
    there = open(holder.path, O_RDONLY | O_CLOEXEC);
    cr_assert_geq(there, 0);
    return system_pid(process);
}

void cable_begin(void)
{
    pid_t holder;

    require_ip();
    if (unshare(CLONE_NEWNET) != 0)
        cr_assert_fail("no network namespace can be made here (%s), so no cable can be cut; a "
                       "container needs CAP_SYS_ADMIN and CAP_NET_ADMIN",
                       strerror(errno));
    here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    cr_assert_geq(here, 0);
    IP("link", "set", "lo", "up");
    holder = hold_the_other_side();
    IP("link", "add", "name", "cable0", "type", "veth", "peer", "name", "cable1", "netns",
       system_text("%d", (int)holder));
    IP("address", "add", CABLE_ADDRESS "/24", "dev", "cable0");
    IP("link", "set", "cable0", "up");
    cable_cross();
    IP("link", "set", "lo", "up");
    IP("address", "add", OTHER_ADDRESS "/24", "dev", "cable1");
    IP("link", "set", "cable1", "up");
    cable_return();
}

void cable_cross(void)
{
    cr_assert_eq(setns(there, CLONE_NEWNET), 0, "%s", strerror(errno));
}

void cable_return(void)
{
    cr_assert_eq(setns(here, CLONE_NEWNET), 0, "%s", strerror(errno));
}

void cable_cut(enum cable_cut cut)
{
    if (cut == CABLE_LINK_DOWN) {
        IP("link", "set", "cable0", "down");
        return;
    }
    IP("neighbour", "replace", OTHER_ADDRESS, "lladdr", WRONG_HARDWARE, "nud", "permanent", "dev",
       "cable0");
    cable_cross();
    IP("neighbour", "replace", CABLE_ADDRESS, "lladdr", WRONG_HARDWARE, "nud", "permanent", "dev",
       "cable1");
    cable_return();
}

void cable_mend(enum cable_cut cut)
{
    if (cut == CABLE_LINK_DOWN) {
        IP("link", "set", "cable0", "up");
        return;
    }
    IP("neighbour", "delete", OTHER_ADDRESS, "dev", "cable0");
    cable_cross();
    IP("neighbour", "delete", CABLE_ADDRESS, "dev", "cable1");
    cable_return();
}
