#include "core/base/assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

_Noreturn void mp_assert_failed(const char *expression, const char *file, int line)
{
    char text[512];
    int length =
        snprintf(text, sizeof(text), "%s:%d: assertion failed: %s\n", file, line, expression);

    if (length > (int)sizeof(text) - 1)
        length = (int)sizeof(text) - 1;
    /* Nothing can be done about a failed write on the way down. */
    if (length > 0 && write(STDERR_FILENO, text, (size_t)length) < 0)
        abort();
    abort();
}
