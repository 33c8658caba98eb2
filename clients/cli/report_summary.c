/* The report in figures: in short, by corridor, by reason, and how to read it. */
#include "clients/cli/report.h"

static bool has_policy(const struct mp_picture *picture)
{
    for (size_t i = 0; i < picture->policy_count; i++) {
        if (picture->policies[i].valid_from <= picture->options.today)
            return true;
    }
    return false;
}

/* "1 is", "2 are". */
static const char *counted(const struct report *report, size_t count, const char *one,
                           const char *many)
{
    return cli_text(report->arena, "%zu %s", count, count == 1 ? one : many);
}

static void write_colours(struct report *report, const struct mp_scope_figures *figures)
{
    size_t judged = figures->colour_counts[MP_COLOUR_GREEN] +
                    figures->colour_counts[MP_COLOUR_AMBER] + figures->colour_counts[MP_COLOUR_RED];

    if (judged == 0) {
        document_paragraph(&report->document,
                           has_policy(report->picture)
                               ? "None has a baseline to be judged against: no colours are given."
                               : "No policy was in force: no colours are given.");
        return;
    }
    document_paragraph(&report->document,
                       "Against their original baselines %s green, %zu amber and %zu red by "
                       "the policy in force; %zu cannot be judged.",
                       counted(report, figures->colour_counts[MP_COLOUR_GREEN], "is", "are"),
                       figures->colour_counts[MP_COLOUR_AMBER],
                       figures->colour_counts[MP_COLOUR_RED], figures->milestone_count - judged);
}

static void write_indexes(struct report *report, const struct mp_scope_figures *figures)
{
    struct document *document = &report->document;

    document_table(document, "lrl", "Measure|Value|Of");
    document_row(document);
    document_cell(document, "Baseline execution index (met ÷ due)");
    document_cell(document, "%s", report_ratio(report, &figures->bei));
    document_cell(document, "%s",
                  figures->bei.absence != MP_ABSENT_NOT
                      ? mp_absence_text(figures->bei.absence)
                      : cli_text(report->arena, "%.0f met of %.0f due", figures->bei.numerator,
                                 figures->bei.denominator));
    document_row(document);
    document_cell(document, "Hit rate since %s", report_day(report, report->since));
    document_cell(document, "%s", report_ratio(report, &figures->hit_rate));
    document_cell(document, "%s",
                  figures->hit_rate.absence != MP_ABSENT_NOT
                      ? mp_absence_text(figures->hit_rate.absence)
                      : cli_text(report->arena, "%.0f on time of %.0f due",
                                 figures->hit_rate.numerator, figures->hit_rate.denominator));
    document_row(document);
    document_cell(document, "Earned schedule, SPI(t)");
    if (figures->earned.absence != MP_ABSENT_NOT) {
        document_cell(document, "–");
        document_cell(document, "%s", mp_absence_text(figures->earned.absence));
    } else {
        document_cell(document, "%.2f", figures->earned.spi);
        document_cell(document, "earned what was planned for day %.0f of %.0f",
                      figures->earned.es_days, figures->earned.at_days);
    }
    document_row(document);
    document_cell(document, "Mean slip against the original baseline%s",
                  figures->is_weighted ? ", weighted" : "");
    document_cell(document, "%s", report_ratio(report, &figures->slip_mean));
    document_cell(document, "days, of %s with a baseline; the most is %d",
                  counted(report, figures->slip_count, "milestone", "milestones"),
                  (int)figures->slip_most_days);
    document_table_end(document);
}

int report_summary(struct report *report)
{
    struct mp_picture_group *groups;
    const struct mp_scope_figures *figures;
    size_t count;

    if (mp_picture_group(report->picture, report->pictured->prefix, MP_BY_ALL, report->since,
                         report->arena, &groups, &count) != 0)
        return cli_no_memory();
    document_heading(&report->document, 2, false, "In short");
    if (count == 0) {
        document_paragraph(&report->document, "There are no milestones.");
        return CLI_OK;
    }
    figures = &groups[0].figures;
    document_paragraph(
        &report->document,
        "%s, %zu of them with a baseline: %s met, %s late against the original baseline, %s "
        "overdue, %s pushed by others, %s no date at all, %s in the grey zone (the date passed "
        "and nothing was said of it since), %s suspended, %zu cancelled.",
        counted(report, figures->milestone_count, "milestone", "milestones"),
        figures->baselined_count, counted(report, figures->met_count, "is", "are"),
        counted(report, figures->late_original_count, "is", "are"),
        counted(report, figures->overdue_count, "is", "are"),
        counted(report, figures->knocked_on_count, "is", "are"),
        counted(report, figures->undated_count, "has", "have"),
        counted(report, figures->grey_count, "is", "are"),
        counted(report, figures->suspended_count, "is", "are"), figures->cancelled_count);
    write_colours(report, figures);
    write_indexes(report, figures);
    return CLI_OK;
}

