/* A rejection is a value: code, field, and a sentence that says what to change. */
#ifndef MP_DOMAIN_REJECT_H
#define MP_DOMAIN_REJECT_H

#include "core/base/arena.h"

#include <stdint.h>

/* Numbers are on the wire and in the store and never change. */
#define MP_REJECTS(X)                                                                              \
    X(MP_REJECT_MALFORMED, 1, "malformed")                                                         \
    X(MP_REJECT_TOO_LARGE, 2, "too_large")                                                         \
    X(MP_REJECT_NO_CHANGES, 3, "no_changes")                                                       \
    X(MP_REJECT_TOO_MANY, 4, "too_many")                                                           \
    X(MP_REJECT_ID_INVALID, 5, "id_invalid")                                                       \
    X(MP_REJECT_TEXT_INVALID, 6, "text_invalid")                                                   \
    X(MP_REJECT_TEXT_TOO_LONG, 7, "text_too_long")                                                 \
    X(MP_REJECT_REQUIRED, 8, "required")                                                           \
    X(MP_REJECT_CODE_UNKNOWN, 9, "code_unknown")                                                   \
    X(MP_REJECT_DATE_IMPOSSIBLE, 10, "date_impossible")                                            \
    X(MP_REJECT_OUT_OF_RANGE, 11, "out_of_range")                                                  \
    X(MP_REJECT_STATED_IN_FUTURE, 12, "stated_in_future")                                          \
    X(MP_REJECT_MET_IN_FUTURE, 13, "met_in_future")                                                \
    X(MP_REJECT_FORECAST_IN_PAST, 14, "forecast_in_past")                                          \
    X(MP_REJECT_REASON_MISSING, 15, "reason_missing")                                              \
    X(MP_REJECT_REBASELINE_NEEDS_AUTHORITY, 16, "rebaseline_needs_authority")                      \
    X(MP_REJECT_UNKNOWN_PROJECT, 17, "unknown_project")                                            \
    X(MP_REJECT_UNKNOWN_MILESTONE, 18, "unknown_milestone")                                        \
    X(MP_REJECT_UNKNOWN_AGENCY, 19, "unknown_agency")                                              \
    X(MP_REJECT_UNKNOWN_TERM, 20, "unknown_term")                                                  \
    X(MP_REJECT_UNKNOWN_INDICATOR, 21, "unknown_indicator")                                        \
    X(MP_REJECT_UNKNOWN_LINK, 22, "unknown_link")                                                  \
    X(MP_REJECT_UNKNOWN_STATEMENT, 23, "unknown_statement")                                        \
    X(MP_REJECT_UNKNOWN_KEY, 24, "unknown_key")                                                    \
    X(MP_REJECT_REMOVED, 25, "removed")                                                            \
    X(MP_REJECT_CANCELLED, 26, "cancelled")                                                        \
    X(MP_REJECT_SELF_LINK, 27, "self_link")                                                        \
    X(MP_REJECT_CYCLE, 28, "cycle")                                                                \
    X(MP_REJECT_CONFLICT, 29, "conflict")                                                          \
    X(MP_REJECT_NOT_GRANTED, 30, "not_granted")                                                    \
    X(MP_REJECT_ROLE, 31, "role")                                                                  \
    X(MP_REJECT_KEY_UNKNOWN, 32, "key_unknown")                                                    \
    X(MP_REJECT_KEY_REVOKED, 33, "key_revoked")                                                    \
    X(MP_REJECT_KEY_IN_USE, 34, "key_in_use")                                                      \
    X(MP_REJECT_LAST_AUTHORITY, 35, "last_authority")                                              \
    X(MP_REJECT_ALREADY_WITHDRAWN, 36, "already_withdrawn")                                        \
    X(MP_REJECT_IN_USE, 37, "in_use")                                                              \
    X(MP_REJECT_ID_REUSED, 38, "id_reused")                                                        \
    X(MP_REJECT_NOT_SUBMITTABLE, 39, "not_submittable")                                            \
    X(MP_REJECT_PERIOD_INVALID, 40, "period_invalid")                                              \
    X(MP_REJECT_NOT_A_STATEMENT, 41, "not_a_statement")                                            \
    X(MP_REJECT_UNKNOWN_CALENDAR, 42, "unknown_calendar")

enum mp_reject {
    MP_REJECT_NONE,
#define X(name, number, text) name = (number),
    MP_REJECTS(X)
#undef X
};

struct mp_rejection {
    enum mp_reject code;
    const char *field;   /* "changes[2].date", "id" */
    const char *message; /* what is wrong and what to change */
};

/* The code's name; "unknown" for a number that is none. */
const char *mp_reject_name(enum mp_reject code);

/* Fills the rejection (texts in the arena; a fixed text when the arena is full) and returns 1, so
 * that a rule can say: return mp_reject(r, arena, MP_REJECT_ROLE, "kind", "…", …); */
int mp_reject(struct mp_rejection *rejection, struct mp_arena *arena, enum mp_reject code,
              const char *field, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* "changes[index]." put before the field. */
void mp_reject_at(struct mp_rejection *rejection, struct mp_arena *arena, size_t index);

#endif
