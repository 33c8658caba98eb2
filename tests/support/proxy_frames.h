/* Where the units of a ZMTP 3 stream begin and end: the greeting (64 bytes), then frames, commands
 * of the handshake among them. Under CURVE a frame's content cannot be read, its boundaries can. */
#ifndef MP_TESTS_SUPPORT_PROXY_FRAMES_H
#define MP_TESTS_SUPPORT_PROXY_FRAMES_H

#include "core/base/span.h"

#include <stdbool.h>

#define PROXY_GREETING_BYTES 64
#define PROXY_HEAD_MOST      9 /* flags and a long length */

struct proxy_frames {
    bool is_begun;       /* a unit is under way: its head is complete */
    bool is_greeting;    /* it is the first */
    uint64_t left_bytes; /* of the unit under way */
    uint64_t body_bytes; /* the unit's, without its head */
    uint8_t head[PROXY_HEAD_MOST];
    size_t head_bytes;
};

void proxy_frames_init(struct proxy_frames *frames);
/* Takes bytes up to the end of a head or of a unit, at least one; returns how many. *ret_begun says
 * that a head has come to its end: the unit's bytes begin with frames->head. Bytes of a head are
 * kept until then; those of a body are *ret_body. */
size_t proxy_frames_take(struct proxy_frames *frames, struct mp_span bytes, bool *ret_begun,
                         struct mp_span *ret_body);

#endif
