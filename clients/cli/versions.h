/* What the verbs about versioned records share (policies, calendars): their words, and all versions
 * of a kind. */
#ifndef MP_CLI_VERSIONS_H
#define MP_CLI_VERSIONS_H

#include "clients/cli/say.h"
#include "core/domain/record.h"

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

struct versions {
    struct mp_record *records; /* ascending by name or programme, then by valid_from; not removed */
    size_t count;
};
/* Everything lives in the run's arena. as_of NULL: now. An exit code; what failed was told. */
int versions_read(struct cli *cli, const struct instance *instance, enum mp_kind kind,
                  const struct mp_as_of *as_of, struct versions *ret_versions);
/* The version of the name with the largest valid_from not after the day, or NULL. */
const struct mp_record *versions_in_force(const struct versions *versions, const char *name,
                                          int32_t day);
bool versions_has(const struct versions *versions, const char *name);
/* Of a record of either kind. */
const char *version_name(const struct mp_record *record);
int32_t version_valid_from(const struct mp_record *record);

/* Reads the day of that option or argument: an exit code, told. */
int versions_day(const char *name, const char *text, int32_t *ret_day);
/* Makes the change replace the version that has its name and day, as it was read, unless --expect
 * was given: who states half of a version must have seen the other half. */
void versions_expect(struct say *say, const struct versions *versions, const char *name,
                     int32_t valid_from);

#endif
