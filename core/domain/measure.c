/* Figures of one milestone, and how its expected date moved. */
#include "core/domain/measure.h"

#include <stdlib.h>

const char *mp_absence_text(enum mp_absence absence)
{
#define X(name, number, text) [number] = (text),
    static const char *const texts[] = {MP_ABSENCES(X)};
#undef X
    return (unsigned)absence < sizeof(texts) / sizeof(texts[0]) ? texts[absence] : "";
}

double mp_ratio_value(const struct mp_ratio *ratio)
{
    return ratio->absence != MP_ABSENT_NOT || ratio->denominator == 0
               ? 0
               : ratio->numerator / ratio->denominator;
}

static int32_t day_of(struct mp_date date)
{
    return mp_date_is_set(date) ? date.day : MP_DAY_NONE;
}

static struct mp_days absent(enum mp_absence absence)
{
    return (struct mp_days){.absence = absence};
}

static struct mp_days between(int32_t from, int32_t to)
{
    return (struct mp_days){.absence = MP_ABSENT_NOT, .days = to - from};
}

/* Met: by the actual date; else by the projected one. */
static struct mp_days slip_against(const struct mp_milestone_figures *figures, int32_t baseline_day)
{
    int32_t day = figures->actual_day != MP_DAY_NONE ? figures->actual_day : figures->projected_day;

    if (baseline_day == MP_DAY_NONE)
        return absent(MP_ABSENT_NO_BASELINE);
    if (day == MP_DAY_NONE)
        return absent(MP_ABSENT_NO_DATE);
    return between(baseline_day, day);
}

/* own: the date that was said, which may be a whole month; what the calendar or a link gives is a
 * day. */
static bool is_late(const struct mp_days *slip, struct mp_date own, int32_t baseline_day,
                    struct mp_date baseline)
{
    if (slip->absence != MP_ABSENT_NOT || slip->days <= 0)
        return false;
    return !mp_date_is_set(own) || own.day != baseline_day + slip->days ||
           mp_date_is_later(own, baseline);
}

static struct mp_days slip_since_last(const struct mp_milestone_record *record)
{
    if (record->forecast.seq == 0 || record->forecast_before.seq == 0)
        return absent(MP_ABSENT_ONE_FORECAST);
    return between(record->forecast_before.date.day, record->forecast.date.day);
}

static int32_t last_word(const struct mp_milestone_record *record)
{
    const struct {
        uint64_t seq;
        int32_t stated_on;
    } words[] = {
        {record->first.seq, record->first.stated_on},
        {record->approved.seq, record->approved.stated_on},
        {record->rebaseline.seq, record->rebaseline.stated_on},
        {record->forecast.seq, record->forecast.stated_on},
        {record->met.seq, record->met.stated_on},
        {record->confirmed.seq, record->confirmed.stated_on},
        {record->suspension.seq, record->suspension.stated_on},
        {record->resumption.seq, record->resumption.stated_on},
        {record->progress.seq, record->progress.stated_on},
        {record->stated.seq, record->stated.stated_on},
    };
    int32_t last = MP_DAY_NONE;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (words[i].seq != 0 && words[i].stated_on > last)
            last = words[i].stated_on;
    }
    return last;
}

static struct mp_days planned_duration(const struct mp_milestone_record *record,
                                       const struct mp_milestone_record *start)
{
    int32_t from = MP_DAY_NONE;

    if (record->approved.seq == 0)
        return absent(MP_ABSENT_NO_BASELINE);
    if (start != NULL && start->approved.seq != 0)
        from = start->approved.date.day;
    else
        from = record->first.stated_on;
    if (record->approved.date.day <= from)
        return absent(MP_ABSENT_NO_DATE);
    return between(from, record->approved.date.day);
}

static struct mp_verdict judge(const struct mp_policy *policy, const struct mp_days *slip,
                               const struct mp_days *duration)
{
    struct mp_verdict verdict = mp_policy_judge(
        policy, slip->days, duration->absence == MP_ABSENT_NOT ? duration->days : 0);

    if (slip->absence != MP_ABSENT_NOT) {
        verdict.colour = MP_COLOUR_NONE;
        verdict.ground = MP_GROUND_NONE;
        verdict.threshold = 0;
    }
    return verdict;
}

static bool is_grey(const struct mp_milestone_figures *figures, enum mp_milestone_status status,
                    int32_t today, const struct mp_policy *policy)
{
    uint32_t grace_days = policy != NULL ? policy->grey_days : 0;

    if (status == MP_MILESTONE_MET || status == MP_MILESTONE_SUSPENDED ||
        figures->expected_day == MP_DAY_NONE)
        return false;
    return (int64_t)today > (int64_t)figures->expected_day + grace_days &&
           figures->last_word_day <= figures->expected_day;
}

