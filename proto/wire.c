#include "proto/wire.h"

#include "core/base/text.h"

#define VARINT_MOST  10
#define TAG_MOST     5 /* bytes */
#define LENGTH_MOST  5
#define NUMBER_MOST  ((UINT32_C(1) << 29) - 1)
#define ONCE_NUMBERS 32

struct mp_wire mp_wire_make(struct mp_span bytes)
{
    return (struct mp_wire){.reader = mp_reader_make(bytes)};
}

void mp_wire_fail(struct mp_wire *wire)
{
    wire->reader.error = MP_EMALFORMED;
}

static uint64_t read_varint(struct mp_reader *reader)
{
    size_t left = mp_reader_left(reader);
    const uint8_t *bytes = left == 0 ? NULL : reader->data + reader->at;
    uint64_t value = 0;

    if (left > 0 && bytes[0] < 0x80) { /* nearly all of them */
        reader->at++;
        return bytes[0];
    }
    for (size_t i = 0; i < left && i < VARINT_MOST; i++) {
        /* The tenth byte holds the last bit of 64. */
        if (i == VARINT_MOST - 1 && bytes[i] > 1)
            break;
        value |= (uint64_t)(bytes[i] & 0x7f) << (7 * i);
        if ((bytes[i] & 0x80) == 0) {
            reader->at += i + 1;
            return value;
        }
    }
    reader->error = MP_EMALFORMED;
    return 0;
}

bool mp_wire_next(struct mp_wire *wire)
{
    struct mp_reader *reader = &wire->reader;
    size_t start = reader->at;
    uint64_t tag, size;

    if (mp_reader_left(reader) == 0)
        return false;
    tag = read_varint(reader);
    /* protobuf-c takes no tag and no length of more bytes, whatever they say. */
    if (tag >> 3 == 0 || tag >> 3 > NUMBER_MOST || reader->at - start > TAG_MOST)
        mp_wire_fail(wire);
    wire->number = (uint32_t)(tag >> 3);
    wire->value = 0;
    wire->bytes = mp_span_make(NULL, 0);
    switch (tag & 7) {
    case MP_WIRE_VARINT:
        wire->type = MP_WIRE_VARINT;
        wire->value = read_varint(reader);
        break;
    case MP_WIRE_FIXED64:
        wire->type = MP_WIRE_FIXED64;
        wire->bytes = mp_reader_bytes(reader, 8);
        break;
    case MP_WIRE_BYTES:
        wire->type = MP_WIRE_BYTES;
        start = reader->at;
        size = read_varint(reader);
        if (size > mp_reader_left(reader) || reader->at - start > LENGTH_MOST)
            mp_wire_fail(wire);
        wire->bytes = mp_reader_bytes(reader, (size_t)size);
        break;
    case MP_WIRE_FIXED32:
        wire->type = MP_WIRE_FIXED32;
        wire->bytes = mp_reader_bytes(reader, 4);
        break;
    default:
        mp_wire_fail(wire);
    }
    return reader->error == 0;
}

/* Whether the field at hand has this type and comes for the first time. */
static bool comes_once(struct mp_wire *wire, enum mp_wire_type type)
{
    uint32_t bit = wire->number < ONCE_NUMBERS ? UINT32_C(1) << wire->number : 0;

    if (wire->type != type || bit == 0 || (wire->seen & bit) != 0) {
        mp_wire_fail(wire);
        return false;
    }
    wire->seen |= bit;
    return true;
}

uint64_t mp_wire_number_once(struct mp_wire *wire)
{
    return comes_once(wire, MP_WIRE_VARINT) ? wire->value : 0;
}

bool mp_wire_bool_once(struct mp_wire *wire)
{
    uint64_t value = mp_wire_number_once(wire);

    if (value > 1)
        mp_wire_fail(wire);
    return value == 1;
}

struct mp_span mp_wire_bytes_once(struct mp_wire *wire)
{
    return comes_once(wire, MP_WIRE_BYTES) ? wire->bytes : mp_span_make(NULL, 0);
}

struct mp_span mp_wire_bytes(struct mp_wire *wire)
{
    if (wire->type == MP_WIRE_BYTES)
        return wire->bytes;
    mp_wire_fail(wire);
    return mp_span_make(NULL, 0);
}

bool mp_wire_text_is_clean(struct mp_span bytes)
{
    size_t plain = mp_text_plain_size(bytes);

    bytes.size -= plain;
    if (bytes.size == 0)
        return true;
    bytes.data += plain;
    return memchr(bytes.data, 0, bytes.size) == NULL && mp_text_is_utf8(bytes);
}

/* Seven bits a byte, at least one. */
size_t mp_wire_varint_size(uint64_t value)
{
    return (size_t)(70 - __builtin_clzll(value | 1)) / 7;
}

uint8_t *mp_wire_write_varint(uint8_t *place, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *place++ = (uint8_t)(value | 0x80);
    *place++ = (uint8_t)value;
    return place;
}

static uint64_t tag_of(uint32_t number, enum mp_wire_type type)
{
    return (uint64_t)number << 3 | type;
}

size_t mp_wire_number_size(uint32_t number, uint64_t value)
{
    if (value == 0)
        return 0;
    return mp_wire_varint_size(tag_of(number, MP_WIRE_VARINT)) + mp_wire_varint_size(value);
}

size_t mp_wire_bytes_size(uint32_t number, size_t size)
{
    return mp_wire_varint_size(tag_of(number, MP_WIRE_BYTES)) + mp_wire_varint_size(size) + size;
}

void mp_wire_put_varint(struct mp_buffer *buffer, uint32_t number, uint64_t value)
{
    uint64_t tag = tag_of(number, MP_WIRE_VARINT);
    uint8_t *place =
        mp_buffer_reserve(buffer, mp_wire_varint_size(tag) + mp_wire_varint_size(value));

    if (place != NULL)
        mp_wire_write_varint(mp_wire_write_varint(place, tag), value);
}

void mp_wire_put_number(struct mp_buffer *buffer, uint32_t number, uint64_t value)
{
    if (value != 0)
        mp_wire_put_varint(buffer, number, value);
}

void mp_wire_put_header(struct mp_buffer *buffer, uint32_t number, size_t size)
{
    uint8_t *place = mp_buffer_reserve(buffer, mp_wire_bytes_size(number, size) - size);

    if (place != NULL)
        mp_wire_write_varint(mp_wire_write_varint(place, tag_of(number, MP_WIRE_BYTES)), size);
}

void mp_wire_put_bytes(struct mp_buffer *buffer, uint32_t number, struct mp_span bytes)
{
    uint8_t *place = mp_buffer_reserve(buffer, mp_wire_bytes_size(number, bytes.size));

    if (place == NULL)
        return;
    place = mp_wire_write_varint(mp_wire_write_varint(place, tag_of(number, MP_WIRE_BYTES)),
                                 bytes.size);
    if (bytes.size > 0)
        memcpy(place, bytes.data, bytes.size);
}
