/* From argv to struct cli, by the command table. */
#ifndef MP_CLI_PARSE_H
#define MP_CLI_PARSE_H

#include "clients/cli/command.h"

/* Fills *cli (its arena is given, the rest zero). true: cli->command is to be run. false: exit with
 * *ret_status; help or version were printed, or why the line is wrong was said on stderr. */
bool cli_parse(struct cli *cli, int argc, char **argv, int *ret_status);
/* The row of that name, or NULL. */
const struct cli_command *cli_find_command(const char *name);
/* Makes the line another verb's, without options: "agency list" is "list agencies". */
void cli_redirect(struct cli *cli, const char *verb, const char *argument);
/* Sets the option of cli->command as if it had been given. */
void cli_set_value(struct cli *cli, const char *name, const char *value);

/* "; did you mean 'X'?" or "": texts in the arena. names as name(context, i), i < count. */
const char *cli_did_you_mean(struct mp_arena *arena, const char *word, size_t count,
                             const char *(*name)(const void *context, size_t i),
                             const void *context);

/* The i-th of the words "list|retry|drop" that the first argument must be one of, in the arena;
 * NULL beyond the last, or when the command has no such words. */
const char *cli_word(struct mp_arena *arena, const struct cli_command *command, size_t i);

#endif
