#include "tests/support/proxy_stream.h"

#include <stdlib.h>

#define KEPT_MOST ((size_t)256 << 20)

void proxy_stream_init(struct proxy_stream *stream, struct proxy_counts *counts)
{
    *stream = (struct proxy_stream){.counts = counts};
    proxy_frames_init(&stream->frames);
    mp_buffer_init(&stream->out, KEPT_MOST);
    mp_buffer_init(&stream->held, KEPT_MOST);
}

void proxy_stream_done(struct proxy_stream *stream)
{
    mp_buffer_done(&stream->out);
    mp_buffer_done(&stream->held);
}

void proxy_stream_plan(struct proxy_stream *stream, const struct proxy_fault *fault)
{
    stream->fault = *fault;
    stream->is_planned = fault->kind != PROXY_PASS;
}

static void put(struct mp_buffer *buffer, struct mp_span bytes)
{
    mp_buffer_put_span(buffer, bytes);
    if (buffer->error != 0)
        abort(); /* in a thread of its own it can fail no test */
}

static void let_go(struct proxy_stream *stream)
{
    put(&stream->out, mp_buffer_span(&stream->held));
    mp_buffer_clear(&stream->held);
}

/* The unit that begins may be the end of what is going on. */
static void count_down(struct proxy_stream *stream)
{
    bool has_end =
        stream->now == PROXY_HOLD || (stream->now == PROXY_SWALLOW && stream->fault.units > 0);

    if (!has_end)
        return;
    if (stream->units_left > 0) {
        stream->units_left--;
    } else if (stream->now == PROXY_HOLD) {
        let_go(stream);
        stream->now = PROXY_PASS;
    } else {
        stream->is_cut = true;
    }
}

static bool is_its_turn(struct proxy_stream *stream)
{
    if (!stream->is_planned || stream->now != PROXY_PASS)
        return false;
    if (stream->fault.after == 0)
        return true;
    stream->fault.after--;
    return false;
}

static void strike(struct proxy_stream *stream)
{
    const struct proxy_fault *fault = &stream->fault;
    uint64_t all = stream->frames.head_bytes + stream->frames.body_bytes;

    stream->is_planned = false;
    stream->now = fault->kind;
    stream->units_left = fault->units;
    stream->budget_bytes = fault->kind == PROXY_DROP ? 0
                           : fault->bytes < all - 1  ? fault->bytes
                                                     : all - 1;
    stream->is_stalled = fault->kind == PROXY_STALL;
    stream->counts->struck[fault->kind]++;
}

/* Each unit waits until the next one is known: it goes with it when that one is left out. What
 * comes first may be the second frame of a message that has begun to pass. */
static struct mp_buffer *choose_in_drop(struct proxy_stream *stream)
{
    if (stream->units_left > 0 && stream->held.size > 0 &&
        stream->frames.body_bytes >= stream->fault.least_bytes) {
        mp_buffer_clear(&stream->held);
        stream->units_left--;
        stream->counts->dropped++;
        return NULL;
    }
    let_go(stream);
    if (stream->units_left > 0)
        return &stream->held;
    stream->now = PROXY_PASS;
    return &stream->out;
}

static void begin_unit(struct proxy_stream *stream)
{
    count_down(stream);
    if (is_its_turn(stream))
        strike(stream);
    switch (stream->now) {
    case PROXY_CUT:
    case PROXY_SWALLOW:
        stream->sink = NULL;
        break;
    case PROXY_HOLD:
        stream->sink = &stream->held;
        break;
    case PROXY_DROP:
        stream->sink = choose_in_drop(stream);
        break;
    default:
        stream->sink = &stream->out;
        break;
    }
}

static void pass(struct proxy_stream *stream, struct mp_span bytes)
{
    size_t size = bytes.size < stream->budget_bytes ? bytes.size : (size_t)stream->budget_bytes;

    put(&stream->out, mp_span_make(bytes.data, size));
    stream->budget_bytes -= size;
    bytes = mp_span_make(bytes.data + size, bytes.size - size);
    if (bytes.size == 0)
        return;
    if (stream->now == PROXY_CUT)
        stream->is_cut = true;
    else if (stream->sink != NULL)
        put(stream->sink, bytes);
}

void proxy_stream_take(struct proxy_stream *stream, struct mp_span bytes)
{
    while (bytes.size > 0 && !stream->is_cut) {
        struct mp_span body;
        bool begun;
        size_t size = proxy_frames_take(&stream->frames, bytes, &begun, &body);

        if (begun)
            begin_unit(stream);
        if (begun && !stream->is_cut)
            pass(stream, mp_span_make(stream->frames.head, stream->frames.head_bytes));
        if (body.size > 0 && !stream->is_cut)
            pass(stream, body);
        bytes = mp_span_make(bytes.data + size, bytes.size - size);
    }
}
