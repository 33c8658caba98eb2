/* Containers: each service is process 1 of its own PID and mount namespaces and shares with the
 * others the run folder alone. Only the ledger sees the record, only the others see the keys. */
#include "tests/support/system_record.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAYS   "progress", "ml-1:completion", "50", "--as", "railways", "--note"
#define ROUNDS 5

static const char *const names[SYSTEM_SERVICES] = {"ledger", "ingest", "publish"};
static const char *const own[SYSTEM_SERVICES] = {"store", "keys", "keys"};

static struct system_instance instance;

/* unshare with what this user needs for it; the rest of the words follow. */
static size_t put_unshare(const char **argv)
{
    size_t count = 0;

    argv[count++] = "/usr/bin/unshare";
    if (geteuid() != 0) { /* in a user namespace of our own we may mount; files stay ours */
        argv[count++] = "--user";
        argv[count++] = "--map-root-user";
    }
    argv[count++] = "--pid";
    argv[count++] = "--mount";
    argv[count++] = "--fork";
    argv[count++] = "--kill-child";
    argv[count++] = "--mount-proc";
    return count;
}

/* A machine that allows neither root nor a user namespace cannot run these tests, and says so. */
static void require_namespaces(void)
{
    const char *argv[12] = {NULL};
    size_t count = put_unshare(argv);
    struct system_process *process;
    int status;

    argv[count] = "/bin/true";
    process = system_spawn(argv);
    status = system_wait(process, SYSTEM_DEADLINE_MS);
    if (status != 0)
        cr_assert_fail("no PID and mount namespaces can be made here, as root or in a user "
                       "namespace; allow these (sysctl kernel.unprivileged_userns_clone=1, "
                       "user.max_user_namespaces), in a container CAP_SYS_ADMIN and a /proc "
                       "that can be mounted: %s",
                       system_output(process, SYSTEM_ERR));
    system_forget(process);
}

static void launch(enum system_service service)
{
    const char *argv[16] = {NULL};
    size_t count = put_unshare(argv);

    argv[count++] = "/bin/sh";
    argv[count++] = system_source("tests/system/namespaces.sh");
    argv[count++] = system_program(system_text("milepost-%s", names[service]));
    argv[count++] = system_text("%s.yaml", names[service]);
    argv[count++] = instance.folder;
    argv[count++] = own[service];
    cr_assert_null(instance.services[service]);
    instance.services[service] = system_spawn(argv);
}

/* The service itself, as seen from here: the one child of its unshare. */
static pid_t service_pid(enum system_service service)
{
    int pid = (int)system_pid(instance.services[service]);
    FILE *children = fopen(system_text("/proc/%d/task/%d/children", pid, pid), "re");
    char line[64] = "";

    cr_assert_not_null(children);
    (void)!fgets(line, sizeof line, children);
    (void)fclose(children);
    pid = (int)strtol(line, NULL, 10);
    cr_assert_gt(pid, 1, "the %s has no process: %s", names[service],
                 system_output(instance.services[service], SYSTEM_ERR));
    return pid;
}

/* SIGTERM to process 1, as 'docker stop' sends it: its end must be its own and in order. */
static void stop(enum system_service service)
{
    struct system_process *process = instance.services[service];

    cr_assert_eq(kill(service_pid(service), SIGTERM), 0);
    cr_assert_eq(system_wait(process, SYSTEM_DEADLINE_MS), 0, "the %s: %s", names[service],
                 system_output(process, SYSTEM_ERR));
    system_forget(process);
    instance.services[service] = NULL;
}

static void kill_hard(enum system_service service)
{
    struct system_process *process = instance.services[service];

    cr_assert_eq(kill(service_pid(service), SIGKILL), 0);
    /* unshare has its own way to tell of this signal. */
    cr_assert_neq(system_wait(process, SYSTEM_DEADLINE_MS), 0);
    system_forget(process);
    instance.services[service] = NULL;
}

static void begin(void)
{
    system_begin();
    require_namespaces();
    system_init(&instance, "i");
    for (int i = 0; i < SYSTEM_SERVICES; i++)
        launch((enum system_service)i);
    for (int i = 0; i < SYSTEM_SERVICES; i++)
        system_await_healthy(&instance, (enum system_service)i);
}

static void expect_apart(pid_t one, pid_t other, const char *kind)
{
    char first[64] = "", second[64] = "";

    cr_assert_gt(readlink(system_text("/proc/%d/ns/%s", one, kind), first, sizeof first - 1), 0);
    cr_assert_gt(readlink(system_text("/proc/%d/ns/%s", other, kind), second, sizeof second - 1),
                 0);
    cr_assert_str_neq(first, second, "%s namespace", kind);
}

/* "NSpid: 4711 1": its last number is the process's own view of itself. */
static void expect_process_one(pid_t pid)
{
    FILE *status = fopen(system_text("/proc/%d/status", pid), "re");
    char line[256], wanted[64];
    bool found = false;

    cr_assert_not_null(status);
    (void)snprintf(wanted, sizeof wanted, "NSpid:\t%d\t1\n", pid);
    while (!found && fgets(line, sizeof line, status) != NULL)
        found = strcmp(line, wanted) == 0;
    (void)fclose(status);
    cr_assert(found, "process %d is not process 1 of its namespace", pid);
}

static bool sees(pid_t pid, const char *name)
{
    struct stat status;

    return stat(system_text("/proc/%d/root%s/%s", pid, instance.folder, name), &status) == 0;
}

Test(namespaces, each_service_is_process_one_and_sees_what_is_its_own, .init = begin,
     .fini = system_end)
{
    for (int i = 0; i < SYSTEM_SERVICES; i++) {
        pid_t pid = service_pid((enum system_service)i);

        expect_process_one(pid);
        for (int j = 0; j < i; j++) {
            expect_apart(pid, service_pid((enum system_service)j), "pid");
            expect_apart(pid, service_pid((enum system_service)j), "mnt");
        }
        cr_expect(sees(pid, "run/ledger.sock"), "%s", names[i]);
        cr_expect_eq(sees(pid, "store/data.mdb"), i == SYSTEM_LEDGER, "%s", names[i]);
        cr_expect_eq(sees(pid, "keys/services.key"), i != SYSTEM_LEDGER, "%s", names[i]);
        cr_expect_not(sees(pid, "client.yaml"), "%s", names[i]);
    }
}

/* The whole path, and the death of each: a new ledger is another process 1, with the lock files
 * and sockets of one that had the same number. */
Test(namespaces, what_is_acknowledged_survives_the_death_of_each, .init = begin, .fini = system_end)
{
    uint64_t head = 0;
    struct system_process *watch;
    struct system_events events;

    system_make_world(&instance);
    watch = system_watch(&instance, "ml-1/", NULL, &head);
    for (int round = 0; round < ROUNDS; round++) {
        enum system_service victim = (enum system_service)(round % SYSTEM_SERVICES);

        system_do(&instance, SAYS, system_text("round %d", round));
        kill_hard(victim);
        launch(victim);
        for (int i = 0; i < SYSTEM_SERVICES; i++)
            system_await_healthy(&instance, (enum system_service)i);
    }
    system_await_lines(watch, ROUNDS);
    events = system_read(&instance, "ml-1/", head);
    cr_assert_eq(events.count, ROUNDS);
    for (int round = 0; round < ROUNDS; round++)
        cr_expect_eq(system_count_note(&events, system_text("round %d", round)), 1);
    system_expect_watched(watch, &events);
    stop(SYSTEM_INGEST);
    stop(SYSTEM_PUBLISH);
    stop(SYSTEM_LEDGER);
    system_verify(&instance);
}
