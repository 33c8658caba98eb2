#include "core/domain/decimal.h"

#include <stddef.h>

static const int64_t powers[] = {1,      10,      100,      1000,      10000,
                                 100000, 1000000, 10000000, 100000000, 1000000000};

static uint32_t readable_scale(uint32_t scale)
{
    return scale > MP_DECIMAL_SCALE_MOST ? MP_DECIMAL_SCALE_MOST : scale;
}

/* Digits only; the count of them, appended to *value, which is kept negative because that side has
 * room for one more. -1 on overflow. */
static int take_digits(const char **text, int64_t *value)
{
    int count = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++, count++) {
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_sub_overflow(*value, **text - '0', value))
            return -1;
    }
    return count;
}

/* Whether the text has the form of a decimal, whatever its size. */
static bool has_form(const char *text)
{
    text += *text == '-';
    size_t whole = 0, part = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        whole++;
    if (*text == '\0')
        return whole > 0;
    if (*text++ != '.')
        return false;
    for (; *text >= '0' && *text <= '9'; text++)
        part++;
    return whole > 0 && part > 0 && *text == '\0';
}

int mp_decimal_parse(const char *text, struct mp_decimal *ret_decimal)
{
    if (!has_form(text))
        return MP_EMALFORMED;
    bool is_negative = *text == '-';
    text += is_negative;

    int64_t value = 0;
    int scale = 0;
    if (take_digits(&text, &value) < 0)
        return MP_EINVAL;
    if (*text == '.') {
        text++;
        scale = take_digits(&text, &value);
    }
    if (scale < 0 || scale > MP_DECIMAL_SCALE_MOST || (!is_negative && value == INT64_MIN))
        return MP_EINVAL;
    *ret_decimal =
        (struct mp_decimal){.unscaled = is_negative ? value : -value, .scale = (uint32_t)scale};
    return 0;
}

/* From the last digit to the first; an out-of-range scale is read as the largest. */
void mp_decimal_format(struct mp_decimal decimal, char text[static MP_DECIMAL_TEXT])
{
    bool is_negative = decimal.unscaled < 0;
    uint64_t rest = is_negative ? 0 - (uint64_t)decimal.unscaled : (uint64_t)decimal.unscaled;
    uint32_t scale = readable_scale(decimal.scale);
    char reversed[MP_DECIMAL_TEXT];
    size_t size = 0;

    for (uint32_t place = 0; rest > 0 || place <= scale; place++) {
        if (place == scale && scale > 0)
            reversed[size++] = '.';
        reversed[size++] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (is_negative)
        reversed[size++] = '-';
    for (size_t i = 0; i < size; i++)
        text[i] = reversed[size - 1 - i];
    text[size] = '\0';
}

bool mp_decimal_is_valid(struct mp_decimal decimal)
{
    return decimal.scale <= MP_DECIMAL_SCALE_MOST;
}

int mp_decimal_compare(struct mp_decimal a, struct mp_decimal b)
{
    __int128 left = (__int128)a.unscaled * powers[MP_DECIMAL_SCALE_MOST - readable_scale(a.scale)];
    __int128 right = (__int128)b.unscaled * powers[MP_DECIMAL_SCALE_MOST - readable_scale(b.scale)];
    return (left > right) - (left < right);
}

double mp_decimal_to_double(struct mp_decimal decimal)
{
    return (double)decimal.unscaled / (double)powers[readable_scale(decimal.scale)];
}
