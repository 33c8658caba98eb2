/* Random messages of every type, through our reading and writing and through protobuf-c's. */
#include "core/base/auto.h"
#include "milepost/v1/submit.pb-c.h"
#include "proto/unpack.h"
#include "tests/support/messages.h"

#include <criterion/criterion.h>

#define ROUNDS     400
#define LIST_MOST  9
#define TEXT_MOST  200
#define BYTES_MOST ((size_t)16 << 20)

static uint64_t state;

static uint64_t draw(uint64_t most)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (state >> 33) % (most + 1);
}

/* All lengths of a varint are as likely. */
static uint64_t draw_number(unsigned bits)
{
    uint64_t number = draw(UINT32_MAX / 2) << 34 ^ draw(UINT32_MAX / 2) << 8 ^ draw(255);

    return number & (UINT64_MAX >> (64 - bits)) >> draw(bits - 1);
}

static char *draw_text(struct mp_arena *arena)
{
    static const char *const pieces[] = {"a", "Karachi", "\xd8\xaa", "\xe4\xb8\xad", " ", "\x01"};
    struct mp_buffer buffer;
    char *text;

    mp_buffer_init(&buffer, TEXT_MOST * 8);
    for (uint64_t left = draw(3) == 0 ? draw(TEXT_MOST) : draw(3); left > 0; left--)
        mp_buffer_put_text(&buffer, pieces[draw(MP_LENGTH(pieces) - 1)]);
    mp_buffer_put_u8(&buffer, 0);
    text = mp_arena_array(arena, buffer.size, 1);
    memcpy(text, buffer.data, buffer.size);
    mp_buffer_done(&buffer);
    return text;
}

static void draw_bytes(struct mp_arena *arena, ProtobufCBinaryData *data)
{
    data->len = draw(2) == 0 ? draw(300) : draw(4);
    data->data = mp_arena_array(arena, data->len + 1, 1);
    for (size_t i = 0; i < data->len; i++)
        data->data[i] = (uint8_t)draw(255);
}

static ProtobufCMessage *draw_message(struct mp_arena *arena,
                                      const ProtobufCMessageDescriptor *type);

static void draw_value(struct mp_arena *arena, const ProtobufCFieldDescriptor *field, void *place)
{
    const ProtobufCEnumDescriptor *choices = field->descriptor;

    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)place = draw_message(arena, field->descriptor);
        break;
    case PROTOBUF_C_TYPE_STRING:
        *(char **)place = draw_text(arena);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        draw_bytes(arena, place);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        *(int *)place = choices->values[draw(choices->n_values - 1)].value;
        break;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)place = (protobuf_c_boolean)draw(1);
        break;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_SINT32:
        *(uint32_t *)place = (uint32_t)draw_number(32);
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64:
        *(uint64_t *)place = draw_number(64);
        break;
    default:
        cr_assert_fail("%s is of a type that is not read: extend proto/unpack.c and proto/pack.c",
                       field->name);
    }
}

static void draw_list(struct mp_arena *arena, const ProtobufCFieldDescriptor *field, size_t *count,
                      uint8_t **items)
{
    size_t item_bytes =
        field->type == PROTOBUF_C_TYPE_BYTES ? sizeof(ProtobufCBinaryData) : sizeof(void *);

    cr_assert(field->type == PROTOBUF_C_TYPE_MESSAGE || field->type == PROTOBUF_C_TYPE_STRING ||
                  field->type == PROTOBUF_C_TYPE_BYTES,
              "%s is a list of numbers: extend proto/unpack.c and proto/pack.c", field->name);
    *count = draw(LIST_MOST);
    *items = mp_arena_array(arena, *count + 1, item_bytes);
    for (size_t i = 0; i < *count; i++)
        draw_value(arena, field, *items + i * item_bytes);
}

