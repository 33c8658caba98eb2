/* What slipped since the last report, and the worst with their charts. */
#include "clients/cli/report.h"

#include "core/base/auto.h"

#include <stdlib.h>
#include <string.h>

#define WORST_MOST        12
#define CHARTS_MOST       6
#define CHART_STEPS_LEAST 3
#define PUSHES_NAMED      3
#define SCRATCH_BYTES     ((size_t)256 << 20)

/* One move to a later date within the time of the report. */
struct slip {
    uint32_t milestone;
    struct mp_move move;
};

struct slips {
    struct slip *items;
    size_t count, capacity;
};

static int compare_slips(const void *left, const void *right)
{
    const struct slip *a = left, *b = right;

    if (a->move.days != b->move.days)
        return a->move.days > b->move.days ? -1 : 1;
    return a->move.seq < b->move.seq ? -1 : a->move.seq > b->move.seq;
}

static int add_slip(struct slips *slips, const struct slip *slip)
{
    if (slips->count == slips->capacity) {
        size_t more = slips->capacity == 0 ? 64 : slips->capacity * 2;
        struct slip *grown = reallocarray(slips->items, more, sizeof(*grown));

        if (grown == NULL)
            return MP_ENOMEM;
        slips->items = grown;
        slips->capacity = more;
    }
    slips->items[slips->count++] = *slip;
    return 0;
}

/* Every move to a later date since the day, the largest first; all moves are added up by reason. */
static int find_slips(struct report *report, struct slips *slips)
{
    MP_AUTO(mp_arena_free) struct mp_arena *scratch = cli_arena(SCRATCH_BYTES);

    for (size_t i = 0; i < report->scope_count; i++) {
        const struct mp_move *moves;
        size_t count;

        mp_arena_reset(scratch);
        moves = mp_picture_moves(report->picture, report->scope[i], scratch, &count);
        if (moves == NULL)
            return MP_ENOMEM;
        mp_reason_totals(moves, count, report->reasons);
        for (size_t m = 0; m < count; m++) {
            struct slip slip = {report->scope[i], moves[m]};

            if (moves[m].is_later && moves[m].stated_on > report->since &&
                add_slip(slips, &slip) != 0)
                return MP_ENOMEM;
        }
    }
    if (slips->count > 0)
        qsort(slips->items, slips->count, sizeof(*slips->items), compare_slips);
    return 0;
}

/* By milestone, which others the schedule puts down to it: the first of them, and how many. */
struct pushes {
    uint32_t named[PUSHES_NAMED];
    uint32_t count;
};

/* NULL when memory is short. */
static struct pushes *find_pushes(const struct report *report)
{
    size_t count = report->picture->milestone_count;
    struct pushes *pushes = mp_arena_array(report->arena, count, sizeof(*pushes));

    for (uint32_t i = 0; i < count && pushes != NULL; i++) {
        struct mp_projection at = mp_schedule_projection(report->picture->schedule, i);
        struct pushes *of = at.bound == MP_BOUND_LINK && at.root < count ? &pushes[at.root] : NULL;

        if (of != NULL && of->count < PUSHES_NAMED)
            of->named[of->count] = i;
        if (of != NULL)
            of->count++;
    }
    return pushes;
}

static const char *pushes_text(const struct report *report, const struct pushes *pushes)
{
    const char *text = pushes->count == 0 ? "–" : "";

    for (uint32_t i = 0; i < pushes->count && i < PUSHES_NAMED; i++)
        text = cli_text(report->arena, "%s%s%s", text, i > 0 ? ", " : "",
                        report_at(report, pushes->named[i])->id);
    return pushes->count <= PUSHES_NAMED
               ? text
               : cli_text(report->arena, "%s and %u more", text, pushes->count - PUSHES_NAMED);
}

static const struct mp_picture_statement *said_of(const struct report *report,
                                                  const struct slip *slip)
{
    size_t count;
    const struct mp_picture_statement *said =
        mp_picture_statements(report->picture, slip->milestone, &count);

    while (count > 1 && said->entry.seq != slip->move.seq) {
        said++;
        count--;
    }
    return said;
}

static void write_slip(struct report *report, const struct slip *slip, const struct pushes *pushes)
{
    struct document *document = &report->document;
    const struct mp_picture_statement *said = said_of(report, slip);
    int32_t original = report_at(report, slip->milestone)->figures.original_day;
    const char *reason = mp_code_name(MP_FAMILY_REASON, (int)slip->move.reason);

    document_row(document);
    document_cell(document, "%s", report_title(report, slip->milestone));
    document_cell(document, "%s", report_day(report, slip->move.before.day));
    document_cell(document, "%s", report_day(report, slip->move.date.day));
    document_cell(document, "%+d", (int)slip->move.days);
    document_cell(document, "%s",
                  original == MP_DAY_NONE
                      ? "–"
                      : cli_text(report->arena, "%+d", (int)(slip->move.date.day - original)));
    document_cell(document, "%s", reason[0] == '\0' ? "none given" : reason);
    document_cell(document, "%s", said->said_by[0] != '\0' ? said->said_by : said->agency);
    document_cell(document, "%s", report_day(report, slip->move.stated_on));
    document_cell(document, "%s", pushes_text(report, pushes));
}

