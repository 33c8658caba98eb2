#include "core/base/log.h"
#include "tests/unit/core/conf/fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

TestSuite(conf_reload, .init = conf_set_up, .fini = conf_tear_down);

struct leveled {
    const char *log_level;
    int64_t rooms;
};

static const struct mp_conf_key keys[] = {
    {"log-level", MP_CONF_TEXT, 0, 0, "info", "", offsetof(struct leveled, log_level)},
    {"rooms", MP_CONF_NUMBER, 1, 9, "1", "", offsetof(struct leveled, rooms)},
};
static const struct mp_conf_table table = {"program", "", keys, 2};

static void rewrite(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
}

/* Whether a debug line reaches stderr now. */
static bool tells_debug(void)
{
    int ends[2], saved = dup(STDERR_FILENO);
    char byte;

    cr_assert_eq(pipe(ends), 0);
    cr_assert_geq(dup2(ends[1], STDERR_FILENO), 0);
    close(ends[1]);
    mp_log(MP_LOG_DEBUG, "a detail", NULL);
    cr_assert_geq(dup2(saved, STDERR_FILENO), 0);
    close(saved);
    bool told = read(ends[0], &byte, 1) == 1;
    close(ends[0]);
    return told;
}

Test(conf_reload, the_level_is_taken_over_and_a_fault_leaves_everything_as_it_was)
{
    char file[512], flag[] = "--config", why[256] = "";
    struct leveled target;
    int status;

    snprintf(file, sizeof(file), "%s", conf_file("log-level: info\n"));
    char *argv[] = {flag, flag, file, NULL};
    cr_assert(mp_conf_main(&table, 3, argv, conf_arena, &target, &status));
    cr_assert_not(tells_debug());

    rewrite(file, "log-level: debug\nrooms: 3\n");
    cr_assert_eq(mp_conf_reload(&table, why, sizeof(why)), 0, "%s", why);
    cr_assert(tells_debug());
    cr_assert_eq(target.rooms, 1, "what a process runs with changes at a restart only");

    rewrite(file, "log-level: error\nrooms: 99\n");
    cr_assert_eq(mp_conf_reload(&table, why, sizeof(why)), MP_ECONFIG);
    cr_assert_not_null(strstr(why, "rooms"), "%s", why);
    cr_assert(tells_debug());

    rewrite(file, "log-level: loud\n");
    cr_assert_eq(mp_conf_reload(&table, why, sizeof(why)), MP_ECONFIG);
    cr_assert_not_null(strstr(why, "log-level"), "%s", why);
    cr_assert(tells_debug());
}

Test(conf_reload, an_unknown_level_stops_the_start)
{
    char flag[] = "--log-level=loud", name[] = "program";
    char *argv[] = {name, flag, NULL};
    struct leveled target;
    int status = 0;

    cr_assert_not(mp_conf_main(&table, 2, argv, conf_arena, &target, &status));
    cr_assert_eq(status, 2);
}
