/* Peers with a valid key whose messages have no end, no sense or no size. */
#include "tests/hostile/scene.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define MIB           ((size_t)1 << 20)
#define ENDLESS_BYTES ((size_t)384 * MIB) /* on the wire, if nobody stops it */
#define CUT_MS        20000
/* A connection's unseen bytes (24 MiB at ingest; a frame costs up to three times its size on the
 * wire), what comes between two looks, and the allocator's slack. */
#define GROWTH_MOST    (160 * MIB)
#define LARGE_BYTES    65000
#define QUESTION_BYTES 8000
#define MORE_BYTES     1000
#define PINGS          2000000 /* more than any limit and every buffer on the way */
/* 40 MB in all, more than may ever be unseen. */
#define HONEST            700
#define HONEST_EACH       60
#define HONEST_BYTES      900
#define FRAMES_TEST(name) Test(frames, name, .init = scene_begin, .fini = system_end)

struct endless {
    enum port port;
    size_t frame_bytes;
    size_t sent_bytes;
};

/* Frames with MORE, until the server has enough. */
static bool send_endlessly(void *context, const char **ret_why)
{
    struct endless *endless = context;
    struct zmtp_options options = scene_peer(endless->port, &scene.ports);
    struct zmtp *peer = malloc(sizeof *peer);
    uint8_t *body = calloc(1, endless->frame_bytes + 1);
    bool open = zmtp_open(peer, &options), ran_on = open;

    *ret_why = open ? "the server took everything" : "no handshake";
    body[0] = 1;
    while (ran_on && peer->sent_bytes < scene_scaled(ENDLESS_BYTES))
        ran_on = zmtp_send(peer, ZMTP_MORE, mp_span_make(body, endless->frame_bytes));
    endless->sent_bytes = peer->sent_bytes;
    if (ran_on && zmtp_is_cut(peer, CUT_MS))
        ran_on = false;
    zmtp_close(peer);
    free(body);
    free(peer);
    return open && !ran_on;
}

static void expect_end(enum port port, size_t frame_bytes, const char *name)
{
    struct endless endless = {.port = port, .frame_bytes = frame_bytes};

    scene_attack(name, send_endlessly, &endless, GROWTH_MOST);
    cr_expect_lt(endless.sent_bytes, ENDLESS_BYTES, "%s: nobody stopped it", name);
}

FRAMES_TEST(a_message_without_end_is_cut_off_at_submit)
{
    expect_end(SUBMIT, 0, "endless empty frames to submit");
    expect_end(SUBMIT, LARGE_BYTES, "endless large frames to submit");
    scene_finish();
}

FRAMES_TEST(a_message_without_end_is_cut_off_at_the_feed_and_at_ask)
{
    expect_end(FEED, 1, "endless small frames to the feed");
    expect_end(FEED, 400, "endless full frames to the feed");
    expect_end(ASK, 1, "endless small frames to ask");
    expect_end(ASK, QUESTION_BYTES, "endless large frames to ask");
    scene_finish();
}

/* A frame that says it is so large. */
static bool announce(enum port port, uint64_t size, const char **ret_why)
{
    struct zmtp_options options = scene_peer(port, &scene.ports);
    struct zmtp *peer = malloc(sizeof *peer);
    bool is_cut = false;

    *ret_why = "no handshake";
    if (zmtp_open(peer, &options)) {
        *ret_why = "a frame of any size is welcome";
        is_cut = !zmtp_send_header(peer, 0, size) || zmtp_is_cut(peer, CUT_MS);
    }
    zmtp_close(peer);
    free(peer);
    return is_cut;
}

static bool announce_much(void *context, const char **ret_why)
{
    static const uint64_t most[PORTS] = {MIB, 512, 8192};
    (void)context;

    for (int port = 0; port < PORTS; port++) {
        const uint64_t sizes[] = {most[port] + 1,    (uint64_t)1 << 31, ((uint64_t)1 << 32) + 5,
                                  (uint64_t)1 << 62, (uint64_t)1 << 63, UINT64_MAX};

        for (size_t i = 0; i < MP_LENGTH(sizes); i++) {
            if (!announce((enum port)port, sizes[i], ret_why))
                return false;
        }
    }
    return true;
}

FRAMES_TEST(a_frame_that_is_too_large_ends_its_connection)
{
    scene_attack("oversize frames", announce_much, NULL, 32 * MIB);
    scene_finish();
}

/* Each kind of nonsense after a handshake that was in order. */
enum nonsense {
    RANDOM_BYTES,
    OLD_NONCE,
    NO_NONCE,
    BROKEN_BOX,
    UNKNOWN_COMMAND,
    EMPTY_COMMAND,
    LONG_NAME,
    ERROR_COMMAND,
    READY_AGAIN,
    PLAIN_FRAME,
    NONSENSES
};

static bool send_plain_command(struct zmtp *peer, const char *body, size_t size)
{
    return zmtp_send_header(peer, 4, size) && zmtp_send_raw(peer, body, size);
}

