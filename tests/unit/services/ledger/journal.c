/* Small groups: durable before the tables have them. */
#include "core/base/file.h"
#include "tests/unit/services/ledger/fixture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_MS 20000
#define PROOFS      40
#define FILE_MOST   ((size_t)2 << 20)

static struct fixture fixture;

static void open_fixture(void)
{
    fixture_open(&fixture, 0);
}

static void close_fixture(void)
{
    fixture_close(&fixture);
}

#define JOURNAL_TEST(name) Test(ledger_journal, name, .init = open_fixture, .fini = close_fixture)

static struct mp_answer report(unsigned number)
{
    return fixture_submit(&fixture, railways_key, number, 0, change_progress(number % 100));
}

static const char *path_of(const char *name)
{
    return mp_arena_printf(fixture.arena, "%s/%s", fixture.options.folder, name);
}

/* Where the text stands in the journal another letter is. */
static void damage(const char *text)
{
    const char *path = path_of("journal.log");
    int file = open(path, O_WRONLY | O_CLOEXEC);
    struct mp_span bytes;
    size_t found = 0;

    cr_assert_eq(mp_file_read(fixture.arena, path, FILE_MOST, &bytes), 0);
    for (size_t at = 0; at + strlen(text) <= bytes.size; at++) {
        if (memcmp(bytes.data + at, text, strlen(text)) != 0)
            continue;
        cr_assert(file >= 0 && pwrite(file, "?", 1, (off_t)at) == 1);
        found++;
    }
    cr_assert_gt(found, 0u, "%s is not in the journal", text);
    close(file);
}

static struct mp_verify_report verify(void)
{
    struct mp_store_options options = fixture.options;
    struct mp_verify_report report = {.findings = 0};

    options.read_only = true;
    cr_assert_eq(mp_store_verify(&options,
                                 mp_arena_printf(fixture.arena, "%s/scratch%llu", fixture.folder,
                                                 (unsigned long long)random()),
                                 &report),
                 0);
    return report;
}

static void close_store(void)
{
    writer_free(mp_take(fixture.writer));
    mp_store_close(mp_take(fixture.store));
}

static int open_store(const char **ret_why)
{
    return mp_store_open(&fixture.options, &fixture.store, ret_why);
}

JOURNAL_TEST(what_is_logged_is_there_after_a_crash_and_given_again)
{
    struct mp_answer first = report(1), second;
    uint64_t head = fixture_head(&fixture);

    second = fixture_submit(&fixture, railways_key, 2, 1, change_project("ml-1/south"));
    cr_assert_eq(second.outcome, MP_OUTCOME_REJECTED);
    cr_assert(!mp_store_is_filed(fixture.store), "nothing was logged");
    fixture_reopen(&fixture);
    cr_expect(mp_store_is_filed(fixture.store));
    cr_expect_eq(fixture_head(&fixture), head);
    struct mp_answer again = report(1);
    cr_expect_eq(again.first_seq, first.first_seq);
    cr_expect_eq(fixture_head(&fixture), head);
    again = fixture_submit(&fixture, railways_key, 2, 1, change_project("ml-1/south"));
    cr_expect_eq(again.outcome, MP_OUTCOME_REJECTED);
    cr_expect_eq(again.rejection.code, second.rejection.code);
    cr_expect_eq(writer_counts(fixture.writer).repeated, 2);
}

JOURNAL_TEST(a_group_that_is_given_up_takes_nothing_logged_with_it)
{
    struct mp_change change = change_progress(7);
    struct mp_answer first = report(1);
    uint64_t head = fixture_head(&fixture);

    cr_assert_eq(writer_begin(fixture.writer), 0);
    cr_assert_eq(fixture_take(&fixture, railways_key, 2, 1, &change, 1).outcome,
                 MP_OUTCOME_ACCEPTED);
    writer_give_up(fixture.writer);
    cr_expect_eq(fixture_head(&fixture), head);
    struct mp_answer again = report(1);
    cr_expect_eq(again.first_seq, first.first_seq);
    cr_expect_eq(report(3).first_seq, head + 1, "no hole");
    cr_expect(!fixture_is_kept(&fixture, "railways", 2));
    cr_expect(fixture_is_kept(&fixture, "railways", 1));
    cr_expect(fixture_is_kept(&fixture, "railways", 3));
}

JOURNAL_TEST(groups_are_logged_until_the_journal_is_full_and_then_filed)
{
    unsigned logged = 0;

    for (unsigned number = 1; number <= 600; number++) {
        cr_assert_eq(report(number).outcome, MP_OUTCOME_ACCEPTED);
        logged = mp_store_is_filed(fixture.store) ? 0 : logged + 1;
        cr_assert_leq(logged, 256u);
    }
    close_store();
    struct mp_verify_report proved = verify();
    cr_expect_eq(proved.findings, 0);
    cr_expect_eq(proved.submissions, 601);
}

JOURNAL_TEST(a_definition_is_filed_at_once)
{
    (void)report(1);
    cr_assert(writer_is_open(fixture.writer));
    cr_assert_eq(fixture_submit(&fixture, ministry_key, 2, 0, change_project("ml-2")).outcome,
                 MP_OUTCOME_ACCEPTED);
    cr_expect(!writer_is_open(fixture.writer));
    cr_expect(mp_store_is_filed(fixture.store));
}

JOURNAL_TEST(what_is_logged_is_proved_too)
{
    uint64_t head;

    (void)report(1);
    (void)report(2);
    head = fixture_head(&fixture);
    close_store();
    struct mp_verify_report proved = verify();
    cr_expect_eq(proved.findings, 0);
    cr_expect_eq(proved.events, head);
    cr_expect_eq(proved.head.seq, head);
    cr_expect_eq(proved.submissions, 3);
    damage("ml-1:completion");
    proved = verify();
    cr_expect_eq(proved.findings, 1);
}

