#include "proto/codec.h"

#include "milepost/v1/record.pb-c.h"
#include "proto/map.h"

/* Where the parts of a milestone's message lie while it is packed. */
struct milestone_parts {
    Milepost__V1__MilestoneRecord record;
    Milepost__V1__Slot slots[9];
    Milepost__V1__Date dates[9];
    Milepost__V1__StatedProgress progress;
    Milepost__V1__Decimal percent;
    Milepost__V1__StatedMilestoneStatus stated;
};

static Milepost__V1__Slot *encode_slot(const struct mp_slot *slot, Milepost__V1__Slot *message,
                                       Milepost__V1__Date *date)
{
    if (slot->seq == 0)
        return NULL;
    milepost__v1__slot__init(message);
    message->seq = slot->seq;
    message->stated_on = slot->stated_on;
    message->reason = (Milepost__V1__Reason)slot->reason;
    if (mp_date_is_set(slot->date)) {
        milepost__v1__date__init(date);
        date->day = slot->date.day;
        date->precision = (Milepost__V1__Precision)slot->date.precision;
        message->date = date;
    }
    return message;
}

static void encode_milestone_statements(const struct mp_milestone_record *milestone,
                                        struct milestone_parts *parts)
{
    Milepost__V1__MilestoneRecord *message = &parts->record;
    Milepost__V1__Slot *slots = parts->slots;
    Milepost__V1__Date *dates = parts->dates;

    message->first = encode_slot(&milestone->first, &slots[0], &dates[0]);
    message->approved = encode_slot(&milestone->approved, &slots[1], &dates[1]);
    message->forecast = encode_slot(&milestone->forecast, &slots[2], &dates[2]);
    message->met = encode_slot(&milestone->met, &slots[3], &dates[3]);
    message->confirmed = encode_slot(&milestone->confirmed, &slots[4], &dates[4]);
    message->suspension = encode_slot(&milestone->suspension, &slots[5], &dates[5]);
    message->resumption = encode_slot(&milestone->resumption, &slots[6], &dates[6]);
    message->rebaseline = encode_slot(&milestone->rebaseline, &slots[7], &dates[7]);
    message->forecast_before = encode_slot(&milestone->forecast_before, &slots[8], &dates[8]);
    if (milestone->progress.seq != 0) {
        milepost__v1__decimal__init(&parts->percent);
        parts->percent.unscaled = milestone->progress.percent.unscaled;
        parts->percent.scale = milestone->progress.percent.scale;
        milepost__v1__stated_progress__init(&parts->progress);
        parts->progress.seq = milestone->progress.seq;
        parts->progress.stated_on = milestone->progress.stated_on;
        parts->progress.percent = &parts->percent;
        message->progress = &parts->progress;
    }
    if (milestone->stated.seq != 0) {
        milepost__v1__stated_milestone_status__init(&parts->stated);
        parts->stated.seq = milestone->stated.seq;
        parts->stated.stated_on = milestone->stated.stated_on;
        parts->stated.status = (Milepost__V1__MilestoneStatus)milestone->stated.status;
        message->stated = &parts->stated;
    }
}

static ProtobufCMessage *encode_milestone(const struct mp_milestone_record *milestone,
                                          struct mp_arena *arena)
{
    struct milestone_parts *parts = mp_arena_alloc(arena, sizeof(*parts));
    ProtobufCMessage *definition =
        mp_map_encode(mp_map_of_change(MP_CHANGE_MILESTONE), &milestone->definition, arena);

    if (parts == NULL || definition == NULL)
        return NULL;
    milepost__v1__milestone_record__init(&parts->record);
    parts->record.definition = (void *)definition;
    parts->record.cancelled_seq = milestone->cancelled_seq;
    encode_milestone_statements(milestone, parts);
    return &parts->record.base;
}

static ProtobufCMessage *encode_agency(const struct mp_agency_record *agency,
                                       struct mp_arena *arena)
{
    Milepost__V1__AgencyRecord *message = mp_arena_alloc(arena, sizeof(*message));
    Milepost__V1__AgencyKey *keys = mp_arena_array(arena, agency->key_count, sizeof(*keys));
    Milepost__V1__AgencyKey **list = mp_arena_array(arena, agency->key_count, sizeof(void *));
    ProtobufCMessage *definition =
        mp_map_encode(mp_map_of_change(MP_CHANGE_AGENCY), &agency->definition, arena);

    if (message == NULL || keys == NULL || list == NULL || definition == NULL)
        return NULL;
    milepost__v1__agency_record__init(message);
    message->definition = (void *)definition;
    message->keys = list;
    message->n_keys = agency->key_count;
    for (size_t i = 0; i < agency->key_count; i++) {
        milepost__v1__agency_key__init(&keys[i]);
        keys[i].public_key.data = agency->keys[i].public_key;
        keys[i].public_key.len = sizeof(agency->keys[i].public_key);
        keys[i].added_seq = agency->keys[i].added_seq;
        keys[i].revoked_seq = agency->keys[i].revoked_seq;
        list[i] = &keys[i];
    }
    return &message->base;
}

