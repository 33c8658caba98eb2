/* explain: everything that a milestone's figures are made of. */
#include "clients/cli/fields.h"
#include "clients/cli/options.h"
#include "clients/cli/pictured.h"
#include "clients/cli/verbs.h"

#include <string.h>

#define CHAIN_MOST 64

static const char *edge_name(const struct mp_picture *picture, uint32_t link)
{
    return link == MP_SCHEDULE_NONE
               ? "activity"
               : mp_code_name(MP_FAMILY_LINK_TYPE, (int)picture->links[link].type);
}

static json_t *step_of(const struct mp_picture *picture, uint32_t node)
{
    struct mp_projection at = mp_schedule_projection(picture->schedule, node);
    json_t *step = json_object();

    fields_add(&step, "id", json_string(mp_schedule_names_at(picture->names, node)));
    picture_add_day(&step, "projected", at.day);
    if (at.bound == MP_BOUND_LINK) {
        fields_add(&step, "waits_for", json_string(mp_schedule_names_at(picture->names, at.via)));
        fields_add(&step, "by", json_string(edge_name(picture, at.link)));
        fields_add(&step, "lag_assumed", json_boolean(at.is_lag_assumed));
    }
    return step;
}

/* The next one back; a chain too long to read goes on with its root. */
static uint32_t next_of(const struct mp_projection *at, size_t step)
{
    if (at->bound != MP_BOUND_LINK)
        return MP_SCHEDULE_NONE;
    return step + 2 < CHAIN_MOST ? at->via : step + 2 == CHAIN_MOST ? at->root : MP_SCHEDULE_NONE;
}

/* From the milestone back to the root, which comes last. */
static json_t *chain_of(const struct mp_picture *picture, uint32_t milestone)
{
    json_t *chain = json_array();

    for (size_t i = 0; milestone != MP_SCHEDULE_NONE && chain != NULL; i++) {
        struct mp_projection at = mp_schedule_projection(picture->schedule, milestone);

        if (json_array_append_new(chain, step_of(picture, milestone)) != 0) {
            json_decref(chain);
            return NULL;
        }
        milestone = next_of(&at, i);
    }
    return chain;
}

/* Whether a lag or duration counts there that somebody stated, or that is assumed. */
static bool is_lag_given(const struct mp_picture *picture, const struct mp_schedule_edge *edge)
{
    return edge->is_assumed || edge->lag_days != 0 ||
           (edge->link != MP_SCHEDULE_NONE && picture->links[edge->link].is_lag_stated);
}

static json_t *waits_of(const struct mp_picture *picture, uint32_t milestone)
{
    size_t count = mp_schedule_edges_in(picture->schedule, milestone);
    json_t *waits = json_array();

    for (size_t i = 0; i < count && waits != NULL; i++) {
        struct mp_schedule_edge edge = mp_schedule_edge_in(picture->schedule, milestone, i);
        json_t *wait = json_object();

        fields_add(&wait, "id", json_string(mp_schedule_names_at(picture->names, edge.from)));
        fields_add(&wait, "by", json_string(edge_name(picture, edge.link)));
        if (is_lag_given(picture, &edge)) {
            fields_add(&wait, "lag_days", json_integer(edge.lag_days));
            fields_add(&wait, "lag_assumed", json_boolean(edge.is_assumed));
            fields_add(&wait, "calendar",
                       json_string(mp_calendars_name(picture->calendars, edge.calendar)));
        }
        picture_add_day(&wait, "gives", edge.day);
        if (json_array_append_new(waits, wait) != 0) {
            json_decref(waits);
            return NULL;
        }
    }
    return waits;
}

