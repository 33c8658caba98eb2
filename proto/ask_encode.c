#include "proto/ask.h"

#include "milepost/v1/ask.pb-c.h"
#include "proto/map.h"

/* The question's message and what hangs on it, while it is packed. */
struct parts {
    union {
        Milepost__V1__AskTopics topics;
        Milepost__V1__AskSnapshot snapshot;
        Milepost__V1__AskReplay replay;
        Milepost__V1__AskGet get;
        Milepost__V1__AskList list;
        Milepost__V1__AskHistory history;
        Milepost__V1__AskRegistry registry;
        Milepost__V1__AskWhoAmI who_am_i;
        Milepost__V1__AskEpochs epochs;
        Milepost__V1__AskOutcome outcome;
    };
    Milepost__V1__AsOf as_of;
    Milepost__V1__Day day;
};

void mp_ask_init(struct mp_ask *ask, enum mp_ask_kind kind)
{
    *ask = (struct mp_ask){
        .kind = kind,
        .id = "",
        .prefix = "",
        .programme = "",
        .corridor = "",
        .region = "",
        .agency = "",
        .status = "",
        .indicator = "",
    };
}

static char *borrowed(const char *text)
{
    return (char *)(uintptr_t)text;
}

static ProtobufCBinaryData borrowed_bytes(const uint8_t *bytes, size_t size)
{
    return (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)bytes, .len = size};
}

static Milepost__V1__AsOf *encode_as_of(const struct mp_as_of *as_of, struct parts *parts)
{
    if (as_of->mode == MP_NOW)
        return NULL;
    milepost__v1__as_of__init(&parts->as_of);
    if (as_of->mode == MP_AS_OF_DAY) {
        milepost__v1__day__init(&parts->day);
        parts->day.day = as_of->day;
        parts->as_of.time_case = MILEPOST__V1__AS_OF__TIME_DAY;
        parts->as_of.day = &parts->day;
    } else {
        parts->as_of.time_case = MILEPOST__V1__AS_OF__TIME_RECORDED_US;
        parts->as_of.recorded_us = as_of->recorded_us;
    }
    return &parts->as_of;
}

static void encode_list(const struct mp_ask *ask, struct parts *parts)
{
    Milepost__V1__AskList *list = &parts->list;

    milepost__v1__ask_list__init(list);
    list->kind = (Milepost__V1__RecordKind)ask->record_kind;
    list->prefix = borrowed(ask->prefix);
    list->programme = borrowed(ask->programme);
    list->corridor = borrowed(ask->corridor);
    list->region = borrowed(ask->region);
    list->agency = borrowed(ask->agency);
    list->status = borrowed(ask->status);
    list->indicator = borrowed(ask->indicator);
    list->late = ask->late;
    list->removed_too = ask->removed_too;
    list->as_of = encode_as_of(&ask->as_of, parts);
}

static void encode_outcome(const struct mp_ask *ask, struct parts *parts)
{
    milepost__v1__ask_outcome__init(&parts->outcome);
    parts->outcome.agency = borrowed(ask->agency);
    parts->outcome.submission = borrowed_bytes(ask->submission.bytes, MP_UUID_BYTES);
}

static int encode_question(const struct mp_ask *ask, struct parts *parts)
{
    switch (ask->kind) {
    case MP_ASK_TOPICS:
        milepost__v1__ask_topics__init(&parts->topics);
        parts->topics.prefix = borrowed(ask->prefix);
        return 0;
    case MP_ASK_SNAPSHOT:
        milepost__v1__ask_snapshot__init(&parts->snapshot);
        parts->snapshot.prefix = borrowed(ask->prefix);
        return 0;
    case MP_ASK_REPLAY:
        milepost__v1__ask_replay__init(&parts->replay);
        parts->replay.prefix = borrowed(ask->prefix);
        parts->replay.from = ask->from;
        parts->replay.to = ask->to;
        parts->replay.epoch = ask->epoch;
        return 0;
    case MP_ASK_GET:
        milepost__v1__ask_get__init(&parts->get);
        parts->get.kind = (Milepost__V1__RecordKind)ask->record_kind;
        parts->get.id = borrowed(ask->id);
        parts->get.as_of = encode_as_of(&ask->as_of, parts);
        return 0;
    case MP_ASK_HISTORY:
        milepost__v1__ask_history__init(&parts->history);
        parts->history.kind = (Milepost__V1__RecordKind)ask->record_kind;
        parts->history.id = borrowed(ask->id);
        parts->history.as_of = encode_as_of(&ask->as_of, parts);
        return 0;
    case MP_ASK_LIST:
        encode_list(ask, parts);
        return 0;
    case MP_ASK_REGISTRY:
        milepost__v1__ask_registry__init(&parts->registry);
        return 0;
    case MP_ASK_WHO_AM_I:
        milepost__v1__ask_who_am_i__init(&parts->who_am_i);
        parts->who_am_i.public_key = borrowed_bytes(ask->public_key, sizeof(ask->public_key));
        return 0;
    case MP_ASK_EPOCHS:
        milepost__v1__ask_epochs__init(&parts->epochs);
        return 0;
    case MP_ASK_OUTCOME:
        encode_outcome(ask, parts);
        return 0;
    default:
        return MP_EINVAL;
    }
}

int mp_ask_encode(const struct mp_ask *ask, struct mp_buffer *buffer)
{
    Milepost__V1__Ask message = MILEPOST__V1__ASK__INIT;
    struct parts parts;
    int result = encode_question(ask, &parts);

    if (result != 0)
        return result;
    message.cursor = borrowed_bytes(ask->cursor.data, ask->cursor.size);
    message.limit = ask->limit;
    message.question_case = (Milepost__V1__Ask__QuestionCase)(ask->kind + MP_KIND_NUMBERS);
    message.topics = &parts.topics;
    return mp_pack(&message.base, buffer);
}
