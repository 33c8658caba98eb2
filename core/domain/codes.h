/* Every coded word of the domain, once: number on the wire and in the store, and its name as OC4IDS
 * or DESIGN spell it. Numbers never change; 0 is "not given". */
#ifndef MP_DOMAIN_CODES_H
#define MP_DOMAIN_CODES_H

#define MP_ROLES(X)                                                                                \
    X(MP_ROLE_AGENCY, 1, "agency")                                                                 \
    X(MP_ROLE_MONITOR, 2, "monitor")                                                               \
    X(MP_ROLE_AUTHORITY, 3, "authority")                                                           \
    X(MP_ROLE_SERVICE, 4, "service")

#define MP_REASONS(X)                                                                              \
    X(MP_REASON_SECURITY, 1, "security")                                                           \
    X(MP_REASON_LAND, 2, "land")                                                                   \
    X(MP_REASON_CLEARANCE, 3, "clearance")                                                         \
    X(MP_REASON_FINANCING, 4, "financing")                                                         \
    X(MP_REASON_PROCUREMENT, 5, "procurement")                                                     \
    X(MP_REASON_SCOPE, 6, "scope")                                                                 \
    X(MP_REASON_TECHNICAL, 7, "technical")                                                         \
    X(MP_REASON_APPROVAL, 8, "approval")                                                           \
    X(MP_REASON_COUNTERPART, 9, "counterpart")                                                     \
    X(MP_REASON_LAW_AND_ORDER, 10, "law-and-order")                                                \
    X(MP_REASON_UTILITIES, 11, "utilities")                                                        \
    X(MP_REASON_CONTRACTUAL, 12, "contractual")                                                    \
    X(MP_REASON_PANDEMIC, 13, "pandemic")                                                          \
    X(MP_REASON_NATURAL_DISASTER, 14, "natural-disaster")                                          \
    X(MP_REASON_POLITICAL, 15, "political")                                                        \
    X(MP_REASON_UNKNOWN, 16, "unknown")

/* OC4IDS 0.9.5 projectStatus, and suspended, which it lacks. */
#define MP_PROJECT_STATUSES(X)                                                                     \
    X(MP_PROJECT_IDENTIFICATION, 1, "identification")                                              \
    X(MP_PROJECT_PREPARATION, 2, "preparation")                                                    \
    X(MP_PROJECT_IMPLEMENTATION, 3, "implementation")                                              \
    X(MP_PROJECT_COMPLETION, 4, "completion")                                                      \
    X(MP_PROJECT_MAINTENANCE, 5, "maintenance")                                                    \
    X(MP_PROJECT_DECOMMISSIONING, 6, "decommissioning")                                            \
    X(MP_PROJECT_DECOMMISSIONED, 7, "decommissioned")                                              \
    X(MP_PROJECT_CANCELLED, 8, "cancelled")                                                        \
    X(MP_PROJECT_SUSPENDED, 9, "suspended")

/* OC4IDS 0.9.5 milestoneStatus; suspended and cancelled are ours, computed, never stated. */
#define MP_MILESTONE_STATUSES(X)                                                                   \
    X(MP_MILESTONE_SCHEDULED, 1, "scheduled")                                                      \
    X(MP_MILESTONE_MET, 2, "met")                                                                  \
    X(MP_MILESTONE_NOT_MET, 3, "notMet")                                                           \
    X(MP_MILESTONE_PARTIALLY_MET, 4, "partiallyMet")                                               \
    X(MP_MILESTONE_SUSPENDED, 5, "suspended")                                                      \
    X(MP_MILESTONE_CANCELLED, 6, "cancelled")