static json_t *statement_of(const struct mp_picture_statement *said)
{
    json_t *row = json_object();

    fields_add(&row, "seq", fields_u64(said->entry.seq));
    picture_add_text(&row, "kind", mp_code_name(MP_FAMILY_CHANGE, (int)said->entry.kind));
    picture_add_day(&row, "stated_on", said->entry.stated_on);
    if (mp_date_is_set(said->entry.date)) {
        picture_add_day(&row, "date", said->entry.date.day);
        picture_add_text(&row, "precision",
                         mp_code_name(MP_FAMILY_PRECISION, (int)said->entry.date.precision));
    }
    picture_add_text(&row, "reason", mp_code_name(MP_FAMILY_REASON, (int)said->entry.reason));
    if (said->entry.recalled)
        fields_add(&row, "recalled", json_true());
    if (said->entry.withdrawn_by != 0)
        fields_add(&row, "withdrawn_by", fields_u64(said->entry.withdrawn_by));
    picture_add_text(&row, "said_by", said->said_by);
    picture_add_text(&row, "agency", said->agency);
    picture_add_text(&row, "note", said->note);
    picture_add_text(&row, "source", said->reference);
    picture_add_text(&row, "page", said->page);
    return row;
}

/* What the slip since the last report is counted from. */
static int32_t forecast_before(const struct mp_picture_milestone *one)
{
    return one->record.forecast_before.seq == 0 ? MP_DAY_NONE
                                                : one->record.forecast_before.date.day;
}

static json_t *explanation(const struct mp_picture *picture, uint32_t milestone)
{
    size_t count;
    const struct mp_picture_statement *said = mp_picture_statements(picture, milestone, &count);
    json_t *row = picture_milestone_row(picture, milestone, true), *statements = json_array();

    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(statements, statement_of(&said[i]));
    picture_add_day(&row, "forecast_before", forecast_before(&picture->milestones[milestone]));
    fields_add(&row, "chain", chain_of(picture, milestone));
    fields_add(&row, "waits_for", waits_of(picture, milestone));
    fields_add(&row, "statements", statements);
    return row;
}

/* ---- For people ---- */

static const char *day_text(struct mp_arena *arena, int32_t day)
{
    char text[MP_DAY_TEXT];

    mp_day_format(day, text);
    return day == MP_DAY_NONE ? "none" : cli_text(arena, "%s", text);
}

static const char *days_text(struct mp_arena *arena, const struct mp_days *days)
{
    if (days->absence != MP_ABSENT_NOT)
        return cli_text(arena, "absent: %s", mp_absence_text(days->absence));
    return cli_text(arena, "%+d days", (int)days->days);
}

/* With the two days that it is the difference of. */
static const char *slip_text(struct mp_arena *arena, const struct mp_days *days, int32_t from_day)
{
    if (days->absence != MP_ABSENT_NOT)
        return days_text(arena, days);
    return cli_text(arena, "%s: %s − %s", days_text(arena, days),
                    day_text(arena, from_day + days->days), day_text(arena, from_day));
}

/* "12 days: 2025-01-13 − 2025-01-01", from a day on; no more than "0 days" for none. */
static const char *span_text(struct mp_arena *arena, int32_t days, int32_t from_day)
{
    if (days == 0)
        return "0 days";
    return cli_text(arena, "%d days: %s − %s", (int)days, day_text(arena, from_day + days),
                    day_text(arena, from_day));
}

static const char *duration_text(struct mp_arena *arena, const struct mp_milestone_figures *figures)
{
    const struct mp_days *duration = &figures->planned_duration;

    return duration->absence != MP_ABSENT_NOT
               ? days_text(arena, duration)
               : span_text(arena, duration->days, figures->approved_day - duration->days);
}

static void print_line(const char *label, const char *text)
{
    (void)printf("  %-24s ", label);
    (void)output_show(stdout, text);
    (void)fputc('\n', stdout);
}

static const char *verdict_text(struct mp_arena *arena, const struct mp_verdict *verdict)
{
    const char *policy = cli_text(arena, "policy %s from %s", verdict->policy_programme,
                                  day_text(arena, verdict->policy_valid_from));
    const char *colour = mp_colour_name(verdict->colour);

    switch (verdict->ground) {
    case MP_GROUND_WITHIN:
        return cli_text(arena, "%s: %d days reach no threshold (%s)", colour,
                        (int)verdict->slip_days, policy);
    case MP_GROUND_DAYS:
        return cli_text(arena, "%s: %d days reach %u (%s)", colour, (int)verdict->slip_days,
                        verdict->threshold, policy);
    case MP_GROUND_SHARE:
        return cli_text(arena, "%s: %d days reach %u %% of %d days (%s)", colour,
                        (int)verdict->slip_days, verdict->threshold, (int)verdict->duration_days,
                        policy);
    default:
        return "none: no policy in force, or no slip to judge";
    }
}

