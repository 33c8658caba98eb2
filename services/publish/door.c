#include "services/publish/door.h"

#include "core/base/log.h"
#include "core/base/table.h"
#include "core/bus/peers.h"

#include <stdlib.h>

#define SUBSCRIPTIONS_A_ROUND 1000
#define SUBSCRIPTION_BYTES    512 /* no topic is longer */
#define KEYS_MOST             100000
#define WORN_LEAST_MS         300000 /* between two openings for the sake of worn places */
/* libzmq keeps a refused subscription until its connection ends (up to 25 kB for a long topic), so
 * a key that has had so many refused is shut out for a time, all its connections with it. */
#define REFUSED_MOST 1000
#define BAN_MS       600000
/* Sent to us and not read yet. A subscription of 550 bytes on the wire can become 25 kB. */
#define UNSEEN_MOST       ((size_t)512 << 10)
#define UNSEEN_TOTAL_MOST ((size_t)16 << 20)
/* Published and not read yet: by one, or by all together, who share what they wait for; and their
 * places in the queues. */
#define UNSENT_MOST       ((size_t)32 << 20)
#define UNSENT_TOTAL_MOST ((size_t)64 << 20)

struct door {
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct door_options options;
    void *socket; /* NULL while it is being opened again */
    struct mp_peers *peers;
    struct mp_table *admitted; /* keys let in since it was opened */
    struct mp_table *refused;  /* key → subscriptions refused since it was opened, or banned */
    struct mp_table *banned;   /* key → until when */
    bool live;
    bool shut; /* wanted: shut and open again */
    int64_t opened_ms;
    struct door_counts counts;
};

static void on_subscription(void *context);

static int open_socket(struct door *door)
{
    struct mp_socket_options options = {.kind = MP_SOCKET_XPUB,
                                        .server = true,
                                        .keys = door->options.keys,
                                        .zap_domain = DOOR_DOMAIN,
                                        .send_most = door->options.send_most,
                                        .frame_most_bytes = SUBSCRIPTION_BYTES,
                                        .linger_ms = 0};
    struct mp_peers_limits limits = {.connections_most = door->options.connections_most,
                                     .unseen_most_bytes = UNSEEN_MOST,
                                     .unseen_total_most_bytes = UNSEEN_TOTAL_MOST,
                                     .unsent_most_bytes = UNSENT_MOST,
                                     .unsent_total_most_bytes = UNSENT_TOTAL_MOST};

    door->opened_ms = mp_loop_now_ms(door->loop);
    int error = mp_socket_open(door->bus, &options, &door->socket);
    if (error == 0)
        error = mp_peers_open(door->bus, door->socket, &limits, &door->peers);
    if (error == 0)
        error = mp_socket_bind(door->socket, door->options.listen);
    if (error == 0)
        error = mp_loop_add_socket(door->loop, door->socket, on_subscription, door);
    return error;
}

static void close_socket(struct door *door)
{
    if (door->socket == NULL)
        return;
    mp_loop_remove_socket(door->loop, door->socket);
    if (door->peers != NULL)
        door->counts.dropped += mp_peers_dropped(door->peers);
    mp_peers_close(mp_take(door->peers));
    mp_socket_close(mp_take(door->socket));
    fanout_forget_subscriptions(door->options.fanout);
    mp_table_clear(door->admitted);
    mp_table_clear(door->refused);
}

int door_open(struct mp_bus *bus, struct mp_loop *loop, const struct door_options *options,
              struct door **ret_door)
{
    struct door *door = calloc(1, sizeof(*door));
    if (door == NULL)
        return MP_ENOMEM;
    door->bus = bus;
    door->loop = loop;
    door->options = *options;
    door->admitted = mp_table_new(KEYS_MOST);
    door->refused = mp_table_new(KEYS_MOST);
    door->banned = mp_table_new(KEYS_MOST);
    int error = door->admitted == NULL || door->refused == NULL || door->banned == NULL
                    ? MP_ENOMEM
                    : open_socket(door);
    if (error != 0) {
        door_close(door);
        return error;
    }
    *ret_door = door;
    return 0;
}

void door_close(struct door *door)
{
    if (door == NULL)
        return;
    close_socket(door);
    mp_table_free(door->admitted);
    mp_table_free(door->refused);
    mp_table_free(door->banned);
    free(door);
}

/* The address stays taken for a moment after the close: tried again at each tick. */
void door_tick(struct door *door)
{
    if (door->shut) {
        close_socket(door);
        door->shut = false;
        door->counts.rebinds++;
    }
    if (door->socket != NULL)
        return;
    int error = open_socket(door);
    if (error == 0)
        return;
    close_socket(door);
    if (error != MP_EBUSY)
        mp_log(MP_LOG_ERROR, "the feed's socket does not open; trying again", "error",
               mp_error_text(error), NULL);
}

void door_set_live(struct door *door, bool live)
{
    door->live = live;
}

bool door_is_live(const struct door *door)
{
    return door->live && door->socket != NULL && !door->shut;
}

void door_send(void *context, struct mp_span topic, struct mp_span payload)
{
    struct door *door = context;
    struct mp_message message;

    if (door->socket == NULL || door->shut)
        return; /* everybody will see the hole and ask */
    mp_message_init(&message);
    int error = mp_message_add(&message, topic);
    if (error == 0)
        error = mp_message_add(&message, payload);
    if (error == 0)
        error = mp_peers_send(door->peers, &message);
    if (error == 0)
        door->counts.sent++;
    mp_message_done(&message);
}

