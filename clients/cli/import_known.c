/* What the ledger has already, so that importing again doubles nothing and a definition that was
 * changed back is not taken for the old one. */
#include "clients/cli/import.h"

#include "core/domain/fold.h"

#include <string.h>

#define RECORDS_MOST 10000000
#define ID_VERSION   "milepost import 1\n"
#define ID_MOST      (MP_SUBMISSION_MOST + 512)

int import_canonical(const struct mp_change *change, struct mp_arena *arena,
                     struct mp_span *ret_bytes)
{
    struct mp_submission submission = {
        .changes = (struct mp_change *)(uintptr_t)change,
        .change_count = 1,
    };
    struct mp_buffer buffer;
    int error;

    mp_buffer_init(&buffer, MP_SUBMISSION_MOST);
    error = mp_submission_encode(&submission, arena, &buffer);
    if (error == 0)
        error = buffer.error;
    if (error == 0) {
        *ret_bytes = mp_arena_copy(arena, mp_buffer_span(&buffer));
        error = ret_bytes->data == NULL ? MP_ENOMEM : 0;
    }
    mp_buffer_done(&buffer);
    return error;
}

int import_submission_id(const char *submitter, unsigned attempt, struct mp_revision revision,
                         const struct mp_change *changes, size_t count, struct mp_arena *arena,
                         struct mp_uuid *ret_id)
{
    struct mp_buffer content;
    int error = 0;

    mp_buffer_init(&content, ID_MOST);
    mp_buffer_put_text(&content, ID_VERSION);
    mp_buffer_put_text(&content, submitter);
    mp_buffer_put_u8(&content, 0);
    mp_buffer_put_u32(&content, attempt);
    mp_buffer_put_u64(&content, revision.epoch);
    mp_buffer_put_u64(&content, revision.seq);
    for (size_t i = 0; i < count && error == 0; i++) {
        struct mp_span bytes;

        error = import_canonical(&changes[i], arena, &bytes);
        if (error == 0)
            mp_buffer_put_span(&content, bytes);
    }
    if (error == 0)
        error = content.error;
    if (error == 0)
        *ret_id = mp_uuid_v8(mp_buffer_span(&content));
    mp_buffer_done(&content);
    return error;
}

/* What a file can define: the kinds of record, and where a record has its definition. */
#define DEFINED(kind, member, where)                                                               \
    {                                                                                              \
        MP_KIND_##kind, MP_CHANGE_##kind, offsetof(struct mp_record, where),                       \
            sizeof(struct mp_##member)                                                             \
    }
static const struct defined {
    enum mp_kind kind;
    enum mp_change_kind change;
    size_t offset, size;
} defined[] = {
    DEFINED(TERM, term, term),
    DEFINED(AGENCY, agency, agency.definition),
    DEFINED(PROJECT, project, project.definition),
    DEFINED(MILESTONE, milestone, milestone.definition),
    DEFINED(LINK, link, link),
    DEFINED(INDICATOR, indicator, indicator),
    {MP_KIND_CALENDAR, MP_CHANGE_CALENDAR, offsetof(struct mp_record, calendar),
     sizeof(struct mp_calendar_version)},
    DEFINED(POLICY, policy, policy),
};

/* The change that would define what the record is now; false for kinds that no file defines. */
static bool change_of(const struct mp_record *record, struct mp_change *change)
{
    for (size_t i = 0; i < MP_LENGTH(defined); i++) {
        if (defined[i].kind != record->subject.kind)
            continue;
        mp_change_init(change, defined[i].change);
        memcpy(&change->term, (const char *)record + defined[i].offset, defined[i].size);
        change->note = record->note;
        change->source.reference = record->source;
        return true;
    }
    return false;
}

const char *import_defined_id(const struct mp_change *change, struct mp_arena *arena)
{
    const struct mp_event event = {.change = *change};
    struct mp_subject subject;

    return mp_event_subject(&event, arena, &subject) == 0 ? mp_subject_id(arena, &subject) : NULL;
}

struct reading {
    struct mp_arena *arena, *scratch;
    struct mp_table *table;
};

static bool has_valid_key(const struct mp_agency_record *agency)
{
    for (size_t i = 0; i < agency->key_count; i++) {
        if (agency->keys[i].revoked_seq == 0)
            return true;
    }
    return false;
}

static int take_record(struct reading *reading, struct mp_span bytes)
{
    union mp_table_value *slot;
    struct import_known *known;
    struct mp_record record;
    struct mp_change change;
    const char *id;
    bool is_new;
    int error;

    mp_arena_reset(reading->scratch);
    error = mp_record_decode(bytes, reading->scratch, &record);
    if (error < 0 || !change_of(&record, &change))
        return error;
    id = mp_subject_id(reading->scratch, &record.subject);
    known = mp_arena_alloc(reading->arena, sizeof *known);
    if (id == NULL || known == NULL)
        return MP_ENOMEM;
    known->revision = record.revision;
    known->removed = record.removed;
    known->has_key = record.subject.kind == MP_KIND_AGENCY && has_valid_key(&record.agency);
    error = import_canonical(&change, reading->arena, &known->canonical);
    if (error == 0)
        error = mp_table_put(reading->table, mp_span_text(id), &slot, &is_new);
    if (error == 0)
        slot->pointer = known;
    return error;
}

static int take_page(void *context, const struct mp_page *page)
{
    int error = 0;

    for (size_t i = 0; i < page->row_count && error == 0; i++)
        error = take_record(context, page->rows[i].record);
    return error;
}

int import_known_read(struct mp_client *client, enum mp_kind kind, int64_t timeout_ms,
                      struct mp_arena *arena, struct mp_table **ret_table)
{
    MP_AUTO(mp_arena_free) struct mp_arena *scratch = mp_arena_new((size_t)8 << 20);
    MP_AUTO(mp_table_free) struct mp_table *table = mp_table_new(RECORDS_MOST);
    struct reading reading = {.arena = arena, .scratch = scratch, .table = table};
    struct mp_ask ask;
    int error;

    if (scratch == NULL || table == NULL)
        return MP_ENOMEM;
    mp_ask_init(&ask, MP_ASK_LIST);
    ask.record_kind = kind;
    ask.removed_too = true;
    error = mp_client_ask(client, &ask, timeout_ms, take_page, &reading);
    if (error == 0)
        *ret_table = mp_take(table);
    return error;
}
