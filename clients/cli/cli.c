/* What every verb uses, and the program's main. */
#include "clients/cli/parse.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define REPEATED_MOST 60 /* bytes */

__attribute__((format(printf, 1, 0))) static void say(const char *format, va_list arguments)
{
    (void)fflush(stdout);
    fputs("milepost: ", stderr);
    (void)vfprintf(stderr, format, arguments);
}

int cli_fail(int status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return status;
}

int cli_error(int error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    fprintf(stderr, ": %s\n", mp_error_text(error));
    return cli_exit_of(error);
}

int cli_no_memory(void)
{
    return cli_fail(CLI_FAILED, "%s", mp_error_text(MP_ENOMEM));
}

int cli_exit_of(int error)
{
    switch (error) {
    case 0:
        return CLI_OK;
    case MP_ENOTFOUND:
        return CLI_NOT_FOUND;
    case MP_EUNREACHABLE:
    case MP_ETIMEDOUT:
        return CLI_UNREACHABLE;
    case MP_EPERM:
    case MP_EKEYMODE:
        return CLI_NOT_ALLOWED;
    default:
        return CLI_FAILED;
    }
}

struct mp_arena *cli_arena(size_t budget_bytes)
{
    struct mp_arena *arena = mp_arena_new(budget_bytes);

    if (arena == NULL)
        exit(cli_no_memory());
    return arena;
}

const char *cli_text(struct mp_arena *arena, const char *format, ...)
{
    va_list arguments;
    const char *text;

    va_start(arguments, format);
    text = mp_arena_vprintf(arena, format, arguments);
    va_end(arguments);
    if (text == NULL)
        exit(cli_no_memory());
    return text;
}

const char *cli_cut(struct mp_arena *arena, const char *text)
{
    size_t size = strnlen(text, REPEATED_MOST + 1);

    if (size <= REPEATED_MOST)
        return text;
    for (size = REPEATED_MOST; size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80;)
        size--; /* not within a letter */
    return cli_text(arena, "%.*s…", (int)size, text);
}

const char *cli_without(struct mp_arena *arena, const char *text, const char *part)
{
    const char *without = "", *found;

    if (part[0] == '\0')
        return text;
    while ((found = strstr(text, part)) != NULL) {
        without = cli_text(arena, "%s%.*s", without, (int)(found - text), text);
        text = found + strlen(part);
    }
    return cli_text(arena, "%s%s", without, text);
}

size_t cli_option_count(const struct cli_option *options)
{
    size_t count = 0;

    while (options != NULL && options[count].name != NULL)
        count++;
    return count;
}

bool cli_obeys(const struct cli_command *command, const struct cli_option *option)
{
    if (option->value == CLI_FORMAT)
        return command->formats != CLI_WORDS_ALONE;
    return command->writes || strcmp(option->name, "dry-run") != 0;
}

const struct cli_command *cli_find_command(const char *name)
{
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        if (strcmp(cli_commands[i]->name, name) == 0)
            return cli_commands[i];
    }
    return NULL;
}

/* Where the value of the command's option is; NULL when it has no such option. */
static const char *const *place_of(const struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli_option_count(cli->command->options); i++) {
        if (strcmp(cli->command->options[i].name, name) == 0)
            return &cli->values[i];
    }
    return NULL;
}

const char *cli_value(const struct cli *cli, const char *name)
{
    const char *const *place = place_of(cli, name);

    return place == NULL ? NULL : *place;
}

void cli_redirect(struct cli *cli, const char *verb, const char *argument, const char *option,
                  const char *value)
{
    const char *const *place;

    cli->command = cli_find_command(verb);
    memset(cli->values, 0, sizeof cli->values);
    cli->arguments[0] = argument;
    cli->argument_count = 1;
    place = place_of(cli, option);
    if (place != NULL)
        cli->values[place - cli->values] = value;
}

int cli_main(int argc, char **argv)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = cli_arena(CLI_ARENA_BYTES);
    struct cli cli = {.arena = arena};
    int status = CLI_OK;

    (void)setlocale(LC_CTYPE, ""); /* for the width of letters; numbers keep their point */
    if (cli_parse(&cli, argc, argv, &status))
        status = cli.command->run(&cli);
    /* A full disk behind a redirection must not look like success. */
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == CLI_OK)
        status = cli_fail(CLI_FAILED, "cannot write the output: %s", strerror(errno));
    return status;
}
