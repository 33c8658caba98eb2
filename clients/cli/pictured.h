/* From the command line to a picture of the record: what the verbs share that ask how it stands. */
#ifndef MP_CLI_PICTURED_H
#define MP_CLI_PICTURED_H

#include "clients/cli/instance.h"
#include "clients/cli/output.h"
#include "clients/lib/picture.h"

/* The end of the help of a verb whose --gaps is stated when not given. */
#define PICTURED_GAPS_STATED                                                                       \
    "\n\n--gaps is stated when not given: a link for which nobody stated a lag counts with "       \
    "lag 0. whatif assumes planned, the gap between the two approved baselines, so that its "      \
    "dates can be later than those here; the same --gaps gives the same dates."

struct pictured {
    struct cli *cli;
    struct instance instance;
    struct mp_client *client;
    struct mp_picture *picture;
    const char *prefix; /* of the question; "": everything */
};

/* Opens, reads --as-of or --as-recorded and --gaps (the verb's own default where it has none) and
 * loads. prefix: as typed, NULL for all; it must cover something. An exit code; pictured_end in any
 * case. */
int pictured_begin(struct cli *cli, const char *prefix, enum mp_gaps gaps,
                   struct pictured *ret_pictured);
/* Whether the begin of a time (MP_DAY_NONE: none was given) lies before the status date. An exit
 * code. */
int pictured_since(const struct pictured *pictured, int32_t since);
/* Loads the statements under the prefix. An exit code. */
int pictured_history(struct pictured *pictured, const char *prefix);
/* The milestone of that id. When there is none: says so, with the nearest, and CLI_NOT_FOUND. */
int pictured_milestone(const struct pictured *pictured, const char *id, uint32_t *ret_milestone);
/* The status, having told of what the picture could not take in. */
int pictured_end(struct pictured *pictured, int status);
/* From the first to the last: shows the milestone that the line's first argument names, with the
 * statements of its project, which need not be there any more. An exit code. */
int pictured_show(struct cli *cli,
                  int (*show)(const struct pictured *pictured, uint32_t milestone));

/* Fields; those that are absent are left out, why in NAME_absent. */
void picture_add_day(json_t **object, const char *name, int32_t day);
void picture_add_text(json_t **object, const char *name, const char *text);
void picture_add_ratio(json_t **object, const char *name, const struct mp_ratio *ratio);
/* Rounded to so many digits behind the point. */
json_t *picture_real(double value, int digits);
/* Every figure of the milestone, with its project; or, when not whole, those that a list has
 * columns for. */
json_t *picture_milestone_row(const struct mp_picture *picture, uint32_t milestone, bool is_whole);
/* Suspensions that stand on milestones under the question's prefix, and were said after the day
 * (MP_DAY_NONE: ever), by reason: adds to counts[MP_REASON_UNKNOWN + 1]. After pictured_history. */
void pictured_count_suspensions(const struct pictured *pictured, int32_t since, size_t *counts);
/* The status of a milestone's project that holds on the status date: what was stated of it, or its
 * definition unless that came later. stated_on: of the statement, of the definition where
 * is_defined. Whether there is any. */
struct picture_project_status {
    enum mp_project_status status;
    int32_t stated_on;
    bool is_defined;
};
bool picture_project_status(const struct mp_picture *picture, uint32_t milestone,
                            struct picture_project_status *ret_status);
/* Whether the milestone is overdue though its project is completed: what is missing is a report,
 * not the work. */
bool picture_lacks_report(const struct mp_picture *picture, uint32_t milestone,
                          struct picture_project_status *ret_status);
/* What binds its projected date, in words. */
const char *picture_why(const struct mp_picture *picture, uint32_t milestone,
                        struct mp_arena *arena);

#endif
