/* Groups, silences, covers and moves of a picture that no server has painted. */
#include "clients/lib/picture.h"

#include "core/base/auto.h"

#include <criterion/criterion.h>
#include <string.h>

#define TODAY 20000

static struct mp_picture picture;
static struct mp_arena *arena;

static const char *const two_regions[] = {"gb", "kp"};

static struct mp_picture_project project_of(const char *id, const char *programme,
                                            const char *corridor, const char *agency)
{
    struct mp_picture_project project = {.id = id, .topic = id};

    project.record.definition = (struct mp_project){.id = id,
                                                    .programme = programme,
                                                    .corridor = corridor,
                                                    .lead_agency = agency,
                                                    .status = MP_PROJECT_IMPLEMENTATION};
    return project;
}

/* Ascending by id, as the load puts them. */
static struct mp_picture_project projects[4];
static struct mp_picture_milestone milestones[6];
static struct mp_picture_agency agencies[3];
static struct mp_policy policies[2];
static struct mp_term terms[1];

static void add_milestone(size_t at, const char *id, uint32_t project, int32_t baseline,
                          int32_t last_word)
{
    struct mp_picture_milestone *one = &milestones[at];

    *one = (struct mp_picture_milestone){.id = id, .project = project};
    one->record.definition.id = id;
    one->figures.original_day = baseline;
    one->figures.approved_day = baseline;
    one->figures.actual_day = MP_DAY_NONE;
    one->figures.projected_day = baseline;
    one->figures.last_word_day = last_word;
    one->figures.slip_original.absence =
        baseline == MP_DAY_NONE ? MP_ABSENT_NO_BASELINE : MP_ABSENT_NOT;
    one->figures.is_undated = baseline == MP_DAY_NONE;
}

static void begin(void)
{
    arena = mp_arena_new(1 << 20);
    cr_assert_not_null(arena);
    projects[0] = project_of("kkh", "phase-1", "openness", "nha");
    projects[0].record.definition.regions.items = (const char **)(uintptr_t)two_regions;
    projects[0].record.definition.regions.count = 2;
    projects[1] = project_of("ml-1", "cpec-2.0", "growth", "railways");
    projects[2] = project_of("ml-1/rohri", "cpec-2.0", "growth", "railways");
    projects[2].record.definition.regions.items = (const char **)(uintptr_t)two_regions;
    projects[2].record.definition.regions.count = 1;
    projects[3] = project_of("ml-10", "cpec-2.0", "", "nobody");
    agencies[0] = (struct mp_picture_agency){.id = "nha"};
    agencies[0].definition.title.en = "Highways";
    agencies[0].definition.report_interval_days = 30;
    agencies[1] = (struct mp_picture_agency){.id = "railways"};
    agencies[2] = (struct mp_picture_agency){.id = "water"};
    agencies[2].definition.report_interval_days = 1;
    policies[0] = (struct mp_policy){.programme = "cpec-2.0", .report_days = 90};
    policies[1] = (struct mp_policy){.programme = "default", .least_for_index = 1};
    terms[0] = (struct mp_term){.scheme = MP_SCHEME_CORRIDOR, .code = "growth"};
    terms[0].title.en = "Growth Corridor";
    projects[1].policy = projects[2].policy = projects[3].policy = &policies[0];
    projects[0].policy = &policies[1];
    add_milestone(0, "gone:a", MP_PICTURE_NONE, 100, 100);
    add_milestone(1, "kkh:b", 0, TODAY + 100, TODAY - 31);
    add_milestone(2, "ml-1/rohri:c", 2, TODAY + 50, TODAY - 95);
    add_milestone(3, "ml-1:d", 1, MP_DAY_NONE, MP_DAY_NONE);
    add_milestone(4, "ml-1:e", 1, TODAY + 10, TODAY - 91);
    add_milestone(5, "ml-10:f", 3, TODAY + 20, TODAY);
    picture = (struct mp_picture){.options = {.today = TODAY},
                                  .projects = projects,
                                  .project_count = 4,
                                  .milestones = milestones,
                                  .milestone_count = 6,
                                  .agencies = agencies,
                                  .agency_count = 3,
                                  .terms = terms,
                                  .term_count = 1,
                                  .policies = policies,
                                  .policy_count = 2,
                                  .calendars = mp_calendars_new(),
                                  .arena = arena};
    cr_assert_not_null(picture.calendars);
}

static void end(void)
{
    mp_calendars_free(picture.calendars);
    mp_arena_free(arena);
}

TestSuite(picture, .init = begin, .fini = end);

