/* A socket that is always read: a thread takes what comes, whatever the socket's owner does
 * meanwhile, and keeps it for him within a bound of bytes. What comes beyond it is thrown away.
 *
 * For a client's socket over TCP: it has no receive mark (bus.h), so that libzmq would hold without
 * bound what an owner who is kept from reading leaves there. A subscriber sees by his counts that
 * something is missing. */
#ifndef MP_BUS_TRAY_H
#define MP_BUS_TRAY_H

#include "core/bus/bus.h"
#include "core/bus/loop.h"

struct mp_tray;

/* The socket, subscribed and connected before, is the thread's from now on. The loop calls the
 * handler while something is kept. most_bytes is with what each message costs by itself. */
int mp_tray_open(struct mp_loop *loop, void *socket, size_t most_bytes, mp_loop_handler handler,
                 void *context, struct mp_tray **ret_tray) MP_CHECK_RESULT;
/* The socket is the caller's again: to be closed. */
void mp_tray_close(struct mp_tray *tray);
MP_AUTO_DEFINE(struct mp_tray *, mp_tray_close);
/* The oldest message kept: 0, or MP_EAGAIN. Clears the message first. */
int mp_tray_receive(struct mp_tray *tray, struct mp_message *message) MP_CHECK_RESULT;

#endif
