/* Private to say*.c. */
#ifndef MP_CLI_SAY_PRIVATE_H
#define MP_CLI_SAY_PRIVATE_H

#include "clients/cli/say.h"

/* Whether the option gives the field: by its own name, or the beginning of the field's. say.c */
bool say_gives(const struct cli_option *option, const char *field);
/* " (--title)" where one of the command's options gives the field, else "". say.c */
const char *say_option_of(const struct cli *cli, const char *field);
/* Asks the record what it can be asked beforehand: whether the identity may submit the change, and
 * whether what it is about is there. A no becomes the rejection. say_check.c */
void say_check(struct say *say);

#endif