int report_corridors(struct report *report)
{
    struct document *document = &report->document;
    struct mp_picture_group *groups;
    size_t count;

    if (mp_picture_group(report->picture, report->pictured->prefix, MP_BY_CORRIDOR, report->since,
                         report->arena, &groups, &count) != 0)
        return cli_no_memory();
    document_heading(document, 2, true, "By corridor");
    if (count == 0) {
        document_paragraph(document, "There are no milestones.");
        return CLI_OK;
    }
    document_table(document, "lrrrrrrrr",
                   "Corridor|Milestones|Met|Late|Most|Mean slip|Overdue|Execution|SPI(t)");
    for (size_t i = 0; i < count; i++) {
        const struct mp_scope_figures *figures = &groups[i].figures;

        document_row(document);
        document_cell(document, "%s", groups[i].title);
        document_cell(document, "%zu", figures->milestone_count);
        document_cell(document, "%zu", figures->met_count);
        document_cell(document, "%zu", figures->late_original_count);
        document_cell(document, "%s",
                      figures->slip_count == 0
                          ? "–"
                          : cli_text(report->arena, "%+d", (int)figures->slip_most_days));
        document_cell(document, "%s", report_ratio(report, &figures->slip_mean));
        document_cell(document, "%zu", figures->overdue_count);
        document_cell(document, "%s", report_ratio(report, &figures->bei));
        document_cell(document, "%s",
                      figures->earned.absence != MP_ABSENT_NOT
                          ? "–"
                          : cli_text(report->arena, "%.2f", figures->earned.spi));
    }
    document_table_end(document);
    return CLI_OK;
}

static bool is_empty(const struct report *report, const size_t *suspensions)
{
    for (int reason = 0; reason <= MP_REASON_UNKNOWN; reason++) {
        if (report->reasons[reason].count > 0 || suspensions[reason] > 0)
            return false;
    }
    return true;
}

void report_reasons(struct report *report)
{
    struct document *document = &report->document;
    size_t suspensions[MP_REASON_UNKNOWN + 1] = {0};

    pictured_count_suspensions(report->pictured, MP_DAY_NONE, suspensions);
    document_heading(document, 2, false, "Why dates moved");
    document_paragraph(document, "Every move to a later date up to the status date, and how often "
                                 "work was suspended, by the reason that was given.");
    if (is_empty(report, suspensions)) {
        document_paragraph(document, "None did.");
        return;
    }
    document_table(document, "lrrr", "Reason|Moves|Days together|Suspensions");
    for (int reason = 0; reason <= MP_REASON_UNKNOWN; reason++) {
        if (report->reasons[reason].count == 0 && suspensions[reason] == 0)
            continue;
        document_row(document);
        document_cell(document, "%s",
                      reason == 0 ? "none given" : mp_code_name(MP_FAMILY_REASON, reason));
        document_cell(document, "%zu", report->reasons[reason].count);
        document_cell(document, "%lld", (long long)report->reasons[reason].days);
        document_cell(document, "%zu", suspensions[reason]);
    }
    document_table_end(document);
}

void report_method(struct report *report)
{
    const struct mp_picture *picture = report->picture;
    struct document *document = &report->document;

    document_heading(document, 2, false, "How to read it");
    document_paragraph(
        document,
        "Late is positive, in days. A slip is the date met, or else projected, less the "
        "baseline; the original baseline is the first recorded and never changes. "
        "Projected: the latest of the expected date, of what the milestone waits for, and "
        "of the status date. Knock-on: how far others push it beyond its own date; its "
        "root is where that begins. Silent: an agency of whose live projects and their "
        "milestones nobody has said anything for longer than it has time to report. "
        "Indexes are left out (–) where a set is smaller than the policy asks for.");
    document_paragraph(document, "%s Computed from the record of epoch %llu up to sequence %llu.",
                       picture->options.gaps == MP_GAPS_PLANNED
                           ? "Assumed: the planned gap between baselines holds where no lag is "
                             "stated."
                           : "Links count with the lags that were stated, none assumed.",
                       (unsigned long long)picture->epoch, (unsigned long long)picture->head);
    for (size_t i = 0; i < picture->policy_count; i++) {
        const struct mp_policy *policy = &picture->policies[i];

        if (policy->valid_from <= picture->options.today)
            document_paragraph(document,
                               "Policy %s from %s: amber from %u days or %u %% of the planned "
                               "duration, red from %u days or %u %%, grey zone after %u days.",
                               policy->programme, report_day(report, policy->valid_from),
                               policy->amber_days, policy->amber_percent, policy->red_days,
                               policy->red_percent, policy->grey_days);
    }
}
