/* Single values as JSON. */
#include "clients/cli/fields.h"
#include "clients/cli/fields_table.h"
#include "core/base/clock.h"
#include "core/bus/bus.h"

#include <inttypes.h>
#include <stdlib.h>

#define EXACT_MOST  (UINT64_C(1) << 53)
#define DIGITS_MOST 15

void fields_add(json_t **object, const char *name, json_t *value)
{
    if (*object == NULL) {
        json_decref(value);
        return;
    }
    /* json_object_set_new takes the value even when it fails, NULL too. */
    if (json_object_set_new(*object, name, value) != 0) {
        json_decref(*object);
        *object = NULL;
    }
}

json_t *fields_u64(uint64_t number)
{
    char text[24];

    if (number <= EXACT_MOST)
        return json_integer((json_int_t)number);
    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    return json_string(text);
}

json_t *fields_time(int64_t wall_us)
{
    char text[28];

    mp_clock_format_utc(wall_us, text);
    return json_string(text);
}

json_t *fields_decimal(struct mp_decimal value)
{
    char text[MP_DECIMAL_TEXT];
    size_t digits = 0;

    mp_decimal_format(value, text);
    for (const char *at = text; *at != '\0'; at++)
        digits += *at >= '0' && *at <= '9';
    if (digits > DIGITS_MOST)
        return json_string(text);
    return value.scale == 0 ? json_integer((json_int_t)value.unscaled) : json_real(atof(text));
}

json_t *fields_day(int32_t number)
{
    char text[MP_DAY_TEXT];

    mp_day_format(number, text);
    return json_string(text);
}

json_t *fields_code(int family, int number)
{
    const char *name = mp_code_name((enum mp_code_family)family, number);

    return json_string(name == NULL ? "" : name);
}

json_t *fields_list(const struct mp_list *items)
{
    json_t *array = json_array();

    for (size_t i = 0; array != NULL && i < items->count; i++) {
        if (json_array_append_new(array, json_string(items->items[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

json_t *fields_key(const uint8_t *key)
{
    char text[MP_KEY_TEXT];

    mp_key_format(key, text);
    return json_string(text);
}

json_t *fields_uuid(const struct mp_uuid *uuid)
{
    char text[MP_UUID_TEXT];

    mp_uuid_format(uuid, text);
    return json_string(text);
}
