/* The types of fields: how each is shown, and what it is called. */
#include "clients/cli/fields_table.h"

#include "clients/cli/fields.h"
#include "core/base/auto.h"
#include "core/base/text.h"

static json_t *list_of(const struct mp_list *items)
{
    json_t *array = json_array();

    for (size_t i = 0; array != NULL && i < items->count; i++) {
        if (json_array_append_new(array, json_string(items->items[i])) != 0)
            json_decref(mp_take(array));
    }
    return array;
}

static json_t *uuid_of(const struct mp_uuid *uuid)
{
    char text[MP_UUID_TEXT];

    mp_uuid_format(uuid, text);
    return json_string(text);
}

static json_t *hash_of(const struct mp_source *source)
{
    char text[2 * sizeof source->sha256 + 1];

    mp_text_hex(mp_span_make(source->sha256, sizeof source->sha256), text);
    return json_string(text);
}

static json_t *slot_of(const struct mp_slot *slot)
{
    json_t *object = json_object();

    field_show_all(&object, &field_slot, slot);
    return object;
}

const char *const field_weekdays[FIELD_WEEKDAYS] = {"monday", "tuesday",  "wednesday", "thursday",
                                                    "friday", "saturday", "sunday"};

json_t *fields_weekend(uint8_t weekend)
{
    json_t *array = json_array();

    for (size_t i = 0; array != NULL && i < FIELD_WEEKDAYS; i++) {
        if ((weekend & (1u << i)) != 0 &&
            json_array_append_new(array, json_string(field_weekdays[i])) != 0)
            json_decref(mp_take(array));
    }
    return array;
}

static json_t *special_days_of(const struct mp_calendar_version *calendar)
{
    json_t *array = json_array();

    for (size_t i = 0; array != NULL && i < calendar->day_count; i++) {
        json_t *day = json_object();

        field_show_all(&day, &field_special_day, &calendar->days[i]);
        if (json_array_append_new(array, day) != 0)
            json_decref(mp_take(array));
    }
    return array;
}

/* Whether there is something to show. */
static bool is_there(enum field_type type, const void *at)
{
    switch (type) {
    case FIELD_TEXT:
        return *(const char *const *)at != NULL && **(const char *const *)at != '\0';
    case FIELD_LIST:
        return ((const struct mp_list *)at)->count > 0;
    case FIELD_CODE:
    case FIELD_COUNT:
        return *(const int *)at != 0;
    case FIELD_DAY:
        return *(const int32_t *)at != MP_DAY_NONE;
    case FIELD_DATE:
    case FIELD_PRECISION:
        return mp_date_is_set(*(const struct mp_date *)at);
    case FIELD_DURATION:
        return *(const int32_t *)at >= 0;
    case FIELD_LAG:
        return *(const int32_t *)at != MP_LAG_NONE;
    case FIELD_SEQ:
    case FIELD_TIME:
        return *(const uint64_t *)at != 0;
    case FIELD_FLAG:
        return *(const bool *)at;
    case FIELD_UUID:
        return !mp_uuid_is_nil(at);
    case FIELD_HASH:
        return ((const struct mp_source *)at)->has_sha256;
    case FIELD_SLOT:
        return ((const struct mp_slot *)at)->seq != 0;
    case FIELD_ID: /* fields_change sees to it */
    case FIELD_PERIOD:
    case FIELD_MADE:
        return false;
    default:
        return true;
    }
}

static json_t *value_of(const struct field *field, const void *at)
{
    switch (field->type) {
    case FIELD_LIST:
        return list_of(at);
    case FIELD_CODE:
        return fields_code(field->detail, *(const int *)at);
    case FIELD_DAY:
        return fields_day(*(const int32_t *)at);
    case FIELD_DATE:
        return fields_day(((const struct mp_date *)at)->day);
    case FIELD_PRECISION:
        return fields_code(MP_FAMILY_PRECISION, (int)((const struct mp_date *)at)->precision);
    case FIELD_COUNT:
    case FIELD_NUMBER:
    case FIELD_LAG:
    case FIELD_DURATION:
        return json_integer(*(const int32_t *)at);
    case FIELD_SEQ:
        return fields_u64(*(const uint64_t *)at);
    case FIELD_FLAG:
        return json_true();
    case FIELD_DECIMAL:
        return fields_decimal(*(const struct mp_decimal *)at);
    case FIELD_TIME:
        return fields_time(*(const int64_t *)at);
    case FIELD_UUID:
        return uuid_of(at);
    case FIELD_KEY:
        return fields_key(at);
    case FIELD_HASH:
        return hash_of(at);
    case FIELD_SLOT:
        return slot_of(at);
    case FIELD_WEEKEND:
        return fields_weekend(*(const uint8_t *)at);
    case FIELD_SPECIAL_DAYS:
        return special_days_of(at);
    default:
        return json_string(*(const char *const *)at);
    }
}

void field_show_all(json_t **object, const struct field_table *table, const void *base)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->fields[i];
        const void *at = (const char *)base + field->offset;

        if (is_there(field->type, at))
            fields_add(object, field->name, value_of(field, at));
    }
}

static const char *const type_names[] = {
    [FIELD_ID] = "text",           [FIELD_TEXT] = "text",        [FIELD_LIST] = "list of texts",
    [FIELD_CODE] = "code",         [FIELD_DAY] = "day",          [FIELD_PERIOD] = "text",
    [FIELD_DATE] = "day",          [FIELD_PRECISION] = "code",   [FIELD_COUNT] = "integer",
    [FIELD_LAG] = "integer",       [FIELD_DURATION] = "integer", [FIELD_SEQ] = "integer",
    [FIELD_FLAG] = "boolean",      [FIELD_DECIMAL] = "number",   [FIELD_TIME] = "time",
    [FIELD_UUID] = "text",         [FIELD_KEY] = "text",         [FIELD_HASH] = "text",
    [FIELD_SLOT] = "object",       [FIELD_NUMBER] = "integer",   [FIELD_WEEKEND] = "list of texts",
    [FIELD_SPECIAL_DAYS] = "list",
};

const char *field_type_name(const struct field *field)
{
    return field->type == FIELD_MADE ? field->doc_type : type_names[field->type];
}

bool field_is_written(const struct field *field)
{
    return field->type <= FIELD_WRITTEN_LAST;
}
