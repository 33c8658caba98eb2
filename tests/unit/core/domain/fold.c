#include "core/domain/fold.h"

#include "tests/unit/core/domain/folding.h"

#include <criterion/criterion.h>
#include <string.h>

/* One record and its index in memory, fed event by event. */
struct story {
    struct mp_arena *arena;
    struct entry_array array;
    struct mp_record record;
    bool is_there;
    uint64_t seq;
};

static struct story story_begin(void)
{
    struct story story = {.arena = mp_arena_new(4 << 20)};

    cr_assert_not_null(story.arena);
    story.array.arena = story.arena;
    return story;
}

static int tell(struct story *story, const struct mp_change *change)
{
    struct mp_event event = event_of(change, ++story->seq);
    struct mp_entries entries = entry_array_entries(&story->array);
    struct mp_record after;
    int result = entry_array_apply(&story->array, &event);

    if (result == 0)
        result = mp_fold(story->is_there ? &story->record : NULL, &event, &entries, story->arena,
                         &after);
    if (result == 0) {
        story->record = after;
        story->is_there = true;
    }
    return result;
}

static void must_tell(struct story *story, const struct mp_change *change)
{
    cr_assert_eq(tell(story, change), 0, "seq %d kind %d", (int)story->seq, (int)change->kind);
    cr_assert_eq(story->record.revision.seq, story->seq);
    cr_assert_eq(story->record.revision.epoch, EPOCH);
}

static void define_milestone(struct story *story)
{
    struct mp_change change = change_of(MP_CHANGE_MILESTONE, 1);

    change.milestone.id = MILESTONE;
    change.milestone.title.en = "Completed";
    change.note = "as agreed";
    change.source.reference = "PC-I";
    must_tell(story, &change);
}

static void date_it(struct story *story, enum mp_change_kind kind, int32_t stated_on, int32_t day,
                    bool recalled)
{
    struct mp_change change = change_of(kind, stated_on);

    change.dated.milestone = MILESTONE;
    change.dated.date = (struct mp_date){day, MP_PRECISION_MONTH};
    change.dated.reason = MP_REASON_LAND;
    change.dated.recalled = recalled;
    must_tell(story, &change);
}

static struct mp_change withdrawal_of(uint64_t seq, enum mp_change_kind kind,
                                      enum mp_kind subject_kind, const char *subject_id)
{
    struct mp_change change = change_of(MP_CHANGE_WITHDRAWAL, 90);

    change.withdrawal.seq = seq;
    change.withdrawal.withdrawn_kind = kind;
    change.withdrawal.subject_kind = subject_kind;
    change.withdrawal.subject_id = subject_id;
    return change;
}

static void withdraw(struct story *story, uint64_t seq, enum mp_change_kind kind)
{
    struct mp_change change = withdrawal_of(seq, kind, MP_KIND_MILESTONE, MILESTONE);

    must_tell(story, &change);
}

/* What the change is about. */
static void name_it(struct mp_change *change)
{
    switch (change->kind) {
    case MP_CHANGE_TERM:
        change->term.scheme = MP_SCHEME_CORRIDOR;
        change->term.code = "growth";
        break;
    case MP_CHANGE_AGENCY:
        change->agency.id = "railways";
        break;
    case MP_CHANGE_PROJECT:
        change->project.id = "ml-1";
        break;
    case MP_CHANGE_MILESTONE:
        change->milestone.id = MILESTONE;
        break;
    case MP_CHANGE_LINK:
        change->link.predecessor = "jcc:meeting";
        change->link.successor = MILESTONE;
        change->link.type = MP_LINK_SS;
        break;
    case MP_CHANGE_INDICATOR:
        change->indicator.code = "jobs";
        break;
    case MP_CHANGE_OBSERVATION:
        change->observation.indicator = "jobs";
        change->observation.project = "ml-1";
        break;
    case MP_CHANGE_CALENDAR:
        change->calendar.name = "pk";
        change->calendar.valid_from = 20089;
        break;
    case MP_CHANGE_POLICY:
        change->policy.programme = MP_POLICY_DEFAULT;
        change->policy.valid_from = 20089;
        break;
    default:
        change->epoch.epoch = EPOCH;
        break;
    }
}

