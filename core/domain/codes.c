#include "core/domain/codes.h"

#include "core/base/auto.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define NAME(name, number, text)   [number] = (text),
#define JOINED(name, number, text) ", " text
#define FAMILY(list)                                                                               \
    {                                                                                              \
        .names = (const char *const[]){"", list(NAME)},                                            \
        .count = MP_LENGTH(((const char *const[]){"", list(NAME)})), .joined = list(JOINED)        \
    }

/* joined begins with a separator, which is skipped. */
static const struct family {
    const char *const *names; /* by number; 0 is "" */
    size_t count;
    const char *joined;
} families[] = {
    [MP_FAMILY_ROLE] = FAMILY(MP_ROLES),
    [MP_FAMILY_REASON] = FAMILY(MP_REASONS),
    [MP_FAMILY_PROJECT_STATUS] = FAMILY(MP_PROJECT_STATUSES),
    [MP_FAMILY_MILESTONE_STATUS] = FAMILY(MP_MILESTONE_STATUSES),
    [MP_FAMILY_MILESTONE_TYPE] = FAMILY(MP_MILESTONE_TYPES),
    [MP_FAMILY_LINK_TYPE] = FAMILY(MP_LINK_TYPES),
    [MP_FAMILY_PRECISION] = FAMILY(MP_PRECISIONS),
    [MP_FAMILY_OBSERVATION_KIND] = FAMILY(MP_OBSERVATION_KINDS),
    [MP_FAMILY_SCHEME] = FAMILY(MP_SCHEMES),
    [MP_FAMILY_DIRECTION] = FAMILY(MP_DIRECTIONS),
    [MP_FAMILY_KIND] = FAMILY(MP_KINDS),
    [MP_FAMILY_CHANGE] = FAMILY(MP_CHANGES),
    [MP_FAMILY_CALENDAR_DAY] = FAMILY(MP_CALENDAR_DAY_KINDS),
};

static const struct family *find_family(enum mp_code_family family)
{
    return (size_t)family < MP_LENGTH(families) ? &families[family] : NULL;
}

const char *mp_code_name(enum mp_code_family family, int number)
{
    const struct family *found = find_family(family);
    if (found == NULL || number < 0 || (size_t)number >= found->count)
        return NULL;
    return found->names[number];
}

int mp_code_parse(enum mp_code_family family, const char *name)
{
    const struct family *found = find_family(family);
    if (found == NULL || name == NULL)
        return 0;
    for (size_t i = 1; i < found->count; i++) {
        bool is_same = family == MP_FAMILY_LINK_TYPE ? strcasecmp(found->names[i], name) == 0
                                                     : strcmp(found->names[i], name) == 0;
        if (is_same)
            return (int)i;
    }
    return 0;
}

const char *mp_code_names(enum mp_code_family family)
{
    const struct family *found = find_family(family);
    return found == NULL ? "" : found->joined + 2;
}
