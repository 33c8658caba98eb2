#include "tests/support/view.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct fake_view view;

static void setup(void)
{
    fake_view_init(&view);
}

static void teardown(void)
{
    fake_view_done(&view);
}

TestSuite(domain_decide_forecast, .init = setup, .fini = teardown);

/* How it stands before each row: nothing, or the statements of the row's letters.
 *   B first baseline 2029-06-30 said 2020-01-01, seq 10     F forecast 2029-12-31 said 2024-01-01,
 * 20 R re-baseline 2030-06-30 said 2025-01-01, seq 30        C recalled 2031-12-31 said 2026-01-01,
 * 40 G forecast 2031-06-30 said 2026-06-01, seq 50           E re-baseline 2028-06-30 said
 * 2019-01-01 */
static void stand(const char *letters)
{
    fake_view_done(&view);
    fake_view_init(&view);
    const char *id = "ml-1:completion";
    for (; *letters != '\0'; letters++) {
        switch (*letters) {
        case 'B':
            fake_view_state(&view, MP_CHANGE_BASELINE, id, "2029-06-30", "2020-01-01", 10);
            break;
        case 'F':
            fake_view_state(&view, MP_CHANGE_FORECAST, id, "2029-12-31", "2024-01-01", 20);
            break;
        case 'R':
            fake_view_state(&view, MP_CHANGE_BASELINE, id, "2030-06-30", "2025-01-01", 30);
            break;
        case 'C':
            fake_view_recall(&view, id, "2031-12-31", "2026-01-01", 40);
            break;
        case 'G':
            fake_view_state(&view, MP_CHANGE_FORECAST, id, "2031-06-30", "2026-06-01", 50);
            break;
        case 'E':
            fake_view_state(&view, MP_CHANGE_BASELINE, id, "2028-06-30", "2019-01-01", 60);
            break;
        }
    }
}

Test(domain_decide_forecast, later_than_what_was_expected_just_before_needs_a_reason)
{
    static const struct {
        const char *standing, *date, *stated_on;
        bool needs_reason;
    } table[] = {
        {"", "2035", "", false}, /* nothing was expected */
        {"B", "2029-06-30", "", false},
        {"B", "2029-06-29", "", false},
        {"B", "2029-07-01", "", true},
        {"B", "2029-06", "", false},
        {"B", "2029-Q2", "", false},
        {"B", "2029-H2", "", true},
        {"B", "2029", "", false},           /* its period has begun before the other ends */
        {"B", "2030", "2019-12-31", false}, /* said before the baseline was */
        {"B", "2030", "2020-01-01", true},  /* same day, larger sequence */
        {"BF", "2029-12-31", "", false},    /* the forecast counts, not the baseline */
        {"BF", "2030-01-01", "", true},
        {"BF", "2029-07-01", "2023-12-31", true}, /* before the forecast: against the baseline */
        {"BF", "2029-06-30", "2023-12-31", false},
        {"BFR", "2030-06-30", "", false}, /* the re-baseline is said later */
        {"BFR", "2030-07-01", "", true},
        {"BFR", "2030-01-01", "2024-12-31", true}, /* between: against the forecast */
        {"BFRC", "2030-07-01", "", true},          /* a recalled one is not expected */
        {"BFRC", "2030-06-30", "", false},
        {"BFRCG", "2031-06-30", "", false},
        {"BFRCG", "2031-07-01", "", true},
        {"BFRCG", "2030-07-01", "2026-03-01", true}, /* behind the last: against the re-baseline */
        {"BFRCG", "2030-06-30", "2026-03-01", false},
        {"BC", "2029-07-01", "", true},
        {"BC", "2029-06-30", "", false},
        {"BE", "2028-07-01", "", true}, /* re-baselined to an earlier day, said before the first */
        {"BE", "2028-06-30", "", false},
        {"BE", "2028-07-01", "2019-06-01", true},
        {"BE", "2035", "2018-12-31", false},
        {"F", "2030-01-01", "", true}, /* no baseline at all */
        {"F", "2035", "2023-12-31", false},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char what[80];
        snprintf(what, sizeof(what), "%s, %s on %s", table[i].standing, table[i].date,
                 table[i].stated_on);
        struct mp_change change = fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", table[i].date,
                                             MP_REASON_NONE, table[i].stated_on);
        stand(table[i].standing);
        fake_expect(what, fake_view_decide(&view, "railways", &change),
                    table[i].needs_reason ? MP_REJECT_REASON_MISSING : MP_REJECT_NONE);
        if (table[i].needs_reason)
            cr_expect_str_eq(view.rejection.field, "reason");
        change.dated.reason = MP_REASON_UNKNOWN;
        fake_expect(what, fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
    }
}

Test(domain_decide_forecast, the_sentence_names_both_dates_and_every_reason)
{
    fake_view_state(&view, MP_CHANGE_FORECAST, "ml-1:completion", "2029-06-30", "2026-11-21", 812);
    struct mp_change change =
        fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2030-06-30", MP_REASON_NONE, "");
    fake_expect("later", fake_view_decide(&view, "railways", &change), MP_REJECT_REASON_MISSING);
    const char *start = "2030-06-30 is later than 2029-06-30 (said on 2026-11-21, seq 812): "
                        "give a reason: security, land, ";
    cr_expect_eq(strncmp(view.rejection.message, start, strlen(start)), 0, "%s",
                 view.rejection.message);
    cr_expect_not_null(strstr(view.rejection.message, " or unknown"), "%s", view.rejection.message);
}