static void say(struct zmtp *peer, enum nonsense nonsense)
{
    uint8_t bytes[4096];

    randombytes_buf(bytes, sizeof bytes);
    switch (nonsense) {
    case RANDOM_BYTES:
        (void)zmtp_send_raw(peer, bytes, sizeof bytes);
        break;
    case OLD_NONCE:
    case NO_NONCE:
        (void)(zmtp_send(peer, 0, mp_span_text("first")) && zmtp_flush(peer));
        zmtp_set_nonce(peer, nonsense == OLD_NONCE ? 3 : 0);
        (void)(zmtp_send(peer, 0, mp_span_text("again")) && zmtp_flush(peer));
        break;
    case BROKEN_BOX:
        memcpy(bytes, "\7MESSAGE", 8);
        (void)(zmtp_send_header(peer, 0, 200) && zmtp_send_raw(peer, bytes, 200));
        break;
    case UNKNOWN_COMMAND:
        (void)(zmtp_send(peer, ZMTP_COMMAND, mp_span_text("\5HELLO with more")) &&
               zmtp_flush(peer));
        break;
    case EMPTY_COMMAND:
        (void)(zmtp_send(peer, ZMTP_COMMAND, mp_span_make(bytes, 0)) && zmtp_flush(peer));
        break;
    case LONG_NAME:
        bytes[0] = 255;
        (void)(zmtp_send(peer, ZMTP_COMMAND, mp_span_make(bytes, 3)) && zmtp_flush(peer));
        break;
    case ERROR_COMMAND:
        (void)send_plain_command(peer, "\5ERROR\377no", 9);
        break;
    case READY_AGAIN:
        (void)send_plain_command(peer, "\5READY", 6);
        break;
    default:
        (void)(zmtp_send_header(peer, ZMTP_MORE, 5) && zmtp_send_raw(peer, "plain", 5));
        break;
    }
}

/* libzmq passes over a command that it does not know, or that has no name that it could know.
 * Everything else ends the connection. */
static bool must_end(enum nonsense nonsense)
{
    return nonsense != UNKNOWN_COMMAND && nonsense != EMPTY_COMMAND && nonsense != LONG_NAME;
}

static bool talk_nonsense(void *context, const char **ret_why)
{
    size_t rounds = scene_scaled(20);
    struct zmtp *peer = malloc(sizeof *peer);
    bool went_well = true;
    (void)context;

    for (size_t i = 0; went_well && i < rounds * NONSENSES * PORTS; i++) {
        struct zmtp_options options = scene_peer((enum port)(i % PORTS), &scene.ports);
        enum nonsense nonsense = (enum nonsense)(i / PORTS % NONSENSES);
        /* The feed shuts out whoever sends what is no subscription: another test. */
        bool is_message = nonsense == OLD_NONCE || nonsense == NO_NONCE;

        if (i % PORTS == FEED && is_message)
            continue;
        went_well = zmtp_open(peer, &options);
        *ret_why = "no handshake";
        if (went_well) {
            say(peer, nonsense);
            went_well = !must_end(nonsense) || zmtp_is_cut(peer, CUT_MS);
            *ret_why = "whoever talks nonsense may stay";
        }
        zmtp_close(peer);
    }
    free(peer);
    return went_well;
}

FRAMES_TEST(nonsense_after_the_handshake_hurts_nobody)
{
    scene_attack("nonsense after the handshake", talk_nonsense, NULL, 64 * MIB);
    scene_finish();
}

/* Heartbeats as fast as they go, each wanting an answer, with every kind of time to live. */
static bool flood_pings(void *context, const char **ret_why)
{
    struct zmtp_options options = scene_peer(*(enum port *)context, &scene.ports);
    struct zmtp *peer = malloc(sizeof *peer);
    uint8_t ping[64] = "\4PING";
    bool open = zmtp_open(peer, &options), ran_on = open;

    *ret_why = open ? "nobody ends it" : "no handshake";
    for (size_t i = 0; ran_on && i < PINGS; i++) {
        randombytes_buf(ping + 5, 2);
        ran_on = zmtp_send(peer, ZMTP_COMMAND, mp_span_make(ping, 7 + i % 17));
    }
    zmtp_close(peer);
    free(peer);
    return open && !ran_on;
}

FRAMES_TEST(a_flood_of_pings_ends_its_connection)
{
    enum port ports[] = {SUBMIT, FEED, ASK};

    for (size_t i = 0; i < MP_LENGTH(ports); i++)
        scene_attack("pings", flood_pings, &ports[i], GROWTH_MOST);
    scene_finish();
}

/* Far more than any limit, all of it in order and taken. */
FRAMES_TEST(much_that_is_honest_is_never_taken_for_an_attack)
{
    system_queue(scene.agency, "ml-1:completion", "much", HONEST, HONEST_EACH, HONEST_BYTES);
    cr_assert_eq(mp_client_flush(scene.agency, 4 * SYSTEM_DEADLINE_MS), 0, "%s",
                 mp_client_why(scene.agency));
    scene.said += (size_t)HONEST * HONEST_EACH;
    cr_assert_eq(scene_stat(SYSTEM_INGEST, "dropped"), 0u);
    cr_assert_eq(scene_stat(SYSTEM_PUBLISH, "dropped"), 0u);
    scene_finish();
}
