#include "proto/unpack.h"

#include "core/domain/limits.h"

/* An empty arena of MP_SUBMISSION_ARENA gives out only after more than half of it was asked for:
 * what is left unused at the end of a block is less than the piece that did not fit there. A
 * submission within its limits asks for less than half. So below this mark the arena was not empty.
 */
#define SUSPECT_BYTES (MP_SUBMISSION_ARENA / 2)
#define ALIGNMENT     16 /* of an arena's pieces */

struct mp_unpacker mp_unpacker_make(struct mp_arena *arena)
{
    return (struct mp_unpacker){.arena = arena};
}

void *mp_unpacker_array(struct mp_unpacker *unpacker, size_t count, size_t size_bytes)
{
    void *array = mp_arena_array(unpacker->arena, count, size_bytes);

    unpacker->asked_bytes += (count * size_bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (array == NULL)
        unpacker->is_short = true;
    return array;
}

static void *take(void *data, size_t size)
{
    return mp_unpacker_array(data, 1, size);
}

/* protobuf-c gives back its scratch space and what it unpacked before a failure; all of it goes
 * with the arena. */
static void give_back(void *data, void *pointer)
{
    (void)data;
    (void)pointer;
}

int mp_unpacker_short(const struct mp_unpacker *unpacker, struct mp_fault *ret_fault)
{
    if (unpacker->asked_bytes < SUSPECT_BYTES)
        return MP_ENOMEM;
    mp_fault_set(ret_fault, MP_REJECT_TOO_LARGE, "",
                 "needs more memory to decode than one message may: send less at once");
    return 1;
}

int mp_unpack(struct mp_unpacker *unpacker, const ProtobufCMessageDescriptor *type,
              struct mp_span bytes, ProtobufCMessage **ret_message, struct mp_fault *ret_fault)
{
    static const uint8_t nothing[1];
    ProtobufCAllocator allocator = {.alloc = take, .free = give_back, .allocator_data = unpacker};
    ProtobufCMessage *message;

    if (mp_wire_check(type, bytes, ret_fault) != 0)
        return 1;
    message = protobuf_c_message_unpack(type, &allocator, bytes.size,
                                        bytes.size == 0 ? nothing : bytes.data);
    if (message != NULL) {
        *ret_message = message;
        return 0;
    }
    if (unpacker->is_short)
        return mp_unpacker_short(unpacker, ret_fault);
    mp_fault_set(
        ret_fault, MP_REJECT_MALFORMED, "",
        "the bytes are not a well-formed message: encode them as the schema milepost/v1 says");
    return 1;
}

int mp_fault_error(int result, const struct mp_fault *fault)
{
    if (result != 1)
        return result;
    return fault->code == MP_REJECT_TOO_LARGE ? MP_ENOMEM : MP_EMALFORMED;
}

int mp_pack(const ProtobufCMessage *message, struct mp_buffer *buffer)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *place = mp_buffer_reserve(buffer, size);

    if (place != NULL)
        protobuf_c_message_pack(message, place);
    return buffer->error;
}
