/* list: the records of a kind, filtered. */
#include "clients/cli/ask.h"
#include "clients/cli/verbs.h"

#include <string.h>

#define COLUMNS(table) table, MP_LENGTH(table)

static const char *const project_columns[] = {
    "id", "title", "status", "programme", "corridor", "regions", "lead_agency", "recorded_later"};
static const char *const milestone_columns[] = {"id",
                                                "status",
                                                "late",
                                                "baseline=baseline.approved|baseline.first",
                                                "forecast",
                                                "met=confirmed|met",
                                                "slip_days=slip_days.approved|slip_days.first",
                                                "reason=forecast.reason",
                                                "title",
                                                "recorded_later"};
/* A spreadsheet reads a date only where nothing follows it. */
static const char *const milestone_csv[] = {
    "id",
    "status",
    "late",
    "baseline=baseline.approved.date|baseline.first.date",
    "baseline_precision=baseline.approved.precision|baseline.first.precision",
    "forecast=forecast.date",
    "forecast_precision=forecast.precision",
    "met=confirmed.date|met.date",
    "met_precision=confirmed.precision|met.precision",
    "slip_days=slip_days.approved|slip_days.first",
    "reason=forecast.reason",
    "title",
    "recorded_later"};
static const char *const link_columns[] = {"predecessor", "successor", "type", "lag_days",
                                           "calendar"};
static const char *const agency_columns[] = {"id", "title", "role", "grants",
                                             "report_interval_days"};
static const char *const indicator_columns[] = {"code", "title", "unit", "measure", "direction"};
static const char *const observation_columns[] = {
    "id",     "observation_kind", "value",   "period_start", "period_end",
    "region", "stated_on",        "said_by", "withdrawn_by", "recorded_later"};
static const char *const term_columns[] = {"scheme", "code", "title", "published_on"};
static const char *const epoch_columns[] = {"id", "restored_head", "by", "why"};
static const struct noun {
    const char *name;
    enum mp_kind kind;
    const char *const *columns;
    size_t column_count;
} nouns[] = {
    {"projects", MP_KIND_PROJECT, COLUMNS(project_columns)},
    {"milestones", MP_KIND_MILESTONE, COLUMNS(milestone_columns)},
    {"links", MP_KIND_LINK, COLUMNS(link_columns)},
    {"agencies", MP_KIND_AGENCY, COLUMNS(agency_columns)},
    {"indicators", MP_KIND_INDICATOR, COLUMNS(indicator_columns)},
    {"observations", MP_KIND_OBSERVATION, COLUMNS(observation_columns)},
    {"terms", MP_KIND_TERM, COLUMNS(term_columns)},
    {"epochs", MP_KIND_EPOCH, COLUMNS(epoch_columns)},
};

/* A project path with its slash, however it was typed; "" for everything. */
static const char *prefix_of(struct cli *cli, const char *text)
{
    size_t size = text == NULL ? 0 : strlen(text);

    if (size == 0 || strcmp(text, "/") == 0)
        return "";
    return text[size - 1] == '/' ? text : mp_arena_printf(cli->arena, "%s/", text);
}

static const char *filter(const struct cli *cli, const char *name)
{
    const char *value = cli_value(cli, name);

    return value == NULL ? "" : value;
}

static void read_filters(struct asking *asking)
{
    struct cli *cli = asking->cli;
    struct mp_ask *ask = &asking->ask;

    ask->prefix = prefix_of(cli, cli_value(cli, "prefix"));
    ask->programme = filter(cli, "programme");
    ask->corridor = filter(cli, "corridor");
    ask->region = filter(cli, "region");
    ask->agency = filter(cli, "agency");
    ask->status = filter(cli, "status");
    ask->indicator = filter(cli, "indicator");
    ask->late = cli_given(cli, "late");
    ask->removed_too = cli_given(cli, "removed");
}

static int pass_over(void *context, const struct mp_page *page)
{
    (void)context;
    (void)page;
    return 0;
}

/* Whether there is a record of that id at all: a filter that was mistyped must not look like
 * nothing found. */
static int check_exists(struct asking *asking, const char *option, enum mp_kind kind,
                        const char *id)
{
    const struct cli *cli = asking->cli;
    struct mp_ask kept = asking->ask;
    int error;

    mp_ask_init(&asking->ask, MP_ASK_GET);
    asking->ask.record_kind = kind;
    asking->ask.id = id;
    error = asking_run(asking, pass_over);
    asking->ask = kept;
    if (error == MP_ENOTFOUND || error == MP_EMALFORMED)
        return cli_fail(CLI_NOT_FOUND, "--%s %s: %s", option, cli_value(cli, option),
                        cli_without(cli->arena, mp_client_why(asking->client),
                                    mp_arena_printf(cli->arena, "%s:", option)));
    return error < 0 ? asking_fail(asking, error) : CLI_OK;
}

static int check_filters(struct asking *asking, enum mp_kind kind)
{
    static const struct {
        const char *option;
        enum mp_kind kind;
        enum mp_scheme scheme; /* of a term */
    } filters[] = {
        {"programme", MP_KIND_TERM, MP_SCHEME_PROGRAMME},
        {"corridor", MP_KIND_TERM, MP_SCHEME_CORRIDOR},
        {"region", MP_KIND_TERM, MP_SCHEME_REGION},
        {"agency", MP_KIND_AGENCY, 0},
        {"indicator", MP_KIND_INDICATOR, 0},
    };
    const char *role = cli_value(asking->cli, "role");
    int status = CLI_OK;

    if (role != NULL && kind != MP_KIND_AGENCY)
        return cli_fail(CLI_USAGE, "--role: only agencies have one");
    asking->role = role == NULL ? 0 : mp_code_parse(MP_FAMILY_ROLE, role);
    for (size_t i = 0; i < MP_LENGTH(filters) && status == CLI_OK; i++) {
        const char *value = filter(asking->cli, filters[i].option);

        if (value[0] == '\0')
            continue;
        if (filters[i].kind == MP_KIND_TERM)
            value = mp_arena_printf(asking->cli->arena, "%s:%s",
                                    mp_code_name(MP_FAMILY_SCHEME, (int)filters[i].scheme), value);
        status = value == NULL ? cli_fail(CLI_FAILED, "%s", mp_error_text(MP_ENOMEM))
                               : check_exists(asking, filters[i].option, filters[i].kind, value);
    }
    return status;
}

static int open_list(struct cli *cli, const struct noun *noun, struct output **ret_output)
{
    if (noun->kind == MP_KIND_MILESTONE && cli->output == CLI_CSV)
        return output_open(cli, COLUMNS(milestone_csv), false, ret_output);
    return output_open(cli, noun->columns, noun->column_count, false, ret_output);
}

int verb_list(struct cli *cli)
{
    const struct noun *noun = NULL;
    struct asking asking;
    int status;

    for (size_t i = 0; i < MP_LENGTH(nouns); i++) {
        if (strcmp(nouns[i].name, cli->arguments[0]) == 0)
            noun = &nouns[i];
    }
    if (noun == NULL)
        return cli_fail(CLI_USAGE, "list '%s': no such records; 'milepost help list' names them",
                        cli->arguments[0]);
    status = asking_begin(cli, MP_ASK_LIST, &asking);
    if (status == CLI_OK)
        status = check_filters(&asking, noun->kind);
    if (status == CLI_OK)
        status = open_list(cli, noun, &asking.output);
    if (status != CLI_OK) {
        asking_done(&asking);
        return status;
    }
    asking.ask.record_kind = noun->kind;
    read_filters(&asking);
    return asking_finish(&asking, asking_run(&asking, asking_show_records));
}
