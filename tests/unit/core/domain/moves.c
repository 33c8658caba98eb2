/* How the expected date of a milestone moved, and for what reasons. */
#include "core/domain/measure.h"

#include "core/base/auto.h"
#include "tests/unit/core/domain/dates.h"

#include <criterion/criterion.h>
#include <string.h>

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

/* ---- A first baseline that is said late ---- */

#define SAID_MOST 6

/* In the order of being recorded: the sequence is the place, from 1. */
struct said {
    const char *kind, *stated_on, *date;
    enum mp_precision precision;
    int32_t days;
    bool is_later, is_aside;
};

static int32_t day_of(const char *text)
{
    int32_t day = MP_DAY_NONE;

    cr_assert_eq(mp_day_parse(text, &day), 0, "%s", text);
    return day;
}

static struct mp_entry entry_of(const struct said *said, uint64_t seq)
{
    return (struct mp_entry){.kind = said->kind[0] == 'f' ? MP_CHANGE_FORECAST : MP_CHANGE_BASELINE,
                             .seq = seq,
                             .stated_on = day_of(said->stated_on),
                             .date = {.day = day_of(said->date), .precision = said->precision},
                             .recalled = strcmp(said->kind, "recalled") == 0,
                             .withdrawn_by = strcmp(said->kind, "withdrawn") == 0 ? 99 : 0};
}

static void expect_moves(const char *name, const struct said *said)
{
    struct mp_entry entries[SAID_MOST];
    struct mp_move moves[SAID_MOST];
    size_t count = 0, found;
    const struct mp_move *expected = NULL;

    for (; count < SAID_MOST && said[count].kind != NULL; count++)
        entries[count] = entry_of(&said[count], count + 1);
    mp_moves(entries, count, moves, &found);
    for (size_t i = 0; i < found; i++) {
        const struct said *wanted = &said[moves[i].seq - 1];

        cr_expect_eq(moves[i].days, wanted->days, "%s, seq %lu: %d", name,
                     (unsigned long)moves[i].seq, moves[i].days);
        cr_expect_eq(moves[i].is_later, wanted->is_later, "%s, seq %lu", name,
                     (unsigned long)moves[i].seq);
        cr_expect_eq(moves[i].is_aside, wanted->is_aside, "%s, seq %lu", name,
                     (unsigned long)moves[i].seq);
        cr_expect_eq(moves[i].is_first, i == 0);
        cr_expect_eq(moves[i].before.day, expected == NULL ? 0 : expected->date.day, "%s, seq %lu",
                     name, (unsigned long)moves[i].seq);
        if (!moves[i].is_aside)
            expected = &moves[i];
    }
}

/* The first three are the portfolio's, day by day. */
Test(domain_moves, a_first_baseline_that_is_said_late_moves_no_date)
{
    static const struct {
        const char *name;
        struct said said[SAID_MOST + 1];
    } rows[] = {
        {"gwadar/eastbay-expressway:completion",
         {{"forecast", "2020-07-29", "2021-04-30", MP_PRECISION_MONTH, 0, 0, 0},
          {"forecast", "2021-05-02", "2021-10-31", MP_PRECISION_MONTH, 184, 1, 0},
          {"forecast", "2021-06-10", "2022-06-30", MP_PRECISION_YEAR, 242, 0, 0},
          {"baseline", "2021-12-27", "2018-12-31", MP_PRECISION_YEAR, 0, 0, 1},
          {"forecast", "2021-12-27", "2022-04-11", MP_PRECISION_DAY, -80, 0, 0},
          {"forecast", "2022-03-27", "2022-05-16", MP_PRECISION_DAY, 35, 1, 0}}},
        {"energy/sahiwal-coal:completion",
         {{"forecast", "2017-04-19", "2017-06-30", MP_PRECISION_MONTH, 0, 0, 0},
          {"baseline", "2017-05-24", "2017-12-31", MP_PRECISION_MONTH, 0, 0, 1},
          {"forecast", "2017-05-24", "2017-06-07", MP_PRECISION_WEEK, -23, 0, 0}}},
        {"energy/karot:cod",
         {{"forecast", "2021-05-12", "2022-04-30", MP_PRECISION_MONTH, 0, 0, 0},
          {"baseline", "2021-10-14", "2021-12-31", MP_PRECISION_MONTH, 0, 0, 1},
          {"forecast", "2021-12-01", "2022-06-30", MP_PRECISION_HALF, 61, 0, 0},
          {"forecast", "2022-01-23", "2022-08-31", MP_PRECISION_MONTH, 62, 1, 0},
          {"forecast", "2022-05-08", "2022-06-30", MP_PRECISION_HALF, -62, 0, 0}}},
        {"a re-baseline moves it, and so does one that was recorded after the first but said "
         "before",
         {{"forecast", "2021-01-01", "2022-01-31", MP_PRECISION_DAY, 0, 0, 0},
          {"baseline", "2021-06-01", "2023-01-31", MP_PRECISION_DAY, 0, 0, 1},
          {"baseline", "2021-07-01", "2022-03-31", MP_PRECISION_DAY, 31, 1, 0},
          {"baseline", "2021-03-01", "2022-02-28", MP_PRECISION_DAY, 28, 1, 0}}},
        {"on one day the sequence decides: said before the forecast it is the first of all",
         {{"baseline", "2021-01-01", "2022-01-31", MP_PRECISION_DAY, 0, 0, 0},
          {"forecast", "2021-01-01", "2022-02-10", MP_PRECISION_DAY, 10, 1, 0}}},
        {"once the first is withdrawn the next is the first",
         {{"withdrawn", "2020-01-01", "2021-01-31", MP_PRECISION_DAY, 0, 0, 0},
          {"forecast", "2021-01-01", "2022-01-31", MP_PRECISION_DAY, 0, 0, 0},
          {"baseline", "2021-06-01", "2023-01-31", MP_PRECISION_DAY, 0, 0, 1},
          {"forecast", "2021-07-01", "2022-02-10", MP_PRECISION_DAY, 10, 1, 0}}},
        {"a recalled one is expected where it is the first, and else never",
         {{"recalled", "2020-01-01", "2021-01-31", MP_PRECISION_DAY, 0, 0, 0},
          {"recalled", "2020-06-01", "2025-01-31", MP_PRECISION_DAY, 0, 0, 0},
          {"forecast", "2021-01-01", "2021-02-10", MP_PRECISION_DAY, 10, 1, 0}}},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++)
        expect_moves(rows[i].name, rows[i].said);
}
