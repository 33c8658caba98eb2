/* Questions over one DEALER, many at once, on a loop. Each gets exactly one answer: a page, or an
 * error (MP_ETIMEDOUT, MP_EUNREACHABLE, MP_EMALFORMED, MP_EAGAIN when too many wait). */
#ifndef MP_CLIENT_ASKER_H
#define MP_CLIENT_ASKER_H

#include "core/bus/bus.h"
#include "core/bus/loop.h"
#include "proto/ask.h"

#define MP_ASKS_MOST 64 /* under way at once */

/* Where a process of Milepost is reached and as whom. keys NULL: ipc without CURVE. */
struct mp_endpoint {
    const char *address;
    const struct mp_key_pair *keys;
    const uint8_t *server_key;
};

struct mp_asker;

int mp_asker_open(struct mp_bus *bus, struct mp_loop *loop, const struct mp_endpoint *endpoint,
                  struct mp_asker **ret_asker) MP_CHECK_RESULT;
void mp_asker_close(struct mp_asker *asker); /* answers no more; callbacks are not called */
MP_AUTO_DEFINE(struct mp_asker *, mp_asker_close);

/* error 0: page decoded in an arena of the asker, raw its bytes; both end with the callback. */
typedef void (*mp_asker_done)(void *context, int error, const struct mp_page *page,
                              struct mp_span raw);

/* A question that is not answered is asked again (a new connection may be needed) until the
 * deadline. */
int mp_asker_ask(struct mp_asker *asker, const struct mp_ask *ask, int64_t timeout_ms,
                 mp_asker_done done, void *context) MP_CHECK_RESULT;
/* Sends what could not be sent before, as a timer does every 20 ms. Whoever steps the loop himself
 * calls it after each step: a step ends, too, when a connection stands at last. */
void mp_asker_push(struct mp_asker *asker);

#endif
