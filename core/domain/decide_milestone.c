/* Milestones: defined (again), cancelled. */
#include "core/domain/rules_private.h"

#include <string.h>

int mp_validate_milestone(const struct mp_change *change, const struct mp_check *check)
{
    const struct mp_milestone *milestone = &change->milestone;
    int result =
        mp_check_id(check, "id", milestone->id, MP_FORM_MILESTONE)
            ?: mp_check_title(check, &milestone->title)
            ?: mp_check_code(check, "type", MP_FAMILY_MILESTONE_TYPE, (int)milestone->type)
            ?: mp_check_text(check, "code", milestone->code, MP_SLUG_MOST)
            ?: mp_check_range(check, "weight", milestone->weight, 0, MP_WEIGHT_MOST)
            ?: mp_check_optional_id(check, "start", milestone->start, MP_FORM_MILESTONE);
    if (result == 0 && milestone->duration_days != -1)
        result =
            mp_check_range(check, "duration_days", milestone->duration_days, 0, MP_DURATION_MOST);
    if (result == 0)
        result = mp_check_text(check, "calendar", milestone->calendar, MP_CALENDAR_MOST);
    if (result != 0 || strcmp(milestone->start, milestone->id) != 0)
        return result;
    return mp_check_reject(check, MP_REJECT_SELF_LINK, "start",
                           "milestone %s cannot be its own start: name another or none",
                           mp_quote(check->arena, milestone->id));
}

int mp_locate_milestone(struct mp_ruling *ruling)
{
    return mp_ruling_set_subject(ruling, MP_KIND_MILESTONE, ruling->change->milestone.id);
}

/* Also asked without a start: taking one away moves the links that hung on it. */
static int decide_start(const struct mp_ruling *ruling)
{
    const char *path = "";
    int found = ruling->view->closes_cycle(ruling->view->context, ruling->change, &path);
    if (found <= 0)
        return found;
    return mp_ruling_reject(ruling, MP_REJECT_CYCLE, "start",
                            "this start would close a cycle (%s): name another, or remove one of "
                            "the links on the way",
                            path);
}

/* Defining a cancelled milestone again brings it back. */
int mp_decide_milestone(struct mp_ruling *ruling)
{
    const struct mp_milestone *milestone = &ruling->change->milestone;
    const char *project = mp_ruling_project_of(ruling, milestone->id);
    if (project == NULL)
        return MP_ENOMEM;
    int result = mp_ruling_need(ruling, "id", MP_KIND_PROJECT, project, NULL);
    if (result == 0 && milestone->start[0] != '\0')
        result = mp_ruling_need(ruling, "start", MP_KIND_MILESTONE, milestone->start, NULL);
    if (result == 0)
        result = mp_ruling_need_calendar(ruling, "calendar", milestone->calendar);
    return result != 0 ? result : decide_start(ruling);
}

int mp_validate_milestone_cancelled(const struct mp_change *change, const struct mp_check *check)
{
    return mp_check_id(check, "id", change->removed, MP_FORM_MILESTONE)
               ?: mp_check_required(check, "note", change->note, "the reason for cancelling it");
}

int mp_locate_milestone_cancelled(struct mp_ruling *ruling)
{
    return mp_ruling_set_subject(ruling, MP_KIND_MILESTONE, ruling->change->removed);
}

int mp_decide_milestone_cancelled(struct mp_ruling *ruling)
{
    return mp_ruling_need_subject(ruling, "id");
}