Test(domain_fold, definitions_make_records_where_their_ids_say)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 16);
    static const struct {
        enum mp_change_kind kind;
        enum mp_kind wanted_kind;
        const char *topic, *slug;
    } rows[] = {
        {MP_CHANGE_TERM, MP_KIND_TERM, "@term/", "corridor:growth"},
        {MP_CHANGE_AGENCY, MP_KIND_AGENCY, "@agency/", "railways"},
        {MP_CHANGE_PROJECT, MP_KIND_PROJECT, "ml-1/", ""},
        {MP_CHANGE_MILESTONE, MP_KIND_MILESTONE, "ml-1/", "completion"},
        {MP_CHANGE_LINK, MP_KIND_LINK, "ml-1/", "completion<SS<jcc:meeting"},
        {MP_CHANGE_INDICATOR, MP_KIND_INDICATOR, "@indicator/", "jobs"},
        {MP_CHANGE_OBSERVATION, MP_KIND_OBSERVATION, "ml-1/", "jobs@7"},
        {MP_CHANGE_EPOCH_STARTED, MP_KIND_EPOCH, "@ledger/", "1763712000"},
        {MP_CHANGE_CALENDAR, MP_KIND_CALENDAR, "@calendar/", "pk@2025-01-01"},
        {MP_CHANGE_POLICY, MP_KIND_POLICY, "@policy/", "default@2025-01-01"},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_change change = change_of(rows[i].kind, 20);
        struct mp_event event;
        struct mp_record record;

        change.note = "why";
        change.source.reference = "letter";
        name_it(&change);
        event = event_of(&change, 7);
        cr_assert_eq(mp_fold(NULL, &event, NULL, arena, &record), 0, "row %zu", i);
        cr_expect_eq(record.subject.kind, rows[i].wanted_kind);
        cr_expect_str_eq(record.subject.topic, rows[i].topic);
        cr_expect_str_eq(record.subject.slug, rows[i].slug);
        cr_expect_str_eq(record.note, "why");
        cr_expect_str_eq(record.source, "letter");
        cr_expect_not(record.removed);
        cr_expect_eq(record.revision.seq, 7);
    }
}

Test(domain_fold, what_is_said_about_nothing_is_corruption)
{
    static const enum mp_change_kind kinds[] = {
        MP_CHANGE_PROJECT_REMOVED, MP_CHANGE_MILESTONE_CANCELLED,
        MP_CHANGE_LINK_REMOVED,    MP_CHANGE_KEY_ADDED,
        MP_CHANGE_BASELINE,        MP_CHANGE_PROGRESS,
        MP_CHANGE_STATUS,          MP_CHANGE_WITHDRAWAL,
    };

    for (size_t i = 0; i < MP_LENGTH(kinds); i++) {
        MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 16);
        struct mp_change change = change_of(kinds[i], 20);
        struct mp_event event;
        struct mp_record record;

        if (kinds[i] == MP_CHANGE_PROJECT_REMOVED)
            change.removed = "ml-1";
        else if (kinds[i] == MP_CHANGE_MILESTONE_CANCELLED)
            change.removed = MILESTONE;
        else if (kinds[i] == MP_CHANGE_LINK_REMOVED)
            change.link = (struct mp_link){"jcc:meeting", MILESTONE, MP_LINK_FS, 0, ""};
        else if (kinds[i] == MP_CHANGE_KEY_ADDED)
            change.key.agency = "railways";
        else if (kinds[i] == MP_CHANGE_BASELINE)
            change.dated.milestone = MILESTONE;
        else if (kinds[i] == MP_CHANGE_PROGRESS)
            change.progress.milestone = MILESTONE;
        else if (kinds[i] == MP_CHANGE_STATUS)
            change.status.milestone = MILESTONE;
        else
            change = withdrawal_of(3, MP_CHANGE_MET, MP_KIND_MILESTONE, MILESTONE);
        event = event_of(&change, 5);
        cr_expect_eq(mp_fold(NULL, &event, NULL, arena, &record), MP_ECORRUPT, "row %zu", i);
    }
}

