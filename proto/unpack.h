/* Bytes into protobuf-c's messages, checked and within an arena's bound, and messages into bytes.
 * Private to this folder. */
#ifndef MP_PROTO_UNPACK_H
#define MP_PROTO_UNPACK_H

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "proto/check.h"
#include "proto/wire.h"

/* What one decoding has asked of its arena. */
struct mp_unpacker {
    struct mp_arena *arena;
    size_t asked_bytes;
    bool is_short; /* the arena gave NULL */
};

struct mp_unpacker mp_unpacker_make(struct mp_arena *arena);
/* NULL over the budget. */
void *mp_unpacker_array(struct mp_unpacker *unpacker, size_t count, size_t size_bytes);
/* After NULL: 1 with too_large when it was the message that asked for much; MP_ENOMEM when the
 * arena had little to give, so that a peer is never blamed for it. */
int mp_unpacker_short(const struct mp_unpacker *unpacker,
                      struct mp_fault *ret_fault) MP_CHECK_RESULT;

/* A message of the type with nothing set; NULL over the budget. */
ProtobufCMessage *mp_unpacker_message(struct mp_unpacker *unpacker,
                                      const ProtobufCMessageDescriptor *type);
/* Set a field that was found to be right to the value at hand, or add it to the field's list. false
 * over the budget. */
bool mp_unpacker_set(struct mp_unpacker *unpacker, ProtobufCMessage *message,
                     const ProtobufCFieldDescriptor *field, const struct mp_wire *wire);
bool mp_unpacker_set_message(struct mp_unpacker *unpacker, ProtobufCMessage *message,
                             const ProtobufCFieldDescriptor *field, ProtobufCMessage *value);

/* What protobuf_c_message_unpack makes of bytes that pass mp_wire_check, without the fields that
 * the schema does not name; all of it in the arena (nothing of it is ever freed one by one). 0; 1
 * with *ret_fault; MP_ENOMEM. */
int mp_unpack(struct mp_unpacker *unpacker, const ProtobufCMessageDescriptor *type,
              struct mp_span bytes, ProtobufCMessage **ret_message,
              struct mp_fault *ret_fault) MP_CHECK_RESULT;
/* The result as those give it who name no fault: 1 becomes MP_EMALFORMED, too_large MP_ENOMEM. */
int mp_fault_error(int result, const struct mp_fault *fault) MP_CHECK_RESULT;

/* The bytes of protobuf_c_message_pack, in one pass, appended to the buffer, whose error is the
 * answer. */
int mp_pack(const ProtobufCMessage *message, struct mp_buffer *buffer) MP_CHECK_RESULT;

#endif
