#include "proto/ask.h"

#include "core/domain/subject.h"
#include "milepost/v1/ask.pb-c.h"
#include "proto/map.h"

static bool is_within(const char *text, size_t most)
{
    return strnlen(text, most + 1) <= most;
}

/* "" or the beginning of topics: a path, or a topic that belongs to no project. */
static bool prefix_is_good(const char *prefix)
{
    static const char *const topics[] = {MP_TOPIC_AGENCY, MP_TOPIC_TERM,     MP_TOPIC_INDICATOR,
                                         MP_TOPIC_LEDGER, MP_TOPIC_CALENDAR, MP_TOPIC_POLICY};

    if (prefix[0] == '\0')
        return true;
    for (size_t i = 0; i < MP_LENGTH(topics); i++) {
        if (strcmp(prefix, topics[i]) == 0)
            return true;
    }
    return is_within(prefix, MP_TOPIC_MOST) && mp_prefix_is_valid(prefix);
}

static int take_prefix(const char *prefix, struct mp_ask *ret_ask)
{
    if (!prefix_is_good(prefix))
        return MP_EMALFORMED;
    ret_ask->prefix = strcmp(prefix, "/") == 0 ? "" : prefix;
    return 0;
}

static int take_as_of(const Milepost__V1__AsOf *message, struct mp_as_of *ret_as_of)
{
    if (message == NULL)
        return 0;
    switch (message->time_case) {
    case MILEPOST__V1__AS_OF__TIME_DAY:
        ret_as_of->mode = MP_AS_OF_DAY;
        ret_as_of->day = message->day->day;
        return ret_as_of->day < MP_DAY_LEAST || ret_as_of->day > MP_DAY_MOST ? MP_EMALFORMED : 0;
    case MILEPOST__V1__AS_OF__TIME_RECORDED_US:
        ret_as_of->mode = MP_AS_RECORDED;
        ret_as_of->recorded_us = message->recorded_us;
        return 0;
    default:
        return MP_EMALFORMED;
    }
}

/* get and history. Whether the id is one of its kind is the answerer's to say, by name. */
static int take_record(Milepost__V1__RecordKind kind, const char *id,
                       const Milepost__V1__AsOf *as_of, struct mp_ask *ret_ask)
{
    ret_ask->record_kind = (enum mp_kind)kind;
    ret_ask->id = id;
    if (ret_ask->record_kind == MP_KIND_NONE || !is_within(id, MP_ID_MOST))
        return MP_EMALFORMED;
    return take_as_of(as_of, &ret_ask->as_of);
}

static int take_list(const Milepost__V1__AskList *message, struct mp_ask *ret_ask)
{
    const char *const filters[] = {message->programme, message->corridor, message->region,
                                   message->agency,    message->status,   message->indicator};

    ret_ask->record_kind = (enum mp_kind)message->kind;
    ret_ask->programme = message->programme;
    ret_ask->corridor = message->corridor;
    ret_ask->region = message->region;
    ret_ask->agency = message->agency;
    ret_ask->status = message->status;
    ret_ask->indicator = message->indicator;
    ret_ask->late = message->late;
    ret_ask->removed_too = message->removed_too;
    for (size_t i = 0; i < MP_LENGTH(filters); i++) {
        if (!is_within(filters[i], MP_SLUG_MOST))
            return MP_EMALFORMED;
    }
    if (take_prefix(message->prefix, ret_ask) != 0)
        return MP_EMALFORMED;
    return take_as_of(message->as_of, &ret_ask->as_of);
}

static int take_replay(const Milepost__V1__AskReplay *message, struct mp_ask *ret_ask)
{
    ret_ask->from = message->from;
    ret_ask->to = message->to;
    ret_ask->epoch = message->epoch;
    if (message->to != 0 && message->from > message->to)
        return MP_EMALFORMED;
    return take_prefix(message->prefix, ret_ask);
}

static int take_who(const ProtobufCBinaryData *key, struct mp_ask *ret_ask)
{
    if (key->len != sizeof(ret_ask->public_key))
        return MP_EMALFORMED;
    memcpy(ret_ask->public_key, key->data, key->len);
    return 0;
}

static int take_outcome(const Milepost__V1__AskOutcome *message, struct mp_ask *ret_ask)
{
    if (message->submission.len != MP_UUID_BYTES || !is_within(message->agency, MP_AGENCY_ID_MOST))
        return MP_EMALFORMED;
    ret_ask->agency = message->agency;
    memcpy(ret_ask->submission.bytes, message->submission.data, MP_UUID_BYTES);
    return 0;
}

static int take_question(const Milepost__V1__Ask *message, struct mp_ask *ret_ask)
{
    switch (ret_ask->kind) {
    case MP_ASK_TOPICS:
        return take_prefix(message->topics->prefix, ret_ask);
    case MP_ASK_SNAPSHOT:
        return take_prefix(message->snapshot->prefix, ret_ask);
    case MP_ASK_REPLAY:
        return take_replay(message->replay, ret_ask);
    case MP_ASK_GET:
        return take_record(message->get->kind, message->get->id, message->get->as_of, ret_ask);
    case MP_ASK_LIST:
        return take_list(message->list, ret_ask);
    case MP_ASK_HISTORY:
        return take_record(message->history->kind, message->history->id, message->history->as_of,
                           ret_ask);
    case MP_ASK_WHO_AM_I:
        return take_who(&message->who_am_i->public_key, ret_ask);
    case MP_ASK_OUTCOME:
        return take_outcome(message->outcome, ret_ask);
    case MP_ASK_REGISTRY:
    case MP_ASK_EPOCHS:
        return 0;
    default:
        return MP_EMALFORMED;
    }
}

static int from_wire(const Milepost__V1__Ask *message, struct mp_ask *ret_ask)
{
    int number = (int)message->question_case - MP_KIND_NUMBERS;

    mp_ask_init(ret_ask, number < 0 ? MP_ASK_NONE : (enum mp_ask_kind)number);
    if (message->cursor.len > MP_CURSOR_MOST || message->limit > MP_PAGE_ROWS_MOST)
        return MP_EMALFORMED;
    ret_ask->cursor = mp_span_make(message->cursor.data, message->cursor.len);
    ret_ask->limit = message->limit;
    return take_question(message, ret_ask);
}

int mp_ask_decode(struct mp_span bytes, struct mp_arena *arena, struct mp_ask *ret_ask)
{
    struct mp_arena_mark before = mp_arena_mark(arena);
    struct mp_unpacker unpacker = mp_unpacker_make(arena);
    ProtobufCMessage *message;
    struct mp_fault fault;
    struct mp_ask ask;
    int result;

    if (bytes.size > MP_ASK_MOST)
        return MP_EMALFORMED;
    result = mp_unpack(&unpacker, &milepost__v1__ask__descriptor, bytes, &message, &fault);
    if (result == 0)
        result = from_wire((const void *)message, &ask);
    if (result != 0) {
        mp_arena_release(arena, before);
        return mp_fault_error(result, &fault);
    }
    *ret_ask = ask;
    return 0;
}
