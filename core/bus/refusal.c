#include "core/bus/internal.h"
#include "core/bus/zap.h"

#include <stdlib.h>

#define EVENTS_A_ROUND 64

struct mp_refusal {
    struct mp_loop *loop;
    void *socket;
    void *reader;
    mp_loop_handler handler;
    void *context;
};

/* One call a round at most, and nothing of the object is read after it: the handler may close it.
 */
static void serve(void *context)
{
    const struct mp_refusal *refusal = context;
    bool refused = false;
    for (int i = 0; i < EVENTS_A_ROUND; i++) {
        unsigned event = 0;
        int32_t value = 0;
        int result = mp_monitor_next(refusal->reader, &event, &value);
        if (result != 0 && result != MP_EMALFORMED)
            break;
        if (result == 0 && event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
            refused = true;
    }
    if (refused)
        refusal->handler(refusal->context);
}

int mp_refusal_open(struct mp_bus *bus, struct mp_loop *loop, void *socket, mp_loop_handler handler,
                    void *context, struct mp_refusal **ret_refusal)
{
    MP_AUTO(mp_refusal_close) struct mp_refusal *refusal = calloc(1, sizeof *refusal);
    if (refusal == NULL)
        return MP_ENOMEM;
    refusal->loop = loop;
    refusal->socket = socket;
    refusal->handler = handler;
    refusal->context = context;
    int result = mp_monitor_open(bus, socket, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH, &refusal->reader);
    if (result == 0)
        result = mp_loop_add_socket(loop, refusal->reader, serve, refusal);
    if (result == 0)
        *ret_refusal = mp_take(refusal);
    return result;
}

void mp_refusal_close(struct mp_refusal *refusal)
{
    if (refusal == NULL)
        return;
    mp_loop_remove_socket(refusal->loop, refusal->reader);
    mp_monitor_close(refusal->socket, refusal->reader);
    free(refusal);
}
