#include "clients/cli/parse.h"

#include "clients/cli/worded.h"
#include "core/base/auto.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>
#include <wordexp.h>

static struct mp_arena *arena;

static void begin(void)
{
    arena = mp_arena_new(1 << 20);
    (void)unsetenv("MILEPOST_DIR");
    (void)unsetenv("MILEPOST_AS");
    cr_redirect_stderr();
    cr_redirect_stdout();
}

static void end(void)
{
    mp_arena_free(arena);
}

TestSuite(cli_parse, .init = begin, .fini = end);

/* Parses a line as a shell would split it. */
static bool parse(const char *line, struct cli *cli, int *status)
{
    wordexp_t words;
    char **argv; /* cli points into it */

    *cli = (struct cli){.arena = arena};
    *status = -1;
    cr_assert_eq(wordexp(line, &words, WRDE_NOCMD), 0, "%s", line);
    int argc = (int)words.we_wordc;
    argv = mp_arena_array(arena, words.we_wordc + 1, sizeof *argv);
    cr_assert_not_null(argv);
    for (int i = 0; i < argc; i++)
        argv[i] = mp_arena_strdup(arena, words.we_wordv[i]);
    wordfree(&words);
    return cli_parse(cli, argc, argv, status);
}

Test(cli_parse, options_may_stand_anywhere)
{
    static const char *const lines[] = {
        "milepost forecast m:x 2029-06 --reason financing --as railways -o json",
        "milepost --as railways -o json forecast --reason financing m:x 2029-06",
        "milepost -ojson --as=railways forecast m:x --reason=financing 2029-06",
        "milepost forecast --reason financing --output json --as railways -- m:x 2029-06",
    };

    for (size_t i = 0; i < MP_LENGTH(lines); i++) {
        struct cli cli;
        int status;

        cr_assert(parse(lines[i], &cli, &status), "%s", lines[i]);
        cr_assert_str_eq(cli.command->name, "forecast");
        cr_assert_eq(cli.argument_count, 2, "%s", lines[i]);
        cr_assert_str_eq(cli.arguments[0], "m:x");
        cr_assert_str_eq(cli.arguments[1], "2029-06");
        cr_assert_str_eq(cli_value(&cli, "reason"), "financing");
        cr_assert_str_eq(cli.as, "railways");
        cr_assert_eq(cli.output, CLI_JSON);
        cr_assert_null(cli_value(&cli, "note"));
    }
}

Test(cli_parse, posixly_correct_changes_nothing)
{
    struct cli cli;
    int status;

    (void)setenv("POSIXLY_CORRECT", "1", 1);
    cr_assert(parse("milepost list milestones --late -o json", &cli, &status));
    cr_assert(cli_given(&cli, "late"));
    cr_assert_eq(cli.argument_count, 1);
    cr_assert_eq(cli.output, CLI_JSON);
}

Test(cli_parse, a_negative_number_is_an_argument)
{
    struct cli cli;
    int status;

    cr_assert(parse("milepost observe -5.25 --kind actual -7 p --region x", &cli, &status));
    cr_assert_eq(cli.argument_count, 3);
    cr_assert_str_eq(cli.arguments[0], "-5.25");
    cr_assert_str_eq(cli.arguments[1], "-7");
    cr_assert_str_eq(cli.arguments[2], "p");
    cr_assert_str_eq(cli_value(&cli, "kind"), "actual");
    cr_assert_str_eq(cli_value(&cli, "region"), "x");
    cr_assert(parse("milepost link a:b c:d --lag -30", &cli, &status));
    cr_assert_str_eq(cli_value(&cli, "lag"), "-30");
}

