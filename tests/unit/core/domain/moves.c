/* How the expected date of a milestone moved, and for what reasons. */
#include "core/domain/measure.h"

#include "core/base/auto.h"
#include "tests/unit/core/domain/dates.h"

#include <criterion/criterion.h>

Test(domain_moves, moves_are_in_the_order_in_which_they_were_said)
{
    const struct mp_entry entries[] = {
        {.kind = MP_CHANGE_FORECAST,
         .seq = 5,
         .stated_on = 30,
         .date = DAY(300),
         .reason = MP_REASON_SECURITY},
        {.kind = MP_CHANGE_BASELINE, .seq = 1, .stated_on = 10, .date = DAY(100)},
        {.kind = MP_CHANGE_FORECAST,
         .seq = 9,
         .stated_on = 20,
         .date = DAY(150),
         .reason = MP_REASON_LAND},
        {.kind = MP_CHANGE_FORECAST,
         .seq = 6,
         .stated_on = 25,
         .date = DAY(900),
         .withdrawn_by = 7},
        {.kind = MP_CHANGE_BASELINE, .seq = 8, .stated_on = 5, .date = DAY(50), .recalled = true},
        {.kind = MP_CHANGE_MET, .seq = 11, .stated_on = 40, .date = DAY(40)},
        {.kind = MP_CHANGE_FORECAST, .seq = 10, .stated_on = 30, .date = DAY(280)},
        {.kind = MP_CHANGE_FORECAST,
         .seq = 12,
         .stated_on = 50,
         .date = DAY(290),
         .reason = MP_REASON_LAND},
    };
    static const struct {
        uint64_t seq;
        int32_t days;
    } wanted[] = {{1, 0}, {9, 50}, {5, 150}, {10, -20}, {12, 10}};
    struct mp_move moves[MP_LENGTH(entries)];
    struct mp_reason_total totals[MP_REASON_UNKNOWN + 1] = {{0}};
    size_t count;

    mp_moves(entries, MP_LENGTH(entries), moves, &count);
    cr_assert_eq(count, MP_LENGTH(wanted));
    for (size_t i = 0; i < count; i++) {
        cr_expect_eq(moves[i].seq, wanted[i].seq, "%zu", i);
        cr_expect_eq(moves[i].days, wanted[i].days, "%zu", i);
        cr_expect_eq(moves[i].is_first, i == 0);
    }
    mp_reason_totals(moves, count, totals);
    cr_expect_eq(totals[MP_REASON_LAND].count, 2);
    cr_expect_eq(totals[MP_REASON_LAND].days, 60);
    cr_expect_eq(totals[MP_REASON_SECURITY].days, 150);
    cr_expect_eq(totals[MP_REASON_NONE].count, 0);
}

/* Day 1003 is 1972-09-30: the month runs from 974. */
Test(domain_moves, a_vaguer_date_is_no_move_to_a_later_one)
{
    const struct mp_entry entries[] = {
        {.kind = MP_CHANGE_BASELINE, .seq = 1, .stated_on = 10, .date = DAY(980)},
        {.kind = MP_CHANGE_FORECAST,
         .seq = 2,
         .stated_on = 20,
         .date = MONTH_TO(1003),
         .reason = MP_REASON_LAND},
        {.kind = MP_CHANGE_FORECAST,
         .seq = 3,
         .stated_on = 30,
         .date = DAY(1004),
         .reason = MP_REASON_LAND},
    };
    struct mp_move moves[MP_LENGTH(entries)];
    struct mp_reason_total totals[MP_REASON_UNKNOWN + 1] = {{0}};
    size_t count;

    mp_moves(entries, MP_LENGTH(entries), moves, &count);
    cr_assert_eq(count, 3u);
    cr_expect_eq(moves[1].days, 23);
    cr_expect_not(moves[1].is_later);
    cr_expect(moves[2].is_later);
    mp_reason_totals(moves, count, totals);
    cr_expect_eq(totals[MP_REASON_LAND].count, 1u);
    cr_expect_eq(totals[MP_REASON_LAND].days, 1);
    mp_moves(entries, 0, moves, &count);
    cr_expect_eq(count, 0u);
}