/* Half of the fields; of a choice the one drawn last. */
static ProtobufCMessage *draw_message(struct mp_arena *arena,
                                      const ProtobufCMessageDescriptor *type)
{
    uint8_t *message = mp_arena_array(arena, 1, type->sizeof_message);

    cr_assert_not_null(message);
    type->message_init((ProtobufCMessage *)(void *)message);
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        void *quantifier = message + field->quantifier_offset;
        void *place = message + field->offset;

        if (draw(1) == 0)
            continue;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            draw_list(arena, field, quantifier, place);
            continue;
        }
        draw_value(arena, field, place);
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
            *(uint32_t *)quantifier = field->id;
    }
    return (ProtobufCMessage *)(void *)message;
}

static void write_with_protobuf_c(const ProtobufCMessage *message, struct mp_buffer *buffer)
{
    uint8_t *place;

    mp_buffer_clear(buffer);
    place = mp_buffer_reserve(buffer, protobuf_c_message_get_packed_size(message));
    cr_assert_not_null(place);
    protobuf_c_message_pack(message, place);
}

/* A byte changed, taken out, put in, or the end cut off. */
static void damage(struct mp_buffer *buffer)
{
    size_t at;

    if (buffer->size == 0)
        return;
    at = draw(buffer->size - 1);
    switch (draw(2)) {
    case 0:
        buffer->data[at] = (uint8_t)draw(255);
        break;
    case 1:
        memmove(buffer->data + at, buffer->data + at + 1, buffer->size - at - 1);
        buffer->size--;
        break;
    default:
        buffer->size = at;
    }
}

Test(proto_message, random_ones_are_written_and_read_as_protobuf_c_does)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)256 << 20);
    struct mp_buffer ours, theirs;
    size_t taken = 0, bytes = 0;

    state = 20260101;
    mp_buffer_init(&ours, BYTES_MOST);
    mp_buffer_init(&theirs, BYTES_MOST);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < MESSAGE_ROOTS; i++) {
            const ProtobufCMessageDescriptor *type = message_roots[i];
            ProtobufCMessage *message;
            struct mp_fault fault;
            const char *difference;

            mp_arena_reset(arena);
            message = draw_message(arena, type);
            mp_buffer_clear(&ours);
            cr_assert_eq(mp_pack(message, &ours), 0);
            write_with_protobuf_c(message, &theirs);
            cr_assert(mp_span_equal(mp_buffer_span(&ours), mp_buffer_span(&theirs)),
                      "a %s of round %u is written otherwise", type->name, round);
            taken += mp_wire_check(type, mp_buffer_span(&ours), &fault) == 0;
            bytes += ours.size;
            difference = messages_differ(type, mp_buffer_span(&ours));
            cr_assert_null(difference, "a %s of round %u: %s", type->name, round, difference);
            damage(&ours);
            difference = messages_differ(type, mp_buffer_span(&ours));
            cr_assert_null(difference, "a damaged %s of round %u: %s", type->name, round,
                           difference);
        }
    }
    mp_buffer_done(&ours);
    mp_buffer_done(&theirs);
    cr_expect_gt(taken, (size_t)ROUNDS * MESSAGE_ROOTS / 2, "only %zu passed", taken);
    cr_expect_gt(bytes, (size_t)ROUNDS * MESSAGE_ROOTS * 100, "they are small: %zu bytes", bytes);
}

Test(proto_message, what_does_not_fit_into_the_buffer_is_an_error)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)64 << 20);
    ProtobufCMessage *message;
    struct mp_buffer whole, narrow;

    state = 7;
    mp_buffer_init(&whole, BYTES_MOST);
    do {
        mp_buffer_clear(&whole);
        message = draw_message(arena, &milepost__v1__submission__descriptor);
        cr_assert_eq(mp_pack(message, &whole), 0);
    } while (whole.size < 1000);
    for (size_t limit = 0; limit <= whole.size; limit++) {
        mp_buffer_init(&narrow, limit);
        cr_assert_eq(mp_pack(message, &narrow), limit < whole.size ? MP_ETOOBIG : 0);
        mp_buffer_done(&narrow);
    }
    mp_buffer_done(&whole);
}
