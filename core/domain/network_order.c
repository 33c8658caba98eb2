/* The order of the network: Pearce & Kelly's two bounded searches and the exchange of places, the
 * text of a cycle, and the linear pass after loading. */
#include "core/base/assert.h"
#include "core/domain/network_graph.h"

#include <stdlib.h>

/* Nodes of a cycle that its text names; the middle of a longer one is left out. */
#define PATH_HEAD 10
#define PATH_TAIL 9

uint32_t mp_network_resolve(const struct mp_network *network, uint32_t milestone,
                            enum mp_link_type type, enum mp_link_end end)
{
    uint32_t start = network->nodes[milestone].start;

    return start != MP_NO_INDEX && mp_network_is_start_end(type, end) ? start : milestone;
}

/* Neighbours of a node, one call of walk_next each; MP_NO_INDEX at the end. */
struct walk {
    const struct mp_network *network;
    enum mp_link_end direction;
    uint32_t node;
    uint32_t at; /* milestone whose links are being walked: the node, then each follower */
    uint32_t link;
    bool has_given_start;
};

static struct walk walk_from(const struct mp_network *network, uint32_t node,
                             enum mp_link_end direction)
{
    return (struct walk){
        .network = network,
        .direction = direction,
        .node = node,
        .at = node,
        .link = network->nodes[node].links[direction],
    };
}

/* Next link at walk->at whose end on this side lies on walk->node. */
static uint32_t next_by_link(struct walk *walk)
{
    enum mp_link_end far_end =
        walk->direction == MP_END_PREDECESSOR ? MP_END_SUCCESSOR : MP_END_PREDECESSOR;

    while (walk->link != MP_NO_INDEX) {
        const struct mp_network_link *link = &walk->network->links[walk->link];

        walk->link = link->next[walk->direction];
        if (mp_network_resolve(walk->network, walk->at, link->type, walk->direction) == walk->node)
            return mp_network_resolve(walk->network, link->ends[far_end], link->type, far_end);
    }
    return MP_NO_INDEX;
}

static uint32_t walk_next(struct walk *walk)
{
    const struct mp_network_node *nodes = walk->network->nodes;

    if (!walk->has_given_start) {
        walk->has_given_start = true;
        if (walk->direction == MP_END_SUCCESSOR && nodes[walk->node].start != MP_NO_INDEX)
            return nodes[walk->node].start;
    }
    while (walk->at != MP_NO_INDEX) {
        uint32_t neighbour = next_by_link(walk);

        if (neighbour != MP_NO_INDEX)
            return neighbour;
        walk->at = walk->at == walk->node ? nodes[walk->node].first_follower
                                          : nodes[walk->at].next_follower;
        if (walk->at == MP_NO_INDEX)
            break;
        walk->link = nodes[walk->at].links[walk->direction];
        if (walk->direction == MP_END_PREDECESSOR)
            return walk->at; /* the activity itself; its start ends follow */
    }
    return MP_NO_INDEX;
}

/* Appends to reached, from the count given, what can be reached from the root within the bound;
 * stops early at the goal. The list is its own queue. */
static size_t search(struct mp_network *network, uint32_t root, enum mp_link_end direction,
                     int64_t bound, uint32_t goal, size_t count)
{
    struct mp_network_node *nodes = network->nodes;
    size_t at = count;

    nodes[root].via = root;
    network->reached[count++] = root;
    for (; at < count; at++) {
        struct walk walk = walk_from(network, network->reached[at], direction);
        uint32_t next;

        while ((next = walk_next(&walk)) != MP_NO_INDEX) {
            bool is_within = direction == MP_END_PREDECESSOR ? nodes[next].order <= bound
                                                             : nodes[next].order >= bound;

            if (!is_within || nodes[next].via != MP_NO_INDEX)
                continue;
            nodes[next].via = network->reached[at];
            network->reached[count++] = next;
            if (next == goal)
                return count;
        }
    }
    return count;
}

static void forget_search(struct mp_network *network, size_t count)
{
    for (size_t i = 0; i < count; i++)
        network->nodes[network->reached[i]].via = MP_NO_INDEX;
}

static int compare_nodes(const void *a, const void *b, void *context)
{
    const struct mp_network_node *nodes = context;
    int64_t left = nodes[*(const uint32_t *)a].order, right = nodes[*(const uint32_t *)b].order;

    return (left > right) - (left < right);
}

/* reached holds first what comes after `to`, then what comes before `from`, each ascending. Their
 * places are given out again, those before first. */
static void exchange_places(struct mp_network *network, size_t after_count, size_t count)
{
    struct mp_network_node *nodes = network->nodes;
    const uint32_t *after = network->reached, *before = network->reached + after_count;
    size_t before_count = count - after_count, a = 0, b = 0;

    for (size_t i = 0; i < count; i++) {
        bool is_after = b == before_count ||
                        (a < after_count && nodes[after[a]].order < nodes[before[b]].order);

        network->orders[i] = is_after ? nodes[after[a++]].order : nodes[before[b++]].order;
    }
    for (size_t i = 0; i < before_count; i++)
        nodes[before[i]].order = network->orders[i];
    for (size_t i = 0; i < after_count; i++)
        nodes[after[i]].order = network->orders[before_count + i];
}

