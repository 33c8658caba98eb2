/* A set of small numbers that gives its least or its largest: bits in four levels, each bit above
 * standing for a word below. Every operation takes four steps at most; memory is a bit a number. */
#ifndef MP_DOMAIN_SCHEDULE_QUEUE_H
#define MP_DOMAIN_SCHEDULE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define MP_QUEUE_LEVELS 4 /* 64 to the fourth: MP_SCHEDULE_NODES_MOST */

struct mp_queue {
    uint64_t *words; /* of all levels */
    uint64_t *levels[MP_QUEUE_LEVELS];
    size_t word_count;
};

/* false when out of memory. Numbers below count may be put in. */
static inline bool mp_queue_init(struct mp_queue *queue, size_t count)
{
    size_t sizes[MP_QUEUE_LEVELS], at = 0;

    queue->word_count = 0;
    for (size_t i = 0; i < MP_QUEUE_LEVELS; i++) {
        count = count / 64 + 1;
        sizes[i] = count;
        queue->word_count += count;
    }
    queue->words = calloc(queue->word_count, sizeof(*queue->words));
    for (size_t i = 0; i < MP_QUEUE_LEVELS && queue->words != NULL; at += sizes[i++])
        queue->levels[i] = queue->words + at;
    return queue->words != NULL;
}

static inline void mp_queue_done(struct mp_queue *queue)
{
    free(queue->words);
    queue->words = NULL;
}

static inline void mp_queue_put(struct mp_queue *queue, uint32_t number)
{
    for (size_t i = 0; i < MP_QUEUE_LEVELS; i++) {
        uint64_t *word = &queue->levels[i][number / 64];
        bool is_there = *word != 0;

        *word |= UINT64_C(1) << (number % 64);
        if (is_there)
            return;
        number /= 64;
    }
}

static inline void mp_queue_remove(struct mp_queue *queue, uint32_t number)
{
    for (size_t i = 0; i < MP_QUEUE_LEVELS; i++) {
        uint64_t *word = &queue->levels[i][number / 64];

        *word &= ~(UINT64_C(1) << (number % 64));
        if (*word != 0)
            return;
        number /= 64;
    }
}

/* Takes out the least, or the largest; false when it is empty. */
static inline bool mp_queue_take(struct mp_queue *queue, bool is_largest, uint32_t *ret_number)
{
    uint32_t number = 0;

    if (queue->levels[MP_QUEUE_LEVELS - 1][0] == 0)
        return false;
    for (size_t i = MP_QUEUE_LEVELS; i-- > 0;) {
        uint64_t word = queue->levels[i][number];
        int bit = is_largest ? 63 - __builtin_clzll(word) : __builtin_ctzll(word);

        number = number * 64 + (uint32_t)bit;
    }
    mp_queue_remove(queue, number);
    *ret_number = number;
    return true;
}

#endif
