/* Domain structs as JSON, with the names that are documented. Dates are "YYYY-MM-DD", 64-bit
 * numbers are JSON integers where they fit 2^53 and strings beyond; figures are numbers while they
 * have at most 15 digits and strings beyond; absent things are absent, never null or "". */
#ifndef MP_CLI_FIELDS_H
#define MP_CLI_FIELDS_H

#include "core/domain/change.h"
#include "core/domain/record.h"

#include <jansson.h>
#include <stdio.h>

/* For json_dump*: figures as they were said. */
#define FIELDS_DUMP JSON_REAL_PRECISION(15)

/* today: for late, overdue and slip figures of milestones. New references; NULL when memory is
 * short. */
json_t *fields_record(const struct mp_record *record, int32_t today);
json_t *fields_event(const struct mp_event *event);
/* A change that is no event yet: what --dry-run and the outbox show. */
json_t *fields_change(const struct mp_change *change);
/* Adds value under the name (takes it); *object becomes NULL when memory is short. */
void fields_add(json_t **object, const char *name, json_t *value);
/* A number as documented above. */
json_t *fields_u64(uint64_t number);
/* "2025-09-26T12:34:56.123456Z"; NULL for 0. */
json_t *fields_time(int64_t wall_us);
/* Every field of a record of the kind as columns of an output: a name for each value, dotted where
 * it lies in an object. */
const char *fields_columns(struct mp_arena *arena, enum mp_kind kind);
/* The documentation of every field, in Markdown. */
void fields_document(FILE *out);

#endif
