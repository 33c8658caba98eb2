#include "tests/unit/core/conf/fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOAD(target, ...) conf_load((target), &why, __VA_ARGS__, NULL)

TestSuite(conf_load, .init = conf_set_up, .fini = conf_tear_down);

static const char *why;

Test(conf_load, an_empty_file_gives_all_defaults)
{
    struct conf_target target;

    setenv("MILEPOST_FOLDER", "/var/lib/milepost", 1);
    for (int round = 0; round < 3; round++) {
        const char *file = round == 0 ? NULL : conf_file(round == 1 ? "" : "# nothing said\n");

        memset(&target, 0xff, sizeof(target));
        cr_assert_eq(LOAD(&target, file), 0, "%s", why);
        cr_expect_str_eq(target.title, "");
        cr_expect_eq(target.most, 16);
        cr_expect_eq(target.map, INT64_C(64) << 30);
        cr_expect_eq(target.sync, false);
        cr_expect_str_eq(target.listen, "tcp://127.0.0.1:7701");
        cr_expect_str_eq(target.upstream, "");
        cr_expect_str_eq(target.folder, "/var/lib/milepost");
    }
}

Test(conf_load, flags_go_before_environment_before_file_before_default)
{
    const char *file = conf_file("folder: /f\nmost-changes: 2\nmap-size: 8 KiB\ntitle: \"a: b\"\n");
    struct conf_target target;

    setenv("MILEPOST_MAP_SIZE", "1MiB", 1);
    setenv("MILEPOST_MOST_CHANGES", "3", 1);
    cr_assert_eq(LOAD(&target, file, "--most-changes", "4", "--sync", "--listen=ipc://@x"), 0, "%s",
                 why);
    cr_expect_eq(target.most, 4);
    cr_expect_eq(target.map, 1 << 20);
    cr_expect_str_eq(target.title, "a: b");
    cr_expect_eq(target.sync, true);
    cr_expect_str_eq(target.listen, "ipc://@x");
    unsetenv("MILEPOST_MAP_SIZE");
    unsetenv("MILEPOST_MOST_CHANGES");
    cr_assert_eq(LOAD(&target, file, "--sync", "off"), 0, "%s", why);
    cr_expect_eq(target.most, 2);
    cr_expect_eq(target.map, 8192);
    cr_expect_eq(target.sync, false);
}

Test(conf_load, texts_outlive_where_they_came_from)
{
    struct conf_target target;
    char flag[] = "--title=ML-1";

    cr_assert_eq(LOAD(&target, conf_file("folder: /f\n"), flag), 0, "%s", why);
    memset(flag, '#', sizeof(flag) - 1);
    cr_assert_str_eq(target.title, "ML-1");
}

Test(conf_load, relative_paths_start_where_they_were_written)
{
    char expected[4200];
    struct conf_target target;

    snprintf(expected, sizeof(expected), "%s/run/data", conf_folder());
    cr_assert_eq(LOAD(&target, conf_file("folder: run/data\n")), 0, "%s", why);
    cr_expect_str_eq(target.folder, expected);
    cr_assert_eq(LOAD(&target, conf_file("folder: run/data\n"), "--folder", "here"), 0);
    cr_expect_str_eq(target.folder, "here");
}

Test(conf_load, every_error_in_a_file_names_its_line_and_what_to_do)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"folder: /f\n\nmost-chnges: 3\n",
         ":3: unknown key 'most-chnges'; did you mean 'most-changes'?"},
        {"folder: /f\ncompletely-other-thing: 3\n", ":2: unknown key 'completely-other-thing'"},
        {"\"fo\\x1b\": 1\n", ":1: unknown key 'fo?'"},
        {"folder: /f\nfolder: /g\n", ":2: this key is given a second time"},
        {"folder: /f\nlisten:\n  host: x\n",
         ":2: this key takes one value, not a list or a mapping"},
        {"folder: [a, b]\n", ":1: this key takes one value, not a list or a mapping"},
        {"- folder\n", ": it must be lines of 'key: value'"},
        {"folder\n", ": it must be lines of 'key: value'"},
        {"folder: /f\n---\nsync: yes\n", ": it holds more than one document ('---')"},
        {"folder: \"x\n", ": not well-formed at or after line 1: found unexpected end of stream"},
        {"folder: &a x\ntitle: *a\n",
         ": not well-formed at or after line 2: YAML alias unsupported"},
        {"folder: \xff\n", ": it is not text in UTF-8"},
        {"folder: /f\nmost-changes: 65\n",
         ":2: most-changes: '65' must be a whole number from 1 to 64"},
        {"folder: /f\nmost-changes: ten\n",
         ":2: most-changes: 'ten' must be a whole number from 1 to 64"},
        {"most-changes:\nfolder: /f\n", ":1: most-changes: '' must be a whole number from 1 to 64"},
        {"folder: /f\nmap-size: 4 KB\n",
         ":2: map-size: '4 KB' must be a number of bytes, as in 4096, 64 KiB, 16MiB, 1GiB"},
        {"folder: /f\nmap-size: 4095\n",
         ":2: map-size: '4095' must be from 4096 to 1099511627776 bytes"},
        {"folder: /f\nmap-size: 9223372036854775807GiB\n",
         ":2: map-size: '9223372036854775807GiB' must be a number of bytes, as in 4096, 64 KiB, "
         "16MiB, 1GiB"},
        {"folder: /f\nsync: maybe\n", ":2: sync: 'maybe' must be yes or no (true, false, on, off)"},
        {"folder: /f\nlisten: 7701\n", ":2: listen: '7701' must be tcp://host:port or ipc://path"},
        {"folder: /f\nlisten: ''\n", ":2: listen: '' must not be empty"},
        {"folder: ''\n", ":1: folder: '' must not be empty"},
        {"folder: \"/f\\n\"\n",
         ":1: folder: '/f?' must be text in UTF-8 without control characters"},
        {"sync: yes\n",
         ": folder is not set: give --folder, MILEPOST_FOLDER, or 'folder: ...' in "},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        const char *file = conf_file(rows[i].text);
        struct conf_target target = {.most = 77};

        why = NULL;
        cr_expect_eq(LOAD(&target, file), MP_ECONFIG, "row %zu", i);
        cr_assert_not_null(why);
        cr_expect_eq(strncmp(why, file, strlen(file)), 0, "row %zu: %s", i, why);
        cr_expect_eq(strncmp(why + strlen(file), rows[i].why, strlen(rows[i].why)), 0,
                     "row %zu: %s", i, why);
        cr_expect_eq(target.most, 77, "row %zu touched the target", i);
    }
}

