#include "services/publish/asks.h"

#include "core/bus/peers.h"

#include <stdlib.h>

#define QUESTIONS_A_ROUND 256
#define ARENA_BYTES       (64u << 10)
#define FORGET_MS         10000 /* without any page for so long, nothing is under way any more */
#define PAGES_MOST        64    /* that wait for one console: as many as its library asks at once */
#define FRAME_MOST_BYTES  (2 * MP_ASK_MOST) /* a question, and what CURVE adds to it */
#define UNSEEN_MOST       ((size_t)4 << 20)
#define UNSEEN_TOTAL_MOST ((size_t)64 << 20)
/* Pages that it does not read. The first is more than PAGES_MOST of the usual size. */
#define UNSENT_MOST       ((size_t)24 << 20)
#define UNSENT_TOTAL_MOST ((size_t)64 << 20)

struct asks {
    struct mp_loop *loop;
    struct mp_peers *peers;
    void *consoles; /* ROUTER */
    void *upstream; /* DEALER */
    struct mp_registry *registry;
    const struct mp_table *revoked;
    struct mp_arena *arena;
    struct mp_buffer page;
    size_t most;
    int64_t last_page_ms;
    struct asks_counts counts;
};

/* Answered here, by name, when it cannot go on. */
static void refuse(struct asks *asks, struct mp_message *question, enum mp_ask_error why,
                   const char *message)
{
    struct mp_message reply;

    mp_buffer_clear(&asks->page);
    mp_message_init(&reply);
    int error = mp_page_begin(&asks->page, 0, 0, 0);
    if (error == 0)
        error = mp_page_set_error(&asks->page, why, message);
    for (size_t i = 0; error == 0 && i + 1 < question->count; i++)
        error = mp_message_move(&reply, &question->frames[i]);
    if (error == 0)
        error = mp_message_add(&reply, mp_buffer_span(&asks->page));
    if (error == 0)
        (void)!mp_peers_send(asks->peers, &reply); /* unsent: it will ask again */
    mp_message_done(&reply);
    if (why == MP_ASK_BUSY)
        asks->counts.busy++;
    else
        asks->counts.refused++;
}

/* NULL when the question may pass; else the sentence, *ret_why its code. */
static const char *objection(struct asks *asks, const struct mp_message *question,
                             enum mp_ask_error *ret_why)
{
    uint8_t key[MP_KEY_BYTES];
    struct mp_ask ask;

    *ret_why = MP_ASK_NOT_ALLOWED;
    if (!mp_message_peer_key(question, key))
        return "there is no key behind this connection";
    mp_peers_seen(asks->peers, question, 1, key);
    struct mp_registered asker = mp_registry_look_up(asks->registry, key);
    if (asker.state == MP_KEY_REVOKED ||
        mp_table_get(asks->revoked, mp_span_make(key, sizeof(key))) != NULL)
        return "this key was revoked: ask the authority for a new one";
    if (asker.state == MP_KEY_UNKNOWN)
        return "this key is not registered: ask the authority to register it";
    mp_arena_reset(asks->arena);
    struct mp_span bytes = mp_message_frame(question, question->count - 1);
    if (mp_ask_decode(bytes, asks->arena, &ask) != 0) {
        *ret_why = MP_ASK_MALFORMED;
        return "the question is not well-formed: see proto/GRAMMAR.md";
    }
    if (ask.kind == MP_ASK_REGISTRY && asker.role != MP_ROLE_SERVICE)
        return "the registry of keys is read by role service only";
    *ret_why = MP_ASK_BUSY;
    if (asks->counts.under_way >= asks->most)
        return "too many questions are under way: ask again";
    return NULL;
}

static void pass_on(struct asks *asks, struct mp_message *question)
{
    enum mp_ask_error why;

    if (question->count < 3) { /* routing id, at least a correlation, question */
        mp_peers_drop(asks->peers, question);
        return;
    }
    const char *sentence = objection(asks, question, &why);
    if (sentence != NULL) {
        refuse(asks, question, why, sentence);
        return;
    }
    if (mp_message_send(question, asks->upstream) != 0) {
        refuse(asks, question, MP_ASK_BUSY, "no ledger is connected: ask again");
        return;
    }
    if (asks->counts.under_way++ == 0)
        asks->last_page_ms = mp_loop_now_ms(asks->loop);
    asks->counts.asked++;
}

