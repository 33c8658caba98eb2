/* A disk that is really full: a small tmpfs in a mount namespace of its own, in which the programs
 * run, under the record or under an agency's outbox. */
#include "tests/support/faults_run.h"
#include "tests/support/system_record.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALL     "2m"  /* the disk … */
#define LEFT      65536 /* … of which so many bytes are left at first … */
#define LARGE     "64m" /* … and once there is room */
#define FILL_MOST 400   /* reports; far fewer fit */
#define NOTES     8     /* of 900 bytes each, in one report */
#define REFUSED   3     /* reports in a row that must be refused before it counts as full */

static struct system_instance instance;
static struct system_process *anchor; /* holds the namespace */

/* The rest of the words, run in the namespace; with no words a shell script that enters it. */
static const char *enter(void)
{
    return system_text("nsenter -t %d %s -m", (int)system_pid(anchor),
                       geteuid() == 0 ? "" : "-U --preserve-credentials");
}

static int shell(const char *script)
{
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    struct system_process *process = system_spawn(argv);
    int status = system_wait(process, SYSTEM_DEADLINE_MS);

    if (status != 0)
        fprintf(stderr, "%s: %s\n", script, system_output(process, SYSTEM_ERR));
    system_forget(process);
    return status;
}

/* Mounts the small disk over the folder, with what is in the folder on it. A machine that allows
 * neither root nor a user namespace cannot run this test, and says so. */
static void mount_over(const char *folder)
{
    const char *script = system_text("cp -a '%s' '%s.before' && mount -t tmpfs -o size=" SMALL
                                     ",mode=0700 tmpfs '%s' && cp -a '%s.before/.' '%s/' && "
                                     "head -c $(($(stat -fc '%%a*%%S' '%s') - %d)) /dev/zero "
                                     ">'%s/ballast' && echo mounted && exec sleep 100000",
                                     folder, folder, folder, folder, folder, folder, LEFT, folder);
    const char *const as_root[] = {"/usr/bin/unshare", "-m", "/bin/sh", "-c", script, NULL};
    const char *const as_user[] = {"/usr/bin/unshare", "-Urm", "/bin/sh", "-c", script, NULL};

    anchor = system_spawn(geteuid() == 0 ? as_root : as_user);
    if (system_find_line(anchor, SYSTEM_OUT, "mounted", SYSTEM_DEADLINE_MS) == NULL)
        cr_assert_fail("no tmpfs can be mounted here, as root or in a user namespace (unshare "
                       "-Urm), so a full disk cannot be tested: %s",
                       system_output(anchor, SYSTEM_ERR));
}

/* Everything that is started from here on runs in the namespace. */
static void enter_programs(void)
{
    static const char *const names[] = {"milepost", "milepost-ledger", "milepost-ingest",
                                        "milepost-publish"};
    const char *folder = system_text("%s/bin", system_folder());

    cr_assert_eq(mkdir(folder, 0700), 0);
    for (size_t i = 0; i < MP_LENGTH(names); i++) {
        const char *path = system_text("%s/%s", folder, names[i]);
        FILE *script = fopen(path, "we");

        cr_assert_not_null(script);
        (void)fprintf(script, "#!/bin/sh\nexec %s %s/%s \"$@\"\n", enter(), getenv("MILEPOST_BIN"),
                      names[i]);
        cr_assert_eq(fclose(script), 0);
        cr_assert_eq(chmod(path, 0700), 0);
    }
    cr_assert_eq(setenv("MILEPOST_BIN", folder, 1), 0);
}

static void make_room(const char *folder)
{
    cr_assert_eq(shell(system_text("%s mount -o remount,size=" LARGE " '%s'", enter(), folder)), 0);
}

static void begin(void)
{
    system_begin_world(&instance);
}

#define DISK_TEST(name) Test(full_disk, name, .init = begin, .fini = system_end)

static const char *note_of(size_t number)
{
    return system_text("report-%zu", number);
}

/* One report of the railways, large through a text around the note of its first change: what the
 * command line came to. */
static struct system_said report(size_t number)
{
    static char dots[901];
    const char *const words[] = {
        "progress",      "ml-1:completion", "50", "--as",      "railways", "--note",
        note_of(number), "--said-by",       dots, "--timeout", "1",        NULL};

    memset(dots, '.', sizeof(dots) - 1);
    return system_cli_run(&instance, words);
}

static bool is_named(const char *text)
{
    return strstr(text, "full") != NULL || strstr(text, "space") != NULL;
}

/* Reports until several in a row are not recorded for want of room; one that is answered too late,
 * by a machine that has much to do, is none of them. *ret_told: which were, in order, from 0. */
