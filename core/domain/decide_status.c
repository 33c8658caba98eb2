/* Status of a project, or of a milestone. */
#include "core/domain/rules_private.h"

#include <string.h>

static int validate_milestone_status(const struct mp_check *check, enum mp_milestone_status status)
{
    switch (status) {
    case MP_MILESTONE_MET:
        return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, "milestone_status",
                               "\"met\" is not stated as a status: use met, with its date");
    case MP_MILESTONE_SUSPENDED:
        return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, "milestone_status",
                               "\"suspended\" is not stated as a status: use suspension, with its "
                               "date and reason");
    case MP_MILESTONE_CANCELLED:
        return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, "milestone_status",
                               "\"cancelled\" is not stated as a status: have an authority cancel "
                               "the milestone");
    default:
        return 0;
    }
}

static int validate_which(const struct mp_status *status, const struct mp_check *check)
{
    bool has_project = status->project_status != MP_PROJECT_STATUS_NONE;
    bool has_milestone = status->milestone_status != MP_MILESTONE_STATUS_NONE;
    if (has_project && has_milestone)
        return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, "milestone_status",
                               "a status of a project and one of a milestone were given: send two "
                               "changes");
    if (!has_project && !has_milestone)
        return mp_check_reject(check, MP_REJECT_REQUIRED, "project_status",
                               "no status was given: give project_status (%s) or milestone_status "
                               "(scheduled, notMet, partiallyMet)",
                               mp_code_names(MP_FAMILY_PROJECT_STATUS));
    if (has_milestone)
        return mp_check_required(check, "milestone", status->milestone,
                                 "the id of the milestone whose status it is");
    if (status->milestone[0] != '\0')
        return 0;
    return mp_check_required(check, "project", status->project,
                             "the id of the project whose status it is");
}

static bool belongs(const char *milestone, const char *project)
{
    size_t size = strlen(project);
    return strncmp(milestone, project, size) == 0 && milestone[size] == ':';
}

int mp_validate_status(const struct mp_change *change, const struct mp_check *check)
{
    const struct mp_status *status = &change->status;
    int result = mp_check_optional_id(check, "project", status->project, MP_FORM_PATH)
                     ?: mp_check_optional_id(check, "milestone", status->milestone,
                                             MP_FORM_MILESTONE)
                     ?: mp_check_optional_code(check, "project_status", MP_FAMILY_PROJECT_STATUS,
                                               (int)status->project_status)
                     ?: mp_check_optional_code(check, "milestone_status",
                                               MP_FAMILY_MILESTONE_STATUS,
                                               (int)status->milestone_status)
                     ?: validate_which(status, check)
                     ?: validate_milestone_status(check, status->milestone_status);
    if (result != 0 || status->project[0] == '\0' || status->milestone[0] == '\0' ||
        belongs(status->milestone, status->project))
        return result;
    return mp_check_reject(check, MP_REJECT_UNKNOWN_MILESTONE, "milestone",
                           "milestone %s does not belong to project %s: leave the project out or "
                           "name the milestone's own",
                           mp_quote(check->arena, status->milestone),
                           mp_quote(check->arena, status->project));
}

int mp_locate_status(struct mp_ruling *ruling)
{
    struct mp_status *status = &ruling->change->status;
    if (status->project[0] == '\0') {
        ruling->field = "milestone";
        const char *project = mp_ruling_project_of(ruling, status->milestone);
        if (project == NULL)
            return MP_ENOMEM;
        status->project = project;
    }
    if (status->milestone_status != MP_MILESTONE_STATUS_NONE)
        return mp_ruling_set_subject(ruling, MP_KIND_MILESTONE, status->milestone);
    return mp_ruling_set_subject(ruling, MP_KIND_PROJECT, status->project);
}

int mp_decide_status(struct mp_ruling *ruling)
{
    const struct mp_status *status = &ruling->change->status;
    if (status->milestone_status != MP_MILESTONE_STATUS_NONE)
        return mp_ruling_need_subject(ruling, "milestone");
    int result = mp_ruling_need_subject(ruling, ruling->field);
    if (result == 0 && status->milestone[0] != '\0')
        result = mp_ruling_need(ruling, "milestone", MP_KIND_MILESTONE, status->milestone, NULL);
    return result;
}
