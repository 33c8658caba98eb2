#include "core/domain/fold.h"

#include "tests/unit/core/domain/fold_story.h"

#include <criterion/criterion.h>
#include <string.h>

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
            change = story_withdrawal(3, MP_CHANGE_MET, MP_KIND_MILESTONE, MILESTONE);
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

    story_define_milestone(&story);
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

    story_define_milestone(&story);
    story_date(&story, MP_CHANGE_BASELINE, 10, 100, false);
    change.removed = MILESTONE;
    change.note = "of the cancellation";
    story_must_tell(&story, &change);
    cr_expect_eq(story.record.milestone.cancelled_seq, 3);
    cr_expect_str_eq(story.record.note, "as agreed");
    story_define_milestone(&story);
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
        story_must_tell(&story, &define);
        story_must_tell(&story, &drop);
        cr_expect(story.record.removed);
        if (is_link)
            cr_expect_eq(story.record.link.lag_days, 3, "the tombstone says what was there");
        story_must_tell(&story, &define);
        cr_expect_not(story.record.removed);
        mp_arena_free(story.arena);
    }
}

static void key(struct story *story, enum mp_change_kind kind, uint8_t byte, int wanted)
{
    struct mp_change change = change_of(kind, 20);

    change.key.agency = "railways";
    memset(change.key.public_key, byte, sizeof(change.key.public_key));
    cr_assert_eq(story_tell(story, &change), wanted, "seq %d", (int)story->seq);
}

Test(domain_fold, keys_come_go_and_come_again_with_their_times)
{
    struct story story = story_begin();
    struct mp_change change = change_of(MP_CHANGE_AGENCY, 20);
    struct mp_agency_record *agency = &story.record.agency;
    const void *keys_before;

    change.agency.id = "railways";
    change.agency.role = MP_ROLE_AGENCY;
    story_must_tell(&story, &change);
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
    story_must_tell(&story, &change);
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
    change = story_withdrawal(77, MP_CHANGE_MET, MP_KIND_MILESTONE, MILESTONE);
    event = event_of(&change, 1);
    cr_expect_eq(entry_array_apply(&story.array, &event), MP_ECORRUPT, "nothing to withdraw");
    mp_arena_free(story.arena);
}
