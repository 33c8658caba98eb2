/* Ids to numbers and back; inputs of the schedule from records. */
#include "core/domain/schedule_names.h"

#include "core/base/table.h"

#include <stdlib.h>
#include <string.h>

struct mp_schedule_names {
    struct mp_table *number_of; /* keys keep their NUL, so that ids can point at them */
    const char **ids;           /* sorted */
    size_t count;
};

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct mp_span key_of(const char *id)
{
    return mp_span_make(id, strlen(id) + 1);
}

/* The table owns copies of all ids; they get their ranks. */
static int fill(struct mp_schedule_names *names, const char *const *ids, size_t count)
{
    union mp_table_value *slot;
    struct mp_span key;
    bool is_new = true;

    for (size_t i = 0; i < count; i++) {
        int result = mp_table_put(names->number_of, key_of(ids[i]), &slot, &is_new);

        if (result < 0)
            return result;
        if (!is_new)
            return MP_EEXIST;
    }
    for (size_t at = 0; mp_table_next(names->number_of, &at, &key, &slot);)
        names->ids[names->count++] = (const char *)key.data;
    qsort(names->ids, names->count, sizeof(*names->ids), compare_ids);
    for (size_t i = 0; i < names->count; i++)
        mp_table_get(names->number_of, key_of(names->ids[i]))->number = i;
    return 0;
}

int mp_schedule_names_new(const char *const *ids, size_t count,
                          struct mp_schedule_names **ret_names)
{
    MP_AUTO(mp_schedule_names_free) struct mp_schedule_names *names = NULL;
    int result;

    if (count > MP_SCHEDULE_NODES_MOST)
        return MP_ETOOBIG;
    names = calloc(1, sizeof(*names));
    if (names == NULL)
        return MP_ENOMEM;
    names->number_of = mp_table_new(MP_SCHEDULE_NODES_MOST);
    names->ids = calloc(count + 1, sizeof(*names->ids));
    if (names->number_of == NULL || names->ids == NULL)
        return MP_ENOMEM;
    result = fill(names, ids, count);
    if (result < 0)
        return result;
    *ret_names = mp_take(names);
    return 0;
}

void mp_schedule_names_free(struct mp_schedule_names *names)
{
    if (names == NULL)
        return;
    mp_table_free(names->number_of);
    free(names->ids);
    free(names);
}

uint32_t mp_schedule_names_find(const struct mp_schedule_names *names, const char *id)
{
    const union mp_table_value *slot = mp_table_get(names->number_of, key_of(id));

    return slot == NULL ? MP_SCHEDULE_NONE : (uint32_t)slot->number;
}

const char *mp_schedule_names_at(const struct mp_schedule_names *names, uint32_t number)
{
    return number < names->count ? names->ids[number] : NULL;
}

/* ---- From records ---- */

static int32_t day_of(struct mp_date date)
{
    return mp_date_is_set(date) ? date.day : MP_DAY_NONE;
}

struct mp_schedule_facts mp_schedule_facts_of(const struct mp_milestone_record *record)
{
    return (struct mp_schedule_facts){
        .expected_day = day_of(mp_milestone_expected(record)),
        .actual_day = day_of(mp_milestone_actual(record)),
        .approved_day = day_of(record->approved.date),
        .is_cancelled = record->cancelled_seq != 0,
    };
}

int mp_schedule_node_of(const struct mp_milestone_record *record,
                        const struct mp_schedule_names *names, const struct mp_calendars *calendars,
                        struct mp_schedule_node *ret_node)
{
    const struct mp_milestone *definition = &record->definition;
    struct mp_schedule_node node = {
        .facts = mp_schedule_facts_of(record),
        .start = MP_SCHEDULE_NONE,
        .duration_days = definition->duration_days,
    };
    int result = mp_calendars_find(calendars, definition->calendar, &node.calendar);

    if (definition->start[0] != '\0') {
        node.start = mp_schedule_names_find(names, definition->start);
        if (node.start == MP_SCHEDULE_NONE)
            result = MP_ENOTFOUND;
    }
    *ret_node = node;
    return result;
}

int mp_schedule_link_of(const struct mp_link *link, const struct mp_schedule_names *names,
                        const struct mp_calendars *calendars, struct mp_schedule_link *ret_link)
{
    struct mp_schedule_link given = {
        .predecessor = mp_schedule_names_find(names, link->predecessor),
        .successor = mp_schedule_names_find(names, link->successor),
        .type = link->type,
        .lag_days = link->lag_days == MP_LAG_NONE ? 0 : link->lag_days,
        .is_lag_stated = link->lag_days != MP_LAG_NONE,
    };
    int result;

    if (given.predecessor == MP_SCHEDULE_NONE || given.successor == MP_SCHEDULE_NONE)
        return MP_ENOTFOUND;
    result = mp_calendars_find(calendars, link->calendar, &given.calendar) < 0 ? MP_EINVAL : 0;
    *ret_link = given;
    return result;
}

const char *mp_schedule_cycle_text(const struct mp_schedule_cycle *cycle,
                                   const struct mp_schedule_names *names, struct mp_arena *arena)
{
    const char *text = mp_arena_strdup(arena, "");

    for (size_t i = 0; i < cycle->count && text != NULL; i++) {
        bool is_cut = cycle->left_out > 0 && i == MP_SCHEDULE_CYCLE_MOST / 2;
        const char *id = mp_schedule_names_at(names, cycle->nodes[i]);

        text = mp_arena_printf(arena, "%s%s%s%s", text, i > 0 ? " → " : "", is_cut ? "… → " : "",
                               id == NULL ? "?" : id);
    }
    return text;
}
