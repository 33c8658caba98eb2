/* The tables behind fields.c: one row a field, from which objects, their documentation, and what
 * people write of them (options, cells of a file) are made. Private to fields*.c and to who reads.
 */
#ifndef MP_CLI_FIELDS_TABLE_H
#define MP_CLI_FIELDS_TABLE_H

#include "core/domain/change.h"
#include "core/domain/codes.h"
#include "core/domain/reject.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum field_type {
    FIELD_ID,                        /* const char *: shown where nothing else names the record */
    FIELD_TEXT,                      /* const char *; absent when "" */
    FIELD_LIST,                      /* struct mp_list; absent when empty */
    FIELD_CODE,                      /* an enum of the family; absent when 0 */
    FIELD_DAY,                       /* int32_t; absent when MP_DAY_NONE */
    FIELD_PERIOD,                    /* int32_t [2]: written as one, shown as two days */
    FIELD_DATE,                      /* struct mp_date: its last day */
    FIELD_PRECISION,                 /* struct mp_date: its precision */
    FIELD_COUNT,                     /* uint32_t; absent when 0 */
    FIELD_NUMBER,                    /* uint32_t; always there */
    FIELD_LAG,                       /* int32_t; absent when MP_LAG_NONE */
    FIELD_DURATION,                  /* int32_t; absent when negative */
    FIELD_SEQ,                       /* uint64_t; absent when 0 */
    FIELD_FLAG,                      /* bool; absent when false */
    FIELD_DECIMAL,                   /* struct mp_decimal */
    FIELD_WEEKEND,                   /* uint8_t, bits of days of the week; always there */
    FIELD_HASH,                      /* struct mp_source: its SHA-256; absent when it has none */
    FIELD_WRITTEN_LAST = FIELD_HASH, /* so far people can write it, beyond nobody does */
    FIELD_TIME,                      /* int64_t microseconds; absent when 0 */
    FIELD_UUID,                      /* struct mp_uuid; absent when nil */
    FIELD_KEY,                       /* uint8_t[32], as Z85 */
    FIELD_SLOT,                      /* struct mp_slot as an object; absent when it has no seq */
    FIELD_SPECIAL_DAYS,              /* struct mp_calendar_version: its days */
    FIELD_MADE                       /* made by the code: in the table for its documentation */
};

struct field {
    const char *name;
    enum field_type type;
    size_t offset;
    int detail;           /* FIELD_CODE: enum mp_code_family; numbers: the largest that is right */
    const char *doc;      /* NULL: not documented */
    const char *doc_type; /* FIELD_MADE */
};

struct field_table {
    const char *title;
    const char *about;
    const struct field *fields;
    size_t count;
};

/* By enum mp_kind: the definition of a record (for observations, what was observed); empty for a
 * kind that this program does not show. */
extern const struct field_table field_definitions[MP_KIND_LAST + 1];
/* What the statements have added to the record: projects, milestones, observations. */
extern const struct field_table field_standings[MP_KIND_LAST + 1];
/* What changes say that define no record. */
#define FIELD_CHANGE_TABLES 5
extern const struct field_table field_changes[FIELD_CHANGE_TABLES];
/* What questions answer, each object of an answer in a table of its own; made by the code, so that
 * these are documentation alone (fields_questions.c). */
extern const struct field_table field_questions[];
extern const size_t field_question_count;
/* By enum mp_change_kind: what a change of the kind says. Definitions share their record's table.
 */
const struct field_table *field_of_change(enum mp_change_kind kind);
/* What every change has, every event, every record; a slot, a key; what a milestone's record has; a
 * special day of a calendar. */
extern const struct field_table field_change, field_event, field_common, field_slot, field_key,
    field_baseline, field_progress, field_special_day;
/* The row of that name, or NULL. */
const struct field *field_find(const struct field_table *table, const char *name);

/* fields_type.c; field_read is in fields_read.c. */

/* What the documentation calls the field's type. */
const char *field_type_name(const struct field *field);
/* Adds what lies at base to the object; *object becomes NULL when memory is short. */
void field_show_all(json_t **object, const struct field_table *table, const void *base);
/* Whether people can write it. */
bool field_is_written(const struct field *field);
/* The text as a value at base + offset. 0, or 1 with a rejection that names the field and says what
 * to give. */
int field_read(const struct field *field, const char *text, struct mp_arena *arena, void *base,
               struct mp_rejection *ret_rejection);

/* New references, NULL when memory is short. */
json_t *fields_decimal(struct mp_decimal value);
json_t *fields_day(int32_t day);
json_t *fields_code(int family, int number); /* "" for a number the family does not have */
json_t *fields_key(const uint8_t *key);
json_t *fields_weekend(uint8_t weekend); /* ["saturday", "sunday"] */
/* By bit of a weekend. */
#define FIELD_WEEKDAYS 7
extern const char *const field_weekdays[FIELD_WEEKDAYS];

#endif
