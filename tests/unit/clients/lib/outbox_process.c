/* The outbox between processes: one sends at a time, and one that is killed leaves it whole. */
#include "clients/lib/outbox.h"
#include "tests/unit/clients/lib/outbox_fixture.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static struct outbox_fixture fixture;

static void set_up(void)
{
    outbox_fixture_init(&fixture);
}

static void tear_down(void)
{
    outbox_fixture_done(&fixture);
}

#define OUTBOX_TEST(name) Test(outbox_process, name, .init = set_up, .fini = tear_down)

/* A process with the outbox open for itself (LMDB is opened after the fork), and a pipe on which it
 * tells what it did. */
struct child {
    pid_t pid;
    int reports;
};

static struct child start_child(int (*work)(int reports, unsigned argument), unsigned argument)
{
    struct child child;
    int ends[2];

    mp_outbox_close(fixture.outbox);
    fixture.outbox = NULL;
    cr_assert_eq(pipe(ends), 0);
    (void)fflush(NULL);
    child.pid = fork();
    if (child.pid == 0) {
        (void)close(ends[0]);
        if (mp_outbox_open(fixture.folder, &fixture.outbox) != 0)
            _exit(100);
        _exit(work(ends[1], argument));
    }
    (void)close(ends[1]);
    child.reports = ends[0];
    cr_assert_gt(child.pid, 0);
    return child;
}

static bool read_report(const struct child *child, unsigned *number)
{
    return read(child->reports, number, sizeof *number) == (ssize_t)sizeof *number;
}

static bool report(int reports, unsigned number)
{
    return write(reports, &number, sizeof number) == (ssize_t)sizeof number;
}

static void kill_child(const struct child *child)
{
    cr_assert_eq(kill(child->pid, SIGKILL), 0);
    cr_assert_eq(waitpid(child->pid, NULL, 0), child->pid);
}

static int hold_lock(int reports, unsigned argument)
{
    if (mp_outbox_lock(fixture.outbox, 0) != 0 || !report(reports, argument))
        return 1;
    for (;;)
        (void)pause();
}

OUTBOX_TEST(one_process_sends_at_a_time_and_a_killed_one_frees_the_lock)
{
    struct child child = start_child(hold_lock, 1);
    unsigned number;

    cr_assert(read_report(&child, &number));
    cr_assert_eq(mp_outbox_open(fixture.folder, &fixture.outbox), 0, "both may have it open");
    cr_expect_eq(mp_outbox_lock(fixture.outbox, 30), MP_EBUSY);
    cr_expect_eq(fixture_put(&fixture, 1), 0, "queueing needs no lock");
    kill_child(&child);
    cr_expect_eq(mp_outbox_lock(fixture.outbox, 5000), 0);
    mp_outbox_unlock(fixture.outbox);
    (void)close(child.reports);
}

static int put_for_ever(int reports, unsigned first)
{
    for (unsigned number = first;; number++) {
        if (fixture_put(&fixture, number) != 0 || !report(reports, number))
            return 1;
    }
}

OUTBOX_TEST(every_put_that_returned_survives_a_kill)
{
    struct mp_outbox_counts counts;
    unsigned number, told = 0;

    for (unsigned round = 0; round < 25; round++) {
        unsigned first = round * 100 + 1, last = first - 1;
        struct child child = start_child(put_for_ever, first);

        /* Killed after another number of puts each time, at whatever point it has come to. */
        for (unsigned i = 0; i <= round * 7 % 19; i++)
            cr_assert(read_report(&child, &number));
        kill_child(&child);
        last = number;
        while (read_report(&child, &number))
            last = number;
        (void)close(child.reports);
        cr_assert_eq(mp_outbox_open(fixture.folder, &fixture.outbox), 0);
        for (number = first; number <= last; number++)
            cr_assert_eq(fixture_state(&fixture, number), MP_OUTBOX_WAITING);
        told += last - first + 1;
        cr_assert_eq(mp_outbox_count(fixture.outbox, &counts), 0);
        cr_assert_geq(counts.waiting, told);
        cr_assert_leq(counts.waiting, told + round + 1, "at most the one put it was killed in");
    }
}
