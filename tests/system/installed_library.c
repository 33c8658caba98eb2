#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

Test(installed_library, a_stranger_can_build_and_run_the_example)
{
    const char *source = getenv("MILEPOST_SOURCE"), *build = getenv("MILEPOST_BUILD");
    char script[512];
    int status = -1;
    pid_t child;

    cr_assert_not_null(source, "run by ctest, which sets MILEPOST_SOURCE and MILEPOST_BUILD");
    cr_assert_not_null(build);
    (void)snprintf(script, sizeof script, "%s/tests/system/installed_library.sh", source);
    child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", script, source, build, (char *)NULL);
        _exit(127);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "its messages are above");
}
