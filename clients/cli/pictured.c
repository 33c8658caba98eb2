#include "clients/cli/pictured.h"

#include "clients/cli/ask.h"
#include "clients/cli/fields.h"
#include "clients/cli/fields_table.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

#define EDITS_MOST 4 /* more would be another name */

static int read_gaps(const struct cli *cli, enum mp_gaps usual, enum mp_gaps *ret_gaps)
{
    const char *text = cli_value(cli, "gaps");

    *ret_gaps = usual;
    if (text == NULL)
        return CLI_OK;
    if (strcmp(text, "planned") != 0 && strcmp(text, "stated") != 0)
        return cli_fail(CLI_USAGE, "--gaps %s: expected planned or stated", text);
    *ret_gaps = text[0] == 'p' ? MP_GAPS_PLANNED : MP_GAPS_STATED;
    return CLI_OK;
}

static int fail(const struct pictured *pictured, int error)
{
    if (error == MP_EEXIST)
        return cli_fail(CLI_FAILED, "the links of the record close a cycle: %s",
                        mp_client_why(pictured->client));
    return ask_fail(pictured->cli, &pictured->instance, pictured->client, error);
}

static bool covers_something(const struct pictured *pictured)
{
    const struct mp_picture *picture = pictured->picture;
    size_t size = strlen(pictured->prefix);

    for (size_t i = 0; i < picture->project_count; i++) {
        if (strncmp(picture->projects[i].topic, pictured->prefix, size) == 0)
            return true;
    }
    for (uint32_t i = 0; i < picture->milestone_count; i++) {
        if (mp_picture_covers(picture, pictured->prefix, i))
            return true;
    }
    return size == 0;
}

/* What a prefix that covers nothing may have been. */
static int say_covers_nothing(const struct pictured *pictured)
{
    const char *prefix = pictured->prefix;
    const char *id = cli_text(pictured->cli->arena, "%.*s", (int)strlen(prefix) - 1, prefix);

    if (mp_picture_find_milestone(pictured->picture, id) != MP_PICTURE_NONE)
        return cli_fail(CLI_NOT_FOUND,
                        "%s is a milestone: give a project, or ask milepost explain %s", id, id);
    return cli_fail(CLI_NOT_FOUND, "there is no project under %s; milepost list projects shows all",
                    prefix);
}

int pictured_begin(struct cli *cli, const char *prefix, enum mp_gaps gaps,
                   struct pictured *ret_pictured)
{
    struct mp_picture_options options = {.timeout_ms = cli->timeout_ms};
    int status, error;

    *ret_pictured = (struct pictured){.cli = cli, .prefix = ask_prefix(cli->arena, prefix)};
    status = instance_open(cli, &ret_pictured->instance);
    if (status == CLI_OK) {
        options.today = instance_today(&ret_pictured->instance);
        status = ask_read_as_of(cli, &ret_pictured->instance, &options.as_of, &options.today);
    }
    if (status == CLI_OK)
        status = read_gaps(cli, gaps, &options.gaps);
    if (status == CLI_OK && instance_is_down(&ret_pictured->instance))
        status = instance_say_down();
    if (status == CLI_OK)
        status = instance_client(cli, &ret_pictured->instance, NULL, false, &ret_pictured->client);
    if (status != CLI_OK)
        return status;
    error = mp_picture_load(ret_pictured->client, &options, &ret_pictured->picture);
    if (error < 0)
        return fail(ret_pictured, error);
    if (!covers_something(ret_pictured))
        return say_covers_nothing(ret_pictured);
    return CLI_OK;
}

int pictured_since(const struct pictured *pictured, int32_t since)
{
    int32_t today = pictured->picture->options.today;
    char day[MP_DAY_TEXT];

    if (since == MP_DAY_NONE || since < today)
        return CLI_OK;
    mp_day_format(today, day);
    return cli_fail(CLI_USAGE, "--since %s: give a day before the status date, %s",
                    cli_value(pictured->cli, "since"), day);
}

int pictured_history(struct pictured *pictured, const char *prefix)
{
    int error = mp_picture_history(pictured->client, pictured->picture, prefix);

    return error < 0 ? fail(pictured, error) : CLI_OK;
}

void pictured_count_suspensions(const struct pictured *pictured, int32_t since, size_t *counts)
{
    const struct mp_picture *picture = pictured->picture;

    for (size_t i = 0; i < picture->statement_count; i++) {
        const struct mp_picture_statement *said = &picture->statements[i];

        if (said->entry.kind == MP_CHANGE_SUSPENSION && said->entry.withdrawn_by == 0 &&
            said->entry.stated_on > since &&
            mp_picture_covers(picture, pictured->prefix, said->milestone))
            counts[said->entry.reason]++;
    }
}

