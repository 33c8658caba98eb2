/* whatif: what a slip would push. Nothing is recorded. */
#include "clients/cli/fields.h"
#include "clients/cli/options.h"
#include "clients/cli/pictured.h"
#include "clients/cli/verbs.h"

/* Of the link that pushes it: what stands between the two dates. */
static void add_lag(json_t **row, const struct mp_picture *picture, uint32_t node,
                    const struct mp_projection *at)
{
    size_t count = mp_schedule_edges_in(picture->schedule, node);

    fields_add(row, "lag_assumed", json_boolean(at->is_lag_assumed));
    for (size_t i = 0; i < count; i++) {
        struct mp_schedule_edge edge = mp_schedule_edge_in(picture->schedule, node, i);

        if (edge.from != at->via || edge.link != at->link)
            continue;
        fields_add(row, "lag_days", json_integer(edge.lag_days));
        fields_add(row, "calendar",
                   json_string(mp_calendars_name(picture->calendars, edge.calendar)));
        return;
    }
}

static json_t *row_of(const struct mp_picture *picture, uint32_t changed,
                      const struct mp_schedule_move *move)
{
    const struct mp_picture_milestone *one = &picture->milestones[move->node];
    struct mp_projection at = mp_schedule_projection(picture->schedule, move->node);
    int32_t baseline = one->figures.original_day;
    json_t *row = json_object();

    fields_add(&row, "id", json_string(one->id));
    fields_add(&row, "title", json_string(one->record.definition.title.en));
    picture_add_day(&row, "before", move->before_day);
    picture_add_day(&row, "after", move->after_day);
    fields_add(&row, "days", json_integer(move->days));
    if (baseline != MP_DAY_NONE && move->after_day != MP_DAY_NONE)
        fields_add(&row, "slip_original", json_integer(move->after_day - baseline));
    fields_add(&row, "changed", json_boolean(move->node == changed));
    if (at.bound == MP_BOUND_LINK) {
        fields_add(&row, "pushed_by", json_string(mp_schedule_names_at(picture->names, at.via)));
        add_lag(&row, picture, move->node, &at);
    }
    return row;
}

static int show(const struct pictured *pictured, uint32_t milestone)
{
    static const char columns[] =
        "id before after days slip=slip_original pushed_by ~lag=lag_days ~lag_assumed ~title";
    const struct mp_picture *picture = pictured->picture;
    struct output *output = output_open(pictured->cli, columns, false);
    size_t pushed = 0;
    int status = CLI_OK;

    for (size_t i = 0; i < mp_schedule_move_count(picture->schedule) && status == CLI_OK; i++) {
        struct mp_schedule_move move = mp_schedule_move(picture->schedule, i);

        if (move.days == 0 && move.node != milestone)
            continue;
        pushed += move.node != milestone;
        status = output_row(output, row_of(picture, milestone, &move));
    }
    status = output_close(output, status);
    if (status != CLI_OK || pictured->cli->output != CLI_TABLE)
        return status;
    (void)fflush(stdout);
    (void)fprintf(stderr, "%zu milestones pushed; nothing was recorded. %s\n", pushed,
                  picture->options.gaps == MP_GAPS_PLANNED
                      ? "Assumed: where a link states no lag, the gap between the two approved "
                        "baselines stays as planned (--gaps stated: no gap)"
                      : "Links that state no lag count as lag 0 (--gaps planned: the gap between "
                        "the baselines)");
    return CLI_OK;
}

/* A met milestone is not going to slip. */
static int check(const struct pictured *pictured, uint32_t milestone)
{
    const struct mp_picture_milestone *one = &pictured->picture->milestones[milestone];
    char day[MP_DAY_TEXT];

    mp_day_format(one->figures.actual_day, day);
    if (one->figures.actual_day != MP_DAY_NONE)
        return cli_fail(CLI_FAILED, "%s was met on %s and cannot slip any more", one->id, day);
    if (one->record.cancelled_seq != 0)
        return cli_fail(CLI_FAILED, "%s is cancelled", one->id);
    return CLI_OK;
}

/* Nothing that is not met comes before the status date. */
static void say_past(const struct pictured *pictured, int32_t day)
{
    int32_t today = pictured->picture->options.today;
    char text[MP_DAY_TEXT];

    mp_day_format(today, text);
    if (day < today)
        (void)fprintf(stderr, "that day has passed: it counts as the status date, %s\n", text);
}

static int try_it(struct pictured *pictured, const char *id, struct mp_date date)
{
    struct mp_picture *picture = pictured->picture;
    struct mp_schedule_facts facts;
    uint32_t milestone;
    int status = pictured_milestone(pictured, id, &milestone);

    if (status == CLI_OK)
        status = check(pictured, milestone);
    if (status != CLI_OK)
        return status;
    facts = mp_schedule_facts_of(&picture->milestones[milestone].record);
    facts.expected_day = date.day;
    say_past(pictured, date.day);
    mp_schedule_trial_begin(picture->schedule);
    if (mp_schedule_update(picture->schedule, milestone, &facts, NULL) != 0)
        return cli_no_memory();
    status = show(pictured, milestone);
    mp_schedule_trial_end(picture->schedule);
    return status;
}

static int run_whatif(struct cli *cli)
{
    struct pictured pictured;
    struct mp_date date;
    int status;

    if (mp_date_parse(cli->arguments[1], &date) != 0)
        return cli_fail(CLI_USAGE, "%s: no such date; give one as 2027-07-31 or 2027-07",
                        cli->arguments[1]);
    status = pictured_begin(cli, NULL, MP_GAPS_PLANNED, &pictured);
    if (status == CLI_OK)
        status = try_it(&pictured, cli->arguments[0], date);
    return pictured_end(&pictured, status);
}

const struct cli_command verb_whatif = {
    .name = "whatif",
    ARGUMENTS("MILESTONE DATE", 2, 2),
    .summary = "what would be pushed if a milestone came on another day",
    .details = "Nothing is recorded. Most links state no lag; what stands between two milestones "
               "is then taken as planned: the gap between their approved baselines, marked "
               "lag_assumed; none where the baselines are the other way round. --gaps stated takes "
               "links as they are.",
    .example = "milepost whatif ml-1/karachi-rohri:groundbreaking 2027-07-31",
    OPTIONS(TEXT("gaps", "planned|stated", "see above; planned when not given"), AS_OF),
    .run = run_whatif,
};
