#include "core/bus/link.h"

#include "core/bus/internal.h"

#include <stdlib.h>

#define EVENTS_A_ROUND 64
#define EVENTS                                                                                     \
    (ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_DISCONNECTED)

struct mp_link {
    struct mp_loop *loop;
    void *socket;
    void *reader;
    mp_link_handler handler;
    void *context;
    bool stands;
};

static void take(struct mp_link *link, unsigned event, struct mp_link_news *news)
{
    if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) {
        news->refused = true;
        return;
    }
    news->broke = news->broke || link->stands;
    link->stands = event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
}

/* One call a round at most, and nothing of the object is read after it: the handler may close it.
 */
static void serve(void *context)
{
    struct mp_link *link = context;
    struct mp_link_news news = {0};
    bool stood = link->stands;
    for (int i = 0; i < EVENTS_A_ROUND; i++) {
        unsigned event = 0;
        int32_t value = 0;
        int result = mp_monitor_next(link->reader, &event, &value);
        if (result != 0 && result != MP_EMALFORMED)
            break;
        if (result == 0)
            take(link, event, &news);
    }
    news.stands = link->stands;
    if (news.refused || news.broke || news.stands != stood)
        link->handler(link->context, &news);
}

int mp_link_open(struct mp_bus *bus, struct mp_loop *loop, void *socket, mp_link_handler handler,
                 void *context, struct mp_link **ret_link)
{
    MP_AUTO(mp_link_close) struct mp_link *link = calloc(1, sizeof *link);
    if (link == NULL)
        return MP_ENOMEM;
    link->loop = loop;
    link->socket = socket;
    link->handler = handler;
    link->context = context;
    int result = mp_monitor_open(bus, socket, EVENTS, &link->reader);
    if (result == 0)
        result = mp_loop_add_socket(loop, link->reader, serve, link);
    if (result == 0)
        *ret_link = mp_take(link);
    return result;
}

void mp_link_read(struct mp_link *link)
{
    serve(link);
}

/* When nobody ran the loop for hours libzmq's I/O thread may stand before the full queue, with a
 * lock that the end of the monitor needs. */
static void forget_news(struct mp_link *link)
{
    unsigned event;
    int32_t value;
    while (link->reader != NULL && mp_monitor_next(link->reader, &event, &value) == 0)
        ;
}

void mp_link_close(struct mp_link *link)
{
    if (link == NULL)
        return;
    mp_loop_remove_socket(link->loop, link->reader);
    forget_news(link);
    mp_monitor_close(link->socket, link->reader);
    free(link);
}
