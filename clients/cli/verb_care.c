/* milepost backup, verify, restore: the care of a record. */
#include "clients/cli/instance.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/process.h"
#include "clients/cli/verbs.h"
#include "clients/cli/verdict.h"
#include "core/base/clock.h"
#include "core/base/file.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ASK_MS        5000
#define LOOK_AGAIN_NS 50000000L
#define VERDICT_MOST  4096
#define PROOF_MOST    ((size_t)1 << 20) /* with its findings */

/* "failing: …" as a message. */
static int say_failing(const char *answer)
{
    return cli_fail(CLI_FAILED, "the ledger: %.*s", (int)strcspn(answer, "\n"), answer);
}

static const char *ask_ledger(struct cli *cli, const struct instance *instance, const char *word,
                              int *ret_status)
{
    int error;
    const char *answer =
        instance_ask_control(cli->arena, instance->controls[SERVICE_LEDGER], word, ASK_MS, &error);

    if (answer == NULL)
        *ret_status = cli_error(error, "the ledger");
    return answer;
}

/* Starts the copy and waits for its end. The folder is absolute. */
static int copy_record(struct cli *cli, const struct instance *instance, const char *folder)
{
    const struct timespec pause = {.tv_nsec = LOOK_AGAIN_NS};
    int status = CLI_OK;
    const char *word = cli_text(cli->arena, "backup %s", folder);
    const char *answer = ask_ledger(cli, instance, word, &status);
    struct mp_arena_mark mark;

    if (answer != NULL && strncmp(answer, "ok", 2) != 0)
        return say_failing(answer);
    mark = mp_arena_mark(cli->arena);
    while (answer != NULL) {
        (void)nanosleep(&pause, NULL);
        mp_arena_release(cli->arena, mark);
        answer = ask_ledger(cli, instance, "backup", &status);
        if (answer != NULL && strstr(answer, "state=done") != NULL)
            return CLI_OK;
        if (answer != NULL && strstr(answer, "state=running") == NULL)
            return say_failing(answer);
    }
    return status;
}

static int run_backup(struct cli *cli)
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
    if (folder[0] != '/') {
        if (getcwd(here, sizeof here) == NULL)
            return cli_fail(CLI_FAILED, "%s: %s", folder, strerror(errno));
        folder = cli_text(cli->arena, "%s/%s", here, folder);
    }
    if (process_is_taken(folder))
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

