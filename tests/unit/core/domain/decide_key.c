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

TestSuite(domain_decide_key, .init = setup, .fini = teardown);

static struct mp_change key(enum mp_change_kind kind, const char *agency, uint8_t byte)
{
    struct mp_change change;
    mp_change_init(&change, kind);
    change.key.agency = agency;
    memset(change.key.public_key, byte, 32);
    return change;
}

static enum mp_reject add(const char *agency, uint8_t byte)
{
    struct mp_change change = key(MP_CHANGE_KEY_ADDED, agency, byte);
    return fake_view_decide(&view, "ministry", &change);
}

static enum mp_reject revoke(const char *agency, uint8_t byte)
{
    struct mp_change change = key(MP_CHANGE_KEY_REVOKED, agency, byte);
    return fake_view_decide(&view, "ministry", &change);
}

Test(domain_decide_key, is_well_formed_by_itself)
{
    struct mp_change change = key(MP_CHANGE_KEY_ADDED, "railways", 1);
    fake_expect("plain", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change = key(MP_CHANGE_KEY_ADDED, "railways", 0);
    fake_expect("zero", fake_view_validate(&view, &change), MP_REJECT_OUT_OF_RANGE);
    cr_expect_str_eq(view.rejection.field, "public_key");
    change.key.public_key[31] = 1;
    fake_expect("nearly zero", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change = key(MP_CHANGE_KEY_REVOKED, "", 1);
    fake_expect("no agency", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    change = key(MP_CHANGE_KEY_REVOKED, "a:b", 1);
    fake_expect("agency", fake_view_validate(&view, &change), MP_REJECT_ID_INVALID);
}

Test(domain_decide_key, is_added_to_one_agency_once)
{
    fake_view_key(&view, "railways", 1, 0);
    fake_view_key(&view, "railways", 2, 700);
    fake_expect("new", add("railways", 9), MP_REJECT_NONE);
    cr_expect_str_eq(view.subject.slug, "railways");
    fake_expect("unknown agency", add("nobody", 9), MP_REJECT_UNKNOWN_AGENCY);
    fake_expect("its own", add("railways", 1), MP_REJECT_KEY_IN_USE);
    cr_expect_not_null(strstr(view.rejection.message, "holds this key already"));
    fake_expect("another's", add("unit", 1), MP_REJECT_KEY_IN_USE);
    fake_expect("revoked", add("railways", 2), MP_REJECT_KEY_IN_USE);
    cr_expect_not_null(strstr(view.rejection.message, "never taken back"), "%s",
                       view.rejection.message);
    fake_expect("revoked elsewhere", add("unit", 2), MP_REJECT_KEY_IN_USE);
}

Test(domain_decide_key, there_are_32_valid_ones_at_most)
{
    for (uint8_t i = 1; i < MP_LIST_MOST; i++)
        fake_view_key(&view, "railways", i, 0);
    fake_view_key(&view, "railways", 100, 3);
    fake_expect("the 32nd", add("railways", 200), MP_REJECT_NONE);
    fake_view_key(&view, "railways", 101, 0);
    fake_expect("the 33rd", add("railways", 200), MP_REJECT_TOO_MANY);
}

Test(domain_decide_key, revoked_ones_stay_in_the_record_which_has_an_end)
{
    for (int i = 0; i < MP_KEYS_MOST - 1; i++)
        fake_view_key(&view, "railways", (uint8_t)(i % 100 + 1), 3);
    fake_expect("the last that fits", add("railways", 200), MP_REJECT_NONE);
    fake_view_key(&view, "railways", 101, 3);
    fake_expect("one more", add("railways", 200), MP_REJECT_TOO_MANY);
    cr_expect_not_null(strstr(view.rejection.message, "another id"), "%s", view.rejection.message);
}

Test(domain_decide_key, only_a_valid_one_of_the_agency_is_revoked)
{
    fake_view_key(&view, "railways", 1, 0);
    fake_view_key(&view, "railways", 2, 700);
    fake_expect("valid", revoke("railways", 1), MP_REJECT_NONE);
    fake_expect("revoked", revoke("railways", 2), MP_REJECT_UNKNOWN_KEY);
    fake_expect("nobody's", revoke("railways", 3), MP_REJECT_UNKNOWN_KEY);
    fake_expect("another's", revoke("unit", 1), MP_REJECT_UNKNOWN_KEY);
    fake_expect("unknown agency", revoke("nobody", 1), MP_REJECT_UNKNOWN_AGENCY);
}

Test(domain_decide_key, the_last_one_of_the_authorities_stays)
{
    fake_view_key(&view, "ministry", 1, 0);
    fake_view_key(&view, "ministry", 2, 700);
    fake_view_key(&view, "railways", 3, 0);
    fake_expect("last", revoke("ministry", 1), MP_REJECT_LAST_AUTHORITY);
    fake_expect("an agency's last", revoke("railways", 3), MP_REJECT_NONE);
    fake_view_agency(&view, "secretariat", MP_ROLE_AUTHORITY, "ml-1/");
    fake_view_key(&view, "secretariat", 4, 0);
    fake_expect("the other may not register", revoke("ministry", 1), MP_REJECT_LAST_AUTHORITY);
    fake_expect("the other itself", revoke("secretariat", 4), MP_REJECT_NONE);
    fake_view_agency(&view, "jcc", MP_ROLE_AUTHORITY, "/");
    fake_view_key(&view, "jcc", 5, 0);
    fake_expect("not the last", revoke("ministry", 1), MP_REJECT_NONE);
}
