/* milepost backup, verify, restore: the care of a record. */
#include "clients/cli/instance.h"
#include "clients/cli/process.h"
#include "clients/cli/verbs.h"

#include "core/base/auto.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/bus/control.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ASK_MS        5000
#define ANSWER_MOST   65536
#define LOOK_AGAIN_NS 50000000L
#define VERDICT_MOST  4096

/* One question to the ledger; the answer as text, NULL with a message when there is none. */
static const char *ask_ledger(struct cli *cli, const struct instance *instance, struct mp_bus *bus,
                              const char *word, int *ret_status)
{
    struct mp_buffer answer;
    const char *text;
    int error;

    mp_buffer_init(&answer, ANSWER_MOST);
    error = mp_control_ask(bus, instance->ledger_control, word, ASK_MS, &answer);
    text = error == 0 ? mp_arena_text(cli->arena, mp_buffer_span(&answer)) : NULL;
    mp_buffer_done(&answer);
    if (error != 0)
        *ret_status = cli_fail(cli_exit_of(error), "the ledger: %s", mp_error_text(error));
    else if (text == NULL)
        *ret_status = cli_fail(CLI_FAILED, "%s", mp_error_text(MP_ENOMEM));
    return text;
}

/* "failing: …" as a message. */
static int say_failing(const char *answer)
{
    return cli_fail(CLI_FAILED, "the ledger: %.*s", (int)strcspn(answer, "\n"), answer);
}

/* Starts the copy and waits for its end. The folder is absolute. */
static int copy_record(struct cli *cli, const struct instance *instance, const char *folder)
{
    const struct timespec pause = {.tv_nsec = LOOK_AGAIN_NS};
    const char *word = mp_arena_printf(cli->arena, "backup %s", folder), *answer;
    MP_AUTO(mp_bus_close) struct mp_bus *bus = NULL;
    int status = CLI_OK, error = mp_bus_open(1, &bus);

    if (error != 0 || word == NULL)
        return cli_fail(CLI_FAILED, "%s", mp_error_text(error != 0 ? error : MP_ENOMEM));
    answer = ask_ledger(cli, instance, bus, word, &status);
    while (answer != NULL) {
        struct mp_arena_mark mark = mp_arena_mark(cli->arena);

        if (strncmp(answer, "ok", 2) != 0)
            return say_failing(answer);
        (void)nanosleep(&pause, NULL);
        answer = ask_ledger(cli, instance, bus, "backup", &status);
        if (answer != NULL && strstr(answer, "state=done") != NULL)
            return CLI_OK;
        if (answer != NULL && strstr(answer, "state=running") == NULL)
            return say_failing(answer);
        if (answer != NULL) {
            mp_arena_release(cli->arena, mark);
            answer = "ok";
        }
    }
    return status;
}

/* Something is there that is no empty folder. */
static bool is_taken(const char *path)
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

int verb_backup(struct cli *cli)
{
    const char *folder = cli->arguments[0];
    struct instance instance;
    char here[PATH_MAX];
    int status = instance_open(cli, &instance);

    if (status == CLI_OK && !instance_is_local(&instance))
        status = CLI_FAILED;
    if (status != CLI_OK)
        return status;
    /* The ledger has another current folder than we. */
    if (folder[0] != '/')
        folder = getcwd(here, sizeof here) == NULL
                     ? NULL
                     : mp_arena_printf(cli->arena, "%s/%s", here, folder);
    if (folder == NULL)
        return cli_fail(CLI_FAILED, "%s: %s", cli->arguments[0], strerror(errno));
    if (is_taken(folder))
        return cli_fail(CLI_FAILED, "%s: the folder is there already: give a new or empty one",
                        folder);
    if (cli->dry_run) {
        printf("would copy the record to %s\n", folder);
        return CLI_OK;
    }
    status = copy_record(cli, &instance, folder);
    if (status == CLI_OK)
        printf("copied to %s\n", folder);
    return status;
}

