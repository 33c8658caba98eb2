#include "core/base/file.h"
#include "tests/unit/core/conf/fixture.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

TestSuite(conf_write, .init = conf_set_up, .fini = conf_tear_down);

static const char *text_of(const char *file)
{
    struct mp_span bytes;

    cr_assert_eq(mp_file_read(conf_arena, file, 4096, &bytes), 0);
    return (const char *)bytes.data;
}

Test(conf_write, replaces_what_is_there_and_adds_what_is_not)
{
    static const char *const pairs[][2] = {
        {"listen", "ipc:///run/s"}, {"title", "say \"so\" \\ #1"}, {"most-changes", "8"}};
    const char *file = conf_file("# mine\nlisten: x\n\"title\" : old\nfolder: /f");
    struct conf_target target;
    const char *why = "";

    cr_assert_eq(mp_conf_write(file, pairs, 3), 0);
    cr_assert_str_eq(text_of(file), "# mine\nlisten: \"ipc:///run/s\"\n"
                                    "title: \"say \\\"so\\\" \\\\ #1\"\nfolder: /f\n"
                                    "most-changes: 8\n");
    cr_assert_eq(conf_load(&target, &why, file, NULL), 0, "%s", why);
    cr_assert_str_eq(target.title, pairs[1][1]);
    cr_assert_str_eq(target.listen, pairs[0][1]);
    cr_assert_eq(target.most, 8);
}

Test(conf_write, makes_a_file_that_reads_back_whatever_the_value)
{
    static const char *const titles[] = {
        "",    "~", "- x",  "a: b", "#",  "'",      "%",
        "\\n", "@", "null", "[x]",  "*a", " edge ", "\xd8\xb3\xe4\xb8\xad"};
    struct conf_target target;
    const char *why = "";
    char file[4200];

    snprintf(file, sizeof(file), "%s/new.yaml", conf_folder());
    for (size_t i = 0; i < MP_LENGTH(titles); i++) {
        const char *const pairs[][2] = {{"folder", "/f"}, {"title", titles[i]}};

        cr_assert_eq(mp_conf_write(file, pairs, 2), 0);
        cr_assert_eq(conf_load(&target, &why, file, NULL), 0, "%s", why);
        cr_expect_str_eq(target.title, titles[i]);
    }
}

Test(conf_write, keeps_the_files_mode)
{
    static const char *const pairs[][2] = {{"folder", "/f"}};
    const char *file = conf_file("");
    struct stat status;

    cr_assert_eq(chmod(file, 0640), 0);
    cr_assert_eq(mp_conf_write(file, pairs, 1), 0);
    cr_assert_eq(stat(file, &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0640);
}

Test(conf_write, refuses_what_would_break_the_file)
{
    static const char *const bad[][2] = {
        {"", "x"}, {"Folder", "x"}, {"a b", "x"}, {"title", "a\nfolder: /g"}, {"title", "\xff"}};
    const char *file = conf_file("folder: /f\n");

    for (size_t i = 0; i < MP_LENGTH(bad); i++)
        cr_expect_eq(mp_conf_write(file, &bad[i], 1), MP_EINVAL, "row %zu", i);
    cr_assert_str_eq(text_of(file), "folder: /f\n");
}
