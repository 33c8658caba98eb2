/* A client's connection as it comes and goes. libzmq connects again by itself and says nothing:
 * whatever was under way on the old connection is lost, questions and answers alike. */
#ifndef MP_BUS_LINK_H
#define MP_BUS_LINK_H

#include "core/bus/bus.h"
#include "core/bus/loop.h"

struct mp_link;

/* What happened since the last time, and how it is now. */
struct mp_link_news {
    bool stands;  /* the handshake is over: what is sent from now on goes this way */
    bool broke;   /* one that stood before is over */
    bool refused; /* this key, and libzmq gives up for ever: only another socket can try again */
};

/* The last thing a call of the loop does with the link: the handler may close it. */
typedef void (*mp_link_handler)(void *context, const struct mp_link_news *news);

/* Before the socket connects. Close before the socket; a socket has one monitor, which is this. */
int mp_link_open(struct mp_bus *bus, struct mp_loop *loop, void *socket, mp_link_handler handler,
                 void *context, struct mp_link **ret_link) MP_CHECK_RESULT;
void mp_link_close(struct mp_link *link);
MP_AUTO_DEFINE(struct mp_link *, mp_link_close);
/* Calls the handler now, if there is news that the loop has not come to yet. */
void mp_link_read(struct mp_link *link);

#endif
