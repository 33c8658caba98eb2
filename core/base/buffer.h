/* A growable run of bytes with a sticky error: append as much as wanted, look at the error once.
 * Integers are big-endian, so that keys built here sort as numbers do. */
#ifndef MP_BASE_BUFFER_H
#define MP_BASE_BUFFER_H

#include "core/base/error.h"
#include "core/base/span.h"

#include <stdint.h>

struct mp_buffer {
    uint8_t *data;
    size_t size;
    size_t capacity;
    size_t limit; /* most bytes it may hold */
    int error;    /* 0, MP_ENOMEM or MP_ETOOBIG; sticky until mp_buffer_clear */
};

void mp_buffer_init(struct mp_buffer *buffer, size_t limit_bytes);
void mp_buffer_done(struct mp_buffer *buffer); /* NULL-safe; zero-initialised is valid */
void mp_buffer_clear(struct mp_buffer *buffer);

void mp_buffer_put(struct mp_buffer *buffer, const void *bytes, size_t size);
void mp_buffer_put_span(struct mp_buffer *buffer, struct mp_span bytes);
void mp_buffer_put_text(struct mp_buffer *buffer, const char *text); /* without its NUL */
void mp_buffer_put_u8(struct mp_buffer *buffer, uint8_t value);
void mp_buffer_put_u16(struct mp_buffer *buffer, uint16_t value);
void mp_buffer_put_u32(struct mp_buffer *buffer, uint32_t value);
void mp_buffer_put_u64(struct mp_buffer *buffer, uint64_t value);
/* Signed with the sign bit flipped, so that it sorts. */
void mp_buffer_put_i32(struct mp_buffer *buffer, int32_t value);
void mp_buffer_printf(struct mp_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Whether size bytes fit behind what it holds, for which it grows; else it has an error. */
bool mp_buffer_make_room(struct mp_buffer *buffer, size_t size);

/* Room for size bytes to be written by the caller, counted as written; NULL on error. */
static inline uint8_t *mp_buffer_reserve(struct mp_buffer *buffer, size_t size)
{
    uint8_t *place;

    if ((buffer->error != 0 || size >= buffer->capacity - buffer->size ||
         size > buffer->limit - buffer->size) &&
        !mp_buffer_make_room(buffer, size))
        return NULL;
    place = buffer->data + buffer->size;
    buffer->size += size;
    return place;
}

static inline struct mp_span mp_buffer_span(const struct mp_buffer *buffer)
{
    return mp_span_make(buffer->data, buffer->size);
}

/* Reading back, sticky too: after the first short read everything gives 0 and error stays. */
struct mp_reader {
    const uint8_t *data;
    size_t size;
    size_t at;
    int error; /* 0 or MP_EMALFORMED */
};

static inline struct mp_reader mp_reader_make(struct mp_span bytes)
{
    return (struct mp_reader){.data = bytes.data, .size = bytes.size};
}
uint8_t mp_reader_u8(struct mp_reader *reader);
uint16_t mp_reader_u16(struct mp_reader *reader);
uint32_t mp_reader_u32(struct mp_reader *reader);
uint64_t mp_reader_u64(struct mp_reader *reader);
int32_t mp_reader_i32(struct mp_reader *reader);
/* Borrowed from the input; empty after an error. */
struct mp_span mp_reader_bytes(struct mp_reader *reader, size_t size);
/* Up to and without the next NUL, which is skipped. Missing NUL is an error. */
struct mp_span mp_reader_text(struct mp_reader *reader);
static inline size_t mp_reader_left(const struct mp_reader *reader)
{
    return reader->error != 0 ? 0 : reader->size - reader->at;
}

#endif
