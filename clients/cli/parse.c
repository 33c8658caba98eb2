#include "clients/cli/parse.h"

#include "clients/cli/output.h"
#include "clients/cli/worded.h"
#include "core/base/text.h"
#include "core/domain/codes.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMMON_MOST         16
#define COMMON_BASE         1000 /* getopt's value of the first common option */
#define OWN_BASE            2000 /* and of the command's first */
#define TIMEOUT_FALLBACK_MS 10000
#define TIMEOUT_MOST_S      31536000.0

struct parse {
    struct cli *cli;
    struct option longs[COMMON_MOST + CLI_OPTIONS_MOST + 1];
    char shorts[2 + 2 * COMMON_MOST + 1];
    const char *common[COMMON_MOST]; /* by the index of cli_common_options */
};

/* The i-th name; NULL beyond the last. */
typedef const char *(*namer)(const void *context, size_t i);

/* "; did you mean 'X'?" or "". */
static const char *did_you_mean(struct mp_arena *arena, const char *word, namer name,
                                const void *context)
{
    struct mp_text_nearest nearest = mp_text_nearest_to(word);
    const char *candidate;

    for (size_t i = 0; (candidate = name(context, i)) != NULL; i++)
        mp_text_nearest_try(&nearest, candidate);
    return nearest.name == NULL ? "" : cli_text(arena, "; did you mean '%s'?", nearest.name);
}

static const char *verb_name(const void *context, size_t i)
{
    (void)context;
    return cli_commands[i] == NULL ? NULL : cli_commands[i]->name;
}

const struct cli_command *cli_command_named(struct mp_arena *arena, const char *name)
{
    const struct cli_command *command = cli_find_command(name);

    if (command == NULL)
        (void)cli_fail(CLI_USAGE, "'%s': unknown verb%s", cli_cut(arena, name),
                       did_you_mean(arena, name, verb_name, NULL));
    return command;
}

/* "; did you mean '--late'?", else the options that the verb has of its own, or "". */
static const char *options_meant(const struct parse *parse, const char *name)
{
    const struct cli_command *command = parse->cli->command;
    struct mp_text_nearest nearest = mp_text_nearest_to(name);
    const char *names = "";

    for (size_t i = 0; parse->longs[i].name != NULL; i++)
        mp_text_nearest_try(&nearest, parse->longs[i].name);
    if (nearest.name != NULL)
        return cli_text(parse->cli->arena, "; did you mean '--%s'?", nearest.name);
    for (size_t i = 0; command != NULL && i < cli_option_count(command->options); i++)
        names = cli_text(parse->cli->arena, "%s%s--%s", names, i == 0 ? "; it has " : ", ",
                         command->options[i].name);
    return names;
}

static size_t long_count(const struct parse *parse)
{
    size_t count = 0;

    while (parse->longs[count].name != NULL)
        count++;
    return count;
}

static void add_long(struct parse *parse, const struct cli_option *option, int value)
{
    parse->longs[long_count(parse)] = (struct option){
        .name = option->name,
        .has_arg = option->value == CLI_FLAG ? no_argument : required_argument,
        .val = value,
    };
}

/* order '+' stops at the first argument (the verb), '-' takes arguments wherever they are, whatever
 * POSIXLY_CORRECT says. */
static void make_tables(struct parse *parse, char order)
{
    const struct cli_command *command = parse->cli->command;
    size_t at = 0;

    memset(parse->longs, 0, sizeof parse->longs);
    memset(parse->shorts, 0, sizeof parse->shorts);
    parse->shorts[at++] = order;
    parse->shorts[at++] = ':';
    for (size_t i = 0; command != NULL && i < cli_option_count(command->options); i++)
        add_long(parse, &command->options[i], OWN_BASE + (int)i);
    for (size_t i = 0; cli_common_options[i].name != NULL; i++) {
        const struct cli_option *option = &cli_common_options[i];

        add_long(parse, option, COMMON_BASE + (int)i);
        if (option->letter != 0)
            parse->shorts[at++] = option->letter;
        if (option->letter != 0 && option->value != CLI_FLAG)
            parse->shorts[at++] = ':';
    }
}

