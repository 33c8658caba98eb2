/* The special days of a calendar: the one list of messages within a change. */
#include "proto/map.h"

static int refuse(struct mp_fault *fault, enum mp_reject code, const char *text)
{
    mp_fault_set(fault, code, "days", text);
    return 1;
}

int mp_calendar_days_from_wire(Milepost__V1__CalendarDay *const *messages, size_t count,
                               struct mp_unpacker *unpacker,
                               struct mp_calendar_version *ret_version, struct mp_fault *ret_fault)
{
    struct mp_calendar_day *days;

    if (count > MP_CALENDAR_DAYS_A_CHANGE)
        return refuse(ret_fault, MP_REJECT_TOO_MANY,
                      "more special days than one version may have: split it by valid_from");
    days = mp_unpacker_array(unpacker, count, sizeof(*days));
    if (days == NULL)
        return mp_unpacker_short(unpacker, ret_fault);
    for (size_t i = 0; i < count; i++)
        days[i] = (struct mp_calendar_day){.day = messages[i]->day,
                                           .kind = (enum mp_calendar_day_kind)messages[i]->kind,
                                           .is_estimated = messages[i]->is_estimated != 0,
                                           .name = messages[i]->name};
    ret_version->days = days;
    ret_version->day_count = count;
    return 0;
}

Milepost__V1__CalendarDay **mp_calendar_days_to_wire(const struct mp_calendar_version *version,
                                                     struct mp_arena *arena)
{
    size_t count = version->day_count;
    Milepost__V1__CalendarDay *messages = mp_arena_array(arena, count, sizeof(*messages));
    Milepost__V1__CalendarDay **list = mp_arena_array(arena, count, sizeof(void *));

    if (messages == NULL || list == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        milepost__v1__calendar_day__init(&messages[i]);
        messages[i].day = version->days[i].day;
        messages[i].kind = (Milepost__V1__CalendarDayKind)version->days[i].kind;
        messages[i].is_estimated = version->days[i].is_estimated;
        messages[i].name = (char *)(uintptr_t)version->days[i].name;
        list[i] = &messages[i];
    }
    return list;
}
