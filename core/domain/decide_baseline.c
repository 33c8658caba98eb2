/* Baselines. The first recorded one is never replaced; every further one, whatever its stated_on,
 * is a re-baseline: an authority's, with a reason. */
#include "core/domain/rules_private.h"

#include <inttypes.h>

static int decide_first(const struct mp_ruling *ruling)
{
    if (!ruling->change->dated.recalled)
        return 0;
    return mp_ruling_reject(ruling, MP_REJECT_OUT_OF_RANGE, "recalled",
                            "this is the milestone's first baseline and only a re-baseline can be "
                            "marked recalled: leave it out");
}

static int decide_again(const struct mp_ruling *ruling, const struct mp_entry *standing)
{
    char date[MP_DATE_TEXT], stated[MP_DAY_TEXT];
    mp_date_format(standing->date, date);
    mp_day_format(standing->stated_on, stated);
    if (ruling->context->agency->agency.definition.role != MP_ROLE_AUTHORITY)
        return mp_ruling_reject(ruling, MP_REJECT_REBASELINE_NEEDS_AUTHORITY, "milestone",
                                "a baseline stands already, %s (said on %s, seq %" PRIu64
                                "): state a forecast, or have an authority re-baseline it",
                                date, stated, standing->seq);
    if (ruling->change->dated.reason != MP_REASON_NONE)
        return 0;
    return mp_ruling_reject(ruling, MP_REJECT_REASON_MISSING, "reason",
                            "a baseline stands already, %s (said on %s, seq %" PRIu64
                            "), so that this is a re-baseline: give a reason: %s",
                            date, stated, standing->seq, mp_reason_choice(ruling->arena));
}

int mp_decide_baseline(struct mp_ruling *ruling)
{
    struct mp_entry standing = {0};
    int result = mp_ruling_need_subject(ruling, "milestone");
    if (result != 0)
        return result;
    int found = ruling->view->latest(ruling->view->context, &ruling->subject, MP_CHANGE_BASELINE,
                                     INT32_MAX, UINT64_MAX, &standing);
    if (found < 0)
        return found;
    return found == 0 ? decide_first(ruling) : decide_again(ruling, &standing);
}