/* OC4IDS 0.9.5 milestoneType. */
#define MP_MILESTONE_TYPES(X)                                                                      \
    X(MP_TYPE_PRE_PROCUREMENT, 1, "preProcurement")                                                \
    X(MP_TYPE_APPROVAL, 2, "approval")                                                             \
    X(MP_TYPE_ENGAGEMENT, 3, "engagement")                                                         \
    X(MP_TYPE_ASSESSMENT, 4, "assessment")                                                         \
    X(MP_TYPE_DELIVERY, 5, "delivery")                                                             \
    X(MP_TYPE_REPORTING, 6, "reporting")                                                           \
    X(MP_TYPE_FINANCING, 7, "financing")                                                           \
    X(MP_TYPE_PAYMENT, 8, "payment")                                                               \
    X(MP_TYPE_PROCUREMENT, 9, "procurement")                                                       \
    X(MP_TYPE_CONTRACT_CLOSE, 10, "contractClose")

#define MP_LINK_TYPES(X)                                                                           \
    X(MP_LINK_FS, 1, "FS")                                                                         \
    X(MP_LINK_SS, 2, "SS")                                                                         \
    X(MP_LINK_FF, 3, "FF")                                                                         \
    X(MP_LINK_SF, 4, "SF")

#define MP_PRECISIONS(X)                                                                           \
    X(MP_PRECISION_DAY, 1, "day")                                                                  \
    X(MP_PRECISION_WEEK, 2, "week")                                                                \
    X(MP_PRECISION_MONTH, 3, "month")                                                              \
    X(MP_PRECISION_QUARTER, 4, "quarter")                                                          \
    X(MP_PRECISION_HALF, 5, "half")                                                                \
    X(MP_PRECISION_YEAR, 6, "year")

#define MP_OBSERVATION_KINDS(X)                                                                    \
    X(MP_OBSERVATION_TARGET, 1, "target")                                                          \
    X(MP_OBSERVATION_ACTUAL, 2, "actual")                                                          \
    X(MP_OBSERVATION_CLAIMED, 3, "claimed")

#define MP_SCHEMES(X)                                                                              \
    X(MP_SCHEME_PROGRAMME, 1, "programme")                                                         \
    X(MP_SCHEME_CORRIDOR, 2, "corridor")                                                           \
    X(MP_SCHEME_THEME, 3, "theme")                                                                 \
    X(MP_SCHEME_REGION, 4, "region")                                                               \
    X(MP_SCHEME_SOURCE, 5, "source")

#define MP_DIRECTIONS(X)                                                                           \
    X(MP_DIRECTION_ASCENDING, 1, "ascending")                                                      \
    X(MP_DIRECTION_DESCENDING, 2, "descending")

/* Special days of a calendar. */
#define MP_CALENDAR_DAY_KINDS(X)                                                                   \
    X(MP_CALENDAR_HOLIDAY, 1, "holiday")                                                           \
    X(MP_CALENDAR_WORKDAY, 2, "workday")

/* Kinds of record. */
#define MP_KINDS(X)                                                                                \
    X(MP_KIND_TERM, 1, "term")                                                                     \
    X(MP_KIND_AGENCY, 2, "agency")                                                                 \
    X(MP_KIND_PROJECT, 3, "project")                                                               \
    X(MP_KIND_MILESTONE, 4, "milestone")                                                           \
    X(MP_KIND_LINK, 5, "link")                                                                     \
    X(MP_KIND_INDICATOR, 6, "indicator")                                                           \
    X(MP_KIND_OBSERVATION, 7, "observation")                                                       \
    X(MP_KIND_EPOCH, 8, "epoch")                                                                   \
    X(MP_KIND_CALENDAR, 9, "calendar")                                                             \
    X(MP_KIND_POLICY, 10, "policy")
#define MP_KIND_LAST 10

