/* A borrowed run of bytes. Never owns. */
#ifndef MP_BASE_SPAN_H
#define MP_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct mp_span {
    const uint8_t *data;
    size_t size;
};

static inline struct mp_span mp_span_make(const void *data, size_t size)
{
    return (struct mp_span){.data = data, .size = size};
}

static inline struct mp_span mp_span_text(const char *text)
{
    return (struct mp_span){.data = (const uint8_t *)text, .size = strlen(text)};
}

static inline bool mp_span_equal(struct mp_span a, struct mp_span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool mp_span_starts_with(struct mp_span whole, struct mp_span start)
{
    return whole.size >= start.size &&
           (start.size == 0 || memcmp(whole.data, start.data, start.size) == 0);
}

#endif
