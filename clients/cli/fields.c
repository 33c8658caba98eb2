#include "clients/cli/fields.h"

#include "clients/cli/fields_table.h"
#include "core/base/arena.h"
#include "core/base/text.h"
#include "core/domain/fold.h"

#include <string.h>

#define ARENA_BYTES  ((size_t)64 << 10)
#define SHA256_BYTES 32

static void add_title(json_t **object, const struct mp_title *title)
{
    if (title->en != NULL && title->en[0] != '\0')
        fields_add(object, "title", json_string(title->en));
    if (title->ur != NULL && title->ur[0] != '\0')
        fields_add(object, "title_ur", json_string(title->ur));
    if (title->zh != NULL && title->zh[0] != '\0')
        fields_add(object, "title_zh", json_string(title->zh));
}

static void add_text(json_t **object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        fields_add(object, name, json_string(text));
}

static void add_hash(json_t **object, const char *name, const struct mp_source *source)
{
    char text[2 * SHA256_BYTES + 1];

    if (!source->has_sha256)
        return;
    mp_text_hex(mp_span_make(source->sha256, SHA256_BYTES), text);
    fields_add(object, name, json_string(text));
}

static void add_table(json_t **object, const struct field_table *table, const void *base);

static void add_slot(json_t **object, const char *name, const struct mp_slot *slot)
{
    json_t *made;

    if (slot->seq == 0)
        return;
    made = json_object();
    add_table(&made, &field_slot, slot);
    fields_add(object, name, made);
}

static void add_number(json_t **object, const struct field *field, const void *at)
{
    const char *name = field->name;
    int number = 0;
    uint64_t seq = 0;

    if (field->type == FIELD_SEQ)
        memcpy(&seq, at, sizeof seq);
    else
        memcpy(&number, at, sizeof number);
    if (field->type == FIELD_CODE && number != 0)
        fields_add(object, name, fields_code(field->family, number));
    else if (field->type == FIELD_DAY && number != MP_DAY_NONE)
        fields_add(object, name, fields_day(number));
    else if (field->type == FIELD_DAYS || (field->type == FIELD_COUNT && number != 0) ||
             (field->type == FIELD_DURATION && number >= 0))
        fields_add(object, name, json_integer(number));
    else if (field->type == FIELD_SEQ && seq != 0)
        fields_add(object, name, fields_u64(seq));
}

static void add_date(json_t **object, const struct field *field, const struct mp_date *date)
{
    if (!mp_date_is_set(*date))
        return;
    fields_add(object, field->name,
               field->type == FIELD_DATE ? fields_day(date->day)
                                         : fields_code(MP_FAMILY_PRECISION, (int)date->precision));
}

static void add_bytes(json_t **object, const struct field *field, const void *at)
{
    const struct mp_list *items = at;
    int64_t time_us;

    if (field->type == FIELD_LIST && items->count > 0) {
        fields_add(object, field->name, fields_list(items));
    } else if (field->type == FIELD_TIME) {
        memcpy(&time_us, at, sizeof time_us);
        if (time_us != 0)
            fields_add(object, field->name, fields_time(time_us));
    } else if (field->type == FIELD_UUID && !mp_uuid_is_nil(at)) {
        fields_add(object, field->name, fields_uuid(at));
    } else if (field->type == FIELD_KEY) {
        fields_add(object, field->name, fields_key(at));
    } else if (field->type == FIELD_FLAG && *(const bool *)at) {
        fields_add(object, field->name, json_true());
    }
}

static void add_field(json_t **object, const struct field *field, const void *at)
{
    switch (field->type) {
    case FIELD_TEXT:
        add_text(object, field->name, *(const char *const *)at);
        return;
    case FIELD_TITLE:
        add_title(object, at);
        return;
    case FIELD_CODE:
    case FIELD_DAY:
    case FIELD_COUNT:
    case FIELD_DAYS:
    case FIELD_DURATION:
    case FIELD_SEQ:
        add_number(object, field, at);
        return;
    case FIELD_DATE:
    case FIELD_PRECISION:
        add_date(object, field, at);
        return;
    case FIELD_DECIMAL:
        fields_add(object, field->name, fields_decimal(*(const struct mp_decimal *)at));
        return;
    case FIELD_HASH:
        add_hash(object, field->name, at);
        return;
    case FIELD_SLOT:
        add_slot(object, field->name, at);
        return;
    case FIELD_MADE:
        return;
    default:
        add_bytes(object, field, at);
    }
}

