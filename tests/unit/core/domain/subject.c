#include "core/domain/subject.h"

#include "core/base/error.h"

#include <criterion/criterion.h>
#include <string.h>

#define TEN   "aaaaaaaaaa"
#define SIXTY TEN TEN TEN TEN TEN TEN

Test(domain_subject, ids_have_one_form)
{
    static const struct {
        const char *text;
        bool is_path, is_slug, is_milestone, is_agency;
    } table[] = {
        {"ml-1", true, true, false, true},
        {"gwadar/port-expansion", true, false, false, false},
        {"cpec-2.0", true, true, false, true},
        {"1/2/3/4/5/6/7/8", true, false, false, false},
        {"1/2/3/4/5/6/7/8/9", false, false, false, false},
        {"ml-1:completion", false, false, true, false},
        {"a/b:c.d", false, false, true, false},
        {"", false, false, false, false},
        {"/", false, false, false, false},
        {"a/", false, false, false, false},
        {"/a", false, false, false, false},
        {"a//b", false, false, false, false},
        {"-a", false, false, false, false},
        {".a", false, false, false, false},
        {"a/.b", false, false, false, false},
        {"A", false, false, false, false},
        {"a b", false, false, false, false},
        {"a_b", false, false, false, false},
        {"a!", false, false, false, false},
        {"@agency", false, false, false, false},
        {"a:", false, false, false, false},
        {":a", false, false, false, false},
        {"a:b:c", false, false, false, false},
        {"a:b/c", false, false, false, false},
        {"a/:b", false, false, false, false},
        {"caf\xc3\xa9", false, false, false, false},
        {TEN TEN TEN TEN, true, true, false, true},
        {TEN TEN TEN TEN "a", true, true, false, false},
        {SIXTY, true, true, false, false},
        {SIXTY "a", true, false, false, false},
        {SIXTY SIXTY, true, false, false, false},
        {SIXTY SIXTY "a", false, false, false, false},
        {SIXTY SIXTY ":" SIXTY, false, false, true, false},
        {SIXTY SIXTY ":" SIXTY "a", false, false, false, false},
        {SIXTY SIXTY "a:b", false, false, false, false},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        cr_expect_eq(mp_path_is_valid(table[i].text), table[i].is_path, "%s", table[i].text);
        cr_expect_eq(mp_slug_is_valid(table[i].text), table[i].is_slug, "%s", table[i].text);
        cr_expect_eq(mp_milestone_id_is_valid(table[i].text), table[i].is_milestone, "%s",
                     table[i].text);
        cr_expect_eq(mp_agency_id_is_valid(table[i].text), table[i].is_agency, "%s", table[i].text);
    }
}

Test(domain_subject, a_prefix_covers_its_subtree_and_never_a_namesake)
{
    static const struct {
        const char *prefix, *topic;
        bool is_covered;
    } table[] = {
        {"/", "ml-1/", true},        {"", "ml-1/", true},         {"/", "@agency/", true},
        {"ml-1/", "ml-1/", true},    {"ml-1/", "ml-1/a/", true},  {"ml-1/", "ml-10/", false},
        {"ml-1/", "gwadar/", false}, {"ml-1/a/", "ml-1/", false}, {"ml-1", "ml-10/", false},
        {"ml-1", "ml-1/", false},    {"ml-1/", "@term/", false},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        cr_expect_eq(mp_prefix_covers(table[i].prefix, table[i].topic), table[i].is_covered,
                     "%s over %s", table[i].prefix, table[i].topic);
    cr_expect(mp_prefix_is_valid("/"));
    cr_expect(mp_prefix_is_valid("ml-1/"));
    cr_expect(mp_prefix_is_valid("1/2/3/4/5/6/7/8/"));
    cr_expect_not(mp_prefix_is_valid("1/2/3/4/5/6/7/8/9/"));
    cr_expect_not(mp_prefix_is_valid(""));
    cr_expect_not(mp_prefix_is_valid("ml-1"));
    cr_expect_not(mp_prefix_is_valid("ml-1//"));
    cr_expect_not(mp_prefix_is_valid("@agency/"));
}

Test(domain_subject, each_kind_lives_where_the_table_says_and_its_id_comes_back)
{
    static const struct {
        enum mp_kind kind;
        const char *id, *topic, *slug;
    } table[] = {
        {MP_KIND_PROJECT, "ml-1/karachi-rohri", "ml-1/karachi-rohri/", ""},
        {MP_KIND_MILESTONE, "ml-1/karachi-rohri:completion", "ml-1/karachi-rohri/", "completion"},
        {MP_KIND_LINK, "ml-1:b<FS<gwadar/port:a", "ml-1/", "b<FS<gwadar/port:a"},
        {MP_KIND_OBSERVATION, "ml-1:project-cost-usd@123", "ml-1/", "project-cost-usd@123"},
        {MP_KIND_AGENCY, "railways", "@agency/", "railways"},
        {MP_KIND_TERM, "corridor:growth", "@term/", "corridor:growth"},
        {MP_KIND_INDICATOR, "project-cost-usd", "@indicator/", "project-cost-usd"},
        {MP_KIND_EPOCH, "1763712000", "@ledger/", "1763712000"},
        {MP_KIND_CALENDAR, "pk@2025-01-01", "@calendar/", "pk@2025-01-01"},
        {MP_KIND_POLICY, "cpec-2.0@2025-09-26", "@policy/", "cpec-2.0@2025-09-26"},
    };
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(65536);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct mp_subject subject;
        cr_assert_eq(mp_subject_parse(arena, table[i].kind, table[i].id, &subject), 0, "%s",
                     table[i].id);
        cr_expect_eq(subject.kind, table[i].kind);
        cr_expect_str_eq(subject.topic, table[i].topic);
        cr_expect_str_eq(subject.slug, table[i].slug);
        cr_expect_str_eq(mp_subject_id(arena, &subject), table[i].id);
        for (size_t j = 0; j < i; j++) {
            struct mp_subject other;
            cr_assert_eq(mp_subject_parse(arena, table[j].kind, table[j].id, &other), 0);
            cr_expect_not(mp_subject_equal(&subject, &other));
        }
    }
}

