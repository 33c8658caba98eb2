/* What is known of a milestone's project. */
#include "clients/cli/pictured.h"

bool picture_project_status(const struct mp_picture *picture, uint32_t milestone,
                            struct picture_project_status *ret_status)
{
    uint32_t number = picture->milestones[milestone].project;
    const struct mp_project_record *project;
    bool is_defined;

    if (number == MP_PICTURE_NONE)
        return false;
    project = &picture->projects[number].record;
    is_defined = project->definition.status != MP_PROJECT_STATUS_NONE &&
                 project->defined_on <= picture->options.today &&
                 mp_project_status_now(project) != project->stated.status;
    if (!is_defined && project->stated.seq == 0)
        return false;
    *ret_status = is_defined ? (struct picture_project_status){project->definition.status,
                                                               project->defined_on, true}
                             : (struct picture_project_status){project->stated.status,
                                                               project->stated.stated_on, false};
    return true;
}

bool picture_lacks_report(const struct mp_picture *picture, uint32_t milestone,
                          struct picture_project_status *ret_status)
{
    struct picture_project_status is;

    if (picture->milestones[milestone].figures.overdue_days == 0 ||
        !picture_project_status(picture, milestone, &is) || is.status < MP_PROJECT_COMPLETION ||
        is.status > MP_PROJECT_DECOMMISSIONED)
        return false;
    *ret_status = is;
    return true;
}
