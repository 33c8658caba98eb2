/* Small things about text. */
#ifndef MP_BASE_TEXT_H
#define MP_BASE_TEXT_H

#include "core/base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* The size of a start that is printable ASCII, as far as looking at eight bytes at once shows it.
 */
size_t mp_text_plain_size(struct mp_span bytes);
/* Whether the bytes are UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). */
bool mp_text_is_utf8(struct mp_span bytes);
/* Whether there is a NUL or another control character except tab and newline. */
bool mp_text_has_control(struct mp_span bytes);
/* Whole text is a decimal number within [low, high]: 0, else MP_EINVAL. */
int mp_text_parse_i64(const char *text, int64_t low, int64_t high, int64_t *ret_value);
/* Lower-case hex, NUL-terminated: text must hold 2 * size + 1. */
void mp_text_hex(struct mp_span bytes, char *text);
/* Exactly size bytes of hex or MP_EMALFORMED. */
int mp_text_parse_hex(const char *text, uint8_t *bytes, size_t size);
/* Edit distance, for "did you mean", in which letters that changed places count once; text longer
 * than 63 bytes counts as far. */
unsigned mp_text_distance(const char *a, const char *b);
/* Whether texts of these lengths are so near that one may be the other mistyped: about a third of
 * the longer one differs. */
bool mp_text_is_near(unsigned distance, size_t a_size, size_t b_size);
/* The nearest of the names that were tried and are near; of equal ones the first. NULL: none is.
 * Texts are borrowed. */
struct mp_text_nearest {
    const char *word, *name;
    unsigned distance; /* a nearer one is wanted */
};
struct mp_text_nearest mp_text_nearest_to(const char *word);
void mp_text_nearest_try(struct mp_text_nearest *nearest, const char *name);

#endif