/* How the line is used, after the complaint. */
static int say_usage(const struct cli *cli)
{
    if (cli->command == NULL)
        fputs("usage: milepost VERB …; 'milepost help' lists the verbs\n", stderr);
    else
        fprintf(stderr, "usage: milepost %s %s%s[options]; 'milepost help %s' tells more\n",
                cli->command->name, cli->command->arguments,
                cli->command->arguments[0] == '\0' ? "" : " ", cli->command->name);
    return CLI_USAGE;
}

/* What getopt_long did not take: word is the argument as it stands in argv. */
static int refuse_option(struct parse *parse, const char *word)
{
    struct mp_arena *arena = parse->cli->arena;
    size_t starts = 0, size = strcspn(word, "=");
    const char *name;

    if (strncmp(word, "--", 2) != 0) {
        (void)cli_fail(CLI_USAGE,
                       "'%s': unknown option; put -- before an argument that begins with -", word);
        return say_usage(parse->cli);
    }
    name = cli_text(arena, "%.*s", (int)size - 2, word + 2);
    for (size_t i = 0; i < long_count(parse); i++) {
        if (strcmp(parse->longs[i].name, name) == 0) {
            (void)cli_fail(CLI_USAGE, "--%s takes no value", name);
            return say_usage(parse->cli);
        }
        starts += strncmp(parse->longs[i].name, name, size - 2) == 0;
    }
    if (starts > 1)
        (void)cli_fail(CLI_USAGE, "--%s: more than one option begins so", name);
    else
        (void)cli_fail(CLI_USAGE, "--%s: unknown option%s", cli_cut(arena, name),
                       options_meant(parse, name));
    return say_usage(parse->cli);
}

static int refuse_value(const struct parse *parse, const char *name, const char *value,
                        const char *expected)
{
    (void)cli_fail(CLI_USAGE, "--%s %s: expected %s", name, cli_cut(parse->cli->arena, value),
                   expected);
    return say_usage(parse->cli);
}

static const char *code_name(const void *context, size_t i)
{
    return mp_code_name(*(const enum mp_code_family *)context, (int)i + 1);
}

static int refuse_code(struct parse *parse, const char *name, const char *value,
                       enum mp_code_family family)
{
    struct mp_arena *arena = parse->cli->arena;

    return refuse_value(parse, name, value,
                        cli_text(arena, "%s%s", mp_code_names(family),
                                 did_you_mean(arena, value, code_name, &family)));
}

/* What can be judged by the table alone. Dates are left to the verb, which knows which it takes. */
static int take_own(struct parse *parse, size_t i, const char *value)
{
    const struct cli_option *option = &parse->cli->command->options[i];
    enum mp_code_family family = (enum mp_code_family)option->family;
    int64_t number;

    if (option->value == CLI_CODE && mp_code_parse(family, value) == 0)
        return refuse_code(parse, option->name, value, family);
    if (option->value == CLI_NUMBER && mp_text_parse_i64(value, INT64_MIN, INT64_MAX, &number) != 0)
        return refuse_value(parse, option->name, value, "a whole number");
    parse->cli->values[i] = option->value == CLI_FLAG ? "" : value;
    return CLI_OK;
}

static int take_argument(struct cli *cli, const char *argument)
{
    if (cli->argument_count >= cli->command->most) {
        (void)cli_fail(CLI_USAGE, "'%s' is one argument too many", cli_cut(cli->arena, argument));
        return say_usage(cli);
    }
    cli->arguments[cli->argument_count++] = argument;
    return CLI_OK;
}

