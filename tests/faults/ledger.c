/* The ledger itself, a real process, with faults under it; the test is its ingest and keeps what it
 * was answered. Nothing that was answered is lost or recorded twice, no signal ends it, and after a
 * disk that failed it says nothing more. */
#include "core/bus/bus.h"
#include "proto/forward.h"
#include "tests/support/faults_store.h"
#include "tests/support/system_instance.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCHES     8
#define SAMPLE      8
#define ATTEMPTS    6
#define WAIT_MS     20
#define PATIENCE_MS 5000 /* for an answer, before asking again */

/* What was answered to one submission; nothing yet: MP_OUTCOME_NONE or MP_OUTCOME_BUSY. */
struct told {
    enum mp_outcome outcome;
    uint64_t first_seq, last_seq;
};

static struct {
    struct faults_reference reference;
    struct mp_bus *bus;
    struct mp_arena *arena;
    struct mp_buffer bytes;
    const char *folder, *ready; /* ready: made when faults may come */
    struct system_process *process;
    void *socket;
    uint64_t number;
    struct told told[BATCHES][FAULTS_BATCH_MOST];
    bool is_over; /* the disk has failed: nothing may be answered any more */
    size_t struck;
} ledger;

static void begin(void)
{
    system_begin();
    faults_reference_init(&ledger.reference);
    cr_assert_eq(mp_bus_open(1, &ledger.bus), 0);
    ledger.arena = ledger.reference.arena;
    mp_buffer_init(&ledger.bytes, MP_FORWARD_BATCH_MOST);
    ledger.folder = system_text("%s/store", system_folder());
    ledger.ready = system_text("%s/ready", system_folder());
}

static void end(void)
{
    mp_buffer_done(&ledger.bytes);
    /* Open still when the test failed: the bus would wait for it. */
    if (ledger.socket != NULL)
        mp_socket_close(mp_take(ledger.socket));
    mp_bus_close(ledger.bus);
    faults_reference_done(&ledger.reference);
    system_end();
}

#define FAULTS_TEST(name) Test(ledger, name, .init = begin, .fini = end)

static const char *address(const char *name)
{
    return system_text("ipc://%s/%s.sock", system_folder(), name);
}

static void launch(const struct faults_plan *plan)
{
    const char *const argv[] = {system_program("milepost-ledger"),
                                system_text("--store=%s", ledger.folder),
                                system_text("--submit=%s", address("submit")),
                                system_text("--ask=%s", address("ask")),
                                system_text("--feed=%s", address("feed")),
                                system_text("--control=%s", address("control")),
                                "--map-bytes=256MiB",
                                NULL};

    ledger.process = faults_spawn(plan, argv);
}

static void connect(void)
{
    const struct mp_socket_options options = {.kind = MP_SOCKET_DEALER};

    cr_assert_eq(mp_socket_open(ledger.bus, &options, &ledger.socket), 0);
    cr_assert_eq(mp_socket_connect(ledger.socket, address("submit")), 0);
}

static void send_batch(const struct faults_batch *batch)
{
    struct mp_message message;
    int error = MP_EAGAIN;

    mp_buffer_clear(&ledger.bytes);
    mp_forward_begin(&ledger.bytes, ++ledger.number);
    for (size_t i = 0; i < batch->count; i++) {
        uint8_t peer = (uint8_t)i;
        const struct mp_forward_item item = {.peer = mp_span_make(&peer, 1),
                                             .key = mp_span_make(batch->items[i].key, 32),
                                             .bytes = batch->items[i].bytes};

        mp_forward_add(&ledger.bytes, &item);
    }
    cr_assert_eq(ledger.bytes.error, 0);
    mp_message_init(&message);
    cr_assert_eq(mp_message_add(&message, mp_buffer_span(&ledger.bytes)), 0);
    while (error == MP_EAGAIN && !system_is_over(ledger.process)) {
        error = mp_message_send(&message, ledger.socket);
        if (error == MP_EAGAIN)
            system_pump(WAIT_MS);
    }
    mp_message_done(&message);
}

/* What was told before is told again. */
static void take_answer(const struct faults_batch *batch, size_t number, size_t place,
                        const struct mp_answer *answer, const char *what)
{
    struct told *told = &ledger.told[number][place];
    bool is_refused = batch->items[place].is_refused;

    cr_assert_not(ledger.is_over, "%s: batch %zu was answered after a disk that failed", what,
                  number);
    if (answer->outcome != MP_OUTCOME_BUSY)
        cr_assert_eq(answer->outcome, is_refused ? MP_OUTCOME_REJECTED : MP_OUTCOME_ACCEPTED,
                     "%s: batch %zu, %zu: %s: %s", what, number, place,
                     mp_reject_name(answer->rejection.code), answer->rejection.message);
    if (told->outcome == MP_OUTCOME_ACCEPTED && answer->outcome != MP_OUTCOME_BUSY)
        cr_assert(answer->first_seq == told->first_seq && answer->last_seq == told->last_seq,
                  "%s: batch %zu, %zu was recorded as %" PRIu64 " and is now %" PRIu64, what,
                  number, place, told->first_seq, answer->first_seq);
    if (told->outcome == MP_OUTCOME_NONE || told->outcome == MP_OUTCOME_BUSY)
        *told = (struct told){answer->outcome, answer->first_seq, answer->last_seq};
}

