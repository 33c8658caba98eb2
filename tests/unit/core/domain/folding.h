/* Events of one record, and their index in memory. */
#ifndef MP_TESTS_DOMAIN_FOLDING_H
#define MP_TESTS_DOMAIN_FOLDING_H

#include "tests/support/entry_array.h"

#include <string.h>

#define EPOCH     1763712000
#define MILESTONE "ml-1:completion"

static inline struct mp_change change_of(enum mp_change_kind kind, int32_t stated_on)
{
    struct mp_change change;

    memset(&change, 0, sizeof(change));
    mp_change_init(&change, kind);
    change.stated_on = stated_on;
    return change;
}

static inline struct mp_event event_of(const struct mp_change *change, uint64_t seq)
{
    return (struct mp_event){
        .epoch = EPOCH,
        .seq = seq,
        .recorded_at_us = (int64_t)seq * 1000,
        .topic = "ml-1/",
        .agency = "railways",
        .change = *change,
    };
}

#endif
