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

TestSuite(domain_decide_term, .init = setup, .fini = teardown);

static struct mp_change term(void)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_TERM);
    change.term.scheme = MP_SCHEME_SOURCE;
    change.term.code = "press-2025-09-26";
    change.term.title.en = "A report";
    return change;
}

Test(domain_decide_term, is_well_formed_by_itself)
{
    struct mp_change change = term();
    fake_expect("plain", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.term.scheme = MP_SCHEME_NONE;
    fake_expect("no scheme", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    change.term.scheme = (enum mp_scheme)6;
    fake_expect("scheme 6", fake_view_validate(&view, &change), MP_REJECT_CODE_UNKNOWN);
    change = term();
    change.term.code = "";
    fake_expect("no code", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    change.term.code = "Growth Corridor";
    fake_expect("code", fake_view_validate(&view, &change), MP_REJECT_ID_INVALID);
    change = term();
    change.term.title.en = "";
    change.term.title.zh = "报告";
    fake_expect("no english", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    cr_expect_str_eq(view.rejection.field, "title.en");
}

Test(domain_decide_term, each_language_of_a_title_is_bounded)
{
    char text[MP_TITLE_MOST + 2];
    memset(text, 'x', sizeof(text));
    struct mp_change change = term();
    const char **languages[] = {&change.term.title.en, &change.term.title.ur,
                                &change.term.title.zh};
    static const char *const fields[] = {"title.en", "title.ur", "title.zh"};
    for (size_t i = 0; i < 3; i++) {
        const char *before = *languages[i];
        *languages[i] = text;
        text[MP_TITLE_MOST] = '\0';
        fake_expect(fields[i], fake_view_validate(&view, &change), MP_REJECT_NONE);
        text[MP_TITLE_MOST] = 'x';
        text[MP_TITLE_MOST + 1] = '\0';
        fake_expect(fields[i], fake_view_validate(&view, &change), MP_REJECT_TEXT_TOO_LONG);
        cr_expect_str_eq(view.rejection.field, fields[i]);
        *languages[i] = before;
    }
}

Test(domain_decide_term, only_a_source_is_published)
{
    struct mp_change change = term();
    change.term.published_on = fake_day("2025-09-26");
    fake_expect("source", fake_view_validate(&view, &change), MP_REJECT_NONE);
    change.term.scheme = MP_SCHEME_THEME;
    fake_expect("theme", fake_view_validate(&view, &change), MP_REJECT_OUT_OF_RANGE);
    change.term.scheme = MP_SCHEME_SOURCE;
    change.term.published_on = MP_DAY_MOST + 1;
    fake_expect("too far", fake_view_validate(&view, &change), MP_REJECT_DATE_IMPOSSIBLE);
}

Test(domain_decide_term, may_be_defined_and_defined_again)
{
    struct mp_change change = term();
    fake_expect("new", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    cr_expect_str_eq(view.subject.slug, "source:press-2025-09-26");
    change.term.scheme = MP_SCHEME_CORRIDOR;
    change.term.code = "growth";
    fake_expect("again", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
}
