#include "core/domain/record.h"

/* Statements are ordered by the day they were made on, then as they were recorded. */
static bool is_after(int32_t stated_on, uint64_t seq, int32_t other_stated_on, uint64_t other_seq)
{
    return stated_on != other_stated_on ? stated_on > other_stated_on : seq > other_seq;
}

enum mp_project_status mp_project_status_now(const struct mp_project_record *record)
{
    if (record->stated.seq == 0)
        return record->definition.status;
    if (record->definition.status != MP_PROJECT_STATUS_NONE &&
        is_after(record->defined_on, record->defined_seq, record->stated.stated_on,
                 record->stated.seq))
        return record->definition.status;
    return record->stated.status;
}

enum mp_milestone_status mp_milestone_status_now(const struct mp_milestone_record *record)
{
    const struct mp_slot *suspension = &record->suspension, *resumption = &record->resumption;

    if (record->cancelled_seq != 0)
        return MP_MILESTONE_CANCELLED;
    if (record->confirmed.seq != 0 || record->met.seq != 0)
        return MP_MILESTONE_MET;
    if (suspension->seq != 0 &&
        (resumption->seq == 0 ||
         is_after(suspension->stated_on, suspension->seq, resumption->stated_on, resumption->seq)))
        return MP_MILESTONE_SUSPENDED;
    if (record->stated.seq != 0)
        return record->stated.status;
    return MP_MILESTONE_SCHEDULED;
}

struct mp_date mp_milestone_expected(const struct mp_milestone_record *record)
{
    const struct mp_slot *forecast = &record->forecast, *rebaseline = &record->rebaseline;

    if (forecast->seq != 0 &&
        (rebaseline->seq == 0 ||
         is_after(forecast->stated_on, forecast->seq, rebaseline->stated_on, rebaseline->seq)))
        return forecast->date;
    return rebaseline->seq != 0 ? rebaseline->date : record->first.date;
}

struct mp_date mp_milestone_actual(const struct mp_milestone_record *record)
{
    if (record->confirmed.seq != 0 && mp_date_is_set(record->confirmed.date))
        return record->confirmed.date;
    return record->met.date;
}

bool mp_milestone_is_late(const struct mp_milestone_record *record, int32_t today)
{
    struct mp_date approved = record->approved.date, actual = mp_milestone_actual(record);
    enum mp_milestone_status status = mp_milestone_status_now(record);

    if (record->approved.seq == 0 || !mp_date_is_set(approved) || status == MP_MILESTONE_CANCELLED)
        return false;
    if (mp_date_is_set(actual))
        return mp_date_is_later(actual, approved);
    /* What was forecast before a suspension holds no longer: only the calendar counts. */
    if (status != MP_MILESTONE_SUSPENDED &&
        mp_date_is_later(mp_milestone_expected(record), approved))
        return true;
    return today > approved.day;
}

bool mp_milestone_slip_days(const struct mp_milestone_record *record,
                            const struct mp_slot *baseline, int32_t today, int32_t *ret_days)
{
    struct mp_date actual = mp_milestone_actual(record);
    struct mp_date expected = mp_milestone_expected(record);
    int32_t day;

    if (baseline->seq == 0 || !mp_date_is_set(baseline->date))
        return false;
    if (mp_date_is_set(actual))
        day = actual.day;
    else if (mp_date_is_set(expected))
        day = expected.day > today ? expected.day : today;
    else
        return false;
    *ret_days = day - baseline->date.day;
    return true;
}