Test(cli_parse, timeouts_are_seconds)
{
    static const struct {
        const char *line;
        bool ok;
        int64_t timeout_ms;
    } rows[] = {
        {"milepost watch", true, 10000},
        {"milepost watch --timeout 30", true, 30000},
        {"milepost watch --timeout 0", true, 0},
        {"milepost watch --timeout 0.25", true, 250},
        {"milepost watch --timeout -1", false, 0},
        {"milepost watch --timeout 1e3", false, 0},
        {"milepost watch --timeout nan", false, 0},
        {"milepost watch --timeout 1.2.3", false, 0},
        {"milepost watch --timeout ''", false, 0},
        {"milepost watch --timeout 99999999999999999999", false, 0},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct cli cli;
        int status;
        bool ok = parse(rows[i].line, &cli, &status);

        cr_assert_eq(ok, rows[i].ok, "%s", rows[i].line);
        if (ok)
            cr_assert_eq(cli.timeout_ms, rows[i].timeout_ms, "%s", rows[i].line);
        else
            cr_assert_eq(status, CLI_USAGE, "%s", rows[i].line);
    }
}

Test(cli_parse, the_environment_stands_behind_the_flags)
{
    struct cli cli;
    int status;

    (void)setenv("MILEPOST_DIR", "/somewhere", 1);
    (void)setenv("MILEPOST_AS", "monitor", 1);
    cr_assert(parse("milepost whoami", &cli, &status));
    cr_assert_str_eq(cli.folder, "/somewhere");
    cr_assert_str_eq(cli.as, "monitor");
    cr_assert(parse("milepost whoami -d /else --as railways", &cli, &status));
    cr_assert_str_eq(cli.folder, "/else");
    cr_assert_str_eq(cli.as, "railways");
    (void)setenv("MILEPOST_DIR", "", 1);
    (void)setenv("MILEPOST_AS", "", 1);
    cr_assert(parse("milepost whoami", &cli, &status));
    cr_assert_null(cli.folder);
    cr_assert_null(cli.as);
}

/* Each is refused with exit code 2, and stderr says the words. */
static const struct {
    const char *line, *says;
} wrong[] = {
    {"milepost", "which verb?"},
    {"milepost lst", "unknown verb; did you mean 'list'?"},
    {"milepost --lat list", "--lat: unknown option"},
    {"milepost list milestone", "did you mean 'milestones'?"},
    {"milepost nonsense", "'nonsense': unknown verb\n"},
    {"milepost list projects --nope", "--nope: unknown option; it has --prefix, "},
    {"milepost list projects --lead x",
     "; it has --prefix, --programme, --corridor, --region, --agency"},
    {"milepost list milestones --lat3", "--lat3: unknown option; did you mean '--late'?"},
    {"milepost list milestones --late=3", "--late takes no value"},
    {"milepost list milestones --re", "more than one option begins so"},
    {"milepost list milestones --region", "--region needs a value"},
    {"milepost list milestones -o", "-o needs a value"},
    {"milepost list milestones -o xml", "table, json, ndjson or csv"},
    {"milepost backup /srv/b -o json", "'backup' answers in words alone"},
    {"milepost list", "'list' needs"},
    {"milepost get a b", "'b' is one argument too many"},
    {"milepost get a -- b", "'b' is one argument too many"},
    {"milepost get -x a", "'-x': unknown option"},
    {"milepost get a --dry-run", "writes nothing"},
    {"milepost forecast m:x", "needs MILESTONE DATE"},
    {"milepost forecast m:x 2029 --reason bogus", "security, land"},
    {"milepost forecast m:x 2029 --reason finacing", "did you mean 'financing'?"},
    {"milepost link a:b c:d --lag soon", "a whole number"},
    {"milepost outbox lsit", "did you mean 'list'?"},
};

/* Every complaint ends with how the line is used. */
static bool is_whole(const char *text)
{
    return strstr(text, "tells more\n") != NULL || strstr(text, "lists the verbs\n") != NULL;
}

Test(cli_parse, what_is_wrong_is_named)
{
    FILE *said = cr_get_redirected_stderr();

    for (size_t i = 0; i < MP_LENGTH(wrong); i++) {
        char text[4096] = {0};
        struct cli cli;
        int status;

        cr_assert_not(parse(wrong[i].line, &cli, &status), "%s", wrong[i].line);
        cr_assert_eq(status, CLI_USAGE, "%s", wrong[i].line);
        (void)fflush(stderr);
        for (size_t at = 0; at + 1 < sizeof text && !is_whole(text); at++)
            cr_assert_eq(fread(text + at, 1, 1, said), 1, "%s", wrong[i].line);
        cr_assert_not_null(strstr(text, wrong[i].says), "%s said: %s", wrong[i].line, text);
    }
}

