#include "store/run.h"

#define VARINT_MOST 10
#define STEP_MOST   (2 * VARINT_MOST)
#define ROOM_LEAST  64
#define SEQ_BYTES   8

bool mp_store_run_takes(const struct mp_store_run *run, struct mp_store_item item)
{
    return run->last.seq == 0 || (item.day >= run->last.day && item.seq > run->last.seq);
}

static size_t write_varint(uint8_t *place, uint64_t value)
{
    size_t size = 0;

    for (; value >= 0x80; value >>= 7)
        place[size++] = (uint8_t)(value | 0x80);
    place[size++] = (uint8_t)value;
    return size;
}

static size_t write_step(uint8_t *place, struct mp_store_item from, struct mp_store_item to)
{
    size_t size = write_varint(place, (uint64_t)((int64_t)to.day - from.day));

    return size + write_varint(place + size, to.seq - from.seq);
}

static int make_room(struct mp_store_run *run, struct mp_arena *arena)
{
    size_t wanted = 2 * run->capacity < ROOM_LEAST ? ROOM_LEAST : 2 * run->capacity;
    uint8_t *larger;

    if (run->size + STEP_MOST <= run->capacity)
        return 0;
    larger = mp_arena_alloc(arena, wanted);
    if (larger == NULL)
        return MP_ENOMEM;
    if (run->size > 0)
        memcpy(larger, run->bytes, run->size);
    run->bytes = larger;
    run->capacity = wanted;
    return 0;
}

int mp_store_run_add(struct mp_store_run *run, struct mp_store_item item, uint64_t mark,
                     struct mp_arena *arena)
{
    int error = make_room(run, arena);

    if (error < 0)
        return error;
    if (run->touched != mark) {
        run->touched = mark;
        run->count_before = run->count;
        run->last_before = run->last;
        run->size_before = run->size;
    }
    if (run->count > 0)
        run->size += write_step(run->bytes + run->size, run->last, item);
    run->count++;
    run->last = item;
    return 0;
}

void mp_store_run_undo(struct mp_store_run *run, uint64_t mark)
{
    if (run->touched != mark)
        return;
    run->touched = 0;
    run->count = run->count_before;
    run->last = run->last_before;
    run->size = run->size_before;
}

static int read_varint(struct mp_reader *reader, uint64_t *ret_value)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 7 * VARINT_MOST; shift += 7) {
        uint8_t byte = mp_reader_u8(reader);

        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *ret_value = value;
            return reader->error < 0 ? MP_ECORRUPT : 0;
        }
    }
    return MP_ECORRUPT;
}

/* count - 1 steps, as items from the one given; all of the bytes. */
static int read_steps(struct mp_span bytes, struct mp_store_item first, size_t count,
                      struct mp_store_item items[static MP_STORE_RUN_MOST])
{
    struct mp_reader reader = mp_reader_make(bytes);

    if (count > MP_STORE_RUN_MOST)
        return MP_ECORRUPT;
    for (size_t i = 0; i < count; i++) {
        uint64_t days = 0, seqs = 0;

        if (i > 0 && (read_varint(&reader, &days) < 0 || read_varint(&reader, &seqs) < 0))
            return MP_ECORRUPT;
        first.day = (int32_t)((uint32_t)first.day + (uint32_t)days);
        first.seq += seqs;
        items[i] = first;
    }
    return mp_reader_left(&reader) == 0 ? 0 : MP_ECORRUPT;
}

/* The open end's items. Only its last is known as it is: the steps lead from an unknown first to
 * it. */
static int open_items(const struct mp_store_run *run,
                      struct mp_store_item items[static MP_STORE_RUN_MOST])
{
    struct mp_store_item least = {.seq = 0}, shift;
    int error = read_steps(mp_span_make(run->bytes, run->size), least, run->count, items);

