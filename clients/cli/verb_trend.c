/* trend: how the date of a milestone moved, as a chart. */
#include "clients/cli/chart.h"
#include "clients/cli/fields.h"
#include "clients/cli/options.h"
#include "clients/cli/pictured.h"
#include "clients/cli/verbs.h"

#define CHART_ROWS    18
#define SVG_WIDTH     760
#define SVG_HEIGHT    360
#define DOCUMENT_MOST ((size_t)64 << 20)

static json_t *row_of(const struct mp_picture *picture, uint32_t milestone,
                      const struct mp_move *move)
{
    size_t count;
    const struct mp_picture_statement *said = mp_picture_statements(picture, milestone, &count);
    int32_t original = picture->milestones[milestone].figures.original_day;
    json_t *row = json_object();

    fields_add(&row, "seq", fields_u64(move->seq));
    picture_add_day(&row, "stated_on", move->stated_on);
    picture_add_text(&row, "kind", mp_code_name(MP_FAMILY_CHANGE, (int)move->kind));
    picture_add_day(&row, "date", move->date.day);
    picture_add_text(&row, "precision",
                     mp_code_name(MP_FAMILY_PRECISION, (int)move->date.precision));
    if (!move->is_first && !move->is_aside)
        fields_add(&row, "moved_days", json_integer(move->days));
    if (original != MP_DAY_NONE)
        fields_add(&row, "slip_original", json_integer(move->date.day - original));
    picture_add_text(&row, "reason", mp_code_name(MP_FAMILY_REASON, (int)move->reason));
    for (size_t i = 0; i < count; i++) {
        if (said[i].entry.seq != move->seq)
            continue;
        picture_add_text(&row, "said_by", said[i].said_by);
        picture_add_text(&row, "agency", said[i].agency);
        picture_add_text(&row, "source", said[i].reference);
    }
    return row;
}

/* The statement that it was met, as the move that ended it. Whether it was. */
static bool find_end(const struct mp_milestone_record *record, const struct chart *chart,
                     struct mp_move *ret_end)
{
    bool is_confirmed = record->confirmed.seq != 0 && mp_date_is_set(record->confirmed.date);
    const struct mp_slot *slot = is_confirmed ? &record->confirmed : &record->met;
    struct mp_move end = {.seq = slot->seq,
                          .kind = is_confirmed ? MP_CHANGE_CONFIRMED : MP_CHANGE_MET,
                          .stated_on = slot->stated_on,
                          .date = slot->date,
                          .is_first = chart->count == 0};

    for (size_t i = 0; i < chart->count; i = chart_next_step(chart, i))
        end.days = slot->date.day - chart->moves[i].date.day;
    *ret_end = end;
    return slot->seq != 0;
}

static size_t chart_columns(void)
{
    size_t columns = output_columns();

    return columns == 0 ? 80 : columns > 160 ? 160 : columns;
}

static int print_svg(const struct chart *chart)
{
    struct mp_buffer buffer;
    int error;

    mp_buffer_init(&buffer, DOCUMENT_MOST);
    error = chart_svg(&buffer, chart, SVG_WIDTH, SVG_HEIGHT);
    if (error == 0)
        (void)fwrite(buffer.data, 1, buffer.size, stdout);
    mp_buffer_done(&buffer);
    return error == 0 ? CLI_OK : cli_no_memory();
}

/* Rows, and for people the chart before them. */
static int show(const struct pictured *pictured, uint32_t milestone)
{
    const struct mp_picture *picture = pictured->picture;
    const struct mp_picture_milestone *one = &picture->milestones[milestone];
    struct cli *cli = pictured->cli;
    struct chart chart = {
        .title = cli_text(cli->arena, "%s  %s", one->id, one->record.definition.title.en),
        .met_day = one->figures.actual_day,
        .today = picture->options.today};
    struct output *output;
    struct mp_move end;
    bool is_met;
    int status = CLI_OK;

    chart.moves = mp_picture_moves(picture, milestone, cli->arena, &chart.count);
    if (chart.moves == NULL)
        return cli_no_memory();
    if (cli->output == CLI_SVG)
        return print_svg(&chart);
    if (cli->output == CLI_TABLE && chart.count > 0) {
        (void)output_show(stdout, chart.title);
        (void)fputs("\n\n", stdout);
        chart_print(stdout, &chart, chart_columns(), CHART_ROWS, cli->color);
        (void)fputc('\n', stdout);
    }
    output = output_open(cli,
                         "stated_on kind date ~precision moved=moved_days slip=slip_original "
                         "reason ~said_by ~agency ~seq",
                         false);
    for (size_t i = 0; i < chart.count && status == CLI_OK; i++)
        status = output_row(output, row_of(picture, milestone, &chart.moves[i]));
    is_met = find_end(&one->record, &chart, &end);
    if (is_met && status == CLI_OK)
        status = output_row(output, row_of(picture, milestone, &end));
    status = output_close(output, status);
    if (status == CLI_OK && chart.count == 0 && !is_met && cli->output == CLI_TABLE)
        (void)fprintf(stderr, "no date was ever given for %s\n", one->id);
    return status;
}

static int run_trend(struct cli *cli)
{
    return pictured_show(cli, show);
}

const struct cli_command verb_trend = {
    .name = "trend",
    ARGUMENTS("MILESTONE", 1, 1),
    .summary = "the milestone trend chart: how its date moved",
    .details = "Upwards the date expected, rightwards the day on which it was said: level holds, "
               "rising slips. Where the line meets the dotted diagonal the day had come and "
               "nothing newer was said: the grey zone. The last row is when it was met. Withdrawn "
               "statements are left out; "
               "'milepost history' has them. -o svg draws a picture.",
    .example = "milepost trend gwadar/airport:opening\nmilepost trend gwadar/airport:opening -o "
               "svg > opening.svg",
    .formats = CLI_USUAL_FORMATS | 1u << CLI_SVG,
    OPTIONS(AS_OF),
    .run = run_trend,
};
