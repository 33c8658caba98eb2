#include "clients/cli/import.h"
#include "tests/support/folder.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES_MOST 16

static struct mp_arena *arena;
static char folder[FOLDER_BYTES];
static struct import_file files[FILES_MOST];
static size_t count;
static char *told;
static size_t told_size;
static FILE *messages;

static void set_up(void)
{
    arena = mp_arena_new((size_t)256 << 20);
    folder_make(folder);
    messages = open_memstream(&told, &told_size);
    cr_assert_not_null(messages);
}

static void tear_down(void)
{
    for (size_t i = 0; i < count; i++)
        import_file_done(&files[i]);
    fclose(messages);
    free(told);
    folder_remove(folder);
    mp_arena_free(arena);
}

#define REFS_TEST(name) Test(import_refs, name, .init = set_up, .fini = tear_down)

static struct import_file *add(const char *name, const char *text)
{
    const char *path = mp_arena_printf(arena, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");

    cr_assert_not_null(out);
    cr_assert_geq(fputs(text, out), 0);
    fclose(out);
    (void)!import_file_read(path, arena, &files[count]);
    unlink(path);
    files[count].path = name;
    return &files[count++];
}

/* A small portfolio without a mistake. */
static void add_whole(void)
{
    add("programmes.csv", "code,title\nphase-1,Phase 1\n");
    add("corridors.csv", "code,title\nopenness,Openness Corridor\n");
    add("themes.csv", "code,title\nexports,Exports\nequity,Equity\n");
    add("regions.csv", "code,title\nsindh,Sindh\n");
    add("agencies.csv", "id,title,role,grants\nplanning-ministry,PM,authority,/\n"
                        "monitoring-unit,MU,monitor,/\n");
    add("indicators.csv", "code,title,unit\njobs,Jobs,1\n");
}

struct record {
    enum mp_kind kind; /* that it knows something of */
    const char *id;
    bool removed;
    int error;
    size_t asked[16];
};

static int ask(void *context, enum mp_kind kind, struct mp_arena *unused,
               struct mp_table **ret_table)
{
    struct record *record = context;
    struct import_known *known = mp_arena_alloc(unused, sizeof *known);
    union mp_table_value *slot;
    bool is_new;