Test(domain_decide_forecast, what_was_withdrawn_is_not_expected)
{
    fake_view_state(&view, MP_CHANGE_BASELINE, "ml-1:completion", "2029-06-30", "2020-01-01", 10);
    fake_view_state(&view, MP_CHANGE_FORECAST, "ml-1:completion", "2027-06-30", "2022-01-01", 20)
        ->withdrawn_by = 21;
    fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:completion")->milestone.forecast =
        (struct mp_slot){0};
    struct mp_change change =
        fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2029-06-30", MP_REASON_NONE, "");
    fake_expect("withdrawn", fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
}

Test(domain_decide_forecast, its_successors_are_not_judged_again)
{
    fake_view_state(&view, MP_CHANGE_FORECAST, "ml-1:completion", "2029-06-30", "2024-01-01", 20);
    struct mp_change change = fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2027-06-30",
                                         MP_REASON_NONE, "2023-01-01");
    fake_expect("an earlier date, said earlier", fake_view_decide(&view, "railways", &change),
                MP_REJECT_NONE);
}

Test(domain_decide_forecast, the_period_must_not_be_over)
{
    static const struct {
        const char *date, *stated_on;
        enum mp_reject code;
    } table[] = {{"2026-11-21", "", MP_REJECT_NONE},
                 {"2026-11-20", "", MP_REJECT_FORECAST_IN_PAST},
                 {"2026-11", "", MP_REJECT_NONE}, /* has begun, is not over */
                 {"2026-10", "", MP_REJECT_FORECAST_IN_PAST},
                 {"2026", "2026-12-31", MP_REJECT_STATED_IN_FUTURE},
                 {"2016-12", "2016-12-31", MP_REJECT_NONE},
                 {"2016-12", "2017-01-01", MP_REJECT_FORECAST_IN_PAST}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct mp_change change = fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", table[i].date,
                                             MP_REASON_LAND, table[i].stated_on);
        fake_expect(table[i].date, fake_view_decide(&view, "railways", &change), table[i].code);
    }
}

Test(domain_decide_forecast, needs_a_milestone_that_lives)
{
    struct mp_change change = fake_dated(MP_CHANGE_FORECAST, "ml-1:start", "2029", 0, "");
    struct mp_record *record = fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:start");
    record->milestone.cancelled_seq = 30;
    fake_expect("cancelled", fake_view_decide(&view, "railways", &change), MP_REJECT_CANCELLED);
    cr_expect_str_eq(view.rejection.field, "milestone");
    record->removed = true;
    fake_expect("tombstone", fake_view_decide(&view, "railways", &change), MP_REJECT_CANCELLED);
    fake_view_named(&view, MP_KIND_PROJECT, "ml-1")->removed = true;
    fake_expect("its project too", fake_view_decide(&view, "railways", &change), MP_REJECT_REMOVED);
    change.dated.milestone = "ml-1:unknown";
    fake_expect("unknown", fake_view_decide(&view, "railways", &change),
                MP_REJECT_UNKNOWN_MILESTONE);
}

Test(domain_decide_forecast, every_dated_kind_is_checked_alike)
{
    for (int kind = MP_CHANGE_BASELINE; kind <= MP_CHANGE_RESUMPTION; kind++) {
        if (kind == MP_CHANGE_PROGRESS || kind == MP_CHANGE_STATUS)
            continue;
        const char *name = mp_code_name(MP_FAMILY_CHANGE, kind);
        struct mp_change good =
            fake_dated((enum mp_change_kind)kind, "ml-1:start", "2029-06", MP_REASON_LAND, "");
        struct mp_change bad = good;
        fake_expect(name, fake_view_validate(&view, &bad), MP_REJECT_NONE);
        bad.dated.milestone = "";
        fake_expect(name, fake_view_validate(&view, &bad), MP_REJECT_REQUIRED);
        bad.dated.milestone = "ML-1:start";
        fake_expect(name, fake_view_validate(&view, &bad), MP_REJECT_ID_INVALID);
        bad = good;
        bad.dated.date.precision = MP_PRECISION_NONE;
        fake_expect(name, fake_view_validate(&view, &bad), MP_REJECT_REQUIRED);
        bad.dated.date.precision = (enum mp_precision)7;
        fake_expect(name, fake_view_validate(&view, &bad), MP_REJECT_CODE_UNKNOWN);
        bad = good;
        bad.dated.date.day--;
        fake_expect(name, fake_view_validate(&view, &bad), MP_REJECT_DATE_IMPOSSIBLE);
        cr_expect_not_null(strstr(view.rejection.message, "last day of a month"));
        bad.dated.date = (struct mp_date){MP_DAY_MOST + 1, MP_PRECISION_DAY};
        fake_expect(name, fake_view_validate(&view, &bad), MP_REJECT_DATE_IMPOSSIBLE);
        bad = good;
        bad.dated.reason = (enum mp_reason)17;
        fake_expect(name, fake_view_validate(&view, &bad), MP_REJECT_CODE_UNKNOWN);
        bad = good;
        bad.dated.recalled = true;
        fake_expect(name, fake_view_validate(&view, &bad),
                    kind == MP_CHANGE_BASELINE ? MP_REJECT_NONE : MP_REJECT_OUT_OF_RANGE);
    }
}
