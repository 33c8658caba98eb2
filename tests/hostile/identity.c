/* Peers with a valid key who say that they are somebody else, and keys that are no longer valid. */
#include "tests/hostile/guess.h"
#include "tests/hostile/scene.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB                 ((size_t)1 << 20)
#define CLAIMS              600
#define ANSWER_MS           20000
#define CUT_MS              20000
#define GROWTH_MOST         (96 * MIB)
#define IDENTITY_TEST(name) Test(identity, name, .init = scene_begin, .fini = system_end)

/* A routing id of the form that libzmq gives (a zero and a number), one that somebody else uses
 * too, a long one, and one of each other length. */
static struct mp_span make_claim(size_t number, uint8_t bytes[static 255])
{
    randombytes_buf(bytes, 255);
    switch (number % 4) {
    case 0:
        bytes[0] = 0;
        return mp_span_make(bytes, 5);
    case 1:
        return mp_span_text("railways");
    case 2:
        return mp_span_make(bytes, 255);
    default:
        return mp_span_make(bytes, 1 + number % 254);
    }
}

static bool claim_ids(void *context, const char **ret_why)
{
    size_t count = scene_scaled(CLAIMS);
    struct zmtp *peers = calloc(count, sizeof *peers);
    uint8_t bytes[255];
    bool went_well = true;
    (void)context;

    *ret_why = "no handshake";
    for (size_t i = 0; went_well && i < count; i++) {
        struct zmtp_options options = scene_peer(i % 2 == 0 ? SUBMIT : ASK, &scene.ports);

        options.identity = make_claim(i / 2, bytes);
        went_well = zmtp_open(&peers[i], &options) &&
                    zmtp_send(&peers[i], 0, mp_span_text("nothing of sense")) &&
                    zmtp_flush(&peers[i]);
    }
    for (size_t i = 0; i < count; i++)
        zmtp_close(&peers[i]);
    free(peers);
    return went_well;
}

IDENTITY_TEST(forged_routing_ids_hurt_nobody)
{
    scene_attack("forged routing ids", claim_ids, NULL, GROWTH_MOST);
    scene_finish();
}

static bool claim_next_ids(void *context, const char **ret_why)
{
    struct zmtp_options options = scene_peer(*(enum port *)context, &scene.ports);

    return guess_routing_ids(&options, ret_why);
}

IDENTITY_TEST(nobody_can_guess_the_next_routing_id)
{
    enum port ports[] = {SUBMIT, ASK};

    for (size_t i = 0; i < MP_LENGTH(ports); i++)
        scene_attack("guessed routing ids", claim_next_ids, &ports[i], GROWTH_MOST);
    scene_finish();
}

/* A submission of one change under ml-1/, which is railways' alone. */
static struct mp_span foreign_submission(struct mp_buffer *buffer, const char *note)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(MP_SUBMISSION_ARENA);
    struct mp_change change = system_progress("ml-1:completion", note);
    struct mp_submission submission = {
        .id = mp_uuid_v8(mp_span_text(note)), .changes = &change, .change_count = 1};

    mp_buffer_init(buffer, MP_SUBMISSION_MOST);
    cr_assert_eq(mp_submission_encode(&submission, arena, buffer), 0);
    return mp_buffer_span(buffer);
}

/* The answer to it, on a connection with one more property in its metadata. */
static struct mp_answer submit_as(const struct mp_key_pair *keys, const char *property,
                                  struct mp_span value, const char *note)
{
    struct zmtp_options options = scene_peer(SUBMIT, keys);
    struct zmtp *peer = malloc(sizeof *peer);
    struct mp_answer answer = {0};
    struct mp_buffer buffer;
    uint8_t bytes[4096];
    long size;

    options.property = property;
    options.value = value;
    cr_assert(zmtp_open(peer, &options));
    cr_assert(zmtp_send(peer, 0, foreign_submission(&buffer, note)) && zmtp_flush(peer));
    size = zmtp_receive(peer, bytes, sizeof bytes, ANSWER_MS);
    cr_assert(size > 0 && size <= (long)sizeof bytes, "no answer: %ld", size);
    cr_assert_eq(mp_answer_decode(mp_span_make(bytes, (size_t)size), system_arena(), &answer), 0);
    mp_buffer_done(&buffer);
    zmtp_close(peer);
    free(peer);
    return answer;
}

/* Only the key tells who somebody is: no routing id, and nothing in the connection's metadata, not
 * even what libzmq and the ZAP handler call their own. */
IDENTITY_TEST(an_agency_that_says_it_is_another_writes_nothing)
{
    char railways[MP_KEY_TEXT];

    mp_key_format(mp_client_public_key(scene.agency), railways);
    const struct {
        const char *property;
        struct mp_span value;
    } table[] = {
        {NULL, {0}},
        {"User-Id", mp_span_text(railways)},
        {"user-id", mp_span_text(railways)},
        {"Identity", mp_span_text("railways")},
        {"__fd", mp_span_text("12")},
        {"Peer-Address", mp_span_text("127.0.0.1")},
        {"Socket-Type", mp_span_text("DEALER")},
    };
    for (size_t i = 0; i < MP_LENGTH(table); i++) {
        const char *note = system_text("foreign-%zu", i);
        struct mp_answer answer = submit_as(&scene.ports, table[i].property, table[i].value, note);
        struct system_events events = system_read(&scene.instance, "", 0);

        cr_expect_eq(answer.outcome, MP_OUTCOME_REJECTED, "%s",
                     table[i].property != NULL ? table[i].property : "nothing");
        cr_expect_eq(answer.rejection.code, MP_REJECT_NOT_GRANTED, "%s: %s",
                     table[i].property != NULL ? table[i].property : "nothing",
                     mp_reject_name(answer.rejection.code));
        cr_expect_eq(system_count_note(&events, note), 0u);
    }
    scene_finish();
}

