#include "core/domain/fold.h"

#include "tests/unit/core/domain/folding.h"

#include <criterion/criterion.h>
#include <string.h>

Test(domain_entries, subjects_of_damaged_events_are_refused)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 16);
    struct mp_change changes[] = {
        change_of(MP_CHANGE_NONE, 1),        change_of(MP_CHANGE_TERM, 1),
        change_of(MP_CHANGE_LINK, 1),        change_of(MP_CHANGE_STATUS, 1),
        change_of(MP_CHANGE_OBSERVATION, 1), change_of(MP_CHANGE_WITHDRAWAL, 1),
        change_of(MP_CHANGE_FORECAST, 1),    change_of(MP_CHANGE_LINK_REMOVED, 1),
        change_of(MP_CHANGE_STATUS, 1),      change_of((enum mp_change_kind)99, 1),
    };

    changes[7].link = (struct mp_link){MILESTONE, "jcc:meeting", (enum mp_link_type)9, 0, ""};
    changes[8].status.project_status = MP_PROJECT_SUSPENDED;
    for (size_t i = 0; i < MP_LENGTH(changes); i++) {
        struct mp_event event = event_of(&changes[i], 4);
        struct mp_subject subject;

        cr_expect_eq(mp_event_subject(&event, arena, &subject), MP_EMALFORMED, "row %zu", i);
    }
}

Test(domain_entries, an_entry_has_a_day_even_where_none_was_stated)
{
    struct mp_change change = change_of(MP_CHANGE_AGENCY, MP_DAY_NONE);
    struct mp_event event = event_of(&change, 4);
    struct mp_entry entry;

    event.recorded_at_us = INT64_C(86400000000) * 20000 + 5;
    mp_event_entry(&event, &entry);
    cr_expect_eq(entry.stated_on, 20000);
    event.recorded_at_us = -1;
    mp_event_entry(&event, &entry);
    cr_expect_eq(entry.stated_on, -1);
    event.change.stated_on = 17;
    mp_event_entry(&event, &entry);
    cr_expect_eq(entry.stated_on, 17);
}

static void say(struct entry_array *array, uint64_t seq, int32_t stated_on,
                enum mp_change_kind kind)
{
    struct mp_change change = change_of(kind, stated_on);
    struct mp_event event;

    change.dated.milestone = MILESTONE;
    event = event_of(&change, seq);
    cr_assert_eq(entry_array_apply(array, &event), 0);
}

Test(domain_entries, the_latest_lies_strictly_before_the_day_and_sequence_given)
{
    static const struct {
        int32_t before_day;
        uint64_t before_seq, wanted; /* 0: none */
    } rows[] = {
        {INT32_MAX, UINT64_MAX, 3},
        {20, 3, 4},
        {20, 4, 3},
        {20, 2, 4},
        {10, 4, 1},
        {10, 5, 4},
        {10, 1, 0},
        {9, 100, 0},
        {11, 0, 4},
    };
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 16);
    struct entry_array array = {.arena = arena};
    struct mp_entries entries = entry_array_entries(&array);
    struct mp_change change = change_of(MP_CHANGE_WITHDRAWAL, 30);
    struct mp_event event;

    say(&array, 1, 10, MP_CHANGE_FORECAST);
    say(&array, 2, 15, MP_CHANGE_MET); /* another kind */
    say(&array, 3, 20, MP_CHANGE_FORECAST);
    say(&array, 4, 10, MP_CHANGE_FORECAST);
    say(&array, 5, 12, MP_CHANGE_FORECAST); /* to be withdrawn */
    change.withdrawal.seq = 5;
    event = event_of(&change, 6);
    cr_assert_eq(entry_array_apply(&array, &event), 0);
    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_entry entry = {.seq = 0};
        int result = entries.latest(entries.context, NULL, MP_CHANGE_FORECAST, rows[i].before_day,
                                    rows[i].before_seq, &entry);

        cr_expect_eq(result, rows[i].wanted != 0, "row %zu", i);
        cr_expect_eq(entry.seq, rows[i].wanted, "row %zu", i);
    }
}
