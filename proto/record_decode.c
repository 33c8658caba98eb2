#include "proto/codec.h"

#include "milepost/v1/record.pb-c.h"
#include "proto/map.h"
#include "proto/record_read.h"

#define RECORD_MOST (1u << 20) /* bytes; an agency keeps its revoked keys */

static int decode_agency(const Milepost__V1__AgencyRecord *message, struct mp_unpacker *unpacker,
                         struct mp_agency_record *ret_agency, struct mp_fault *ret_fault)
{
    if (message->definition == NULL)
        return MP_EMALFORMED;
    ret_agency->keys = mp_unpacker_array(unpacker, message->n_keys, sizeof(*ret_agency->keys));
    if (ret_agency->keys == NULL)
        return MP_ENOMEM;
    ret_agency->key_count = message->n_keys;
    for (size_t i = 0; i < message->n_keys; i++) {
        const Milepost__V1__AgencyKey *key = message->keys[i];

        if (key->public_key.len != sizeof(ret_agency->keys[i].public_key))
            return MP_EMALFORMED;
        memcpy(ret_agency->keys[i].public_key, key->public_key.data, key->public_key.len);
        ret_agency->keys[i].added_seq = key->added_seq;
        ret_agency->keys[i].revoked_seq = key->revoked_seq;
    }
    return mp_map_decode(mp_map_of_change(MP_CHANGE_AGENCY), &message->definition->base, unpacker,
                         &ret_agency->definition, ret_fault);
}

static int decode_project(const Milepost__V1__ProjectRecord *message, struct mp_unpacker *unpacker,
                          struct mp_project_record *ret_project, struct mp_fault *ret_fault)
{
    if (message->definition == NULL)
        return MP_EMALFORMED;
    ret_project->defined_on = message->defined_on;
    ret_project->defined_seq = message->defined_seq;
    if (message->stated != NULL) {
        ret_project->stated.seq = message->stated->seq;
        ret_project->stated.stated_on = message->stated->stated_on;
        ret_project->stated.status = (enum mp_project_status)message->stated->status;
    }
    return mp_map_decode(mp_map_of_change(MP_CHANGE_PROJECT), &message->definition->base, unpacker,
                         &ret_project->definition, ret_fault);
}

static int decode_observation(const Milepost__V1__ObservationRecord *message,
                              struct mp_unpacker *unpacker,
                              struct mp_observation_record *ret_observation,
                              struct mp_fault *ret_fault)
{
    if (message->observation == NULL)
        return MP_EMALFORMED;
    ret_observation->stated_on = message->stated_on;
    ret_observation->said_by = message->said_by;
    ret_observation->source = message->source;
    ret_observation->withdrawn_by = message->withdrawn_by;
    return mp_map_decode(mp_map_of_change(MP_CHANGE_OBSERVATION), &message->observation->base,
                         unpacker, &ret_observation->observation, ret_fault);
}

/* What is unpacked, by the kind of record: a value that is a definition and nothing else is that of
 * a change. Milestones and links are read by hand. */
static const struct {
    const ProtobufCMessageDescriptor *type; /* NULL: the change's */
    enum mp_change_kind change;
} values[MP_KIND_LAST + 1] = {
    [MP_KIND_TERM] = {NULL, MP_CHANGE_TERM},
    [MP_KIND_AGENCY] = {&milepost__v1__agency_record__descriptor, MP_CHANGE_NONE},
    [MP_KIND_PROJECT] = {&milepost__v1__project_record__descriptor, MP_CHANGE_NONE},
    [MP_KIND_INDICATOR] = {NULL, MP_CHANGE_INDICATOR},
    [MP_KIND_OBSERVATION] = {&milepost__v1__observation_record__descriptor, MP_CHANGE_NONE},
    [MP_KIND_EPOCH] = {NULL, MP_CHANGE_EPOCH_STARTED},
    [MP_KIND_CALENDAR] = {NULL, MP_CHANGE_CALENDAR},
    [MP_KIND_POLICY] = {NULL, MP_CHANGE_POLICY},
};

static int unpack_value(struct mp_span bytes, struct mp_unpacker *unpacker,
                        struct mp_record *record, struct mp_fault *ret_fault)
{
    enum mp_kind kind = record->subject.kind;
    const struct mp_map *map = mp_map_of_change(values[kind].change);
    const ProtobufCMessageDescriptor *type = map == NULL ? values[kind].type : map->type;
    ProtobufCMessage *message;
    int result = mp_unpack(unpacker, type, bytes, &message, ret_fault);

