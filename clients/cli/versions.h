/* What the verbs about versioned records share (policies, calendars): all versions of a kind. */
#ifndef MP_CLI_VERSIONS_H
#define MP_CLI_VERSIONS_H

#include "clients/cli/say.h"
#include "core/domain/record.h"

struct versions {
    struct mp_record *records; /* ascending by name or programme, then by valid_from; not removed */
    size_t count;
};
/* Everything lives in the run's arena. as_of NULL: now. An exit code; what failed was told. */
int versions_read(struct cli *cli, const struct instance *instance, enum mp_kind kind,
                  const struct mp_as_of *as_of, struct versions *ret_versions);
/* The same as of the day that the line asks for, which is given; the instance is opened. */
int versions_asked(struct cli *cli, enum mp_kind kind, struct instance *ret_instance,
                   struct versions *ret_versions, int32_t *ret_day);
/* The version of the name with the largest valid_from not after the day, or NULL. */
const struct mp_record *versions_in_force(const struct versions *versions, const char *name,
                                          int32_t day);
bool versions_has(const struct versions *versions, const char *name);
/* Name or programme of a record of either kind. */
const char *version_name(const struct mp_record *record);

/* The run of "set NAME --valid-from DAY": begin puts in what the line leaves out (an exit code). */
int versions_set(struct cli *cli, enum mp_change_kind kind,
                 int (*begin)(struct say *say, const char *name, int32_t valid_from));
/* Makes the change replace the version that has its name and day, as it was read, unless --expect
 * was given: who states half of a version must have seen the other half. */
void versions_expect(struct say *say, const struct versions *versions, const char *name,
                     int32_t valid_from);

#endif
