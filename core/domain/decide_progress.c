#include "core/domain/rules_private.h"

int mp_validate_progress(const struct mp_change *change, const struct mp_check *check)
{
    const struct mp_progress *progress = &change->progress;
    static const struct mp_decimal none = {0, 0}, all = {100, 0};
    int result = mp_check_id(check, "milestone", progress->milestone, MP_FORM_MILESTONE)
                     ?: mp_check_decimal(check, "percent", progress->percent);
    if (result != 0)
        return result;
    if (mp_decimal_compare(progress->percent, none) >= 0 &&
        mp_decimal_compare(progress->percent, all) <= 0)
        return 0;
    char percent[MP_DECIMAL_TEXT];
    mp_decimal_format(progress->percent, percent);
    return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, "percent",
                           "%s is no percentage of progress: give 0 to 100", percent);
}

int mp_locate_progress(struct mp_ruling *ruling)
{
    return mp_ruling_set_subject(ruling, MP_KIND_MILESTONE, ruling->change->progress.milestone);
}

int mp_decide_progress(struct mp_ruling *ruling)
{
    return mp_ruling_need_subject(ruling, "milestone");
}
