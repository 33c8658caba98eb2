/* What is right by itself (validate) and what is right now (decide). Both are pure: no clock, no
 * store, no allocation beyond the arena.
 *
 * Both return 0, 1 with *ret_rejection filled, or a negative enum mp_error (MP_ENOMEM, or the
 * view's own failure).
 *
 * Adding a kind of change: one message in proto/, one decide_KIND.c with its validate and decide,
 * one row in rules.c, one test file. */
#ifndef MP_DOMAIN_RULES_H
#define MP_DOMAIN_RULES_H

#include "core/domain/record.h"
#include "core/domain/reject.h"

/* Whole submission: id of version 7 or 8, after other than id, 1..64 changes, each well-formed. */
int mp_validate(const struct mp_submission *submission, struct mp_arena *arena,
                struct mp_rejection *ret_rejection) MP_CHECK_RESULT;
int mp_validate_change(const struct mp_change *change, struct mp_arena *arena,
                       struct mp_rejection *ret_rejection) MP_CHECK_RESULT;

/* A statement of the record found by its sequence. */
struct mp_stated {
    struct mp_subject subject; /* the record it is about; observations: the observation itself */
    enum mp_change_kind kind;
    int32_t stated_on;
    uint64_t withdrawn_by;
};

/* What decide may ask of the state as it is after every change decided before. Each returns 1 for
 * yes (out filled), 0 for no, or a negative error. Records are borrowed until the submission has
 * been decided. */
struct mp_view {
    void *context;
    /* The record, tombstones included. */
    int (*record)(void *context, const struct mp_subject *subject,
                  const struct mp_record **ret_record);
    /* Its revision as before the submission ({0, 0} when it did not exist). */
    int (*revision_before)(void *context, const struct mp_subject *subject,
                           struct mp_revision *ret_revision);
    /* Last standing (not withdrawn) statement of the kind about the subject, before
     * (before_day, before_seq) in the order (stated_on, seq). */
    int (*latest)(void *context, const struct mp_subject *subject, enum mp_change_kind kind,
                  int32_t before_day, uint64_t before_seq, struct mp_entry *ret_entry);
    /* The event of that sequence. MP_CHANGE kinds that are no statements are found too. */
    int (*stated)(void *context, uint64_t seq, struct mp_stated *ret_stated);
    /* Whether a LINK, or the start of a MILESTONE, would close a cycle; *ret_path names it:
     * "a → b → a". */
    int (*closes_cycle)(void *context, const struct mp_change *change, const char **ret_path);
    /* The agency that holds the key, revoked keys included. */
    int (*key_owner)(void *context, const uint8_t key[static 32], const char **ret_agency);
    /* How many valid keys are held by agencies that govern (mp_agency_governs). */
    int (*authority_keys)(void *context, size_t *ret_count);
    /* Whether there is a version of the calendar. */
    int (*has_calendar)(void *context, const char *name);
    /* Whether the project has a live child project or a milestone that is not cancelled. */
    int (*in_use)(void *context, const char *project);
};

struct mp_decide_context {
    const struct mp_record *agency; /* of the submitter, as it is now */
    int32_t today;                  /* civil day in the programme's zone */
    uint64_t seq;                   /* the sequence this change would get */
    uint64_t epoch;
};

/* Who is asking: looks the key up as it is now. 0 and the agency's record; 1 rejected (key_unknown,
 * key_revoked). */
int mp_decide_submitter(const struct mp_view *view, const uint8_t key[static 32],
                        struct mp_arena *arena, const struct mp_record **ret_agency,
                        struct mp_rejection *ret_rejection) MP_CHECK_RESULT;

/* Role, grant, expected revision, then the kind's own rules. On 0 *ret_change is the change as it
 * is to be recorded (defaults filled in) and *ret_subject the one record it changes. */
int mp_decide(const struct mp_view *view, const struct mp_decide_context *context,
              const struct mp_change *change, struct mp_arena *arena, struct mp_change *ret_change,
              struct mp_subject *ret_subject, struct mp_rejection *ret_rejection) MP_CHECK_RESULT;

/* Whether it can register agencies, which takes the role authority and the grant of everything. */
bool mp_agency_governs(const struct mp_agency *agency);

/* Whether the role may submit this kind at all (the table behind mp_decide and whoami). */
bool mp_role_may(enum mp_role role, enum mp_change_kind kind);

#endif