void door_heartbeats(struct door *door)
{
    if (door_is_live(door))
        fanout_heartbeats(door->options.fanout, door_send, door);
}

/* It comes back when the time is over; nobody else notices. */
static void ban(struct door *door, const uint8_t key[static MP_KEY_BYTES], const char *why)
{
    union mp_table_value *until;
    char text[MP_KEY_TEXT];
    bool is_new;

    mp_key_format(key, text);
    mp_log(MP_LOG_WARN, "key shut out of the feed for ten minutes", "key", text, "why", why, NULL);
    door->counts.banned++;
    if (mp_table_put(door->banned, mp_span_make(key, MP_KEY_BYTES), &until, &is_new) == 0)
        until->number = (uint64_t)(mp_loop_now_ms(door->loop) + BAN_MS);
    (void)mp_table_remove(door->refused, mp_span_make(key, MP_KEY_BYTES));
    mp_peers_drop_key(door->peers, key);
}

bool door_is_banned(const struct door *door, const uint8_t key[static MP_KEY_BYTES])
{
    const union mp_table_value *until =
        door == NULL ? NULL : mp_table_get(door->banned, mp_span_make(key, MP_KEY_BYTES));
    return until != NULL && mp_loop_now_ms(door->loop) < (int64_t)until->number;
}

static void refuse(struct door *door, const uint8_t key[static MP_KEY_BYTES], const char *why)
{
    union mp_table_value *times;
    char text[MP_KEY_TEXT];
    bool is_new;

    mp_key_format(key, text);
    if (door->counts.refused++ % 1000 == 0)
        mp_log(MP_LOG_WARN, "subscription refused", "key", text, "why", why, NULL);
    if (mp_table_put(door->refused, mp_span_make(key, MP_KEY_BYTES), &times, &is_new) == 0 &&
        ++times->number >= REFUSED_MOST)
        ban(door, key, "too many subscriptions refused");
}

/* When a peer broke the protocol libzmq no longer knows whose subscription it is that we admit (it
 * mixes peers up), so nothing more is admitted and everybody connects anew, but for that peer: it
 * does so once in BAN_MS at most. */
static void break_off(struct door *door, const struct mp_message *message)
{
    uint8_t key[MP_KEY_BYTES] = {0};

    door->shut = true;
    if (mp_message_peer_key(message, key))
        ban(door, key, "it sent what is no subscription");
}

/* false when the socket has to be opened anew. */
static bool take(struct door *door, const struct mp_message *message)
{
    struct mp_span bytes = mp_message_frame(message, 0);
    uint8_t key[MP_KEY_BYTES] = {0};
    bool heartbeat = false;
    const char *why = NULL;

    if (bytes.size < 1 || bytes.data[0] > 1 || message->count != 1) {
        break_off(door, message);
        return false;
    }
    bool known = mp_message_peer_key(message, key);
    if (known)
        mp_peers_seen(door->peers, message, 0, key);
    if (known && door_is_banned(door, key)) {
        mp_peers_drop(door->peers, message);
        return true;
    }
    if (!known && bytes.data[0] == 1) {
        refuse(door, key, "no key behind the connection");
        return true;
    }
    struct mp_span topic = mp_span_make(bytes.data + 1, bytes.size - 1);
    if (!fanout_subscription(door->options.fanout, key, bytes, &heartbeat, &why)) {
        if (bytes.data[0] == 1)
            refuse(door, key, why);
        return !fanout_is_worn(door->options.fanout) ||
               mp_loop_now_ms(door->loop) - door->opened_ms < WORN_LEAST_MS;
    }
    if (mp_socket_admit(door->socket, topic, bytes.data[0] == 1) == 0 && heartbeat && door->live)
        fanout_heartbeat(door->options.fanout, topic, door_send, door);
    return true;
}

static void on_subscription(void *context)
{
    struct door *door = context;
    struct mp_message message;

    mp_message_init(&message);
    for (int i = 0; i < SUBSCRIPTIONS_A_ROUND && !door->shut; i++) {
        int error = mp_message_receive(&message, door->socket);
        if (error == MP_EAGAIN || error == MP_ECANCELLED)
            break;
        if (error != 0)
            break_off(door, &message);
        else if (!take(door, &message))
            door->shut = true;
    }
    mp_message_done(&message);
    if (door->shut)
        door_tick(door);
}

void door_admitted(struct door *door, const uint8_t key[static MP_KEY_BYTES])
{
    union mp_table_value *slot;
    bool is_new;

    if (mp_table_put(door->admitted, mp_span_make(key, MP_KEY_BYTES), &slot, &is_new) != 0)
        mp_log(MP_LOG_WARN, "more keys than can be remembered", NULL);
}

void door_revoked(struct door *door, const uint8_t key[static MP_KEY_BYTES])
{
    if (mp_table_get(door->admitted, mp_span_make(key, MP_KEY_BYTES)) != NULL)
        door->shut = true;
}

void door_shut(struct door *door)
{
    door->shut = true;
}

size_t door_connections(const struct door *door)
{
    return door != NULL && door->peers != NULL ? mp_peers_count(door->peers) : 0;
}

struct door_counts door_counts(const struct door *door)
{
    struct door_counts counts = door->counts;
    if (door->peers != NULL)
        counts.dropped += mp_peers_dropped(door->peers);
    return counts;
}
