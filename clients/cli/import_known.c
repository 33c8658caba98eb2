/* What the ledger has already, so that importing again doubles nothing and a definition that was
 * changed back is not taken for the old one. */
#include "clients/cli/import.h"

#include "core/domain/subject.h"

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

/* The change that would define what the record is now; false for kinds that no file defines. */
static bool change_of(const struct mp_record *record, struct mp_change *change)
{
    switch (record->subject.kind) {
    case MP_KIND_TERM:
        mp_change_init(change, MP_CHANGE_TERM);
        change->term = record->term;
        break;
    case MP_KIND_AGENCY:
        mp_change_init(change, MP_CHANGE_AGENCY);
        change->agency = record->agency.definition;
        break;
    case MP_KIND_PROJECT:
        mp_change_init(change, MP_CHANGE_PROJECT);
        change->project = record->project.definition;
        break;
    case MP_KIND_MILESTONE:
        mp_change_init(change, MP_CHANGE_MILESTONE);
        change->milestone = record->milestone.definition;
        break;
    case MP_KIND_LINK:
        mp_change_init(change, MP_CHANGE_LINK);
        change->link = record->link;
        break;
    case MP_KIND_INDICATOR:
        mp_change_init(change, MP_CHANGE_INDICATOR);
        change->indicator = record->indicator;
        break;
    default:
        return false;
    }
    change->note = record->note;
    change->source.reference = record->source;
    return true;
}

const char *import_defined_id(const struct mp_change *change, struct mp_arena *arena)
{
    struct mp_subject subject;

    switch (change->kind) {
    case MP_CHANGE_TERM:
        subject = mp_subject_term(arena, change->term.scheme, change->term.code);
        break;
    case MP_CHANGE_AGENCY:
        return change->agency.id;
    case MP_CHANGE_PROJECT:
        return change->project.id;
    case MP_CHANGE_MILESTONE:
        return change->milestone.id;
    case MP_CHANGE_LINK:
        subject = mp_subject_link(arena, change->link.predecessor, change->link.successor,
                                  change->link.type);
        break;
    case MP_CHANGE_INDICATOR:
        return change->indicator.code;
    default:
        return NULL;
    }
    return subject.topic == NULL ? NULL : mp_subject_id(arena, &subject);
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