    if (result != 0)
        return result;
    switch (kind) {
    case MP_KIND_AGENCY:
        return decode_agency((const void *)message, unpacker, &record->agency, ret_fault);
    case MP_KIND_PROJECT:
        return decode_project((const void *)message, unpacker, &record->project, ret_fault);
    case MP_KIND_OBSERVATION:
        return decode_observation((const void *)message, unpacker, &record->observation, ret_fault);
    default: /* every member of the union begins where it does */
        return mp_map_decode(map, message, unpacker, &record->term, ret_fault);
    }
}

static int decode_value(struct mp_span bytes, struct mp_arena *arena, struct mp_record *record)
{
    struct mp_unpacker unpacker = mp_unpacker_make(arena);
    struct mp_fault fault;

    if (record->subject.kind == MP_KIND_MILESTONE)
        return mp_read_milestone(bytes, arena, &record->milestone);
    if (record->subject.kind == MP_KIND_LINK)
        return mp_read_link(bytes, arena, &record->link);
    return mp_fault_error(unpack_value(bytes, &unpacker, record, &fault), &fault);
}

static void read_revision(struct mp_wire *wire, struct mp_revision *revision)
{
    struct mp_wire inner = mp_wire_make(mp_wire_bytes_once(wire));

    while (mp_wire_next(&inner)) {
        if (inner.number == 1)
            revision->epoch = mp_wire_number_once(&inner);
        else if (inner.number == 2)
            revision->seq = mp_wire_number_once(&inner);
    }
    if (inner.reader.error != 0)
        mp_wire_fail(wire);
}

/* The kind of the value, whose bytes are given; none twice. */
static void take_value(struct mp_wire *wire, uint32_t *value_number, struct mp_span *value)
{
    if (*value_number != 0)
        mp_wire_fail(wire);
    *value_number = wire->number;
    *value = mp_wire_bytes(wire);
}

static void take_field(struct mp_wire *wire, struct mp_arena *arena, struct mp_record *record)
{
    switch (wire->number) {
    case 1:
        record->subject.kind = (enum mp_kind)mp_wire_number_once(wire);
        break;
    case 2:
        record->subject.topic = mp_read_text(wire, arena);
        break;
    case 3:
        record->subject.slug = mp_read_text(wire, arena);
        break;
    case 4:
        read_revision(wire, &record->revision);
        break;
    case 5:
        record->removed = mp_wire_bool_once(wire);
        break;
    case 6:
        record->source = mp_read_text(wire, arena);
        break;
    case 7:
        record->note = mp_read_text(wire, arena);
        break;
    default:
        break;
    }
}

/* A topic ends in a slash; the rest of it is the ledger's to keep right. */
static bool is_topic(const char *text)
{
    size_t size = strlen(text);

    return size > 1 && text[size - 1] == '/';
}

static int decode(struct mp_span bytes, struct mp_arena *arena, struct mp_record *record)
{
    struct mp_wire wire = mp_wire_make(bytes);
    struct mp_span value = {NULL, 0};
    uint32_t value_number = 0;

    while (mp_wire_next(&wire)) {
        if (wire.number > MP_KIND_NUMBERS && wire.number <= MP_KIND_NUMBERS + MP_KIND_LAST)
            take_value(&wire, &value_number, &value);
        else
            take_field(&wire, arena, record);
    }
    if (wire.reader.error != 0)
        return wire.reader.error;
    if (value_number == 0 || value_number != MP_KIND_NUMBERS + (uint32_t)record->subject.kind ||
        !is_topic(record->subject.topic))
        return MP_EMALFORMED;
    return decode_value(value, arena, record);
}

int mp_record_decode(struct mp_span bytes, struct mp_arena *arena, struct mp_record *ret_record)
{
    struct mp_record record = {.subject = {.topic = "", .slug = ""}, .source = "", .note = ""};
    struct mp_arena_mark before = mp_arena_mark(arena);
    int result = bytes.size > RECORD_MOST ? MP_EMALFORMED : decode(bytes, arena, &record);

    if (result != 0) {
        mp_arena_release(arena, before);
        return result;
    }
    *ret_record = record;
    return 0;
}