struct project_parts {
    Milepost__V1__ProjectRecord record;
    Milepost__V1__StatedProjectStatus stated;
};

static ProtobufCMessage *encode_project(const struct mp_project_record *project,
                                        struct mp_arena *arena)
{
    struct project_parts *parts = mp_arena_alloc(arena, sizeof(*parts));
    ProtobufCMessage *definition =
        mp_map_encode(mp_map_of_change(MP_CHANGE_PROJECT), &project->definition, arena);

    if (parts == NULL || definition == NULL)
        return NULL;
    milepost__v1__project_record__init(&parts->record);
    parts->record.definition = (void *)definition;
    parts->record.defined_on = project->defined_on;
    parts->record.defined_seq = project->defined_seq;
    if (project->stated.seq != 0) {
        milepost__v1__stated_project_status__init(&parts->stated);
        parts->stated.seq = project->stated.seq;
        parts->stated.stated_on = project->stated.stated_on;
        parts->stated.status = (Milepost__V1__ProjectStatus)project->stated.status;
        parts->record.stated = &parts->stated;
    }
    return &parts->record.base;
}

static ProtobufCMessage *encode_observation(const struct mp_observation_record *observation,
                                            struct mp_arena *arena)
{
    Milepost__V1__ObservationRecord *message = mp_arena_alloc(arena, sizeof(*message));
    ProtobufCMessage *said =
        mp_map_encode(mp_map_of_change(MP_CHANGE_OBSERVATION), &observation->observation, arena);

    if (message == NULL || said == NULL)
        return NULL;
    milepost__v1__observation_record__init(message);
    message->observation = (void *)said;
    message->stated_on = observation->stated_on;
    message->said_by = (char *)(uintptr_t)observation->said_by;
    message->source = (char *)(uintptr_t)observation->source;
    message->withdrawn_by = observation->withdrawn_by;
    return &message->base;
}

static ProtobufCMessage *encode_value(const struct mp_record *record, struct mp_arena *arena)
{
    switch (record->subject.kind) {
    case MP_KIND_TERM:
        return mp_map_encode(mp_map_of_change(MP_CHANGE_TERM), &record->term, arena);
    case MP_KIND_AGENCY:
        return encode_agency(&record->agency, arena);
    case MP_KIND_PROJECT:
        return encode_project(&record->project, arena);
    case MP_KIND_MILESTONE:
        return encode_milestone(&record->milestone, arena);
    case MP_KIND_LINK:
        return mp_map_encode(mp_map_of_change(MP_CHANGE_LINK), &record->link, arena);
    case MP_KIND_INDICATOR:
        return mp_map_encode(mp_map_of_change(MP_CHANGE_INDICATOR), &record->indicator, arena);
    case MP_KIND_OBSERVATION:
        return encode_observation(&record->observation, arena);
    case MP_KIND_CALENDAR:
        return mp_map_encode(mp_map_of_change(MP_CHANGE_CALENDAR), &record->calendar, arena);
    case MP_KIND_POLICY:
        return mp_map_encode(mp_map_of_change(MP_CHANGE_POLICY), &record->policy, arena);
    default: /* MP_KIND_EPOCH */
        return mp_map_encode(mp_map_of_change(MP_CHANGE_EPOCH_STARTED), &record->epoch, arena);
    }
}

int mp_record_encode(const struct mp_record *record, struct mp_arena *arena,
                     struct mp_buffer *buffer)
{
    struct mp_arena_mark before = mp_arena_mark(arena);
    Milepost__V1__Record message = MILEPOST__V1__RECORD__INIT;
    Milepost__V1__Revision revision = MILEPOST__V1__REVISION__INIT;
    ProtobufCMessage *value;
    int result = MP_ENOMEM;

    if ((int)record->subject.kind <= MP_KIND_NONE || record->subject.kind > MP_KIND_LAST)
        return MP_EINVAL;
    value = encode_value(record, arena);
    if (value != NULL) {
        revision.epoch = record->revision.epoch;
        revision.seq = record->revision.seq;
        message.kind = (Milepost__V1__RecordKind)record->subject.kind;
        message.topic = (char *)(uintptr_t)record->subject.topic;
        message.slug = (char *)(uintptr_t)record->subject.slug;
        message.revision = &revision;
        message.removed = record->removed;
        message.source = (char *)(uintptr_t)record->source;
        message.note = (char *)(uintptr_t)record->note;
        message.value_case =
            (Milepost__V1__Record__ValueCase)(record->subject.kind + MP_KIND_NUMBERS);
        message.term = (void *)value;
        result = mp_pack(&message.base, buffer);
    }
    mp_arena_release(arena, before);
    return result;
}
