#include "services/publish/fanout_private.h"

#include <stdlib.h>

#define ROUND_EVENTS_MOST 8192
#define MESSAGE_BYTES     (512u << 10)

int fanout_new(size_t subscriptions_most, size_t subscriptions_each, struct fanout **ret_fanout)
{
    MP_AUTO(fanout_free) struct fanout *fanout = calloc(1, sizeof(*fanout));
    if (fanout == NULL)
        return MP_ENOMEM;
    fanout->subscriptions_most = subscriptions_most;
    fanout->subscriptions_each = subscriptions_each;
    fanout->nodes = mp_table_new(FANOUT_NODES_MOST);
    fanout->held = mp_table_new(subscriptions_most);
    fanout->accounts = mp_table_new(subscriptions_most);
    fanout->waiting = calloc(ROUND_EVENTS_MOST, sizeof(*fanout->waiting));
    fanout->touched = calloc(ROUND_EVENTS_MOST, sizeof(struct node *));
    mp_buffer_init(&fanout->bytes, FANOUT_ROUND_BYTES + (4u << 20));
    mp_buffer_init(&fanout->payload, 16u << 20);
    mp_buffer_init(&fanout->topic, 4096);
    if (fanout->nodes == NULL || fanout->held == NULL || fanout->accounts == NULL ||
        fanout->waiting == NULL || fanout->touched == NULL)
        return MP_ENOMEM;
    *ret_fanout = mp_take(fanout);
    return 0;
}

void fanout_free(struct fanout *fanout)
{
    struct mp_span name;
    union mp_table_value *slot;
    size_t at = 0;

    if (fanout == NULL)
        return;
    while (fanout->nodes != NULL && mp_table_next(fanout->nodes, &at, &name, &slot))
        free(slot->pointer);
    mp_table_free(fanout->nodes);
    mp_table_free(fanout->held);
    mp_table_free(fanout->accounts);
    free(fanout->waiting);
    free(fanout->touched);
    mp_buffer_done(&fanout->bytes);
    mp_buffer_done(&fanout->payload);
    mp_buffer_done(&fanout->topic);
    free(fanout);
}

struct node *fanout_look_up(const struct fanout *fanout, struct mp_span name)
{
    union mp_table_value *slot = mp_table_get(fanout->nodes, name);

    return slot != NULL ? slot->pointer : NULL;
}

/* The node of the name alone; ancestors are linked by node_of. */
struct node *fanout_make_node(struct fanout *fanout, struct mp_span name)
{
    union mp_table_value *slot;
    bool is_new;
    struct node *node = fanout_look_up(fanout, name);

    if (node != NULL)
        return node;
    node = calloc(1, sizeof(*node) + name.size + 1);
    if (node == NULL || mp_table_put(fanout->nodes, name, &slot, &is_new) != 0) {
        free(node);
        return NULL;
    }
    node->first = node->latest = NONE;
    node->name_size = (uint16_t)name.size;
    if (name.size > 0)
        memcpy(node->name, name.data, name.size);
    slot->pointer = node;
    return node;
}

/* The topic's node with every prefix above it: "a/b/" → "a/b/", "a/", "". */
static struct node *node_of(struct fanout *fanout, struct mp_span topic)
{
    struct node *node = fanout_make_node(fanout, topic);

    if (node == NULL || node->ancestor_count > 0)
        return node;
    for (size_t size = topic.size; node->ancestor_count < ANCESTORS_MOST; size--) {
        if (size != 0 && topic.data[size - 1] != '/')
            continue;
        struct node *above = fanout_make_node(fanout, mp_span_make(topic.data, size));
        if (above == NULL) {
            node->ancestor_count = 0;
            return NULL;
        }
        node->ancestors[node->ancestor_count++] = above;
        if (size == 0)
            break;
    }
    return node;
}

static void count_event(struct node *node, uint64_t events)
{
    for (size_t i = 0; i < node->ancestor_count; i++)
        node->ancestors[i]->count += events;
}

void fanout_reset(struct fanout *fanout)
{
    struct mp_span name;
    union mp_table_value *slot;
    size_t at = 0;

    while (mp_table_next(fanout->nodes, &at, &name, &slot)) {
        struct node *node = slot->pointer;
        node->count = node->last = 0;
        node->first = node->latest = NONE;
    }
    fanout->waiting_count = fanout->touched_count = 0;
    mp_buffer_clear(&fanout->bytes);
    fanout_set_head(fanout, 0, 0, 0);
}

