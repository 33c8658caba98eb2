/* The man pages, in mdoc: milepost(1) with every verb, and a page a verb. */
#include "clients/cli/command.h"

#include "core/domain/codes.h"

#include <ctype.h>
#include <string.h>

#define LINE_MOST 72

/* One line of text: a backslash is spelled, a leading dot or quote is no request. */
static void put_line(FILE *out, const char *text, size_t size)
{
    if (size > 0 && (text[0] == '.' || text[0] == '\''))
        fputs("\\&", out);
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\\')
            fputs("\\e", out);
        else if (text[i] == '-' && i + 1 < size &&
                 (text[i + 1] == '-' || i == 0 || text[i - 1] == '-' || text[i - 1] == ' '))
            fputs("\\-", out);
        else
            fputc(text[i], out);
    }
    fputc('\n', out);
}

/* A sentence begins a line, as mdoc wants it; long ones are broken. */
static void put_text(FILE *out, const char *text)
{
    while (*text != '\0') {
        const char *end = text, *last_space = NULL;

        while (*end != '\0' && *end != '\n' && !(*end == '.' && end[1] == ' ')) {
            if (*end == ' ')
                last_space = end;
            if (end - text >= LINE_MOST && last_space != NULL) {
                end = last_space;
                break;
            }
            end++;
        }
        if (*end == '.')
            end++;
        put_line(out, text, (size_t)(end - text));
        if (strncmp(end, "\n\n", 2) == 0)
            fputs(".Pp\n", out);
        text = end + strspn(end, " \n");
    }
}

/* Ends it with a full stop. */
static void put_sentence(FILE *out, const char *text)
{
    char sentence[512];

    (void)snprintf(sentence, sizeof sentence, "%s.", text);
    put_text(out, sentence);
}

/* Arguments of a request: a word that is the name of a macro ("Ns", "Ar") would be one. A line may
 * end behind each of the words to choose from. */
static void put_words(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '[' || *text == ']')
            continue;
        fputc(*text, out);
        if (*text == '|')
            fputs("\\:", out);
    }
}

static void put_arguments(FILE *out, const struct cli_command *command)
{
    const char *at = command->arguments;

    while (*at != '\0') {
        char word[160];
        size_t size = strcspn(at, " ");

        (void)snprintf(word, sizeof word, "%.*s", (int)size, at);
        fputs(word[0] == '[' ? ".Op Ar " : ".Ar ", out);
        put_words(out, word);
        fputc('\n', out);
        at += size + (at[size] == ' ' ? 1 : 0);
    }
}

static void put_option(FILE *out, const struct cli_option *option)
{
    fputs(".It ", out);
    if (option->letter != 0)
        fprintf(out, "Fl %c , ", option->letter);
    fprintf(out, "Fl \\-%s", option->name);
    if (option->argument != NULL) {
        fputs(" Ar ", out);
        put_words(out, option->argument);
    }
    fputc('\n', out);
    put_sentence(out, option->help);
    if (option->value == CLI_CODE) {
        fputs("One of:\n", out);
        put_sentence(out, mp_code_names((enum mp_code_family)option->family));
    }
}

static void put_options(FILE *out, const struct cli_option *options)
{
    size_t count = cli_option_count(options);

    if (count == 0)
        return;
    fputs(".Bl -tag -width Ds\n", out);
    for (size_t i = 0; i < count; i++)
        put_option(out, &options[i]);
    fputs(".El\n", out);
}

static void put_common(FILE *out, const struct cli_command *command)
{
    fputs(".Bl -tag -width Ds\n", out);
    for (size_t i = 0; cli_common_options[i].name != NULL; i++) {
        if (cli_obeys(command, &cli_common_options[i]))
            put_option(out, &cli_common_options[i]);
    }
    fputs(".El\n", out);
}

static void put_examples(FILE *out, const char *example)
{
    while (*example != '\0') {
        size_t size = strcspn(example, "\n");

        fputs(".Dl ", out);
        put_line(out, example, size);
        example += size + (example[size] == '\n' ? 1 : 0);
    }
}

