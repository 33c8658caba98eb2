/* What the outbox keeps, damaged or written by another version: an entry, a submission's bytes, the
 * counts. The first byte says which, and whether the bytes get a valid CRC, so that what lies
 * behind the check is reached too. Nothing here is ever committed but the counts. */
#include "tests/fuzz/fuzz.h"

#include "clients/lib/outbox_private.h"
#include "core/base/hash.h"

enum { OF_ENTRY, OF_BODY, OF_META, SEALED = 4 };

#define PLACE 7

static const struct mp_span meta_key = {(const uint8_t *)"outbox", 6};
static struct mp_outbox *outbox;

static void open_once(void)
{
    if (outbox == NULL)
        mp_assert(mp_outbox_open(fuzz_folder(), &outbox) == 0);
}

static void put_place(struct mp_outbox_work *work, mp_kv_table table, struct mp_span value)
{
    static const uint8_t key[8] = {[7] = PLACE};

    mp_kv_put(work->txn, table, mp_span_make(key, sizeof key), value);
    mp_assert(mp_kv_error(work->txn) == 0);
}

/* An entry that is read can be written, and reads the same. */
static void check_entry(struct mp_outbox_work *work, struct mp_span value)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(FUZZ_ARENA_BYTES);
    struct mp_outbox_entry entry, again;

    put_place(work, outbox->entries, value);
    if (!mp_outbox_work_load(work, PLACE, arena, &entry)) {
        int error = mp_kv_error(work->txn);

        mp_assert(error == MP_ECORRUPT || error == MP_EVERSION);
        return;
    }
    mp_assert(entry.place == PLACE && entry.state >= MP_OUTBOX_WAITING &&
              entry.state <= MP_OUTBOX_STATE_LAST);
    fuzz_touch(mp_span_text(entry.answer.rejection.field));
    fuzz_touch(mp_span_text(entry.answer.rejection.message));
    mp_outbox_work_store(work, &entry, NULL);
    mp_assert(mp_outbox_work_load(work, PLACE, arena, &again));
    mp_assert(again.state == entry.state && again.seen == entry.seen &&
              again.queued_at_us == entry.queued_at_us &&
              again.answer.last_seq == entry.answer.last_seq &&
              mp_uuid_equal(&again.id, &entry.id) && mp_uuid_equal(&again.after, &entry.after));
    mp_outbox_work_erase(work, &again);
    mp_assert(mp_kv_error(work->txn) == 0);
}

static void check_body(struct mp_outbox_work *work, struct mp_span value)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(FUZZ_ARENA_BYTES);
    struct mp_outbox_entry entry = {.place = PLACE};
    struct mp_submission submission;
    struct mp_rejection rejection;

    put_place(work, outbox->bodies, value);
    if (!mp_outbox_work_load_body(work, arena, &entry)) {
        mp_assert(mp_kv_error(work->txn) == MP_ECORRUPT);
        return;
    }
    mp_assert(mp_span_equal(entry.submission, mp_span_make(value.data, value.size - 4)));
    mp_assert(mp_submission_decode(entry.submission, arena, &submission, &rejection) <= 1);
}

/* The counts are read at the beginning of every transaction. */
static void check_meta(struct mp_span value)
{
    struct mp_kv_txn *txn;
    struct mp_outbox_counts counts;
    int result;

    mp_assert(mp_kv_begin(outbox->kv, true, &txn) == 0);
    mp_kv_put(txn, outbox->meta, meta_key, value);
    mp_assert(mp_kv_commit(txn) == 0);
    result = mp_outbox_count(outbox, &counts);
    mp_assert(result == 0 || result == MP_ECORRUPT || result == MP_EVERSION);
    mp_assert(mp_kv_begin(outbox->kv, true, &txn) == 0);
    (void)mp_kv_delete(txn, outbox->meta, meta_key);
    mp_assert(mp_kv_commit(txn) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MP_AUTO(fuzz_buffer_done) struct mp_buffer value = fuzz_buffer();
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    uint8_t what = size == 0 ? 0 : data[0];

    if (size < 2)
        return 0;
    open_once();
    mp_buffer_put(&value, data + 1, size - 1);
    if ((what & SEALED) != 0)
        mp_buffer_put_u32(&value, mp_crc32c(0, mp_buffer_span(&value)));
    mp_assert(value.error == 0);
    if (what % SEALED == OF_META) {
        check_meta(mp_buffer_span(&value));
        return 0;
    }
    mp_assert(mp_outbox_work_begin(outbox, true, &work) == 0);
    if (what % SEALED == OF_ENTRY)
        check_entry(&work, mp_buffer_span(&value));
    else
        check_body(&work, mp_buffer_span(&value));
    return 0;
}
