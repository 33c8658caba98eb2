#include "proto/unpack.h"

#include "core/base/assert.h"
#include "core/domain/limits.h"

/* An empty arena of MP_SUBMISSION_ARENA gives out only after more than half of it was asked for:
 * what is left unused at the end of a block is less than the piece that did not fit there. A
 * submission within its limits asks for less than half. So below this mark the arena was not empty.
 */
#define SUSPECT_BYTES (MP_SUBMISSION_ARENA / 2)
#define ALIGNMENT     16 /* of an arena's pieces */
#define LIST_LEAST    4  /* items that a list has room for at first; a power of two */

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

int mp_unpacker_short(const struct mp_unpacker *unpacker, struct mp_fault *ret_fault)
{
    if (unpacker->asked_bytes < SUSPECT_BYTES)
        return MP_ENOMEM;
    mp_fault_set(ret_fault, MP_REJECT_TOO_LARGE, "",
                 "needs more memory to decode than one message may: send less at once");
    return 1;
}

ProtobufCMessage *mp_unpacker_message(struct mp_unpacker *unpacker,
                                      const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *message = mp_unpacker_array(unpacker, 1, type->sizeof_message);

    if (message != NULL)
        type->message_init(message);
    return message;
}

/* A list is as long as its capacity whenever its length is a power of two. */
static bool is_full(size_t count)
{
    return count == 0 || (count >= LIST_LEAST && (count & (count - 1)) == 0);
}

/* Room for one more item behind those of the list; NULL over the budget. */
static void *add_item(struct mp_unpacker *unpacker, ProtobufCMessage *message,
                      const ProtobufCFieldDescriptor *field, size_t item_bytes)
{
    size_t *count = (void *)((uint8_t *)message + field->quantifier_offset);
    uint8_t **items = (void *)((uint8_t *)message + field->offset);

    if (is_full(*count)) {
        size_t wanted = *count == 0 ? LIST_LEAST : *count * 2;
        uint8_t *larger = mp_unpacker_array(unpacker, wanted, item_bytes);

        if (larger == NULL)
            return NULL;
        if (*count > 0)
            memcpy(larger, *items, *count * item_bytes);
        *items = larger;
    }
    return *items + item_bytes * (*count)++;
}

/* Where the value goes. */
static void *place_of(struct mp_unpacker *unpacker, ProtobufCMessage *message,
                      const ProtobufCFieldDescriptor *field, size_t item_bytes)
{
    uint32_t *choice;

    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return add_item(unpacker, message, field, item_bytes);
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        choice = (void *)((uint8_t *)message + field->quantifier_offset);
        *choice = field->id;
    }
    return (uint8_t *)message + field->offset;
}

bool mp_unpacker_set_message(struct mp_unpacker *unpacker, ProtobufCMessage *message,
                             const ProtobufCFieldDescriptor *field, ProtobufCMessage *value)
{
    ProtobufCMessage **place = place_of(unpacker, message, field, sizeof(void *));

    if (place != NULL)
        *place = value;
    return place != NULL;
}

static bool set_text(struct mp_unpacker *unpacker, ProtobufCMessage *message,
                     const ProtobufCFieldDescriptor *field, struct mp_span bytes)
{
    char *text = mp_unpacker_array(unpacker, bytes.size + 1, 1);
    char **place;

    if (text == NULL)
        return false;
    if (bytes.size > 0)
        memcpy(text, bytes.data, bytes.size);
    text[bytes.size] = '\0';
    place = place_of(unpacker, message, field, sizeof(text));
    if (place != NULL)
        *place = text;
    return place != NULL;
}

static bool set_bytes(struct mp_unpacker *unpacker, ProtobufCMessage *message,
                      const ProtobufCFieldDescriptor *field, struct mp_span bytes)
{
    ProtobufCBinaryData value = {.len = bytes.size}, *place;

    if (bytes.size > 0) {
        value.data = mp_unpacker_array(unpacker, bytes.size, 1);
        if (value.data == NULL)
            return false;
        memcpy(value.data, bytes.data, bytes.size);
    }
    place = place_of(unpacker, message, field, sizeof(value));
    if (place != NULL)
        *place = value;
    return place != NULL;
}

static uint64_t unzigzag(uint64_t value)
{
    return value >> 1 ^ (0 - (value & 1));
}

bool mp_unpacker_set(struct mp_unpacker *unpacker, ProtobufCMessage *message,
                     const ProtobufCFieldDescriptor *field, const struct mp_wire *wire)
{
    uint64_t value = wire->value;
    void *place;

    if (field->type == PROTOBUF_C_TYPE_STRING)
        return set_text(unpacker, message, field, wire->bytes);
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return set_bytes(unpacker, message, field, wire->bytes);
    mp_assert(field->label != PROTOBUF_C_LABEL_REPEATED); /* the schema has no lists of numbers */
    place = place_of(unpacker, message, field, 0);
    if (field->type == PROTOBUF_C_TYPE_SINT32 || field->type == PROTOBUF_C_TYPE_SINT64)
        value = unzigzag(value);
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64:
        *(uint64_t *)place = value;
        break;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)place = (protobuf_c_boolean)value;
        break;
    default:
        *(uint32_t *)place = (uint32_t)value;
    }
    return true;
}

int mp_fault_error(int result, const struct mp_fault *fault)
{
    if (result != 1)
        return result;
    return fault->code == MP_REJECT_TOO_LARGE ? MP_ENOMEM : MP_EMALFORMED;
}