Test(picture, a_prefix_covers_whole_parts_of_a_path)
{
    static const struct {
        const char *prefix;
        const char *covered; /* a letter a milestone */
    } rows[] = {
        {"", "abcdef"},  {"/", "abcdef"}, {"ml-1/", "cde"},  {"ml-1/rohri/", "c"},
        {"ml-10/", "f"}, {"gone/", "a"},  {"ml/", ""},       {"ml-1/rohri/x/", ""},
        {"kkh/", "b"},   {"kk/", ""},     {"ml-1/roh/", ""},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        char covered[8] = "";

        for (uint32_t m = 0; m < 6; m++) {
            char letter[2] = {(char)('a' + (int)m), '\0'};

            if (mp_picture_covers(&picture, rows[i].prefix, m))
                strcat(covered, letter);
        }
        cr_expect_str_eq(covered, rows[i].covered, "under %s", rows[i].prefix);
    }
}

Test(picture, groups_have_every_milestone_once_and_regions_each_of_theirs)
{
    static const struct {
        enum mp_picture_by by;
        const char *prefix;
        const char *groups; /* key=milestones, */
    } rows[] = {
        {MP_BY_ALL, "", "=abcdef,"},
        {MP_BY_PROGRAMME, "", "cpec-2.0=cdef,phase-1=b,=a,"},
        {MP_BY_CORRIDOR, "", "growth=cde,openness=b,=af,"},
        {MP_BY_REGION, "", "gb=bc,kp=b,=adef,"},
        {MP_BY_AGENCY, "", "nha=b,nobody=f,railways=cde,=a,"},
        {MP_BY_PROJECT, "", "kkh=b,ml-1=de,ml-1/rohri=c,ml-10=f,=a,"},
        {MP_BY_PROJECT, "ml-1/", "ml-1=de,ml-1/rohri=c,"},
        {MP_BY_REGION, "kkh/", "gb=b,kp=b,"},
        {MP_BY_ALL, "nowhere/", ""},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_picture_group *groups;
        size_t count;
        char text[256] = "";

        cr_assert_eq(mp_picture_group(&picture, rows[i].prefix, rows[i].by, MP_DAY_NONE, arena,
                                      &groups, &count),
                     0);
        for (size_t g = 0; g < count; g++) {
            strcat(strcat(text, groups[g].key), "=");
            for (size_t m = 0; m < groups[g].milestone_count; m++) {
                char letter[2] = {(char)('a' + (int)groups[g].milestones[m]), '\0'};

                strcat(text, letter);
            }
            strcat(text, ",");
            cr_expect_eq(groups[g].figures.milestone_count, groups[g].milestone_count);
        }
        cr_expect_str_eq(text, rows[i].groups, "%zu", i);
    }
}

Test(picture, groups_have_titles_and_figures_of_the_policy_of_their_programme)
{
    struct mp_picture_group *groups;
    size_t count;

    cr_assert_eq(
        mp_picture_group(&picture, "", MP_BY_CORRIDOR, MP_DAY_NONE, arena, &groups, &count), 0);
    cr_assert_eq(count, 3u);
    cr_expect_str_eq(groups[0].title, "Growth Corridor");
    cr_expect_str_eq(groups[1].title, "openness", "a term that is not defined is its code");
    cr_expect_str_eq(groups[2].title, "none given");
    cr_expect_eq(groups[0].figures.undated_count, 1u);
    cr_expect_eq(groups[0].figures.baselined_count, 2u);
    /* The programme's own policy asks for no number of milestones; nothing of it was due. */
    cr_expect_eq(groups[0].figures.bei.absence, MP_ABSENT_NONE_DUE);
    policies[0].least_for_index = 3;
    cr_assert_eq(
        mp_picture_group(&picture, "", MP_BY_CORRIDOR, MP_DAY_NONE, arena, &groups, &count), 0);
    cr_expect_eq(groups[0].figures.bei.absence, MP_ABSENT_TOO_FEW);
    cr_expect_eq(groups[1].figures.bei.absence, MP_ABSENT_NONE_DUE, "another programme");
    cr_assert_eq(mp_picture_group(&picture, "", MP_BY_ALL, MP_DAY_NONE, arena, &groups, &count), 0);
    cr_expect_neq(groups[0].figures.bei.absence, MP_ABSENT_TOO_FEW, "of several: the default's");
    picture.policy_count = 0;
    cr_assert_eq(mp_picture_group(&picture, "", MP_BY_ALL, MP_DAY_NONE, arena, &groups, &count), 0);
    cr_expect_eq(groups[0].figures.bei.absence, MP_ABSENT_NO_POLICY);
}

