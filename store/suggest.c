/* "Not found" with what was probably meant. */
#include "store/asking.h"

#define NEAR_MOST 3
#define FAR       4 /* this many edits away is another word */

struct near {
    const char *ids[NEAR_MOST];
    unsigned distances[NEAR_MOST];
    size_t count;
};

/* Keeps the nearest, in order. Returns whether it was kept. */
static bool keep_near(struct near *near, const char *id, unsigned distance)
{
    size_t at = near->count;

    while (at > 0 && near->distances[at - 1] > distance)
        at--;
    if (at == NEAR_MOST)
        return false;
    if (near->count < NEAR_MOST)
        near->count++;
    for (size_t i = near->count - 1; i > at; i--) {
        near->ids[i] = near->ids[i - 1];
        near->distances[i] = near->distances[i - 1];
    }
    near->ids[at] = id;
    near->distances[at] = distance;
    return true;
}

/* The distance is at least the difference of the lengths, which is had for less. Short ids are far
 * sooner. */
static unsigned distance_of(const char *a, const char *b)
{
    size_t a_size = strlen(a), b_size = strlen(b);
    unsigned distance;

    if ((a_size > b_size ? a_size - b_size : b_size - a_size) >= FAR)
        return FAR;
    distance = mp_text_distance(a, b);
    return mp_text_is_near(distance, a_size, b_size) ? distance : FAR;
}

/* Long ids count as far as a whole; within one topic the slugs are compared. */
static unsigned distance_to(const struct mp_subject *wanted, const char *wanted_id,
                            const struct mp_subject *other, const char *other_id)
{
    if (wanted->slug[0] != '\0' && strcmp(wanted->topic, other->topic) == 0)
        return distance_of(wanted->slug, other->slug);
    return distance_of(wanted_id, other_id);
}

static int find_near(struct mp_store_asking *asking, const struct mp_subject *wanted,
                     struct near *near)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(asking->txn, asking->tables->state);
    struct mp_store_key start;
    bool found;

    mp_store_key_state_prefix(&start, wanted->kind, MP_STORE_WHOLE_PREFIX);
    found = mp_kv_seek(cursor, mp_store_key_span(&start));
    for (size_t seen = 0; found && seen < MP_STORE_SCAN_MOST &&
                          mp_span_starts_with(mp_kv_key(cursor), mp_store_key_span(&start));
         seen++) {
        struct mp_arena_mark mark = mp_arena_mark(asking->arena);
        struct mp_subject other;
        const char *id;
        unsigned distance;
        int error = mp_store_key_to_subject(mp_kv_key(cursor), asking->arena, &other);

        if (error < 0)
            return error;
        id = mp_subject_id(asking->arena, &other);
        if (id == NULL)
            return MP_ENOMEM;
        distance = distance_to(wanted, asking->ask->id, &other, id);
        if (distance >= FAR || !keep_near(near, id, distance))
            mp_arena_release(asking->arena, mark);
        found = mp_kv_next(cursor);
    }
    return 0;
}

int mp_store_asking_not_found(struct mp_store_asking *asking)
{
    const struct mp_ask *ask = asking->ask;
    const char *kind = mp_code_name(MP_FAMILY_KIND, (int)ask->record_kind);
    struct near near = {.count = 0};
    struct mp_subject wanted;
    int error = mp_subject_parse(asking->arena, ask->record_kind, ask->id, &wanted);

    if (error == 0)
        error = find_near(asking, &wanted, &near);
    if (error < 0 && error != MP_ENOMEM)
        return error;
    switch (near.count) {
    case 0:
        return mp_store_asking_refuse(asking, MP_ASK_NOT_FOUND, "there is no %s \"%s\"", kind,
                                      ask->id);
    case 1:
        return mp_store_asking_refuse(asking, MP_ASK_NOT_FOUND,
                                      "there is no %s \"%s\": did you mean %s?", kind, ask->id,
                                      near.ids[0]);
    default:
        return mp_store_asking_refuse(asking, MP_ASK_NOT_FOUND,
                                      "there is no %s \"%s\": did you mean %s, %s%s%s?", kind,
                                      ask->id, near.ids[0], near.ids[1], near.count > 2 ? ", " : "",
                                      near.count > 2 ? near.ids[2] : "");
    }
}
