/* Promise 4, and promise 3 of the one who was slow: whoever does not read costs publish a bounded
 * amount of memory and nobody else anything, and when it reads again it ends equal to a snapshot.
 */
#include "tests/network/audience.h"
#include "tests/network/stage.h"
#include "tests/support/system_figures.h"

#include <inttypes.h>
#include <stdlib.h>

#define SEND_MOST     16                  /* of the first test */
#define OWN_BYTES     ((uint64_t)8 << 20) /* what publish's own buffers and its heap may vary by */
#define WINDOW_BYTES  (128 << 10)         /* of who does not read */
#define CHUNK         4                   /* submissions … */
#define CHUNK_EACH    60                  /* … of so many changes … */
#define NOTE_BYTES    900
#define MESSAGE_BYTES ((uint64_t)256 << 10) /* … which are a message, or several smaller ones */
#define STUCK         3
#define READERS       2 /* who read, the first of the audience */
#define CHUNKS_BEFORE 16
#define CHUNKS        120
#define CHUNKS_MANY   480                  /* more than publish keeps for anybody */
#define KEPT_BYTES    ((uint64_t)32 << 20) /* of what was published, for all who do not read … */
#define NOTICE_BYTES  ((uint64_t)16 << 20) /* … and what it may grow before it looks */
#define CHUNKS_MISSED 48                   /* more than the kernel keeps for a connection */

static struct audience audience;

/* A sanitizer that keeps what was freed would look like memory that is held. */
static void begin(const char *send_most, bool keeps_bytes)
{
    const char *before = getenv("ASAN_OPTIONS");

    stage_init();
    stage_receive_bytes = WINDOW_BYTES;
    if (send_most != NULL)
        system_configure(&stage, "publish.yaml", send_most);
    (void)setenv("ASAN_OPTIONS",
                 system_text("%s:quarantine_size_mb=0:thread_local_quarantine_size_kb=0",
                             before == NULL ? "" : before),
                 1);
    stage_start();
    audience_open(&audience, keeps_bytes);
}

static void end(void)
{
    audience_close(&audience);
    stage_end();
}

static uint64_t held_bytes(void)
{
    return system_memory(system_pid(stage.services[SYSTEM_PUBLISH]), "RssAnon");
}

struct reached {
    const struct audience_watcher *watcher;
    size_t count;
};

static bool has_reached(void *context)
{
    const struct reached *reached = context;

    return reached->watcher->count >= reached->count;
}

/* Acknowledged, and seen by the first watchers before it goes on, so that nothing waits but what
 * waits for those who do not read. */
static void say_chunk(struct mp_client *client, size_t number, size_t readers)
{
    size_t before[AUDIENCE_MOST];

    for (size_t i = 0; i < readers; i++)
        before[i] = audience.watchers[i].count;
    system_queue(client, "ml-1:completion", system_text("chunk%zu", number), CHUNK, CHUNK_EACH,
                 NOTE_BYTES);
    cr_assert_eq(mp_client_flush(client, SYSTEM_DEADLINE_MS), 0, "%s", mp_client_why(client));
    for (size_t i = 0; i < readers; i++) {
        struct reached reached = {.watcher = &audience.watchers[i],
                                  .count = before[i] + CHUNK * CHUNK_EACH};

        cr_assert(audience_until(&audience, has_reached, &reached),
                  "'%s' does not get what is said while others do not read",
                  reached.watcher->prefix);
    }
}

static void stall(void)
{
    const struct proxy_fault stalled = {.kind = PROXY_STALL, .way = PROXY_DOWN};

    proxy_strike(stage_proxies[STAGE_FEED], &stalled);
}

/* Two who read, three who do not from now on; what publish holds with each chunk that is said, in
 * bytes more than before, at most. */
