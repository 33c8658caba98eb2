/* Links between milestones: set (again), removed. */
#include "core/domain/rules_private.h"

#include <string.h>

int mp_validate_link(const struct mp_change *change, const struct mp_check *check)
{
    const struct mp_link *link = &change->link;
    int result = mp_check_id(check, "predecessor", link->predecessor, MP_FORM_MILESTONE)
                     ?: mp_check_id(check, "successor", link->successor, MP_FORM_MILESTONE)
                     ?: mp_check_code(check, "type", MP_FAMILY_LINK_TYPE, (int)link->type)
                     ?: mp_check_text(check, "calendar", link->calendar, MP_CALENDAR_MOST);
    if (result == 0 && link->lag_days != MP_LAG_NONE)
        result = mp_check_range(check, "lag_days", link->lag_days, -MP_LAG_MOST, MP_LAG_MOST);
    if (result != 0 || strcmp(link->predecessor, link->successor) != 0)
        return result;
    return mp_check_reject(check, MP_REJECT_SELF_LINK, "successor",
                           "milestone %s cannot follow itself: name two milestones",
                           mp_quote(check->arena, link->successor));
}

int mp_locate_link(struct mp_ruling *ruling)
{
    const struct mp_link *link = &ruling->change->link;
    ruling->subject =
        mp_subject_link(ruling->arena, link->predecessor, link->successor, link->type);
    return ruling->subject.topic == NULL ? MP_ENOMEM : 0;
}

/* The same link again sets its lag and calendar anew. */
int mp_decide_link(struct mp_ruling *ruling)
{
    const struct mp_link *link = &ruling->change->link;
    const char *path = "";
    int result =
        mp_ruling_need(ruling, "predecessor", MP_KIND_MILESTONE, link->predecessor, NULL)
            ?: mp_ruling_need(ruling, "successor", MP_KIND_MILESTONE, link->successor, NULL)
            ?: mp_ruling_need_calendar(ruling, "calendar", link->calendar);
    if (result != 0)
        return result;
    int found = ruling->view->closes_cycle(ruling->view->context, ruling->change, &path);
    if (found <= 0)
        return found;
    return mp_ruling_reject(ruling, MP_REJECT_CYCLE, "successor",
                            "this link would close a cycle (%s): remove one of the links on the "
                            "way first",
                            path);
}

int mp_decide_link_removed(struct mp_ruling *ruling)
{
    if (ruling->record != NULL && !ruling->record->removed)
        return 0;
    const struct mp_link *link = &ruling->change->link;
    return mp_ruling_reject(ruling, MP_REJECT_UNKNOWN_LINK, "predecessor",
                            "there is no %s link from %s to %s: name one that stands",
                            mp_code_name(MP_FAMILY_LINK_TYPE, (int)link->type),
                            mp_quote(ruling->arena, link->predecessor),
                            mp_quote(ruling->arena, link->successor));
}
