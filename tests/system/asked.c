/* What a person asks of the portfolio, and what is said where it was mistyped. */
#include "core/base/file.h"
#include "tests/support/system_record.h"

#include <string.h>
#include <wordexp.h>

static struct system_instance instance;

static void begin(void)
{
    system_begin_portfolio(&instance);
}

#define ASKED_TEST(name) Test(asked, name, .init = begin, .fini = system_end)
#define ASK(...)         system_cli(&instance, __VA_ARGS__)

static void expect_in(const char *words, const char *text)
{
    cr_expect_not_null(strstr(text, words), "no '%s' in:\n%s", words, text);
}

static void expect_not_in(const char *words, const char *text)
{
    cr_expect_null(strstr(text, words), "'%s' in:\n%s", words, text);
}

ASKED_TEST(the_csv_of_a_record_has_the_columns_of_its_kind)
{
    struct system_said said = ASK("get", "gwadar/airport", "-o", "csv");

    system_expect(said, 0);
    expect_in(",programme,", said.out);
    expect_in(",phase-1,", said.out);
    expect_in(",lead_agency,", said.out);
    expect_not_in("baseline", said.out);
    said = ASK("get", "gwadar/airport:opening", "-o", "csv");
    system_expect(said, 0);
    expect_in(",baseline.first.date,", said.out);
    expect_in(",2020-03-31,quarter,", said.out);
    expect_not_in("lead_agency", said.out);
}

ASKED_TEST(a_count_says_where_no_special_days_are_known)
{
    struct system_said said =
        ASK("calendar", "count", "cn", "2030-12-30", "2031-01-02", "-o", "ndjson");

    system_expect(said, 0);
    expect_in("\"unknown_days\":2", said.out);
    expect_in("special days of cn are known from 2015 to 2030: of 2 days here", said.err);
    said = ASK("calendar", "count", "cn", "2025-01-01", "2025-12-31", "-o", "ndjson");
    expect_in("\"unknown_days\":0", said.out);
    expect_not_in("are known from", said.err);
    said = ASK("calendar", "count", "weekdays", "2050-01-01", "2050-12-31", "-o", "ndjson");
    expect_in("\"unknown_days\":0", said.out);
    said = ASK("calendar", "show", "pk", "--as-of", "1999-01-01");
    system_expect(said, 0);
    expect_in("no version was in force on 1999-01-01", said.err);
    expect_not_in("no version was in force", ASK("calendar", "show", "pk").err);
}

ASKED_TEST(a_prefix_with_nothing_under_it_is_named)
{
    struct system_process *watch = system_cli_background(&instance, "watch", "nope/");
    struct system_said said = ASK("list", "milestones", "--prefix", "nope/");

    system_expect(said, 3);
    expect_in("there is no project under nope/", said.err);
    said = ASK("list", "observations", "--prefix", "jcc/");
    system_expect(said, 0);
    (void)system_await(watch, SYSTEM_ERR, "there is no project under nope/ yet");
    watch = system_cli_background(&instance, "watch", "ml-1/", "--since", "99999");
    (void)system_await(watch, SYSTEM_ERR, "the record has not come to seq 99999 yet");
    watch = system_cli_background(&instance, "watch", "ml-1/", "--since", "0", "--count", "3");
    cr_expect_eq(system_wait(watch, SYSTEM_DEADLINE_MS), 0);
    expect_not_in("there is no project", system_output(watch, SYSTEM_ERR));
}

ASKED_TEST(what_is_missing_or_out_of_range_is_said_so)
{
    struct system_said said = ASK("calendar", "set", "pk", "--valid-from", "2027-01-01", "--file",
                                  "nofile.csv", "--as", "planning-ministry");

    system_expect(said, 3);
    expect_in("nofile.csv: there is no such file", said.err);
    said = ASK("forecast", "ml-1:completion", "2250-01-01", "--dry-run");
    system_expect(said, 4);
    expect_in("2250-01-01 is out of range: give a date from 1900-01-01 to 2199-12-31", said.err);
    said = ASK("observe", "ml-1", "gdp", "1", "--period", "2250", "--dry-run");
    expect_in("2250 is out of range", said.err);
    said = ASK("calendar", "count", "cn", "2025-01-01", "9999-12-31");
    system_expect(said, 2);
    expect_in("9999-12-31: out of range; give a day from 1900-01-01 to 2199-12-31", said.err);
}

