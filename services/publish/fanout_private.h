/* Shared by fanout.c (counts and rounds) and subscribers.c (who follows what). */
#ifndef MP_PUBLISH_FANOUT_PRIVATE_H
#define MP_PUBLISH_FANOUT_PRIVATE_H

#include "core/base/table.h"
#include "core/domain/subject.h"
#include "services/publish/fanout.h"

#define ANCESTORS_MOST (MP_PATH_DEPTH_MOST + 2)
#define NONE           UINT32_MAX

/* A prefix of topics; a topic is the node of itself. */
struct node {
    uint64_t count;                         /* events under it */
    uint64_t last;                          /* of the topic itself */
    struct node *ancestors[ANCESTORS_MOST]; /* itself and every prefix above it, "" last */
    uint8_t ancestor_count;
    uint32_t readers;       /* subscriptions of e/ */
    uint32_t listeners;     /* subscriptions of h/ */
    uint32_t first, latest; /* of its events in this round */
    uint16_t name_size;
    char name[];
};

struct waiting {
    size_t offset, size; /* in the round's bytes */
    struct node *node;
    uint32_t next; /* of the same topic */
};

struct fanout {
    struct mp_table *nodes;    /* prefix → struct node * */
    struct mp_table *held;     /* key and topic → how many times */
    struct mp_table *accounts; /* key → how many topics it holds */
    size_t subscriptions, subscriptions_most, subscriptions_each;
    bool left_unsigned; /* some have gone whose key is not known */
    bool worn;          /* and their places are missing now */
    uint32_t whole_readers;
    uint64_t epoch, restored_head, head;
    struct mp_buffer bytes;
    struct waiting *waiting;
    size_t waiting_count;
    struct node **touched; /* topics of this round */
    size_t touched_count;
    struct mp_buffer payload, topic;
};

/* NULL when there is no such prefix. */
struct node *fanout_look_up(const struct fanout *fanout, struct mp_span name);
/* The prefix's node, made when it is new; NULL when there is no room. */
struct node *fanout_make_node(struct fanout *fanout, struct mp_span name);

#endif
