#include "tests/unit/clients/lib/sockets.h"

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/bus/bus.h"

#include <criterion/criterion.h>

#define DEADLINE_MS 10000

void bind_soon(void *socket, const char *address)
{
    int64_t until = mp_clock_monotonic_ms(&mp_clock_system) + DEADLINE_MS;
    int result;

    do
        result = mp_socket_bind(socket, address);
    while (result == MP_EBUSY && mp_clock_monotonic_ms(&mp_clock_system) < until);
    cr_assert_eq(result, 0);
}
