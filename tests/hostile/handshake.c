/* Peers that never get as far as a message. */
#include "tests/hostile/scene.h"

#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define MIB                  ((size_t)1 << 20)
#define HALF_OPEN            100   /* of each kind */
#define CUT_MS               15000 /* three times what a handshake may take */
#define BYTE_MS              100
#define GROWTH_MOST          (64 * MIB)
#define HANDSHAKE_TEST(name) Test(handshake, name, .init = scene_begin, .fini = system_end)

/* Some stop after each step, some send a byte now and then; the server ends them all. */
static bool stop_half_way(void *context, const char **ret_why)
{
    static const enum zmtp_step steps[] = {ZMTP_SILENT, ZMTP_GREETED, ZMTP_HELLO};
    size_t each = scene_scaled(HALF_OPEN), count = each * MP_LENGTH(steps) * PORTS;
    struct zmtp *peers = calloc(count, sizeof *peers);
    bool is_over = true;
    (void)context;

    for (size_t i = 0; i < count; i++) {
        struct zmtp_options options = scene_peer((enum port)(i % PORTS), &scene.ports);

        options.until = steps[i / PORTS % MP_LENGTH(steps)];
        *ret_why = "no connection";
        is_over = zmtp_open(&peers[i], &options) && is_over;
    }
    for (size_t i = 0; is_over && i < count; i++) {
        *ret_why = "a handshake that has stopped is left open";
        is_over = zmtp_is_cut(&peers[i], CUT_MS);
    }
    for (size_t i = 0; i < count; i++)
        zmtp_close(&peers[i]);
    free(peers);
    return is_over;
}

HANDSHAKE_TEST(a_handshake_that_stops_is_ended)
{
    scene_attack("half-open handshakes", stop_half_way, NULL, GROWTH_MOST);
    scene_finish();
}

static bool send_byte_by_byte(void *context, const char **ret_why)
{
    static const uint8_t greeting[64] = {0xff, 0, 0, 0,   0,   0,   0,   0,  0,
                                         0x7f, 3, 1, 'C', 'U', 'R', 'V', 'E'};
    size_t count = scene_scaled(HALF_OPEN), ended = 0;
    struct zmtp *peers = calloc(count, sizeof *peers);
    (void)context;

    for (size_t i = 0; i < count; i++) {
        struct zmtp_options options = scene_peer((enum port)(i % PORTS), &scene.ports);

        options.until = ZMTP_SILENT;
        (void)zmtp_open(&peers[i], &options);
    }
    for (size_t byte = 0; byte < CUT_MS / BYTE_MS && ended < count; byte++) {
        (void)poll(NULL, 0, BYTE_MS); /* it is their slowness that is tested */
        ended = 0;
        for (size_t i = 0; i < count; i++)
            ended += !zmtp_send_raw(&peers[i], &greeting[byte % sizeof greeting], 1);
    }
    for (size_t i = 0; i < count; i++)
        zmtp_close(&peers[i]);
    free(peers);
    *ret_why = "a handshake that never ends is left open";
    return ended == count;
}

HANDSHAKE_TEST(a_handshake_of_a_byte_now_and_then_is_ended)
{
    scene_attack("slow handshakes", send_byte_by_byte, NULL, GROWTH_MOST);
    scene_finish();
}

/* Commands of a handshake that are wrong in every way there is. */
static bool send_wrong_command(struct zmtp *peer, size_t kind)
{
    static const char *const names[] = {"\5HELLO", "\10INITIATE", "\5READY", "\7MESSAGE",
                                        "\5ERROR", "\7WELCOME",   "\4PING",  "\377"};
    static const size_t sizes[] = {200, 600, 6, 300, 6, 168, 9, 1, 255, 0};
    uint8_t command[1024];
    const char *name = names[kind % MP_LENGTH(names)];
    size_t size = sizes[kind / MP_LENGTH(names) % MP_LENGTH(sizes)];

    randombytes_buf(command, sizeof command);
    memcpy(command, name, strlen(name));
    return zmtp_send_header(peer, kind % 3 == 0 ? 0 : 4, size) &&
           zmtp_send_raw(peer, command, size);
}

static bool shake_wrongly(void *context, const char **ret_why)
{
    static const enum zmtp_step steps[] = {ZMTP_SILENT, ZMTP_GREETED, ZMTP_HELLO};
    struct zmtp *peer = malloc(sizeof *peer);
    bool is_over = true;
    (void)context;

    for (size_t i = 0; is_over && i < scene_scaled(80) * MP_LENGTH(steps) * PORTS; i++) {
        struct zmtp_options options = scene_peer((enum port)(i % PORTS), &scene.ports);

        options.until = steps[i / PORTS % MP_LENGTH(steps)];
        is_over = zmtp_open(peer, &options);
        *ret_why = "no connection";
        if (is_over) {
            (void)send_wrong_command(peer, i / PORTS / MP_LENGTH(steps));
            (void)send_wrong_command(peer, i);
        }
        zmtp_close(peer);
    }
    free(peer);
    return is_over;
}

HANDSHAKE_TEST(a_wrong_handshake_hurts_nobody)
{
    scene_attack("wrong handshakes", shake_wrongly, NULL, GROWTH_MOST);
    scene_finish();
}

/* Whether a peer of these keys, who says that it is another, gets further than it should. */
static bool gets_in(enum port port, const struct mp_key_pair *keys, const uint8_t *claims)
{
    struct zmtp_options options = scene_peer(port, keys);
    struct zmtp *peer = malloc(sizeof *peer);
    bool is_in;

    options.claims_key = claims;
    is_in = zmtp_open(peer, &options);
    zmtp_close(peer);
    free(peer);
    return is_in;
}

/* RFC 26: the name in INITIATE is vouched for by its own key. */
HANDSHAKE_TEST(nobody_enters_without_a_key_that_is_registered)
{
    struct mp_key_pair stranger;

    mp_key_make(&stranger);
    for (int port = 0; port < PORTS; port++) {
        cr_expect(gets_in((enum port)port, &scene.ports, NULL), "port %d: a valid key", port);
        cr_expect(!gets_in((enum port)port, NULL, NULL), "port %d: no key", port);
        cr_expect(!gets_in((enum port)port, &stranger, NULL), "port %d: an unknown key", port);
        cr_expect(!gets_in((enum port)port, &stranger, scene.ports.public_key),
                  "port %d: another's name", port);
    }
    scene_finish();
}
