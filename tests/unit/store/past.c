/* The two times: what had been said by a day, and what this ledger held at a moment. */
#include "tests/unit/store/fixture.h"

#include <criterion/criterion.h>

static struct mp_as_of as_of(int32_t day)
{
    return (struct mp_as_of){.mode = MP_AS_OF_DAY, .day = day};
}

static struct mp_as_of as_recorded(int64_t time_us)
{
    return (struct mp_as_of){.mode = MP_AS_RECORDED, .recorded_us = time_us};
}

Test(store_past, as_of_a_day_counts_what_was_said_by_then_and_marks_what_came_later)
{
    struct fixture fixture;
    struct mp_ask ask = fixture_question(MP_ASK_GET);
    struct mp_record record;
    struct mp_page page;

    fixture_open(&fixture, 0);
    fixture_put_one(&fixture, fixture_project("ml-1"));
    fixture_put_one(&fixture, fixture_milestone("ml-1:opening"));
    fixture_put_one(&fixture, fixture_forecast("ml-1:opening", 20500, FIXTURE_TODAY));
    fixture_put_one(&fixture, fixture_forecast("ml-1:opening", 20000, 19000));
    record = fixture_get(&fixture, MP_KIND_MILESTONE, "ml-1:opening", as_of(19500));
    cr_assert_eq(record.milestone.forecast.date.day, 20000);
    record = fixture_get(&fixture, MP_KIND_MILESTONE, "ml-1:opening", as_of(18999));
    cr_assert_eq(record.milestone.forecast.seq, 0);
    cr_assert_str_eq(record.milestone.definition.id, "ml-1:opening", "definitions are of now");
    record = fixture_get(&fixture, MP_KIND_MILESTONE, "ml-1:opening", as_of(FIXTURE_TODAY));
    cr_assert_eq(record.milestone.forecast.date.day, 20500);
    ask.record_kind = MP_KIND_MILESTONE;
    ask.id = "ml-1:opening";
    ask.as_of = as_of(19500);
    page = fixture_ask(&fixture, &ask);
    cr_assert(page.rows[0].recorded_later);
    ask.as_of = as_of(FIXTURE_TODAY);
    page = fixture_ask(&fixture, &ask);
    cr_assert_not(page.rows[0].recorded_later);
    fixture_close(&fixture);
}

Test(store_past, the_day_of_recording_is_that_of_the_programmes_zone)
{
    struct fixture fixture;
    struct mp_ask ask = fixture_question(MP_ASK_GET);

    fixture_open(&fixture, 0);
    /* 20:30 in Greenwich is past midnight in Pakistan. */
    fixture.now_us = INT64_C(86400000000) * FIXTURE_TODAY + INT64_C(73800000000);
    fixture_put_one(&fixture, fixture_project("ml-1"));
    fixture_put_one(&fixture, fixture_milestone("ml-1:opening"));
    fixture_put_one(&fixture, fixture_forecast("ml-1:opening", 20500, FIXTURE_TODAY));
    ask.record_kind = MP_KIND_MILESTONE;
    ask.id = "ml-1:opening";
    ask.as_of = as_of(FIXTURE_TODAY);
    cr_assert(fixture_ask(&fixture, &ask).rows[0].recorded_later);
    fixture_close(&fixture);
}

Test(store_past, an_observation_of_a_later_day_was_not_there)
{
    struct fixture fixture;
    struct mp_ask ask = fixture_question(MP_ASK_LIST);
    struct mp_page page;
    uint64_t seq;

    fixture_open(&fixture, 0);
    fixture_put_one(&fixture, fixture_project("ml-1"));
    seq = fixture_put_one(&fixture, fixture_observation("ml-1", "cost", 5, 19600));
    ask.record_kind = MP_KIND_OBSERVATION;
    ask.as_of = as_of(19599);
    cr_assert_eq(fixture_ask(&fixture, &ask).row_count, 0);
    ask.as_of = as_of(19600);
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.row_count, 1);
    cr_assert(page.rows[0].recorded_later);
    ask = fixture_question(MP_ASK_GET);
    ask.record_kind = MP_KIND_OBSERVATION;
    ask.id = mp_arena_printf(fixture.arena, "ml-1:cost@%llu", (unsigned long long)seq);
    ask.as_of = as_of(19599);
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.error, MP_ASK_NOT_FOUND);
    cr_assert_not_null(strstr(page.message, "2023-08-31"), "%s", page.message);
    fixture_close(&fixture);
}

