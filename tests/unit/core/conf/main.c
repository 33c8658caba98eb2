#include "tests/unit/core/conf/fixture.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

TestSuite(conf_main, .init = conf_set_up, .fini = conf_tear_down);

/* Runs mp_conf_main with one output caught. */
static bool run(int caught, char **argv, struct conf_target *target, int *ret_status, char *text,
                size_t size)
{
    int ends[2], saved = dup(caught), argc = 0;
    ssize_t got;
    bool go_on;

    while (argv[argc] != NULL)
        argc++;
    cr_assert_eq(pipe(ends), 0);
    fflush(NULL);
    dup2(ends[1], caught);
    go_on = mp_conf_main(&conf_table, argc, argv, conf_arena, target, ret_status);
    fflush(NULL);
    dup2(saved, caught);
    close(ends[1]);
    got = read(ends[0], text, size - 1);
    text[got > 0 ? got : 0] = '\0';
    close(ends[0]);
    close(saved);
    return go_on;
}

#define ARGV(...)  ((char *[]){(char *)(uintptr_t) "program", __VA_ARGS__, NULL})
#define WORD(text) ((char *)(uintptr_t)(text))

Test(conf_main, loads_the_file_and_goes_on)
{
    struct conf_target target;
    char text[4096], joined[5000];
    const char *file = conf_file("folder: /f\n");
    int status = 7;

    cr_assert(run(STDOUT_FILENO, ARGV(WORD("--config"), WORD(file), WORD("--sync")), &target,
                  &status, text, sizeof(text)));
    cr_assert_str_eq(target.folder, "/f");
    cr_assert(target.sync);
    cr_assert_str_eq(text, "");
    snprintf(joined, sizeof(joined), "--config=%s", file);
    cr_assert(run(STDOUT_FILENO, ARGV(joined), &target, &status, text, sizeof(text)));
    cr_assert_str_eq(target.folder, "/f");
}

Test(conf_main, check_config_says_and_exits)
{
    struct conf_target target;
    char text[4096];
    int status = 7;

    cr_assert_not(
        run(STDOUT_FILENO,
            ARGV(WORD("--config"), WORD(conf_file("folder: /f\n")), WORD("--check-config")),
            &target, &status, text, sizeof(text)));
    cr_assert_eq(status, 0);
    cr_assert_str_eq(text, "milepost-test: the configuration is valid\n");
    cr_assert_not(run(STDERR_FILENO,
                      ARGV(WORD("--check-config"), WORD("--config"), WORD(conf_file("fold: /f\n"))),
                      &target, &status, text, sizeof(text)));
    cr_assert_eq(status, 2);
    cr_assert_not_null(strstr(text, ":1: unknown key 'fold'; did you mean 'folder'?\n"));
    cr_assert_not(run(STDERR_FILENO, ARGV(WORD("--config")), &target, &status, text, sizeof(text)));
    cr_assert_eq(status, 2);
    cr_assert_str_eq(text, "milepost-test: --config: needs a file\n");
}

Test(conf_main, help_and_version_are_printed)
{
    struct conf_target target;
    char text[8192];
    int status = 7;

    cr_assert_not(run(STDOUT_FILENO, ARGV(WORD("--help")), &target, &status, text, sizeof(text)));
    cr_assert_eq(status, 0);
    for (size_t i = 0; i < conf_table.key_count; i++) {
        cr_assert_not_null(strstr(text, conf_table.keys[i].name));
        cr_assert_not_null(strstr(text, conf_table.keys[i].help));
    }
    cr_assert_not_null(strstr(text, "(1 to 64) [16]\n"));
    cr_assert_not_null(strstr(text, "[required]"));
    cr_assert_not(
        run(STDOUT_FILENO, ARGV(WORD("--version")), &target, &status, text, sizeof(text)));
    cr_assert_str_eq(text, "milepost-test " MP_VERSION "\n");
}
