/* The whole record at one moment, in memory: projects and milestones with their figures, links as a
 * schedule, policies and calendars, and on demand every statement. Loaded by questions (ASK), by
 * either time; computed here and not in the ledger, so that a question costs him who asks it.
 *
 * Milestones are numbered in the order of their ids, as the schedule numbers them. Everything
 * belongs to the picture and lives as long as it. One thread. */
#ifndef MP_CLIENT_PICTURE_H
#define MP_CLIENT_PICTURE_H

#include "clients/lib/client.h"
#include "core/domain/measure.h"
#include "core/domain/schedule_names.h"

#define MP_PICTURE_NONE UINT32_MAX

struct mp_picture_options {
    struct mp_as_of as_of;
    int32_t today; /* status date: overdue, colours and projections are of this day */
    enum mp_gaps gaps;
    int64_t timeout_ms; /* of each question */
};

struct mp_picture_project {
    const char *id, *topic;
    struct mp_project_record record;
    const struct mp_policy *policy; /* in force on the status date; NULL: none */
};

struct mp_picture_milestone {
    const char *id;
    uint32_t project; /* MP_PICTURE_NONE: removed */
    bool is_recorded_later;
    struct mp_milestone_record record;
    struct mp_milestone_figures figures;
};

struct mp_picture_agency {
    const char *id;
    struct mp_agency definition;
};

/* Statements of milestones, withdrawn ones too. */
struct mp_picture_statement {
    uint32_t milestone;
    struct mp_entry entry;
    const char *said_by, *agency, *note, *reference, *page;
};

struct mp_picture {
    struct mp_picture_options options;
    uint64_t epoch, head;                /* of the first page */
    struct mp_picture_project *projects; /* ascending by id */
    size_t project_count;
    struct mp_picture_milestone *milestones;
    size_t milestone_count;
    struct mp_picture_agency *agencies; /* ascending by id */
    size_t agency_count;
    struct mp_term *terms;
    size_t term_count;
    struct mp_policy *policies;
    size_t policy_count;
    struct mp_calendars *calendars;
    const struct mp_schedule_link *links; /* by their numbers in the schedule */
    size_t link_count;
    /* Links that are not counted (an end is not in the record), and calendars that are named and
     * nowhere defined (counted as elapsed days). */
    size_t dangling_link_count, unknown_calendar_count;
    struct mp_schedule_names *names;
    struct mp_schedule *schedule;
    /* After mp_picture_history: ascending by (milestone, stated_on, seq). */
    struct mp_picture_statement *statements;
    size_t statement_count;
    struct mp_arena *arena;
};

/* 0; what mp_client_ask gives; MP_EEXIST: the links close a cycle (why says which); MP_EEPOCH: the
 * record was restored meanwhile, load it anew; MP_ENOMEM. */
int mp_picture_load(struct mp_client *client, const struct mp_picture_options *options,
                    struct mp_picture **ret_picture) MP_CHECK_RESULT;
void mp_picture_free(struct mp_picture *picture);
MP_AUTO_DEFINE(struct mp_picture *, mp_picture_free);

/* Every statement on the milestones under the prefix ("": all), by the picture's times. Again with
 * another prefix: in place of what was there. MP_EEPOCH: the record was restored since the picture
 * was loaded, which has to be loaded anew. */
int mp_picture_history(struct mp_client *client, struct mp_picture *picture,
                       const char *prefix) MP_CHECK_RESULT;
/* Of one milestone: a slice of statements. */
const struct mp_picture_statement *mp_picture_statements(const struct mp_picture *picture,
                                                         uint32_t milestone, size_t *ret_count);
/* How its expected date moved: an array in the arena; NULL when memory is short. */
const struct mp_move *mp_picture_moves(const struct mp_picture *picture, uint32_t milestone,
                                       struct mp_arena *arena, size_t *ret_count);

/* Figures anew, after the schedule was changed (another day, gaps, a trial). */
void mp_picture_measure(struct mp_picture *picture);

/* MP_PICTURE_NONE when there is none. */
uint32_t mp_picture_find_milestone(const struct mp_picture *picture, const char *id);
uint32_t mp_picture_find_project(const struct mp_picture *picture, const char *id);
const struct mp_picture_agency *mp_picture_find_agency(const struct mp_picture *picture,
                                                       const char *id);
/* English title of a term; its code when it is not defined. */
const char *mp_picture_term(const struct mp_picture *picture, enum mp_scheme scheme,
                            const char *code);
/* Whether the milestone's topic lies under the prefix ("" and "/": all). */
bool mp_picture_covers(const struct mp_picture *picture, const char *prefix, uint32_t milestone);

/* ---- Groups ---- */

enum mp_picture_by {
    MP_BY_ALL,
    MP_BY_PROGRAMME,
    MP_BY_CORRIDOR,
    MP_BY_REGION, /* a milestone counts in each region of its project */
    MP_BY_AGENCY, /* the lead agency */
    MP_BY_PROJECT
};

struct mp_picture_group {
    const char *key;   /* code or id; "" for none given */
    const char *title; /* English */
    struct mp_scope_figures figures;
    const uint32_t *milestones; /* ascending */
    size_t milestone_count;
};
/* The milestones under the prefix in groups, ascending by key, "" last; measured as of the
 * picture's day, hits since the day given (MP_DAY_NONE: all time). Indexes follow the policy of the
 * group's programme if it has one alone, else the default's. Arrays in the arena. 0 or MP_ENOMEM.
 */
int mp_picture_group(const struct mp_picture *picture, const char *prefix, enum mp_picture_by by,
                     int32_t since, struct mp_arena *arena, struct mp_picture_group **ret_groups,
                     size_t *ret_count) MP_CHECK_RESULT;

/* ---- Who is silent ---- */

struct mp_picture_silence {
    const struct mp_picture_agency *agency;
    uint32_t interval_days; /* its own, else the policy's */
    int32_t last_word_day;  /* of its live projects' milestones and statuses; MP_DAY_NONE: never */
    int32_t overdue_days;   /* beyond the interval; since ever: 0 with last_word_day none */
    size_t live_project_count;
};
/* Agencies that lead a live project (preparation, implementation) under the prefix, have an
 * interval, and have said nothing within it; the longest silent first, those that never spoke
 * before them. Array in the arena. 0 or MP_ENOMEM. */
int mp_picture_silences(const struct mp_picture *picture, const char *prefix,
                        struct mp_arena *arena, struct mp_picture_silence **ret_silences,
                        size_t *ret_count) MP_CHECK_RESULT;

#endif
