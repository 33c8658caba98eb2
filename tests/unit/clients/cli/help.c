#include "clients/cli/parse.h"

#include "core/base/auto.h"
#include "core/domain/codes.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wordexp.h>

typedef void (*printer)(FILE *out, const struct cli_command *command);

/* What it prints, malloc. */
static char *printed(printer print, const struct cli_command *command)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    cr_assert_not_null(out);
    print(out, command);
    (void)fclose(out);
    return text;
}

static void print_completion(FILE *out, const struct cli_command *command)
{
    (void)command;
    cli_print_completion(out);
}

static bool is_option_whole(const struct cli_option *option)
{
    return option->name != NULL && option->name[0] != '\0' && option->help != NULL &&
           (option->value == CLI_FLAG) == (option->argument == NULL) &&
           (option->value != CLI_CODE ||
            mp_code_names((enum mp_code_family)option->family)[0] != '\0');
}

Test(cli_help, every_row_of_the_table_is_whole)
{
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        const struct cli_command *command = cli_commands[i];

        cr_assert(command->summary[0] != '\0' && command->details != NULL &&
                      command->example != NULL && command->run != NULL,
                  "%s", command->name);
        cr_assert(command->least <= command->most && command->most <= CLI_ARGUMENTS_MOST, "%s",
                  command->name);
        cr_assert_leq(cli_option_count(command->options), CLI_OPTIONS_MOST, "%s", command->name);
        cr_assert_eq(cli_find_command(command->name), command, "%s is there twice", command->name);
        for (size_t j = 0; j < cli_option_count(command->options); j++)
            cr_assert(is_option_whole(&command->options[j]), "%s, option %zu", command->name, j);
    }
    for (size_t i = 0; cli_common_options[i].name != NULL; i++)
        cr_assert(is_option_whole(&cli_common_options[i]), "common option %zu", i);
}

Test(cli_help, no_option_hides_a_common_one)
{
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        for (size_t j = 0; j < cli_option_count(cli_commands[i]->options); j++) {
            for (size_t k = 0; cli_common_options[k].name != NULL; k++)
                cr_assert_str_neq(cli_commands[i]->options[j].name, cli_common_options[k].name,
                                  "%s", cli_commands[i]->name);
        }
    }
}

static void check_example(const struct cli_command *command, char *line)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 18);
    struct cli cli = {.arena = arena};
    wordexp_t words;
    int status;

    if (strpbrk(line, "|<") != NULL) /* the shell's work comes first */
        return;
    line[strcspn(line, ">")] = '\0'; /* where the output goes is the shell's work too */
    cr_assert_eq(wordexp(line, &words, WRDE_NOCMD), 0, "%s", line);
    cr_assert_str_eq(words.we_wordv[0], "milepost");
    cr_assert(cli_parse(&cli, (int)words.we_wordc, words.we_wordv, &status), "%s", line);
    cr_assert_eq(cli.command, command, "%s", line);
    wordfree(&words);
}

Test(cli_help, every_example_parses)
{
    cr_redirect_stderr();
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        char text[1024], *rest = text, *line;

        (void)snprintf(text, sizeof text, "%s", cli_commands[i]->example);
        cr_assert(text[0] != '\0', "%s", cli_commands[i]->name);
        while ((line = strsep(&rest, "\n")) != NULL)
            check_example(cli_commands[i], line);
    }
}

Test(cli_help, the_overview_names_every_verb)
{
    char *text = printed(cli_print_help, NULL);

    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        cr_assert_not_null(strstr(text, cli_commands[i]->name), "%s", cli_commands[i]->name);
        cr_assert_not_null(strstr(text, cli_commands[i]->summary), "%s", cli_commands[i]->name);
    }
    free(text);
}

Test(cli_help, help_and_man_page_name_every_option)
{
    char *all = printed(cli_print_man, NULL);

    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        const struct cli_command *command = cli_commands[i];
        char *help = printed(cli_print_help, command), *man = printed(cli_print_man, command);

        for (size_t j = 0; j < cli_option_count(command->options); j++) {
            char flag[64], macro[64];

            (void)snprintf(flag, sizeof flag, "--%s", command->options[j].name);
            (void)snprintf(macro, sizeof macro, "Fl \\-%s", command->options[j].name);
            cr_assert_not_null(strstr(help, flag), "%s %s", command->name, flag);
            cr_assert_not_null(strstr(man, macro), "%s %s", command->name, flag);
            cr_assert_not_null(strstr(all, macro), "%s %s", command->name, flag);
        }
        cr_assert_eq(strstr(help, "--dry-run") != NULL, command->writes, "%s", command->name);
        free(help);
        free(man);
    }
    free(all);
}

Test(cli_help, whoever_takes_gaps_names_the_default)
{
    size_t stated = 0, planned = 0;

    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        char *text = printed(cli_print_help, cli_commands[i]);

        if (strstr(text, "--gaps planned|stated") != NULL) {
            bool is_stated = strstr(text, "--gaps is stated when not given") != NULL;
            bool is_planned = strstr(text, "planned when not given") != NULL;

            cr_expect_neq(is_stated, is_planned, "%s", text);
            stated += is_stated;
            planned += is_planned;
        }
        free(text);
    }
    cr_expect_eq(planned, 1u, "whatif");
    cr_expect_eq(stated, 4u, "slippage, explain, critical, report");
}

Test(cli_help, a_line_of_the_man_page_may_end_between_words_to_choose_from)
{
    char *text = printed(cli_print_man, NULL), *rest = text, *line;

    while ((line = strsep(&rest, "\n")) != NULL) {
        const char *bar = strncmp(line, ".Ar ", 4) == 0 ? strchr(line, '|') : NULL;

        for (; bar != NULL; bar = strchr(bar + 1, '|'))
            cr_expect_eq(strncmp(bar, "|\\:", 3), 0, "%s", line);
    }
    free(text);
}

Test(cli_help, lines_fit_a_terminal)
{
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        char *text = printed(cli_print_help, cli_commands[i]);
        char *end = strstr(text, "\nExamples:"), *rest = strchr(text, '\n') + 1, *line;

        cr_assert_not_null(end);
        *end = '\0';
        while ((line = strsep(&rest, "\n")) != NULL) {
            size_t letters = 0;

            for (const char *at = line; *at != '\0'; at++)
                letters += (*at & 0xc0) != 0x80;
            cr_assert_leq(letters, 80, "%s", line);
        }
        free(text);
    }
}

Test(cli_help, completion_is_bash_and_knows_the_words)
{
    char path[] = "/tmp/milepost-completion-XXXXXX", command[160];
    char *text = printed(print_completion, NULL);
    int fd = mkstemp(path);

    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    (void)close(fd);
    cr_assert_not_null(strstr(text, "words=\"list retry drop\""));
    cr_assert_not_null(strstr(text, "forecast:--reason) words=\"security land"));
    (void)snprintf(command, sizeof command, "bash -n %s", path);
    cr_assert_eq(system(command), 0);
    (void)unlink(path);
    free(text);
}
