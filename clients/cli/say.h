/* From a command line to a change in the record: what the verbs share that submit one. Mistakes are
 * kept (the first counts) and told by say_finish as the ledger would tell them. */
#ifndef MP_CLI_SAY_H
#define MP_CLI_SAY_H

#include "clients/cli/instance.h"
#include "core/domain/change.h"
#include "core/domain/reject.h"

struct say {
    struct cli *cli;
    struct instance instance;
    struct mp_change change;
    struct mp_rejection rejection; /* code MP_REJECT_NONE: none yet */
};

/* Opens the instance and reads the options that every statement takes. An exit code. */
int say_begin(struct cli *cli, enum mp_change_kind kind, struct say *ret_say);
/* Reads the text into the change's field of that name. */
void say_field(struct say *say, const char *name, const char *text);
/* Reads the arguments, as the row names their fields, and the options that give the others. */
void say_given(struct say *say);
/* Checks, then shows (--dry-run) or submits it and shows what became of it. An exit code. */
int say_finish(struct say *say);
/* The run of a row that needs no more than this. */
int say_verb(struct cli *cli);

/* A rejection's field without the place of the change, where there was only one. */
const char *say_rejected_field(const char *field);

#endif
