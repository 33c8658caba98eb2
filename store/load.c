/* What the writer keeps in memory: whose key it is, and the links in order. */
#include "store/internal.h"

#include <stdlib.h>

#define LOAD_ARENA ((size_t)8 << 20) /* of one record at a time */

int mp_store_keep_key(struct mp_store *store, const uint8_t key[static 32], const char *agency,
                      bool *ret_new)
{
    union mp_table_value *slot;
    bool is_new;
    char *owner;
    int error = mp_table_put(store->keys, mp_span_make(key, 32), &slot, &is_new);

    if (error < 0)
        return error;
    if (is_new) {
        owner = strdup(agency);
        if (owner == NULL) {
            mp_table_remove(store->keys, mp_span_make(key, 32));
            return MP_ENOMEM;
        }
        slot->pointer = owner;
    } else if (strcmp(slot->pointer, agency) != 0) {
        return MP_ECORRUPT;
    }
    *ret_new = is_new;
    return 0;
}

void mp_store_forget_key(struct mp_store *store, const uint8_t key[static 32])
{
    union mp_table_value *slot = mp_table_get(store->keys, mp_span_make(key, 32));

    if (slot == NULL)
        return;
    free(slot->pointer);
    mp_table_remove(store->keys, mp_span_make(key, 32));
}

static int load_agency(struct mp_store *store, const struct mp_record *record)
{
    for (size_t i = 0; i < record->agency.key_count; i++) {
        bool is_new;
        int error = mp_store_keep_key(store, record->agency.keys[i].public_key,
                                      record->agency.definition.id, &is_new);

        if (error < 0)
            return error;
    }
    return 0;
}

static int load_milestone(struct mp_store *store, const struct mp_record *record)
{
    const struct mp_milestone *milestone = &record->milestone.definition;

    if (milestone->start[0] == '\0')
        return 0;
    return mp_network_set_start(store->network, milestone->id, milestone->start, NULL, NULL);
}

static int load_link(struct mp_store *store, const struct mp_record *record)
{
    const struct mp_link *link = &record->link;

    if (record->removed)
        return 0;
    return mp_network_link(store->network, link->predecessor, link->successor, link->type, NULL,
                           NULL);
}

typedef int (*loader)(struct mp_store *store, const struct mp_record *record);

static int load_kind(struct mp_store *store, struct mp_kv_txn *txn, struct mp_arena *arena,
                     enum mp_kind kind, loader load)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(txn, store->tables.state);
    struct mp_store_key start;
    int error = 0;

    mp_store_key_state_prefix(&start, kind, MP_STORE_WHOLE_PREFIX);
    for (bool found = mp_kv_seek(cursor, mp_store_key_span(&start));
         found && mp_span_starts_with(mp_kv_key(cursor), mp_store_key_span(&start));
         found = mp_kv_next(cursor)) {
        struct mp_record record;
        struct mp_span bytes;

        mp_arena_reset(arena);
        error = mp_store_record_open(mp_kv_value(cursor), &bytes);
        if (error == 0)
            error = mp_record_decode(bytes, arena, &record);
        if (error == 0)
            error = load(store, &record);
        if (error < 0)
            return error == MP_ENOMEM ? error : MP_ECORRUPT;
    }
    return mp_kv_error(txn);
}

static int load_network(struct mp_store *store, struct mp_kv_txn *txn, struct mp_arena *arena)
{
    int error;

    mp_network_load_begin(store->network);
    error = load_kind(store, txn, arena, MP_KIND_MILESTONE, load_milestone);
    if (error == 0)
        error = load_kind(store, txn, arena, MP_KIND_LINK, load_link);
    if (error == 0)
        error = mp_network_load_end(store->network);
    return error == MP_EEXIST ? MP_ECORRUPT : error;
}

int mp_store_load(struct mp_store *store)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(LOAD_ARENA);
    MP_AUTO(mp_kv_abort) struct mp_kv_txn *txn = NULL;
    struct mp_store_position position = {.count = 0};
    struct mp_span value;
    int error;

    if (arena == NULL)
        return MP_ENOMEM;
    error = mp_kv_begin(store->kv, false, &txn);
    if (error < 0)
        return error;
    error = load_kind(store, txn, arena, MP_KIND_AGENCY, load_agency);
    if (error == 0 && !store->read_only)
        error = load_network(store, txn, arena);
    if (error < 0)
        return error;
    if (mp_kv_get(txn, store->tables.topics, mp_span_text(MP_TOPIC_AGENCY), &value))
        error = mp_store_position_open(value, &position, NULL);
    store->agency_events = position.count;
    return error < 0 ? error : mp_kv_error(txn);
}
