#include "core/base/auto.h"
#include "proto/map.h"

#include <stddef.h>

#define WIRE(message) Milepost__V1__##message
#define ROW(op_, message, wire_, domain_type, domain_)                                             \
    {                                                                                              \
        .op = MP_MAP_##op_, .wire = offsetof(WIRE(message), wire_),                                \
        .domain = offsetof(struct domain_type, domain_), .name = #domain_                          \
    }
#define LIST(message, member, domain_type)                                                         \
    {                                                                                              \
        .op = MP_MAP_LIST, .wire = offsetof(WIRE(message), member),                                \
        .count = offsetof(WIRE(message), n_##member),                                              \
        .domain = offsetof(struct domain_type, member), .name = #member                            \
    }

#define TERM(op, member) ROW(op, Term, member, mp_term, member)
static const struct mp_map_row term_rows[] = {
    TERM(NUMBER, scheme),
    TERM(TEXT, code),
    TERM(TITLE, title),
    TERM(DAY, published_on),
};

#define AGENCY(op, member) ROW(op, Agency, member, mp_agency, member)
static const struct mp_map_row agency_rows[] = {
    AGENCY(TEXT, id),
    AGENCY(TITLE, title),
    AGENCY(NUMBER, role),
    LIST(Agency, grants, mp_agency),
    AGENCY(NUMBER, report_interval_days),
};

#define KEY(op, member) ROW(op, KeyAdded, member, mp_key, member)
static const struct mp_map_row key_rows[] = {
    KEY(TEXT, agency),
    KEY(KEY, public_key),
};

#define PROJECT(op, member) ROW(op, Project, member, mp_project, member)
static const struct mp_map_row project_rows[] = {
    PROJECT(TEXT, id),
    PROJECT(TEXT, parent),
    PROJECT(TEXT, programme),
    PROJECT(TITLE, title),
    PROJECT(TEXT, corridor),
    LIST(Project, themes, mp_project),
    LIST(Project, regions, mp_project),
    PROJECT(TEXT, lead_agency),
    LIST(Project, partners, mp_project),
    PROJECT(TEXT, counterpart),
    PROJECT(NUMBER, status),
};

/* PROJECT_REMOVED, MILESTONE_CANCELLED: the union holds the id itself. */
static const struct mp_map_row removed_rows[] = {
    {.op = MP_MAP_TEXT, .wire = offsetof(WIRE(ProjectRemoved), id), .domain = 0, .name = "id"},
};

#define MILESTONE(op, member) ROW(op, Milestone, member, mp_milestone, member)
static const struct mp_map_row milestone_rows[] = {
    MILESTONE(TEXT, id),
    MILESTONE(TITLE, title),
    MILESTONE(NUMBER, type),
    MILESTONE(TEXT, code),
    MILESTONE(NUMBER, weight),
    MILESTONE(TEXT, start),
    ROW(DURATION, Milestone, duration_days_plus_one, mp_milestone, duration_days),
    MILESTONE(TEXT, calendar),
};

#define LINK(op, member)  ROW(op, Link, member, mp_link, member)
#define LINK_REMOVED_ROWS 3
static const struct mp_map_row link_rows[] = {
    LINK(TEXT, predecessor),
    LINK(TEXT, successor),
    LINK(NUMBER, type),
    {.op = MP_MAP_LAG,
     .wire = offsetof(WIRE(Link), lag_days),
     .count = offsetof(WIRE(Link), lag_case),
     .domain = offsetof(struct mp_link, lag_days),
     .name = "lag_days"},
    LINK(TEXT, calendar),
};

#define INDICATOR(op, member) ROW(op, Indicator, member, mp_indicator, member)
static const struct mp_map_row indicator_rows[] = {
    INDICATOR(TEXT, code),    INDICATOR(TITLE, title),      INDICATOR(TEXT, unit),
    INDICATOR(TEXT, measure), INDICATOR(NUMBER, direction),
};

#define DATED(op, member) ROW(op, Baseline, member, mp_dated, member)
#define DATED_ROWS        3 /* all but a baseline's recalled */
static const struct mp_map_row baseline_rows[] = {
    DATED(TEXT, milestone),
    DATED(DATE, date),
    DATED(NUMBER, reason),
    DATED(BOOL, recalled),
};

#define PROGRESS(op, member) ROW(op, Progress, member, mp_progress, member)
static const struct mp_map_row progress_rows[] = {
    PROGRESS(TEXT, milestone),
    PROGRESS(DECIMAL, percent),
};

#define STATUS(op, member) ROW(op, Status, member, mp_status, member)
static const struct mp_map_row status_rows[] = {
    STATUS(TEXT, project),
    STATUS(TEXT, milestone),
    STATUS(NUMBER, project_status),
    STATUS(NUMBER, milestone_status),
};

#define OBSERVATION(op, member) ROW(op, Observation, member, mp_observation, member)
static const struct mp_map_row observation_rows[] = {
    OBSERVATION(TEXT, indicator), OBSERVATION(TEXT, project),     OBSERVATION(NUMBER, kind),
    OBSERVATION(DECIMAL, value),  OBSERVATION(DAY, period_start), OBSERVATION(DAY, period_end),
    OBSERVATION(TEXT, region),
};

#define WITHDRAWAL(op, member) ROW(op, Withdrawal, member, mp_withdrawal, member)
static const struct mp_map_row withdrawal_rows[] = {
    WITHDRAWAL(LONG, seq),
    WITHDRAWAL(CHANGE_KIND, withdrawn_kind),
    WITHDRAWAL(DAY, withdrawn_stated_on),
    WITHDRAWAL(NUMBER, subject_kind),
    WITHDRAWAL(TEXT, subject_id),
};

#define EPOCH(op, member) ROW(op, EpochStarted, member, mp_epoch_start, member)
static const struct mp_map_row epoch_rows[] = {
    EPOCH(LONG, epoch),
    EPOCH(LONG, restored_head),
    EPOCH(TEXT, by),
    EPOCH(TEXT, why),
};

static const struct mp_map_row calendar_rows[] = {
    ROW(TEXT, Calendar, name, mp_calendar_version, name),
    ROW(DAY, Calendar, valid_from, mp_calendar_version, valid_from),
    ROW(WEEKEND, Calendar, weekend, mp_calendar_version, weekend),
    {.op = MP_MAP_CALENDAR_DAYS,
     .wire = offsetof(WIRE(Calendar), days),
     .count = offsetof(WIRE(Calendar), n_days),
     .domain = 0,
     .name = "days"},
};

#define POLICY(op, member) ROW(op, Policy, member, mp_policy, member)
static const struct mp_map_row policy_rows[] = {
    POLICY(TEXT, programme),   POLICY(DAY, valid_from),       POLICY(NUMBER, amber_days),
    POLICY(NUMBER, red_days),  POLICY(NUMBER, amber_percent), POLICY(NUMBER, red_percent),
    POLICY(NUMBER, grey_days), POLICY(NUMBER, report_days),   POLICY(NUMBER, least_for_index),
};

/* Messages that share rows have to lie alike in memory. */
#define SAME_PLACE(a, b, member)                                                                   \
    _Static_assert(offsetof(WIRE(a), member) == offsetof(WIRE(b), member), #b "." #member)
#define SAME_DATED(message)                                                                        \
    SAME_PLACE(Baseline, message, milestone);                                                      \
    SAME_PLACE(Baseline, message, date);                                                           \
    SAME_PLACE(Baseline, message, reason)
SAME_DATED(Forecast);
SAME_DATED(Met);
SAME_DATED(Confirmed);
SAME_DATED(Suspension);
SAME_DATED(Resumption);
SAME_PLACE(KeyAdded, KeyRevoked, agency);
SAME_PLACE(KeyAdded, KeyRevoked, public_key);
SAME_PLACE(ProjectRemoved, MilestoneCancelled, id);
SAME_PLACE(Link, LinkRemoved, predecessor);
SAME_PLACE(Link, LinkRemoved, successor);
SAME_PLACE(Link, LinkRemoved, type);

#define MAP(kind, message, rows_, count)                                                           \
    [MP_CHANGE_##kind] = {                                                                         \
        .type = &milepost__v1__##message##__descriptor, .rows = (rows_), .row_count = (count)}
#define WHOLE(kind, message, rows) MAP(kind, message, rows, MP_LENGTH(rows))

static const struct mp_map maps[MP_CHANGE_LAST + 1] = {
    WHOLE(TERM, term, term_rows),
    WHOLE(AGENCY, agency, agency_rows),
    WHOLE(KEY_ADDED, key_added, key_rows),
    WHOLE(KEY_REVOKED, key_revoked, key_rows),
    WHOLE(PROJECT, project, project_rows),
    WHOLE(PROJECT_REMOVED, project_removed, removed_rows),
    WHOLE(MILESTONE, milestone, milestone_rows),
    WHOLE(MILESTONE_CANCELLED, milestone_cancelled, removed_rows),
    WHOLE(LINK, link, link_rows),
    MAP(LINK_REMOVED, link_removed, link_rows, LINK_REMOVED_ROWS),
    WHOLE(INDICATOR, indicator, indicator_rows),
    WHOLE(BASELINE, baseline, baseline_rows),
    MAP(FORECAST, forecast, baseline_rows, DATED_ROWS),
    MAP(MET, met, baseline_rows, DATED_ROWS),
    MAP(CONFIRMED, confirmed, baseline_rows, DATED_ROWS),
    WHOLE(PROGRESS, progress, progress_rows),
    WHOLE(STATUS, status, status_rows),
    MAP(SUSPENSION, suspension, baseline_rows, DATED_ROWS),
    MAP(RESUMPTION, resumption, baseline_rows, DATED_ROWS),
    WHOLE(OBSERVATION, observation, observation_rows),
    WHOLE(WITHDRAWAL, withdrawal, withdrawal_rows),
    WHOLE(EPOCH_STARTED, epoch_started, epoch_rows),
    WHOLE(CALENDAR, calendar, calendar_rows),
    WHOLE(POLICY, policy, policy_rows),
};

const struct mp_map *mp_map_of_change(enum mp_change_kind kind)
{
    if ((int)kind <= MP_CHANGE_NONE || kind > MP_CHANGE_LAST)
        return NULL;
    return &maps[kind];
}
