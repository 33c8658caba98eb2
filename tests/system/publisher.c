/* Whoever watches sees every change once, whatever happens to the one who sends them. */
#include "tests/support/system_record.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAYS        "progress", "ml-1:completion", "50", "--as", "railways", "--note"
#define BURST       120
#define BURST_EACH  60
#define NOTE_BYTES  900
#define SOME_EVENTS 20

static struct system_instance instance;

static void begin(void)
{
    system_begin();
    system_init(&instance, "i");
}

static void start(void)
{
    begin();
    system_start(&instance);
    system_make_world(&instance);
}

/* As railways, acknowledged. */
static void say_many(const char *prefix, size_t count, size_t each, size_t note_bytes)
{
    struct mp_client *client = system_client(&instance, "railways");

    system_queue(client, "ml-1:completion", prefix, count, each, note_bytes);
    cr_assert_eq(mp_client_flush(client, SYSTEM_DEADLINE_MS), 0, "%s", mp_client_why(client));
    mp_client_close(client);
}

Test(publisher, a_watcher_outlives_a_killed_publisher_and_has_every_event_once, .init = start,
     .fini = system_end)
{
    uint64_t head = 0;
    struct system_process *watch = system_watch(&instance, "ml-1/", NULL, &head);
    struct system_process *whole = system_watch(&instance, "", NULL, NULL);
    struct system_events events;

    say_many("before", SOME_EVENTS, 1, 0);
    system_kill(&instance, SYSTEM_PUBLISH);
    (void)system_await(watch, SYSTEM_ERR, "stale");
    (void)system_await(whole, SYSTEM_ERR, "stale");
    say_many("unseen", SOME_EVENTS, 1, 0);
    system_launch(&instance, SYSTEM_PUBLISH);
    (void)system_await(watch, SYSTEM_ERR, "live: epoch");
    (void)system_await(whole, SYSTEM_ERR, "live: epoch");
    say_many("after", SOME_EVENTS, 1, 0);
    system_await_lines(watch, (size_t)3 * SOME_EVENTS);
    system_await_lines(whole, (size_t)3 * SOME_EVENTS);
    events = system_read(&instance, "ml-1/", head);
    cr_assert_eq(events.count, 3u * SOME_EVENTS);
    system_expect_watched(watch, &events);
    system_expect_watched(whole, &events);
}

/* A heartbeat that waited in its sockets may have said before that it was live at an older head. */
static void await_live_at(struct system_process *watch, uint64_t head)
{
    uint64_t at = 0;

    while (at < head) {
        const char *words = strstr(system_await(watch, SYSTEM_ERR, "live: epoch"), "head ");

        cr_assert_not_null(words);
        at = strtoull(words + strlen("head "), NULL, 10);
    }
}

/* The rest of a burst is dropped at the publisher's high-water mark; nothing comes after it on the
 * prefix, so that only the count of the heartbeat can show it. */
static void drop_the_end(const char *prefix)
{
    uint64_t head = 0;
    size_t said;
    struct system_process *watch;
    struct system_events events;

    system_configure(&instance, "publish.yaml", "send-most: 1");
    system_start(&instance);
    system_make_world(&instance);
    watch = system_watch(&instance, prefix, NULL, &head);
    say_many("first", 1, 1, 0);
    (void)system_await(watch, SYSTEM_OUT, "first-0");
    cr_assert_eq(kill(system_pid(watch), SIGSTOP), 0);
    say_many("burst", BURST, BURST_EACH, NOTE_BYTES);
    cr_assert_eq(system_count_lines(system_output(watch, SYSTEM_OUT)), 1u);
    events = system_read(&instance, "ml-1/", head);
    cr_assert_eq(events.count, 1u + BURST * BURST_EACH);
    said = strlen(system_output(watch, SYSTEM_ERR));
    cr_assert_eq(kill(system_pid(watch), SIGCONT), 0);
    await_live_at(watch, events.items[events.count - 1].seq);
    system_pump(0); /* what it showed before it said that it is live */
    system_expect_watched(watch, &events);
    cr_assert_not_null(strstr(system_output(watch, SYSTEM_ERR) + said, "catching up"),
                       "nothing was dropped: the burst is too small for this machine's sockets");
}