Test(domain_subject, what_is_not_an_id_of_the_kind_is_malformed)
{
    static const struct {
        enum mp_kind kind;
        const char *id;
    } table[] = {
        {MP_KIND_NONE, "a"},
        {(enum mp_kind)99, "a"},
        {MP_KIND_PROJECT, "a:b"},
        {MP_KIND_MILESTONE, "a"},
        {MP_KIND_LINK, ""},
        {MP_KIND_LINK, "a:b"},
        {MP_KIND_LINK, "a:b<FS"},
        {MP_KIND_LINK, "a:b<XX<c:d"},
        {MP_KIND_LINK, "a:b<FSS<c:d"},
        {MP_KIND_LINK, "a<FS<c:d"},
        {MP_KIND_LINK, "a:b<FS<c"},
        {MP_KIND_LINK, "a:b<FS<c:d<"},
        {MP_KIND_OBSERVATION, "a:b"},
        {MP_KIND_OBSERVATION, "a:b@"},
        {MP_KIND_OBSERVATION, "a:b@0"},
        {MP_KIND_OBSERVATION, "a:b@-1"},
        {MP_KIND_OBSERVATION, "a:b@01"},
        {MP_KIND_OBSERVATION, "a:b@1x"},
        {MP_KIND_OBSERVATION, "a@1"},
        {MP_KIND_TERM, "growth"},
        {MP_KIND_TERM, "colour:red"},
        {MP_KIND_TERM, "corridor:"},
        {MP_KIND_AGENCY, "a/b"},
        {MP_KIND_INDICATOR, "a:b"},
        {MP_KIND_EPOCH, "x"},
        {MP_KIND_CALENDAR, "pk"},
        {MP_KIND_CALENDAR, "pk@2025-02-30"},
        {MP_KIND_CALENDAR, "@2025-01-01"},
        {MP_KIND_POLICY, "p k@2025-01-01"},
        {MP_KIND_EPOCH, "0"},
        {MP_KIND_EPOCH, "-5"},
    };
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(65536);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct mp_subject subject = {.topic = "kept"};
        cr_expect_eq(mp_subject_parse(arena, table[i].kind, table[i].id, &subject), MP_EMALFORMED,
                     "%s", table[i].id);
        cr_expect_str_eq(subject.topic, "kept");
    }
}

Test(domain_subject, the_longest_ids_fit)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(65536);
    const char *milestone = SIXTY SIXTY ":" SIXTY;
    struct mp_subject link = mp_subject_link(arena, milestone, milestone, MP_LINK_SF);
    cr_expect_eq(strlen(link.topic), MP_TOPIC_MOST);
    cr_expect_eq(strlen(link.slug), MP_SUBJECT_SLUG_MOST);
    const char *id = mp_subject_id(arena, &link);
    struct mp_subject back;
    cr_assert_eq(mp_subject_parse(arena, MP_KIND_LINK, id, &back), 0);
    cr_expect(mp_subject_equal(&link, &back));
}

Test(domain_subject, a_full_arena_is_said_and_not_crashed_on)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(4096);
    struct mp_subject subject;
    while (mp_arena_alloc(arena, 16) != NULL)
        ;
    cr_expect_null(mp_subject_project(arena, "ml-1/a-path-of-some-length").topic);
    cr_expect_null(mp_subject_term(arena, MP_SCHEME_THEME, "a-code-of-some-length").topic);
    cr_expect_eq(mp_subject_parse(arena, MP_KIND_MILESTONE, "ml-1/a-longer-path:slug", &subject),
                 MP_ENOMEM);
    cr_expect_eq(mp_subject_parse(arena, MP_KIND_AGENCY, "an-agency-of-some-length", &subject),
                 MP_ENOMEM);
}

Test(domain_subject, the_example_of_a_form_is_an_id_of_its_kind)
{
    struct mp_arena *arena = mp_arena_new(1 << 16);

    for (int kind = 1; kind <= MP_KIND_LAST; kind++) {
        const char *example = strstr(mp_subject_form((enum mp_kind)kind), "such as ");
        struct mp_subject subject;

        cr_assert_not_null(example, "%d", kind);
        example += strlen("such as ");
        cr_expect_eq(mp_subject_parse(arena, (enum mp_kind)kind, example, &subject), 0, "%s",
                     example);
    }
    cr_expect_str_eq(mp_subject_form(MP_KIND_NONE), "");
    mp_arena_free(arena);
}
