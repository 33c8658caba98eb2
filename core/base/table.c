#include "core/base/table.h"

#include "core/base/sodium.h"

#include <sodium.h>
#include <stdlib.h>

#define FIRST_CAPACITY 16

struct entry {
    uint8_t *key; /* NULL: free */
    size_t key_size;
    uint64_t hash;
    union mp_table_value value;
};

/* Linear probing over a power of two, at most three quarters full. Removal moves what follows
 * back, so there are no tombstones and a search ends at the first free entry. */
struct mp_table {
    struct entry *entries;
    size_t capacity;
    size_t count;
    size_t most;
    uint8_t secret[crypto_shorthash_KEYBYTES];
};

struct mp_table *mp_table_new(size_t most)
{
    struct mp_table *table = calloc(1, sizeof(*table));

    if (table == NULL)
        return NULL;
    mp_sodium_ready();
    randombytes_buf(table->secret, sizeof(table->secret));
    table->most = most;
    return table;
}

void mp_table_free(struct mp_table *table)
{
    if (table == NULL)
        return;
    mp_table_clear(table);
    free(table);
}

static uint64_t hash_of(const struct mp_table *table, struct mp_span key)
{
    uint64_t hash;
    unsigned char bytes[crypto_shorthash_BYTES];

    crypto_shorthash(bytes, key.data, key.size, table->secret);
    memcpy(&hash, bytes, sizeof(hash));
    return hash;
}

/* The entry of the key, or the free one where it would go. The table has at least one free. */
static struct entry *find(const struct mp_table *table, struct mp_span key, uint64_t hash)
{
    size_t mask = table->capacity - 1;

    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        struct entry *entry = &table->entries[i];

        if (entry->key == NULL)
            return entry;
        if (entry->hash == hash && mp_span_equal(mp_span_make(entry->key, entry->key_size), key))
            return entry;
    }
}

union mp_table_value *mp_table_get(const struct mp_table *table, struct mp_span key)
{
    struct entry *entry;

    if (table->count == 0)
        return NULL;
    entry = find(table, key, hash_of(table, key));
    return entry->key == NULL ? NULL : &entry->value;
}

static int grow(struct mp_table *table)
{
    size_t capacity = table->capacity == 0 ? FIRST_CAPACITY : table->capacity * 2;
    struct entry *entries = calloc(capacity, sizeof(*entries));

    if (entries == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < table->capacity; i++) {
        size_t to = (size_t)table->entries[i].hash & (capacity - 1);

        if (table->entries[i].key == NULL)
            continue;
        while (entries[to].key != NULL)
            to = (to + 1) & (capacity - 1);
        entries[to] = table->entries[i];
    }
    free(table->entries);
    table->entries = entries;
    table->capacity = capacity;
    return 0;
}

int mp_table_put(struct mp_table *table, struct mp_span key, union mp_table_value **ret_slot,
                 bool *ret_new)
{
    uint64_t hash = hash_of(table, key);
    struct entry *entry;

    if (table->capacity == 0 && grow(table) < 0)
        return MP_ENOMEM;
    entry = find(table, key, hash);
    if (entry->key == NULL) {
        uint8_t *copy;

        if (table->count >= table->most)
            return MP_ETOOBIG;
        if (table->count + 1 > table->capacity / 4 * 3) {
            if (grow(table) < 0)
                return MP_ENOMEM;
            entry = find(table, key, hash);
        }
        copy = malloc(key.size == 0 ? 1 : key.size);
        if (copy == NULL)
            return MP_ENOMEM;
        if (key.size > 0)
            memcpy(copy, key.data, key.size);
        *entry = (struct entry){.key = copy, .key_size = key.size, .hash = hash};
        table->count++;
        *ret_new = true;
    } else {
        *ret_new = false;
    }
    *ret_slot = &entry->value;
    return 0;
}

bool mp_table_remove(struct mp_table *table, struct mp_span key)
{
    size_t mask = table->capacity - 1;
    struct entry *entry;
    size_t hole;

    if (table->count == 0)
        return false;
    entry = find(table, key, hash_of(table, key));
    if (entry->key == NULL)
        return false;
    free(entry->key);
    hole = (size_t)(entry - table->entries);
    for (size_t i = (hole + 1) & mask; table->entries[i].key != NULL; i = (i + 1) & mask) {
        size_t home = (size_t)table->entries[i].hash & mask;

        /* It may move back only when the hole is not before its home. */
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            table->entries[hole] = table->entries[i];
            hole = i;
        }
    }
    table->entries[hole] = (struct entry){.key = NULL};
    table->count--;
    return true;
}

void mp_table_clear(struct mp_table *table)
{
    for (size_t i = 0; i < table->capacity; i++)
        free(table->entries[i].key);
    free(table->entries);
    table->entries = NULL;
    table->capacity = 0;
    table->count = 0;
}

size_t mp_table_count(const struct mp_table *table)
{
    return table->count;
}

bool mp_table_next(const struct mp_table *table, size_t *at, struct mp_span *ret_key,
                   union mp_table_value **ret_slot)
{
    for (; *at < table->capacity; ++*at) {
        struct entry *entry = &table->entries[*at];

        if (entry->key == NULL)
            continue;
        *ret_key = mp_span_make(entry->key, entry->key_size);
        *ret_slot = &entry->value;
        ++*at;
        return true;
    }
    return false;
}
