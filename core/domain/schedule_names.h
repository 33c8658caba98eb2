/* The edge of the schedule: ids to numbers and back, and its inputs from records. Numbers are the
 * ranks of the ids in byte order, so that the smaller number is the smaller id. */
#ifndef MP_DOMAIN_SCHEDULE_NAMES_H
#define MP_DOMAIN_SCHEDULE_NAMES_H

#include "core/base/arena.h"
#include "core/domain/record.h"
#include "core/domain/schedule.h"

struct mp_schedule_names;

/* ids in any order, all different; copied. 0; MP_EEXIST: one comes twice; MP_ETOOBIG: more than
 * MP_SCHEDULE_NODES_MOST; MP_ENOMEM. */
int mp_schedule_names_new(const char *const *ids, size_t count,
                          struct mp_schedule_names **ret_names) MP_CHECK_RESULT;
void mp_schedule_names_free(struct mp_schedule_names *names);
MP_AUTO_DEFINE(struct mp_schedule_names *, mp_schedule_names_free);

/* The number, or MP_SCHEDULE_NONE. */
uint32_t mp_schedule_names_find(const struct mp_schedule_names *names, const char *id);
/* NUL-terminated, owned by names. */
const char *mp_schedule_names_at(const struct mp_schedule_names *names, uint32_t number);

struct mp_schedule_facts mp_schedule_facts_of(const struct mp_milestone_record *record);
/* 0; MP_ENOTFOUND: its start is not among the names, or its calendar not in the set. Then the node
 * is given without what was not found (no start; elapsed): a caller may go on and say so. */
int mp_schedule_node_of(const struct mp_milestone_record *record,
                        const struct mp_schedule_names *names, const struct mp_calendars *calendars,
                        struct mp_schedule_node *ret_node) MP_CHECK_RESULT;
/* 0; MP_ENOTFOUND: an end is not among the names (*ret_link untouched); MP_EINVAL: the calendar is
 * unknown, and the link is given on elapsed days. */
int mp_schedule_link_of(const struct mp_link *link, const struct mp_schedule_names *names,
                        const struct mp_calendars *calendars,
                        struct mp_schedule_link *ret_link) MP_CHECK_RESULT;

/* "a → b → a" of a refused network; NULL over the arena's budget. */
const char *mp_schedule_cycle_text(const struct mp_schedule_cycle *cycle,
                                   const struct mp_schedule_names *names, struct mp_arena *arena);

#endif
