/* The manual against the program: what docs and README show is what is said today of the portfolio.
 */
#include "core/base/auto.h"
#include "core/base/file.h"
#include "tests/support/system_record.h"

#include <jansson.h>
#include <string.h>

#define FILE_MOST  ((size_t)1 << 20)
#define WORDS_MOST 16
#define WIDTH      116 /* of README, without its indent */
#define INDENT     "    "
#define PROMPT     INDENT "$ milepost "

static struct system_instance instance;

static void begin(void)
{
    system_begin_portfolio(&instance);
}

static const char *read_source(const char *name)
{
    struct mp_span text;

    cr_assert_eq(mp_file_read(system_arena(), system_source(name), FILE_MOST, &text), 0);
    return mp_arena_text(system_arena(), text);
}

/* The next line, without its end; NULL at the end. */
static const char *next_line(const char **text)
{
    const char *line = *text;
    size_t size = strcspn(line, "\n");

    if (*line == '\0')
        return NULL;
    *text += size + (line[size] == '\n');
    return mp_arena_text(system_arena(), mp_span_make(line, size));
}

/* A command line as people write it: words without quotes. */
static struct system_said run_both(const char *line)
{
    const char *words[WORDS_MOST + 1] = {NULL};
    struct system_said said;

    for (size_t i = 0; *line != '\0'; i++) {
        size_t size = strcspn(line, " ");

        cr_assert_lt(i, WORDS_MOST);
        words[i] = mp_arena_text(system_arena(), mp_span_make(line, size));
        line += size + strspn(line + size, " ");
    }
    said = system_cli_run(&instance, words);
    system_expect(said, 0);
    return said;
}

static const char *run(const char *line)
{
    return run_both(line).out;
}

/* ---- docs/json.md ---- */

/* An object's fields stand under these headings, what is within it under others. */
static const struct {
    const char *question;
    const char *headings[3];
} questions[] = {
    {"slippage", {"slippage"}},
    {"slippage --as-of 2022-06-30", {"slippage"}},
    {"slippage --by all", {"slippage --by"}},
    {"slippage --by corridor", {"slippage --by"}},
    {"slippage --by agency", {"slippage --by"}},
    {"slippage --by region", {"slippage --by"}},
    {"slippage --by project", {"slippage --by"}},
    {"slippage --by programme", {"slippage --by"}},
    {"slippage --by reason", {"slippage --by reason"}},
    {"critical ml-1 --all", {"slippage", "critical"}},
    {"explain gwadar/airport:opening", {"slippage", "explain"}},
    {"explain gwadar/coal-power:cod --gaps planned", {"slippage", "explain"}},
    {"trend gwadar/airport:opening", {"trend"}},
    {"whatif ml-1/karachi-rohri:groundbreaking 2030-01-01", {"whatif"}},
    {"policy diff cpec-2.0 2025-01-01 2026-01-01", {"policy diff"}},
    {"policy show", {"policy show", "policy", "record"}},
    {"calendar show cn", {"calendar show", "special day"}},
    {"calendar count pk 2025-01-01 2025-12-31", {"calendar count"}},
};
static const struct {
    const char *field, *headings[3];
} parts[] = {
    {"against_original", {"verdict"}},
    {"against_approved", {"verdict"}},
    {"chain", {"step"}},
    {"waits_for", {"wait"}},
    {"statements", {"statement"}},
    {"slip_mean_days", {"ratio"}},
    {"bei", {"ratio"}},
    {"hit_rate", {"ratio"}},
    {"cpli", {"ratio"}},
    {"earned_schedule", {"earned schedule"}},
};

static bool has_row(const char *document, const char *heading, const char *name)
{
    const char *at = strstr(document, system_text("\n## %s\n", heading)), *row, *end;

    cr_assert_not_null(at, "there is no heading %s", heading);
    end = strstr(at + 1, "\n## ");
    row = strstr(at, system_text("\n| `%s` |", name));
    return row != NULL && (end == NULL || row < end);
}

static void expect_documented(const char *document, const char *const headings[static 3],
                              const json_t *value);

static void expect_field(const char *document, const char *const headings[static 3],
                         const char *name, const json_t *value)
{
    const char *suffix = strstr(name, "_absent");
    const char *figure =
        suffix == NULL || strcmp(suffix, "_absent") != 0
            ? name
            : mp_arena_text(system_arena(), mp_span_make(name, (size_t)(suffix - name)));
    bool is_there = false;

    for (size_t i = 0; i < 3 && headings[i] != NULL; i++)
        is_there |= has_row(document, headings[i], figure) ||
                    has_row(document, headings[i], system_text("%s.epoch", name));
    cr_expect(is_there, "%s of %s is not in docs/json.md", name, headings[0]);
    for (size_t i = 0; i < MP_LENGTH(parts); i++) {
        if (strcmp(parts[i].field, name) == 0 && !json_is_string(value))
            expect_documented(document, parts[i].headings, value);
    }
}