int fanout_load(struct fanout *fanout, const char *topic, uint64_t last, uint64_t count)
{
    struct node *node = node_of(fanout, mp_span_text(topic));

    if (node == NULL)
        return MP_ENOMEM;
    node->last = last;
    count_event(node, count);
    return 0;
}

void fanout_set_head(struct fanout *fanout, uint64_t epoch, uint64_t restored_head, uint64_t head)
{
    fanout->epoch = epoch;
    fanout->restored_head = restored_head;
    fanout->head = head;
}

uint64_t fanout_head(const struct fanout *fanout)
{
    return fanout->head;
}

int fanout_event(struct fanout *fanout, const struct mp_event_place *place, struct mp_span event)
{
    struct node *node = node_of(fanout, place->topic);

    if (node == NULL)
        return MP_ENOMEM;
    if (fanout->waiting_count == ROUND_EVENTS_MOST)
        return MP_ETOOBIG;
    struct waiting *waiting = &fanout->waiting[fanout->waiting_count];
    *waiting = (struct waiting){
        .offset = fanout->bytes.size, .size = event.size, .node = node, .next = NONE};
    mp_buffer_put_span(&fanout->bytes, event);
    if (fanout->bytes.error != 0)
        return fanout->bytes.error;
    if (node->latest == NONE) {
        node->first = (uint32_t)fanout->waiting_count;
        fanout->touched[fanout->touched_count++] = node;
    } else {
        fanout->waiting[node->latest].next = (uint32_t)fanout->waiting_count;
    }
    node->latest = (uint32_t)fanout->waiting_count++;
    if (place->seq > node->last) {
        node->last = place->seq;
        count_event(node, 1);
    }
    fanout->head = place->seq;
    return 0;
}

bool fanout_is_full(const struct fanout *fanout)
{
    return fanout->bytes.size >= FANOUT_ROUND_BYTES || fanout->waiting_count == ROUND_EVENTS_MOST;
}

static bool is_followed(const struct node *node)
{
    for (size_t i = 0; i < node->ancestor_count; i++)
        if (node->ancestors[i]->readers > 0)
            return true;
    return false;
}

static int begin_payload(struct fanout *fanout)
{
    mp_buffer_clear(&fanout->payload);
    return mp_feed_events_begin(&fanout->payload, fanout->epoch, fanout->head);
}

static int add_waiting(struct fanout *fanout, const struct waiting *waiting)
{
    return mp_feed_events_add(&fanout->payload,
                              mp_span_make(fanout->bytes.data + waiting->offset, waiting->size));
}

static void send_whole(struct fanout *fanout, fanout_send send, void *context)
{
    size_t at = 0;

    while (at < fanout->waiting_count && begin_payload(fanout) == 0) {
        while (at < fanout->waiting_count && fanout->payload.size < MESSAGE_BYTES)
            if (add_waiting(fanout, &fanout->waiting[at++]) != 0)
                return; /* subscribers see the hole and ask */
        send(context, mp_span_text(MP_FEED_WHOLE), mp_buffer_span(&fanout->payload));
    }
}

static void send_topic(struct fanout *fanout, const struct node *node, fanout_send send,
                       void *context)
{
    uint32_t at = node->first;

    mp_buffer_clear(&fanout->topic);
    mp_buffer_put_text(&fanout->topic, MP_FEED_EVENTS);
    mp_buffer_put(&fanout->topic, node->name, node->name_size);
    while (at != NONE && begin_payload(fanout) == 0) {
        for (; at != NONE && fanout->payload.size < MESSAGE_BYTES; at = fanout->waiting[at].next)
            if (add_waiting(fanout, &fanout->waiting[at]) != 0)
                return;
        send(context, mp_buffer_span(&fanout->topic), mp_buffer_span(&fanout->payload));
    }
}

void fanout_flush(struct fanout *fanout, fanout_send send, void *context)
{
    if (fanout->whole_readers > 0)
        send_whole(fanout, send, context);
    for (size_t i = 0; i < fanout->touched_count; i++) {
        struct node *node = fanout->touched[i];
        if (is_followed(node))
            send_topic(fanout, node, send, context);
        node->first = node->latest = NONE;
    }
    fanout->waiting_count = fanout->touched_count = 0;
    mp_buffer_clear(&fanout->bytes);
}
