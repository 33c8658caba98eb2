/* milepost help, and --help: from the table alone. */
#include "clients/cli/fields.h"
#include "clients/cli/options.h"
#include "clients/cli/parse.h"
#include "clients/cli/verbs.h"

#include "core/domain/codes.h"

#include <ctype.h>
#include <string.h>

#define LINE_WIDTH   80
#define OPTION_WIDTH 26

/* The text in lines of LINE_WIDTH, each indented; the first continues a line that has `column`
 * characters. An empty line parts paragraphs. */
static void put_wrapped(FILE *out, const char *text, size_t indent, size_t column)
{
    bool first = true;

    while (*text != '\0') {
        size_t size = strcspn(text, " \n"), width = 0;

        for (size_t i = 0; i < size; i++)
            width += (text[i] & 0xc0) != 0x80; /* letters, not bytes */
        if (!first && column + 1 + width > LINE_WIDTH) {
            fputc('\n', out);
            column = 0;
            first = true;
        }
        if (column < indent) {
            fprintf(out, "%*s", (int)(indent - column), "");
            column = indent;
        }
        if (!first)
            fputc(' ', out);
        fwrite(text, 1, size, out);
        column += width + (first ? 0 : 1);
        first = false;
        text += size;
        if (strncmp(text, "\n\n", 2) == 0) {
            fputs("\n\n", out);
            column = 0;
            first = true;
        }
        text += strspn(text, " \n");
    }
    fputc('\n', out);
}

static void put_option(FILE *out, const struct cli_option *option)
{
    char left[64];
    int size;

    if (option->letter != 0)
        size = snprintf(left, sizeof left, "  -%c, --%s", option->letter, option->name);
    else
        size = snprintf(left, sizeof left, "      --%s", option->name);
    if (option->argument != NULL)
        size += snprintf(left + size, sizeof left - (size_t)size, " %s", option->argument);
    fputs(left, out);
    if (size > OPTION_WIDTH) {
        fputc('\n', out);
        size = 0;
    }
    put_wrapped(out, option->help, OPTION_WIDTH + 2, (size_t)size);
    if (option->value == CLI_CODE) {
        fprintf(out, "%*s", OPTION_WIDTH + 2, "");
        put_wrapped(out, mp_code_names((enum mp_code_family)option->family), OPTION_WIDTH + 2,
                    OPTION_WIDTH + 2);
    }
}

static void put_common(FILE *out, const struct cli_command *command)
{
    for (size_t i = 0; cli_common_options[i].name != NULL; i++) {
        if (command == NULL || cli_obeys(command, &cli_common_options[i]))
            put_option(out, &cli_common_options[i]);
    }
}

static void put_overview(FILE *out)
{
    fputs("usage: milepost VERB [arguments] [options]\n\n"
          "The live record of a national programme.\n\n",
          out);
    for (size_t i = 0; cli_commands[i] != NULL; i++)
        fprintf(out, "  %-10s  %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    fputs("\nOptions of every verb (--dry-run: of those that write; --output: of those with "
          "rows):\n",
          out);
    put_common(out, NULL);
    fputs("\nExit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 rejected, 5 unreachable or not "
          "yet\nrecorded, 6 not allowed, 124 timed out.\n\n"
          "'milepost help VERB' tells more.\n",
          out);
}

void cli_print_help(FILE *out, const struct cli_command *command)
{
    if (command == NULL) {
        put_overview(out);
        return;
    }
    fprintf(out, "usage: milepost %s%s%s [options]\n\n%c%s.\n", command->name,
            command->arguments[0] == '\0' ? "" : " ", command->arguments,
            toupper((unsigned char)command->summary[0]), command->summary + 1);
    if (command->details[0] != '\0') {
        fputc('\n', out);
        put_wrapped(out, command->details, 0, 0);
    }
    if (cli_option_count(command->options) > 0)
        fputs("\nOptions:\n", out);
    for (size_t i = 0; i < cli_option_count(command->options); i++)
        put_option(out, &command->options[i]);
    fputs("\nOptions of every verb:\n", out);
    put_common(out, command);
    fputs("\nExamples:\n", out);
    for (const char *line = command->example; *line != '\0';) {
        size_t size = strcspn(line, "\n");

        fprintf(out, "  %.*s\n", (int)size, line);
        line += size + (line[size] == '\n' ? 1 : 0);
    }
}

static int run_help(struct cli *cli)
{
    const char *topic = cli->argument_count > 0 ? cli->arguments[0] : "";
    bool is_man = strcmp(topic, "man") == 0;
    size_t most = is_man ? 2 : 1;
    const char *verb = cli->argument_count >= most ? cli->arguments[most - 1] : NULL;
    const struct cli_command *command = NULL;

    if (cli->argument_count > most)
        return cli_fail(CLI_USAGE, "'%s' is one argument too many", cli->arguments[1]);
    if (strcmp(topic, "json") == 0) {
        fields_document(stdout);
        return CLI_OK;
    }
    if (strcmp(topic, "completion") == 0) {
        cli_print_completion(stdout);
        return CLI_OK;
    }
    if (verb != NULL && (command = cli_command_named(cli->arena, verb)) == NULL)
        return CLI_USAGE;
    if (is_man)
        cli_print_man(stdout, command);
    else
        cli_print_help(stdout, command);
    return CLI_OK;
}

const struct cli_command verb_help = {
    .name = "help",
    ARGUMENTS("[VERB]", 0, 2),
    .summary = "help on a verb, the JSON fields, man page, completion",
    .details = "help VERB; help json: every field of the output; help man [VERB]: the page in "
               "mdoc; help completion: for bash.",
    .example = "milepost help forecast\nmilepost help man | man -l -\n"
               "source <(milepost help completion)",
    .formats = CLI_WORDS_ALONE,
    .run = run_help,
};
