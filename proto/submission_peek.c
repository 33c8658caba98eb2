#include "proto/codec.h"
#include "proto/wire.h"

/* Numbers of message Submission. */
enum { FIELD_ID = 1, FIELD_CHANGES = 4 };

void mp_submission_peek_id(struct mp_span bytes, struct mp_uuid *ret_id)
{
    struct mp_wire wire = mp_wire_make(bytes);
    struct mp_uuid id = {0};

    while (mp_wire_next(&wire)) {
        if (wire.number != FIELD_ID || wire.type != MP_WIRE_BYTES ||
            wire.bytes.size != MP_UUID_BYTES)
            continue;
        memcpy(id.bytes, wire.bytes.data, MP_UUID_BYTES);
        break;
    }
    *ret_id = id;
}

struct mp_hash mp_submission_content_hash(struct mp_span bytes)
{
    struct mp_wire wire = mp_wire_make(bytes);
    struct mp_hash hash = {0};

    while (mp_wire_next(&wire))
        if (wire.number == FIELD_CHANGES && wire.type == MP_WIRE_BYTES)
            hash = mp_hash_chain(&hash, wire.bytes);
    return hash;
}
