/* list with its filters, and history. */
#include "tests/unit/store/programme.h"

#include <criterion/criterion.h>

Test(store_list, list_joins_the_project_and_applies_every_filter)
{
    struct fixture fixture;
    static struct programme_answer whole;
    struct mp_ask ask;

    programme_open(&fixture);
    ask = programme_list(MP_KIND_MILESTONE, "");
    ask.agency = "ports";
    programme_ask_all(&fixture, ask, 0, &whole);
    cr_assert_eq(whole.count, 1);
    ask.corridor = "growth";
    programme_ask_all(&fixture, ask, 0, &whole);
    cr_assert_eq(whole.count, 1);
    ask.corridor = "green";
    programme_ask_all(&fixture, ask, 0, &whole);
    cr_assert_eq(whole.count, 0);
    ask = programme_list(MP_KIND_MILESTONE, "");
    ask.late = true; /* ml-1:opening is forecast after its baseline */
    programme_ask_all(&fixture, ask, 0, &whole);
    cr_assert_eq(whole.count, 1);
    ask = programme_list(MP_KIND_PROJECT, "");
    ask.status = "implementation";
    programme_ask_all(&fixture, ask, 0, &whole);
    cr_assert_eq(whole.count, 1);
    ask = programme_list(MP_KIND_OBSERVATION, "");
    ask.indicator = "cost";
    programme_ask_all(&fixture, ask, 0, &whole);
    cr_assert_eq(whole.count, 2);
    ask.agency = "ports";
    programme_ask_all(&fixture, ask, 0, &whole);
    cr_assert_eq(whole.count, 0);
    fixture_close(&fixture);
}

Test(store_list, removed_and_withdrawn_records_are_listed_only_on_request)
{
    struct fixture fixture;
    struct mp_change removed;
    static struct programme_answer whole;
    struct mp_ask ask;

    programme_open(&fixture);
    mp_change_init(&removed, MP_CHANGE_PROJECT_REMOVED);
    removed.stated_on = FIXTURE_TODAY;
    removed.removed = "gwadar";
    fixture_put_one(&fixture, removed);
    fixture_put_one(&fixture, fixture_withdrawal(FIXTURE_FIRST + 14));
    ask = programme_list(MP_KIND_PROJECT, "");
    programme_ask_all(&fixture, ask, 0, &whole);
    cr_assert_eq(whole.count, 4);
    ask.removed_too = true;
    programme_ask_all(&fixture, ask, 0, &whole);
    cr_assert_eq(whole.count, 5);
    ask = programme_list(MP_KIND_OBSERVATION, "ml-1/");
    programme_ask_all(&fixture, ask, 0, &whole);
    cr_assert_eq(whole.count, 1);
    ask.removed_too = true;
    programme_ask_all(&fixture, ask, 0, &whole);
    cr_assert_eq(whole.count, 2);
    cr_assert(fixture_get(&fixture, MP_KIND_PROJECT, "gwadar", (struct mp_as_of){.mode = MP_NOW})
                  .removed);
    fixture_close(&fixture);
}

Test(store_list, a_filter_that_cannot_apply_is_said)
{
    struct fixture fixture;
    struct mp_ask asks[5];

    programme_open(&fixture);
    asks[0] = programme_list(MP_KIND_PROJECT, "");
    asks[0].late = true;
    asks[1] = programme_list(MP_KIND_MILESTONE, "");
    asks[1].status = "finished";
    asks[2] = programme_list(MP_KIND_TERM, "");
    asks[2].corridor = "growth";
    asks[3] = programme_list(MP_KIND_LINK, "");
    asks[3].status = "met";
    asks[4] = programme_list(MP_KIND_PROJECT, "");
    asks[4].indicator = "cost";
    for (size_t i = 0; i < MP_LENGTH(asks); i++) {
        struct mp_page page = fixture_ask(&fixture, &asks[i]);

        cr_assert_eq(page.error, MP_ASK_MALFORMED, "question %zu", i);
        cr_assert_gt(strlen(page.message), 10);
        cr_assert_eq(page.row_count, 0);
    }
    fixture_close(&fixture);
}

Test(store_list, history_is_by_day_said_and_shows_what_was_withdrawn)
{
    struct fixture fixture;
    struct mp_ask ask = fixture_question(MP_ASK_HISTORY);
    static const int32_t days[] = {19500, 19600, 19650, FIXTURE_TODAY, FIXTURE_TODAY};
    struct mp_event event;
    struct mp_page page;
    uint64_t withdrawn_by;

    programme_open(&fixture);
    withdrawn_by = fixture_put_one(&fixture, fixture_withdrawal(FIXTURE_FIRST + 11));
    ask.record_kind = MP_KIND_MILESTONE;
    ask.id = "ml-1:opening";
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.history_count, MP_LENGTH(days));
    for (size_t i = 0; i < MP_LENGTH(days); i++) {
        cr_assert_eq(mp_event_decode(page.history[i].event, fixture.arena, &event), 0);
        cr_assert_eq(event.change.stated_on, days[i], "row %zu", i);
        cr_assert_eq(page.history[i].withdrawn_by, i == 1 ? withdrawn_by : 0);
    }
    ask.as_of = (struct mp_as_of){.mode = MP_AS_OF_DAY, .day = 19600};
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.history_count, 2);
    cr_assert(page.history[0].recorded_later);
    ask.as_of = (struct mp_as_of){.mode = MP_AS_RECORDED, .recorded_us = fixture.now_us - 1};
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.history_count, 4);
    cr_assert_eq(page.history[1].withdrawn_by, 0, "not yet withdrawn then");
    fixture_close(&fixture);
}

Test(store_list, the_history_of_an_observation_is_its_own)
{
    struct fixture fixture;
    struct mp_ask ask = fixture_question(MP_ASK_HISTORY);
    uint64_t seq = FIXTURE_FIRST + 14;
    struct mp_page page;

    programme_open(&fixture);
    fixture_put_one(&fixture, fixture_withdrawal(seq + 1));
    ask.record_kind = MP_KIND_OBSERVATION;
    ask.id = mp_arena_printf(fixture.arena, "ml-1:cost@%llu", (unsigned long long)seq);
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.history_count, 1);
    ask.id = mp_arena_printf(fixture.arena, "ml-1:cost@%llu", (unsigned long long)seq + 1);
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.history_count, 2);
    cr_assert_neq(page.history[0].withdrawn_by, 0);
    fixture_close(&fixture);
}
