/* whoami, get, history. */
#include "clients/cli/ask.h"
#include "clients/cli/fields.h"
#include "clients/cli/options.h"
#include "clients/cli/verbs.h"
#include "core/domain/rules.h"

#include <string.h>

#define GUESSES_MOST 3

/* The kinds that an id may be of, likeliest first. */
static size_t guess_kinds(const struct cli *cli, enum mp_kind kinds[static GUESSES_MOST])
{
    const char *id = cli->arguments[0], *given = cli_value(cli, "kind");
    const char *colon = strchr(id, ':');
    size_t count = 0;

    if (given != NULL) {
        kinds[count++] = (enum mp_kind)mp_code_parse(MP_FAMILY_KIND, given);
    } else if (strchr(id, '<') != NULL) {
        kinds[count++] = MP_KIND_LINK;
    } else if (colon != NULL && strchr(colon, '@') != NULL) {
        kinds[count++] = MP_KIND_OBSERVATION;
    } else if (strchr(id, '@') != NULL) {
        kinds[count++] = MP_KIND_CALENDAR;
        kinds[count++] = MP_KIND_POLICY;
    } else if (colon != NULL) {
        kinds[count++] = MP_KIND_MILESTONE;
        kinds[count++] = MP_KIND_TERM;
    } else {
        kinds[count++] = MP_KIND_PROJECT;
        kinds[count++] = MP_KIND_AGENCY;
        kinds[count++] = MP_KIND_INDICATOR;
    }
    return count;
}

/* Whether the id could be one of the kind at all, so that only sensible questions are asked. */
static bool is_possible(struct asking *asking, enum mp_kind kind)
{
    struct mp_subject subject;

    mp_arena_reset(asking->arena);
    return mp_subject_parse(asking->arena, kind, asking->cli->arguments[0], &subject) == 0;
}

/* Asks as one kind after the other until there is a record. The answer to the first says best why
 * there is none. */
static int run_guessing(struct asking *asking, mp_client_page page)
{
    enum mp_kind kinds[GUESSES_MOST];
    size_t count = guess_kinds(asking->cli, kinds);
    const char *first_why = NULL;
    int error = 0;

    asking->ask.id = asking->cli->arguments[0];
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && !is_possible(asking, kinds[i]))
            continue;
        asking->ask.record_kind = kinds[i];
        error = asking_run(asking, page);
        if (error != MP_ENOTFOUND)
            return error < 0 ? asking_fail(asking, error) : CLI_OK;
        if (first_why == NULL)
            first_why = cli_text(asking->cli->arena, "%s", mp_client_why(asking->client));
    }
    return cli_fail(CLI_NOT_FOUND, "%s", first_why);
}

/* The columns are those of the record's kind, which is known now. */
static int show_one(void *context, const struct mp_page *page)
{
    struct asking *asking = context;

    if (asking->output == NULL)
        asking->output = output_open(
            asking->cli, fields_columns(asking->cli->arena, asking->ask.record_kind), true);
    return asking_show_records(asking, page);
}

static int run_get(struct cli *cli)
{
    struct asking asking;
    int status = asking_begin(cli, MP_ASK_GET, &asking);

    if (status == CLI_OK)
        status = run_guessing(&asking, show_one);
    return asking_end(&asking, status);
}

static int show_history(void *context, const struct mp_page *page)
{
    struct asking *asking = context;
    int error = 0;

    for (size_t i = 0; i < page->history_count && error == 0; i++) {
        const struct mp_history_row *row = &page->history[i];
        struct mp_event event;
        json_t *object;

        mp_arena_reset(asking->arena);
        error = mp_event_decode(row->event, asking->arena, &event);
        if (error < 0)
            return error;
        object = fields_event(&event);
        if (row->withdrawn_by != 0)
            fields_add(&object, "withdrawn_by", fields_u64(row->withdrawn_by));
        if (row->recorded_later)
            fields_add(&object, "recorded_later", json_true());
        error = asking_show(asking, object);
    }
    return error;
}

static int run_history(struct cli *cli)
{
    struct asking asking;
    int status = asking_begin(cli, MP_ASK_HISTORY, &asking);

    asking.output = output_open(cli,
                                "stated_on kind date ~precision "
                                "value=percent|value|project_status|milestone_status|status reason "
                                "said_by ~note ~agency ~recorded_at ~seq "
                                "withdrawn=withdrawn_by recorded_later ~source",
                                false);
    if (status == CLI_OK)
        status = run_guessing(&asking, show_history);
    return asking_end(&asking, status);
}

static void add_kinds(json_t **row, const struct mp_record *record)
{
    json_t *kinds = json_array();

    for (int kind = 1; kinds != NULL && kind <= MP_CHANGE_LAST; kind++) {
        if (mp_role_may(record->agency.definition.role, (enum mp_change_kind)kind))
            (void)json_array_append_new(kinds, json_string(mp_code_name(MP_FAMILY_CHANGE, kind)));
    }
    fields_add(row, "may_submit", kinds);
}

static int run_whoami(struct cli *cli)
{
    struct asking asking;
    int status = asking_begin(cli, MP_ASK_WHO_AM_I, &asking), error;

    asking.output = output_open(cli, "id title role grants may_submit", true);
    if (status != CLI_OK)
        return asking_end(&asking, status);
    ask_who_am_i(asking.client, &asking.ask);
    asking.adorn = add_kinds;
    error = asking_run(&asking, asking_show_records);
    if (error < 0)
        status = asking_fail(&asking, error);
    else if (asking.rows == 0)
        status = cli_fail(CLI_NOT_FOUND,
                          "the key of '%s' belongs to no agency: have an authority register it",
                          cli->as);
    return asking_end(&asking, status);
}

const struct cli_command verb_get = {
    .name = "get",
    ARGUMENTS("ID", 1, 1),
    .summary = "one record: a project, milestone, agency …",
    .details = "The id shows what it is: a project is a path, a milestone has a colon. --as-of "
               "gives it as it had been stated by a day; --as-recorded exactly as this ledger "
               "held it at a time.",
    .example = "milepost get gwadar/airport:opening\n"
               "milepost get gwadar/airport:opening --as-of 2022-06-30 -o json",
    OPTIONS(KIND, AS_OF),
    .run = run_get,
};

const struct cli_command verb_history = {
    .name = "history",
    ARGUMENTS("ID", 1, 1),
    .summary = "every change of one record, with its source",
    .details = "Oldest first, withdrawn statements too, marked.",
    .example = "milepost history gwadar/airport:opening",
    OPTIONS(KIND, AS_OF),
    .run = run_history,
};

const struct cli_command verb_whoami = {
    .name = "whoami",
    ARGUMENTS("", 0, 0),
    .summary = "role and grants of an identity",
    .details = "",
    .example = "milepost whoami --as ministry-of-railways",
    .run = run_whoami,
};
