/* A change as a submitter asks for it, and as an event records it. Texts are UTF-8 without NUL,
 * never NULL ("" when not given), and borrowed from the arena that decoded them. */
#ifndef MP_DOMAIN_CHANGE_H
#define MP_DOMAIN_CHANGE_H

#include "core/base/uuid.h"
#include "core/domain/calendar.h"
#include "core/domain/codes.h"
#include "core/domain/date.h"
#include "core/domain/decimal.h"
#include "core/domain/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mp_title {
    const char *en;
    const char *ur;
    const char *zh;
};

struct mp_list {
    const char **items;
    size_t count;
};

struct mp_source {
    const char *reference; /* document, page address, letter; several joined by ';' */
    const char *page;      /* page or paragraph within it */
    bool has_sha256;
    uint8_t sha256[32]; /* of the document */
};

/* Which state of the record the submitter saw. {0, 0}: it must not exist. */
struct mp_revision {
    uint64_t epoch;
    uint64_t seq;
};

struct mp_term {
    enum mp_scheme scheme;
    const char *code;
    struct mp_title title;
    int32_t published_on; /* sources only; MP_DAY_NONE */
};

struct mp_agency {
    const char *id;
    struct mp_title title;
    enum mp_role role;
    struct mp_list grants;         /* prefixes */
    uint32_t report_interval_days; /* 0: none */
};

struct mp_key {
    const char *agency;
    uint8_t public_key[32];
};

struct mp_project {
    const char *id;
    const char *parent;    /* project id or "" */
    const char *programme; /* term code */
    struct mp_title title;
    const char *corridor;           /* term code or "" */
    struct mp_list themes, regions; /* term codes */
    const char *lead_agency;
    struct mp_list partners; /* agency ids */
    const char *counterpart;
    enum mp_project_status status;
};

struct mp_milestone {
    const char *id;
    struct mp_title title;
    enum mp_milestone_type type;
    const char *code;      /* open code: completion, groundbreaking … */
    uint32_t weight;       /* 0: none given */
    const char *start;     /* milestone id of its activity's start, or "" */
    int32_t duration_days; /* least days from start; -1: none given */
    const char *calendar;  /* of the duration; "" = elapsed */
};

#define MP_LAG_NONE INT32_MIN
struct mp_link {
    const char *predecessor;
    const char *successor;
    enum mp_link_type type;
    int32_t lag_days;     /* MP_LAG_NONE: nobody stated one, which is not a lag of 0 */
    const char *calendar; /* of the lag; "" = elapsed */
};

struct mp_indicator {
    const char *code;
    struct mp_title title;
    const char *unit;
    const char *measure;
    enum mp_direction direction; /* what is better; 0 when not known */
};

/* One version of the policy of a programme (or of every programme that has none of its own): what a
 * computed colour means. The version in force on a day is the one with the largest valid_from not
 * after it. A slip is amber when it reaches amber_days, or amber_percent of the planned duration;
 * red likewise, and the worse of the two holds. */
struct mp_policy {
    const char *programme; /* term code, or MP_POLICY_DEFAULT */
    int32_t valid_from;
    uint32_t amber_days, red_days;       /* at least 1, amber not after red */
    uint32_t amber_percent, red_percent; /* of the planned duration; 0: days alone count */
    uint32_t grey_days;       /* after a forecast's day with no word: the grey zone begins */
    uint32_t report_days;     /* reporting interval of agencies that have none; 0: none */
    uint32_t least_for_index; /* milestones below which no index (BEI, SPI …) is given */
};
#define MP_POLICY_DEFAULT "default"

/* baseline, forecast, met, confirmed, suspension (day from which), resumption (day from which) */
struct mp_dated {
    const char *milestone;
    struct mp_date date;
    enum mp_reason reason;
    bool recalled; /* re-baselines only: an original learned late */
};

struct mp_progress {
    const char *milestone;
    struct mp_decimal percent;
};

/* Of a project (project_status given; milestone may say in connection with which) or of a milestone
 * (milestone_status given). */
struct mp_status {
    const char *project; /* "" allowed when milestone is given: its project */
    const char *milestone;
    enum mp_project_status project_status;
    enum mp_milestone_status milestone_status;
};

struct mp_observation {
    const char *indicator;
    const char *project;
    enum mp_observation_kind kind;
    struct mp_decimal value;
    int32_t period_start, period_end; /* both or neither (MP_DAY_NONE) */
    const char *region;               /* term code or "" */
};

struct mp_withdrawal {
    uint64_t seq; /* of the statement; why is the change's note, required */
    /* Filled in by decide: */
    enum mp_change_kind withdrawn_kind;
    int32_t withdrawn_stated_on;
    enum mp_kind subject_kind;
    const char *subject_id; /* the record that the statement was about */
};

struct mp_epoch_start {
    uint64_t epoch;
    uint64_t restored_head;
    const char *by;
    const char *why;
};

struct mp_change {
    enum mp_change_kind kind;
    bool has_expected;
    struct mp_revision expected;
    int32_t stated_on; /* MP_DAY_NONE: today, filled in by decide */
    const char *said_by;
    const char *note;
    struct mp_source source;
    union {
        struct mp_term term;
        struct mp_agency agency;
        struct mp_key key; /* KEY_ADDED, KEY_REVOKED */
        struct mp_project project;
        const char *removed; /* PROJECT_REMOVED, MILESTONE_CANCELLED: the id */
        struct mp_milestone milestone;
        struct mp_link link; /* LINK, LINK_REMOVED */
        struct mp_indicator indicator;
        struct mp_dated dated; /* BASELINE FORECAST MET CONFIRMED SUSPENSION RESUMPTION */
        struct mp_progress progress;
        struct mp_status status;
        struct mp_observation observation;
        struct mp_withdrawal withdrawal;
        struct mp_epoch_start epoch;
        struct mp_calendar_version calendar; /* a new version, or the same one anew */
        struct mp_policy policy;
    };
};

struct mp_submission {
    struct mp_uuid id;
    struct mp_uuid after; /* nil: none */
    int64_t sent_at_us;   /* the sender's clock, for information */
    struct mp_change *changes;
    size_t change_count; /* 1..MP_CHANGES_MOST */
};

/* A decided change with its place in the record. */
struct mp_event {
    uint64_t epoch;
    uint64_t seq;  /* contiguous from 1 */
    uint64_t prev; /* sequence before it on the same topic, 0 = the topic's first */
    int64_t recorded_at_us;
    const char *topic;
    const char *agency; /* the submitter */
    struct mp_uuid submission;
    uint32_t index; /* of the change in its submission */
    struct mp_change change;
};

/* A change with every text "" and every day none. */
void mp_change_init(struct mp_change *change, enum mp_change_kind kind);
/* baseline … observation (what can be withdrawn). */
bool mp_change_is_statement(enum mp_change_kind kind);

#endif
