/* A record put back to an older day: nothing that was acknowledged is missing in the end. */
#include "tests/support/system_record.h"

#include <string.h>

#define RAILWAYS "--as", "railways"
#define ENTRIES  30

static struct system_instance instance;

static void begin(void)
{
    system_begin_world(&instance);
}

static void say_many(const char *prefix)
{
    struct mp_client *client = system_client(&instance, "railways");

    system_queue(client, "ml-1:completion", prefix, ENTRIES, 1, 0);
    cr_assert_eq(mp_client_flush(client, SYSTEM_DEADLINE_MS), 0, "%s", mp_client_why(client));
    mp_client_close(client);
}

static void queue_many(const char *prefix)
{
    struct mp_client *client = system_client(&instance, "railways");

    system_queue(client, "ml-1:completion", prefix, ENTRIES, 1, 0);
    mp_client_close(client);
}

/* Each of the three lots once, in the order in which they were said. */
static void expect_each_once(const struct system_events *events)
{
    static const char *const prefixes[] = {"kept", "lost", "queued"};
    size_t at = 0, wanted = 0;

    for (size_t i = 0; i < events->count; i++) {
        const char *note = events->items[i].note;

        if (note[0] == '\0' || strcmp(note, "the end") == 0)
            continue;
        cr_assert_lt(wanted, 3u * ENTRIES, "%s is one too many", note);
        cr_assert_str_eq(note, system_text("%s-%zu", prefixes[wanted / ENTRIES], wanted % ENTRIES),
                         "entry %zu", at);
        wanted++;
        at++;
    }
    cr_assert_eq(wanted, 3u * ENTRIES, "%zu of %d", wanted, 3 * ENTRIES);
}

/* What the watcher showed of the new epoch is what the record has of it. */
static void expect_healed(const struct system_process *watch, const struct system_events *events,
                          uint64_t epoch)
{
    const char *line = system_output(watch, SYSTEM_OUT);
    size_t at = 0;

    for (; *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *text = mp_arena_text(system_arena(), mp_span_make(line, strcspn(line, "\n")));

        if (system_json_number(text, "epoch") != epoch)
            continue;
        while (at < events->count && events->items[at].epoch != epoch)
            at++;
        cr_assert_lt(at, events->count, "not in the record: %s", text);
        cr_assert_eq(system_json_number(text, "seq"), events->items[at].seq, "%s", text);
        at++;
    }
    cr_assert_eq(at, events->count, "%zu of %zu were shown", at, events->count);
}

Test(restore, a_restored_record_gets_back_what_was_acknowledged_after_the_backup, .init = begin,
     .fini = system_end)
{
    const char *copy = system_text("%s/copy", system_folder());
    struct system_process *watch, *whole;
    struct system_events events;
    struct system_said said;
    uint64_t epoch;

    watch = system_watch(&instance, "ml-1/", NULL, NULL);
    whole = system_watch(&instance, "", NULL, NULL);
    say_many("kept");
    system_do(&instance, "backup", copy);
    say_many("lost");
    system_await_lines(watch, (size_t)2 * ENTRIES);
    events = system_read(&instance, "ml-1/", 0);
    epoch = events.items[0].epoch;
    cr_assert_neq(system_cli(&instance, "restore", copy, "--why", "too early").status, 0,
                  "the record is in use");

    system_stop(&instance, SYSTEM_LEDGER);
    queue_many("queued");
    said = system_cli(&instance, "restore", copy, "--why", "a test");
    system_expect(said, 0);
    system_launch(&instance, SYSTEM_LEDGER);
    system_await_healthy(&instance, SYSTEM_LEDGER);
    system_await_healthy(&instance, SYSTEM_INGEST);
    system_await_healthy(&instance, SYSTEM_PUBLISH);
    system_do(&instance, "progress", "ml-1:completion", "60", RAILWAYS, "--note", "the end",
              "--timeout", "60");
    (void)system_await(watch, SYSTEM_OUT, "the end");
    (void)system_await(watch, SYSTEM_ERR, "live: epoch");
    (void)system_await(whole, SYSTEM_OUT, "the end");
    (void)system_await(whole, SYSTEM_ERR, "live: epoch");

    events = system_read(&instance, "ml-1/", 0);
    expect_each_once(&events);
    cr_assert_eq(system_count_note(&events, "the end"), 1u);
    cr_assert_gt(events.items[events.count - 1].epoch, epoch, "a new epoch");
    expect_healed(watch, &events, events.items[events.count - 1].epoch);
    events = system_read(&instance, "", 0);
    expect_healed(whole, &events, events.items[events.count - 1].epoch);
    system_expect_no_outbox(&instance, "railways");
    said = system_cli(&instance, "list", "epochs", "-o", "ndjson");
    system_expect(said, 0);
    cr_assert_not_null(strstr(said.out, "a test"), "why it was restored: %s", said.out);
    system_verify(&instance);
}
