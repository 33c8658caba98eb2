/* Who follows what, and their heartbeats. */
#include "core/base/text.h"
#include "services/publish/fanout_private.h"

enum wanted { WANT_NOTHING, WANT_WHOLE, WANT_EVENTS, WANT_HEARTBEAT };

static bool is_prefix(struct mp_span prefix)
{
    char text[MP_TOPIC_MOST + 1];

    if (prefix.size == 0)
        return true;
    if (prefix.size >= sizeof(text) || memchr(prefix.data, 0, prefix.size) != NULL)
        return false;
    memcpy(text, prefix.data, prefix.size);
    text[prefix.size] = 0;
    return text[0] == '@' ? text[prefix.size - 1] == '/' && !mp_text_has_control(prefix)
                          : prefix.size > 1 && mp_prefix_is_valid(text);
}

/* What a topic asks for, and the prefix in it. */
static enum wanted parse(struct mp_span topic, struct mp_span *ret_prefix)
{
    struct mp_span head = mp_span_make(topic.data, topic.size < 2 ? topic.size : 2);

    if (mp_span_equal(topic, mp_span_text(MP_FEED_WHOLE)))
        return WANT_WHOLE;
    *ret_prefix = mp_span_make(topic.data + head.size, topic.size - head.size);
    if (mp_span_equal(head, mp_span_text(MP_FEED_EVENTS)))
        return is_prefix(*ret_prefix) ? WANT_EVENTS : WANT_NOTHING;
    if (!mp_span_equal(head, mp_span_text(MP_FEED_HEARTBEAT)) || ret_prefix->size == 0 ||
        ret_prefix->data[ret_prefix->size - 1] != '!')
        return WANT_NOTHING;
    ret_prefix->size--;
    return is_prefix(*ret_prefix) ? WANT_HEARTBEAT : WANT_NOTHING;
}

/* Key and topic together, the name of what is held. */
static struct mp_span held_name(struct fanout *fanout, const uint8_t key[static 32],
                                struct mp_span topic)
{
    mp_buffer_clear(&fanout->topic);
    mp_buffer_put(&fanout->topic, key, 32);
    mp_buffer_put_span(&fanout->topic, topic);
    return mp_buffer_span(&fanout->topic);
}

/* The counter that the subscription moves; NULL when there is no room for a new prefix. */
static uint32_t *counter_of(struct fanout *fanout, enum wanted wanted, struct mp_span prefix)
{
    if (wanted == WANT_WHOLE)
        return &fanout->whole_readers;
    struct node *node = fanout_make_node(fanout, prefix);
    if (node == NULL)
        return NULL;
    return wanted == WANT_EVENTS ? &node->readers : &node->listeners;
}

/* The key's account, when it may hold one more; else NULL and why. */
static union mp_table_value *account_of(struct fanout *fanout, const uint8_t key[static 32],
                                        const char **ret_refused)
{
    union mp_table_value *account;
    bool is_new;

    if (fanout->subscriptions >= fanout->subscriptions_most) {
        *ret_refused = "subscriptions-most is reached";
        return NULL;
    }
    if (mp_table_put(fanout->accounts, mp_span_make(key, 32), &account, &is_new) != 0) {
        *ret_refused = "too many keys";
        return NULL;
    }
    if (account->number < fanout->subscriptions_each)
        return account;
    *ret_refused = "this key holds subscriptions-each already";
    return NULL;
}

static bool join(struct fanout *fanout, const uint8_t key[static 32], struct mp_span topic,
                 enum wanted wanted, struct mp_span prefix, const char **ret_refused)
{
    struct mp_span name = held_name(fanout, key, topic);
    union mp_table_value *times = mp_table_get(fanout->held, name);
    bool is_new;

    if (times != NULL) {
        times->number++; /* another connection, or the same one again after a break */
        return true;
    }
    union mp_table_value *account = account_of(fanout, key, ret_refused);
    if (account == NULL) {
        fanout->worn = fanout->left_unsigned;
        return false;
    }
    uint32_t *counter = counter_of(fanout, wanted, prefix);
    if (counter == NULL || mp_table_put(fanout->held, name, &times, &is_new) != 0) {
        *ret_refused = "too many prefixes";
        return false;
    }
    times->number = 1;
    account->number++;
    fanout->subscriptions++;
    (*counter)++;
    return true;
}

