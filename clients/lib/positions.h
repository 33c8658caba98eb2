/* What a subscriber knows of each topic. For subscription.c's own files. */
#ifndef MP_CLIENT_POSITIONS_H
#define MP_CLIENT_POSITIONS_H

#include "core/base/error.h"
#include "core/base/span.h"
#include "core/base/table.h"

/* last: the topic's newest event that is in the count. delivered: the newest one handed on; the two
 * differ while a replay is under way. */
struct mp_position {
    uint64_t last;
    uint64_t delivered;
};

struct mp_positions {
    struct mp_table *places; /* topic → index into items, plus one */
    struct mp_position *items;
    size_t count, capacity;
};

int mp_positions_init(struct mp_positions *positions, size_t most) MP_CHECK_RESULT;
void mp_positions_done(struct mp_positions *positions);
/* NULL when nothing is known. Valid until the next make. */
struct mp_position *mp_positions_find(const struct mp_positions *positions, struct mp_span topic);
/* Found, or made new with zeros. MP_ETOOBIG beyond the most, MP_ENOMEM. */
int mp_positions_make(struct mp_positions *positions, struct mp_span topic,
                      struct mp_position **ret_position) MP_CHECK_RESULT;
/* Every last is unknown again; what was delivered stays known. */
void mp_positions_forget(struct mp_positions *positions);
/* Whatever was delivered beyond the head is void. */
void mp_positions_restore(struct mp_positions *positions, uint64_t head);

#endif
