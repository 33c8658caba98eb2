#include "clients/cli/fields.h"

#include "clients/cli/fields_table.h"
#include "core/base/clock.h"
#include "core/bus/bus.h"
#include "core/domain/fold.h"

#include <inttypes.h>
#include <stdlib.h>

#define ARENA_BYTES ((size_t)64 << 10)
#define EXACT_MOST  (UINT64_C(1) << 53)
#define DIGITS_MOST 15

/* An object without anything in it is left out. */
static void add_object(json_t **object, const char *name, json_t *made)
{
    if (made != NULL && json_object_size(made) == 0)
        json_decref(made);
    else
        fields_add(object, name, made);
}

static json_t *agency_keys(const struct mp_agency_record *agency)
{
    json_t *keys = json_array();

    for (size_t i = 0; keys != NULL && i < agency->key_count; i++) {
        json_t *key = json_object();

        field_show_all(&key, &field_key, &agency->keys[i]);
        if (json_array_append_new(keys, key) != 0)
            json_decref(mp_take(keys));
    }
    return keys;
}

static void add_expected(json_t **object, const struct mp_milestone_record *milestone)
{
    struct mp_date date = mp_milestone_expected(milestone);
    json_t *expected;

    if (!mp_date_is_set(date))
        return;
    expected = json_object();
    fields_add(&expected, "date", fields_day(date.day));
    fields_add(&expected, "precision", fields_code(MP_FAMILY_PRECISION, (int)date.precision));
    fields_add(object, "expected", expected);
}

static void add_slip(json_t **object, const struct mp_milestone_record *milestone, int32_t today)
{
    json_t *slip = json_object();
    int32_t days;

    if (mp_milestone_slip_days(milestone, &milestone->first, today, &days))
        fields_add(&slip, "first", json_integer(days));
    if (mp_milestone_slip_days(milestone, &milestone->approved, today, &days))
        fields_add(&slip, "approved", json_integer(days));
    add_object(object, "slip_days", slip);
}

static void add_milestone(json_t **object, const struct mp_milestone_record *milestone,
                          int32_t today)
{
    json_t *made = json_object();

    fields_add(object, "status",
               fields_code(MP_FAMILY_MILESTONE_STATUS, (int)mp_milestone_status_now(milestone)));
    fields_add(object, "late", json_boolean(mp_milestone_is_late(milestone, today)));
    field_show_all(&made, &field_baseline, milestone);
    add_object(object, "baseline", made);
    add_expected(object, milestone);
    add_slip(object, milestone, today);
    if (milestone->progress.seq == 0)
        return;
    made = json_object();
    field_show_all(&made, &field_progress, milestone);
    fields_add(object, "progress", made);
}

static void add_project(json_t **object, const struct mp_project_record *project)
{
    enum mp_project_status status = mp_project_status_now(project);

    if (status != MP_PROJECT_STATUS_NONE)
        fields_add(object, "status", fields_code(MP_FAMILY_PROJECT_STATUS, (int)status));
    if (project->stated.seq != 0)
        fields_add(object, "status_stated_on", fields_day(project->stated.stated_on));
}

/* Where the definition lies in the union. */
static const void *definition_of(const struct mp_record *record)
{
    switch (record->subject.kind) {
    case MP_KIND_AGENCY:
        return &record->agency.definition;
    case MP_KIND_PROJECT:
        return &record->project.definition;
    case MP_KIND_MILESTONE:
        return &record->milestone.definition;
    case MP_KIND_OBSERVATION:
        return &record->observation.observation;
    default:
        return &record->term; /* a union: the rest are their definition */
    }
}

static void add_head(json_t **object, const struct mp_record *record)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(ARENA_BYTES);
    const char *id = arena == NULL ? NULL : mp_subject_id(arena, &record->subject);
    json_t *revision = json_object();

    fields_add(object, "kind", fields_code(MP_FAMILY_KIND, (int)record->subject.kind));
    fields_add(object, "id", id == NULL ? NULL : json_string(id));
    if (record->removed)
        fields_add(object, "removed", json_true());
    fields_add(&revision, "epoch", fields_u64(record->revision.epoch));
    fields_add(&revision, "seq", fields_u64(record->revision.seq));
    fields_add(object, "revision", revision);
}

