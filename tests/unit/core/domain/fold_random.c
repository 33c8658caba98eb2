/* A milestone's record against brute force over the list of its statements, through random
 * statements in any order of days and random withdrawals, now and as of every day. */
#include "core/domain/fold.h"

#include "tests/support/entry_array.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define MILESTONE  "ml-1:completion"
#define SEEDS      300
#define STATEMENTS 40
#define DAYS       12

static const enum mp_change_kind kinds[] = {
    MP_CHANGE_BASELINE,   MP_CHANGE_BASELINE,   MP_CHANGE_FORECAST,
    MP_CHANGE_MET,        MP_CHANGE_CONFIRMED,  MP_CHANGE_PROGRESS,
    MP_CHANGE_SUSPENSION, MP_CHANGE_RESUMPTION, MP_CHANGE_STATUS,
};

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

static struct mp_change statement(unsigned *random)
{
    enum mp_change_kind kind = kinds[next_random(random) % MP_LENGTH(kinds)];
    struct mp_change change;

    mp_change_init(&change, kind);
    change.stated_on = (int32_t)(next_random(random) % DAYS);
    if (kind == MP_CHANGE_PROGRESS) {
        change.progress.milestone = MILESTONE;
        change.progress.percent = (struct mp_decimal){next_random(random) % 100, 0};
    } else if (kind == MP_CHANGE_STATUS) {
        change.status.milestone = MILESTONE;
        change.status.milestone_status = 1 + next_random(random) % MP_MILESTONE_PARTIALLY_MET;
    } else {
        change.dated.milestone = MILESTONE;
        change.dated.date =
            (struct mp_date){(int32_t)(next_random(random) % 1000), MP_PRECISION_DAY};
        change.dated.reason = 1 + next_random(random) % MP_REASON_UNKNOWN;
        change.dated.recalled = next_random(random) % 3 == 0;
    }
    return change;
}

static bool comes_after(const struct mp_event *a, const struct mp_event *b)
{
    return a->change.stated_on != b->change.stated_on ? a->change.stated_on > b->change.stated_on
                                                      : a->seq > b->seq;
}

/* Statements that stand and were made on the day or before; events[i].prev is used for the seq of
 * the withdrawal. */
static const struct mp_event *last_of(const struct mp_event *events, size_t count,
                                      enum mp_change_kind kind, int32_t day, bool not_recalled)
{
    const struct mp_event *last = NULL;

    for (size_t i = 0; i < count; i++)
        if (events[i].change.kind == kind && events[i].prev == 0 &&
            events[i].change.stated_on <= day &&
            !(not_recalled && events[i].change.dated.recalled) &&
            (last == NULL || comes_after(&events[i], last)))
            last = &events[i];
    return last;
}

/* The one before the last. */
static const struct mp_event *last_but_one_of(const struct mp_event *events, size_t count,
                                              enum mp_change_kind kind, int32_t day)
{
    const struct mp_event *last = last_of(events, count, kind, day, false), *before = NULL;

    for (size_t i = 0; i < count; i++)
        if (events[i].change.kind == kind && events[i].prev == 0 && &events[i] != last &&
            events[i].change.stated_on <= day &&
            (before == NULL || comes_after(&events[i], before)))
            before = &events[i];
    return before;
}

static const struct mp_event *first_of(const struct mp_event *events, size_t count, int32_t day)
{
    for (size_t i = 0; i < count; i++)
        if (events[i].change.kind == MP_CHANGE_BASELINE && events[i].prev == 0 &&
            events[i].change.stated_on <= day)
            return &events[i];
    return NULL;
}

/* Neither the first of the day nor recalled. */
static const struct mp_event *last_rebaseline(const struct mp_event *events, size_t count,
                                              int32_t day, const struct mp_event *first)
{
    const struct mp_event *last = NULL;

    for (size_t i = 0; i < count; i++)
        if (&events[i] != first && events[i].change.kind == MP_CHANGE_BASELINE &&
            events[i].prev == 0 && events[i].change.stated_on <= day &&
            !events[i].change.dated.recalled && (last == NULL || comes_after(&events[i], last)))
            last = &events[i];
    return last;
}

static bool agrees(const struct mp_slot *slot, const struct mp_event *event)
{
    if (event == NULL)
        return slot->seq == 0 && !mp_date_is_set(slot->date) && slot->stated_on == 0 &&
               slot->reason == MP_REASON_NONE;
    return slot->seq == event->seq && slot->stated_on == event->change.stated_on &&
           slot->date.day == event->change.dated.date.day &&
           slot->reason == event->change.dated.reason;
}

