#include "store/tables.h"

#define ENTRY_KEY_TAIL 14 /* 0x00, kind, day, seq */

static void write_u32(uint8_t *place, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        place[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void write_u64(uint8_t *place, uint64_t value)
{
    write_u32(place, (uint32_t)(value >> 32));
    write_u32(place + 4, (uint32_t)value);
}

static void add(struct mp_store_key *key, const void *bytes, size_t size)
{
    if (key->too_long || size > sizeof(key->bytes) - key->size) {
        key->too_long = true;
        return;
    }
    if (size > 0)
        memcpy(key->bytes + key->size, bytes, size);
    key->size += size;
}

static void add_u8(struct mp_store_key *key, uint8_t value)
{
    add(key, &value, 1);
}

void mp_store_key_add_seq(struct mp_store_key *key, uint64_t seq)
{
    uint8_t bytes[8];

    write_u64(bytes, seq);
    add(key, bytes, sizeof(bytes));
}

void mp_store_key_add_day(struct mp_store_key *key, int32_t day)
{
    uint8_t bytes[4];

    write_u32(bytes, (uint32_t)day ^ UINT32_C(0x80000000));
    add(key, bytes, sizeof(bytes));
}

static void start(struct mp_store_key *key)
{
    key->size = 0;
    key->too_long = false;
}

void mp_store_key_seq(struct mp_store_key *key, uint64_t seq)
{
    start(key);
    mp_store_key_add_seq(key, seq);
}

void mp_store_key_topic(struct mp_store_key *key, struct mp_span topic)
{
    start(key);
    add(key, topic.data, topic.size);
    add_u8(key, 0);
}

void mp_store_key_by_topic(struct mp_store_key *key, struct mp_span topic, uint64_t seq)
{
    mp_store_key_topic(key, topic);
    mp_store_key_add_seq(key, seq);
}

void mp_store_key_state(struct mp_store_key *key, const struct mp_subject *subject)
{
    start(key);
    add_u8(key, (uint8_t)subject->kind);
    add(key, subject->topic, strlen(subject->topic) + 1);
    add(key, subject->slug, strlen(subject->slug));
}

void mp_store_key_state_prefix(struct mp_store_key *key, enum mp_kind kind, const char *prefix)
{
    start(key);
    add_u8(key, (uint8_t)kind);
    if (strcmp(prefix, "/") != 0)
        add(key, prefix, strlen(prefix));
}

void mp_store_key_subject(struct mp_store_key *key, const struct mp_subject *index_subject)
{
    mp_store_key_state(key, index_subject);
    add_u8(key, 0);
}

void mp_store_key_statements(struct mp_store_key *key, const struct mp_subject *index_subject,
                             enum mp_change_kind kind)
{
    mp_store_key_subject(key, index_subject);
    add_u8(key, (uint8_t)kind);
}

void mp_store_key_entry(struct mp_store_key *key, const struct mp_subject *index_subject,
                        enum mp_change_kind kind, int32_t stated_on, uint64_t seq)
{
    mp_store_key_statements(key, index_subject, kind);
    mp_store_key_add_day(key, stated_on);
    mp_store_key_add_seq(key, seq);
}

void mp_store_key_submission(struct mp_store_key *key, const char *agency, const struct mp_uuid *id)
{
    start(key);
    add(key, agency, strlen(agency) + 1);
    add(key, id->bytes, sizeof(id->bytes));
}

int mp_store_key_to_seq(struct mp_span key, uint64_t *ret_seq)
{
    struct mp_reader reader = mp_reader_make(key);
    uint64_t seq = mp_reader_u64(&reader);

    if (reader.error != 0 || mp_reader_left(&reader) != 0)
        return MP_ECORRUPT;
    *ret_seq = seq;
    return 0;
}

int mp_store_key_to_topic(struct mp_span key, struct mp_span *ret_topic, uint64_t *ret_seq)
{
    struct mp_reader reader = mp_reader_make(key);
    struct mp_span topic = mp_reader_text(&reader);
    uint64_t seq = mp_reader_u64(&reader);

    if (reader.error != 0 || mp_reader_left(&reader) != 0)
        return MP_ECORRUPT;
    *ret_topic = topic;
    *ret_seq = seq;
    return 0;
}

int mp_store_key_to_subject(struct mp_span key, struct mp_arena *arena,
                            struct mp_subject *ret_subject)
{
    struct mp_reader reader = mp_reader_make(key);
    enum mp_kind kind = (enum mp_kind)mp_reader_u8(&reader);
    struct mp_span topic = mp_reader_text(&reader);
    struct mp_span slug = mp_reader_bytes(&reader, mp_reader_left(&reader));
    struct mp_subject subject = {.kind = kind};

    if (reader.error != 0)
        return MP_ECORRUPT;
    subject.topic = mp_arena_text(arena, topic);
    subject.slug = mp_arena_text(arena, slug);
    if (subject.topic == NULL || subject.slug == NULL)
        return MP_ENOMEM;
    *ret_subject = subject;
    return 0;
}

int mp_store_key_to_entry(struct mp_span key, struct mp_entry *ret_entry,
                          struct mp_span *ret_subject_key)
{
    struct mp_reader reader;
    struct mp_entry entry = {.kind = MP_CHANGE_NONE};

    if (key.size < ENTRY_KEY_TAIL || key.data[key.size - ENTRY_KEY_TAIL] != 0)
        return MP_ECORRUPT;
    reader =
        mp_reader_make(mp_span_make(key.data + key.size - ENTRY_KEY_TAIL + 1, ENTRY_KEY_TAIL - 1));
    entry.kind = (enum mp_change_kind)mp_reader_u8(&reader);
    entry.stated_on = mp_reader_i32(&reader);
    entry.seq = mp_reader_u64(&reader);
    *ret_entry = entry;
    *ret_subject_key = mp_span_make(key.data, key.size - ENTRY_KEY_TAIL);
    return 0;
}

int mp_store_key_to_submission(struct mp_span key, struct mp_span *ret_agency,
                               struct mp_uuid *ret_id)
{
    struct mp_reader reader = mp_reader_make(key);
    struct mp_span agency = mp_reader_text(&reader);
    struct mp_span id = mp_reader_bytes(&reader, MP_UUID_BYTES);

    if (reader.error != 0 || mp_reader_left(&reader) != 0)
        return MP_ECORRUPT;
    memcpy(ret_id->bytes, id.data, MP_UUID_BYTES);
    *ret_agency = agency;
    return 0;
}

/* crc32c(4) hash(32) bytes: events and outcomes. */
static void write_hashed(uint8_t *value, const struct mp_hash *hash, struct mp_span bytes)
{
    memcpy(value + 4, hash->bytes, MP_HASH_BYTES);
    if (bytes.size > 0)
        memcpy(value + 4 + MP_HASH_BYTES, bytes.data, bytes.size);
    write_u32(value, mp_crc32c(0, mp_span_make(value + 4, MP_HASH_BYTES + bytes.size)));
}

void mp_store_event_write(uint8_t *value, const struct mp_hash *hash, struct mp_span event)
{
    write_hashed(value, hash, event);
}

void mp_store_outcome_write(uint8_t *value, const struct mp_hash *hash, struct mp_span answer)
{
    write_hashed(value, hash, answer);
}

/* What the CRC in front of it covers. */
static int open_checked(struct mp_span value, struct mp_span *ret_rest)
{
    struct mp_reader reader = mp_reader_make(value);
    uint32_t crc = mp_reader_u32(&reader);
    struct mp_span rest = mp_reader_bytes(&reader, mp_reader_left(&reader));

    if (reader.error != 0 || mp_crc32c(0, rest) != crc)
        return MP_ECORRUPT;
    *ret_rest = rest;
    return 0;
}

int mp_store_event_open(struct mp_span value, struct mp_hash *ret_hash, struct mp_span *ret_event)
{
    struct mp_span rest;

    if (value.size <= MP_STORE_EVENT_HEADER || open_checked(value, &rest) < 0)
        return MP_ECORRUPT;
    if (ret_hash != NULL)
        memcpy(ret_hash->bytes, rest.data, MP_HASH_BYTES);
    *ret_event = mp_span_make(rest.data + MP_HASH_BYTES, rest.size - MP_HASH_BYTES);
    return 0;
}

int mp_store_state_open(struct mp_span value, struct mp_span *ret_runs, struct mp_span *ret_record)
{
    struct mp_span rest, runs;
    struct mp_reader reader;

    if (open_checked(value, &rest) < 0)
        return MP_ECORRUPT;
    reader = mp_reader_make(rest);
    runs = mp_reader_bytes(&reader, mp_reader_u16(&reader));
    if (reader.error != 0)
        return MP_ECORRUPT;
    if (ret_runs != NULL)
        *ret_runs = runs;
    *ret_record = mp_reader_bytes(&reader, mp_reader_left(&reader));
    return 0;
}

int mp_store_record_open(struct mp_span value, struct mp_span *ret_record)
{
    return mp_store_state_open(value, NULL, ret_record);
}

int mp_store_position_open(struct mp_span value, struct mp_store_position *ret_position,
                           struct mp_span *ret_run)
{
    struct mp_reader reader = mp_reader_make(value);
    struct mp_store_position position = {.last = mp_reader_u64(&reader)};

    position.count = mp_reader_u64(&reader);
    if (reader.error != 0)
        return MP_ECORRUPT;
    if (ret_run != NULL)
        *ret_run = mp_reader_bytes(&reader, mp_reader_left(&reader));
    *ret_position = position;
    return 0;
}

int mp_store_outcome_open(struct mp_span value, struct mp_hash *ret_hash,
                          struct mp_span *ret_answer)
{
    struct mp_span rest;

    if (value.size < MP_STORE_OUTCOME_HEADER || open_checked(value, &rest) < 0)
        return MP_ECORRUPT;
    memcpy(ret_hash->bytes, rest.data, MP_HASH_BYTES);
    *ret_answer = mp_span_make(rest.data + MP_HASH_BYTES, rest.size - MP_HASH_BYTES);
    return 0;
}

void mp_store_head_write(uint8_t value[static MP_STORE_HEAD_BYTES], const struct mp_head *head)
{
    write_u64(value, head->epoch);
    write_u64(value + 8, head->restored_head);
    write_u64(value + 16, head->seq);
    memcpy(value + 24, head->hash.bytes, MP_HASH_BYTES);
    write_u64(value + 56, (uint64_t)head->recorded_at_us);
}

int mp_store_head_open(struct mp_span value, struct mp_head *ret_head)
{
    struct mp_reader reader = mp_reader_make(value);

    if (value.size != MP_STORE_HEAD_BYTES)
        return MP_ECORRUPT;
    ret_head->epoch = mp_reader_u64(&reader);
    ret_head->restored_head = mp_reader_u64(&reader);
    ret_head->seq = mp_reader_u64(&reader);
    memcpy(ret_head->hash.bytes, mp_reader_bytes(&reader, MP_HASH_BYTES).data, MP_HASH_BYTES);
    ret_head->recorded_at_us = (int64_t)mp_reader_u64(&reader);
    return 0;
}

struct mp_subject mp_store_index_subject(struct mp_arena *arena, const struct mp_subject *subject)
{
    struct mp_subject filed = *subject;

    if (subject->kind == MP_KIND_OBSERVATION)
        filed.slug = mp_arena_text(arena, mp_span_make(subject->slug, strcspn(subject->slug, "@")));
    if (filed.slug == NULL)
        filed.topic = NULL;
    return filed;
}
