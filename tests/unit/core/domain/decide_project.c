#include "tests/support/view.h"

#include <criterion/criterion.h>
#include <stddef.h>
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

TestSuite(domain_decide_project, .init = setup, .fini = teardown);

static struct mp_change project(void)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_PROJECT);
    change.project.id = "ml-1/north";
    change.project.parent = "ml-1";
    change.project.programme = "cpec-2.0";
    change.project.title.en = "North";
    change.project.status = MP_PROJECT_PREPARATION;
    return change;
}

static enum mp_reject remove_project(const char *id)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_PROJECT_REMOVED);
    change.removed = id;
    return fake_view_decide(&view, "ministry", &change);
}

Test(domain_decide_project, is_well_formed_by_itself)
{
    struct mp_change change = project();
    fake_expect("plain", fake_view_validate(&view, &change), MP_REJECT_NONE);
    static const struct {
        size_t offset;
        const char *text, *field;
        enum mp_reject code;
    } table[] = {
#define AT(member) offsetof(struct mp_project, member)
        {AT(id), "", "id", MP_REJECT_REQUIRED},
        {AT(id), "a:b", "id", MP_REJECT_ID_INVALID},
        {AT(id), "1/2/3/4/5/6/7/8/9", "id", MP_REJECT_ID_INVALID},
        {AT(parent), "", "", MP_REJECT_NONE},
        {AT(parent), "ml-1/", "parent", MP_REJECT_ID_INVALID},
        {AT(parent), "ml-1/north", "parent", MP_REJECT_CYCLE},
        {AT(programme), "", "programme", MP_REJECT_REQUIRED},
        {AT(programme), "CPEC", "programme", MP_REJECT_ID_INVALID},
        {AT(title.en), "", "title.en", MP_REJECT_REQUIRED},
        {AT(title.ur), "\x01", "title.ur", MP_REJECT_TEXT_INVALID},
        {AT(corridor), "a/b", "corridor", MP_REJECT_ID_INVALID},
        {AT(lead_agency), "a/b", "lead_agency", MP_REJECT_ID_INVALID},
        {AT(counterpart), "\xff", "counterpart", MP_REJECT_TEXT_INVALID},
#undef AT
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        change = project();
        memcpy((char *)&change.project + table[i].offset, &table[i].text, sizeof(table[i].text));
        fake_expect(table[i].field, fake_view_validate(&view, &change), table[i].code);
        if (table[i].code != MP_REJECT_NONE)
            cr_expect_str_eq(view.rejection.field, table[i].field);
    }
    change = project();
    change.project.status = MP_PROJECT_STATUS_NONE;
    fake_expect("no status", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    change.project.status = (enum mp_project_status)10;
    fake_expect("status 10", fake_view_validate(&view, &change), MP_REJECT_CODE_UNKNOWN);
}

Test(domain_decide_project, its_lists_are_well_formed)
{
    const char *items[MP_LIST_MOST + 1];
    struct mp_change change = project();
    struct mp_list *lists[] = {&change.project.themes, &change.project.regions,
                               &change.project.partners};
    static const char *const fields[] = {"themes[31]", "regions[31]", "partners[31]"};
    for (size_t i = 0; i <= MP_LIST_MOST; i++)
        items[i] = "energy";
    for (size_t i = 0; i < 3; i++) {
        *lists[i] = (struct mp_list){items, MP_LIST_MOST};
        fake_expect(fields[i], fake_view_validate(&view, &change), MP_REJECT_NONE);
        lists[i]->count++;
        fake_expect(fields[i], fake_view_validate(&view, &change), MP_REJECT_TOO_MANY);
        lists[i]->count--;
        items[31] = "An Item";
        fake_expect(fields[i], fake_view_validate(&view, &change), MP_REJECT_ID_INVALID);
        cr_expect_str_eq(view.rejection.field, fields[i]);
        items[31] = "energy";
        *lists[i] = (struct mp_list){0};
    }
}

Test(domain_decide_project, names_what_is_known)
{
    static const char *themes[] = {"energy", "exports"}, *regions[] = {"national", "nowhere"},
                      *partners[] = {"railways", "nobody"};
    struct mp_change change = project();
    change.project.corridor = "growth";
    change.project.themes = (struct mp_list){themes, 1};
    change.project.regions = (struct mp_list){regions, 1};
    change.project.lead_agency = "railways";
    change.project.partners = (struct mp_list){partners, 1};
    struct mp_change whole = change;
    fake_expect("whole", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    cr_expect_str_eq(view.subject.topic, "ml-1/north/");
    change.project.programme = "growth"; /* a corridor */
    fake_expect("programme", fake_view_decide(&view, "ministry", &change), MP_REJECT_UNKNOWN_TERM);
    cr_expect_str_eq(view.rejection.field, "programme");
    change = whole;
    change.project.corridor = "energy";
    fake_expect("corridor", fake_view_decide(&view, "ministry", &change), MP_REJECT_UNKNOWN_TERM);
    cr_expect_str_eq(view.rejection.field, "corridor");
    change = whole;
    change.project.themes.count = 2;
    fake_expect("themes", fake_view_decide(&view, "ministry", &change), MP_REJECT_UNKNOWN_TERM);
    cr_expect_str_eq(view.rejection.field, "themes[1]");
    change = whole;
    change.project.regions.count = 2;
    fake_expect("regions", fake_view_decide(&view, "ministry", &change), MP_REJECT_UNKNOWN_TERM);
    cr_expect_str_eq(view.rejection.field, "regions[1]");
    change = whole;
    change.project.lead_agency = "nobody";
    fake_expect("lead", fake_view_decide(&view, "ministry", &change), MP_REJECT_UNKNOWN_AGENCY);
    cr_expect_str_eq(view.rejection.field, "lead_agency");
    change = whole;
    change.project.partners.count = 2;
    fake_expect("partner", fake_view_decide(&view, "ministry", &change), MP_REJECT_UNKNOWN_AGENCY);
    cr_expect_str_eq(view.rejection.field, "partners[1]");
}

Test(domain_decide_project, its_parent_lives_and_is_not_below_it)
{
    struct mp_change change = project();
    change.project.parent = "ml-2";
    fake_expect("unknown", fake_view_decide(&view, "ministry", &change), MP_REJECT_UNKNOWN_PROJECT);
    cr_expect_str_eq(view.rejection.field, "parent");
    change.project.id = "ml-1";
    change.project.parent = "ml-1/south";
    fake_expect("child", fake_view_decide(&view, "ministry", &change), MP_REJECT_CYCLE);
    fake_view_project(&view, "ml-1/south/deep", "ml-1/south");
    change.project.parent = "ml-1/south/deep";
    fake_expect("grandchild", fake_view_decide(&view, "ministry", &change), MP_REJECT_CYCLE);
    cr_expect_str_eq(view.rejection.field, "parent");
    change.project.parent = "gwadar";
    fake_expect("elsewhere", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    fake_view_named(&view, MP_KIND_PROJECT, "gwadar")->removed = true;
    fake_expect("removed", fake_view_decide(&view, "ministry", &change), MP_REJECT_REMOVED);
}

Test(domain_decide_project, the_walk_to_the_top_is_bounded)
{
    const char *above = "";
    struct mp_change change = project();
    for (int i = 0; i <= 64; i++) {
        const char *id = mp_arena_printf(view.arena, "p%d", i);
        fake_view_project(&view, id, above);
        above = id;
    }
    change.project.parent = "p64";
    fake_expect("64 above the parent", fake_view_decide(&view, "ministry", &change),
                MP_REJECT_NONE);
    fake_view_project(&view, "p65", "p64");
    change.project.parent = "p65";
    fake_expect("65 above the parent", fake_view_decide(&view, "ministry", &change),
                MP_REJECT_OUT_OF_RANGE);
}

Test(domain_decide_project, is_removed_when_nothing_lives_in_it)
{
    struct mp_change change = project();
    change.project.id = "gwadar";
    change.project.parent = "";
    fake_expect("unknown", remove_project("ml-2"), MP_REJECT_UNKNOWN_PROJECT);
    cr_expect_str_eq(view.rejection.field, "id");
    view.is_in_use = true;
    fake_expect("in use", remove_project("gwadar"), MP_REJECT_IN_USE);
    view.is_in_use = false;
    fake_expect("free", remove_project("gwadar"), MP_REJECT_NONE);
    fake_view_named(&view, MP_KIND_PROJECT, "gwadar")->removed = true;
    fake_expect("twice", remove_project("gwadar"), MP_REJECT_REMOVED);
    fake_expect("defined again", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
}

Test(domain_decide_project, is_an_authoritys_with_a_grant)
{
    struct mp_change change = project();
    fake_view_agency(&view, "southern", MP_ROLE_AUTHORITY, "ml-1/south/");
    fake_expect("agency", fake_view_decide(&view, "railways", &change), MP_REJECT_ROLE);
    fake_expect("not granted", fake_view_decide(&view, "southern", &change), MP_REJECT_NOT_GRANTED);
    cr_expect_str_eq(view.rejection.field, "id");
    change.project.id = "ml-1/south/tunnel";
    fake_expect("granted", fake_view_decide(&view, "southern", &change), MP_REJECT_NONE);
}
