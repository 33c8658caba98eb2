#include "core/domain/rules_private.h"

int mp_validate_indicator(const struct mp_change *change, const struct mp_check *check)
{
    const struct mp_indicator *indicator = &change->indicator;
    return mp_check_id(check, "code", indicator->code, MP_FORM_SLUG)
               ?: mp_check_title(check, &indicator->title)
               ?: mp_check_text(check, "unit", indicator->unit, MP_UNIT_MOST)
               ?: mp_check_text(check, "measure", indicator->measure, MP_UNIT_MOST)
               ?: mp_check_optional_code(check, "direction", MP_FAMILY_DIRECTION,
                                         (int)indicator->direction);
}

int mp_locate_indicator(struct mp_ruling *ruling)
{
    return mp_ruling_set_subject(ruling, MP_KIND_INDICATOR, ruling->change->indicator.code);
}

/* An indicator may always be defined, and defined again. */
int mp_decide_indicator(struct mp_ruling *ruling)
{
    (void)ruling;
    return 0;
}
