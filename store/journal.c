#include "store/journal.h"

#include "store/internal.h"
#include "store/journal_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define HEADER_BYTES (8 + MP_HASH_BYTES)

enum item { ITEM_EVENT = 'E', ITEM_OUTCOME = 'O' };

struct mp_store_journal {
    int file;
    size_t end; /* behind the last row */
};

int mp_store_journal_open(const char *store_folder, bool read_only,
                          struct mp_store_journal **ret_journal)
{
    struct mp_store_journal *journal;
    int file = mp_journal_file_open(store_folder, read_only);

    if (file < 0)
        return file;
    journal = malloc(sizeof(*journal));
    if (journal == NULL) {
        (void)close(file);
        return MP_ENOMEM;
    }
    *journal = (struct mp_store_journal){.file = file};
    *ret_journal = journal;
    return 0;
}

void mp_store_journal_close(struct mp_store_journal *journal)
{
    if (journal == NULL)
        return;
    (void)close(journal->file);
    free(journal);
}

void mp_store_journal_begin(struct mp_buffer *row, const struct mp_head *head)
{
    mp_buffer_clear(row);
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

bool mp_store_journal_has_room(const struct mp_store_journal *journal, bool is_filed,
                               const struct mp_buffer *row)
{
    size_t at = is_filed ? 0 : journal->end;

    return row->error == 0 && row->size <= MP_JOURNAL_ROW_BYTES &&
           mp_journal_row_extent(row->size) <= MP_JOURNAL_BYTES - at;
}

int mp_store_journal_append(struct mp_store_journal *journal, uint64_t number, uint64_t filed,
                            const struct mp_buffer *row)
{
    size_t at = number == filed + 1 ? 0 : journal->end; /* 0: all that are there are dead */
    int error = row->error;

    if (error == 0)
        error = mp_journal_row_write(journal->file, at, number, mp_buffer_span(row));
    if (error == 0)
        journal->end = at + mp_journal_row_extent(row->size);
    return error;
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

static int replay_row(struct mp_batch *batch, struct mp_span row)
{
    struct mp_reader reader = mp_reader_make(row);
    uint64_t seq = mp_reader_u64(&reader);
    struct mp_span hash = mp_reader_bytes(&reader, MP_HASH_BYTES);
    int error = reader.error;

    if (error == 0 &&
        (seq != batch->head.seq || memcmp(hash.data, batch->head.hash.bytes, MP_HASH_BYTES) != 0))
        error = MP_EMALFORMED;
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

/* Behind the last row there is at most one that was never whole. */
static int check_rest(const struct mp_journal_image *image, uint64_t last)
{
    size_t at = mp_journal_image_fault(image, last + 1);

    if (at == MP_JOURNAL_BYTES)
        return 0;
    mp_store_explain(MP_JOURNAL_FILE " is damaged at byte %zu, or does not follow the tables: they "
                                     "are of different records, or of different times of one",
                     at);
    return MP_ECORRUPT;
}

static int read_image(const struct mp_store_journal *journal, struct mp_journal_image *ret_image)
{
    int error = mp_journal_image_read(journal->file, ret_image);

    if (error == MP_ECORRUPT)
        mp_store_explain(MP_JOURNAL_FILE " is shorter than it was");
    return error;
}

/* batch NULL: only looks. */
static int go_through(struct mp_store_journal *journal, uint64_t filed, struct mp_batch *batch,
                      uint64_t *ret_last)
{
    MP_AUTO(mp_journal_image_done) struct mp_journal_image image = {.bytes = NULL};
    struct mp_span row;
    uint64_t last = filed;
    size_t at = 0;
    int error = read_image(journal, &image);

    if (error < 0)
        return error;
    while (error == 0 && mp_journal_image_row(&image, last + 1, &at, &row)) {
        last++;
        if (batch != NULL)
            error = replay_row(batch, row);
    }
    if (error == MP_ECORRUPT || error == MP_EMALFORMED) {
        mp_store_explain("row %" PRIu64 " of " MP_JOURNAL_FILE
                         " does not follow the tables: they are of different records, or of "
                         "different times of one",
                         last);
        return MP_ECORRUPT;
    }
    if (error == 0)
        error = check_rest(&image, last);
    if (error < 0)
        return error;
    journal->end = at;
    *ret_last = last;
    return 0;
}

int mp_store_journal_last(struct mp_store_journal *journal, uint64_t filed, uint64_t *ret_number)
{
    return go_through(journal, filed, NULL, ret_number);
}

int mp_store_journal_replay(struct mp_store_journal *journal, uint64_t filed,
                            struct mp_batch *batch, uint64_t *ret_number)
{
    return go_through(journal, filed, batch, ret_number);
}

int mp_store_journal_settle(struct mp_store_journal *journal)
{
    MP_AUTO(mp_journal_image_done) struct mp_journal_image image = {.bytes = NULL};
    int error = read_image(journal, &image);

    return error < 0 ? error : mp_journal_image_write(journal->file, &image, journal->end);
}