    record->asked[kind]++;
    if (record->error < 0)
        return record->error;
    *ret_table = mp_table_new(10);
    if (kind != record->kind)
        return 0;
    cr_assert_eq(mp_table_put(*ret_table, mp_span_text(record->id), &slot, &is_new), 0);
    known->removed = record->removed;
    slot->pointer = known;
    return 0;
}

static const char *check(struct record *record, bool judges_alone)
{
    size_t before;

    fflush(messages);
    before = told_size;
    cr_assert_eq(import_check(files, count, arena, ask, record, judges_alone), 0);
    for (size_t i = 0; i < count; i++)
        import_file_tell(&files[i], messages);
    fflush(messages);
    return told + before;
}

static size_t asked_in_all(const struct record *record)
{
    size_t sum = 0;

    for (size_t i = 0; i < MP_LENGTH(record->asked); i++)
        sum += record->asked[i];
    return sum;
}

#define PROJECTS "id,title,programme,corridor,themes,regions,lead_agency,partners,status,parent\n"
#define GOOD_PROJECT                                                                               \
    "energy,E,phase-1,openness,exports;equity,sindh,planning-ministry,monitoring-unit,"            \
    "implementation,\n"
#define MILESTONES "id,title,type,start\n"
#define LINKS      "predecessor,successor,type\n"
#define POLICIES                                                                                   \
    "programme,valid_from,amber_days,red_days,amber_percent,red_percent,grey_days,report_days,"    \
    "least_for_index\n"
#define STATEMENTS   "stated_on,submitter,kind,milestone,date\n"
#define OBSERVATIONS "stated_on,submitter,indicator,project,region,kind,value\n"

REFS_TEST(what_the_files_define_is_not_asked_for)
{
    struct record record = {0};

    add_whole();
    add("projects.csv", PROJECTS GOOD_PROJECT);
    add("milestones.csv", MILESTONES "energy:cod,C,delivery,\nenergy:end,E,delivery,energy:cod"
                                     "\n");
    add("links.csv", LINKS "energy:cod,energy:end,FS\n");
    add("statements.csv", STATEMENTS "2025-01-01,monitoring-unit,met,energy:cod,2025-01-01\n");
    add("observations.csv", OBSERVATIONS "2025-01-01,monitoring-unit,jobs,energy,sindh,claimed,"
                                         "3\n");
    cr_expect_str_eq(check(&record, false), "");
    cr_expect_eq(asked_in_all(&record), 0);
}

/* A version's id has its first day in it; what names a calendar does not. */
REFS_TEST(a_calendar_is_named_without_its_version)
{
    struct record record = {.kind = MP_KIND_CALENDAR, .id = "cn@2015-01-01"};
    struct import_file *file;

    add("milestones.csv", "id,title,type,start,calendar\na:b,B,delivery,,\na:c,C,delivery,a:b,pk\n"
                          "a:d,D,delivery,a:b,weekdays\n");
    add("projects.csv", PROJECTS "a,A,phase-1,,,,,,implementation,\n");
    add("programmes.csv", "code,title\nphase-1,Phase 1\n");
    add("calendars.csv", "calendar,valid_from,date,kind,name\npk,2015-01-01,,weekend,sunday\n");
    file = add("links.csv", "predecessor,successor,type,lag_days,calendar\n"
                            "a:b,a:c,FS,3,elapsed\na:b,a:d,FS,3,pk\n");
    cr_expect_str_eq(check(&record, false), "");
    cr_expect_eq(asked_in_all(&record), 0);
    import_file_done(file);
    count--;
    add("links.csv", "predecessor,successor,type,lag_days,calendar\n"
                     "a:b,a:c,FS,3,cn\na:b,a:d,FS,3,pkk\na:c,a:d,FS,3,pk@2015-01-01\n");
    cr_expect_str_eq(
        check(&record, false),
        "links.csv:3:5: there is no calendar \"pkk\"; did you mean \"pk\"?\n"
        "links.csv:4:5: there is no calendar \"pk@2015-01-01\": correct it, or have it "
        "defined first\n");
    cr_expect_eq(record.asked[MP_KIND_CALENDAR], 1);
}

REFS_TEST(the_default_policy_is_of_no_programme)
{
    struct record record = {0};

    add_whole();
    add("policies.csv", POLICIES "default,2015-01-01,30,90,10,25,30,0,5\n"
                                 "phase-1,2015-01-01,30,90,10,25,30,0,5\n");
    cr_expect_str_eq(check(&record, false), "");
    cr_expect_eq(asked_in_all(&record), 0);
}

REFS_TEST(every_reference_is_looked_up_and_told_at_its_place)
{
    static const struct {
        const char *file, *text, *told;
    } rows[] = {
        {"projects.csv", PROJECTS "a,A,phase1,,,,,,implementation,\n",
         "projects.csv:2:3: there is no programme \"phase1\"; did you mean \"phase-1\"?\n"},
        {"projects.csv", PROJECTS "a,A,phase-1,opnness,,,,,implementation,\n",
         "projects.csv:2:4: there is no corridor \"opnness\"; did you mean \"openness\"?\n"},
        {"projects.csv", PROJECTS "a,A,phase-1,,exports;equty,,,,implementation,\n",
         "projects.csv:2:5: there is no theme \"equty\"; did you mean \"equity\"?\n"},
        {"projects.csv", PROJECTS "a,A,phase-1,,,sind,,,implementation,\n",
         "projects.csv:2:6: there is no region \"sind\"; did you mean \"sindh\"?\n"},
        {"projects.csv", PROJECTS "a,A,phase-1,,,,plan-ministry,,implementation,\n",
         "projects.csv:2:7: there is no agency \"plan-ministry\"; did you mean "
         "\"planning-ministry\"?\n"},
        {"projects.csv", PROJECTS "a,A,phase-1,,,,,nobody;monitoring-unit,implementation,\n",
         "projects.csv:2:8: there is no agency \"nobody\": correct it, or have it defined first\n"},
        {"projects.csv", PROJECTS "a,A,phase-1,,,,,,implementation,enrgy\n",
         "projects.csv:2:10: there is no project \"enrgy\"; did you mean \"energy\"?\n"},
        {"policies.csv", POLICIES "phase1,2015-01-01,30,90,10,25,30,0,5\n",
         "policies.csv:2:1: there is no programme \"phase1\"; did you mean \"phase-1\"?\n"},
        {"milestones.csv", MILESTONES "enery:cod,C,delivery,\n",
         "milestones.csv:2:1: there is no project \"enery\"; did you mean \"energy\"?\n"},
        {"milestones.csv", MILESTONES "energy:end,C,delivery,energy:co\n",
         "milestones.csv:2:4: there is no milestone \"energy:co\"; did you mean \"energy:cod\"?\n"},
        {"links.csv", LINKS "energy:cod,energy:nothing-like-it,FS\n",
         "links.csv:2:2: there is no milestone \"energy:nothing-like-it\": correct it, or have it "
         "defined first\n"},
        {"links.csv", LINKS "energy:cd,energy:cod,FS\n",
         "links.csv:2:1: there is no milestone \"energy:cd\"; did you mean \"energy:cod\"?\n"},
        {"statements.csv", STATEMENTS "2025-01-01,monitoring-unitt,met,energy:cod,2025-01-01\n",
         "statements.csv:2:2: there is no agency \"monitoring-unitt\"; did you mean "
         "\"monitoring-unit\"?\n"},
        {"statements.csv", STATEMENTS "2025-01-01,monitoring-unit,met,energy/x:cod,2025-01-01\n",
         "statements.csv:2:4: there is no milestone \"energy/x:cod\"; did you mean "
         "\"energy:cod\"?\n"},
        {"observations.csv", OBSERVATIONS "2025-01-01,mu,jobs,energy,,claimed,3\n",
         "observations.csv:2:2: there is no agency \"mu\": correct it, or have it defined first\n"},
        {"observations.csv", OBSERVATIONS "2025-01-01,monitoring-unit,job,energy,,claimed,3\n",
         "observations.csv:2:3: there is no indicator \"job\"; did you mean \"jobs\"?\n"},
        {"observations.csv", OBSERVATIONS "2025-01-01,monitoring-unit,jobs,energi,,claimed,3\n",
         "observations.csv:2:4: there is no project \"energi\"; did you mean \"energy\"?\n"},
        {"observations.csv",
         OBSERVATIONS "2025-01-01,monitoring-unit,jobs,energy,exports,claimed,"
                      "3\n",
         "observations.csv:2:5: there is no region \"exports\": correct it, or have it defined "
         "first\n"},
    };

    add_whole();
    add("projects.csv", PROJECTS GOOD_PROJECT);
    add("milestones.csv", MILESTONES "energy:cod,C,delivery,\n");
    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct record record = {0};
        struct import_file *file = add(rows[i].file, rows[i].text);

        cr_expect_str_eq(check(&record, false), rows[i].told, "%zu: %s", i, told);
        cr_expect_eq(file->problems, 1, "%zu", i);
        cr_expect_eq(asked_in_all(&record), 1, "%zu: one question", i);
        import_file_done(file);
        count--;
    }
}

