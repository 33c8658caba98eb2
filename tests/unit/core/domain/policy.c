#include "core/domain/policy.h"

#include "core/base/auto.h"

#include <criterion/criterion.h>
#include <string.h>

#define FROM 20357

static const struct mp_policy policy = {"cpec-2.0", FROM, 30, 90, 10, 25, 7, 31, 5};

Test(domain_policy, a_colour_follows_days_and_share_and_says_which)
{
    static const struct {
        const char *what;
        int32_t slip_days, duration_days;
        enum mp_colour colour;
        enum mp_ground ground;
        uint32_t threshold;
    } rows[] = {
        {"early", -400, 100, MP_COLOUR_GREEN, MP_GROUND_WITHIN, 0},
        {"on the day", 0, 100, MP_COLOUR_GREEN, MP_GROUND_WITHIN, 0},
        {"a day before amber", 29, 0, MP_COLOUR_GREEN, MP_GROUND_WITHIN, 0},
        {"amber", 30, 0, MP_COLOUR_AMBER, MP_GROUND_DAYS, 30},
        {"a day before red", 89, 0, MP_COLOUR_AMBER, MP_GROUND_DAYS, 30},
        {"red", 90, 0, MP_COLOUR_RED, MP_GROUND_DAYS, 90},
        {"amber by share", 10, 100, MP_COLOUR_AMBER, MP_GROUND_SHARE, 10},
        {"just not amber by share", 9, 91, MP_COLOUR_GREEN, MP_GROUND_WITHIN, 0},
        {"just amber by share", 10, 91, MP_COLOUR_AMBER, MP_GROUND_SHARE, 10},
        {"red by share though few days", 25, 100, MP_COLOUR_RED, MP_GROUND_SHARE, 25},
        {"red by share beats amber by days", 40, 160, MP_COLOUR_RED, MP_GROUND_SHARE, 25},
        {"both red: days are the ground", 90, 100, MP_COLOUR_RED, MP_GROUND_DAYS, 90},
        {"long: days alone", 90, 10000, MP_COLOUR_RED, MP_GROUND_DAYS, 90},
        {"no such duration", 20, -5, MP_COLOUR_GREEN, MP_GROUND_WITHIN, 0},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_verdict verdict =
            mp_policy_judge(&policy, rows[i].slip_days, rows[i].duration_days);

        cr_expect_eq(verdict.colour, rows[i].colour, "%s", rows[i].what);
        cr_expect_eq(verdict.ground, rows[i].ground, "%s", rows[i].what);
        cr_expect_eq(verdict.threshold, rows[i].threshold, "%s", rows[i].what);
        cr_expect_eq(verdict.policy_valid_from, FROM, "%s", rows[i].what);
        cr_expect_str_eq(verdict.policy_programme, "cpec-2.0");
    }
}

Test(domain_policy, a_share_of_nought_does_not_count)
{
    struct mp_policy by_days = policy;

    by_days.amber_percent = 0;
    by_days.red_percent = 0;
    cr_expect_eq(mp_policy_judge(&by_days, 29, 10).colour, MP_COLOUR_GREEN);
    by_days.red_percent = 25;
    cr_expect_eq(mp_policy_judge(&by_days, 29, 10).colour, MP_COLOUR_RED);
}

Test(domain_policy, without_a_policy_nothing_has_a_colour)
{
    struct mp_verdict verdict = mp_policy_judge(NULL, 4000, 10);

    cr_expect_eq(verdict.colour, MP_COLOUR_NONE);
    cr_expect_eq(verdict.ground, MP_GROUND_NONE);
    cr_expect_eq(verdict.policy_valid_from, MP_DAY_NONE);
    cr_expect_str_eq(mp_colour_name(verdict.colour), "");
    cr_expect_str_eq(mp_colour_name(MP_COLOUR_AMBER), "amber");
}

Test(domain_policy, the_version_of_the_day_holds_and_the_programmes_own_before_the_default)
{
    const struct mp_policy policies[] = {
        {.programme = "default", .valid_from = 100},  {.programme = "cpec-2.0", .valid_from = 300},
        {.programme = "cpec-2.0", .valid_from = 200}, {.programme = "default", .valid_from = 400},
        {.programme = "phase-1", .valid_from = 50},
    };
    static const struct {
        const char *programme;
        int32_t day;
        int found; /* index; -1 none */
    } rows[] = {
        {"cpec-2.0", 99, -1}, {"cpec-2.0", 100, 0}, {"cpec-2.0", 199, 0},  {"cpec-2.0", 200, 2},
        {"cpec-2.0", 299, 2}, {"cpec-2.0", 300, 1}, {"cpec-2.0", 9999, 1}, {"phase-1", 50, 4},
        {"other", 399, 0},    {"other", 400, 3},    {"", 400, 3},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        const struct mp_policy *found =
            mp_policy_in_force(policies, MP_LENGTH(policies), rows[i].programme, rows[i].day);

        cr_expect_eq(found, rows[i].found < 0 ? NULL : &policies[rows[i].found], "%s on %d",
                     rows[i].programme, (int)rows[i].day);
    }
}

Test(domain_policy, every_threshold_is_among_the_members)
{
    struct mp_policy filled = {.programme = "", .valid_from = 0};

    for (size_t i = 0; i < MP_POLICY_MEMBERS; i++) {
        uint32_t value = (uint32_t)i + 1;

        memcpy((char *)&filled + mp_policy_members[i].offset, &value, sizeof(value));
    }
    cr_expect_eq(filled.amber_days, 1);
    cr_expect_eq(filled.red_days, 2);
    cr_expect_eq(filled.amber_percent, 3);
    cr_expect_eq(filled.red_percent, 4);
    cr_expect_eq(filled.grey_days, 5);
    cr_expect_eq(filled.report_days, 6);
    cr_expect_eq(filled.least_for_index, 7);
}
