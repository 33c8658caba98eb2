/* Verbs whose first argument is one of some words ("policy show"): each word has arguments and
 * options of its own. */
#ifndef MP_CLI_WORDED_H
#define MP_CLI_WORDED_H

#include "clients/cli/command.h"

/* The i-th of the words "list|retry|drop" that the first argument must be one of, in the arena;
 * NULL beyond the last, or when the command has no such words ("[a|b]": it may be left out). */
const char *cli_word(struct mp_arena *arena, const struct cli_command *command, size_t i);

/* A word of a verb: "show" of "policy show". */
struct worded {
    const char *word, *usage; /* "PROGRAMME DAY DAY" */
    size_t least, most;       /* arguments after the word */
    const char *options;      /* that it takes, each between blanks */
    int (*run)(struct cli *cli);
};
/* Runs the word that the first argument is (the parser let no other pass). Arguments that are too
 * few or too many, and options that it would not obey, are told. An exit code. */
int worded_run(struct cli *cli, const struct worded *words, size_t count);

#endif
