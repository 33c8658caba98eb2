#include "core/domain/policy.h"

#include <string.h>

const char *mp_colour_name(enum mp_colour colour)
{
    static const char *const names[] = {"", "green", "amber", "red"};

    return (unsigned)colour < MP_COLOUR_COUNT ? names[colour] : "";
}

#define MEMBER(member, help_)                                                                      \
    {                                                                                              \
        .name = #member, .help = (help_), .offset = offsetof(struct mp_policy, member)             \
    }
const struct mp_policy_member mp_policy_members[MP_POLICY_MEMBERS] = {
    MEMBER(amber_days, "days late at which amber begins"),
    MEMBER(red_days, "days late at which red begins"),
    MEMBER(amber_percent, "percent of the planned duration at which amber begins; 0: days alone"),
    MEMBER(red_percent, "percent of the planned duration at which red begins; 0: days alone"),
    MEMBER(grey_days, "days after an expected date with no word until the grey zone"),
    MEMBER(report_days, "days between reports of agencies that have no interval; 0: none"),
    MEMBER(least_for_index, "milestones below which no index is given"),
};

/* percent 0: the share does not count. */
static bool reaches_share(int32_t slip_days, int32_t duration_days, uint32_t percent)
{
    return percent > 0 && duration_days > 0 &&
           (int64_t)slip_days * 100 >= (int64_t)duration_days * percent;
}

static bool reaches_days(int32_t slip_days, uint32_t days)
{
    return slip_days > 0 && (uint32_t)slip_days >= days;
}

static bool judge(struct mp_verdict *verdict, enum mp_colour colour, uint32_t days,
                  uint32_t percent)
{
    if (reaches_days(verdict->slip_days, days)) {
        verdict->ground = MP_GROUND_DAYS;
        verdict->threshold = days;
    } else if (reaches_share(verdict->slip_days, verdict->duration_days, percent)) {
        verdict->ground = MP_GROUND_SHARE;
        verdict->threshold = percent;
    } else {
        return false;
    }
    verdict->colour = colour;
    return true;
}

struct mp_verdict mp_policy_judge(const struct mp_policy *policy, int32_t slip_days,
                                  int32_t duration_days)
{
    struct mp_verdict verdict = {.slip_days = slip_days,
                                 .duration_days = duration_days > 0 ? duration_days : 0,
                                 .policy_valid_from = MP_DAY_NONE,
                                 .policy_programme = ""};

    if (policy == NULL)
        return verdict;
    verdict.policy_valid_from = policy->valid_from;
    verdict.policy_programme = policy->programme;
    if (!judge(&verdict, MP_COLOUR_RED, policy->red_days, policy->red_percent) &&
        !judge(&verdict, MP_COLOUR_AMBER, policy->amber_days, policy->amber_percent)) {
        verdict.colour = MP_COLOUR_GREEN;
        verdict.ground = MP_GROUND_WITHIN;
    }
    return verdict;
}

static const struct mp_policy *latest(const struct mp_policy *policies, size_t count,
                                      const char *programme, int32_t day)
{
    const struct mp_policy *found = NULL;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(policies[i].programme, programme) == 0 && policies[i].valid_from <= day &&
            (found == NULL || policies[i].valid_from > found->valid_from))
            found = &policies[i];
    }
    return found;
}

const struct mp_policy *mp_policy_in_force(const struct mp_policy *policies, size_t count,
                                           const char *programme, int32_t day)
{
    const struct mp_policy *own = latest(policies, count, programme, day);

    return own != NULL ? own : latest(policies, count, MP_POLICY_DEFAULT, day);
}
