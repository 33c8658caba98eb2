/* Forecasts. One that is later than what was expected just before it, by (stated_on, seq), needs a
 * reason; those after it are not judged again. */
#include "core/domain/rules_private.h"

#include <inttypes.h>

static bool is_before(const struct mp_slot *slot, int32_t day, uint64_t seq)
{
    return slot->stated_on < day || (slot->stated_on == day && slot->seq < seq);
}

/* Last standing forecast before the change. The record keeps the last of all, which spares the
 * index unless the change comes out of order. */
static int find_forecast(const struct mp_ruling *ruling, struct mp_slot *ret_slot)
{
    const struct mp_slot *last = &ruling->record->milestone.forecast;
    int32_t day = ruling->change->stated_on;
    struct mp_entry entry;
    if (last->seq == 0)
        return 0;
    if (is_before(last, day, ruling->context->seq)) {
        *ret_slot = *last;
        return 0;
    }
    int found = ruling->view->latest(ruling->view->context, &ruling->subject, MP_CHANGE_FORECAST,
                                     day, ruling->context->seq, &entry);
    if (found == 1)
        *ret_slot = mp_slot_of(&entry);
    return found < 0 ? found : 0;
}

/* Last standing re-baseline before the change that is not recalled; the first baseline, if it
 * stands before the change, goes to *ret_first. */
static int find_baselines(const struct mp_ruling *ruling, struct mp_slot *ret_again,
                          struct mp_slot *ret_first)
{
    const struct mp_milestone_record *milestone = &ruling->record->milestone;
    const struct mp_slot *approved = &milestone->approved;
    int32_t day = ruling->change->stated_on;
    uint64_t seq = ruling->context->seq;

    if (milestone->first.seq != 0 && is_before(&milestone->first, day, seq))
        *ret_first = milestone->first;
    if (approved->seq != 0 && approved->seq != milestone->first.seq &&
        is_before(approved, day, seq)) {
        *ret_again = *approved;
        return 0;
    }
    while (approved->seq != 0) {
        struct mp_entry entry;
        int found = ruling->view->latest(ruling->view->context, &ruling->subject,
                                         MP_CHANGE_BASELINE, day, seq, &entry);
        if (found <= 0)
            return found;
        if (!entry.recalled && entry.seq != milestone->first.seq) {
            *ret_again = mp_slot_of(&entry);
            return 0;
        }
        day = entry.stated_on;
        seq = entry.seq;
    }
    return 0;
}

/* What was expected just before the change; seq 0 when nothing was. */
static int find_expected(const struct mp_ruling *ruling, struct mp_slot *ret_expected)
{
    struct mp_slot forecast = {0}, again = {0}, first = {0};
    int error = find_forecast(ruling, &forecast);
    if (error == 0)
        error = find_baselines(ruling, &again, &first);
    if (error != 0)
        return error;
    bool is_forecast_last = forecast.seq != 0 &&
                            (again.seq == 0 || is_before(&again, forecast.stated_on, forecast.seq));
    if (is_forecast_last)
        *ret_expected = forecast;
    else
        *ret_expected = again.seq != 0 ? again : first;
    return 0;
}

static int reject_past(const struct mp_ruling *ruling)
{
    char date[MP_DATE_TEXT], stated[MP_DAY_TEXT];
    mp_date_format(ruling->change->dated.date, date);
    mp_day_format(ruling->change->stated_on, stated);
    return mp_ruling_reject(ruling, MP_REJECT_FORECAST_IN_PAST, "date",
                            "%s was over on %s, the day of the statement: give a date that was "
                            "still to come, or say that it was met",
                            date, stated);
}

static int reject_later(const struct mp_ruling *ruling, const struct mp_slot *expected)
{
    char date[MP_DATE_TEXT], before[MP_DATE_TEXT], stated[MP_DAY_TEXT];
    mp_date_format(ruling->change->dated.date, date);
    mp_date_format(expected->date, before);
    mp_day_format(expected->stated_on, stated);
    const char *names = mp_reason_choice(ruling->arena);
    return mp_ruling_reject(ruling, MP_REJECT_REASON_MISSING, "reason",
                            "%s is later than %s (said on %s, seq %" PRIu64 "): give a reason: %s",
                            date, before, stated, expected->seq, names);
}

int mp_decide_forecast(struct mp_ruling *ruling)
{
    const struct mp_dated *dated = &ruling->change->dated;
    struct mp_slot expected = {0};
    int result = mp_ruling_need_subject(ruling, "milestone");
    if (result != 0)
        return result;
    if (dated->date.day < ruling->change->stated_on)
        return reject_past(ruling);
    if (dated->reason != MP_REASON_NONE)
        return 0;
    result = find_expected(ruling, &expected);
    if (result != 0)
        return result;
    return mp_date_is_later(dated->date, expected.date) ? reject_later(ruling, &expected) : 0;
}