/* The answers to the batch sent last; false when the process has ended instead. *ret_busy: somebody
 * was asked to come again, or nothing came: a ledger without memory may lose a question, and
 * whoever asked asks again, as every client does. */
static bool hear_batch(const struct faults_batch *batch, size_t number, const char *what,
                       bool *ret_busy)
{
    int64_t deadline_ms = system_now_ms() + PATIENCE_MS;
    struct mp_message message;
    struct mp_forward_item item;
    struct mp_reader reader;
    bool is_over = false;

    mp_message_init(&message);
    while (mp_message_receive(&message, ledger.socket) != 0) {
        if (is_over)
            return false;
        if (system_now_ms() >= deadline_ms) {
            mp_message_done(&message);
            *ret_busy = true;
            return true;
        }
        zmq_pollitem_t items[] = {{.socket = ledger.socket, .events = ZMQ_POLLIN}};
        (void)zmq_poll(items, 1, WAIT_MS);
        is_over = system_is_over(ledger.process);
    }
    reader = mp_reader_make(mp_message_frame(&message, message.count - 1));
    *ret_busy = mp_forward_number(&reader) != ledger.number; /* one that came late */
    while (mp_forward_next(&reader, true, &item)) {
        struct mp_answer answer;

        cr_assert_eq(mp_answer_decode(item.bytes, ledger.arena, &answer), 0);
        cr_assert_eq(item.peer.size, 1);
        take_answer(batch, number, item.peer.data[0], &answer, what);
        *ret_busy |= answer.outcome == MP_OUTCOME_BUSY;
    }
    mp_message_done(&message);
    return true;
}

/* Until everything has its answer; false when the process ended before, or some of it was never
 * taken. */
static bool submit_all(const struct faults_plan *plan, const char *what)
{
    for (size_t number = 0; number < BATCHES; number++) {
        struct faults_batch batch;
        bool busy = true;

        for (int attempt = 0; busy && attempt < ATTEMPTS; attempt++) {
            mp_arena_reset(ledger.arena);
            cr_assert_eq(faults_batch(number, ledger.arena, &batch), 0);
            ledger.is_over = plan->number == EIO && faults_hear(ledger.process).struck;
            send_batch(&batch);
            if (!hear_batch(&batch, number, what, &busy))
                return false;
        }
        if (busy)
            return false;
    }
    return true;
}

static void make_ready(void)
{
    FILE *file = fopen(ledger.ready, "we");

    cr_assert_not_null(file);
    (void)fclose(file);
}

/* SIGTERM, unless it has ended. Its exit code; it said why when that is not 0. */
static int stop(const char *what)
{
    int status;

    mp_socket_close(mp_take(ledger.socket));
    if (!system_is_over(ledger.process))
        (void)kill(system_pid(ledger.process), SIGTERM);
    status = system_wait(ledger.process, SYSTEM_DEADLINE_MS);
    cr_assert(status == 0 || status == 1, "%s: the ledger ended with %d: %s", what, status,
              system_output(ledger.process, SYSTEM_ERR));
    if (status == 1)
        cr_assert_not_null(strstr(system_output(ledger.process, SYSTEM_ERR), "level=error"),
                           "%s: it ended without a word: %s", what,
                           system_output(ledger.process, SYSTEM_ERR));
    return status;
}

/* What it left on the disk, before anybody sends anything again. */
static void expect_told(const char *what)
{
    struct mp_store_options options = faults_options(ledger.folder);
    struct mp_verify_report report = {.findings = 0};
    const char *scratch = system_text("%s/scratch", system_folder());
    uint64_t last = 0;

    for (size_t number = 0; number < BATCHES; number++)
        for (size_t place = 0; place < FAULTS_BATCH_MOST; place++)
            if (ledger.told[number][place].last_seq > last)
                last = ledger.told[number][place].last_seq;
    options.read_only = true;
    folder_remove(scratch);
    cr_assert_eq(mp_store_verify(&options, scratch, &report), 0, "%s", what);
    cr_assert_eq(report.findings, 0, "%s", what);
    cr_assert_geq(report.head.seq, last,
                  "%s: %" PRIu64 " was acknowledged, the record has %" PRIu64, what, last,
                  report.head.seq);
}

