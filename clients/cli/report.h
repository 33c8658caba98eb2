/* What the chapters of the report share. */
#ifndef MP_CLI_REPORT_H
#define MP_CLI_REPORT_H

#include "clients/cli/document.h"
#include "clients/cli/pictured.h"

struct report {
    struct pictured *pictured;
    struct mp_picture *picture;
    struct document document;
    struct mp_arena *arena;
    int32_t since;
    uint32_t *scope; /* milestones under the prefix */
    size_t scope_count;
    struct mp_reason_total reasons[MP_REASON_UNKNOWN + 1]; /* once the slips are written */
};

const char *report_day(const struct report *report, int32_t day);
/* "–" where it is absent. */
const char *report_days(const struct report *report, const struct mp_days *days);
const char *report_ratio(const struct report *report, const struct mp_ratio *ratio);
/* Title and id. */
const char *report_title(const struct report *report, uint32_t milestone);
const struct mp_picture_milestone *report_at(const struct report *report, uint32_t milestone);

/* Milestones of the scope by a figure, the largest first, of equal ones the smaller id. */
struct report_ranked {
    uint32_t milestone;
    int32_t days;
};
/* Whether the milestone is in the list, and its figure. */
typedef bool (*report_figure)(const struct report *report, uint32_t milestone, int32_t *ret_days);
/* NULL when memory is short. */
struct report_ranked *report_rank(const struct report *report, report_figure figure,
                                  size_t *ret_count);

/* A list on paper ends somewhere; this says how much of it is missing. */
#define REPORT_ROWS_MOST 400
void report_left_out(struct report *report, size_t count);

/* The chapters. Exit codes. */
int report_summary(struct report *report);
int report_slips(struct report *report);
int report_worst(struct report *report);
int report_knock_ons(struct report *report);
int report_overdue(struct report *report);
int report_undated(struct report *report);
int report_silent(struct report *report);
int report_corridors(struct report *report);
void report_reasons(struct report *report);
void report_method(struct report *report);

#endif