    if (error < 0 || run->count == 0)
        return error;
    shift.seq = run->last.seq - items[run->count - 1].seq;
    shift.day = (int32_t)((uint32_t)run->last.day - (uint32_t)items[run->count - 1].day);
    for (size_t i = 0; i < run->count; i++) {
        items[i].seq += shift.seq;
        items[i].day = (int32_t)((uint32_t)items[i].day + (uint32_t)shift.day);
    }
    return 0;
}

static struct mp_store_key key_of(const struct mp_store_key *prefix, enum mp_change_kind kind,
                                  struct mp_store_item item)
{
    struct mp_store_key key = *prefix;

    if (kind != MP_CHANGE_NONE)
        mp_store_key_add_day(&key, item.day);
    mp_store_key_add_seq(&key, item.seq);
    return key;
}

static size_t write_steps(uint8_t *place, const struct mp_store_item *items, size_t count)
{
    size_t size = 0;

    for (size_t i = 1; i < count; i++)
        size += write_step(place + size, items[i - 1], items[i]);
    return size;
}

int mp_store_run_settle(struct mp_store_run *run, struct mp_kv_txn *txn, mp_kv_table table,
                        const struct mp_store_key *prefix, struct mp_arena *arena)
{
    struct mp_store_item items[MP_STORE_RUN_MOST];
    size_t at = 0, left = run->count;
    int error;

    if (run->count < MP_STORE_RUN_PIECE)
        return 0;
    error = open_items(run, items);
    for (; error == 0 && left >= MP_STORE_RUN_PIECE; left -= MP_STORE_RUN_PIECE) {
        uint8_t steps[MP_STORE_RUN_PIECE * STEP_MOST];
        struct mp_store_key key = key_of(prefix, run->kind, items[at]);

        mp_kv_put(txn, table, mp_store_key_span(&key),
                  mp_span_make(steps, write_steps(steps, items + at, MP_STORE_RUN_PIECE)));
        at += MP_STORE_RUN_PIECE;
    }
    run->count = (uint32_t)left;
    run->size = 0;
    for (size_t i = 1; i < left && error == 0; i++) {
        error = make_room(run, arena);
        if (error == 0)
            run->size += write_step(run->bytes + run->size, items[at + i - 1], items[at + i]);
    }
    return error < 0 ? error : mp_kv_error(txn);
}

void mp_store_run_write(const struct mp_store_run *run, struct mp_buffer *buffer)
{
    mp_buffer_put_u8(buffer, (uint8_t)run->kind);
    mp_buffer_put_u8(buffer, (uint8_t)run->count);
    mp_buffer_put_u16(buffer, (uint16_t)run->size);
    mp_buffer_put_i32(buffer, run->last.day);
    mp_buffer_put_u64(buffer, run->last.seq);
    mp_buffer_put(buffer, run->bytes, run->size);
}

int mp_store_run_read(struct mp_reader *reader, struct mp_store_run *ret_run)
{
    struct mp_store_run run = {.kind = (enum mp_change_kind)mp_reader_u8(reader)};
    struct mp_span steps;

    run.count = mp_reader_u8(reader);
    run.size = run.capacity = mp_reader_u16(reader);
    run.last.day = mp_reader_i32(reader);
    run.last.seq = mp_reader_u64(reader);
    steps = mp_reader_bytes(reader, run.size);
    if (reader->error < 0 || run.count >= MP_STORE_RUN_PIECE)
        return MP_ECORRUPT;
    run.bytes = (uint8_t *)(uintptr_t)steps.data;
    *ret_run = run;
    return 0;
}

int mp_store_run_find(struct mp_span runs, enum mp_change_kind kind, struct mp_store_run *ret_run)
{
    struct mp_reader reader = mp_reader_make(runs);

    while (mp_reader_left(&reader) > 0) {
        struct mp_store_run run;

        if (mp_store_run_read(&reader, &run) < 0)
            return MP_ECORRUPT;
        if (run.kind == kind) {
            *ret_run = run;
            return 1;
        }
    }
    return 0;
}

