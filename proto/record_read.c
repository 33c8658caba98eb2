#include "proto/record_read.h"

#include "milepost/v1/record.pb-c.h"
#include "proto/check.h"

#include <stddef.h>

const char *mp_read_text(struct mp_wire *wire, struct mp_arena *arena)
{
    struct mp_span bytes = mp_wire_bytes_once(wire);
    const char *text;

    if (bytes.size == 0)
        return "";
    if (!mp_wire_text_is_clean(bytes)) {
        mp_wire_fail(wire);
        return "";
    }
    text = mp_arena_text(arena, bytes);
    if (text == NULL)
        wire->reader.error = MP_ENOMEM;
    return text == NULL ? "" : text;
}

static uint32_t read_u32(struct mp_wire *wire)
{
    uint64_t value = mp_wire_number_once(wire);

    if (value > UINT32_MAX)
        mp_wire_fail(wire);
    return (uint32_t)value;
}

/* Zigzag: 0, -1, 1, -2 … */
static int64_t read_s64(struct mp_wire *wire)
{
    uint64_t value = mp_wire_number_once(wire);

    return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

static int32_t read_s32(struct mp_wire *wire)
{
    uint32_t value = read_u32(wire);

    return (int32_t)(value >> 1 ^ (0 - (value & 1)));
}

static int read_code(struct mp_wire *wire, const ProtobufCEnumDescriptor *type)
{
    uint64_t number = mp_wire_number_once(wire);

    if (!mp_enum_has(type, number))
        mp_wire_fail(wire);
    return (int)number;
}

/* A message within the one at hand. */
static struct mp_wire enter(struct mp_wire *wire)
{
    return mp_wire_make(mp_wire_bytes_once(wire));
}

static void leave(struct mp_wire *wire, const struct mp_wire *inner)
{
    if (inner->reader.error != 0)
        wire->reader.error = inner->reader.error;
}

static bool has(const struct mp_wire *wire, unsigned number)
{
    return (wire->seen >> number & 1) != 0;
}

static void read_title(struct mp_wire *wire, struct mp_arena *arena, struct mp_title *title)
{
    struct mp_wire inner = enter(wire);

    while (mp_wire_next(&inner)) {
        if (inner.number == 1)
            title->en = mp_read_text(&inner, arena);
        else if (inner.number == 2)
            title->ur = mp_read_text(&inner, arena);
        else if (inner.number == 3)
            title->zh = mp_read_text(&inner, arena);
    }
    leave(wire, &inner);
}

static void read_date(struct mp_wire *wire, struct mp_date *date)
{
    struct mp_wire inner = enter(wire);

    while (mp_wire_next(&inner)) {
        if (inner.number == 1)
            date->day = read_s32(&inner);
        else if (inner.number == 2)
            date->precision =
                (enum mp_precision)read_code(&inner, &milepost__v1__precision__descriptor);
    }
    leave(wire, &inner);
    if (!mp_date_is_set(*date))
        mp_wire_fail(wire);
}

static void read_decimal(struct mp_wire *wire, struct mp_decimal *decimal)
{
    struct mp_wire inner = enter(wire);

    while (mp_wire_next(&inner)) {
        if (inner.number == 1)
            decimal->unscaled = read_s64(&inner);
        else if (inner.number == 2)
            decimal->scale = read_u32(&inner);
    }
    leave(wire, &inner);
}

static void read_slot(struct mp_wire *wire, struct mp_slot *slot)
{
    struct mp_wire inner = enter(wire);

    while (mp_wire_next(&inner)) {
        if (inner.number == 1)
            slot->seq = mp_wire_number_once(&inner);
        else if (inner.number == 2)
            slot->stated_on = read_s32(&inner);
        else if (inner.number == 3)
            read_date(&inner, &slot->date);
        else if (inner.number == 4)
            slot->reason = (enum mp_reason)read_code(&inner, &milepost__v1__reason__descriptor);
    }
    leave(wire, &inner);
    if (slot->seq == 0)
        mp_wire_fail(wire);
}

static void read_progress(struct mp_wire *wire, struct mp_milestone_record *milestone)
{
    struct mp_wire inner = enter(wire);

    while (mp_wire_next(&inner)) {
        if (inner.number == 1)
            milestone->progress.seq = mp_wire_number_once(&inner);
        else if (inner.number == 2)
            milestone->progress.stated_on = read_s32(&inner);
        else if (inner.number == 3)
            read_decimal(&inner, &milestone->progress.percent);
    }
    leave(wire, &inner);
    if (!has(&inner, 3))
        mp_wire_fail(wire);
}

static void read_stated(struct mp_wire *wire, struct mp_milestone_record *milestone)
{
    struct mp_wire inner = enter(wire);

    while (mp_wire_next(&inner)) {
        if (inner.number == 1)
            milestone->stated.seq = mp_wire_number_once(&inner);
        else if (inner.number == 2)
            milestone->stated.stated_on = read_s32(&inner);
        else if (inner.number == 3)
            milestone->stated.status = (enum mp_milestone_status)read_code(
                &inner, &milepost__v1__milestone_status__descriptor);
    }
    leave(wire, &inner);
}

static void read_duration(struct mp_wire *wire, int32_t *duration_days)
{
    uint32_t plus_one = read_u32(wire);

    if (plus_one > INT32_MAX)
        mp_wire_fail(wire);
    else
        *duration_days = (int32_t)plus_one - 1;
}

static void read_definition(struct mp_wire *wire, struct mp_arena *arena,
                            struct mp_milestone *definition)
{
    struct mp_wire inner = enter(wire);

    while (mp_wire_next(&inner)) {
        if (inner.number == 1)
            definition->id = mp_read_text(&inner, arena);
        else if (inner.number == 2)
            read_title(&inner, arena, &definition->title);
        else if (inner.number == 3)
            definition->type = (enum mp_milestone_type)read_code(
                &inner, &milepost__v1__milestone_type__descriptor);
        else if (inner.number == 4)
            definition->code = mp_read_text(&inner, arena);
        else if (inner.number == 5)
            definition->weight = read_u32(&inner);
        else if (inner.number == 6)
            definition->start = mp_read_text(&inner, arena);
        else if (inner.number == 7)
            read_duration(&inner, &definition->duration_days);
        else if (inner.number == 8)
            definition->calendar = mp_read_text(&inner, arena);
    }
    leave(wire, &inner);
}

/* By the number of the field; 0 where there is no slot. */
static const size_t slots[] = {
#define SLOT(number, member) [number] = offsetof(struct mp_milestone_record, member)
    SLOT(2, first),      SLOT(3, approved),    SLOT(4, forecast),
    SLOT(5, met),        SLOT(6, confirmed),   SLOT(7, suspension),
    SLOT(8, resumption), SLOT(12, rebaseline), SLOT(13, forecast_before),
#undef SLOT
};

int mp_read_milestone(struct mp_span bytes, struct mp_arena *arena,
                      struct mp_milestone_record *ret_milestone)
{
    struct mp_wire wire = mp_wire_make(bytes);

    *ret_milestone = (struct mp_milestone_record){.definition = {.id = "",
                                                                 .title = {"", "", ""},
                                                                 .code = "",
                                                                 .start = "",
                                                                 .duration_days = -1,
                                                                 .calendar = ""}};
    while (mp_wire_next(&wire)) {
        if (wire.number < MP_LENGTH(slots) && slots[wire.number] != 0)
            read_slot(&wire, (void *)((char *)ret_milestone + slots[wire.number]));
        else if (wire.number == 1)
            read_definition(&wire, arena, &ret_milestone->definition);
        else if (wire.number == 9)
            read_progress(&wire, ret_milestone);
        else if (wire.number == 10)
            read_stated(&wire, ret_milestone);
        else if (wire.number == 11)
            ret_milestone->cancelled_seq = mp_wire_number_once(&wire);
    }
    return wire.reader.error == 0 && !has(&wire, 1) ? MP_EMALFORMED : wire.reader.error;
}

/* Given, it is a number of days. */
static int32_t read_lag(struct mp_wire *wire)
{
    int32_t lag_days = read_s32(wire);

    if (lag_days == MP_LAG_NONE)
        wire->reader.error = MP_EMALFORMED;
    return lag_days;
}

int mp_read_link(struct mp_span bytes, struct mp_arena *arena, struct mp_link *ret_link)
{
    struct mp_wire wire = mp_wire_make(bytes);

    *ret_link = (struct mp_link){
        .predecessor = "", .successor = "", .calendar = "", .lag_days = MP_LAG_NONE};
    while (mp_wire_next(&wire)) {
        if (wire.number == 1)
            ret_link->predecessor = mp_read_text(&wire, arena);
        else if (wire.number == 2)
            ret_link->successor = mp_read_text(&wire, arena);
        else if (wire.number == 3)
            ret_link->type =
                (enum mp_link_type)read_code(&wire, &milepost__v1__link_type__descriptor);
        else if (wire.number == 4)
            ret_link->lag_days = read_lag(&wire);
        else if (wire.number == 5)
            ret_link->calendar = mp_read_text(&wire, arena);
    }
    return wire.reader.error;
}
