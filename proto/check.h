/* The walk over a message's raw bytes, driven by protobuf-c's descriptors. protobuf-c's own
 * unpacking checks neither UTF-8 nor NUL, enum numbers, widths, depth or repetition; so everything
 * is looked at here, and mp_unpack (unpack.h) fills in the message on the same way. Private to this
 * folder. */
#ifndef MP_PROTO_CHECK_H
#define MP_PROTO_CHECK_H

#include "core/base/span.h"
#include "core/domain/reject.h"

#include <protobuf-c/protobuf-c.h>

#define MP_CHECK_DEPTH_MOST  8  /* messages within messages */
#define MP_CHECK_FIELDS_MOST 32 /* fields of one message type */
#define MP_FAULT_FIELD       160

struct mp_fault {
    enum mp_reject code;
    char field[MP_FAULT_FIELD]; /* "changes[0].note"; "" for the message itself */
    const char *text;           /* a literal */
};

void mp_fault_set(struct mp_fault *fault, enum mp_reject code, const char *field, const char *text);

/* 0, or 1 with *ret_fault: the bytes are not a well-formed message of the type, a text is not UTF-8
 * or holds a NUL, an enum number is unknown, a number is wider than its field, a field that comes
 * once comes twice, two of a oneof are given, a list is longer than its limit. Unknown fields are
 * passed over. A oneof's own name is left out of the path, as the domain leaves it out. */
int mp_wire_check(const ProtobufCMessageDescriptor *type, struct mp_span bytes,
                  struct mp_fault *ret_fault);
/* Whether the number is one of the enum's. */
bool mp_enum_has(const ProtobufCEnumDescriptor *type, uint64_t number);

#endif
