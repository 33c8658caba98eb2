/* A version of a programme's policy: what its colours mean. */
#include "core/domain/rules_private.h"

#include <inttypes.h>
#include <string.h>

#define INDEX_LEAST 2
#define INDEX_MOST  1000000

static int check_pair(const struct mp_check *check, const char *field, uint32_t amber, uint32_t red)
{
    if (amber <= red)
        return 0;
    return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, field,
                           "red begins at %" PRIu32 ", before amber at %" PRIu32
                           ": give red the larger figure",
                           red, amber);
}

int mp_validate_policy(const struct mp_change *change, const struct mp_check *check)
{
    const struct mp_policy *policy = &change->policy;

    return mp_check_id(check, "programme", policy->programme, MP_FORM_SLUG)
               ?: mp_check_valid_from(check, policy->valid_from)
               ?: mp_check_range(check, "amber_days", policy->amber_days, 1, MP_POLICY_DAYS_MOST)
               ?: mp_check_range(check, "red_days", policy->red_days, 1, MP_POLICY_DAYS_MOST)
               ?: check_pair(check, "red_days", policy->amber_days, policy->red_days)
               ?: mp_check_range(check, "amber_percent", policy->amber_percent, 0,
                                 MP_POLICY_PERCENT_MOST)
               ?: mp_check_range(check, "red_percent", policy->red_percent, 0,
                                 MP_POLICY_PERCENT_MOST)
               ?: check_pair(check, "red_percent", policy->amber_percent, policy->red_percent)
               ?: mp_check_range(check, "grey_days", policy->grey_days, 0, MP_POLICY_DAYS_MOST)
               ?: mp_check_range(check, "report_days", policy->report_days, 0, MP_INTERVAL_MOST)
               ?: mp_check_range(check, "least_for_index", policy->least_for_index, INDEX_LEAST,
                                 INDEX_MOST);
}

int mp_locate_policy(struct mp_ruling *ruling)
{
    const struct mp_policy *policy = &ruling->change->policy;

    ruling->subject =
        mp_subject_version(ruling->arena, MP_KIND_POLICY, policy->programme, policy->valid_from);
    return ruling->subject.topic == NULL ? MP_ENOMEM : 0;
}

/* Colours of days that are past change with such a policy, so it says why. */
int mp_decide_policy(struct mp_ruling *ruling)
{
    const struct mp_policy *policy = &ruling->change->policy;

    if (policy->valid_from < ruling->change->stated_on && ruling->change->note[0] == '\0')
        return mp_ruling_reject(ruling, MP_REJECT_REASON_MISSING, "note",
                                "the policy begins before the day it is given, which changes "
                                "colours of days that are past: say why in the note");
    if (strcmp(policy->programme, MP_POLICY_DEFAULT) == 0)
        return 0;
    return mp_ruling_need_term(ruling, "programme", MP_SCHEME_PROGRAMME, policy->programme);
}