static void expect_documented(const char *document, const char *const headings[static 3],
                              const json_t *value)
{
    const char *name;
    json_t *within;
    size_t i;

    json_array_foreach(value, i, within) expect_documented(document, headings, within);
    json_object_foreach((json_t *)(uintptr_t)value, name, within)
        expect_field(document, headings, name, within);
}

static void expect_every_field_documented(void)
{
    const char *document = read_source("docs/json.md");

    for (size_t i = 0; i < MP_LENGTH(questions); i++) {
        json_t *answer = json_loads(run(system_text("%s -o json", questions[i].question)), 0, NULL);

        cr_assert_gt(json_array_size(answer) + json_object_size(answer), 0u, "%s",
                     questions[i].question);
        expect_documented(document, questions[i].headings, answer);
        json_decref(answer);
    }
}

/* ---- docs/report-2025-09-26.md ---- */

static void expect_the_report(void)
{
    const char *kept = read_source("docs/report-2025-09-26.md");
    const char *said = run("report --as-of 2025-09-26 -o md");
    const char *line, *wanted;

    while ((wanted = next_line(&kept)) != NULL) {
        line = next_line(&said);
        cr_assert_not_null(line, "the report ends before: %s", wanted);
        if (strstr(wanted, "the record of epoch") == NULL) /* that is of the day it was imported */
            cr_assert_str_eq(line, wanted);
    }
    cr_assert_null(next_line(&said));
}

/* ---- README.md ---- */

/* What has an answer of its own: nothing of today, and no other program behind it. */
static bool is_repeatable(const char *command)
{
    static const char *const verbs[] = {"history ", "slippage ", "list ", "whatif ", "trend "};

    if (command[strcspn(command, "|>")] != '\0')
        return false;
    for (size_t i = 0; i < MP_LENGTH(verbs); i++) {
        if (strncmp(command, verbs[i], strlen(verbs[i])) == 0)
            return strcmp(verbs[i], "history ") == 0 || strstr(command, " --as-of ") != NULL;
    }
    return false;
}

/* Whether the words stand in the line in this order: columns may be cut. */
static bool has_words(const char *line, const char *words)
{
    while (*(words += strspn(words, " ")) != '\0') {
        size_t size = strcspn(words, " ");

        while (*(line += strspn(line, " ")) != '\0' &&
               (strcspn(line, " ") != size || strncmp(line, words, size) != 0))
            line += strcspn(line, " ");
        if (*line == '\0')
            return false;
        line += size;
        words += size;
    }
    return true;
}

/* Lines of at most so many letters, broken between words: what README has of a long one. */
static const char *wrap(const char *text)
{
    char *wrapped = (char *)(uintptr_t)system_text("%s", text), *space = NULL, *begin = wrapped;

    for (char *at = wrapped; *at != '\0'; at++) {
        if (*at == '\n') {
            begin = at + 1;
            space = NULL;
        } else if (*at == ' ') {
            space = at;
        }
        if (at - begin >= WIDTH && space != NULL) {
            *space = '\n';
            begin = space + 1;
            space = NULL;
        }
    }
    return wrapped;
}

/* Blanks and dashes between columns apart. */
static bool is_whole(const char *line, const char *shown)
{
    return has_words(line, shown) && has_words(shown, line);
}

/* No row is left out but where "…" says so, and no column but where the words before say so. */
static void expect_shown(const char *command, const char *about, const char **readme)
{
    struct system_said both = run_both(command);
    const char *said = system_text("%s%s", both.out, wrap(both.err)), *line = "";
    bool may_skip = false;

    while (strncmp(*readme, INDENT, strlen(INDENT)) == 0 &&
           strncmp(*readme, PROMPT, strlen(PROMPT)) != 0) {
        const char *shown = next_line(readme) + strlen(INDENT);

        if (strcmp(shown, "…") == 0) {
            may_skip = true;
            continue;
        }
        line = next_line(&said);
        while (may_skip && line != NULL && !has_words(line, shown))
            line = next_line(&said);
        cr_assert(line != NULL && has_words(line, shown), "milepost %s does not say next: %s",
                  command, shown);
        cr_expect(is_whole(line, shown) || strstr(about, "columns cut") != NULL,
                  "columns of milepost %s are cut: %s", command, line);
        may_skip = false;
    }
    cr_expect(may_skip || next_line(&said) == NULL, "rows of milepost %s are left out", command);
}

static void expect_the_tour(void)
{
    const char *readme = read_source("README.md"), *line, *about = "";
    size_t commands = 0;

    while ((line = next_line(&readme)) != NULL) {
        if (strncmp(line, INDENT, strlen(INDENT)) != 0)
            about = line[0] == '\0' ? about : system_text("%s %s", about, line);
        if (strncmp(line, PROMPT, strlen(PROMPT)) != 0)
            continue;
        if (is_repeatable(line + strlen(PROMPT))) {
            expect_shown(line + strlen(PROMPT), about, &readme);
            commands++;
        }
        about = "";
    }
    cr_assert_geq(commands, 4u);
}

Test(manual, shows_what_the_program_says, .init = begin, .fini = system_end)
{
    expect_every_field_documented();
    expect_the_report();
    expect_the_tour();
}
