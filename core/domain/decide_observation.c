/* A figure of an indicator for a project. Each is a record of its own, so that two sources may
 * disagree and both stay. */
#include "core/domain/rules_private.h"

static int validate_period(const struct mp_observation *observation, const struct mp_check *check)
{
    int32_t start = observation->period_start, end = observation->period_end;
    if (start == MP_DAY_NONE && end == MP_DAY_NONE)
        return 0;
    char first[MP_DAY_TEXT], last[MP_DAY_TEXT];
    mp_day_format(start, first);
    mp_day_format(end, last);
    if (start == MP_DAY_NONE)
        return mp_check_reject(check, MP_REJECT_PERIOD_INVALID, "period_start",
                               "the period ends on %s and has no start: give both or neither",
                               last);
    if (end == MP_DAY_NONE)
        return mp_check_reject(check, MP_REJECT_PERIOD_INVALID, "period_end",
                               "the period starts on %s and has no end: give both or neither",
                               first);
    if (start <= end)
        return 0;
    return mp_check_reject(check, MP_REJECT_PERIOD_INVALID, "period_end",
                           "the period would end on %s, before it starts on %s: exchange them",
                           last, first);
}

int mp_validate_observation(const struct mp_change *change, const struct mp_check *check)
{
    const struct mp_observation *observation = &change->observation;
    return mp_check_id(check, "indicator", observation->indicator, MP_FORM_SLUG)
               ?: mp_check_id(check, "project", observation->project, MP_FORM_PATH)
               ?: mp_check_code(check, "kind", MP_FAMILY_OBSERVATION_KIND, (int)observation->kind)
               ?: mp_check_decimal(check, "value", observation->value)
               ?: mp_check_optional_day(check, "period_start", observation->period_start)
               ?: mp_check_optional_day(check, "period_end", observation->period_end)
               ?: validate_period(observation, check)
               ?: mp_check_optional_id(check, "region", observation->region, MP_FORM_SLUG);
}

int mp_locate_observation(struct mp_ruling *ruling)
{
    const struct mp_observation *observation = &ruling->change->observation;
    ruling->subject = mp_subject_observation(ruling->arena, observation->project,
                                             observation->indicator, ruling->context->seq);
    return ruling->subject.topic == NULL ? MP_ENOMEM : 0;
}

int mp_decide_observation(struct mp_ruling *ruling)
{
    const struct mp_observation *observation = &ruling->change->observation;
    int result =
        mp_ruling_need(ruling, "indicator", MP_KIND_INDICATOR, observation->indicator, NULL)
            ?: mp_ruling_need(ruling, "project", MP_KIND_PROJECT, observation->project, NULL);
    if (result != 0 || observation->region[0] == '\0')
        return result;
    return mp_ruling_need_term(ruling, "region", MP_SCHEME_REGION, observation->region);
}
