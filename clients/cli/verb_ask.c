/* whoami, get, history. */
#include "clients/cli/ask.h"
#include "clients/cli/fields.h"
#include "clients/cli/verbs.h"
#include "core/domain/rules.h"

#include <string.h>

#define GUESSES_MOST 3

static const char *const history_columns[] = {
    "stated_on",
    "kind",
    "date",
    "precision",
    "value=percent|value|project_status|milestone_status|status",
    "reason",
    "said_by",
    "note",
    "agency",
    "recorded_at",
    "seq",
    "withdrawn=withdrawn_by",
    "recorded_later",
    "source"};

#define COLUMNS(table) table, MP_LENGTH(table)

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
            first_why = mp_arena_strdup(asking->cli->arena, mp_client_why(asking->client));
    }
    return cli_fail(CLI_NOT_FOUND, "%s", first_why == NULL ? asking->ask.id : first_why);
}

static int ask_for_one(struct cli *cli, enum mp_ask_kind kind, const char *const *columns,
                       size_t column_count, mp_client_page page)
{
    struct asking asking;
    bool single = kind == MP_ASK_GET;
    int status = asking_begin(cli, kind, &asking);

    if (status == CLI_OK)
        status = output_open(cli, columns, column_count, single, &asking.output);
    if (status == CLI_OK)
        status = run_guessing(&asking, page);
    if (status == CLI_OK)
        status = output_close(mp_take(asking.output));
    if (status == CLI_OK)
        asking_say_if_nothing(&asking);
    asking_done(&asking);
    return status;
}

int verb_get(struct cli *cli)
{
    /* As CSV: what the record's kind shows in a list is not known yet, so what all have. */
    static const char *const columns[] = {"kind",
                                          "id",
                                          "title",
                                          "status",
                                          "late",
                                          "baseline.first.date",
                                          "baseline.first.precision",
                                          "baseline.approved.date",
                                          "baseline.approved.precision",
                                          "forecast.date",
                                          "forecast.precision",
                                          "met.date",
                                          "met.precision",
                                          "confirmed.date",
                                          "confirmed.precision",
                                          "slip_days.first",
                                          "slip_days.approved",
                                          "source",
                                          "recorded_later"};

    return ask_for_one(cli, MP_ASK_GET, COLUMNS(columns), asking_show_records);
}

static int show_history(void *context, const struct mp_page *page)
{
    struct asking *asking = context;

    for (size_t i = 0; i < page->history_count; i++) {
        const struct mp_history_row *row = &page->history[i];
        struct mp_event event;
        json_t *object;
        int error;

        mp_arena_reset(asking->arena);
        error = mp_event_decode(row->event, asking->arena, &event);
        if (error < 0)
            return error;
        object = fields_event(&event);
        if (row->withdrawn_by != 0)
            fields_add(&object, "withdrawn_by", fields_u64(row->withdrawn_by));
        if (row->recorded_later)
            fields_add(&object, "recorded_later", json_true());
        asking->rows++;
        asking->status = output_row(asking->output, object);
        if (asking->status != CLI_OK)
            return MP_EIO;
    }
    return 0;
}

int verb_history(struct cli *cli)
{
    return ask_for_one(cli, MP_ASK_HISTORY, COLUMNS(history_columns), show_history);
}

static json_t *kinds_of(enum mp_role role)
{
    json_t *kinds = json_array();

    for (int kind = 1; kinds != NULL && kind <= MP_CHANGE_LAST; kind++) {
        if (mp_role_may(role, (enum mp_change_kind)kind))
            (void)json_array_append_new(kinds, json_string(mp_code_name(MP_FAMILY_CHANGE, kind)));
    }
    return kinds;
}

static int show_agency(void *context, const struct mp_page *page)
{
    struct asking *asking = context;
    struct mp_record record;
    json_t *object;
    int error = 0;

    for (size_t i = 0; i < page->record_count && error == 0; i++) {
        mp_arena_reset(asking->arena);
        error = mp_record_decode(page->records[i], asking->arena, &record);
        if (error < 0)
            return error;
        object = fields_record(&record, asking->today);
        fields_add(&object, "may_submit", kinds_of(record.agency.definition.role));
        asking->rows++;
        asking->status = output_row(asking->output, object);
        error = asking->status == CLI_OK ? 0 : MP_EIO;
    }
    return error;
}

int verb_whoami(struct cli *cli)
{
    static const char *const columns[] = {"id", "title", "role", "grants", "may_submit"};
    struct asking asking;
    const uint8_t *key;
    int status = asking_begin(cli, MP_ASK_WHO_AM_I, &asking), error;

    if (status == CLI_OK)
        status = output_open(cli, COLUMNS(columns), true, &asking.output);
    if (status != CLI_OK) {
        asking_done(&asking);
        return status;
    }
    key = mp_client_public_key(asking.client);
    if (key != NULL)
        memcpy(asking.ask.public_key, key, sizeof asking.ask.public_key);
    error = asking_run(&asking, show_agency);
    if (error == 0 && asking.rows == 0) {
        asking_done(&asking);
        return cli_fail(CLI_NOT_FOUND,
                        "the key of '%s' belongs to no agency: have an authority "
                        "register it",
                        cli->as);
    }
    return asking_finish(&asking, error);
}