static void add_table(json_t **object, const struct field_table *table, const void *base)
{
    for (size_t i = 0; i < table->count; i++)
        add_field(object, &table->fields[i], (const char *)base + table->fields[i].offset);
}

static json_t *agency_keys(const struct mp_agency_record *agency)
{
    json_t *keys = json_array();

    for (size_t i = 0; keys != NULL && i < agency->key_count; i++) {
        json_t *key = json_object();

        fields_add(&key, "public_key", fields_key(agency->keys[i].public_key));
        fields_add(&key, "added_seq", fields_u64(agency->keys[i].added_seq));
        if (agency->keys[i].revoked_seq != 0)
            fields_add(&key, "revoked_seq", fields_u64(agency->keys[i].revoked_seq));
        if (json_array_append_new(keys, key) != 0) {
            json_decref(keys);
            return NULL;
        }
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
    if (slip != NULL && json_object_size(slip) == 0)
        json_decref(slip);
    else
        fields_add(object, "slip_days", slip);
}

static void add_milestone(json_t **object, const struct mp_milestone_record *milestone,
                          int32_t today)
{
    json_t *made = json_object();

    fields_add(object, "status",
               fields_code(MP_FAMILY_MILESTONE_STATUS, (int)mp_milestone_status_now(milestone)));
    fields_add(object, "late", json_boolean(mp_milestone_is_late(milestone, today)));
    add_slot(&made, "first", &milestone->first);
    add_slot(&made, "approved", &milestone->approved);
    if (made != NULL && json_object_size(made) == 0)
        json_decref(made);
    else
        fields_add(object, "baseline", made);
    add_expected(object, milestone);
    add_slip(object, milestone, today);
    if (milestone->progress.seq == 0)
        return;
    made = json_object();
    fields_add(&made, "percent", fields_decimal(milestone->progress.percent));
    fields_add(&made, "stated_on", fields_day(milestone->progress.stated_on));
    fields_add(&made, "seq", fields_u64(milestone->progress.seq));
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
    add_table(&object, &field_definitions[kind], definition_of(record));
    add_table(&object, &field_standings[kind], &record->term);
    if (kind == MP_KIND_AGENCY && record->agency.key_count > 0)
        fields_add(&object, "keys", agency_keys(&record->agency));
    if (kind == MP_KIND_PROJECT)
        add_project(&object, &record->project);
    if (kind == MP_KIND_MILESTONE)
        add_milestone(&object, &record->milestone, today);
    add_table(&object, &field_common, record);
    return object;
}

static void add_change(json_t **object, const struct mp_change *change)
{
    add_table(object, field_of_change(change->kind), &change->term);
    add_table(object, &field_change, change);
}

json_t *fields_event(const struct mp_event *event)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(ARENA_BYTES);
    struct mp_subject subject;
    json_t *object = json_object();

    add_table(&object, &field_event, event);
    fields_add(&object, "kind", fields_code(MP_FAMILY_CHANGE, (int)event->change.kind));
    if (arena != NULL && mp_event_subject(event, arena, &subject) == 0) {
        const char *id = mp_subject_id(arena, &subject);

        fields_add(&object, "subject_kind", fields_code(MP_FAMILY_KIND, (int)subject.kind));
        fields_add(&object, "subject", id == NULL ? NULL : json_string(id));
    }
    add_change(&object, &event->change);
    return object;
}

/* What says which record it is about, where the kind's own fields do not. */
static void add_identity(json_t **object, const struct mp_change *change)
{
    switch (change->kind) {
    case MP_CHANGE_AGENCY:
        add_text(object, "id", change->agency.id);
        return;
    case MP_CHANGE_PROJECT:
        add_text(object, "id", change->project.id);
        return;
    case MP_CHANGE_MILESTONE:
        add_text(object, "id", change->milestone.id);
        return;
    case MP_CHANGE_KEY_ADDED:
    case MP_CHANGE_KEY_REVOKED:
        add_text(object, "id", change->key.agency);
        return;
    case MP_CHANGE_PROJECT_REMOVED:
    case MP_CHANGE_MILESTONE_CANCELLED:
        add_text(object, "id", change->removed);
        return;
    default:
        return;
    }
}

json_t *fields_change(const struct mp_change *change)
{
    json_t *object = json_object();

    fields_add(&object, "kind", fields_code(MP_FAMILY_CHANGE, (int)change->kind));
    add_identity(&object, change);
    add_change(&object, change);
    return object;
}
