/* slippage: how late the milestones are, one by one or in groups. */
#include "clients/cli/ask.h"
#include "clients/cli/fields.h"
#include "clients/cli/options.h"
#include "clients/cli/pictured.h"
#include "clients/cli/verbs.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    enum mp_picture_by by;
} groupings[] = {
    {"all", MP_BY_ALL},       {"programme", MP_BY_PROGRAMME}, {"corridor", MP_BY_CORRIDOR},
    {"region", MP_BY_REGION}, {"agency", MP_BY_AGENCY},       {"project", MP_BY_PROJECT},
};

/* What is asked. */
struct question {
    struct pictured pictured;
    int32_t since;
    int64_t count_most; /* milestones; -1: all */
    const char *by;     /* NULL: milestone by milestone */
};

static void add_colours(json_t **row, const struct mp_scope_figures *figures)
{
    json_t *colours = json_object();

    for (int colour = MP_COLOUR_GREEN; colour < MP_COLOUR_COUNT; colour++)
        fields_add(&colours, mp_colour_name((enum mp_colour)colour),
                   json_integer((json_int_t)figures->colour_counts[colour]));
    fields_add(row, "colours", colours);
}

static void add_counts(json_t **row, const struct mp_scope_figures *figures)
{
    const struct {
        const char *name;
        size_t count;
    } counts[] = {
        {"milestones", figures->milestone_count},
        {"baselined", figures->baselined_count},
        {"met", figures->met_count},
        {"claimed_only", figures->claimed_only_count},
        {"late", figures->late_original_count},
        {"late_approved", figures->late_approved_count},
        {"overdue", figures->overdue_count},
        {"knocked_on", figures->knocked_on_count},
        {"no_date_given", figures->undated_count},
        {"grey_zone", figures->grey_count},
        {"suspended", figures->suspended_count},
        {"cancelled", figures->cancelled_count},
    };

    for (size_t i = 0; i < MP_LENGTH(counts); i++)
        fields_add(row, counts[i].name, json_integer((json_int_t)counts[i].count));
    add_colours(row, figures);
}

static void add_earned(json_t **row, const struct mp_scope_figures *figures)
{
    json_t *earned = json_object();

    if (figures->earned.absence != MP_ABSENT_NOT) {
        fields_add(&earned, "absent", json_string(mp_absence_text(figures->earned.absence)));
        fields_add(row, "earned_schedule", earned);
        return;
    }
    picture_add_day(&earned, "start", figures->earned.start_day);
    fields_add(&earned, "planned_value", picture_real(figures->earned.planned_value, 3));
    fields_add(&earned, "earned_value", picture_real(figures->earned.earned_value, 3));
    fields_add(&earned, "budget", picture_real(figures->earned.budget, 3));
    fields_add(&earned, "es_days", picture_real(figures->earned.es_days, 1));
    fields_add(&earned, "at_days", picture_real(figures->earned.at_days, 1));
    fields_add(&earned, "planned_duration_days",
               picture_real(figures->earned.planned_duration_days, 1));
    fields_add(&earned, "sv_days", picture_real(figures->earned.sv_days, 1));
    fields_add(&earned, "spi", picture_real(figures->earned.spi, 3));
    if (figures->earned.spi > 0)
        fields_add(&earned, "ieac_days", picture_real(figures->earned.ieac_days, 1));
    picture_add_day(&earned, "ieac", figures->earned.ieac_day);
    fields_add(row, "earned_schedule", earned);
}

static json_t *group_row(const struct question *question, const struct mp_picture_group *group)
{
    const struct mp_scope_figures *figures = &group->figures;
    json_t *row = json_object();

    if (strcmp(question->by, "all") != 0)
        fields_add(&row, question->by, json_string(group->key));
    fields_add(&row, "title", json_string(group->title));
    picture_add_day(&row, "status_date", question->pictured.picture->options.today);
    add_counts(&row, figures);
    fields_add(&row, "slips", json_integer((json_int_t)figures->slip_count));
    fields_add(&row, "slip_sum_days", json_integer((json_int_t)figures->slip_sum_days));
    if (figures->slip_count > 0)
        fields_add(&row, "slip_most_days", json_integer(figures->slip_most_days));
    picture_add_ratio(&row, "slip_mean_days", &figures->slip_mean);
    fields_add(&row, "weighted", json_boolean(figures->is_weighted));
    picture_add_ratio(&row, "bei", &figures->bei);
    picture_add_ratio(&row, "hit_rate", &figures->hit_rate);
    picture_add_ratio(&row, "cpli", &figures->cpli);
    picture_add_day(&row, "approved_end", figures->approved_end);
    picture_add_day(&row, "projected_end", figures->projected_end);
    add_earned(&row, figures);
    return row;
}

