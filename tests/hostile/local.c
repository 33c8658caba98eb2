/* Peers on the machine itself, at the ledger's sockets, which have no CURVE: the folder's mode
 * keeps others out. Whoever is inside and confused or malicious still must not bring the ledger
 * down. */
#include "tests/hostile/guess.h"
#include "tests/hostile/scene.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define MIB                 ((size_t)1 << 20)
#define ROUNDS              60
#define FRAMES_EACH         40
#define GROWTH_MOST         (32 * MIB)
#define GUESSES_GROWTH_MOST (96 * MIB) /* of some hundred connections at once */

enum { SUBMISSIONS, EVENTS, QUESTIONS };
static const char *const sockets[] = {"submit", "feed", "ask"};
static const char *paths[MP_LENGTH(sockets)];

static void begin(void)
{
    scene_begin();
    for (size_t i = 0; i < MP_LENGTH(sockets); i++)
        paths[i] = system_text("%s/run/%s.sock", scene.instance.folder, sockets[i]);
}

/* Bytes without sense, as frames and as none, behind forged routing ids. */
static void talk(struct zmtp *peer, size_t kind)
{
    uint8_t bytes[2048];
    size_t size;

    randombytes_buf(bytes, sizeof bytes);
    size = bytes[0] * 8u;
    if (kind % 4 == 3) {
        (void)zmtp_send_raw(peer, bytes, sizeof bytes);
        return;
    }
    for (size_t i = 0; i < FRAMES_EACH; i++) {
        unsigned flags = kind % 4 == 0 || i % 20 < 19 ? ZMTP_MORE : 0;

        if (kind % 4 == 1)
            flags = 0;
        if (!zmtp_send(peer, flags, mp_span_make(bytes + i, size % 1000)))
            return;
    }
    (void)zmtp_flush(peer);
}

static bool talk_to_all(void *context, const char **ret_why)
{
    struct zmtp *peer = malloc(sizeof *peer);
    bool went_well = true;
    (void)context;

    for (size_t i = 0; went_well && i < scene_scaled(ROUNDS) * MP_LENGTH(sockets); i++) {
        uint8_t id[5] = {0};
        size_t at = i % MP_LENGTH(sockets);
        struct zmtp_options options = {.path = paths[at],
                                       .socket_type = at == EVENTS ? "SUB" : "DEALER"};

        randombytes_buf(id + 1, 4);
        options.identity = mp_span_make(id, i % 2 == 0 ? sizeof id : 0);
        went_well = zmtp_open(peer, &options);
        *ret_why = "no connection";
        if (went_well)
            talk(peer, i / MP_LENGTH(sockets));
        zmtp_close(peer);
    }
    free(peer);
    return went_well;
}

Test(local, nonsense_at_the_ledgers_sockets_hurts_nobody, .init = begin, .fini = system_end)
{
    scene_attack("nonsense at the ledger", talk_to_all, NULL, GROWTH_MOST);
    scene_finish();
}

static bool claim_next_ids(void *context, const char **ret_why)
{
    static const size_t routers[] = {SUBMISSIONS, QUESTIONS};
    bool went_well = true;
    (void)context;

    for (size_t i = 0; went_well && i < MP_LENGTH(routers); i++) {
        struct zmtp_options options = {.path = paths[routers[i]], .socket_type = "DEALER"};

        went_well = guess_routing_ids(&options, ret_why);
    }
    return went_well;
}

Test(local, nobody_can_guess_the_ledgers_next_routing_id, .init = begin, .fini = system_end)
{
    scene_attack("guessed routing ids at the ledger", claim_next_ids, NULL, GUESSES_GROWTH_MOST);
    scene_finish();
}
