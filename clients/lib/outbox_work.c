#include "clients/lib/outbox_private.h"
#include "core/base/hash.h"

#include <string.h>

#define VERSION   1
#define KEY_BYTES 8
#define CRC_BYTES 4
#define TEXT_MOST 4000 /* bytes kept of a rejection's field and message */
#define STATE_KEY (1 + KEY_BYTES)
#define META_KEY  "outbox"

static void write_u64(uint8_t *bytes, uint64_t value)
{
    for (unsigned i = 0; i < KEY_BYTES; i++)
        bytes[i] = (uint8_t)(value >> (56 - 8 * i));
}

static uint64_t read_u64(const uint8_t *bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < KEY_BYTES; i++)
        value = value << 8 | bytes[i];
    return value;
}

static void write_state_key(uint8_t key[static STATE_KEY], unsigned state, uint64_t place)
{
    key[0] = (uint8_t)state;
    write_u64(key + 1, place);
}

static void seal(struct mp_buffer *buffer)
{
    mp_buffer_put_u32(buffer, mp_crc32c(0, mp_buffer_span(buffer)));
}

/* The bytes before their CRC, or empty when they are damaged. */
static struct mp_span unseal(struct mp_span sealed)
{
    struct mp_span bytes, none = {0};

    if (sealed.size <= CRC_BYTES)
        return none;
    bytes = mp_span_make(sealed.data, sealed.size - CRC_BYTES);
    struct mp_reader reader =
        mp_reader_make(mp_span_make(sealed.data + bytes.size, (size_t)CRC_BYTES));
    return mp_reader_u32(&reader) == mp_crc32c(0, bytes) ? bytes : none;
}

static int read_meta(struct mp_outbox_work *work)
{
    struct mp_span sealed;

    work->meta = (struct mp_outbox_meta){.next_place = 1};
    if (!mp_kv_get(work->txn, work->outbox->meta, mp_span_text(META_KEY), &sealed))
        return mp_kv_error(work->txn);
    struct mp_reader reader = mp_reader_make(unseal(sealed));
    if (mp_reader_u8(&reader) != VERSION)
        return reader.error != 0 ? MP_ECORRUPT : MP_EVERSION;
    work->meta.next_place = mp_reader_u64(&reader);
    for (unsigned state = MP_OUTBOX_WAITING; state <= MP_OUTBOX_STATE_LAST; state++)
        work->meta.counts[state] = mp_reader_u64(&reader);
    work->meta.rejected_unseen = mp_reader_u64(&reader);
    work->meta.epoch = mp_reader_u64(&reader);
    work->meta.restored_head = mp_reader_u64(&reader);
    return reader.error != 0 ? MP_ECORRUPT : 0;
}

static void write_meta(struct mp_outbox_work *work)
{
    struct mp_buffer *buffer = &work->outbox->buffer;

    mp_buffer_clear(buffer);
    mp_buffer_put_u8(buffer, VERSION);
    mp_buffer_put_u64(buffer, work->meta.next_place);
    for (unsigned state = MP_OUTBOX_WAITING; state <= MP_OUTBOX_STATE_LAST; state++)
        mp_buffer_put_u64(buffer, work->meta.counts[state]);
    mp_buffer_put_u64(buffer, work->meta.rejected_unseen);
    mp_buffer_put_u64(buffer, work->meta.epoch);
    mp_buffer_put_u64(buffer, work->meta.restored_head);
    seal(buffer);
    if (buffer->error != 0)
        mp_kv_fail(work->txn, buffer->error);
    else
        mp_kv_put(work->txn, work->outbox->meta, mp_span_text(META_KEY), mp_buffer_span(buffer));
}

int mp_outbox_work_begin(struct mp_outbox *outbox, bool write, struct mp_outbox_work *work)
{
    int error;

    *work = (struct mp_outbox_work){.outbox = outbox};
    error = mp_kv_begin(outbox->kv, write, &work->txn);
    return error < 0 ? error : read_meta(work);
}

int mp_outbox_work_commit(struct mp_outbox_work *work)
{
    if (work->changed)
        write_meta(work);
    return mp_kv_commit(mp_take(work->txn));
}

static bool first_of(struct mp_kv_cursor *cursor, unsigned state, uint64_t place,
                     uint64_t *ret_place)
{
    uint8_t key[STATE_KEY];
    struct mp_span found;

    write_state_key(key, state, place);
    if (!mp_kv_seek(cursor, mp_span_make(key, sizeof key)))
        return false;
    found = mp_kv_key(cursor);
    if (found.size != STATE_KEY || found.data[0] != state)
        return false;
    *ret_place = read_u64(found.data + 1);
    return true;
}

bool mp_outbox_work_first(struct mp_outbox_work *work, uint64_t place, unsigned states,
                          uint64_t *ret_place)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(work->txn, work->outbox->by_state);
    uint64_t least = UINT64_MAX, found;

    for (unsigned state = MP_OUTBOX_WAITING; state <= MP_OUTBOX_STATE_LAST; state++) {
        if ((states & MP_OUTBOX_BIT(state)) != 0 && first_of(cursor, state, place, &found) &&
            found < least)
            least = found;
    }
    if (least == UINT64_MAX)
        return false;
    *ret_place = least;
    return true;
}