static void on_question(void *context)
{
    struct asks *asks = context;
    struct mp_message message;

    mp_message_init(&message);
    for (int i = 0; i < QUESTIONS_A_ROUND; i++) {
        int error = mp_message_receive(&message, asks->consoles);
        if (error == MP_ETOOBIG) {
            mp_peers_drop(asks->peers, &message);
            continue;
        }
        if (error != 0)
            break;
        pass_on(asks, &message);
    }
    mp_message_done(&message);
}

static void on_page(void *context)
{
    struct asks *asks = context;
    struct mp_message message;

    mp_message_init(&message);
    while (mp_message_receive(&message, asks->upstream) == 0) {
        if (asks->counts.under_way > 0)
            asks->counts.under_way--;
        asks->last_page_ms = mp_loop_now_ms(asks->loop);
        if (mp_peers_send(asks->peers, &message) == 0)
            asks->counts.answered++; /* else it has gone, or will ask again */
    }
    mp_message_done(&message);
}

static int open_sockets(struct asks *asks, struct mp_bus *bus, const struct asks_options *options)
{
    struct mp_socket_options down = {.kind = MP_SOCKET_ROUTER,
                                     .server = true,
                                     .keys = options->keys,
                                     .zap_domain = options->zap_domain,
                                     .send_most = PAGES_MOST,
                                     .frame_most_bytes = FRAME_MOST_BYTES,
                                     .linger_ms = 1000};
    struct mp_socket_options up = {.kind = MP_SOCKET_DEALER,
                                   .keys = options->upstream.keys,
                                   .server_key = options->upstream.server_key,
                                   .send_most = (int)options->most,
                                   .receive_most = (int)options->most,
                                   .frame_most_bytes = 8 << 20};
    struct mp_peers_limits limits = {.connections_most = options->connections_most,
                                     .unseen_most_bytes = UNSEEN_MOST,
                                     .unseen_total_most_bytes = UNSEEN_TOTAL_MOST,
                                     .unsent_most_bytes = UNSENT_MOST,
                                     .unsent_total_most_bytes = UNSENT_TOTAL_MOST};

    int error = mp_socket_open(bus, &down, &asks->consoles);
    if (error == 0)
        error = mp_socket_open(bus, &up, &asks->upstream);
    if (error == 0)
        error = mp_socket_connect(asks->upstream, options->upstream.address);
    if (error == 0)
        error = mp_peers_open(bus, asks->consoles, &limits, &asks->peers);
    if (error == 0)
        error = mp_socket_bind(asks->consoles, options->listen);
    if (error == 0)
        error = mp_loop_add_socket(asks->loop, asks->consoles, on_question, asks);
    if (error == 0)
        error = mp_loop_add_socket(asks->loop, asks->upstream, on_page, asks);
    return error;
}

int asks_open(struct mp_bus *bus, struct mp_loop *loop, const struct asks_options *options,
              struct asks **ret_asks)
{
    struct asks *asks = calloc(1, sizeof(*asks));
    if (asks == NULL)
        return MP_ENOMEM;
    asks->loop = loop;
    asks->registry = options->registry;
    asks->revoked = options->revoked;
    asks->most = options->most;
    asks->arena = mp_arena_new(ARENA_BYTES);
    mp_buffer_init(&asks->page, 64u << 10);
    int error = asks->arena == NULL ? MP_ENOMEM : open_sockets(asks, bus, options);
    if (error != 0) {
        asks_close(asks);
        return error;
    }
    *ret_asks = asks;
    return 0;
}

void asks_close(struct asks *asks)
{
    if (asks == NULL)
        return;
    mp_loop_remove_socket(asks->loop, asks->consoles);
    mp_loop_remove_socket(asks->loop, asks->upstream);
    mp_peers_close(asks->peers);
    mp_socket_close(asks->consoles);
    mp_socket_close(asks->upstream);
    mp_arena_free(asks->arena);
    mp_buffer_done(&asks->page);
    free(asks);
}

size_t asks_connections(const struct asks *asks)
{
    return asks != NULL && asks->peers != NULL ? mp_peers_count(asks->peers) : 0;
}

struct asks_counts asks_counts(const struct asks *asks)
{
    struct asks_counts counts = asks->counts;
    counts.dropped = mp_peers_dropped(asks->peers);
    return counts;
}

void asks_expire(struct asks *asks)
{
    if (asks->counts.under_way > 0 && mp_loop_now_ms(asks->loop) - asks->last_page_ms > FORGET_MS)
        asks->counts.under_way = 0;
}
