#include "tests/unit/core/domain/fold_story.h"

#include <criterion/criterion.h>

struct story story_begin(void)
{
    struct story story = {.arena = mp_arena_new(4 << 20)};

    cr_assert_not_null(story.arena);
    story.array.arena = story.arena;
    return story;
}

int story_tell(struct story *story, const struct mp_change *change)
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

void story_must_tell(struct story *story, const struct mp_change *change)
{
    cr_assert_eq(story_tell(story, change), 0, "seq %d kind %d", (int)story->seq,
                 (int)change->kind);
    cr_assert_eq(story->record.revision.seq, story->seq);
    cr_assert_eq(story->record.revision.epoch, EPOCH);
}

void story_define_milestone(struct story *story)
{
    struct mp_change change = change_of(MP_CHANGE_MILESTONE, 1);

    change.milestone.id = MILESTONE;
    change.milestone.title.en = "Completed";
    change.note = "as agreed";
    change.source.reference = "PC-I";
    story_must_tell(story, &change);
}

void story_date(struct story *story, enum mp_change_kind kind, int32_t stated_on, int32_t day,
                bool recalled)
{
    struct mp_change change = change_of(kind, stated_on);

    change.dated.milestone = MILESTONE;
    change.dated.date = (struct mp_date){day, MP_PRECISION_MONTH};
    change.dated.reason = MP_REASON_LAND;
    change.dated.recalled = recalled;
    story_must_tell(story, &change);
}

struct mp_change story_withdrawal(uint64_t seq, enum mp_change_kind kind, enum mp_kind subject_kind,
                                  const char *subject_id)
{
    struct mp_change change = change_of(MP_CHANGE_WITHDRAWAL, 90);

    change.withdrawal.seq = seq;
    change.withdrawal.withdrawn_kind = kind;
    change.withdrawal.subject_kind = subject_kind;
    change.withdrawal.subject_id = subject_id;
    return change;
}

void story_withdraw(struct story *story, uint64_t seq, enum mp_change_kind kind)
{
    struct mp_change change = story_withdrawal(seq, kind, MP_KIND_MILESTONE, MILESTONE);

    story_must_tell(story, &change);
}
