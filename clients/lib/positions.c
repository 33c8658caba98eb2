#include "clients/lib/positions.h"

#include <stdlib.h>

#define FIRST_CAPACITY 64

int mp_positions_init(struct mp_positions *positions, size_t most)
{
    struct mp_table *places = mp_table_new(most);
    if (places == NULL)
        return MP_ENOMEM;
    *positions = (struct mp_positions){.places = places};
    return 0;
}

void mp_positions_done(struct mp_positions *positions)
{
    if (positions == NULL)
        return;
    mp_table_free(positions->places);
    free(positions->items);
    *positions = (struct mp_positions){0};
}

struct mp_position *mp_positions_find(const struct mp_positions *positions, struct mp_span topic)
{
    const union mp_table_value *slot = mp_table_get(positions->places, topic);
    return slot == NULL ? NULL : &positions->items[slot->number - 1];
}

static int reserve(struct mp_positions *positions)
{
    if (positions->count < positions->capacity)
        return 0;
    size_t capacity = positions->capacity == 0 ? FIRST_CAPACITY : positions->capacity * 2;
    struct mp_position *items = reallocarray(positions->items, capacity, sizeof *items);
    if (items == NULL)
        return MP_ENOMEM;
    positions->items = items;
    positions->capacity = capacity;
    return 0;
}

int mp_positions_make(struct mp_positions *positions, struct mp_span topic,
                      struct mp_position **ret_position)
{
    union mp_table_value *slot;
    bool is_new;
    int result = reserve(positions); /* before the put, so that no slot is left without its item */
    if (result == 0)
        result = mp_table_put(positions->places, topic, &slot, &is_new);
    if (result != 0)
        return result;
    if (is_new) {
        positions->items[positions->count++] = (struct mp_position){0};
        slot->number = positions->count;
    }
    *ret_position = &positions->items[slot->number - 1];
    return 0;
}

void mp_positions_forget(struct mp_positions *positions)
{
    for (size_t i = 0; i < positions->count; i++)
        positions->items[i].last = 0;
}

void mp_positions_restore(struct mp_positions *positions, uint64_t head)
{
    for (size_t i = 0; i < positions->count; i++) {
        if (positions->items[i].delivered > head)
            positions->items[i].delivered = head;
    }
}