/* No option is a digit, so -5 is a value and not an option. */
static bool is_number(const char *word)
{
    return word[0] == '-' && (word[1] == '.' || (word[1] >= '0' && word[1] <= '9'));
}

/* One round of getopt: '+' up to the verb, '-' behind it. Returns an exit code. */
static int read_options(struct parse *parse, int argc, char **argv, char order)
{
    int status = CLI_OK;

    make_tables(parse, order);
    opterr = 0;
    optind = 0; /* glibc: begin anew */
    while (status == CLI_OK) {
        int before = optind == 0 ? 1 : optind;
        int found = getopt_long(argc, argv, parse->shorts, parse->longs, NULL);

        if (found == -1)
            break;
        if (found == 1)
            status = take_argument(parse->cli, optarg);
        else if (found == ':') {
            (void)cli_fail(CLI_USAGE, "%s needs a value", argv[optind - 1]);
            status = say_usage(parse->cli);
        } else if (found == '?' && order == '-' && is_number(argv[before])) {
            status = take_argument(parse->cli, argv[before]);
            argv += before; /* getopt stands in the middle of the word: begin anew behind it */
            argc -= before;
            optind = 0;
        } else if (found == '?')
            status = refuse_option(parse, argv[before]);
        else if (found >= OWN_BASE)
            status = take_own(parse, (size_t)(found - OWN_BASE), optarg);
        else if (found >= COMMON_BASE)
            parse->common[found - COMMON_BASE] = optarg == NULL ? "" : optarg;
        else
            for (size_t i = 0; cli_common_options[i].name != NULL; i++) {
                if (cli_common_options[i].letter == found)
                    parse->common[i] = optarg == NULL ? "" : optarg;
            }
    }
    while (status == CLI_OK && order == '-' && optind < argc)
        status = take_argument(parse->cli, argv[optind++]);
    return status;
}

static const char *common_value(const struct parse *parse, const char *name)
{
    for (size_t i = 0; cli_common_options[i].name != NULL; i++) {
        if (strcmp(cli_common_options[i].name, name) == 0)
            return parse->common[i];
    }
    return NULL;
}

