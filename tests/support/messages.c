#include "tests/support/messages.h"

#include "core/base/auto.h"
#include "milepost/v1/ask.pb-c.h"
#include "milepost/v1/feed.pb-c.h"
#include "milepost/v1/record.pb-c.h"
#include "milepost/v1/submit.pb-c.h"
#include "proto/unpack.h"

#include <stdlib.h>

#define ARENA_BYTES ((size_t)64 << 20)
#define BYTES_MOST  ((size_t)16 << 20)

const ProtobufCMessageDescriptor *const message_roots[MESSAGE_ROOTS] = {
    &milepost__v1__submission__descriptor,
    &milepost__v1__answer__descriptor,
    &milepost__v1__event__descriptor,
    &milepost__v1__events__descriptor,
    &milepost__v1__heartbeat__descriptor,
    &milepost__v1__record__descriptor,
    &milepost__v1__ask__descriptor,
    &milepost__v1__page__descriptor,
    &milepost__v1__topic_position__descriptor,
    &milepost__v1__history_row__descriptor,
    &milepost__v1__record_row__descriptor,
    &milepost__v1__outcome__descriptor,
};

static bool same_fault(const struct mp_fault *a, const struct mp_fault *b)
{
    return a->code == b->code && strcmp(a->field, b->field) == 0 && strcmp(a->text, b->text) == 0;
}

/* Ours as both write it, and theirs as we write it, which leaves out what the schema does not name.
 */
static const char *compare(const ProtobufCMessage *ours, const ProtobufCMessage *theirs)
{
    struct mp_buffer our_bytes, their_bytes;
    size_t size = protobuf_c_message_get_packed_size(ours);
    uint8_t *packed = malloc(size + 1);
    const char *difference = NULL;

    mp_buffer_init(&our_bytes, BYTES_MOST);
    mp_buffer_init(&their_bytes, BYTES_MOST);
    if (packed == NULL || mp_pack(ours, &our_bytes) != 0 || mp_pack(theirs, &their_bytes) != 0)
        difference = "it cannot be written";
    else if (protobuf_c_message_pack(ours, packed) != size ||
             !mp_span_equal(mp_span_make(packed, size), mp_buffer_span(&our_bytes)))
        difference = "it is written otherwise";
    else if (!mp_span_equal(mp_buffer_span(&our_bytes), mp_buffer_span(&their_bytes)))
        difference = "it is read otherwise";
    free(packed);
    mp_buffer_done(&our_bytes);
    mp_buffer_done(&their_bytes);
    return difference;
}

const char *messages_differ(const ProtobufCMessageDescriptor *type, struct mp_span bytes)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(ARENA_BYTES);
    struct mp_unpacker unpacker = mp_unpacker_make(arena);
    struct mp_fault checked = {.text = ""}, unpacked = {.text = ""};
    ProtobufCMessage *ours = NULL, *theirs;
    const char *difference;
    int result;

    if (arena == NULL)
        return "there is no memory";
    result = mp_unpack(&unpacker, type, bytes, &ours, &unpacked);
    if (mp_wire_check(type, bytes, &checked) != result)
        return "checking and unpacking do not agree";
    if (result != 0)
        return same_fault(&checked, &unpacked) ? NULL : "the faults are not the same";
    theirs = protobuf_c_message_unpack(type, NULL, bytes.size,
                                       bytes.size == 0 ? (const uint8_t *)"" : bytes.data);
    if (theirs == NULL)
        return "protobuf-c does not take it";
    difference = compare(ours, theirs);
    protobuf_c_message_free_unpacked(theirs, NULL);
    return difference;
}
