/* One verb a kind of statement. */
#include "clients/cli/say.h"
#include "clients/cli/verbs.h"

#include <string.h>

static int say_dated(struct cli *cli, enum mp_change_kind kind)
{
    struct say say;
    struct mp_dated *dated = &say.change.dated;
    int status = say_begin(cli, kind, &say);

    if (status != CLI_OK)
        return status;
    dated->milestone = cli->arguments[0];
    dated->recalled = cli_given(cli, "recalled");
    dated->reason =
        (enum mp_reason)say_code(&say, "reason", MP_FAMILY_REASON, cli_value(cli, "reason"));
    if (cli->argument_count > 1)
        say_date(&say, cli->arguments[1], cli_value(cli, "precision"), &dated->date);
    else /* suspend and resume: from the day on which it was said */
        dated->date = (struct mp_date){
            .day = say.change.stated_on != MP_DAY_NONE ? say.change.stated_on
                                                       : instance_today(&say.instance),
            .precision = MP_PRECISION_DAY,
        };
    return say_finish(&say);
}

int verb_baseline(struct cli *cli)
{
    return say_dated(cli, MP_CHANGE_BASELINE);
}

int verb_forecast(struct cli *cli)
{
    return say_dated(cli, MP_CHANGE_FORECAST);
}

int verb_met(struct cli *cli)
{
    return say_dated(cli, MP_CHANGE_MET);
}

int verb_confirm(struct cli *cli)
{
    return say_dated(cli, MP_CHANGE_CONFIRMED);
}

int verb_suspend(struct cli *cli)
{
    return say_dated(cli, MP_CHANGE_SUSPENSION);
}

int verb_resume(struct cli *cli)
{
    return say_dated(cli, MP_CHANGE_RESUMPTION);
}

int verb_progress(struct cli *cli)
{
    struct say say;
    int status = say_begin(cli, MP_CHANGE_PROGRESS, &say);

    if (status != CLI_OK)
        return status;
    say.change.progress.milestone = cli->arguments[0];
    say_decimal(&say, "percent", cli->arguments[1], &say.change.progress.percent);
    return say_finish(&say);
}

/* A colon makes the subject a milestone. */
int verb_status(struct cli *cli)
{
    struct say say;
    struct mp_status *stated = &say.change.status;
    int status = say_begin(cli, MP_CHANGE_STATUS, &say);

    if (status != CLI_OK)
        return status;
    if (strchr(cli->arguments[0], ':') != NULL) {
        stated->milestone = cli->arguments[0];
        stated->milestone_status = (enum mp_milestone_status)say_code(
            &say, "milestone_status", MP_FAMILY_MILESTONE_STATUS, cli->arguments[1]);
    } else {
        stated->project = cli->arguments[0];
        stated->project_status = (enum mp_project_status)say_code(
            &say, "project_status", MP_FAMILY_PROJECT_STATUS, cli->arguments[1]);
    }
    return say_finish(&say);
}

/* "2029" is that year; otherwise START..END, each a day. */
static void say_period(struct say *say, const char *text, struct mp_observation *observation)
{
    const char *dots = text == NULL ? NULL : strstr(text, "..");
    struct mp_date year;

    if (text == NULL)
        return;
    if (dots != NULL) {
        const char *start =
            mp_arena_text(say->cli->arena, mp_span_make(text, (size_t)(dots - text)));

        say_day(say, "period_start", start, &observation->period_start);
        say_day(say, "period_end", dots + 2, &observation->period_end);
    } else if (mp_date_parse(text, &year) == 0) {
        observation->period_start = mp_date_begin(year);
        observation->period_end = year.day;
    } else {
        say_wrong(say, MP_REJECT_PERIOD_INVALID, "period_start",
                  "\"%s\" is no period: give a year as 2029, another date as 2029-Q2, or two days "
                  "as 2029-01-01..2029-03-31",
                  text);
    }
}

int verb_observe(struct cli *cli)
{
    struct say say;
    struct mp_observation *observation = &say.change.observation;
    const char *kind = cli_value(cli, "kind");
    int status = say_begin(cli, MP_CHANGE_OBSERVATION, &say);

    if (status != CLI_OK)
        return status;
    observation->project = cli->arguments[0];
    observation->indicator = cli->arguments[1];
    say_decimal(&say, "value", cli->arguments[2], &observation->value);
    observation->kind = (enum mp_observation_kind)say_code(&say, "kind", MP_FAMILY_OBSERVATION_KIND,
                                                           kind == NULL ? "actual" : kind);
    say_period(&say, cli_value(cli, "period"), observation);
    say_text(cli_value(cli, "region"), &observation->region);
    return say_finish(&say);
}

int verb_withdraw(struct cli *cli)
{
    struct say say;
    int64_t seq = 0;
    int status = say_begin(cli, MP_CHANGE_WITHDRAWAL, &say);

    if (status != CLI_OK)
        return status;
    say_number(&say, "seq", cli->arguments[0], 1, INT64_MAX, &seq);
    say.change.withdrawal.seq = (uint64_t)seq;
    return say_finish(&say);
}