static size_t fill(bool *told, const char *who)
{
    size_t refused = 0, number;

    for (number = 0; number < FILL_MOST && refused < REFUSED; number++) {
        struct system_said said = report(number);

        told[number] = said.status == 0;
        refused = told[number] ? 0 : refused + is_named(said.err);
        cr_assert_lt(said.status, 128, "%s: %s", who, said.err);
        cr_assert(told[number] || strlen(said.err) > 0, "%s: exit %d and no word", who,
                  said.status);
    }
    cr_assert_eq(refused, (size_t)REFUSED, "%s: the disk never was full", who);
    return number;
}

/* What was acknowledged is there, once; nothing is there twice. */
static void expect_told(const bool *told, size_t count)
{
    struct system_events events = system_read(&instance, "ml-1/", 0);

    for (size_t i = 0; i < count; i++) {
        size_t found = system_count_note(&events, note_of(i));

        cr_assert(found == 1 || (found == 0 && !told[i]), "report %zu: told %d, recorded %zu times",
                  i, told[i], found);
    }
}

static bool is_drained(void *context)
{
    (void)context;
    return system_cli(&instance, "outbox", "retry", "--as", "railways").status == 0;
}

/* The disk under the record, the ledger being stopped, until there is room again. */
static void fill_record(void)
{
    const char *store = system_text("%s/store", instance.folder);
    bool told[FILL_MOST] = {false};
    struct system_said health;
    size_t count;

    mount_over(store);
    /* The ledger alone sees the small disk. */
    enter_programs();
    system_launch(&instance, SYSTEM_LEDGER);
    system_await_healthy(&instance, SYSTEM_LEDGER);
    system_await_healthy(&instance, SYSTEM_PUBLISH);
    count = fill(told, "the record's disk");
    health = system_cli(&instance, "health");
    cr_assert_neq(health.status, 0, "a full disk is no health: %s", health.out);
    cr_assert(is_named(system_text("%s%s", health.out, health.err)), "%s%s", health.out,
              health.err);
    cr_assert_not(system_is_over(instance.services[SYSTEM_LEDGER]), "the ledger ended: %s",
                  system_output(instance.services[SYSTEM_LEDGER], SYSTEM_ERR));
    cr_assert_not_null(strstr(system_output(instance.services[SYSTEM_LEDGER], SYSTEM_ERR),
                              "the disk or the map is full"));
    expect_told(told, count);

    make_room(store);
    system_await_healthy(&instance, SYSTEM_LEDGER); /* though nobody sends anything */
    cr_assert(system_until(is_drained, NULL, SYSTEM_DEADLINE_MS), "what waited is not taken");
    memset(told, true, count);
    expect_told(told, count);
    cr_assert_eq(report(count).status, 0);
    system_await_healthy(&instance, SYSTEM_LEDGER);
    system_stop(&instance, SYSTEM_LEDGER);
    system_launch(&instance, SYSTEM_LEDGER);
    system_await_healthy(&instance, SYSTEM_LEDGER);
    system_await_healthy(&instance, SYSTEM_PUBLISH);
    expect_told(told, count + 1);
    system_verify(&instance);
}

DISK_TEST(under_the_record_refuses_by_name_and_goes_on_when_there_is_room)
{
    system_stop(&instance, SYSTEM_LEDGER);
    fill_record();
}

/* Every commit is one of the tables until there is. */
DISK_TEST(without_room_for_the_journal_does_the_same)
{
    const char *journal = system_text("%s/store/journal.log", instance.folder);

    system_stop(&instance, SYSTEM_LEDGER);
    cr_assert_eq(unlink(journal), 0);
    fill_record();
    cr_assert_eq(shell(system_text("test $(%s stat -c %%s '%s') -eq 1048576", enter(), journal)), 0,
                 "the journal is not whole");
}

DISK_TEST(under_the_outbox_is_said_and_keeps_what_was_queued)
{
    const char *outbox = system_text("%s/outbox", instance.folder);
    bool told[FILL_MOST] = {false};
    struct system_said said;
    size_t queued = 0, number;

    system_stop(&instance, SYSTEM_INGEST); /* so that reports wait */
    (void)mkdir(outbox, 0700);
    mount_over(outbox);
    enter_programs();
    for (number = 0; number < FILL_MOST; number++) {
        said = report(number);
        if (said.status != 5) /* queued, not yet recorded */
            break;
        queued++;
    }
    cr_assert_gt(queued, 0, "%s", said.err);
    cr_assert_eq(said.status, 1, "report %zu ended with %d: %s", number, said.status, said.err);
    cr_assert(is_named(said.err), "not said why: %s", said.err);
    memset(told, true, queued);

    make_room(outbox);
    system_launch(&instance, SYSTEM_INGEST);
    system_await_healthy(&instance, SYSTEM_INGEST);
    cr_assert(system_until(is_drained, NULL, SYSTEM_DEADLINE_MS), "what waited is not taken");
    cr_assert_eq(report(queued + 1).status, 0, "and it goes on");
    expect_told(told, queued);
    system_verify(&instance);
}
