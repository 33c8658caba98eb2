/* A bump allocator with a budget: many small pieces, freed together. Memory is zero-filled.
 * An allocation over the budget returns NULL; it never aborts. Not thread-safe. */
#ifndef MP_BASE_ARENA_H
#define MP_BASE_ARENA_H

#include "core/base/auto.h"
#include "core/base/span.h"

#include <stdarg.h>
#include <stddef.h>

struct mp_arena;

/* budget_bytes: the most that may be held at once (blocks included, rounding aside). NULL
 * when memory is short. */
struct mp_arena *mp_arena_new(size_t budget_bytes);
void mp_arena_free(struct mp_arena *arena);
MP_AUTO_DEFINE(struct mp_arena *, mp_arena_free);

/* Forgets everything allocated, keeps the first block for reuse. */
void mp_arena_reset(struct mp_arena *arena);

/* Zero-filled, aligned to 16 bytes; NULL over budget or out of memory. size 0 gives a valid
 * pointer. */
void *mp_arena_alloc(struct mp_arena *arena, size_t size_bytes);
/* count * size with overflow check. */
void *mp_arena_array(struct mp_arena *arena, size_t count, size_t size_bytes);
/* A NUL-terminated copy; NULL over budget. */
char *mp_arena_text(struct mp_arena *arena, struct mp_span bytes);
char *mp_arena_strdup(struct mp_arena *arena, const char *text);
/* A copy of the bytes; data NULL over budget (size then 0). */
struct mp_span mp_arena_copy(struct mp_arena *arena, struct mp_span bytes);
char *mp_arena_printf(struct mp_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *mp_arena_vprintf(struct mp_arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* A position to return to: everything allocated after the mark is forgotten. Marks nest. */
struct mp_arena_mark {
    void *block;
    size_t used;
};
struct mp_arena_mark mp_arena_mark(const struct mp_arena *arena);
void mp_arena_release(struct mp_arena *arena, struct mp_arena_mark mark);

size_t mp_arena_used_bytes(const struct mp_arena *arena);

#endif
