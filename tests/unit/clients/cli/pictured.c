/* What a picture says of a milestone's project; what it loads is tested by tests/system. */
#include "clients/cli/pictured.h"

#include "core/base/auto.h"

#include <criterion/criterion.h>

#define TODAY 1000

Test(pictured, the_status_of_a_project_is_what_was_known_on_the_day)
{
    static const struct {
        enum mp_project_status defined, stated;
        int32_t defined_on, stated_on; /* seq is the day; 0: not stated */
        enum mp_project_status status; /* NONE: none */
        int32_t since;
        bool is_defined;
    } rows[] = {
        {MP_PROJECT_PREPARATION, 0, 900, 0, MP_PROJECT_PREPARATION, 900, true},
        {MP_PROJECT_PREPARATION, 0, 1001, 0, MP_PROJECT_STATUS_NONE, 0, false},
        {MP_PROJECT_STATUS_NONE, 0, 900, 0, MP_PROJECT_STATUS_NONE, 0, false},
        {MP_PROJECT_STATUS_NONE, MP_PROJECT_COMPLETION, 900, 800, MP_PROJECT_COMPLETION, 800,
         false},
        {MP_PROJECT_PREPARATION, MP_PROJECT_COMPLETION, 900, 950, MP_PROJECT_COMPLETION, 950,
         false},
        {MP_PROJECT_PREPARATION, MP_PROJECT_COMPLETION, 900, 800, MP_PROJECT_PREPARATION, 900,
         true},
        /* defined after the day: what had been stated holds */
        {MP_PROJECT_PREPARATION, MP_PROJECT_COMPLETION, 1001, 800, MP_PROJECT_COMPLETION, 800,
         false},
        /* the same in both: since it was stated */
        {MP_PROJECT_COMPLETION, MP_PROJECT_COMPLETION, 900, 800, MP_PROJECT_COMPLETION, 800, false},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_picture_project project = {
            .record = {.definition = {.status = rows[i].defined},
                       .defined_on = rows[i].defined_on,
                       .defined_seq = (uint64_t)rows[i].defined_on,
                       .stated = {(uint64_t)rows[i].stated_on, rows[i].stated_on, rows[i].stated}}};
        struct mp_picture_milestone milestone = {.project = 0};
        struct mp_picture picture = {.options = {.today = TODAY},
                                     .projects = &project,
                                     .project_count = 1,
                                     .milestones = &milestone,
                                     .milestone_count = 1};
        struct picture_project_status is = {.status = MP_PROJECT_STATUS_NONE};
        bool found = picture_project_status(&picture, 0, &is);

        cr_expect_eq(found, rows[i].status != MP_PROJECT_STATUS_NONE, "%zu", i);
        cr_expect_eq(is.status, rows[i].status, "%zu", i);
        cr_expect_eq(is.stated_on, rows[i].since, "%zu", i);
        cr_expect_eq(is.is_defined, rows[i].is_defined, "%zu", i);
        cr_expect_not(picture_lacks_report(&picture, 0, &is), "%zu: not overdue", i);
        milestone.figures.overdue_days = 1;
        cr_expect_eq(picture_lacks_report(&picture, 0, &is),
                     rows[i].status == MP_PROJECT_COMPLETION, "%zu", i);
        milestone.project = MP_PICTURE_NONE;
        cr_expect_not(picture_project_status(&picture, 0, &is), "%zu: it was removed", i);
    }
}
