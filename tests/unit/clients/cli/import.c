#include "clients/cli/import.h"
#include "tests/support/folder.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct mp_arena *arena;
static char folder[FOLDER_BYTES];

static void set_up(void)
{
    arena = mp_arena_new((size_t)64 << 20);
    folder_make(folder);
}

static void tear_down(void)
{
    folder_remove(folder);
    mp_arena_free(arena);
}

#define IMPORT_TEST(name) Test(import, name, .init = set_up, .fini = tear_down)

/* The file's messages, without its folder; malloc. */
static char *check(const char *name, const char *text, size_t size, struct import_file *ret_file)
{
    const char *path = mp_arena_printf(arena, "%s/%s", folder, name);
    FILE *out = fopen(path, "w"), *messages;
    char *told = NULL;
    size_t told_size = 0;

    cr_assert_not_null(out);
    cr_assert_eq(fwrite(text, 1, size, out), size);
    fclose(out);
    messages = open_memstream(&told, &told_size);
    cr_expect_eq(import_file_read(path, arena, ret_file) == 0, ret_file->problems == 0);
    import_file_tell(ret_file, messages);
    fclose(messages);
    unlink(path);
    for (char *at = told; (at = strstr(at, folder)) != NULL;)
        memmove(at, at + strlen(folder) + 1, strlen(at + strlen(folder) + 1) + 1);
    return told;
}

/* rows of text: line of row and cells joined by '|'. */
static int join(void *context, const struct import_line *line)
{
    char *text = context;

    sprintf(text + strlen(text), "%zu:", line->line);
    for (size_t i = 0; i < line->count; i++)
        sprintf(text + strlen(text), "%s%s", i == 0 ? "" : "|", line->cells[i]);
    strcat(text, "/");
    return 0;
}

IMPORT_TEST(rows_know_the_line_where_they_begin)
{
    static const struct {
        const char *text, *rows;
    } rows[] = {
        {"a,b\n1,2\n", "1:a|b/2:1|2/"},
        {"a,b\r\n1,2\r\n", "1:a|b/2:1|2/"},
        {"\xef\xbb\xbf"
         "a,b\n1,2",
         "1:a|b/2:1|2/"},
        {"a,b\n\n\n1,\n", "1:a|b/4:1|/"},
        {"a,b\n\"x\ny\",2\n3,4\n", "1:a|b/2:x\ny|2/4:3|4/"},
        {"a,b\n\"x\n\n\ny\",2\n\n3,4\n", "1:a|b/2:x\n\n\ny|2/7:3|4/"},
        {"\"he said \"\"no\"\"\",\"a,b\"\n", "1:he said \"no\"|a,b/"},
        {"", ""},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct import_csv_fault fault = {0};
        char joined[256] = "";

        cr_expect_eq(import_csv_split(mp_span_text(rows[i].text), arena, join, joined, &fault), 0,
                     "%s", rows[i].text);
        cr_expect_str_eq(joined, rows[i].rows, "%s", rows[i].text);
    }
}

IMPORT_TEST(text_that_is_no_csv_is_named_with_its_line)
{
    static const struct {
        const char *text;
        size_t size, line;
    } rows[] = {
        {"a,b\n1,x\"y\n", 10, 2},      {"a,b\n1,2\n\"never ends,3\n4,5\n", 25, 3},
        {"a,b\n1,2\n3,\xff\n", 12, 3}, {"a,b\n1,\xc0\xaf\n", 9, 2},
        {"a,b\n1,\0\n", 8, 2},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct import_csv_fault fault = {0};
        char joined[256] = "";

        cr_expect_eq(
            import_csv_split(mp_span_make(rows[i].text, rows[i].size), arena, join, joined, &fault),
            MP_EMALFORMED, "%zu", i);
        cr_expect_eq(fault.line, rows[i].line, "%zu: line %zu", i, fault.line);
        cr_expect_not_null(fault.message);
    }
}

