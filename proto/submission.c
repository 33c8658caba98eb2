#include "proto/codec.h"

#include "milepost/v1/submit.pb-c.h"
#include "proto/map.h"

#include <stdio.h>

static int refuse(struct mp_fault *fault, enum mp_reject code, const char *field, const char *text)
{
    mp_fault_set(fault, code, field, text);
    return 1;
}

static int decode_ids(const Milepost__V1__Submission *message, struct mp_submission *ret_submission,
                      struct mp_fault *ret_fault)
{
    if (message->id.len != MP_UUID_BYTES)
        return refuse(ret_fault, MP_REJECT_ID_INVALID, "id",
                      "an id has 16 bytes: give a UUID of version 7 or 8");
    if (message->after.len != 0 && message->after.len != MP_UUID_BYTES)
        return refuse(
            ret_fault, MP_REJECT_ID_INVALID, "after",
            "an id has 16 bytes, or none: give the id of the submission before, or nothing");
    memcpy(ret_submission->id.bytes, message->id.data, MP_UUID_BYTES);
    if (message->after.len != 0)
        memcpy(ret_submission->after.bytes, message->after.data, MP_UUID_BYTES);
    return 0;
}

static void put_index_before(struct mp_fault *fault, size_t index)
{
    char field[MP_FAULT_FIELD];

    snprintf(field, sizeof(field), "changes[%zu].%.120s", index, fault->field);
    memcpy(fault->field, field, sizeof(field));
}

static int decode(struct mp_span bytes, struct mp_unpacker *unpacker,
                  struct mp_submission *ret_submission, struct mp_fault *ret_fault)
{
    const Milepost__V1__Submission *message;
    ProtobufCMessage *base;
    int result =
        mp_unpack(unpacker, &milepost__v1__submission__descriptor, bytes, &base, ret_fault);

    if (result != 0)
        return result;
    message = (const void *)base;
    if (decode_ids(message, ret_submission, ret_fault) != 0)
        return 1;
    ret_submission->sent_at_us = message->sent_at_us;
    ret_submission->change_count = message->n_changes;
    ret_submission->changes =
        mp_unpacker_array(unpacker, message->n_changes, sizeof(*ret_submission->changes));
    if (ret_submission->changes == NULL)
        return mp_unpacker_short(unpacker, ret_fault);
    for (size_t i = 0; result == 0 && i < message->n_changes; i++) {
        result = mp_change_from_wire(message->changes[i], unpacker, &ret_submission->changes[i],
                                     ret_fault);
        if (result == 1)
            put_index_before(ret_fault, i);
    }
    return result;
}

int mp_submission_decode(struct mp_span bytes, struct mp_arena *arena,
                         struct mp_submission *ret_submission, struct mp_rejection *ret_rejection)
{
    struct mp_arena_mark before = mp_arena_mark(arena);
    struct mp_unpacker unpacker = mp_unpacker_make(arena);
    struct mp_submission submission = {.change_count = 0};
    struct mp_fault fault;
    int result;

    if (bytes.size > MP_SUBMISSION_MOST)
        result = refuse(&fault, MP_REJECT_TOO_LARGE, "",
                        "longer than 65536 bytes: split it into several submissions");
    else
        result = decode(bytes, &unpacker, &submission, &fault);
    if (result == 0) {
        *ret_submission = submission;
        return 0;
    }
    mp_arena_release(arena, before);
    if (result < 0)
        return result;
    *ret_submission = (struct mp_submission){.change_count = 0};
    mp_submission_peek_id(bytes, &ret_submission->id);
    return mp_reject(ret_rejection, arena, fault.code,
                     fault.field[0] == '\0' ? "submission" : fault.field, "%s", fault.text);
}

static int to_wire(const struct mp_submission *submission, struct mp_arena *arena,
                   Milepost__V1__Submission *message)
{
    int result = 0;

    milepost__v1__submission__init(message);
    message->id.data = (uint8_t *)(uintptr_t)submission->id.bytes;
    message->id.len = MP_UUID_BYTES;
    if (!mp_uuid_is_nil(&submission->after)) {
        message->after.data = (uint8_t *)(uintptr_t)submission->after.bytes;
        message->after.len = MP_UUID_BYTES;
    }
    message->sent_at_us = submission->sent_at_us;
    message->n_changes = submission->change_count;
    message->changes = mp_arena_array(arena, submission->change_count, sizeof(void *));
    if (message->changes == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < submission->change_count && result == 0; i++)
        result = mp_change_to_wire(&submission->changes[i], arena, &message->changes[i]);
    return result;
}

int mp_submission_encode(const struct mp_submission *submission, struct mp_arena *arena,
                         struct mp_buffer *buffer)
{
    struct mp_arena_mark before = mp_arena_mark(arena);
    Milepost__V1__Submission message;
    int result = to_wire(submission, arena, &message);

    if (result == 0 && protobuf_c_message_get_packed_size(&message.base) > MP_SUBMISSION_MOST)
        result = MP_ETOOBIG;
    if (result == 0)
        result = mp_pack(&message.base, buffer);
    mp_arena_release(arena, before);
    return result;
}
