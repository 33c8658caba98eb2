/* Colours, by the policy that was in force on the day. Nothing here knows a threshold. */
#ifndef MP_DOMAIN_POLICY_H
#define MP_DOMAIN_POLICY_H

#include "core/domain/change.h"

#include <stddef.h>

enum mp_colour { MP_COLOUR_NONE, MP_COLOUR_GREEN, MP_COLOUR_AMBER, MP_COLOUR_RED };
#define MP_COLOUR_COUNT 4
/* "green", "amber", "red"; "" for none. */
const char *mp_colour_name(enum mp_colour colour);

/* Which threshold decided. */
enum mp_ground { MP_GROUND_NONE, MP_GROUND_WITHIN, MP_GROUND_DAYS, MP_GROUND_SHARE };

struct mp_verdict {
    enum mp_colour colour;        /* none: no policy, or no slip to judge */
    enum mp_ground ground;        /* below both thresholds; the days'; the share's */
    uint32_t threshold;           /* reached: days or percent; 0 when within */
    int32_t slip_days;            /* what was judged */
    int32_t duration_days;        /* 0: not known, so that days alone counted */
    int32_t policy_valid_from;    /* of the version that judged; MP_DAY_NONE */
    const char *policy_programme; /* borrowed from the policy; "" */
};

/* Red when the slip reaches red_days, or red_percent of the duration; amber likewise; else green,
 * also when it is early. The worse of days and share holds; where both give the same, days are the
 * ground. policy NULL: no colour. duration_days ≤ 0: not known. */
struct mp_verdict mp_policy_judge(const struct mp_policy *policy, int32_t slip_days,
                                  int32_t duration_days);

/* The version in force for a programme on a day: the programme's own with the largest valid_from
 * not after the day; if it has none, the default's; else NULL. Any order. */
const struct mp_policy *mp_policy_in_force(const struct mp_policy *policies, size_t count,
                                           const char *programme, int32_t day);

/* Members of a policy by name, for show, set and diff. */
struct mp_policy_member {
    const char *name; /* as on the wire: "amber_days" … */
    const char *help; /* what it means, with its unit */
    size_t offset;    /* of the uint32_t in struct mp_policy */
};
#define MP_POLICY_MEMBERS 7
extern const struct mp_policy_member mp_policy_members[MP_POLICY_MEMBERS];

#endif
