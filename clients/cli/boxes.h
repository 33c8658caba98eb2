/* The outboxes of an instance: what outbox list, retry and drop share. */
#ifndef MP_CLI_BOXES_H
#define MP_CLI_BOXES_H

#include "clients/cli/instance.h"
#include "clients/cli/output.h"

#define BOXES_MOST 1024

struct boxes {
    struct cli *cli;
    struct instance instance;
    const char *only; /* --as; NULL: every identity */
    struct mp_arena *arena;
    struct output *output;
    size_t shown;
    uint64_t epoch, restored_head; /* of the record; epoch 0: nobody answered */
    const char *identities[BOXES_MOST];
    size_t count;
};

/* Messages are on stderr when one of these returns another exit code than CLI_OK. */
int boxes_open(struct boxes *boxes, const char *identity, struct mp_outbox **ret_outbox);
/* Which epoch the record is in: after a restore, what it lacks has to be sent again. Nobody may
 * answer; then what the outbox itself knows has to do. */
void boxes_learn_epoch(struct boxes *boxes);
/* Accepted entries that the restored record lacks wait again; says how many. 0 or an error. */
int boxes_heal(const struct boxes *boxes, const char *identity,
               struct mp_outbox *outbox) MP_CHECK_RESULT;
/* The outbox that holds the submission named as second argument. */
int boxes_find(struct boxes *boxes, struct mp_uuid *ret_id, const char **ret_identity,
               struct mp_outbox_entry *ret_entry);
/* Sends what waits: all, or the submission named. boxes_retry.c */
int boxes_retry(struct boxes *boxes);

#endif
