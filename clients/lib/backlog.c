#include "clients/lib/backlog.h"

#include <stdlib.h>

#define FIRST_CAPACITY ((size_t)4096)

/* Each message behind its kind and size. */
struct header {
    uint32_t size;
    uint8_t kind;
};

void mp_backlog_init(struct mp_backlog *backlog, size_t limit_bytes)
{
    *backlog = (struct mp_backlog){.limit = limit_bytes};
}

void mp_backlog_clear(struct mp_backlog *backlog)
{
    free(backlog->data);
    mp_backlog_init(backlog, backlog->limit);
}

static int make_room(struct mp_backlog *backlog, size_t size)
{
    size_t held = backlog->end - backlog->start;
    if (size > backlog->limit || held > backlog->limit - size)
        return MP_ETOOBIG;
    if (backlog->capacity - backlog->end >= size)
        return 0;
    if (backlog->start > 0) {
        memmove(backlog->data, backlog->data + backlog->start, held);
        backlog->start = 0;
        backlog->end = held;
    }
    if (backlog->capacity - held >= size)
        return 0;
    size_t capacity = backlog->capacity == 0 ? FIRST_CAPACITY : backlog->capacity;
    while (capacity < held + size)
        capacity *= 2;
    uint8_t *data = realloc(backlog->data, capacity);
    if (data == NULL)
        return MP_ENOMEM;
    backlog->data = data;
    backlog->capacity = capacity;
    return 0;
}

int mp_backlog_put(struct mp_backlog *backlog, enum mp_backlog_kind kind, struct mp_span message)
{
    if (message.size > UINT32_MAX)
        return MP_ETOOBIG;
    struct header header = {.size = (uint32_t)message.size, .kind = (uint8_t)kind};
    int result = make_room(backlog, sizeof header + message.size);
    if (result != 0)
        return result;
    memcpy(backlog->data + backlog->end, &header, sizeof header);
    backlog->end += sizeof header;
    if (message.size > 0)
        memcpy(backlog->data + backlog->end, message.data, message.size);
    backlog->end += message.size;
    return 0;
}

bool mp_backlog_first(const struct mp_backlog *backlog, enum mp_backlog_kind *ret_kind,
                      struct mp_span *ret_message)
{
    if (backlog->start == backlog->end)
        return false;
    struct header header;
    memcpy(&header, backlog->data + backlog->start, sizeof header);
    *ret_kind = (enum mp_backlog_kind)header.kind;
    *ret_message = mp_span_make(backlog->data + backlog->start + sizeof header, header.size);
    return true;
}

void mp_backlog_drop(struct mp_backlog *backlog)
{
    enum mp_backlog_kind kind;
    struct mp_span message;
    if (!mp_backlog_first(backlog, &kind, &message))
        return;
    backlog->start += sizeof(struct header) + message.size;
    if (backlog->start == backlog->end)
        mp_backlog_clear(backlog);
}