static int run_verify(struct cli *cli, const char *store, const char *scratch, int64_t zone_minutes,
                      char *text, size_t size)
{
    const char *const argv[] = {
        "milepost-ledger",
        "verify",
        mp_arena_printf(cli->arena, "--store=%s", store),
        mp_arena_printf(cli->arena, "--scratch=%s", scratch),
        mp_arena_printf(cli->arena, "--zone-minutes=%" PRId64, zone_minutes),
        NULL,
    };

    if (argv[2] == NULL || argv[3] == NULL || argv[4] == NULL)
        return cli_fail(CLI_FAILED, "%s", mp_error_text(MP_ENOMEM));
    return text == NULL ? process_run(cli->arena, argv)
                        : process_read(cli->arena, argv, text, size);
}

/* A folder of our own for what is thrown away afterwards; NULL with a message. */
static const char *make_workshop(struct cli *cli, const struct instance *instance)
{
    char *path = mp_arena_strdup(cli->arena, instance_path(cli, instance, "verify-XXXXXX"));

    if (path != NULL && mkdtemp(path) != NULL)
        return path;
    (void)cli_fail(CLI_FAILED, "%s: %s", instance->folder, strerror(errno));
    return NULL;
}

static bool ledger_answers(const struct instance *instance)
{
    MP_AUTO(mp_bus_close) struct mp_bus *bus = NULL;
    struct mp_buffer answer;
    bool answers;

    if (instance->ledger_control[0] == '\0')
        return false;
    mp_buffer_init(&answer, ANSWER_MOST);
    answers = mp_bus_open(1, &bus) == 0 &&
              mp_control_ask(bus, instance->ledger_control, "health", ASK_MS, &answer) == 0;
    mp_buffer_done(&answer);
    return answers;
}

/* What is to be proved: the folder given, a fresh copy, or the record itself while nothing runs. */
static int choose_store(struct cli *cli, const struct instance *instance, const char *workshop,
                        const char **ret_store, int *lock)
{
    long pid = 0;

    if (cli->argument_count > 0) {
        *ret_store = cli->arguments[0];
        return CLI_OK;
    }
    if (ledger_answers(instance)) {
        *ret_store = mp_arena_printf(cli->arena, "%s/copy", workshop);
        return *ret_store == NULL ? CLI_FAILED : copy_record(cli, instance, *ret_store);
    }
    *lock = process_lock(instance->folder, &pid);
    if (*lock == MP_EBUSY)
        return cli_fail(CLI_UNREACHABLE, "the ledger does not answer; see %s/log/ledger.log",
                        instance->folder);
    if (*lock < 0)
        return cli_fail(CLI_FAILED, "run/up.pid: %s", mp_error_text(*lock));
    *ret_store = instance_path(cli, instance, "store");
    return CLI_OK;
}

int verb_verify(struct cli *cli)
{
    struct instance instance;
    const char *workshop, *scratch, *store = NULL;
    int status = instance_open(cli, &instance), lock = -1;

    if (status != CLI_OK)
        return status;
    workshop = make_workshop(cli, &instance);
    if (workshop == NULL)
        return CLI_FAILED;
    scratch = mp_arena_printf(cli->arena, "%s/scratch", workshop);
    status = choose_store(cli, &instance, workshop, &store, &lock);
    if (status == CLI_OK)
        status =
            run_verify(cli, store, scratch == NULL ? "" : scratch, instance.zone_minutes, NULL, 0);
    if (process_remove_tree(workshop) != 0)
        (void)cli_fail(CLI_FAILED, "%s cannot be removed", workshop);
    if (lock >= 0)
        (void)close(lock);
    return status;
}

