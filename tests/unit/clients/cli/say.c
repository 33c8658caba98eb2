#include "clients/cli/fields.h"
#include "clients/cli/fields_table.h"
#include "clients/cli/say_private.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct mp_arena *arena;

static void begin(void)
{
    arena = mp_arena_new(1 << 20);
}

static void end(void)
{
    mp_arena_free(arena);
}

TestSuite(say, .init = begin, .fini = end);

static size_t fields_given(const struct cli_option *option, const struct field_table *table)
{
    size_t count = 0;

    for (size_t i = 0; i < table->count; i++)
        count += field_is_written(&table->fields[i]) && say_gives(option, table->fields[i].name);
    return count;
}

/* An option that no field has would be taken and forgotten. */
Test(say, every_option_of_a_verb_that_submits_gives_a_field)
{
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        const struct cli_command *command = cli_commands[i];
        enum mp_change_kind kind =
            strcmp(command->name, "agency") == 0 ? MP_CHANGE_AGENCY : command->change;

        for (size_t j = 0; kind != 0 && j < cli_option_count(command->options); j++) {
            const struct cli_option *option = &command->options[j];

            if (strcmp(option->name, "expect") != 0)
                cr_expect_geq(fields_given(option, field_of_change(kind)) +
                                  fields_given(option, &field_change),
                              1, "%s --%s", command->name, option->name);
        }
    }
}

Test(say, every_argument_of_a_verb_that_submits_is_a_field)
{
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        const struct cli_command *command = cli_commands[i];

        for (size_t j = 0; j < MP_LENGTH(command->fields) && command->fields[j] != NULL; j++) {
            const struct field *field =
                field_find(field_of_change(command->change), command->fields[j]);

            cr_assert_not_null(field, "%s: %s", command->name, command->fields[j]);
            cr_expect(field_is_written(field), "%s: %s", command->name, command->fields[j]);
        }
    }
}

static const struct {
    enum mp_change_kind kind;
    const char *field, *text;
    const char *shown;   /* in the change's JSON; NULL: refused */
    enum mp_reject code; /* when refused */
} cases[] = {
    {MP_CHANGE_PROJECT, "id", "ml-1", "\"id\":\"ml-1\"", 0},
    {MP_CHANGE_PROJECT, "title_zh", "x", "\"title_zh\":\"x\"", 0},
    {MP_CHANGE_PROJECT, "themes", "a;b", "\"themes\":[\"a\",\"b\"]", 0},
    {MP_CHANGE_PROJECT, "themes", "", "\"kind\":\"project\"}", 0},
    {MP_CHANGE_PROJECT, "status", "completion", "\"status\":\"completion\"", 0},
    {MP_CHANGE_PROJECT, "status", "complete", NULL, MP_REJECT_CODE_UNKNOWN},
    {MP_CHANGE_MILESTONE, "weight", "7", "\"weight\":7", 0},
    {MP_CHANGE_MILESTONE, "weight", "-1", NULL, MP_REJECT_OUT_OF_RANGE},
    {MP_CHANGE_MILESTONE, "duration_days", "0", "\"duration_days\":0", 0},
    {MP_CHANGE_MILESTONE, "duration_days", "-1", NULL, MP_REJECT_OUT_OF_RANGE},
    {MP_CHANGE_LINK, "lag_days", "-30", "\"lag_days\":-30", 0},
    {MP_CHANGE_LINK, "lag_days", "0", "\"lag_days\":0", 0},
    {MP_CHANGE_LINK, "type", "FS", "{\"kind\":\"link\",\"type\":\"FS\"}", 0},
    {MP_CHANGE_LINK, "lag_days", "9999999", NULL, MP_REJECT_OUT_OF_RANGE},
    {MP_CHANGE_AGENCY, "report_interval_days", "30", "\"report_interval_days\":30", 0},
    {MP_CHANGE_FORECAST, "date", "2029-Q2",
     "\"date\":\"2029-06-30\",\"kind\":\"forecast\",\"precision\":\"quarter\"", 0},
    {MP_CHANGE_FORECAST, "date", "2029-02-30", NULL, MP_REJECT_DATE_IMPOSSIBLE},
    {MP_CHANGE_BASELINE, "recalled", "", "\"recalled\":true", 0},
    {MP_CHANGE_BASELINE, "recalled", "false", "\"kind\":\"baseline\"}", 0},
    {MP_CHANGE_BASELINE, "recalled", "yes", NULL, MP_REJECT_CODE_UNKNOWN},
    {MP_CHANGE_PROGRESS, "percent", "37.5", "\"percent\":37.5", 0},
    {MP_CHANGE_PROGRESS, "percent", "half", NULL, MP_REJECT_OUT_OF_RANGE},
    {MP_CHANGE_OBSERVATION, "period", "2029-H1",
     "\"period_end\":\"2029-06-30\",\"period_start\":\"2029-01-01\"", 0},
    {MP_CHANGE_OBSERVATION, "period", "2029-01-01..2029-01-31",
     "\"period_end\":\"2029-01-31\",\"period_start\":\"2029-01-01\"", 0},
    {MP_CHANGE_OBSERVATION, "period", "2029-01-01..", NULL, MP_REJECT_DATE_IMPOSSIBLE},
    {MP_CHANGE_OBSERVATION, "period", "soon", NULL, MP_REJECT_PERIOD_INVALID},
    {MP_CHANGE_WITHDRAWAL, "withdraws", "12", "\"withdraws\":12", 0},
    {MP_CHANGE_WITHDRAWAL, "withdraws", "0", NULL, MP_REJECT_OUT_OF_RANGE},
};

Test(say, what_is_read_is_shown_again_or_refused_by_name)
{
    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        const struct field *field = field_find(field_of_change(cases[i].kind), cases[i].field);
        struct mp_rejection rejection = {0};
        struct mp_change change;
        json_t *object;
        char *text;
        int result;

        cr_assert_not_null(field, "%s", cases[i].field);
        mp_change_init(&change, cases[i].kind);
        result = field_read(field, cases[i].text, arena, &change.term, &rejection);
        cr_expect_eq(result, cases[i].shown == NULL, "%s %s", cases[i].field, cases[i].text);
        cr_expect_eq(rejection.code, cases[i].code, "%s %s", cases[i].field, cases[i].text);
        if (cases[i].shown == NULL)
            continue;
        object = fields_change(&change);
        text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS | FIELDS_DUMP);
        cr_expect_not_null(strstr(text, cases[i].shown), "%s %s: %s", cases[i].field, cases[i].text,
                           text);
        json_decref(object);
        free(text);
    }
}

Test(say, an_option_gives_a_field_by_its_name_or_the_beginning_of_it)
{
    static const struct cli_option lead = {.name = "lead"}, title = {.name = "title"},
                                   said = {.name = "said-by"},
                                   kind = {.name = "kind", .field = "observation_kind"};

    cr_expect(say_gives(&lead, "lead_agency"));
    cr_expect_not(say_gives(&lead, "leader"));
    cr_expect(say_gives(&title, "title"));
    cr_expect(say_gives(&title, "title.en"));
    cr_expect_not(say_gives(&title, "titl"));
    cr_expect(say_gives(&said, "said_by"));
    cr_expect(say_gives(&kind, "observation_kind"));
    cr_expect_not(say_gives(&kind, "kind"));
}
