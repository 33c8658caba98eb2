/* report: the pages that a committee reads: what slipped, by how much, why, what it pushes, who is
 * silent. */
#include "clients/cli/ask.h"
#include "clients/cli/options.h"
#include "clients/cli/report.h"
#include "clients/cli/verbs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SINCE_DAYS 92 /* a quarter, when --since is not given */

const char *report_day(const struct report *report, int32_t day)
{
    char text[MP_DAY_TEXT];

    mp_day_format(day, text);
    return cli_text(report->arena, "%s", text);
}

const struct mp_picture_milestone *report_at(const struct report *report, uint32_t milestone)
{
    return &report->picture->milestones[milestone];
}

const char *report_title(const struct report *report, uint32_t milestone)
{
    const struct mp_picture_milestone *one = report_at(report, milestone);

    return cli_text(report->arena, "%s (%s)", one->record.definition.title.en, one->id);
}

const char *report_days(const struct report *report, const struct mp_days *days)
{
    return days->absence != MP_ABSENT_NOT ? "–" : cli_text(report->arena, "%+d", (int)days->days);
}

const char *report_ratio(const struct report *report, const struct mp_ratio *ratio)
{
    return ratio->absence != MP_ABSENT_NOT ? "–"
                                           : cli_text(report->arena, "%.2f", mp_ratio_value(ratio));
}

static int compare_ranked(const void *left, const void *right)
{
    const struct report_ranked *a = left, *b = right;

    if (a->days != b->days)
        return a->days > b->days ? -1 : 1;
    return a->milestone < b->milestone ? -1 : a->milestone > b->milestone;
}

struct report_ranked *report_rank(const struct report *report, report_figure figure,
                                  size_t *ret_count)
{
    struct report_ranked *ranked =
        mp_arena_array(report->arena, report->scope_count, sizeof(*ranked));
    size_t count = 0;

    for (size_t i = 0; i < report->scope_count && ranked != NULL; i++) {
        ranked[count].milestone = report->scope[i];
        count += figure(report, report->scope[i], &ranked[count].days);
    }
    if (count > 0)
        qsort(ranked, count, sizeof(*ranked), compare_ranked);
    *ret_count = count;
    return ranked;
}

void report_left_out(struct report *report, size_t count)
{
    if (count > 0)
        document_paragraph(&report->document, "%zu more %s not shown.", count,
                           count == 1 ? "is" : "are");
}

static int write_all(struct report *report)
{
    static int (*const chapters[])(struct report *) = {
        report_summary, report_slips,   report_worst,  report_knock_ons,
        report_overdue, report_undated, report_silent, report_corridors,
    };

    for (size_t i = 0; i < MP_LENGTH(chapters); i++) {
        int status = chapters[i](report);

        if (status != CLI_OK)
            return status;
    }
    report_reasons(report);
    report_method(report);
    return CLI_OK;
}

static int write_report(struct report *report)
{
    struct pictured *pictured = report->pictured;
    struct mp_picture *picture = report->picture;
    const char *what = pictured->prefix[0] == '\0' ? "the whole programme" : pictured->prefix;
    int status;

    report->scope = mp_arena_array(report->arena, picture->milestone_count, sizeof(uint32_t));
    if (report->scope == NULL)
        return cli_no_memory();
    for (uint32_t i = 0; i < picture->milestone_count; i++) {
        if (mp_picture_covers(picture, pictured->prefix, i))
            report->scope[report->scope_count++] = i;
    }
    document_begin(&report->document, pictured->cli->output == CLI_HTML,
                   cli_text(report->arena, "Slippage report: %s", what),
                   cli_text(report->arena, "As of %s; what moved since %s.",
                            report_day(report, picture->options.today),
                            report_day(report, report->since)));
    status = write_all(report);
    document_end(&report->document);
    if (status == CLI_OK && report->document.text.error != 0)
        status = report->document.text.error == MP_ETOOBIG
                     ? cli_fail(CLI_FAILED, "the report would be too large; give a PREFIX")
                     : cli_no_memory();
    if (status == CLI_OK && fwrite(report->document.text.data, 1, report->document.text.size,
                                   stdout) != report->document.text.size)
        status = cli_fail(CLI_FAILED, "cannot write the output: %s", strerror(errno));
    mp_buffer_done(&report->document.text);
    return status;
}

static int run_report(struct cli *cli)
{
    struct pictured pictured;
    struct report report = {.pictured = &pictured, .since = MP_DAY_NONE, .arena = cli->arena};
    const char *since = cli_value(cli, "since");
    int status;

    if (since != NULL && ask_read_day("--since", since, &report.since) != CLI_OK)
        return CLI_USAGE;
    status = pictured_begin(cli, cli->argument_count > 0 ? cli->arguments[0] : NULL, MP_GAPS_STATED,
                            &pictured);
    if (status == CLI_OK)
        status = pictured_since(&pictured, report.since);
    if (status == CLI_OK)
        status = pictured_history(&pictured, pictured.prefix);
    if (status == CLI_OK) {
        report.picture = pictured.picture;
        if (since == NULL)
            report.since = report.picture->options.today - SINCE_DAYS;
        status = write_report(&report);
    }
    return pictured_end(&pictured, status);
}

const struct cli_command verb_report = {
    .name = "report",
    ARGUMENTS("[PREFIX]", 0, 1),
    .summary = "what slipped, by how much, why, what it pushes and who is silent, to print",
    .details = "PREFIX is a project path: everything under it. -o md prints Markdown, -o html one "
               "file to print or to send, with the trend charts of the largest slips drawn in it "
               "and no script." PICTURED_GAPS_STATED,
    .example = "milepost report --as-of 2025-09-26 -o html > jcc-14.html\nmilepost report ml-1/ "
               "--since 2025-01-01 -o md",
    .formats = 1u << CLI_MD | 1u << CLI_HTML,
    OPTIONS(DATE("since", "DAY", "what moved after this day; 92 days before when not given"), GAPS,
            AS_OF),
    .run = run_report,
};
