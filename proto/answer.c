#include "proto/codec.h"

#include "milepost/v1/submit.pb-c.h"
#include "proto/unpack.h"

#define ANSWER_MOST 65536

static int from_wire(const Milepost__V1__Answer *message, struct mp_answer *ret_answer)
{
    if (message->id.len != 0 && message->id.len != MP_UUID_BYTES)
        return MP_EMALFORMED;
    if (message->id.len != 0)
        memcpy(ret_answer->id.bytes, message->id.data, MP_UUID_BYTES);
    ret_answer->epoch = message->epoch;
    ret_answer->restored_head = message->restored_head;
    switch (message->outcome_case) {
    case MILEPOST__V1__ANSWER__OUTCOME_ACCEPTED:
        ret_answer->outcome = MP_OUTCOME_ACCEPTED;
        ret_answer->first_seq = message->accepted->first_seq;
        ret_answer->last_seq = message->accepted->last_seq;
        return 0;
    case MILEPOST__V1__ANSWER__OUTCOME_REJECTED:
        ret_answer->outcome = MP_OUTCOME_REJECTED;
        /* A newer ledger may have codes that are not known here: the message says it in words. */
        ret_answer->rejection.code = (enum mp_reject)message->rejected->code;
        ret_answer->rejection.field = message->rejected->field;
        ret_answer->rejection.message = message->rejected->message;
        return message->rejected->code == MP_REJECT_NONE ? MP_EMALFORMED : 0;
    case MILEPOST__V1__ANSWER__OUTCOME_BUSY:
        ret_answer->outcome = MP_OUTCOME_BUSY;
        ret_answer->retry_after_ms = message->busy->retry_after_ms;
        ret_answer->why = (enum mp_busy_why)message->busy->why;
        return 0;
    default:
        return MP_EMALFORMED;
    }
}

int mp_answer_decode(struct mp_span bytes, struct mp_arena *arena, struct mp_answer *ret_answer)
{
    struct mp_arena_mark before = mp_arena_mark(arena);
    struct mp_unpacker unpacker = mp_unpacker_make(arena);
    struct mp_answer answer = {.rejection = {.field = "", .message = ""}};
    ProtobufCMessage *message;
    struct mp_fault fault;
    int result;

    if (bytes.size > ANSWER_MOST)
        return MP_EMALFORMED;
    result = mp_unpack(&unpacker, &milepost__v1__answer__descriptor, bytes, &message, &fault);
    if (result == 0)
        result = from_wire((const void *)message, &answer);
    if (result != 0) {
        mp_arena_release(arena, before);
        return mp_fault_error(result, &fault);
    }
    *ret_answer = answer;
    return 0;
}

int mp_answer_encode(const struct mp_answer *answer, struct mp_buffer *buffer)
{
    Milepost__V1__Answer message = MILEPOST__V1__ANSWER__INIT;
    Milepost__V1__Accepted accepted = MILEPOST__V1__ACCEPTED__INIT;
    Milepost__V1__Rejected rejected = MILEPOST__V1__REJECTED__INIT;
    Milepost__V1__Busy busy = MILEPOST__V1__BUSY__INIT;

    if (!mp_uuid_is_nil(&answer->id)) {
        message.id.data = (uint8_t *)(uintptr_t)answer->id.bytes;
        message.id.len = MP_UUID_BYTES;
    }
    message.epoch = answer->epoch;
    message.restored_head = answer->restored_head;
    switch (answer->outcome) {
    case MP_OUTCOME_ACCEPTED:
        accepted.first_seq = answer->first_seq;
        accepted.last_seq = answer->last_seq;
        message.outcome_case = MILEPOST__V1__ANSWER__OUTCOME_ACCEPTED;
        message.accepted = &accepted;
        break;
    case MP_OUTCOME_REJECTED:
        rejected.code = answer->rejection.code;
        rejected.field = (char *)(uintptr_t)answer->rejection.field;
        rejected.message = (char *)(uintptr_t)answer->rejection.message;
        message.outcome_case = MILEPOST__V1__ANSWER__OUTCOME_REJECTED;
        message.rejected = &rejected;
        break;
    case MP_OUTCOME_BUSY:
        busy.retry_after_ms = answer->retry_after_ms;
        busy.why = (Milepost__V1__BusyWhy)answer->why;
        message.outcome_case = MILEPOST__V1__ANSWER__OUTCOME_BUSY;
        message.busy = &busy;
        break;
    default:
        return MP_EINVAL;
    }
    return mp_pack(&message.base, buffer);
}