Test(domain_fold, an_event_of_another_record_or_of_the_past_cannot_follow)
{
    struct story story = story_begin();
    struct mp_change change = change_of(MP_CHANGE_PROJECT, 20);
    struct mp_event event;
    struct mp_record record;

    define_milestone(&story);
    change.project.id = "ml-1";
    event = event_of(&change, 2);
    cr_expect_eq(mp_fold(&story.record, &event, NULL, story.arena, &record), MP_ECORRUPT);
    change = change_of(MP_CHANGE_MILESTONE, 20);
    change.milestone.id = MILESTONE;
    event = event_of(&change, 1);
    cr_expect_eq(mp_fold(&story.record, &event, NULL, story.arena, &record), MP_ECORRUPT);
    change.milestone.id = "not an id";
    event = event_of(&change, 2);
    cr_expect_eq(mp_fold(&story.record, &event, NULL, story.arena, &record), MP_ECORRUPT);
    mp_arena_free(story.arena);
}

Test(domain_fold, defining_again_brings_a_record_back_and_keeps_its_statements)
{
    struct story story = story_begin();
    struct mp_change change = change_of(MP_CHANGE_MILESTONE_CANCELLED, 30);

    define_milestone(&story);
    date_it(&story, MP_CHANGE_BASELINE, 10, 100, false);
    change.removed = MILESTONE;
    change.note = "of the cancellation";
    must_tell(&story, &change);
    cr_expect_eq(story.record.milestone.cancelled_seq, 3);
    cr_expect_str_eq(story.record.note, "as agreed");
    define_milestone(&story);
    cr_expect_eq(story.record.milestone.cancelled_seq, 0);
    cr_expect_eq(story.record.milestone.first.seq, 2);
    mp_arena_free(story.arena);
}

Test(domain_fold, a_removed_project_or_link_stays_as_a_tombstone_until_defined_again)
{
    for (int is_link = 0; is_link < 2; is_link++) {
        struct story story = story_begin();
        struct mp_change define = change_of(is_link ? MP_CHANGE_LINK : MP_CHANGE_PROJECT, 20);
        struct mp_change drop =
            change_of(is_link ? MP_CHANGE_LINK_REMOVED : MP_CHANGE_PROJECT_REMOVED, 21);

        if (is_link) {
            define.link = (struct mp_link){"jcc:meeting", MILESTONE, MP_LINK_FS, 3, "china"};
            drop.link = (struct mp_link){"jcc:meeting", MILESTONE, MP_LINK_FS, 0, ""};
        } else {
            define.project.id = drop.removed = "ml-1";
        }
        must_tell(&story, &define);
        must_tell(&story, &drop);
        cr_expect(story.record.removed);
        if (is_link)
            cr_expect_eq(story.record.link.lag_days, 3, "the tombstone says what was there");
        must_tell(&story, &define);
        cr_expect_not(story.record.removed);
        mp_arena_free(story.arena);
    }
}

static void key(struct story *story, enum mp_change_kind kind, uint8_t byte, int wanted)
{
    struct mp_change change = change_of(kind, 20);

    change.key.agency = "railways";
    memset(change.key.public_key, byte, sizeof(change.key.public_key));
    cr_assert_eq(tell(story, &change), wanted, "seq %d", (int)story->seq);
}