bool mp_outbox_work_last(struct mp_outbox_work *work, uint64_t before, unsigned states,
                         uint64_t *ret_place)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(work->txn, work->outbox->by_state);
    uint64_t most = 0; /* places begin at 1 */

    for (unsigned state = MP_OUTBOX_WAITING; state <= MP_OUTBOX_STATE_LAST; state++) {
        uint8_t key[STATE_KEY];
        struct mp_span found;

        write_state_key(key, state, before);
        if ((states & MP_OUTBOX_BIT(state)) == 0 ||
            !mp_kv_seek_before(cursor, mp_span_make(key, sizeof key)))
            continue;
        found = mp_kv_key(cursor);
        if (found.size == STATE_KEY && found.data[0] == state && read_u64(found.data + 1) > most)
            most = read_u64(found.data + 1);
    }
    if (most == 0)
        return false;
    *ret_place = most;
    return true;
}

bool mp_outbox_work_find(struct mp_outbox_work *work, const struct mp_uuid *id, uint64_t *ret_place)
{
    struct mp_span value;

    if (!mp_kv_get(work->txn, work->outbox->by_id, mp_span_make(id->bytes, sizeof id->bytes),
                   &value))
        return false;
    if (value.size != KEY_BYTES) {
        mp_kv_fail(work->txn, MP_ECORRUPT);
        return false;
    }
    *ret_place = read_u64(value.data);
    return true;
}

static struct mp_uuid read_id(struct mp_reader *reader)
{
    struct mp_uuid id = {0};
    struct mp_span bytes = mp_reader_bytes(reader, sizeof id.bytes);

    if (bytes.size == sizeof id.bytes)
        memcpy(id.bytes, bytes.data, sizeof id.bytes);
    return id;
}

static const char *read_text(struct mp_reader *reader, struct mp_arena *arena)
{
    struct mp_span bytes = mp_reader_bytes(reader, mp_reader_u16(reader));

    return bytes.size == 0 ? "" : mp_arena_text(arena, bytes);
}

/* 0, MP_ECORRUPT, MP_EVERSION, MP_ENOMEM. */
static int read_entry(struct mp_span sealed, struct mp_arena *arena, struct mp_outbox_entry *entry)
{
    struct mp_reader reader = mp_reader_make(unseal(sealed));

    if (mp_reader_u8(&reader) != VERSION)
        return reader.error != 0 ? MP_ECORRUPT : MP_EVERSION;
    entry->state = mp_reader_u8(&reader);
    entry->seen = mp_reader_u8(&reader) != 0;
    entry->id = read_id(&reader);
    entry->after = read_id(&reader);
    entry->queued_at_us = (int64_t)mp_reader_u64(&reader);
    entry->answered_at_us = (int64_t)mp_reader_u64(&reader);
    entry->answer.epoch = mp_reader_u64(&reader);
    entry->answer.restored_head = mp_reader_u64(&reader);
    entry->answer.first_seq = mp_reader_u64(&reader);
    entry->answer.last_seq = mp_reader_u64(&reader);
    entry->answer.rejection.code = mp_reader_u16(&reader);
    entry->answer.rejection.field = read_text(&reader, arena);
    entry->answer.rejection.message = read_text(&reader, arena);
    if (reader.error != 0 || entry->state < MP_OUTBOX_WAITING ||
        entry->state > MP_OUTBOX_STATE_LAST)
        return MP_ECORRUPT;
    if (entry->answer.rejection.field == NULL || entry->answer.rejection.message == NULL)
        return MP_ENOMEM;
    entry->answer.id = entry->id;
    if (entry->state == MP_OUTBOX_ACCEPTED)
        entry->answer.outcome = MP_OUTCOME_ACCEPTED;
    if (entry->state == MP_OUTBOX_REJECTED)
        entry->answer.outcome = MP_OUTCOME_REJECTED;
    return 0;
}

bool mp_outbox_work_load(struct mp_outbox_work *work, uint64_t place, struct mp_arena *arena,
                         struct mp_outbox_entry *ret_entry)
{
    struct mp_outbox_entry entry = {.place = place};
    uint8_t key[KEY_BYTES];
    struct mp_span sealed;
    int error;

    write_u64(key, place);
    if (!mp_kv_get(work->txn, work->outbox->entries, mp_span_make(key, sizeof key), &sealed))
        return false;
    error = read_entry(sealed, arena, &entry);
    if (error != 0) {
        mp_kv_fail(work->txn, error);
        return false;
    }
    *ret_entry = entry;
    return true;
}

bool mp_outbox_work_load_body(struct mp_outbox_work *work, struct mp_arena *arena,
                              struct mp_outbox_entry *entry)
{
    uint8_t key[KEY_BYTES];
    struct mp_span sealed, copy;