/* What was said of its project is not said of the milestone, and may tell what became of it. */
static void print_project(const struct mp_picture *picture, uint32_t milestone,
                          struct mp_arena *arena)
{
    uint32_t project = picture->milestones[milestone].project;
    struct picture_project_status is;

    if (!picture_project_status(picture, milestone, &is))
        return;
    print_line("its project", cli_text(arena, "%s: %s, %s %s", picture->projects[project].id,
                                       mp_code_name(MP_FAMILY_PROJECT_STATUS, (int)is.status),
                                       is.is_defined ? "by its definition of" : "stated on",
                                       day_text(arena, is.stated_on)));
}

static const char *grey_text(const struct mp_picture *picture, uint32_t milestone)
{
    struct picture_project_status is;

    return picture_lacks_report(picture, milestone, &is)
               ? "its date passed, and nothing was said of it since; as its project is that far, a "
                 "report is missing, not the work"
               : "its date passed, and nothing was said of it since";
}

static void print_figures(const struct mp_picture *picture, uint32_t milestone,
                          struct mp_arena *arena)
{
    const struct mp_picture_milestone *one = &picture->milestones[milestone];
    const struct mp_milestone_figures *figures = &one->figures;
    int32_t projected = figures->projected_day; /* of a knock-on what the link gives */

    (void)puts("\nDates");
    print_line("original baseline", day_text(arena, figures->original_day));
    print_line("approved baseline", day_text(arena, figures->approved_day));
    print_line("expected", day_text(arena, figures->expected_day));
    print_line(figures->is_claimed_only ? "actual (claimed only)" : "actual",
               day_text(arena, figures->actual_day));
    print_line("projected", day_text(arena, figures->projected_day));
    (void)puts("\nFigures");
    print_line("against the original",
               slip_text(arena, &figures->slip_original, figures->original_day));
    print_line("against the approved",
               slip_text(arena, &figures->slip_approved, figures->approved_day));
    print_line("since the last report",
               slip_text(arena, &figures->slip_last, forecast_before(one)));
    print_line("overdue", span_text(arena, figures->overdue_days, figures->expected_day));
    print_line("knock-on",
               span_text(arena, figures->knock_on_days, projected - figures->knock_on_days));
    print_line("planned duration", duration_text(arena, figures));
    print_line("last word", day_text(arena, figures->last_word_day));
    print_project(picture, milestone, arena);
    if (figures->is_grey)
        print_line("grey zone", grey_text(picture, milestone));
    print_line("colour, original", verdict_text(arena, &figures->against_original));
    print_line("colour, approved", verdict_text(arena, &figures->against_approved));
}

static void print_chain(const struct mp_picture *picture, uint32_t milestone,
                        struct mp_arena *arena)
{
    (void)puts("\nWhy that date");
    for (size_t i = 0; milestone != MP_SCHEDULE_NONE; i++) {
        struct mp_projection at = mp_schedule_projection(picture->schedule, milestone);

        if (i + 1 == CHAIN_MOST)
            (void)printf("  %*s…\n", (int)(2 * i), "");
        (void)printf("  %*s", (int)(2 * i), "");
        (void)output_show(stdout,
                          cli_text(arena, "%s: %s", mp_schedule_names_at(picture->names, milestone),
                                   picture_why(picture, milestone, arena)));
        (void)fputc('\n', stdout);
        milestone = next_of(&at, i);
    }
}

/* What it waits for, be it binding or not. */
static void print_waits(const struct mp_picture *picture, uint32_t milestone,
                        struct mp_arena *arena)
{
    size_t count = mp_schedule_edges_in(picture->schedule, milestone);