static const char *from_environment(const char *value, const char *variable)
{
    if (value == NULL)
        value = getenv(variable);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static int read_timeout(struct parse *parse, const char *text)
{
    struct cli *cli = parse->cli;
    char *end = NULL;
    double seconds;

    cli->timeout_ms = TIMEOUT_FALLBACK_MS;
    if (text == NULL)
        return CLI_OK;
    seconds = strtod(text, &end);
    if (end == text || *end != '\0' || strspn(text, "0123456789.") != strlen(text) ||
        seconds > TIMEOUT_MOST_S)
        return refuse_value(parse, "timeout", text, "seconds, 0 to 31536000");
    cli->timeout_ms = (int64_t)(seconds * 1000.0 + 0.5);
    cli->has_timeout = true;
    return CLI_OK;
}

/* "table, json, ndjson or csv": those of the verb. */
static const char *format_choice(const struct cli *cli, unsigned formats)
{
    const char *choice = "";

    for (size_t i = 0; output_format(i) != NULL; i++) {
        bool is_last = formats >> (i + 1) == 0;

        if ((formats & 1u << i) != 0)
            choice = cli_text(cli->arena, "%s%s%s", choice,
                              choice[0] == '\0' ? "" : (is_last ? " or " : ", "), output_format(i));
    }
    return choice;
}

static int read_format(struct parse *parse, const char *text)
{
    struct cli *cli = parse->cli;
    unsigned formats =
        cli->command->formats != 0 ? cli->command->formats : (unsigned)CLI_USUAL_FORMATS;

    if (text == NULL) {
        while ((formats & 1u << cli->output) == 0)
            cli->output++; /* the verb's first */
        return CLI_OK;
    }
    for (size_t i = 0; output_format(i) != NULL; i++) {
        if ((formats & 1u << i) != 0 && strcmp(output_format(i), text) == 0) {
            cli->output = (enum cli_output)i;
            return CLI_OK;
        }
    }
    if (formats != CLI_WORDS_ALONE)
        return refuse_value(parse, "output", text, format_choice(cli, formats));
    (void)cli_fail(CLI_USAGE, "--output %s: '%s' answers in words alone: leave it out", text,
                   cli->command->name);
    return say_usage(cli);
}

static int settle(struct parse *parse)
{
    struct cli *cli = parse->cli;
    const char *no_color = getenv("NO_COLOR");
    int status;

    cli->folder = from_environment(common_value(parse, "dir"), "MILEPOST_DIR");
    cli->as = from_environment(common_value(parse, "as"), "MILEPOST_AS");
    cli->dry_run = common_value(parse, "dry-run") != NULL;
    cli->color = common_value(parse, "no-color") == NULL &&
                 (no_color == NULL || no_color[0] == '\0') && isatty(STDOUT_FILENO) == 1;
    if (cli->dry_run && !cli->command->writes) {
        (void)cli_fail(CLI_USAGE, "--dry-run: '%s' writes nothing anyway", cli->command->name);
        return say_usage(cli);
    }
    status = read_format(parse, common_value(parse, "output"));
    return status == CLI_OK ? read_timeout(parse, common_value(parse, "timeout")) : status;
}

static const char *word_name(const void *context, size_t i)
{
    const struct cli *cli = context;

    return cli_word(cli->arena, cli->command, i);
}

/* The number of arguments, and the first where it is one of some words. */
static int check_arguments(const struct cli *cli)
{
    size_t words = 0;
    const char *word;

    if (cli->argument_count < cli->command->least) {
        (void)cli_fail(CLI_USAGE, "'%s' needs %s", cli->command->name, cli->command->arguments);
        return say_usage(cli);
    }
    while ((word = cli_word(cli->arena, cli->command, words)) != NULL) {
        words++;
        if (cli->argument_count > 0 && strcmp(word, cli->arguments[0]) == 0)
            return CLI_OK;
    }
    if (words == 0 || cli->argument_count == 0)
        return CLI_OK;
    (void)cli_fail(CLI_USAGE, "'%s %s' is not known%s", cli->command->name,
                   cli_cut(cli->arena, cli->arguments[0]),
                   did_you_mean(cli->arena, cli->arguments[0], word_name, cli));
    return say_usage(cli);
}

/* Prints what --help and --version ask for: true when one was given. */
static bool print_asked(const struct parse *parse)
{
    if (common_value(parse, "help") != NULL)
        cli_print_help(stdout, parse->cli->command);
    else if (common_value(parse, "version") != NULL)
        printf("milepost %s\n", MP_VERSION);
    else
        return false;
    return true;
}

static int find_verb(struct parse *parse, int argc, char **argv)
{
    struct cli *cli = parse->cli;

    if (optind >= argc) {
        (void)cli_fail(CLI_USAGE, "which verb?");
        return say_usage(cli);
    }
    cli->command = cli_command_named(cli->arena, argv[optind]);
    return cli->command != NULL ? CLI_OK : say_usage(cli);
}

bool cli_parse(struct cli *cli, int argc, char **argv, int *ret_status)
{
    struct parse parse = {.cli = cli};

    *ret_status = read_options(&parse, argc, argv, '+');
    if (*ret_status != CLI_OK || print_asked(&parse))
        return false;
    *ret_status = find_verb(&parse, argc, argv);
    if (*ret_status != CLI_OK)
        return false;
    /* The verb is what getopt takes for the program's name now. */
    argc -= optind;
    argv += optind;
    *ret_status = read_options(&parse, argc, argv, '-');
    if (*ret_status != CLI_OK || print_asked(&parse))
        return false;
    *ret_status = settle(&parse);
    if (*ret_status == CLI_OK)
        *ret_status = check_arguments(cli);
    return *ret_status == CLI_OK;
}