static void cancel(struct mp_milestone_figures *figures)
{
    figures->projected_day = MP_DAY_NONE;
    figures->slip_original = absent(MP_ABSENT_CANCELLED);
    figures->slip_approved = absent(MP_ABSENT_CANCELLED);
    figures->slip_last = absent(MP_ABSENT_CANCELLED);
    figures->is_late_original = false;
    figures->is_late_approved = false;
    figures->overdue_days = 0;
    figures->knock_on_days = 0;
    figures->is_undated = false;
    figures->is_grey = false;
}

void mp_milestone_figures(const struct mp_milestone_record *record,
                          const struct mp_milestone_record *start,
                          const struct mp_projection *projection, int32_t today,
                          const struct mp_policy *policy, struct mp_milestone_figures *ret_figures)
{
    enum mp_milestone_status status = mp_milestone_status_now(record);
    struct mp_date actual = mp_milestone_actual(record);
    struct mp_date own = mp_date_is_set(actual) ? actual : mp_milestone_expected(record);
    struct mp_milestone_figures figures = {
        .original_day = day_of(record->first.date),
        .approved_day = day_of(record->approved.date),
        .expected_day = day_of(mp_milestone_expected(record)),
        .actual_day = day_of(actual),
        .is_claimed_only = record->met.seq != 0 && record->confirmed.seq == 0,
        .projected_day = projection->day,
        .slip_last = slip_since_last(record),
        .overdue_days = projection->overdue_days,
        .knock_on_days = projection->knock_on_days,
        .is_undated = projection->bound == MP_BOUND_NONE,
        .last_word_day = last_word(record),
        .planned_duration = planned_duration(record, start),
    };

    figures.slip_original = slip_against(&figures, figures.original_day);
    figures.slip_approved = slip_against(&figures, figures.approved_day);
    figures.is_late_original =
        is_late(&figures.slip_original, own, figures.original_day, record->first.date);
    figures.is_late_approved =
        is_late(&figures.slip_approved, own, figures.approved_day, record->approved.date);
    figures.is_grey = is_grey(&figures, status, today, policy);
    if (status == MP_MILESTONE_CANCELLED)
        cancel(&figures);
    figures.against_original = judge(policy, &figures.slip_original, &figures.planned_duration);
    figures.against_approved = judge(policy, &figures.slip_approved, &figures.planned_duration);
    *ret_figures = figures;
}

static int compare_moves(const void *left, const void *right)
{
    const struct mp_move *a = left, *b = right;

    if (a->stated_on != b->stated_on)
        return a->stated_on < b->stated_on ? -1 : 1;
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* Of the baseline recorded first that stands; 0: none does. */
static uint64_t first_baseline(const struct mp_entry *entries, size_t count)
{
    uint64_t first = 0;

    for (size_t i = 0; i < count; i++) {
        if (entries[i].kind == MP_CHANGE_BASELINE && entries[i].withdrawn_by == 0 &&
            (first == 0 || entries[i].seq < first))
            first = entries[i].seq;
    }
    return first;
}

/* A recalled re-baseline tells of the past and moves nothing. */
static bool is_move(const struct mp_entry *entry, uint64_t first)
{
    if (entry->withdrawn_by != 0)
        return false;
    return entry->kind == MP_CHANGE_FORECAST ||
           (entry->kind == MP_CHANGE_BASELINE && (!entry->recalled || entry->seq == first));
}

/* The first baseline counts while nothing else was said, whatever day it is said on. */
static void measure_moves(struct mp_move *moves, size_t count, uint64_t first)
{
    struct mp_date expected = moves[0].date;

    moves[0].is_first = true;
    for (size_t i = 1; i < count; i++) {
        struct mp_move *move = &moves[i];

        move->before = expected;
        move->is_aside = move->seq == first;
        if (move->is_aside)
            continue;
        move->days = move->date.day - expected.day;
        move->is_later = mp_date_is_later(move->date, expected);
        expected = move->date;
    }
}

void mp_moves(const struct mp_entry *entries, size_t count, struct mp_move *ret_moves,
              size_t *ret_count)
{
    uint64_t first = first_baseline(entries, count);
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        if (!is_move(&entries[i], first))
            continue;
        ret_moves[found++] = (struct mp_move){.seq = entries[i].seq,
                                              .kind = entries[i].kind,
                                              .stated_on = entries[i].stated_on,
                                              .date = entries[i].date,
                                              .reason = entries[i].reason};
    }
    if (found > 0) {
        qsort(ret_moves, found, sizeof(*ret_moves), compare_moves);
        measure_moves(ret_moves, found, first);
    }
    *ret_count = found;
}

void mp_reason_totals(const struct mp_move *moves, size_t count, struct mp_reason_total *totals)
{
    for (size_t i = 0; i < count; i++) {
        if (!moves[i].is_later)
            continue;
        totals[moves[i].reason].count++;
        totals[moves[i].reason].days += moves[i].days;
    }
}