Test(cli_parse, help_and_version_end_well)
{
    static const char *const lines[] = {"milepost --help", "milepost -h", "milepost --version",
                                        "milepost list --help", "milepost forecast -h m:x"};

    for (size_t i = 0; i < MP_LENGTH(lines); i++) {
        struct cli cli;
        int status;

        cr_assert_not(parse(lines[i], &cli, &status), "%s", lines[i]);
        cr_assert_eq(status, CLI_OK, "%s", lines[i]);
    }
}

Test(cli_parse, another_verb_takes_no_option_along)
{
    struct cli cli;
    int status;

    cr_assert(parse("milepost agency show railways --title x", &cli, &status));
    cli_redirect(&cli, "get", cli.arguments[1], "kind", "agency");
    cr_assert_str_eq(cli.command->name, "get");
    cr_assert_eq(cli.argument_count, 1);
    cr_assert_str_eq(cli.arguments[0], "railways");
    cr_assert_str_eq(cli_value(&cli, "kind"), "agency");
    cr_assert_null(cli_value(&cli, "as-of"));
}

Test(cli_parse, every_error_has_its_exit_code)
{
    cr_assert_eq(cli_exit_of(0), CLI_OK);
    cr_assert_eq(cli_exit_of(MP_ENOTFOUND), CLI_NOT_FOUND);
    cr_assert_eq(cli_exit_of(MP_EUNREACHABLE), CLI_UNREACHABLE);
    cr_assert_eq(cli_exit_of(MP_ETIMEDOUT), CLI_UNREACHABLE);
    cr_assert_eq(cli_exit_of(MP_EPERM), CLI_NOT_ALLOWED);
    cr_assert_eq(cli_exit_of(MP_EKEYMODE), CLI_NOT_ALLOWED);
    cr_assert_eq(cli_exit_of(MP_EIO), CLI_FAILED);
}

static int count_run(struct cli *cli)
{
    return (int)cli->argument_count;
}

Test(cli_parse, a_word_takes_its_own_arguments_and_options_alone)
{
    static const struct worded words[] = {
        {"show", "[PROGRAMME]", 0, 1, " as-of ", count_run},
        {"set", "PROGRAMME --valid-from DAY", 1, 1, " valid-from note ", count_run},
        {"diff", "PROGRAMME DAY DAY", 3, 3, "", count_run},
    };
    static const struct {
        const char *line;
        int arguments; /* 0: it is told */
    } rows[] = {
        {"milepost policy show", 1},
        {"milepost policy show x --as-of 2025-01-01", 2},
        {"milepost policy show x y", 0},
        {"milepost policy show --note x", 0},
        {"milepost policy set x --note x", 2},
        {"milepost policy set x --as-of 2025-01-01", 0},
        {"milepost policy set", 0},
        {"milepost policy diff x 2025-01-01", 0},
        {"milepost policy diff x 2025-01-01 2026-01-01", 4},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct cli cli;
        int status;

        cr_assert(parse(rows[i].line, &cli, &status), "%s", rows[i].line);
        status = worded_run(&cli, words, MP_LENGTH(words));
        cr_expect_eq(status, rows[i].arguments == 0 ? CLI_USAGE : rows[i].arguments, "%s",
                     rows[i].line);
    }
}

Test(cli_parse, a_message_repeats_the_beginning_of_what_was_written)
{
    char text[2001];
    const char *cut;

    cr_expect_str_eq(cli_cut(arena, "2029-06-31"), "2029-06-31");
    memset(text, 'n', sizeof text);
    text[sizeof text - 1] = '\0';
    cut = cli_cut(arena, text);
    cr_expect_eq(strlen(cut), 60 + strlen("…"), "%s", cut);
    memcpy(text + 59, "ü", 2); /* across the bound */
    cut = cli_cut(arena, text);
    cr_expect_str_eq(cut + 59, "…", "%s", cut);
}
