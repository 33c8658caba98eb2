/* One way of a connection through the proxy: bytes in, bytes out, and the fault between. No
 * sockets. */
#ifndef MP_TESTS_SUPPORT_PROXY_STREAM_H
#define MP_TESTS_SUPPORT_PROXY_STREAM_H

#include "core/base/buffer.h"
#include "tests/support/proxy.h"
#include "tests/support/proxy_frames.h"

struct proxy_stream {
    struct proxy_counts *counts;
    struct proxy_frames frames;
    struct proxy_fault fault;
    bool is_planned; /* the fault has not begun */
    enum proxy_kind now;
    uint64_t budget_bytes; /* of the unit at which it began, that still pass */
    uint64_t units_left;
    struct mp_buffer *sink; /* of the unit under way; NULL: nowhere */
    struct mp_buffer out;   /* to be sent */
    struct mp_buffer held;
    bool is_cut; /* send what is out, then end the connection */
    bool is_stalled;
};

void proxy_stream_init(struct proxy_stream *stream, struct proxy_counts *counts);
void proxy_stream_done(struct proxy_stream *stream);
void proxy_stream_plan(struct proxy_stream *stream, const struct proxy_fault *fault);
void proxy_stream_take(struct proxy_stream *stream, struct mp_span bytes);

#endif
