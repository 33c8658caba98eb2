#include "proto/check.h"

#include "core/domain/limits.h"
#include "milepost/v1/change.pb-c.h"
#include "proto/unpack.h"
#include "proto/wire.h"

#include <stdio.h>

struct level {
    struct mp_wire wire;
    const ProtobufCMessageDescriptor *type;
    ProtobufCMessage *message;             /* what is made of it; NULL: nothing */
    unsigned field;                        /* index of the field at hand */
    uint16_t counts[MP_CHECK_FIELDS_MOST]; /* how often each field came */
    bool has_choice;                       /* one of the oneof came */
};

struct walk {
    struct level levels[MP_CHECK_DEPTH_MOST];
    size_t depth;
    struct mp_unpacker *unpacker; /* NULL: only checks */
    enum mp_reject code;          /* the first fault */
    const char *text;
};

void mp_fault_set(struct mp_fault *fault, enum mp_reject code, const char *field, const char *text)
{
    fault->code = code;
    fault->text = text;
    snprintf(fault->field, sizeof(fault->field), "%s", field);
}

static bool refuse(struct walk *walk, enum mp_reject code, const char *text)
{
    walk->code = code;
    walk->text = text;
    return false;
}

/* Whether there is memory for it. */
static bool make(struct walk *walk, struct level *level)
{
    struct level *parent = walk->depth == 0 ? NULL : level - 1;

    level->message = NULL;
    if (walk->unpacker == NULL)
        return true;
    level->message = mp_unpacker_message(walk->unpacker, level->type);
    if (level->message == NULL)
        return false;
    return parent == NULL ||
           mp_unpacker_set_message(walk->unpacker, parent->message,
                                   &parent->type->fields[parent->field], level->message);
}

static bool descend(struct walk *walk, const ProtobufCMessageDescriptor *type, struct mp_span bytes)
{
    struct level *level = &walk->levels[walk->depth];

    if (walk->depth == MP_CHECK_DEPTH_MOST)
        return refuse(walk, MP_REJECT_MALFORMED, "messages are nested too deep");
    if (type->n_fields > MP_CHECK_FIELDS_MOST)
        return refuse(walk, MP_REJECT_MALFORMED, "the message type has too many fields");
    level->wire = mp_wire_make(bytes);
    level->type = type;
    level->field = 0;
    level->has_choice = false;
    memset(level->counts, 0, sizeof(level->counts));
    if (!make(walk, level))
        return false;
    walk->depth++;
    return true;
}

/* Senders write fields in order: the one sought is at hand or a few further. */
static const ProtobufCFieldDescriptor *find_field(struct level *level)
{
    unsigned count = level->type->n_fields;

    for (unsigned i = 0, index = level->field; i < count; i++, index++) {
        if (index >= count)
            index = 0;
        if (level->type->fields[index].id == level->wire.number) {
            level->field = index;
            return &level->type->fields[index];
        }
    }
    return NULL;
}

bool mp_enum_has(const ProtobufCEnumDescriptor *type, uint64_t number)
{
    if (number < type->n_values && type->values[number].value == (int)number)
        return true;
    for (unsigned i = 0; i < type->n_values; i++) {
        if ((uint64_t)type->values[i].value == number)
            return true;
    }
    return false;
}

static enum mp_wire_type wire_type_of(ProtobufCType type)
{
    bool is_run = type == PROTOBUF_C_TYPE_MESSAGE || type == PROTOBUF_C_TYPE_STRING ||
                  type == PROTOBUF_C_TYPE_BYTES;

    return is_run ? MP_WIRE_BYTES : MP_WIRE_VARINT;
}

static bool check_count(struct walk *walk, struct level *level,
                        const ProtobufCFieldDescriptor *field)
{
    uint16_t *count = &level->counts[level->field];
    bool is_list = field->label == PROTOBUF_C_LABEL_REPEATED;
    unsigned most = 1;

    if (is_list && field->type == PROTOBUF_C_TYPE_STRING)
        most = MP_LIST_MOST;
    else if (is_list && field->descriptor == &milepost__v1__change__descriptor)
        most = MP_CHANGES_MOST;
    else if (is_list)
        most = UINT16_MAX; /* keys of an agency, revoked ones too */
    if (*count == most && is_list)
        return refuse(walk, MP_REJECT_TOO_MANY, "more than the limit: send fewer");
    if (*count == most)
        return refuse(walk, MP_REJECT_MALFORMED, "given twice");
    (*count)++;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
        return true;
    if (level->has_choice)
        return refuse(walk, MP_REJECT_MALFORMED, "only one of its kind can be given");
    level->has_choice = true;
    return true;
}