Test(domain_fold, keys_come_go_and_come_again_with_their_times)
{
    struct story story = story_begin();
    struct mp_change change = change_of(MP_CHANGE_AGENCY, 20);
    struct mp_agency_record *agency = &story.record.agency;
    const void *keys_before;

    change.agency.id = "railways";
    change.agency.role = MP_ROLE_AGENCY;
    must_tell(&story, &change);
    key(&story, MP_CHANGE_KEY_ADDED, 1, 0);
    key(&story, MP_CHANGE_KEY_ADDED, 2, 0);
    key(&story, MP_CHANGE_KEY_ADDED, 1, MP_ECORRUPT);
    keys_before = agency->keys;
    key(&story, MP_CHANGE_KEY_REVOKED, 1, 0);
    cr_expect_neq(keys_before, agency->keys, "the record before is not written to");
    key(&story, MP_CHANGE_KEY_REVOKED, 1, MP_ECORRUPT);
    key(&story, MP_CHANGE_KEY_REVOKED, 3, MP_ECORRUPT);
    key(&story, MP_CHANGE_KEY_ADDED, 1, 0);
    change.agency.role = MP_ROLE_MONITOR;
    must_tell(&story, &change);
    cr_assert_eq(agency->definition.role, MP_ROLE_MONITOR);
    cr_assert_eq(agency->key_count, 3);
    cr_expect_eq(agency->keys[0].public_key[31], 1);
    cr_expect_eq(agency->keys[0].added_seq, 2);
    cr_expect_eq(agency->keys[0].revoked_seq, 5);
    cr_expect_eq(agency->keys[1].revoked_seq, 0);
    cr_expect_eq(agency->keys[2].public_key[0], 1);
    cr_expect_eq(agency->keys[2].added_seq, 8);
    cr_expect_eq(agency->keys[2].revoked_seq, 0);
    mp_arena_free(story.arena);
}

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

        define_milestone(&story); /* seq 1, so that baseline n has seq n + 2 */
        for (int n = 0; n < row->count; n++)
            date_it(&story, MP_CHANGE_BASELINE, row->baselines[n].stated_on, 100 + n,
                    row->baselines[n].recalled);
        if (row->withdrawn >= 0)
            withdraw(&story, (uint64_t)row->withdrawn + 2, MP_CHANGE_BASELINE);
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
    must_tell(&story, &project);
    cr_expect_eq(story.record.project.defined_on, 5);
    cr_expect_eq(story.record.project.defined_seq, 1);
    status.status.milestone = MILESTONE; /* in connection with it, and its project */
    status.status.project_status = MP_PROJECT_IMPLEMENTATION;
    must_tell(&story, &status);
    status.status.project = "ml-1";
    status.status.project_status = MP_PROJECT_SUSPENDED;
    status.stated_on = 8;
    must_tell(&story, &status);
    cr_expect_eq(story.record.project.stated.seq, 2);
    cr_expect_eq(mp_project_status_now(&story.record.project), MP_PROJECT_IMPLEMENTATION);
    undo = withdrawal_of(2, MP_CHANGE_STATUS, MP_KIND_PROJECT, "ml-1");
    must_tell(&story, &undo);
    cr_expect_eq(story.record.project.stated.status, MP_PROJECT_SUSPENDED);
    undo = withdrawal_of(3, MP_CHANGE_STATUS, MP_KIND_PROJECT, "ml-1");
    must_tell(&story, &undo);
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
    must_tell(&story, &change);
    event = event_of(&change, 1);
    cr_expect_str_eq(story.record.subject.slug, "jobs@1");
    cr_expect_str_eq(story.record.observation.said_by, "the minister");
    cr_expect_str_eq(story.record.observation.source, "Dawn");
    cr_expect_eq(story.record.observation.stated_on, 10);
    cr_assert_eq(mp_event_index_subject(&event, story.arena, &subject), 0);
    cr_expect_str_eq(subject.topic, "sez/rashakai/");
    cr_expect_str_eq(subject.slug, "jobs");
    change = withdrawal_of(1, MP_CHANGE_OBSERVATION, MP_KIND_OBSERVATION, "sez/rashakai:jobs@1");
    must_tell(&story, &change);
    cr_expect_eq(story.record.observation.withdrawn_by, 2);
    event = event_of(&change, 2);
    cr_assert_eq(mp_event_index_subject(&event, story.arena, &subject), 0);
    cr_expect_str_eq(subject.slug, "jobs");
    cr_expect_eq(subject.kind, MP_KIND_OBSERVATION);
    mp_arena_free(story.arena);
}

Test(domain_fold, a_full_arena_is_an_error_and_no_record)
{
    MP_AUTO(mp_arena_free) struct mp_arena *small = mp_arena_new(16);
    struct story story = story_begin();
    struct mp_change change = change_of(MP_CHANGE_MILESTONE, 1);
    struct mp_event event;
    struct mp_record record = {.note = "untouched"};

    change.milestone.id = "a/long/path/of/a/project:with-a-milestone";
    event = event_of(&change, 1);
    cr_expect_eq(mp_fold(NULL, &event, NULL, small, &record), MP_ENOMEM);
    cr_expect_str_eq(record.note, "untouched");
    change = withdrawal_of(77, MP_CHANGE_MET, MP_KIND_MILESTONE, MILESTONE);
    event = event_of(&change, 1);
    cr_expect_eq(entry_array_apply(&story.array, &event), MP_ECORRUPT, "nothing to withdraw");
    mp_arena_free(story.arena);
}
