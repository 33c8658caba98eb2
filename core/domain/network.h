/* The links of the programme in memory, kept in a topological order as they come (Pearce & Kelly,
 * "A dynamic topological sort algorithm for directed acyclic graphs", JEA 11, 2007), so that a link
 * that would close a cycle is refused without a walk through the store.
 *
 * Nodes are milestones. A link's ends are resolved to nodes: F is the milestone itself, S the start
 * milestone of its activity, itself where it has none. An activity is an edge start → milestone. */
#ifndef MP_DOMAIN_NETWORK_H
#define MP_DOMAIN_NETWORK_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/domain/codes.h"

#include <stdbool.h>
#include <stddef.h>

struct mp_network;

struct mp_network *mp_network_new(void);
void mp_network_free(struct mp_network *network);
MP_AUTO_DEFINE(struct mp_network *, mp_network_free);

/* Each returns 0; MP_EEXIST when it would close a cycle (nothing changed; *ret_path, if not NULL,
 * is "a → b → a" in the arena); MP_ENOMEM. Setting what is there already is 0. */
int mp_network_set_start(struct mp_network *network, const char *milestone, const char *start,
                         struct mp_arena *arena, const char **ret_path) MP_CHECK_RESULT;
int mp_network_link(struct mp_network *network, const char *predecessor, const char *successor,
                    enum mp_link_type type, struct mp_arena *arena,
                    const char **ret_path) MP_CHECK_RESULT;
/* 0, MP_ENOTFOUND, MP_ENOMEM (the journal cannot grow). */
int mp_network_unlink(struct mp_network *network, const char *predecessor, const char *successor,
                      enum mp_link_type type) MP_CHECK_RESULT;

/* Undo: everything since the mark is taken back by mp_network_rollback; mp_network_commit forgets
 * the journal. */
size_t mp_network_mark(const struct mp_network *network);
void mp_network_rollback(struct mp_network *network, size_t mark);
void mp_network_commit(struct mp_network *network);

/* Loading what was accepted before: between the two, starts and links are taken in any sequence
 * and no cycle is looked for (only a milestone linked to itself is refused); the end orders
 * everything in one linear pass and forgets the journal. The network must be empty at first.
 * MP_EEXIST: the stored links close a cycle; only mp_network_free is of use then. */
void mp_network_load_begin(struct mp_network *network);
int mp_network_load_end(struct mp_network *network) MP_CHECK_RESULT;

size_t mp_network_node_count(const struct mp_network *network);
size_t mp_network_edge_count(const struct mp_network *network);
/* For tests: whether every edge goes forward in the order kept, seen from both of its ends. */
bool mp_network_is_ordered(const struct mp_network *network);

#endif
