/* Ids, lists and journal of the network. The order is kept by network_order.c. */
#include "core/base/assert.h"
#include "core/domain/network_graph.h"

#include <stdlib.h>

#define FIRST_CAPACITY     64
#define JOURNAL_KEPT_ITEMS 65536 /* a larger one is given back at commit */

enum undo_kind { UNDO_NODE, UNDO_LINK, UNDO_UNLINK, UNDO_START };

struct mp_network *mp_network_new(void)
{
    struct mp_network *network = calloc(1, sizeof(*network));

    if (network == NULL)
        return NULL;
    network->free_link = MP_NO_INDEX;
    network->index_of = mp_table_new(MP_NO_INDEX - 1);
    if (network->index_of == NULL) {
        free(network);
        return NULL;
    }
    return network;
}

void mp_network_free(struct mp_network *network)
{
    if (network == NULL)
        return;
    mp_table_free(network->index_of);
    free(network->texts);
    free(network->nodes);
    free(network->reached);
    free(network->orders);
    free(network->links);
    free(network->journal);
    free(network);
}

/* slot: the address of a pointer to items of any type. */
static int grow(void *slot, size_t capacity, size_t item_bytes)
{
    void *array, *larger;

    memcpy(&array, slot, sizeof(array));
    larger = reallocarray(array, capacity, item_bytes);
    if (larger == NULL)
        return MP_ENOMEM;
    memcpy(slot, &larger, sizeof(larger));
    return 0;
}

/* Doubled until there is room for that many more. */
static size_t wanted_capacity(size_t count, size_t more, size_t capacity)
{
    while (capacity < count + more)
        capacity = capacity == 0 ? FIRST_CAPACITY : capacity * 2;
    return capacity;
}

/* All that one call may need, so that no change fails half-way and no undo fails at all. */
static int reserve(struct mp_network *network)
{
    size_t nodes = wanted_capacity(network->node_count, 2, network->node_capacity);
    size_t links = wanted_capacity(network->link_used, 1, network->link_capacity);
    size_t journal = wanted_capacity(network->journal_count, 3, network->journal_capacity);

    if (nodes >= MP_NO_INDEX || links >= MP_NO_INDEX)
        return MP_ENOMEM;
    if (nodes > network->node_capacity) {
        if (grow(&network->nodes, nodes, sizeof(*network->nodes)) < 0 ||
            grow(&network->reached, nodes, sizeof(*network->reached)) < 0 ||
            grow(&network->orders, nodes, sizeof(*network->orders)) < 0)
            return MP_ENOMEM;
        network->node_capacity = nodes;
    }
    if (links > network->link_capacity) {
        if (grow(&network->links, links, sizeof(*network->links)) < 0)
            return MP_ENOMEM;
        network->link_capacity = links;
    }
    if (journal > network->journal_capacity) {
        if (grow(&network->journal, journal, sizeof(*network->journal)) < 0)
            return MP_ENOMEM;
        network->journal_capacity = journal;
    }
    return 0;
}

static void note_undo(struct mp_network *network, enum undo_kind kind, enum mp_link_type type,
                      uint32_t a, uint32_t b)
{
    mp_assert(network->journal_count < network->journal_capacity);
    network->journal[network->journal_count++] =
        (struct mp_network_undo){.kind = (uint8_t)kind, .type = (uint8_t)type, .a = a, .b = b};
}

static uint32_t find_node(const struct mp_network *network, const char *id)
{
    const union mp_table_value *slot = mp_table_get(network->index_of, mp_span_text(id));

    return slot == NULL ? MP_NO_INDEX : (uint32_t)slot->number;
}

/* A new node goes to the end of the order where the edge it is made for fits without a search: a
 * predecessor before all, a successor after all. */
