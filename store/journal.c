#include "store/journal.h"

#include "core/base/file.h"
#include "store/internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLDER       "journal"
#define MAP_BYTES    ((uint64_t)256 << 20)
#define HEADER_BYTES (4 + 8 + MP_HASH_BYTES)

enum item { ITEM_EVENT = 'E', ITEM_OUTCOME = 'O' };

struct mp_store_journal {
    struct mp_kv *kv;
    mp_kv_table rows;
};

static int open_folder(const char *store_folder, bool read_only, struct mp_store_journal *journal)
{
    char folder[PATH_MAX];
    const struct mp_kv_options options = {.folder = folder,
                                          .map_bytes = MAP_BYTES,
                                          .tables = 1,
                                          .create = !read_only,
                                          .read_only = read_only};
    int length = snprintf(folder, sizeof(folder), "%s/" FOLDER, store_folder);
    int error;

    if (length < 0 || (size_t)length >= sizeof(folder))
        return MP_EINVAL;
    error = mp_kv_open(&options, &journal->kv);
    /* The new folder is to last as long as what is put into it. */
    if (error == 0 && !read_only)
        error = mp_file_sync_folder(store_folder);
    return error < 0 ? error : mp_kv_table_open(journal->kv, "rows", &journal->rows);
}

int mp_store_journal_open(const char *store_folder, bool read_only,
                          struct mp_store_journal **ret_journal)
{
    MP_AUTO(mp_store_journal_close) struct mp_store_journal *journal = calloc(1, sizeof(*journal));
    int error = journal == NULL ? MP_ENOMEM : open_folder(store_folder, read_only, journal);

    if (error == 0)
        *ret_journal = mp_take(journal);
    return error;
}

void mp_store_journal_close(struct mp_store_journal *journal)
{
    if (journal == NULL)
        return;
    mp_kv_close(journal->kv);
    free(journal);
}

void mp_store_journal_begin(struct mp_buffer *row, const struct mp_head *head)
{
    mp_buffer_clear(row);
    mp_buffer_put_u32(row, 0);
    mp_buffer_put_u64(row, head->seq);
    mp_buffer_put(row, head->hash.bytes, MP_HASH_BYTES);
}

bool mp_store_journal_is_empty(const struct mp_buffer *row)
{
    return row->error == 0 && row->size == HEADER_BYTES;
}

void mp_store_journal_add_event(struct mp_buffer *row, struct mp_span event)
{
    mp_buffer_put_u8(row, ITEM_EVENT);
    mp_buffer_put_u32(row, (uint32_t)event.size);
    mp_buffer_put_span(row, event);
}

void mp_store_journal_add_outcome(struct mp_buffer *row, const char *agency,
                                  const struct mp_uuid *id, const struct mp_hash *hash,
                                  struct mp_span answer)
{
    struct mp_span name = mp_span_text(agency);

    mp_assert(name.size <= UINT8_MAX);
    mp_buffer_put_u8(row, ITEM_OUTCOME);
    mp_buffer_put_u8(row, (uint8_t)name.size);
    mp_buffer_put_span(row, name);
    mp_buffer_put(row, id->bytes, MP_UUID_BYTES);
    mp_buffer_put(row, hash->bytes, MP_HASH_BYTES);
    mp_buffer_put_u32(row, (uint32_t)answer.size);
    mp_buffer_put_span(row, answer);
}

int mp_store_journal_append(struct mp_store_journal *journal, uint64_t number, uint64_t filed,
                            struct mp_buffer *row)
{
    MP_AUTO(mp_kv_abort) struct mp_kv_txn *txn = NULL;
    struct mp_store_key key;
    uint32_t crc;
    int error = row->error < 0 ? row->error : mp_kv_begin(journal->kv, true, &txn);

    if (error < 0)
        return error;
    crc = mp_crc32c(0, mp_span_make(row->data + 4, row->size - 4));
    for (int i = 0; i < 4; i++)
        row->data[i] = (uint8_t)(crc >> (24 - 8 * i));
    if (number == filed + 1) /* all that are there are dead */
        mp_kv_clear(txn, journal->rows);
    mp_store_key_seq(&key, number);
    mp_kv_append(txn, journal->rows, mp_store_key_span(&key), mp_buffer_span(row));
    return mp_kv_commit(mp_take(txn));
}

int mp_store_journal_last(struct mp_store_journal *journal, uint64_t *ret_number)
{
    MP_AUTO(mp_kv_abort) struct mp_kv_txn *txn = NULL;
    MP_AUTO(mp_kv_cursor_close) struct mp_kv_cursor *cursor = NULL;
    int error = mp_kv_begin(journal->kv, false, &txn);

    if (error < 0)
        return error;
    *ret_number = 0;
    cursor = mp_kv_cursor_open(txn, journal->rows);
    if (mp_kv_seek_before(cursor, mp_span_make(NULL, 0)))
        return mp_store_key_to_seq(mp_kv_key(cursor), ret_number);
    return mp_kv_error(txn);
}