/* The ids of the silent, each with the days beyond its interval. */
static const char *silent(const char *prefix)
{
    static char text[256];
    struct mp_picture_silence *silences;
    size_t count, size = 0;

    text[0] = '\0';
    cr_assert_eq(mp_picture_silences(&picture, prefix, arena, &silences, &count), 0);
    for (size_t i = 0; i < count; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "%s %d of %zu,",
                                 silences[i].agency->id, (int)silences[i].overdue_days,
                                 silences[i].live_project_count);
    return text;
}

Test(picture, an_agency_is_silent_beyond_its_own_interval_else_the_policys)
{
    cr_expect_str_eq(silent(""), "railways 1 of 2,nha 1 of 1,", "water leads nothing");
    cr_expect_str_eq(silent("ml-1/rohri/"), "railways 5 of 1,");
    cr_expect_str_eq(silent("kkh/"), "nha 1 of 1,");
    cr_expect_str_eq(silent("ml-10/"), "", "who leads is not in the record");
    milestones[1].figures.last_word_day = TODAY - 30;
    cr_expect_str_eq(silent("kkh/"), "", "the last day of the interval");
}

Test(picture, a_status_of_the_project_is_a_word_too)
{
    projects[1].record.stated.seq = 9;
    projects[1].record.stated.stated_on = TODAY - 90;
    projects[1].record.stated.status = MP_PROJECT_IMPLEMENTATION;
    cr_expect_str_eq(silent("ml-1/"), "");
}

Test(picture, those_who_never_spoke_come_first_and_finished_projects_are_not_waited_for)
{
    milestones[1].figures.last_word_day = MP_DAY_NONE;
    cr_expect_str_eq(silent(""), "nha 0 of 1,railways 1 of 2,");
    projects[0].record.definition.status = MP_PROJECT_COMPLETION;
    projects[2].record.definition.status = MP_PROJECT_CANCELLED;
    cr_expect_str_eq(silent(""), "railways 1 of 1,");
    projects[1].policy = NULL;
    cr_expect_str_eq(silent(""), "", "nobody has said how often");
}

static struct mp_picture_statement said(uint32_t milestone, uint64_t seq, int32_t day)
{
    return (struct mp_picture_statement){
        .milestone = milestone,
        .entry = {.kind = seq == 1 ? MP_CHANGE_BASELINE : MP_CHANGE_FORECAST,
                  .seq = seq,
                  .stated_on = (int32_t)seq,
                  .date = {.day = day, .precision = MP_PRECISION_DAY}}};
}

Test(picture, statements_are_a_milestones_own)
{
    struct mp_picture_statement statements[] = {said(1, 1, 100), said(1, 2, 150), said(1, 3, 900),
                                                said(4, 1, 500)};
    const struct mp_move *moves;
    size_t count;

    statements[2].entry.withdrawn_by = 9;
    picture.statements = statements;
    picture.statement_count = MP_LENGTH(statements);
    cr_expect_eq(mp_picture_statements(&picture, 1, &count), statements);
    cr_expect_eq(count, 3u, "withdrawn ones too");
    (void)mp_picture_statements(&picture, 0, &count);
    cr_expect_eq(count, 0u);
    (void)mp_picture_statements(&picture, 5, &count);
    cr_expect_eq(count, 0u);
    moves = mp_picture_moves(&picture, 1, arena, &count);
    cr_assert_not_null(moves);
    cr_assert_eq(count, 2u, "the withdrawn one moved nothing");
    cr_expect_eq(moves[1].days, 50);
    cr_assert_not_null(mp_picture_moves(&picture, 0, arena, &count), "none is no lack of memory");
    cr_expect_eq(count, 0u);
    picture.statements = NULL;
}

Test(picture, projects_agencies_and_terms_are_found_by_name)
{
    cr_expect_eq(mp_picture_find_project(&picture, "ml-1/rohri"), 2u);
    cr_expect_eq(mp_picture_find_project(&picture, "ml-1/roh"), MP_PICTURE_NONE);
    cr_expect_eq(mp_picture_find_agency(&picture, "nha"), &agencies[0]);
    cr_expect_null(mp_picture_find_agency(&picture, "nobody"));
    cr_expect_str_eq(mp_picture_term(&picture, MP_SCHEME_REGION, "growth"), "growth");
    picture.project_count = picture.agency_count = 0;
    cr_expect_eq(mp_picture_find_project(&picture, "kkh"), MP_PICTURE_NONE);
    cr_expect_null(mp_picture_find_agency(&picture, "nha"));
}
