#include "proto/map.h"

#include <string.h>

/* protobuf-c's structs are not const, but packing changes nothing. */
static char *borrowed(const char *text)
{
    return (char *)(uintptr_t)text;
}

static Milepost__V1__Title *encode_title(const struct mp_title *title, struct mp_arena *arena)
{
    Milepost__V1__Title *message = mp_arena_alloc(arena, sizeof(*message));

    if (message == NULL)
        return NULL;
    milepost__v1__title__init(message);
    message->en = borrowed(title->en);
    message->ur = borrowed(title->ur);
    message->zh = borrowed(title->zh);
    return message;
}

static bool title_is_empty(const struct mp_title *title)
{
    return title->en[0] == '\0' && title->ur[0] == '\0' && title->zh[0] == '\0';
}

static Milepost__V1__Date *encode_date(const struct mp_date *date, struct mp_arena *arena)
{
    Milepost__V1__Date *message = mp_arena_alloc(arena, sizeof(*message));

    if (message == NULL)
        return NULL;
    milepost__v1__date__init(message);
    message->day = date->day;
    message->precision = (Milepost__V1__Precision)date->precision;
    return message;
}

static Milepost__V1__Day *encode_day(int32_t day, struct mp_arena *arena)
{
    Milepost__V1__Day *message = mp_arena_alloc(arena, sizeof(*message));

    if (message == NULL)
        return NULL;
    milepost__v1__day__init(message);
    message->day = day;
    return message;
}

static Milepost__V1__Decimal *encode_decimal(const struct mp_decimal *decimal,
                                             struct mp_arena *arena)
{
    Milepost__V1__Decimal *message = mp_arena_alloc(arena, sizeof(*message));

    if (message == NULL)
        return NULL;
    milepost__v1__decimal__init(message);
    message->unscaled = decimal->unscaled;
    message->scale = decimal->scale;
    return message;
}

/* Whether the sub-message is left out: what is not given is not sent. */
static bool is_absent(const struct mp_map_row *row, const void *from)
{
    int32_t day;

    switch (row->op) {
    case MP_MAP_TITLE:
        return title_is_empty(from);
    case MP_MAP_DATE:
        return !mp_date_is_set(*(const struct mp_date *)from);
    case MP_MAP_DAY:
        memcpy(&day, from, sizeof(day));
        return day == MP_DAY_NONE;
    default:
        return false;
    }
}

static const void *encode_part(const struct mp_map_row *row, const void *from,
                               struct mp_arena *arena)
{
    int32_t day;

    switch (row->op) {
    case MP_MAP_TITLE:
        return encode_title(from, arena);
    case MP_MAP_DATE:
        return encode_date(from, arena);
    case MP_MAP_DAY:
        memcpy(&day, from, sizeof(day));
        return encode_day(day, arena);
    default: /* MP_MAP_DECIMAL */
        return encode_decimal(from, arena);
    }
}

static void encode_lag(const struct mp_map_row *row, int32_t lag_days, void *message)
{
    Milepost__V1__Link__LagCase given = MILEPOST__V1__LINK__LAG_LAG_DAYS;

    if (lag_days == MP_LAG_NONE)
        return;
    memcpy((char *)message + row->count, &given, sizeof(given));
    memcpy((char *)message + row->wire, &lag_days, sizeof(lag_days));
}

static bool encode_calendar_days(const struct mp_map_row *row,
                                 const struct mp_calendar_version *version, void *message,
                                 struct mp_arena *arena)
{
    Milepost__V1__CalendarDay **days = mp_calendar_days_to_wire(version, arena);

    memcpy((char *)message + row->wire, &days, sizeof(days));
    memcpy((char *)message + row->count, &version->day_count, sizeof(version->day_count));
    return days != NULL || version->day_count == 0;
}

static bool encode_row(const struct mp_map_row *row, const void *domain, void *message,
                       struct mp_arena *arena)
{
    const void *from = (const char *)domain + row->domain;
    void *to = (char *)message + row->wire;
    ProtobufCBinaryData key = {.len = 32, .data = (uint8_t *)(uintptr_t)from};
    const struct mp_list *list = from;
    const void *part;
    uint32_t number;
    bool flag;