ASKED_TEST(what_cannot_be_an_id_is_answered_with_the_form)
{
    static const struct {
        const char *words[6];
        int status;
        const char *says;
    } rows[] = {
        {{"get", "Gwadar Airport"}, 2, "a project: give a path of lower-case letters"},
        {{"get", "growth", "--kind", "term"}, 2, "give SCHEME:CODE, such as corridor:growth"},
        {{"get", "pk", "--kind", "calendar"}, 2, "give NAME@VALID_FROM, such as pk@2015-01-01"},
        {{"agency", "show", "UPPER"}, 2, "\"UPPER\" cannot be the id of an agency: give lower"},
        {{"agency", "define", "UPPER", "--title", "x"}, 2, "milepost: \"UPPER\" cannot be"},
        {{"list", "projects", "--agency", "UPPER"}, 3, "milepost list agencies shows all"},
        {{"list", "milestones", "--corridor", "nope"}, 3, "milepost list terms shows all"},
        {{"list", "milestones", "--corridor", "A B"},
         3,
         "there is no such corridor; milepost list"},
        {{"policy", "show", "nope"}, 3, "milepost list terms shows all"},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct system_said said = system_cli_run(&instance, rows[i].words);

        system_expect(said, rows[i].status);
        expect_in(rows[i].says, said.err);
    }
}

ASKED_TEST(a_listed_id_can_be_asked_for)
{
    expect_in("\ncorridor:growth  ", ASK("list", "terms").out);
    expect_in("\ncorridor:growth,corridor,growth,", ASK("list", "terms", "-o", "csv").out);
    expect_in("calendar,id\n", ASK("list", "links", "-o", "csv").out);
    system_do(&instance, "get", "corridor:growth");
}

ASKED_TEST(a_rejection_says_first_who_would_have_said_it)
{
    struct system_said said = ASK("withdraw", "400");
    char note[2001] = {0};

    system_expect(said, 4);
    expect_in("rejected, as authority: required (note): nothing was given", said.err);
    expect_in("(--note)\n", said.err);
    memset(note, 'n', sizeof note - 1);
    expect_not_in(note, ASK("withdraw", "400", "--note", note).err);
    expect_not_in(note, ASK("forecast", "ml-1:completion", note).err);
    expect_not_in(note, ASK("get", note).err);
}

ASKED_TEST(what_only_looks_alike_is_not_meant)
{
    expect_not_in("did you mean", ASK("list", "projects", "--agency", "nope").err);
    expect_not_in("did you mean", ASK("get", "nadra", "--kind", "agency").err);
    expect_not_in("did you mean", ASK("list", "observations", "--indicator", "foo").err);
    expect_in("milepost list indicators shows all",
              ASK("list", "observations", "--indicator", "foo").err);
    expect_in("did you mean growth?", ASK("list", "milestones", "--corridor", "grwoth").err);
}

static void write_file(const char *name, const char *text)
{
    cr_assert_eq(mp_file_write_durable(system_text("%s/%s", system_folder(), name),
                                       mp_span_text(text), 0600),
                 0);
}

ASKED_TEST(an_import_says_what_a_dry_run_leaves_open_and_what_is_left_out)
{
    const char *folder = system_text("%s/files", system_folder());
    struct system_said said;

    cr_assert_eq(mp_file_make_folder(folder, 0700), 0);
    write_file("files/statement.csv", "a\n");
    write_file("files/themes.csv", "code,title\nx,X\n");
    said = ASK("import", folder, "--dry-run");
    system_expect(said, 0);
    expect_in("statement.csv: left out: no file of a portfolio is called so; did you mean "
              "\"statements.csv\"?",
              said.err);
    expect_in("are checked when it is sent", said.err);
    system_stop_all(&instance);
    said = ASK("import", folder);
    system_expect(said, 5);
    expect_in("start them with 'milepost up'", said.err);
    said = ASK("health");
    system_expect(said, 5);
    expect_in("start them with 'milepost up'", said.err);
}

