/* Assertions are for our own bugs, never for a peer's bytes. They stay in release builds. */
#ifndef MP_BASE_ASSERT_H
#define MP_BASE_ASSERT_H

_Noreturn void mp_assert_failed(const char *expression, const char *file, int line);

#define mp_assert(expression)                                                                      \
    ((expression) ? (void)0 : mp_assert_failed(#expression, __FILE__, __LINE__))

#endif