static int intern(struct mp_network *network, const char *id, enum mp_link_end end,
                  uint32_t *ret_node)
{
    struct mp_span text = mp_span_make(id, strlen(id) + 1);
    size_t capacity = wanted_capacity(network->text_size, text.size, network->text_capacity);
    union mp_table_value *slot;
    bool is_new;
    int result;

    if (capacity > UINT32_MAX)
        return MP_ENOMEM;
    if (capacity > network->text_capacity) {
        if (grow(&network->texts, capacity, 1) < 0)
            return MP_ENOMEM;
        network->text_capacity = capacity;
    }
    result = mp_table_put(network->index_of, mp_span_text(id), &slot, &is_new);
    if (result < 0)
        return MP_ENOMEM;
    if (is_new) {
        slot->number = network->node_count;
        network->nodes[network->node_count] = (struct mp_network_node){
            .order = end == MP_END_PREDECESSOR ? --network->lowest : network->highest++,
            .text = (uint32_t)network->text_size,
            .start = MP_NO_INDEX,
            .links = {MP_NO_INDEX, MP_NO_INDEX},
            .first_follower = MP_NO_INDEX,
            .next_follower = MP_NO_INDEX,
            .previous_follower = MP_NO_INDEX,
            .via = MP_NO_INDEX,
        };
        memcpy(network->texts + network->text_size, text.data, text.size);
        network->text_size += text.size;
        note_undo(network, UNDO_NODE, MP_LINK_NONE, (uint32_t)network->node_count, 0);
        network->node_count++;
    }
    *ret_node = (uint32_t)slot->number;
    return 0;
}

/* The node made last; nothing hangs on it any more. */
static void forget_node(struct mp_network *network, uint32_t index)
{
    const struct mp_network_node *node = &network->nodes[index];

    mp_assert(index + 1 == network->node_count && node->start == MP_NO_INDEX &&
              node->links[0] == MP_NO_INDEX && node->links[1] == MP_NO_INDEX &&
              node->first_follower == MP_NO_INDEX);
    mp_assert(mp_table_remove(network->index_of, mp_span_text(network->texts + node->text)));
    network->text_size = node->text;
    network->node_count--;
}

/* Orders and adds; the pool has room. */
static int add_link(struct mp_network *network, uint32_t predecessor, uint32_t successor,
                    enum mp_link_type type, struct mp_arena *arena, const char **ret_path)
{
    uint32_t index = network->free_link;
    int result = mp_network_order_edge(
        network, mp_network_resolve(network, predecessor, type, MP_END_PREDECESSOR),
        mp_network_resolve(network, successor, type, MP_END_SUCCESSOR), arena, ret_path);

    if (result < 0)
        return result;
    if (index != MP_NO_INDEX) {
        network->free_link = network->links[index].next[0];
    } else {
        mp_assert(network->link_used < network->link_capacity);
        index = (uint32_t)network->link_used++;
    }
    network->links[index] =
        (struct mp_network_link){.ends = {predecessor, successor}, .type = type};
    mp_network_attach_link(network, index);
    network->link_count++;
    return 0;
}

static void remove_link(struct mp_network *network, uint32_t index)
{
    mp_network_detach_link(network, index);
    network->links[index].next[0] = network->free_link;
    network->free_link = index;
    network->link_count--;
}

/* Moves the milestone and its S ends to another start. Edges that all go come out first, then each
 * comes in on its own, so that every search sees an order that holds. After a failure the order is
 * still right for the start of before, but the lists are not: route it back. */
static int route(struct mp_network *network, uint32_t milestone, uint32_t start,
                 struct mp_arena *arena, const char **ret_path)
{
    uint32_t chain = mp_network_detach_start_links(network, milestone);
    int result = 0;

    mp_network_leave_start(network, milestone);
    if (start != MP_NO_INDEX) {
        result = mp_network_order_edge(network, start, milestone, arena, ret_path);
        if (result == 0)
            mp_network_follow_start(network, milestone, start);
    }
    while (chain != MP_NO_INDEX) {
        const struct mp_network_link *link = &network->links[chain];
        uint32_t index = chain;

        chain = link->next[0];
        if (result == 0)
            result = mp_network_order_edge(
                network, mp_network_resolve(network, link->ends[0], link->type, MP_END_PREDECESSOR),
                mp_network_resolve(network, link->ends[1], link->type, MP_END_SUCCESSOR), arena,
                ret_path);
        mp_network_attach_link(network, index);
    }
    return result;
}

/* To where it was: a state that had no cycle, so it cannot be refused. */
static void route_back(struct mp_network *network, uint32_t milestone, uint32_t start)
{
    mp_assert(route(network, milestone, start, NULL, NULL) == 0);
}

static int refuse_self(const char *id, struct mp_arena *arena, const char **ret_path)
{
    const char *text;

    if (ret_path == NULL)
        return MP_EEXIST;
    text = mp_arena_printf(arena, "%s → %s", id, id);
    if (text == NULL)
        return MP_ENOMEM;
    *ret_path = text;
    return MP_EEXIST;
}

