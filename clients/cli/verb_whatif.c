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

/* What is asked. */
struct question {
    struct pictured pictured;
    uint32_t milestone;
    /* By milestone, projected without it by the lags that were stated, as other verbs say; NULL:
     * those are what counts here too. */
    int32_t *stated_days;
};

static bool differs(const struct question *question, const struct mp_schedule_move *move)
{
    return question->stated_days != NULL && question->stated_days[move->node] != move->before_day;
}

static json_t *row_of(const struct question *question, const struct mp_schedule_move *move)
{
    const struct mp_picture *picture = question->pictured.picture;
    const struct mp_picture_milestone *one = &picture->milestones[move->node];
    struct mp_projection at = mp_schedule_projection(picture->schedule, move->node);
    int32_t baseline = one->figures.original_day;
    json_t *row = json_object();

    fields_add(&row, "id", json_string(one->id));
    fields_add(&row, "title", json_string(one->record.definition.title.en));
    picture_add_day(&row, "before", move->before_day);
    if (differs(question, move))
        picture_add_day(&row, "before_stated", question->stated_days[move->node]);
    picture_add_day(&row, "after", move->after_day);
    fields_add(&row, "days", json_integer(move->days));
    if (baseline != MP_DAY_NONE && move->after_day != MP_DAY_NONE)
        fields_add(&row, "slip_original", json_integer(move->after_day - baseline));
    fields_add(&row, "changed", json_boolean(move->node == question->milestone));
    if (at.bound == MP_BOUND_LINK) {
        fields_add(&row, "pushed_by", json_string(mp_schedule_names_at(picture->names, at.via)));
        add_lag(&row, picture, move->node, &at);
    }
    return row;
}

/* One milestone has two dates then: this one, and that of the verbs that assume nothing. */
static void say_differs(const struct question *question, size_t count,
                        const struct mp_schedule_move *example)
{
    const struct mp_picture *picture = question->pictured.picture;
    char here[MP_DAY_TEXT], there[MP_DAY_TEXT];

    mp_day_format(example->before_day, here);
    mp_day_format(question->stated_days[example->node], there);
    (void)fprintf(
        stderr,
        "By that assumption %zu of the dates before differ%s from what slippage, explain, "
        "critical and report say (%s: %s here, %s there); --gaps stated gives theirs\n",
        count, count == 1 ? "s" : "", picture->milestones[example->node].id, here,
        question->stated_days[example->node] == MP_DAY_NONE ? "none" : there);
}

static void say_sum(const struct question *question, size_t pushed)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "%zu milestone%s pushed; nothing was recorded. %s\n", pushed,
                  pushed == 1 ? "" : "s",
                  question->stated_days != NULL
                      ? "Assumed: where a link states no lag, the gap between the two approved "
                        "baselines stays as planned (--gaps stated: no gap)"
                      : "Links that state no lag count as lag 0 (--gaps planned: the gap between "
                        "the baselines)");
}

static int show(const struct question *question)
{
    static const char columns[] =
        "id before after days slip=slip_original pushed_by ~lag=lag_days ~lag_assumed ~title";
    const struct mp_schedule *schedule = question->pictured.picture->schedule;
    struct cli *cli = question->pictured.cli;
    struct output *output = output_open(cli, columns, false);
    struct mp_schedule_move example = {.node = MP_SCHEDULE_NONE};
    size_t pushed = 0, differing = 0;
    int status = CLI_OK;

    for (size_t i = 0; i < mp_schedule_move_count(schedule) && status == CLI_OK; i++) {
        struct mp_schedule_move move = mp_schedule_move(schedule, i);

        if (move.days == 0 && move.node != question->milestone)
            continue;
        if (differs(question, &move) && differing++ == 0)
            example = move;
        pushed += move.node != question->milestone;
        status = output_row(output, row_of(question, &move));
    }
    status = output_close(output, status);
    if (status != CLI_OK || cli->output != CLI_TABLE)
        return status;
    say_sum(question, pushed);
    if (differing > 0)
        say_differs(question, differing, &example);
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

/* What the verbs say that take links as they are. */
static int find_stated(struct question *question)
{
    struct mp_picture *picture = question->pictured.picture;

    if (picture->options.gaps == MP_GAPS_STATED)
        return CLI_OK;
    question->stated_days = mp_arena_array(question->pictured.cli->arena, picture->milestone_count,
                                           sizeof(*question->stated_days));
    if (question->stated_days == NULL)
        return cli_no_memory();
    mp_schedule_set_gaps(picture->schedule, MP_GAPS_STATED);
    for (uint32_t i = 0; i < picture->milestone_count; i++)
        question->stated_days[i] = mp_schedule_day(picture->schedule, i);
    mp_schedule_set_gaps(picture->schedule, MP_GAPS_PLANNED);
    return CLI_OK;
}

static int try_it(struct question *question, const char *id, struct mp_date date)
{
    struct mp_picture *picture = question->pictured.picture;
    struct mp_schedule_facts facts;
    int status = pictured_milestone(&question->pictured, id, &question->milestone);

    if (status == CLI_OK)
        status = check(&question->pictured, question->milestone);
    if (status == CLI_OK)
        status = find_stated(question);
    if (status != CLI_OK)
        return status;
    facts = mp_schedule_facts_of(&picture->milestones[question->milestone].record);
    facts.expected_day = date.day;
    say_past(&question->pictured, date.day);
    mp_schedule_trial_begin(picture->schedule);
    if (mp_schedule_update(picture->schedule, question->milestone, &facts, NULL) != 0)
        return cli_no_memory();
    status = show(question);
    mp_schedule_trial_end(picture->schedule);
    return status;
}

static int run_whatif(struct cli *cli)
{
    struct question question = {.stated_days = NULL};
    struct mp_date date;
    int status;

    if (mp_date_parse(cli->arguments[1], &date) != 0)
        return cli_fail(CLI_USAGE, "%s: no such date; give one as 2027-07-31 or 2027-07",
                        cli->arguments[1]);
    status = pictured_begin(cli, NULL, MP_GAPS_PLANNED, &question.pictured);
    if (status == CLI_OK)
        status = try_it(&question, cli->arguments[0], date);
    return pictured_end(&question.pictured, status);
}

const struct cli_command verb_whatif = {
    .name = "whatif",
    ARGUMENTS("MILESTONE DATE", 2, 2),
    .summary = "what would be pushed if a milestone came on another day",
    .details = "Nothing is recorded. Most links state no lag; what stands between two milestones "
               "is then taken as planned: the gap between their approved baselines, marked "
               "lag_assumed; none where the baselines are the other way round. slippage, explain, "
               "critical and report assume no gap, so that dates here can be later than theirs; it "
               "says so where they are, and --gaps stated gives theirs.",
    .example = "milepost whatif ml-1/karachi-rohri:groundbreaking 2027-07-31",
    OPTIONS(TEXT("gaps", "planned|stated", "see above; planned when not given"), AS_OF),
    .run = run_whatif,
};