static bool is_right(const struct mp_milestone_record *record, const struct mp_event *events,
                     size_t count, int32_t day)
{
    const struct mp_event *first = first_of(events, count, day);
    const struct mp_event *approved = last_of(events, count, MP_CHANGE_BASELINE, day, true);
    const struct mp_event *progress = last_of(events, count, MP_CHANGE_PROGRESS, day, false);
    const struct mp_event *status = last_of(events, count, MP_CHANGE_STATUS, day, false);

    return agrees(&record->first, first) &&
           agrees(&record->rebaseline, last_rebaseline(events, count, day, first)) &&
           agrees(&record->approved, approved != NULL ? approved : first) &&
           agrees(&record->forecast, last_of(events, count, MP_CHANGE_FORECAST, day, false)) &&
           agrees(&record->forecast_before,
                  last_but_one_of(events, count, MP_CHANGE_FORECAST, day)) &&
           agrees(&record->met, last_of(events, count, MP_CHANGE_MET, day, false)) &&
           agrees(&record->confirmed, last_of(events, count, MP_CHANGE_CONFIRMED, day, false)) &&
           agrees(&record->suspension, last_of(events, count, MP_CHANGE_SUSPENSION, day, false)) &&
           agrees(&record->resumption, last_of(events, count, MP_CHANGE_RESUMPTION, day, false)) &&
           record->progress.seq == (progress == NULL ? 0 : progress->seq) &&
           record->progress.percent.unscaled ==
               (progress == NULL ? 0 : progress->change.progress.percent.unscaled) &&
           record->stated.seq == (status == NULL ? 0 : status->seq) &&
           record->stated.status == (status == NULL ? 0 : status->change.status.milestone_status);
}

static struct mp_change next_change(struct mp_event *events, size_t count, uint64_t seq,
                                    unsigned *random)
{
    size_t at = next_random(random) % count;
    struct mp_change change;

    if (next_random(random) % 4 != 0 || events[at].prev != 0 ||
        !mp_change_is_statement(events[at].change.kind))
        return statement(random);
    mp_change_init(&change, MP_CHANGE_WITHDRAWAL);
    change.stated_on = DAYS;
    change.withdrawal.seq = events[at].seq;
    change.withdrawal.withdrawn_kind = events[at].change.kind;
    change.withdrawal.subject_kind = MP_KIND_MILESTONE;
    change.withdrawal.subject_id = MILESTONE;
    events[at].prev = seq;
    return change;
}

static void run(unsigned seed)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 20);
    struct entry_array array = {.arena = arena};
    struct mp_entries entries = entry_array_entries(&array);
    struct mp_event events[STATEMENTS + 1] = {{.epoch = 1, .seq = 1}};
    struct mp_record record, then;
    unsigned random = seed;
    bool is_before;

    mp_change_init(&events[0].change, MP_CHANGE_MILESTONE);
    events[0].change.stated_on = 3;
    events[0].change.milestone.id = MILESTONE;
    cr_assert_eq(mp_fold(NULL, &events[0], &entries, arena, &record), 0);
    for (size_t count = 1; count <= STATEMENTS; count++) {
        events[count] = (struct mp_event){.epoch = 1, .seq = count + 1};
        events[count].change = next_change(events, count, count + 1, &random);
        /* Only a withdrawal has to be in the index before. */
        is_before = seed % 2 == 0 || events[count].change.kind == MP_CHANGE_WITHDRAWAL;
        if (is_before)
            cr_assert_eq(entry_array_apply(&array, &events[count]), 0, "seed %u", seed);
        cr_assert_eq(mp_fold(&record, &events[count], &entries, arena, &record), 0, "seed %u",
                     seed);
        if (!is_before)
            cr_assert_eq(entry_array_apply(&array, &events[count]), 0, "seed %u", seed);
        cr_assert(is_right(&record.milestone, events, count + 1, INT32_MAX), "seed %u seq %zu",
                  seed, count + 1);
    }
    for (int32_t day = -1; day <= DAYS; day++) {
        cr_assert_eq(mp_record_as_of(&record, day, &entries, &then), 0);
        cr_assert(is_right(&then.milestone, events, STATEMENTS + 1, day), "seed %u day %d", seed,
                  day);
        cr_assert_str_eq(then.milestone.definition.id, MILESTONE);
    }
}

Test(domain_fold_random, agrees_with_brute_force_now_and_as_of_every_day)
{
    printf("domain_fold_random: seeds 1 to %d\n", SEEDS);
    for (unsigned seed = 1; seed <= SEEDS; seed++)
        run(seed);
}