/* With a healthy disk: all that was answered is answered so again, and the rest is taken. */
static void expect_whole(const char *what)
{
    static const struct faults_plan nothing;
    const struct faults_state *state = &ledger.reference.states[BATCHES];
    struct mp_store_options options = faults_options(ledger.folder);
    struct mp_verify_report report = {.findings = 0};
    const char *scratch = system_text("%s/scratch", system_folder());

    launch(&nothing);
    connect();
    cr_assert(submit_all(&nothing, what), "%s: not all is taken afterwards: %s", what,
              system_output(ledger.process, SYSTEM_ERR));
    cr_assert_eq(stop(what), 0, "%s", what);
    system_forget(ledger.process);
    options.read_only = true;
    folder_remove(scratch);
    cr_assert_eq(mp_store_verify(&options, scratch, &report), 0, "%s", what);
    cr_assert_eq(report.findings, 0, "%s", what);
    cr_assert_eq(report.head.seq, state->seq, "%s: %" PRIu64 " events, not %" PRIu64, what,
                 report.head.seq, state->seq);
    cr_assert_eq(report.submissions, state->submissions, "%s", what);
}

/* One life under the fault. Counting begins when it is ready, or, from_start, with its first
 * instruction. Its exit code. */
static int live(const struct faults_plan *plan, bool from_start, const char *what)
{
    struct faults_plan armed = *plan;

    folder_remove(ledger.folder);
    (void)unlink(ledger.ready);
    memset(ledger.told, 0, sizeof(ledger.told));
    cr_assert_eq(mkdir(ledger.folder, 0700), 0);
    faults_copy_file(system_text("%s/data.mdb", ledger.reference.founded),
                     system_text("%s/data.mdb", ledger.folder));
    armed.after = from_start ? NULL : ledger.ready;
    launch(&armed);
    if (!from_start) {
        (void)system_await(ledger.process, SYSTEM_ERR, "msg=ready");
        make_ready();
    }
    connect();
    (void)submit_all(plan, what);
    return stop(what);
}

static void try_live(void *context, const struct faults_plan *plan)
{
    const char *what = system_text("ledger, %s", faults_name(plan));
    const bool *from_start = context;
    int status = live(plan, *from_start, what);
    bool struck = faults_hear(ledger.process).struck;

    if (struck && plan->number == EIO)
        cr_assert_eq(status, 1, "%s: it went on", what);
    ledger.struck += struck;
    system_forget(ledger.process);
    expect_told(what);
    expect_whole(what);
}

static void sweep(struct faults_plan plan, bool from_start, uint64_t sample)
{
    struct faults_plan counting = {.call = plan.call, .own = plan.own};
    uint64_t calls;

    plan.under = counting.under = ledger.folder;
    cr_assert_eq(live(&counting, from_start, "the count"), 0);
    calls = faults_calls();
    system_forget(ledger.process);
    cr_assert_gt(calls, 0, "no call of %s is seen", plan.call);
    fprintf(stderr, "ledger, %s%s: %" PRIu64 " calls, seed %" PRIu64 "\n", plan.call,
            from_start ? " from the start" : "", calls, faults_seed());
    ledger.struck = 0;
    faults_sweep(&plan, calls, sample, try_live, &from_start);
    cr_assert_gt(ledger.struck, 0, "%s: no fault ever came", plan.call);
}

FAULTS_TEST(no_memory_while_it_works_costs_no_answer_that_was_given)
{
    if (faults_has_own_memory())
        return;
    sweep((struct faults_plan){.call = "memory", .own = true, .times = 1, .number = ENOMEM}, false,
          2 * SAMPLE);
}

FAULTS_TEST(no_memory_at_its_start_is_said)
{
    if (faults_has_own_memory())
        return;
    sweep((struct faults_plan){.call = "memory", .own = true, .times = 1, .number = ENOMEM}, true,
          2 * SAMPLE);
}

FAULTS_TEST(a_full_disk_costs_no_answer_that_was_given)
{
    sweep((struct faults_plan){.call = "write", .times = 1, .number = ENOSPC}, false, SAMPLE);
    sweep((struct faults_plan){.call = "write", .times = 0, .number = ENOSPC}, false, SAMPLE);
    sweep((struct faults_plan){.call = "write", .times = 1, .number = ENOSPC, .how = "short"},
          false, SAMPLE);
}

FAULTS_TEST(a_failing_disk_ends_it_without_a_further_answer)
{
    sweep((struct faults_plan){.call = "write", .times = 1, .number = EIO}, false, SAMPLE);
    sweep((struct faults_plan){.call = "sync", .times = 1, .number = EIO}, false, UINT64_MAX);
    sweep((struct faults_plan){.call = "sync", .times = 1, .number = EIO, .how = "done"}, false,
          SAMPLE);
}

FAULTS_TEST(a_file_that_does_not_open_at_its_start_is_said)
{
    sweep((struct faults_plan){.call = "open", .times = 1, .number = EIO}, true, UINT64_MAX);
}
