/* What the files of the client share. */
#ifndef MP_CLIENT_CLIENT_PRIVATE_H
#define MP_CLIENT_CLIENT_PRIVATE_H

#include "clients/lib/client.h"

#define MP_CLIENT_STEP_MS 50 /* how often an outbox that another process sends is looked at */

struct mp_client {
    char *submit, *feed, *ask; /* addresses; NULL: not given */
    bool has_keys;
    struct mp_key_pair keys;
    uint8_t server_key[MP_KEY_BYTES];
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct mp_outbox *outbox; /* NULL: this client only reads */
    struct mp_sender *sender; /* opened when first needed, paused between calls */
    struct mp_asker *asker;   /* opened when first needed */
    char why[768];

    /* While something is sent: */
    const struct mp_sender_effects *watch; /* of the caller, or NULL */
    const struct mp_uuid *until;           /* NULL or nil: until nothing waits */
    bool sent;                             /* it is */
};

/* Fills the endpoint for one of the client's addresses. MP_ECONFIG when it was not given. */
int mp_client_endpoint(struct mp_client *client, const char *address,
                       struct mp_endpoint *ret_endpoint) MP_CHECK_RESULT;
/* Keeps the sentence for mp_client_why and returns the error. */
int mp_client_fail(struct mp_client *client, int error, const char *why);
/* Monotonic; timeout negative: as good as never. */
int64_t mp_client_deadline_ms(int64_t timeout_ms);
/* At most most, never beyond the deadline, never negative. */
int64_t mp_client_left_ms(int64_t deadline_ms, int64_t most_ms);

#endif