REFS_TEST(what_the_record_knows_is_no_mistake_and_a_question_is_asked_once)
{
    struct record record = {.kind = MP_KIND_AGENCY, .id = "railways"};
    struct import_file *file;

    add("milestones.csv", MILESTONES);
    file = add("statements.csv", STATEMENTS "2025-01-01,railways,met,ml-1:cod,2025-01-01\n"
                                            "2025-01-01,railway,met,ml-1:cod,2025-01-01\n");
    check(&record, false);
    cr_expect_eq(record.asked[MP_KIND_AGENCY], 1);
    cr_expect_eq(record.asked[MP_KIND_MILESTONE], 1);
    cr_expect_eq(asked_in_all(&record), 2);
    cr_expect_eq(file->problems, 3, "%s", told);
    cr_expect_not_null(
        strstr(told, ":3:2: there is no agency \"railway\"; did you mean \"railways\"?"), "%s",
        told);
}

REFS_TEST(what_was_removed_is_not_proposed)
{
    struct record record = {.kind = MP_KIND_AGENCY, .id = "railways", .removed = true};

    add("projects.csv", PROJECTS "a,A,phase-1,,,,railway,,implementation,\n");
    check(&record, false);
    cr_expect_not_null(strstr(told, "\"railway\": correct it"), "%s", told);
}

