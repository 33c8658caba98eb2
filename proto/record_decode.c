#include "proto/codec.h"

#include "milepost/v1/record.pb-c.h"
#include "proto/map.h"

#include <stddef.h>

#define RECORD_MOST (1u << 20) /* bytes; an agency keeps its revoked keys */

typedef Milepost__V1__MilestoneRecord milestone_message;

/* The statements of a milestone, on the wire and in the record. */
static const struct {
    size_t wire;
    size_t domain;
} slots[] = {
#define SLOT(member)                                                                               \
    {                                                                                              \
        offsetof(milestone_message, member), offsetof(struct mp_milestone_record, member)          \
    }
    SLOT(first),      SLOT(approved),   SLOT(forecast),
    SLOT(met),        SLOT(confirmed),  SLOT(suspension),
    SLOT(resumption), SLOT(rebaseline), SLOT(forecast_before),
#undef SLOT
};

static int decode_slot(const Milepost__V1__Slot *message, struct mp_slot *ret_slot)
{
    if (message == NULL)
        return 0;
    if (message->seq == 0)
        return MP_EMALFORMED;
    ret_slot->seq = message->seq;
    ret_slot->stated_on = message->stated_on;
    ret_slot->reason = (enum mp_reason)message->reason;
    if (message->date == NULL)
        return 0;
    ret_slot->date.day = message->date->day;
    ret_slot->date.precision = (enum mp_precision)message->date->precision;
    return mp_date_is_set(ret_slot->date) ? 0 : MP_EMALFORMED;
}

static int decode_milestone(const milestone_message *message, struct mp_unpacker *unpacker,
                            struct mp_milestone_record *ret_milestone, struct mp_fault *ret_fault)
{
    const void *slot;
    int result;

    if (message->definition == NULL)
        return MP_EMALFORMED;
    for (size_t i = 0; i < MP_LENGTH(slots); i++) {
        memcpy(&slot, (const char *)message + slots[i].wire, sizeof(slot));
        result = decode_slot(slot, (void *)((char *)ret_milestone + slots[i].domain));
        if (result != 0)
            return result;
    }
    if (message->progress != NULL) {
        if (message->progress->percent == NULL)
            return MP_EMALFORMED;
        ret_milestone->progress.seq = message->progress->seq;
        ret_milestone->progress.stated_on = message->progress->stated_on;
        ret_milestone->progress.percent.unscaled = message->progress->percent->unscaled;
        ret_milestone->progress.percent.scale = message->progress->percent->scale;
    }
    if (message->stated != NULL) {
        ret_milestone->stated.seq = message->stated->seq;
        ret_milestone->stated.stated_on = message->stated->stated_on;
        ret_milestone->stated.status = (enum mp_milestone_status)message->stated->status;
    }
    ret_milestone->cancelled_seq = message->cancelled_seq;
    return mp_map_decode(mp_map_of_change(MP_CHANGE_MILESTONE), &message->definition->base,
                         unpacker, &ret_milestone->definition, ret_fault);
}

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

static int decode_value(const Milepost__V1__Record *message, struct mp_unpacker *unpacker,
                        struct mp_record *ret_record, struct mp_fault *ret_fault)
{
    switch (ret_record->subject.kind) {
    case MP_KIND_TERM:
        return mp_map_decode(mp_map_of_change(MP_CHANGE_TERM), &message->term->base, unpacker,
                             &ret_record->term, ret_fault);
    case MP_KIND_AGENCY:
        return decode_agency(message->agency, unpacker, &ret_record->agency, ret_fault);
    case MP_KIND_PROJECT:
        return decode_project(message->project, unpacker, &ret_record->project, ret_fault);
    case MP_KIND_MILESTONE:
        return decode_milestone(message->milestone, unpacker, &ret_record->milestone, ret_fault);
    case MP_KIND_LINK:
        return mp_map_decode(mp_map_of_change(MP_CHANGE_LINK), &message->link->base, unpacker,
                             &ret_record->link, ret_fault);
    case MP_KIND_INDICATOR:
        return mp_map_decode(mp_map_of_change(MP_CHANGE_INDICATOR), &message->indicator->base,
                             unpacker, &ret_record->indicator, ret_fault);
    case MP_KIND_OBSERVATION:
        return decode_observation(message->observation, unpacker, &ret_record->observation,
                                  ret_fault);
    case MP_KIND_CALENDAR:
        return mp_map_decode(mp_map_of_change(MP_CHANGE_CALENDAR), &message->calendar->base,
                             unpacker, &ret_record->calendar, ret_fault);
    case MP_KIND_POLICY:
        return mp_map_decode(mp_map_of_change(MP_CHANGE_POLICY), &message->policy->base, unpacker,
                             &ret_record->policy, ret_fault);
    case MP_KIND_EPOCH:
        return mp_map_decode(mp_map_of_change(MP_CHANGE_EPOCH_STARTED), &message->epoch->base,
                             unpacker, &ret_record->epoch, ret_fault);
    default:
        return MP_EMALFORMED;
    }
}

/* A topic ends in a slash; the rest of it is the ledger's to keep right. */
static bool is_topic(const char *text)
{
    size_t size = strlen(text);

    return size > 1 && text[size - 1] == '/';
}

static int from_wire(const Milepost__V1__Record *message, struct mp_unpacker *unpacker,
                     struct mp_record *ret_record, struct mp_fault *ret_fault)
{
    if (message->kind == MILEPOST__V1__RECORD_KIND__RECORD_KIND_UNSPECIFIED ||
        (int)message->value_case != (int)message->kind + MP_KIND_NUMBERS ||
        !is_topic(message->topic))
        return MP_EMALFORMED;
    ret_record->subject.kind = (enum mp_kind)message->kind;
    ret_record->subject.topic = message->topic;
    ret_record->subject.slug = message->slug;
    if (message->revision != NULL) {
        ret_record->revision.epoch = message->revision->epoch;
        ret_record->revision.seq = message->revision->seq;
    }
    ret_record->removed = message->removed;
    ret_record->source = message->source;
    ret_record->note = message->note;
    return decode_value(message, unpacker, ret_record, ret_fault);
}

int mp_record_decode(struct mp_span bytes, struct mp_arena *arena, struct mp_record *ret_record)
{
    struct mp_arena_mark before = mp_arena_mark(arena);
    struct mp_unpacker unpacker = mp_unpacker_make(arena);
    struct mp_record record = {.removed = false};
    ProtobufCMessage *message;
    struct mp_fault fault;
    int result;

    if (bytes.size > RECORD_MOST)
        return MP_EMALFORMED;
    result = mp_unpack(&unpacker, &milepost__v1__record__descriptor, bytes, &message, &fault);
    if (result == 0)
        result = from_wire((const void *)message, &unpacker, &record, &fault);
    if (result != 0) {
        mp_arena_release(arena, before);
        return mp_fault_error(result, &fault);
    }
    *ret_record = record;
    return 0;
}