static int show_groups(struct question *question, enum mp_picture_by by)
{
    char columns[512];
    struct pictured *pictured = &question->pictured;
    struct mp_picture_group *groups;
    struct output *output;
    size_t count;
    int status = CLI_OK;

    if (mp_picture_group(pictured->picture, pictured->prefix, by, question->since,
                         pictured->cli->arena, &groups, &count) != 0)
        return cli_no_memory();
    (void)snprintf(columns, sizeof columns,
                   "%s milestones met late slip_most=slip_most_days "
                   "slip_mean=slip_mean_days.value overdue knocked_on no_date=no_date_given "
                   "grey=grey_zone green=colours.green amber=colours.amber red=colours.red "
                   "bei=bei.value hits=hit_rate.value spi=earned_schedule.spi ~cpli=cpli.value "
                   "~projected_end",
                   by == MP_BY_ALL ? "title"
                                   : cli_text(pictured->cli->arena, "%s ~title", question->by));
    output = output_open(pictured->cli, columns, false);
    for (size_t i = 0; i < count && status == CLI_OK; i++)
        status = output_row(output, group_row(question, &groups[i]));
    return output_close(output, status);
}

/* ---- by reason ---- */

/* NULL: nothing moved and nothing stopped for it. */
static json_t *reason_row(int reason, const struct mp_reason_total *total, size_t suspensions)
{
    json_t *row = json_object();

    if (total->count == 0 && suspensions == 0) {
        json_decref(row);
        return NULL;
    }
    fields_add(&row, "reason",
               json_string(reason == 0 ? "none given" : mp_code_name(MP_FAMILY_REASON, reason)));
    fields_add(&row, "moves", json_integer((json_int_t)total->count));
    fields_add(&row, "days", json_integer((json_int_t)total->days));
    if (total->count > 0)
        fields_add(&row, "mean_days", picture_real((double)total->days / (double)total->count, 1));
    fields_add(&row, "suspensions", json_integer((json_int_t)suspensions));
    return row;
}

static int show_reasons(struct question *question)
{
    struct pictured *pictured = &question->pictured;
    struct mp_picture *picture = pictured->picture;
    struct mp_reason_total totals[MP_REASON_UNKNOWN + 1] = {{0}};
    size_t suspensions[MP_REASON_UNKNOWN + 1] = {0};
    MP_AUTO(mp_arena_free) struct mp_arena *arena = cli_arena((size_t)64 << 20);
    struct output *output;
    int status = pictured_history(pictured, pictured->prefix);

    for (uint32_t i = 0; status == CLI_OK && i < picture->milestone_count; i++) {
        const struct mp_move *moves;
        size_t count;

        if (!mp_picture_covers(picture, pictured->prefix, i))
            continue;
        mp_arena_reset(arena);
        moves = mp_picture_moves(picture, i, arena, &count);
        if (moves == NULL)
            return cli_no_memory();
        while (count > 0 && moves->stated_on <= question->since) {
            moves++;
            count--;
        }
        mp_reason_totals(moves, count, totals);
    }
    if (status != CLI_OK)
        return status;
    pictured_count_suspensions(pictured, question->since, suspensions);
    output = output_open(pictured->cli, "reason moves days mean_days suspensions", false);
    for (int reason = 0; reason <= MP_REASON_UNKNOWN && status == CLI_OK; reason++) {
        json_t *row = reason_row(reason, &totals[reason], suspensions[reason]);

        if (row != NULL)
            status = output_row(output, row);
    }
    return output_close(output, status);
}

/* ---- milestone by milestone ---- */

static int32_t slip_of(const struct mp_picture *picture, uint32_t milestone)
{
    const struct mp_days *slip = &picture->milestones[milestone].figures.slip_original;

    return slip->absence == MP_ABSENT_NOT ? slip->days : INT32_MIN;
}

struct ranked {
    int32_t slip_days;
    uint32_t milestone;
};

