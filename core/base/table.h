/* A hash table from short byte keys to a pointer or a number: open addressing, SipHash keyed at
 * random (libsodium), so that a peer cannot choose collisions. Keys are copied. */
#ifndef MP_BASE_TABLE_H
#define MP_BASE_TABLE_H

#include "core/base/auto.h"
#include "core/base/error.h"
#include "core/base/span.h"

#include <stdbool.h>
#include <stdint.h>

struct mp_table;

/* most: the largest number of entries it may hold; MP_ETOOBIG beyond. NULL when out of memory. */
struct mp_table *mp_table_new(size_t most);
void mp_table_free(struct mp_table *table); /* values are the caller's */
MP_AUTO_DEFINE(struct mp_table *, mp_table_free);

union mp_table_value {
    void *pointer;
    uint64_t number;
};

/* NULL when absent. The slot stays valid until the next put or remove. */
union mp_table_value *mp_table_get(const struct mp_table *table, struct mp_span key);
/* The slot of the key, made zero when new (*ret_new says). 0, MP_ENOMEM, MP_ETOOBIG. */
int mp_table_put(struct mp_table *table, struct mp_span key, union mp_table_value **ret_slot,
                 bool *ret_new) MP_CHECK_RESULT;
bool mp_table_remove(struct mp_table *table, struct mp_span key);
void mp_table_clear(struct mp_table *table);
size_t mp_table_count(const struct mp_table *table);
/* Walks all: start with *at = 0; false at the end. The table must not change meanwhile. */
bool mp_table_next(const struct mp_table *table, size_t *at, struct mp_span *ret_key,
                   union mp_table_value **ret_slot);

#endif
