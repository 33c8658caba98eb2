#include "tests/support/entry_array.h"

#include <string.h>

#define FIRST_CAPACITY 16

int entry_array_apply(struct entry_array *array, const struct mp_event *event)
{
    if (event->change.kind == MP_CHANGE_WITHDRAWAL) {
        size_t i = 0;

        while (i < array->count && array->items[i].seq != event->change.withdrawal.seq)
            i++;
        if (i == array->count)
            return MP_ECORRUPT;
        array->items[i].withdrawn_by = event->seq;
    }
    if (array->count == array->capacity) {
        size_t capacity = array->capacity == 0 ? FIRST_CAPACITY : array->capacity * 2;
        struct mp_entry *items = mp_arena_array(array->arena, capacity, sizeof(*items));

        if (items == NULL)
            return MP_ENOMEM;
        if (array->count > 0)
            memcpy(items, array->items, array->count * sizeof(*items));
        array->items = items;
        array->capacity = capacity;
    }
    mp_event_entry(event, &array->items[array->count++]);
    return 0;
}

static bool is_before(const struct mp_entry *entry, int32_t day, uint64_t seq)
{
    return entry->stated_on != day ? entry->stated_on < day : entry->seq < seq;
}

static int latest_in_array(void *context, const struct mp_subject *subject,
                           enum mp_change_kind kind, int32_t before_day, uint64_t before_seq,
                           struct mp_entry *ret_entry)
{
    const struct entry_array *array = context;
    const struct mp_entry *latest = NULL;

    (void)subject; /* the array is of one subject */
    for (size_t i = 0; i < array->count; i++) {
        const struct mp_entry *entry = &array->items[i];

        if (entry->kind == kind && entry->withdrawn_by == 0 &&
            is_before(entry, before_day, before_seq) &&
            (latest == NULL || is_before(latest, entry->stated_on, entry->seq)))
            latest = entry;
    }
    if (latest == NULL)
        return 0;
    *ret_entry = *latest;
    return 1;
}

struct mp_entries entry_array_entries(struct entry_array *array)
{
    return (struct mp_entries){.context = array, .latest = latest_in_array};
}
