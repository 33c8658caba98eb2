#include "tests/faults/drive.h"

#include "tests/support/faults_outbox.h"
#include "tests/support/faults_script.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ARENA_BYTES ((size_t)16 << 20)

struct work {
    const char *folder, *trigger, *more;
    size_t first; /* batch of the script */
    struct mp_arena *arena;
    struct faults_writing writing;
    struct mp_outbox *outbox;
};

/* No memory is asked for here. */
static int complain(const char *what, size_t number, int error)
{
    char line[256];
    int size = snprintf(line, sizeof(line), "%s %zu: %s\n", what, number, mp_error_text(error));

    (void)!write(STDERR_FILENO, line, (size_t)size);
    if (error == MP_EIO || error == MP_EPANIC || error == MP_ECORRUPT)
        return DRIVE_STOPPED;
    return DRIVE_GAVE_UP;
}

static void acknowledge(size_t number)
{
    char line[32];
    int size = snprintf(line, sizeof(line), "ack %zu\n", number);

    (void)!write(STDOUT_FILENO, line, (size_t)size);
}

static void begin(const struct work *work)
{
    int file = open(work->trigger, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (file >= 0)
        (void)close(file);
}

typedef int step(struct work *work, size_t number);

/* As those do who use a ledger: what was not kept is tried again, unless nothing can be believed
 * any more. */
static int run_steps(struct work *work, step *one, size_t count)
{
    for (size_t number = 0; number < count; number++) {
        int error = -1, status = DRIVE_DONE;

        for (int attempt = 0; attempt < DRIVE_ATTEMPTS && error != 0; attempt++) {
            mp_arena_reset(work->arena);
            error = one(work, number);
            status = error == 0 ? DRIVE_DONE : complain("step", number, error);
            if (status == DRIVE_STOPPED)
                return status;
        }
        if (error != 0)
            return status;
        acknowledge(number);
    }
    return DRIVE_DONE;
}

static int apply(struct work *work, size_t number)
{
    size_t kept;

    return faults_apply(&work->writing, work->first + number, work->arena, &kept);
}

static int drive_store(struct work *work)
{
    const struct mp_store_options options = faults_options(work->folder);
    const char *why = "";
    char *end;
    int error, status;

    work->first = strtoul(work->more, &end, 10);
    if (*end != '+')
        return complain("words", 0, MP_EINVAL);
    begin(work);
    error = mp_store_open(&options, &work->writing.store, &why);
    if (error != 0) {
        (void)!write(STDERR_FILENO, why, strlen(why));
        return complain("open", 0, error);
    }
    status = run_steps(work, apply, (size_t)strtoul(end + 1, NULL, 10));
    faults_close(&work->writing);
    return status;
}

static int drive_open(struct work *work)
{
    const struct mp_store_options options = faults_options(work->folder);
    MP_AUTO(mp_store_close) struct mp_store *store = NULL;
    char line[32];
    int error, size;

    begin(work);
    error = mp_store_open(&options, &store, NULL);
    if (error != 0)
        return complain("open", 0, error);
    size = snprintf(line, sizeof(line), "told %" PRIu64 "\n", mp_store_head(store).seq);
    (void)!write(STDOUT_FILENO, line, (size_t)size);
    return DRIVE_DONE;
}

static int drive_found(struct work *work)
{
    int error;

    begin(work);
    error = faults_found(work->folder);
    if (error != 0)
        return complain("found", 0, error);
    acknowledge(0);
    return DRIVE_DONE;
}

static int back_up(const char *from, const char *folder)
{
    MP_AUTO(mp_store_close) struct mp_store *store = NULL;
    const struct mp_store_options options = faults_options(from);
    int error = mp_store_open(&options, &store, NULL);

    return error != 0 ? error : mp_store_backup(store, folder);
}

static int drive_restore(struct work *work)
{
    const struct mp_store_options options = faults_options(work->folder);
    char backup[4096];
    struct mp_head head;
    int error;

    (void)snprintf(backup, sizeof(backup), "%s.backup", work->folder);
    begin(work);
    error = back_up(work->more, backup);
    if (error != 0)
        return complain("backup", 0, error);
    acknowledge(0);
    error = mp_store_restore(backup, &options, 0, "ministry", "a test", INT64_C(1795400000000000),
                             &head);
    if (error != 0)
        return complain("restore", 0, error);
    acknowledge(1);
    return DRIVE_DONE;
}

static int do_step(struct work *work, size_t number)
{
    return faults_step(work->outbox, number, work->arena);
}

static int drive_outbox(struct work *work)
{
    int error, status;

    begin(work);
    error = mp_outbox_open(work->folder, &work->outbox);
    if (error != 0)
        return complain("open", 0, error);
    status = run_steps(work, do_step, (size_t)strtoul(work->more, NULL, 10));
    mp_outbox_close(work->outbox);
    return status;
}

int drive(int count, char **words)
{
    static const struct {
        const char *name;
        int (*run)(struct work *work);
    } drives[] = {{"store", drive_store},
                  {"open", drive_open},
                  {"found", drive_found},
                  {"restore", drive_restore},
                  {"outbox", drive_outbox}};
    struct work work = {.arena = mp_arena_new(ARENA_BYTES)};
    int status = 2;

    if (count >= 3 && work.arena != NULL) {
        work.folder = words[1];
        work.trigger = words[2];
        work.more = count > 3 ? words[3] : "";
        for (size_t i = 0; i < MP_LENGTH(drives); i++) {
            if (strcmp(words[0], drives[i].name) == 0)
                status = drives[i].run(&work);
        }
    }
    mp_arena_free(work.arena);
    return status;
}
