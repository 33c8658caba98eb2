/* The schema's messages, and what protobuf-c itself makes of their bytes: the oracle for those who
 * read and write them in its place (proto/check.h, proto/unpack.h). */
#ifndef MP_SUPPORT_MESSAGES_H
#define MP_SUPPORT_MESSAGES_H

#include "core/base/span.h"

#include <protobuf-c/protobuf-c.h>

/* Every message that goes over a wire or into the store. */
#define MESSAGE_ROOTS 12
extern const ProtobufCMessageDescriptor *const message_roots[MESSAGE_ROOTS];

/* NULL when they agree; else what they disagree about: bytes that pass are a message to protobuf-c
 * too, of the same content, and both write it as the same bytes; bytes that do not pass are refused
 * with the same fault whether only checked or unpacked. Fields that the schema does not name are
 * not compared. */
const char *messages_differ(const ProtobufCMessageDescriptor *type, struct mp_span bytes);

#endif