/* Whoever names another's descriptor as his own is himself cut off, and not that other. */
static bool send_too_many_frames(void *context, const char **ret_why)
{
    struct zmtp *peer = malloc(sizeof *peer);
    bool is_over = true;
    (void)context;

    for (int fd = 8; is_over && fd < 40; fd++) {
        struct zmtp_options options = scene_peer(SUBMIT, &scene.ports);
        char number[16];

        (void)snprintf(number, sizeof number, "%d", fd);
        options.property = "__fd";
        options.value = mp_span_text(number);
        *ret_why = "no handshake";
        is_over = zmtp_open(peer, &options);
        for (int i = 0; is_over && i < 40; i++)
            is_over = zmtp_send(peer, i < 39 ? ZMTP_MORE : 0, mp_span_text("frame"));
        *ret_why = "it goes on";
        is_over = is_over && zmtp_flush(peer) && zmtp_is_cut(peer, CUT_MS);
        zmtp_close(peer);
    }
    free(peer);
    return is_over;
}

IDENTITY_TEST(a_message_of_too_many_frames_ends_its_own_connection)
{
    uint64_t dropped;

    scene_attack("too many frames", send_too_many_frames, NULL, GROWTH_MOST);
    dropped = scene_stat(SYSTEM_INGEST, "dropped");
    /* Each was cut; one that the machine made wait may have been ended for its handshake. */
    cr_assert_geq(dropped, 24u, "%zu connections were ended", (size_t)dropped);
    scene_finish();
}

/* Open connections of ports to all three, the feed's subscribed to everything. */
static void open_all(struct zmtp *peers)
{
    for (int port = 0; port < PORTS; port++) {
        struct zmtp_options options = scene_peer((enum port)port, &scene.ports);

        cr_assert(zmtp_open(&peers[port], &options));
    }
    cr_assert(zmtp_send(&peers[FEED], 0, mp_span_text("\1f/")) && zmtp_flush(&peers[FEED]));
}

static long next_event(struct zmtp *peer, const char *note, int timeout_ms)
{
    static uint8_t bytes[65536];
    long size;

    do
        size = zmtp_receive(peer, bytes, sizeof bytes, timeout_ms);
    while (size >= 0 && memmem(bytes, (size_t)size, note, strlen(note)) == NULL);
    return size;
}

static void say_as_railways(const char *note)
{
    struct mp_change change = system_progress("ml-1:completion", note);
    struct mp_submit_result result;

    cr_assert_eq(mp_client_submit(scene.agency, &change, 1, SYSTEM_DEADLINE_MS, &result), 0);
    cr_assert_eq(result.outcome, MP_SUBMIT_ACCEPTED);
    scene.said++;
}

IDENTITY_TEST(a_revoked_key_writes_and_reads_no_more_on_connections_that_are_open)
{
    struct zmtp *peers = calloc(PORTS, sizeof *peers);
    struct mp_answer answer = {0};
    struct mp_buffer buffer;
    struct mp_ask ask;
    uint8_t bytes[4096];
    long size;

    open_all(peers);
    cr_assert_lt(next_event(&peers[FEED], "never said", 500), 0); /* until it is subscribed */
    say_as_railways("while-valid");
    cr_assert_gt(next_event(&peers[FEED], "while-valid", ANSWER_MS), 0, "it does not read");
    system_do(&scene.instance, "key", "revoke", "ports", "own", "--note", "stolen");

    /* Reading: not one event that was recorded after it, and the connection ends. */
    say_as_railways("after-revocation");
    size = next_event(&peers[FEED], "after-revocation", ANSWER_MS);
    cr_expect_eq(size, -1, "it reads on: %ld", size);
    /* Writing: refused by name. Asking: no rows. */
    cr_assert(zmtp_send(&peers[SUBMIT], 0, foreign_submission(&buffer, "stolen")) &&
              zmtp_flush(&peers[SUBMIT]));
    size = zmtp_receive(&peers[SUBMIT], bytes, sizeof bytes, ANSWER_MS);
    cr_assert_gt(size, 0);
    cr_assert_eq(mp_answer_decode(mp_span_make(bytes, (size_t)size), system_arena(), &answer), 0);
    cr_expect_eq(answer.rejection.code, MP_REJECT_KEY_REVOKED);
    mp_buffer_clear(&buffer);
    mp_ask_init(&ask, MP_ASK_REPLAY);
    ask.prefix = "";
    cr_assert_eq(mp_ask_encode(&ask, &buffer), 0);
    cr_assert(zmtp_send(&peers[ASK], ZMTP_MORE, mp_span_text("1")) &&
              zmtp_send(&peers[ASK], 0, mp_buffer_span(&buffer)) && zmtp_flush(&peers[ASK]));
    size = next_event(&peers[ASK], "revoked", ANSWER_MS);
    cr_expect_gt(size, 0, "it is answered: %ld", size);
    cr_expect_lt(size, 500, "more than a refusal: %ld bytes", size);
    for (int port = 0; port < PORTS; port++) {
        struct zmtp_options options = scene_peer((enum port)port, &scene.ports);

        zmtp_close(&peers[port]);
        cr_expect(!zmtp_open(&peers[port], &options), "port %d lets it in again", port);
        zmtp_close(&peers[port]);
    }
    mp_buffer_done(&buffer);
    free(peers);
    scene_finish();
}
