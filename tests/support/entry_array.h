/* The statements of one record in memory, where a store has an index: for folding its events. */
#ifndef MP_TESTS_ENTRY_ARRAY_H
#define MP_TESTS_ENTRY_ARRAY_H

#include "core/domain/fold.h"

/* In any order. Marks withdrawn ones as it goes: call entry_array_apply with each event before
 * folding it. */
struct entry_array {
    struct mp_entry *items;
    size_t count, capacity;
    struct mp_arena *arena;
};
/* 0; MP_ECORRUPT: what is withdrawn is not there; MP_ENOMEM. */
int entry_array_apply(struct entry_array *array, const struct mp_event *event) MP_CHECK_RESULT;
struct mp_entries entry_array_entries(struct entry_array *array);

#endif