/* Every third group is filed by itself: the file begins anew all the time. Every seventh is a
 * definition, which moves the tables without it. */
static _Noreturn void write_for_ever(void)
{
    const char *why = "";

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (open_store(&why) != 0 || writer_new(fixture.store, &fixture.clock, 0, &fixture.writer) != 0)
        _exit(1);
    for (unsigned number = 1;; number++) {
        if (report(number).outcome != MP_OUTCOME_ACCEPTED)
            _exit(2);
        if (number % 7 == 0 &&
            fixture_submit(&fixture, ministry_key, 1000000 + number, 0, change_project("ml-2"))
                    .outcome != MP_OUTCOME_ACCEPTED)
            _exit(4);
        if (number % 3 == 0 && writer_file(fixture.writer) != 0)
            _exit(3);
    }
}

JOURNAL_TEST(a_record_is_proved_while_it_is_written)
{
    uint64_t first, last = 0;
    int status;
    pid_t writer;

    close_store();
    first = verify().head.seq;
    writer = fork();
    cr_assert_geq(writer, 0);
    if (writer == 0)
        write_for_ever();
    for (int i = 0; i < PROOFS; i++) {
        struct mp_verify_report proved = verify();

        cr_assert_eq(proved.findings, 0);
        last = proved.head.seq;
    }
    cr_assert_eq(kill(writer, SIGKILL), 0);
    cr_assert_eq(waitpid(writer, &status, 0), writer);
    cr_assert(WIFSIGNALED(status), "the writer ended by itself: %x", (unsigned)status);
    cr_expect_gt(last, first, "nothing was written meanwhile");
    cr_expect_eq(verify().findings, 0);
}

/* Not a backup, but the folder of one that was killed. */
JOURNAL_TEST(a_restore_takes_what_was_logged_too)
{
    struct mp_store_options to = fixture.options;
    struct mp_head restored;
    uint64_t head;

    (void)report(1);
    (void)report(2);
    head = fixture_head(&fixture);
    close_store();
    to.folder = mp_arena_printf(fixture.arena, "%s-restored", fixture.folder);
    cr_assert_eq(mp_store_restore(fixture.options.folder, &to, 0, "ministry", "a test",
                                  fixture.now_us, &restored),
                 0, "%s", mp_store_why());
    cr_expect_eq(restored.seq, head + 1, "and the epoch");
    cr_expect_eq(restored.restored_head, head);
    fixture.options.folder = to.folder;
    cr_expect_eq(verify().findings, 0);
    fixture.options.folder = fixture.folder;
    cr_assert_eq(system(mp_arena_printf(fixture.arena, "rm -r '%s'", to.folder)), 0);
}

JOURNAL_TEST(damage_is_named)
{
    const char *why = "";

    (void)report(1);
    close_store();
    damage("ml-1:completion");
    cr_assert_eq(open_store(&why), MP_ECORRUPT);
    cr_expect_not_null(strstr(why, "journal.log is damaged at byte 0"), "%s", why);
}

/* The tables of before, put back by hand under a journal that has gone on. */
JOURNAL_TEST(tables_of_another_time_are_refused)
{
    const char *kept = path_of("kept.mdb"), *why = "";
    struct mp_span bytes;

    cr_assert_eq(writer_file(fixture.writer), 0);
    cr_assert_eq(mp_file_read(fixture.arena, path_of("data.mdb"), (size_t)8 << 20, &bytes), 0);
    cr_assert_eq(mp_file_write_durable(kept, bytes, 0600), 0);
    (void)report(1);
    cr_assert_eq(writer_file(fixture.writer), 0);
    (void)report(2);
    close_store();
    cr_assert_eq(rename(kept, path_of("data.mdb")), 0);
    cr_assert_eq(open_store(&why), MP_ECORRUPT);
    cr_expect_not_null(strstr(why, "does not follow the tables"), "%s", why);
}

static _Atomic int woken;

static void wake(void *context)
{
    (void)context;
    atomic_fetch_add(&woken, 1);
}

static void *ask(void *context)
{
    MP_AUTO(mp_reading_close) struct mp_reading *reading = NULL;
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)1 << 20);
    uint64_t *ret_head = context;
    struct mp_buffer bytes;
    struct mp_page page;
    struct mp_ask question;

    mp_buffer_init(&bytes, (size_t)1 << 20);
    mp_ask_init(&question, MP_ASK_TOPICS);
    cr_assert_eq(mp_reading_open(fixture.store, &reading), 0);
    cr_assert_eq(mp_reading_answer(reading, &question, 0, arena, &bytes), 0);
    cr_assert_eq(mp_page_decode(mp_buffer_span(&bytes), arena, &page), 0);
    *ret_head = page.head;
    mp_buffer_done(&bytes);
    return NULL;
}

JOURNAL_TEST(a_reader_waits_until_what_is_logged_is_filed)
{
    uint64_t seen = 0;
    pthread_t thread;

    mp_store_on_wait(fixture.store, wake, NULL);
    (void)report(1);
    cr_assert_eq(pthread_create(&thread, NULL, ask, &seen), 0);
    for (int waited_ms = 0; atomic_load(&woken) == 0 && waited_ms < DEADLINE_MS; waited_ms++)
        (void)poll(NULL, 0, 1);
    cr_assert_eq(atomic_load(&woken), 1);
    cr_assert_eq(writer_file(fixture.writer), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_expect_eq(seen, fixture_head(&fixture));
    cr_assert_eq(pthread_create(&thread, NULL, ask, &seen), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_expect_eq(atomic_load(&woken), 1, "nothing is to be waited for");
    mp_store_on_wait(fixture.store, NULL, NULL);
}
