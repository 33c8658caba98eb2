/* The protobuf wire format by hand, for what is read or written too often to be unpacked. Private
 * to this folder.
 *
 * Reading is sticky: after the first fault every answer is 0 and the reader's error stays. A field
 * that may come once and comes twice is a fault: the two would otherwise be merged, and a reader of
 * another make might merge them otherwise. */
#ifndef MP_PROTO_WIRE_H
#define MP_PROTO_WIRE_H

#include "core/base/buffer.h"

#include <stdbool.h>

enum mp_wire_type {
    MP_WIRE_VARINT = 0,
    MP_WIRE_FIXED64 = 1,
    MP_WIRE_BYTES = 2,
    MP_WIRE_FIXED32 = 5
};

struct mp_wire {
    struct mp_reader reader;
    uint32_t seen; /* a bit each field number below 32 that came */
    /* The field at hand: */
    uint32_t number;
    enum mp_wire_type type;
    uint64_t value;       /* varint */
    struct mp_span bytes; /* borrowed from the input */
};

struct mp_wire mp_wire_make(struct mp_span bytes);
/* false at the end or at a fault (reader.error says which). Groups and unknown wire types are
 * faults; unknown numbers are the caller's to skip. */
bool mp_wire_next(struct mp_wire *wire);
void mp_wire_fail(struct mp_wire *wire);

/* The field at hand as it has to be. Numbers of fields that come once are below 32. */
uint64_t mp_wire_number_once(struct mp_wire *wire);
bool mp_wire_bool_once(struct mp_wire *wire);
struct mp_span mp_wire_bytes_once(struct mp_wire *wire);
struct mp_span mp_wire_bytes(struct mp_wire *wire);

/* Whether the bytes are UTF-8 without NUL. */
bool mp_wire_text_is_clean(struct mp_span bytes);

size_t mp_wire_varint_size(uint64_t value);
/* The place behind it. */
uint8_t *mp_wire_write_varint(uint8_t *place, uint64_t value);
/* Also for 0. */
void mp_wire_put_varint(struct mp_buffer *buffer, uint32_t number, uint64_t value);
/* Nothing for 0, as proto3 has it. */
void mp_wire_put_number(struct mp_buffer *buffer, uint32_t number, uint64_t value);
/* Also when empty. */
void mp_wire_put_bytes(struct mp_buffer *buffer, uint32_t number, struct mp_span bytes);
/* Tag and length of a sub-message whose size bytes follow. */
void mp_wire_put_header(struct mp_buffer *buffer, uint32_t number, size_t size);
/* Bytes that the two above take. */
size_t mp_wire_number_size(uint32_t number, uint64_t value);
size_t mp_wire_bytes_size(uint32_t number, size_t size);

#endif
