/* protobuf_c_message_pack goes twice over every message, and over what is in it once more for each
 * message around it. Here a message's length is written when the message is. */
#include "core/base/assert.h"
#include "proto/unpack.h"

static void put_message(struct mp_buffer *buffer, uint32_t number, const ProtobufCMessage *message);

static uint64_t zigzag(uint64_t value, unsigned bits)
{
    return value << 1 ^ (0 - (value >> (bits - 1)));
}

static void put_item(struct mp_buffer *buffer, const ProtobufCFieldDescriptor *field,
                     const void *member)
{
    const ProtobufCBinaryData *data = member;

    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        put_message(buffer, field->id, *(ProtobufCMessage *const *)member);
        break;
    case PROTOBUF_C_TYPE_STRING:
        mp_wire_put_bytes(buffer, field->id, mp_span_text(*(char *const *)member));
        break;
    case PROTOBUF_C_TYPE_BYTES:
        mp_wire_put_bytes(buffer, field->id, mp_span_make(data->data, data->len));
        break;
    case PROTOBUF_C_TYPE_ENUM: /* a negative one would be of 64 bits */
        mp_wire_put_varint(buffer, field->id, (uint64_t) * (const int32_t *)member);
        break;
    case PROTOBUF_C_TYPE_UINT32:
        mp_wire_put_varint(buffer, field->id, *(const uint32_t *)member);
        break;
    case PROTOBUF_C_TYPE_SINT32:
        mp_wire_put_varint(buffer, field->id, (uint32_t)zigzag(*(const uint32_t *)member, 32));
        break;
    case PROTOBUF_C_TYPE_BOOL:
        mp_wire_put_varint(buffer, field->id, *(const protobuf_c_boolean *)member != 0);
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        mp_wire_put_varint(buffer, field->id, *(const uint64_t *)member);
        break;
    case PROTOBUF_C_TYPE_SINT64:
        mp_wire_put_varint(buffer, field->id, zigzag(*(const uint64_t *)member, 64));
        break;
    default:
        mp_assert(!"a type that the schema does not have");
    }
}

/* proto3: what is not in a choice is not sent when it is nothing. */
static bool is_nothing(const ProtobufCFieldDescriptor *field, const void *member)
{
    const char *text;

    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        return *(ProtobufCMessage *const *)member == NULL;
    case PROTOBUF_C_TYPE_STRING:
        text = *(const char *const *)member;
        return text == NULL || text[0] == '\0';
    case PROTOBUF_C_TYPE_BYTES:
        return ((const ProtobufCBinaryData *)member)->len == 0;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64:
        return *(const uint64_t *)member == 0;
    default:
        return *(const uint32_t *)member == 0;
    }
}

static uint32_t choice_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return *(const uint32_t *)(const void *)((const uint8_t *)message + field->quantifier_offset);
}

static bool is_given(const ProtobufCFieldDescriptor *field, const void *member)
{
    const void *pointer;

    if (field->type != PROTOBUF_C_TYPE_MESSAGE && field->type != PROTOBUF_C_TYPE_STRING)
        return true;
    pointer = *(const void *const *)member;
    return pointer != NULL && pointer != field->default_value;
}

static void put_list(struct mp_buffer *buffer, const ProtobufCMessage *message,
                     const ProtobufCFieldDescriptor *field, const uint8_t *items)
{
    const size_t *count = (const void *)((const uint8_t *)message + field->quantifier_offset);
    size_t item_bytes =
        field->type == PROTOBUF_C_TYPE_BYTES ? sizeof(ProtobufCBinaryData) : sizeof(void *);

    for (size_t i = 0; i < *count; i++)
        put_item(buffer, field, items + i * item_bytes);
}

static void put_fields(struct mp_buffer *buffer, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const uint8_t *member = (const uint8_t *)message + field->offset;

        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            put_list(buffer, message, field, *(const uint8_t *const *)(const void *)member);
        else if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0
                     ? choice_of(message, field) == field->id && is_given(field, member)
                     : !is_nothing(field, member))
            put_item(buffer, field, member);
    }
}

/* Its length is known when it is written, and takes one byte nearly always: else it makes room. */
static void put_message(struct mp_buffer *buffer, uint32_t number, const ProtobufCMessage *message)
{
    size_t start, size, more;

    mp_wire_put_header(buffer, number, 0);
    start = buffer->size;
    put_fields(buffer, message);
    if (buffer->error != 0)
        return;
    size = buffer->size - start;
    more = mp_wire_varint_size(size) - 1;
    if (more > 0) {
        if (mp_buffer_reserve(buffer, more) == NULL)
            return;
        memmove(buffer->data + start + more, buffer->data + start, size);
    }
    mp_wire_write_varint(buffer->data + start - 1, size);
}

int mp_pack(const ProtobufCMessage *message, struct mp_buffer *buffer)
{
    put_fields(buffer, message);
    return buffer->error;
}
