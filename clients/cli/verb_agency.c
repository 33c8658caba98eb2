/* milepost agency: who may write, and what. */
#include "clients/cli/parse.h"
#include "clients/cli/say.h"
#include "clients/cli/verbs.h"

#include "core/base/auto.h"

#include <string.h>

/* The definition that stands: 0, MP_ENOTFOUND or another error, said on stderr unless it is that
 * nobody answers. */
static int read_agency(struct say *say, const char *id, struct mp_record *ret_record,
                       int *ret_status)
{
    struct cli *cli = say->cli;
    struct mp_client *client = NULL;
    int error;

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
        say_text(record->note, &change->note);
    if (!cli_given(say->cli, "source"))
        say_text(record->source, &change->source.reference);
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
static int define_agency(struct cli *cli, const char *id)
{
    struct say say;
    const char *role = cli_value(cli, "role");
    int64_t interval;
    int status = say_begin(cli, MP_CHANGE_AGENCY, &say);

    if (status == CLI_OK)
        status = begin_definition(&say, id);
    if (status != CLI_OK)
        return status;
    struct mp_agency *agency = &say.change.agency;
    agency->id = id;
    say_title(&say, &agency->title);
    if (role != NULL || agency->role == 0)
        agency->role =
            (enum mp_role)say_code(&say, "role", MP_FAMILY_ROLE, role == NULL ? "agency" : role);
    if (cli_given(cli, "grants"))
        agency->grants = (struct mp_list){0};
    say_list(&say, "grants", cli_value(cli, "grants"), &agency->grants);
    interval = agency->report_interval_days;
    say_number(&say, "report_interval_days", cli_value(cli, "interval"), 0, MP_INTERVAL_MOST,
               &interval);
    agency->report_interval_days = (uint32_t)interval;
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
static int grant_more(struct cli *cli, const char *id, const char *prefixes)
{
    struct mp_record record = {0};
    struct mp_list more = {0};
    struct say say;
    int status = say_begin(cli, MP_CHANGE_AGENCY, &say);

    if (status == CLI_OK)
        (void)read_agency(&say, id, &record, &status);
    if (status == CLI_UNREACHABLE)
        return instance_is_down(&say.instance)
                   ? instance_say_down()
                   : cli_fail(status, "%s: nobody answers", say.instance.ask);
    if (status != CLI_OK)
        return status;
    keep_source(&say, &record);
    struct mp_agency *agency = &say.change.agency;
    *agency = record.agency.definition;
    say_list(&say, "grants", prefixes, &more);
    agency->grants.items = mp_arena_array(
        cli->arena, record.agency.definition.grants.count + more.count + 1, sizeof(char *));
    if (agency->grants.items == NULL)
        return cli_fail(CLI_FAILED, "%s", mp_error_text(MP_ENOMEM));
    for (size_t i = 0; i < agency->grants.count; i++)
        agency->grants.items[i] = record.agency.definition.grants.items[i];
    for (size_t i = 0; i < more.count; i++) {
        if (!has_item(&agency->grants, more.items[i]))
            agency->grants.items[agency->grants.count++] = more.items[i];
    }
    say.change.has_expected = true;
    say.change.expected = record.revision;
    return say_finish(&say);
}

/* Options that the word does not use must not look as if they did something. */
static int check_options(const struct cli *cli, const char *word)
{
    const char *uses = strcmp(word, "list") == 0    ? " role "
                       : strcmp(word, "show") == 0  ? " "
                       : strcmp(word, "grant") == 0 ? " note source "
                                                    : NULL;

    for (size_t i = 0; uses != NULL && i < cli->command->option_count; i++) {
        const char *name = cli->command->options[i].name;
        const char *padded = mp_arena_printf(cli->arena, " %s ", name);

        if (cli->values[i] != NULL && (padded == NULL || strstr(uses, padded) == NULL))
            return cli_fail(CLI_USAGE, "agency %s takes no --%s", word, name);
    }
    return CLI_OK;
}

int verb_agency(struct cli *cli)
{
    const char *word = cli->arguments[0], *id = cli->arguments[1];
    bool is_list = strcmp(word, "list") == 0, is_grant = strcmp(word, "grant") == 0;
    size_t wanted = is_list ? 1 : is_grant ? 3 : 2;

    if (cli->argument_count != wanted)
        return cli_fail(CLI_USAGE, "usage: milepost agency %s%s", word,
                        is_list    ? ""
                        : is_grant ? " ID PREFIXES"
                                   : " ID");
    if (check_options(cli, word) != CLI_OK)
        return CLI_USAGE;
    if (is_list) {
        const char *role = cli_value(cli, "role");

        cli_redirect(cli, "list", "agencies");
        cli_set_value(cli, "role", role);
        return verb_list(cli);
    }
    if (strcmp(word, "show") == 0) {
        cli_redirect(cli, "get", id);
        cli_set_value(cli, "kind", "agency");
        return verb_get(cli);
    }
    return is_grant ? grant_more(cli, id, cli->arguments[2]) : define_agency(cli, id);
}