/* A sentence's end: what may have been meant. */
static const char *advice(const struct pictured *pictured, const char *id)
{
    const struct mp_picture *picture = pictured->picture;
    struct mp_arena *arena = pictured->cli->arena;
    struct mp_text_nearest nearest = {.word = id, .distance = EDITS_MOST + 1};

    if (mp_picture_find_project(picture, id) != MP_PICTURE_NONE)
        return cli_text(
            arena, "it is a project: milepost list milestones --prefix %s/ shows its milestones",
            id);
    for (size_t i = 0; i < picture->milestone_count; i++)
        mp_text_nearest_try(&nearest, picture->milestones[i].id);
    return nearest.name == NULL ? "milepost list milestones shows all"
                                : cli_text(arena, "did you mean %s?", nearest.name);
}

int pictured_milestone(const struct pictured *pictured, const char *id, uint32_t *ret_milestone)
{
    *ret_milestone = mp_picture_find_milestone(pictured->picture, id);
    if (*ret_milestone != MP_PICTURE_NONE)
        return CLI_OK;
    return cli_fail(CLI_NOT_FOUND, "there is no milestone %s; %s", id, advice(pictured, id));
}

int pictured_end(struct pictured *pictured, int status)
{
    const struct mp_picture *picture = pictured->picture;

    if (picture != NULL && picture->dangling_link_count > 0)
        (void)fprintf(stderr,
                      "links that are not counted, as a milestone of theirs is not there: %zu\n",
                      picture->dangling_link_count);
    if (picture != NULL && picture->unknown_calendar_count > 0)
        (void)fprintf(stderr,
                      "calendars that are named and not defined, so that elapsed days count there: "
                      "%zu\n",
                      picture->unknown_calendar_count);
    mp_picture_free(pictured->picture);
    mp_client_close(pictured->client);
    return status;
}

int pictured_show(struct cli *cli, int (*show)(const struct pictured *pictured, uint32_t milestone))
{
    struct pictured pictured;
    uint32_t milestone = MP_PICTURE_NONE;
    const char *id = cli->arguments[0];
    int status = pictured_begin(cli, NULL, MP_GAPS_STATED, &pictured);

    if (status == CLI_OK)
        status = pictured_milestone(&pictured, id, &milestone);
    if (status == CLI_OK)
        status =
            pictured_history(&pictured, cli_text(cli->arena, "%.*s/", (int)strcspn(id, ":"), id));
    if (status == CLI_OK)
        status = show(&pictured, milestone);
    return pictured_end(&pictured, status);
}

void picture_add_day(json_t **object, const char *name, int32_t day)
{
    if (day != MP_DAY_NONE)
        fields_add(object, name, fields_day(day));
}

void picture_add_text(json_t **object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        fields_add(object, name, json_string(text));
}

static void add_absence(json_t **object, const char *name, enum mp_absence absence)
{
    char key[80];

    (void)snprintf(key, sizeof key, "%s_absent", name);
    fields_add(object, key, json_string(mp_absence_text(absence)));
}

static void add_days(json_t **object, const char *name, const struct mp_days *days)
{
    if (days->absence != MP_ABSENT_NOT)
        add_absence(object, name, days->absence);
    else
        fields_add(object, name, json_integer(days->days));
}

json_t *picture_real(double value, int digits)
{
    char text[64];

    (void)snprintf(text, sizeof text, "%.*f", digits, value);
    return json_real(strtod(text, NULL));
}

void picture_add_ratio(json_t **object, const char *name, const struct mp_ratio *ratio)
{
    json_t *value;

    if (ratio->absence != MP_ABSENT_NOT) {
        add_absence(object, name, ratio->absence);
        return;
    }
    value = json_object();
    fields_add(&value, "value", picture_real(mp_ratio_value(ratio), 3));
    fields_add(&value, "of", picture_real(ratio->numerator, 3));
    fields_add(&value, "over", picture_real(ratio->denominator, 3));
    fields_add(object, name, value);
}

static void add_grounds(json_t **value, const struct mp_verdict *verdict)
{
    static const char *const grounds[] = {"", "within", "days", "share"};

    fields_add(value, "ground", json_string(grounds[verdict->ground]));
    if (verdict->threshold > 0)
        fields_add(value, "threshold", json_integer(verdict->threshold));
    fields_add(value, "slip_days", json_integer(verdict->slip_days));
    if (verdict->duration_days > 0)
        fields_add(value, "duration_days", json_integer(verdict->duration_days));
    fields_add(value, "policy", json_string(verdict->policy_programme));
    picture_add_day(value, "valid_from", verdict->policy_valid_from);
}

/* colour and, when it is wanted whole, ground, threshold, slip, duration and policy, as an object.
 */
static void add_verdict(json_t **object, const char *name, const struct mp_verdict *verdict,
                        bool is_whole)
{
    json_t *value;

    if (verdict->colour == MP_COLOUR_NONE)
        return;
    value = json_object();
    fields_add(&value, "colour", json_string(mp_colour_name(verdict->colour)));
    if (is_whole)
        add_grounds(&value, verdict);
    fields_add(object, name, value);
}