static uint64_t most_held(size_t chunks, uint64_t bound)
{
    struct mp_client *client = system_client(&stage, "railways");
    uint64_t before, most = 0, asked[READERS];

    (void)audience_add(&audience, &stage, "", NULL);
    (void)audience_add(&audience, &stage, "ml-1/", NULL);
    (void)audience_add(&audience, &through, "", NULL);
    (void)audience_add(&audience, &through, "ml-1/", NULL);
    (void)audience_add(&audience, &through, "", NULL);
    cr_assert_eq(audience.count, READERS + STUCK);
    audience_await(&audience, stage_head());
    for (size_t i = 0; i < CHUNKS_BEFORE; i++)
        say_chunk(client, i, audience.count);
    before = held_bytes();
    for (size_t i = 0; i < READERS; i++)
        asked[i] = audience.watchers[i].changes[MP_FEED_CATCHING_UP];
    stall();
    for (size_t i = 0; i < chunks; i++) {
        uint64_t now;

        say_chunk(client, CHUNKS_BEFORE + i, READERS);
        now = held_bytes();
        most = now > most ? now : most;
    }
    cr_assert_eq(proxy_counts(stage_proxies[STAGE_FEED]).struck[PROXY_STALL], STUCK);
    for (size_t i = 0; i < READERS; i++)
        cr_assert_eq(audience.watchers[i].changes[MP_FEED_CATCHING_UP], asked[i],
                     "'%s' had to ask for what the feed did not bring",
                     audience.watchers[i].prefix);
    (void)fprintf(stderr,
                  "publish held %" PRIu64 " kB, then at most %" PRIu64 " kB; bound %" PRIu64
                  " kB more\n",
                  before >> 10, most >> 10, bound >> 10);
    mp_client_close(client);
    return most > before ? most - before : 0;
}

static void expect_bounded(size_t chunks, uint64_t bound)
{
    uint64_t more = most_held(chunks, bound);

    cr_assert_leq(more, bound, "%" PRIu64 " kB more for those who do not read", more >> 10);
    proxy_release(stage_proxies[STAGE_FEED]);
    audience_await(&audience, stage_head());
    audience_check(&audience);
}

static void begin_bounded(void)
{
    begin("send-most: 16", false);
}

Test(slow, who_never_reads_costs_bounded_memory_and_nobody_else_anything, .init = begin_bounded,
     .fini = end)
{
    expect_bounded(CHUNKS, STUCK * SEND_MOST * MESSAGE_BYTES + OWN_BYTES);
}

static void begin_usual(void)
{
    begin(NULL, false);
}

/* The queue of messages has room for more than a gigabyte: what was published and not read ends the
 * connection long before, and it counts once for all who wait for it. */
Test(slow, who_never_reads_is_dropped_before_it_costs_much, .init = begin_usual, .fini = end)
{
    expect_bounded(CHUNKS_MANY, KEPT_BYTES + NOTICE_BYTES + OWN_BYTES);
    cr_expect_geq(stage_stat(SYSTEM_PUBLISH, "dropped"), STUCK);
}

static void begin_small(void)
{
    begin("send-most: 4", true);
}

Test(slow, who_was_stopped_for_long_ends_equal_to_a_snapshot, .init = begin_small, .fini = end)
{
    struct mp_client *client = system_client(&stage, "railways");
    size_t stopped[AUDIENCE_MOST];
    uint64_t before[AUDIENCE_MOST];

    (void)audience_add(&audience, &stage, "ml-1/", NULL);
    (void)audience_add(&audience, &through, "", NULL);
    (void)audience_add(&audience, &through, "ml-1/", NULL);
    (void)audience_add(&audience, &through, "ml-1/", "ml-1:completion");
    audience_await(&audience, stage_head());
    stall();
    for (size_t i = 0; i < CHUNKS_MISSED; i++)
        say_chunk(client, i, 1);
    mp_client_close(client);
    for (size_t i = 1; i < audience.count; i++) {
        stopped[i] = audience.watchers[i].count;
        before[i] = audience.watchers[i].changes[MP_FEED_CATCHING_UP];
    }
    proxy_release(stage_proxies[STAGE_FEED]);
    audience_await(&audience, stage_head());
    for (size_t i = 1; i < audience.count; i++) {
        cr_expect_lt(stopped[i], audience.watchers[i].count, "it was never stopped");
        cr_expect_gt(audience.watchers[i].changes[MP_FEED_CATCHING_UP], before[i],
                     "nothing was dropped: there is too little for this machine's sockets");
    }
    audience_check(&audience);
    audience_compare(&audience);
}