Test(publisher, the_heartbeats_count_shows_a_lost_end_on_a_prefix, .init = begin,
     .fini = system_end)
{
    drop_the_end("ml-1/");
}

Test(publisher, a_lost_end_of_the_whole_feed_is_seen_too, .init = begin, .fini = system_end)
{
    drop_the_end("");
}

/* A console's folder: as the instance's, with other addresses to read from. */
static void make_console(struct system_instance *console, const char *key, int port)
{
    FILE *file;

    console->folder = system_text("%s/console", system_folder());
    console->port = port;
    cr_assert_eq(mkdir(console->folder, 0700), 0);
    cr_assert_eq(
        symlink(system_text("%s/keys", instance.folder), system_text("%s/keys", console->folder)),
        0);
    file = fopen(system_text("%s/client.yaml", console->folder), "we");
    cr_assert_not_null(file);
    (void)fprintf(file, "submit: tcp://127.0.0.1:%d\nfeed: tcp://127.0.0.1:%d\n", instance.port,
                  port);
    (void)fprintf(file, "ask: tcp://127.0.0.1:%d\nserver-key: '%s'\n", port + 1, key);
    (void)fprintf(file, "identity: railways\nreader: south\n");
    cr_assert_eq(fclose(file), 0);
}

static struct system_process *start_branch(const char *key, int port)
{
    const char *path = system_text("%s/branch.yaml", instance.folder);
    const char *argv[] = {system_program("milepost-publish"), system_text("--config=%s", path),
                          NULL};
    FILE *file = fopen(path, "we");
    struct system_process *branch;

    cr_assert_not_null(file);
    (void)fprintf(file, "listen-feed: tcp://127.0.0.1:%d\nlisten-ask: tcp://127.0.0.1:%d\n", port,
                  port + 1);
    (void)fprintf(file, "upstream-feed: tcp://127.0.0.1:%d\n", instance.port + 1);
    (void)fprintf(file, "upstream-ask: tcp://127.0.0.1:%d\n", instance.port + 2);
    (void)fprintf(file, "upstream-key: '%s'\nkey-file: keys/services.key\n", key);
    (void)fprintf(file, "control: ipc://%s/run/branch.sock\n", instance.folder);
    cr_assert_eq(fclose(file), 0);
    branch = system_spawn(argv);
    system_await_control(system_text("ipc://%s/run/branch.sock", instance.folder));
    return branch;
}

Test(publisher, a_branch_that_follows_another_publisher_shows_everything, .init = start,
     .fini = system_end)
{
    struct system_said said = system_cli(&instance, "key", "show", "services");
    const char *key;
    int port = system_free_ports();
    struct system_instance console;
    struct system_process *branch, *watch;
    struct system_events events;
    uint64_t head = 0;

    system_expect(said, 0);
    key = system_text("%.*s", (int)strcspn(said.out, "\n"), said.out);
    branch = start_branch(key, port);
    make_console(&console, key, port);
    watch = system_watch(&console, "ml-1/", NULL, &head);
    say_many("through", SOME_EVENTS, 1, 0);
    system_await_lines(watch, SOME_EVENTS);
    system_do(&console, "get", "ml-1:completion");
    system_kill(&instance, SYSTEM_PUBLISH);
    (void)system_await(watch, SYSTEM_ERR, "stale"); /* however long the chain */
    say_many("cut", SOME_EVENTS, 1, 0);
    system_launch(&instance, SYSTEM_PUBLISH);
    (void)system_await(watch, SYSTEM_ERR, "live: epoch");
    system_do(&instance, SAYS, "the end");
    (void)system_await(watch, SYSTEM_OUT, "the end");
    events = system_read(&instance, "ml-1/", head);
    cr_assert_eq(events.count, 2u * SOME_EVENTS + 1);
    system_expect_watched(watch, &events);
    cr_assert(!system_is_over(branch), "%s", system_output(branch, SYSTEM_ERR));
}
