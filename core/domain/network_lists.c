/* The lists of the network: links at their two milestones, milestones at their start. */
#include "core/domain/network_graph.h"

void mp_network_attach_link(struct mp_network *network, uint32_t index)
{
    struct mp_network_link *link = &network->links[index];

    for (int end = 0; end < 2; end++) {
        uint32_t *first = &network->nodes[link->ends[end]].links[end];

        link->previous[end] = MP_NO_INDEX;
        link->next[end] = *first;
        if (*first != MP_NO_INDEX)
            network->links[*first].previous[end] = index;
        *first = index;
    }
}

void mp_network_detach_link(struct mp_network *network, uint32_t index)
{
    struct mp_network_link *link = &network->links[index];

    for (int end = 0; end < 2; end++) {
        if (link->previous[end] == MP_NO_INDEX)
            network->nodes[link->ends[end]].links[end] = link->next[end];
        else
            network->links[link->previous[end]].next[end] = link->next[end];
        if (link->next[end] != MP_NO_INDEX)
            network->links[link->next[end]].previous[end] = link->previous[end];
    }
}

uint32_t mp_network_find_link(const struct mp_network *network, uint32_t predecessor,
                              uint32_t successor, enum mp_link_type type)
{
    /* Side by side through both lists that it must be in: as far as the shorter one goes. */
    uint32_t at[2] = {network->nodes[predecessor].links[MP_END_PREDECESSOR],
                      network->nodes[successor].links[MP_END_SUCCESSOR]};

    while (at[0] != MP_NO_INDEX && at[1] != MP_NO_INDEX) {
        for (int end = 0; end < 2; end++) {
            const struct mp_network_link *link = &network->links[at[end]];

            if (link->ends[0] == predecessor && link->ends[1] == successor && link->type == type)
                return at[end];
            at[end] = link->next[end];
        }
    }
    return MP_NO_INDEX;
}

void mp_network_leave_start(struct mp_network *network, uint32_t milestone)
{
    struct mp_network_node *nodes = network->nodes, *node = &nodes[milestone];

    if (node->start == MP_NO_INDEX)
        return;
    if (node->previous_follower == MP_NO_INDEX)
        nodes[node->start].first_follower = node->next_follower;
    else
        nodes[node->previous_follower].next_follower = node->next_follower;
    if (node->next_follower != MP_NO_INDEX)
        nodes[node->next_follower].previous_follower = node->previous_follower;
    node->start = node->next_follower = node->previous_follower = MP_NO_INDEX;
    network->start_count--;
}

void mp_network_follow_start(struct mp_network *network, uint32_t milestone, uint32_t start)
{
    struct mp_network_node *nodes = network->nodes;

    nodes[milestone].start = start;
    nodes[milestone].next_follower = nodes[start].first_follower;
    if (nodes[start].first_follower != MP_NO_INDEX)
        nodes[nodes[start].first_follower].previous_follower = milestone;
    nodes[start].first_follower = milestone;
    network->start_count++;
}

uint32_t mp_network_detach_start_links(struct mp_network *network, uint32_t milestone)
{
    uint32_t chain = MP_NO_INDEX;

    for (int end = 0; end < 2; end++) {
        uint32_t next = network->nodes[milestone].links[end];

        while (next != MP_NO_INDEX) {
            struct mp_network_link *link = &network->links[next];
            uint32_t index = next;

            next = link->next[end];
            if (mp_network_is_start_end(link->type, (enum mp_link_end)end)) {
                mp_network_detach_link(network, index);
                link->next[0] = chain;
                chain = index;
            }
        }
    }
    return chain;
}
