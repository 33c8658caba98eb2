/* bench_floor KIND --option=value…: what the disk, LMDB and libzmq can do on this machine, now. */
#include "tests/bench/floor.h"

#include "core/base/auto.h"
#include "tests/bench/measure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    void (*run)(char **argv);
} kinds[] = {
    {"disk", floor_disk},
    {"lmdb", floor_lmdb},
    {"changes", floor_changes},
    {"one-way", floor_one_way},
    {"round-trip", floor_round_trip},
    {"fan-out", floor_fanout},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < MP_LENGTH(kinds); i++) {
        if (strcmp(argv[1], kinds[i].name) != 0)
            continue;
        kinds[i].run(argv + 2);
        return fflush(stdout) == 0 ? 0 : 1;
    }
    errno = 0;
    bench_fail("usage: bench_floor disk|lmdb|changes|one-way|round-trip|fan-out --option=value…");
}
