#include "proto/map.h"

#include <string.h>

static int refuse(struct mp_fault *fault, enum mp_reject code, const char *field, const char *text)
{
    mp_fault_set(fault, code, field, text);
    return 1;
}

static int decode_change_kind(uint32_t number, const char *field, void *domain,
                              struct mp_fault *ret_fault)
{
    enum mp_change_kind kind = (enum mp_change_kind)number;

    if (number > MP_CHANGE_LAST)
        return refuse(ret_fault, MP_REJECT_CODE_UNKNOWN, field, "no such kind of change");
    memcpy(domain, &kind, sizeof(kind));
    return 0;
}

static int decode_duration(uint32_t plus_one, const char *field, int32_t *ret_days,
                           struct mp_fault *ret_fault)
{
    if (plus_one > INT32_MAX)
        return refuse(ret_fault, MP_REJECT_OUT_OF_RANGE, field, "more days than can be counted");
    *ret_days = (int32_t)plus_one - 1;
    return 0;
}

static int decode_lag(const struct mp_map_row *row, const void *message, int32_t lag_days,
                      int32_t *ret_days, struct mp_fault *ret_fault)
{
    Milepost__V1__Link__LagCase given;

    memcpy(&given, (const char *)message + row->count, sizeof(given));
    if (given == MILEPOST__V1__LINK__LAG__NOT_SET)
        lag_days = MP_LAG_NONE;
    else if (lag_days == MP_LAG_NONE)
        return refuse(ret_fault, MP_REJECT_OUT_OF_RANGE, row->name, "there is no such lag");
    *ret_days = lag_days;
    return 0;
}

static int decode_weekend(uint32_t bits, const char *field, uint8_t *ret_bits,
                          struct mp_fault *ret_fault)
{
    if (bits > 0x7f)
        return refuse(ret_fault, MP_REJECT_OUT_OF_RANGE, field, "a week has seven days");
    *ret_bits = (uint8_t)bits;
    return 0;
}

/* Of a repeated member. */
static size_t count_of(const struct mp_map_row *row, const void *message)
{
    size_t count;

    memcpy(&count, (const char *)message + row->count, sizeof(count));
    return count;
}

static int decode_key(const ProtobufCBinaryData *bytes, const char *field, uint8_t *ret_key,
                      struct mp_fault *ret_fault)
{
    if (bytes->len != 32)
        return refuse(ret_fault, MP_REJECT_MALFORMED, field, "a public key has 32 bytes");
    memcpy(ret_key, bytes->data, 32);
    return 0;
}

static void decode_list(char **items, size_t count, struct mp_list *ret_list)
{
    ret_list->items = (const char **)items;
    ret_list->count = count;
}

static void decode_title(const Milepost__V1__Title *message, struct mp_title *ret_title)
{
    *ret_title = (struct mp_title){.en = "", .ur = "", .zh = ""};
    if (message != NULL)
        *ret_title = (struct mp_title){.en = message->en, .ur = message->ur, .zh = message->zh};
}

static int decode_date(const Milepost__V1__Date *message, const char *field,
                       struct mp_date *ret_date, struct mp_fault *ret_fault)
{
    *ret_date = (struct mp_date){.day = 0, .precision = MP_PRECISION_NONE};
    if (message == NULL)
        return 0;
    if (message->precision == MILEPOST__V1__PRECISION__PRECISION_UNSPECIFIED)
        return refuse(ret_fault, MP_REJECT_REQUIRED, field,
                      "a date needs its precision: leave the date out, or give both");
    ret_date->day = message->day;
    ret_date->precision = (enum mp_precision)message->precision;
    return 0;
}

/* Absent: MP_DAY_NONE. */
static int decode_day(const Milepost__V1__Day *message, const char *field, int32_t *ret_day,
                      struct mp_fault *ret_fault)
{
    if (message != NULL && message->day == MP_DAY_NONE)
        return refuse(ret_fault, MP_REJECT_DATE_IMPOSSIBLE, field, "there is no such day");
    *ret_day = message == NULL ? MP_DAY_NONE : message->day;
    return 0;
}

static int decode_decimal(const Milepost__V1__Decimal *message, const char *field,
                          struct mp_decimal *ret_decimal, struct mp_fault *ret_fault)
{
    if (message == NULL)
        return refuse(ret_fault, MP_REJECT_REQUIRED, field, "a figure has to be given");
    *ret_decimal = (struct mp_decimal){.unscaled = message->unscaled, .scale = message->scale};
    return 0;
}