Test(store_past, before_the_first_event_is_too_old)
{
    struct fixture fixture;
    struct mp_ask ask = fixture_question(MP_ASK_LIST);
    struct mp_page page;

    fixture_open(&fixture, 0);
    ask.record_kind = MP_KIND_AGENCY;
    ask.as_of = as_recorded(FIXTURE_START_US - 1);
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.error, MP_ASK_TOO_OLD, "%s", page.message);
    ask.as_of = as_recorded(FIXTURE_START_US);
    cr_assert_eq(fixture_ask(&fixture, &ask).row_count, 2);
    fixture_close(&fixture);
}

/* A small programme that changes at random; what was answered after some batches is asked again at
 * the end, as recorded then. */
#define ROUNDS     120
#define SNAPSHOTS  12
#define ROWS_MOST  64
#define KINDS_MOST 5

struct answers {
    int64_t time_us;
    struct mp_span rows[KINDS_MOST][ROWS_MOST]; /* in an arena of their own */
    size_t counts[KINDS_MOST];
};

static const enum mp_kind kinds[KINDS_MOST] = {MP_KIND_PROJECT, MP_KIND_MILESTONE, MP_KIND_LINK,
                                               MP_KIND_OBSERVATION, MP_KIND_AGENCY};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void gather(struct fixture *fixture, struct mp_arena *arena, struct mp_as_of when,
                   struct answers *answers)
{
    for (size_t kind = 0; kind < KINDS_MOST; kind++) {
        struct mp_ask ask = fixture_question(MP_ASK_LIST);
        struct mp_page page;

        ask.record_kind = kinds[kind];
        ask.removed_too = true;
        ask.as_of = when;
        page = fixture_ask(fixture, &ask);
        cr_assert_eq(page.error, MP_ASK_OK, "%s", page.message);
        cr_assert_eq(page.cursor.size, 0);
        cr_assert_leq(page.row_count, ROWS_MOST);
        answers->counts[kind] = page.row_count;
        for (size_t i = 0; i < page.row_count; i++)
            answers->rows[kind][i] = mp_arena_copy(arena, page.rows[i].record);
    }
    answers->time_us = fixture->now_us;
    fixture_forget(fixture);
}

static struct mp_change random_statement(uint32_t *state, const char *milestone)
{
    static const enum mp_change_kind dated[] = {MP_CHANGE_BASELINE,   MP_CHANGE_FORECAST,
                                                MP_CHANGE_MET,        MP_CHANGE_CONFIRMED,
                                                MP_CHANGE_SUSPENSION, MP_CHANGE_RESUMPTION};
    struct mp_change change = fixture_dated(dated[next_random(state) % MP_LENGTH(dated)], milestone,
                                            20000 + (int32_t)(next_random(state) % 500),
                                            19000 + (int32_t)(next_random(state) % 600));

    change.dated.recalled = change.kind == MP_CHANGE_BASELINE && next_random(state) % 3 == 0;
    return change;
}

/* A withdrawal of some statement that stands, or nothing. */
static bool random_withdrawal(struct fixture *fixture, uint32_t *state, struct mp_change *ret)
{
    uint64_t head = mp_store_head(fixture->store).seq;
    uint64_t seq = 1 + next_random(state) % head;
    struct mp_batch *batch = fixture_begin(fixture);
    const struct mp_view *view = mp_batch_view(batch);
    struct mp_stated stated;
    int found = view->stated(view->context, seq, &stated);
    bool stands = found == 1 && stated.withdrawn_by == 0 && mp_change_is_statement(stated.kind);

    mp_batch_abort(batch);
    *ret = fixture_withdrawal(seq);
    return stands;
}

static void change_something(struct fixture *fixture, uint32_t *state)
{
    static const char *const projects[] = {"ml-1", "gwadar", "gwadar/port"};
    static const char *const milestones[] = {"ml-1:opening", "ml-1:start", "gwadar/port:opening"};
    const char *project = projects[next_random(state) % 3];
    const char *milestone = milestones[next_random(state) % 3];
    struct mp_change change = fixture_project(project);

    switch (next_random(state) % 8) {
    case 0:
        change.project.counterpart = mp_arena_printf(fixture->arena, "%u", next_random(state));
        break;
    case 1:
        change = fixture_milestone(milestone);
        change.milestone.weight = next_random(state) % 100;
        break;
    case 2:
        change = fixture_observation(project, "cost", next_random(state) % 100, 19400);
        break;
    case 3:
    case 4:
        if (random_withdrawal(fixture, state, &change))
            break;
        /* fall through */
    default:
        change = random_statement(state, milestone);
        break;
    }
    fixture_put_one(fixture, change);
}

static void compare(const struct answers *then, const struct answers *again, size_t snapshot)
{
    for (size_t kind = 0; kind < KINDS_MOST; kind++) {
        cr_assert_eq(then->counts[kind], again->counts[kind], "snapshot %zu, kind %d", snapshot,
                     (int)kinds[kind]);
        for (size_t i = 0; i < then->counts[kind]; i++)
            cr_assert(mp_span_equal(then->rows[kind][i], again->rows[kind][i]),
                      "snapshot %zu, kind %d, row %zu", snapshot, (int)kinds[kind], i);
    }
}

