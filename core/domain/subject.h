/* Ids and where a record lives. A project id is a path of segments (gwadar/port-expansion); its
 * topic is the path with a slash at the end, so that a prefix gives a subtree and never a namesake.
 * What belongs to no project has a topic that starts with '@' (which cannot be in a path):
 *
 *   kind         id                                 topic            slug
 *   project      ml-1/karachi-rohri                 ml-1/karachi-rohri/  ""
 *   milestone    ml-1/karachi-rohri:completion      ml-1/karachi-rohri/  completion
 *   link         SUCC<FS<PRED (milestone ids)       successor's          succ-slug<FS<PRED
 *   observation  ml-1:project-cost-usd@123          ml-1/            project-cost-usd@123
 *   agency       railways                           @agency/         railways
 *   term         corridor:growth                    @term/           corridor:growth
 *   indicator    project-cost-usd                   @indicator/      project-cost-usd
 *   epoch        1763712000                         @ledger/         1763712000
 *   calendar     pk@2025-01-01                      @calendar/       pk@2025-01-01 (valid from)
 *   policy       cpec-2.0@2025-09-26                @policy/         cpec-2.0@2025-09-26
 */
#ifndef MP_DOMAIN_SUBJECT_H
#define MP_DOMAIN_SUBJECT_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/domain/codes.h"
#include "core/domain/limits.h"

#include <stdbool.h>
#include <stdint.h>

#define MP_TOPIC_MOST        (MP_PATH_MOST + 1)
#define MP_SUBJECT_SLUG_MOST (MP_SLUG_MOST + 4 + MP_PATH_MOST + 1 + MP_SLUG_MOST)
#define MP_ID_MOST           (MP_PATH_MOST + 1 + MP_SUBJECT_SLUG_MOST)

#define MP_TOPIC_AGENCY    "@agency/"
#define MP_TOPIC_TERM      "@term/"
#define MP_TOPIC_INDICATOR "@indicator/"
#define MP_TOPIC_LEDGER    "@ledger/"
#define MP_TOPIC_CALENDAR  "@calendar/"
#define MP_TOPIC_POLICY    "@policy/"

/* Texts live in the arena they were made in, or are literals. */
struct mp_subject {
    enum mp_kind kind;
    const char *topic;
    const char *slug;
};

/* [a-z0-9][a-z0-9.-]* segments joined by '/', within limits.h. */
bool mp_path_is_valid(const char *path);
/* [a-z0-9][a-z0-9.-]* within MP_SLUG_MOST. */
bool mp_slug_is_valid(const char *slug);
/* path ':' slug. */
bool mp_milestone_id_is_valid(const char *id);
bool mp_agency_id_is_valid(const char *id);
/* A grant or a filter: a path ending in '/', or "/" for everything. */
bool mp_prefix_is_valid(const char *prefix);
/* Whether the topic lies under the prefix ("/" or "" covers all; "ml-1/" never covers "ml-10/"). */
bool mp_prefix_covers(const char *prefix, const char *topic);

/* How an id of the kind is written, in words, with one for an example behind "such as "; "" for
 * none. */
const char *mp_subject_form(enum mp_kind kind);
/* Parses an id of the kind: 0, MP_EMALFORMED, MP_ENOMEM. */
int mp_subject_parse(struct mp_arena *arena, enum mp_kind kind, const char *id,
                     struct mp_subject *ret_subject) MP_CHECK_RESULT;
/* The id as a person writes it; NULL over the arena's budget. */
const char *mp_subject_id(struct mp_arena *arena, const struct mp_subject *subject);
bool mp_subject_equal(const struct mp_subject *a, const struct mp_subject *b);

/* Builders; valid inputs assumed; a NULL topic means the arena is full. */
struct mp_subject mp_subject_project(struct mp_arena *arena, const char *path);
struct mp_subject mp_subject_milestone(struct mp_arena *arena, const char *id);
struct mp_subject mp_subject_link(struct mp_arena *arena, const char *predecessor,
                                  const char *successor, enum mp_link_type type);
struct mp_subject mp_subject_agency(const char *id);
struct mp_subject mp_subject_term(struct mp_arena *arena, enum mp_scheme scheme, const char *code);
struct mp_subject mp_subject_indicator(const char *code);
struct mp_subject mp_subject_observation(struct mp_arena *arena, const char *project,
                                         const char *indicator, uint64_t seq);
struct mp_subject mp_subject_epoch(struct mp_arena *arena, uint64_t epoch);
/* Of a calendar or a policy: name and first day of validity. */
struct mp_subject mp_subject_version(struct mp_arena *arena, enum mp_kind kind, const char *name,
                                     int32_t valid_from);

#endif
