#include "tests/support/system_instance.h"

#include "core/bus/control.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT_FIRST  12000 /* below those that the kernel gives to connections */
#define PORT_RANGE  20000
#define WORDS_MOST  40
#define CONTROL_MS  1000
#define ANSWER_MOST 65536

static const char *const names[SYSTEM_SERVICES] = {"ledger", "ingest", "publish"};

static bool is_free(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool free;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    free = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    (void)close(fd);
    return free;
}

int system_free_ports(void)
{
    for (int i = 0; i < 1000; i++) {
        unsigned random = 0;
        int port;

        cr_assert_eq(getrandom(&random, sizeof random, 0), (ssize_t)sizeof random);
        port = PORT_FIRST + (int)(random % PORT_RANGE);
        if (is_free(port) && is_free(port + 1) && is_free(port + 2))
            return port;
    }
    cr_assert_fail("no three free ports");
    return 0;
}

void system_init(struct system_instance *instance, const char *name)
{
    *instance = (struct system_instance){.folder = system_text("%s/%s", system_folder(), name),
                                         .port = system_free_ports()};
    const char *const argv[] = {
        system_program("milepost"),        "init", instance->folder, "--ports",
        system_text("%d", instance->port), NULL,
    };
    struct system_process *process = system_spawn(argv);

    cr_assert_eq(system_wait(process, SYSTEM_DEADLINE_MS), 0, "init: %s",
                 system_output(process, SYSTEM_ERR));
    system_forget(process);
}

void system_configure(const struct system_instance *instance, const char *file, const char *line)
{
    FILE *stream = fopen(system_text("%s/%s", instance->folder, file), "ae");

    cr_assert_not_null(stream);
    cr_assert_geq(fprintf(stream, "%s\n", line), 0);
    cr_assert_eq(fclose(stream), 0);
}

void system_launch(struct system_instance *instance, enum system_service service)
{
    const char *const argv[] = {
        system_program(system_text("milepost-%s", names[service])),
        system_text("--config=%s/%s.yaml", instance->folder, names[service]),
        NULL,
    };

    cr_assert_null(instance->services[service], "it runs already");
    instance->services[service] = system_spawn(argv);
}

struct asked {
    struct mp_bus *bus;
    const char *address;
    struct system_process *process; /* who should answer; NULL: not ours */
    char answer[256];
};

static bool says_ok(void *context)
{
    struct asked *asked = context;
    struct mp_buffer answer;
    int error;

    mp_buffer_init(&answer, ANSWER_MOST);
    error = mp_control_ask(asked->bus, asked->address, "health", CONTROL_MS, &answer);
    (void)snprintf(asked->answer, sizeof asked->answer, "%.*s", (int)answer.size,
                   error == 0 ? (const char *)answer.data : "");
    mp_buffer_done(&answer);
    return strncmp(asked->answer, "ok\n", 3) == 0;
}

static bool says_ok_or_is_over(void *context)
{
    struct asked *asked = context;

    return says_ok(asked) || (asked->process != NULL && system_is_over(asked->process));
}

static void await(struct asked *asked)
{
    cr_assert_eq(mp_bus_open(1, &asked->bus), 0);
    (void)system_until(says_ok_or_is_over, asked, SYSTEM_DEADLINE_MS);
    mp_bus_close(asked->bus);
    cr_assert_eq(strncmp(asked->answer, "ok\n", 3), 0, "%s is not healthy: %s; it said: %s",
                 asked->address, asked->answer,
                 asked->process == NULL ? "" : system_output(asked->process, SYSTEM_ERR));
}

void system_await_control(const char *address)
{
    struct asked asked = {.address = address};

    await(&asked);
}

void system_await_healthy(const struct system_instance *instance, enum system_service service)
{
    struct asked asked = {.address =
                              system_text("ipc://%s/run/%s.sock", instance->folder, names[service]),
                          .process = instance->services[service]};

    await(&asked);
}

void system_start(struct system_instance *instance)
{
    for (int i = 0; i < SYSTEM_SERVICES; i++)
        system_launch(instance, (enum system_service)i);
    for (int i = 0; i < SYSTEM_SERVICES; i++)
        system_await_healthy(instance, (enum system_service)i);
}

static struct system_process *take(struct system_instance *instance, enum system_service service)
{
    struct system_process *process = instance->services[service];

    cr_assert_not_null(process, "the %s does not run", names[service]);
    instance->services[service] = NULL;
    return process;
}

void system_kill(struct system_instance *instance, enum system_service service)
{
    struct system_process *process = take(instance, service);

    cr_assert(!system_is_over(process), "the %s has ended: %s", names[service],
              system_output(process, SYSTEM_ERR));
    (void)kill(system_pid(process), SIGKILL);
    cr_assert_eq(system_wait(process, SYSTEM_DEADLINE_MS), 128 + SIGKILL);
    system_forget(process);
}

void system_stop(struct system_instance *instance, enum system_service service)
{
    struct system_process *process = take(instance, service);

    if (!system_is_over(process))
        (void)kill(system_pid(process), SIGTERM);
    cr_assert_eq(system_wait(process, SYSTEM_DEADLINE_MS), 0, "the %s: %s", names[service],
                 system_output(process, SYSTEM_ERR));
    system_forget(process);
}

void system_stop_all(struct system_instance *instance)
{
    system_stop(instance, SYSTEM_INGEST);
    system_stop(instance, SYSTEM_PUBLISH);
    system_stop(instance, SYSTEM_LEDGER);
}

struct system_process *system_cli_start(const struct system_instance *instance,
                                        const char *const *words)
{
    const char *argv[WORDS_MOST + 5] = {system_program("milepost"), words[0], "--dir",
                                        instance->folder};
    size_t count = 4;

    for (size_t i = 1; words[i] != NULL; i++) {
        cr_assert_lt(count, (size_t)WORDS_MOST);
        argv[count++] = words[i];
    }
    return system_spawn(argv);
}

struct system_said system_cli_run(const struct system_instance *instance, const char *const *words)
{
    struct system_process *process = system_cli_start(instance, words);
    struct system_said said = {.status = system_wait(process, 2 * SYSTEM_DEADLINE_MS)};

    said.out = mp_arena_strdup(system_arena(), system_output(process, SYSTEM_OUT));
    said.err = mp_arena_strdup(system_arena(), system_output(process, SYSTEM_ERR));
    cr_assert(said.out != NULL && said.err != NULL);
    system_forget(process);
    return said;
}

struct system_process *system_watch(const struct system_instance *instance, const char *prefix,
                                    const char *reader, uint64_t *ret_head)
{
    struct system_process *watch =
        reader == NULL
            ? system_cli_background(instance, "watch", prefix, "-o", "ndjson")
            : system_cli_background(instance, "watch", prefix, "-o", "ndjson", "--as", reader);
    const char *line = system_await(watch, SYSTEM_ERR, "live: epoch"), *head;

    head = strstr(line, "head ");
    cr_assert_not_null(head, "%s", line);
    if (ret_head != NULL)
        *ret_head = strtoull(head + strlen("head "), NULL, 10);
    return watch;
}