json_t *fields_record(const struct mp_record *record, int32_t today)
{
    enum mp_kind kind = record->subject.kind;
    json_t *object = json_object();

    add_head(&object, record);
    field_show_all(&object, &field_definitions[kind], definition_of(record));
    field_show_all(&object, &field_standings[kind], &record->term);
    if (kind == MP_KIND_AGENCY && record->agency.key_count > 0)
        fields_add(&object, "keys", agency_keys(&record->agency));
    if (kind == MP_KIND_PROJECT)
        add_project(&object, &record->project);
    if (kind == MP_KIND_MILESTONE)
        add_milestone(&object, &record->milestone, today);
    if (kind == MP_KIND_CALENDAR)
        fields_add(&object, "special_days", fields_u64(record->calendar.day_count));
    field_show_all(&object, &field_common, record);
    return object;
}

static void add_change(json_t **object, const struct mp_change *change)
{
    field_show_all(object, field_of_change(change->kind), &change->term);
    field_show_all(object, &field_change, change);
}

json_t *fields_event(const struct mp_event *event)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(ARENA_BYTES);
    struct mp_subject subject;
    json_t *object = json_object();

    field_show_all(&object, &field_event, event);
    fields_add(&object, "kind", fields_code(MP_FAMILY_CHANGE, (int)event->change.kind));
    if (arena != NULL && mp_event_subject(event, arena, &subject) == 0) {
        const char *id = mp_subject_id(arena, &subject);

        fields_add(&object, "subject_kind", fields_code(MP_FAMILY_KIND, (int)subject.kind));
        fields_add(&object, "subject", id == NULL ? NULL : json_string(id));
    }
    add_change(&object, &event->change);
    return object;
}

json_t *fields_change(const struct mp_change *change)
{
    const struct field_table *table = field_of_change(change->kind);
    json_t *object = json_object();

    fields_add(&object, "kind", fields_code(MP_FAMILY_CHANGE, (int)change->kind));
    /* Which record it is about: an event has a subject for it. */
    for (size_t i = 0; i < table->count && table->fields[i].type == FIELD_ID; i++) {
        const char *id = *(const char *const *)(const void *)((const char *)&change->term +
                                                              table->fields[i].offset);

        if (id[0] != '\0')
            fields_add(&object, "id", json_string(id));
    }
    add_change(&object, change);
    return object;
}

void fields_add(json_t **object, const char *name, json_t *value)
{
    if (*object == NULL) {
        json_decref(value);
        return;
    }
    /* The value is taken even when this fails, NULL too. Names are our own, so none is checked. */
    if (json_object_set_new_nocheck(*object, name, value) != 0) {
        json_decref(*object);
        *object = NULL;
    }
}

json_t *fields_u64(uint64_t number)
{
    char text[24];

    if (number <= EXACT_MOST)
        return json_integer((json_int_t)number);
    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    return json_string(text);
}

json_t *fields_time(int64_t wall_us)
{
    char text[28];

    mp_clock_format_utc(wall_us, text);
    return json_string(text);
}

json_t *fields_decimal(struct mp_decimal value)
{
    char text[MP_DECIMAL_TEXT];
    size_t digits = 0;

    mp_decimal_format(value, text);
    for (const char *at = text; *at != '\0'; at++)
        digits += *at >= '0' && *at <= '9';
    if (digits > DIGITS_MOST)
        return json_string(text);
    return value.scale == 0 ? json_integer((json_int_t)value.unscaled) : json_real(atof(text));
}

json_t *fields_day(int32_t number)
{
    char text[MP_DAY_TEXT];

    mp_day_format(number, text);
    return json_string(text);
}

json_t *fields_code(int family, int number)
{
    const char *name = mp_code_name((enum mp_code_family)family, number);

    return json_string(name == NULL ? "" : name);
}

json_t *fields_key(const uint8_t *key)
{
    char text[MP_KEY_TEXT];

    mp_key_format(key, text);
    return json_string(text);
}
