#include "core/base/arena.h"

#include "core/base/assert.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK_BYTES   ((size_t)4 << 10)
#define LARGEST_BLOCK_BYTES ((size_t)1 << 20)
#define ALIGNMENT           16

struct block {
    struct block *next;
    size_t capacity;
    size_t used;
    alignas(ALIGNMENT) uint8_t data[];
};

/* Blocks from first to current are in use; those behind current are kept for reuse. */
struct mp_arena {
    struct block *first;
    struct block *current; /* NULL: nothing allocated */
    size_t budget;
    size_t held; /* capacity of all blocks, kept ones too */
};

static size_t rounded(size_t size)
{
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

struct mp_arena *mp_arena_new(size_t budget_bytes)
{
    struct mp_arena *arena = calloc(1, sizeof(*arena));

    if (arena != NULL)
        arena->budget = budget_bytes > SIZE_MAX - ALIGNMENT ? budget_bytes : rounded(budget_bytes);
    return arena;
}

void mp_arena_free(struct mp_arena *arena)
{
    if (arena == NULL)
        return;
    for (struct block *block = arena->first, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

static struct block **behind_current(struct mp_arena *arena)
{
    return arena->current == NULL ? &arena->first : &arena->current->next;
}

/* Only the largest block survives, so that a loop over messages of one size stops calling malloc,
 * and one great message does not stay for ever. */
void mp_arena_reset(struct mp_arena *arena)
{
    struct block *kept = NULL;

    arena->current = NULL;
    if (arena->first != NULL && arena->first->next == NULL &&
        arena->first->capacity <= LARGEST_BLOCK_BYTES)
        return;
    for (struct block *block = arena->first, *next; block != NULL; block = next) {
        struct block *dropped = block;

        next = block->next;
        if (block->capacity <= LARGEST_BLOCK_BYTES &&
            (kept == NULL || block->capacity > kept->capacity)) {
            dropped = kept;
            kept = block;
        }
        free(dropped);
    }
    arena->first = kept;
    arena->held = 0;
    if (kept != NULL) {
        kept->next = NULL;
        arena->held = kept->capacity;
    }
}

/* A block with room for size (already rounded) as the new current one; false over budget. */
static bool add_block(struct mp_arena *arena, size_t size)
{
    size_t last = arena->current == NULL ? 0 : arena->current->capacity;
    size_t capacity = last == 0 ? FIRST_BLOCK_BYTES : last;
    struct block **place = behind_current(arena);
    struct block *block;

    while ((block = *place) != NULL && block->capacity < size) {
        *place = block->next;
        arena->held -= block->capacity;
        free(block);
    }
    if (block == NULL) {
        if (last != 0 && last < LARGEST_BLOCK_BYTES)
            capacity = last * 2;
        if (capacity > LARGEST_BLOCK_BYTES)
            capacity = LARGEST_BLOCK_BYTES;
        if (capacity > arena->budget - arena->held)
            capacity = (arena->budget - arena->held) & ~(size_t)(ALIGNMENT - 1);
        if (capacity < size)
            capacity = size;
        if (capacity > arena->budget - arena->held)
            return false;
        block = malloc(sizeof(*block) + capacity);
        if (block == NULL)
            return false;
        block->next = NULL;
        block->capacity = capacity;
        arena->held += capacity;
        *place = block;
    }
    block->used = 0;
    arena->current = block;
    return true;
}

void *mp_arena_alloc(struct mp_arena *arena, size_t size_bytes)
{
    struct block *block = arena->current;
    size_t size;
    uint8_t *piece;

    if (size_bytes > arena->budget)
        return NULL;
    size = size_bytes == 0 ? 1 : size_bytes;
    if (size > SIZE_MAX - ALIGNMENT - sizeof(struct block))
        return NULL;
    size = rounded(size);
    if (block == NULL || size > block->capacity - block->used) {
        if (!add_block(arena, size))
            return NULL;
        block = arena->current;
    }
    piece = block->data + block->used;
    block->used += size;
    return memset(piece, 0, size);
}

void *mp_arena_array(struct mp_arena *arena, size_t count, size_t size_bytes)
{
    size_t whole;

    if (__builtin_mul_overflow(count, size_bytes, &whole))
        return NULL;
    return mp_arena_alloc(arena, whole);
}

char *mp_arena_text(struct mp_arena *arena, struct mp_span bytes)
{
    char *text = bytes.size == SIZE_MAX ? NULL : mp_arena_alloc(arena, bytes.size + 1);

    if (text != NULL && bytes.size > 0)
        memcpy(text, bytes.data, bytes.size);
    return text;
}

char *mp_arena_strdup(struct mp_arena *arena, const char *text)
{
    return mp_arena_text(arena, mp_span_text(text));
}

struct mp_span mp_arena_copy(struct mp_arena *arena, struct mp_span bytes)
{
    uint8_t *copy = mp_arena_alloc(arena, bytes.size);

    if (copy == NULL)
        return mp_span_make(NULL, 0);
    if (bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    return mp_span_make(copy, bytes.size);
}

char *mp_arena_vprintf(struct mp_arena *arena, const char *format, va_list arguments)
{
    va_list again;
    char *text = NULL;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    if (length >= 0)
        text = mp_arena_alloc(arena, (size_t)length + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *mp_arena_printf(struct mp_arena *arena, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = mp_arena_vprintf(arena, format, arguments);
    va_end(arguments);
    return text;
}

struct mp_arena_mark mp_arena_mark(const struct mp_arena *arena)
{
    return (struct mp_arena_mark){
        .block = arena->current,
        .used = arena->current == NULL ? 0 : arena->current->used,
    };
}

void mp_arena_release(struct mp_arena *arena, struct mp_arena_mark mark)
{
    arena->current = mark.block;
    if (arena->current != NULL) {
        mp_assert(mark.used <= arena->current->used);
        arena->current->used = mark.used;
    }
}

size_t mp_arena_used_bytes(const struct mp_arena *arena)
{
    size_t used = 0;

    if (arena->current == NULL)
        return 0;
    for (const struct block *block = arena->first; block != NULL; block = block->next) {
        used += block->used;
        if (block == arena->current)
            break;
    }
    return used;
}
