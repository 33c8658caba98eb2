/* The record that the benchmark works on and what is submitted to it: WORK_AGENCIES agencies, a key
 * each, all with a grant on bench/; WORK_PROJECTS projects (as many topics) with WORK_MILESTONES
 * milestones each; forecasts whose events are of about 200 bytes. */
#ifndef MP_BENCH_WORK_H
#define MP_BENCH_WORK_H

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/domain/change.h"

#define WORK_AGENCIES   16
#define WORK_PROJECTS   128
#define WORK_MILESTONES 8 /* of each project */
#define WORK_ALL        (WORK_PROJECTS * WORK_MILESTONES)
#define WORK_PREFIX     "bench/"
#define WORK_AUTHORITY  "authority"
#define WORK_KEY_FILE   "%s/%s.key" /* folder, agency */

const char *work_agency(struct mp_arena *arena, unsigned number);
const char *work_project(struct mp_arena *arena, unsigned number);
/* Neighbours in number are of different projects. */
const char *work_milestone(struct mp_arena *arena, unsigned number);
struct mp_change work_forecast(struct mp_arena *arena, uint64_t number);
int32_t work_today(void);

/* Encoded submissions, ready but for their ids: a hundred thousand a second must not cost the load
 * generator what they cost a server. */
struct work_templates {
    struct mp_buffer *items;
    size_t count;
    unsigned changes; /* in each */
};
void work_templates_init(struct work_templates *templates, unsigned changes, unsigned shift);
void work_templates_done(struct work_templates *templates);
/* Writes submission `number` of a chain to buffer; returns its size. Ids are base with the number
 * in their last 4 bytes; `after` is the number before, except in the first. */
size_t work_fill(const struct work_templates *templates, const struct mp_uuid *base,
                 uint32_t number, uint8_t *buffer);
size_t work_most_bytes(const struct work_templates *templates);
uint32_t work_number(const struct mp_uuid *id);

#endif
