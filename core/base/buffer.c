#include "core/base/buffer.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64

void mp_buffer_init(struct mp_buffer *buffer, size_t limit_bytes)
{
    *buffer = (struct mp_buffer){.limit = limit_bytes};
}

void mp_buffer_done(struct mp_buffer *buffer)
{
    if (buffer == NULL)
        return;
    free(buffer->data);
    *buffer = (struct mp_buffer){.limit = buffer->limit};
}

void mp_buffer_clear(struct mp_buffer *buffer)
{
    buffer->size = 0;
    buffer->error = 0;
}

/* Room for size more bytes and one beyond for a NUL of printf. */
bool mp_buffer_make_room(struct mp_buffer *buffer, size_t size)
{
    size_t wanted, capacity;
    uint8_t *data;

    if (buffer->error != 0)
        return false;
    if (size > buffer->limit - buffer->size) {
        buffer->error = MP_ETOOBIG;
        return false;
    }
    wanted = buffer->size + size;
    if (wanted < buffer->capacity)
        return true;
    if (wanted > SIZE_MAX / 4) {
        buffer->error = MP_ENOMEM;
        return false;
    }
    capacity = buffer->capacity == 0 ? FIRST_CAPACITY : buffer->capacity * 2;
    if (capacity <= wanted)
        capacity = wanted + 1;
    data = realloc(buffer->data, capacity);
    if (data == NULL) {
        buffer->error = MP_ENOMEM;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void mp_buffer_put(struct mp_buffer *buffer, const void *bytes, size_t size)
{
    uint8_t *place = mp_buffer_reserve(buffer, size);

    if (place != NULL && size > 0)
        memcpy(place, bytes, size);
}

void mp_buffer_put_span(struct mp_buffer *buffer, struct mp_span bytes)
{
    mp_buffer_put(buffer, bytes.data, bytes.size);
}

void mp_buffer_put_text(struct mp_buffer *buffer, const char *text)
{
    mp_buffer_put(buffer, text, strlen(text));
}

static void put_number(struct mp_buffer *buffer, uint64_t value, unsigned width)
{
    uint8_t *place = mp_buffer_reserve(buffer, width);

    if (place == NULL)
        return;
    for (unsigned i = 0; i < width; i++)
        place[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
}

void mp_buffer_put_u8(struct mp_buffer *buffer, uint8_t value)
{
    put_number(buffer, value, 1);
}

void mp_buffer_put_u16(struct mp_buffer *buffer, uint16_t value)
{
    put_number(buffer, value, 2);
}

void mp_buffer_put_u32(struct mp_buffer *buffer, uint32_t value)
{
    put_number(buffer, value, 4);
}

void mp_buffer_put_u64(struct mp_buffer *buffer, uint64_t value)
{
    put_number(buffer, value, 8);
}

void mp_buffer_put_i32(struct mp_buffer *buffer, int32_t value)
{
    put_number(buffer, (uint32_t)value ^ UINT32_C(0x80000000), 4);
}

void mp_buffer_printf(struct mp_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    uint8_t *place;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length <= 0)
        return;
    place = mp_buffer_reserve(buffer, (size_t)length);
    if (place == NULL)
        return;
    va_start(arguments, format);
    vsnprintf((char *)place, (size_t)length + 1, format, arguments);
    va_end(arguments);
}

struct mp_span mp_reader_bytes(struct mp_reader *reader, size_t size)
{
    struct mp_span bytes = mp_span_make(NULL, 0);

    if (size > mp_reader_left(reader))
        reader->error = MP_EMALFORMED;
    if (reader->error != 0 || size == 0)
        return bytes;
    bytes = mp_span_make(reader->data + reader->at, size);
    reader->at += size;
    return bytes;
}

static uint64_t read_number(struct mp_reader *reader, size_t width)
{
    struct mp_span bytes = mp_reader_bytes(reader, width);
    uint64_t value = 0;

    for (size_t i = 0; i < bytes.size; i++)
        value = value << 8 | bytes.data[i];
    return value;
}

uint8_t mp_reader_u8(struct mp_reader *reader)
{
    return (uint8_t)read_number(reader, 1);
}

uint16_t mp_reader_u16(struct mp_reader *reader)
{
    return (uint16_t)read_number(reader, 2);
}

uint32_t mp_reader_u32(struct mp_reader *reader)
{
    return (uint32_t)read_number(reader, 4);
}

uint64_t mp_reader_u64(struct mp_reader *reader)
{
    return read_number(reader, 8);
}

int32_t mp_reader_i32(struct mp_reader *reader)
{
    uint32_t value = mp_reader_u32(reader);

    return reader->error != 0 ? 0 : (int32_t)(value ^ UINT32_C(0x80000000));
}

struct mp_span mp_reader_text(struct mp_reader *reader)
{
    size_t left = mp_reader_left(reader);
    const uint8_t *start = left == 0 ? NULL : reader->data + reader->at;
    const uint8_t *end = left == 0 ? NULL : memchr(start, 0, left);

    if (end == NULL) {
        reader->error = MP_EMALFORMED;
        return mp_span_make(NULL, 0);
    }
    reader->at += (size_t)(end - start) + 1;
    return mp_span_make(start, (size_t)(end - start));
}
