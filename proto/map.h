/* Rows that say which member of a wire message is which member of a domain struct, so that both
 * ways of the conversion are one loop. Private to this folder. */
#ifndef MP_PROTO_MAP_H
#define MP_PROTO_MAP_H

#include "core/domain/change.h"
#include "milepost/v1/change.pb-c.h"
#include "proto/unpack.h"

enum mp_map_op {                      /* wire member ↔ domain member */
                 MP_MAP_TEXT,         /* string ↔ const char * */
                 MP_MAP_NUMBER,       /* enum, uint32, sint32 ↔ the same, 4 bytes */
                 MP_MAP_LONG,         /* uint64 ↔ uint64_t */
                 MP_MAP_BOOL,         /* bool ↔ bool */
                 MP_MAP_CHANGE_KIND,  /* uint32 ↔ enum mp_change_kind */
                 MP_MAP_DURATION,     /* uint32, plus one ↔ int32_t, -1 none */
                 MP_MAP_LAG,          /* sint32 of a oneof ↔ int32_t, MP_LAG_NONE */
                 MP_MAP_KEY,          /* bytes ↔ uint8_t[32] */
                 MP_MAP_LIST,         /* repeated string ↔ struct mp_list */
                 MP_MAP_TITLE,        /* Title or absent ↔ struct mp_title */
                 MP_MAP_DATE,         /* Date or absent ↔ struct mp_date, precision none */
                 MP_MAP_DAY,          /* Day or absent ↔ int32_t, MP_DAY_NONE */
                 MP_MAP_DECIMAL,      /* Decimal, required ↔ struct mp_decimal */
                 MP_MAP_WEEKEND,      /* uint32 ↔ uint8_t */
                 MP_MAP_CALENDAR_DAYS /* repeated CalendarDay ↔ days of struct mp_calendar_version
                                       */
};

struct mp_map_row {
    enum mp_map_op op;
    uint16_t wire;  /* offsets of the members */
    uint16_t count; /* of a list's n_ member, of a oneof's case */
    uint16_t domain;
    const char *name;
};

struct mp_map {
    const ProtobufCMessageDescriptor *type;
    const struct mp_map_row *rows;
    size_t row_count;
};

/* The oneofs' number of a kind, of change or of record, is this and the kind's own. */
#define MP_KIND_NUMBERS 10

/* Of the part of struct mp_change that the kind has in its union; NULL for a number that is no
 * kind. mp_record's union has the same structs. */
const struct mp_map *mp_map_of_change(enum mp_change_kind kind);

/* Texts and lists are shared with the message. 0; 1 with *ret_fault (its field is a row's name);
 * MP_ENOMEM. */
int mp_map_decode(const struct mp_map *map, const ProtobufCMessage *message,
                  struct mp_unpacker *unpacker, void *domain,
                  struct mp_fault *ret_fault) MP_CHECK_RESULT;
/* A message in the arena that shares the domain struct's texts; NULL over the budget. */
ProtobufCMessage *mp_map_encode(const struct mp_map *map, const void *domain,
                                struct mp_arena *arena);

/* *ret_change may be partly written on failure. 0; 1 with *ret_fault; MP_ENOMEM. */
int mp_change_from_wire(const Milepost__V1__Change *message, struct mp_unpacker *unpacker,
                        struct mp_change *ret_change, struct mp_fault *ret_fault) MP_CHECK_RESULT;
/* 0, MP_EINVAL (no such kind), MP_ENOMEM. */
int mp_change_to_wire(const struct mp_change *change, struct mp_arena *arena,
                      Milepost__V1__Change **ret_message) MP_CHECK_RESULT;

int mp_calendar_days_from_wire(Milepost__V1__CalendarDay *const *messages, size_t count,
                               struct mp_unpacker *unpacker,
                               struct mp_calendar_version *ret_version,
                               struct mp_fault *ret_fault) MP_CHECK_RESULT;
/* NULL over the budget, or when there are none. */
Milepost__V1__CalendarDay **mp_calendar_days_to_wire(const struct mp_calendar_version *version,
                                                     struct mp_arena *arena);

#endif