IMPORT_TEST(columns_come_in_any_order_and_some_may_be_missing)
{
    static const char text[] =
        "title_zh,id,role,title,grants\n\xe9\x93\x81,railways,agency,Railways,ml-1/;gwadar/\n";
    struct import_file file;
    char *told = check("agencies.csv", text, sizeof text - 1, &file);
    const struct mp_agency *agency;

    cr_assert_eq(file.count, 1, "%s", told);
    agency = &file.rows[0].change.agency;
    cr_expect_str_eq(agency->id, "railways");
    cr_expect_str_eq(agency->title.en, "Railways");
    cr_expect_str_eq(agency->title.zh, "\xe9\x93\x81");
    cr_expect_eq(agency->grants.count, 2);
    cr_expect_str_eq(agency->grants.items[1], "gwadar/");
    cr_expect_eq(agency->role, MP_ROLE_AGENCY);
    import_file_done(&file);
    free(told);
}

IMPORT_TEST(an_unknown_column_is_named_with_the_nearest)
{
    static const char text[] = "stated_on,kind,milestone,submiter,date\n";
    struct import_file file;
    char *told = check("more.csv", text, sizeof text - 1, &file);

    cr_expect_str_eq(
        told,
        "more.csv:1:1: the column \"submitter\" is missing\n"
        "more.csv:1:4: statements have no column \"submiter\"; did you mean \"submitter\"?\n");
    import_file_done(&file);
    free(told);
}

IMPORT_TEST(the_kind_is_known_by_the_name_or_by_the_header)
{
    static const struct {
        const char *name, *header, *kind;
    } rows[] = {
        {"themes.csv", "code,title,source\n", "themes"},
        {"mine.csv", "code,title,source\n", NULL}, /* four kinds look like this */
        {"mine.csv", "predecessor,type,successor\n", "links"},
        {"mine.csv", "code,title,unit\n", "indicators"},
        {"mine.csv", "what,ever\n", NULL},
        {"mine.csv", "", NULL},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct import_file file;
        char *told = check(rows[i].name, rows[i].header, strlen(rows[i].header), &file);

        cr_expect_eq(file.kind != NULL, rows[i].kind != NULL, "%zu: %s", i, told);
        cr_expect_eq(file.problems > 0, rows[i].kind == NULL, "%zu: %s", i, told);
        if (file.kind != NULL && rows[i].kind != NULL)
            cr_expect_str_eq(file.kind->name, rows[i].kind);
        import_file_done(&file);
        free(told);
    }
}

#define STATEMENTS "stated_on,submitter,kind,milestone,date,precision,value,reason,recalled\n"

IMPORT_TEST(a_mistake_is_named_at_its_line_and_column)
{
    static const struct {
        const char *row, *told;
    } rows[] = {
        {"2025-13-01,mu,met,a:b,2025-01-01,day,,,", ":2:1: \"2025-13-01\" is no day"},
        {",mu,met,a:b,2025-01-01,day,,,", ":2:1: the day on which"},
        {"2025-01-01,M U,met,a:b,2025-01-01,day,,,", ":2:2: \"M U\" is no id"},
        {"2025-01-01,mu,mett,a:b,2025-01-01,day,,,", ":2:3: \"mett\" is no kind"},
        {"2025-01-01,mu,observation,a:b,2025-01-01,day,,,", ":2:3: \"observation\" is no kind"},
        {"2025-01-01,mu,met,nowhere,2025-01-01,day,,,", ":2:4: \"nowhere\" is not well-formed"},
        {"2025-01-01,mu,met,a:b,2025-02-30,day,,,", ":2:5: \"2025-02-30\""},
        {"2025-01-01,mu,met,a:b,2025-01-15,month,,,", ":2:5: "},
        {"2025-01-01,mu,met,a:b,,,,,", ":2:5: "},
        {"2025-01-01,mu,met,a:b,2025-01-31,moon,,,", ":2:6: \"moon\""},
        {"2025-01-01,mu,progress,a:b,,,101,,", ":2:7: 101 is no percentage"},
        {"2025-01-01,mu,progress,a:b,,,ten,,", ":2:7: \"ten\""},
        {"2025-01-01,mu,status,a:b,,,asleep,,", ":2:7: \"asleep\""},
        {"2025-01-01,mu,forecast,a:b,2025-06-30,day,,money,", ":2:8: \"money\""},
        {"2025-01-01,mu,baseline,a:b,2025-06-30,day,,,yes", ":2:9: \"yes\""},
        {"2025-01-01,mu,met,a:b,2025-01-01,day,,", ":2:1: this row has 8 cells"},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        char *text = mp_arena_printf(arena, STATEMENTS "%s\n", rows[i].row);
        struct import_file file;
        char *told = check("statements.csv", text, strlen(text), &file);

        cr_expect_eq(file.problems, 1, "%s: %s", rows[i].row, told);
        cr_expect_not_null(strstr(told, rows[i].told), "%s: %s", rows[i].row, told);
        import_file_done(&file);
        free(told);
    }
}

