#include "tests/support/view.h"

#include <criterion/criterion.h>
#include <string.h>

static struct fake_view view;

static void setup(void)
{
    fake_view_init(&view);
}

static void teardown(void)
{
    fake_view_done(&view);
}

TestSuite(domain_decide_status, .init = setup, .fini = teardown);

static struct mp_change status(const char *project, const char *milestone,
                               enum mp_project_status project_status,
                               enum mp_milestone_status milestone_status)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_STATUS);
    change.status = (struct mp_status){project, milestone, project_status, milestone_status};
    return change;
}

Test(domain_decide_status, is_of_a_project_or_of_a_milestone)
{
    static const struct {
        const char *what, *project, *milestone;
        int project_status, milestone_status;
        enum mp_reject code;
        const char *field;
    } table[] = {
        {"project", "ml-1", "", MP_PROJECT_SUSPENDED, 0, MP_REJECT_NONE, ""},
        {"project by milestone", "", "ml-1:start", MP_PROJECT_COMPLETION, 0, MP_REJECT_NONE, ""},
        {"project and milestone", "ml-1", "ml-1:start", 1, 0, MP_REJECT_NONE, ""},
        {"milestone", "", "ml-1:start", 0, MP_MILESTONE_SCHEDULED, MP_REJECT_NONE, ""},
        {"notMet", "ml-1", "ml-1:start", 0, MP_MILESTONE_NOT_MET, MP_REJECT_NONE, ""},
        {"partiallyMet", "", "ml-1:start", 0, MP_MILESTONE_PARTIALLY_MET, MP_REJECT_NONE, ""},
        {"met", "", "ml-1:start", 0, MP_MILESTONE_MET, MP_REJECT_OUT_OF_RANGE, "milestone_status"},
        {"suspended", "", "ml-1:start", 0, MP_MILESTONE_SUSPENDED, MP_REJECT_OUT_OF_RANGE,
         "milestone_status"},
        {"cancelled", "", "ml-1:start", 0, MP_MILESTONE_CANCELLED, MP_REJECT_OUT_OF_RANGE,
         "milestone_status"},
        {"both", "", "ml-1:start", 1, 1, MP_REJECT_OUT_OF_RANGE, "milestone_status"},
        {"neither", "ml-1", "ml-1:start", 0, 0, MP_REJECT_REQUIRED, "project_status"},
        {"no ids", "", "", 1, 0, MP_REJECT_REQUIRED, "project"},
        {"no milestone", "ml-1", "", 0, 1, MP_REJECT_REQUIRED, "milestone"},
        {"project status", "ml-1", "", 10, 0, MP_REJECT_CODE_UNKNOWN, "project_status"},
        {"milestone status", "", "ml-1:start", 0, 7, MP_REJECT_CODE_UNKNOWN, "milestone_status"},
        {"another's", "gwadar", "ml-1:start", 1, 0, MP_REJECT_UNKNOWN_MILESTONE, "milestone"},
        {"child's", "ml-1", "ml-1/south:x", 1, 0, MP_REJECT_UNKNOWN_MILESTONE, "milestone"},
        {"namesake", "ml-1", "ml-10:x", 0, 1, MP_REJECT_UNKNOWN_MILESTONE, "milestone"},
        {"bad project", "ML", "", 1, 0, MP_REJECT_ID_INVALID, "project"},
        {"bad milestone", "", "ml-1", 1, 0, MP_REJECT_ID_INVALID, "milestone"},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct mp_change change = status(table[i].project, table[i].milestone,
                                         (enum mp_project_status)table[i].project_status,
                                         (enum mp_milestone_status)table[i].milestone_status);
        fake_expect(table[i].what, fake_view_validate(&view, &change), table[i].code);
        if (table[i].code != MP_REJECT_NONE)
            cr_expect_str_eq(view.rejection.field, table[i].field, "%s", table[i].what);
    }
}

Test(domain_decide_status, what_is_not_stated_as_a_status_is_sent_where_it_belongs)
{
    static const struct {
        enum mp_milestone_status status;
        const char *words;
    } table[] = {{MP_MILESTONE_MET, "use met"},
                 {MP_MILESTONE_SUSPENDED, "use suspension"},
                 {MP_MILESTONE_CANCELLED, "cancel"}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct mp_change change = status("", "ml-1:start", 0, table[i].status);
        fake_view_validate(&view, &change);
        cr_expect_not_null(strstr(view.rejection.message, table[i].words), "%s",
                           view.rejection.message);
    }
}

Test(domain_decide_status, the_project_is_filled_in_and_the_subject_is_whose_status_it_is)
{
    struct mp_change change = status("", "ml-1:start", MP_PROJECT_COMPLETION, 0);
    fake_expect("project", fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
    cr_expect_str_eq(view.decided.status.project, "ml-1");
    cr_expect_eq(view.subject.kind, MP_KIND_PROJECT);
    cr_expect_str_eq(view.subject.topic, "ml-1/");
    change = status("", "ml-1:start", 0, MP_MILESTONE_NOT_MET);
    fake_expect("milestone", fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
    cr_expect_str_eq(view.decided.status.project, "ml-1");
    cr_expect_eq(view.subject.kind, MP_KIND_MILESTONE);
    cr_expect_str_eq(view.subject.slug, "start");
}

Test(domain_decide_status, project_and_milestone_must_live)
{
    struct mp_change change = status("ml-1/nowhere", "", MP_PROJECT_COMPLETION, 0);
    fake_expect("unknown", fake_view_decide(&view, "railways", &change), MP_REJECT_UNKNOWN_PROJECT);
    cr_expect_str_eq(view.rejection.field, "project");
    change = status("", "ml-1:nowhere", MP_PROJECT_COMPLETION, 0);
    fake_expect("unknown milestone", fake_view_decide(&view, "railways", &change),
                MP_REJECT_UNKNOWN_MILESTONE);
    fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:start")->milestone.cancelled_seq = 4;
    change = status("", "ml-1:start", MP_PROJECT_COMPLETION, 0);
    fake_expect("cancelled", fake_view_decide(&view, "railways", &change), MP_REJECT_CANCELLED);
    change = status("", "ml-1:start", 0, MP_MILESTONE_NOT_MET);
    fake_expect("cancelled", fake_view_decide(&view, "railways", &change), MP_REJECT_CANCELLED);
    fake_view_named(&view, MP_KIND_PROJECT, "ml-1")->removed = true;
    change = status("ml-1", "", MP_PROJECT_COMPLETION, 0);
    fake_expect("removed", fake_view_decide(&view, "railways", &change), MP_REJECT_REMOVED);
    change = status("", "gwadar:opening", MP_PROJECT_COMPLETION, 0);
    fake_expect("foreign", fake_view_decide(&view, "railways", &change), MP_REJECT_NOT_GRANTED);
    cr_expect_str_eq(view.rejection.field, "milestone");
}
