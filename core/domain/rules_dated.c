/* What the statements that carry a date have in common. */
#include "core/domain/rules_private.h"

int mp_validate_dated(const struct mp_change *change, const struct mp_check *check)
{
    const struct mp_dated *dated = &change->dated;
    int result =
        mp_check_id(check, "milestone", dated->milestone, MP_FORM_MILESTONE)
            ?: mp_check_date(check, "date", dated->date)
            ?: mp_check_optional_code(check, "reason", MP_FAMILY_REASON, (int)dated->reason);
    if (result != 0 || !dated->recalled || change->kind == MP_CHANGE_BASELINE)
        return result;
    return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, "recalled",
                           "only a re-baseline can be marked recalled, and this is a %s: leave it "
                           "out",
                           mp_code_name(MP_FAMILY_CHANGE, (int)change->kind));
}

int mp_locate_dated(struct mp_ruling *ruling)
{
    return mp_ruling_set_subject(ruling, MP_KIND_MILESTONE, ruling->change->dated.milestone);
}

static const char *advice_for(enum mp_change_kind kind)
{
    switch (kind) {
    case MP_CHANGE_SUSPENSION:
        return "give the day from which work has stopped";
    case MP_CHANGE_RESUMPTION:
        return "give the day from which work goes on again";
    default:
        return "give the day on which it was met, or state a forecast";
    }
}

int mp_ruling_reached(const struct mp_ruling *ruling)
{
    int result = mp_ruling_need_subject(ruling, "milestone");
    if (result != 0)
        return result;
    struct mp_date date = ruling->change->dated.date;
    if (mp_date_begin(date) <= ruling->change->stated_on)
        return 0;
    char reached[MP_DATE_TEXT], stated[MP_DAY_TEXT];
    mp_date_format(date, reached);
    mp_day_format(ruling->change->stated_on, stated);
    return mp_ruling_reject(ruling, MP_REJECT_MET_IN_FUTURE, "date",
                            "%s had not begun on %s, the day of the statement: %s", reached, stated,
                            advice_for(ruling->change->kind));
}
