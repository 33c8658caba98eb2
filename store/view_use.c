/* Whether something still hangs on a project. Asked when one is removed, which is rare: it may
 * look at every project, since a parent is named, not spelled by the path. */
#include "store/internal.h"

static bool uses(const struct mp_record *record, const struct mp_subject *project,
                 const char *project_id)
{
    if (record == NULL || record->removed)
        return false;
    if (record->subject.kind == MP_KIND_PROJECT)
        return strcmp(record->project.definition.parent, project_id) == 0;
    if (record->subject.kind == MP_KIND_MILESTONE)
        return strcmp(record->subject.topic, project->topic) == 0 &&
               record->milestone.cancelled_seq == 0;
    return false;
}

/* What the batch has changed itself says so; its state in LMDB is older. */
static bool is_used_in_cache(struct mp_batch *batch, const struct mp_subject *project,
                             const char *project_id)
{
    union mp_table_value *slot;
    struct mp_span key;

    for (size_t at = 0; mp_table_next(batch->records, &at, &key, &slot);) {
        const struct mp_store_cached *cached = slot->pointer;

        if (uses(cached->now, project, project_id))
            return true;
    }
    return false;
}

static int is_used_in_state(struct mp_batch *batch, struct mp_arena *arena,
                            const struct mp_store_key *start, const struct mp_subject *project,
                            const char *project_id)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(batch->txn, batch->store->tables.state);

    for (bool found = mp_kv_seek(cursor, mp_store_key_span(start));
         found && mp_span_starts_with(mp_kv_key(cursor), mp_store_key_span(start));
         found = mp_kv_next(cursor)) {
        struct mp_record record = {.removed = true};
        struct mp_span bytes;
        int error;

        if (mp_table_get(batch->records, mp_kv_key(cursor)) != NULL)
            continue;
        mp_arena_reset(arena);
        error = mp_store_record_open(mp_kv_value(cursor), &bytes);
        if (error == 0)
            error = mp_record_decode(bytes, arena, &record);
        if (error < 0)
            return error == MP_ENOMEM ? error : MP_ECORRUPT;
        if (uses(&record, project, project_id))
            return 1;
    }
    return mp_kv_error(batch->txn);
}

int mp_store_view_in_use(void *context, const char *project_id)
{
    struct mp_batch *batch = context;
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(MP_STORE_VALUE_MOST * 2);
    struct mp_subject project = mp_subject_project(batch->arena, project_id);
    struct mp_store_key start;
    int result;

    if (arena == NULL || project.topic == NULL)
        return MP_ENOMEM;
    if (is_used_in_cache(batch, &project, project_id))
        return 1;
    /* Milestones of this very project: the NUL behind its topic leaves those below it out. */
    mp_store_key_state_prefix(&start, MP_KIND_MILESTONE, project.topic);
    if (start.size < sizeof(start.bytes))
        start.bytes[start.size++] = 0;
    result = is_used_in_state(batch, arena, &start, &project, project_id);
    if (result != 0)
        return result;
    mp_store_key_state_prefix(&start, MP_KIND_PROJECT, MP_STORE_WHOLE_PREFIX);
    return is_used_in_state(batch, arena, &start, &project, project_id);
}
