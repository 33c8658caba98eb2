/* list: the records of a kind, filtered. */
#include "clients/cli/ask.h"
#include "clients/cli/options.h"
#include "clients/cli/verbs.h"

#include <string.h>

static const struct noun {
    const char *name;
    enum mp_kind kind;
    const char *columns;
    const char *csv; /* NULL: the same */
} nouns[] = {
    {"projects", MP_KIND_PROJECT,
     "id title status ~programme corridor ~regions lead_agency recorded_later", NULL},
    /* A spreadsheet reads a date only where nothing follows it. */
    {"milestones", MP_KIND_MILESTONE,
     "id status ~late baseline=baseline.approved|baseline.first forecast met=confirmed|met "
     "slip_days=slip_days.approved|slip_days.first ~reason=forecast.reason ~title recorded_later",
     "id status late baseline=baseline.approved.date|baseline.first.date "
     "baseline_precision=baseline.approved.precision|baseline.first.precision "
     "forecast=forecast.date forecast_precision=forecast.precision "
     "met=confirmed.date|met.date met_precision=confirmed.precision|met.precision "
     "slip_days=slip_days.approved|slip_days.first reason=forecast.reason title recorded_later"},
    {"links", MP_KIND_LINK, "predecessor successor type lag_days calendar",
     "predecessor successor type lag_days calendar id"},
    {"agencies", MP_KIND_AGENCY, "id title role grants ~report_interval_days", NULL},
    {"indicators", MP_KIND_INDICATOR, "code title unit measure direction", NULL},
    {"observations", MP_KIND_OBSERVATION,
     "id observation_kind value period_start period_end ~region ~stated_on ~said_by withdrawn_by "
     "recorded_later",
     NULL},
    {"terms", MP_KIND_TERM, "id title published_on", "id scheme code title published_on"},
    {"calendars", MP_KIND_CALENDAR, "id name valid_from weekend special_days ~source", NULL},
    {"policies", MP_KIND_POLICY,
     "id amber_days red_days amber_percent red_percent grey_days report_days least_for_index ~note "
     "~source",
     NULL},
    {"epochs", MP_KIND_EPOCH, "id restored_head by why", NULL},
};

static const char *filter(const struct cli *cli, const char *name)
{
    const char *value = cli_value(cli, name);

    return value == NULL ? "" : value;
}

static void read_filters(struct asking *asking)
{
    struct cli *cli = asking->cli;
    struct mp_ask *ask = &asking->ask;

    ask->prefix = ask_prefix(cli->arena, cli_value(cli, "prefix"));
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
                        ask_where(cli->arena,
                                  error == MP_EMALFORMED
                                      ? cli_text(cli->arena, "there is no such %s", option)
                                      : cli_without(cli->arena, mp_client_why(asking->client),
                                                    cli_text(cli->arena, "%s:", option)),
                                  kind));
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
            value = cli_text(asking->cli->arena, "%s:%s",
                             mp_code_name(MP_FAMILY_SCHEME, (int)filters[i].scheme), value);
        status = check_exists(asking, filters[i].option, filters[i].kind, value);
    }
    return status;
}

/* Said where nothing was found: what is under no project may have been mistyped. */
static int check_prefix(struct asking *asking, int status)
{
    const char *prefix = asking->ask.prefix;

    if (status != CLI_OK || asking->rows > 0 || prefix[0] == '\0' || prefix[0] == '@' ||
        ask_has_project(asking->client, prefix, asking->cli->timeout_ms))
        return status;
    return cli_fail(CLI_NOT_FOUND, "there is no project under %s; milepost list projects shows all",
                    prefix);
}

static int run_list(struct cli *cli)
{
    const struct noun *noun = nouns;
    struct asking asking;
    int status = asking_begin(cli, MP_ASK_LIST, &asking), error;

    while (strcmp(noun->name, cli->arguments[0]) != 0)
        noun++; /* the parser let no other word pass */
    if (status == CLI_OK)
        status = check_filters(&asking, noun->kind);
    if (status != CLI_OK)
        return asking_end(&asking, status);
    asking.output = output_open(
        cli, cli->output == CLI_CSV && noun->csv != NULL ? noun->csv : noun->columns, false);
    asking.ask.record_kind = noun->kind;
    read_filters(&asking);
    error = asking_run(&asking, asking_show_records);
    status = error < 0 ? asking_fail(&asking, error) : CLI_OK;
    return asking_end(&asking, check_prefix(&asking, status));
}

const struct cli_command verb_list = {
    .name = "list",
    ARGUMENTS("projects|milestones|links|agencies|indicators|observations|terms|calendars|policies|"
              "epochs",
              1, 1),
    .summary = "list records, filtered",
    .details = "With --late only milestones that were met, are forecast or are overdue today "
               "after their approved baseline.\n\nFields are those of 'milepost help json'.",
    .example = "milepost list milestones --late -o json\n"
               "milepost list projects --corridor growth --region sindh",
    OPTIONS(TEXT("prefix", "PREFIX", "under this project path: ml-1/"),
            TEXT("programme", "CODE", "of this programme"),
            TEXT("corridor", "CODE", "of this corridor"), TEXT("region", "CODE", "of this region"),
            TEXT("agency", "AGENCY", "led by this agency"),
            TEXT("status", "STATUS", "with this status"),
            CODE("role", MP_FAMILY_ROLE, "ROLE", "agencies with this role"),
            TEXT("indicator", "CODE", "observations of this indicator"),
            FLAG("late", "milestones met, forecast or overdue after their approved baseline"),
            FLAG("removed", "removed and cancelled ones too"), AS_OF),
    .run = run_list,
};