/* Pointers and numbers are moved by memcpy: the two structs name their types differently. */
static int decode_row(const struct mp_map_row *row, const void *message,
                      struct mp_unpacker *unpacker, void *domain, struct mp_fault *ret_fault)
{
    const void *from = (const char *)message + row->wire;
    void *to = (char *)domain + row->domain;
    const void *pointer;
    uint32_t number;
    bool flag;

    memcpy(&number, from, sizeof(number));
    if (row->op == MP_MAP_NUMBER) {
        memcpy(to, &number, sizeof(number));
        return 0;
    }
    if (row->op == MP_MAP_BOOL) {
        flag = number != 0;
        memcpy(to, &flag, sizeof(flag));
        return 0;
    }
    if (row->op == MP_MAP_CHANGE_KIND)
        return decode_change_kind(number, row->name, to, ret_fault);
    if (row->op == MP_MAP_WEEKEND)
        return decode_weekend(number, row->name, to, ret_fault);
    if (row->op == MP_MAP_DURATION)
        return decode_duration(number, row->name, to, ret_fault);
    if (row->op == MP_MAP_LAG)
        return decode_lag(row, message, (int32_t)number, to, ret_fault);
    if (row->op == MP_MAP_KEY)
        return decode_key(from, row->name, to, ret_fault);
    memcpy(&pointer, from, sizeof(pointer));
    switch (row->op) {
    case MP_MAP_TEXT:
        memcpy(to, from, sizeof(char *));
        return 0;
    case MP_MAP_LONG:
        memcpy(to, from, sizeof(uint64_t));
        return 0;
    case MP_MAP_LIST:
        decode_list((char **)pointer, count_of(row, message), to);
        return 0;
    case MP_MAP_CALENDAR_DAYS:
        return mp_calendar_days_from_wire((Milepost__V1__CalendarDay *const *)pointer,
                                          count_of(row, message), unpacker, to, ret_fault);
    case MP_MAP_TITLE:
        decode_title(pointer, to);
        return 0;
    case MP_MAP_DATE:
        return decode_date(pointer, row->name, to, ret_fault);
    case MP_MAP_DAY:
        return decode_day(pointer, row->name, to, ret_fault);
    default: /* MP_MAP_DECIMAL */
        return decode_decimal(pointer, row->name, to, ret_fault);
    }
}

int mp_map_decode(const struct mp_map *map, const ProtobufCMessage *message,
                  struct mp_unpacker *unpacker, void *domain, struct mp_fault *ret_fault)
{
    int result = 0;

    for (size_t i = 0; result == 0 && i < map->row_count; i++)
        result = decode_row(&map->rows[i], message, unpacker, domain, ret_fault);
    return result;
}

static int decode_source(const Milepost__V1__Source *message, struct mp_source *ret_source,
                         struct mp_fault *ret_fault)
{
    if (message == NULL)
        return 0;
    if (message->sha256.len != 0 && message->sha256.len != sizeof(ret_source->sha256))
        return refuse(ret_fault, MP_REJECT_MALFORMED, "source.sha256", "a SHA-256 has 32 bytes");
    ret_source->reference = message->reference;
    ret_source->page = message->page;
    ret_source->has_sha256 = message->sha256.len != 0;
    if (ret_source->has_sha256)
        memcpy(ret_source->sha256, message->sha256.data, sizeof(ret_source->sha256));
    return 0;
}

int mp_change_from_wire(const Milepost__V1__Change *message, struct mp_unpacker *unpacker,
                        struct mp_change *ret_change, struct mp_fault *ret_fault)
{
    enum mp_change_kind kind = (enum mp_change_kind)((int)message->kind_case - MP_KIND_NUMBERS);
    const struct mp_map *map = mp_map_of_change(kind);

    if (map == NULL)
        return refuse(ret_fault, MP_REJECT_REQUIRED, "kind",
                      "says no change that is known here: give one");
    mp_change_init(ret_change, kind);
    if (message->expected != NULL) {
        ret_change->has_expected = true;
        ret_change->expected.epoch = message->expected->epoch;
        ret_change->expected.seq = message->expected->seq;
    }
    ret_change->said_by = message->said_by;
    ret_change->note = message->note;
    if (decode_day(message->stated_on, "stated_on", &ret_change->stated_on, ret_fault) != 0 ||
        decode_source(message->source, &ret_change->source, ret_fault) != 0)
        return 1;
    /* Every member of a union begins where it does; so do the pointers of the oneof. */
    return mp_map_decode(map, &message->term->base, unpacker, &ret_change->term, ret_fault);
}
