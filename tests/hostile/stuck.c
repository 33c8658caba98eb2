/* Peers with a valid key who ask for pages, or submit, and never read what comes back. */
#include "proto/ask.h"
#include "tests/hostile/scene.h"

#include <poll.h>
#include <stdlib.h>

#define MIB      ((size_t)1 << 20)
#define PEERS    24
#define ROUNDS   4000 /* nobody may ask so often without reading */
#define PAUSE_MS 5    /* between two of a peer's questions, so that they are answered */
/* Enough for a page of the full size. */
#define HISTORY      8
#define HISTORY_EACH 60
#define NOTE_BYTES   900
/* What may wait for all together (64 MiB), what comes between two looks and until what was dropped
 * is freed, and the allocator's slack. */
#define GROWTH_MOST (192 * MIB)
/* Submissions, each refused by name; many at a time, so that their answers are soon too many. */
#define SUBMITTERS     4
#define SUBMIT_ROUNDS  4000
#define SUBMIT_AT_ONCE 200

static struct zmtp *open_peers(enum port port, const struct mp_key_pair *keys, int count)
{
    struct zmtp_options options = scene_peer(port, keys);
    struct zmtp *peers = calloc((size_t)count, sizeof *peers);

    for (int i = 0; i < count; i++)
        cr_assert(zmtp_open(&peers[i], &options), "no handshake");
    return peers;
}

static bool ask_replay(struct zmtp *peer, struct mp_span question)
{
    return zmtp_send(peer, ZMTP_MORE, mp_span_text("1")) && zmtp_send(peer, 0, question) &&
           zmtp_flush(peer);
}

/* Those that the server has not cut off; waits a moment for one that it does. */
static size_t count_open(struct zmtp *peers, int count)
{
    struct pollfd items[PEERS];
    size_t open = 0;

    for (int i = 0; i < count; i++)
        items[i] = (struct pollfd){.fd = peers[i].fd, .events = POLLRDHUP};
    (void)poll(items, (nfds_t)count, PAUSE_MS);
    for (int i = 0; i < count; i++) {
        if (items[i].revents != 0)
            zmtp_close(&peers[i]);
        open += peers[i].fd >= 0;
    }
    return open;
}

static bool ask_and_never_read(void *context, const char **ret_why)
{
    struct zmtp *peers = context;
    struct mp_buffer question;
    struct mp_ask ask;
    size_t open = PEERS;

    mp_buffer_init(&question, MP_ASK_MOST);
    mp_ask_init(&ask, MP_ASK_REPLAY);
    if (mp_ask_encode(&ask, &question) != 0)
        return false;
    for (int round = 0; open > 0 && round < ROUNDS; round++) {
        for (int i = 0; i < PEERS; i++) {
            if (peers[i].fd >= 0)
                (void)ask_replay(&peers[i], mp_buffer_span(&question)); /* cut off by now: well */
        }
        open = count_open(peers, PEERS);
    }
    mp_buffer_done(&question);
    *ret_why = "some may ask for ever";
    return open == 0;
}

Test(stuck, askers_who_never_read_are_cut_off_before_they_cost_much, .init = scene_begin,
     .fini = system_end)
{
    struct zmtp *peers;

    system_queue(scene.agency, "ml-1:completion", "history", HISTORY, HISTORY_EACH, NOTE_BYTES);
    scene.said += HISTORY * HISTORY_EACH;
    cr_assert_eq(mp_client_flush(scene.agency, SYSTEM_DEADLINE_MS), 0, "%s",
                 mp_client_why(scene.agency));
    peers = open_peers(ASK, &scene.north, PEERS);
    scene_attack("askers who never read", ask_and_never_read, peers, GROWTH_MOST);
    for (int i = 0; i < PEERS; i++)
        zmtp_close(&peers[i]);
    free(peers);
    scene_finish();
}

static bool submit_nonsense(struct zmtp *peer)
{
    bool is_open = true;

    for (int i = 0; is_open && i < SUBMIT_AT_ONCE; i++)
        is_open = zmtp_send(peer, 0, mp_span_text("nothing of sense"));
    return is_open && zmtp_flush(peer);
}

static bool submit_and_never_read(void *context, const char **ret_why)
{
    struct zmtp *peers = context;
    size_t open = SUBMITTERS;

    for (int round = 0; open > 0 && round < SUBMIT_ROUNDS; round++) {
        for (int i = 0; i < SUBMITTERS; i++) {
            if (peers[i].fd >= 0)
                (void)submit_nonsense(&peers[i]);
        }
        open = count_open(peers, SUBMITTERS);
    }
    *ret_why = "some may submit for ever";
    return open == 0;
}

Test(stuck, agencies_who_never_read_their_answers_are_cut_off, .init = scene_begin,
     .fini = system_end)
{
    struct zmtp *peers = open_peers(SUBMIT, &scene.ports, SUBMITTERS);

    scene_attack("agencies who never read", submit_and_never_read, peers, GROWTH_MOST);
    for (int i = 0; i < SUBMITTERS; i++)
        zmtp_close(&peers[i]);
    free(peers);
    scene_finish();
}