/* The piece that the cursor stands on: 1, 0 when that is another's, or an error. */
static int read_piece(struct mp_store_walk *walk, bool found)
{
    size_t tail = (walk->kind == MP_CHANGE_NONE ? 0 : sizeof(int32_t)) + SEQ_BYTES;
    struct mp_span key = mp_kv_key(walk->cursor);
    struct mp_store_item first = {.day = 0};
    struct mp_reader reader;
    int error;

    walk->count = 0;
    walk->is_open = false;
    if (!found || walk->prefix.too_long || key.size != walk->prefix.size + tail ||
        !mp_span_starts_with(key, mp_store_key_span(&walk->prefix)))
        return mp_kv_error(walk->txn);
    reader = mp_reader_make(mp_span_make(key.data + walk->prefix.size, tail));
    if (tail > SEQ_BYTES)
        first.day = mp_reader_i32(&reader);
    first.seq = mp_reader_u64(&reader);
    error = read_steps(mp_kv_value(walk->cursor), first, MP_STORE_RUN_PIECE, walk->items);
    walk->count = MP_STORE_RUN_PIECE;
    return error < 0 ? error : 1;
}

static int read_open(struct mp_store_walk *walk)
{
    int error = walk->open == NULL ? 0 : open_items(walk->open, walk->items);

    walk->is_open = true;
    walk->at = 0;
    walk->count = walk->open == NULL || error < 0 ? 0 : walk->open->count;
    return error < 0 ? error : walk->count > 0;
}

static void skip_to(struct mp_store_walk *walk, struct mp_store_item item)
{
    walk->at = 0;
    while (walk->at < walk->count && mp_store_item_before(walk->items[walk->at], item))
        walk->at++;
}

int mp_store_walk_from(struct mp_store_walk *walk, struct mp_store_item item)
{
    struct mp_store_item after = item;
    struct mp_store_key key;
    int found;

    /* The item may lie within a piece that begins before it. */
    after.seq += item.seq != UINT64_MAX;
    key = key_of(&walk->prefix, walk->kind, after);
    found = read_piece(walk, mp_kv_seek_before(walk->cursor, mp_store_key_span(&key)));
    skip_to(walk, item);
    if (found < 0 || (found > 0 && walk->at < walk->count))
        return found;
    found = read_piece(walk, mp_kv_seek(walk->cursor, mp_store_key_span(&key)));
    walk->at = 0;
    if (found != 0)
        return found;
    found = read_open(walk);
    skip_to(walk, item);
    return found < 0 ? found : walk->at < walk->count;
}

int mp_store_walk_next(struct mp_store_walk *walk)
{
    int found;

    if (++walk->at < walk->count)
        return 1;
    if (walk->is_open)
        return 0;
    found = read_piece(walk, mp_kv_next(walk->cursor));
    walk->at = 0;
    return found != 0 ? found : read_open(walk);
}

static int back_to(struct mp_store_walk *walk, struct mp_store_item item)
{
    skip_to(walk, item);
    if (walk->at == 0)
        return 0;
    walk->at--;
    return 1;
}

int mp_store_walk_before(struct mp_store_walk *walk, struct mp_store_item item)
{
    struct mp_store_key key;
    int found = read_open(walk);

    if (found > 0)
        found = back_to(walk, item);
    if (found != 0)
        return found;
    key = key_of(&walk->prefix, walk->kind, item);
    found = read_piece(walk, mp_kv_seek_before(walk->cursor, mp_store_key_span(&key)));
    return found > 0 ? back_to(walk, item) : found;
}

int mp_store_walk_previous(struct mp_store_walk *walk)
{
    int found;

    if (walk->at > 0) {
        walk->at--;
        return 1;
    }
    if (walk->is_open)
        return mp_store_walk_before(walk, walk->items[0]);
    found = read_piece(walk, mp_kv_previous(walk->cursor));
    if (found > 0)
        walk->at = walk->count - 1;
    return found;
}