    if (count > 0)
        (void)puts("\nWaits for");
    for (size_t i = 0; i < count; i++) {
        struct mp_schedule_edge edge = mp_schedule_edge_in(picture->schedule, milestone, i);
        const char *lag = cli_text(arena, ", lag %d days (%s)%s", (int)edge.lag_days,
                                   mp_calendars_name(picture->calendars, edge.calendar),
                                   edge.is_assumed ? ", the planned gap" : "");

        (void)fputs("  ", stdout);
        (void)output_show(
            stdout, cli_text(arena, "%s: %s%s", mp_schedule_names_at(picture->names, edge.from),
                             edge.day == MP_DAY_NONE
                                 ? "no date"
                                 : cli_text(arena, "gives %s", day_text(arena, edge.day)),
                             is_lag_given(picture, &edge) ? lag : ""));
        (void)fputc('\n', stdout);
    }
}

/* "2023-09-30 (month)"; what is exact is not said to be. */
static const char *date_text(struct mp_arena *arena, struct mp_date date)
{
    if (!mp_date_is_set(date) || date.precision == MP_PRECISION_DAY)
        return mp_date_is_set(date) ? day_text(arena, date.day) : "";
    return cli_text(arena, "%s (%s)", day_text(arena, date.day),
                    mp_code_name(MP_FAMILY_PRECISION, (int)date.precision));
}

static void print_statements(const struct mp_picture *picture, uint32_t milestone,
                             struct mp_arena *arena)
{
    size_t count;
    const struct mp_picture_statement *said = mp_picture_statements(picture, milestone, &count);

    (void)puts("\nSaid");
    for (size_t i = 0; i < count; i++) {
        const struct mp_entry *entry = &said[i].entry;
        const char *reason = mp_code_name(MP_FAMILY_REASON, (int)entry->reason);

        (void)printf("  %s  ", day_text(arena, entry->stated_on));
        (void)output_show(stdout,
                          cli_text(arena, "%-10s %s%s%s%s  %s%s%s",
                                   mp_code_name(MP_FAMILY_CHANGE, (int)entry->kind),
                                   date_text(arena, entry->date), reason[0] == '\0' ? "" : ", ",
                                   reason, entry->withdrawn_by != 0 ? ", withdrawn" : "",
                                   said[i].said_by[0] != '\0' ? said[i].said_by : said[i].agency,
                                   said[i].reference[0] != '\0' ? "  " : "", said[i].reference));
        (void)fputc('\n', stdout);
    }
    if (count == 0)
        (void)puts("  nothing");
}

static int show(const struct pictured *pictured, uint32_t milestone)
{
    const struct mp_picture *picture = pictured->picture;
    const struct mp_picture_milestone *one = &picture->milestones[milestone];
    struct mp_arena *arena = pictured->cli->arena;
    struct output *output;

    if (pictured->cli->output != CLI_TABLE) {
        output = output_open(pictured->cli,
                             "id original approved expected actual projected "
                             "slip_original slip_approved root",
                             true);
        return output_close(output, output_row(output, explanation(picture, milestone)));
    }
    (void)output_show(stdout, cli_text(arena, "%s  %s  (%s), as of %s", one->id,
                                       one->record.definition.title.en,
                                       mp_code_name(MP_FAMILY_MILESTONE_STATUS,
                                                    (int)mp_milestone_status_now(&one->record)),
                                       day_text(arena, picture->options.today)));
    (void)fputc('\n', stdout);
    print_figures(picture, milestone, arena);
    print_chain(picture, milestone, arena);
    print_waits(picture, milestone, arena);
    print_statements(picture, milestone, arena);
    return CLI_OK;
}

static int run_explain(struct cli *cli)
{
    return pictured_show(cli, show);
}

const struct cli_command verb_explain = {
    .name = "explain",
    ARGUMENTS("MILESTONE", 1, 1),
    .summary = "what every figure of a milestone is made of",
    .details = "Baselines, forecast, projected date and why it is that (the chain of links back to "
               "the root), each slip with its inputs, colours with the policy of their day, and "
               "every statement with its source." PICTURED_GAPS_STATED,
    .example = "milepost explain gwadar/airport:opening\nmilepost explain ml-1:completion -o json",
    OPTIONS(GAPS, AS_OF),
    .run = run_explain,
};