static bool check_value(struct walk *walk, const struct mp_wire *wire,
                        const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return mp_wire_text_is_clean(wire->bytes) ||
               refuse(walk, MP_REJECT_TEXT_INVALID, "not UTF-8, or holds a NUL: send plain UTF-8");
    case PROTOBUF_C_TYPE_ENUM:
        return mp_enum_has(field->descriptor, wire->value) ||
               refuse(walk, MP_REJECT_CODE_UNKNOWN,
                      "no such code number: use one that the schema names");
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_SINT32:
        return wire->value <= UINT32_MAX ||
               refuse(walk, MP_REJECT_OUT_OF_RANGE, "the number does not fit into 32 bits");
    case PROTOBUF_C_TYPE_BOOL:
        return wire->value <= 1 || refuse(walk, MP_REJECT_MALFORMED, "neither true nor false");
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64:
        return true;
    default: /* the schema has no others */
        return refuse(walk, MP_REJECT_MALFORMED, "a type that is not taken");
    }
}

static bool take_value(struct walk *walk, struct level *level,
                       const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return descend(walk, field->descriptor, level->wire.bytes);
    return check_value(walk, &level->wire, field) &&
           (level->message == NULL ||
            mp_unpacker_set(walk->unpacker, level->message, field, &level->wire));
}

/* One step: the next field of the innermost message, or out of it. */
static bool step(struct walk *walk)
{
    struct level *level = &walk->levels[walk->depth - 1];
    const ProtobufCFieldDescriptor *field;

    if (!mp_wire_next(&level->wire)) {
        walk->depth--;
        return level->wire.reader.error == 0 ||
               refuse(walk, MP_REJECT_MALFORMED,
                      "the bytes are not a well-formed message: encode them as the schema "
                      "milepost/v1 says");
    }
    field = find_field(level);
    if (field == NULL)
        return true;
    if (!check_count(walk, level, field))
        return false;
    if (level->wire.type != wire_type_of(field->type))
        return refuse(walk, MP_REJECT_MALFORMED, "encoded as another type");
    return take_value(walk, level, field);
}

/* A step that fails names the field at hand of every message still open: after leaving a broken
 * message that is the field which held it. */
static void write_path(const struct walk *walk, struct mp_fault *fault)
{
    size_t at = 0;

    fault->field[0] = '\0';
    for (size_t i = 0; i < walk->depth; i++) {
        const struct level *level = &walk->levels[i];
        const ProtobufCFieldDescriptor *field = &level->type->fields[level->field];
        bool is_choice = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
        bool is_last = i + 1 == walk->depth;
        bool is_item = field->label == PROTOBUF_C_LABEL_REPEATED &&
                       !(is_last && walk->code == MP_REJECT_TOO_MANY);
        int size = 0;

        if (is_choice && !is_last)
            continue;
        if (is_item)
            size = snprintf(fault->field + at, sizeof(fault->field) - at, "%s%s[%u]",
                            at == 0 ? "" : ".", field->name, level->counts[level->field] - 1U);
        else
            size = snprintf(fault->field + at, sizeof(fault->field) - at, "%s%s",
                            at == 0 ? "" : ".", field->name);
        at += (size_t)size;
        if (at >= sizeof(fault->field))
            return;
    }
}

/* unpacker NULL: only checks. */
static int walk_through(const ProtobufCMessageDescriptor *type, struct mp_span bytes,
                        struct mp_unpacker *unpacker, ProtobufCMessage **ret_message,
                        struct mp_fault *ret_fault)
{
    struct walk walk;

    walk.depth = 0;
    walk.code = MP_REJECT_NONE;
    walk.unpacker = unpacker;
    if (descend(&walk, type, bytes)) {
        while (walk.depth > 0 && step(&walk))
            ;
    }
    if (walk.code != MP_REJECT_NONE) {
        ret_fault->code = walk.code;
        ret_fault->text = walk.text;
        write_path(&walk, ret_fault);
        return 1;
    }
    if (unpacker != NULL && unpacker->is_short)
        return mp_unpacker_short(unpacker, ret_fault);
    *ret_message = walk.levels[0].message;
    return 0;
}

int mp_wire_check(const ProtobufCMessageDescriptor *type, struct mp_span bytes,
                  struct mp_fault *ret_fault)
{
    ProtobufCMessage *none;

    return walk_through(type, bytes, NULL, &none, ret_fault);
}

int mp_unpack(struct mp_unpacker *unpacker, const ProtobufCMessageDescriptor *type,
              struct mp_span bytes, ProtobufCMessage **ret_message, struct mp_fault *ret_fault)
{
    return walk_through(type, bytes, unpacker, ret_message, ret_fault);
}
