#include "core/base/text.h"

#include "core/base/error.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#define DISTANCE_MOST 63
#define EACH(byte)    (UINT64_C(0x0101010101010101) * (byte))

/* Length of the well-formed sequence at the start of the bytes (RFC 3629, section 4), else 0. */
static size_t sequence_length(const uint8_t *bytes, size_t left)
{
    uint8_t lead = bytes[0], low = 0x80, high = 0xbf;
    size_t length;

    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (left < length)
        return 0;
    if (lead == 0xe0)
        low = 0xa0; /* else overlong */
    if (lead == 0xed)
        high = 0x9f; /* else a surrogate */
    if (lead == 0xf0)
        low = 0x90;
    if (lead == 0xf4)
        high = 0x8f; /* else beyond U+10FFFF */
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    }
    return length;
}

/* Whether each of eight bytes is from 0x20 to 0x7e. A byte of a word is below n, all being below
 * 0x80, where subtracting n from it borrows. */
static bool is_plain(const uint8_t *bytes)
{
    uint64_t word, deletes;

    memcpy(&word, bytes, sizeof(word));
    deletes = word ^ EACH(0x7f);
    return ((word | (word - EACH(0x20)) | (deletes - EACH(1))) & EACH(0x80)) == 0;
}

size_t mp_text_plain_size(struct mp_span bytes)
{
    size_t at = 0;

    if (bytes.size < 8)
        return 0;
    for (; bytes.size - at >= 8; at += 8) {
        if (!is_plain(bytes.data + at))
            return at;
    }
    return is_plain(bytes.data + bytes.size - 8) ? bytes.size : at;
}

bool mp_text_is_utf8(struct mp_span bytes)
{
    for (size_t at = mp_text_plain_size(bytes), length; at < bytes.size; at += length) {
        length = sequence_length(bytes.data + at, bytes.size - at);
        if (length == 0)
            return false;
    }
    return true;
}

bool mp_text_has_control(struct mp_span bytes)
{
    for (size_t i = mp_text_plain_size(bytes); i < bytes.size; i++) {
        uint8_t byte = bytes.data[i];

        if ((byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7f)
            return true;
        /* U+0080 to U+009F: terminals obey some of them. */
        if (byte == 0xc2 && i + 1 < bytes.size && bytes.data[i + 1] >= 0x80 &&
            bytes.data[i + 1] <= 0x9f)
            return true;
    }
    return false;
}

int mp_text_parse_i64(const char *text, int64_t low, int64_t high, int64_t *ret_value)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    char *end;
    long long value;

    /* strtoll also takes spaces and '+', which are not wanted here. */
    if (!isdigit((unsigned char)digits[0]))
        return MP_EINVAL;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < low || value > high)
        return MP_EINVAL;
    *ret_value = value;
    return 0;
}

void mp_text_hex(struct mp_span bytes, char *text)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.size; i++) {
        text[2 * i] = digits[bytes.data[i] >> 4];
        text[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    text[2 * bytes.size] = '\0';
}

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

int mp_text_parse_hex(const char *text, uint8_t *bytes, size_t size)
{
    if (strlen(text) != 2 * size)
        return MP_EMALFORMED;
    for (size_t i = 0; i < 2 * size; i++) {
        if (hex_digit(text[i]) < 0)
            return MP_EMALFORMED;
    }
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(hex_digit(text[2 * i]) * 16 + hex_digit(text[2 * i + 1]));
    return 0;
}

/* Levenshtein's, and two letters that changed places count once (optimal string alignment): the row
 * of the letter before, and the one before that. */
unsigned mp_text_distance(const char *a, const char *b)
{
    size_t a_length = strnlen(a, DISTANCE_MOST + 1), b_length = strnlen(b, DISTANCE_MOST + 1);
    unsigned row[DISTANCE_MOST + 1], before[DISTANCE_MOST + 1] = {0};

    if (a_length > DISTANCE_MOST || b_length > DISTANCE_MOST)
        return UINT_MAX;
    for (size_t j = 0; j <= b_length; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned diagonal = row[0], swapped = 0; /* before[j - 2] */

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            unsigned above = row[j];
            unsigned best = diagonal + (a[i - 1] != b[j - 1] ? 1 : 0);
            unsigned two_back = swapped;

            if (above + 1 < best)
                best = above + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                two_back + 1 < best)
                best = two_back + 1;
            swapped = before[j - 1];
            before[j - 1] = diagonal;
            diagonal = above;
            row[j] = best;
        }
    }
    return row[b_length];
}

struct mp_text_nearest mp_text_nearest_to(const char *word)
{
    return (struct mp_text_nearest){.word = word, .distance = DISTANCE_MOST};
}

bool mp_text_is_near(unsigned distance, size_t a_size, size_t b_size)
{
    return distance <= ((a_size > b_size ? a_size : b_size) + 1) / 3;
}

void mp_text_nearest_try(struct mp_text_nearest *nearest, const char *name)
{
    unsigned distance = mp_text_distance(nearest->word, name);

    if (distance >= nearest->distance ||
        !mp_text_is_near(distance, strlen(nearest->word), strlen(name)))
        return;
    nearest->distance = distance;
    nearest->name = name;
}
