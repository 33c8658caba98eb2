/* The tables behind fields.c: one row a field, from which both the objects and their documentation
 * are made. Private to fields*.c. */
#ifndef MP_CLI_FIELDS_TABLE_H
#define MP_CLI_FIELDS_TABLE_H

#include "core/domain/change.h"
#include "core/domain/codes.h"

#include <jansson.h>
#include <stddef.h>

enum field_type {
    FIELD_TEXT,      /* const char *; absent when "" */
    FIELD_TITLE,     /* struct mp_title: name, name_ur, name_zh */
    FIELD_LIST,      /* struct mp_list; absent when empty */
    FIELD_CODE,      /* an enum of the family; absent when 0 */
    FIELD_DAY,       /* int32_t; absent when MP_DAY_NONE */
    FIELD_DATE,      /* struct mp_date: its last day */
    FIELD_PRECISION, /* struct mp_date: its precision */
    FIELD_COUNT,     /* uint32_t; absent when 0 */
    FIELD_DAYS,      /* int32_t; always there */
    FIELD_DURATION,  /* int32_t; absent when negative */
    FIELD_SEQ,       /* uint64_t; absent when 0 */
    FIELD_FLAG,      /* bool; absent when false */
    FIELD_DECIMAL,   /* struct mp_decimal */
    FIELD_TIME,      /* int64_t microseconds; absent when 0 */
    FIELD_UUID,      /* struct mp_uuid; absent when nil */
    FIELD_KEY,       /* uint8_t[32], as Z85 */
    FIELD_HASH,      /* struct mp_source: its SHA-256; absent when it has none */
    FIELD_SLOT,      /* struct mp_slot as an object; absent when it has no seq */
    FIELD_MADE       /* made by the code: in the table for its documentation */
};

/* The family of a FIELD_MADE: what its documentation says. */
enum field_made {
    MADE_TEXT,
    MADE_CODE,
    MADE_DAY,
    MADE_INTEGER,
    MADE_NUMBER,
    MADE_FLAG,
    MADE_LIST,
    MADE_OBJECT
};

struct field {
    const char *name;
    enum field_type type;
    size_t offset;
    int family; /* FIELD_CODE: enum mp_code_family; FIELD_MADE: enum field_made */
    const char *doc;
};

struct field_table {
    const char *title;
    const char *about;
    const struct field *fields;
    size_t count;
};

/* By enum mp_kind: the definition of a record (for observations, what was observed). */
extern const struct field_table field_definitions[];
/* What the statements have added to the record: projects, milestones, observations. */
extern const struct field_table field_standings[];
/* By enum mp_change_kind: what a change of the kind says. Definitions share their record's table.
 */
const struct field_table *field_of_change(enum mp_change_kind kind);
/* What every change has, every event, every record; a slot. */
extern const struct field_table field_change, field_event, field_common, field_slot, field_key;

/* fields_value.c: new references, NULL when memory is short. */
json_t *fields_decimal(struct mp_decimal value);
json_t *fields_day(int32_t day);
json_t *fields_code(int family, int number); /* "" for a number the family does not have */
json_t *fields_list(const struct mp_list *items);
json_t *fields_key(const uint8_t *key);
json_t *fields_uuid(const struct mp_uuid *uuid);

#endif