Test(store_past, as_recorded_is_exactly_what_was_answered_then)
{
    struct fixture fixture;
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)64 << 20);
    static struct answers answers[SNAPSHOTS], again;
    const struct mp_change first[] = {
        fixture_project("ml-1"),
        fixture_project("gwadar"),
        fixture_project("gwadar/port"),
        fixture_milestone("ml-1:opening"),
        fixture_milestone("ml-1:start"),
        fixture_milestone("gwadar/port:opening"),
        fixture_link("ml-1:start", "ml-1:opening"),
    };

    for (uint32_t seed = 1; seed <= 4; seed++) {
        uint32_t state = seed;
        size_t taken = 0;

        fixture_open(&fixture, 0);
        fixture_put(&fixture, first, MP_LENGTH(first));
        for (int round = 0; round < ROUNDS; round++) {
            change_something(&fixture, &state);
            if (round % (ROUNDS / SNAPSHOTS) == 0)
                gather(&fixture, arena, (struct mp_as_of){.mode = MP_NOW}, &answers[taken++]);
        }
        for (size_t i = 0; i < taken; i++) {
            gather(&fixture, arena, as_recorded(answers[i].time_us), &again);
            compare(&answers[i], &again, i);
        }
        fixture_close(&fixture);
        mp_arena_reset(arena);
    }
}

/* A withdrawal brings back what stood then, also if that was withdrawn after the moment asked. */
Test(store_past, the_index_is_seen_as_it_stood_at_each_event)
{
    struct fixture fixture;
    struct mp_change recalled = fixture_dated(MP_CHANGE_BASELINE, "ml-1:opening", 20000, 19500);
    struct mp_record then, again;
    uint64_t first, second, baseline;
    int64_t then_us;

    recalled.dated.recalled = true;
    fixture_open(&fixture, 0);
    fixture_put_one(&fixture, fixture_project("ml-1"));
    fixture_put_one(&fixture, fixture_milestone("ml-1:opening"));
    first = fixture_put_one(&fixture, fixture_forecast("ml-1:opening", 20100, 19000));
    second = fixture_put_one(&fixture, fixture_forecast("ml-1:opening", 20200, 19100));
    baseline = fixture_put_one(&fixture, recalled);
    /* Said before the recalled one, which it takes the place of: the index is asked. */
    fixture_put_one(&fixture, fixture_dated(MP_CHANGE_BASELINE, "ml-1:opening", 20010, 19400));
    fixture_put_one(&fixture, fixture_withdrawal(second));
    fixture_put_one(&fixture, fixture_withdrawal(baseline));
    then_us = fixture.now_us;
    then =
        fixture_get(&fixture, MP_KIND_MILESTONE, "ml-1:opening", (struct mp_as_of){.mode = MP_NOW});
    cr_assert_eq(then.milestone.forecast.seq, first);
    cr_assert_eq(then.milestone.approved.date.day, 20010);
    fixture_put_one(&fixture, fixture_withdrawal(first));
    again = fixture_get(&fixture, MP_KIND_MILESTONE, "ml-1:opening", as_recorded(then_us));
    cr_assert_eq(again.milestone.forecast.seq, first);
    cr_assert_eq(again.milestone.first.seq, then.milestone.first.seq);
    cr_assert_eq(again.milestone.approved.seq, then.milestone.approved.seq);
    cr_assert_eq(again.revision.seq, then.revision.seq);
    fixture_close(&fixture);
}

Test(store_past, a_long_history_is_folded_without_holding_it_all)
{
    struct fixture fixture;
    struct mp_change changes[MP_CHANGES_MOST];
    int64_t then_us = 0;
    uint64_t seq = 0;
    struct mp_record record;

    fixture_open(&fixture, 0);
    fixture_put_one(&fixture, fixture_project("ml-1"));
    fixture_put_one(&fixture, fixture_milestone("ml-1:opening"));
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < MP_CHANGES_MOST; i++)
            changes[i] = fixture_forecast("ml-1:opening", 20000 + round * 64 + i, FIXTURE_TODAY);
        seq = fixture_put(&fixture, changes, MP_CHANGES_MOST);
        if (round == 8)
            then_us = fixture.now_us;
    }
    record = fixture_get(&fixture, MP_KIND_MILESTONE, "ml-1:opening", as_recorded(then_us));
    cr_assert_eq(record.milestone.forecast.seq, seq - 1);
    cr_assert_eq(record.milestone.forecast.date.day, 20000 + 9 * 64 - 1);
    cr_assert_eq(record.revision.seq, seq - 1);
    fixture_close(&fixture);
}