static int verify_store(struct cli *cli, const char *store, const char *workshop,
                        int64_t zone_minutes, bool is_quiet, char *text, size_t size)
{
    const char *const argv[] = {
        "milepost-ledger",
        "verify",
        cli_text(cli->arena, "--store=%s", store),
        cli_text(cli->arena, "--scratch=%s/scratch", workshop),
        cli_text(cli->arena, "--zone-minutes=%" PRId64, zone_minutes),
        NULL,
    };

    return process_run(cli->arena, argv, is_quiet, text, size);
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

/* In words as the ledger's program says it, or in the format asked for. */
static int show_proof(struct cli *cli, const char *store, const char *workshop,
                      int64_t zone_minutes)
{
    bool in_words = cli->output == CLI_TABLE;
    size_t size = in_words ? 0 : PROOF_MOST;
    char *text = in_words ? NULL : mp_arena_alloc(cli->arena, size);
    struct output *output;
    json_t *verdict;
    int status, shown;

    if (!in_words && text == NULL)
        return cli_no_memory();
    status = verify_store(cli, store, workshop, zone_minutes, false, text, size);
    verdict = in_words ? NULL : verdict_read(text);
    if (verdict == NULL && text != NULL && text[0] != '\0')
        return cli_fail(CLI_FAILED, "too much was found for '-o': leave it out");
    if (verdict == NULL)
        return status; /* told */
    output = output_open(cli, "whole events records submissions epoch head hash findings", true);
    shown = output_close(output, output_row(output, verdict));
    return status != CLI_OK ? status : shown;
}

/* What is there to be proved must be a record. */
static int check_store(const struct cli *cli, const char *folder)
{
    if (mp_file_exists(cli_text(cli->arena, "%s/data.mdb", folder)))
        return CLI_OK;
    return cli_fail(CLI_NOT_FOUND,
                    "%s: there is no record in that folder: give one that 'milepost backup' made",
                    folder);
}

static bool ledger_answers(struct cli *cli, const struct instance *instance)
{
    const char *control = instance->controls[SERVICE_LEDGER];
    int error;

    return control[0] != '\0' &&
           instance_ask_control(cli->arena, control, "health", ASK_MS, &error) != NULL;
}

/* What is to be proved: the folder given, a fresh copy, or the record itself while nothing runs. */
static int choose_store(struct cli *cli, const struct instance *instance, const char *workshop,
                        const char **ret_store, int *lock)
{
    long pid = 0;

    if (cli->argument_count > 0) {
        *ret_store = cli->arguments[0];
        return check_store(cli, *ret_store);
    }
    if (ledger_answers(cli, instance)) {
        *ret_store = cli_text(cli->arena, "%s/copy", workshop);
        return copy_record(cli, instance, *ret_store);
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

static int run_verify(struct cli *cli)
{
    struct instance instance;
    const char *workshop, *store = NULL;
    int status = instance_open(cli, &instance), lock = -1;

    if (status != CLI_OK)
        return status;
    workshop = make_workshop(cli, &instance);
    if (workshop == NULL)
        return CLI_FAILED;
    status = choose_store(cli, &instance, workshop, &store, &lock);
    if (status == CLI_OK)
        status = show_proof(cli, store, workshop, instance.zone_minutes);
    if (process_remove_tree(workshop) != 0)
        (void)cli_fail(CLI_FAILED, "%s cannot be removed", workshop);
    if (lock >= 0)
        (void)close(lock);
    return status;
}

/* The epoch of the record that is there, 0 when it cannot be read: then it is why we are here. */
static int64_t epoch_of_store(struct cli *cli, const struct instance *instance, const char *store)
{
    const char *workshop = make_workshop(cli, instance), *line;
    char text[VERDICT_MOST];

    if (workshop == NULL)
        return 0;
    (void)verify_store(cli, store, workshop, instance->zone_minutes, true, text, sizeof text);
    (void)!process_remove_tree(workshop);
    line = strstr(text, "\nepoch ");
    return line == NULL ? 0 : strtoll(line + strlen("\nepoch "), NULL, 10);
}

static int restore_store(struct cli *cli, const struct instance *instance, const char *fresh,
                         int64_t at_least)
{
    const char *const argv[] = {
        "milepost-ledger",
        "restore",
        cli_text(cli->arena, "--from=%s", cli->arguments[0]),
        cli_text(cli->arena, "--store=%s", fresh),
        cli_text(cli->arena, "--at-least=%" PRId64, at_least),
        cli_text(cli->arena, "--by=%s", cli->as),
        cli_text(cli->arena, "--why=%s", cli_value(cli, "why")),
        cli_text(cli->arena, "--zone-minutes=%" PRId64, instance->zone_minutes),
        NULL,
    };

    return process_run(cli->arena, argv, false, NULL, 0);
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
    status = restore_store(cli, instance, fresh, epoch);
    if (status == CLI_OK && is_there)
        status = move(store, before, instance->folder);
    if (status == CLI_OK)
        status = move(fresh, store, instance->folder);
    if (status == CLI_OK && is_there)
        printf("the record that was there is kept as %s\n", before);
    return status;
}

static int run_restore(struct cli *cli)
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
    if (lock == MP_EBUSY || (lock >= 0 && ledger_answers(cli, &instance)))
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

const struct cli_command verb_backup = {
    .name = "backup",
    ARGUMENTS("FOLDER", 1, 1),
    .summary = "copy the running record into a folder",
    .details = "Online: the ledger goes on working. The copy is whole and can be verified and "
               "restored.",
    .example = "milepost backup /srv/backups/2026-11-21",
    .writes = true,
    .formats = CLI_WORDS_ALONE,
    .run = run_backup,
};

const struct cli_command verb_verify = {
    .name = "verify",
    ARGUMENTS("[FOLDER]", 0, 1),
    .summary = "prove that a record is whole",
    .details =
        "Checks the chain of hashes, every checksum and index, and rebuilds the state from "
        "the events. Without FOLDER a fresh copy of the running record is made and proved; "
        "when nothing runs, the record itself. -o json gives whole (true, false), the counts "
        "and what was found.",
    .example = "milepost verify\nmilepost verify /srv/backups/2026-11-21",
    .run = run_verify,
};

const struct cli_command verb_restore = {
    .name = "restore",
    ARGUMENTS("FOLDER", 1, 1),
    .summary = "put a backup in the place of the record",
    .details = "Begins a new epoch. Nothing may be running. The record that was there is kept "
               "beside it as store.before-EPOCH. Agencies send again what the backup lacks.",
    .example = "milepost restore /srv/backups/2026-11-21 --why 'disk replaced'",
    .writes = true,
    OPTIONS(TEXT("why", "TEXT", "why it is restored; stays in the record (required)")),
    .formats = CLI_WORDS_ALONE,
    .run = run_restore,
};
