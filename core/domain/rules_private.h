/* What the rules of the kinds of change share. For core/domain/rules*.c and decide_*.c alone.
 *
 * A check gives 0 to go on, 1 with the rejection filled, or a negative mp_error, so that rules are
 * written as a chain:  return mp_check_id(…) ?: mp_check_title(…) ?: …; */
#ifndef MP_DOMAIN_RULES_PRIVATE_H
#define MP_DOMAIN_RULES_PRIVATE_H

#include "core/domain/rules.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Checks of what is right by itself. Fields are the bare names of change.h. */
struct mp_check {
    struct mp_arena *arena;
    struct mp_rejection *rejection;
};

enum mp_id_form { MP_FORM_PATH, MP_FORM_MILESTONE, MP_FORM_AGENCY, MP_FORM_SLUG, MP_FORM_PREFIX };

#define mp_check_reject(check, ...) mp_reject((check)->rejection, (check)->arena, __VA_ARGS__)

/* The text in quotation marks as a message may show it: cut to a sane length between characters,
 * control characters and bytes that are no UTF-8 replaced. Never NULL. */
const char *mp_quote(struct mp_arena *arena, const char *text);

/* "security, land, … or unknown" */
const char *mp_reason_choice(struct mp_arena *arena);

/* UTF-8 without control characters, at most that many bytes; "" is fine. */
int mp_check_text(const struct mp_check *check, const char *field, const char *text,
                  size_t most_bytes);
int mp_check_required(const struct mp_check *check, const char *field, const char *text,
                      const char *what);
/* Required; mp_check_optional_id takes "" too. */
int mp_check_id(const struct mp_check *check, const char *field, const char *id,
                enum mp_id_form form);
int mp_check_optional_id(const struct mp_check *check, const char *field, const char *id,
                         enum mp_id_form form);
int mp_check_list(const struct mp_check *check, const char *field, const struct mp_list *list,
                  enum mp_id_form form);
/* English is required. */
int mp_check_title(const struct mp_check *check, const struct mp_title *title);
/* Required; mp_check_optional_code takes 0 too. */
int mp_check_code(const struct mp_check *check, const char *field, enum mp_code_family family,
                  int number);
int mp_check_optional_code(const struct mp_check *check, const char *field,
                           enum mp_code_family family, int number);
int mp_check_range(const struct mp_check *check, const char *field, int64_t value, int64_t low,
                   int64_t high);
int mp_check_date(const struct mp_check *check, const char *field, struct mp_date date);
/* MP_DAY_NONE is fine. */
int mp_check_optional_day(const struct mp_check *check, const char *field, int32_t day);
/* Required. */
int mp_check_valid_from(const struct mp_check *check, int32_t day);
int mp_check_decimal(const struct mp_check *check, const char *field, struct mp_decimal value);
int mp_check_key(const struct mp_check *check, const uint8_t key[static 32]);
/* A change being decided. */
struct mp_ruling {
    const struct mp_view *view;
    const struct mp_decide_context *context;
    struct mp_arena *arena;
    struct mp_rejection *rejection;
    struct mp_change *change;       /* as it is to be recorded; rules fill it in */
    struct mp_subject subject;      /* the one record it changes */
    const char *field;              /* that named it */
    const struct mp_record *record; /* it as it is, NULL when there is none yet */
};

#define mp_ruling_reject(ruling, ...) mp_reject((ruling)->rejection, (ruling)->arena, __VA_ARGS__)

/* 1 with *ret_record, 0 when there is none, or a negative error. */
int mp_ruling_find(const struct mp_ruling *ruling, const struct mp_subject *subject,
                   const struct mp_record **ret_record);
/* The record that the id names: known, and neither removed nor cancelled. ret_record may be NULL.
 */
int mp_ruling_need(const struct mp_ruling *ruling, const char *field, enum mp_kind kind,
                   const char *id, const struct mp_record **ret_record);
/* The same for the changed record itself, already looked up. */
int mp_ruling_need_subject(const struct mp_ruling *ruling, const char *field);
int mp_ruling_need_term(const struct mp_ruling *ruling, const char *field, enum mp_scheme scheme,
                        const char *code);
/* Built in, or with a version: without one its lag would count as elapsed days ever after. */
int mp_ruling_need_calendar(const struct mp_ruling *ruling, const char *field, const char *name);
/* Project that a milestone id begins with, as an arena copy; NULL over budget. */
const char *mp_ruling_project_of(const struct mp_ruling *ruling, const char *milestone);
/* met, confirmed, suspension and resumption: the milestone lives and the period had begun on
 * stated_on. */
int mp_ruling_reached(const struct mp_ruling *ruling);
/* Whether the agency holds the key, valid or revoked, and its place, the valid one if there is one.
 */
bool mp_agency_holds(const struct mp_agency_record *agency, const uint8_t key[static 32],
                     size_t *ret_at);
size_t mp_agency_valid_keys(const struct mp_agency_record *agency);
bool mp_agency_covers(const struct mp_agency *agency, const char *topic);

/* Fills ruling->subject from an id of the kind. MP_EMALFORMED: the change was not validated. */
int mp_ruling_set_subject(struct mp_ruling *ruling, enum mp_kind kind, const char *id);

/* A kind of change, in three steps. */
typedef int mp_validate_function(const struct mp_change *change, const struct mp_check *check);
typedef int mp_locate_function(struct mp_ruling *ruling); /* sets the subject, from ids alone */
typedef int mp_decide_function(struct mp_ruling *ruling);

mp_validate_function mp_validate_term, mp_validate_agency, mp_validate_key, mp_validate_project,
    mp_validate_project_removed, mp_validate_milestone, mp_validate_milestone_cancelled,
    mp_validate_link, mp_validate_indicator, mp_validate_dated, mp_validate_progress,
    mp_validate_status, mp_validate_suspension, mp_validate_observation, mp_validate_withdrawal,
    mp_validate_calendar, mp_validate_policy;
mp_locate_function mp_locate_term, mp_locate_agency, mp_locate_key, mp_locate_project,
    mp_locate_project_removed, mp_locate_milestone, mp_locate_milestone_cancelled, mp_locate_link,
    mp_locate_indicator, mp_locate_dated, mp_locate_progress, mp_locate_status,
    mp_locate_observation, mp_locate_withdrawal, mp_locate_calendar, mp_locate_policy;
mp_decide_function mp_decide_term, mp_decide_agency, mp_decide_key_added, mp_decide_key_revoked,
    mp_decide_project, mp_decide_project_removed, mp_decide_milestone,
    mp_decide_milestone_cancelled, mp_decide_link, mp_decide_link_removed, mp_decide_indicator,
    mp_decide_baseline, mp_decide_forecast, mp_decide_met, mp_decide_confirmed, mp_decide_progress,
    mp_decide_status, mp_decide_suspension, mp_decide_resumption, mp_decide_observation,
    mp_decide_withdrawal, mp_decide_calendar, mp_decide_policy;

#endif