REFS_TEST(when_the_record_is_silent_only_what_the_files_are_about_is_judged)
{
    struct record record = {.error = MP_EUNREACHABLE};
    struct import_file *file;

    add("agencies.csv", "id,title,role,grants\nmonitoring-unit,MU,monitor,/\n");
    file =
        add("statements.csv", STATEMENTS "2025-01-01,monitoring-unitt,met,energy:cod,2025-01-01\n");
    check(&record, false);
    cr_expect_eq(file->problems, 0, "something may be sent later: %s", told);
    cr_expect_eq(asked_in_all(&record), 1, "nobody is asked twice when nobody answers");
    check(&record, true);
    cr_expect_str_eq(told, "statements.csv:2:2: there is no agency \"monitoring-unitt\" in these "
                           "files; did you mean \"monitoring-unit\"?\n");
}

REFS_TEST(a_row_that_was_told_is_not_told_again)
{
    struct record record = {0};
    struct import_file *file;

    file = add("statements.csv", STATEMENTS "2025-13-01,nobody,met,energy:cod,2025-01-01\n");
    cr_expect(file->is_whole);
    check(&record, false);
    cr_expect_eq(file->problems, 1, "%s", told);
    cr_expect_eq(asked_in_all(&record), 0);
}

REFS_TEST(a_file_that_ends_in_a_mistake_is_not_whole)
{
    cr_expect_not(add("themes.csv", "code,title\na,A\n\"never ends")->is_whole);
    cr_expect_not(add("themes.csv", "code,titel\na,A\n")->is_whole);
    cr_expect(add("themes.csv", "code,title\na,A\n")->is_whole);
}

REFS_TEST(at_most_fifty_are_shown_and_all_are_counted)
{
    struct record record = {0};
    char text[8192] = LINKS;
    struct import_file *file;
    size_t lines = 0;

    for (int i = 0; i < 40; i++)
        sprintf(text + strlen(text), "a:b%d,a:c%d,FS\n", i, i);
    file = add("links.csv", text);
    check(&record, false);
    for (const char *at = told; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    cr_expect_eq(file->problems, 80);
    cr_expect_eq(lines, 51);
    cr_expect_not_null(strstr(told, "links.csv: and 30 more\n"));
}

REFS_TEST(long_ids_are_near_by_what_differs)
{
    struct record record = {0};
    char id[] = "a-very-long-name-of-a-project/with-a-long-name-below-it/and-one-more:completion";

    add("milestones.csv", mp_arena_printf(arena, MILESTONES "%s,T,delivery,\n", id));
    add("links.csv", mp_arena_printf(arena, LINKS "%s,x%s,FS\n", id, id + 1));
    check(&record, false);
    cr_expect_not_null(strstr(told, mp_arena_printf(arena, "did you mean \"%s\"?", id)), "%s",
                       told);
}

REFS_TEST(a_rejection_is_placed_at_its_column)
{
    struct import_file *file = add("observations.csv", OBSERVATIONS);

    cr_expect_eq(import_position(file, "submitter"), 2);
    cr_expect_eq(import_position(file, "region[0]"), 5);
    cr_expect_eq(import_position(file, "what"), 1);
}

REFS_TEST(the_portfolio_names_nothing_that_it_does_not_define)
{
    const char *source = getenv("MILEPOST_SOURCE");
    struct record record = {0};

    if (source == NULL)
        cr_skip("MILEPOST_SOURCE names the source folder");
    for (size_t i = 0; i < import_kind_count; i++) {
        const char *path =
            mp_arena_printf(arena, "%s/portfolio/%s.csv", source, import_kinds[i].name);

        cr_assert_eq(import_file_read(path, arena, &files[count++]), 0, "%s", path);
    }
    cr_expect_str_eq(check(&record, false), "");
    cr_expect_eq(asked_in_all(&record), 0);
}
