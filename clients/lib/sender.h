/* Sends an outbox to an ingest process over a DEALER on a loop, in order, with a window of
 * submissions under way, until everything is answered. Busy: that entry and all behind it are sent
 * again after the time asked for; no answer: again after a growing pause, or as soon as a new
 * connection stands after a break; a new epoch: mp_outbox_epoch. */
#ifndef MP_CLIENT_SENDER_H
#define MP_CLIENT_SENDER_H

#include "clients/lib/asker.h"
#include "clients/lib/outbox.h"

#define MP_SENDER_WINDOW 256

struct mp_sender;

struct mp_sender_effects {
    void *context;
    /* Kept in the outbox already; once for each entry. May be NULL. No effect may close
     * or pause the sender. */
    void (*answered)(void *context, const struct mp_answer *answer);
    /* Nothing waits any more. May be NULL. */
    void (*idle)(void *context);
    /* Optional: for showing what happens: "busy: …", "no answer from …", "sending again after a
     * restore: 12". */
    void (*note)(void *context, const char *sentence);
};

/* The outbox must be locked by the caller. */
int mp_sender_open(struct mp_bus *bus, struct mp_loop *loop, const struct mp_endpoint *ingest,
                   struct mp_outbox *outbox, const struct mp_sender_effects *effects,
                   struct mp_sender **ret_sender) MP_CHECK_RESULT;
void mp_sender_close(struct mp_sender *sender);
MP_AUTO_DEFINE(struct mp_sender *, mp_sender_close);
/* There is something new in the outbox, or sending goes on after a pause. */
void mp_sender_wake(struct mp_sender *sender);
/* Takes the sender off the loop and keeps its connection, so that the outbox can be unlocked until
 * mp_sender_wake. */
void mp_sender_pause(struct mp_sender *sender);
/* 0, or why the outbox cannot be read or written any more: nothing is sent then. */
int mp_sender_error(const struct mp_sender *sender);

#endif
