/* milepost agency: who may write, and what. */
#include "clients/cli/ask.h"
#include "clients/cli/options.h"
#include "clients/cli/parse.h"
#include "clients/cli/say.h"
#include "clients/cli/verbs.h"
#include "clients/cli/worded.h"

#include <string.h>

/* The definition that stands: 0, MP_ENOTFOUND or another error, said on stderr unless it is that
 * nobody answers. */
static int read_agency(struct say *say, const char *id, struct mp_record *ret_record,
                       int *ret_status)
{
    struct cli *cli = say->cli;
    struct mp_client *client = NULL;
    int error;

    if (!mp_agency_id_is_valid(id)) {
        *ret_status = cli_fail(CLI_USAGE, "%s", ask_no_id(cli->arena, MP_KIND_AGENCY, id));
        return MP_EMALFORMED;
    }
    if (instance_is_down(&say->instance)) {
        *ret_status = CLI_UNREACHABLE;
        return MP_EUNREACHABLE;
    }
    *ret_status = instance_client(cli, &say->instance, NULL, false, &client);
    if (*ret_status != CLI_OK)
        return MP_EPERM;
    error = mp_client_get(client, MP_KIND_AGENCY, id, cli->timeout_ms, cli->arena, ret_record);
    *ret_status = cli_exit_of(error);
    if (error != 0 && error != MP_ENOTFOUND && *ret_status != CLI_UNREACHABLE)
        (void)cli_fail(*ret_status, "%s: %s", id, mp_client_why(client));
    else if (error == MP_ENOTFOUND && strcmp(cli->arguments[0], "grant") == 0)
        (void)cli_fail(*ret_status, "%s", mp_client_why(client));
    mp_client_close(client);
    return error;
}

/* What stands stays, unless it is given. */
static void keep_source(struct say *say, const struct mp_record *record)
{
    struct mp_change *change = &say->change;

    if (!cli_given(say->cli, "note"))
        change->note = record->note;
    if (!cli_given(say->cli, "source"))
        change->source.reference = record->source;
}

static bool is_whole(const struct cli *cli)
{
    static const char *const names[] = {"title", "role", "grants"};

    for (size_t i = 0; i < MP_LENGTH(names); i++) {
        if (!cli_given(cli, names[i]))
            return false;
    }
    return true;
}

/* Begins with the definition that stands, if there is one. */
static int begin_definition(struct say *say, const char *id)
{
    struct mp_record record = {0};
    int status, error = read_agency(say, id, &record, &status);

    if (error == MP_ENOTFOUND)
        return CLI_OK;
    if (error != 0 && status != CLI_UNREACHABLE)
        return status;
    if (error != 0 && is_whole(say->cli))
        return CLI_OK; /* nothing is missing; it is queued */
    if (error != 0)
        return cli_fail(CLI_UNREACHABLE,
                        "whether '%s' is defined already is not known, for nobody answers: give "
                        "--title, --role and --grants to define it whole",
                        id);
    say->change.agency = record.agency.definition;
    keep_source(say, &record);
    say->change.has_expected = !is_whole(say->cli);
    say->change.expected = record.revision;
    return CLI_OK;
}

/* define ID: what stands, and the options. */
static int define_agency(struct cli *cli)
{
    const char *id = cli->arguments[1];
    struct say say;
    int status = say_begin(cli, MP_CHANGE_AGENCY, &say);

    if (status == CLI_OK)
        status = begin_definition(&say, id);
    if (status != CLI_OK)
        return status;
    say.change.agency.id = id;
    if (say.change.agency.role == MP_ROLE_NONE)
        say.change.agency.role = MP_ROLE_AGENCY;
    say_given(&say);
    return say_finish(&say);
}

static bool has_item(const struct mp_list *list, const char *item)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], item) == 0)
            return true;
    }
    return false;
}

/* grant ID PREFIXES: the definition that stands with more grants, unless somebody else changes it
 * meanwhile. */
static int grant_more(struct cli *cli)
{
    struct mp_record record = {0};
    struct say say;
    struct mp_agency *agency = &say.change.agency;
    struct mp_list stood, *grants = &agency->grants;
    int status = say_begin(cli, MP_CHANGE_AGENCY, &say);

    if (status == CLI_OK)
        (void)read_agency(&say, cli->arguments[1], &record, &status);
    if (status == CLI_UNREACHABLE)
        return instance_is_down(&say.instance)
                   ? instance_say_down()
                   : cli_fail(status, "%s: nobody answers", say.instance.ask);
    if (status != CLI_OK)
        return status;
    keep_source(&say, &record);
    *agency = record.agency.definition;
    stood = agency->grants;
    say_field(&say, "grants", cli->arguments[2]);
    struct mp_list more = *grants;
    *grants = (struct mp_list){
        .items = mp_arena_array(cli->arena, stood.count + more.count + 1, sizeof *grants->items)};
    if (grants->items == NULL)
        return cli_no_memory();
    for (size_t i = 0; i < stood.count; i++)
        grants->items[grants->count++] = stood.items[i];
    for (size_t i = 0; i < more.count; i++) {
        if (!has_item(grants, more.items[i]))
            grants->items[grants->count++] = more.items[i];
    }
    say.change.has_expected = true;
    say.change.expected = record.revision;
    return say_finish(&say);
}

static int run_list(struct cli *cli)
{
    cli_redirect(cli, "list", "agencies", "role", cli_value(cli, "role"));
    return cli->command->run(cli);
}

static int run_show(struct cli *cli)
{
    cli_redirect(cli, "get", cli->arguments[1], "kind", "agency");
    return cli->command->run(cli);
}

static int run_agency(struct cli *cli)
{
    static const struct worded words[] = {
        {"define", "ID", 1, 1, " title title-ur title-zh role grants interval note source ",
         define_agency},
        {"grant", "ID PREFIXES", 2, 2, " note source ", grant_more},
        {"list", "", 0, 0, " role ", run_list},
        {"show", "ID", 1, 1, "", run_show},
    };

    return worded_run(cli, words, MP_LENGTH(words));
}

const struct cli_command verb_agency = {
    .name = "agency",
    ARGUMENTS("define|grant|list|show [ID] [PREFIXES]", 1, 3),
    .summary = "register agencies and what they may write",
    .details = "define ID registers an agency, or defines it anew: what is not given stays as it "
               "is. grant ID PREFIXES adds "
               "project paths to its grants. list and show ID read. Writing needs an authority.",
    .example = "milepost agency define ministry-of-railways --title 'Ministry of Railways' "
               "--grants ml-1/\n"
               "milepost agency grant ministry-of-railways 'ml-2/;ml-3/'",
    .writes = true,
    OPTIONS(TITLES, CODE("role", MP_FAMILY_ROLE, "ROLE", "what it may do; agency by default"),
            TEXT("grants", "PREFIXES",
                 "project paths it may write under: \"ml-1/;gwadar/\"; \"/\" is all"),
            OPTION("interval", CLI_NUMBER, 0, "DAYS", "days between its reports",
                   "report_interval_days"),
            TEXT("note", "TEXT", "a remark that stays with it"),
            TEXT("source", "TEXT", "letter or document that asks for it")),
    .run = run_agency,
};
