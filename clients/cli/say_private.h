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
/* How long a question of it may take. say_check.c */
int64_t say_check_ms(const struct say *say);

/* Each of these asks the record; what is not there becomes the rejection. 0 or a negative error.
 * say_names.c */

/* Whether there is such a record, which the field names. */
int say_check_record(struct say *say, struct mp_client *client, enum mp_kind kind, const char *id,
                     const char *field) MP_CHECK_RESULT;
/* Whether all that the change names is there. */
int say_check_names(struct say *say, struct mp_client *client) MP_CHECK_RESULT;
/* Whether what is withdrawn is a statement; where it lives. */
int say_check_statement(struct say *say, struct mp_client *client,
                        struct mp_subject *ret_subject) MP_CHECK_RESULT;

#endif
