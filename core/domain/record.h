/* Current records: what the events have made. */
#ifndef MP_DOMAIN_RECORD_H
#define MP_DOMAIN_RECORD_H

#include "core/domain/change.h"
#include "core/domain/subject.h"

/* One statement as the index keeps it: enough for every rule, without the event's texts. */
struct mp_entry {
    enum mp_change_kind kind;
    int32_t stated_on;
    uint64_t seq;
    struct mp_date date; /* dated kinds */
    enum mp_reason reason;
    bool recalled;
    uint64_t withdrawn_by; /* seq of the withdrawal, 0 = stands */
    int64_t recorded_at_us;
    struct mp_decimal value; /* progress */
    uint32_t code;           /* status: project or milestone status */
};

/* A statement that stands, in a record. seq 0: none. */
struct mp_slot {
    uint64_t seq;
    int32_t stated_on;
    struct mp_date date;
    enum mp_reason reason;
};

/* Of a statement that has a date. */
static inline struct mp_slot mp_slot_of(const struct mp_entry *entry)
{
    return (struct mp_slot){.seq = entry->seq,
                            .stated_on = entry->stated_on,
                            .date = entry->date,
                            .reason = entry->reason};
}

struct mp_agency_record {
    struct mp_agency definition;
    struct {
        uint8_t public_key[32];
        uint64_t added_seq;
        uint64_t revoked_seq; /* 0: valid */
    } * keys;
    size_t key_count; /* at most MP_KEYS_MOST; MP_LIST_MOST that are valid; revoked ones stay */
};

struct mp_project_record {
    struct mp_project definition;
    int32_t defined_on; /* civil day of the definition that stands */
    uint64_t defined_seq;
    struct {
        uint64_t seq;
        int32_t stated_on;
        enum mp_project_status status;
    } stated; /* last status statement that stands */
};

struct mp_milestone_record {
    struct mp_milestone definition;
    struct mp_slot first;      /* first recorded baseline */
    struct mp_slot approved;   /* last baseline by (stated_on, seq) that is not recalled */
    struct mp_slot rebaseline; /* last by (stated_on, seq) that is neither the first nor recalled */
    struct mp_slot forecast;   /* the rest: last by (stated_on, seq) */
    struct mp_slot forecast_before; /* the last but one */
    struct mp_slot met;             /* claimed */
    struct mp_slot confirmed;
    struct mp_slot suspension;
    struct mp_slot resumption;
    struct {
        uint64_t seq;
        int32_t stated_on;
        struct mp_decimal percent;
    } progress;
    struct {
        uint64_t seq;
        int32_t stated_on;
        enum mp_milestone_status status;
    } stated;
    uint64_t cancelled_seq; /* 0: not cancelled */
};

struct mp_observation_record {
    struct mp_observation observation;
    int32_t stated_on;
    const char *said_by;
    const char *source;
    uint64_t withdrawn_by;
};

struct mp_record {
    struct mp_subject subject;
    struct mp_revision revision; /* the event that changed it last */
    bool removed;                /* tombstone */
    const char *source;          /* of the definition that stands */
    const char *note;            /* of the definition that stands */
    union {
        struct mp_term term;
        struct mp_agency_record agency;
        struct mp_project_record project;
        struct mp_milestone_record milestone;
        struct mp_link link;
        struct mp_indicator indicator;
        struct mp_observation_record observation;
        struct mp_epoch_start epoch;
        struct mp_calendar_version calendar;
        struct mp_policy policy;
    };
};

/* Status that holds: the later of definition and last statement (day, seq). */
enum mp_project_status mp_project_status_now(const struct mp_project_record *record);
/* Cancelled; else met when confirmed or claimed; else suspended when a suspension is not followed
 * by a resumption; else what was stated; else scheduled. */
enum mp_milestone_status mp_milestone_status_now(const struct mp_milestone_record *record);
/* DOMAIN's expected date: the later stated of last forecast and last re-baseline; the first
 * baseline only if it has neither. Precision none when there is none. */
struct mp_date mp_milestone_expected(const struct mp_milestone_record *record);
/* Confirmed, else claimed, else none. */
struct mp_date mp_milestone_actual(const struct mp_milestone_record *record);
/* Met after, forecast for after, or with nothing said overdue today against its approved baseline;
 * false without a baseline. Suspended and cancelled ones count while they are overdue (suspended)
 * or never (cancelled). */
bool mp_milestone_is_late(const struct mp_milestone_record *record, int32_t today);
/* Days late against a baseline slot (positive = late): actual, else the larger of expected and
 * today. false when either side is missing. */
bool mp_milestone_slip_days(const struct mp_milestone_record *record,
                            const struct mp_slot *baseline, int32_t today, int32_t *ret_days);

#endif