/* The end of a subscription. Only one that was admitted counts, and only with its key: a refused
 * one ends with a message too, and a connection that breaks ends all of its own with messages that
 * name nobody. A prefix may so be thought followed that no longer is (a few messages too many),
 * never the other way round. */
static bool leave(struct fanout *fanout, const uint8_t key[static 32], struct mp_span topic,
                  enum wanted wanted, struct mp_span prefix)
{
    static const uint8_t nobody[32] = {0};
    struct mp_span name = held_name(fanout, key, topic);
    union mp_table_value *times = mp_table_get(fanout->held, name);

    if (memcmp(key, nobody, sizeof(nobody)) == 0)
        fanout->left_unsigned = true;
    if (times == NULL)
        return false;
    if (--times->number > 0)
        return true;
    (void)mp_table_remove(fanout->held, name);
    union mp_table_value *account = mp_table_get(fanout->accounts, mp_span_make(key, 32));
    if (account != NULL)
        account->number--;
    fanout->subscriptions--;
    uint32_t *counter = counter_of(fanout, wanted, prefix);
    if (counter != NULL)
        (*counter)--;
    return true;
}

bool fanout_subscription(struct fanout *fanout, const uint8_t key[static 32],
                         struct mp_span message, bool *ret_heartbeat, const char **ret_refused)
{
    struct mp_span prefix = {0};

    *ret_heartbeat = false;
    *ret_refused = "not a topic of the feed";
    if (message.size < 2)
        return false;
    bool joins = message.data[0] == 1;
    struct mp_span topic = mp_span_make(message.data + 1, message.size - 1);
    enum wanted wanted = parse(topic, &prefix);
    if (wanted == WANT_NOTHING)
        return false;
    if (!joins)
        return leave(fanout, key, topic, wanted, prefix);
    if (!join(fanout, key, topic, wanted, prefix, ret_refused))
        return false;
    *ret_heartbeat = wanted == WANT_HEARTBEAT;
    *ret_refused = NULL;
    return true;
}

void fanout_forget_subscriptions(struct fanout *fanout)
{
    struct mp_span name;
    union mp_table_value *slot;
    size_t at = 0;

    while (mp_table_next(fanout->nodes, &at, &name, &slot)) {
        struct node *node = slot->pointer;
        node->readers = node->listeners = 0;
    }
    mp_table_clear(fanout->held);
    mp_table_clear(fanout->accounts);
    fanout->whole_readers = 0;
    fanout->subscriptions = 0;
    fanout->left_unsigned = fanout->worn = false;
}

static void send_heartbeat(struct fanout *fanout, struct mp_span prefix, uint64_t count,
                           fanout_send send, void *context)
{
    struct mp_heartbeat beat = {.epoch = fanout->epoch,
                                .head = fanout->head,
                                .count = count,
                                .restored_head = fanout->restored_head};

    mp_buffer_clear(&fanout->topic);
    mp_buffer_put_text(&fanout->topic, MP_FEED_HEARTBEAT);
    mp_buffer_put_span(&fanout->topic, prefix);
    mp_buffer_put_u8(&fanout->topic, '!');
    mp_buffer_clear(&fanout->payload);
    if (mp_heartbeat_encode(&beat, &fanout->payload) == 0 && fanout->topic.error == 0)
        send(context, mp_buffer_span(&fanout->topic), mp_buffer_span(&fanout->payload));
}

void fanout_heartbeat(struct fanout *fanout, struct mp_span topic, fanout_send send, void *context)
{
    struct mp_span prefix;

    if (parse(topic, &prefix) != WANT_HEARTBEAT)
        return;
    fanout_flush(fanout, send, context);
    const struct node *node = fanout_look_up(fanout, prefix);
    send_heartbeat(fanout, prefix, node != NULL ? node->count : 0, send, context);
}

void fanout_heartbeats(struct fanout *fanout, fanout_send send, void *context)
{
    struct mp_span name;
    union mp_table_value *slot;
    size_t at = 0;

    fanout_flush(fanout, send, context);
    while (mp_table_next(fanout->nodes, &at, &name, &slot)) {
        const struct node *node = slot->pointer;
        if (node->listeners > 0)
            send_heartbeat(fanout, name, node->count, send, context);
    }
}

size_t fanout_subscriptions(const struct fanout *fanout)
{
    return fanout->subscriptions;
}

bool fanout_is_worn(const struct fanout *fanout)
{
    return fanout->worn;
}
