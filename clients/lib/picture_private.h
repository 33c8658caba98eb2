/* What the files of the picture share. */
#ifndef MP_CLIENT_PICTURE_PRIVATE_H
#define MP_CLIENT_PICTURE_PRIVATE_H

#include "clients/lib/picture.h"

#include "core/base/arena.h"

/* An array that grows by doubling. 0 or MP_ENOMEM; *ret_at is the new place, zero-filled. */
int mp_picture_grow(void **array, size_t *count, size_t *capacity, size_t size_bytes,
                    void **ret_at) MP_CHECK_RESULT;

/* MP_EEPOCH, and says why: what was read is of an epoch that has ended. */
int mp_picture_outdated(struct mp_client *client);

/* Everything but the figures. */
int mp_picture_gather(struct mp_client *client, struct mp_picture *picture) MP_CHECK_RESULT;

#endif