static int take_event(struct mp_batch *batch, struct mp_reader *reader)
{
    struct mp_arena *arena = mp_batch_arena(batch);
    struct mp_span bytes = mp_arena_copy(arena, mp_reader_bytes(reader, mp_reader_u32(reader)));
    struct mp_subject subject;
    struct mp_event event;
    int error = reader->error;

    if (error == 0)
        error = bytes.data == NULL ? MP_ENOMEM : mp_event_decode(bytes, arena, &event);
    if (error == 0)
        error = mp_event_subject(&event, arena, &subject);
    return error < 0 ? error : mp_store_batch_take(batch, &event, bytes, &subject);
}

static int take_outcome(struct mp_batch *batch, struct mp_reader *reader)
{
    struct mp_span name = mp_reader_bytes(reader, mp_reader_u8(reader));
    const char *agency =
        mp_arena_printf(mp_batch_arena(batch), "%.*s", (int)name.size, (const char *)name.data);
    struct mp_uuid id;
    struct mp_hash hash;
    struct mp_span bytes = mp_reader_bytes(reader, MP_UUID_BYTES);

    if (reader->error == 0)
        memcpy(id.bytes, bytes.data, MP_UUID_BYTES);
    bytes = mp_reader_bytes(reader, MP_HASH_BYTES);
    if (reader->error == 0)
        memcpy(hash.bytes, bytes.data, MP_HASH_BYTES);
    bytes = mp_reader_bytes(reader, mp_reader_u32(reader));
    if (reader->error != 0)
        return reader->error;
    return agency == NULL ? MP_ENOMEM : mp_batch_keep(batch, agency, &id, &hash, bytes);
}

/* Whether the row is whole and follows the batch's head; the reader stands on its first item. */
static int open_row(const struct mp_batch *batch, struct mp_span row, struct mp_reader *ret_reader)
{
    struct mp_reader reader = mp_reader_make(row);
    uint32_t crc = mp_reader_u32(&reader);
    uint64_t seq = mp_reader_u64(&reader);
    struct mp_span hash = mp_reader_bytes(&reader, MP_HASH_BYTES);

    if (reader.error != 0 || crc != mp_crc32c(0, mp_span_make(row.data + 4, row.size - 4)))
        return MP_EMALFORMED;
    if (seq != batch->head.seq || memcmp(hash.data, batch->head.hash.bytes, MP_HASH_BYTES) != 0)
        return MP_EMALFORMED;
    *ret_reader = reader;
    return 0;
}

static int replay_row(struct mp_batch *batch, struct mp_span row)
{
    struct mp_reader reader;
    int error = open_row(batch, row, &reader);

    mp_batch_mark(batch);
    while (error == 0 && mp_reader_left(&reader) > 0) {
        switch (mp_reader_u8(&reader)) {
        case ITEM_EVENT:
            error = take_event(batch, &reader);
            break;
        case ITEM_OUTCOME:
            error = take_outcome(batch, &reader);
            break;
        default:
            error = MP_EMALFORMED;
        }
    }
    return error;
}

int mp_store_journal_replay(struct mp_store_journal *journal, uint64_t filed,
                            struct mp_batch *batch)
{
    MP_AUTO(mp_kv_abort) struct mp_kv_txn *txn = NULL;
    MP_AUTO(mp_kv_cursor_close) struct mp_kv_cursor *cursor = NULL;
    struct mp_store_key start;
    int error = mp_kv_begin(journal->kv, false, &txn);

    if (error < 0)
        return error;
    cursor = mp_kv_cursor_open(txn, journal->rows);
    mp_store_key_seq(&start, filed + 1);
    for (bool found = mp_kv_seek(cursor, mp_store_key_span(&start)); found;
         found = mp_kv_next(cursor)) {
        uint64_t number = 0;

        error = mp_store_key_to_seq(mp_kv_key(cursor), &number);
        if (error == 0)
            error = number == ++filed ? replay_row(batch, mp_kv_value(cursor)) : MP_EMALFORMED;
        if (error == MP_ECORRUPT || error == MP_EMALFORMED) {
            mp_store_explain("row %llu of " FOLDER "/" MP_STORE_DATA_FILE
                             " is damaged or does not follow the tables: they are of different "
                             "records, or of different times of one",
                             (unsigned long long)number);
            return MP_ECORRUPT;
        }
        if (error < 0)
            return error;
    }
    return mp_kv_error(txn);
}
