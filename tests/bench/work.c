#include "tests/bench/work.h"

#include "core/base/clock.h"
#include "proto/codec.h"
#include "tests/bench/measure.h"

#include <stdlib.h>

#define ZONE_MINUTES 300
#define AFTER_AT     18 /* bytes of the field id, with its tag and length */

const char *work_agency(struct mp_arena *arena, unsigned number)
{
    return mp_arena_printf(arena, "bench-%02u", number % WORK_AGENCIES);
}

const char *work_project(struct mp_arena *arena, unsigned number)
{
    return mp_arena_printf(arena, WORK_PREFIX "p%03u", number % WORK_PROJECTS);
}

const char *work_milestone(struct mp_arena *arena, unsigned number)
{
    return mp_arena_printf(arena, "%s:m%u", work_project(arena, number),
                           number / WORK_PROJECTS % WORK_MILESTONES);
}

int32_t work_today(void)
{
    return mp_clock_civil_day(mp_clock_wall_us(&mp_clock_system), ZONE_MINUTES);
}

struct mp_change work_forecast(struct mp_arena *arena, uint64_t number)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_FORECAST);
    change.dated.milestone = work_milestone(arena, (unsigned)(number * 7919 % WORK_ALL));
    change.dated.date =
        (struct mp_date){work_today() + 100 + (int32_t)(number % 1000), MP_PRECISION_DAY};
    change.dated.reason = MP_REASON_FINANCING;
    change.said_by = "project director";
    change.source.reference = "monthly progress report, section 4, table 2: works and payments";
    return change;
}

static void encode(struct mp_buffer *buffer, struct mp_arena *arena, unsigned changes,
                   uint64_t first)
{
    struct mp_change list[MP_CHANGES_MOST];
    struct mp_submission submission = {.id = mp_uuid_v7(mp_clock_wall_us(&mp_clock_system)),
                                       .after = mp_uuid_v7(mp_clock_wall_us(&mp_clock_system)),
                                       .sent_at_us = mp_clock_wall_us(&mp_clock_system),
                                       .changes = list,
                                       .change_count = changes};

    for (unsigned i = 0; i < changes; i++)
        list[i] = work_forecast(arena, first + i);
    bench_need(mp_submission_encode(&submission, arena, buffer) == 0, "encoding a submission");
}

void work_templates_init(struct work_templates *templates, unsigned changes, unsigned shift)
{
    struct mp_arena *arena = mp_arena_new((size_t)64 << 20);

    bench_need(arena != NULL && changes >= 1 && changes <= MP_CHANGES_MOST, "no such submission");
    templates->count = WORK_ALL / changes;
    templates->changes = changes;
    templates->items = bench_allocate(templates->count, sizeof(*templates->items));
    for (size_t i = 0; i < templates->count; i++) {
        mp_buffer_init(&templates->items[i], MP_SUBMISSION_MOST);
        encode(&templates->items[i], arena, changes, shift + i * changes);
    }
    mp_arena_free(arena);
}

void work_templates_done(struct work_templates *templates)
{
    for (size_t i = 0; i < templates->count; i++)
        mp_buffer_done(&templates->items[i]);
    free(templates->items);
    *templates = (struct work_templates){0};
}

static void put_id(uint8_t *place, const struct mp_uuid *base, uint32_t number)
{
    memcpy(place, base->bytes, MP_UUID_BYTES - 4);
    for (int i = 0; i < 4; i++)
        place[MP_UUID_BYTES - 1 - i] = (uint8_t)(number >> (8 * i));
}

size_t work_fill(const struct work_templates *templates, const struct mp_uuid *base,
                 uint32_t number, uint8_t *buffer)
{
    const struct mp_buffer *item = &templates->items[number % templates->count];

    memcpy(buffer, item->data, item->size);
    put_id(buffer + 2, base, number);
    if (number > 0) {
        put_id(buffer + AFTER_AT + 2, base, number - 1);
        return item->size;
    }
    memmove(buffer + AFTER_AT, buffer + 2 * AFTER_AT, item->size - 2 * AFTER_AT);
    return item->size - AFTER_AT;
}

size_t work_most_bytes(const struct work_templates *templates)
{
    size_t most = 0;

    for (size_t i = 0; i < templates->count; i++)
        most = templates->items[i].size > most ? templates->items[i].size : most;
    return most;
}

uint32_t work_number(const struct mp_uuid *id)
{
    uint32_t number = 0;

    for (int i = MP_UUID_BYTES - 4; i < MP_UUID_BYTES; i++)
        number = number << 8 | id->bytes[i];
    return number;
}
