/* Locals that clean themselves. MP_AUTO(mp_arena_free) struct mp_arena *a = NULL; runs
 * mp_arena_free(a) when the scope ends; success takes the value out with mp_take(a).
 * Every _free/_close accepts NULL. */
#ifndef MP_BASE_AUTO_H
#define MP_BASE_AUTO_H

#include <stddef.h>

#define MP_AUTO_DEFINE(type, function)                                                             \
    static inline void function##_auto(type *slot)                                                 \
    {                                                                                              \
        if (*slot != NULL)                                                                         \
            function(*slot);                                                                       \
    }                                                                                              \
    struct mp_semicolon
#define MP_AUTO(function) __attribute__((cleanup(function##_auto)))

#define mp_take(slot)                                                                              \
    ({                                                                                             \
        __typeof__(slot) taken_ = (slot);                                                          \
        (slot) = NULL;                                                                             \
        taken_;                                                                                    \
    })

#define MP_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#endif
