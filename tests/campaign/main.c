/* The test program, or one of the campaign's own processes: the tests start this program again. */
#include "tests/support/campaign_peer.h"

/* Seen from outside: Criterion finds it by name when it starts a test's process. */
__attribute__((visibility("default"))) int main(int argc, char **argv)
{
    struct criterion_test_set *tests;
    int status = 0;

    if (campaign_peer_main(argc, argv, &status))
        return status;
    tests = criterion_initialize();
    if (criterion_handle_args(argc, argv, true))
        status = !criterion_run_all_tests(tests);
    criterion_finalize(tests);
    return status;
}