IMPORT_TEST(statements_say_what_their_row_says)
{
    static const char text[] = STATEMENTS "2025-01-01,mu,baseline,a:b,2025-06-30,half,,land,true\n"
                                          "2025-01-01,mu,progress,a:b,,,92.5,,\n"
                                          "2025-01-01,mu,status,a:b,,,suspended,,\n"
                                          "2025-01-01,mu,status,a:b,,,notMet,,\n"
                                          "2025-01-01,mu,forecast,a:b,2025-Q3,,,,\n";
    struct import_file file;
    char *told = check("statements.csv", text, sizeof text - 1, &file);

    cr_assert_eq(file.count, 5);
    cr_assert_eq(file.problems, 0, "%s", told);
    cr_expect(file.rows[0].change.dated.recalled);
    cr_expect_eq(file.rows[0].change.dated.date.precision, MP_PRECISION_HALF);
    cr_expect_eq(file.rows[0].change.dated.reason, MP_REASON_LAND);
    cr_expect_eq(file.rows[1].change.progress.percent.unscaled, 925);
    cr_expect_eq(file.rows[2].change.status.project_status, MP_PROJECT_SUSPENDED);
    cr_expect_eq(file.rows[2].change.status.milestone_status, MP_MILESTONE_STATUS_NONE);
    cr_expect_eq(file.rows[3].change.status.milestone_status, MP_MILESTONE_NOT_MET);
    cr_expect_eq(file.rows[4].change.dated.date.precision, MP_PRECISION_QUARTER);
    cr_expect_str_eq(file.rows[4].submitter, "mu");
    import_file_done(&file);
    free(told);
}

IMPORT_TEST(a_definition_that_comes_twice_is_a_mistake)
{
    static const char text[] = "code,title\na,A\nb,B\na,C\n";
    struct import_file file;
    char *told = check("themes.csv", text, sizeof text - 1, &file);

    cr_expect_str_eq(told,
                     "themes.csv:4:1: this is defined on line 2 already: keep one of the two\n");
    import_file_done(&file);
    free(told);
}