static void put_description(FILE *out, const struct cli_command *command)
{
    char first = (char)toupper((unsigned char)command->summary[0]);

    fprintf(out, "%c", first);
    fprintf(out, "%s.\n", command->summary + 1);
    put_text(out, command->details);
}

static void put_head(FILE *out, const char *title, const char *name, const char *about)
{
    fputs(".Dd $Mdocdate$\n.Dt ", out);
    for (const char *at = title; *at != '\0'; at++)
        fputc(toupper((unsigned char)*at), out);
    fprintf(out, " 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n", name, about);
}

static void put_exit_codes(FILE *out)
{
    static const char *const codes[][2] = {
        {"0", "it is done"},
        {"1", "it failed"},
        {"2", "the command line is wrong"},
        {"3", "there is no such record"},
        {"4", "the ledger refused the change, and said why"},
        {"5", "no answer: the services cannot be reached, or the change waits in the outbox"},
        {"6", "not allowed, or a key file that others can read"},
        {"124", "the time given was over"},
    };

    fputs(".Sh EXIT STATUS\n.Bl -tag -width 124x\n", out);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        fprintf(out, ".It %s\n%s.\n", codes[i][0], codes[i][1]);
    fputs(".El\n", out);
}

static void put_all(FILE *out)
{
    put_head(out, "milepost", "milepost", "the live record of a national programme");
    fputs(".Sh SYNOPSIS\n.Nm\n.Ar verb\n.Op Ar arguments\n.Op Ar options\n"
          ".Sh DESCRIPTION\nData goes to standard output, messages to standard error.\n"
          "Options may stand anywhere behind the verb.\n"
          "What is not answered in time is kept in the outbox and sent by the next command.\n"
          ".Pp\nEvery verb takes these options; those that write take\n"
          ".Fl \\-dry-run ,\nthose with rows\n.Fl \\-output .\n",
          out);
    put_options(out, cli_common_options);
    fputs(".Sh VERBS\n", out);
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        fprintf(out, ".Ss %s\n.Nm\n.Cm %s\n", cli_commands[i]->name, cli_commands[i]->name);
        put_arguments(out, cli_commands[i]);
        fputs(".Pp\n", out);
        put_description(out, cli_commands[i]);
        put_options(out, cli_commands[i]->options);
    }
    fputs(".Sh ENVIRONMENT\n.Bl -tag -width MILEPOST_DIRx\n"
          ".It Ev MILEPOST_DIR\nThe instance, as with\n.Fl \\-dir .\n"
          ".It Ev MILEPOST_AS\nThe identity, as with\n.Fl \\-as .\n"
          ".It Ev NO_COLOR\nWhen set and not empty, no colours.\n.El\n"
          ".Sh FILES\n.Bl -tag -width client.yamlx\n"
          ".It Pa .milepost\nThe instance, looked for in this folder and those above it.\n"
          ".It Pa .milepost/client.yaml\nWhere its services are.\n"
          ".It Pa .milepost/keys\nKeys of identities; nobody else may read them.\n.El\n",
          out);
    put_exit_codes(out);
    fputs(".Sh EXAMPLES\n", out);
    for (size_t i = 0; cli_commands[i] != NULL; i++)
        put_examples(out, cli_commands[i]->example);
}

void cli_print_man(FILE *out, const struct cli_command *command)
{
    char title[64];

    if (command == NULL) {
        put_all(out);
        return;
    }
    (void)snprintf(title, sizeof title, "milepost-%s", command->name);
    put_head(out, title, title, command->summary);
    fprintf(out, ".Sh SYNOPSIS\n.Nm milepost\n.Cm %s\n", command->name);
    put_arguments(out, command);
    fputs(".Op Ar options\n.Sh DESCRIPTION\n", out);
    put_description(out, command);
    put_options(out, command->options);
    fputs(".Pp\nEvery verb takes:\n", out);
    put_common(out, command);
    put_exit_codes(out);
    fputs(".Sh EXAMPLES\n", out);
    put_examples(out, command->example);
    fputs(".Sh SEE ALSO\n.Xr milepost 1\n", out);
}
