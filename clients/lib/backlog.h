/* Feed messages kept while a question is open: bytes in the order they came, within a bound. For
 * subscription.c's own files. */
#ifndef MP_CLIENT_BACKLOG_H
#define MP_CLIENT_BACKLOG_H

#include "core/base/error.h"
#include "core/base/span.h"

enum mp_backlog_kind { MP_BACKLOG_EVENTS = 1, MP_BACKLOG_HEARTBEAT };

struct mp_backlog {
    uint8_t *data;
    size_t start, end, capacity;
    size_t limit;
};

void mp_backlog_init(struct mp_backlog *backlog, size_t limit_bytes);
void mp_backlog_clear(struct mp_backlog *backlog); /* and gives its memory back */
/* MP_ETOOBIG when the bound is reached, MP_ENOMEM; then nothing changed. */
int mp_backlog_put(struct mp_backlog *backlog, enum mp_backlog_kind kind,
                   struct mp_span message) MP_CHECK_RESULT;
/* The oldest one; its bytes stay valid until the next put, drop or clear. */
bool mp_backlog_first(const struct mp_backlog *backlog, enum mp_backlog_kind *ret_kind,
                      struct mp_span *ret_message);
void mp_backlog_drop(struct mp_backlog *backlog);

#endif
