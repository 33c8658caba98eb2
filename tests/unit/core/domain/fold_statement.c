/* What statements make of a record. */
#include "tests/unit/core/domain/fold_story.h"

#include <criterion/criterion.h>

/* What a row of baselines makes: day stated, whether recalled; then one withdrawn (index, -1). */
struct baseline_row {
    const char *what;
    struct {
        int32_t stated_on;
        bool recalled;
    } baselines[4];
    int count, withdrawn;
    int first, approved; /* index; -1 none */
};

static const struct baseline_row baseline_rows[] = {
    {"one", {{10, false}}, 1, -1, 0, 0},
    {"a later one is approved", {{10, false}, {20, false}}, 2, -1, 0, 1},
    {"one stated before is not", {{10, false}, {5, false}}, 2, -1, 0, 0},
    {"the same day: the sequence decides", {{10, false}, {10, false}}, 2, -1, 0, 1},
    {"a recalled one never is", {{10, false}, {20, true}}, 2, -1, 0, 0},
    {"three, the second stated last", {{10, false}, {30, false}, {20, false}}, 3, -1, 0, 1},
    {"first withdrawn: the next recorded is first", {{10, false}, {20, false}}, 2, 0, 1, 1},
    {"approved withdrawn: back to the one before", {{10, false}, {20, false}}, 2, 1, 0, 0},
    {"all withdrawn", {{10, false}}, 1, 0, -1, -1},
    {"first withdrawn, by sequence and not by day",
     {{10, false}, {30, false}, {5, false}},
     3,
     0,
     1,
     1},
    {"a recalled one alone counts as approved", {{10, false}, {20, true}}, 2, 0, 1, 1},
    {"a recalled one gives way, even to one stated before", {{20, true}, {10, false}}, 2, -1, 0, 1},
    {"a withdrawal of another changes nothing", {{10, false}, {5, false}, {20, true}}, 3, 1, 0, 0},
};

Test(domain_fold, first_and_approved_baselines_follow_the_table)
{
    for (size_t i = 0; i < MP_LENGTH(baseline_rows); i++) {
        const struct baseline_row *row = &baseline_rows[i];
        struct story story = story_begin();
        struct mp_milestone_record *milestone = &story.record.milestone;

        story_define_milestone(&story); /* seq 1, so that baseline n has seq n + 2 */
        for (int n = 0; n < row->count; n++)
            story_date(&story, MP_CHANGE_BASELINE, row->baselines[n].stated_on, 100 + n,
                       row->baselines[n].recalled);
        if (row->withdrawn >= 0)
            story_withdraw(&story, (uint64_t)row->withdrawn + 2, MP_CHANGE_BASELINE);
        cr_expect_eq((int)milestone->first.seq, row->first < 0 ? 0 : row->first + 2, "%s",
                     row->what);
        cr_expect_eq((int)milestone->approved.seq, row->approved < 0 ? 0 : row->approved + 2, "%s",
                     row->what);
        if (row->approved >= 0) {
            cr_expect_eq(milestone->approved.date.day, 100 + row->approved, "%s", row->what);
            cr_expect_eq(milestone->approved.reason, MP_REASON_LAND);
        }
        mp_arena_free(story.arena);
    }
}

Test(domain_fold, a_status_goes_to_the_record_it_is_of)
{
    struct story story = story_begin();
    struct mp_change project = change_of(MP_CHANGE_PROJECT, 5);
    struct mp_change status = change_of(MP_CHANGE_STATUS, 10);
    struct mp_change undo;
    struct mp_event event;
    struct mp_subject subject;

    project.project.id = "ml-1";
    project.project.status = MP_PROJECT_PREPARATION;
    story_must_tell(&story, &project);
    cr_expect_eq(story.record.project.defined_on, 5);
    cr_expect_eq(story.record.project.defined_seq, 1);
    status.status.milestone = MILESTONE; /* in connection with it, and its project */
    status.status.project_status = MP_PROJECT_IMPLEMENTATION;
    story_must_tell(&story, &status);
    status.status.project = "ml-1";
    status.status.project_status = MP_PROJECT_SUSPENDED;
    status.stated_on = 8;
    story_must_tell(&story, &status);
    cr_expect_eq(story.record.project.stated.seq, 2);
    cr_expect_eq(mp_project_status_now(&story.record.project), MP_PROJECT_IMPLEMENTATION);
    undo = story_withdrawal(2, MP_CHANGE_STATUS, MP_KIND_PROJECT, "ml-1");
    story_must_tell(&story, &undo);
    cr_expect_eq(story.record.project.stated.status, MP_PROJECT_SUSPENDED);
    undo = story_withdrawal(3, MP_CHANGE_STATUS, MP_KIND_PROJECT, "ml-1");
    story_must_tell(&story, &undo);
    cr_expect_eq(story.record.project.stated.seq, 0);
    cr_expect_eq(mp_project_status_now(&story.record.project), MP_PROJECT_PREPARATION);
    status.status.project_status = MP_PROJECT_STATUS_NONE;
    status.status.milestone_status = MP_MILESTONE_NOT_MET;
    event = event_of(&status, 9);
    cr_assert_eq(mp_event_subject(&event, story.arena, &subject), 0);
    cr_expect_eq(subject.kind, MP_KIND_MILESTONE);
    mp_arena_free(story.arena);
}

Test(domain_fold, an_observation_is_a_record_of_its_own_filed_under_its_indicator)
{
    struct story story = story_begin();
    struct mp_change change = change_of(MP_CHANGE_OBSERVATION, 10);
    struct mp_event event;
    struct mp_subject subject;

    change.observation.indicator = "jobs";
    change.observation.project = "sez/rashakai";
    change.observation.value = (struct mp_decimal){1250, 1};
    change.said_by = "the minister";
    change.source.reference = "Dawn";
    story_must_tell(&story, &change);
    event = event_of(&change, 1);
    cr_expect_str_eq(story.record.subject.slug, "jobs@1");
    cr_expect_str_eq(story.record.observation.said_by, "the minister");
    cr_expect_str_eq(story.record.observation.source, "Dawn");
    cr_expect_eq(story.record.observation.stated_on, 10);
    cr_assert_eq(mp_event_index_subject(&event, story.arena, &subject), 0);
    cr_expect_str_eq(subject.topic, "sez/rashakai/");
    cr_expect_str_eq(subject.slug, "jobs");
    change = story_withdrawal(1, MP_CHANGE_OBSERVATION, MP_KIND_OBSERVATION, "sez/rashakai:jobs@1");
    story_must_tell(&story, &change);
    cr_expect_eq(story.record.observation.withdrawn_by, 2);
    event = event_of(&change, 2);
    cr_assert_eq(mp_event_index_subject(&event, story.arena, &subject), 0);
    cr_expect_str_eq(subject.slug, "jobs");
    cr_expect_eq(subject.kind, MP_KIND_OBSERVATION);
    mp_arena_free(story.arena);
}