/* The latest first; of equal ones the smaller id. */
static int compare_slips(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;

    if (a->slip_days != b->slip_days)
        return a->slip_days > b->slip_days ? -1 : 1;
    return a->milestone < b->milestone ? -1 : a->milestone > b->milestone;
}

static int show_milestones(struct question *question)
{
    static const char columns[] =
        "id status original approved projected slip=slip_original slip_approved "
        "since_last=slip_since_last overdue=overdue_days knock_on=knock_on_days ~root "
        "colour=against_original.colour ~grey_zone ~project_status ~title";
    struct pictured *pictured = &question->pictured;
    const struct mp_picture *picture = pictured->picture;
    struct ranked *order =
        mp_arena_array(pictured->cli->arena, picture->milestone_count + 1, sizeof(*order));
    bool is_whole = !output_has_columns(pictured->cli);
    struct output *output;
    size_t count = 0;
    int status = CLI_OK;

    if (order == NULL)
        return cli_no_memory();
    for (uint32_t i = 0; i < picture->milestone_count; i++) {
        if (mp_picture_covers(picture, pictured->prefix, i))
            order[count++] = (struct ranked){slip_of(picture, i), i};
    }
    if (question->count_most < 0)
        question->count_most = (int64_t)count;
    qsort(order, count, sizeof(*order), compare_slips);
    output = output_open(pictured->cli, columns, false);
    for (size_t i = 0; i < count && (int64_t)i < question->count_most && status == CLI_OK; i++)
        status = output_row(output, picture_milestone_row(picture, order[i].milestone, is_whole));
    return output_close(output, status);
}

static int show(struct question *question)
{
    if (question->by == NULL)
        return show_milestones(question);
    if (strcmp(question->by, "reason") == 0)
        return show_reasons(question);
    for (size_t i = 0; i < MP_LENGTH(groupings); i++) {
        if (strcmp(question->by, groupings[i].word) == 0)
            return show_groups(question, groupings[i].by);
    }
    return cli_fail(CLI_USAGE,
                    "--by %s: expected corridor, agency, region, reason, project, programme or all",
                    question->by);
}

static int run_slippage(struct cli *cli)
{
    struct question question = {.since = MP_DAY_NONE, .count_most = -1, .by = cli_value(cli, "by")};
    const char *most = cli_value(cli, "count");
    const char *since = cli_value(cli, "since");
    int status;

    if (since != NULL && ask_read_day("--since", since, &question.since) != CLI_OK)
        return CLI_USAGE;
    if (most != NULL && mp_text_parse_i64(most, 1, INT32_MAX, &question.count_most) != 0)
        return cli_fail(CLI_USAGE, "--count %s: expected a number of milestones, 1 or more", most);
    status = pictured_begin(cli, cli->argument_count > 0 ? cli->arguments[0] : NULL, MP_GAPS_STATED,
                            &question.pictured);
    if (status == CLI_OK)
        status = pictured_since(&question.pictured, question.since);
    if (status == CLI_OK)
        status = show(&question);
    return pictured_end(&question.pictured, status);
}

const struct cli_command verb_slippage = {
    .name = "slippage",
    ARGUMENTS("[PREFIX]", 0, 1),
    .summary = "how late the milestones are, one by one or in groups",
    .details =
        "PREFIX is a project path: everything under it. Without --by a row a milestone, the latest "
        "first; late is positive, in days, against the original baseline and against the approved "
        "one. project_status is its project's: where that is completion or later and a milestone "
        "is "
        "overdue, a report of it is missing rather than the work.\n\nWith --by a row a group: "
        "counts, slips against the original baseline (weighted "
        "where weights are given), baseline execution index, hit rate, earned schedule and "
        "critical path length index. An index is left out, and -o json says why, where a set has "
        "fewer milestones than the policy asks for. A milestone counts in every region of its "
        "project.\n\n--by reason adds up how far dates moved later, for each reason that was "
        "given, and how often work was suspended for it." PICTURED_GAPS_STATED,
    .example = "milepost slippage gwadar/ --as-of 2022-06-30\nmilepost slippage --by corridor -o "
               "json",
    OPTIONS(TEXT("by", "WHAT", "corridor, agency, region, reason, project, programme or all"),
            NUMBER("count", "N", "at most so many milestones, the latest"),
            DATE("since", "DAY",
                 "count hits of what was due, and moves that were said, after this day"),
            GAPS, AS_OF),
    .run = run_slippage,
};
