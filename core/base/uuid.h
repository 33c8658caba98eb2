/* Submission ids (RFC 9562): version 7 by time, version 8 from content. 16 raw bytes. */
#ifndef MP_BASE_UUID_H
#define MP_BASE_UUID_H

#include "core/base/span.h"

#include <stdbool.h>
#include <stdint.h>

#define MP_UUID_BYTES 16
#define MP_UUID_TEXT  37 /* with its NUL */

struct mp_uuid {
    uint8_t bytes[MP_UUID_BYTES];
};

/* Version 7; two calls in one process never give a smaller one later. */
struct mp_uuid mp_uuid_v7(int64_t wall_us);
/* Version 8 from a hash of the content: the same bytes give the same id. */
struct mp_uuid mp_uuid_v8(struct mp_span content);
/* "01890a5d-ac96-774b-bcce-b302099a8057" */
void mp_uuid_format(const struct mp_uuid *uuid, char text[static MP_UUID_TEXT]);
/* 0 or MP_EMALFORMED. */
int mp_uuid_parse(const char *text, struct mp_uuid *ret_uuid);
bool mp_uuid_is_nil(const struct mp_uuid *uuid);
bool mp_uuid_equal(const struct mp_uuid *a, const struct mp_uuid *b);

#endif