ASKED_TEST(a_dry_run_finds_what_is_named_and_is_not_there)
{
    static const struct {
        const char *words[16];
        int status;
        const char *says;
    } rows[] = {
        {{"withdraw", "5000", "--note", "x"}, 4, "unknown_statement (seq)"},
        {{"withdraw", "1", "--note", "x"}, 4, "not_a_statement (seq)"},
        {{"unlink", "ml-1:completion", "gwadar/airport:opening"}, 4, "unknown_link (predecessor)"},
        {{"link", "ml-1:nope", "gwadar/airport:opening"}, 4, "unknown_milestone (predecessor)"},
        {{"policy", "set", "nope", "--valid-from", "2027-01-01", "--amber-days", "14", "--note",
          "x"},
         4,
         "unknown_term (programme): there is no term \"nope\""},
        {{"project", "sez/new", "--title", "x", "--status", "implementation", "--programme", "nope",
          "--lead", "nobody"},
         4,
         "unknown_term (programme)"},
        {{"project", "sez/new", "--title", "x", "--status", "implementation", "--programme",
          "phase-1", "--lead", "nobody"},
         4,
         "unknown_agency (lead_agency)"},
        {{"project", "sez/new", "--title", "x", "--status", "implementation", "--programme",
          "phase-1", "--lead", "ntdc", "--regions", "sindh;nowhere"},
         4,
         "unknown_term (regions)"},
        {{"milestone", "nope:x", "--title", "t", "--type", "delivery"}, 4, "unknown_project"},
        {{"observe", "gwadar", "nope", "12", "--period", "2025"}, 4, "unknown_indicator"},
        {{"project", "sez/new", "--title", "x", "--status", "implementation", "--programme",
          "phase-1", "--lead", "ntdc"},
         0,
         "this would be submitted"},
        {{"policy", "set", "default", "--valid-from", "2027-01-01", "--amber-days", "14"},
         0,
         "this would be submitted"},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        const char *words[18] = {NULL};
        struct system_said said;
        size_t count = 0;

        for (; rows[i].words[count] != NULL; count++)
            words[count] = rows[i].words[count];
        words[count] = "--dry-run";
        said = system_cli_run(&instance, words);
        system_expect(said, rows[i].status);
        expect_in(rows[i].says, said.err);
    }
}

/* Those that start or stop something, or need a file, are no questions to this record. */
static bool is_for_the_record(const char *line)
{
    static const char *const verbs[] = {"init",    "up",     "down",   "backup", "verify",
                                        "restore", "key",    "outbox", "help",   "import",
                                        "watch",   "report", "stats"};

    if (strncmp(line, "milepost ", strlen("milepost ")) != 0)
        return false;
    line += strlen("milepost ");
    for (size_t i = 0; i < MP_LENGTH(verbs); i++) {
        size_t size = strlen(verbs[i]);

        if (strncmp(line, verbs[i], size) == 0 && (line[size] == ' ' || line[size] == '\0'))
            return false;
    }
    return strpbrk(line, "|<>") == NULL;
}

static void run_example(const char *line, bool writes)
{
    const char *words[24] = {NULL};
    struct system_said said;
    wordexp_t split;

    cr_assert_eq(wordexp(strpbrk(line, " ") + 1, &split, WRDE_NOCMD), 0, "%s", line);
    cr_assert_lt(split.we_wordc, MP_LENGTH(words) - 2, "%s", line);
    for (size_t i = 0; i < split.we_wordc; i++)
        words[i] = split.we_wordv[i];
    if (writes)
        words[split.we_wordc] = "--dry-run";
    said = system_cli_run(&instance, words);
    cr_expect_eq(said.status, 0, "%s: exit %d: %s", line, said.status, said.err);
    wordfree(&split);
}

static size_t run_examples(const char *verb)
{
    const char *help = ASK("help", verb).out, *at = strstr(help, "\nExamples:\n");
    bool writes = strstr(help, "--dry-run") != NULL;
    size_t count = 0;

    cr_assert_not_null(at, "%s", verb);
    for (at += strlen("\nExamples:\n"); *at != '\0'; at += strcspn(at, "\n") + 1) {
        const char *line = system_text("%.*s", (int)strcspn(at, "\n") - 2, at + 2);

        if (!is_for_the_record(line))
            continue;
        run_example(line, writes && strstr(line, "--dry-run") == NULL &&
                              strstr(line, " show ") == NULL && strstr(line, " count ") == NULL &&
                              strstr(line, " diff ") == NULL);
        count++;
    }
    return count;
}

ASKED_TEST(every_example_of_the_help_runs_on_the_portfolio)
{
    const char *overview = ASK("help").out;
    size_t count = 0;

    for (const char *at = overview; (at = strstr(at, "\n  ")) != NULL; at++) {
        const char *verb = at + 3;

        if (*verb >= 'a' && *verb <= 'z')
            count += run_examples(system_text("%.*s", (int)strcspn(verb, " "), verb));
    }
    cr_expect_gt(count, 30u);
}