static int write_slips(struct report *report, struct slips *slips)
{
    struct document *document = &report->document;
    const struct pushes *pushes = find_pushes(report);
    size_t shown = 0;

    if (pushes == NULL || find_slips(report, slips) != 0)
        return cli_no_memory();
    document_heading(
        document, 2, false,
        cli_text(report->arena, "What slipped since %s", report_day(report, report->since)));
    if (slips->count == 0) {
        document_paragraph(document, "No date moved later.");
        return CLI_OK;
    }
    document_paragraph(document,
                       slips->count == 1
                           ? "%zu statement moved a date later."
                           : "%zu statements moved a date later, the largest move first.",
                       slips->count);
    document_table(document, "lddrrlldl",
                   "Milestone|From|To|Days|Since original|Reason|Said by|Said on|Pushes");
    for (; shown < slips->count && shown < REPORT_ROWS_MOST; shown++)
        write_slip(report, &slips->items[shown], &pushes[slips->items[shown].milestone]);
    document_table_end(document);
    report_left_out(report, slips->count - shown);
    return CLI_OK;
}

int report_slips(struct report *report)
{
    struct slips slips = {.items = NULL};
    int status = write_slips(report, &slips);

    free(slips.items);
    return status;
}

static bool slip_figure(const struct report *report, uint32_t milestone, int32_t *ret_days)
{
    const struct mp_days *slip = &report_at(report, milestone)->figures.slip_original;

    *ret_days = slip->days;
    return slip->absence == MP_ABSENT_NOT && slip->days > 0;
}

static size_t count_steps(const struct chart *chart)
{
    size_t count = 0;

    for (size_t i = 0; i < chart->count; i++)
        count += !chart->moves[i].is_aside;
    return count;
}

/* Charts of the largest slips that moved at least twice: a level line says less than its row. */
static int write_charts(struct report *report, const struct report_ranked *worst, size_t count)
{
    size_t drawn = 0;

    for (size_t i = 0; i < count && drawn < CHARTS_MOST; i++) {
        struct chart chart = {.title = report_title(report, worst[i].milestone),
                              .met_day = report_at(report, worst[i].milestone)->figures.actual_day,
                              .today = report->picture->options.today};

        chart.moves =
            mp_picture_moves(report->picture, worst[i].milestone, report->arena, &chart.count);
        if (chart.moves == NULL)
            return cli_no_memory();
        if (count_steps(&chart) < CHART_STEPS_LEAST)
            continue;
        if (drawn++ == 0)
            document_heading(&report->document, 3, false,
                             "How the dates of the largest slips moved");
        document_chart(&report->document, &chart);
    }
    return CLI_OK;
}

static void write_worst_row(struct report *report, uint32_t milestone)
{
    struct document *document = &report->document;
    const struct mp_picture_milestone *one = report_at(report, milestone);

    document_row(document);
    document_cell(document, "%s", report_title(report, milestone));
    document_cell(
        document, "%s",
        mp_code_name(MP_FAMILY_MILESTONE_STATUS, (int)mp_milestone_status_now(&one->record)));
    document_cell(document, "%s", report_day(report, one->figures.original_day));
    document_cell(document, "%s", report_day(report, one->figures.approved_day));
    document_cell(document, "%s", report_day(report, one->figures.projected_day));
    document_cell(document, "%s", report_days(report, &one->figures.slip_original));
    document_cell(document, "%s", report_days(report, &one->figures.slip_approved));
    document_colour(document, one->figures.against_original.colour);
}

int report_worst(struct report *report)
{
    struct document *document = &report->document;
    size_t count;
    struct report_ranked *worst = report_rank(report, slip_figure, &count);

    if (worst == NULL)
        return cli_no_memory();
    document_heading(document, 2, true, "The largest slips against the original baseline");
    if (count == 0) {
        document_paragraph(document, "None is late.");
        return CLI_OK;
    }
    document_table(document, "lddddrrd",
                   "Milestone|Status|Original|Approved|Projected or met|Days|vs approved|Colour");
    for (size_t i = 0; i < count && i < WORST_MOST; i++)
        write_worst_row(report, worst[i].milestone);
    document_table_end(document);
    return document->is_html ? write_charts(report, worst, count) : CLI_OK;
}
