/* What the command line needs beyond milepost.h: any question, the parts themselves. Not installed.
 */
#ifndef MP_CLIENT_CLIENT_H
#define MP_CLIENT_CLIENT_H

#include "clients/lib/feed.h"
#include "clients/lib/milepost.h"
#include "clients/lib/outbox.h"
#include "clients/lib/sender.h"

/* Called for each page of the answer; return non-zero to stop with that value. */
typedef int (*mp_client_page)(void *context, const struct mp_page *page);

/* Asks and follows the cursor to the end. A page's error becomes MP_ENOTFOUND, MP_EPERM,
 * MP_EMALFORMED, MP_EAGAIN, MP_EIO, MP_EEPOCH; its message is kept for mp_client_why. */
int mp_client_ask(struct mp_client *client, const struct mp_ask *ask, int64_t timeout_ms,
                  mp_client_page page, void *context) MP_CHECK_RESULT;
/* The sentence that came with the last failure, or the error's text. */
const char *mp_client_why(const struct mp_client *client);
struct mp_outbox *mp_client_outbox(struct mp_client *client);
const uint8_t *mp_client_public_key(const struct mp_client *client);
struct mp_bus *mp_client_bus(struct mp_client *client);
struct mp_loop *mp_client_loop(struct mp_client *client);
/* Sends what waits until the given id is answered (nil: until nothing waits), calling note (may be
 * NULL) on the way. MP_ETIMEDOUT. */
int mp_client_send(struct mp_client *client, const struct mp_uuid *until, int64_t timeout_ms,
                   const struct mp_sender_effects *watch) MP_CHECK_RESULT;

#endif