    write_u64(key, entry->place);
    if (!mp_kv_get(work->txn, work->outbox->bodies, mp_span_make(key, sizeof key), &sealed) ||
        unseal(sealed).size == 0) {
        mp_kv_fail(work->txn, MP_ECORRUPT);
        return false;
    }
    copy = mp_arena_copy(arena, unseal(sealed));
    if (copy.data == NULL) {
        mp_kv_fail(work->txn, MP_ENOMEM);
        return false;
    }
    entry->submission = copy;
    return true;
}

static void put_text(struct mp_buffer *buffer, const char *text)
{
    size_t size = text == NULL ? 0 : strlen(text);

    if (size > TEXT_MOST) {
        size = TEXT_MOST;
        while (size > 0 && ((uint8_t)text[size] & 0xc0) == 0x80) /* not inside a character */
            size--;
    }
    mp_buffer_put_u16(buffer, (uint16_t)size);
    if (size > 0)
        mp_buffer_put(buffer, text, size);
}

static void write_entry(struct mp_buffer *buffer, const struct mp_outbox_entry *entry)
{
    mp_buffer_clear(buffer);
    mp_buffer_put_u8(buffer, VERSION);
    mp_buffer_put_u8(buffer, (uint8_t)entry->state);
    mp_buffer_put_u8(buffer, entry->seen);
    mp_buffer_put(buffer, entry->id.bytes, sizeof entry->id.bytes);
    mp_buffer_put(buffer, entry->after.bytes, sizeof entry->after.bytes);
    mp_buffer_put_u64(buffer, (uint64_t)entry->queued_at_us);
    mp_buffer_put_u64(buffer, (uint64_t)entry->answered_at_us);
    mp_buffer_put_u64(buffer, entry->answer.epoch);
    mp_buffer_put_u64(buffer, entry->answer.restored_head);
    mp_buffer_put_u64(buffer, entry->answer.first_seq);
    mp_buffer_put_u64(buffer, entry->answer.last_seq);
    mp_buffer_put_u16(buffer, (uint16_t)entry->answer.rejection.code);
    put_text(buffer, entry->answer.rejection.field);
    put_text(buffer, entry->answer.rejection.message);
    seal(buffer);
}

static bool is_unseen(const struct mp_outbox_entry *entry)
{
    return entry->state == MP_OUTBOX_REJECTED && !entry->seen;
}

static void uncount(struct mp_outbox_work *work, const struct mp_outbox_entry *entry)
{
    uint8_t key[STATE_KEY];

    write_state_key(key, entry->state, entry->place);
    (void)mp_kv_delete(work->txn, work->outbox->by_state, mp_span_make(key, sizeof key));
    work->meta.counts[entry->state]--;
    work->meta.rejected_unseen -= is_unseen(entry);
}

void mp_outbox_work_store(struct mp_outbox_work *work, const struct mp_outbox_entry *entry,
                          const struct mp_outbox_entry *before)
{
    struct mp_buffer *buffer = &work->outbox->buffer;
    uint8_t key[STATE_KEY];

    work->changed = true;
    if (before != NULL)
        uncount(work, before);
    work->meta.counts[entry->state]++;
    work->meta.rejected_unseen += is_unseen(entry);
    write_state_key(key, entry->state, entry->place);
    mp_kv_put(work->txn, work->outbox->by_state, mp_span_make(key, sizeof key),
              mp_span_make("", 0));
    write_entry(buffer, entry);
    if (buffer->error != 0)
        mp_kv_fail(work->txn, buffer->error);
    else
        mp_kv_put(work->txn, work->outbox->entries, mp_span_make(key + 1, KEY_BYTES),
                  mp_buffer_span(buffer));
    if (before == NULL)
        mp_kv_put(work->txn, work->outbox->by_id,
                  mp_span_make(entry->id.bytes, sizeof entry->id.bytes),
                  mp_span_make(key + 1, KEY_BYTES));
}

void mp_outbox_work_store_body(struct mp_outbox_work *work, uint64_t place,
                               struct mp_span submission)
{
    struct mp_buffer *buffer = &work->outbox->buffer;
    uint8_t key[KEY_BYTES];

    write_u64(key, place);
    mp_buffer_clear(buffer);
    mp_buffer_put_span(buffer, submission);
    seal(buffer);
    if (buffer->error != 0)
        mp_kv_fail(work->txn, buffer->error);
    else
        mp_kv_put(work->txn, work->outbox->bodies, mp_span_make(key, sizeof key),
                  mp_buffer_span(buffer));
}

void mp_outbox_work_erase(struct mp_outbox_work *work, const struct mp_outbox_entry *entry)
{
    uint8_t key[KEY_BYTES];

    work->changed = true;
    uncount(work, entry);
    write_u64(key, entry->place);
    (void)mp_kv_delete(work->txn, work->outbox->entries, mp_span_make(key, sizeof key));
    (void)mp_kv_delete(work->txn, work->outbox->bodies, mp_span_make(key, sizeof key));
    (void)mp_kv_delete(work->txn, work->outbox->by_id,
                       mp_span_make(entry->id.bytes, sizeof entry->id.bytes));
}
