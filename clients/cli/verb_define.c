/* Verbs that define what statements are about. */
#include "clients/cli/say.h"
#include "clients/cli/verbs.h"

int verb_project(struct cli *cli)
{
    struct say say;
    struct mp_project *project = &say.change.project;
    int status = say_begin(cli, MP_CHANGE_PROJECT, &say);

    if (status != CLI_OK)
        return status;
    project->id = cli->arguments[0];
    say_title(&say, &project->title);
    say_text(cli_value(cli, "parent"), &project->parent);
    say_text(cli_value(cli, "programme"), &project->programme);
    say_text(cli_value(cli, "corridor"), &project->corridor);
    say_text(cli_value(cli, "lead"), &project->lead_agency);
    say_text(cli_value(cli, "counterpart"), &project->counterpart);
    say_list(&say, "themes", cli_value(cli, "themes"), &project->themes);
    say_list(&say, "regions", cli_value(cli, "regions"), &project->regions);
    say_list(&say, "partners", cli_value(cli, "partners"), &project->partners);
    project->status = (enum mp_project_status)say_code(&say, "status", MP_FAMILY_PROJECT_STATUS,
                                                       cli_value(cli, "status"));
    return say_finish(&say);
}

static int say_removed(struct cli *cli, enum mp_change_kind kind)
{
    struct say say;
    int status = say_begin(cli, kind, &say);

    if (status != CLI_OK)
        return status;
    say.change.removed = cli->arguments[0];
    return say_finish(&say);
}

int verb_remove(struct cli *cli)
{
    return say_removed(cli, MP_CHANGE_PROJECT_REMOVED);
}

int verb_cancel(struct cli *cli)
{
    return say_removed(cli, MP_CHANGE_MILESTONE_CANCELLED);
}

int verb_milestone(struct cli *cli)
{
    struct say say;
    struct mp_milestone *milestone = &say.change.milestone;
    int64_t weight = 0, duration = -1;
    int status = say_begin(cli, MP_CHANGE_MILESTONE, &say);

    if (status != CLI_OK)
        return status;
    milestone->id = cli->arguments[0];
    say_title(&say, &milestone->title);
    milestone->type = (enum mp_milestone_type)say_code(&say, "type", MP_FAMILY_MILESTONE_TYPE,
                                                       cli_value(cli, "type"));
    say_text(cli_value(cli, "code"), &milestone->code);
    say_text(cli_value(cli, "start"), &milestone->start);
    say_text(cli_value(cli, "calendar"), &milestone->calendar);
    say_number(&say, "weight", cli_value(cli, "weight"), 0, MP_WEIGHT_MOST, &weight);
    say_number(&say, "duration_days", cli_value(cli, "duration"), 0, MP_DURATION_MOST, &duration);
    milestone->weight = (uint32_t)weight;
    milestone->duration_days = (int32_t)duration;
    return say_finish(&say);
}

static int say_link(struct cli *cli, enum mp_change_kind kind)
{
    struct say say;
    struct mp_link *link = &say.change.link;
    const char *type = cli_value(cli, "type");
    int64_t lag = 0;
    int status = say_begin(cli, kind, &say);

    if (status != CLI_OK)
        return status;
    link->predecessor = cli->arguments[0];
    link->successor = cli->arguments[1];
    link->type =
        (enum mp_link_type)say_code(&say, "type", MP_FAMILY_LINK_TYPE, type == NULL ? "FS" : type);
    say_number(&say, "lag_days", cli_value(cli, "lag"), -MP_LAG_MOST, MP_LAG_MOST, &lag);
    link->lag_days = (int32_t)lag;
    say_text(cli_value(cli, "calendar"), &link->calendar);
    return say_finish(&say);
}

int verb_link(struct cli *cli)
{
    return say_link(cli, MP_CHANGE_LINK);
}

int verb_unlink(struct cli *cli)
{
    return say_link(cli, MP_CHANGE_LINK_REMOVED);
}

int verb_term(struct cli *cli)
{
    struct say say;
    int status = say_begin(cli, MP_CHANGE_TERM, &say);

    if (status != CLI_OK)
        return status;
    say.change.term.scheme =
        (enum mp_scheme)say_code(&say, "scheme", MP_FAMILY_SCHEME, cli->arguments[0]);
    say.change.term.code = cli->arguments[1];
    say_title(&say, &say.change.term.title);
    return say_finish(&say);
}

int verb_indicator(struct cli *cli)
{
    struct say say;
    struct mp_indicator *indicator = &say.change.indicator;
    int status = say_begin(cli, MP_CHANGE_INDICATOR, &say);

    if (status != CLI_OK)
        return status;
    indicator->code = cli->arguments[0];
    say_title(&say, &indicator->title);
    say_text(cli_value(cli, "unit"), &indicator->unit);
    say_text(cli_value(cli, "measure"), &indicator->measure);
    indicator->direction = (enum mp_direction)say_code(&say, "direction", MP_FAMILY_DIRECTION,
                                                       cli_value(cli, "direction"));
    return say_finish(&say);
}
