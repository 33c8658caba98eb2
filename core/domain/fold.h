/* What an event makes of its record: pure, deterministic, the only way a record ever changes. The
 * ledger, verify and every as-recorded answer use this one function. */
#ifndef MP_DOMAIN_FOLD_H
#define MP_DOMAIN_FOLD_H

#include "core/domain/record.h"

/* Where fold finds earlier statements when one is withdrawn (see struct mp_view's latest). 1, 0
 * (and *ret_entry is untouched) or a negative error. */
struct mp_entries {
    void *context;
    int (*latest)(void *context, const struct mp_subject *subject, enum mp_change_kind kind,
                  int32_t before_day, uint64_t before_seq, struct mp_entry *ret_entry);
};

/* The one record that the event changes. MP_EMALFORMED, MP_ENOMEM. */
int mp_event_subject(const struct mp_event *event, struct mp_arena *arena,
                     struct mp_subject *ret_subject) MP_CHECK_RESULT;
/* The subject under which the index files it: as above, except that an observation is filed under
 * (observation, project topic, indicator code) without its seq. */
int mp_event_index_subject(const struct mp_event *event, struct mp_arena *arena,
                           struct mp_subject *ret_subject) MP_CHECK_RESULT;
/* The index entry of an event (kinds that are no statements get one too, with their day recorded as
 * stated_on when none is given: decide has filled it in every statement). */
void mp_event_entry(const struct mp_event *event, struct mp_entry *ret_entry);

/* before: NULL when the record does not exist. *ret_after may share texts with before and event.
 * For a withdrawal the index must already say withdrawn. 0, MP_ENOMEM, MP_ECORRUPT (an event that
 * cannot follow: a bug or a damaged store), or the entries' own error. */
int mp_fold(const struct mp_record *before, const struct mp_event *event,
            const struct mp_entries *entries, struct mp_arena *arena,
            struct mp_record *ret_after) MP_CHECK_RESULT;

/* The milestone's or project's figures from statements of the day and before; definition as given.
 * Other kinds come back unchanged. */
int mp_record_as_of(const struct mp_record *record, int32_t day, const struct mp_entries *entries,
                    struct mp_record *ret_record) MP_CHECK_RESULT;

#endif
