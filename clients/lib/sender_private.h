/* What the files of the sender share: sender.c sends, sender_answers.c takes what comes back. */
#ifndef MP_CLIENT_SENDER_PRIVATE_H
#define MP_CLIENT_SENDER_PRIVATE_H

#include "clients/lib/sender.h"
#include "core/bus/link.h"

#define MP_SENDER_ANSWERS_AT_ONCE 1024
#define MP_SENDER_ANSWER_MOST     ((size_t)64 << 10) /* bytes of one */
#define MP_SENDER_ARENA_BYTES     ((size_t)8 << 20)
#define MP_SENDER_PATIENCE_MS     2000 /* for an answer, at first */

struct mp_sender_item {
    uint64_t place;
    struct mp_uuid id;
};

struct mp_sender {
    struct mp_loop *loop;
    struct mp_outbox *outbox;
    struct mp_sender_effects effects;
    char *address;
    void *socket;
    struct mp_link *link;
    bool stands; /* the connection; without one nothing is sent */
    int timer;   /* -1: paused */
    int error;   /* of the outbox: the end */
    bool idle;   /* said so */
    bool silent; /* said that there is no answer, and none came since */
    bool inside; /* at work: an effect's call must not send */
    struct mp_sender_item window[MP_SENDER_WINDOW];
    size_t count;        /* under way, oldest first */
    uint64_t next_place; /* of the outbox, not yet under way; 0: from the start */
    int64_t wait_until_ms;
    int64_t heard_ms; /* from then on the oldest under way is waited for */
    int64_t patience_ms;
    uint64_t epoch;
    struct mp_arena *arena;
    struct mp_answer answers[MP_SENDER_ANSWERS_AT_ONCE];
    bool fresh[MP_SENDER_ANSWERS_AT_ONCE]; /* changes an entry */
};

/* Whatever is under way counts as not sent: from the oldest entry without an answer again. */
void mp_sender_restart(struct mp_sender *sender);
void mp_sender_note(const struct mp_sender *sender, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Reads what has come and settles it: 0, or an error of the outbox. */
int mp_sender_receive(struct mp_sender *sender) MP_CHECK_RESULT;

#endif
