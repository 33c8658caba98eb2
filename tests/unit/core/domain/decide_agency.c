#include "tests/support/view.h"

#include <criterion/criterion.h>
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

TestSuite(domain_decide_agency, .init = setup, .fini = teardown);

static const char *some[] = {"ml-1/", "gwadar/airport/"};
static const char *all[] = {"/"};

static struct mp_change agency(const char *id, enum mp_role role, const char **grants,
                               size_t grant_count)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_AGENCY);
    change.agency.id = id;
    change.agency.title.en = "An agency";
    change.agency.role = role;
    change.agency.grants = (struct mp_list){grants, grant_count};
    return change;
}

Test(domain_decide_agency, is_well_formed_by_itself)
{
    struct mp_change change = agency("railways", MP_ROLE_AGENCY, some, 2);
    fake_expect("plain", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change = agency("ml/1", MP_ROLE_AGENCY, some, 2);
    fake_expect("id", fake_view_validate(&view, &change), MP_REJECT_ID_INVALID);
    change = agency("12345678901234567890123456789012345678901", MP_ROLE_AGENCY, some, 2);
    fake_expect("long id", fake_view_validate(&view, &change), MP_REJECT_TEXT_TOO_LONG);
    change = agency("railways", MP_ROLE_NONE, some, 2);
    fake_expect("no role", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    change = agency("railways", (enum mp_role)5, some, 2);
    fake_expect("role 5", fake_view_validate(&view, &change), MP_REJECT_CODE_UNKNOWN);
    change = agency("railways", MP_ROLE_AGENCY, some, 0);
    fake_expect("no grants", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.agency.report_interval_days = MP_INTERVAL_MOST;
    fake_expect("interval", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.agency.report_interval_days = MP_INTERVAL_MOST + 1;
    fake_expect("interval", fake_view_validate(&view, &change), MP_REJECT_OUT_OF_RANGE);
    change.agency.report_interval_days = UINT32_MAX;
    fake_expect("interval", fake_view_validate(&view, &change), MP_REJECT_OUT_OF_RANGE);
}

Test(domain_decide_agency, its_grants_are_prefixes_and_few)
{
    const char *grants[MP_LIST_MOST + 1];
    for (size_t i = 0; i <= MP_LIST_MOST; i++)
        grants[i] = "ml-1/";
    struct mp_change change = agency("railways", MP_ROLE_AGENCY, grants, MP_LIST_MOST);
    fake_expect("32", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.agency.grants.count++;
    fake_expect("33", fake_view_validate(&view, &change), MP_REJECT_TOO_MANY);
    change.agency.grants.count = 2;
    grants[1] = "ml-1";
    fake_expect("no slash", fake_view_validate(&view, &change), MP_REJECT_ID_INVALID);
    cr_expect_str_eq(view.rejection.field, "grants[1]");
    grants[1] = "";
    fake_expect("empty", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
}

Test(domain_decide_agency, who_holds_all_keys_of_authorities_stays_an_authority)
{
    struct mp_change demoted = agency("ministry", MP_ROLE_MONITOR, all, 1);
    struct mp_change narrowed = agency("ministry", MP_ROLE_AUTHORITY, some, 2);
    struct mp_change same = agency("ministry", MP_ROLE_AUTHORITY, all, 1);
    fake_view_key(&view, "ministry", 1, 0);
    fake_view_key(&view, "ministry", 2, 0);
    fake_view_key(&view, "unit", 3, 0);
    fake_expect("demoted", fake_view_decide(&view, "ministry", &demoted), MP_REJECT_LAST_AUTHORITY);
    cr_expect_str_eq(view.rejection.field, "role");
    fake_expect("narrowed", fake_view_decide(&view, "ministry", &narrowed),
                MP_REJECT_LAST_AUTHORITY);
    cr_expect_str_eq(view.rejection.field, "grants");
    fake_expect("same", fake_view_decide(&view, "ministry", &same), MP_REJECT_NONE);
    fake_view_agency(&view, "planning", MP_ROLE_AUTHORITY, "ml-1/");
    fake_view_key(&view, "planning", 6, 0);
    fake_expect("another of narrow grant", fake_view_decide(&view, "ministry", &demoted),
                MP_REJECT_LAST_AUTHORITY);
    fake_view_agency(&view, "secretariat", MP_ROLE_AUTHORITY, "/");
    fake_expect("another without keys", fake_view_decide(&view, "ministry", &demoted),
                MP_REJECT_LAST_AUTHORITY);
    fake_view_key(&view, "secretariat", 4, 800);
    fake_expect("another with a revoked key", fake_view_decide(&view, "ministry", &demoted),
                MP_REJECT_LAST_AUTHORITY);
    fake_view_key(&view, "secretariat", 5, 0);
    fake_expect("another with a key", fake_view_decide(&view, "ministry", &demoted),
                MP_REJECT_NONE);
}

Test(domain_decide_agency, others_change_freely)
{
    struct mp_change change = agency("unit", MP_ROLE_AGENCY, some, 2);
    fake_view_key(&view, "ministry", 1, 0);
    fake_expect("monitor", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    change = agency("new-one", MP_ROLE_AUTHORITY, all, 1);
    fake_expect("new", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    cr_expect_str_eq(view.subject.slug, "new-one");
}