IMPORT_TEST(at_most_fifty_mistakes_are_shown_and_all_are_counted)
{
    struct import_file file;
    char text[4096] = "code,title\n", *told;
    size_t lines = 0;

    for (int i = 0; i < 80; i++)
        sprintf(text + strlen(text), "x%d,\n", i);
    told = check("themes.csv", text, strlen(text), &file);
    for (const char *at = told; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    cr_expect_eq(file.problems, 80);
    cr_expect_eq(lines, 51);
    cr_expect_not_null(strstr(told, "and 30 more"));
    import_file_done(&file);
    free(told);
}

static struct mp_uuid id_of(const char *submitter, unsigned attempt, uint64_t seq,
                            const char *said_by)
{
    struct mp_revision revision = {1, seq};
    struct mp_change change;
    struct mp_uuid id;

    mp_change_init(&change, MP_CHANGE_MET);
    change.said_by = said_by;
    change.dated.milestone = "a:b";
    change.dated.date = (struct mp_date){100, MP_PRECISION_DAY};
    cr_assert_eq(import_submission_id(submitter, attempt, revision, &change, 1, arena, &id), 0);
    return id;
}

IMPORT_TEST(the_id_of_a_row_is_made_of_what_it_says)
{
    struct mp_uuid id = id_of("mu", 0, 0, "x"), other;
    char text[MP_UUID_TEXT];

    other = id_of("mu", 0, 0, "x");
    cr_expect(mp_uuid_equal(&id, &other));
    other = id_of("mv", 0, 0, "x");
    cr_expect_not(mp_uuid_equal(&id, &other));
    other = id_of("mu", 1, 0, "x");
    cr_expect_not(mp_uuid_equal(&id, &other));
    other = id_of("mu", 0, 2, "x");
    cr_expect_not(mp_uuid_equal(&id, &other));
    other = id_of("mu", 0, 0, "y");
    cr_expect_not(mp_uuid_equal(&id, &other));
    /* For ever: a row that was imported by an older program is known to a newer one. */
    mp_uuid_format(&id, text);
    cr_expect_str_eq(text, "4efee473-f8be-8869-a5f2-23b5e32fe26b");
}

IMPORT_TEST(the_portfolio_is_well_formed)
{
    const char *source = getenv("MILEPOST_SOURCE");

    if (source == NULL)
        cr_skip("MILEPOST_SOURCE names the source folder");
    for (size_t i = 0; i < import_kind_count; i++) {
        const char *path =
            mp_arena_printf(arena, "%s/portfolio/%s.csv", source, import_kinds[i].name);
        struct import_file file;

        cr_expect_eq(import_file_read(path, arena, &file), 0, "%s", path);
        cr_expect_gt(file.count, 0, "%s", path);
        import_file_done(&file);
    }
}

IMPORT_TEST(mistakes_come_in_the_order_of_the_file)
{
    static const char text[] = STATEMENTS "2025-01-01,mu,met,a:b,2025-01-01,moon,,money,\n"
                                          "2025-01-01,mu,met,a:b,2025-01-01,day,,,\n"
                                          "2025-01-01,m u,met,a:b,2025-02-30,day,,,\n";
    static const char *const places[] = {":2:6: ", ":2:8: ", ":3:4: x\n", ":4:2: ", ":4:5: "};
    struct import_file file;
    char *told = check("statements.csv", text, sizeof text - 1, &file), *again = NULL, *at;
    size_t size = 0;
    FILE *messages;

    free(told);
    /* What is found later, against the record, stands at its place too. */
    import_problem(&file, 3, import_kind_column(file.kind, "milestone"), "x");
    messages = open_memstream(&again, &size);
    cr_assert_not_null(messages);
    import_file_tell(&file, messages);
    fclose(messages);
    at = again;
    for (size_t i = 0; i < MP_LENGTH(places); i++) {
        at = strstr(at, places[i]);
        cr_assert_not_null(at, "no %s in order in:\n%s", places[i], again);
    }
    import_file_done(&file);
    free(again);
}

IMPORT_TEST(columns_that_no_comma_separates_are_named)
{
    static const char *const texts[] = {"stated_on;submitter;kind\n2025-01-01;mu;met\n",
                                        "stated_on\tsubmitter\tkind\n2025-01-01\tmu\tmet\n"};

    for (size_t i = 0; i < MP_LENGTH(texts); i++) {
        struct import_file file;
        char *told = check("statements.csv", texts[i], strlen(texts[i]), &file);

        cr_expect_eq(file.problems, 1, "%s", told);
        cr_expect_not_null(strstr(told, ":1:1: the columns are separated by"), "%s", told);
        cr_expect_not_null(strstr(told, "separate them by commas"), "%s", told);
        import_file_done(&file);
        free(told);
    }
}
