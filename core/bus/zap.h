/* The ZAP handler (RFC 27): a REP-like ROUTER on inproc://zeromq.zap.01, served by the loop.
 * Bind it before any other socket of the context. The answer's User-Id is the key in Z85. */
#ifndef MP_BUS_ZAP_H
#define MP_BUS_ZAP_H

#include "core/bus/bus.h"
#include "core/bus/loop.h"

struct mp_zap;

/* Refused keys are gone for good (a client that is refused does not try again by itself); later
 * means a silent disconnect, after which it does. */
enum mp_zap_verdict { MP_ZAP_REFUSE, MP_ZAP_ALLOW, MP_ZAP_LATER };

/* What to do with a key that connects to the given domain, now. */
typedef enum mp_zap_verdict (*mp_zap_check)(void *context, const char *domain,
                                            const uint8_t key[static MP_KEY_BYTES]);

int mp_zap_open(struct mp_bus *bus, struct mp_loop *loop, mp_zap_check check, void *context,
                struct mp_zap **ret_zap) MP_CHECK_RESULT;
void mp_zap_close(struct mp_zap *zap);
MP_AUTO_DEFINE(struct mp_zap *, mp_zap_close);
uint64_t mp_zap_allowed(const struct mp_zap *zap);
uint64_t mp_zap_refused(const struct mp_zap *zap);

/* At start: proves on this very machine that a key the handler refuses is refused, and that no
 * handler means nobody enters. MP_EPERM when the library lets it in. Own context, inproc-free,
 * on 127.0.0.1; takes well under a second. */
int mp_zap_self_test(void) MP_CHECK_RESULT;

#endif
