/* Instances of Milepost in the test's folder, each with its three processes, and its command line.
 */
#ifndef MP_TESTS_SUPPORT_SYSTEM_INSTANCE_H
#define MP_TESTS_SUPPORT_SYSTEM_INSTANCE_H

#include "tests/support/system_process.h"

#include <criterion/criterion.h>

enum system_service { SYSTEM_LEDGER, SYSTEM_INGEST, SYSTEM_PUBLISH };
#define SYSTEM_SERVICES 3

struct system_instance {
    const char *folder;
    int port; /* submit; feed and ask are the next two */
    struct system_process *services[SYSTEM_SERVICES];
};

/* Three ports in a row that nobody listens on. */
int system_free_ports(void);
/* milepost init with free ports; nothing runs. */
void system_init(struct system_instance *instance, const char *name);
/* A line "key: value" at the end of a file of its folder. */
void system_configure(const struct system_instance *instance, const char *file, const char *line);

/* One process, not yet healthy; all of them, healthy. */
void system_launch(struct system_instance *instance, enum system_service service);
void system_start(struct system_instance *instance);
/* Until its control socket says ok. */
void system_await_healthy(const struct system_instance *instance, enum system_service service);
/* Whatever listens there says ok. */
void system_await_control(const char *address);
/* SIGKILL. */
void system_kill(struct system_instance *instance, enum system_service service);
/* SIGTERM; it must end with 0. */
void system_stop(struct system_instance *instance, enum system_service service);
void system_stop_all(struct system_instance *instance);

/* What a run of the command line came to; the texts live as long as the test. */
struct system_said {
    int status;
    const char *out, *err;
};

/* milepost VERB --dir FOLDER …; the first of the words is the verb. */
struct system_process *system_cli_start(const struct system_instance *instance,
                                        const char *const *words);
struct system_said system_cli_run(const struct system_instance *instance, const char *const *words);
#define system_cli(instance, ...)                                                                  \
    system_cli_run((instance), (const char *const[]){__VA_ARGS__, NULL})
#define system_cli_background(instance, ...)                                                       \
    system_cli_start((instance), (const char *const[]){__VA_ARGS__, NULL})
/* Fails the test unless it ended with that status. */
#define system_expect(said, wanted)                                                                \
    do {                                                                                           \
        struct system_said said_ = (said);                                                         \
        cr_assert_eq(said_.status, (wanted), "exit %d, not %d; stdout: %s; stderr: %s",            \
                     said_.status, (wanted), said_.out, said_.err);                                \
    } while (0)
#define system_do(instance, ...) system_expect(system_cli((instance), __VA_ARGS__), 0)

/* A watch of the prefix as the reader (NULL: the default), as ndjson, that is live already. The
 * head it began from in *ret_head (may be NULL). */
struct system_process *system_watch(const struct system_instance *instance, const char *prefix,
                                    const char *reader, uint64_t *ret_head);

#endif
