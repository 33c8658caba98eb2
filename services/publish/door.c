#include "services/publish/door.h"

#include "core/base/log.h"
#include "core/base/table.h"
#include "core/bus/zap.h"

#include <stdlib.h>

#define SUBSCRIPTIONS_A_ROUND 1000
#define SUBSCRIPTION_BYTES    512 /* no topic is longer */
#define KEYS_MOST             100000
#define WORN_LEAST_MS         300000 /* between two openings for the sake of worn places */

struct door {
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct door_options options;
    void *socket; /* NULL while it is being opened again */
    struct mp_peers *peers;
    struct mp_table *admitted; /* keys let in since it was opened */
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
                                        .receive_most = 10000,
                                        .frame_most_bytes = SUBSCRIPTION_BYTES,
                                        .linger_ms = 0};

    door->opened_ms = mp_loop_now_ms(door->loop);
    int error = mp_socket_open(door->bus, &options, &door->socket);
    if (error == 0)
        error = mp_peers_open(door->bus, door->loop, door->socket, &door->peers);
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
    mp_peers_close(mp_take(door->peers));
    mp_socket_close(mp_take(door->socket));
    fanout_forget_subscriptions(door->options.fanout);
    mp_table_clear(door->admitted);
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
    int error = door->admitted == NULL ? MP_ENOMEM : open_socket(door);
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
        error = mp_message_send(&message, door->socket);
    if (error == 0)
        door->counts.sent++;
    mp_message_done(&message);
}

void door_heartbeats(struct door *door)
{
    if (door_is_live(door))
        fanout_heartbeats(door->options.fanout, door_send, door);
}

static void refuse(struct door *door, const uint8_t key[static MP_KEY_BYTES], const char *why)
{
    char text[MP_KEY_TEXT];

    mp_key_format(key, text);
    if (door->counts.refused++ % 1000 == 0)
        mp_log(MP_LOG_WARN, "subscription refused", "key", text, "why", why, NULL);
}

/* false when the socket has to be opened anew. When a peer broke the protocol libzmq no longer
 * knows whose subscription it is that we admit (it mixes peers up), so nothing more is admitted and
 * everybody connects anew. */
static bool take(struct door *door, const struct mp_message *message)
{
    struct mp_span bytes = mp_message_frame(message, 0);
    uint8_t key[MP_KEY_BYTES] = {0};
    bool heartbeat = false;
    const char *why = NULL;

    bool known = mp_message_peer_key(message, key);
    if (bytes.size < 1 || bytes.data[0] > 1 || message->count != 1) {
        refuse(door, key, "not a subscription");
        return false;
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
        door->shut = error != 0 || !take(door, &message);
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
    return door->counts;
}
