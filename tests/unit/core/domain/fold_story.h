/* A record as it comes to be, for the tests of mp_fold. */
#ifndef MP_TESTS_DOMAIN_FOLD_STORY_H
#define MP_TESTS_DOMAIN_FOLD_STORY_H

#include "core/domain/fold.h"
#include "tests/unit/core/domain/folding.h"

/* One record and its index in memory, fed event by event. */
struct story {
    struct mp_arena *arena;
    struct entry_array array;
    struct mp_record record;
    bool is_there;
    uint64_t seq;
};

struct story story_begin(void);
/* The next event is this change; what mp_fold says. */
int story_tell(struct story *story, const struct mp_change *change);
void story_must_tell(struct story *story, const struct mp_change *change);

/* Of MILESTONE. */
void story_define_milestone(struct story *story);
void story_date(struct story *story, enum mp_change_kind kind, int32_t stated_on, int32_t day,
                bool recalled);
void story_withdraw(struct story *story, uint64_t seq, enum mp_change_kind kind);

struct mp_change story_withdrawal(uint64_t seq, enum mp_change_kind kind, enum mp_kind subject_kind,
                                  const char *subject_id);

#endif
