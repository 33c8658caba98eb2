#include "tests/support/proxy_frames.h"

#define FLAG_LONG 0x02

void proxy_frames_init(struct proxy_frames *frames)
{
    *frames = (struct proxy_frames){.is_greeting = true};
}

static size_t head_size(const struct proxy_frames *frames)
{
    return (frames->head[0] & FLAG_LONG) != 0 ? 9 : 2;
}

static void begin(struct proxy_frames *frames, uint64_t body_bytes)
{
    frames->is_begun = true;
    frames->body_bytes = body_bytes;
    frames->left_bytes = body_bytes;
}

static void end(struct proxy_frames *frames)
{
    frames->is_begun = false;
    frames->is_greeting = false;
    frames->head_bytes = 0;
}

static bool take_head(struct proxy_frames *frames, uint8_t byte)
{
    uint64_t size = 0;

    frames->head[frames->head_bytes++] = byte;
    if (frames->head_bytes < head_size(frames))
        return false;
    for (size_t i = 1; i < frames->head_bytes; i++)
        size = size << 8 | frames->head[i];
    begin(frames, size);
    return true;
}

size_t proxy_frames_take(struct proxy_frames *frames, struct mp_span bytes, bool *ret_begun,
                         struct mp_span *ret_body)
{
    size_t size;

    *ret_begun = false;
    *ret_body = mp_span_make(NULL, 0);
    if (frames->is_begun && frames->left_bytes == 0)
        end(frames);
    if (!frames->is_begun && !frames->is_greeting) {
        *ret_begun = take_head(frames, bytes.data[0]);
        return 1;
    }
    if (!frames->is_begun) {
        begin(frames, PROXY_GREETING_BYTES);
        *ret_begun = true;
    }
    size = bytes.size < frames->left_bytes ? bytes.size : (size_t)frames->left_bytes;
    *ret_body = mp_span_make(bytes.data, size);
    frames->left_bytes -= size;
    return size;
}
