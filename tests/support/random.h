/* Numbers that a seed decides, the same everywhere: splitmix64 (Steele, Lea, Flood: Fast splittable
 * pseudorandom number generators, 2014). */
#ifndef MP_TESTS_SUPPORT_RANDOM_H
#define MP_TESTS_SUPPORT_RANDOM_H

#include <stdint.h>

/* Its last steps: neighbours become strangers. */
static inline uint64_t test_mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

/* The next number of the sequence that the seed began. */
static inline uint64_t test_random(uint64_t *seed)
{
    return test_mix(*seed += UINT64_C(0x9e3779b97f4a7c15));
}

#endif