Test(conf_load, a_file_that_is_not_there_is_named)
{
    struct conf_target target;

    cr_assert_eq(LOAD(&target, "/none/milepost.yaml"), MP_ECONFIG);
    cr_assert_str_eq(why, "/none/milepost.yaml: there is no such file");
}

Test(conf_load, every_error_in_flags_and_environment_names_it)
{
    static const struct {
        const char *flag, *value, *why;
    } rows[] = {
        {"--most-chages", "3", "--most-chages: unknown flag; did you mean 'most-changes'?"},
        {"--chck-config", NULL, "--chck-config: unknown flag; did you mean 'check-config'?"},
        {"--most-changes", NULL, "--most-changes: needs a value"},
        {"--most-changes", "--sync", "--most-changes: needs a value"},
        {"--most-changes", "0", "--most-changes: '0' must be a whole number from 1 to 64"},
        {"most-changes", NULL, "'most-changes': settings are given as --key value"},
        {"-v", NULL, "'-v': settings are given as --key value"},
        {"--config", "x", "--config: unknown flag; did you mean 'config'?"},
        {"--title=\x1b[31m", NULL,
         "--title: '?[31m' must be text in UTF-8 without control characters"},
    };
    struct conf_target target;

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        cr_expect_eq(LOAD(&target, conf_file("folder: /f\n"), rows[i].flag, rows[i].value),
                     MP_ECONFIG, "row %zu", i);
        cr_expect_str_eq(why, rows[i].why);
    }
    setenv("MILEPOST_MOST_CHANGES", "x", 1);
    cr_expect_eq(LOAD(&target, conf_file("folder: /f\n")), MP_ECONFIG);
    cr_expect_str_eq(why, "MILEPOST_MOST_CHANGES: 'x' must be a whole number from 1 to 64");
}

Test(conf_load, addresses_are_of_two_kinds)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"tcp://127.0.0.1:7701", true},
        {"tcp://*:7701", true},
        {"tcp://localhost:*", true},
        {"tcp://[::1]:7701", true},
        {"ipc:///run/milepost/s", true},
        {"ipc://@name", true},
        {"tcp://:7701", false},
        {"tcp://host", false},
        {"tcp://host:0", false},
        {"tcp://host:65536", false},
        {"tcp://::1:7701", false},
        {"tcp://host:77/x", false},
        {"ipc://", false},
        {"udp://host:1", false},
        {"host:7701", false},
        {"inproc://x", false},
    };
    struct conf_target target;
    char text[160];

    for (size_t i = 0; i < MP_LENGTH(rows); i++)
        cr_expect_eq(LOAD(&target, conf_file("folder: /f\n"), "--listen", rows[i].text),
                     rows[i].good ? 0 : MP_ECONFIG, "%s", rows[i].text);
    memset(text, 'x', sizeof(text));
    memcpy(text, "ipc://", 6);
    text[6 + 107] = '\0';
    cr_expect_eq(LOAD(&target, conf_file("folder: /f\n"), "--listen", text), 0);
    text[6 + 107] = 'x';
    text[6 + 108] = '\0';
    cr_expect_eq(LOAD(&target, conf_file("folder: /f\n"), "--listen", text), MP_ECONFIG);
}

Test(conf_load, nothing_of_the_yaml_library_reaches_stderr)
{
    struct conf_target target;
    char text[16];
    int ends[2], saved = dup(STDERR_FILENO);

    cr_assert_eq(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    cr_expect_eq(LOAD(&target, conf_file("folder: /f\nunknown: 1\n")), MP_ECONFIG);
    cr_expect_eq(LOAD(&target, conf_file("folder: \"\n")), MP_ECONFIG);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(ends[1]);
    cr_assert_eq(read(ends[0], text, sizeof(text)), 0);
    close(ends[0]);
    close(saved);
}

Test(conf_load, a_full_arena_is_an_error_and_no_crash)
{
    MP_AUTO(mp_arena_free) struct mp_arena *roomy = conf_arena;
    const char *file = conf_file("folder: /f\ntitle: x\n");
    struct conf_target target;

    for (size_t budget = 0; budget < 3000; budget += 16) {
        conf_arena = mp_arena_new(budget);
        why = NULL;
        if (LOAD(&target, file) < 0)
            cr_assert_not_null(why);
        else
            cr_assert_str_eq(target.title, "x");
        mp_arena_free(conf_arena);
    }
    conf_arena = mp_take(roomy);
    cr_assert_eq(LOAD(&target, file), 0);
}
