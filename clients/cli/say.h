/* From a command line to a change in the record: what verb_say.c and verb_define.c share. Mistakes
 * are kept (the first counts) and told by say_finish as the ledger would tell them. */
#ifndef MP_CLI_SAY_H
#define MP_CLI_SAY_H

#include "clients/cli/instance.h"
#include "core/domain/change.h"
#include "core/domain/reject.h"

#include <jansson.h>

struct say {
    struct cli *cli;
    struct instance instance;
    struct mp_change change;
    struct mp_rejection rejection; /* code MP_REJECT_NONE: none yet */
};

/* Opens the instance and reads the options that every statement takes. An exit code. */
int say_begin(struct cli *cli, enum mp_change_kind kind, struct say *ret_say);
/* Keeps the mistake, unless there is one already. */
void say_wrong(struct say *say, enum mp_reject code, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Readers: a NULL text leaves the target alone. field is the name that a mistake names. */
void say_text(const char *text, const char **target);
void say_day(struct say *say, const char *field, const char *text, int32_t *target);
/* precision: its name, or NULL for what the text shows. */
void say_date(struct say *say, const char *text, const char *precision, struct mp_date *target);
int say_code(struct say *say, const char *field, enum mp_code_family family, const char *text);
void say_number(struct say *say, const char *field, const char *text, int64_t least, int64_t most,
                int64_t *target);
void say_decimal(struct say *say, const char *field, const char *text, struct mp_decimal *target);
/* Items joined by ';'. */
void say_list(struct say *say, const char *field, const char *text, struct mp_list *target);
void say_title(const struct say *say, struct mp_title *target);

/* Checks, then shows (--dry-run) or submits it and shows what became of it. An exit code. */
int say_finish(struct say *say);
/* The same for changes made elsewhere: accepted or rejected together. */
int say_submit(struct cli *cli, const struct instance *instance, const struct mp_change *changes,
               size_t count);
/* "rejected: CODE (FIELD): SENTENCE" on stderr; returns CLI_REJECTED. */
int say_rejected(enum mp_reject code, const char *field, const char *message);
/* A rejection's field without the place of the change, where there was only one. */
const char *say_field(const char *field);

#endif
