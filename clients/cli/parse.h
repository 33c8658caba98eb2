/* From argv to struct cli, by the command table. */
#ifndef MP_CLI_PARSE_H
#define MP_CLI_PARSE_H

#include "clients/cli/command.h"

/* Fills *cli (its arena is given, the rest zero). true: cli->command is to be run. false: exit with
 * *ret_status; help or version were printed, or why the line is wrong was said on stderr. */
bool cli_parse(struct cli *cli, int argc, char **argv, int *ret_status);
/* The row of that name, or NULL. */
const struct cli_command *cli_find_command(const char *name);
/* The same; says that there is none, and which is meant. */
const struct cli_command *cli_command_named(struct mp_arena *arena, const char *name);
/* Makes the line another verb's, with one option: "agency list" is "list agencies". */
void cli_redirect(struct cli *cli, const char *verb, const char *argument, const char *option,
                  const char *value);

#endif
