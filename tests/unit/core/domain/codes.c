#include "core/domain/codes.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
    enum mp_code_family family;
    int count;
    const char *first, *last;
} families[] = {
    {MP_FAMILY_ROLE, 4, "agency", "service"},
    {MP_FAMILY_REASON, 16, "security", "unknown"},
    {MP_FAMILY_PROJECT_STATUS, 9, "identification", "suspended"},
    {MP_FAMILY_MILESTONE_STATUS, 6, "scheduled", "cancelled"},
    {MP_FAMILY_MILESTONE_TYPE, 10, "preProcurement", "contractClose"},
    {MP_FAMILY_LINK_TYPE, 4, "FS", "SF"},
    {MP_FAMILY_PRECISION, 6, "day", "year"},
    {MP_FAMILY_OBSERVATION_KIND, 3, "target", "claimed"},
    {MP_FAMILY_SCHEME, 5, "programme", "source"},
    {MP_FAMILY_DIRECTION, 2, "ascending", "descending"},
    {MP_FAMILY_KIND, MP_KIND_LAST, "term", "policy"},
    {MP_FAMILY_CHANGE, MP_CHANGE_LAST, "term", "policy"},
    {MP_FAMILY_CALENDAR_DAY, 2, "holiday", "workday"},
};

Test(domain_codes, each_number_has_a_name_that_gives_it_back)
{
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        enum mp_code_family family = families[i].family;
        cr_expect_str_eq(mp_code_name(family, 0), "");
        cr_expect_str_eq(mp_code_name(family, 1), families[i].first);
        cr_expect_str_eq(mp_code_name(family, families[i].count), families[i].last);
        cr_expect_null(mp_code_name(family, families[i].count + 1));
        cr_expect_null(mp_code_name(family, -1));
        cr_expect_eq(mp_code_parse(family, ""), 0);
        cr_expect_eq(mp_code_parse(family, "nonsense"), 0);
        for (int number = 1; number <= families[i].count; number++)
            cr_expect_eq(mp_code_parse(family, mp_code_name(family, number)), number);
    }
}

Test(domain_codes, case_matters_except_for_links)
{
    cr_expect_eq(mp_code_parse(MP_FAMILY_LINK_TYPE, "fs"), MP_LINK_FS);
    cr_expect_eq(mp_code_parse(MP_FAMILY_LINK_TYPE, "Sf"), MP_LINK_SF);
    cr_expect_eq(mp_code_parse(MP_FAMILY_REASON, "Security"), 0);
    cr_expect_eq(mp_code_parse(MP_FAMILY_MILESTONE_STATUS, "notmet"), 0);
}

Test(domain_codes, all_names_are_listed_for_messages)
{
    cr_expect_str_eq(mp_code_names(MP_FAMILY_LINK_TYPE), "FS, SS, FF, SF");
    const char *reasons = mp_code_names(MP_FAMILY_REASON);
    cr_expect_eq(strncmp(reasons, "security, land, ", 16), 0);
    cr_expect_not_null(strstr(reasons, ", unknown"));
}
