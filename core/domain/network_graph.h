/* Inside of the network: what network.c (ids, lists, journal) and network_order.c (the order)
 * share. Nobody else includes this.
 *
 * Resolved edges are not stored. A link hangs in the lists of its two milestones as it was
 * declared; the neighbours of a node are found through `start` while walking. So a milestone that
 * gets another start takes all of its S ends along without a copy of anything. */
#ifndef MP_DOMAIN_NETWORK_GRAPH_H
#define MP_DOMAIN_NETWORK_GRAPH_H

#include "core/base/table.h"
#include "core/domain/network.h"

#define MP_NO_INDEX UINT32_MAX

/* Index of a list or an end: at PREDECESSOR hang the links that leave, at SUCCESSOR those that
 * come in. A walk in direction PREDECESSOR goes to successors: along the links that leave. */
enum mp_link_end { MP_END_PREDECESSOR, MP_END_SUCCESSOR };

struct mp_network_node {
    int64_t order; /* all different; not contiguous */
    uint32_t text; /* offset of the id in texts */
    uint32_t start;
    uint32_t links[2];       /* first of each list */
    uint32_t first_follower; /* milestones that start here */
    uint32_t next_follower;  /* among those of the same start */
    uint32_t previous_follower;
    uint32_t via; /* while searching: where it was reached from; else MP_NO_INDEX */
};

struct mp_network_link {
    uint32_t ends[2];
    uint32_t next[2]; /* next[0] chains the free ones too */
    uint32_t previous[2];
    enum mp_link_type type;
};

struct mp_network_undo {
    uint8_t kind;
    uint8_t type;
    uint32_t a, b;
};

struct mp_network {
    struct mp_table *index_of; /* id → node */
    char *texts;
    size_t text_size, text_capacity;
    struct mp_network_node *nodes;
    uint32_t *reached; /* scratch, one a node */
    int64_t *orders;   /* scratch, one a node */
    size_t node_count, node_capacity;
    struct mp_network_link *links;
    size_t link_used, link_capacity, link_count;
    uint32_t free_link;
    size_t start_count;
    struct mp_network_undo *journal;
    size_t journal_count, journal_capacity;
    int64_t lowest, highest; /* orders given so far lie within */
    bool is_loading;
};

static inline bool mp_network_is_start_end(enum mp_link_type type, enum mp_link_end end)
{
    if (end == MP_END_PREDECESSOR)
        return type == MP_LINK_SS || type == MP_LINK_SF;
    return type == MP_LINK_SS || type == MP_LINK_FS;
}

/* Lists only: neither order nor journal is touched. find gives MP_NO_INDEX when there is none. */
void mp_network_attach_link(struct mp_network *network, uint32_t index);
void mp_network_detach_link(struct mp_network *network, uint32_t index);
uint32_t mp_network_find_link(const struct mp_network *network, uint32_t predecessor,
                              uint32_t successor, enum mp_link_type type);
/* Detaches every link that has an S end on the milestone and gives them chained by next[0]. */
uint32_t mp_network_detach_start_links(struct mp_network *network, uint32_t milestone);
void mp_network_follow_start(struct mp_network *network, uint32_t milestone, uint32_t start);
void mp_network_leave_start(struct mp_network *network, uint32_t milestone);

/* The node at which the end of such a link on the milestone lies. */
uint32_t mp_network_resolve(const struct mp_network *network, uint32_t milestone,
                            enum mp_link_type type, enum mp_link_end end);
/* Makes the order fit for an edge that is not in the lists yet. 0; MP_EEXIST when it would close a
 * cycle, and then nothing has changed; MP_ENOMEM when the arena cannot take the path. */
int mp_network_order_edge(struct mp_network *network, uint32_t from, uint32_t to,
                          struct mp_arena *arena, const char **ret_path) MP_CHECK_RESULT;

#endif
