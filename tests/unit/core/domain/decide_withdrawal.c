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

TestSuite(domain_decide_withdrawal, .init = setup, .fini = teardown);

static enum mp_reject withdraw(const char *agency, uint64_t seq)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_WITHDRAWAL);
    change.withdrawal.seq = seq;
    change.note = "a typing error";
    return fake_view_decide(&view, agency, &change);
}

Test(domain_decide_withdrawal, says_which_and_why)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_WITHDRAWAL);
    change.note = "a typing error";
    fake_expect("which", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    cr_expect_str_eq(view.rejection.field, "seq");
    change.withdrawal.seq = 1;
    fake_expect("both", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.note = "";
    fake_expect("why", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    cr_expect_str_eq(view.rejection.field, "note");
}

Test(domain_decide_withdrawal, fills_in_what_was_withdrawn)
{
    fake_view_state(&view, MP_CHANGE_FORECAST, "ml-1:start", "2029", "2024-05-06", 50);
    fake_expect("forecast", withdraw("unit", 50), MP_REJECT_NONE);
    cr_expect_eq(view.decided.withdrawal.withdrawn_kind, MP_CHANGE_FORECAST);
    cr_expect_eq(view.decided.withdrawal.withdrawn_stated_on, fake_day("2024-05-06"));
    cr_expect_eq(view.decided.withdrawal.subject_kind, MP_KIND_MILESTONE);
    cr_expect_str_eq(view.decided.withdrawal.subject_id, "ml-1:start");
    cr_expect_str_eq(view.subject.slug, "start");
}

Test(domain_decide_withdrawal, of_an_observation_changes_that_observation)
{
    struct mp_subject subject = mp_subject_observation(view.arena, "ml-1", "cost", 60);
    fake_view_event(&view, subject, MP_CHANGE_OBSERVATION, 60);
    fake_expect("observation", withdraw("unit", 60), MP_REJECT_NONE);
    cr_expect_str_eq(view.decided.withdrawal.subject_id, "ml-1:cost@60");
    cr_expect_eq(view.subject.kind, MP_KIND_OBSERVATION);
}

Test(domain_decide_withdrawal, is_of_a_statement_that_stands)
{
    struct mp_record *milestone = fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:start");
    fake_view_event(&view, milestone->subject, MP_CHANGE_MILESTONE, 40);
    fake_view_event(&view, milestone->subject, MP_CHANGE_WITHDRAWAL, 41);
    fake_view_state(&view, MP_CHANGE_MET, "ml-1:start", "2024", "2024-05-06", 50)->withdrawn_by =
        51;
    fake_expect("unknown", withdraw("unit", 39), MP_REJECT_UNKNOWN_STATEMENT);
    fake_expect("definition", withdraw("unit", 40), MP_REJECT_NOT_A_STATEMENT);
    fake_expect("withdrawal", withdraw("unit", 41), MP_REJECT_NOT_A_STATEMENT);
    fake_expect("twice", withdraw("unit", 50), MP_REJECT_ALREADY_WITHDRAWN);
    cr_expect_str_eq(view.rejection.field, "seq");
}

Test(domain_decide_withdrawal, of_a_baseline_is_an_authoritys)
{
    fake_view_state(&view, MP_CHANGE_BASELINE, "ml-1:start", "2024", "2024-05-06", 50);
    fake_expect("monitor", withdraw("unit", 50), MP_REJECT_ROLE);
    fake_expect("authority", withdraw("ministry", 50), MP_REJECT_NONE);
    fake_expect("agency", withdraw("railways", 50), MP_REJECT_ROLE);
}

Test(domain_decide_withdrawal, needs_a_grant_over_what_the_statement_is_about)
{
    fake_view_agency(&view, "southern-unit", MP_ROLE_MONITOR, "ml-1/");
    fake_view_state(&view, MP_CHANGE_FORECAST, "gwadar:opening", "2029", "2024-05-06", 50);
    fake_view_state(&view, MP_CHANGE_FORECAST, "ml-1:start", "2029", "2024-05-06", 51);
    fake_expect("foreign", withdraw("southern-unit", 50), MP_REJECT_NOT_GRANTED);
    fake_expect("own", withdraw("southern-unit", 51), MP_REJECT_NONE);
}

Test(domain_decide_withdrawal, works_on_a_cancelled_milestone_too)
{
    fake_view_state(&view, MP_CHANGE_FORECAST, "ml-1:start", "2029", "2024-05-06", 51);
    fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:start")->milestone.cancelled_seq = 60;
    fake_expect("cancelled", withdraw("unit", 51), MP_REJECT_NONE);
}
