/* Shared by fold.c (definitions, keys, and which event does what) and fold_statement.c. Nobody else
 * includes this. */
#ifndef MP_DOMAIN_FOLD_PRIVATE_H
#define MP_DOMAIN_FOLD_PRIVATE_H

#include "core/domain/fold.h"

/* What a statement, or the withdrawal of one, makes of the record that is there: as mp_fold. */
int mp_fold_statement(const struct mp_event *event, const struct mp_entries *entries,
                      struct mp_record *record) MP_CHECK_RESULT;
int mp_fold_withdrawal(const struct mp_event *event, const struct mp_entries *entries,
                       struct mp_record *record) MP_CHECK_RESULT;

#endif
