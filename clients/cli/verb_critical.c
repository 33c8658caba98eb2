/* critical: what decides when a project ends. */
#include "clients/cli/fields.h"
#include "clients/cli/options.h"
#include "clients/cli/pictured.h"
#include "clients/cli/verbs.h"

#include <stdlib.h>
#include <string.h>

/* A milestone of the scope with its late date. */
struct line {
    uint32_t milestone, position;
    struct mp_late late;
};

static int compare_lines(const void *left, const void *right)
{
    const struct line *a = left, *b = right;

    return a->position < b->position ? -1 : a->position > b->position;
}

static json_t *row_of(const struct mp_picture *picture, const struct line *line)
{
    json_t *row = picture_milestone_row(picture, line->milestone, true);

    if (line->late.has_float) {
        picture_add_day(&row, "late", line->late.late_day);
        fields_add(&row, "float_days", json_integer(line->late.float_days));
    }
    fields_add(&row, "critical", json_boolean(line->late.has_float && line->late.is_critical));
    return row;
}

/* The scope's lines in an order in which causes come first; NULL when memory is short. */
static struct line *make_lines(const struct pictured *pictured, enum mp_anchor anchor,
                               size_t *ret_count, int32_t *ret_end)
{
    struct mp_picture *picture = pictured->picture;
    struct mp_arena *arena = pictured->cli->arena;
    uint32_t *nodes = mp_arena_array(arena, picture->milestone_count + 1, sizeof(*nodes));
    struct mp_late *lates = mp_arena_array(arena, picture->milestone_count + 1, sizeof(*lates));
    struct line *lines = mp_arena_array(arena, picture->milestone_count + 1, sizeof(*lines));
    size_t count = 0;

    if (nodes == NULL || lates == NULL || lines == NULL)
        return NULL;
    for (uint32_t i = 0; i < picture->milestone_count; i++) {
        if (mp_picture_covers(picture, pictured->prefix, i))
            nodes[count++] = i;
    }
    if (mp_schedule_late(picture->schedule, nodes, count, anchor, lates, ret_end) != 0)
        return NULL;
    for (size_t i = 0; i < count; i++)
        lines[i] =
            (struct line){nodes[i], mp_schedule_position(picture->schedule, nodes[i]), lates[i]};
    if (count > 0)
        qsort(lines, count, sizeof(*lines), compare_lines);
    *ret_count = count;
    return lines;
}

static int show(const struct pictured *pictured, enum mp_anchor anchor)
{
    static const char columns[] = "id ~status projected late float=float_days ~bound pushed_by "
                                  "~critical slip=slip_original ~title";
    struct cli *cli = pictured->cli;
    const char *what = pictured->prefix[0] == '\0' ? "the whole programme" : pictured->prefix;
    bool all = cli_given(cli, "all");
    size_t count, shown = 0;
    int32_t end = MP_DAY_NONE;
    struct line *lines = make_lines(pictured, anchor, &count, &end);
    struct output *output;
    char day[MP_DAY_TEXT];
    int status = CLI_OK;

    if (lines == NULL)
        return cli_no_memory();
    output = output_open(cli, columns, false);
    for (size_t i = 0; i < count && status == CLI_OK; i++) {
        if (!all && !(lines[i].late.has_float && lines[i].late.is_critical))
            continue;
        shown++;
        status = output_row(output, row_of(pictured->picture, &lines[i]));
    }
    status = output_close(output, status);
    if (status != CLI_OK || cli->output != CLI_TABLE)
        return status;
    (void)fflush(stdout);
    mp_day_format(end, day);
    if (end == MP_DAY_NONE)
        (void)fprintf(stderr, "nothing in %s has a date\n", what);
    else
        (void)fprintf(stderr, "%s ends on %s; %zu of %zu milestones shown%s\n", what, day, shown,
                      count,
                      pictured->picture->options.gaps == MP_GAPS_PLANNED
                          ? "; gaps between baselines are assumed where no lag is stated"
                          : "");
    return CLI_OK;
}

static int run_critical(struct cli *cli)
{
    const char *against = cli_value(cli, "against");
    enum mp_anchor anchor = MP_ANCHOR_EARLY;
    struct pictured pictured;
    int status;

    if (against != NULL && strcmp(against, "baseline") != 0 && strcmp(against, "early") != 0)
        return cli_fail(CLI_USAGE, "--against %s: expected baseline or early", against);
    if (against != NULL && against[0] == 'b')
        anchor = MP_ANCHOR_BASELINE;
    status = pictured_begin(cli, cli->arguments[0], MP_GAPS_STATED, &pictured);
    if (status == CLI_OK)
        status = show(&pictured, anchor);
    return pictured_end(&pictured, status);
}

const struct cli_command verb_critical = {
    .name = "critical",
    ARGUMENTS("PROJECT", 1, 1),
    .summary = "what decides when a project ends: its critical path",
    .details = "The milestones of the project and of those under it that have no float: each day "
               "they slip, the end slips. Causes come first. Float is in working days of the "
               "milestone's calendar; negative float is lateness against what the end is measured "
               "by. Milestones that are met or have no date have none." PICTURED_GAPS_STATED,
    .example = "milepost critical ml-1\nmilepost critical ml-1 --against baseline --all",
    OPTIONS(FLAG("all", "those with float too"),
            TEXT("against", "early|baseline",
                 "the end to keep: the projected one (early), or each end's approved baseline"),
            GAPS, AS_OF),
    .run = run_critical,
};