/* The cycle from → to → … → from; via leads from `from` back to `to`. */
static int cycle_text(struct mp_network *network, uint32_t from, uint32_t to,
                      struct mp_arena *arena, const char **ret_path)
{
    const struct mp_network_node *nodes = network->nodes;
    const char *text = network->texts + nodes[from].text;
    size_t count = 1, at = 0;

    if (ret_path == NULL)
        return MP_EEXIST;
    for (uint32_t node = from; node != to; node = nodes[node].via)
        count++;
    /* The place of each node of the path in scratch, so that it can be read forwards. */
    for (uint32_t node = from;; node = nodes[node].via) {
        network->orders[count - 1 - at++] = node;
        if (node == to)
            break;
    }
    for (size_t i = 0; i < count && text != NULL; i++) {
        if (i == PATH_HEAD && count > PATH_HEAD + PATH_TAIL + 1) {
            i = count - PATH_TAIL;
            text = mp_arena_printf(arena, "%s → …", text);
            if (text == NULL)
                break;
        }
        text = mp_arena_printf(arena, "%s → %s", text,
                               network->texts + nodes[network->orders[i]].text);
    }
    if (text == NULL)
        return MP_ENOMEM;
    *ret_path = text;
    return MP_EEXIST;
}

int mp_network_order_edge(struct mp_network *network, uint32_t from, uint32_t to,
                          struct mp_arena *arena, const char **ret_path)
{
    const struct mp_network_node *nodes = network->nodes;
    size_t after_count, count;
    int result = 0;

    if (network->is_loading)
        return 0;
    if (from == to) {
        network->nodes[to].via = to;
        result = cycle_text(network, from, to, arena, ret_path);
        network->nodes[to].via = MP_NO_INDEX;
        return result;
    }
    if (nodes[from].order < nodes[to].order)
        return 0;
    after_count = search(network, to, MP_END_PREDECESSOR, nodes[from].order, from, 0);
    if (nodes[from].via != MP_NO_INDEX) {
        result = cycle_text(network, from, to, arena, ret_path);
        forget_search(network, after_count);
        return result;
    }
    count = search(network, from, MP_END_SUCCESSOR, nodes[to].order, MP_NO_INDEX, after_count);
    forget_search(network, count);
    qsort_r(network->reached, after_count, sizeof(uint32_t), compare_nodes, network->nodes);
    qsort_r(network->reached + after_count, count - after_count, sizeof(uint32_t), compare_nodes,
            network->nodes);
    exchange_places(network, after_count, count);
    return 0;
}

void mp_network_load_begin(struct mp_network *network)
{
    mp_assert(network->node_count == 0);
    network->is_loading = true;
}

/* Kahn's algorithm; orders counts what each node still waits for. */
int mp_network_load_end(struct mp_network *network)
{
    size_t count = 0;
    uint32_t next;

    mp_assert(network->is_loading);
    for (uint32_t node = 0; node < network->node_count; node++) {
        struct walk walk = walk_from(network, node, MP_END_SUCCESSOR);

        network->orders[node] = 0;
        while (walk_next(&walk) != MP_NO_INDEX)
            network->orders[node]++;
        if (network->orders[node] == 0)
            network->reached[count++] = node;
    }
    for (size_t at = 0; at < count; at++) {
        struct walk walk = walk_from(network, network->reached[at], MP_END_PREDECESSOR);

        network->nodes[network->reached[at]].order = (int64_t)at;
        while ((next = walk_next(&walk)) != MP_NO_INDEX)
            if (--network->orders[next] == 0)
                network->reached[count++] = next;
    }
    if (count < network->node_count)
        return MP_EEXIST;
    network->lowest = 0;
    network->highest = (int64_t)count;
    network->is_loading = false;
    mp_network_commit(network);
    return 0;
}

static bool is_ordered_from(const struct mp_network *network, uint32_t node,
                            enum mp_link_end direction, size_t *ret_edges)
{
    struct walk walk = walk_from(network, node, direction);
    uint32_t next;

    while ((next = walk_next(&walk)) != MP_NO_INDEX) {
        int64_t here = network->nodes[node].order, there = network->nodes[next].order;

        if (direction == MP_END_PREDECESSOR ? here >= there : here <= there)
            return false;
        ++*ret_edges;
    }
    return true;
}

bool mp_network_is_ordered(const struct mp_network *network)
{
    size_t leaving = 0, coming = 0;

    for (uint32_t node = 0; node < network->node_count; node++)
        if (!is_ordered_from(network, node, MP_END_PREDECESSOR, &leaving) ||
            !is_ordered_from(network, node, MP_END_SUCCESSOR, &coming) ||
            network->nodes[node].via != MP_NO_INDEX)
            return false;
    return leaving == mp_network_edge_count(network) && coming == leaving;
}
