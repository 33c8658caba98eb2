/* Founding: the first events, which nobody could submit. */
#include "store/internal.h"

#define SECOND_US 1000000

int mp_store_apply_own(struct mp_batch *batch, const struct mp_change *change, const char *by)
{
    const struct mp_uuid nobody = {.bytes = {0}};
    const struct mp_event event = {.seq = mp_batch_next_seq(batch), .change = *change};
    struct mp_subject subject;
    int error = mp_event_subject(&event, mp_batch_arena(batch), &subject);

    mp_batch_mark(batch);
    if (error == 0)
        error = mp_batch_apply(batch, change, &subject, by, &nobody, 0);
    return error < 0 ? error : mp_store_batch_settle(batch);
}

static struct mp_change change_of(struct mp_batch *batch, enum mp_change_kind kind)
{
    struct mp_change change;

    mp_change_init(&change, kind);
    change.stated_on =
        mp_clock_civil_day(mp_batch_recorded_at_us(batch), batch->store->offset_minutes);
    return change;
}

int mp_store_apply_epoch(struct mp_batch *batch, uint64_t epoch, uint64_t restored_head,
                         const char *by, const char *why)
{
    struct mp_change change = change_of(batch, MP_CHANGE_EPOCH_STARTED);

    change.epoch.epoch = epoch;
    change.epoch.restored_head = restored_head;
    change.epoch.by = by;
    change.epoch.why = why;
    return mp_store_apply_own(batch, &change, by);
}

static int add_agency(struct mp_batch *batch, const char *by, const struct mp_agency *agency,
                      const uint8_t key[static 32])
{
    struct mp_change change = change_of(batch, MP_CHANGE_AGENCY);
    int error;

    change.agency = *agency;
    error = mp_store_apply_own(batch, &change, by);
    if (error < 0)
        return error;
    change = change_of(batch, MP_CHANGE_KEY_ADDED);
    change.key.agency = agency->id;
    memcpy(change.key.public_key, key, sizeof(change.key.public_key));
    return mp_store_apply_own(batch, &change, by);
}

static int found(struct mp_batch *batch, const struct mp_store_founding *founding, uint64_t epoch)
{
    static const char *everything = "/"; /* records point to it until the commit */
    const struct mp_agency authority = {
        .id = founding->authority_id,
        .title = {founding->authority_title, "", ""},
        .role = MP_ROLE_AUTHORITY,
        .grants = {&everything, 1},
    };
    const struct mp_agency service = {
        .id = founding->service_id,
        .title = {"Services of this ledger", "", ""},
        .role = MP_ROLE_SERVICE,
    };
    int error = mp_store_apply_epoch(batch, epoch, 0, founding->authority_id, "founded");

    if (error == 0)
        error = add_agency(batch, founding->authority_id, &authority, founding->authority_key);
    if (error == 0)
        error = add_agency(batch, founding->authority_id, &service, founding->service_key);
    return error;
}

/* Whether a founding was finished here: 1, 0 or an error. */
static int is_founded(struct mp_store *store)
{
    MP_AUTO(mp_kv_abort) struct mp_kv_txn *txn = NULL;
    struct mp_span value;
    int error = mp_kv_begin(store->kv, false, &txn);

    if (error < 0)
        return error;
    if (mp_kv_get(txn, store->tables.meta, mp_span_text(MP_STORE_META_SCHEMA), &value))
        return 1;
    return mp_kv_error(txn);
}

int mp_store_create(const struct mp_store_options *options,
                    const struct mp_store_founding *founding, int64_t now_us)
{
    MP_AUTO(mp_store_close) struct mp_store *store = NULL;
    MP_AUTO(mp_batch_abort) struct mp_batch *batch = NULL;
    uint64_t epoch = now_us < SECOND_US ? 1 : (uint64_t)(now_us / SECOND_US);
    int result;

    if (options->read_only)
        return MP_EINVAL;
    result = mp_store_attach(options, true, &store);
    if (result == 0)
        result = is_founded(store);
    if (result != 0)
        return result < 0 ? result : MP_EEXIST;
    result = mp_batch_begin(store, now_us, &batch);
    if (result == 0)
        result = found(batch, founding, epoch);
    if (result < 0)
        return result;
    return mp_batch_commit(mp_take(batch));
}