/* Kinds of change; each is also a kind of event. */
#define MP_CHANGES(X)                                                                              \
    X(MP_CHANGE_TERM, 1, "term")                                                                   \
    X(MP_CHANGE_AGENCY, 2, "agency")                                                               \
    X(MP_CHANGE_KEY_ADDED, 3, "key-added")                                                         \
    X(MP_CHANGE_KEY_REVOKED, 4, "key-revoked")                                                     \
    X(MP_CHANGE_PROJECT, 5, "project")                                                             \
    X(MP_CHANGE_PROJECT_REMOVED, 6, "project-removed")                                             \
    X(MP_CHANGE_MILESTONE, 7, "milestone")                                                         \
    X(MP_CHANGE_MILESTONE_CANCELLED, 8, "milestone-cancelled")                                     \
    X(MP_CHANGE_LINK, 9, "link")                                                                   \
    X(MP_CHANGE_LINK_REMOVED, 10, "link-removed")                                                  \
    X(MP_CHANGE_INDICATOR, 11, "indicator")                                                        \
    X(MP_CHANGE_BASELINE, 12, "baseline")                                                          \
    X(MP_CHANGE_FORECAST, 13, "forecast")                                                          \
    X(MP_CHANGE_MET, 14, "met")                                                                    \
    X(MP_CHANGE_CONFIRMED, 15, "confirmed")                                                        \
    X(MP_CHANGE_PROGRESS, 16, "progress")                                                          \
    X(MP_CHANGE_STATUS, 17, "status")                                                              \
    X(MP_CHANGE_SUSPENSION, 18, "suspension")                                                      \
    X(MP_CHANGE_RESUMPTION, 19, "resumption")                                                      \
    X(MP_CHANGE_OBSERVATION, 20, "observation")                                                    \
    X(MP_CHANGE_WITHDRAWAL, 21, "withdrawal")                                                      \
    X(MP_CHANGE_EPOCH_STARTED, 22, "epoch-started")                                                \
    X(MP_CHANGE_CALENDAR, 23, "calendar")                                                          \
    X(MP_CHANGE_POLICY, 24, "policy")
#define MP_CHANGE_LAST 24

#define X(name, number, text) name = (number),
enum mp_role { MP_ROLE_NONE, MP_ROLES(X) };
enum mp_reason { MP_REASON_NONE, MP_REASONS(X) };
enum mp_project_status { MP_PROJECT_STATUS_NONE, MP_PROJECT_STATUSES(X) };
enum mp_milestone_status { MP_MILESTONE_STATUS_NONE, MP_MILESTONE_STATUSES(X) };
enum mp_milestone_type { MP_TYPE_NONE, MP_MILESTONE_TYPES(X) };
enum mp_link_type { MP_LINK_NONE, MP_LINK_TYPES(X) };
enum mp_observation_kind { MP_OBSERVATION_NONE, MP_OBSERVATION_KINDS(X) };
enum mp_scheme { MP_SCHEME_NONE, MP_SCHEMES(X) };
enum mp_direction { MP_DIRECTION_NONE, MP_DIRECTIONS(X) };
enum mp_calendar_day_kind { MP_CALENDAR_DAY_NONE, MP_CALENDAR_DAY_KINDS(X) };
enum mp_kind { MP_KIND_NONE, MP_KINDS(X) };
enum mp_change_kind { MP_CHANGE_NONE, MP_CHANGES(X) };
#undef X

/* The families, for names and parsing. MP_PRECISIONS' enum is in date.h. */
enum mp_code_family {
    MP_FAMILY_ROLE,
    MP_FAMILY_REASON,
    MP_FAMILY_PROJECT_STATUS,
    MP_FAMILY_MILESTONE_STATUS,
    MP_FAMILY_MILESTONE_TYPE,
    MP_FAMILY_LINK_TYPE,
    MP_FAMILY_PRECISION,
    MP_FAMILY_OBSERVATION_KIND,
    MP_FAMILY_SCHEME,
    MP_FAMILY_DIRECTION,
    MP_FAMILY_KIND,
    MP_FAMILY_CHANGE,
    MP_FAMILY_CALENDAR_DAY
};

/* The name, "" for 0, NULL for a number the family does not have. */
const char *mp_code_name(enum mp_code_family family, int number);
/* The number, 0 when there is no such name. Case matters, except for link types. */
int mp_code_parse(enum mp_code_family family, const char *name);
/* "security, land, …": all names, for messages. */
const char *mp_code_names(enum mp_code_family family);

#endif