static int set_start(struct mp_network *network, const char *milestone, const char *start,
                     struct mp_arena *arena, const char **ret_path)
{
    uint32_t node, start_node = MP_NO_INDEX, before;
    int result;

    if (start[0] != '\0') {
        result = intern(network, start, MP_END_PREDECESSOR, &start_node);
        if (result < 0)
            return result;
        result = intern(network, milestone, MP_END_SUCCESSOR, &node);
        if (result < 0)
            return result;
    } else {
        node = find_node(network, milestone);
        if (node == MP_NO_INDEX)
            return 0;
    }
    before = network->nodes[node].start;
    if (before == start_node)
        return 0;
    result = route(network, node, start_node, arena, ret_path);
    if (result < 0) {
        route_back(network, node, before);
        return result;
    }
    note_undo(network, UNDO_START, MP_LINK_NONE, node, before);
    return 0;
}

int mp_network_set_start(struct mp_network *network, const char *milestone, const char *start,
                         struct mp_arena *arena, const char **ret_path)
{
    size_t mark = mp_network_mark(network);
    int result;

    if (start == NULL)
        start = "";
    if (strcmp(milestone, start) == 0)
        return refuse_self(milestone, arena, ret_path);
    result = reserve(network);
    if (result == 0)
        result = set_start(network, milestone, start, arena, ret_path);
    if (result < 0)
        mp_network_rollback(network, mark);
    return result;
}

static int set_link(struct mp_network *network, const char *predecessor, const char *successor,
                    enum mp_link_type type, struct mp_arena *arena, const char **ret_path)
{
    uint32_t from, to;
    int result = intern(network, predecessor, MP_END_PREDECESSOR, &from);

    if (result < 0)
        return result;
    result = intern(network, successor, MP_END_SUCCESSOR, &to);
    if (result < 0)
        return result;
    if (mp_network_find_link(network, from, to, type) != MP_NO_INDEX)
        return 0;
    result = add_link(network, from, to, type, arena, ret_path);
    if (result == 0)
        note_undo(network, UNDO_LINK, type, from, to);
    return result;
}

int mp_network_link(struct mp_network *network, const char *predecessor, const char *successor,
                    enum mp_link_type type, struct mp_arena *arena, const char **ret_path)
{
    size_t mark = mp_network_mark(network);
    int result;

    if (strcmp(predecessor, successor) == 0)
        return refuse_self(predecessor, arena, ret_path);
    result = reserve(network);
    if (result == 0)
        result = set_link(network, predecessor, successor, type, arena, ret_path);
    if (result < 0)
        mp_network_rollback(network, mark);
    return result;
}

int mp_network_unlink(struct mp_network *network, const char *predecessor, const char *successor,
                      enum mp_link_type type)
{
    uint32_t from = find_node(network, predecessor), to = find_node(network, successor);
    uint32_t index = MP_NO_INDEX;
    int result;

    if (from != MP_NO_INDEX && to != MP_NO_INDEX)
        index = mp_network_find_link(network, from, to, type);
    if (index == MP_NO_INDEX)
        return MP_ENOTFOUND;
    result = reserve(network);
    if (result < 0)
        return result;
    remove_link(network, index);
    note_undo(network, UNDO_UNLINK, type, from, to);
    return 0;
}

size_t mp_network_mark(const struct mp_network *network)
{
    return network->journal_count;
}

void mp_network_rollback(struct mp_network *network, size_t mark)
{
    mp_assert(mark <= network->journal_count);
    while (network->journal_count > mark) {
        const struct mp_network_undo *undo = &network->journal[--network->journal_count];

        switch ((enum undo_kind)undo->kind) {
        case UNDO_NODE:
            forget_node(network, undo->a);
            break;
        case UNDO_LINK:
            remove_link(network, mp_network_find_link(network, undo->a, undo->b, undo->type));
            break;
        case UNDO_UNLINK:
            mp_assert(add_link(network, undo->a, undo->b, undo->type, NULL, NULL) == 0);
            break;
        case UNDO_START:
            route_back(network, undo->a, undo->b);
            break;
        }
    }
}

void mp_network_commit(struct mp_network *network)
{
    network->journal_count = 0;
    if (network->journal_capacity > JOURNAL_KEPT_ITEMS) {
        free(network->journal);
        network->journal = NULL;
        network->journal_capacity = 0;
    }
}

size_t mp_network_node_count(const struct mp_network *network)
{
    return network->node_count;
}

size_t mp_network_edge_count(const struct mp_network *network)
{
    return network->link_count + network->start_count;
}