static void add_projection(json_t **row, const struct mp_picture *picture, uint32_t milestone,
                           bool is_whole)
{
    static const char *const bounds[] = {"none", "cancelled", "met", "expected", "today", "link"};
    struct mp_projection at = mp_schedule_projection(picture->schedule, milestone);

    if (is_whole) {
        picture_add_day(row, "link_date", at.link_day);
        fields_add(row, "bound", json_string(bounds[at.bound]));
    }
    if (at.bound != MP_BOUND_LINK)
        return;
    if (is_whole)
        fields_add(row, "pushed_by", json_string(mp_schedule_names_at(picture->names, at.via)));
    fields_add(row, "root", json_string(mp_schedule_names_at(picture->names, at.root)));
    if (is_whole && at.is_lag_assumed)
        fields_add(row, "lag_assumed", json_true());
}

/* In a list it is of use beside what is overdue: perhaps only the report of it is missing. */
static void add_project(json_t **row, const struct mp_picture *picture, uint32_t milestone,
                        bool is_whole)
{
    struct picture_project_status is;

    if ((!is_whole && picture->milestones[milestone].figures.overdue_days == 0) ||
        !picture_project_status(picture, milestone, &is))
        return;
    fields_add(row, "project_status",
               json_string(mp_code_name(MP_FAMILY_PROJECT_STATUS, (int)is.status)));
    if (is_whole && !is.is_defined)
        picture_add_day(row, "project_status_stated_on", is.stated_on);
}

json_t *picture_milestone_row(const struct mp_picture *picture, uint32_t milestone, bool is_whole)
{
    const struct mp_picture_milestone *one = &picture->milestones[milestone];
    const struct mp_milestone_figures *figures = &one->figures;
    const char *status =
        mp_code_name(MP_FAMILY_MILESTONE_STATUS, (int)mp_milestone_status_now(&one->record));
    json_t *row = json_object();

    fields_add(&row, "id", json_string(one->id));
    fields_add(&row, "title", json_string(one->record.definition.title.en));
    if (is_whole && one->project != MP_PICTURE_NONE)
        fields_add(&row, "project", json_string(picture->projects[one->project].id));
    fields_add(&row, "status", json_string(status));
    if (is_whole)
        picture_add_day(&row, "status_date", picture->options.today);
    picture_add_day(&row, "original", figures->original_day);
    picture_add_day(&row, "approved", figures->approved_day);
    if (is_whole) {
        picture_add_day(&row, "expected", figures->expected_day);
        picture_add_day(&row, "actual", figures->actual_day);
    }
    if (is_whole && figures->actual_day != MP_DAY_NONE)
        fields_add(&row, "claimed_only", json_boolean(figures->is_claimed_only));
    picture_add_day(&row, "projected", figures->projected_day);
    add_days(&row, "slip_original", &figures->slip_original);
    add_days(&row, "slip_approved", &figures->slip_approved);
    add_days(&row, "slip_since_last", &figures->slip_last);
    if (is_whole) {
        fields_add(&row, "late_original", json_boolean(figures->is_late_original));
        fields_add(&row, "late_approved", json_boolean(figures->is_late_approved));
    }
    fields_add(&row, "overdue_days", json_integer(figures->overdue_days));
    fields_add(&row, "knock_on_days", json_integer(figures->knock_on_days));
    add_projection(&row, picture, milestone, is_whole);
    fields_add(&row, "grey_zone", json_boolean(figures->is_grey));
    if (is_whole) {
        picture_add_day(&row, "last_word", figures->last_word_day);
        add_days(&row, "planned_duration", &figures->planned_duration);
    }
    add_project(&row, picture, milestone, is_whole);
    add_verdict(&row, "against_original", &figures->against_original, is_whole);
    if (is_whole)
        add_verdict(&row, "against_approved", &figures->against_approved, true);
    if (is_whole && picture->options.as_of.mode == MP_AS_OF_DAY)
        fields_add(&row, "recorded_later", json_boolean(one->is_recorded_later));
    return row;
}

const char *picture_why(const struct mp_picture *picture, uint32_t milestone,
                        struct mp_arena *arena)
{
    struct mp_projection at = mp_schedule_projection(picture->schedule, milestone);
    char day[MP_DAY_TEXT];

    mp_day_format(at.day, day);
    switch (at.bound) {
    case MP_BOUND_NONE:
        return "no date was ever given, and nothing dated leads to it";
    case MP_BOUND_CANCELLED:
        return "it is cancelled";
    case MP_BOUND_MET:
        return cli_text(arena, "it was met on %s", day);
    case MP_BOUND_EXPECTED:
        return cli_text(arena, "its own expected date, %s, is the latest", day);
    case MP_BOUND_TODAY:
        if (picture->milestones[milestone].figures.expected_day == MP_DAY_NONE)
            return cli_text(arena,
                            "it has no date of its own, and what it waits for has passed, so not "
                            "before the status date, %s",
                            day);
        return cli_text(arena, "its own date has passed unmet, so not before the status date, %s",
                        day);
    default: /* MP_BOUND_LINK */
        return cli_text(arena, "%s pushes it to %s%s", mp_schedule_names_at(picture->names, at.via),
                        day, at.is_lag_assumed ? " (the planned gap is assumed to hold)" : "");
    }
}
