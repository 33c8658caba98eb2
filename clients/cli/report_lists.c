/* Lists of the report: who is pushed, what is overdue, what has no date, who is silent. */
#include "clients/cli/report.h"

static bool knock_on_figure(const struct report *report, uint32_t milestone, int32_t *ret_days)
{
    *ret_days = report_at(report, milestone)->figures.knock_on_days;
    return *ret_days > 0;
}

int report_knock_ons(struct report *report)
{
    struct document *document = &report->document;
    size_t count, i = 0;
    const struct report_ranked *pushed = report_rank(report, knock_on_figure, &count);

    if (pushed == NULL)
        return cli_no_memory();
    document_heading(document, 2, false, "Pushed by others");
    if (count == 0) {
        document_paragraph(document, "None.");
        return CLI_OK;
    }
    document_table(document, "lddrl", "Milestone|Its own date|Projected|Knock-on|Root");
    for (; i < count && i < REPORT_ROWS_MOST; i++) {
        const struct mp_picture_milestone *one = report_at(report, pushed[i].milestone);

        document_row(document);
        document_cell(document, "%s", report_title(report, pushed[i].milestone));
        document_cell(document, "%s", report_day(report, one->figures.expected_day));
        document_cell(document, "%s", report_day(report, one->figures.projected_day));
        document_cell(document, "%+d", (int)pushed[i].days);
        document_cell(
            document, "%s",
            report_title(
                report,
                mp_schedule_projection(report->picture->schedule, pushed[i].milestone).root));
    }
    document_table_end(document);
    report_left_out(report, count - i);
    return CLI_OK;
}

static bool overdue_figure(const struct report *report, uint32_t milestone, int32_t *ret_days)
{
    const struct mp_milestone_figures *figures = &report_at(report, milestone)->figures;

    *ret_days = figures->overdue_days;
    return figures->overdue_days > 0 || figures->is_grey;
}

/* "completion, stated on 2017-12-14" where its project is that far; "" elsewhere. */
static const char *project_text(const struct report *report, uint32_t milestone)
{
    struct picture_project_status is;

    if (!picture_lacks_report(report->picture, milestone, &is))
        return "";
    return cli_text(report->arena, "%s, %s %s",
                    mp_code_name(MP_FAMILY_PROJECT_STATUS, (int)is.status),
                    is.is_defined ? "defined on" : "stated on", report_day(report, is.stated_on));
}

int report_overdue(struct report *report)
{
    struct document *document = &report->document;
    size_t count, i = 0;
    const struct report_ranked *overdue = report_rank(report, overdue_figure, &count);

    if (overdue == NULL)
        return cli_no_memory();
    document_heading(document, 2, false, "Overdue, and the grey zone");
    if (count == 0) {
        document_paragraph(document, "None.");
        return CLI_OK;
    }
    document_paragraph(document, "Its project: where that is said to be completed or further, a "
                                 "report of the milestone is missing rather than the work.");
    document_table(document, "ldrdll",
                   "Milestone|Expected|Days past|Last word of it|Grey zone|Its project");
    for (; i < count && i < REPORT_ROWS_MOST; i++) {
        const struct mp_milestone_figures *figures =
            &report_at(report, overdue[i].milestone)->figures;

        document_row(document);
        document_cell(document, "%s", report_title(report, overdue[i].milestone));
        document_cell(document, "%s", report_day(report, figures->expected_day));
        document_cell(document, "%d", (int)figures->overdue_days);
        document_cell(document, "%s", report_day(report, figures->last_word_day));
        document_cell(document, "%s", figures->is_grey ? "yes" : "");
        document_cell(document, "%s", project_text(report, overdue[i].milestone));
    }
    document_table_end(document);
    report_left_out(report, count - i);
    return CLI_OK;
}

static bool undated_figure(const struct report *report, uint32_t milestone, int32_t *ret_days)
{
    *ret_days = 0;
    return report_at(report, milestone)->figures.is_undated;
}

int report_undated(struct report *report)
{
    struct document *document = &report->document;
    size_t count, i = 0;
    const struct report_ranked *undated = report_rank(report, undated_figure, &count);

    if (undated == NULL)
        return cli_no_memory();
    document_heading(document, 2, false, "No date given");
    if (count == 0) {
        document_paragraph(document, "None.");
        return CLI_OK;
    }
    document_table(document, "ld", "Milestone|Last word");
    for (; i < count && i < REPORT_ROWS_MOST; i++) {
        int32_t word = report_at(report, undated[i].milestone)->figures.last_word_day;

        document_row(document);
        document_cell(document, "%s", report_title(report, undated[i].milestone));
        document_cell(document, "%s", word == MP_DAY_NONE ? "never" : report_day(report, word));
    }
    document_table_end(document);
    report_left_out(report, count - i);
    return CLI_OK;
}

static void write_silence(struct report *report, const struct mp_picture_silence *silence)
{
    struct document *document = &report->document;

    document_row(document);
    document_cell(document, "%s (%s)", silence->agency->definition.title.en, silence->agency->id);
    document_cell(document, "%zu", silence->live_project_count);
    document_cell(document, "%u days", silence->interval_days);
    document_cell(document, "%s",
                  silence->last_word_day == MP_DAY_NONE
                      ? "never"
                      : report_day(report, silence->last_word_day));
    document_cell(document, "%s",
                  silence->last_word_day == MP_DAY_NONE
                      ? "–"
                      : cli_text(report->arena, "%d days", (int)silence->overdue_days));
}

int report_silent(struct report *report)
{
    struct document *document = &report->document;
    struct mp_picture_silence *silences;
    size_t count;

    if (mp_picture_silences(report->picture, report->pictured->prefix, report->arena, &silences,
                            &count) != 0)
        return cli_no_memory();
    document_heading(document, 2, false, "Who is silent");
    if (count == 0) {
        document_paragraph(document, "Of the live projects of every agency that has a reporting "
                                     "interval somebody has said something within it.");
        return CLI_OK;
    }
    document_paragraph(document, "Agencies of whose live projects (in preparation or "
                                 "implementation) nobody has said anything within the agency's "
                                 "reporting interval.");
    document_table(document, "lrrdd",
                   "Agency|Live projects|Interval|Last word on them, by anybody|Overdue");
    for (size_t i = 0; i < count; i++)
        write_silence(report, &silences[i]);
    document_table_end(document);
    return CLI_OK;
}
