/* What every verb uses, and the program's main. */
#include "clients/cli/parse.h"

#include "core/base/error.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <string.h>

#define ARENA_BYTES                                                                                \
    ((size_t)1 << 30) /* of a whole run: a list is held to be printed as a table                   \
                       */

int cli_fail(int status, const char *format, ...)
{
    va_list arguments;

    (void)fflush(stdout);
    fputs("milepost: ", stderr);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return status;
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

const char *cli_without(struct mp_arena *arena, const char *text, const char *part)
{
    char *copy = part == NULL || part[0] == '\0' ? NULL : mp_arena_strdup(arena, text);

    for (char *at = copy; at != NULL && (at = strstr(at, part)) != NULL;)
        memmove(at, at + strlen(part), strlen(at + strlen(part)) + 1);
    return copy == NULL ? text : copy;
}

const struct cli_command *cli_find_command(const char *name)
{
    for (size_t i = 0; i < cli_command_count; i++) {
        if (strcmp(cli_commands[i].name, name) == 0)
            return &cli_commands[i];
    }
    return NULL;
}

const char *cli_value(const struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->command->option_count; i++) {
        if (strcmp(cli->command->options[i].name, name) == 0)
            return cli->values[i];
    }
    return NULL;
}

void cli_set_value(struct cli *cli, const char *name, const char *value)
{
    for (size_t i = 0; i < cli->command->option_count; i++) {
        if (strcmp(cli->command->options[i].name, name) == 0)
            cli->values[i] = value;
    }
}

void cli_redirect(struct cli *cli, const char *verb, const char *argument)
{
    cli->command = cli_find_command(verb);
    memset(cli->values, 0, sizeof cli->values);
    cli->arguments[0] = argument;
    cli->argument_count = 1;
}

int cli_main(int argc, char **argv)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(ARENA_BYTES);
    struct cli cli = {.arena = arena};
    int status = CLI_OK;

    if (arena == NULL)
        return cli_fail(CLI_FAILED, "%s", mp_error_text(MP_ENOMEM));
    (void)setlocale(LC_CTYPE, ""); /* for the width of letters; numbers keep their point */
    if (cli_parse(&cli, argc, argv, &status))
        status = cli.command->run(&cli);
    /* A full disk behind a redirection must not look like success. */
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == CLI_OK)
        status = cli_fail(CLI_FAILED, "stdout cannot be written: %s", strerror(errno));
    return status;
}
