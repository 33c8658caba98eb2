/* bench_run --folder=EMPTY_FOLDER --portfolio=FOLDER [--quick=1] [--long=1] [--json=FILE];
 * script/bench calls it. */
#include "tests/bench/run.h"

#include "tests/bench/measure.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct run *run = bench_allocate(1, sizeof(*run));
    const char *folder = bench_option(argv, "folder", NULL);
    const char *json = bench_option(argv, "json", "");
    char path[PATH_MAX] = "";

    (void)argc;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    run->quick = bench_number(argv, "quick", 0) != 0;
    run->seconds = bench_number(argv, "seconds", run->quick ? 0.4 : 2);
    run->portfolio = bench_option(argv, "portfolio", NULL);
    run->is_long = bench_number(argv, "long", 0) != 0;
    run->rounds = (unsigned)bench_number(argv, "rounds", run->quick ? 3 : 5);
    bench_need(run->rounds >= 1 && run->rounds <= ROUNDS_MOST, "--rounds=1 to %d", ROUNDS_MOST);
    if (json[0] != '\0' && json[0] != '/') {
        bench_need(getcwd(path, sizeof(path)) != NULL &&
                       strlen(path) + strlen(json) + 2 < sizeof(path),
                   "%s", json);
        (void)strcat(strcat(path, "/"), json);
        json = path;
    }
    bench_need(chdir(folder) == 0, "%s", folder);
    instance_start(&run->instance);
    plan_run(run);
    for (int service = SERVICES - 1; service >= 0; service--)
        instance_stop(&run->instance, (enum service)service);
    report(run, json);
    free(run);
    return 0;
}