    switch (row->op) {
    case MP_MAP_TEXT:
        memcpy(to, from, sizeof(char *));
        return true;
    case MP_MAP_LONG:
        memcpy(to, from, sizeof(uint64_t));
        return true;
    case MP_MAP_NUMBER:
    case MP_MAP_CHANGE_KIND:
        memcpy(to, from, sizeof(number));
        return true;
    case MP_MAP_BOOL:
        memcpy(&flag, from, sizeof(flag));
        number = flag ? 1 : 0;
        memcpy(to, &number, sizeof(number));
        return true;
    case MP_MAP_WEEKEND:
        number = *(const uint8_t *)from;
        memcpy(to, &number, sizeof(number));
        return true;
    case MP_MAP_CALENDAR_DAYS:
        return encode_calendar_days(row, from, message, arena);
    case MP_MAP_DURATION:
        memcpy(&number, from, sizeof(number));
        number++;
        memcpy(to, &number, sizeof(number));
        return true;
    case MP_MAP_LAG:
        encode_lag(row, *(const int32_t *)from, message);
        return true;
    case MP_MAP_KEY:
        memcpy(to, &key, sizeof(key));
        return true;
    case MP_MAP_LIST:
        memcpy(to, &list->items, sizeof(list->items));
        memcpy((char *)message + row->count, &list->count, sizeof(list->count));
        return true;
    default:
        part = is_absent(row, from) ? NULL : encode_part(row, from, arena);
        memcpy(to, &part, sizeof(part));
        return part != NULL || is_absent(row, from);
    }
}

ProtobufCMessage *mp_map_encode(const struct mp_map *map, const void *domain,
                                struct mp_arena *arena)
{
    ProtobufCMessage *message = mp_arena_alloc(arena, map->type->sizeof_message);

    if (message == NULL)
        return NULL;
    protobuf_c_message_init(map->type, message);
    for (size_t i = 0; i < map->row_count; i++) {
        if (!encode_row(&map->rows[i], domain, message, arena))
            return NULL;
    }
    return message;
}

static Milepost__V1__Revision *encode_revision(const struct mp_revision *revision,
                                               struct mp_arena *arena)
{
    Milepost__V1__Revision *message = mp_arena_alloc(arena, sizeof(*message));

    if (message == NULL)
        return NULL;
    milepost__v1__revision__init(message);
    message->epoch = revision->epoch;
    message->seq = revision->seq;
    return message;
}

static bool source_is_empty(const struct mp_source *source)
{
    return source->reference[0] == '\0' && source->page[0] == '\0' && !source->has_sha256;
}

static Milepost__V1__Source *encode_source(const struct mp_source *source, struct mp_arena *arena)
{
    Milepost__V1__Source *message = mp_arena_alloc(arena, sizeof(*message));

    if (message == NULL)
        return NULL;
    milepost__v1__source__init(message);
    message->reference = borrowed(source->reference);
    message->page = borrowed(source->page);
    if (source->has_sha256) {
        message->sha256.data = (uint8_t *)(uintptr_t)source->sha256;
        message->sha256.len = sizeof(source->sha256);
    }
    return message;
}

int mp_change_to_wire(const struct mp_change *change, struct mp_arena *arena,
                      Milepost__V1__Change **ret_message)
{
    const struct mp_map *map = mp_map_of_change(change->kind);
    Milepost__V1__Change *message;
    bool has_day = change->stated_on != MP_DAY_NONE;
    bool has_source = !source_is_empty(&change->source);
    ProtobufCMessage *kind;

    if (map == NULL)
        return MP_EINVAL;
    message = mp_arena_alloc(arena, sizeof(*message));
    kind = mp_map_encode(map, &change->term, arena);
    if (message == NULL || kind == NULL)
        return MP_ENOMEM;
    milepost__v1__change__init(message);
    message->said_by = borrowed(change->said_by);
    message->note = borrowed(change->note);
    message->kind_case = (Milepost__V1__Change__KindCase)(change->kind + MP_KIND_NUMBERS);
    message->term = (void *)kind;
    if (change->has_expected)
        message->expected = encode_revision(&change->expected, arena);
    if (has_day)
        message->stated_on = encode_day(change->stated_on, arena);
    if (has_source)
        message->source = encode_source(&change->source, arena);
    if ((change->has_expected && message->expected == NULL) ||
        (has_day && message->stated_on == NULL) || (has_source && message->source == NULL))
        return MP_ENOMEM;
    *ret_message = message;
    return 0;
}