/* The epoch of the record that is there, 0 when it cannot be read: then it is why we are here. */
static int64_t epoch_of_store(struct cli *cli, const struct instance *instance, const char *store)
{
    const char *workshop = make_workshop(cli, instance), *scratch, *line;
    char text[VERDICT_MOST];

    if (workshop == NULL)
        return 0;
    scratch = mp_arena_printf(cli->arena, "%s/scratch", workshop);
    (void)run_verify(cli, store, scratch == NULL ? "" : scratch, instance->zone_minutes, text,
                     sizeof text);
    (void)!process_remove_tree(workshop);
    line = strstr(text, "\nepoch ");
    return line == NULL ? 0 : strtoll(line + strlen("\nepoch "), NULL, 10);
}

static int run_restore(struct cli *cli, const struct instance *instance, const char *fresh,
                       int64_t at_least)
{
    const char *const argv[] = {
        "milepost-ledger",
        "restore",
        mp_arena_printf(cli->arena, "--from=%s", cli->arguments[0]),
        mp_arena_printf(cli->arena, "--store=%s", fresh),
        mp_arena_printf(cli->arena, "--at-least=%" PRId64, at_least),
        mp_arena_printf(cli->arena, "--by=%s", cli->as),
        mp_arena_printf(cli->arena, "--why=%s", cli_value(cli, "why")),
        mp_arena_printf(cli->arena, "--zone-minutes=%" PRId64, instance->zone_minutes),
        NULL,
    };

    for (size_t i = 0; i + 1 < MP_LENGTH(argv); i++) {
        if (argv[i] == NULL)
            return cli_fail(CLI_FAILED, "%s", mp_error_text(MP_ENOMEM));
    }
    return process_run(cli->arena, argv);
}

static int move(const char *from, const char *to, const char *folder)
{
    if (rename(from, to) != 0)
        return cli_fail(CLI_FAILED, "%s to %s: %s", from, to, strerror(errno));
    return mp_file_sync_folder(folder) == 0
               ? CLI_OK
               : cli_fail(CLI_FAILED, "%s: %s", folder, mp_error_text(MP_EIO));
}

/* With the lock. Until the last move the record that was there is the record. */
static int replace_store(struct cli *cli, const struct instance *instance)
{
    const char *store = instance_path(cli, instance, "store");
    const char *fresh = instance_path(cli, instance, "store.new");
    bool is_there = mp_file_exists(store);
    int64_t epoch = is_there ? epoch_of_store(cli, instance, store) : 0;
    const char *before =
        instance_path(cli, instance, "store.before-%" PRId64,
                      epoch != 0 ? epoch : mp_clock_wall_us(&mp_clock_system) / 1000000);
    int status;

    if (process_remove_tree(fresh) != 0) /* of a restore that was cut */
        return cli_fail(CLI_FAILED, "%s is in the way", fresh);
    status = run_restore(cli, instance, fresh, epoch);
    if (status == CLI_OK && is_there)
        status = move(store, before, instance->folder);
    if (status == CLI_OK)
        status = move(fresh, store, instance->folder);
    if (status == CLI_OK && is_there)
        printf("the record that was there is kept as %s\n", before);
    return status;
}

int verb_restore(struct cli *cli)
{
    struct instance instance;
    long pid = 0;
    int status, lock;

    if (!cli_given(cli, "why"))
        return cli_fail(CLI_USAGE, "--why is needed: it stays in the record");
    status = instance_open(cli, &instance);
    if (status != CLI_OK)
        return status;
    lock = process_lock(instance.folder, &pid);
    if (lock == MP_EBUSY || (lock >= 0 && ledger_answers(&instance)))
        status = cli_fail(CLI_FAILED, "the record is in use: 'milepost down' first");
    else if (lock < 0)
        status = cli_fail(CLI_FAILED, "run/up.pid: %s", mp_error_text(lock));
    else if (cli->dry_run)
        printf("would put %s in the place of %s/store\n", cli->arguments[0], instance.folder);
    else
        status = replace_store(cli, &instance);
    if (lock >= 0)
        (void)close(lock);
    return status;
}
