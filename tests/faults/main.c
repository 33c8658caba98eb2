/* The tests, or, with --drive, one of the programs that they put faults under: a process of its
 * own, of which nothing but its output and its files is believed. */
#include "tests/faults/drive.h"

#include <criterion/criterion.h>
#include <string.h>

/* Criterion looks for it by its name in the workers, which are this program again. */
__attribute__((visibility("default"))) int main(int argc, char **argv)
{
    struct criterion_test_set *tests;
    int status = 0;

    if (argc > 2 && strcmp(argv[1], "--drive") == 0)
        return drive(argc - 2, argv + 2);
    tests = criterion_initialize();
    if (criterion_handle_args(argc, argv, true))
        status = !criterion_run_all_tests(tests);
    criterion_finalize(tests);
    return status;
}
