/* A word of a scheme: programme, corridor, theme, region, source. */
#include "core/domain/rules_private.h"

int mp_validate_term(const struct mp_change *change, const struct mp_check *check)
{
    const struct mp_term *term = &change->term;
    int result = mp_check_code(check, "scheme", MP_FAMILY_SCHEME, (int)term->scheme)
                     ?: mp_check_id(check, "code", term->code, MP_FORM_SLUG)
                     ?: mp_check_title(check, &term->title)
                     ?: mp_check_optional_day(check, "published_on", term->published_on);
    if (result != 0 || term->published_on == MP_DAY_NONE || term->scheme == MP_SCHEME_SOURCE)
        return result;
    return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, "published_on",
                           "only a source has a day of publication, and %s is none: leave it out",
                           mp_quote(check->arena, term->code));
}

int mp_locate_term(struct mp_ruling *ruling)
{
    const struct mp_term *term = &ruling->change->term;
    ruling->subject = mp_subject_term(ruling->arena, term->scheme, term->code);
    return ruling->subject.topic == NULL ? MP_ENOMEM : 0;
}

/* A word may always be defined, and defined again. */
int mp_decide_term(struct mp_ruling *ruling)
{
    (void)ruling;
    return 0;
}
